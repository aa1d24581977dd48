/* --where: the columns that a condition looks at, and the rows that it leaves. */
#include "where.h"

#include "quire/expr.h"

static int add_column(void *user, const char *name)
{
    struct quire_cli_columns *columns = user;
    char **names = quire_realloc(columns->names, (columns->size + 1) * sizeof(*names));
    if (names == NULL) return QUIRE_MEMORY;
    columns->names = names;
    names[columns->size] = quire_strdup(name);
    if (names[columns->size] == NULL) return QUIRE_MEMORY;
    columns->size++;
    return 0;
}

int quire_cli_where_columns(const char *condition, struct quire_cli_columns *columns,
                            struct quire_error *error)
{
    struct quire_expr *expr = NULL;
    QUIRE_TRY(quire_expr_parse(condition, &expr, error));
    int code = quire_expr_each_column(expr, add_column, columns);
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
