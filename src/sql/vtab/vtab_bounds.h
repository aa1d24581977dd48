/* Private to sql: what a term of a plan says of a column's own values.
 *
 * A bound is never stricter than SQLite's own comparison, which still looks at every row that is
 * delivered: it may only keep too much. Values that SQLite would convert first (a text beside a
 * number) give no bound at all. */
#ifndef QUIRE_SQL_VTAB_BOUNDS_H
#define QUIRE_SQL_VTAB_BOUNDS_H

#include "data/view.h"
#include "sql/vtab/vtab_plan.h"

#define QUIRE_SQL_BOUNDS_MAX (2 * QUIRE_SQL_TERMS_MAX)

struct quire_sql_bound {
    size_t column; /* of the source */
    enum quire_compare compare;
    int64_t integer;   /* integers, dates, times */
    double real;       /* floats */
    const char *bytes; /* text; the arena's */
    size_t size;
    uint8_t fixed[8]; /* in Arrow's layout, for the reader */
};

struct quire_sql_bounds {
    struct quire_arena arena;
    size_t size;
    struct quire_sql_bound items[QUIRE_SQL_BOUNDS_MAX];
    struct quire_condition conditions[QUIRE_SQL_BOUNDS_MAX]; /* the same, for the reader */
    size_t conditions_size;
};
void quire_sql_bounds_release(struct quire_sql_bounds *bounds);

/* Can a comparison with a column of this type, by this collation, be told to the reader? */
bool quire_sql_can_bound(const struct quire_field *field, unsigned char op, const char *collation);

/* Adds what a term with its value says. 0 or QUIRE_MEMORY. */
int quire_sql_bound_add(struct quire_sql_bounds *bounds, const struct quire_field *field,
                        const struct quire_sql_term *term, sqlite3_value *value);
/* Lists the conditions for the reader, when all are added. */
void quire_sql_bounds_finish(struct quire_sql_bounds *bounds, const struct quire_field *fields);

/* Clears keep[row] for the rows of a column for which the bound does not hold.
 * (vtab_bounds_apply.c) */
void quire_sql_bound_apply(const struct quire_sql_bound *bound, const struct quire_view *view,
                           uint8_t *keep);

#endif
