/* The rows of a run log, held against rules. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/runlog_write.h"
#include "runlog/report/report_json.h"

static void free_rules(struct quire_rules **rules)
{
    quire_rules_free(*rules);
}

static void free_quality(struct quire_quality **quality)
{
    quire_quality_free(*quality);
}

static void free_text(char **text)
{
    quire_free(*text);
}

static int add_rows(const struct quire_report *report, struct quire_quality *quality,
                    struct ArrowArrayStream *rows, struct quire_error *error)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_report_place(report, quire_stream_next(rows, &batch, error), error));
        if (batch.release == NULL) return 0;
        int code = quire_quality_add(quality, &batch, error);
        quire_array_release(&batch);
        if (code != 0) return code;
    }
}

/* The members of the verdict behind those that all reports have. */
static int write_check(const struct quire_report *report, const struct quire_quality *quality,
                       char **json, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    QUIRE_CLEANUP(free_text) char *verdict = NULL;
    struct quire_json_writer writer = quire_json_writer_to(&out);
    QUIRE_TRY(quire_quality_report(quality, &verdict, error));
    quire_json_writer_begin_object(&writer);
    quire_report_write_head(report, &writer);
    quire_json_writer_end_object(&writer);
    int code = quire_json_writer_finish(&writer);
    if (code != 0) return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    out.data[out.size - 1] = ',';
    code = quire_buf_append_text(&out, verdict + 1);
    char *text = code == 0 ? quire_strndup((const char *)out.data, out.size) : NULL;
    if (text == NULL) return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    *json = text;
    return 0;
}

/* Names that the table does not have are told with the nearest that it has. */
static int try_rules(const struct quire_rules *rules, const struct quire_report *report,
                     const struct quire_quality_options *options, struct quire_error *error)
{
    QUIRE_CLEANUP(free_quality) struct quire_quality *tried = NULL;
    return quire_quality_new(rules, &report->schema, options, &tried, error);
}

/* 0 leaves the default, and what is below it is 0. */
static void limit(double given, double *value)
{
    if (given > 0) *value = given;
    if (given < 0) *value = 0;
}

static int default_rules(const struct quire_report *report, struct quire_rules **rules,
                         struct quire_error *error)
{
    struct quire_runlog_options limits;
    QUIRE_TRY(quire_runlog_rules(&report->schema, rules, error));
    QUIRE_TRY(quire_options_init(quire_runlog_options_table(), &limits, error));
    limit(report->options.min_validation_rate, &limits.min_validation_rate);
    limit(report->options.max_invalid_rows_percent, &limits.max_invalid_rows_percent);
    int code = quire_runlog_limit_rules(&limits, *rules, error);
    quire_options_release(quire_runlog_options_table(), &limits);
    return code;
}

int quire_runlog_check(const char *table, const struct quire_rules *rules,
                       const struct quire_runlog_report_options *options,
                       struct quire_verdict *verdict, char **json, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_release) struct quire_report report = {.url = NULL};
    QUIRE_CLEANUP(free_rules) struct quire_rules *own = NULL;
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream rows = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(free_quality) struct quire_quality *quality = NULL;
    const struct quire_quality_options checking = {.path = table};
    QUIRE_TRY(quire_report_open(table, options, -1, &report, error));
    if (rules == NULL) QUIRE_TRY(default_rules(&report, &own, error));
    if (rules == NULL) rules = own;
    QUIRE_TRY(try_rules(rules, &report, &checking, error));
    QUIRE_TRY(quire_report_read(&report, NULL, 0, rules, &rows, error));
    QUIRE_TRY(quire_stream_schema(&rows, &schema, error));
    QUIRE_TRY(quire_quality_new(rules, &schema, &checking, &quality, error));
    QUIRE_TRY(add_rows(&report, quality, &rows, error));
    QUIRE_TRY(write_check(&report, quality, json, error));
    if (verdict != NULL) quire_quality_verdict(quality, verdict);
    return 0;
}
