/* Counting rows that break rules, the verdict, and streams that leave them out. */
#include "rows.h"

#include <stdio.h>

#include "quire/quality.h"

static const char schema_text[] = "n int32, s string";

static struct quire_rules *rules_of(const struct quire_rule *rules, size_t n)
{
    struct quire_rules *set = NULL;
    struct quire_error error;
    assert_int_equal(quire_rules_new(&set, &error), 0);
    for (size_t i = 0; i < n; i++) {
        if (quire_rules_add(set, &rules[i], &error) != 0) fail_msg("%s", error.cause);
    }
    return set;
}

/* What was set apart, a line a row: "row: reason: record". */
struct apart {
    char text[4096];
    size_t rows;
};

static int take_apart(void *user, const struct quire_reject *reject, struct quire_error *error)
{
    struct apart *apart = user;
    size_t used = strlen(apart->text);
    (void)error;
    apart->rows++;
    snprintf(apart->text + used, sizeof(apart->text) - used, "%lld %s: %s: %.*s\n",
             (long long)reject->error->row, reject->error->column, reject->error->cause,
             (int)reject->record_size, reject->record);
    return 0;
}

static struct quire_quality *check_of(const struct quire_rules *rules, struct apart *apart)
{
    struct ArrowSchema schema = parse_schema(schema_text);
    struct quire_quality *quality = NULL;
    struct quire_error error;
    const struct quire_quality_options options = {
        .path = "rows.csv", .reject = take_apart, .reject_user = apart};
    if (quire_quality_new(rules, &schema, apart != NULL ? &options : NULL, &quality, &error) != 0)
        fail_msg("%s", error.cause);
    quire_schema_release(&schema);
    return quality;
}

static void add_rows(struct quire_quality *quality, const char *rows)
{
    struct ArrowSchema schema = parse_schema(schema_text);
    struct ArrowArray batch = rows_batch(&schema, rows);
    struct quire_error error;
    if (quire_quality_add(quality, &batch, &error) != 0) fail_msg("%s", error.cause);
    quire_array_release(&batch);
    quire_schema_release(&schema);
}

/* --- Verdicts ------------------------------------------------------------------------------ */

static void test_counts(void **state)
{
    static const struct quire_rule texts[] = {
        {.name = "positive", .check = "n > 0"},
        {.name = "known", .check = "n > 0 OR s = 'x'", .nulls = QUIRE_RULE_NULLS_FAIL},
        {.name = "short", .check = "length(s) < 3", .examples = 1},
        {.name = "fits", .check = "n + 2147483640 > 0", .examples = -1},
        {.name = "all", .check = "n IS NULL OR n < 100"},
    };
    static const int64_t rows[] = {2, 4, 2, 1, 0}, nulls[] = {0, 2, 0, 0, 0},
                         errors[] = {0, 0, 0, 1, 0};
    static const size_t examples[] = {2, 4, 1, 0, 0};
    struct quire_rules *rules = rules_of(texts, 5);
    struct quire_quality *quality = check_of(rules, NULL);
    struct quire_quality_issue issue;
    struct quire_verdict verdict;
    (void)state;
    add_rows(quality, "1,a;-1,b;~,c;9,dddd;");
    add_rows(quality, "");
    add_rows(quality, "~,~;0,eeee;5,~;");
    for (size_t i = 0; i < 5; i++) {
        assert_true(quire_quality_issue(quality, i, &issue));
        assert_string_equal(issue.rule->name, texts[i].name);
        assert_int_equal(issue.rows, rows[i]);
        assert_int_equal(issue.null_rows, nulls[i]);
        assert_int_equal(issue.error_rows, errors[i]);
        assert_int_equal(issue.examples, examples[i]);
    }
    assert_false(quire_quality_issue(quality, 5, &issue));
    quire_quality_verdict(quality, &verdict);
    assert_int_equal(verdict.total_rows, 7);
    assert_int_equal(verdict.invalid_rows, 5);
    assert_int_equal(verdict.valid_rows, 2);
    assert_int_equal(verdict.rules_broken, 4);
    assert_int_equal(verdict.validation_rules_applied, 5);
    assert_false(verdict.threshold_met);
    assert_false(verdict.quality_passed);
    quire_quality_free(quality);
    quire_rules_free(rules);
}

