/* SELECT over files and tables: every table of a query is a file that this library reads (any
 * format, compression, glob or folder), or a version of a Delta table. Nothing else can be reached
 * and nothing is written.
 *
 * The language is SQLite's, with functions of Spark SQL beside it (docs/SQL.md). Columns that are
 * used are read, and what WHERE asks of single columns is told to the reader, which passes over
 * row groups, pages and data files that hold none. */
#ifndef QUIRE_SQL_H
#define QUIRE_SQL_H

#include "quire/batch.h"
#include "quire/context.h"
#include "quire/file.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A column as an expression makes it of others of its table (docs/EXPRESSIONS.md); without one, the
 * table's own of that name. */
struct quire_sql_table_column {
    const char *name;
    const char *expr; /* NULL: the table's own */
};

/* A name that a query may select from; zero means the default. */
struct quire_sql_table {
    const char *name;
    const char *url; /* a file, glob, folder, store URL, "-", or a Delta table */
    /* Of a Delta table, one of them; else the newest. */
    bool version_given, time_given;
    int64_t version;
    int64_t time_ms; /* since the epoch: the version that was the newest then */
    /* How files are read; NULL: that of the query. Columns, conditions and context are not looked
     * at, nor is any of it for a Delta table. */
    const struct quire_read_options *read;
    /* The rows are those for which a condition is true, an expression over the table's own columns
     * (NULL: all); where columns are given, they are instead of the table's own. */
    const char *where;
    const struct quire_sql_table_column *columns;
    size_t columns_size;
};

enum quire_sql_kind { QUIRE_SQL_NULL, QUIRE_SQL_INT, QUIRE_SQL_DOUBLE, QUIRE_SQL_TEXT };

/* A value for ":name" (or "$name", "@name") in the query. */
struct quire_sql_param {
    const char *name; /* without its mark */
    enum quire_sql_kind kind;
    int64_t integer;
    double real;
    const char *text; /* UTF-8 */
};

struct quire_sql_options {
    const struct quire_sql_table *tables;
    size_t tables_size;
    const struct quire_sql_param *params;
    size_t params_size;
    const struct quire_read_options *read; /* of tables without their own; may be NULL */
    int64_t timeout_ms;                    /* from the call on, to the last row; 0: none */
    const char *folder; /* a local path for temporaries without a name; NULL: /tmp */
    /* Its memory_max is parted among the readers of tables, rows that are held to be looked up or
     * put in groups, and SQLite's pages. NULL: one with the defaults. */
    struct quire_context *context;
    /* This process uses SQLite through this library alone: memory_max then also bounds what SQLite
     * takes (sqlite3_hard_heap_limit64, which is the whole process's). Without it SQLite's sorts,
     * groups and joins go to temporary files when they grow, but a text that a query makes may
     * take as much as a quarter of memory_max again. */
    bool process_limit;
    /* A sum of whole numbers that is beyond 64 bits is a double instead of a failure. */
    bool wide_sums;
};

/* The result of one SELECT as a stream; options and all that they point to are borrowed until it is
 * released. A result column that is a column of a table has its type; others have what their
 * values need: int64, float64, string or binary, for which the whole result is looked at before
 * this returns, and what does not fit in memory waits in a temporary file.
 *
 * QUIRE_USAGE with the character for what is no query, names what is not there, or is not allowed;
 * QUIRE_INPUT for values that cannot be computed; QUIRE_LIMIT when time is up; QUIRE_MEMORY;
 * QUIRE_CANCELLED; QUIRE_UNSUPPORTED where this build lacks SQLite; and what reading gives. */
QUIRE_API int quire_sql_query(const char *sql, const struct quire_sql_options *options,
                              struct ArrowArrayStream *stream, struct quire_error *error);

/* The query with the values of params in it, to be run elsewhere; freed with quire_free. */
QUIRE_API int quire_sql_print(const char *sql, const struct quire_sql_param *params,
                              size_t params_size, char **text, struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
