/* Private to sql_rollup*.c: the numbers of a column. */
#ifndef QUIRE_SQL_SQL_ROLLUP_LANE_H
#define QUIRE_SQL_SQL_ROLLUP_LANE_H

#include "data/view.h"

/* The numbers of a column of a batch, ready for loops: of whole numbers both forms. */
struct quire_rollup_lane {
    double *reals;
    int64_t *integers;
    uint8_t *valid; /* one byte a row: neither null nor NaN, and it counts */
    int64_t capacity;
    bool whole;
    int64_t scale; /* of times: units in a second */
};
void quire_rollup_lane_release(struct quire_rollup_lane *lane);
int quire_rollup_lane_set(struct quire_rollup_lane *lane, const struct quire_view *view,
                          const uint8_t *keep);

#endif