static void test_examples(void **state)
{
    static const struct quire_rule texts[] = {{.check = "n > 0 AND s IS NOT NULL"},
                                              {.check = "1 = 2", .examples = 1}};
    struct quire_rules *rules = rules_of(texts, 2);
    struct quire_quality *quality = check_of(rules, NULL);
    const char *values;
    int64_t row;
    char long_text[3000], expected[1200];
    (void)state;
    memset(long_text, 'x', sizeof(long_text));
    snprintf(long_text, sizeof(long_text), "1,1;0,\"ü;-1,%02000d;", 0);
    add_rows(quality, long_text);
    assert_true(quire_quality_example(quality, 0, 0, &row, &values));
    assert_int_equal(row, 2);
    assert_string_equal(values, "{\"n\":0,\"s\":\"\\\"ü\"}");
    assert_true(quire_quality_example(quality, 0, 1, &row, &values));
    assert_int_equal(row, 3);
    snprintf(expected, sizeof(expected), "{\"n\":-1,\"s\":\"%01024d…\"}", 0);
    assert_string_equal(values, expected);
    assert_false(quire_quality_example(quality, 0, 2, &row, &values));
    assert_true(quire_quality_example(quality, 1, 0, &row, &values));
    assert_string_equal(values, "{}");
    quire_quality_free(quality);
    quire_rules_free(rules);
}

static void expect_verdict(double rate, double invalid, const char *rows, int64_t unreadable,
                           bool met, bool passed)
{
    static const struct quire_rule texts[] = {{.check = "n > 0"},
                                              {.check = "s <> 'f'", .on_fail = QUIRE_RULE_FAIL}};
    struct quire_rules *rules = rules_of(texts, 2);
    struct quire_verdict verdict;
    assert_int_equal(quire_rules_set_limits(rules, rate, invalid, NULL), 0);
    struct quire_quality *quality = check_of(rules, NULL);
    add_rows(quality, rows);
    quire_quality_add_unreadable(quality, unreadable);
    quire_quality_verdict(quality, &verdict);
    assert_int_equal(verdict.valid_rows + verdict.invalid_rows, verdict.total_rows);
    if (verdict.threshold_met != met || verdict.quality_passed != passed)
        fail_msg("%s at %g, %g: %d %d", rows, rate, invalid, verdict.threshold_met,
                 verdict.quality_passed);
    quire_quality_free(quality);
    quire_rules_free(rules);
}

static void test_thresholds(void **state)
{
    (void)state;
    expect_verdict(100, 0, "", 0, true, true); /* nothing is all valid */
    expect_verdict(75, 25, "1,a;2,b;3,c;0,d;", 0, true, true);
    expect_verdict(75.1, 25, "1,a;2,b;3,c;0,d;", 0, false, false);
    expect_verdict(75, 24.9, "1,a;2,b;3,c;0,d;", 0, false, false);
    expect_verdict(75, 25, "1,a;2,b;3,c;", 1, true, true);
    expect_verdict(76, 100, "1,a;2,b;3,c;", 1, false, false);
    expect_verdict(50, 50, "1,a;2,f;", 0, true, false); /* a rule of FAIL is broken */
    expect_verdict(100, 0, "", 1, false, false);
}

/* A rate is the double that its decimal stands for: 999 of 1000 are not less than 99.9. */
static void test_rates_are_exact(void **state)
{
    static const struct {
        int64_t valid, total;
        double rate;
    } cases[] = {{999, 1000, 99.9}, {57, 100, 57},     {1, 3, 100.0 / 3},
                 {7, 7, 100},       {997, 1000, 99.7}, {0, 9, 0}};
    static const struct quire_rule text = {.check = "n > 0"};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct quire_rules *rules = rules_of(&text, 1);
        struct quire_quality *quality = check_of(rules, NULL);
        struct quire_verdict verdict;
        assert_int_equal(quire_rules_set_limits(rules, cases[i].rate, 100, NULL), 0);
        for (int64_t row = 0; row < cases[i].valid; row++)
            add_rows(quality, "1,a;");
        quire_quality_add_unreadable(quality, cases[i].total - cases[i].valid);
        quire_quality_verdict(quality, &verdict);
        assert_true(verdict.validation_rate == cases[i].rate);
        assert_true(verdict.threshold_met);
        quire_quality_free(quality);
        quire_rules_free(rules);
    }
}

