/* Options by rows: every type from text and back, and what is said about the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/options.h"

struct sample {
    bool header;
    int64_t threads;
    int64_t offset;
    int64_t page_bytes;
    int64_t timeout_ms;
    double ratio;
    char *null_text;
    char *comment;
    int32_t delimiter;
    int32_t quote_style;
    struct quire_keyed *encoding;
};

#define AT(member) offsetof(struct sample, member)

static const struct quire_option rows[] = {
    {"header", QUIRE_OPTION_BOOL, "on", AT(header), "first line has names", NULL, 0, 0},
    {"threads", QUIRE_OPTION_INT, "4", AT(threads), "workers", NULL, 1, 256},
    {"offset", QUIRE_OPTION_INT, NULL, AT(offset), "any", NULL, 0, 0},
    {"page_bytes", QUIRE_OPTION_SIZE, "64KB", AT(page_bytes), "page", NULL, 1024, 1 << 20},
    {"timeout", QUIRE_OPTION_DURATION, "30s", AT(timeout_ms), "patience", NULL, 0, 0},
    {"ratio", QUIRE_OPTION_NUMBER, "0.5", AT(ratio), "share", NULL, 0, 0},
    {"null_text", QUIRE_OPTION_TEXT, "NULL", AT(null_text), "for nulls", NULL, 0, 0},
    {"comment", QUIRE_OPTION_TEXT, NULL, AT(comment), "prefix", NULL, 0, 0},
    {"delimiter", QUIRE_OPTION_CHAR, ",", AT(delimiter), "between fields", NULL, 0, 0},
    {"quote_style", QUIRE_OPTION_CHOICE, "minimal", AT(quote_style), "when to quote",
     "minimal|all|non_numeric", 0, 0},
    {"encoding", QUIRE_OPTION_KEYED, NULL, AT(encoding), "per column", NULL, 0, 0},
};

static const struct quire_option_table table = {rows, sizeof(rows) / sizeof(rows[0]),
                                                sizeof(struct sample)};

static void set(struct sample *sample, const char *name, const char *value)
{
    struct quire_error error;
    if (quire_options_set(&table, sample, name, value, &error) != 0)
        fail_msg("%s=%s: %s", name, value, error.cause);
}

/* The whole line that the user sees. */
static void refused(struct sample *sample, const char *name, const char *value,
                    const char *expected)
{
    struct quire_error error;
    char line[1024];
    assert_int_equal(quire_options_set(&table, sample, name, value, &error), QUIRE_USAGE);
    assert_int_equal(error.code, QUIRE_USAGE);
    assert_int_equal(quire_options_set(&table, sample, name, value, NULL), QUIRE_USAGE);
    quire_error_format(&error, line, sizeof(line));
    assert_string_equal(line, expected);
}

static void printed(const struct sample *sample, const char *name, const char *expected)
{
    struct quire_buf buf = {0};
    const struct quire_option *row = quire_options_find(&table, name);
    assert_non_null(row);
    assert_int_equal(quire_options_print(row, sample, &buf), 0);
    assert_int_equal(quire_buf_terminate(&buf), 0);
    assert_string_equal((const char *)buf.data, expected);
    quire_buf_release(&buf);
}

static void test_defaults(void **state)
{
    (void)state;
    struct sample sample;
    memset(&sample, 0xa5, sizeof(sample));
    assert_int_equal(quire_options_init(&table, &sample, NULL), 0);
    assert_true(sample.header);
    assert_int_equal(sample.threads, 4);
    assert_int_equal(sample.offset, 0);
    assert_int_equal(sample.page_bytes, 65536);
    assert_int_equal(sample.timeout_ms, 30000);
    assert_true(sample.ratio == 0.5);
    assert_string_equal(sample.null_text, "NULL");
    assert_null(sample.comment);
    assert_int_equal(sample.delimiter, ',');
    assert_int_equal(sample.quote_style, 0);
    assert_null(sample.encoding);
    quire_options_release(&table, &sample);
    static const struct sample zero;
    assert_memory_equal(&sample, &zero, sizeof(sample));
    quire_options_release(&table, &sample);
    quire_options_release(&table, NULL);
}

