/* The scan of rollups: once for the aggregates of all, and again for what percentiles still look
 * for. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "sql/rollup/rollup_run.h"
#include "sql/vtab/vtab_source.h"

/* Queries of one table and with the same bounds. */
struct scan {
    struct quire_sql_session *session;
    struct quire_sql_source *source;
    size_t columns_size;               /* of the source */
    bool *wanted;                      /* one a column */
    const struct quire_view **columns; /* of the batch; NULL: not read */
    struct quire_rollup_run *runs;
    size_t runs_size;
    struct quire_rollup_filter *filters; /* no more than there are runs */
    size_t filters_size;
    bool too_big;
};

static void release_scan(struct scan *scan)
{
    for (size_t i = 0; i < scan->runs_size; i++)
        quire_rollup_run_release(&scan->runs[i]);
    for (size_t i = 0; i < scan->filters_size; i++)
        quire_rollup_filter_release(&scan->filters[i]);
    quire_free(scan->wanted);
    quire_free(scan->columns);
    quire_free(scan->runs);
    quire_free(scan->filters);
}

/* --- Beginning ------------------------------------------------------------------------------ */

static int make_lists(struct scan *scan, size_t runs)
{
    scan->wanted = quire_alloc_zero(scan->columns_size + 1, sizeof(*scan->wanted));
    scan->columns = quire_alloc_zero(scan->columns_size + 1, sizeof(*scan->columns));
    scan->runs = quire_alloc_zero(runs + 1, sizeof(*scan->runs));
    scan->filters = quire_alloc_zero(runs + 1, sizeof(*scan->filters));
    bool all = scan->wanted != NULL && scan->columns != NULL && scan->runs != NULL &&
               scan->filters != NULL;
    return all ? 0 : QUIRE_MEMORY;
}

static int find_filter(struct scan *scan, struct quire_rollup_run *run, size_t lists_max)
{
    size_t i = 0;
    while (i < scan->filters_size && !quire_rollup_filter_fits(&scan->filters[i], run->rollup))
        i++;
    run->filter = &scan->filters[i];
    if (i < scan->filters_size) return 0;
    scan->filters_size++;
    return quire_rollup_filter_init(run->filter, run->rollup, scan->columns_size, lists_max);
}

static int add_run(struct scan *scan, struct quire_rollup_ask *ask, size_t lists_max)
{
    struct quire_rollup_run *run = &scan->runs[scan->runs_size++];
    bool fits = false;
    if (quire_rollup_run_init(run, ask, &fits) != 0) return QUIRE_MEMORY;
    if (!fits || !quire_rollup_has_same_bounds(run, &scan->runs[0])) {
        quire_rollup_run_release(run);
        scan->runs_size--;
        return 0;
    }
    if (find_filter(scan, run, lists_max) != 0) return QUIRE_MEMORY;
    quire_rollup_run_wants(run);
    return 0;
}

static void want_columns(struct scan *scan, bool keyed)
{
    const struct quire_sql_bounds *bounds = &scan->runs[0].bounds;
    memset(scan->wanted, 0, scan->columns_size * sizeof(*scan->wanted));
    for (size_t i = 0; i < bounds->size; i++)
        scan->wanted[bounds->items[i].column] = true;
    for (size_t i = 0; i < scan->filters_size; i++)
        quire_rollup_filter_wants(&scan->filters[i], keyed, scan->wanted);
}

/* --- Batches -------------------------------------------------------------------------------- */

static int bind_columns(struct scan *scan, const struct quire_view *view, struct quire_error *error)
{
    const struct quire_field *fields = scan->source->field->children;
    size_t child = 0;
    for (size_t i = 0; i < scan->columns_size; i++) {
        scan->columns[i] = NULL;
        if (!scan->wanted[i]) continue;
        while (child < view->children_size &&
               !quire_sql_is_column(view->children[child].field, &fields[i]))
            child++;
        if (child == view->children_size)
            return quire_sql_fail_changed(scan->source, &fields[i], error);
        scan->columns[i] = &view->children[child++];
    }
    return 0;
}

static int add_states(const struct scan *scan, struct quire_rollup_run *run,
                      const struct quire_rollup_stretches *stretches, bool slow, int64_t rows,
                      struct quire_error *error)
{
    for (size_t i = 0; i < run->states_size; i++)
        if (quire_rollup_state_is_slow(&run->states[i]) == slow)
            QUIRE_TRY(quire_rollup_state_add(&run->states[i], stretches, run->groups.size,
                                             run->filter, scan->columns, rows,
                                             scan->session->memory_max / 4, error));
    return 0;
}

#define BLOCK 8

/* A few rows of one state, then the same ones of the next: a core divides for one while it waits
 * for the other. */
