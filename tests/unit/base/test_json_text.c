/* JSON strings equal those of a byte-by-byte writer, whatever their size and
 * wherever the escapes are; the document writer keeps the commas right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json_text.h"
#include "quire/error.h"

/* -- strings ---------------------------------------------------------------- */

static size_t reference(const char *bytes, size_t size, char *out)
{
    char *start = out;
    *out++ = '"';
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)bytes[i];
        const char *short_from = "\b\f\n\r\t\"\\";
        const char *found = c != 0 ? strchr(short_from, c) : NULL;
        if (found != NULL) {
            *out++ = '\\';
            *out++ = "bfnrt\"\\"[found - short_from];
        } else if (c < 0x20) {
            out += sprintf(out, "\\u%04x", c);
        } else {
            *out++ = (char)c;
        }
    }
    *out++ = '"';
    return (size_t)(out - start);
}

/* The input is given in a block of its exact size, so that reading beyond it is
 * seen by the sanitizer. */
static void check(const char *bytes, size_t size)
{
    char *input = malloc(size > 0 ? size : 1);
    char *expected = malloc(size * 6 + 2);
    char *output = malloc(QUIRE_JSON_STRING_MAX(size));
    assert_true(input != NULL && expected != NULL && output != NULL);
    memcpy(input, bytes, size);
    size_t expected_size = reference(bytes, size, expected);
    char *end = quire_json_write_string(input, size, output);
    assert_int_equal(end - output, expected_size);
    assert_memory_equal(output, expected, expected_size);
    struct quire_buf buf = {0};
    assert_int_equal(quire_buf_append_text(&buf, "before"), 0);
    assert_int_equal(quire_json_append_string(&buf, input, size, false), 0);
    assert_int_equal(buf.size, expected_size + 6);
    assert_memory_equal(buf.data + 6, expected, expected_size);
    quire_buf_release(&buf);
    free(input);
    free(expected);
    free(output);
}

static void test_every_byte_at_every_place(void **state)
{
    (void)state;
    char text[40];
    for (size_t size = 0; size <= sizeof(text); size++) {
        memset(text, 'x', sizeof(text));
        check(text, size);
        for (size_t place = 0; place < size; place++) {
            for (int byte = 0; byte < 0x80; byte++) {
                text[place] = (char)byte;
                check(text, size);
            }
            text[place] = 'x';
        }
    }
}

static void test_dense_escapes(void **state)
{
    (void)state;
    char text[300];
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)(i * 7 % 0x30);
    for (size_t size = 0; size <= sizeof(text); size++)
        check(text, size);
    memset(text, 1, sizeof(text));
    check(text, sizeof(text));
}

static void test_long_strings_in_pieces(void **state)
{
    (void)state;
    enum { SIZE = 10000 };
    char *text = malloc(SIZE + 1);
    assert_non_null(text);
    for (size_t i = 0; i < SIZE; i++)
        text[i] = (char)(i % 97 == 0 ? '\n' : "h\xc3\xa9"[i % 3]);
    for (size_t size = 2040; size < 2070; size++)
        check(text, size);
    check(text, SIZE);
    free(text);
}

static void check_ascii(const char *text, const char *expected)
{
    struct quire_buf buf = {0};
    assert_int_equal(quire_json_append_string(&buf, text, strlen(text), true), 0);
    assert_int_equal(buf.size, strlen(expected));
    assert_memory_equal(buf.data, expected, buf.size);
    quire_buf_release(&buf);
    char out[512];
    char *end = quire_json_write_string_ascii(text, strlen(text), out);
    assert_int_equal(end - out, strlen(expected));
    assert_memory_equal(out, expected, strlen(expected));
}

