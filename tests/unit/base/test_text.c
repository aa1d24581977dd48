/* Names compared and matched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"

static void test_case_is_ignored_for_ascii_only(void **state)
{
    (void)state;
    assert_true(quire_text_equal_ignore_case("", ""));
    assert_true(quire_text_equal_ignore_case("GZip", "gzIP"));
    assert_false(quire_text_equal_ignore_case("gzip", "gzi"));
    assert_false(quire_text_equal_ignore_case("gzi", "gzip"));
    assert_false(quire_text_equal_ignore_case("\xc3\x84", "\xc3\xa4"));
    assert_false(quire_text_equal_ignore_case("@", "`"));
    assert_false(quire_text_equal_ignore_case("[", "{"));
}

static void test_beginnings(void **state)
{
    (void)state;
    assert_true(quire_text_starts_with("file://x", "file://"));
    assert_true(quire_text_starts_with("x", ""));
    assert_false(quire_text_starts_with("file", "file://"));
}

static void test_distance(void **state)
{
    (void)state;
    assert_int_equal(quire_text_distance("", "", 9), 0);
    assert_int_equal(quire_text_distance("", "abc", 9), 3);
    assert_int_equal(quire_text_distance("abc", "", 9), 3);
    assert_int_equal(quire_text_distance("kitten", "sitting", 9), 3);
    assert_int_equal(quire_text_distance("delimtier", "delimiter", 9), 1);
    assert_int_equal(quire_text_distance("ca", "abc", 9), 3);
    assert_int_equal(quire_text_distance("abcdef", "uvwxyz", 2), 3);
    assert_int_equal(quire_text_distance("same", "same", 0), 0);
    assert_int_equal(quire_text_distance("same", "some", 0), 1);
}

static void test_distance_of_long_texts(void **state)
{
    (void)state;
    char text[QUIRE_TEXT_DISTANCE_SIZE_MAX + 2];
    memset(text, 'x', sizeof(text));
    text[QUIRE_TEXT_DISTANCE_SIZE_MAX] = '\0';
    assert_int_equal(quire_text_distance(text, text, 5), 0);
    assert_int_equal(quire_text_distance(text, "", 100), QUIRE_TEXT_DISTANCE_SIZE_MAX);
    text[QUIRE_TEXT_DISTANCE_SIZE_MAX] = 'x';
    text[QUIRE_TEXT_DISTANCE_SIZE_MAX + 1] = '\0';
    assert_int_equal(quire_text_distance(text, text, 5), 6);
}

static void test_glob(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *text;
        bool match;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "", false},
        {"abc", "abc", true},
        {"abc", "abcd", false},
        {"*", "", true},
        {"*", "anything", true},
        {"*.csv", "a.csv", true},
        {"*.csv", "a.csv.gz", false},
        {"a*b*c", "a-b-b-c", true},
        {"a*b*c", "a-b-b-", false},
        {"**a", "bba", true},
        {"?", "", false},
        {"?", "ab", false},
        {"a?c", "abc", true},
        {"a?c",
         "a\xc3\xa4"
         "c",
         true},
        {"a?c",
         "a\xe2\x82\xac"
         "c",
         true},
        {"a?c",
         "a\xff"
         "c",
         true},
        {"a??c",
         "a\xc3\xa4"
         "c",
         false},
        {"*/*.csv", "dir/a.csv", true},
        {"*.csv", "dir/a.csv", false},
        {"dir?a.csv", "dir/a.csv", false},
        {"dir[/]a", "dir/a", false},
        {"dir[!x]a", "dir/a", false},
        {"*/b*", "a/x/b", false},
        {"*/*/b*", "a/x/b", true},
        {"[abc]x", "bx", true},
        {"[abc]x", "dx", false},
        {"[a-c]", "b", true},
        {"[a-c]", "d", false},
        {"[!a-c]", "d", true},
        {"[^a-c]", "b", false},
        {"[]]", "]", true},
        {"[!]]", "]", false},
        {"[a-]", "-", true},
        {"[-a]", "-", true},
        {"[\xc3\xa4-\xc3\xbc]", "\xc3\xb6", true},
        {"[\xc3\xa4-\xc3\xbc]", "o", false},
        {"[a", "[a", true},
        {"[a", "a", false},
        {"x[", "x[", true},
        {"\\*", "*", true},
        {"\\*", "a", false},
        {"\\[a]", "[a]", true},
        {"a\\", "a\\", true},
        {"*[0-9].log", "run-12.log", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (quire_text_glob_match(cases[i].pattern, cases[i].text) != cases[i].match)
            fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].text);
    }
}

/* With back-tracking to every star this would not end. */
static void test_glob_of_many_stars(void **state)
{
    (void)state;
    char text[4001];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_false(quire_text_glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
    assert_true(quire_text_glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*", text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_is_ignored_for_ascii_only),
        cmocka_unit_test(test_beginnings),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_distance_of_long_texts),
        cmocka_unit_test(test_glob),
        cmocka_unit_test(test_glob_of_many_stars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
