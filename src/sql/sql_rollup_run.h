/* Private to sql_rollup*.c: a rollup that is being computed. */
#ifndef QUIRE_SQL_SQL_ROLLUP_RUN_H
#define QUIRE_SQL_SQL_ROLLUP_RUN_H

#include "sql/sql_rollup_percentile.h"

struct quire_rollup_run {
    struct quire_sql_session *session;
    const struct quire_rollup *rollup;
    size_t columns_size; /* of the source */
    struct quire_sql_bounds bounds;
    bool *wanted;
    const struct quire_view **columns; /* of the batch; NULL: not read */
    struct quire_rollup_lane *lanes;   /* one a column */
    bool *numeric;                     /* whose lanes are used */
    struct quire_rollup_groups groups;
    struct quire_rollup_state *states; /* one an aggregate */
    struct quire_rollup_percentile *percentiles;
    uint8_t *keep;
    int64_t keep_capacity;
    bool too_big;
};

/* Fills in bounds. *said: whether every comparison is one of the column's own type, of which alone
 * bounds say all. 0 or QUIRE_MEMORY. (sql_rollup_bound.c) */
int quire_rollup_make_bounds(struct quire_rollup_run *run, sqlite3_value **values, bool *said);

/* Makes the groups one more source of the session, and names it. (sql_rollup_table.c) */
int quire_rollup_name_groups(const struct quire_rollup_run *run, struct quire_error *error);

#endif