static void test_ascii_only(void **state)
{
    (void)state;
    check_ascii("", "\"\"");
    check_ascii("plain \x7f \"", "\"plain \x7f \\\"\"");
    check_ascii("caf\xc3\xa9", "\"caf\\u00e9\"");
    check_ascii("\xe2\x80\xa8", "\"\\u2028\"");
    check_ascii("\xf0\x9f\x98\x80!", "\"\\ud83d\\ude00!\"");
    check_ascii("\xf4\x8f\xbf\xbf", "\"\\udbff\\udfff\"");
    check_ascii("0123456789abcde\xe2\x82\xac"
                "0123456789abcdef",
                "\"0123456789abcde\\u20ac0123456789abcdef\"");
}

/* A character of four bytes across every offset of the end of a piece. */
static void test_ascii_only_in_pieces(void **state)
{
    (void)state;
    for (size_t before = 2040; before < 2056; before++) {
        char text[2064];
        memset(text, 'x', before);
        memcpy(text + before, "\xf0\x9f\x98\x80", 4);
        struct quire_buf buf = {0};
        assert_int_equal(quire_json_append_string(&buf, text, before + 4, true), 0);
        assert_int_equal(buf.size, before + 14);
        assert_memory_equal(buf.data + before + 1, "\\ud83d\\ude00\"", 13);
        quire_buf_release(&buf);
    }
}

static void test_long_strings_reserve_little(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20 };
    char *text = malloc(SIZE);
    assert_non_null(text);
    memset(text, 'x', SIZE);
    struct quire_buf buf = {0};
    assert_int_equal(quire_json_append_string(&buf, text, SIZE, false), 0);
    assert_true(buf.capacity < 2 * (size_t)SIZE);
    quire_buf_release(&buf);
    free(text);
}

/* -- documents -------------------------------------------------------------- */

static void test_document(void **state)
{
    (void)state;
    struct quire_buf buf = {0};
    struct quire_json_writer w = quire_json_writer_to(&buf);
    quire_json_writer_begin_object(&w);
    quire_json_writer_key(&w, "empty");
    quire_json_writer_begin_array(&w);
    quire_json_writer_end_array(&w);
    quire_json_writer_key(&w, "list");
    quire_json_writer_begin_array(&w);
    quire_json_writer_i64(&w, INT64_MIN);
    quire_json_writer_f64(&w, 0.5);
    quire_json_writer_f64(&w, (double)NAN);
    quire_json_writer_bool(&w, true);
    quire_json_writer_bool(&w, false);
    quire_json_writer_null(&w);
    quire_json_writer_begin_object(&w);
    quire_json_writer_end_object(&w);
    quire_json_writer_begin_object(&w);
    quire_json_writer_key(&w, "a\"b");
    quire_json_writer_string(&w, NULL);
    quire_json_writer_key(&w, "t");
    quire_json_writer_string_sized(&w, "xyz", 2);
    quire_json_writer_end_object(&w);
    quire_json_writer_end_array(&w);
    quire_json_writer_key(&w, "last");
    quire_json_writer_string(&w, "caf\xc3\xa9 \xff");
    quire_json_writer_end_object(&w);
    assert_int_equal(quire_json_writer_finish(&w), 0);
    assert_int_equal(quire_buf_terminate(&buf), 0);
    assert_string_equal((const char *)buf.data,
                        "{\"empty\":[],\"list\":[-9223372036854775808,0.5,"
                        "null,true,false,null,{},{\"a\\\"b\":null,\"t\":\"xy\"}],"
                        "\"last\":\"caf\xc3\xa9 \xef\xbf\xbd\"}");
    quire_buf_release(&buf);
}

/* The second list starts without a comma, though the first had members. */
static void test_lists_side_by_side(void **state)
{
    (void)state;
    struct quire_buf buf = {0};
    struct quire_json_writer w = quire_json_writer_to(&buf);
    quire_json_writer_begin_array(&w);
    for (int64_t i = 0; i < 2; i++) {
        quire_json_writer_begin_array(&w);
        quire_json_writer_i64(&w, i);
        quire_json_writer_i64(&w, -i);
        quire_json_writer_end_array(&w);
    }
    quire_json_writer_end_array(&w);
    assert_int_equal(quire_json_writer_finish(&w), 0);
    assert_int_equal(buf.size, strlen("[[0,0],[1,-1]]"));
    assert_memory_equal(buf.data, "[[0,0],[1,-1]]", buf.size);
    quire_buf_release(&buf);
}

