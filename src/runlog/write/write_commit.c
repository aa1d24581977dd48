/* One commit. What may help is tried again, after a while; what may have been written already is
 * tried again only where that cannot write it twice. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/observe.h"
#include "quire/table_change.h"
#include "runlog/write/log_target.h"
#include "runlog/write/write_rejects_stands.h"
#include "runlog/write/writer.h"
#include "table/table_append.h"

#define OPERATION    QUIRE_RUNLOG_OPERATION
#define DELAY_MS_MAX (INT64_C(3600) * 1000)

/* --- The rows -------------------------------------------------------------------------------- */

void quire_write_source_release(struct quire_write_source *source)
{
    quire_stream_release(&source->stream);
    quire_quality_free(source->quality);
}

static int64_t count_rows(const struct quire_write_call *call, const size_t *units,
                          size_t units_size)
{
    int64_t rows = 0;
    for (size_t i = 0; i < units_size; i++)
        rows += quire_write_units(call)[units[i]].rows;
    return rows;
}

static int64_t rows_of(const struct quire_write_call *call, const struct quire_write_commit *commit)
{
    return count_rows(call, commit->units, commit->units_size);
}

int quire_write_source_open(struct quire_write_call *call, const size_t *units, size_t units_size,
                            const struct quire_log_target *target,
                            struct quire_write_source *source, struct quire_error *error)
{
    struct quire_runlog_writer *writer = call->writer;
    int64_t files = writer->config->partition_count;
    struct ArrowArrayStream rows = {.release = NULL};
    source->options = (struct quire_write_stream_options){
        .units = units,
        .units_size = units_size,
        .widths = &target->widths,
        .file_rows_max = files > 0 ? (count_rows(call, units, units_size) + files - 1) / files : 0,
    };
    QUIRE_TRY(quire_write_stream(call, &source->options, &source->stream, error));
    if (writer->rules != NULL) {
        const struct quire_quality_options none = {.path = NULL};
        rows = source->stream;
        source->stream.release = NULL;
        int code =
            quire_quality_new(writer->rules, &writer->schema, &none, &source->quality, error);
        if (code == 0) code = quire_stream_check(&rows, source->quality, &source->stream, error);
        if (code != 0) quire_stream_release(&rows);
        QUIRE_TRY(code);
    }
    if (!target->lacks) return 0;
    rows = source->stream;
    source->stream.release = NULL;
    int code =
        quire_stream_select(&rows, target->columns, target->columns_size, &source->stream, error);
    if (code != 0) quire_stream_release(&rows);
    return code;
}

/* --- The table ------------------------------------------------------------------------------- */

struct attempt {
    struct quire_write_call *call;
    struct quire_write_commit *commit;
    struct quire_log_target *target;
    struct quire_write_source source;
    struct quire_file_limits limits;
    struct quire_buf info; /* what the commit says of rows that were set apart, terminated */
    bool looked;           /* at the table before, when its rows were */
    bool may_stand;        /* of an append, after a failure */
};

static void release_attempt(struct attempt *attempt)
{
    quire_write_source_release(&attempt->source);
    quire_log_target_free(attempt->target);
    quire_buf_release(&attempt->info);
}

static const char *info_of(const struct attempt *attempt)
{
    return attempt->info.size > 0 ? (const char *)attempt->info.data : NULL;
}

