/* Private to sql/rollup: what is known of the values of a column in all groups. Aggregates of
 * one column share it: sum, mean, least, greatest and standard deviation come of one loop. */
#ifndef QUIRE_SQL_ROLLUP_STATE_H
#define QUIRE_SQL_ROLLUP_STATE_H

#include "base/digits.h"
#include "sql/rollup/rollup_distinct.h"
#include "sql/rollup/rollup_values.h"

enum quire_rollup_kind {
    QUIRE_ROLLUP_ROWS,
    QUIRE_ROLLUP_PRESENT, /* values that are not null */
    QUIRE_ROLLUP_TRUTHS,
    QUIRE_ROLLUP_WHOLES,
    QUIRE_ROLLUP_REALS,
    QUIRE_ROLLUP_PAIRS,
    QUIRE_ROLLUP_DIFFERENT,
    QUIRE_ROLLUP_MIDDLES,
    QUIRE_ROLLUP_PLACES /* nothing by group: rollup_percentile.c */
};

/* What of numbers is wanted beside their count. */
enum {
    QUIRE_ROLLUP_EXACT = 1, /* the sum of whole numbers */
    QUIRE_ROLLUP_TOTAL = 2, /* the sum of real numbers */
    QUIRE_ROLLUP_ENDS = 4,
    QUIRE_ROLLUP_MOMENTS = 8
};

struct quire_rollup_count {
    int64_t n;
};
struct quire_rollup_truths {
    int64_t no, yes;
};
/* Both as far as what is wanted needs them. The sum of 2^63 rows at the most: 128 bits hold it. */
struct quire_rollup_whole {
    quire_i128 exact;
    int64_t n;
    double total;
    int64_t least, most;
    double mean, squares;
};
struct quire_rollup_real {
    int64_t n;
    double total;
    double least, most;
    double mean, squares;
};
/* The means are distances from the first values, as in aggregate_functions.c. */
struct quire_rollup_pairs {
    int64_t n;
    double y_first, x_first;
    double y_mean, x_mean, x_squares, products;
};

/* Zeroed memory. */
struct quire_rollup_state {
    enum quire_rollup_kind kind;
    size_t column, other; /* as of the aggregates */
    unsigned wanted;
    bool wide;   /* an exact sum is beyond 64 bits */
    void *cells; /* one a group, of the struct of the kind */
    size_t cells_size;
    struct quire_rollup_distinct distinct;
    struct quire_rollup_values values;
};
void quire_rollup_state_release(struct quire_rollup_state *state);
size_t quire_rollup_state_bytes(const struct quire_rollup_state *state);

/* Which kind an aggregate of a column of some kind is of, and what it wants of numbers. */
enum quire_rollup_kind quire_rollup_state_kind(const struct quire_rollup_aggregate *aggregate,
                                               enum quire_kind column, unsigned *wanted);
/* Whether it looks at the numbers of the column. */
bool quire_rollup_state_is_numeric(const struct quire_rollup_state *state);
/* And of whole ones at the same as real ones. */
bool quire_rollup_state_is_real(const struct quire_rollup_state *state);

/* The rows of some stretches of a batch, of which `groups` are known; views: of each column of the
 * source, those of the state are read. bytes_max: what values that are noted may hold.
 * (rollup_state_add.c) */
int quire_rollup_state_add(struct quire_rollup_state *state,
                           const struct quire_rollup_stretches *stretches, size_t groups,
                           const struct quire_rollup_filter *filter,
                           const struct quire_view *const *views, int64_t rows, size_t bytes_max,
                           struct quire_error *error);
/* The same of one of numbers, which has its cells. (rollup_numbers.c) */
void quire_rollup_numbers_add(struct quire_rollup_state *state,
                              const struct quire_rollup_stretches *stretches,
                              const struct quire_rollup_lane *lane);
/* Whether what is known of a group must wait for a division in each of its rows. */
bool quire_rollup_state_is_slow(const struct quire_rollup_state *state);
/* Bytes of a cell. */
size_t quire_rollup_state_cell(const struct quire_rollup_state *state);

/* After the last batch, for what follows. bytes_max: what counting may hold. */
int quire_rollup_state_finish(struct quire_rollup_state *state, size_t bytes_max,
                              struct quire_error *error);

/* The schema's word for the type of an aggregate's results: of sums of which one is beyond 64 bits
 * a double. */
const char *quire_rollup_state_type(const struct quire_rollup_state *state,
                                    enum quire_rollup_function function);
int quire_rollup_state_result(const struct quire_rollup_state *state,
                              enum quire_rollup_function function, size_t group,
                              struct quire_column *column);

#endif
