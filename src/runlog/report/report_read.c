/* The rows of a report, read without SQL: of the columns only those that are wanted, of the files
 * only those that may hold rows of the period. */
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/expr.h"
#include "runlog/report/report_query.h"

/* Which columns of the table are read. */
struct columns {
    const struct ArrowSchema *schema;
    const char **names; /* the schema's; room for all of them */
    size_t size;
};

static void release_columns(struct columns *columns)
{
    quire_free(columns->names);
}

static bool is_chosen(const struct columns *columns, const char *name)
{
    for (size_t i = 0; i < columns->size; i++)
        if (columns->names[i] == name) return true;
    return false;
}

/* A name that the table does not have is not missed here, but by whoever looks for it. Conditions
 * find names whatever their case. */
static int add_column(void *user, const char *name)
{
    struct columns *columns = user;
    for (int64_t i = 0; i < columns->schema->n_children; i++) {
        const char *own = columns->schema->children[i]->name;
        if (strcasecmp(own, name) == 0 && !is_chosen(columns, own))
            columns->names[columns->size++] = own;
    }
    return 0;
}

static int add_condition(const char *condition, struct columns *columns, struct quire_error *error)
{
    struct quire_expr *expr = NULL;
    QUIRE_TRY(quire_expr_parse(condition, &expr, error));
    int code = quire_expr_each_column(expr, add_column, columns);
    quire_expr_free(expr);
    return code == 0 ? 0 : quire_fail_memory(error, QUIRE_REPORT_OPERATION);
}

int quire_report_read(const struct quire_report *report, const char *const *names,
                      size_t names_size, const struct quire_rules *rules,
                      struct ArrowArrayStream *rows, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_CLEANUP(release_columns) struct columns columns = {.schema = &report->schema};
    struct ArrowArrayStream all = {.release = NULL};
    int code = quire_report_condition(report, &text);
    const char *condition = (const char *)text.data;
    columns.names = quire_alloc_zero((size_t)report->schema.n_children + 1, sizeof(char *));
    if (code != 0 || columns.names == NULL) return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    for (size_t i = 0; i < names_size; i++)
        (void)add_column(&columns, names[i]);
    if (rules != NULL && quire_rules_each_column(rules, add_column, &columns) != 0)
        return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    QUIRE_TRY(add_condition(condition, &columns, error));
    const struct quire_table_read_options options = {
        .columns = columns.names,
        .columns_size = columns.size,
        .columns_given = true,
        .where = condition,
        .context = report->options.context,
    };
    QUIRE_TRY(quire_table_read(report->table, &options, &all, error));
    code = quire_stream_filter(&all, condition, rows, error);
    if (code != 0) quire_stream_release(&all);
    return code;
}
