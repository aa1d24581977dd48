/* Errors: who speaks first, what is cut, how a line of them reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "base/utf8.h"

static void test_first_to_say_a_thing_wins(void **state)
{
    (void)state;
    struct quire_error error;
    assert_int_equal(quire_fail(&error, QUIRE_INPUT, "read", "value %d", 7), QUIRE_INPUT);
    quire_error_at(&error, 3, "inner", QUIRE_NOWHERE);
    quire_error_at(&error, 9, "outer", 5);
    quire_error_path(&error, "a.csv");
    quire_error_path(&error, "b.csv");
    quire_error_hint(&error, "try %s", "this");
    quire_error_hint(&error, "or that");
    quire_error_outer_column(&error, "outer");
    char line[128];
    const char *expected = "read a.csv: row 3, column outer.inner, byte 5: value 7; try this";
    assert_int_equal(quire_error_format(&error, line, sizeof(line)), strlen(expected));
    assert_string_equal(line, expected);
    assert_int_equal(quire_error_format(&error, line, 10), strlen(expected));
    assert_string_equal(line, "read a.cs");
}

static void test_without_an_error_to_fill(void **state)
{
    (void)state;
    assert_int_equal(quire_fail(NULL, QUIRE_LIMIT, "x", "%s", "y"), QUIRE_LIMIT);
    assert_int_equal(quire_fail_errno(NULL, ENOSPC, "x", "y"), QUIRE_FULL);
    assert_int_equal(quire_fail_memory(NULL, "x"), QUIRE_MEMORY);
    quire_error_clear(NULL);
    quire_error_at(NULL, 1, "a", 1);
    quire_error_path(NULL, "a");
    quire_error_hint(NULL, "a");
    quire_error_outer_column(NULL, "a");
}

static void test_codes_of_errno(void **state)
{
    (void)state;
    static const struct {
        int errno_value, code;
    } cases[] = {
        {ENOENT, QUIRE_NOT_FOUND}, {EACCES, QUIRE_PERMISSION},
        {EEXIST, QUIRE_EXISTS},    {EDQUOT, QUIRE_FULL},
        {EPIPE, QUIRE_CLOSED},     {ENOMEM, QUIRE_MEMORY},
        {EISDIR, QUIRE_USAGE},     {EIO, QUIRE_IO},
    };
    struct quire_error error;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int code = quire_fail_errno(&error, cases[i].errno_value, "open", "it");
        assert_int_equal(code, cases[i].code);
        assert_int_equal(error.code, code);
        assert_memory_equal(error.cause, "it: ", 4);
        assert_true(strlen(error.cause) > 4);
    }
}

/* Texts of three-byte characters that end at every place around a field's size. */
static void test_texts_are_cut_between_characters(void **state)
{
    (void)state;
    char text[600];
    struct quire_error error;
    for (size_t size = 120; size < 140; size++) {
        size_t lead = size % 3;
        memset(text, 'a', lead);
        for (size_t at = lead; at + 3 <= size; at += 3)
            memcpy(text + at, "\xe2\x82\xac", 3);
        text[lead + (size - lead) / 3 * 3] = '\0';
        quire_fail(&error, QUIRE_INPUT, "read", "%s%s%s%s", text, text, text, text);
        assert_true(quire_utf8_is_valid(error.cause, strlen(error.cause)));
        quire_error_outer_column(&error, text);
        assert_true(quire_utf8_is_valid(error.column, strlen(error.column)));
        quire_error_outer_column(&error, "b");
        assert_true(quire_utf8_is_valid(error.column, strlen(error.column)));
        assert_memory_equal(error.column, "b.", 2);
    }
}

static void test_names_and_texts_of_codes(void **state)
{
    (void)state;
    assert_string_equal(quire_code_name(QUIRE_NOT_FOUND), "NOT_FOUND");
    assert_string_equal(quire_code_name(1), "UNKNOWN");
    assert_string_equal(quire_code_text(QUIRE_FULL), "no space is left");
    assert_string_equal(quire_code_text(-1000), "unknown code");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_to_say_a_thing_wins),
        cmocka_unit_test(test_without_an_error_to_fill),
        cmocka_unit_test(test_codes_of_errno),
        cmocka_unit_test(test_texts_are_cut_between_characters),
        cmocka_unit_test(test_names_and_texts_of_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
