/* Where values go: what the queries answer, and what follows from the days. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/report_json.h"

#define VOLUME_PERCENT  10.0
#define SUCCESS_POINTS  2.0
#define DEGRADED_POINTS 5.0
#define DEGRADED_FAR    10.0

/* --- Days ----------------------------------------------------------------------------------- */

struct day {
    double rows, successful, failed, processed, rate; /* rate: the mean */
};

static int read_days(const struct quire_report *report, struct quire_buf *days,
                     struct quire_json_writer *list, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_rows_release) struct quire_report_rows rows = {.row = 0};
    QUIRE_TRY(quire_report_ask(report, QUIRE_REPORT_BY_DAY, &rows, error));
    quire_json_writer_begin_array(list);
    for (bool got = true;;) {
        QUIRE_TRY(quire_report_next(&rows, &got, error));
        if (!got) break;
        const struct day day = {
            .rows = quire_report_number(&rows, "total_rows"),
            .successful = quire_report_number(&rows, "successful_rows"),
            .failed = quire_report_number(&rows, "failed_rows"),
            .processed = quire_report_number(&rows, "total_rows_processed"),
            .rate = quire_report_number(&rows, "average_validation_rate"),
        };
        if (quire_buf_append(days, &day, sizeof(day)) != 0)
            return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
        quire_json_writer_begin_object(list);
        quire_report_write_row(&rows, list);
        quire_json_writer_end_object(list);
    }
    quire_json_writer_end_array(list);
    int code = quire_json_writer_finish(list);
    return code == 0 ? 0 : quire_fail_memory(error, QUIRE_REPORT_OPERATION);
}

/* All of some days. */
static struct day sum_days(const struct day *days, size_t from, size_t to)
{
    struct day sum = {.rows = 0};
    for (size_t i = from; i < to; i++) {
        sum.rows += days[i].rows;
        sum.successful += days[i].successful;
        sum.failed += days[i].failed;
        sum.processed += days[i].processed;
        sum.rate += days[i].rate * days[i].rows;
    }
    if (sum.rows > 0) sum.rate /= sum.rows;
    return sum;
}

static double success_of(const struct day *day)
{
    double told = day->successful + day->failed;
    return told > 0 ? 100 * day->successful / told : 0;
}

/* --- What follows --------------------------------------------------------------------------- */

/* Rows a day in the later half beside the earlier one. */
static double volume_change(const struct day *days, size_t size)
{
    size_t half = size / 2;
    if (half == 0) return 0;
    double before = sum_days(days, 0, half).processed / (double)half;
    double after = sum_days(days, half, size).processed / (double)(size - half);
    return before > 0 ? 100 * (after - before) / before : after > 0 ? 100 : 0;
}

static double success_change(const struct day *days, size_t size)
{
    size_t half = size / 2;
    if (half == 0) return 0;
    struct day before = sum_days(days, 0, half), after = sum_days(days, half, size);
    return success_of(&after) - success_of(&before);
}

static const char *quality_grade(double rate)
{
    return rate >= 95 ? "A" : rate >= 90 ? "B" : rate >= 80 ? "C" : "D";
}

static const char *performance_grade(double mean, double stddev)
{
    if (mean < 60 && stddev < 30) return "A";
    if (mean < 120 && stddev < 60) return "B";
    return mean < 300 ? "C" : "D";
}

/* What was not measured has none. */
static void write_grade(struct quire_json_writer *writer, const struct quire_report_rows *row,
                        const char *count, const char *grade)
{
    if (quire_report_integer(row, count) > 0) {
        quire_report_write_text(writer, "grade", grade);
        return;
    }
    quire_json_writer_key(writer, "grade");
    quire_json_writer_null(writer);
}

static void write_volume(const struct day *days, size_t size, struct quire_json_writer *writer)
{
    double change = volume_change(days, size);
    quire_json_writer_key(writer, "volume_trend");
    quire_json_writer_begin_object(writer);
    quire_report_write_text(writer, "direction",
                            change > VOLUME_PERCENT    ? "increasing"
                            : change < -VOLUME_PERCENT ? "decreasing"
                                                       : "stable");
    quire_report_write_number(writer, "change_percent", change);
    quire_json_writer_end_object(writer);
}

static void write_success(const struct quire_report_rows *row, const struct day *days, size_t size,
                          struct quire_json_writer *writer)
{
    double change = success_change(days, size);
    quire_json_writer_key(writer, "success_trend");
    quire_json_writer_begin_object(writer);
    quire_report_write_integer(writer, "total", quire_report_integer(row, "total_rows"));
    quire_report_write_integer(writer, "successful", quire_report_integer(row, "successful_rows"));
    quire_report_write_integer(writer, "failed", quire_report_integer(row, "failed_rows"));
    quire_report_write_number(writer, "success_rate_percent",
                              quire_report_number(row, "success_rate_percent"));
    quire_report_write_text(writer, "direction",
                            change > SUCCESS_POINTS    ? "improving"
                            : change < -SUCCESS_POINTS ? "declining"
                                                       : "stable");
    quire_report_write_number(writer, "change_points", change);
    quire_json_writer_end_object(writer);
}