static int add_slow_states(const struct scan *scan, struct quire_rollup_run *run, int64_t rows,
                           struct quire_error *error)
{
    const struct quire_rollup_stretches *all = &run->groups.stretches;
    size_t slow = 0;
    for (size_t i = 0; i < run->states_size; i++)
        slow += quire_rollup_state_is_slow(&run->states[i]);
    if (slow < 2 || (size_t)rows < all->size * BLOCK)
        return add_states(scan, run, all, true, rows, error);
    for (size_t i = 0; i < all->size; i++)
        for (uint32_t from = all->starts[i], last = all->starts[i + 1]; from < last;) {
            uint32_t ends[2] = {from, last - from > BLOCK ? from + BLOCK : last};
            const struct quire_rollup_stretches block = {all->of_row, ends, 1};
            QUIRE_TRY(add_states(scan, run, &block, true, rows, error));
            from = ends[1];
        }
    return 0;
}

/* QUIRE_LIMIT where there are too many groups. */
static int add_aggregates(const struct scan *scan, struct quire_rollup_run *run, int64_t rows,
                          struct quire_error *error)
{
    int code = quire_rollup_groups_set(&run->groups, rows, run->filter->keep);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    if (code == 0) code = add_states(scan, run, &run->groups.stretches, false, rows, error);
    return code == 0 ? add_slow_states(scan, run, rows, error) : code;
}

static void add_percentiles(struct quire_rollup_run *run, int64_t rows)
{
    for (size_t i = 0; i < run->rollup->aggregates_size; i++)
        if (run->rollup->aggregates[i].function == QUIRE_ROLLUP_PERCENTILE)
            quire_rollup_percentile_add(&run->percentiles[i],
                                        &run->filter->lanes[run->percentiles[i].column], rows);
}

static size_t bytes_held(const struct scan *scan)
{
    size_t bytes = 0;
    for (size_t i = 0; i < scan->filters_size; i++)
        bytes += quire_rollup_filter_bytes(&scan->filters[i]);
    for (size_t i = 0; i < scan->runs_size; i++)
        bytes += quire_rollup_run_bytes(&scan->runs[i]);
    return bytes;
}

/* What counts of different values hold can wait in files, groups cannot. */
static int make_room(struct scan *scan, struct quire_error *error)
{
    size_t max = scan->session->memory_max / 4;
    if (bytes_held(scan) <= max) return 0;
    for (size_t i = 0; i < scan->runs_size; i++) {
        struct quire_rollup_run *run = &scan->runs[i];
        for (size_t j = 0; j < run->states_size; j++)
            QUIRE_TRY(quire_rollup_distinct_spill(&run->states[j].distinct, error));
    }
    scan->too_big = bytes_held(scan) > max / 4 * 3;
    return 0;
}

/* first: with the aggregates; else only what percentiles still look for. */
static int add_batch(struct scan *scan, const struct quire_view *batch, bool first,
                     struct quire_error *error)
{
    const struct quire_sql_bounds *bounds = &scan->runs[0].bounds;
    int code = 0;
    QUIRE_TRY(bind_columns(scan, batch, error));
    for (size_t i = 0; i < scan->filters_size && code == 0; i++)
        code =
            quire_rollup_filter_set(&scan->filters[i], bounds, scan->columns, batch->length, first);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    for (size_t i = 0; i < scan->runs_size && code == 0; i++) {
        if (first) code = add_aggregates(scan, &scan->runs[i], batch->length, error);
        if (code == 0) add_percentiles(&scan->runs[i], batch->length);
    }
    scan->too_big = code == QUIRE_LIMIT;
    if (code != 0) return scan->too_big ? 0 : code;
    return make_room(scan, error);
}

static int read_all(struct scan *scan, bool first, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_sql_rows_release) struct quire_sql_rows rows = {.context = NULL};
    QUIRE_CLEANUP(quire_view_cleanup) struct quire_view *view = NULL;
    const struct quire_sql_bounds *bounds = &scan->runs[0].bounds;
    const struct quire_sql_scan wanted = {.wanted = scan->wanted,
                                          .conditions = bounds->conditions,
                                          .conditions_size = bounds->conditions_size};
    QUIRE_TRY(quire_sql_source_read(scan->source, &wanted, &rows, error));
    QUIRE_TRY(quire_view_new(rows.field, &view, error));
    while (!scan->too_big) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        int code = quire_sql_session_check(scan->session);
        if (code != 0) return quire_sql_fail(scan->session, SQLITE_INTERRUPT, NULL, error);
        QUIRE_TRY(quire_stream_next(&rows.stream, &batch, error));
        if (batch.release == NULL) break;
        if (batch.length == 0) continue;
        QUIRE_TRY(quire_view_set(view, &batch, error));
        QUIRE_TRY(add_batch(scan, view, first, error));
    }
    return 0;
}

