/* Every scalar type's text reads back as the same value, and texts that are not
 * values are refused for the right reason without a trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "data/value_text.h"
#include "fault_alloc.h"
#include "random_column.h"

#define ROWS 400

/* A one-column batch of a type. */
struct table {
    struct quire_field *root;
    struct quire_column *batch;
};

static struct quire_field *field_of(const char *type)
{
    char text[96];
    snprintf(text, sizeof(text), "a %s", type);
    return random_column_field(text);
}

static struct table table_of(const char *type)
{
    struct table table = {.root = field_of(type)};
    assert_int_equal(quire_column_new(table.root, &table.batch, NULL), 0);
    return table;
}

static void table_free(struct table *table)
{
    quire_column_free(table->batch);
    quire_field_close(table->root);
}

static struct ArrowArray table_finish(struct table *table)
{
    struct ArrowArray array;
    table->batch->length = table->batch->children[0].length;
    assert_int_equal(quire_column_finish(table->batch, &array, NULL), 0);
    return array;
}

/* Writes every value of a view and parses it into the second table. */
static void read_back(const struct quire_view *view, const struct quire_value_style *style,
                      struct quire_column *column)
{
    struct quire_buf text = {0};
    for (int64_t row = 0; row < view->length; row++) {
        if (quire_view_is_null(view, row)) {
            assert_int_equal(quire_column_append_null(column), 0);
            continue;
        }
        text.size = 0;
        assert_int_equal(quire_value_write(view, row, style, &text), 0);
        enum quire_value_result result =
            quire_value_parse(column, (const char *)text.data, text.size, style);
        if (result != QUIRE_VALUE_OK)
            fail_msg("\"%.*s\" is not read back: %d", (int)text.size, (const char *)text.data,
                     result);
    }
    quire_buf_release(&text);
}

static void check_round_trip(const char *type, const struct quire_value_style *style)
{
    struct quire_random random;
    quire_random_seed(&random, 7);
    struct table a = table_of(type), b = table_of(type);
    for (int i = 0; i < ROWS; i++)
        random_column_append(&a.batch->children[0], &random, 8);
    struct ArrowArray first = table_finish(&a);
    struct quire_view *view = NULL;
    assert_int_equal(quire_view_new(a.root, &view, NULL), 0);
    assert_int_equal(quire_view_set(view, &first, NULL), 0);
    read_back(&view->children[0], style, &b.batch->children[0]);
    struct ArrowArray second = table_finish(&b);
    struct ArrowSchema schema;
    struct quire_error difference;
    assert_int_equal(quire_field_to_schema(a.root, &schema, NULL), 0);
    if (!quire_array_equal(&schema, &first, &second, &difference))
        fail_msg("%s: row %d: %s", type, (int)difference.row, difference.cause);
    quire_schema_release(&schema);
    quire_view_free(view);
    quire_array_release(&first);
    quire_array_release(&second);
    table_free(&a);
    table_free(&b);
}

static void test_round_trip(void **state)
{
    (void)state;
    const struct quire_value_style plain = {0};
    const struct quire_value_style other = {.binary_hex = true, .space_separator = true};
    for (size_t i = 0; i < random_column_types_size; i++) {
        check_round_trip(random_column_types[i], &plain);
        check_round_trip(random_column_types[i], &other);
    }
}

static void check_text(const char *type, const char *text, const char *expected)
{
    struct table table = table_of(type);
    const struct quire_value_style style = {0};
    assert_int_equal(quire_value_parse(&table.batch->children[0], text, strlen(text), &style),
                     QUIRE_VALUE_OK);
    struct ArrowArray array = table_finish(&table);
    struct quire_view *view = NULL;
    struct quire_buf out = {0};
    assert_int_equal(quire_view_new(table.root, &view, NULL), 0);
    assert_int_equal(quire_view_set(view, &array, NULL), 0);
    assert_int_equal(quire_value_write(&view->children[0], 0, &style, &out), 0);
    assert_int_equal(quire_buf_terminate(&out), 0);
    assert_string_equal((const char *)out.data, expected);
    quire_buf_release(&out);
    quire_view_free(view);
    quire_array_release(&array);
    table_free(&table);
}

