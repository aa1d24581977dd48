/* The scan of a rollup: once for its aggregates, and again for what percentiles still look for. */
#include "sql/sql_rollup_run.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "sql/sql_source.h"

static void release_run(struct quire_rollup_run *run)
{
    const struct quire_rollup *rollup = run->rollup;
    for (size_t i = 0; i < run->columns_size && run->lanes != NULL; i++)
        quire_rollup_lane_release(&run->lanes[i]);
    for (size_t i = 0; i < rollup->aggregates_size; i++) {
        if (run->states != NULL) quire_rollup_state_release(&run->states[i]);
        if (run->percentiles != NULL) quire_rollup_percentile_release(&run->percentiles[i]);
    }
    quire_rollup_groups_release(&run->groups);
    quire_sql_bounds_release(&run->bounds);
    quire_free(run->wanted);
    quire_free(run->columns);
    quire_free(run->lanes);
    quire_free(run->numeric);
    quire_free(run->states);
    quire_free(run->percentiles);
    quire_free(run->keep);
}

/* --- Beginning ------------------------------------------------------------------------------ */

/* A count does of what may be NaN, which is null. */
static bool uses_numbers(const struct quire_rollup_run *run,
                         const struct quire_rollup_aggregate *aggregate)
{
    const struct quire_field *fields = run->rollup->source->field->children;
    return aggregate->function >= QUIRE_ROLLUP_SUM ||
           (aggregate->function == QUIRE_ROLLUP_COUNT &&
            quire_kind_is_float(fields[aggregate->column].kind));
}

static int make_lists(struct quire_rollup_run *run)
{
    size_t columns = run->columns_size + 1, aggregates = run->rollup->aggregates_size + 1;
    run->wanted = quire_alloc_zero(columns, sizeof(*run->wanted));
    run->columns = quire_alloc_zero(columns, sizeof(*run->columns));
    run->lanes = quire_alloc_zero(columns, sizeof(*run->lanes));
    run->numeric = quire_alloc_zero(columns, sizeof(*run->numeric));
    run->states = quire_alloc_zero(aggregates, sizeof(*run->states));
    run->percentiles = quire_alloc_zero(aggregates, sizeof(*run->percentiles));
    bool all = run->wanted != NULL && run->columns != NULL && run->lanes != NULL &&
               run->numeric != NULL && run->states != NULL && run->percentiles != NULL;
    return all ? 0 : QUIRE_MEMORY;
}

static void want_aggregate(struct quire_rollup_run *run,
                           const struct quire_rollup_aggregate *aggregate)
{
    if (aggregate->function == QUIRE_ROLLUP_COUNT_ROWS) return;
    run->wanted[aggregate->column] = true;
    if (!uses_numbers(run, aggregate)) return;
    run->numeric[aggregate->column] = true;
    if (aggregate->function != QUIRE_ROLLUP_SLOPE) return;
    run->wanted[aggregate->other] = true;
    run->numeric[aggregate->other] = true;
}

static void want_columns(struct quire_rollup_run *run)
{
    const struct quire_rollup *rollup = run->rollup;
    for (size_t i = 0; i < rollup->keys_size; i++)
        run->wanted[rollup->keys[i].column] = true;
    for (size_t i = 0; i < rollup->terms_size; i++)
        run->wanted[rollup->terms[i].term.column] = true;
    for (size_t i = 0; i < rollup->aggregates_size; i++)
        want_aggregate(run, &rollup->aggregates[i]);
}

static bool make_states(struct quire_rollup_run *run, sqlite3_value **values)
{
    for (size_t i = 0; i < run->rollup->aggregates_size; i++) {
        const struct quire_rollup_aggregate *aggregate = &run->rollup->aggregates[i];
        run->states[i].aggregate = aggregate;
        if (aggregate->function != QUIRE_ROLLUP_PERCENTILE) continue;
        run->percentiles[i].column = aggregate->column;
        run->percentiles[i].part = sqlite3_value_double(values[aggregate->other]);
        if (!(run->percentiles[i].part >= 0 && run->percentiles[i].part <= 1)) return false;
    }
    return true;
}

/* --- Batches -------------------------------------------------------------------------------- */

