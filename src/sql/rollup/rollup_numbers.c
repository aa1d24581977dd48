/* What is known of a group is in registers while a stretch of its rows lasts; where stretches are
 * short it stays where it is. Each number that is wanted is what a loop of its own would give,
 * since rows are taken in their order. Moments are Welford's, as in aggregate_functions.c. */
#include "sql/rollup/rollup_state.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* --- One value ------------------------------------------------------------------------------ */

#define TAKE_ENDS(now, value)                                   \
    do {                                                        \
        if ((now)->n == 1) {                                    \
            (now)->least = (now)->most = (value);               \
        } else {                                                \
            if ((value) < (now)->least) (now)->least = (value); \
            if ((value) > (now)->most) (now)->most = (value);   \
        }                                                       \
    } while (false)

#define TAKE_MOMENTS(now, value)                          \
    do {                                                  \
        double away = (value) - (now)->mean;              \
        (now)->mean += away / (double)(now)->n;           \
        (now)->squares += away * ((value) - (now)->mean); \
    } while (false)

ALWAYS_INLINE void take_real(struct quire_rollup_real *now, double value, unsigned wanted)
{
    now->n++;
    if (wanted & QUIRE_ROLLUP_TOTAL) now->total += value;
    if (wanted & QUIRE_ROLLUP_ENDS) TAKE_ENDS(now, value);
    if (wanted & QUIRE_ROLLUP_MOMENTS) TAKE_MOMENTS(now, value);
}

ALWAYS_INLINE void take_whole(struct quire_rollup_whole *now, const struct quire_rollup_lane *lane,
                              uint32_t row, unsigned wanted)
{
    bool both = (wanted & (QUIRE_ROLLUP_TOTAL | QUIRE_ROLLUP_MOMENTS)) != 0;
    double real = both ? lane->reals[row] : 0;
    int64_t value = lane->integers[row];
    now->n++;
    if (wanted & QUIRE_ROLLUP_EXACT) now->exact += value;
    if (wanted & QUIRE_ROLLUP_TOTAL) now->total += real;
    if (wanted & QUIRE_ROLLUP_ENDS) TAKE_ENDS(now, value);
    if (wanted & QUIRE_ROLLUP_MOMENTS) TAKE_MOMENTS(now, real);
}

/* --- Stretches ------------------------------------------------------------------------------ */

/* Only the members that are wanted are read and written: a cell may end behind total. */
#define COPY_NUMBERS(to, from, wanted)                                \
    do {                                                              \
        (to)->n = (from)->n;                                          \
        if ((wanted)&QUIRE_ROLLUP_TOTAL) (to)->total = (from)->total; \
        if ((wanted)&QUIRE_ROLLUP_ENDS) {                             \
            (to)->least = (from)->least;                              \
            (to)->most = (from)->most;                                \
        }                                                             \
        if ((wanted)&QUIRE_ROLLUP_MOMENTS) {                          \
            (to)->mean = (from)->mean;                                \
            (to)->squares = (from)->squares;                          \
        }                                                             \
    } while (false)

#define CELL(type, group) ((struct type *)(void *)((uint8_t *)cells + (size_t)(group)*each))

ALWAYS_INLINE void stretch_reals(void *cells, const struct quire_rollup_stretches *stretches,
                                 const struct quire_rollup_lane *lane, size_t each, unsigned wanted)
{
    QUIRE_ROLLUP_EACH_STRETCH(stretches)
    {
        struct quire_rollup_real *cell = CELL(quire_rollup_real, group), now = {.n = 0};
        COPY_NUMBERS(&now, cell, wanted);
        for (uint32_t row = from; row < to; row++)
            if (lane->valid[row]) take_real(&now, lane->reals[row], wanted);
        COPY_NUMBERS(cell, &now, wanted);
    }
}

/* In two halves, neither of which can pass 64 bits, without a branch. */
static quire_i128 sum_exactly(const struct quire_rollup_lane *lane, uint32_t from, uint32_t to)
{
    uint64_t low = 0;
    int64_t high = 0;
    for (uint32_t row = from; row < to; row++) {
        int64_t value = lane->integers[row] & -(int64_t)lane->valid[row];
        low += (uint32_t)value;
        high += value >> 32;
    }
    return (quire_i128)high * (INT64_C(1) << 32) + low;
}

