/* Private to sql/rollup: the middle of the values of each group, exactly, in bounded memory.
 *
 * Values are noted with their groups, and go to a temporary file when there are many. Afterwards as
 * many groups as fit are put in order at a time; one that does not fit by itself is narrowed down
 * as rollup_percentile.h does. */
#ifndef QUIRE_SQL_ROLLUP_VALUES_H
#define QUIRE_SQL_ROLLUP_VALUES_H

#include "sql/rollup/rollup_lane.h"
#include "sql/sql_scratch.h"
#include "sql/sql_session.h"

/* Of the values of a group. */
struct quire_rollup_middle {
    int64_t count;
    double median;
    int64_t distances; /* from it that are numbers */
    double distance_median, distance_sum;
};

struct quire_rollup_value {
    double value;
    uint32_t group;
};

/* Begins zeroed. */
struct quire_rollup_values {
    bool distances;                   /* those from the median are wanted, too */
    struct quire_rollup_value *block; /* not yet in the file */
    size_t size, capacity;
    struct quire_sql_scratch file;
    struct quire_sql_session *session; /* whose time it is */
};
void quire_rollup_values_release(struct quire_rollup_values *values);

/* The valid rows of a batch; counts them in middles, which has one a group. bytes_max: what all may
 * hold. */
int quire_rollup_values_add(struct quire_rollup_values *values, int64_t rows,
                            const uint32_t *group_of, const struct quire_rollup_lane *lane,
                            size_t bytes_max, struct quire_rollup_middle *middles,
                            struct quire_error *error);
/* Fills in the middles, of which there are `groups`. */
int quire_rollup_values_finish(struct quire_rollup_values *values, size_t bytes_max,
                               struct quire_rollup_middle *middles, size_t groups,
                               struct quire_error *error);

#endif
