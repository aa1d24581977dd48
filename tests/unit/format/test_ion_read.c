/* What the raw reader refuses, and that it says where. What it accepts, the public suite
 * shows (tests/interop/ion_suite.c). */
#include "json_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "format/ion/ion_source.h"
#include "memory_in.h"

static int read_all(const void *bytes, size_t size, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_ion_source_release) struct quire_ion_source source = {.in = NULL};
    struct quire_ion_value value = {.event = QUIRE_ION_VALUE};
    struct memory_in in;
    memory_in_init(&in, bytes, size, 3);
    int code = quire_ion_source_open(&source, &in.in, NULL, 1 << 20, error);
    while (code == 0 && value.event != QUIRE_ION_NONE)
        code = quire_ion_source_next(&source, &value, error);
    return code;
}

static void expect_refused(const char *bytes, size_t size)
{
    struct quire_error error;
    quire_error_clear(&error);
    int code = read_all(bytes, size, &error);
    if (code != QUIRE_INPUT || error.byte < 0 || error.byte > (int64_t)size ||
        error.cause[0] == '\0')
        fail_msg("%.*s: code %d, byte %lld: %s", (int)size, bytes, code, (long long)error.byte,
                 error.cause);
}

struct text {
    const char *bytes;
    size_t size;
};
#define T(text)                \
    {                          \
        text, sizeof(text) - 1 \
    }