/* --- Percentiles ---------------------------------------------------------------------------- */

/* Later passes read what percentiles and conditions look at, and no more. */
static void want_places(struct scan *scan)
{
    for (size_t i = 0; i < scan->filters_size; i++)
        quire_rollup_filter_forget(&scan->filters[i]);
    for (size_t i = 0; i < scan->runs_size; i++)
        quire_rollup_run_wants_places(&scan->runs[i]);
    want_columns(scan, false);
}

/* Those before it are of the same pass by then. */
static void share_counts(struct quire_rollup_run *run, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (run->rollup->aggregates[i].function == QUIRE_ROLLUP_PERCENTILE)
            quire_rollup_percentile_share(&run->percentiles[at], &run->percentiles[i]);
}

static int begin_run(struct quire_rollup_run *run, bool *wanted, struct quire_error *error)
{
    for (size_t i = 0; i < run->rollup->aggregates_size; i++) {
        bool one = false;
        if (run->rollup->aggregates[i].function != QUIRE_ROLLUP_PERCENTILE) continue;
        if (quire_rollup_percentile_begin(&run->percentiles[i], &one) != 0)
            return quire_fail_memory(error, QUIRE_SQL_OPERATION);
        share_counts(run, i);
        *wanted |= one;
    }
    return 0;
}

static int begin_pass(struct scan *scan, bool *wanted, struct quire_error *error)
{
    *wanted = false;
    for (size_t i = 0; i < scan->runs_size; i++)
        QUIRE_TRY(begin_run(&scan->runs[i], wanted, error));
    return 0;
}

/* Those that share come before those that count for them. */
static void end_pass(struct scan *scan)
{
    for (size_t i = 0; i < scan->runs_size; i++) {
        struct quire_rollup_run *run = &scan->runs[i];
        for (size_t j = run->rollup->aggregates_size; j-- > 0;)
            if (run->rollup->aggregates[j].function == QUIRE_ROLLUP_PERCENTILE)
                quire_rollup_percentile_end(&run->percentiles[j]);
    }
}

static int scan_all(struct scan *scan, struct quire_error *error)
{
    bool more = false;
    want_columns(scan, true);
    QUIRE_TRY(begin_pass(scan, &more, error));
    QUIRE_TRY(read_all(scan, true, error));
    end_pass(scan);
    while (!scan->too_big) {
        QUIRE_TRY(begin_pass(scan, &more, error));
        if (!more) break;
        want_places(scan);
        QUIRE_TRY(read_all(scan, false, error));
        end_pass(scan);
    }
    return 0;
}

/* --- Results -------------------------------------------------------------------------------- */

/* A sum that is beyond 64 bits is none to SQLite. */
static int fail_sum(const struct quire_rollup_run *run, size_t column, struct quire_error *error)
{
    const char *name = run->rollup->source->field->children[column].name;
    quire_fail(error, QUIRE_INPUT, QUIRE_SQL_OPERATION,
               "sum(%.100s): integer overflow, the whole numbers add up to more than 64 bits hold",
               name);
    quire_error_hint(error, "sum(CAST(%.100s AS DOUBLE)) is a double", name);
    return QUIRE_INPUT;
}

static int finish_run(const struct scan *scan, struct quire_rollup_run *run,
                      struct quire_error *error)
{
    for (size_t i = 0; i < run->states_size; i++) {
        struct quire_rollup_state *state = &run->states[i];
        QUIRE_TRY(quire_rollup_state_finish(state, scan->session->memory_max / 4, error));
        if (state->wide && !run->session->options.wide_sums)
            return fail_sum(run, state->column, error);
    }
    QUIRE_TRY(quire_rollup_name_groups(run, error));
    run->ask->done = true;
    return 0;
}

int quire_rollup_compute(struct quire_rollup_ask *asks, size_t size, struct quire_error *error)
{
    struct quire_sql_source *source = asks[0].rollup->source;
    QUIRE_CLEANUP(release_scan)
    struct scan scan = {
        .session = asks[0].session, .source = source, .columns_size = source->field->children_size};
    if (make_lists(&scan, size) != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    for (size_t i = 0; i < size; i++)
        if (add_run(&scan, &asks[i], size * QUIRE_ROLLUP_KEYS_MAX) != 0)
            return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    if (scan.runs_size == 0) return 0;
    QUIRE_TRY(scan_all(&scan, error));
    for (size_t i = 0; i < scan.runs_size && !scan.too_big; i++)
        QUIRE_TRY(finish_run(&scan, &scan.runs[i], error));
    return 0;
}
