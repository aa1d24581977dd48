/* Texts of charts: made fit to be drawn, cut, and written as strings of gnuplot's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/utf8.h"
#include "chart/chart_text.h"

#define WIDE 1e6

static void expect_fit(const char *text, double width, bool outlines, const char *expected)
{
    struct quire_buf out = {0};
    assert_int_equal(quire_chart_text_fit(&out, text, 12, width, outlines), 0);
    assert_string_equal((const char *)out.data, expected);
    assert_int_equal(out.size, strlen(expected));
    quire_buf_release(&out);
}

static void test_kept(void **state)
{
    (void)state;
    expect_fit("orders_clean", WIDE, false, "orders_clean");
    expect_fit("", WIDE, false, "");
    expect_fit("`touch x` $(y) @z {/Bold b} %d \\n \"'", WIDE, false,
               "`touch x` $(y) @z {/Bold b} %d \\n \"'");
    expect_fit("\u05e9\u05dc\u05d5\u05dd", WIDE, false, "\u05e9\u05dc\u05d5\u05dd");
}

static void test_replaced(void **state)
{
    (void)state;
    expect_fit("new\nline\ttab\x01\x7f.", WIDE, false, "new line tab .");
    expect_fit("\n\n leading and trailing \r\n", WIDE, false, " leading and trailing");
    expect_fit("bad \xff\xc3 bytes", WIDE, false, "bad \ufffd\ufffd bytes");
    expect_fit("a\u202eb\u2066c\u2069d\u200fe\ufefff", WIDE, false, "abcdef");
    expect_fit("C1 \xc2\x85 control", WIDE, false, "C1  control");
    /* Marks that pile up on one letter. */
    expect_fit("e\u0301\u0301\u0301\u0301\u0301\u0301x", WIDE, false, "e\u0301\u0301\u0301x");
}

static void test_emoji(void **state)
{
    (void)state;
    expect_fit("\U0001F680 go", WIDE, false, "\U0001F680 go");
    expect_fit("\U0001F680 go \u2705 1\ufe0f\u20e3", WIDE, true, "\u25a1 go \u25a1 1");
    expect_fit("\u2192 \u00e9 \u4e2d", WIDE, true, "\u2192 \u00e9 \u4e2d");
}

static void test_cut(void **state)
{
    (void)state;
    expect_fit("customer_lifetime_value", 80, false, "customer\u2026");
    expect_fit("abc", 1, false, "\u2026");
    static char huge[3000000];
    memset(huge, 'x', sizeof(huge) - 1);
    struct quire_buf out = {0};
    assert_int_equal(quire_chart_text_fit(&out, huge, 12, 100, false), 0);
    assert_true(out.size < 40);
    assert_true(quire_chart_text_width((const char *)out.data, out.size, 12) <= 100);
    quire_buf_release(&out);
}

/* Wherever a text is cut, whole characters are left. */
static void test_cut_between_characters(void **state)
{
    (void)state;
    static const char text[] = "a\u00e9\u4e2d\U0001F680e\u0301\u05e9zzzzzzzzz";
    for (double width = 1; width < 200; width += 1) {
        struct quire_buf out = {0};
        assert_int_equal(quire_chart_text_fit(&out, text, 12, width, false), 0);
        assert_true(quire_utf8_is_valid(out.data, out.size));
        quire_buf_release(&out);
    }
}

static void expect_quoted(const char *text, const char *expected)
{
    struct quire_buf out = {0};
    assert_int_equal(quire_chart_text_quote(&out, text, strlen(text)), 0);
    assert_int_equal(quire_buf_terminate(&out), 0);
    assert_string_equal((const char *)out.data, expected);
    quire_buf_release(&out);
}

static void test_quoted(void **state)
{
    (void)state;
    expect_quoted("", "\"\"");
    expect_quoted("abcXYZ", "\"abcXYZ\"");
    /* gnuplot takes all octal digits behind a backslash: none may stand there as itself. */
    expect_quoted(".6 17", "\"\\056\\066\\040\\061\\067\"");
    expect_quoted("\"`$@%{\\'", "\"\\042\\140\\044\\100\\045\\173\\134\\047\"");
    expect_quoted("\u00e9", "\"\\303\\251\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_replaced),
        cmocka_unit_test(test_emoji),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_cut_between_characters),
        cmocka_unit_test(test_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
