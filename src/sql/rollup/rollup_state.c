/* What aggregates have in common, and what each of them is in the end. */
#include "sql/rollup/rollup_state.h"

#include <math.h>

void quire_rollup_state_release(struct quire_rollup_state *state)
{
    quire_free(state->cells);
    quire_rollup_distinct_release(&state->distinct);
    quire_rollup_values_release(&state->values);
}

size_t quire_rollup_state_bytes(const struct quire_rollup_state *state)
{
    return state->cells_size * quire_rollup_state_cell(state) +
           quire_rollup_distinct_bytes(&state->distinct);
}

/* --- Kinds ---------------------------------------------------------------------------------- */

/* A count of what may be NaN, which is null, is one of its numbers. */
static enum quire_rollup_kind kind_of_count(enum quire_kind column)
{
    if (column == QUIRE_KIND_BOOL) return QUIRE_ROLLUP_TRUTHS;
    if (quire_kind_is_float(column)) return QUIRE_ROLLUP_REALS;
    return quire_kind_is_integer(column) && column != QUIRE_KIND_UINT64 ? QUIRE_ROLLUP_WHOLES
                                                                        : QUIRE_ROLLUP_PRESENT;
}

enum quire_rollup_kind quire_rollup_state_kind(const struct quire_rollup_aggregate *aggregate,
                                               enum quire_kind column, unsigned *wanted)
{
    bool real = quire_kind_is_float(column);
    enum quire_rollup_kind numbers = real ? QUIRE_ROLLUP_REALS : QUIRE_ROLLUP_WHOLES;
    *wanted = 0;
    switch (aggregate->function) {
    case QUIRE_ROLLUP_COUNT_ROWS: return QUIRE_ROLLUP_ROWS;
    case QUIRE_ROLLUP_COUNT: return kind_of_count(column);
    case QUIRE_ROLLUP_COUNT_DISTINCT: return QUIRE_ROLLUP_DIFFERENT;
    case QUIRE_ROLLUP_COUNT_TRUE:
    case QUIRE_ROLLUP_COUNT_FALSE: return QUIRE_ROLLUP_TRUTHS;
    case QUIRE_ROLLUP_SUM: *wanted = real ? QUIRE_ROLLUP_TOTAL : QUIRE_ROLLUP_EXACT; return numbers;
    case QUIRE_ROLLUP_AVG: *wanted = QUIRE_ROLLUP_TOTAL; return numbers;
    case QUIRE_ROLLUP_MIN:
    case QUIRE_ROLLUP_MAX: *wanted = QUIRE_ROLLUP_ENDS; return numbers;
    case QUIRE_ROLLUP_STDDEV_SAMP:
    case QUIRE_ROLLUP_STDDEV_POP: *wanted = QUIRE_ROLLUP_MOMENTS; return numbers;
    case QUIRE_ROLLUP_SLOPE: return QUIRE_ROLLUP_PAIRS;
    case QUIRE_ROLLUP_MEDIAN:
    case QUIRE_ROLLUP_MIDDLE_DISTANCE:
    case QUIRE_ROLLUP_MEAN_DISTANCE: return QUIRE_ROLLUP_MIDDLES;
    default: return QUIRE_ROLLUP_PLACES;
    }
}

bool quire_rollup_state_is_numeric(const struct quire_rollup_state *state)
{
    return state->kind != QUIRE_ROLLUP_ROWS && state->kind != QUIRE_ROLLUP_PRESENT &&
           state->kind != QUIRE_ROLLUP_DIFFERENT;
}

bool quire_rollup_state_is_real(const struct quire_rollup_state *state)
{
    return state->kind != QUIRE_ROLLUP_WHOLES ||
           (state->wanted & (QUIRE_ROLLUP_TOTAL | QUIRE_ROLLUP_MOMENTS)) != 0;
}

bool quire_rollup_state_is_slow(const struct quire_rollup_state *state)
{
    bool numbers = state->kind == QUIRE_ROLLUP_WHOLES || state->kind == QUIRE_ROLLUP_REALS;
    return state->kind == QUIRE_ROLLUP_PAIRS ||
           (numbers && (state->wanted & QUIRE_ROLLUP_MOMENTS) != 0);
}

/* --- Results -------------------------------------------------------------------------------- */

static void count_value(void *user, uint32_t group)
{
    struct quire_rollup_count *cells = user;
    cells[group].n++;
}

static void find_wide(struct quire_rollup_state *state)
{
    const uint8_t *cells = state->cells;
    size_t each = quire_rollup_state_cell(state);
    for (size_t i = 0; i < state->cells_size && !state->wide; i++) {
        const struct quire_rollup_whole *cell =
            (const struct quire_rollup_whole *)(const void *)(cells + i * each);
        state->wide = cell->exact > INT64_MAX || cell->exact < INT64_MIN;
    }
}

int quire_rollup_state_finish(struct quire_rollup_state *state, size_t bytes_max,
                              struct quire_error *error)
{
    if (state->kind == QUIRE_ROLLUP_DIFFERENT)
        return quire_rollup_distinct_count(&state->distinct, bytes_max, count_value, state->cells,
                                           error);
    if (state->kind == QUIRE_ROLLUP_MIDDLES)
        return quire_rollup_values_finish(&state->values, bytes_max, state->cells,
                                          state->cells_size, error);
    if (state->kind == QUIRE_ROLLUP_WHOLES && (state->wanted & QUIRE_ROLLUP_EXACT) != 0)
        find_wide(state);
    return 0;
}

