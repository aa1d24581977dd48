/* The commits of a call. What a table refuses for its rows is parted, so that one report or
 * execution does not keep the others out; a table that cannot be written to is left alone. */
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/observe.h"
#include "runlog/write/writer.h"

#define OPERATION  QUIRE_RUNLOG_OPERATION
#define NAMES_SIZE 160 /* of tables, in an error's hint */

/* Whether all that is of one table has to be one commit. */
static bool is_one(const struct quire_write_call *call)
{
    const struct quire_runlog_options *config = call->writer->config;
    return config->fail_fast || config->write_mode == QUIRE_RUNLOG_OVERWRITE ||
           config->write_mode == QUIRE_RUNLOG_IGNORE;
}

/* No more than most units of a table, from *at on, that go into one commit; *at is then behind
 * them.
 */
static size_t choose_units(const struct quire_write_call *call, size_t most, size_t *at,
                           size_t *chosen)
{
    const struct quire_write_unit *units = quire_write_units(call);
    bool all = is_one(call);
    size_t size = 0;
    for (; *at != QUIRE_WRITE_NONE; *at = units[*at].next) {
        if (units[*at].failed) continue;
        if (!all && size == most) break;
        chosen[size++] = *at;
    }
    return size;
}

void quire_write_count(const struct quire_write_call *call, size_t good, size_t bad)
{
    struct quire_runlog_metrics *metrics = &call->writer->metrics;
    metrics->total_writes += (int64_t)(good + bad);
    metrics->successful_writes += (int64_t)good;
    metrics->failed_writes += (int64_t)bad;
}

void quire_write_count_time(const struct quire_write_call *call, int64_t begun_us)
{
    call->writer->metrics.total_duration_secs +=
        (double)(quire_writer_tick_us(call->writer) - begun_us) / 1e6;
}

/* Whether another commit to the same table would fail in the same way. */
static bool is_lasting(int code)
{
    return code == QUIRE_FULL || code == QUIRE_IO || code == QUIRE_NOT_FOUND ||
           code == QUIRE_PERMISSION || code == QUIRE_AUTH || code == QUIRE_MEMORY ||
           code == QUIRE_INTERNAL;
}

/* Units of a commit that failed; where that is lasting, all that are for the same table. chosen
 * has room for them. */
static int fail_units(struct quire_write_call *call, size_t *chosen, size_t size,
                      const struct quire_error *why, struct quire_error *error)
{
    const struct quire_write_unit *units = quire_write_units(call);
    if (why->code != QUIRE_INPUT && call->ended.code == 0) call->ended = *why;
    for (size_t i = units[chosen[size - 1]].next; is_lasting(why->code) && i != QUIRE_WRITE_NONE;
         i = units[i].next)
        if (!units[i].failed) chosen[size++] = i;
    quire_write_count(call, 0, size);
    return quire_write_note_failures(call, chosen, size, why, error);
}

/* With fail_fast all is written a table at a time; what others have already stands. */
static void tell_tables(const struct quire_write_call *call, struct quire_error *why)
{
    const struct quire_runlog_writer *writer = call->writer;
    size_t size = quire_write_tables_size(call), standing = 0;
    char names[NAMES_SIZE] = "";
    for (size_t i = 0; i < size; i++) {
        const struct quire_runlog_written *table = quire_write_written(call, i);
        size_t taken = strlen(names);
        if (table->commits == 0) continue;
        standing++;
        if (taken + strlen(table->table_fqn) + sizeof(", ...") < sizeof(names))
            snprintf(names + taken, sizeof(names) - taken, "%s%s", taken > 0 ? ", " : "",
                     table->table_fqn);
        else if (taken < 4 || strcmp(names + taken - 3, "...") != 0)
            snprintf(names + taken, sizeof(names) - taken, "...");
    }
    if (size < 2) return;
    char hint[sizeof(why->hint)];
    memcpy(hint, why->hint, sizeof(hint));
    const char *join = hint[0] != '\0' ? "; " : "";
    why->hint[0] = '\0';
    if (standing == 0)
        quire_error_hint(why, "no table has any of the rows%s%.200s", join, hint);
    else
        quire_error_hint(why, "%zu of %zu tables have their rows (%s), %s has none%s%.100s",
                         standing, size, names, writer->fqn, join, hint);
}

/* Of a call that stops: all that is not written. chosen has room for it. */
static int fail_rest(struct quire_write_call *call, size_t *chosen, struct quire_error *why,
                     struct quire_error *error)
{
    const struct quire_write_unit *units = quire_write_units(call);
    size_t size = 0;
    for (size_t i = 0; i < quire_write_units_size(call); i++) {
        if (units[i].failed || units[i].stands) continue;
        if (!quire_write_written(call, units[i].table)->ignored) chosen[size++] = i;
    }
    tell_tables(call, why);
    return quire_write_note_failures(call, chosen, size, why, error);
}

