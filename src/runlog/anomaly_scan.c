/* The rows of a period, read without SQL: only their numbers and names. */
#include "runlog/anomaly/anomaly_scan.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/anomaly/anomaly.h"
#include "runlog/anomaly/anomaly_history.h"
#include "runlog/report_json.h"

/* --- The search ----------------------------------------------------------------------------- */

static void free_search(struct quire_anomaly_search **search)
{
    quire_anomaly_search_free(*search);
}

static void free_history(struct quire_anomaly_history **history)
{
    quire_anomaly_history_free(*history);
}

static int judge_rows(struct quire_anomaly_search *search, struct ArrowArrayStream *rows,
                      struct quire_error *error)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(rows, &batch, error));
        if (batch.release == NULL) return 0;
        int code = quire_anomaly_judge(search, &batch, error);
        quire_array_release(&batch);
        if (code != 0) return code;
    }
}

static void free_quality(struct quire_quality **quality)
{
    quire_quality_free(*quality);
}

/* Names that the table does not have are told with the nearest that it has. */
static int try_rules(const struct quire_report *report, const struct quire_anomaly_options *options,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(free_quality) struct quire_quality *tried = NULL;
    const struct quire_quality_options checking = {.path = options->path};
    if (options->rules == NULL) return 0;
    return quire_quality_new(options->rules, &report->schema, &checking, &tried, error);
}

int quire_anomaly_scan(const struct quire_report *report, const struct quire_anomaly_means *means,
                       struct quire_json_writer *writer, struct quire_error *error)
{
    static const char *const wanted[] = {"duration_secs", "validation_rate", "rows_processed",
                                         "run_id",        "phase",           "step_name"};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream rows = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(free_history) struct quire_anomaly_history *history = NULL;
    QUIRE_CLEANUP(free_search) struct quire_anomaly_search *search = NULL;
    if (report->options.history) QUIRE_TRY(quire_anomaly_history_of(report, &history, error));
    const struct quire_anomaly_options options = {
        .min_validation_rate = report->options.min_validation_rate,
        .limit = report->options.limit,
        .history = history,
        .rules = report->options.rules,
        .path = report->url,
    };
    QUIRE_TRY(try_rules(report, &options, error));
    QUIRE_TRY(quire_report_read(report, wanted, sizeof(wanted) / sizeof(wanted[0]), options.rules,
                                &rows, error));
    QUIRE_TRY(quire_stream_schema(&rows, &schema, error));
    QUIRE_TRY(quire_anomaly_search_new(&schema, &options, &search, error));
    quire_anomaly_set_means(search, means->duration_secs, means->rows_processed);
    QUIRE_TRY(judge_rows(search, &rows, error));
    quire_anomaly_write(search, writer);
    return 0;
}

int quire_runlog_anomalies(const char *table, const struct quire_runlog_report_options *options,
                           char **json, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_release) struct quire_report report = {.url = NULL};
    QUIRE_CLEANUP(quire_report_rows_release) struct quire_report_rows rows = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_json_writer writer = quire_json_writer_to(&out);
    bool got = false;
    QUIRE_TRY(quire_report_open(table, options, QUIRE_RUNLOG_SUMMARY_DAYS, &report, error));
    QUIRE_TRY(quire_report_ask(&report, QUIRE_REPORT_SUMMARY, &rows, error));
    QUIRE_TRY(quire_report_next(&rows, &got, error));
    struct quire_anomaly_means means = {.duration_secs = 0};
    if (got) {
        means.duration_secs = quire_report_number(&rows, "average_duration_secs");
        means.rows_processed = quire_report_number(&rows, "average_rows_processed");
    }
    quire_json_writer_begin_object(&writer);
    quire_report_write_head(&report, &writer);
    QUIRE_TRY(quire_anomaly_scan(&report, &means, &writer, error));
    quire_json_writer_end_object(&writer);
    return quire_report_finish(&writer, json, error);
}
