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
#include "runlog/writer.h"

#define OPERATION    QUIRE_RUNLOG_OPERATION
#define DELAY_MS_MAX (INT64_C(3600) * 1000)

/* --- The rows -------------------------------------------------------------------------------- */

/* The stream of a commit, without the rows that rules set apart and columns that the table lacks.
 */
struct source {
    struct quire_write_stream_options options;
    struct quire_quality *quality;
    struct ArrowArrayStream stream;
};

static void release_source(struct source *source)
{
    quire_stream_release(&source->stream);
    quire_quality_free(source->quality);
}

static int64_t rows_of(const struct quire_write_call *call, const struct quire_write_commit *commit)
{
    int64_t rows = 0;
    for (size_t i = 0; i < commit->units_size; i++)
        rows += quire_write_units(call)[commit->units[i]].rows;
    return rows;
}

static int open_source(struct quire_write_call *call, struct quire_write_commit *commit,
                       const struct quire_log_target *target, struct source *source,
                       struct quire_error *error)
{
    struct quire_runlog_writer *writer = call->writer;
    int64_t files = writer->config->partition_count;
    struct ArrowArrayStream rows = {.release = NULL};
    source->options = (struct quire_write_stream_options){
        .units = commit->units,
        .units_size = commit->units_size,
        .rounds = target->rounds,
        .table = target->exists ? &target->schema : NULL,
        .file_rows_max = files > 0 ? (rows_of(call, commit) + files - 1) / files : 0,
        .tells = true,
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
    struct quire_log_target target;
    struct source source;
    struct quire_file_limits limits;
    bool may_stand; /* of an append, after a failure */
};

static void release_attempt(struct attempt *attempt)
{
    release_source(&attempt->source);
    quire_log_target_release(&attempt->target);
}

static int append(struct attempt *attempt, struct ArrowArrayStream *rows, struct quire_error *error)
{
    const struct quire_runlog_writer *writer = attempt->call->writer;
    struct quire_table_append_result result = {.version = -1};
    const struct quire_table_append_options options = {
        .compression = quire_log_target_compression(writer->config->compression),
        .durability = writer->options.durability,
        .context = writer->context,
        .evolve = attempt->target.evolve,
        .create = &attempt->target.create,
        .limits = attempt->limits,
    };
    int code = quire_table_append(writer->url, rows, &options, &result, error);
    attempt->may_stand = result.may_stand;
    attempt->commit->version = result.version;
    return code;
}

/* Makes the columns of a table that is there what the rows need, in a commit of its own. */
static int prepare(struct attempt *attempt, struct quire_error *error)
{
    const struct quire_runlog_writer *writer = attempt->call->writer;
    const struct quire_log_target *target = &attempt->target;
    if (!target->exists || target->evolve == QUIRE_TABLE_EVOLVE_OFF) return 0;
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream none = {.release = NULL};
    struct ArrowSchema schema;
    QUIRE_TRY(quire_schema_copy(&writer->schema, &schema, error));
    int code = quire_stream_of_batches(&schema, NULL, 0, &none, error);
    if (code != 0) {
        quire_schema_release(&schema);
        return code;
    }
    return append(attempt, &none, error);
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
        .create = attempt->target.exists ? NULL : &attempt->target.create,
        .create_only = writer->config->write_mode == QUIRE_RUNLOG_IGNORE,
        .limits = attempt->limits,
    };
    QUIRE_TRY(prepare(attempt, error));
    int code = writer->config->write_mode == QUIRE_RUNLOG_MERGE
                   ? quire_table_merge(writer->url, rows, keys, 2, &options, &result, error)
                   : quire_table_overwrite(writer->url, rows, NULL, &options, &result, error);
    /* Another try of either makes the same of the table. */
    attempt->may_stand = false;
    attempt->commit->version = result.version;
    return code;
}

static int write_once(struct attempt *attempt, struct quire_error *error)
{
    struct quire_runlog_writer *writer = attempt->call->writer;
    struct quire_write_commit *commit = attempt->commit;
    struct quire_log_target *target = &attempt->target;
    int32_t mode = writer->config->write_mode;
    QUIRE_TRY(quire_log_target_open(writer->url, writer->config, &writer->schema, target, error));
    if (mode == QUIRE_RUNLOG_IGNORE && target->exists) {
        commit->version = target->version;
        return 0;
    }
    /* Input that is empty, or not what it was taken for, is no reason to empty a table. */
    if (rows_of(attempt->call, commit) == 0 && mode == QUIRE_RUNLOG_OVERWRITE)
        return quire_fail(error, QUIRE_INPUT, OPERATION,
                          "there are no rows to overwrite the table with; nothing was written");
    if (rows_of(attempt->call, commit) == 0) {
        commit->version = target->exists ? target->version : -1;
        return 0;
    }
    QUIRE_TRY(open_source(attempt->call, commit, target, &attempt->source, error));
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
        quire_error_path(&failed, writer->url);
        bool again = (code == QUIRE_RETRY || code == QUIRE_CONFLICT) && !attempt.may_stand &&
                     retry < writer->config->max_retries;
        if (!again) {
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
