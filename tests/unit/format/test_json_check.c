/* What is JSON and what is not (cases after RFC 8259's grammar, as the public JSON
 * parsing test suite has them), and JSON without its blanks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "fault_alloc.h"
#include "format/json/json_value.h"

/* The bytes stand at the very end of a block, where a sanitizer sees a read too many. */
static int check(const char *text, size_t size, struct quire_error *error)
{
    uint8_t *copy = quire_alloc(size);
    assert_non_null(copy);
    memcpy(copy, text, size);
    int code = quire_json_check(copy, size, error);
    quire_free(copy);
    return code;
}

static void good_texts(void **state)
{
    static const char *const texts[] = {
        "null",
        "true",
        " false ",
        "0",
        "-0",
        "-1",
        "123e65",
        "0e+1",
        "0e1",
        "1E22",
        "1E-2",
        "1E+2",
        "123.456e78",
        "-0.000000000000000000000000000000000000000000000000000000000000000001",
        "\"\"",
        "\" \"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0060\\u012a\\u12AB\"",
        "\"\\uD801\\udc37\"",
        "\"\\u0000\"",
        "\"\x7f\"",
        "\"\xe2\x80\xa8\"",
        "\"\xf0\x9d\x84\x9e\"",
        "[]",
        "[   ]",
        "[1\n]",
        " [1] ",
        "[[]   ]",
        "[null, 1, \"1\", {}]",
        "[1,null,null,null,2]",
        "{}",
        "{\"\":0}",
        "{\"a\":\"b\",\"a\":\"c\"}",
        "{\"foo\\u0000bar\": 42}",
        "{\"a\":[{\"b\":[]}]}",
        "{\n\"a\": \"b\"\n}",
        "\"\\ud800\"",
        "[1e9999, -1e-9999]",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (check(texts[i], strlen(texts[i]), NULL) != 0) fail_msg("refused: %s", texts[i]);
}

static void bad_texts(void **state)
{
    static const struct {
        const char *text;
        int64_t byte;
    } texts[] = {
        {"", 0},
        {" ", 1},
        {"nul", 0},
        {"True", 0},
        {"[True]", 1},
        {"nan", 0},
        {"-", 1},
        {"+1", 0},
        {"[-01]", 2},
        {"012", 0},
        {"1.", 2},
        {".5", 0},
        {"1.e1", 2},
        {"1e", 2},
        {"1e+", 3},
        {"0x1", 1},
        {"1 2", 2},
        {"Infinity", 0},
        {"\"", 1},
        {"\"abc", 4},
        {"\"\\", 1},
        {"\"\\x\"", 1},
        {"\"\\u12\"", 1},
        {"\"\\u123g\"", 1},
        {"\"a\nb\"", 2},
        {"\"\t\"", 1},
        {"'a'", 0},
        {"[", 1},
        {"[1", 2},
        {"[1,]", 3},
        {"[,1]", 1},
        {"[1,,2]", 3},
        {"[1 2]", 3},
        {"[1}", 2},
        {"]", 0},
        {"[]]", 2},
        {"{", 1},
        {"{\"a\"", 4},
        {"{\"a\":", 5},
        {"{\"a\":1", 6},
        {"{\"a\":1,", 7},
        {"{\"a\":1,}", 7},
        {"{,}", 1},
        {"{a:1}", 1},
        {"{1:1}", 1},
        {"{\"a\" 1}", 5},
        {"{\"a\":1]", 6},
        {"{\"a\"::1}", 5},
        {"{}}", 2},
        {"{}#", 2},
        {"/**/1", 0},
        {"\xef\xbb\xbf{}", 0},
        {"\"\xff\"", 1},
        {"\"\xc0\xaf\"", 1},
        {"\"a\xed\xa0\x80\"", 2},
        {"[\"\xe9\"]", 2},
        {"\f1", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct quire_error error;
        int code = check(texts[i].text, strlen(texts[i].text), &error);
        if (code != QUIRE_INPUT) fail_msg("accepted: %s", texts[i].text);
        if (error.byte != texts[i].byte)
            fail_msg("%s: byte %d (%s)", texts[i].text, (int)error.byte, error.cause);
        assert_string_not_equal(error.cause, "");
    }
    assert_int_equal(check("1\0", 2, NULL), QUIRE_INPUT);
    assert_int_equal(check("[\"a\0\"]", 6, NULL), QUIRE_INPUT);
}

static void depth(void **state)
{
    static char text[2 * QUIRE_JSON_DEPTH_MAX + 2];
    struct quire_error error;
    (void)state;
    memset(text, '[', QUIRE_JSON_DEPTH_MAX);
    memset(text + QUIRE_JSON_DEPTH_MAX, ']', QUIRE_JSON_DEPTH_MAX);
    assert_int_equal(check(text, 2 * QUIRE_JSON_DEPTH_MAX, &error), 0);
    memset(text, '[', QUIRE_JSON_DEPTH_MAX + 1);
    assert_int_equal(check(text, QUIRE_JSON_DEPTH_MAX + 1, &error), QUIRE_LIMIT);
    assert_int_equal(error.byte, QUIRE_JSON_DEPTH_MAX);
    /* Objects and arrays in turn: each is closed by its own bracket. */
    size_t used = 0;
    for (int i = 0; i < 100; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, i % 3 == 0 ? "{\"a\":" : "[");
    text[used++] = '1';
    for (int i = 99; i >= 0; i--)
        text[used++] = i % 3 == 0 ? '}' : ']';
    assert_int_equal(check(text, used, &error), 0);
    text[used - 50] = text[used - 50] == '}' ? ']' : '}';
    assert_int_equal(check(text, used, &error), QUIRE_INPUT);
    assert_int_equal(error.byte, used - 50);
}

static void expect_compact(const char *text, bool ascii, const char *expected)
{
    struct quire_buf out = {0};
    assert_int_equal(quire_buf_append_text(&out, "<"), 0);
    assert_int_equal(quire_json_compact((const uint8_t *)text, strlen(text), ascii, &out, NULL), 0);
    assert_int_equal(quire_buf_terminate(&out), 0);
    assert_string_equal((const char *)out.data + 1, expected);
    quire_buf_release(&out);
}

static void compact(void **state)
{
    struct quire_buf out = {0};
    (void)state;
    expect_compact(" { \"a b\" : [ 1 , \"\\\" x\" ] ,\r\n\t\"c\":null } ", false,
                   "{\"a b\":[1,\"\\\" x\"],\"c\":null}");
    expect_compact("[\"é\", \"日\", \"😀\"]", true, "[\"\\u00e9\",\"\\u65e5\",\"\\ud83d\\ude00\"]");
    expect_compact("\"é\"", false, "\"é\"");
    expect_compact("\"\\\\\"", false, "\"\\\\\"");
    assert_int_equal(quire_json_compact((const uint8_t *)"[1", 2, false, &out, NULL), QUIRE_INPUT);
    assert_int_equal(out.size, 0);
    for (int64_t n = 1;; n++) {
        fault_alloc_arm(n);
        int code = quire_json_compact((const uint8_t *)"[\"\\n\"]", 6, false, &out, NULL);
        quire_buf_release(&out);
        assert_int_equal(fault_alloc_held(), 0);
        if (!fault_alloc_disarm()) break;
        assert_int_equal(code, QUIRE_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_texts),
        cmocka_unit_test(bad_texts),
        cmocka_unit_test(depth),
        cmocka_unit_test(compact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
