/* A call: what there is to write is found and checked, then written a commit at a time. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/observe.h"
#include "runlog/writer.h"

#define OPERATION QUIRE_RUNLOG_OPERATION

static void release_call(struct quire_write_call *call)
{
    quire_rows_models_release(&call->of_models);
    quire_rows_text_close(call->text);
    quire_quality_free(call->quality);
    quire_rejects_close(call->rejects);
    quire_buf_release(&call->units);
    quire_arena_release(&call->arena);
}

/* --- Commits --------------------------------------------------------------------------------- */

static bool same_table(const struct quire_write_unit *a, const struct quire_write_unit *b)
{
    if (a->name == NULL || b->name == NULL) return a->name == b->name;
    return strcmp(a->name, b->name) == 0;
}

/* Units from *at on that go into one commit; *at is then behind them. */
static size_t choose_units(const struct quire_write_call *call, size_t *at, size_t *chosen)
{
    const struct quire_runlog_options *config = call->writer->config;
    const struct quire_write_unit *units = quire_write_units(call);
    bool all = config->fail_fast || config->write_mode == QUIRE_RUNLOG_OVERWRITE ||
               config->write_mode == QUIRE_RUNLOG_IGNORE;
    size_t size = 0;
    for (; *at < quire_write_units_size(call); *at += 1) {
        if (units[*at].failed) continue;
        if (size > 0 && !same_table(&units[chosen[0]], &units[*at])) break;
        if (!all && size == (size_t)call->batch_size) break;
        chosen[size++] = *at;
    }
    return size;
}

static void count_write(struct quire_write_call *call, bool good, int64_t rows, int64_t begun_us)
{
    struct quire_runlog_metrics *metrics = &call->writer->metrics;
    metrics->total_writes++;
    metrics->successful_writes += good;
    metrics->failed_writes += !good;
    metrics->total_rows_written += rows;
    metrics->total_duration_secs += (double)(quire_writer_now_us(call->writer) - begun_us) / 1e6;
}

static int write_units(struct quire_write_call *call, const size_t *chosen, size_t size,
                       struct quire_error *error)
{
    struct quire_runlog_writer *writer = call->writer;
    struct quire_runlog_result *result = call->result;
    const struct quire_write_unit *first = &quire_write_units(call)[chosen[0]];
    struct quire_write_commit commit = {.units = chosen, .units_size = size};
    struct quire_error failed;
    int64_t begun_us = quire_writer_now_us(writer);
    quire_error_clear(&failed);
    if (first->name != NULL) QUIRE_TRY(quire_writer_locate(writer, first->name, error));
    int code = quire_write_commit(call, &commit, &failed);
    count_write(call, code == 0, code == 0 ? commit.rows : 0, begun_us);
    if (code == 0) {
        result->version = commit.version;
        result->commits += commit.committed;
        result->rows_written += commit.rows;
        result->successful_writes += (int64_t)size;
        char table[QUIRE_WRITE_QUOTE_MAX];
        quire_observe_log(writer->context->observer, QUIRE_LOG_INFO,
                          "log write: table=%s version=%lld rows=%lld seconds=%.3f",
                          quire_write_quote(writer->fqn, table), (long long)commit.version,
                          (long long)commit.rows,
                          (double)(quire_writer_now_us(writer) - begun_us) / 1e6);
        return 0;
    }
    bool goes_on = result->is_batch && !writer->config->fail_fast && code != QUIRE_CANCELLED;
    if (!goes_on) {
        if (error != NULL) *error = failed;
        return code;
    }
    for (size_t i = 0; i < size; i++)
        QUIRE_TRY(quire_write_note_failure(call, chosen[i], &failed, error));
    return 0;
}

static int write_all(struct quire_write_call *call, struct quire_error *error)
{
    size_t size = quire_write_units_size(call), at = 0;
    size_t *chosen = quire_arena_alloc(&call->arena, (size + 1) * sizeof(*chosen));
    if (chosen == NULL) return quire_fail_memory(error, OPERATION);
    while (at < size) {
        size_t count = choose_units(call, &at, chosen);
        if (count > 0) QUIRE_TRY(write_units(call, chosen, count, error));
    }
    return 0;
}

/* --- The call -------------------------------------------------------------------------------- */

static int open_rejects(struct quire_write_call *call, struct quire_error *error)
{
    const struct quire_runlog_writer *writer = call->writer;
    const struct quire_write_options options = {.durability = writer->options.durability,
                                                .context = writer->context};
    if (writer->config->quality_rejects == NULL) return 0;
    return quire_rejects_open(writer->config->quality_rejects, &options, &call->rejects, error);
}

