/* What a check has found, as figures and as JSON. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "quality/check.h"

/* 100 times a count is exact, so that the share is rounded once: 999 of 1000 is 99.9 as it is
 * written. */
static double percent(int64_t part, int64_t whole)
{
    return 100.0 * (double)part / (double)whole;
}

void quire_quality_verdict(const struct quire_quality *quality, struct quire_verdict *verdict)
{
    const struct quire_rules *rules = quality->rules;
    bool failed = false;
    *verdict = (struct quire_verdict){
        .validation_rate = 100,
        .total_rows = quality->rows + quality->unreadable,
        .valid_rows = quality->rows - quality->invalid,
        .invalid_rows = quality->invalid + quality->unreadable,
        .rejected_rows = quality->rejected,
        .unreadable_rows = quality->unreadable,
        .validation_rules_applied = (int64_t)rules->size,
        .min_validation_rate = rules->min_validation_rate,
        .max_invalid_rows_percent = rules->max_invalid_rows_percent,
    };
    if (verdict->total_rows > 0) {
        verdict->validation_rate = percent(verdict->valid_rows, verdict->total_rows);
        verdict->invalid_rows_percent = percent(verdict->invalid_rows, verdict->total_rows);
    }
    for (size_t i = 0; i < rules->size; i++) {
        if (quality->runs[i].rows == 0) continue;
        verdict->rules_broken++;
        failed = failed || rules->items[i].on_fail == QUIRE_RULE_FAIL;
    }
    verdict->threshold_met = verdict->validation_rate >= verdict->min_validation_rate &&
                             verdict->invalid_rows_percent <= verdict->max_invalid_rows_percent;
    verdict->quality_passed = verdict->threshold_met && !failed;
}

bool quire_quality_issue(const struct quire_quality *quality, size_t rule,
                         struct quire_quality_issue *issue)
{
    if (rule >= quality->rules->size) return false;
    const struct quire_quality_run *run = &quality->runs[rule];
    *issue = (struct quire_quality_issue){
        .rule = &quality->rules->items[rule],
        .rows = run->rows,
        .null_rows = run->null_rows,
        .error_rows = run->error_rows,
        .examples = run->examples.size / sizeof(struct quire_quality_example),
    };
    return true;
}

bool quire_quality_example(const struct quire_quality *quality, size_t rule, size_t example,
                           int64_t *row, const char **values)
{
    struct quire_quality_issue issue;
    if (!quire_quality_issue(quality, rule, &issue) || example >= issue.examples) return false;
    const struct quire_quality_example *examples = (const void *)quality->runs[rule].examples.data;
    *row = examples[example].row;
    *values = examples[example].values;
    return true;
}

/* --- JSON ---------------------------------------------------------------------------------- */

static void put_i64(struct quire_json_writer *json, const char *key, int64_t value)
{
    quire_json_writer_key(json, key);
    quire_json_writer_i64(json, value);
}

static void put_f64(struct quire_json_writer *json, const char *key, double value)
{
    quire_json_writer_key(json, key);
    quire_json_writer_f64(json, value);
}

static void put_bool(struct quire_json_writer *json, const char *key, bool value)
{
    quire_json_writer_key(json, key);
    quire_json_writer_bool(json, value);
}

static void put_text(struct quire_json_writer *json, const char *key, const char *value)
{
    quire_json_writer_key(json, key);
    quire_json_writer_string(json, value);
}

static void put_examples(struct quire_json_writer *json, const struct quire_quality *quality,
                         size_t rule)
{
    int64_t row;
    const char *values;
    quire_json_writer_key(json, "examples");
    quire_json_writer_begin_array(json);
    for (size_t i = 0; quire_quality_example(quality, rule, i, &row, &values); i++) {
        quire_json_writer_begin_object(json);
        put_i64(json, "row", row);
        quire_json_writer_key(json, "values");
        quire_json_writer_raw(json, values, strlen(values));
        quire_json_writer_end_object(json);
    }
    quire_json_writer_end_array(json);
}

static void put_issue(struct quire_json_writer *json, const struct quire_quality *quality,
                      size_t rule, int64_t total_rows)
{
    static const char *const actions[] = {"warn", "reject", "fail"};
    struct quire_quality_issue issue;
    if (!quire_quality_issue(quality, rule, &issue) || issue.rows == 0) return;
    quire_json_writer_begin_object(json);
    put_text(json, "rule", issue.rule->name);
    put_text(json, "check", issue.rule->check);
    put_text(json, "column", quire_quality_column(quality, rule));
    put_text(json, "on_fail", actions[issue.rule->on_fail]);
    put_i64(json, "rows", issue.rows);
    put_f64(json, "percent", percent(issue.rows, total_rows));
    put_i64(json, "null_rows", issue.null_rows);
    put_i64(json, "error_rows", issue.error_rows);
    put_examples(json, quality, rule);
    quire_json_writer_end_object(json);
}

static void put_stats(struct quire_json_writer *json, const struct quire_verdict *verdict)
{
    quire_json_writer_key(json, "stats");
    quire_json_writer_begin_object(json);
    put_i64(json, "rules_broken", verdict->rules_broken);
    put_i64(json, "rejected_rows", verdict->rejected_rows);
    put_i64(json, "unreadable_rows", verdict->unreadable_rows);
    put_f64(json, "invalid_rows_percent", verdict->invalid_rows_percent);
    put_f64(json, "min_validation_rate", verdict->min_validation_rate);
    put_f64(json, "max_invalid_rows_percent", verdict->max_invalid_rows_percent);
    quire_json_writer_end_object(json);
}

int quire_quality_report(const struct quire_quality *quality, char **json,
                         struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_json_writer writer = quire_json_writer_to(&text);
    struct quire_verdict verdict;
    quire_quality_verdict(quality, &verdict);
    quire_json_writer_begin_object(&writer);
    put_bool(&writer, "quality_passed", verdict.quality_passed);
    put_bool(&writer, "threshold_met", verdict.threshold_met);
    put_f64(&writer, "validation_rate", verdict.validation_rate);
    put_i64(&writer, "valid_rows", verdict.valid_rows);
    put_i64(&writer, "invalid_rows", verdict.invalid_rows);
    put_i64(&writer, "total_rows", verdict.total_rows);
    put_i64(&writer, "validation_rules_applied", verdict.validation_rules_applied);
    put_stats(&writer, &verdict);
    quire_json_writer_key(&writer, "quality_issues");
    quire_json_writer_begin_array(&writer);
    for (size_t i = 0; i < quality->rules->size; i++)
        put_issue(&writer, quality, i, verdict.total_rows);
    quire_json_writer_end_array(&writer);
    quire_json_writer_end_object(&writer);
    char *made = quire_json_writer_finish(&writer) == 0
                     ? quire_strndup((const char *)text.data, text.size)
                     : NULL;
    if (made == NULL) return quire_fail_memory(error, QUIRE_QUALITY_OPERATION);
    *json = made;
    return 0;
}