/* Any rows, many slices: rules counted one by one, rows once. */
static void test_many_rows(void **state)
{
    static const struct quire_rule texts[] = {
        {.check = "n % 3 <> 0"},
        {.check = "n % 5 <> 0", .nulls = QUIRE_RULE_NULLS_FAIL},
        {.check = "n > -1", .nulls = QUIRE_RULE_NULLS_PASS}};
    struct ArrowSchema schema = parse_schema(schema_text);
    struct quire_rules *rules = rules_of(texts, 3);
    struct quire_quality *quality = check_of(rules, NULL);
    struct quire_builder *builder = NULL;
    int64_t third = 0, fifth = 0, invalid = 0;
    struct quire_verdict verdict;
    struct quire_quality_issue issue;
    (void)state;
    assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
    for (int64_t batch = 0, n = 0; batch < 4; batch++) {
        struct ArrowArray array;
        for (int64_t i = 0; i < 1500 + batch * 700; i++, n++) {
            bool null = n % 7 == 0;
            assert_int_equal(
                null ? quire_builder_null(builder, NULL) : quire_builder_int(builder, n, NULL), 0);
            assert_int_equal(quire_builder_end_row(builder, NULL), 0);
            third += !null && n % 3 == 0;
            fifth += null || n % 5 == 0;
            invalid += null || n % 3 == 0 || n % 5 == 0;
        }
        assert_int_equal(quire_builder_finish(builder, &array, NULL), 0);
        assert_int_equal(quire_quality_add(quality, &array, NULL), 0);
        quire_array_release(&array);
    }
    quire_quality_verdict(quality, &verdict);
    assert_int_equal(verdict.total_rows, 10200);
    assert_int_equal(verdict.invalid_rows, invalid);
    assert_true(quire_quality_issue(quality, 0, &issue));
    assert_int_equal(issue.rows, third);
    assert_true(quire_quality_issue(quality, 1, &issue));
    assert_int_equal(issue.rows, fifth);
    assert_true(quire_quality_issue(quality, 2, &issue));
    assert_int_equal(issue.rows, 0);
    quire_builder_free(builder);
    quire_quality_free(quality);
    quire_rules_free(rules);
    quire_schema_release(&schema);
}

static void test_report(void **state)
{
    static const struct quire_rule texts[] = {{.name = "\"p\"", .check = "n > 0", .column = "n"},
                                              {.check = "s = 'a'", .examples = -1}};
    struct quire_rules *rules = rules_of(texts, 2);
    struct quire_quality *quality = check_of(rules, NULL);
    char *json = NULL;
    (void)state;
    assert_int_equal(quire_quality_report(quality, &json, NULL), 0);
    assert_string_equal(
        json, "{\"quality_passed\":true,\"threshold_met\":true,\"validation_rate\":100.0,"
              "\"valid_rows\":0,\"invalid_rows\":0,\"total_rows\":0,\"validation_rules_applied\":2,"
              "\"stats\":{\"rules_broken\":0,\"rejected_rows\":0,\"unreadable_rows\":0,"
              "\"invalid_rows_percent\":0.0,\"min_validation_rate\":95.0,"
              "\"max_invalid_rows_percent\":5.0},\"quality_issues\":[]}");
    quire_free(json);
    add_rows(quality, "1,a;-2,a;3,a;4,a;");
    quire_quality_add_unreadable(quality, 1);
    assert_int_equal(quire_quality_report(quality, &json, NULL), 0);
    assert_string_equal(
        json,
        "{\"quality_passed\":false,\"threshold_met\":false,\"validation_rate\":60.0,"
        "\"valid_rows\":3,\"invalid_rows\":2,\"total_rows\":5,\"validation_rules_applied\":2,"
        "\"stats\":{\"rules_broken\":1,\"rejected_rows\":0,\"unreadable_rows\":1,"
        "\"invalid_rows_percent\":40.0,\"min_validation_rate\":95.0,"
        "\"max_invalid_rows_percent\":5.0},\"quality_issues\":[{\"rule\":\"\\\"p\\\"\","
        "\"check\":\"n > 0\",\"column\":\"n\",\"on_fail\":\"warn\",\"rows\":1,\"percent\":20.0,"
        "\"null_rows\":0,\"error_rows\":0,\"examples\":[{\"row\":2,\"values\":{\"n\":-2}}]}]}");
    quire_free(json);
    quire_quality_free(quality);
    quire_rules_free(rules);
}

/* --- Streams ------------------------------------------------------------------------------- */

static const char *const batches[] = {"1,a;-2,b;3,c;", "-4,d;", "5,~;~,e;"};

/* The lengths of the batches that come through, and the code at the end. */
static int run_through(struct ArrowArrayStream *stream, int64_t *rows, struct quire_error *error)
{
    for (*rows = 0;;) {
        struct ArrowArray batch;
        int code = quire_stream_next(stream, &batch, error);
        if (code != 0 || batch.release == NULL) return code;
        assert_true(batch.length > 0);
        *rows += batch.length;
        quire_array_release(&batch);
    }
}

static int check_stream(const struct quire_rule *texts, size_t n, struct apart *apart,
                        int64_t *rows, struct quire_verdict *verdict, struct quire_error *error)
{
    struct ArrowArrayStream source = rows_stream(schema_text, batches, 3), passing;
    struct quire_rules *rules = rules_of(texts, n);
    struct quire_quality *quality = check_of(rules, apart);
    assert_int_equal(quire_stream_check(&source, quality, &passing, error), 0);
    assert_null(source.release);
    int code = run_through(&passing, rows, error);
    quire_quality_verdict(quality, verdict);
    quire_stream_release(&passing);
    quire_quality_free(quality);
    quire_rules_free(rules);
    return code;
}

