/* Where values go: what the queries answer, and what follows from the days. */
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "runlog/report/report_json.h"

#define VOLUME_PERCENT  10.0
#define SUCCESS_POINTS  2.0
#define DEGRADED_POINTS 5.0
#define DEGRADED_FAR    10.0

/* --- What follows --------------------------------------------------------------------------- */

typedef bool measured_fn(const struct quire_report_day *day);

static bool says_success(const struct quire_report_day *day)
{
    return day->successful + day->failed > 0;
}

static bool says_rows(const struct quire_report_day *day)
{
    return day->processed_rows > 0;
}

static bool says_rate(const struct quire_report_day *day)
{
    return day->rated_rows > 0;
}

static void add_day(struct quire_report_day *sum, const struct quire_report_day *day)
{
    double rated = sum->rated_rows + day->rated_rows;
    if (day->rated_rows > 0) sum->rate += (day->rate - sum->rate) * (day->rated_rows / rated);
    sum->rated_rows = rated;
    sum->successful += day->successful;
    sum->failed += day->failed;
    sum->processed += day->processed;
    sum->processed_rows += day->processed_rows;
}

/* Days that say something, in two parts. */
struct parts {
    struct quire_report_day before, after;
    size_t before_size, after_size;
};

/* The last so many of the days, and those before. Days that say nothing are none. */
static struct parts part_days(const struct quire_report_day *days, size_t size, measured_fn *says,
                              size_t last)
{
    struct parts parts = {.before_size = 0};
    size_t measured = 0;
    for (size_t i = 0; i < size; i++)
        measured += says(&days[i]);
    size_t first = measured > last ? measured - last : 0, at = 0;
    for (size_t i = 0; i < size; i++)
        if (says(&days[i])) add_day(at++ < first ? &parts.before : &parts.after, &days[i]);
    parts.before_size = first;
    parts.after_size = measured - first;
    return parts;
}

/* The later half of the days, which has the one in the middle, and the earlier one. */
static struct parts halve_days(const struct quire_report_day *days, size_t size, measured_fn *says)
{
    size_t measured = 0;
    for (size_t i = 0; i < size; i++)
        measured += says(&days[i]);
    return part_days(days, size, says, measured - measured / 2);
}

/* Rows a day in the later half beside the earlier one. */
static double volume_change(const struct quire_report_day *days, size_t size)
{
    struct parts halves = halve_days(days, size, says_rows);
    if (halves.before_size == 0) return 0;
    double before = halves.before.processed / (double)halves.before_size;
    double after = halves.after.processed / (double)halves.after_size;
    return before > 0 ? 100 * (after - before) / before : after > 0 ? 100 : 0;
}

static double success_of(const struct quire_report_day *sum)
{
    return 100 * sum->successful / (sum->successful + sum->failed);
}

static double success_change(const struct quire_report_day *days, size_t size)
{
    struct parts halves = halve_days(days, size, says_success);
    return halves.before_size > 0 ? success_of(&halves.after) - success_of(&halves.before) : 0;
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

static void write_volume(const struct quire_report_day *days, size_t size,
                         struct quire_json_writer *writer)
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

static void write_success(const struct quire_report_rows *row, const struct quire_report_day *days,
                          size_t size, struct quire_json_writer *writer)
{
    double change = success_change(days, size);
    quire_json_writer_key(writer, "success_trend");
    quire_json_writer_begin_object(writer);
    quire_report_write_integer(writer, "total", quire_report_integer(row, "total_rows"));
    quire_report_write_integer(writer, "successful", quire_report_integer(row, "successful_rows"));
    quire_report_write_integer(writer, "failed", quire_report_integer(row, "failed_rows"));
    quire_report_write_of(row, "success_rate_percent", "success_rate_percent", writer);
    quire_report_write_text(writer, "direction",
                            change > SUCCESS_POINTS    ? "improving"
                            : change < -SUCCESS_POINTS ? "declining"
                                                       : "stable");
    quire_report_write_number(writer, "change_points", change);
    quire_json_writer_end_object(writer);
}

static void write_quality(const struct quire_report_rows *row, const struct quire_report_day *days,
                          size_t size, struct quire_json_writer *writer)
{
    struct parts parts = part_days(days, size, says_rate, 1);
    double last = parts.after_size > 0 ? parts.after.rate : (double)NAN; /* written as null */
    double before = parts.before_size > 0 ? parts.before.rate : (double)NAN;
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
        quire_report_write_of(row, column, parts[i], writer);
    }
    quire_json_writer_end_object(writer);
}

static void write_throughput(const struct quire_report_rows *row, struct quire_json_writer *writer)
{
    quire_json_writer_key(writer, "throughput_trend");
    quire_json_writer_begin_object(writer);
    quire_report_write_of(row, "rows_min", "min_rows", writer);
    quire_report_write_of(row, "rows_max", "max_rows", writer);
    quire_report_write_of(row, "rows_avg", "avg_rows", writer);
    quire_report_write_of(row, "rows_stddev", "stddev_rows", writer);
    quire_json_writer_end_object(writer);
}

int quire_report_write_trends(const struct quire_report *report,
                              const struct quire_report_days *days,
                              struct quire_json_writer *writer, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_rows_release) struct quire_report_rows row = {.row = 0};
    const struct quire_report_day *items =
        (const struct quire_report_day *)(const void *)days->items.data;
    size_t size = days->items.size / sizeof(*items);
    bool got = false;
    QUIRE_TRY(quire_report_ask(report, QUIRE_REPORT_TRENDS, &row, error));
    QUIRE_TRY(quire_report_next(&row, &got, error));
    if (!got)
        return quire_fail(error, QUIRE_INTERNAL, QUIRE_REPORT_OPERATION, "a sum without a row");
    quire_json_writer_begin_object(writer);
    quire_report_write_head(report, writer);
    write_spread(&row, "duration_trend", "duration", writer);
    write_spread(&row, "validation_trend", "validation", writer);
    write_success(&row, items, size, writer);
    write_throughput(&row, writer);
    write_volume(items, size, writer);
    write_quality(&row, items, size, writer);
    write_performance(&row, writer);
    QUIRE_TRY(quire_report_write_rows(report, QUIRE_REPORT_STEP_DURATIONS, "step_durations",
                                      report->options.limit, writer, error));
    quire_report_write_days(days, writer);
    quire_json_writer_end_object(writer);
    return 0;
}

int quire_runlog_trends(const char *table, const struct quire_runlog_report_options *options,
                        char **json, struct quire_error *error)
{
    static const enum quire_report_query queries[] = {QUIRE_REPORT_TRENDS, QUIRE_REPORT_BY_DAY,
                                                      QUIRE_REPORT_STEP_DURATIONS};
    QUIRE_CLEANUP(quire_report_release) struct quire_report report = {.url = NULL};
    QUIRE_CLEANUP(quire_report_days_release) struct quire_report_days days = {.items = {0}};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_json_writer writer = quire_json_writer_to(&out);
    QUIRE_TRY(quire_report_open(table, options, QUIRE_RUNLOG_TRENDS_DAYS, &report, error));
    QUIRE_TRY(
        quire_report_ask_together(&report, queries, sizeof(queries) / sizeof(queries[0]), error));
    QUIRE_TRY(quire_report_read_days(&report, &days, error));
    QUIRE_TRY(quire_report_write_trends(&report, &days, &writer, error));
    return quire_report_finish(&report, &writer, json, error);
}
