/* Where records end: every window of a text gives cuts that a plain walk agrees
 * with, whatever was seen before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/random.h"
#include "format/json/json_split.h"

/* The end of the last item in bytes that something other than a blank follows, by
 * the definition. size when the array is closed. */
static size_t plain_cut(const char *bytes, size_t size)
{
    size_t last = 0, cut = 0;
    int depth = 0;
    for (size_t i = 0; i < size; i++) {
        char c = bytes[i];
        if (last > 0 && strchr(" \n", c) == NULL) cut = last;
        if (c == '"') {
            for (i++; i < size && bytes[i] != '"'; i++)
                i += bytes[i] == '\\';
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            if (--depth < 0) return size;
            if (depth == 0) last = i + 1;
        }
    }
    return cut;
}

static void make_items(struct quire_buf *text, struct quire_random *random)
{
    static const char *const pieces[] = {
        "{}",
        "[[],{\"a\":\"]\"}]",
        "{\"\\\"\":\"\\\\\"}",
        "{\"x\":\"\\\\\\\"}\"}",
        "{\"k\":[1,2]}",
        "{\"long\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\\\\\\\\"}",
        "{\"b\":\"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\"}\"}",
    };
    for (uint64_t left = 1 + quire_random_below(random, 30); left > 0; left--) {
        assert_int_equal(quire_buf_append_text(text, pieces[quire_random_below(random, 7)]), 0);
        if (left > 1) assert_int_equal(quire_buf_append_text(text, left % 2 ? "," : " ,\n"), 0);
    }
    assert_int_equal(quire_buf_append_text(text, "\n]  \n"), 0);
    assert_int_equal(quire_buf_terminate(text), 0);
}

/* Cuts the text in growing windows, as the decoder does, and counts what it gets. */
static void cut_all(const struct quire_buf *text, size_t step)
{
    struct quire_json_split split = {0};
    size_t at = 0;
    while (at < text->size) {
        size_t window = step, from = 0, end = 0;
        for (;;) {
            size_t left = text->size - at;
            bool at_end = window >= left;
            if (at_end) window = left;
            assert_int_equal(
                quire_json_split_items(&split, text->data + at, window, from, at_end, &end, NULL),
                0);
            size_t expected = plain_cut((const char *)text->data + at, window);
            /* A window's last bytes may be left for the next one. */
            assert_true(end <= window);
            if (split.finished)
                assert_int_equal(end, window);
            else
                assert_true(end <= expected);
            if (end > 0 && !split.finished) {
                size_t again = plain_cut((const char *)text->data + at, end + 2);
                assert_true(again == end || again == end + 2);
            }
            if (end > 0 || at_end) break;
            from = window;
            window += step;
        }
        assert_true(end > 0);
        at += end;
    }
    assert_true(split.finished);
}

static void windows(void **state)
{
    struct quire_random random;
    (void)state;
    quire_random_seed(&random, 3);
    for (int round = 0; round < 200; round++) {
        struct quire_buf text = {0};
        make_items(&text, &random);
        cut_all(&text, 1 + (size_t)quire_random_below(&random, 300));
        cut_all(&text, 1 + (size_t)quire_random_below(&random, 20));
        quire_buf_release(&text);
    }
}

static void expect_end_error(const char *text, int64_t byte)
{
    struct quire_json_split split = {0};
    struct quire_error error;
    size_t end = 0;
    assert_int_equal(
        quire_json_split_items(&split, (const uint8_t *)text, strlen(text), 0, true, &end, &error),
        QUIRE_INPUT);
    assert_int_equal(error.byte, byte);
}

static void bad_ends(void **state)
{
    struct quire_json_split split = {0};
    size_t end = 0;
    (void)state;
    expect_end_error("{}", 2);
    expect_end_error("{\"a", 3);
    expect_end_error("{}] x", 4);
    /* What follows may come in a later window. */
    assert_int_equal(quire_json_split_items(&split, (const uint8_t *)"{}]", 3, 0, true, &end, NULL),
                     0);
    assert_int_equal(end, 3);
    assert_int_equal(
        quire_json_split_items(&split, (const uint8_t *)" \n", 2, 0, false, &end, NULL), 0);
    assert_int_equal(end, 2);
    assert_int_equal(quire_json_split_items(&split, (const uint8_t *)" ]", 2, 0, true, &end, NULL),
                     QUIRE_INPUT);
}

static void item_sizes(void **state)
{
    static const struct {
        const char *text;
        size_t size;
    } items[] = {{"{}, {}", 2},   {"{\"a\":\"},\"} ,", 10}, {"1,2", 1},
                 {"tru]", 3},     {"{\"a\":[1,2]}]", 11},   {"{\"a\"", 4},
                 {"\"a,b\",1", 5}};
    (void)state;
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
        assert_int_equal(
            quire_json_item_size((const uint8_t *)items[i].text, strlen(items[i].text)),
            items[i].size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows),
        cmocka_unit_test(bad_ends),
        cmocka_unit_test(item_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
