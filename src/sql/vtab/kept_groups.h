/* Private to sql: rows of equal values brought together, which is all that GROUP BY and DISTINCT
 * need, so that SQLite does not sort. Rows that are held are put in groups by a hash table; where
 * they do not fit they are sorted (quire_stream_sort). */
#ifndef QUIRE_SQL_KEPT_GROUPS_H
#define QUIRE_SQL_KEPT_GROUPS_H

#include "sql/vtab/kept_rows.h"

/* The numbers of rows that are held, group after group. */
struct quire_sql_groups {
    uint32_t *order; /* NULL: none */
    size_t size, at;
    size_t batch; /* of the row that was given last */
};
void quire_sql_groups_release(struct quire_sql_groups *groups);

/* Are two values of such a column one to SQLite just when they are one here? NaN is null to it. */
bool quire_sql_can_group(const struct quire_field *field);

/* keep: one byte a row held, 0 for those to leave out; NULL: all. children: the columns of the rows
 * held that are to be equal. 0 or QUIRE_MEMORY. */
int quire_sql_group(const struct quire_sql_kept *kept, const size_t *children, size_t children_size,
                    const uint8_t *keep, struct quire_sql_groups *groups);

/* False when there are no more. */
bool quire_sql_groups_next(struct quire_sql_groups *groups, const struct quire_sql_kept *kept,
                           size_t *batch, int64_t *row);

#endif