static void test_every_type(void **state)
{
    (void)state;
    struct sample sample;
    assert_int_equal(quire_options_init(&table, &sample, NULL), 0);
    static const struct {
        const char *name, *value, *text;
    } cases[] = {
        {"header", "off", "off"},
        {"header", "", "on"},
        {"header", "False", "off"},
        {"header", NULL, "on"},
        {"header", "no", "off"},
        {"header", "YES", "on"},
        {"header", "0", "off"},
        {"header", "1", "on"},
        {"threads", "1", "1"},
        {"threads", "256", "256"},
        {"offset", "-9223372036854775808", "-9223372036854775808"},
        {"page_bytes", "1 MiB", "1MB"},
        {"page-bytes", "1536", "1536"},
        {"PAGE_bytes", "3k", "3KB"},
        {"timeout", "250ms", "250ms"},
        {"timeout", "168h", "7d"},
        {"timeout", "90", "90s"},
        {"timeout", "2h", "2h"},
        {"timeout", "0s", "0s"},
        {"ratio", "-1e3", "-1000.0"},
        {"null_text", "", ""},
        {"null-text", "n/a", "n/a"},
        {"comment", "#", "#"},
        {"delimiter", ";", ";"},
        {"delimiter", "\t", "tab"},
        {"delimiter", "\\t", "tab"},
        {"delimiter", "Tab", "tab"},
        {"delimiter", "none", "none"},
        {"quote_style", "ALL", "all"},
        {"quote_style", "non-numeric", "non_numeric"},
        {"encoding", "plain", "plain"},
        {"encoding.a.b-C", "rle", "plain,a.b-C=rle"},
        {"encoding.x", "", "plain,a.b-C=rle,x="},
        {"encoding.a.b-C", "delta", "plain,a.b-C=delta,x="},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        set(&sample, cases[i].name, cases[i].value);
        printed(&sample, cases[i].name, cases[i].text);
    }
    assert_int_equal(sample.delimiter, -1);
    assert_string_equal(quire_options_keyed(sample.encoding, "a.b-C"), "delta");
    assert_string_equal(quire_options_keyed(sample.encoding, "other"), "plain");
    assert_null(quire_options_keyed(sample.encoding->next, "other"));
    quire_options_release(&table, &sample);
}

static void test_bad_values(void **state)
{
    (void)state;
    struct sample sample;
    assert_int_equal(quire_options_init(&table, &sample, NULL), 0);
    refused(&sample, "header", "maybe", "set option: header: 'maybe' is not on or off");
    refused(&sample, "threads", "0", "set option: threads: '0' is not an integer from 1 to 256");
    refused(&sample, "threads", "257",
            "set option: threads: '257' is not an integer from 1 to 256");
    refused(&sample, "threads", "4 ", "set option: threads: '4 ' is not an integer from 1 to 256");
    refused(&sample, "threads", NULL, "set option: threads: a value is needed");
    refused(&sample, "offset", "99999999999999999999",
            "set option: offset: '99999999999999999999' is not an integer");
    refused(&sample, "page-bytes", "2MB",
            "set option: page_bytes: '2MB' is not a size (KB, MB, GB) from 1KB to 1MB");
    refused(&sample, "timeout", "soon", "set option: timeout: 'soon' is not a duration like 30s");
    refused(&sample, "timeout", "-5s", "set option: timeout: '-5s' is not a duration like 30s");
    refused(&sample, "ratio", "nan", "set option: ratio: 'nan' is not a finite number");
    refused(&sample, "ratio", "", "set option: ratio: '' is not a finite number");
    refused(&sample, "delimiter", "ab",
            "set option: delimiter: 'ab' is not one ASCII character, tab or none");
    refused(&sample, "delimiter", "\xc3\xa4",
            "set option: delimiter: '\xc3\xa4' is not one ASCII character, tab or none");
    refused(&sample, "delimiter", "",
            "set option: delimiter: '' is not one ASCII character, tab or none");
    refused(&sample, "quote_style", "most",
            "set option: quote_style: 'most' is not one of minimal|all|non_numeric");
    refused(&sample, "null_text", NULL, "set option: null_text: a value is needed");
    refused(&sample, "encoding.x", NULL, "set option: encoding: a value is needed");
    assert_true(sample.header);
    assert_int_equal(sample.threads, 4);
    assert_int_equal(sample.page_bytes, 65536);
    assert_true(sample.ratio == 0.5);
    assert_int_equal(sample.delimiter, ',');
    assert_int_equal(sample.quote_style, 0);
    assert_null(sample.encoding);
    quire_options_release(&table, &sample);
}

