/* Several inputs as one stream: their common schema, and what fails. */
#include "file_fixture.h"

#include <stdio.h>

#include "fault_alloc.h"

#define A "mem://read-all/a"
#define B "mem://read-all/b"

/* Puts two texts under names with the extensions and reads both. */
static int open_two(const char *extension, const char *first, const char *second,
                    const struct quire_read_options *options, struct ArrowArrayStream *stream,
                    struct quire_error *error)
{
    static char a[64], b[64];
    const char *urls[] = {a, b};
    snprintf(a, sizeof(a), A "%s", extension);
    snprintf(b, sizeof(b), B "%s", extension);
    assert_int_equal(test_put(a, first, NULL, NULL, NULL), 0);
    assert_int_equal(test_put(b, second, NULL, NULL, NULL), 0);
    return quire_file_read_all(urls, 2, options, stream, error);
}

static void expect(const char *extension, const char *first, const char *second, const char *schema,
                   const char *rows)
{
    struct ArrowArrayStream stream = {.release = NULL};
    assert_int_equal(open_two(extension, first, second, NULL, &stream, NULL), 0);
    assert_string_equal(fixture_schema_of(&stream), schema);
    assert_string_equal(fixture_rows_of(&stream, NULL), rows);
}

static void test_widens(void **state)
{
    (void)state;
    expect(".csv", "a\n1\n", "a\n2\n", "a int64\n", "{\"a\":1}\n{\"a\":2}\n");
    expect(".csv", "a\n1\n", "a\n2.5\n", "a float64\n", "{\"a\":1.0}\n{\"a\":2.5}\n");
    expect(".csv", "a\n1.5\n", "a\n2\n", "a float64\n", "{\"a\":1.5}\n{\"a\":2.0}\n");
    expect(".csv", "a\n1\n", "a\nx\n", "a string\n", "{\"a\":\"1\"}\n{\"a\":\"x\"}\n");
    expect(".jsonl", "{\"a\":1}\n", "{\"a\":2.5}\n", "a float64\n", "{\"a\":1.0}\n{\"a\":2.5}\n");
}

