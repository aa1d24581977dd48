/* Texts of charts: made fit to be drawn, cut, and written as strings of gnuplot's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "chart/chart_text.h"

#define WIDE 1e6

static const struct quire_chart_type type = {12, 0};

static void expect_fit_ends(const char *text, double width, const char *expected)
{
    const struct quire_chart_fit fit = {.type = type, .width_max = width, .ends = true};
    struct quire_buf out = {0};
    assert_int_equal(quire_chart_text_fit(&out, text, &fit), 0);
    assert_string_equal((const char *)out.data, expected);
    quire_buf_release(&out);
}

/* fonts: as fc-list tells of them; NULL: any. */
static void expect_fit_of(const char *fonts, const char *text, double width, const char *expected)
{
    struct quire_chart_fonts had = {.bits = NULL};
    if (fonts != NULL) assert_int_equal(quire_chart_fonts_add(&had, fonts, strlen(fonts)), 0);
    const struct quire_chart_fit fit = {
        .type = type, .width_max = width, .fonts = fonts != NULL ? &had : NULL};
    struct quire_buf out = {0};
    assert_int_equal(quire_chart_text_fit(&out, text, &fit), 0);
    assert_string_equal((const char *)out.data, expected);
    assert_int_equal(out.size, strlen(expected));
    quire_buf_release(&out);
    quire_chart_fonts_release(&had);
}

static void expect_fit(const char *text, double width, const char *expected)
{
    expect_fit_of(NULL, text, width, expected);
}

static void test_kept(void **state)
{
    (void)state;
    expect_fit("orders_clean", WIDE, "orders_clean");
    expect_fit("", WIDE, "");
    expect_fit("`touch x` $(y) @z {/Bold b} %d \\n \"'", WIDE,
               "`touch x` $(y) @z {/Bold b} %d \\n \"'");
    expect_fit("\u05e9\u05dc\u05d5\u05dd", WIDE, "\u05e9\u05dc\u05d5\u05dd");
}

static void test_replaced(void **state)
{
    (void)state;
    expect_fit("new\nline\ttab\x01\x7f.", WIDE, "new line tab .");
    expect_fit("\n\n leading and trailing \r\n", WIDE, " leading and trailing");
    expect_fit("bad \xff\xc3 bytes", WIDE, "bad \ufffd\ufffd bytes");
    expect_fit("a\u202eb\u2066c\u2069d\u200fe\ufefff", WIDE, "abcdef");
    expect_fit("C1 \xc2\x85 control", WIDE, "C1  control");
    /* Marks that pile up on one letter. */
    expect_fit("e\u0301\u0301\u0301\u0301\u0301\u0301x", WIDE, "e\u0301\u0301\u0301x");
}

static void test_emoji(void **state)
{
    (void)state;
    expect_fit("\U0001F680 go", WIDE, "\U0001F680 go");
    /* Also where a font has them: Pango prefers one of colours, which have no outlines. */
    static const char all[] = "TrueType|False|20-10ffff\n";
    expect_fit_of(all, "\U0001F680 go \u2705 1\ufe0f\u20e3", WIDE, "\u25a1 go \u25a1 1");
    expect_fit_of(all, "\u2192 \u00e9 \u4e2d", WIDE, "\u2192 \u00e9 \u4e2d");
}

/* What no font has never reaches Pango, which would draw a box over the whole picture. */
static void test_fonts(void **state)
{
    (void)state;
    static const char some[] = "TrueType|False|20-7e a0-17f 300 25a1 5d0-5ea\n";
    expect_fit_of(some, "caf\u00e9 \u05e9\u05dc\u05d5\u05dd", WIDE,
                  "caf\u00e9 \u05e9\u05dc\u05d5\u05dd");
    expect_fit_of(some, "\u4e2d\u6587_load \u0915\u094d\u0937 \U00010380", WIDE,
                  "\u25a1\u25a1_load \u25a1\u25a1 \u25a1");
    /* A mark without a letter of its own is left out. */
    expect_fit_of(some, "e\u0300e\u0301e", WIDE, "e\u0300ee");
    expect_fit_of(some, "\xff", WIDE, "\u25a1");
    expect_fit_of("CFF|False|20-7e\n", "\u4e2d\U0001F680x", WIDE, "??x");
    /* Squares take room as letters do. */
    expect_fit_of(some, "\u4e2d\u4e2d\u4e2d\u4e2d\u4e2d", 40, "\u25a1\u25a1\u2026");
}

static void test_cut(void **state)
{
    (void)state;
    expect_fit("customer_lifetime_value", 80, "customer\u2026");
    expect_fit("abc", 1, "\u2026");
    expect_fit_ends("customer", 80, "customer");
    expect_fit_ends("transform_orders_041_eu", 110, "transfo\u2026041_eu");
    expect_fit_ends("abcdefghiklmno\u0301\u0301", 60, "abc\u2026no\u0301\u0301");
    expect_fit_ends("abc", 1, "\u2026");
    static char huge[3000000];
    memset(huge, 'x', sizeof(huge) - 1);
    const struct quire_chart_fit fit = {.type = type, .width_max = 100};
    struct quire_buf out = {0};
    assert_int_equal(quire_chart_text_fit(&out, huge, &fit), 0);
    assert_true(out.size < 40);
    assert_true(quire_chart_text_width((const char *)out.data, out.size, &type) <= 100);
    quire_buf_release(&out);
}

/* Letters that take whole dots are wider in a small picture, and more of a name is cut there. */
static void test_dots(void **state)
{
    (void)state;
    const struct quire_chart_type fine = {12, 96.0 / 9600}, small = {12, 96.0 / 60};
    static const char name[] = "customer_lifetime_value";
    double exact = quire_chart_text_width(name, strlen(name), &type);
    assert_true(fabs(quire_chart_text_width(name, strlen(name), &fine) - exact) < 0.3);
    assert_true(quire_chart_text_width(name, strlen(name), &small) > exact + 5);
    for (double width = 20; width < 200; width += 1) {
        const struct quire_chart_fit fit = {.type = small, .width_max = width, .ends = true};
        struct quire_buf out = {0};
        assert_int_equal(quire_chart_text_fit(&out, name, &fit), 0);
        assert_true(quire_chart_text_width((const char *)out.data, out.size, &small) <= width);
        quire_buf_release(&out);
    }
}

/* Wherever a text is cut, whole characters are left. */
static void test_cut_between_characters(void **state)
{
    (void)state;
    static const char text[] = "a\u00e9\u4e2d\U0001F680e\u0301\u05e9zzzzzzzzz";
    for (double width = 1; width < 200; width += 1) {
        const struct quire_chart_fit fit = {.type = type, .width_max = width};
        struct quire_buf out = {0};
        assert_int_equal(quire_chart_text_fit(&out, text, &fit), 0);
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
        cmocka_unit_test(test_fonts),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_dots),
        cmocka_unit_test(test_cut_between_characters),
        cmocka_unit_test(test_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
