/* One loop a state over the rows of a batch, stretch by stretch. */
#include "sql/rollup/rollup_state.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "sql/sql_session.h"

size_t quire_rollup_state_cell(const struct quire_rollup_state *state)
{
    bool more = (state->wanted & (QUIRE_ROLLUP_ENDS | QUIRE_ROLLUP_MOMENTS)) != 0;
    switch (state->kind) {
    case QUIRE_ROLLUP_TRUTHS: return sizeof(struct quire_rollup_truths);
    case QUIRE_ROLLUP_WHOLES:
        return more ? sizeof(struct quire_rollup_whole)
                    : offsetof(struct quire_rollup_whole, least);
    case QUIRE_ROLLUP_REALS:
        return more ? sizeof(struct quire_rollup_real) : offsetof(struct quire_rollup_real, least);
    case QUIRE_ROLLUP_PAIRS: return sizeof(struct quire_rollup_pairs);
    case QUIRE_ROLLUP_MIDDLES: return sizeof(struct quire_rollup_middle);
    default: return sizeof(struct quire_rollup_count);
    }
}

static int make_cells(struct quire_rollup_state *state, size_t groups)
{
    if (groups <= state->cells_size) return 0;
    size_t size = 2 * groups, each = quire_rollup_state_cell(state);
    uint8_t *cells = quire_realloc(state->cells, size * each);
    if (cells == NULL) return QUIRE_MEMORY;
    memset(cells + state->cells_size * each, 0, (size - state->cells_size) * each);
    state->cells = cells;
    state->cells_size = size;
    return 0;
}

/* --- Counts --------------------------------------------------------------------------------- */

static void count_rows(struct quire_rollup_count *cells,
                       const struct quire_rollup_stretches *stretches)
{
    QUIRE_ROLLUP_EACH_STRETCH(stretches)
    cells[group].n += to - from;
}

static void count_present(struct quire_rollup_count *cells,
                          const struct quire_rollup_stretches *stretches,
                          const struct quire_view *view)
{
    QUIRE_ROLLUP_EACH_STRETCH(stretches)
    for (uint32_t row = from; row < to; row++)
        cells[group].n += !quire_view_is_null(view, row);
}

static void count_truths(struct quire_rollup_truths *cells,
                         const struct quire_rollup_stretches *stretches,
                         const struct quire_rollup_lane *lane)
{
    QUIRE_ROLLUP_EACH_STRETCH(stretches)
    {
        int64_t yes = 0, no = 0;
        for (uint32_t row = from; row < to; row++) {
            yes += lane->truths[row] == 1;
            no += lane->truths[row] == 0;
        }
        cells[group].yes += yes;
        cells[group].no += no;
    }
}

static void add_pairs(struct quire_rollup_pairs *cells,
                      const struct quire_rollup_stretches *stretches,
                      const struct quire_rollup_lane *lane, const struct quire_rollup_lane *times)
{
    QUIRE_ROLLUP_EACH_STRETCH(stretches)
    {
        struct quire_rollup_pairs now = cells[group];
        for (uint32_t row = from; row < to; row++) {
            if (!lane->valid[row] || !times->valid[row]) continue;
            double x = times->reals[row], y = lane->reals[row];
            if (now.n++ == 0) {
                now.y_first = isfinite(y) ? y : 0;
                now.x_first = x;
            }
            y -= now.y_first;
            x -= now.x_first;
            double y_away = y - now.y_mean, x_away = x - now.x_mean;
            now.y_mean += y_away / (double)now.n;
            now.x_mean += x_away / (double)now.n;
            now.x_squares += x_away * (x - now.x_mean);
            now.products += y_away * (x - now.x_mean);
        }
        cells[group] = now;
    }
}

int quire_rollup_state_add(struct quire_rollup_state *state,
                           const struct quire_rollup_stretches *stretches, size_t groups,
                           const struct quire_rollup_filter *filter,
                           const struct quire_view *const *views, int64_t rows, size_t bytes_max,
                           struct quire_error *error)
{
    const struct quire_rollup_lane *lane = &filter->lanes[state->column];
    int code = make_cells(state, groups);
    if (code != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    switch (state->kind) {
    case QUIRE_ROLLUP_ROWS: count_rows(state->cells, stretches); break;
    case QUIRE_ROLLUP_PRESENT: count_present(state->cells, stretches, views[state->column]); break;
    case QUIRE_ROLLUP_TRUTHS: count_truths(state->cells, stretches, lane); break;
    case QUIRE_ROLLUP_WHOLES:
    case QUIRE_ROLLUP_REALS: quire_rollup_numbers_add(state, stretches, lane); break;
    case QUIRE_ROLLUP_PAIRS:
        add_pairs(state->cells, stretches, lane, &filter->lanes[state->other]);
        break;
    case QUIRE_ROLLUP_DIFFERENT:
        code =
            quire_rollup_distinct_add(&state->distinct, &filter->hashes[state->column], stretches);
        if (code != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
        break;
    case QUIRE_ROLLUP_MIDDLES:
        return quire_rollup_values_add(&state->values, rows, stretches->of_row, lane, bytes_max,
                                       state->cells, error);
    default: break;
    }
    return 0;
}
