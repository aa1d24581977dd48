/* Physical values to Arrow's, one by one: what comes out, and what is refused. */
#include "parquet_fixture.h"

#include "data/field_format.h"
#include "format/parquet/parquet_schema.h"
#include "format/parquet/read/leaf_convert.h"
#include "random_column.h"

/* The element of a column of one type, converted for a field of another. */
static int choose(const char *written, const char *read, struct quire_conversion *conversion)
{
    struct quire_field *from = random_column_field(written), to = {0};
    struct quire_parquet_schema schema = {0};
    assert_true(quire_field_parse_format(read, &to));
    to.format = read;
    assert_int_equal(quire_parquet_schema_of_fields(from, &schema, NULL), 0);
    int code =
        quire_conversion_choose(quire_parquet_leaf_element(&schema, 0), &to, conversion, NULL);
    quire_parquet_schema_release(&schema);
    quire_field_close(from);
    return code;
}

static void expect(const char *written, const char *read, const void *in, const void *out)
{
    struct quire_conversion conversion;
    uint8_t got[32];
    uint64_t aligned[4];
    memcpy(aligned, in, 16);
    assert_int_equal(choose(written, read, &conversion), 0);
    assert_non_null(conversion.run);
    if (out == NULL) {
        assert_int_equal(conversion.run(&conversion, aligned, got, 1), 0);
    } else {
        assert_int_equal(conversion.run(&conversion, aligned, got, 1), 1);
        assert_memory_equal(got, out, conversion.out_width);
    }
}

#define I8(value)  (&(const int8_t[16]){value})
#define I16(value) (&(const int16_t[8]){value})
#define I32(value) (&(const int32_t[8]){value})
#define I64(value) (&(const int64_t[4]){value})

static void test_integers(void **state)
{
    (void)state;
    expect("a int8", "c", I32(-128), I8(-128));
    expect("a int8", "c", I32(-129), NULL);
    expect("a int8", "c", I32(128), NULL);
    expect("a uint8", "C", I32(255), I8(-1));
    expect("a uint8", "C", I32(-1), NULL);
    expect("a int16", "s", I32(32767), I16(32767));
    expect("a uint16", "S", I32(65536), NULL);
    expect("a int32", "l", I32(-7), I64(-7));
    expect("a int64", "I", I64(4294967295), I32(-1));
    expect("a int64", "I", I64(4294967296), NULL);
    expect("a int64", "i", I64(-2147483648LL), I32(INT32_MIN));
}

static void test_times(void **state)
{
    (void)state;
    expect("a timestamp(ms)", "tss:", I64(-3000), I64(-3));
    expect("a timestamp(ms)", "tss:", I64(-3001), NULL);
    expect("a timestamp(us)", "tsn:", I64(5), I64(5000));
    expect("a timestamp(us)", "tsn:", I64(INT64_MAX / 999), NULL);
    expect("a time(ms)", "tts", I32(2000), I32(2));
    expect("a time(ms)", "tts", I32(1), NULL);
    expect("a date", "tdm", I32(-2), I64(-172800000));
}

static void test_decimals(void **state)
{
    (void)state;
    static const uint8_t nine[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe};
    expect("a decimal(9, 2)", "d:9,2", I32(-5), ((const int64_t[]){-5, -1}));
    expect("a decimal(18, 2)", "d:9,2,32", I64(7), I32(7));
    expect("a decimal(18, 2)", "d:9,2,32", I64(INT64_C(1) << 31), NULL);
    expect("a decimal(20, 0)", "d:20,0", nine, ((const int64_t[]){-2, -1}));
    expect("a decimal(20, 0)", "d:20,0,256", nine, ((const int64_t[]){-2, -1, -1, -1}));
    expect("a decimal(20, 0)", "d:18,0,64", nine, I64(-2));
}

static void test_intervals(void **state)
{
    (void)state;
    static const uint32_t all[4] = {3, 4, 5}, months[4] = {3, 0, 0}, days[4] = {0, 4, 5};
    const struct {
        int32_t months, days;
        int64_t nanos;
    } whole = {3, 4, 5000000};
    expect("a interval", "tin", all, &whole);
    expect("a interval", "tiM", months, I32(3));
    expect("a interval", "tiM", all, NULL);
    expect("a interval", "tiD", days, ((const int32_t[]){4, 5}));
    expect("a interval", "tiD", all, NULL);
}

/* INT96 is none that this library writes, so the element is made by hand. */
static void test_int96(void **state)
{
    (void)state;
    struct quire_schema_element element = {.present = QUIRE_ELEMENT_HAS_TYPE,
                                           .type = QUIRE_PARQUET_INT96};
    static const struct {
        int32_t julian;
        int64_t nanos;
        const char *format;
        bool fits;
        int64_t value;
    } cases[] = {
        {2440588, 7, "tsn:", true, 7},
        {2440587, 86399999999999, "tsn:", true, -1},
        {2440589, 1000, "tsu:", true, 86400000001},
        {2440589, 999, "tsu:", false, 0},
        {2440588 + 106751, 85636854775807, "tsn:", true, INT64_MAX},
        {2440588 + 106751, 85636854775808, "tsn:", false, 0},
        {2440588 - 106752, 763145224192, "tsn:", true, INT64_MIN},
        {2440588 - 106752, 763145224191, "tsn:", false, 0},
        {2440587, INT64_MIN, "tsn:", false, 0},
        {INT32_MAX, 0, "tsn:", false, 0},
        {INT32_MAX, 0, "tss:", true, INT64_C(86400) * (INT32_MAX - INT64_C(2440588))},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct quire_conversion conversion;
        struct quire_field field = {0};
        uint8_t in[12];
        int64_t out = 0;
        memcpy(in, &cases[i].nanos, 8);
        memcpy(in + 8, &cases[i].julian, 4);
        assert_true(quire_field_parse_format(cases[i].format, &field));
        assert_int_equal(quire_conversion_choose(&element, &field, &conversion, NULL), 0);
        assert_int_equal(conversion.run(&conversion, in, &out, 1), cases[i].fits);
        if (cases[i].fits) assert_int_equal(out, cases[i].value);
    }
}

static void test_types_that_do_not_fit(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"a float32", "g"},         {"a float64", "i"},
                                           {"a int32", "tdm"},         {"a uint32", "l"},
                                           {"a fixed_binary(4)", "i"}, {"a fixed_binary(4)", "w:5"},
                                           {"a timestamp(us)", "tdD"}};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct quire_conversion conversion;
        assert_int_equal(choose(pairs[i][0], pairs[i][1], &conversion), QUIRE_UNSUPPORTED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers), cmocka_unit_test(test_times),
        cmocka_unit_test(test_decimals), cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_int96),    cmocka_unit_test(test_types_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
