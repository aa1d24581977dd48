/* --where: the columns that a condition looks at, and the rows that it leaves. */
#include "where.h"

int quire_cli_where_columns(const char *condition, struct quire_cli_columns *columns,
                            struct quire_error *error)
{
    struct quire_expr *expr = NULL;
    QUIRE_TRY(quire_expr_parse(condition, &expr, error));
    int code = quire_expr_each_column(expr, quire_cli_columns_add, columns);
    quire_expr_free(expr);
    return code == 0 ? 0 : quire_cli_fail_memory(error);
}

int quire_cli_where_filter(const char *condition, struct ArrowArrayStream *stream,
                           struct quire_error *error)
{
    struct ArrowArrayStream filtered = {.release = NULL};
    QUIRE_TRY(quire_stream_filter(stream, condition, &filtered, error));
    *stream = filtered;
    return 0;
}

int quire_cli_where_conditions(const char *condition, struct ArrowArrayStream *stream,
                               struct quire_expr **expr, struct quire_record_policy *policy,
                               struct quire_error *error)
{
    struct ArrowSchema schema;
    QUIRE_TRY(quire_expr_parse(condition, expr, error));
    QUIRE_TRY(quire_stream_schema(stream, &schema, error));
    int code = quire_expr_bind(*expr, &schema, NULL);
    quire_schema_release(&schema);
    if (code != 0) return code == QUIRE_MEMORY ? quire_cli_fail_memory(error) : 0;
    return quire_expr_conditions(*expr, &policy->conditions, &policy->conditions_size, error);
}