static void test_texts(void **state)
{
    (void)state;
    check_text("bool", "TRUE", "true");
    check_text("int64", "-9223372036854775808", "-9223372036854775808");
    check_text("uint64", "18446744073709551615", "18446744073709551615");
    check_text("float64", "0.1", "0.1");
    check_text("float64", "-inf", "-inf");
    check_text("float64", "NaN", "nan");
    check_text("float32", "0.1", "0.1");
    check_text("float16", "0.1", "0.1");
    check_text("decimal(10,2)", "12.5", "12.50");
    check_text("decimal(10,2)", "-0.5", "-0.50");
    check_text("decimal(18,0)", "-999999999999999999", "-999999999999999999");
    check_text("decimal(18,18)", "0.999999999999999999", "0.999999999999999999");
    check_text("decimal(4,2)", "99.990", "99.99");
    check_text("decimal(4,2)", "1e1", "10.00");
    check_text("decimal(4,2)", "+7", "7.00");
    check_text("date", "1969-12-31", "1969-12-31");
    check_text("date64", "1969-12-31", "1969-12-31");
    check_text("time(ms)", "23:59:59.5", "23:59:59.500");
    check_text("timestamp(s)", "2024-02-29", "2024-02-29T00:00:00");
    check_text("timestamp(us)", "2024-02-29 10:00:00.25", "2024-02-29T10:00:00.250000");
    check_text("timestamp(s, UTC)", "2024-02-29T10:00:00+02:00", "2024-02-29T08:00:00Z");
    check_text("timestamp(s, UTC)", "2024-02-29T10:00:00", "2024-02-29T10:00:00Z");
    check_text("timestamp(s, etc/utc)", "2024-02-29T10:00:00", "2024-02-29T10:00:00Z");
    check_text("timestamp(s, +00:00)", "2024-02-29T10:00:00", "2024-02-29T10:00:00Z");
    check_text("timestamp(s, +05:30)", "1969-12-31T23:59:59Z", "1970-01-01T05:29:59+05:30");
    check_text("duration(ms)", "P1DT2H3M4.005S", "P1DT2H3M4.005S");
    check_text("interval", "P1Y2M3DT4H5M6.7S", "P1Y2M3DT4H5M6.7S");
    check_text("binary", "AAEC", "AAEC");
    check_text("binary", "", "");
    check_text("string", "", "");
    check_text("uuid", "00112233-4455-6677-8899-AABBCCDDEEFF",
               "00112233-4455-6677-8899-aabbccddeeff");
    check_text("dictionary<decimal(4,1)>", "1.5", "1.5");
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *type, *text;
        enum quire_value_result result;
    } cases[] = {
        {"bool", "yes", QUIRE_VALUE_MISMATCH},
        {"bool", "1", QUIRE_VALUE_MISMATCH},
        {"int32", "1.0", QUIRE_VALUE_MISMATCH},
        {"int32", "", QUIRE_VALUE_MISMATCH},
        {"int32", " 1", QUIRE_VALUE_MISMATCH},
        {"int32", "12x", QUIRE_VALUE_MISMATCH},
        {"int8", "128", QUIRE_VALUE_RANGE},
        {"int8", "-129", QUIRE_VALUE_RANGE},
        {"uint8", "-1", QUIRE_VALUE_RANGE},
        {"int64", "9223372036854775808", QUIRE_VALUE_RANGE},
        {"uint64", "18446744073709551616", QUIRE_VALUE_RANGE},
        {"uint64", "-1", QUIRE_VALUE_RANGE},
        {"float64", "1e999", QUIRE_VALUE_RANGE},
        {"float64", "1,5", QUIRE_VALUE_MISMATCH},
        {"float64", "", QUIRE_VALUE_MISMATCH},
        {"float32", "1e39", QUIRE_VALUE_RANGE},
        {"float16", "65520", QUIRE_VALUE_RANGE},
        {"decimal(5,2)", "1000", QUIRE_VALUE_RANGE},
        {"decimal(5,2)", "1000.00", QUIRE_VALUE_RANGE},
        {"decimal(18,0)", "1000000000000000000", QUIRE_VALUE_RANGE},
        {"decimal(5,2)", "", QUIRE_VALUE_MISMATCH},
        {"decimal(5,2)", "-", QUIRE_VALUE_MISMATCH},
        {"decimal(5,2)", ".", QUIRE_VALUE_MISMATCH},
        {"decimal(5,2)", "1.555", QUIRE_VALUE_PRECISE},
        {"decimal(5,2)", "1.5.5", QUIRE_VALUE_MISMATCH},
        {"date", "2023-02-29", QUIRE_VALUE_MISMATCH},
        {"date", "Jan 1 2000", QUIRE_VALUE_MISMATCH},
        {"time(s)", "10:00:00.5", QUIRE_VALUE_PRECISE},
        {"time(s)", "24:00:00", QUIRE_VALUE_MISMATCH},
        {"timestamp(s)", "2024-01-01T00:00:00.5", QUIRE_VALUE_PRECISE},
        {"timestamp(s)", "2024-01-01T00:00:00Z", QUIRE_VALUE_MISMATCH},
        {"timestamp(ns)", "3024-01-01T00:00:00", QUIRE_VALUE_RANGE},
        {"timestamp(s, +05:30)", "2024-01-01T00:00:00", QUIRE_VALUE_MISMATCH},
        {"timestamp(s, Europe/London)", "2024-01-01T00:00:00", QUIRE_VALUE_MISMATCH},
        {"duration(s)", "PT0.5S", QUIRE_VALUE_PRECISE},
        {"duration(s)", "P1M", QUIRE_VALUE_MISMATCH},
        {"interval_months", "P1D", QUIRE_VALUE_MISMATCH},
        {"interval_day_time", "P1M", QUIRE_VALUE_MISMATCH},
        {"interval_day_time", "PT0.0005S", QUIRE_VALUE_PRECISE},
        {"interval_day_time", "PT999999H", QUIRE_VALUE_RANGE},
        {"string", "\xff", QUIRE_VALUE_UTF8},
        {"dictionary<string>", "a\xff", QUIRE_VALUE_UTF8},
        {"binary", "A", QUIRE_VALUE_MISMATCH},
        {"fixed_binary(7)", "AAEC", QUIRE_VALUE_MISMATCH},
        {"uuid", "0011", QUIRE_VALUE_MISMATCH},
        {"dictionary<int8>", "128", QUIRE_VALUE_RANGE},
    };
    const struct quire_value_style style = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct table table = table_of(cases[i].type);
        struct quire_column *column = &table.batch->children[0];
        struct quire_error error;
        enum quire_value_result result =
            quire_value_parse(column, cases[i].text, strlen(cases[i].text), &style);
        if (result != cases[i].result)
            fail_msg("\"%s\" as %s: %d", cases[i].text, cases[i].type, result);
        assert_int_equal(column->length, 0);
        assert_int_equal(column->bytes.size, 0);
        assert_int_equal(quire_value_fail(result, column->field, cases[i].text,
                                          strlen(cases[i].text), "read csv", &error),
                         QUIRE_INPUT);
        assert_string_equal(error.operation, "read csv");
        table_free(&table);
    }
}

