/* The text of queries: tokens, words of Spark, parameters printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "quire/memory.h"
#include "quire/sql.h"
#include "sql/text/query_text.h"

static void expect_adapted(const char *sql, const char *expected)
{
    char *got = quire_sql_adapt(sql);
    assert_non_null(got);
    assert_string_equal(got, expected);
    quire_free(got);
}

static void test_words_of_spark(void **state)
{
    (void)state;
    expect_adapted("CAST(a AS STRING)", "CAST(a AS TEXT  )");
    expect_adapted("cast((a) as timestamp)", "cast((a) as TEXT     )");
    expect_adapted("cast(f(b AS string) AS DATE)", "_day(f(b AS string)        )");
    expect_adapted("(SELECT a AS string)", "(SELECT a AS string)");
    expect_adapted("DATE '2024-01-01' < timestamp /* */ 'x'",
                   "     '2024-01-01' <           /* */ 'x'");
    expect_adapted("CAST('2024-01-03 00:00:00.000000' AS TIMESTAMP)",
                   "CAST('2024-01-03 00:00:00'        AS TEXT     )");
    expect_adapted("TIMESTAMP '2024-01-03T02:00:00.50+02:00'",
                   "          '2024-01-03 00:00:00.5'       ");
    expect_adapted("CAST('2024-01-03' AS TIMESTAMP)", "CAST('2024-01-03' AS TEXT     )");
    expect_adapted("CAST('x' || '2024-01-03T00:00:00Z' AS TIMESTAMP)",
                   "CAST('x' || '2024-01-03T00:00:00Z' AS TEXT     )");
    expect_adapted("TIMESTAMP '2024-01-03T00:00:00Z", "          '2024-01-03T00:00:00Z");
    expect_adapted("'CAST(a AS STRING)' -- CAST(a AS STRING)",
                   "'CAST(a AS STRING)' -- CAST(a AS STRING)");
    expect_adapted("date('x') \"DATE\" 'y'", "date('x') \"DATE\" 'y'");
    expect_adapted("CAST(a AS STRING", "CAST(a AS TEXT  ");
    expect_adapted("'open CAST(", "'open CAST(");
    expect_adapted("/* open", "/* open");
}

static void test_queries_that_number_rows(void **state)
{
    (void)state;
    assert_true(quire_sql_needs_numbers("SELECT 1 FROM a right JOIN b ON 1"));
    assert_true(quire_sql_needs_numbers("SELECT 1 FROM a NATURAL Full OUTER JOIN b"));
    assert_true(quire_sql_needs_numbers("SELECT a._rowid_ FROM a"));
    assert_false(quire_sql_needs_numbers("SELECT 'RIGHT', fully FROM a LEFT JOIN b -- FULL"));
    assert_true(quire_sql_has_or("SELECT 1 WHERE 1 or(2)"));
    assert_false(quire_sql_has_or("SELECT 'OR' FROM x ORDER BY ors"));
}

static void test_compounds(void **state)
{
    (void)state;
    assert_true(quire_sql_is_compound("SELECT 1 union ALL SELECT 2"));
    assert_true(quire_sql_is_compound("WITH a AS (SELECT 1 EXCEPT SELECT 2) SELECT 3"));
    assert_false(quire_sql_is_compound("SELECT 'UNION', \"INTERSECT\", [EXCEPT] -- UNION"));
    assert_false(quire_sql_is_compound("SELECT unions FROM x /* UNION */"));
}

static void test_printing(void **state)
{
    const struct quire_sql_param params[] = {
        {.name = "i", .kind = QUIRE_SQL_INT, .integer = -7},
        {.name = "d", .kind = QUIRE_SQL_DOUBLE, .real = 0.5},
        {.name = "big", .kind = QUIRE_SQL_DOUBLE, .real = 1e300},
        {.name = "t", .kind = QUIRE_SQL_TEXT, .text = "it's"},
        {.name = "n", .kind = QUIRE_SQL_NULL},
    };
    char *text = NULL;
    (void)state;
    assert_int_equal(
        quire_sql_print("SELECT :i, $d,@t , :n, :other, ':i', :big -- :i", params, 5, &text, NULL),
        0);
    assert_string_equal(text, "SELECT -7, 0.5E0,'it''s' , NULL, :other, ':i', 1e+300 -- :i");
    quire_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_of_spark),
        cmocka_unit_test(test_queries_that_number_rows),
        cmocka_unit_test(test_compounds),
        cmocka_unit_test(test_printing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