const char *quire_rollup_state_type(const struct quire_rollup_state *state,
                                    enum quire_rollup_function function)
{
    bool whole = state->kind == QUIRE_ROLLUP_WHOLES;
    switch (function) {
    case QUIRE_ROLLUP_COUNT_ROWS:
    case QUIRE_ROLLUP_COUNT:
    case QUIRE_ROLLUP_COUNT_DISTINCT:
    case QUIRE_ROLLUP_COUNT_TRUE:
    case QUIRE_ROLLUP_COUNT_FALSE: return "int64";
    case QUIRE_ROLLUP_SUM: return whole && !state->wide ? "int64" : "float64";
    case QUIRE_ROLLUP_MIN:
    case QUIRE_ROLLUP_MAX: return whole ? "int64" : "float64";
    default: return "float64";
    }
}

/* NaN is null, as it is to SQLite. */
static int append_real(struct quire_column *column, bool known, double value)
{
    return known && !isnan(value) ? quire_column_append_f64(column, value)
                                  : quire_column_append_null(column);
}

static int append_whole(struct quire_column *column, bool known, int64_t value)
{
    return known ? quire_column_append_i64(column, value) : quire_column_append_null(column);
}

static int append_middle(const struct quire_rollup_middle *middle,
                         enum quire_rollup_function function, struct quire_column *column)
{
    if (function == QUIRE_ROLLUP_MEDIAN)
        return append_real(column, middle->count > 0, middle->median);
    if (function == QUIRE_ROLLUP_MIDDLE_DISTANCE)
        return append_real(column, middle->distances > 0, middle->distance_median);
    return append_real(column, middle->distances > 0,
                       middle->distance_sum / (double)middle->distances);
}

#define APPEND_MOMENTS(column, cell, function)                                                 \
    ((function) == QUIRE_ROLLUP_STDDEV_SAMP                                                    \
         ? append_real(column, (cell)->n > 1, sqrt((cell)->squares / (double)((cell)->n - 1))) \
         : append_real(column, (cell)->n > 0, sqrt((cell)->squares / (double)(cell)->n)))

static int append_of_reals(const struct quire_rollup_real *cell,
                           enum quire_rollup_function function, struct quire_column *column)
{
    bool any = cell->n > 0;
    switch (function) {
    case QUIRE_ROLLUP_COUNT: return append_whole(column, true, cell->n);
    case QUIRE_ROLLUP_SUM: return append_real(column, any, cell->total);
    case QUIRE_ROLLUP_AVG: return append_real(column, any, cell->total / (double)cell->n);
    case QUIRE_ROLLUP_MIN: return append_real(column, any, cell->least);
    case QUIRE_ROLLUP_MAX: return append_real(column, any, cell->most);
    default: return APPEND_MOMENTS(column, cell, function);
    }
}

static int append_of_wholes(const struct quire_rollup_whole *cell, bool wide,
                            enum quire_rollup_function function, struct quire_column *column)
{
    bool any = cell->n > 0;
    switch (function) {
    case QUIRE_ROLLUP_COUNT: return append_whole(column, true, cell->n);
    case QUIRE_ROLLUP_SUM:
        return wide ? append_real(column, any, (double)cell->exact)
                    : append_whole(column, any, (int64_t)cell->exact);
    case QUIRE_ROLLUP_AVG: return append_real(column, any, cell->total / (double)cell->n);
    case QUIRE_ROLLUP_MIN: return append_whole(column, any, cell->least);
    case QUIRE_ROLLUP_MAX: return append_whole(column, any, cell->most);
    default: return APPEND_MOMENTS(column, cell, function);
    }
}

int quire_rollup_state_result(const struct quire_rollup_state *state,
                              enum quire_rollup_function function, size_t group,
                              struct quire_column *column)
{
    static const _Alignas(16) uint8_t none[sizeof(struct quire_rollup_whole)] = {0};
    const void *cell = group < state->cells_size
                           ? (const uint8_t *)state->cells + group * quire_rollup_state_cell(state)
                           : none;
    const struct quire_rollup_truths *truths = cell;
    const struct quire_rollup_pairs *pairs = cell;
    switch (state->kind) {
    case QUIRE_ROLLUP_TRUTHS:
        return append_whole(column, true,
                            (function != QUIRE_ROLLUP_COUNT_FALSE ? truths->yes : 0) +
                                (function != QUIRE_ROLLUP_COUNT_TRUE ? truths->no : 0));
    case QUIRE_ROLLUP_REALS: return append_of_reals(cell, function, column);
    case QUIRE_ROLLUP_WHOLES: return append_of_wholes(cell, state->wide, function, column);
    case QUIRE_ROLLUP_PAIRS:
        return append_real(column, pairs->n > 1, pairs->products / pairs->x_squares);
    case QUIRE_ROLLUP_MIDDLES: return append_middle(cell, function, column);
    default: return append_whole(column, true, ((const struct quire_rollup_count *)cell)->n);
    }
}