static int64_t count_valid(const struct quire_rollup_lane *lane, uint32_t from, uint32_t to)
{
    int64_t valid = 0;
    for (uint32_t row = from; row < to; row++)
        valid += lane->valid[row];
    return valid;
}

ALWAYS_INLINE void stretch_wholes(void *cells, const struct quire_rollup_stretches *stretches,
                                  const struct quire_rollup_lane *lane, size_t each,
                                  unsigned wanted)
{
    unsigned rest = wanted & ~(unsigned)QUIRE_ROLLUP_EXACT;
    QUIRE_ROLLUP_EACH_STRETCH(stretches)
    {
        struct quire_rollup_whole *cell = CELL(quire_rollup_whole, group), now = {.n = 0};
        if (wanted & QUIRE_ROLLUP_EXACT) cell->exact += sum_exactly(lane, from, to);
        if (rest == 0) {
            cell->n += count_valid(lane, from, to);
            continue;
        }
        COPY_NUMBERS(&now, cell, wanted);
        for (uint32_t row = from; row < to; row++)
            if (lane->valid[row]) take_whole(&now, lane, row, rest);
        COPY_NUMBERS(cell, &now, wanted);
    }
}

/* --- Rows ----------------------------------------------------------------------------------- */

/* Rows that do not count are not valid. */
#define EACH_ROW(stretches) \
    for (uint32_t row = (stretches)->starts[0]; row < (stretches)->starts[(stretches)->size]; row++)

ALWAYS_INLINE void scatter_reals(void *cells, const struct quire_rollup_stretches *stretches,
                                 const struct quire_rollup_lane *lane, size_t each, unsigned wanted)
{
    EACH_ROW(stretches)
    if (lane->valid[row])
        take_real(CELL(quire_rollup_real, stretches->of_row[row]), lane->reals[row], wanted);
}

ALWAYS_INLINE void scatter_wholes(void *cells, const struct quire_rollup_stretches *stretches,
                                  const struct quire_rollup_lane *lane, size_t each,
                                  unsigned wanted)
{
    EACH_ROW(stretches)
    if (lane->valid[row])
        take_whole(CELL(quire_rollup_whole, stretches->of_row[row]), lane, row, wanted);
}

/* --- Which one ------------------------------------------------------------------------------ */

/* A loop for each that may be wanted, so that it has nothing to ask. */
#define CASE(add, wanted)                            \
    case (wanted):                                   \
        add(cells, stretches, lane, each, (wanted)); \
        break
#define CASES(add, least)   \
    CASE(add, (least));     \
    CASE(add, (least) + 1); \
    CASE(add, (least) + 2); \
    CASE(add, (least) + 3); \
    CASE(add, (least) + 4); \
    CASE(add, (least) + 5); \
    CASE(add, (least) + 6); \
    CASE(add, (least) + 7)

#define ADD(name, add)                                                                        \
    static void name(void *cells, const struct quire_rollup_stretches *stretches,             \
                     const struct quire_rollup_lane *lane, size_t each, unsigned state_wants) \
    {                                                                                         \
        switch (state_wants) {                                                                \
            CASES(add, 0);                                                                    \
            CASES(add, 8);                                                                    \
        }                                                                                     \
    }
ADD(add_stretch_reals, stretch_reals)
ADD(add_stretch_wholes, stretch_wholes)
ADD(add_scatter_reals, scatter_reals)
ADD(add_scatter_wholes, scatter_wholes)

void quire_rollup_numbers_add(struct quire_rollup_state *state,
                              const struct quire_rollup_stretches *stretches,
                              const struct quire_rollup_lane *lane)
{
    size_t each = quire_rollup_state_cell(state);
    size_t rows = stretches->starts[stretches->size] - stretches->starts[0];
    bool short_ones = 2 * stretches->size > rows;
    if (state->kind == QUIRE_ROLLUP_REALS)
        (short_ones ? add_scatter_reals : add_stretch_reals)(state->cells, stretches, lane, each,
                                                             state->wanted);
    else
        (short_ones ? add_scatter_wholes : add_stretch_wholes)(state->cells, stretches, lane, each,
                                                               state->wanted);
}
