/* Ticks: round numbers and times, told in the unit that fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chart/chart_ticks.h"

static void expect(const struct quire_chart_ticks *ticks, const char *expected)
{
    char text[QUIRE_CHART_TICKS_MAX * QUIRE_CHART_NUMBER_MAX] = "";
    for (size_t i = 0; i < ticks->size; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof(text) - used, "%s%s", i > 0 ? ", " : "", ticks->items[i].text);
        assert_true(ticks->items[i].at >= ticks->low - 1e-6 * fabs(ticks->low));
        assert_true(ticks->items[i].at <= ticks->high + 1e-6 * fabs(ticks->high));
    }
    assert_true(ticks->low < ticks->high);
    assert_string_equal(text, expected);
}

static void expect_numbers(double low, double high, struct quire_chart_axis axis,
                           const char *expected)
{
    struct quire_chart_ticks ticks;
    quire_chart_ticks_numbers(&ticks, low, high, 5, &axis, true);
    expect(&ticks, expected);
}

static void test_numbers(void **state)
{
    (void)state;
    const struct quire_chart_axis plain = {.unit = QUIRE_CHART_PLAIN};
    expect_numbers(0, 10, plain, "0, 2, 4, 6, 8, 10");
    expect_numbers(0, 18, plain, "0, 5, 10, 15, 20");
    expect_numbers(-3, 3, plain, "-4, -2, 0, 2, 4");
    expect_numbers(0, 1400000, plain, "0, 0.5M, 1.0M, 1.5M");
    expect_numbers(0.001, 0.002, plain, "0.0010, 0.0012, 0.0014, 0.0016, 0.0018, 0.0020");
    expect_numbers(0, 0, plain, "0, 0.2, 0.4, 0.6, 0.8, 1.0");
    expect_numbers(7, 7, plain, "2, 4, 6, 8, 10, 12");
    const struct quire_chart_axis whole = {.whole = true};
    expect_numbers(0, 1, whole, "0, 1");
    expect_numbers(0, 3, whole, "0, 1, 2, 3");
    expect_numbers(0, 3000, whole, "0, 1k, 2k, 3k");
    expect_numbers(0, 0, whole, "0, 1");
    expect_numbers(0, 3e18, plain, "0, 1000000T, 2000000T, 3000000T");
}

static void test_units(void **state)
{
    (void)state;
    expect_numbers(0, 100, (struct quire_chart_axis){.unit = QUIRE_CHART_SECONDS},
                   "0, 20 s, 40 s, 60 s, 80 s, 100 s");
    expect_numbers(0, 240, (struct quire_chart_axis){.unit = QUIRE_CHART_SECONDS},
                   "0, 1 min, 2 min, 3 min, 4 min");
    expect_numbers(0, 0.02, (struct quire_chart_axis){.unit = QUIRE_CHART_SECONDS},
                   "0, 5 ms, 10 ms, 15 ms, 20 ms");
    expect_numbers(0, 36000, (struct quire_chart_axis){.unit = QUIRE_CHART_SECONDS},
                   "0, 2 h, 4 h, 6 h, 8 h, 10 h");
    expect_numbers(0, 4 << 20, (struct quire_chart_axis){.unit = QUIRE_CHART_BYTES},
                   "0, 1 MiB, 2 MiB, 3 MiB, 4 MiB");
    expect_numbers(88, 100, (struct quire_chart_axis){.unit = QUIRE_CHART_PERCENT, .at_most = 100},
                   "85%, 90%, 95%, 100%");
    expect_numbers(100, 100, (struct quire_chart_axis){.unit = QUIRE_CHART_PERCENT, .at_most = 100},
                   "50%, 60%, 70%, 80%, 90%, 100%");
    const struct quire_chart_axis wide = {
        .unit = QUIRE_CHART_PERCENT, .at_most = 100, .span_min = 5};
    expect_numbers(100, 100, wide, "95%, 96%, 97%, 98%, 99%, 100%");
    expect_numbers(99.07, 99.37, wide, "95%, 96%, 97%, 98%, 99%, 100%");
    expect_numbers(60, 60.5, wide, "57%, 58%, 59%, 60%, 61%, 62%, 63%");
    expect_numbers(0, 100, wide, "0%, 20%, 40%, 60%, 80%, 100%");
}

static void test_log(void **state)
{
    (void)state;
    const struct quire_chart_axis axis = {.log = true};
    expect_numbers(0.3, 2.1, axis, "1, 10, 100, 1k");
    expect_numbers(0, 12, axis, "1, 1k, 1M, 1G, 1T");
    expect_numbers(2, 2, axis, "100, 1k");
}

static void expect_times(double low, double high, size_t count, double step_min,
                         const char *expected)
{
    struct quire_chart_ticks ticks;
    quire_chart_ticks_times(&ticks, low, high, count, step_min);
    expect(&ticks, expected);
}

#define DAY 86400.0

static void test_times(void **state)
{
    (void)state;
    const double start = 1795824000.0; /* 2026-11-28 */
    expect_times(start, start + 6 * 3600, 6, 0, "28 Nov, 01:00, 02:00, 03:00, 04:00, 05:00, 06:00");
    expect_times(start + 60, start + 100, 5, 0, "00:01:00, 00:01:10, 00:01:20, 00:01:30, 00:01:40");
    expect_times(start, start + 2 * DAY, 5, 0, "28 Nov, 12:00, 29 Nov, 12:00, 30 Nov");
    expect_times(start, start + 2 * DAY, 5, DAY, "28 Nov, 29 Nov, 30 Nov");
    /* Weeks begin on Mondays. */
    expect_times(start, start + 21 * DAY, 3, 0, "30 Nov, 7 Dec, 14 Dec");
    expect_times(start, start + 100 * DAY, 4, 0, "Dec 2026, Jan 2027, Feb 2027, Mar 2027");
    expect_times(start, start + 3000 * DAY, 5, 0, "2028, 2030, 2032, 2034");
    expect_times(start, start, 5, DAY, "28 Nov");
    expect_times(-86400.0 * 366, 0, 4, 0, "Jan 1969, Jul 1969, Jan 1970");
    expect_times(-1e15, 1e15, 5, 0, "");
}

