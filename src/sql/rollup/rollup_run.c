/* What one rollup keeps while rows are read. */
#include "sql/rollup/rollup_run.h"

#include "sql/vtab/vtab_source.h"

void quire_rollup_run_release(struct quire_rollup_run *run)
{
    for (size_t i = 0; i < run->states_size; i++)
        quire_rollup_state_release(&run->states[i]);
    for (size_t i = 0; run->percentiles != NULL && i < run->rollup->aggregates_size; i++)
        quire_rollup_percentile_release(&run->percentiles[i]);
    quire_rollup_groups_release(&run->groups);
    quire_sql_bounds_release(&run->bounds);
    quire_free(run->states);
    quire_free(run->state_of);
    quire_free(run->percentiles);
}

size_t quire_rollup_run_bytes(const struct quire_rollup_run *run)
{
    size_t bytes = quire_rollup_groups_bytes(&run->groups);
    for (size_t i = 0; i < run->states_size; i++)
        bytes += quire_rollup_state_bytes(&run->states[i]);
    return bytes;
}

/* --- States --------------------------------------------------------------------------------- */

/* The state of that kind and column, perhaps a new one. */
static struct quire_rollup_state *find_state(struct quire_rollup_run *run,
                                             const struct quire_rollup_aggregate *aggregate,
                                             enum quire_rollup_kind kind)
{
    size_t other = kind == QUIRE_ROLLUP_PAIRS ? aggregate->other : 0;
    for (size_t i = 0; i < run->states_size; i++) {
        struct quire_rollup_state *state = &run->states[i];
        if (state->kind == kind && state->column == aggregate->column && state->other == other)
            return state;
    }
    struct quire_rollup_state *state = &run->states[run->states_size++];
    state->kind = kind;
    state->column = aggregate->column;
    state->other = other;
    state->distinct.file.folder = run->session->options.folder;
    state->values.file.folder = run->session->options.folder;
    state->values.session = state->distinct.session = run->session;
    return state;
}

static void make_states(struct quire_rollup_run *run)
{
    const struct quire_field *fields = run->rollup->source->field->children;
    for (size_t i = 0; i < run->rollup->aggregates_size; i++) {
        const struct quire_rollup_aggregate *aggregate = &run->rollup->aggregates[i];
        unsigned wanted;
        enum quire_rollup_kind kind =
            quire_rollup_state_kind(aggregate, fields[aggregate->column].kind, &wanted);
        struct quire_rollup_state *state = find_state(run, aggregate, kind);
        state->wanted |= wanted;
        state->values.distances |= aggregate->function == QUIRE_ROLLUP_MIDDLE_DISTANCE ||
                                   aggregate->function == QUIRE_ROLLUP_MEAN_DISTANCE;
        run->state_of[i] = (size_t)(state - run->states);
    }
}

static bool make_percentiles(struct quire_rollup_run *run, sqlite3_value **values)
{
    for (size_t i = 0; i < run->rollup->aggregates_size; i++) {
        const struct quire_rollup_aggregate *aggregate = &run->rollup->aggregates[i];
        struct quire_rollup_percentile *percentile = &run->percentiles[i];
        if (aggregate->function != QUIRE_ROLLUP_PERCENTILE) continue;
        percentile->column = aggregate->column;
        percentile->part = sqlite3_value_double(values[aggregate->other]);
        if (!(percentile->part >= 0 && percentile->part <= 1)) return false;
    }
    return true;
}

int quire_rollup_run_init(struct quire_rollup_run *run, struct quire_rollup_ask *ask, bool *fits)
{
    size_t size = ask->rollup->aggregates_size + 1;
    *run = (struct quire_rollup_run){.ask = ask, .session = ask->session, .rollup = ask->rollup};
    run->groups.rollup = ask->rollup;
    run->groups.size = 1;
    run->states = quire_alloc_zero(size, sizeof(*run->states));
    run->state_of = quire_alloc_zero(size, sizeof(*run->state_of));
    run->percentiles = quire_alloc_zero(size, sizeof(*run->percentiles));
    if (run->states == NULL || run->state_of == NULL || run->percentiles == NULL)
        return QUIRE_MEMORY;
    if (quire_rollup_make_bounds(run, ask->values, fits) != 0) return QUIRE_MEMORY;
    make_states(run);
    *fits = *fits && make_percentiles(run, ask->values);
    return 0;
}

/* --- Columns -------------------------------------------------------------------------------- */

void quire_rollup_run_wants(struct quire_rollup_run *run)
{
    struct quire_rollup_filter *filter = run->filter;
    for (size_t i = 0; i < run->rollup->keys_size; i++)
        run->groups.lists[i] = quire_rollup_filter_list(filter, &run->rollup->keys[i]);
    for (size_t i = 0; i < run->states_size; i++) {
        const struct quire_rollup_state *state = &run->states[i];
        if (state->kind == QUIRE_ROLLUP_DIFFERENT) filter->hashed[state->column] = true;
        if (state->kind == QUIRE_ROLLUP_PRESENT) filter->looked[state->column] = true;
        if (quire_rollup_state_is_numeric(state)) filter->numeric[state->column] = true;
        if (quire_rollup_state_is_real(state)) filter->real[state->column] = true;
        if (state->kind == QUIRE_ROLLUP_PAIRS) filter->numeric[state->other] = true;
    }
}

void quire_rollup_run_wants_places(const struct quire_rollup_run *run)
{
    for (size_t i = 0; i < run->rollup->aggregates_size; i++) {
        const struct quire_rollup_percentile *percentile = &run->percentiles[i];
        if (run->rollup->aggregates[i].function != QUIRE_ROLLUP_PERCENTILE) continue;
        if (!percentile->low.found || !percentile->high.found)
            run->filter->numeric[percentile->column] = run->filter->real[percentile->column] = true;
    }
}
