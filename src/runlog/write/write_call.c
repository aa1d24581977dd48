/* A call: what there is to write is found and checked, then written (write_batch.c). */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/observe.h"
#include "base/random.h"
#include "runlog/write/writer.h"

#define OPERATION QUIRE_RUNLOG_OPERATION

static void release_call(struct quire_write_call *call)
{
    quire_rows_models_release(&call->of_models);
    quire_rows_text_close(call->text);
    quire_quality_free(call->quality);
    quire_write_rejects_close(call->rejects);
    quire_log_target_free(call->looked);
    quire_buf_release(&call->units);
    quire_buf_release(&call->tables);
    quire_buf_release(&call->tables_by_name);
    quire_buf_release(&call->numbers.batch);
    quire_arena_release(&call->arena);
}

/* --- The call -------------------------------------------------------------------------------- */

static int open_rejects(struct quire_write_call *call, struct quire_error *error)
{
    const struct quire_runlog_writer *writer = call->writer;
    const struct quire_write_options options = {.durability = writer->options.durability,
                                                .context = writer->context};
    const char *url = writer->config->quality_rejects;
    if (url == NULL || call->only_checks) return 0;
    if (call->source != NULL && quire_file_same(call->source->url, url))
        return quire_fail(error, QUIRE_USAGE, OPERATION, "the rejects file is what is read: %.300s",
                          url);
    return quire_write_rejects_open(url, &options, &call->rejects, error);
}

/* A producer that died leaves input without a row, which is none to be refused. */
static void tell_empty(const struct quire_write_call *call)
{
    char input[QUIRE_WRITE_QUOTE_MAX];
    int64_t rows = call->rejects != NULL ? quire_write_rejects_count(call->rejects) : 0;
    for (size_t i = 0; i < quire_write_units_size(call); i++)
        rows += quire_write_units(call)[i].rows + quire_write_units(call)[i].failed;
    if (rows > 0) return;
    quire_observe_log(
        call->writer->context->observer, QUIRE_LOG_WARN, "log empty: input=%s rows=0",
        quire_write_quote(call->source != NULL ? call->source->url : "models", input));
}

static int seal_rejects(struct quire_write_call *call, struct quire_error *error)
{
    size_t size = quire_write_tables_size(call);
    if (call->rejects == NULL) return 0;
    const char **urls = quire_arena_alloc(&call->arena, (size + 1) * sizeof(*urls));
    if (urls == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < size; i++)
        urls[i] = quire_write_written(call, i)->url;
    return quire_write_rejects_seal(call->rejects, urls, size, error);
}

static int run(struct quire_write_call *call, const char *run_id, struct quire_error *error)
{
    struct quire_runlog_result *result = call->result;
    size_t table = 0;
    if (call->source != NULL)
        QUIRE_TRY(quire_rows_text_open(call->source, call->writer->context, &call->text, error));
    QUIRE_TRY(quire_write_find_units(call, error));
    size_t units = quire_write_units_size(call);
    if (units == 0) QUIRE_TRY(quire_write_check_some(call, 0, error));
    if (!quire_write_is_named_by_rows(call))
        QUIRE_TRY(quire_write_take_table(call, NULL, &table, error));
    result->is_batch = result->is_batch || units > 1;
    result->total_executions = call->kind < QUIRE_RUNLOG_EXECUTION_RESULT ? 0 : (int64_t)units;
    QUIRE_TRY(quire_write_name_units(call, run_id, error));
    QUIRE_TRY(open_rejects(call, error));
    QUIRE_TRY(quire_write_check_units(call, error));
    QUIRE_TRY(quire_write_try_tables(call, error));
    QUIRE_TRY(quire_write_judge(call, error));
    tell_empty(call);
    if (call->only_checks) return 0;
    QUIRE_TRY(seal_rejects(call, error));
    quire_write_count(call, 0, call->writer->failures.size / sizeof(struct quire_runlog_failure));
    return quire_write_all(call, error);
}

/* Rows that were set apart from others that stand; told after a failure, too, as that does not undo
 * commits before it. */
static int publish_rejects(struct quire_write_call *call, int code, struct quire_error *error)
{
    const struct quire_write_unit *units = quire_write_units(call);
    size_t size = call->rejects != NULL ? (size_t)quire_write_rejects_count(call->rejects) : 0;
    bool any = code == 0;
    if (call->rejects == NULL) return 0;
    uint8_t *keep = quire_arena_alloc(&call->arena, size + 1);
    if (keep == NULL) return quire_fail_memory(error, OPERATION);
    memset(keep, 0, size + 1);
    for (size_t i = 0; i < quire_write_units_size(call); i++) {
        if (!units[i].stands) continue;
        any = any || units[i].rejects_end > units[i].rejects_begin;
        memset(keep + units[i].rejects_begin, 1,
               (size_t)(units[i].rejects_end - units[i].rejects_begin));
    }
    if (!any && call->may_stand) return quire_write_rejects_leave(call->rejects, error);
    return any ? quire_write_rejects_publish(call->rejects, keep, error) : 0;
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
    quire_buf_clear(&writer->tables);
    quire_runlog_uuid(now_us / 1000, writer->run_id);
    writer->seed = quire_random_entropy();
    *result =
        (struct quire_runlog_result){.run_id = run_id != NULL ? run_id : writer->run_id,
                                     .version = -1,
                                     .is_batch = is_batch,
                                     .is_merge = writer->config->write_mode == QUIRE_RUNLOG_MERGE};
}

