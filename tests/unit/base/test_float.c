/* Floats as text: shortest against a search with the C library, fixed digits
 * against its exact printf, and every half. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/random.h"

static void expect_f64(double value, const char *expected)
{
    char text[QUIRE_FLOAT_TEXT_MAX + 1];
    *quire_number_format_f64(value, text) = '\0';
    assert_string_equal(text, expected);
}

static void test_known_f64(void **state)
{
    (void)state;
    expect_f64(0.0, "0.0");
    expect_f64(-0.0, "-0.0");
    expect_f64(1.0, "1.0");
    expect_f64(-1.5, "-1.5");
    expect_f64(0.1, "0.1");
    expect_f64(0.3, "0.3");
    expect_f64(0.1 + 0.2, "0.30000000000000004");
    expect_f64(100.0, "100.0");
    expect_f64(123456.789, "123456.789");
    expect_f64(1e15, "1000000000000000.0");
    expect_f64(123456789012345680.0, "1.2345678901234568e+17");
    expect_f64(1234567890123456.7, "1234567890123456.8");
    expect_f64(9007199254740993.0, "9007199254740992.0");
    expect_f64(9999999999999998.0, "9999999999999998.0");
    expect_f64(1e16, "1e+16");
    expect_f64(1.5e17, "1.5e+17");
    expect_f64(1e22, "1e+22");
    expect_f64(1e100, "1e+100");
    expect_f64(0.0001, "0.0001");
    expect_f64(0.00012, "0.00012");
    expect_f64(0.00001, "1e-05");
    expect_f64(1.5e-7, "1.5e-07");
    expect_f64(0.0001234567890123456, "0.0001234567890123456");
    expect_f64(5e-324, "5e-324");
    expect_f64(DBL_MIN, "2.2250738585072014e-308");
    expect_f64(2.2250738585072009e-308, "2.225073858507201e-308");
    expect_f64(DBL_MAX, "1.7976931348623157e+308");
    expect_f64(-DBL_MAX, "-1.7976931348623157e+308");
    expect_f64((double)INFINITY, "inf");
    expect_f64(-(double)INFINITY, "-inf");
    expect_f64((double)NAN, "nan");
    expect_f64(-(double)NAN, "nan");
}

/* Python's repr of a double, by trying every precision. */
static void repr(double value, char *out, size_t capacity)
{
    char text[40];
    for (int precision = 0; precision < 17; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision, value);
        if (strtod(text, NULL) == value) break;
    }
    int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    char digits[24];
    int count = 0;
    for (const char *p = text; *p != 'e'; p++)
        if (*p >= '0' && *p <= '9') digits[count++] = *p;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    const char *sign = signbit(value) ? "-" : "";
    if (exponent < -4 || exponent >= 16) {
        snprintf(out, capacity, "%s%c%s%.*se%+03d", sign, digits[0], count > 1 ? "." : "",
                 count - 1, digits + 1, exponent);
    } else if (exponent < 0) {
        snprintf(out, capacity, "%s0.%.*s%.*s", sign, -exponent - 1, "000", count, digits);
    } else if (count <= exponent + 1) {
        snprintf(out, capacity, "%s%.*s%.*s.0", sign, count, digits, exponent + 1 - count,
                 "0000000000000000");
    } else {
        snprintf(out, capacity, "%s%.*s.%.*s", sign, exponent + 1, digits, count - exponent - 1,
                 digits + exponent + 1);
    }
}

static void check_f64(double value)
{
    char expected[64];
    repr(value, expected, sizeof(expected));
    char text[QUIRE_FLOAT_TEXT_MAX + 1];
    *quire_number_format_f64(value, text) = '\0';
    assert_string_equal(text, expected);
    double back = 0;
    assert_true(quire_number_parse_f64(text, strlen(text), &back));
    assert_memory_equal(&back, &value, sizeof(back));
}

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static void test_random_f64(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 2);
    for (int i = 0; i < 60000; i++) {
        double value = from_bits(quire_random_u64(&random));
        if (isfinite(value)) check_f64(value);
        check_f64(from_bits(quire_random_u64(&random) >> 12)); /* subnormal */
    }
}

/* Where notations meet: few digits, whole numbers, and their neighbours. */
static void test_ordinary_f64(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 3);
    for (int i = 0; i < 60000; i++) {
        double digits = (double)quire_random_below(&random, UINT64_C(1) << (1 + i % 60));
        double value = digits / pow(10, (double)(i % 9));
        check_f64(value);
        check_f64(-nextafter(value, 1e300));
        check_f64(nextafter(value, -1e300));
    }
    for (int power = -30; power < 30; power++) {
        double value = pow(10, (double)power);
        check_f64(value);
        check_f64(nextafter(value, 1e300));
        check_f64(nextafter(value, 0));
    }
}