/* Rows that are gone without another in their place, or with one of another phase. */
static void tell_merge(const struct quire_write_call *call, const struct quire_write_commit *commit)
{
    const struct quire_runlog_writer *writer = call->writer;
    char table[QUIRE_WRITE_QUOTE_MAX];
    if (commit->rows_removed == 0 && commit->rows_of_other_phases == 0) return;
    quire_observe_log(writer->context->observer, QUIRE_LOG_WARN,
                      "log merge: table=%s inserted=%lld replaced=%lld removed=%lld "
                      "of_other_phases=%lld",
                      quire_write_quote(writer->fqn, table), (long long)commit->rows_inserted,
                      (long long)commit->rows_replaced, (long long)commit->rows_removed,
                      (long long)commit->rows_of_other_phases);
}

static void note_commit(struct quire_write_call *call, const struct quire_write_commit *commit,
                        int64_t begun_us)
{
    struct quire_runlog_writer *writer = call->writer;
    struct quire_runlog_result *result = call->result;
    struct quire_write_unit *units = quire_write_units(call);
    struct quire_runlog_written *written = quire_write_written(call, units[commit->units[0]].table);
    quire_write_count(call, commit->units_size, 0);
    writer->metrics.total_rows_written += commit->rows;
    result->version = written->version = commit->version;
    result->commits += commit->committed;
    written->commits += commit->committed;
    result->rows_written += commit->rows;
    written->rows_written += commit->rows;
    written->ignored = written->ignored || commit->ignored;
    result->ignored = result->ignored || commit->ignored;
    result->rows_inserted += commit->rows_inserted;
    result->rows_replaced += commit->rows_replaced;
    result->rows_removed += commit->rows_removed;
    result->rows_of_other_phases += commit->rows_of_other_phases;
    result->successful_writes += (int64_t)commit->units_size;
    for (size_t i = 0; i < commit->units_size; i++) {
        struct quire_write_unit *unit = &units[commit->units[i]];
        unit->stands = commit->committed || unit->rows == 0;
    }
    tell_merge(call, commit);
    char table[QUIRE_WRITE_QUOTE_MAX];
    quire_observe_log(writer->context->observer, QUIRE_LOG_INFO,
                      "log write: table=%s version=%lld rows=%lld seconds=%.3f",
                      quire_write_quote(writer->fqn, table), (long long)commit->version,
                      (long long)commit->rows,
                      (double)(quire_writer_tick_us(writer) - begun_us) / 1e6);
}

/* *splits says that nothing was written because of a row that the table refuses, and that the
 * others are still to be. */
static int write_units(struct quire_write_call *call, size_t *chosen, size_t size, bool *splits,
                       struct quire_error *error)
{
    struct quire_runlog_writer *writer = call->writer;
    struct quire_runlog_result *result = call->result;
    const struct quire_write_unit *first = &quire_write_units(call)[chosen[0]];
    struct quire_write_commit commit = {.units = chosen, .units_size = size};
    struct quire_error failed;
    int64_t begun_us = quire_writer_tick_us(writer);
    quire_error_clear(&failed);
    if (first->name != NULL) QUIRE_TRY(quire_writer_locate(writer, first->name, error));
    int code = quire_write_commit(call, &commit, &failed);
    quire_write_count_time(call, begun_us);
    call->may_stand = call->may_stand || commit.may_stand;
    if (code == 0) {
        note_commit(call, &commit, begun_us);
        return 0;
    }
    bool goes_on = result->is_batch && !writer->config->fail_fast && code != QUIRE_CANCELLED;
    *splits = goes_on && code == QUIRE_INPUT && size > 1 && !is_one(call);
    if (*splits) return 0;
    if (goes_on) return fail_units(call, chosen, size, &failed, error);
    quire_write_count(call, 0, size);
    if (result->is_batch && code != QUIRE_CANCELLED)
        QUIRE_TRY(fail_rest(call, chosen, &failed, error));
    if (error != NULL) *error = failed;
    return code;
}

/* All of a table; chosen has room for them. */
static int write_table(struct quire_write_call *call, size_t table, size_t *chosen,
                       struct quire_error *error)
{
    size_t at = quire_write_tables(call)[table].first, most = (size_t)call->batch_size;
    while (at != QUIRE_WRITE_NONE) {
        size_t count = choose_units(call, most, &at, chosen);
        bool splits = false;
        if (count == 0) break;
        QUIRE_TRY(write_units(call, chosen, count, &splits, error));
        /* Halves, until the one that is refused stands alone; from there on larger again. */
        if (splits) at = chosen[0];
        most = splits ? count / 2 : 2 * most;
        if (most > (size_t)call->batch_size) most = (size_t)call->batch_size;
    }
    return 0;
}

int quire_write_all(struct quire_write_call *call, struct quire_error *error)
{
    size_t size = quire_write_units_size(call);
    size_t *chosen = quire_arena_alloc(&call->arena, (size + 1) * sizeof(*chosen));
    if (chosen == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < quire_write_tables_size(call); i++)
        QUIRE_TRY(write_table(call, i, chosen, error));
    if (call->ended.code != 0) *error = call->ended;
    return call->ended.code;
}