static int compare_failures(const void *a, const void *b)
{
    const struct quire_runlog_failure *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

static void end_result(struct quire_runlog_writer *writer, int code, int64_t begun_us,
                       struct quire_runlog_result *result)
{
    result->failures = (const struct quire_runlog_failure *)(const void *)writer->failures.data;
    result->failures_size = writer->failures.size / sizeof(struct quire_runlog_failure);
    /* They were found a table, and a commit, at a time. */
    if (result->failures_size > 1)
        qsort(writer->failures.data, result->failures_size, sizeof(struct quire_runlog_failure),
              compare_failures);
    result->failed_writes = (int64_t)result->failures_size;
    result->tables = (const struct quire_runlog_written *)(const void *)writer->tables.data;
    result->tables_size = writer->tables.size / sizeof(struct quire_runlog_written);
    result->success = code == 0 && result->failures_size == 0;
    result->duration_secs = (double)(quire_writer_tick_us(writer) - begun_us) / 1e6;
    result->table_fqn = writer->fqn;
    result->url = writer->url;
    quire_runlog_get_metrics(writer, &result->metrics);
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
        .pipeline_id = quire_write_first_text(given->pipeline_id, NULL, "unknown"),
        .schema =
            quire_write_first_text(given->schema, call->writer->config->table_schema, "default"),
        .run_mode = quire_write_first_text(given->run_mode, given->mode, "initial"),
        .now = now_us};
    call->given_run_id = given->run_id;
}

static int write_call(struct quire_write_call *call, const char *run_id,
                      struct quire_runlog_result *result, struct quire_error *error)
{
    struct quire_runlog_writer *writer = call->writer;
    int64_t now_us = quire_writer_now_us(writer), begun_us = quire_writer_tick_us(writer);
    int64_t writes = writer->metrics.total_writes;
    struct quire_error ignored;
    quire_error_clear(&ignored);
    if (error == NULL) error = &ignored;
    QUIRE_TRY(quire_write_check_given(run_id, call->context, error));
    begin_result(writer, run_id, now_us, result);
    call->result = result;
    set_defaults(call, now_us);
    if (call->batch_size <= 0) call->batch_size = writer->config->batch_size;
    quire_progress_begin(&call->progress, writer->context->observer, NULL, "write run log", 0);
    int code = run(call, run_id, error);
    quire_progress_end(&call->progress, code == 0                 ? QUIRE_PROGRESS_DONE
                                        : code == QUIRE_CANCELLED ? QUIRE_PROGRESS_CANCELLED
                                                                  : QUIRE_PROGRESS_FAILED);
    /* One that failed before any commit was tried. */
    if (code != 0 && writer->metrics.total_writes == writes) {
        quire_write_count(call, 0, 1);
        quire_write_count_time(call, begun_us);
    }
    quire_write_tell_quality(call);
    end_result(writer, code, begun_us, result);
    struct quire_error after;
    quire_error_clear(&after);
    int rejects = publish_rejects(call, code, &after);
    if (rejects != 0)
        quire_observe_log(writer->context->observer, QUIRE_LOG_WARN, "log rejects: %s", after.hint);
    if (code == 0 && rejects != 0) {
        code = rejects;
        *error = after;
    }
    if (code == 0 && !call->only_checks) code = quire_write_check_ceilings(writer, result, error);
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
    *result = (struct quire_runlog_result){.is_batch = models->is_batch};
    return write_call(&call, run_id, result, error);
}

int quire_runlog_write_text(struct quire_runlog_writer *writer,
                            const struct quire_runlog_text *text, const char *run_id,
                            struct quire_runlog_result *result, struct quire_error *error)
{
    QUIRE_CLEANUP(release_call)
    struct quire_write_call call = {.writer = writer,
                                    .source = text,
                                    .kind = text->kind,
                                    .context = text->context,
                                    .only_checks = text->only_checks};
    *result = (struct quire_runlog_result){.is_batch = text->is_batch};
    return write_call(&call, run_id, result, error);
}

int quire_runlog_write_report(struct quire_runlog_writer *writer,
                              const struct quire_runlog_report *report, const char *run_id,
                              struct quire_runlog_result *result, struct quire_error *error)
{
    const struct quire_runlog_models models = {QUIRE_RUNLOG_REPORT, report, 1, NULL, false};
    return quire_runlog_write(writer, &models, run_id, result, error);
}

int quire_runlog_write_execution_result(struct quire_runlog_writer *writer,
                                        const struct quire_runlog_execution *execution,
                                        const char *run_id, struct quire_runlog_result *result,
                                        struct quire_error *error)
{
    const struct quire_runlog_models models = {QUIRE_RUNLOG_EXECUTION_RESULT, execution, 1, NULL,
                                               false};
    return quire_runlog_write(writer, &models, run_id, result, error);
}

int quire_runlog_write_step_results(struct quire_runlog_writer *writer,
                                    const struct quire_runlog_step *steps, size_t steps_size,
                                    const struct quire_runlog_context *context, const char *run_id,
                                    struct quire_runlog_result *result, struct quire_error *error)
{
    const struct quire_runlog_models models = {QUIRE_RUNLOG_STEP_RESULTS, steps, steps_size,
                                               context, false};
    return quire_runlog_write(writer, &models, run_id, result, error);
}

int quire_runlog_write_log_rows(struct quire_runlog_writer *writer,
                                const struct quire_runlog_row *rows, size_t rows_size,
                                const char *run_id, struct quire_runlog_result *result,
                                struct quire_error *error)
{
    const struct quire_runlog_models models = {QUIRE_RUNLOG_ROWS, rows, rows_size, NULL, false};
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
                                               executions_size, NULL, true};
    QUIRE_CLEANUP(release_call)
    struct quire_write_call call = {.writer = writer,
                                    .models = &models,
                                    .kind = QUIRE_RUNLOG_EXECUTION_RESULT,
                                    .batch_size = batch_size};
    *result = (struct quire_runlog_result){.is_batch = true};
    return write_call(&call, run_id, result, error);
}
