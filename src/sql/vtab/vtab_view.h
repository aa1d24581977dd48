/* Private to sql: what is selected from where it is not a table itself: rows of it that a condition
 * leaves, and columns computed from its own. Expressions are the library's (docs/EXPRESSIONS.md).
 */
#ifndef QUIRE_SQL_VTAB_VIEW_H
#define QUIRE_SQL_VTAB_VIEW_H

#include "base/buf.h"
#include "data/field.h"
#include "quire/sql.h"

struct quire_sql_view {
    const struct quire_sql_table *given;
    struct ArrowSchema base_schema;
    struct quire_field *base; /* the table's own columns */
    int64_t *own; /* which of these a column is; -1: computed. NULL: all are as they are */
};

/* Takes *schema, the table's own, and puts that of the view there. view begins zeroed, and is
 * released also after a failure. */
int quire_sql_view_open(const struct quire_sql_table *given, struct quire_sql_view *view,
                        struct ArrowSchema *schema, struct quire_error *error);
void quire_sql_view_release(struct quire_sql_view *view);

/* Marks the table's columns that are needed for columns of the view. */
int quire_sql_view_needs(const struct quire_sql_view *view, const bool *wanted, bool *needed,
                         struct quire_error *error);
/* Whether a column of the view is one of the table's, of which conditions can be told to a reader.
 */
bool quire_sql_view_owns(const struct quire_sql_view *view, const char *name);

/* The wanted columns of the view, from the table's that are needed; takes *rows on success, and
 * perhaps without it. */
int quire_sql_view_read(const struct quire_sql_view *view, const bool *wanted,
                        struct ArrowArrayStream *rows, struct ArrowArrayStream *result,
                        struct quire_error *error);

#endif
