/* An expression's life: parsed once, bound to a schema, evaluated over its batches. */
#include "quire/expr.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "expr/expr_result.h"
#include "expr/expr_vector.h"

int quire_expr_parse(const char *text, struct quire_expr **expr, struct quire_error *error)
{
    size_t size = strlen(text);
    struct quire_expr_node *root = NULL;
    if (size > QUIRE_EXPR_TEXT_MAX)
        return quire_fail(error, QUIRE_LIMIT, "expression", "more than %d bytes",
                          QUIRE_EXPR_TEXT_MAX);
    if (!quire_utf8_is_valid(text, size))
        return quire_expr_fail_at(error, QUIRE_USAGE,
                                  quire_utf8_valid_prefix((const uint8_t *)text, size),
                                  "bytes that are not UTF-8");
    struct quire_expr *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, "expression");
    made->text = quire_arena_strndup(&made->arena, text, size);
    int code = made->text == NULL
                   ? quire_fail_memory(error, "expression")
                   : quire_expr_parse_text(made->text, size, &made->arena, &root, error);
    if (code != 0) {
        quire_expr_free(made);
        return code;
    }
    made->parsed = root;
    *expr = made;
    return 0;
}

static int each_column(const struct quire_expr_node *node, int (*take)(void *, const char *),
                       void *user)
{
    if (node->kind == QUIRE_EXPR_COLUMN) return take(user, node->parts[0]);
    for (size_t i = 0; i < node->args_size; i++)
        QUIRE_TRY(each_column(node->args[i], take, user));
    return 0;
}

int quire_expr_each_column(const struct quire_expr *expr, int (*take)(void *user, const char *name),
                           void *user)
{
    return each_column(expr->parsed, take, user);
}

static void unbind(struct quire_expr *expr)
{
    quire_arena_release(&expr->bound_arena);
    quire_field_close(expr->schema);
    expr->schema = NULL;
    expr->bound = NULL;
}

void quire_expr_free(struct quire_expr *expr)
{
    if (expr == NULL) return;
    unbind(expr);
    quire_arena_release(&expr->arena);
    quire_free(expr);
}

void quire_expr_set_now(struct quire_expr *expr, int64_t now_us)
{
    expr->has_now = true;
    expr->now_us = now_us;
}

/* Every node has a vector: large trees are evaluated for fewer rows at a time. */
static size_t block_rows(size_t nodes)
{
    size_t rows = QUIRE_EXPR_BLOCK_ROWS;
    for (size_t held = 256; held < nodes && rows > 32; held *= 2)
        rows /= 2;
    return rows;
}

int quire_expr_bind(struct quire_expr *expr, const struct ArrowSchema *schema,
                    struct quire_error *error)
{
    struct quire_field *field = NULL;
    struct quire_expr_node *bound = NULL;
    QUIRE_TRY(quire_field_open(schema, &field, error));
    unbind(expr);
    expr->schema = field;
    if (field->kind != QUIRE_KIND_STRUCT)
        return quire_fail(error, QUIRE_USAGE, "expression", "the schema is no struct of columns");
    struct quire_expr_binding binding = {.schema = field,
                                         .arena = &expr->bound_arena,
                                         .now_us =
                                             expr->has_now ? expr->now_us : quire_time_wall_us(),
                                         .error = error};
    QUIRE_TRY(quire_expr_bind_node(&binding, expr->parsed, &bound));
    if (bound->type.id == QUIRE_EXPR_INTERVAL)
        return quire_expr_fail_at(error, QUIRE_USAGE, bound->at,
                                  "an interval is only added to dates and timestamps");
    expr->bound = bound;
    expr->bound_now_us = binding.now_us;
    expr->block_rows = block_rows(binding.nodes);
    return 0;
}

static int check_bound(const struct quire_expr *expr, struct quire_error *error)
{
    if (expr->bound != NULL) return 0;
    return quire_fail(error, QUIRE_USAGE, "expression", "it is not bound to a schema");
}

int quire_expr_check_predicate(const struct quire_expr *expr, struct quire_error *error)
{
    char text[QUIRE_EXPR_TYPE_TEXT_MAX];
    QUIRE_TRY(check_bound(expr, error));
    enum quire_expr_type_id id = expr->bound->type.id;
    if (id == QUIRE_EXPR_BOOL || id == QUIRE_EXPR_NULL) return 0;
    quire_expr_type_print(&expr->bound->type, text);
    int code = quire_fail(error, QUIRE_USAGE, "expression",
                          "it gives %s, where a condition gives boolean", text);
    quire_error_hint(error, "compare it with something: … = …, … IS NOT NULL");
    return code;
}

int quire_expr_result_schema(const struct quire_expr *expr, const char *name,
                             struct ArrowSchema *schema, struct quire_error *error)
{
    QUIRE_TRY(check_bound(expr, error));
    return quire_expr_make_schema(expr->bound, name, schema, error);
}

int quire_expr_each_block(const struct quire_expr *expr, const struct quire_view *batch,
                          quire_expr_take_block *take, void *user, struct quire_error *error)
{
    const int64_t block = (int64_t)expr->block_rows;
    for (int64_t start = 0; start < batch->length; start += block) {
        int64_t left = batch->length - start;
        QUIRE_CLEANUP(quire_eval_release)
        struct quire_expr_eval eval = {.batch = batch,
                                       .start = start,
                                       .rows = (size_t)(left < block ? left : block),
                                       .now_us = expr->bound_now_us,
                                       .error = error};
        struct quire_vector result;
        QUIRE_TRY(quire_expr_eval_node(&eval, expr->bound, &result));
        QUIRE_TRY(take(user, &eval, &result));
    }
    return 0;
}

struct appending {
    struct quire_column *column;
    const struct quire_expr_node *node;
};

static int append_block(void *user, struct quire_expr_eval *eval, const struct quire_vector *result)
{
    const struct appending *appending = user;
    return quire_expr_append_result(eval, appending->node, result, appending->column);
}

int quire_expr_evaluate(const struct quire_expr *expr, const struct ArrowArray *batch,
                        struct ArrowArray *result, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_view_cleanup) struct quire_view *view = NULL;
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *field = NULL;
    QUIRE_CLEANUP(quire_column_cleanup) struct quire_column *column = NULL;
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_TRY(check_bound(expr, error));
    QUIRE_TRY(quire_expr_make_schema(expr->bound, "", &schema, error));
    QUIRE_TRY(quire_field_open(&schema, &field, error));
    QUIRE_TRY(quire_column_new(field, &column, error));
    QUIRE_TRY(quire_view_new(expr->schema, &view, error));
    QUIRE_TRY(quire_view_set(view, batch, error));
    struct appending appending = {column, expr->bound};
    QUIRE_TRY(quire_expr_each_block(expr, view, append_block, &appending, error));
    return quire_column_finish(column, result, error);
}