static void check_message(const char *type, enum quire_value_result result, const char *text,
                          const char *expected)
{
    struct table table = table_of(type);
    struct quire_error error;
    quire_value_fail(result, &table.root->children[0], text, strlen(text), "read", &error);
    assert_string_equal(error.cause, expected);
    table_free(&table);
}

static void test_messages(void **state)
{
    (void)state;
    check_message("int32", QUIRE_VALUE_MISMATCH, "12x", "\"12x\" is not an int32");
    check_message("date", QUIRE_VALUE_MISMATCH, "\x1b[31m\xff", "\"\\x1b[31m\\xff\" is not a date");
    check_message("int8", QUIRE_VALUE_RANGE, "300", "\"300\" is out of the range of an int8");
    check_message("time(s)", QUIRE_VALUE_PRECISE, "00:00:00.5",
                  "\"00:00:00.5\" has more digits than a time(s) keeps");
    check_message("string", QUIRE_VALUE_UTF8, "a\xc3", "\"a\\xc3\" is not valid UTF-8");
    check_message("int8", QUIRE_VALUE_MISMATCH,
                  "0123456789012345678901234567890123456789012345678901234567890123456789",
                  "\"012345678901234567890123456789012345678901234567890123456789…\" is not an "
                  "int8");
}

/* An offset that 32 bits cannot hold is refused before anything is written. */
static void test_full(void **state)
{
    (void)state;
    const struct quire_value_style style = {0};
    struct table table = table_of("string");
    struct quire_column *column = &table.batch->children[0];
    struct quire_error error;
    column->bytes.size = (size_t)INT32_MAX - 3;
    assert_int_equal(quire_value_parse(column, "abcd", 4, &style), QUIRE_VALUE_FULL);
    assert_int_equal(column->length, 0);
    column->bytes.size = 0;
    assert_int_equal(quire_value_fail(QUIRE_VALUE_FULL, column->field, "", 0, "read", &error),
                     QUIRE_LIMIT);
    table_free(&table);
}

