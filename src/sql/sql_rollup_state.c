/* One loop an aggregate over the rows of a batch, which adds to the cell of each row's group: those
 * of some hundred groups stay in a core's cache. Moments are Welford's, as in sql_aggregate.c. */
#include "sql/sql_rollup_state.h"

#include <math.h>
#include <string.h>

#include "base/civil.h"

struct count {
    int64_t n;
};
/* A sum, or the least or greatest value. */
struct total {
    double sum;
    int64_t n;
};
struct whole_total {
    int64_t sum, n;
};
struct moments {
    int64_t n;
    double mean, squares;
};
struct pair_moments {
    int64_t n;
    double y_mean, x_mean, x_squares, products;
};

/* --- Cells ---------------------------------------------------------------------------------- */

static size_t cell_size(enum quire_rollup_function function)
{
    switch (function) {
    case QUIRE_ROLLUP_SUM:
    case QUIRE_ROLLUP_AVG:
    case QUIRE_ROLLUP_MIN:
    case QUIRE_ROLLUP_MAX: return sizeof(struct total);
    case QUIRE_ROLLUP_STDDEV_SAMP:
    case QUIRE_ROLLUP_STDDEV_POP: return sizeof(struct moments);
    case QUIRE_ROLLUP_SLOPE: return sizeof(struct pair_moments);
    default: return sizeof(struct count);
    }
}

void quire_rollup_state_release(struct quire_rollup_state *state)
{
    quire_free(state->cells);
    quire_rollup_words_release(&state->words);
    quire_rollup_words_release(&state->pairs);
    quire_free(state->numbers);
}

size_t quire_rollup_state_bytes(const struct quire_rollup_state *state)
{
    return state->cells_size * cell_size(state->aggregate->function) +
           quire_rollup_words_bytes(&state->words) + quire_rollup_words_bytes(&state->pairs);
}

static int make_cells(struct quire_rollup_state *state, size_t groups)
{
    if (groups <= state->cells_size) return 0;
    size_t size = 2 * groups, each = cell_size(state->aggregate->function);
    uint8_t *cells = quire_realloc(state->cells, size * each);
    if (cells == NULL) return QUIRE_MEMORY;
    memset(cells + state->cells_size * each, 0, (size - state->cells_size) * each);
    state->cells = cells;
    state->cells_size = size;
    return 0;
}

/* --- Adding --------------------------------------------------------------------------------- */

static void count_rows(struct count *cells, int64_t rows, const uint32_t *group_of)
{
    for (int64_t row = 0; row < rows; row++)
        cells[group_of[row]].n++;
}

static void count_bools(struct count *cells, const struct quire_view *view,
                        const uint32_t *group_of, bool wanted)
{
    for (int64_t row = 0; row < view->length; row++)
        cells[group_of[row]].n +=
            !quire_view_is_null(view, row) && quire_view_bool(view, row) == wanted;
}

static void count_valid(struct count *cells, const struct quire_view *view,
                        const uint32_t *group_of, const struct quire_rollup_lane *lane)
{
    bool real = quire_kind_is_float(view->field->kind);
    for (int64_t row = 0; row < view->length; row++)
        cells[group_of[row]].n += real ? lane->valid[row] : !quire_view_is_null(view, row);
}

static bool sum_whole(struct whole_total *cells, int64_t rows, const uint32_t *group_of,
                      const struct quire_rollup_lane *lane)
{
    bool overflow = false;
    for (int64_t row = 0; row < rows; row++) {
        struct whole_total *cell = &cells[group_of[row]];
        int64_t value = lane->valid[row] ? lane->integers[row] : 0;
        overflow |= __builtin_add_overflow(cell->sum, value, &cell->sum);
        cell->n += lane->valid[row];
    }
    return overflow;
}

static void sum_reals(struct total *cells, int64_t rows, const uint32_t *group_of,
                      const struct quire_rollup_lane *lane)
{
    for (int64_t row = 0; row < rows; row++) {
        struct total *cell = &cells[group_of[row]];
        cell->sum += lane->valid[row] ? lane->reals[row] : 0;
        cell->n += lane->valid[row];
    }
}

