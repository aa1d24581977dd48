/* Private to sql: a named table of a query, opened when it is first looked at. */
#ifndef QUIRE_SQL_VTAB_SOURCE_H
#define QUIRE_SQL_VTAB_SOURCE_H

#include "quire/table.h"
#include "sql/sql_session.h"
#include "sql/vtab/vtab_view.h"

struct quire_sql_source {
    struct quire_sql_session *session;
    const struct quire_sql_table *given;
    struct quire_table *delta; /* NULL: files */
    char **names;              /* of files */
    size_t names_size;
    struct ArrowSchema schema;
    struct quire_field *field;    /* NULL: not opened */
    struct ArrowArrayStream once; /* of what cannot be opened again, before it is read */
    bool is_once;
    struct quire_sql_view *view; /* NULL: the table as it is */
    double rows;                 /* about how many */
    struct quire_sql_kept *kept;
    /* The same table of another session, whose table, names and view it then has; that one is not
     * released while this one is read. NULL: none. */
    const struct quire_sql_source *lender;
};

/* What is wanted of a table. */
struct quire_sql_scan {
    const bool *wanted; /* one a column */
    const struct quire_condition *conditions;
    size_t conditions_size;
};

/* A scan's rows: the wanted columns in the source's order. */
struct quire_sql_rows {
    struct quire_context *context; /* its own: several tables are read side by side */
    struct ArrowArrayStream stream;
    struct quire_field *field; /* of the batches */
};

int quire_sql_source_open(struct quire_sql_source *source, struct quire_error *error);
void quire_sql_source_release(struct quire_sql_source *source);

/* Zero-initialise rows; release them also after a failure. */
int quire_sql_source_read(struct quire_sql_source *source, const struct quire_sql_scan *scan,
                          struct quire_sql_rows *rows, struct quire_error *error);
void quire_sql_rows_release(struct quire_sql_rows *rows);

/* Whether a column that was read is that column of the source, as it was when this was opened. */
bool quire_sql_is_column(const struct quire_field *read, const struct quire_field *column);
/* For a column of which there is none: whoever writes to a file may have changed it meanwhile. */
int quire_sql_fail_changed(const struct quire_sql_source *source, const struct quire_field *column,
                           struct quire_error *error);

/* The condition as Delta tables take it, appended: nothing for what has no such form.
 * (condition_text.c) */
int quire_sql_where(const struct quire_field *field, const struct quire_condition *conditions,
                    size_t conditions_size, struct quire_buf *out);

#endif
