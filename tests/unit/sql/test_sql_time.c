/* Texts of times: the order of the collation, and how values are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "sql/values/sql_time.h"

static int compare(const char *a, const char *b)
{
    int order = quire_sql_time_compare(NULL, (int)strlen(a), a, (int)strlen(b), b);
    return (order > 0) - (order < 0);
}

/* Each is one instant, later than those of the lines above; the last are no times. */
static const char *const ordered[][4] = {
    {"0001-01-01", "0001-01-01 00:00:00"},
    {"1969-12-31 23:59:59.5", "1969-12-31T23:59:59.500Z"},
    {"2024", "2024-01-01", "2024-01-01T00:00", "2024-01-01 02:00:00+02:00"},
    {"2024-01-01 00:00:00.000001"},
    {"2024-01-01 00:00:00.1", "2024-01-01 00:00:00.100000"},
    {"2024-05", "2024-05-01", "2024-05-01T00:00:00Z"},
    {"2024-05-01 12:00:00", "2024-05-01T12:00:00", "2024-05-01 14:00:00+02:00"},
    {"9999-12-31 23:59:59.999999999"},
    {""},
    {"2024-13-01"},
    {"abc"},
};
#define ORDERED (sizeof(ordered) / sizeof(ordered[0]))

static void test_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < ORDERED; i++)
        for (size_t j = 0; j < ORDERED; j++)
            for (size_t a = 0; a < 4 && ordered[i][a] != NULL; a++)
                for (size_t b = 0; b < 4 && ordered[j][b] != NULL; b++)
                    assert_int_equal(compare(ordered[i][a], ordered[j][b]), (i > j) - (i < j));
}

static void expect_text(int64_t value, enum quire_time_unit unit, const char *expected)
{
    char text[QUIRE_TIME_TEXT_MAX];
    *quire_sql_time_format(value, unit, text) = '\0';
    assert_string_equal(text, expected);
}

static void test_text(void **state)
{
    (void)state;
    expect_text(0, QUIRE_SECOND, "1970-01-01 00:00:00");
    expect_text(1714564800, QUIRE_SECOND, "2024-05-01 12:00:00");
    expect_text(1000, QUIRE_MILLI, "1970-01-01 00:00:01");
    expect_text(1500, QUIRE_MILLI, "1970-01-01 00:00:01.5");
    expect_text(-1, QUIRE_NANO, "1969-12-31 23:59:59.999999999");
    expect_text(10000000, QUIRE_MICRO, "1970-01-01 00:00:10");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