#define EXTREMES(name, cell_type, lane_values)                                                    \
    static void name(struct cell_type *cells, int64_t rows, const uint32_t *group_of,             \
                     const struct quire_rollup_lane *lane, bool most)                             \
    {                                                                                             \
        for (int64_t row = 0; row < rows; row++) {                                                \
            struct cell_type *cell = &cells[group_of[row]];                                       \
            if (!lane->valid[row]) continue;                                                      \
            if (cell->n++ == 0 ||                                                                 \
                (most ? lane->lane_values[row] > cell->sum : lane->lane_values[row] < cell->sum)) \
                cell->sum = lane->lane_values[row];                                               \
        }                                                                                         \
    }
EXTREMES(reach_reals, total, reals)
EXTREMES(reach_whole, whole_total, integers)

static void add_moments(struct moments *cells, int64_t rows, const uint32_t *group_of,
                        const struct quire_rollup_lane *lane)
{
    for (int64_t row = 0; row < rows; row++) {
        struct moments *cell = &cells[group_of[row]];
        if (!lane->valid[row]) continue;
        double away = lane->reals[row] - cell->mean;
        cell->mean += away / (double)++cell->n;
        cell->squares += away * (lane->reals[row] - cell->mean);
    }
}

/* The seconds of a time, as unix_seconds rounds them: down. */
static void add_pairs(struct pair_moments *cells, const struct quire_view *view,
                      const uint32_t *group_of, const struct quire_rollup_lane *lane,
                      const struct quire_rollup_lane *times, int64_t scale)
{
    for (int64_t row = 0; row < view->length; row++) {
        struct pair_moments *cell = &cells[group_of[row]];
        int64_t rest;
        if (!lane->valid[row] || !times->valid[row]) continue;
        double x = (double)civil_floor(times->integers[row], scale, &rest);
        double y_away = lane->reals[row] - cell->y_mean, x_away = x - cell->x_mean;
        cell->n++;
        cell->y_mean += y_away / (double)cell->n;
        cell->x_mean += x_away / (double)cell->n;
        cell->x_squares += x_away * (x - cell->x_mean);
        cell->products += y_away * (x - cell->x_mean);
    }
}

static int number_distinct(struct quire_rollup_state *state, const struct quire_view *view,
                           const uint8_t *keep)
{
    if (view->length > state->numbers_capacity) {
        uint32_t *numbers = quire_realloc(state->numbers, (size_t)view->length * sizeof(*numbers));
        if (numbers == NULL) return QUIRE_MEMORY;
        state->numbers = numbers;
        state->numbers_capacity = view->length;
    }
    return quire_rollup_words_of(&state->words, view, keep, state->numbers);
}

/* A pair of a group and a value counts when it is new. */
static int count_distinct(struct quire_rollup_state *state, const struct quire_view *view,
                          const uint32_t *group_of, const uint8_t *keep)
{
    struct count *cells = state->cells;
    int code = number_distinct(state, view, keep);
    for (int64_t row = 0; row < view->length && code == 0; row++) {
        uint32_t pair[2] = {group_of[row], state->numbers[row]}, number;
        if (!keep[row] || quire_view_is_null(view, row)) continue;
        size_t before = state->pairs.size;
        code = quire_rollup_words_add(
            &state->pairs, (struct quire_bytes){(const uint8_t *)pair, sizeof(pair)}, &number);
        cells[pair[0]].n += state->pairs.size > before;
    }
    return code;
}