/* Cut after 80 bytes, and not inside the character of two bytes that is there. */
static void test_long_values_are_cut(void **state)
{
    (void)state;
    struct sample sample;
    assert_int_equal(quire_options_init(&table, &sample, NULL), 0);
    char value[400];
    memset(value, 'x', sizeof(value));
    value[79] = '\xc3';
    value[80] = '\xa4';
    value[sizeof(value) - 1] = '\0';
    char expected[200] = "set option: ratio: '";
    memset(expected + 20, 'x', 79);
    strcpy(expected + 99, "...' is not a finite number");
    refused(&sample, "ratio", value, expected);
    quire_options_release(&table, &sample);
}

static void test_unknown_names(void **state)
{
    (void)state;
    struct sample sample;
    assert_int_equal(quire_options_init(&table, &sample, NULL), 0);
    refused(&sample, "delimtier", ";",
            "set option: unknown option 'delimtier'; did you mean 'delimiter'?");
    refused(&sample, "Null-Txt", ";",
            "set option: unknown option 'Null-Txt'; did you mean 'null_text'?");
    refused(&sample, "delim", ";", "set option: unknown option 'delim'; did you mean 'delimiter'?");
    refused(&sample, "delimiter.x", ";",
            "set option: unknown option 'delimiter.x'; did you mean 'delimiter'?");
    refused(&sample, "encodng.x", "rle",
            "set option: unknown option 'encodng.x'; did you mean 'encoding'?");
    refused(&sample, "encoding.", "rle",
            "set option: unknown option 'encoding.'; did you mean 'encoding'?");
    refused(&sample, "zzzzzzzz", "1",
            "set option: unknown option 'zzzzzzzz'; known: header, threads, offset, page_bytes, "
            "timeout, ratio, null_text, comment, delimiter, quote_style, encoding");
    static const struct quire_option_table empty = {NULL, 0, 0};
    struct quire_error error;
    assert_int_equal(quire_options_set(&empty, NULL, "x", "1", &error), QUIRE_USAGE);
    assert_string_equal(error.hint, "there are no options");
    quire_options_release(&table, &sample);
}

static void test_has(void **state)
{
    (void)state;
    assert_true(quire_options_has(&table, "page_bytes"));
    assert_true(quire_options_has(&table, "Page-Bytes"));
    assert_true(quire_options_has(&table, "encoding"));
    assert_true(quire_options_has(&table, "encoding.price"));
    assert_false(quire_options_has(&table, "encoding."));
    assert_false(quire_options_has(&table, "header.price"));
    assert_false(quire_options_has(&table, "page"));
    assert_false(quire_options_has(&table, "page_bytes_max"));
    assert_false(quire_options_has(&table, ""));
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"convert", "count", "cat", "schema", "stats"};
    assert_string_equal(quire_options_nearest(names, 5, "convret"), "convert");
    assert_string_equal(quire_options_nearest(names, 5, "CONVERT"), "convert");
    assert_string_equal(quire_options_nearest(names, 5, "coutn"), "count");
    assert_string_equal(quire_options_nearest(names, 5, "conv"), "convert");
    assert_string_equal(quire_options_nearest(names, 5, "stat"), "stats");
    assert_string_equal(quire_options_nearest(names, 5, "co"), "convert");
    assert_null(quire_options_nearest(names, 5, "frobnicate"));
    assert_null(quire_options_nearest(names, 0, "convert"));
    char text[200];
    memset(text, 'c', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    assert_null(quire_options_nearest(names, 5, text));
}

