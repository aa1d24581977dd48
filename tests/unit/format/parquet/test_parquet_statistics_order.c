/* Values of statistics: how columns order them, which bounds are believed, and of whom. */
#include "format/parquet/read/statistics_order.h"

#include <math.h>

#include "parquet_input_fixture.h"

#define CONVERTED(physical, annotation)                                                   \
    {                                                                                     \
        .type = QUIRE_PARQUET_##physical, .converted_type = QUIRE_CONVERTED_##annotation, \
        .present = QUIRE_ELEMENT_HAS_TYPE | QUIRE_ELEMENT_HAS_CONVERTED                   \
    }
#define BARE(physical)                                                                         \
    {                                                                                          \
        .type = QUIRE_PARQUET_##physical, .present = QUIRE_ELEMENT_HAS_TYPE, .type_length = 12 \
    }

static void test_orders(void **state)
{
    (void)state;
    static const struct {
        struct quire_schema_element element;
        enum quire_order order;
    } cases[] = {
        {BARE(BOOLEAN), QUIRE_ORDER_UNSIGNED},
        {BARE(INT32), QUIRE_ORDER_SIGNED},
        {BARE(INT64), QUIRE_ORDER_SIGNED},
        {BARE(INT96), QUIRE_ORDER_NONE},
        {BARE(FLOAT), QUIRE_ORDER_FLOAT},
        {BARE(DOUBLE), QUIRE_ORDER_FLOAT},
        {BARE(BYTE_ARRAY), QUIRE_ORDER_BYTES},
        {BARE(FIXED_LEN_BYTE_ARRAY), QUIRE_ORDER_BYTES},
        {CONVERTED(INT32, UINT_32), QUIRE_ORDER_UNSIGNED},
        {CONVERTED(INT64, UINT_64), QUIRE_ORDER_UNSIGNED},
        {CONVERTED(INT32, DATE), QUIRE_ORDER_SIGNED},
        {CONVERTED(INT64, TIMESTAMP_MICROS), QUIRE_ORDER_SIGNED},
        {CONVERTED(BYTE_ARRAY, UTF8), QUIRE_ORDER_BYTES},
        /* An annotation that is not for this type may mean any order. */
        {CONVERTED(INT32, UTF8), QUIRE_ORDER_NONE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (quire_parquet_order_of(&cases[i].element) != cases[i].order)
            fail_msg("case %zu: %d", i, (int)quire_parquet_order_of(&cases[i].element));
    struct quire_schema_element interval = CONVERTED(FIXED_LEN_BYTE_ARRAY, INTERVAL);
    interval.type_length = 12;
    assert_int_equal(quire_parquet_order_of(&interval), QUIRE_ORDER_NONE);
    struct quire_schema_element decimal = CONVERTED(BYTE_ARRAY, DECIMAL);
    decimal.precision = 5;
    decimal.present |= QUIRE_ELEMENT_HAS_PRECISION;
    assert_int_equal(quire_parquet_order_of(&decimal), QUIRE_ORDER_WIDE);
    decimal.type = QUIRE_PARQUET_INT32;
    assert_int_equal(quire_parquet_order_of(&decimal), QUIRE_ORDER_SIGNED);
}

static bool bound(const struct quire_schema_element *element, const void *bytes, size_t size,
                  struct quire_order_value *value)
{
    const struct quire_thrift_binary binary = {bytes, size};
    return quire_parquet_order_bound(element, quire_parquet_order_of(element), &binary, value);
}

static void test_bounds_of_the_wrong_kind(void **state)
{
    (void)state;
    const struct quire_schema_element number = BARE(INT32), real = BARE(DOUBLE),
                                      fixed = BARE(FIXED_LEN_BYTE_ARRAY);
    struct quire_order_value value;
    assert_true(bound(&number, "\xff\xff\xff\xff", 4, &value));
    assert_int_equal(value.as.i64, -1);
    assert_false(bound(&number, "\xff\xff\xff", 3, &value));
    assert_false(bound(&number, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, &value));
    assert_false(bound(&number, NULL, 0, &value));
    const double half = 0.5, nan = (double)NAN;
    assert_true(bound(&real, &half, sizeof(half), &value));
    assert_true(value.as.f64 == 0.5);
    assert_false(bound(&real, &nan, sizeof(nan), &value));
    assert_true(bound(&fixed, "ab", 2, &value)); /* may be cut */
    assert_int_equal(value.as.bytes.size, 2);
}

static void test_wide_numbers(void **state)
{
    (void)state;
    struct quire_schema_element decimal = CONVERTED(BYTE_ARRAY, DECIMAL);
    decimal.precision = 40;
    decimal.present |= QUIRE_ELEMENT_HAS_PRECISION;
    struct quire_order_value minus, plus, longer;
    assert_true(bound(&decimal, "\xff\x00", 2, &minus)); /* -256 */
    assert_true(bound(&decimal, "\x01", 1, &plus));
    assert_true(bound(&decimal, "\x00\x00\x01", 3, &longer));
    assert_true(quire_order_compare(QUIRE_ORDER_WIDE, &minus, &plus) < 0);
    assert_true(quire_order_compare(QUIRE_ORDER_WIDE, &longer, &plus) == 0);
    uint8_t bytes[34] = {0};
    assert_true(bound(&decimal, bytes, sizeof(bytes), &longer)); /* zeros before the number */
    bytes[0] = 1;
    assert_false(bound(&decimal, bytes, sizeof(bytes), &longer));
    assert_false(bound(&decimal, "", 0, &longer));
}

static void test_values_asked_for(void **state)
{
    (void)state;
    const struct quire_schema_element micros = CONVERTED(INT64, TIMESTAMP_MICROS),
                                      text = CONVERTED(BYTE_ARRAY, UTF8), flag = BARE(BOOLEAN);
    struct quire_order_value value;
    const int64_t instant = -5;
    struct quire_field field = {.kind = QUIRE_KIND_TIMESTAMP, .unit = QUIRE_MICRO, .width = 8};
    assert_true(
        quire_parquet_order_value(&micros, QUIRE_ORDER_SIGNED, &field, &instant, 8, &value));
    assert_int_equal(value.as.i64, -5);
    field.unit = QUIRE_MILLI; /* counts otherwise */
    assert_false(
        quire_parquet_order_value(&micros, QUIRE_ORDER_SIGNED, &field, &instant, 8, &value));
    field = (struct quire_field){.kind = QUIRE_KIND_LARGE_STRING};
    assert_true(quire_parquet_order_value(&text, QUIRE_ORDER_BYTES, &field, "abc", 3, &value));
    assert_int_equal(value.as.bytes.size, 3);
    const uint8_t truth = 1;
    field = (struct quire_field){.kind = QUIRE_KIND_BOOL};
    assert_true(quire_parquet_order_value(&flag, QUIRE_ORDER_UNSIGNED, &field, &truth, 1, &value));
    assert_true(value.as.u64 == 1);
    assert_false(quire_parquet_order_value(&flag, QUIRE_ORDER_NONE, &field, &truth, 1, &value));
}

/* --- Of whom bounds are believed --- */

/* The bounds of a chunk of ten rows of a file of one column. */
static void chunk_bounds(struct quire_schema_element element, const char *created_by, bool ordered,
                         struct quire_parquet_statistics statistics, struct quire_bounds *bounds)
{
    struct quire_schema_element elements[] = {
        {.name = FIXTURE_BINARY("root"), .present = QUIRE_ELEMENT_HAS_CHILDREN, .num_children = 1},
        element};
    elements[1].name = (struct quire_thrift_binary)FIXTURE_BINARY("a");
    elements[1].present |= QUIRE_ELEMENT_HAS_REPETITION;
    elements[1].repetition_type = QUIRE_PARQUET_OPTIONAL;
    const struct quire_schema_element_list list = {elements, 2};
    struct quire_column_order order = {.present = 1u << QUIRE_ORDER_TYPE};
    struct quire_parquet_input file = {.metadata.column_orders = {&order, ordered}};
    const struct quire_column_metadata metadata = {.type = element.type, .statistics = &statistics};
    quire_created_by_parse((const uint8_t *)created_by, strlen(created_by), &file.created_by);
    assert_int_equal(quire_parquet_schema_of_elements(&list, &file.schema, NULL), 0);
    quire_parquet_chunk_bounds(&file, 0, &metadata, 10, bounds);
    quire_parquet_schema_release(&file.schema);
}

static void test_deprecated_bounds(void **state)
{
    (void)state;
    const struct quire_parquet_statistics old = {.min = FIXTURE_BINARY("\1\0\0\0"),
                                                 .max = FIXTURE_BINARY("\2\0\0\0")};
    const struct quire_schema_element number = BARE(INT32), real = BARE(FLOAT),
                                      whole = CONVERTED(INT32, UINT_32),
                                      text = CONVERTED(BYTE_ARRAY, UTF8);
    struct quire_bounds bounds;
    chunk_bounds(number, "x", false, old, &bounds);
    assert_true(bounds.has_min && bounds.has_max);
    assert_int_equal(bounds.max.as.i64, 2);
    /* They were compared with a sign. */
    chunk_bounds(whole, "x", false, old, &bounds);
    assert_false(bounds.has_min || bounds.has_max);
    chunk_bounds(text, "x", false, old, &bounds);
    assert_false(bounds.has_min || bounds.has_max);
    /* A NaN could be either. */
    chunk_bounds(real, "parquet-cpp version 1.2.0", false, old, &bounds);
    assert_false(bounds.has_min || bounds.has_max);
    chunk_bounds(real, "parquet-cpp version 1.3.0", false, old, &bounds);
    assert_true(bounds.has_min && bounds.has_max && bounds.nans);
}

static void test_bounds_without_order(void **state)
{
    (void)state;
    struct quire_parquet_statistics statistics = {.min_value = FIXTURE_BINARY("\1\0\0\0"),
                                                  .max_value = FIXTURE_BINARY("\2\0\0\0"),
                                                  .present = QUIRE_STATISTICS_HAS_NULL_COUNT,
                                                  .null_count = 3};
    const struct quire_schema_element whole = CONVERTED(INT32, UINT_32), real = BARE(FLOAT);
    struct quire_bounds bounds;
    chunk_bounds(whole, "x", true, statistics, &bounds);
    assert_true(bounds.has_min && bounds.has_max);
    assert_int_equal(bounds.nulls, 3);
    chunk_bounds(whole, "x", false, statistics, &bounds);
    assert_false(bounds.has_min || bounds.has_max);
    statistics.null_count = 11; /* of ten rows */
    chunk_bounds(whole, "x", true, statistics, &bounds);
    assert_int_equal(bounds.nulls, -1);
    /* A NaN as one bound makes the other doubtful. */
    statistics.max_value = (struct quire_thrift_binary)FIXTURE_BINARY("\0\0\xc0\x7f");
    chunk_bounds(real, "x", true, statistics, &bounds);
    assert_false(bounds.has_min || bounds.has_max);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_bounds_of_the_wrong_kind),
        cmocka_unit_test(test_wide_numbers),
        cmocka_unit_test(test_values_asked_for),
        cmocka_unit_test(test_deprecated_bounds),
        cmocka_unit_test(test_bounds_without_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