/* Writes the texts of random values of a type, one a call. */
static struct quire_buf text_of(const char *type, uint64_t seed)
{
    struct quire_random random;
    struct table table = table_of(type);
    struct quire_view *view = NULL;
    struct quire_buf text = {0};
    quire_random_seed(&random, seed);
    random_column_append(&table.batch->children[0], &random, 0);
    struct ArrowArray array = table_finish(&table);
    assert_int_equal(quire_view_new(table.root, &view, NULL), 0);
    assert_int_equal(quire_view_set(view, &array, NULL), 0);
    assert_int_equal(
        quire_value_write(&view->children[0], 0, &(struct quire_value_style){0}, &text), 0);
    quire_view_free(view);
    quire_array_release(&array);
    table_free(&table);
    return text;
}

static void test_allocation_failures(void **state)
{
    (void)state;
    const struct quire_value_style style = {0};
    for (size_t i = 0; i < random_column_types_size; i++) {
        struct quire_buf text = text_of(random_column_types[i], 3);
        struct quire_field *root = field_of(random_column_types[i]);
        for (int64_t n = 1;; n++) {
            struct quire_column *batch = NULL;
            fault_alloc_arm(n);
            if (quire_column_new(root, &batch, NULL) == 0) {
                struct quire_column *column = &batch->children[0];
                for (int64_t row = 0; row < 20; row++) {
                    enum quire_value_result result =
                        quire_value_parse(column, (const char *)text.data, text.size, &style);
                    if (result == QUIRE_VALUE_OK) continue;
                    assert_int_equal(result, QUIRE_VALUE_MEMORY);
                    assert_int_equal(column->length, row);
                    assert_int_equal(
                        quire_value_parse(column, (const char *)text.data, text.size, &style),
                        QUIRE_VALUE_OK);
                }
            }
            quire_column_free(batch);
            assert_int_equal(fault_alloc_held(), 0);
            if (!fault_alloc_disarm()) break;
        }
        quire_field_close(root);
        quire_buf_release(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_texts),
        cmocka_unit_test(test_refusals),   cmocka_unit_test(test_messages),
        cmocka_unit_test(test_full),       cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
