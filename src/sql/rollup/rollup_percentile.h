/* Private to sql/rollup: percentiles of all rows, exactly, in little memory.
 *
 * Values are keys of 64 bits in their order. One pass counts them by the first 16 bits; each value
 * that is looked for is then in one known part, of which the next pass counts the next 16 bits,
 * until a part holds one value alone. Values that say something seldom differ beyond 32 bits, so
 * that two passes are usual, and four the most. */
#ifndef QUIRE_SQL_ROLLUP_PERCENTILE_H
#define QUIRE_SQL_ROLLUP_PERCENTILE_H

#include "sql/rollup/rollup_state.h"

struct quire_rollup_part {
    int64_t count;
    uint64_t least, most;
};

/* The value that stands at a place among all in order. */
struct quire_rollup_search {
    size_t column; /* of the source */
    int64_t place; /* among the values of the part that is known */
    uint64_t prefix;
    int bits; /* of the prefix that are known */
    bool found;
    double value;
    struct quire_rollup_part *parts; /* by the next 16 bits; NULL between passes */
    bool borrows;                    /* another search counts them */
};

/* A percentile lies between two values that stand beside each other. Zeroed memory. */
struct quire_rollup_percentile {
    size_t column;
    double part;   /* from 0 to 1 */
    int64_t count; /* of the values */
    struct quire_rollup_search low, high;
};
void quire_rollup_percentile_release(struct quire_rollup_percentile *percentile);

/* 0 or QUIRE_MEMORY. Begins a pass; *wanted: whether there is something to look for yet. */
int quire_rollup_percentile_begin(struct quire_rollup_percentile *percentile, bool *wanted);
/* In a pass that both have begun: of one column what both look for is counted once, by `from`,
 * which then ends after the other. */
void quire_rollup_percentile_share(struct quire_rollup_percentile *percentile,
                                   const struct quire_rollup_percentile *from);
void quire_rollup_percentile_add(struct quire_rollup_percentile *percentile,
                                 const struct quire_rollup_lane *lane, int64_t rows);
void quire_rollup_percentile_end(struct quire_rollup_percentile *percentile);

/* False where there is no value. */
bool quire_rollup_percentile_value(const struct quire_rollup_percentile *percentile, double *value);

#endif
