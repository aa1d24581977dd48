/* A condition is bound more than once while a table is changed; all of its bindings have one
 * clock, so that the same rows are meant each time. */
#include "table/rows/row_matcher.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "expr/expr_result.h"
#include "table/commit/commit.h"

struct quire_row_condition {
    struct quire_expr *expr;
    struct quire_view *view;
    struct quire_buf columns; /* names, each zero-terminated */
    uint8_t *mask;            /* of the batch that is matched */
};

static int note_column(void *user, const char *name)
{
    struct quire_buf *columns = user;
    return quire_buf_append(columns, name, strlen(name) + 1);
}

int quire_row_condition_open(const char *text, struct quire_row_condition **condition,
                             struct quire_error *error)
{
    if (text == NULL)
        return quire_fail(error, QUIRE_USAGE, QUIRE_EXPR_OPERATION, "there is no condition");
    struct quire_row_condition *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, QUIRE_EXPR_OPERATION);
    int code = quire_expr_parse(text, &made->expr, error);
    if (code == 0 && quire_expr_each_column(made->expr, note_column, &made->columns) != 0)
        code = quire_fail_memory(error, QUIRE_EXPR_OPERATION);
    if (code != 0) {
        quire_row_condition_close(made);
        return code;
    }
    quire_expr_set_now(made->expr, quire_commit_now_ms() * 1000);
    *condition = made;
    return 0;
}

void quire_row_condition_close(struct quire_row_condition *condition)
{
    if (condition == NULL) return;
    quire_view_free(condition->view);
    quire_expr_free(condition->expr);
    quire_buf_release(&condition->columns);
    quire_free(condition);
}

static int bind(void *user, const struct ArrowSchema *schema, struct quire_error *error)
{
    struct quire_row_condition *condition = user;
    quire_view_free(condition->view);
    condition->view = NULL;
    QUIRE_TRY(quire_expr_bind(condition->expr, schema, error));
    QUIRE_TRY(quire_expr_check_predicate(condition->expr, error));
    return quire_view_new(condition->expr->schema, &condition->view, error);
}

static int take_block(void *user, struct quire_expr_eval *eval, const struct quire_vector *result)
{
    const struct quire_row_condition *condition = user;
    for (size_t i = 0; i < eval->rows; i++)
        condition->mask[eval->start + (int64_t)i] = !result->null[i] && result->booleans[i];
    return 0;
}

static int match(void *user, const struct ArrowArray *batch, uint8_t *mask,
                 struct quire_error *error)
{
    struct quire_row_condition *condition = user;
    condition->mask = mask;
    QUIRE_TRY(quire_view_set(condition->view, batch, error));
    return quire_expr_each_block(condition->expr, condition->view, take_block, condition, error);
}

static bool looks_at(void *user, const char *column)
{
    const struct quire_row_condition *condition = user;
    const char *name = (const char *)condition->columns.data;
    for (size_t at = 0; at < condition->columns.size; at += strlen(name + at) + 1)
        if (quire_text_equal_ignore_case(name + at, column)) return true;
    return false;
}

struct quire_row_matcher quire_row_condition_matcher(struct quire_row_condition *condition)
{
    return (struct quire_row_matcher){bind, match, looks_at, condition};
}

const char *quire_row_condition_text(const char *text)
{
    return strcmp(text, "true") == 0 ? NULL : text;
}

/* The line break ends a comment that the text may end with. */
char *quire_row_condition_negate(const char *text)
{
    size_t size = strlen(text) + sizeof("NOT coalesce((\n), false)");
    char *negated = quire_alloc(size);
    if (negated != NULL) snprintf(negated, size, "NOT coalesce((%s\n), false)", text);
    return negated;
}