int quire_rollup_state_add(struct quire_rollup_state *state, size_t groups,
                           const uint32_t *group_of, const uint8_t *keep,
                           const struct quire_view *view, const struct quire_rollup_lane *lane,
                           const struct quire_rollup_lane *other)
{
    int code = make_cells(state, groups);
    if (code != 0) return code;
    void *cells = state->cells;
    enum quire_rollup_function function = state->aggregate->function;
    int64_t rows = view->length;
    switch (function) {
    case QUIRE_ROLLUP_COUNT_ROWS: count_rows(cells, rows, group_of); break;
    case QUIRE_ROLLUP_COUNT: count_valid(cells, view, group_of, lane); break;
    case QUIRE_ROLLUP_COUNT_DISTINCT: return count_distinct(state, view, group_of, keep);
    case QUIRE_ROLLUP_COUNT_TRUE:
    case QUIRE_ROLLUP_COUNT_FALSE:
        count_bools(cells, view, group_of, function == QUIRE_ROLLUP_COUNT_TRUE);
        break;
    case QUIRE_ROLLUP_SUM:
        if (lane->whole)
            state->overflow |= sum_whole(cells, rows, group_of, lane);
        else
            sum_reals(cells, rows, group_of, lane);
        break;
    case QUIRE_ROLLUP_AVG: sum_reals(cells, rows, group_of, lane); break;
    case QUIRE_ROLLUP_MIN:
    case QUIRE_ROLLUP_MAX:
        if (lane->whole)
            reach_whole(cells, rows, group_of, lane, function == QUIRE_ROLLUP_MAX);
        else
            reach_reals(cells, rows, group_of, lane, function == QUIRE_ROLLUP_MAX);
        break;
    case QUIRE_ROLLUP_STDDEV_SAMP:
    case QUIRE_ROLLUP_STDDEV_POP: add_moments(cells, rows, group_of, lane); break;
    case QUIRE_ROLLUP_SLOPE: add_pairs(cells, view, group_of, lane, other, other->scale); break;
    case QUIRE_ROLLUP_PERCENTILE: break; /* sql_rollup_percentile.c */
    }
    return 0;
}

/* --- Results -------------------------------------------------------------------------------- */

const char *quire_rollup_state_type(const struct quire_rollup_aggregate *aggregate,
                                    const struct quire_field *field)
{
    bool real = quire_kind_is_float(field->kind);
    switch (aggregate->function) {
    case QUIRE_ROLLUP_SUM:
    case QUIRE_ROLLUP_MIN:
    case QUIRE_ROLLUP_MAX: return real ? "float64" : "int64";
    case QUIRE_ROLLUP_AVG:
    case QUIRE_ROLLUP_STDDEV_SAMP:
    case QUIRE_ROLLUP_STDDEV_POP:
    case QUIRE_ROLLUP_SLOPE:
    case QUIRE_ROLLUP_PERCENTILE: return "float64";
    default: return "int64";
    }
}

/* What is not finite is null, as a NaN is to SQLite. */
static int append_real(struct quire_column *column, bool known, double value)
{
    return known && !isnan(value) ? quire_column_append_f64(column, value)
                                  : quire_column_append_null(column);
}

static int append_whole(struct quire_column *column, bool known, int64_t value)
{
    return known ? quire_column_append_i64(column, value) : quire_column_append_null(column);
}

int quire_rollup_state_result(const struct quire_rollup_state *state, size_t group,
                              struct quire_column *column)
{
    static const double none[6] = {0};
    enum quire_rollup_function function = state->aggregate->function;
    const void *cell = group < state->cells_size
                           ? (const uint8_t *)state->cells + group * cell_size(function)
                           : (const void *)none;
    const struct total *total = cell;
    const struct whole_total *whole = cell;
    const struct moments *moments = cell;
    const struct pair_moments *pairs = cell;
    bool is_whole = column->field->kind == QUIRE_KIND_INT64;
    switch (function) {
    case QUIRE_ROLLUP_SUM:
    case QUIRE_ROLLUP_MIN:
    case QUIRE_ROLLUP_MAX:
        if (is_whole) return append_whole(column, whole->n > 0, whole->sum);
        return append_real(column, total->n > 0, total->sum);
    case QUIRE_ROLLUP_AVG: return append_real(column, total->n > 0, total->sum / (double)total->n);
    case QUIRE_ROLLUP_STDDEV_SAMP:
        return append_real(column, moments->n > 1,
                           sqrt(moments->squares / (double)(moments->n - 1)));
    case QUIRE_ROLLUP_STDDEV_POP:
        return append_real(column, moments->n > 0, sqrt(moments->squares / (double)moments->n));
    case QUIRE_ROLLUP_SLOPE:
        return append_real(column, pairs->n > 1, pairs->products / pairs->x_squares);
    default: return append_whole(column, true, ((const struct count *)cell)->n);
    }
}