static void check_f32(float value)
{
    char text[QUIRE_FLOAT_TEXT_MAX + 1];
    *quire_number_format_f32(value, text) = '\0';
    float back = 0;
    assert_true(quire_number_parse_f32(text, strlen(text), &back));
    assert_memory_equal(&back, &value, sizeof(back));
    /* As many digits as the shortest that the C library finds. */
    char shortest[40];
    int precision = 0;
    do
        snprintf(shortest, sizeof(shortest), "%.*e", precision, (double)value);
    while (strtof(shortest, NULL) != value && precision++ < 9);
    double read = strtod(text, NULL), nearest = strtod(shortest, NULL);
    assert_true(read == nearest);
}

static void test_f32(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 4);
    for (int i = 0; i < 60000; i++) {
        uint32_t bits = (uint32_t)quire_random_u64(&random);
        float value;
        memcpy(&value, &bits, sizeof(value));
        /* 2^-149 … have one digit with two candidates; the nearest wins in both. */
        if (isfinite(value) && value != 0) check_f32(value);
    }
    char text[QUIRE_FLOAT_TEXT_MAX + 1];
    *quire_number_format_f32(0.1f, text) = '\0';
    assert_string_equal(text, "0.1");
    *quire_number_format_f32(16777216.0f, text) = '\0';
    assert_string_equal(text, "16777216.0");
    *quire_number_format_f32(1e-45f, text) = '\0';
    assert_string_equal(text, "1e-45");
    *quire_number_format_f32(FLT_MAX, text) = '\0';
    assert_string_equal(text, "3.4028235e+38");
    *quire_number_format_f32(-0.0f, text) = '\0';
    assert_string_equal(text, "-0.0");
    *quire_number_format_f32(-INFINITY, text) = '\0';
    assert_string_equal(text, "-inf");
    *quire_number_format_f32(NAN, text) = '\0';
    assert_string_equal(text, "nan");
}

static void test_every_half(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 65536; bits++) {
        double value = quire_number_half_to_double((uint16_t)bits);
        char text[QUIRE_FLOAT_TEXT_MAX + 1];
        *quire_number_format_f16((uint16_t)bits, text) = '\0';
        double read = -1;
        assert_true(quire_number_parse_f64(text, strlen(text), &read));
        if (isnan(value)) {
            assert_string_equal(text, "nan");
            assert_true(isnan(quire_number_half_to_double(quire_number_double_to_half(value))));
            continue;
        }
        assert_int_equal(quire_number_double_to_half(value), bits);
        assert_int_equal(quire_number_double_to_half(read), bits);
        if (isinf(value) || value == 0) continue;
        char nearest[40];
        int precision = 0;
        do
            snprintf(nearest, sizeof(nearest), "%.*e", precision, value);
        while (quire_number_double_to_half(strtod(nearest, NULL)) != bits && precision++ < 6);
        if (strtod(nearest, NULL) == read) continue;
        /* Above a power of two the other neighbour may read back with a digit less. */
        char same[40];
        snprintf(same, sizeof(same), "%.*e", precision - 1, read);
        assert_true(strtod(same, NULL) == read);
    }
}

static void test_rounding_to_half(void **state)
{
    (void)state;
    assert_int_equal(quire_number_double_to_half(65519.999), 0x7bff);
    assert_int_equal(quire_number_double_to_half(65520.0), 0x7c00);
    assert_int_equal(quire_number_double_to_half(-1e300), 0xfc00);
    assert_int_equal(quire_number_double_to_half(1e-300), 0);
    assert_int_equal(quire_number_double_to_half(-0.0), 0x8000);
    assert_int_equal(quire_number_double_to_half(0x1p-25), 0);
    assert_int_equal(quire_number_double_to_half(0x1.0000001p-25), 1);
    assert_int_equal(quire_number_double_to_half(0x1.8p-24), 2);
    for (unsigned bits = 0; bits < 0x7bff; bits++) {
        double low = quire_number_half_to_double((uint16_t)bits);
        double high = quire_number_half_to_double((uint16_t)(bits + 1));
        double middle = (low + high) / 2;
        assert_int_equal(quire_number_double_to_half(middle), bits + (bits & 1));
        assert_int_equal(quire_number_double_to_half(nextafter(middle, 0)), bits);
        assert_int_equal(quire_number_double_to_half(nextafter(middle, 1e9)), bits + 1);
    }
}