static void test_depth_limit_is_sticky(void **state)
{
    (void)state;
    struct quire_buf buf = {0};
    struct quire_json_writer w = quire_json_writer_to(&buf);
    for (int i = 0; i < QUIRE_JSON_WRITER_DEPTH_MAX; i++)
        quire_json_writer_begin_array(&w);
    assert_int_equal(w.code, 0);
    quire_json_writer_begin_object(&w);
    quire_json_writer_key(&w, "k");
    quire_json_writer_i64(&w, 1);
    quire_json_writer_end_object(&w);
    assert_int_equal(quire_json_writer_finish(&w), QUIRE_LIMIT);
    assert_int_equal(buf.size, QUIRE_JSON_WRITER_DEPTH_MAX);
    quire_buf_release(&buf);
}

/* -- memory running out ----------------------------------------------------- */

static int allocations_left;

static void *limited_allocate(size_t size)
{
    return allocations_left-- > 0 ? malloc(size) : NULL;
}

static void *limited_reallocate(void *block, size_t size)
{
    return allocations_left-- > 0 ? realloc(block, size) : NULL;
}

static const struct quire_alloc_hooks limited_hooks = {limited_allocate, limited_reallocate, free};

static int write_document(struct quire_buf *buf)
{
    struct quire_json_writer w = quire_json_writer_to(buf);
    quire_json_writer_begin_object(&w);
    for (int i = 0; i < 400; i++) {
        quire_json_writer_key(&w, "name");
        quire_json_writer_string(&w, "not utf-8: \xff");
    }
    quire_json_writer_end_object(&w);
    return quire_json_writer_finish(&w);
}

static void test_document_without_memory(void **state)
{
    (void)state;
    int code = QUIRE_MEMORY;
    for (int n = 0; code != 0; n++) {
        struct quire_buf buf = {0};
        allocations_left = n;
        quire_alloc_set_hooks(&limited_hooks);
        code = write_document(&buf);
        quire_alloc_set_hooks(NULL);
        assert_true(code == 0 || code == QUIRE_MEMORY);
        quire_buf_release(&buf);
    }
}

static void test_append_without_memory_changes_nothing(void **state)
{
    (void)state;
    char text[6000];
    memset(text, 1, sizeof(text));
    int code = QUIRE_MEMORY;
    int failures = 0;
    for (int n = 1; code != 0; n++) {
        struct quire_buf buf = {0};
        allocations_left = n;
        quire_alloc_set_hooks(&limited_hooks);
        assert_int_equal(quire_buf_append_text(&buf, "kept"), 0);
        code = quire_json_append_string(&buf, text, sizeof(text), false);
        quire_alloc_set_hooks(NULL);
        if (code != 0) {
            failures++;
            assert_int_equal(code, QUIRE_MEMORY);
            assert_int_equal(buf.size, 4);
            assert_memory_equal(buf.data, "kept", 4);
        }
        quire_buf_release(&buf);
    }
    assert_true(failures > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_at_every_place),
        cmocka_unit_test(test_dense_escapes),
        cmocka_unit_test(test_long_strings_in_pieces),
        cmocka_unit_test(test_ascii_only),
        cmocka_unit_test(test_ascii_only_in_pieces),
        cmocka_unit_test(test_long_strings_reserve_little),
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_lists_side_by_side),
        cmocka_unit_test(test_depth_limit_is_sticky),
        cmocka_unit_test(test_document_without_memory),
        cmocka_unit_test(test_append_without_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