static void write_quality(const struct quire_report_rows *row, const struct day *days, size_t size,
                          struct quire_json_writer *writer)
{
    double last = size > 0 ? days[size - 1].rate : 0;
    double before = size > 1 ? sum_days(days, 0, size - 1).rate : last;
    double fall = before - last;
    quire_json_writer_key(writer, "quality");
    quire_json_writer_begin_object(writer);
    write_grade(writer, row, "validation_count",
                quality_grade(quire_report_number(row, "validation_mean")));
    quire_report_write_text(writer, "degradation",
                            fall > DEGRADED_FAR      ? "high"
                            : fall > DEGRADED_POINTS ? "moderate"
                                                     : "none");
    quire_report_write_number(writer, "last_day_rate", last);
    quire_report_write_number(writer, "rate_before", before);
    quire_json_writer_end_object(writer);
}

static void write_performance(const struct quire_report_rows *row, struct quire_json_writer *writer)
{
    quire_json_writer_key(writer, "performance");
    quire_json_writer_begin_object(writer);
    write_grade(writer, row, "duration_count",
                performance_grade(quire_report_number(row, "duration_mean"),
                                  quire_report_number(row, "duration_stddev")));
    quire_json_writer_end_object(writer);
}

/* --- The report ----------------------------------------------------------------------------- */

/* "duration_min" and its kin as an object of "min" and its kin. */
static void write_spread(const struct quire_report_rows *row, const char *name, const char *prefix,
                         struct quire_json_writer *writer)
{
    static const char *const parts[] = {"min", "max", "mean", "stddev", "p50", "p95", "slope"};
    quire_json_writer_key(writer, name);
    quire_json_writer_begin_object(writer);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        char column[40];
        snprintf(column, sizeof(column), "%s_%s", prefix, parts[i]);
        quire_report_write_number(writer, parts[i], quire_report_number(row, column));
    }
    quire_json_writer_end_object(writer);
}

static void write_throughput(const struct quire_report_rows *row, struct quire_json_writer *writer)
{
    quire_json_writer_key(writer, "throughput_trend");
    quire_json_writer_begin_object(writer);
    quire_report_write_integer(writer, "min_rows", quire_report_integer(row, "rows_min"));
    quire_report_write_integer(writer, "max_rows", quire_report_integer(row, "rows_max"));
    quire_report_write_number(writer, "avg_rows", quire_report_number(row, "rows_avg"));
    quire_report_write_number(writer, "stddev_rows", quire_report_number(row, "rows_stddev"));
    quire_json_writer_end_object(writer);
}

static int write_trends(const struct quire_report *report, struct quire_json_writer *writer,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_rows_release) struct quire_report_rows row = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf days = {0}, list = {0};
    struct quire_json_writer inner = quire_json_writer_to(&list);
    bool got = false;
    QUIRE_TRY(quire_report_ask(report, QUIRE_REPORT_TRENDS, &row, error));
    QUIRE_TRY(quire_report_next(&row, &got, error));
    if (!got)
        return quire_fail(error, QUIRE_INTERNAL, QUIRE_REPORT_OPERATION, "a sum without a row");
    QUIRE_TRY(read_days(report, &days, &inner, error));
    const struct day *items = (const struct day *)(const void *)days.data;
    size_t size = days.size / sizeof(*items);
    quire_json_writer_begin_object(writer);
    quire_report_write_head(report, writer);
    write_spread(&row, "duration_trend", "duration", writer);
    write_spread(&row, "validation_trend", "validation", writer);
    write_success(&row, items, size, writer);
    write_throughput(&row, writer);
    write_volume(items, size, writer);
    write_quality(&row, items, size, writer);
    write_performance(&row, writer);
    quire_json_writer_key(writer, "by_day");
    quire_json_writer_raw(writer, (const char *)list.data, list.size);
    quire_json_writer_end_object(writer);
    return 0;
}

int quire_runlog_trends(const char *table, const struct quire_runlog_report_options *options,
                        char **json, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_release) struct quire_report report = {.url = NULL};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_json_writer writer = quire_json_writer_to(&out);
    QUIRE_TRY(quire_report_open(table, options, QUIRE_RUNLOG_TRENDS_DAYS, &report, error));
    QUIRE_TRY(write_trends(&report, &writer, error));
    return quire_report_finish(&writer, json, error);
}