static void test_warnings_pass(void **state)
{
    static const struct quire_rule text = {.check = "n > 0"};
    struct apart apart = {.rows = 0};
    struct quire_verdict verdict;
    int64_t rows;
    (void)state;
    assert_int_equal(check_stream(&text, 1, &apart, &rows, &verdict, NULL), 0);
    assert_int_equal(rows, 6);
    assert_int_equal(apart.rows, 0);
    assert_int_equal(verdict.invalid_rows, 2);
    assert_int_equal(verdict.rejected_rows, 0);
}

static void test_rejects_are_set_apart(void **state)
{
    static const struct quire_rule texts[] = {
        {.name = "pos", .check = "n > 0", .on_fail = QUIRE_RULE_REJECT},
        {.name = "warn", .check = "n = 1"},
        {.check = "s < 'd'", .on_fail = QUIRE_RULE_REJECT, .nulls = QUIRE_RULE_NULLS_FAIL}};
    struct apart apart = {.rows = 0};
    struct quire_verdict verdict;
    int64_t rows;
    (void)state;
    assert_int_equal(check_stream(texts, 3, &apart, &rows, &verdict, NULL), 0);
    assert_int_equal(rows, 2);
    assert_string_equal(apart.text,
                        "2 n: rule \"pos\" is broken: n > 0: {\"n\":-2,\"s\":\"b\"}\n"
                        "4 n: rule \"pos\" is broken: n > 0; rule \"s < 'd'\" is broken: "
                        "{\"n\":-4,\"s\":\"d\"}\n"
                        "5 s: rule \"s < 'd'\" is broken: {\"n\":5,\"s\":null}\n"
                        "6 s: rule \"s < 'd'\" is broken: {\"n\":null,\"s\":\"e\"}\n");
    assert_int_equal(verdict.rejected_rows, 4);
    assert_int_equal(verdict.invalid_rows, 5);
    assert_int_equal(verdict.total_rows, 6);
}

static void test_failing_ends(void **state)
{
    static const struct quire_rule texts[] = {
        {.name = "deep", .check = "n > -3", .on_fail = QUIRE_RULE_FAIL, .column = "my n"},
        {.check = "n > 0", .on_fail = QUIRE_RULE_REJECT}};
    struct apart apart = {.rows = 0};
    struct quire_verdict verdict;
    struct quire_error error;
    int64_t rows;
    (void)state;
    assert_int_equal(check_stream(texts, 2, &apart, &rows, &verdict, &error), QUIRE_INPUT);
    assert_int_equal(rows, 2);
    assert_int_equal(apart.rows, 1);
    assert_int_equal(error.row, 4);
    assert_string_equal(error.column, "my n");
    assert_string_equal(error.path, "rows.csv");
    assert_string_equal(error.cause, "rule \"deep\" is broken: n > -3 by {\"n\":-4}");
    assert_false(verdict.quality_passed);
}

/* A row for which a condition has no value breaks it, and says why. */
static void test_no_value(void **state)
{
    static const struct quire_rule text = {
        .name = "fits", .check = "n + 2147483643 > 0", .on_fail = QUIRE_RULE_REJECT};
    struct apart apart = {.rows = 0};
    struct quire_verdict verdict;
    int64_t rows;
    (void)state;
    assert_int_equal(check_stream(&text, 1, &apart, &rows, &verdict, NULL), 0);
    assert_int_equal(rows, 5);
    assert_non_null(strstr(apart.text, "5 n: rule \"fits\" is broken: at character 3: "));
}

/* --- Binding ------------------------------------------------------------------------------- */

static void test_refusals(void **state)
{
    static const struct {
        const char *check, *cause;
    } cases[] = {{"m > 0", "rule \"r\": at character 1: no column is named m"},
                 {"n + 1", "rule \"r\": it gives int, where a condition gives boolean"},
                 {"n > 0 AND s", "rule \"r\": at character"}};
    struct ArrowSchema schema = parse_schema(schema_text);
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct quire_rule text = {.name = "r", .check = cases[i].check};
        struct quire_rules *rules = rules_of(&text, 1);
        struct quire_quality *quality = NULL;
        struct quire_error error;
        assert_int_equal(quire_quality_new(rules, &schema, NULL, &quality, &error), QUIRE_USAGE);
        if (strstr(error.cause, cases[i].cause) == NULL) fail_msg("%s", error.cause);
        assert_null(quality);
        quire_rules_free(rules);
    }
    quire_schema_release(&schema);
    quire_quality_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_thresholds),    cmocka_unit_test(test_rates_are_exact),
        cmocka_unit_test(test_many_rows),     cmocka_unit_test(test_report),
        cmocka_unit_test(test_warnings_pass), cmocka_unit_test(test_rejects_are_set_apart),
        cmocka_unit_test(test_failing_ends),  cmocka_unit_test(test_no_value),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
