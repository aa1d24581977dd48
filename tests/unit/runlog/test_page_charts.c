/* Which members of a report become charts, and which anomalies are marked in which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "runlog/page/page_charts.h"

#define DAY 1709251200.0 /* 2024-03-01 */

static const char summary[] =
    "{\"anomaly_count\":7,\"by_day\":["
    "{\"day\":\"2024-03-01\",\"average_duration_secs\":2.5,\"max_duration_secs\":4,"
    "\"success_rate_percent\":50,\"average_validation_rate\":97,\"successful_rows\":1,"
    "\"failed_rows\":1},{\"day\":\"2024-03-03\"}],"
    "\"by_hour\":[{\"hour\":\"2024-03-01T07:00:00Z\",\"total_rows_processed\":1000},"
    "{\"hour\":\"2024-03-02T08:00:00Z\",\"total_rows_processed\":70}],"
    "\"by_step\":[{\"step_name\":\"short\",\"total_duration_secs\":1,\"success_rate_percent\":50},"
    "{\"step_name\":\"lo\\u0000ng\",\"total_duration_secs\":9,"
    "\"success_rate_percent\":100,\"average_duration_secs\":3},"
    "{\"step_name\":null,\"total_duration_secs\":1}],"
    "\"by_phase\":[{\"phase\":\"gold\",\"total_rows\":3,\"total_duration_secs\":11}],"
    "\"anomalies\":["
    "{\"type\":\"duration\",\"value\":99,\"created_at\":\"2024-03-01T07:10:00Z\","
    "\"step_name\":\"load\"},"
    "{\"type\":\"step_duration\",\"value\":98,\"created_at\":\"2024-03-03T23:59:59.9Z\","
    "\"step_name\":\"load\"},"
    "{\"type\":\"validation_rate\",\"value\":80,\"created_at\":\"2024-03-01T07:10:00Z\"},"
    "{\"type\":\"step_rate_spread\",\"value\":12,\"created_at\":\"2024-03-01\"},"
    "{\"type\":\"step_rate_drop\",\"value\":70,\"created_at\":\"2024-03-03\"},"
    "{\"type\":\"rows_processed\",\"value\":900,\"created_at\":\"2024-03-01T07:59:00Z\"},"
    "{\"type\":\"duration\",\"value\":97,\"created_at\":null}]}";

static struct quire_arena arena;
static struct quire_page_charts charts;

static void make(const char *text)
{
    struct quire_json_node *root = NULL;
    size_t at;
    assert_int_equal(quire_json_tree_parse(text, strlen(text), &arena, &root, &at), 0);
    const struct quire_page page = {.summary = root};
    assert_int_equal(quire_page_charts_make(&page, &arena, &charts), 0);
}

static int teardown(void **state)
{
    (void)state;
    quire_arena_release(&arena);
    return 0;
}

static const struct quire_chart *chart_of(const char *name)
{
    size_t at = 0;
    while (at < charts.size && strcmp(charts.items[at].name, name) != 0)
        at++;
    assert_true(at < charts.size);
    return &charts.items[at].chart;
}

static void expect_mark(const struct quire_chart *chart, size_t at, double place, double value)
{
    assert_true(at < chart->marks_size);
    assert_true(chart->marks[at].place == place);
    assert_true(chart->marks[at].value == value);
}

static void test_days(void **state)
{
    (void)state;
    make(summary);
    assert_int_equal(charts.size, 8);
    const struct quire_chart *chart = chart_of("duration-by-day");
    assert_int_equal(chart->points_size, 2);
    assert_true(chart->at[0] == DAY && chart->at[1] == DAY + 2 * 86400);
    assert_true(chart->series[0].values[0] == 2.5 && chart->series[1].values[0] == 4);
    assert_true(chart->series[0].values[1] != chart->series[0].values[1]); /* not known */
    assert_int_equal(chart->marks_size, 2);
    expect_mark(chart, 0, DAY, 99);
    expect_mark(chart, 1, DAY + 2 * 86400, 98);
    assert_string_equal(chart->marks_name, "out of the ordinary");
    /* A step is named once, at its furthest mark. */
    assert_string_equal(chart->marks[0].label, "load");
    assert_null(chart->marks[1].label);
    /* A spread of rates is no rate. */
    chart = chart_of("success-by-day");
    assert_int_equal(chart->marks_size, 2);
    expect_mark(chart, 0, DAY, 80);
    expect_mark(chart, 1, DAY + 2 * 86400, 70);
}

/* A row is marked at the height of its hour. */
static void test_hours(void **state)
{
    (void)state;
    make(summary);
    const struct quire_chart *chart = chart_of("rows-by-hour");
    assert_int_equal(chart->points_size, 2);
    assert_int_equal(chart->marks_size, 1);
    expect_mark(chart, 0, DAY + 7 * 3600, 1000);
}

static void test_steps(void **state)
{
    (void)state;
    make(summary);
    const struct quire_chart *chart = chart_of("time-by-step");
    assert_int_equal(chart->points_size, 3);
    assert_string_equal(chart->categories[0], "lo ng");
    assert_string_equal(chart->categories[1], "short");
    assert_string_equal(chart->categories[2], "");
    assert_true(chart->series[0].values[0] == 9);
    chart = chart_of("success-by-step"); /* the lowest first, what is not known last */
    assert_string_equal(chart->categories[0], "short");
    assert_true(chart->series[0].values[0] == 50);
    assert_string_equal(chart->categories[1], "lo ng");
    assert_string_equal(chart_of("duration-by-step")->categories[0], "lo ng");
    chart = chart_of("phase-shares");
    assert_string_equal(chart->series[0].name, "gold");
    assert_true(chart->series[0].values[0] == 11 && chart->series[0].values[1] == 3);
}

static void test_without_rows(void **state)
{
    (void)state;
    make("{}");
    assert_int_equal(charts.size, 0);
    make("{\"by_day\":[],\"by_hour\":null,\"by_step\":7,\"by_phase\":{}}");
    assert_int_equal(charts.size, 0);
    /* Members that are not as they should be have no place, and do no harm. */
    make("{\"by_day\":[1,null],\"by_hour\":[[]],\"by_step\":[{}],\"by_phase\":[\"x\"],"
         "\"anomalies\":[{},3]}");
    assert_int_equal(charts.size, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_days, teardown),
        cmocka_unit_test_teardown(test_hours, teardown),
        cmocka_unit_test_teardown(test_steps, teardown),
        cmocka_unit_test_teardown(test_without_rows, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
