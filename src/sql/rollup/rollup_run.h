/* Private to sql/rollup: rollups that are being computed, of one scan. */
#ifndef QUIRE_SQL_ROLLUP_RUN_H
#define QUIRE_SQL_ROLLUP_RUN_H

#include "sql/rollup/rollup_percentile.h"

struct quire_rollup_run {
    struct quire_rollup_ask *ask;
    struct quire_sql_session *session;
    const struct quire_rollup *rollup;
    struct quire_sql_bounds bounds;
    struct quire_rollup_filter *filter; /* the scan's */
    struct quire_rollup_groups groups;
    struct quire_rollup_state *states; /* no more than one an aggregate */
    size_t states_size;
    size_t *state_of; /* of each aggregate */
    struct quire_rollup_percentile *percentiles;
};
/* *fits: whether its constants are of the types of their columns. 0 or QUIRE_MEMORY; released also
 * then. (rollup_run.c) */
int quire_rollup_run_init(struct quire_rollup_run *run, struct quire_rollup_ask *ask, bool *fits);
void quire_rollup_run_release(struct quire_rollup_run *run);
/* Tells the filter, which is its own by now, what to fill in. */
void quire_rollup_run_wants(struct quire_rollup_run *run);
/* The same of a pass that only percentiles need. */
void quire_rollup_run_wants_places(const struct quire_rollup_run *run);
size_t quire_rollup_run_bytes(const struct quire_rollup_run *run);

/* Fills in bounds. *said: whether every comparison is one of the column's own type, of which alone
 * bounds say all. 0 or QUIRE_MEMORY. (rollup_bounds.c) */
int quire_rollup_make_bounds(struct quire_rollup_run *run, sqlite3_value **values, bool *said);
bool quire_rollup_has_same_bounds(const struct quire_rollup_run *run,
                                  const struct quire_rollup_run *other);

/* Makes the groups one more source of the session, and names it. (rollup_table.c) */
int quire_rollup_name_groups(const struct quire_rollup_run *run, struct quire_error *error);

#endif