/* Rows that were set apart go with the units that they are of. */
static int say_rejects(struct attempt *attempt, struct quire_error *error)
{
    const struct quire_write_commit *commit = attempt->commit;
    const struct quire_write_unit *units = quire_write_units(attempt->call);
    const char *id = quire_write_rejects_id(attempt->call->rejects);
    struct quire_rejects_said said = {.pairs = {0}};
    int code = 0;
    if (id == NULL) return 0;
    for (size_t i = 0; code == 0 && i < commit->units_size; i++)
        code = quire_rejects_said_add(&said, units[commit->units[i]].rejects_begin,
                                      units[commit->units[i]].rejects_end);
    if (code == 0 && said.pairs.size > 0)
        code = quire_rejects_said_write(&said, id, &attempt->info);
    quire_buf_release(&said.pairs);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

/* rows: NULL for none, to a table that is there. */
static int append(struct attempt *attempt, struct ArrowArrayStream *rows, struct quire_error *error)
{
    const struct quire_runlog_writer *writer = attempt->call->writer;
    struct quire_table_append_result result = {.version = -1};
    const struct quire_table_append_options options = {
        .compression = quire_log_target_compression(writer->config->compression),
        .durability = writer->options.durability,
        .context = writer->context,
        .evolve = attempt->target->evolve,
        .create = &attempt->target->create,
        .limits = attempt->limits,
        .no_auto_compact = writer->config->partition_count > 0,
        .info = info_of(attempt),
    };
    int code = rows != NULL ? quire_table_append(writer->url, rows, &options, &result, error)
                            : quire_table_append_none(writer->url, &options, &result, error);
    attempt->may_stand = result.may_stand;
    attempt->commit->version = result.version;
    return code;
}

static int change(struct attempt *attempt, struct quire_error *error)
{
    static const char *const keys[] = {"run_id", "step_name"};
    const struct quire_runlog_writer *writer = attempt->call->writer;
    struct ArrowArrayStream *rows = &attempt->source.stream;
    struct quire_table_change_result result = {.version = -1};
    const struct quire_table_change_options options = {
        .compression = quire_log_target_compression(writer->config->compression),
        .durability = writer->options.durability,
        .context = writer->context,
        .create = attempt->target->exists ? NULL : &attempt->target->create,
        .create_only = writer->config->write_mode == QUIRE_RUNLOG_IGNORE,
        .evolve = attempt->target->evolve,
        .keys_once = true,
        .compares = "phase",
        .limits = attempt->limits,
        .no_auto_compact = writer->config->partition_count > 0,
        .info = info_of(attempt),
    };
    int code = writer->config->write_mode == QUIRE_RUNLOG_MERGE
                   ? quire_table_merge(writer->url, rows, keys, 2, &options, &result, error)
                   : quire_table_overwrite(writer->url, rows, NULL, &options, &result, error);
    /* Another try of either makes the same of the table. */
    attempt->may_stand = false;
    attempt->commit->version = result.version;
    if (writer->config->write_mode != QUIRE_RUNLOG_MERGE) return code;
    attempt->commit->rows_inserted = result.rows_inserted;
    attempt->commit->rows_replaced = result.rows_updated;
    attempt->commit->rows_removed = result.rows_deleted;
    attempt->commit->rows_of_other_phases = result.rows_other;
    return code;
}

/* What cannot be taken back is told before. */
static void tell_widening(const struct attempt *attempt)
{
    const struct quire_runlog_writer *writer = attempt->call->writer;
    char table[QUIRE_WRITE_QUOTE_MAX];
    if (!attempt->target->widens) return;
    quire_observe_log(writer->context->observer, QUIRE_LOG_WARN,
                      "log widen: table=%s feature=typeWidening readers=\"not deltalake, nor Spark "
                      "with a Delta Lake before 4.0\"",
                      quire_write_quote(writer->fqn, table));
}

int quire_write_check_some(const struct quire_write_call *call, int64_t rows,
                           struct quire_error *error)
{
    if (rows > 0 || call->writer->config->write_mode != QUIRE_RUNLOG_OVERWRITE) return 0;
    int code = quire_fail(error, QUIRE_INPUT, OPERATION,
                          "there are no rows to overwrite the table with; nothing was written");
    quire_error_path(error, call->writer->url);
    return code;
}

/* The table as it was when its rows were looked at serves the first try. */
static int open_target(struct attempt *attempt, struct quire_error *error)
{
    struct quire_write_call *call = attempt->call;
    const struct quire_runlog_writer *writer = call->writer;
    const struct quire_write_unit *units = quire_write_units(call);
    attempt->looked =
        call->looked != NULL && call->looked_table == units[attempt->commit->units[0]].table;
    if (!attempt->looked)
        return quire_log_target_open(writer->url, writer->config, &writer->schema, &attempt->target,
                                     error);
    attempt->target = call->looked;
    call->looked = NULL;
    return 0;
}

/* Where all rows were set apart, a commit without any tells of them. */
static int write_none(struct attempt *attempt, struct quire_error *error)
{
    const struct quire_log_target *target = attempt->target;
    struct quire_write_commit *commit = attempt->commit;
    commit->version = target->exists ? target->version : -1;
    QUIRE_TRY(say_rejects(attempt, error));
    if (attempt->info.size == 0) return 0;
    if (!target->exists)
        QUIRE_TRY(quire_write_source_open(attempt->call, commit->units, commit->units_size, target,
                                          &attempt->source, error));
    QUIRE_TRY(append(attempt, target->exists ? NULL : &attempt->source.stream, error));
    commit->committed = true;
    return 0;
}

static int write_once(struct attempt *attempt, struct quire_error *error)
{
    struct quire_runlog_writer *writer = attempt->call->writer;
    struct quire_write_commit *commit = attempt->commit;
    int32_t mode = writer->config->write_mode;
    QUIRE_TRY(open_target(attempt, error));
    const struct quire_log_target *target = attempt->target;
    if (mode == QUIRE_RUNLOG_IGNORE && target->exists) {
        commit->version = target->version;
        commit->ignored = true;
        return 0;
    }
    QUIRE_TRY(quire_write_check_some(attempt->call, rows_of(attempt->call, commit), error));
    if (rows_of(attempt->call, commit) == 0) return write_none(attempt, error);
    tell_widening(attempt);
    QUIRE_TRY(quire_write_source_open(attempt->call, commit->units, commit->units_size, target,
                                      &attempt->source, error));
    QUIRE_TRY(say_rejects(attempt, error));
    attempt->source.options.tells = true;
    attempt->limits =
        (struct quire_file_limits){.rows_max = attempt->source.options.file_rows_max,
                                   .bytes_max = writer->config->max_file_size_mb << 20};
    /* All but appending is a conflict where another writer makes the table meanwhile. */
    QUIRE_TRY(mode == QUIRE_RUNLOG_APPEND ? append(attempt, &attempt->source.stream, error)
                                          : change(attempt, error));
    commit->rows = rows_of(attempt->call, commit);
    commit->committed = true;
    return 0;
}

/* --- Trying again ---------------------------------------------------------------------------- */

static int64_t delay_ms(const struct quire_runlog_options *config, int64_t retry)
{
    double ms = config->retry_delay_secs * 1000;
    if (config->retry_exponential_backoff) ms *= pow(2, (double)(retry < 32 ? retry : 32));
    return ms < (double)DELAY_MS_MAX ? (int64_t)ms : DELAY_MS_MAX;
}

static void wait_ms(const struct quire_runlog_writer *writer, int64_t ms)
{
    if (writer->options.sleep_ms != NULL) {
        writer->options.sleep_ms(writer->options.user, ms);
        return;
    }
    const struct timespec span = {ms / 1000, (ms % 1000) * 1000000};
    (void)nanosleep(&span, NULL);
}

/* Whether a first try went by what the table no longer is. */
static bool is_outdated(const struct attempt *attempt, int code)
{
    const struct quire_runlog_writer *writer = attempt->call->writer;
    struct quire_log_target *now = NULL;
    struct quire_error ignored;
    if (!attempt->looked || attempt->may_stand) return false;
    if (code != QUIRE_INPUT && code != QUIRE_USAGE) return false;
    if (quire_log_target_open(writer->url, writer->config, &writer->schema, &now, &ignored) != 0)
        return false;
    bool outdated =
        now->exists != attempt->target->exists || now->version != attempt->target->version;
    quire_log_target_free(now);
    return outdated;
}

int quire_write_commit(struct quire_write_call *call, struct quire_write_commit *commit,
                       struct quire_error *error)
{
    const struct quire_runlog_writer *writer = call->writer;
    for (int64_t retry = 0;; retry++) {
        QUIRE_CLEANUP(release_attempt)
        struct attempt attempt = {.call = call, .commit = commit};
        struct quire_error failed;
        quire_error_clear(&failed);
        commit->version = -1;
        int code = write_once(&attempt, &failed);
        if (code == 0) return 0;
        if (is_outdated(&attempt, code)) {
            retry--;
            continue;
        }
        quire_error_path(&failed, writer->url);
        bool again = (code == QUIRE_RETRY || code == QUIRE_CONFLICT) && !attempt.may_stand &&
                     retry < writer->config->max_retries;
        if (!again) {
            commit->may_stand = attempt.may_stand;
            if (error != NULL) *error = failed;
            return code;
        }
        char cause[QUIRE_WRITE_QUOTE_MAX];
        int64_t ms = delay_ms(writer->config, retry);
        quire_observe_log(writer->context->observer, QUIRE_LOG_WARN,
                          "log retry: attempt=%lld delay_ms=%lld code=%s cause=%s",
                          (long long)retry + 1, (long long)ms, quire_code_name(code),
                          quire_write_quote(failed.cause, cause));
        QUIRE_TRY(quire_context_check(writer->context, error));
        wait_ms(writer, ms);
    }
}