static int run(struct quire_write_call *call, const char *run_id, struct quire_error *error)
{
    struct quire_runlog_result *result = call->result;
    QUIRE_TRY(quire_write_find_units(call, error));
    size_t units = quire_write_units_size(call);
    result->is_batch = result->is_batch || units > 1;
    result->total_executions = call->kind < QUIRE_RUNLOG_EXECUTION_RESULT ? 0 : (int64_t)units;
    QUIRE_TRY(quire_write_name_units(call, run_id, error));
    QUIRE_TRY(open_rejects(call, error));
    QUIRE_TRY(quire_write_check_units(call, error));
    QUIRE_TRY(quire_write_judge(call, error));
    return write_all(call, error);
}

static int check_ceilings(const struct quire_runlog_writer *writer,
                          const struct quire_runlog_result *result, struct quire_error *error)
{
    const struct quire_runlog_options *config = writer->config;
    const struct quire_runlog_metrics *metrics = &result->metrics;
    const struct {
        const char *name;
        double value, most;
    } ceilings[] = {
        {"seconds: performance-max-secs", result->duration_secs, config->performance_max_secs},
        {"MB of memory: performance-max-memory-mb", metrics->memory_usage_peak_mb,
         config->performance_max_memory_mb},
        {"percent of writes failed: performance-min-success-rate",
         100 - metrics->success_rate_percent,
         config->performance_min_success_rate > 0 ? 100 - config->performance_min_success_rate : 0},
    };
    for (size_t i = 0; i < 3; i++) {
        bool bounded = ceilings[i].most > 0 || (i == 2 && config->performance_min_success_rate > 0);
        if (!bounded || ceilings[i].value <= ceilings[i].most) continue;
        int code = quire_fail(error, QUIRE_LIMIT, "performance", "%.3f %s allows %g",
                              ceilings[i].value, ceilings[i].name, ceilings[i].most);
        quire_error_hint(error, "%lld %s in the table", (long long)result->rows_written,
                         result->rows_written == 1 ? "row is" : "rows are");
        return code;
    }
    return 0;
}

static void begin_result(struct quire_runlog_writer *writer, const char *run_id, int64_t now_us,
                         struct quire_runlog_result *result)
{
    bool is_batch = result->is_batch;
    quire_free(writer->quality);
    quire_free(writer->anomalies);
    writer->quality = writer->anomalies = NULL;
    quire_arena_release(&writer->texts);
    quire_buf_clear(&writer->failures);
    quire_runlog_uuid(now_us / 1000, writer->run_id);
    *result = (struct quire_runlog_result){
        .run_id = run_id != NULL ? run_id : writer->run_id, .version = -1, .is_batch = is_batch};
}

static void end_result(struct quire_runlog_writer *writer, int code, int64_t begun_us,
                       struct quire_runlog_result *result)
{
    result->failures = (const struct quire_runlog_failure *)(const void *)writer->failures.data;
    result->failures_size = writer->failures.size / sizeof(struct quire_runlog_failure);
    result->failed_writes = (int64_t)result->failures_size;
    result->success = code == 0 && result->failures_size == 0;
    result->duration_secs = (double)(quire_writer_now_us(writer) - begun_us) / 1e6;
    result->table_fqn = writer->fqn;
    result->url = writer->url;
    quire_runlog_get_metrics(writer, &result->metrics);
}

static const char *first_text(const char *a, const char *b, const char *c)
{
    return a != NULL ? a : b != NULL ? b : c;
}

/* What is given with the rows goes before what is so always. */
static void set_defaults(struct quire_write_call *call, int64_t now_us)
{
    struct quire_runlog_context none;
    const struct quire_runlog_context *given = call->context;
    if (given == NULL) {
        quire_model_init(&quire_model_context, &none);
        given = &none;
    }
    call->defaults = (struct quire_row_defaults){
        .execution_id = given->execution_id,
        .pipeline_id = first_text(given->pipeline_id, NULL, "unknown"),
        .schema = first_text(given->schema, call->writer->config->table_schema, "default"),
        .run_mode = first_text(given->run_mode, given->mode, "initial"),
        .now = now_us};
    call->given_run_id = given->run_id;
}