static int bind_columns(struct quire_rollup_run *run, const struct quire_view *view,
                        struct quire_error *error)
{
    const struct quire_field *fields = run->rollup->source->field->children;
    size_t child = 0;
    for (size_t i = 0; i < run->columns_size; i++) {
        run->columns[i] = NULL;
        if (!run->wanted[i]) continue;
        while (child < view->children_size &&
               strcmp(view->children[child].field->name, fields[i].name) != 0)
            child++;
        if (child == view->children_size || view->children[child].field->kind != fields[i].kind)
            return quire_fail(error, QUIRE_INPUT, QUIRE_SQL_OPERATION,
                              "the column \"%.100s\" of %.100s is not what it was: was it "
                              "written to?",
                              fields[i].name, run->rollup->source->given->name);
        run->columns[i] = &view->children[child++];
    }
    return 0;
}

static int keep_rows(struct quire_rollup_run *run, int64_t rows)
{
    if (rows > run->keep_capacity) {
        uint8_t *keep = quire_realloc(run->keep, (size_t)rows);
        if (keep == NULL) return QUIRE_MEMORY;
        run->keep = keep;
        run->keep_capacity = rows;
    }
    memset(run->keep, 1, (size_t)rows);
    for (size_t i = 0; i < run->bounds.size; i++) {
        const struct quire_sql_bound *bound = &run->bounds.items[i];
        quire_sql_bound_apply(bound, run->columns[bound->column], run->keep);
    }
    return 0;
}

static int fill_lanes(struct quire_rollup_run *run)
{
    int code = 0;
    for (size_t i = 0; i < run->columns_size && code == 0; i++)
        if (run->columns[i] != NULL && run->numeric[i])
            code = quire_rollup_lane_set(&run->lanes[i], run->columns[i], run->keep);
    return code;
}

static int add_aggregates(struct quire_rollup_run *run, const struct quire_view *batch)
{
    const struct quire_rollup *rollup = run->rollup;
    int code = quire_rollup_groups_set(&run->groups, run->columns, batch->length, run->keep);
    for (size_t i = 0; i < rollup->aggregates_size && code == 0; i++) {
        const struct quire_rollup_aggregate *aggregate = &rollup->aggregates[i];
        bool rows_only = aggregate->function == QUIRE_ROLLUP_COUNT_ROWS;
        bool pairs = aggregate->function == QUIRE_ROLLUP_SLOPE;
        code = quire_rollup_state_add(
            &run->states[i], run->groups.size, run->groups.of_row, run->keep,
            rows_only ? batch : run->columns[aggregate->column], &run->lanes[aggregate->column],
            pairs ? &run->lanes[aggregate->other] : NULL);
    }
    return code;
}

static void add_percentiles(struct quire_rollup_run *run, int64_t rows)
{
    for (size_t i = 0; i < run->rollup->aggregates_size; i++)
        if (run->rollup->aggregates[i].function == QUIRE_ROLLUP_PERCENTILE)
            quire_rollup_percentile_add(&run->percentiles[i],
                                        &run->lanes[run->percentiles[i].column], rows);
}

static size_t bytes_held(const struct quire_rollup_run *run)
{
    size_t bytes = quire_rollup_groups_bytes(&run->groups);
    for (size_t i = 0; i < run->rollup->aggregates_size; i++)
        bytes += quire_rollup_state_bytes(&run->states[i]);
    return bytes;
}

/* first: with the aggregates; else only what percentiles still look for. */
static int add_batch(struct quire_rollup_run *run, const struct quire_view *batch, bool first,
                     struct quire_error *error)
{
    QUIRE_TRY(bind_columns(run, batch, error));
    int code = keep_rows(run, batch->length);
    if (code == 0) code = fill_lanes(run);
    if (code == 0 && first) code = add_aggregates(run, batch);
    run->too_big = code == QUIRE_LIMIT || bytes_held(run) > run->session->memory_max / 4;
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    if (!run->too_big) add_percentiles(run, batch->length);
    return 0;
}

static void free_view(struct quire_view **view)
{
    quire_view_free(*view);
}

