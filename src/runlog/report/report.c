/* The summary of a period: what the queries answer, put together. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/anomaly/anomaly_scan.h"
#include "runlog/report/report_json.h"

/* The one row of all rows, as members of the report and once more as an object of its own; means
 * of it are what anomalies are held against. */
static int write_totals(const struct quire_report *report, struct quire_buf *nested,
                        struct quire_anomaly_means *means, struct quire_json_writer *writer,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_rows_release) struct quire_report_rows rows = {.row = 0};
    struct quire_json_writer inner = quire_json_writer_to(nested);
    bool got = false;
    QUIRE_TRY(quire_report_ask(report, QUIRE_REPORT_SUMMARY, &rows, error));
    QUIRE_TRY(quire_report_next(&rows, &got, error));
    if (!got)
        return quire_fail(error, QUIRE_INTERNAL, QUIRE_REPORT_OPERATION, "a sum without a row");
    quire_report_write_row(&rows, writer);
    quire_json_writer_begin_object(&inner);
    quire_report_write_row(&rows, &inner);
    quire_json_writer_end_object(&inner);
    *means = quire_anomaly_means_of(&rows);
    return quire_json_writer_finish(&inner) == 0 ? 0
                                                 : quire_fail_memory(error, QUIRE_REPORT_OPERATION);
}

/* How many rows each phase has, and all that is known of it, as two members. */
static int write_phases(const struct quire_report *report, struct quire_json_writer *writer,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_rows_release) struct quire_report_rows rows = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf table = {0};
    struct quire_json_writer inner = quire_json_writer_to(&table);
    QUIRE_TRY(quire_report_ask(report, QUIRE_REPORT_BY_PHASE, &rows, error));
    quire_json_writer_begin_array(&inner);
    quire_json_writer_key(writer, "phase_distribution");
    quire_json_writer_begin_object(writer);
    for (bool got = true;;) {
        QUIRE_TRY(quire_report_next(&rows, &got, error));
        if (!got) break;
        QUIRE_CLEANUP(quire_cleanup_free) char *phase = quire_report_text(&rows, "phase");
        if (phase == NULL) return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
        quire_report_write_integer(writer, phase, quire_report_integer(&rows, "total_rows"));
        quire_json_writer_begin_object(&inner);
        quire_report_write_row(&rows, &inner);
        quire_json_writer_end_object(&inner);
    }
    quire_json_writer_end_object(writer);
    quire_json_writer_end_array(&inner);
    if (quire_json_writer_finish(&inner) != 0)
        return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    quire_json_writer_key(writer, "by_phase");
    quire_json_writer_raw(writer, (const char *)table.data, table.size);
    return 0;
}

static int write_summary(const struct quire_report *report, const struct quire_report_days *days,
                         struct quire_json_writer *writer, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf nested = {0};
    struct quire_anomaly_means means;
    int64_t limit = report->options.limit;
    quire_json_writer_begin_object(writer);
    quire_report_write_head(report, writer);
    QUIRE_TRY(write_totals(report, &nested, &means, writer, error));
    quire_json_writer_key(writer, "summary");
    quire_json_writer_raw(writer, (const char *)nested.data, nested.size);
    QUIRE_TRY(write_phases(report, writer, error));
    QUIRE_TRY(
        quire_report_write_rows(report, QUIRE_REPORT_BY_STEP, "by_step", limit, writer, error));
    quire_report_write_days(days, writer);
    QUIRE_TRY(quire_report_write_rows(report, QUIRE_REPORT_BY_HOUR, "by_hour", 0, writer, error));
    QUIRE_TRY(quire_anomaly_scan(report, &means, writer, error));
    quire_json_writer_end_object(writer);
    return 0;
}

static int ask_all(const struct quire_report *report, bool with_trends, struct quire_error *error)
{
    enum quire_report_query queries[QUIRE_REPORT_QUERIES] = {
        QUIRE_REPORT_SUMMARY, QUIRE_REPORT_BY_PHASE, QUIRE_REPORT_BY_STEP,
        QUIRE_REPORT_BY_DAY,  QUIRE_REPORT_BY_HOUR,
    };
    size_t size = 5;
    if (with_trends) {
        queries[size++] = QUIRE_REPORT_TRENDS;
        queries[size++] = QUIRE_REPORT_STEP_DURATIONS;
    }
    if (report->options.history) {
        queries[size++] = QUIRE_REPORT_HISTORY;
        queries[size++] = QUIRE_REPORT_DROPS;
    }
    return quire_report_ask_together(report, queries, size, error);
}