static int write_call(struct quire_write_call *call, const char *run_id,
                      struct quire_runlog_result *result, struct quire_error *error)
{
    struct quire_runlog_writer *writer = call->writer;
    int64_t begun_us = quire_writer_now_us(writer), writes = writer->metrics.total_writes;
    struct quire_error ignored;
    quire_error_clear(&ignored);
    if (error == NULL) error = &ignored;
    QUIRE_TRY(quire_write_check_given(run_id, call->context, error));
    if (call->source != NULL)
        QUIRE_TRY(quire_rows_text_open(call->source, writer->context, &call->text, error));
    begin_result(writer, run_id, begun_us, result);
    call->result = result;
    set_defaults(call, begun_us);
    if (call->batch_size <= 0) call->batch_size = writer->config->batch_size;
    quire_progress_begin(&call->progress, writer->context->observer, NULL, "write run log", 0);
    int code = run(call, run_id, error);
    quire_progress_end(&call->progress, code == 0                 ? QUIRE_PROGRESS_DONE
                                        : code == QUIRE_CANCELLED ? QUIRE_PROGRESS_CANCELLED
                                                                  : QUIRE_PROGRESS_FAILED);
    /* One that failed before any commit was tried. */
    if (code != 0 && writer->metrics.total_writes == writes) count_write(call, false, 0, begun_us);
    end_result(writer, code, begun_us, result);
    if (code == 0) code = check_ceilings(writer, result, error);
    if (code == 0) return 0;
    result->code = code;
    result->reason = quire_arena_strndup(&writer->texts, error->cause, strlen(error->cause));
    return result->reason != NULL ? code : quire_fail_memory(error, OPERATION);
}

/* --- Public ---------------------------------------------------------------------------------- */

int quire_runlog_write(struct quire_runlog_writer *writer, const struct quire_runlog_models *models,
                       const char *run_id, struct quire_runlog_result *result,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(release_call)
    struct quire_write_call call = {
        .writer = writer, .models = models, .kind = models->kind, .context = models->context};
    memset(result, 0, sizeof(*result));
    return write_call(&call, run_id, result, error);
}

int quire_runlog_write_text(struct quire_runlog_writer *writer,
                            const struct quire_runlog_text *text, const char *run_id,
                            struct quire_runlog_result *result, struct quire_error *error)
{
    QUIRE_CLEANUP(release_call)
    struct quire_write_call call = {
        .writer = writer, .source = text, .kind = text->kind, .context = text->context};
    memset(result, 0, sizeof(*result));
    return write_call(&call, run_id, result, error);
}

int quire_runlog_write_report(struct quire_runlog_writer *writer,
                              const struct quire_runlog_report *report, const char *run_id,
                              struct quire_runlog_result *result, struct quire_error *error)
{
    const struct quire_runlog_models models = {QUIRE_RUNLOG_REPORT, report, 1, NULL};
    return quire_runlog_write(writer, &models, run_id, result, error);
}

int quire_runlog_write_execution_result(struct quire_runlog_writer *writer,
                                        const struct quire_runlog_execution *execution,
                                        const char *run_id, struct quire_runlog_result *result,
                                        struct quire_error *error)
{
    const struct quire_runlog_models models = {QUIRE_RUNLOG_EXECUTION_RESULT, execution, 1, NULL};
    return quire_runlog_write(writer, &models, run_id, result, error);
}

int quire_runlog_write_step_results(struct quire_runlog_writer *writer,
                                    const struct quire_runlog_step *steps, size_t steps_size,
                                    const struct quire_runlog_context *context, const char *run_id,
                                    struct quire_runlog_result *result, struct quire_error *error)
{
    const struct quire_runlog_models models = {QUIRE_RUNLOG_STEP_RESULTS, steps, steps_size,
                                               context};
    return quire_runlog_write(writer, &models, run_id, result, error);
}

int quire_runlog_write_log_rows(struct quire_runlog_writer *writer,
                                const struct quire_runlog_row *rows, size_t rows_size,
                                const char *run_id, struct quire_runlog_result *result,
                                struct quire_error *error)
{
    const struct quire_runlog_models models = {QUIRE_RUNLOG_ROWS, rows, rows_size, NULL};
    return quire_runlog_write(writer, &models, run_id, result, error);
}

int quire_runlog_write_execution_result_batch(struct quire_runlog_writer *writer,
                                              const struct quire_runlog_execution *executions,
                                              size_t executions_size, const char *run_id,
                                              int64_t batch_size,
                                              struct quire_runlog_result *result,
                                              struct quire_error *error)
{
    const struct quire_runlog_models models = {QUIRE_RUNLOG_EXECUTION_RESULT, executions,
                                               executions_size, NULL};
    QUIRE_CLEANUP(release_call)
    struct quire_write_call call = {.writer = writer,
                                    .models = &models,
                                    .kind = QUIRE_RUNLOG_EXECUTION_RESULT,
                                    .batch_size = batch_size};
    *result = (struct quire_runlog_result){.is_batch = true};
    return write_call(&call, run_id, result, error);
}
