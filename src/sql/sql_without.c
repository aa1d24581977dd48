/* What a build without SQLite answers. */
#include "base/fail.h"
#include "sql/sql_together.h"

int quire_sql_query(const char *sql, const struct quire_sql_options *options,
                    struct ArrowArrayStream *stream, struct quire_error *error)
{
    (void)sql;
    (void)options;
    (void)stream;
    return quire_fail(error, QUIRE_UNSUPPORTED, "sql", "built without SQLite");
}

int quire_sql_print(const char *sql, const struct quire_sql_param *params, size_t params_size,
                    char **text, struct quire_error *error)
{
    (void)sql;
    (void)params;
    (void)params_size;
    (void)text;
    return quire_fail(error, QUIRE_UNSUPPORTED, "sql", "built without SQLite");
}

int quire_sql_query_together(const char *const *texts, size_t size,
                             const struct quire_sql_options *options,
                             struct ArrowArrayStream *streams, struct quire_error *error)
{
    (void)texts;
    (void)size;
    (void)options;
    (void)streams;
    return quire_fail(error, QUIRE_UNSUPPORTED, "sql", "built without SQLite");
}
