#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "quire/batch.h"
#include "table/files/file_stats_json.h"

/* The statistics of one row that is the least and the greatest. */
static const char *write(const char *text, struct quire_column_stats *columns, size_t size,
                         int64_t told)
{
    static struct quire_buf out;
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    struct quire_field *fields = NULL;
    const struct quire_file_stats stats = {.rows = 3, .columns_size = size, .columns = columns};
    quire_buf_release(&out);
    assert_int_equal(quire_schema_parse(text, strlen(text), &schema, NULL), 0);
    assert_int_equal(quire_field_open(&schema, &fields, NULL), 0);
    assert_int_equal(quire_file_stats_json(fields, &stats, told, &out), 0);
    quire_field_close(fields);
    assert_int_equal(quire_buf_terminate(&out), 0);
    return (const char *)out.data;
}

static struct quire_column_stats of(const void *min, const void *max, size_t size)
{
    return (struct quire_column_stats){.min = min,
                                       .max = max,
                                       .min_size = size,
                                       .max_size = size,
                                       .min_exact = true,
                                       .max_exact = true};
}

static void test_times(void **state)
{
    static const int64_t min = -1, max = 1999;
    struct quire_column_stats columns[] = {of(&min, &max, 8), of(&min, &max, 8)};
    (void)state;
    assert_string_equal(write("a timestamp(us, UTC), b timestamp(ns)", columns, 2, -1),
                        "{\"numRecords\":3,\"minValues\":{\"a\":\"1969-12-31T23:59:59.999Z\","
                        "\"b\":\"1969-12-31T23:59:59.999\"},"
                        "\"maxValues\":{\"a\":\"1970-01-01T00:00:00.001Z\","
                        "\"b\":\"1970-01-01T00:00:00.000\"},"
                        "\"nullCount\":{\"a\":0,\"b\":0}}");
}

static void test_nan_is_above_all(void **state)
{
    static const double min = -0.5, max = 2;
    static const float single = 5.9604645e-8f;
    struct quire_column_stats columns[] = {of(&min, &max, 8), of(&min, &max, 8),
                                           of(&single, &single, 4)};
    (void)state;
    columns[0].nans = 1;
    columns[1].nans = -1;
    assert_string_equal(
        write("a float64, b float64, c float32", columns, 3, -1),
        "{\"numRecords\":3,\"minValues\":{\"a\":-0.5,\"b\":-0.5,\"c\":5.960464477539063e-08},"
        "\"maxValues\":{\"c\":5.960464477539063e-08},\"nullCount\":{\"a\":0,\"b\":0,\"c\":0}}");
}

static void test_nesting_and_what_is_told(void **state)
{
    static const int32_t min = 1, max = 9;
    struct quire_column_stats columns[] = {of(&min, &max, 4), of(&min, &max, 4), of(&min, &max, 4),
                                           of(&min, &max, 4)};
    static const char schema[] = "s struct<a: int32, l: list<int32>, b: int32>, c int32";
    (void)state;
    columns[3].nulls = -1;
    assert_string_equal(write(schema, columns, 4, -1),
                        "{\"numRecords\":3,\"minValues\":{\"s\":{\"a\":1,\"b\":1},\"c\":1},"
                        "\"maxValues\":{\"s\":{\"a\":9,\"b\":9},\"c\":9},"
                        "\"nullCount\":{\"s\":{\"a\":0,\"b\":0}}}");
    assert_string_equal(write(schema, columns, 4, 1),
                        "{\"numRecords\":3,\"minValues\":{\"s\":{\"a\":1}},"
                        "\"maxValues\":{\"s\":{\"a\":9}},\"nullCount\":{\"s\":{\"a\":0}}}");
    assert_string_equal(write(schema, columns, 4, 0),
                        "{\"numRecords\":3,\"minValues\":{},\"maxValues\":{},\"nullCount\":{}}");
}

/* An extreme that the encoder cut is no value: a maximum is raised even when it is short. */
static void test_texts_that_were_cut(void **state)
{
    struct quire_column_stats columns[] = {of("ab", "ab", 2),
                                           of("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", 4)};
    (void)state;
    columns[0].max_exact = columns[1].max_exact = false;
    assert_string_equal(write("a string, b string", columns, 2, -1),
                        "{\"numRecords\":3,\"minValues\":{\"a\":\"ab\",\"b\":\"\xf4\x8f\xbf\xbf\"},"
                        "\"maxValues\":{\"a\":\"ac\"},\"nullCount\":{\"a\":0,\"b\":0}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_nan_is_above_all),
        cmocka_unit_test(test_nesting_and_what_is_told),
        cmocka_unit_test(test_texts_that_were_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