static int scan(struct quire_rollup_run *run, bool first, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_sql_rows_release) struct quire_sql_rows rows = {.context = NULL};
    QUIRE_CLEANUP(free_view) struct quire_view *view = NULL;
    const struct quire_sql_scan wanted = {.wanted = run->wanted,
                                          .conditions = run->bounds.conditions,
                                          .conditions_size = run->bounds.conditions_size};
    QUIRE_TRY(quire_sql_source_read(run->rollup->source, &wanted, &rows, error));
    QUIRE_TRY(quire_view_new(rows.field, &view, error));
    while (!run->too_big) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        int code = quire_sql_session_check(run->session);
        if (code != 0) return quire_sql_fail(run->session, SQLITE_INTERRUPT, NULL, error);
        QUIRE_TRY(quire_stream_next(&rows.stream, &batch, error));
        if (batch.release == NULL) break;
        QUIRE_TRY(quire_view_set(view, &batch, error));
        QUIRE_TRY(add_batch(run, view, first, error));
    }
    return 0;
}

/* --- Percentiles ---------------------------------------------------------------------------- */

/* Later passes read what percentiles and conditions look at, and no more. */
static void want_percentiles(struct quire_rollup_run *run)
{
    memset(run->wanted, 0, run->columns_size * sizeof(*run->wanted));
    memset(run->numeric, 0, run->columns_size * sizeof(*run->numeric));
    for (size_t i = 0; i < run->bounds.size; i++)
        run->wanted[run->bounds.items[i].column] = true;
    for (size_t i = 0; i < run->rollup->aggregates_size; i++) {
        const struct quire_rollup_percentile *percentile = &run->percentiles[i];
        if (run->rollup->aggregates[i].function != QUIRE_ROLLUP_PERCENTILE) continue;
        if (percentile->low.found && percentile->high.found) continue;
        run->wanted[percentile->column] = run->numeric[percentile->column] = true;
    }
}

static int begin_pass(struct quire_rollup_run *run, bool *wanted, struct quire_error *error)
{
    *wanted = false;
    for (size_t i = 0; i < run->rollup->aggregates_size; i++) {
        bool one = false;
        if (run->rollup->aggregates[i].function != QUIRE_ROLLUP_PERCENTILE) continue;
        if (quire_rollup_percentile_begin(&run->percentiles[i], &one) != 0)
            return quire_fail_memory(error, QUIRE_SQL_OPERATION);
        *wanted |= one;
    }
    return 0;
}

static void end_pass(struct quire_rollup_run *run)
{
    for (size_t i = 0; i < run->rollup->aggregates_size; i++)
        if (run->rollup->aggregates[i].function == QUIRE_ROLLUP_PERCENTILE)
            quire_rollup_percentile_end(&run->percentiles[i]);
}

static int scan_all(struct quire_rollup_run *run, struct quire_error *error)
{
    bool more = false;
    QUIRE_TRY(begin_pass(run, &more, error));
    QUIRE_TRY(scan(run, true, error));
    end_pass(run);
    while (!run->too_big) {
        QUIRE_TRY(begin_pass(run, &more, error));
        if (!more) break;
        want_percentiles(run);
        QUIRE_TRY(scan(run, false, error));
        end_pass(run);
    }
    return 0;
}

static int check_sums(const struct quire_rollup_run *run, struct quire_error *error)
{
    for (size_t i = 0; i < run->rollup->aggregates_size; i++)
        if (run->states[i].overflow)
            return quire_fail(error, QUIRE_INPUT, QUIRE_SQL_OPERATION, "integer overflow");
    return 0;
}

int quire_rollup_run(struct quire_sql_session *session, const struct quire_rollup *rollup,
                     sqlite3_value **values, bool *done, struct quire_error *error)
{
    QUIRE_CLEANUP(release_run)
    struct quire_rollup_run run = {.session = session,
                                   .rollup = rollup,
                                   .columns_size = rollup->source->field->children_size,
                                   .groups = {.rollup = rollup, .size = 1}};
    bool said = false;
    *done = false;
    if (make_lists(&run) != 0 || quire_rollup_make_bounds(&run, values, &said) != 0)
        return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    if (!said || !make_states(&run, values)) return 0;
    want_columns(&run);
    QUIRE_TRY(scan_all(&run, error));
    if (run.too_big) return 0;
    QUIRE_TRY(check_sums(&run, error));
    QUIRE_TRY(quire_rollup_name_groups(&run, error));
    *done = true;
    return 0;
}
