/* The order of long numbers that are text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "sql/values/sql_value.h"

static int compare(const char *a, const char *b)
{
    int order = quire_sql_number_compare(NULL, (int)strlen(a), a, (int)strlen(b), b);
    return (order > 0) - (order < 0);
}

/* Each line is one number, greater than those above; the last are no numbers. */
static const char *const ordered[][3] = {
    {"-1e30", "-1000000000000000019884624838656"},
    {"-20", "-20.0", "-020"},
    {"-3.5"},
    {"-0.05", "-.05"},
    {"0", "-0", "0.000"},
    {"0.000000001"},
    {"5", "+5", "5."},
    {"5.000000000000000001"},
    {"9.5", "9.50"},
    {"10.25", "1.025e1"},
    {"18446744073709551615"},
    {"100000000000000000000"},
    {""},
    {"abc"},
    {"nan"},
};
#define ORDERED (sizeof(ordered) / sizeof(ordered[0]))

static void test_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < ORDERED; i++)
        for (size_t j = 0; j < ORDERED; j++)
            for (size_t a = 0; a < 3 && ordered[i][a] != NULL; a++)
                for (size_t b = 0; b < 3 && ordered[j][b] != NULL; b++)
                    assert_int_equal(compare(ordered[i][a], ordered[j][b]), (i > j) - (i < j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