static void check_fixed(double value, int digits)
{
    char expected[400], text[QUIRE_FIXED_TEXT_MAX + 1];
    snprintf(expected, sizeof(expected), "%.*f", digits, value);
    char *end = quire_number_format_fixed(value, digits, text);
    assert_true(end <= text + QUIRE_FIXED_TEXT_MAX);
    *end = '\0';
    assert_string_equal(text, expected);
}

static void test_fixed(void **state)
{
    (void)state;
    static const double values[] = {0.0,     -0.0,    0.5,    1.5,     2.5,     0.125,
                                    0.375,   1e-300,  5e-324, 999.95,  0.9999,  99.9999,
                                    1e16,    -1e22,   1e300,  0x1p63,  0x1p64,  0x1p-63,
                                    0x1p-64, 0x1p-65, 0.001,  DBL_MAX, -DBL_MAX};
    struct quire_random random;
    quire_random_seed(&random, 5);
    for (int digits = 0; digits <= 20; digits++) {
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
            check_fixed(values[i], digits);
        for (int i = 0; i < 2000; i++) {
            double value = from_bits(quire_random_u64(&random));
            if (isfinite(value)) check_fixed(value, digits);
            check_fixed((double)(int64_t)quire_random_u64(&random) * 0x1p-40, digits);
            check_fixed((double)quire_random_below(&random, 1000000) / 1000, digits);
            check_fixed((double)quire_random_below(&random, 100000) / 0x1p12, digits);
        }
    }
    char text[QUIRE_FIXED_TEXT_MAX];
    *quire_number_format_fixed(-(double)INFINITY, 2, text) = '\0';
    assert_string_equal(text, "-inf");
}

static void test_parse_refused(void **state)
{
    (void)state;
    static const char *const nonsense[] = {
        "",      "-",   "+",      ".",     "-.",   "e5",   "1e",        "1e+",    " 1",      "1 ",
        "+-1",   "--1", "++1",    "1.2.3", "0x10", "1,5",  "1_0",       "nan(1)", "infinit", "na",
        "1e5.5", "1f",  "+nan()", "in",    "i",    "nane", "infinityx", "1.0\0"};
    for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
        double value = 7;
        float small = 7;
        size_t size = strlen(nonsense[i]);
        if (strcmp(nonsense[i], "1.0") == 0) size = 4;
        assert_false(quire_number_parse_f64(nonsense[i], size, &value));
        assert_false(quire_number_parse_f32(nonsense[i], size, &small));
        assert_true(value == 7 && small == 7);
    }
}

static double parsed(const char *text)
{
    double value = 0;
    assert_true(quire_number_parse_f64(text, strlen(text), &value));
    return value;
}

static void test_parse_accepted(void **state)
{
    (void)state;
    assert_true(parsed("+1.5") == 1.5);
    assert_true(parsed("1E5") == 1e5);
    assert_true(parsed(".5") == 0.5);
    assert_true(parsed("5.") == 5);
    assert_true(parsed("1e400") == (double)INFINITY);
    assert_true(parsed("-1e400") == -(double)INFINITY);
    assert_true(parsed("1e-400") == 0);
    assert_true(parsed("1e99999999999999999999") == (double)INFINITY);
    assert_true(isnan(parsed("NaN")));
    assert_true(isnan(parsed("+nan")));
    assert_true(parsed("Inf") == (double)INFINITY);
    assert_true(parsed("+inf") == (double)INFINITY);
    assert_true(parsed("-INFINITY") == -(double)INFINITY);
    /* Half way between two doubles, and just above. */
    assert_true(parsed("9007199254740993") == 9007199254740992.0);
    assert_true(parsed("9007199254740993.00000000000000000000000000001") == 9007199254740994.0);
    assert_true(parsed("2.4703282292062327e-324") == 0);
    assert_true(parsed("2.4703282292062328e-324") == 5e-324);
    float small = 0;
    assert_true(quire_number_parse_f32("1e39", 4, &small));
    assert_true(small == INFINITY);
    /* Rounding through double first would give the other neighbour. */
    assert_true(quire_number_parse_f32("1.00000017881393432617187499", 28, &small));
    assert_true(small == 1.00000011920928955078125f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_f64),      cmocka_unit_test(test_random_f64),
        cmocka_unit_test(test_ordinary_f64),   cmocka_unit_test(test_f32),
        cmocka_unit_test(test_every_half),     cmocka_unit_test(test_rounding_to_half),
        cmocka_unit_test(test_fixed),          cmocka_unit_test(test_parse_refused),
        cmocka_unit_test(test_parse_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