/* As within one file. */
static void test_widens_as_inference_does(void **state)
{
    static const struct {
        const char *first, *second, *schema;
    } cases[] = {
        {"\"2020-01-01\"", "\"x\"", "a string\n"},
        {"\"x\"", "\"2020-01-01T10:00:00\"", "a string\n"},
        {"\"2020-01-01T10:00:00Z\"", "\"2020-01-01T10:00:00\"", "a string\n"},
        {"\"2020-01-01T10:00:00Z\"", "\"2020-01-01\"", "a string\n"},
        {"\"2020-01-01\"", "\"2020-01-01T10:00:00.1234567\"", "a timestamp(ns)\n"},
        {"18446744073709551615", "-1", "a decimal(38,0)\n"},
        {"1", "18446744073709551616", "a decimal(38,0)\n"},
        {"18446744073709551616", "0.5", "a float64\n"},
        {"null", "{\"b\":1}", "a struct<b:int64>\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ArrowArrayStream stream = {.release = NULL};
        struct quire_error error = {0};
        char first[64], second[64];
        snprintf(first, sizeof(first), "{\"a\":%s}\n", cases[i].first);
        snprintf(second, sizeof(second), "{\"a\":%s}\n", cases[i].second);
        if (open_two(".jsonl", first, second, NULL, &stream, &error) != 0)
            fail_msg("%s: %s", cases[i].second, error.cause);
        assert_string_equal(fixture_schema_of(&stream), cases[i].schema);
        assert_non_null(fixture_rows_of(&stream, &error));
    }
}

static void test_mixtures(void **state)
{
    const struct quire_read_options json = {.records.mixed = QUIRE_MIXED_JSON};
    const struct quire_read_options floats = {.records.numbers = QUIRE_NUMBERS_FLOAT};
    struct ArrowArrayStream stream = {.release = NULL};
    (void)state;
    assert_int_equal(
        open_two(".jsonl", "{\"a\":1}\n", "{\"a\":{\"b\":[]}}\n", &json, &stream, NULL), 0);
    assert_string_equal(fixture_rows_of(&stream, NULL), "{\"a\":1}\n{\"a\":{\"b\":[]}}\n");
    assert_int_equal(open_two(".jsonl", "{\"a\":18446744073709551615}\n", "{\"a\":-1}\n", &floats,
                              &stream, NULL),
                     0);
    assert_string_equal(fixture_schema_of(&stream), "a float64\n");
    quire_stream_release(&stream);
}

static void test_missing_columns_are_null(void **state)
{
    (void)state;
    expect(".jsonl", "{\"a\":1,\"b\":\"x\"}\n", "{\"b\":\"y\",\"c\":true}\n",
           "a int64\nb string\nc bool\n",
           "{\"a\":1,\"b\":\"x\",\"c\":null}\n{\"a\":null,\"b\":\"y\",\"c\":true}\n");
}

static void test_no_common_type_names_the_file(void **state)
{
    struct ArrowArrayStream stream = {.release = NULL};
    struct quire_error error = {0};
    (void)state;
    assert_int_equal(open_two(".jsonl", "{\"a\":1}\n", "{\"a\":\"x\"}\n", NULL, &stream, &error),
                     QUIRE_INPUT);
    assert_string_equal(error.path, B ".jsonl");
    assert_string_equal(error.column, "a");
}

static void test_late_failure_names_the_file(void **state)
{
    struct ArrowArrayStream stream = {.release = NULL};
    struct quire_error error = {0};
    struct ArrowSchema schema = fixture_schema("a int64");
    struct quire_read_options options = {.records.schema = &schema};
    (void)state;
    assert_int_equal(open_two(".csv", "a\n1\n", "a\nx\n", &options, &stream, &error), 0);
    assert_null(fixture_rows_of(&stream, &error));
    quire_schema_release(&schema);
    assert_int_equal(error.code, QUIRE_INPUT);
    assert_string_equal(error.path, B ".csv");
}

static void test_columns(void **state)
{
    static const char *const columns[] = {"b"};
    struct quire_read_options options = {
        .records = {.columns = columns, .columns_size = 1, .columns_given = true}};
    struct ArrowArrayStream stream = {.release = NULL};
    (void)state;
    assert_int_equal(open_two(".csv", "a,b\n1,2\n", "a,b\nx,2.5\n", &options, &stream, NULL), 0);
    assert_string_equal(fixture_rows_of(&stream, NULL), "{\"b\":2.0}\n{\"b\":2.5}\n");
}

static void test_requests_that_fail(void **state)
{
    const char *none[] = {A ".csv", "mem://read-all/none.csv"}, *standard[] = {A ".csv", "-"};
    struct ArrowArrayStream stream = {.release = NULL};
    struct quire_error error = {0};
    (void)state;
    assert_int_equal(test_put(none[0], "a\n1\n", NULL, NULL, NULL), 0);
    assert_int_equal(quire_file_read_all(none, 0, NULL, &stream, &error), QUIRE_USAGE);
    assert_int_equal(quire_file_read_all(none, 2, NULL, &stream, &error), QUIRE_NOT_FOUND);
    assert_non_null(strstr(error.path, "none.csv"));
    assert_int_equal(quire_file_read_all(standard, 2, NULL, &stream, &error), QUIRE_USAGE);
    assert_null(stream.release);
}

/* Reads both to their end without keeping anything. */
static int drain(struct ArrowArrayStream *stream)
{
    struct ArrowArray batch = {.release = NULL};
    int code;
    do {
        quire_array_release(&batch);
        code = quire_stream_next(stream, &batch, NULL);
    } while (code == 0 && batch.release != NULL);
    return code;
}

static void test_every_allocation_fails(void **state)
{
    const char *urls[] = {A ".csv", B ".jsonl"};
    (void)state;
    assert_int_equal(test_put(urls[0], "a,b\n1,x\n", NULL, NULL, NULL), 0);
    assert_int_equal(test_put(urls[1], "{\"a\":2.5}\n", NULL, NULL, NULL), 0);
    for (int64_t n = 1;; n++) {
        struct ArrowArrayStream stream = {.release = NULL};
        fault_alloc_arm(n);
        int code = quire_file_read_all(urls, 2, NULL, &stream, NULL);
        if (code == 0) code = drain(&stream);
        quire_stream_release(&stream);
        bool fired = fault_alloc_disarm();
        assert_int_equal(fault_alloc_held(), 0);
        /* Comparing two schemas without memory only costs a cast that was not needed. */
        assert_true(code == QUIRE_MEMORY || code == 0);
        if (fired) continue;
        assert_int_equal(code, 0);
        break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_widens),
        cmocka_unit_test(test_widens_as_inference_does),
        cmocka_unit_test(test_mixtures),
        cmocka_unit_test(test_missing_columns_are_null),
        cmocka_unit_test(test_no_common_type_names_the_file),
        cmocka_unit_test(test_late_failure_names_the_file),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_requests_that_fail),
        cmocka_unit_test(test_every_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