static void bad_text(void **state)
{
    static const struct text texts[] = {
        T("1_"),
        T("1__2"),
        T("0123"),
        T("0x_1"),
        T("+1"),
        T("_1.5"),
        T("123_._4"),
        T("[1,,2]"),
        T("{a:1,,}"),
        T("2007-01"),
        T("2007-02-30"),
        T("2007-02-23T20:14:33.Z"),
        T("2007-02-23T20:14"),
        T("\"abc"),
        T("'''abc''"),
        T("{{ab}}"),
        T("{{abcd} }"),
        T("{{\"a\"\x0a//x\x0a}}"),
        T("\"\\uD800\""),
        T("\"\\q\""),
        T("{{\"\\u0041\"}}"),
        T("{null:1}"),
        T("null::1"),
        T("true::a"),
        T("$10"),
        T("{$10:1}"),
        T("$ion_1_1"),
        T("{a::b:1}"),
        T("(1"),
        T("[1"),
        T("{a:1"),
        T("/* x"),
        T("null.foo"),
        T("\"a\x0a"
          "b\""),
        T("'a\x0a"
          "b'"),
        T("1a"),
        T("(1+2)"),
        T("]"),
        T("a::"),
        T("{a}"),
        T("{a:}"),
        T("0000T"),
        T("2007-13T"),
        T("2007-01-01T24:00Z"),
        T("2007-01-01T00:60Z"),
        T("2007-01-01T00:00+24:00"),
        T("$ion_symbol_table::{symbols:[],symbols:[]}"),
        T("$ion_symbol_table::{imports:[{name:\"q\",version:1}]}"),
        T("\"\x01\""),
        T("0001-01-01T00:00+00:01"),
        T("{{ \"a\" \"b\" }}"),
        T("+"),
        T("null."),
        T("2007-01-01T00:00:00.5"),
        T("{{ A=== }}"),
        T("{{ AAA }}"),
        T("-"),
        T("1.e"),
        T("--1"),
        T("- 1"),
        T("{\"a\" 1}"),
        T("a b::"),
        T("+nan"),
        T("\"\xf0\x9f\x98\x80\\U00110000\""),
        T("\"\xed\xa0\x80\""),
        T("// \xff\x0a"
          "1"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        expect_refused(texts[i].bytes, texts[i].size);
}

static void bad_binary(void **state)
{
    static const struct text texts[] = {
        T("\xe0\x01\x00\xea\x12"),
        T("\xe0\x01\x00\xea"
          "0"),
        T("\xe0\x01\x00\xea"
          "A"),
        T("\xe0\x01\x00\xea`"),
        T("\xe0\x01\x00\xea"
          "a"),
        T("\xe0\x01\x00\xea\xe0"),
        T("\xe0\x01\x00\xea\xe1\x00\x00"),
        T("\xe0\x01\x00\xea\xe2"),
        T("\xe0\x01\x00\xea\xef"),
        T("\xe0\x01\x00\xea\xf0"),
        T("\xe0\x01\x00\xea"
          "1\x00"),
        T("\xe0\x01\x00\xea\"\x01"),
        T("\xe0\x01\x00\xea\x81\xff"),
        T("\xe0\x01\x00\xeaq\x0a"),
        T("\xe0\x01\x00\xea\xd2\x8a"),
        T("\xe0\x01\x00\xea\xd1\x80\x00"),
        T("\xe0\x01\x00\xea\xd1\x80"),
        T("\xe0\x01\x00\xea\xb2\xe0"),
        T("\xe0\x01\x00\xea\xb5\xe0\x01\x00\xea "),
        T("\xe0\x01\x00\xea\xe3\x81\x84\x00"),
        T("\xe0\x01\x00\xea\xe5\x81\x84\xe3\x81\x84 "),
        T("\xe0\x01\x00\xea\xee"),
        T("\xe0\x01\x00\xea\x8e"),
        T("\xe0\x01\x00\xea\x8e\x83"),
        T("\xe0\x01\x00\xeaQ\x00"),
        T("\xe0\x01\x00\xea"
          "c\x80"),
        T("\xe0\x01\x00\xea"
          "e\x80\x0f\xd0\xc1"),
        T("\xe0\x01\x00\xea"
          "f\x80\x0f\xd0\x81\x81\x80"),
        T("\xe0\x01\x00\xeah\xc0\x0f\xd0\x81\x81\x80;;"),
        T("\xe0\x01\x00\xeak\x80\x0f\xd0\x81\x81\x80\x80\x80\xc1\x0a"),
        T("\xe0\x01\x00\xeaj\x80\x0f\xd0\x81\x81\x80\x80\x80\xc1\x0a"),
        T("\xe0\x01\x00\xeaR\xc1"),
        T("\xe0\x01\x00\xea\xb1!"),
        T("\xe0\x01\x00\xea\xe4\x82\x84\x00\x11"),
        T("\xe0\x01\x01\xea\x20"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        expect_refused(texts[i].bytes, texts[i].size);
}

/* A prefix of a whole file is refused, or has the values up to there. */
static void cut_anywhere(void **state)
{
    static const char text[] =
        "$ion_1_0 a::{b:[1,(c . d)],'e':\"f\",g:{{aGk=}}} '''h''' '''i''' // j";
    struct quire_error error;
    (void)state;
    for (size_t size = 0; size < sizeof(text); size++) {
        int code = read_all(text, size, &error);
        assert_true(code == 0 || code == QUIRE_INPUT);
    }
    assert_int_equal(read_all(text, sizeof(text) - 1, &error), 0);
}

static void limits(void **state)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    struct quire_error error;
    (void)state;
    for (int i = 0; i <= QUIRE_ION_DEPTH_MAX; i++)
        assert_int_equal(quire_buf_push(&text, '['), 0);
    assert_int_equal(read_all(text.data, text.size, &error), QUIRE_LIMIT);
    text.size = 0;
    for (int i = 0; i < 3 * QUIRE_ION_NUMBER_BYTES_MAX; i++)
        assert_int_equal(quire_buf_push(&text, '9'), 0);
    assert_int_equal(read_all(text.data, text.size, &error), QUIRE_LIMIT);
    text.size = 0;
    assert_int_equal(quire_buf_push(&text, '"'), 0);
    for (int i = 0; i < 3 << 20; i++)
        assert_int_equal(quire_buf_push(&text, 'x'), 0);
    assert_int_equal(quire_buf_push(&text, '"'), 0);
    assert_int_equal(read_all(text.data, text.size, &error), QUIRE_LIMIT);
    static const char ids[] =
        "$ion_symbol_table::{imports:[{name:\"a\",max_id:9223372036854775807}]}";
    assert_int_equal(read_all(ids, sizeof(ids) - 1, &error), QUIRE_LIMIT);
}

static void lines(void **state)
{
    struct quire_error error;
    (void)state;
    assert_int_equal(read_all("1\n  [2,,3]", 11, &error), QUIRE_INPUT);
    assert_int_equal(error.byte, 7);
    assert_non_null(strstr(error.cause, "line 2, column 6"));
}

/* Places in any order are told as if each were the first. */
static void lines_back_and_forth(void **state)
{
    static const char text[] =
        "{a:1}\n\n  {b:\"\xc3\xa9\xe6\x97\xa5\"}\n{c:\"\xf0\x9f\x98\x80\"} 5";
    const size_t size = sizeof(text) - 1;
    const uint8_t *bytes = (const uint8_t *)text;
    struct quire_ion_reader reader;
    (void)state;
    assert_int_equal(quire_ion_reader_init(&reader, false, NULL, NULL), 0);
    quire_ion_reader_set(&reader, bytes, size, 0);
    for (size_t i = 0; i < 7 * size; i++) {
        struct quire_error error;
        char expected[80];
        size_t at = i * 11 % size, line = 1, column = 1;
        for (size_t p = 0; p < at; p++) {
            column = bytes[p] == '\n' ? 1 : column + ((bytes[p] & 0xc0) != 0x80);
            line += bytes[p] == '\n';
        }
        snprintf(expected, sizeof(expected), "no (line %zu, column %zu)", line, column);
        quire_error_clear(&error);
        quire_ion_fail_at(&reader, bytes + at, QUIRE_INPUT, &error, "no");
        assert_string_equal(error.cause, expected);
        assert_int_equal(error.byte, at);
    }
    quire_ion_reader_release(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_text),     cmocka_unit_test(bad_binary),
        cmocka_unit_test(cut_anywhere), cmocka_unit_test(limits),
        cmocka_unit_test(lines),        cmocka_unit_test(lines_back_and_forth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