static void test_apply_stops_at_the_first_failure(void **state)
{
    (void)state;
    struct sample sample;
    assert_int_equal(quire_options_init(&table, &sample, NULL), 0);
    static const struct quire_setting settings[] = {
        {"threads", "2"}, {"ratio", "x"}, {"threads", "3"}};
    assert_int_equal(quire_options_apply(&table, &sample, settings, 3, NULL), QUIRE_USAGE);
    assert_int_equal(sample.threads, 2);
    quire_options_release(&table, &sample);
}

static void test_absent_values_print_nothing(void **state)
{
    (void)state;
    static const struct sample zero;
    printed(&zero, "comment", "");
    printed(&zero, "delimiter", "");
    printed(&zero, "encoding", "");
    printed(&zero, "header", "off");
    printed(&zero, "page_bytes", "0");
    printed(&zero, "quote_style", "minimal");
}

static void test_bad_default(void **state)
{
    (void)state;
    static const struct quire_option bad_rows[] = {
        {"null_text", QUIRE_OPTION_TEXT, "x", AT(null_text), "", NULL, 0, 0},
        {"threads", QUIRE_OPTION_INT, "many", AT(threads), "", NULL, 0, 0},
    };
    static const struct quire_option_table bad = {bad_rows, 2, sizeof(struct sample)};
    static const struct sample zero;
    struct sample sample;
    assert_int_equal(quire_options_init(&bad, &sample, NULL), QUIRE_USAGE);
    assert_memory_equal(&sample, &zero, sizeof(sample));
}

/* -- memory running out ----------------------------------------------------- */

static int allocations_left;
static int blocks_held;

static void *counted_allocate(size_t size)
{
    if (allocations_left-- <= 0) return NULL;
    blocks_held++;
    return malloc(size);
}

static void *counted_reallocate(void *block, size_t size)
{
    if (allocations_left-- <= 0) return NULL;
    if (block == NULL) blocks_held++;
    return realloc(block, size);
}

static void counted_release(void *block)
{
    blocks_held--;
    free(block);
}

static const struct quire_alloc_hooks counted_hooks = {counted_allocate, counted_reallocate,
                                                       counted_release};

static int use_options(struct sample *sample)
{
    static const struct quire_setting settings[] = {
        {"null_text", "n/a"}, {"comment", "#"},        {"encoding", "plain"},
        {"encoding.x", "a"},  {"encoding.x", "delta"}, {"threads", "9"},
    };
    int code = quire_options_init(&table, sample, NULL);
    if (code != 0) return code;
    code = quire_options_apply(&table, sample, settings, 6, NULL);
    struct quire_buf buf = {0};
    if (code == 0) code = quire_options_print(&rows[10], sample, &buf);
    quire_buf_release(&buf);
    return code;
}

static void test_nth_allocation_fails(void **state)
{
    (void)state;
    int code = QUIRE_MEMORY;
    int n = 0;
    for (; code != 0; n++) {
        struct sample sample;
        allocations_left = n;
        blocks_held = 0;
        quire_alloc_set_hooks(&counted_hooks);
        code = use_options(&sample);
        assert_true(code == 0 || code == QUIRE_MEMORY);
        quire_options_release(&table, &sample);
        quire_alloc_set_hooks(NULL);
        assert_int_equal(blocks_held, 0);
    }
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_every_type),
        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_long_values_are_cut),
        cmocka_unit_test(test_unknown_names),
        cmocka_unit_test(test_has),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_apply_stops_at_the_first_failure),
        cmocka_unit_test(test_absent_values_print_nothing),
        cmocka_unit_test(test_bad_default),
        cmocka_unit_test(test_nth_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