static void expect_number(double value, double most, enum quire_chart_unit unit,
                          const char *expected)
{
    char text[QUIRE_CHART_NUMBER_MAX];
    quire_chart_number(value, most, unit, text);
    assert_string_equal(text, expected);
}

static void test_number(void **state)
{
    (void)state;
    expect_number(0, 0, QUIRE_CHART_PLAIN, "0");
    expect_number(1500, 1500, QUIRE_CHART_PLAIN, "1.5k");
    expect_number(123456, 123456, QUIRE_CHART_PLAIN, "123k");
    expect_number(-12.34, 12.34, QUIRE_CHART_PLAIN, "-12.3");
    expect_number(12.345, 12.345, QUIRE_CHART_SECONDS, "12.3 s");
    expect_number(58, 58, QUIRE_CHART_SECONDS, "58 s");
    expect_number(7200, 36000, QUIRE_CHART_SECONDS, "2 h");
    expect_number(600, 10800, QUIRE_CHART_SECONDS, "10 min"); /* less than one hour */
    expect_number(54.5, 201, QUIRE_CHART_SECONDS, "54.5 s");
    expect_number(1234, 5e6, QUIRE_CHART_PLAIN, "1.23k");
    expect_number(100, 100, QUIRE_CHART_PERCENT, "100%");
    expect_number(99.99, 100, QUIRE_CHART_PERCENT, "99.9%"); /* not all */
    expect_number(1e30, 1e30, QUIRE_CHART_PLAIN, "1e+18T");
    expect_number(5e-324, 5e-324, QUIRE_CHART_PLAIN, "4.94e-324");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_units),  cmocka_unit_test(test_log),
        cmocka_unit_test(test_times),   cmocka_unit_test(test_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
