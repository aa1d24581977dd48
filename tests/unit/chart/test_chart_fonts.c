/* Which characters there are fonts for: what fc-list says, also nonsense, and where it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "chart/chart_fonts.h"
#include "scratch.h"

#define CODEPOINT_LAST 0x10ffff

static size_t count(const struct quire_chart_fonts *fonts)
{
    size_t found = 0;
    for (uint32_t c = 0; c <= CODEPOINT_LAST; c++)
        found += quire_chart_fonts_have(fonts, c);
    return found;
}

static void expect_characters(const char *text, size_t expected)
{
    struct quire_chart_fonts fonts = {.bits = NULL};
    assert_int_equal(quire_chart_fonts_add(&fonts, text, strlen(text)), 0);
    assert_int_equal(count(&fonts), expected);
    quire_chart_fonts_release(&fonts);
}

static void test_said(void **state)
{
    (void)state;
    expect_characters("TrueType|False|20-7e a0 1f600\n", 97);
    expect_characters("CFF||41\nTrueType|False|41-43", 3);
    expect_characters("", 0);
    /* Fonts of dots and of colours. */
    expect_characters("PCF|False|20-7e\nBDF|False|20-7e\nTrueType|True|1f600\n|False|20\n", 0);
    expect_characters("TrueType|False|7e-20 zz 41\nTrueType|False|\nTrueType\n|\n\n", 0);
    expect_characters("TrueType|False|41-\n", 0);
    expect_characters("TrueType|False|10fffe-fffffff 41\n", 3);
    struct quire_chart_fonts none = {.bits = NULL};
    assert_false(quire_chart_fonts_have(&none, 'a'));
    assert_int_equal(quire_chart_fonts_add(&none, "TrueType|False|61", 17), 0);
    assert_true(quire_chart_fonts_have(&none, 'a'));
    assert_false(quire_chart_fonts_have(&none, UINT32_MAX));
    quire_chart_fonts_release(&none);
}

/* Asks with a program of the test's own in the place of fc-list. */
static int ask(void **state, const char *body, int64_t timeout_ms, struct quire_chart_fonts *fonts,
               struct quire_error *error)
{
    char text[1000], kept[5000];
    *fonts = (struct quire_chart_fonts){.bits = NULL};
    quire_error_clear(error);
    if (body != NULL) {
        const char *program = scratch_path(*state, "fc-list");
        snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", body);
        scratch_write(program, text);
        assert_int_equal(chmod(program, 0755), 0);
    }
    snprintf(kept, sizeof(kept), "%s", getenv("PATH"));
    assert_int_equal(setenv("PATH", *state, 1), 0);
    int code = quire_chart_fonts_ask(&(struct quire_chart_options){.timeout_ms = timeout_ms}, fonts,
                                     error);
    assert_int_equal(setenv("PATH", kept, 1), 0);
    return code;
}

static void expect_usual(void **state, const char *body, int64_t timeout_ms)
{
    struct quire_chart_fonts fonts;
    struct quire_error error;
    assert_int_equal(ask(state, body, timeout_ms, &fonts, &error), 0);
    assert_true(quire_chart_fonts_have(&fonts, 'a') && quire_chart_fonts_have(&fonts, 0xe9));
    assert_true(quire_chart_fonts_have(&fonts, 0x2026) && quire_chart_fonts_have(&fonts, 0x436));
    assert_false(quire_chart_fonts_have(&fonts, 0x4e2d));
    quire_chart_fonts_release(&fonts);
}

/* Where nobody tells, a usual font is taken to be there. */
static void test_not_said(void **state)
{
    expect_usual(state, NULL, 10000);
    expect_usual(state, "echo 'TrueType|False|4e2d'; exit 1", 10000);
    expect_usual(state, "while :; do :; done", 50);
}

static void test_asked(void **state)
{
    struct quire_chart_fonts fonts;
    struct quire_error error;
    assert_int_equal(ask(state, "echo 'TrueType|False|61-7a 4e2d'", 10000, &fonts, &error), 0);
    assert_int_equal(count(&fonts), 27);
    quire_chart_fonts_release(&fonts);
    assert_int_equal(ask(state, "exit 0", 10000, &fonts, &error), QUIRE_UNSUPPORTED);
    assert_non_null(strstr(error.cause, "no font is installed"));
    assert_non_null(strstr(error.hint, "fonts-dejavu-core"));
    quire_chart_fonts_release(&fonts);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {CASE(said), CASE(not_said), CASE(asked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
