/* The rows of a period, read without SQL: only their numbers and names. */
#include "runlog/anomaly/anomaly_scan.h"

#include <math.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/anomaly/anomaly.h"
#include "runlog/anomaly/anomaly_history.h"
#include "runlog/anomaly/anomaly_list.h"
#include "runlog/report/report_json.h"

/* --- The search ----------------------------------------------------------------------------- */

static void free_search(struct quire_anomaly_search **search)
{
    quire_anomaly_search_free(*search);
}

static void free_history(struct quire_anomaly_history **history)
{
    quire_anomaly_history_free(*history);
}

/* What the rows are looked at with. */
struct scan {
    const struct quire_report *report;
    const struct quire_anomaly_means *means;
    struct quire_anomaly_options options;
};

/* writer: where what is found goes, batch by batch; NULL: it is kept. */
static int judge_rows(const struct scan *scan, struct quire_anomaly_search *search,
                      struct ArrowArrayStream *rows, struct quire_json_writer *writer,
                      struct quire_error *error)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_report_place(scan->report, quire_stream_next(rows, &batch, error), error));
        if (batch.release == NULL) return 0;
        int code = quire_anomaly_judge(search, &batch, error);
        quire_array_release(&batch);
        if (code == 0 && writer != NULL) {
            quire_anomaly_list_move(quire_anomaly_found(search), writer);
            code = quire_report_flush(scan->report, writer, error);
        }
        if (code != 0) return code;
    }
}

static int search_rows(const struct scan *scan, struct quire_json_writer *writer,
                       struct quire_anomaly_search **search, struct quire_error *error)
{
    static const char *const wanted[] = {"duration_secs", "validation_rate", "rows_processed",
                                         "run_id",        "phase",           "step_name"};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream rows = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_TRY(quire_report_read(scan->report, wanted, sizeof(wanted) / sizeof(wanted[0]),
                                scan->options.rules, &rows, error));
    QUIRE_TRY(quire_stream_schema(&rows, &schema, error));
    QUIRE_TRY(quire_anomaly_search_new(&schema, &scan->options, search, error));
    quire_anomaly_set_means(*search, scan->means->duration_secs, scan->means->rows_processed);
    if (writer != NULL) quire_anomaly_list_move(quire_anomaly_found(*search), writer);
    return judge_rows(scan, *search, &rows, writer, error);
}

/* A list without a limit is not held: rows are gone over twice, first to count what is found, which
 * stands before it. */
static int write_all(const struct scan *scan, struct quire_json_writer *writer,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(free_search) struct quire_anomaly_search *counting = NULL, *listing = NULL;
    struct scan first = *scan;
    first.options.limit = QUIRE_ANOMALY_COUNT_ALONE;
    QUIRE_TRY(search_rows(&first, NULL, &counting, error));
    quire_anomaly_write_count(counting, writer);
    quire_json_writer_key(writer, "anomalies");
    quire_json_writer_begin_array(writer);
    QUIRE_TRY(search_rows(scan, writer, &listing, error));
    quire_json_writer_end_array(writer);
    return 0;
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

/* Beyond what cannot be told nothing is. */
static double mean_of(const struct quire_report_rows *rows, const char *name)
{
    return quire_report_is_null(rows, name) ? (double)INFINITY : quire_report_number(rows, name);
}

struct quire_anomaly_means quire_anomaly_means_of(const struct quire_report_rows *rows)
{
    return (struct quire_anomaly_means){
        .duration_secs = mean_of(rows, "average_duration_secs"),
        .rows_processed = mean_of(rows, "average_rows_processed"),
    };
}

int quire_anomaly_scan(const struct quire_report *report, const struct quire_anomaly_means *means,
                       struct quire_json_writer *writer, struct quire_error *error)
{
    QUIRE_CLEANUP(free_history) struct quire_anomaly_history *history = NULL;
    QUIRE_CLEANUP(free_search) struct quire_anomaly_search *search = NULL;
    if (report->options.history) QUIRE_TRY(quire_anomaly_history_of(report, NULL, &history, error));
    const struct scan scan = {
        .report = report,
        .means = means,
        .options = {.min_validation_rate = report->options.min_validation_rate,
                    .limit = report->options.limit,
                    .history = history,
                    .rules = report->options.rules,
                    .path = report->url},
    };
    QUIRE_TRY(try_rules(report, &scan.options, error));
    if (report->options.limit == INT64_MAX) return write_all(&scan, writer, error);
    QUIRE_TRY(search_rows(&scan, NULL, &search, error));
    quire_anomaly_write(search, writer);
    return 0;
}

int quire_runlog_anomalies(const char *table, const struct quire_runlog_report_options *options,
                           char **json, struct quire_error *error)
{
    static const enum quire_report_query queries[] = {QUIRE_REPORT_SUMMARY, QUIRE_REPORT_HISTORY,
                                                      QUIRE_REPORT_DROPS};
    QUIRE_CLEANUP(quire_report_release) struct quire_report report = {.url = NULL};
    QUIRE_CLEANUP(quire_report_rows_release) struct quire_report_rows rows = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_json_writer writer = quire_json_writer_to(&out);
    bool got = false;
    QUIRE_TRY(quire_report_open(table, options, QUIRE_RUNLOG_SUMMARY_DAYS, &report, error));
    if (report.options.history) QUIRE_TRY(quire_report_ask_together(&report, queries, 3, error));
    QUIRE_TRY(quire_report_ask(&report, QUIRE_REPORT_SUMMARY, &rows, error));
    QUIRE_TRY(quire_report_next(&rows, &got, error));
    if (!got)
        return quire_fail(error, QUIRE_INTERNAL, QUIRE_REPORT_OPERATION, "a sum without a row");
    const struct quire_anomaly_means means = quire_anomaly_means_of(&rows);
    quire_json_writer_begin_object(&writer);
    quire_report_write_head(&report, &writer);
    QUIRE_TRY(quire_anomaly_scan(&report, &means, &writer, error));
    quire_json_writer_end_object(&writer);
    return quire_report_finish(&report, &writer, json, error);
}
