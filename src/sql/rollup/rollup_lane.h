/* Private to sql/rollup: the numbers of a column. */
#ifndef QUIRE_SQL_ROLLUP_LANE_H
#define QUIRE_SQL_ROLLUP_LANE_H

#include "data/view.h"

/* The values of a column of a batch, ready for loops: those of the batch itself where they are of
 * such a type, else in room of the lane's own. */
struct quire_rollup_lane {
    const double *reals;     /* of times the microseconds since 1970, rounded down */
    const int64_t *integers; /* of whole numbers */
    const uint8_t *valid;    /* one byte a row: neither null nor NaN, and it counts */
    const uint8_t *truths;   /* of bools, which have no other list: 0, 1, or 2 where not valid */
    double *real_room;
    int64_t *integer_room;
    uint8_t *byte_room;
    int64_t reals_capacity, integers_capacity, bytes_capacity;
};
void quire_rollup_lane_release(struct quire_rollup_lane *lane);
/* keep: which rows count; it and the view are borrowed until the next set. real: whether the real
 * numbers of whole ones are wanted. */
int quire_rollup_lane_set(struct quire_rollup_lane *lane, const struct quire_view *view, bool real,
                          const uint8_t *keep);

#endif