/* trends: NULL where they are not asked for. */
static int make_reports(const char *table, const struct quire_runlog_report_options *options,
                        char **summary, char **trends, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_release) struct quire_report report = {.url = NULL};
    QUIRE_CLEANUP(quire_report_days_release) struct quire_report_days days = {.items = {0}};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0}, other = {0};
    QUIRE_CLEANUP(quire_cleanup_free) char *made = NULL;
    struct quire_json_writer writer = quire_json_writer_to(&out);
    struct quire_json_writer trends_writer = quire_json_writer_to(&other);
    QUIRE_TRY(quire_report_open(table, options, QUIRE_RUNLOG_SUMMARY_DAYS, &report, error));
    if (trends != NULL) report.options.out = NULL; /* two texts are two */
    QUIRE_TRY(ask_all(&report, trends != NULL, error));
    QUIRE_TRY(quire_report_read_days(&report, &days, error));
    QUIRE_TRY(write_summary(&report, &days, &writer, error));
    QUIRE_TRY(quire_report_finish(&report, &writer, &made, error));
    if (trends != NULL) {
        QUIRE_TRY(quire_report_write_trends(&report, &days, &trends_writer, error));
        QUIRE_TRY(quire_report_finish(&report, &trends_writer, trends, error));
    }
    *summary = QUIRE_STEAL(made);
    return 0;
}

int quire_runlog_summary(const char *table, const struct quire_runlog_report_options *options,
                         char **json, struct quire_error *error)
{
    return make_reports(table, options, json, NULL, error);
}

int quire_runlog_summary_and_trends(const char *table,
                                    const struct quire_runlog_report_options *options,
                                    char **summary, char **trends, struct quire_error *error)
{
    return make_reports(table, options, summary, trends, error);
}

/* --- As SQL --------------------------------------------------------------------------------- */

#define QUERIES_MAX 5

struct report_queries {
    const char *name;
    int64_t days;
    enum quire_report_query queries[QUERIES_MAX];
    size_t size;
};

static const struct report_queries *find_report(const char *name)
{
    static const struct report_queries reports[] = {
        {"summary",
         QUIRE_RUNLOG_SUMMARY_DAYS,
         {QUIRE_REPORT_SUMMARY, QUIRE_REPORT_BY_PHASE, QUIRE_REPORT_BY_STEP, QUIRE_REPORT_BY_DAY,
          QUIRE_REPORT_BY_HOUR},
         5},
        {"trends",
         QUIRE_RUNLOG_TRENDS_DAYS,
         {QUIRE_REPORT_TRENDS, QUIRE_REPORT_BY_DAY, QUIRE_REPORT_STEP_DURATIONS},
         3},
        {"anomalies",
         QUIRE_RUNLOG_SUMMARY_DAYS,
         {QUIRE_REPORT_SUMMARY, QUIRE_REPORT_HISTORY, QUIRE_REPORT_DROPS},
         3},
    };
    for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++)
        if (strcmp(reports[i].name, name) == 0) return &reports[i];
    return NULL;
}

int quire_runlog_report_sql(const char *table, const char *report,
                            const struct quire_runlog_report_options *options, char **sql,
                            struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_release) struct quire_report opened = {.url = NULL};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    const struct report_queries *found = find_report(report);
    if (found == NULL)
        return quire_fail(error, QUIRE_USAGE, QUIRE_REPORT_OPERATION,
                          "there is no report \"%.80s\"", report);
    QUIRE_TRY(quire_report_open(table, options, found->days, &opened, error));
    for (size_t i = 0; i < found->size; i++) {
        QUIRE_TRY(quire_report_print(&opened, found->queries[i], &out, error));
        if (quire_buf_append_text(&out, i + 1 < found->size ? ";\n\n" : ";\n") != 0)
            return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    }
    char *text = quire_strndup((const char *)out.data, out.size);
    if (text == NULL) return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    *sql = text;
    return 0;
}
