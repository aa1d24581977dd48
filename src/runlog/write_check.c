/* Rows looked at before any is written: whether they can be, how many they are, what rules say of
 * them, and what is out of the ordinary. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/observe.h"
#include "runlog/anomaly/anomaly.h"
#include "runlog/writer.h"

#define OPERATION QUIRE_RUNLOG_OPERATION

static int begin_quality(struct quire_write_call *call, struct quire_error *error)
{
    const struct quire_runlog_writer *writer = call->writer;
    struct quire_quality_options options = {.path = NULL};
    if (writer->rules == NULL || call->quality != NULL) return 0;
    if (call->rejects != NULL) {
        options.reject = quire_rejects_take;
        options.reject_user = call->rejects;
    }
    return quire_quality_new(writer->rules, &writer->schema, &options, &call->quality, error);
}

/* Reads a stream to its end. */
static int drain(struct ArrowArrayStream *stream, int64_t *rows, struct quire_error *error)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(stream, &batch, error));
        if (batch.release == NULL) return 0;
        *rows += batch.length;
        quire_array_release(&batch);
    }
}

int quire_write_check_unit(struct quire_write_call *call, size_t unit, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream checked = {.release = NULL};
    int64_t refused = 0, rows = 0;
    const struct quire_write_stream_options options = {
        .units = &unit, .units_size = 1, .rejects = call->rejects, .refused = &refused};
    QUIRE_TRY(begin_quality(call, error));
    QUIRE_TRY(quire_write_stream(call, &options, &stream, error));
    if (call->quality != NULL) {
        QUIRE_TRY(quire_stream_check(&stream, call->quality, &checked, error));
        QUIRE_TRY(drain(&checked, &rows, error));
        quire_quality_add_unreadable(call->quality, refused);
    } else {
        QUIRE_TRY(drain(&stream, &rows, error));
    }
    quire_write_units(call)[unit].rows = rows;
    return 0;
}

/* --- The verdict ----------------------------------------------------------------------------- */

static int judge_quality(struct quire_write_call *call, struct quire_error *error)
{
    struct quire_runlog_writer *writer = call->writer;
    const struct quire_observer *observer = writer->context->observer;
    struct quire_verdict verdict;
    if (call->quality == NULL) return 0;
    quire_quality_verdict(call->quality, &verdict);
    QUIRE_TRY(quire_quality_report(call->quality, &writer->quality, error));
    if (writer->config->log_data_quality_results) call->result->quality_results = writer->quality;
    quire_observe_log(observer, verdict.quality_passed ? QUIRE_LOG_INFO : QUIRE_LOG_WARN,
                      "log quality: passed=%s validation_rate=%.2f total_rows=%lld "
                      "invalid_rows=%lld rules_broken=%lld",
                      verdict.quality_passed ? "true" : "false", verdict.validation_rate,
                      (long long)verdict.total_rows, (long long)verdict.invalid_rows,
                      (long long)verdict.rules_broken);
    if (verdict.quality_passed || writer->config->quality_action != QUIRE_RUNLOG_FAIL) return 0;
    return quire_fail(error, QUIRE_INPUT, "quality",
                      "%.2f %% of %lld rows are valid and %.2f %% are not: at least %g %% and at "
                      "most %g %% are wanted; nothing was written",
                      verdict.validation_rate, (long long)verdict.total_rows,
                      verdict.invalid_rows_percent, verdict.min_validation_rate,
                      verdict.max_invalid_rows_percent);
}

/* --- Anomalies ------------------------------------------------------------------------------- */

static void free_search(struct quire_anomaly_search **search)
{
    quire_anomaly_search_free(*search);
}

typedef int look(struct quire_anomaly_search *search, const struct ArrowArray *batch,
                 struct quire_error *error);

/* Goes over all rows that are to be written. */
static int look_at_all(struct quire_write_call *call, look *look_at,
                       struct quire_anomaly_search *search, struct quire_error *error)
{
    for (size_t i = 0; i < quire_write_units_size(call); i++) {
        QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
        const struct quire_write_stream_options options = {.units = &i, .units_size = 1};
        if (quire_write_units(call)[i].failed) continue;
        QUIRE_TRY(quire_write_stream(call, &options, &stream, error));
        for (;;) {
            QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
            QUIRE_TRY(quire_stream_next(&stream, &batch, error));
            if (batch.release == NULL) break;
            QUIRE_TRY(look_at(search, &batch, error));
        }
    }
    return 0;
}

static int find_anomalies(struct quire_write_call *call, struct quire_error *error)
{
    struct quire_runlog_writer *writer = call->writer;
    QUIRE_CLEANUP(free_search) struct quire_anomaly_search *search = NULL;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    const struct quire_anomaly_options options = {.min_validation_rate =
                                                      writer->config->min_validation_rate};
    if (!writer->config->enable_anomaly_detection) return 0;
    QUIRE_TRY(quire_anomaly_search_new(&writer->schema, &options, &search, error));
    QUIRE_TRY(look_at_all(call, quire_anomaly_measure, search, error));
    QUIRE_TRY(look_at_all(call, quire_anomaly_judge, search, error));
    struct quire_json_writer json = quire_json_writer_to(&out);
    quire_json_writer_begin_object(&json);
    quire_anomaly_write(search, &json);
    quire_json_writer_end_object(&json);
    if (quire_json_writer_finish(&json) != 0) return quire_fail_memory(error, OPERATION);
    writer->anomalies = quire_strndup((const char *)out.data, out.size);
    if (writer->anomalies == NULL) return quire_fail_memory(error, OPERATION);
    call->result->anomaly_results = writer->anomalies;
    int64_t count = quire_anomaly_count(search);
    quire_observe_log(writer->context->observer, count > 0 ? QUIRE_LOG_WARN : QUIRE_LOG_INFO,
                      "log anomalies: count=%lld", (long long)count);
    return 0;
}

int quire_write_judge(struct quire_write_call *call, struct quire_error *error)
{
    QUIRE_TRY(judge_quality(call, error));
    if (call->rejects != NULL) QUIRE_TRY(quire_rejects_commit(call->rejects, error));
    return find_anomalies(call, error);
}
