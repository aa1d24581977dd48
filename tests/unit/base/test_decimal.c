/* Decimals: text both ways at 38 and 76 digits, every way not to fit, bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/digits.h"
#include "base/random.h"

#define NINES_38 "99999999999999999999999999999999999999"
#define NINES_76 NINES_38 NINES_38

static struct quire_decimal parsed(const char *text, int precision, int scale)
{
    struct quire_decimal value = {{7, 7, 7, 7}};
    assert_int_equal(quire_decimal_parse(text, strlen(text), precision, scale, &value),
                     QUIRE_DECIMAL_OK);
    return value;
}

static void expect_text(const char *text, int precision, int scale, const char *expected)
{
    struct quire_decimal value = parsed(text, precision, scale);
    char out[QUIRE_DECIMAL_TEXT_MAX + 1];
    *quire_decimal_format(&value, scale, out) = '\0';
    assert_string_equal(out, expected);
}

static void test_text(void **state)
{
    (void)state;
    expect_text("0", 1, 0, "0");
    expect_text("-0", 1, 0, "0");
    expect_text("0.000", 3, 3, "0.000");
    expect_text("12.50", 4, 2, "12.50");
    expect_text("12.5", 4, 2, "12.50");
    expect_text("12.5000", 4, 2, "12.50");
    expect_text("-0.05", 3, 2, "-0.05");
    expect_text("+.5", 3, 2, "0.50");
    expect_text("5.", 3, 2, "5.00");
    expect_text("1e3", 4, 0, "1000");
    expect_text("1E+3", 4, 0, "1000");
    expect_text("1.25e-1", 4, 3, "0.125");
    expect_text("125e-3", 4, 3, "0.125");
    expect_text("1200", 2, -2, "1200");
    expect_text("-1.2e5", 2, -4, "-120000");
    expect_text("0", 2, -4, "0");
    expect_text("000000000000000000000000000000000000000000000000000000000000000000000000000000001",
                1, 0, "1");
    expect_text(NINES_38, 38, 0, NINES_38);
    expect_text("-" NINES_38, 38, 0, "-" NINES_38);
    expect_text(NINES_76, 76, 0, NINES_76);
    expect_text("-" NINES_38 "." NINES_38, 76, 38, "-" NINES_38 "." NINES_38);
    expect_text("1e75", 76, 0,
                "1000000000000000000000000000000000000000000000000000000000000000000000000000");
    expect_text("10000000000000000000.0000000000000000000", 39, 19,
                "10000000000000000000.0000000000000000000");
    expect_text("18446744073709551616", 20, 0, "18446744073709551616");
    expect_text("340282366920938463463374607431768211456", 39, 0,
                "340282366920938463463374607431768211456");
}

static void test_largest_scale(void **state)
{
    (void)state;
    char expected[QUIRE_DECIMAL_TEXT_MAX];
    memset(expected, '0', sizeof(expected));
    expected[1] = '.';
    memcpy(expected + 401, "1", 2);
    expect_text("1e-400", 1, 400, expected);
}

static void test_extremes_of_the_words(void **state)
{
    (void)state;
    struct quire_decimal least = {{0, 0, 0, UINT64_C(1) << 63}};
    char out[QUIRE_DECIMAL_TEXT_MAX + 1];
    *quire_decimal_format(&least, 0, out) = '\0';
    assert_string_equal(
        out, "-57896044618658097711785492504343953926634992332820282019728792003956564819968");
    assert_int_equal(quire_decimal_digits(&least), 77);
    char *end = quire_decimal_format(&least, -400, out);
    assert_int_equal(end - out, 478);
    assert_int_equal(quire_decimal_format(&least, 400, out) - out, 403);
}

static void refuse(const char *text, int precision, int scale, enum quire_decimal_result expected)
{
    struct quire_decimal value = {{7, 8, 9, 10}};
    struct quire_decimal before = value;
    assert_int_equal(quire_decimal_parse(text, strlen(text), precision, scale, &value), expected);
    assert_memory_equal(&value, &before, sizeof(value));
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const nonsense[] = {"",     "-",    ".",   "-.", "e5",   "1e",   "1e+",
                                           "1e5.", "1.2.", "1 ",  " 1", "0x1",  "1,5",  "--1",
                                           "+-1",  "nan",  "inf", "1a", "1e5x", "1.e-", ".e1"};
    for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++)
        refuse(nonsense[i], 38, 10, QUIRE_DECIMAL_NOT_A_NUMBER);
    refuse("100", 2, 0, QUIRE_DECIMAL_TOO_MANY_DIGITS);
    refuse("10.0", 3, 2, QUIRE_DECIMAL_TOO_MANY_DIGITS);
    refuse("1e99999999999999999999", 76, 0, QUIRE_DECIMAL_TOO_MANY_DIGITS);
    refuse("1" NINES_76, 76, 0, QUIRE_DECIMAL_TOO_MANY_DIGITS);
    refuse("1" NINES_76, 500, 0, QUIRE_DECIMAL_TOO_MANY_DIGITS);
    refuse("1.005", 38, 2, QUIRE_DECIMAL_WOULD_ROUND);
    refuse("1250", 38, -2, QUIRE_DECIMAL_WOULD_ROUND);
    refuse("1e-99999999999999999999", 38, 10, QUIRE_DECIMAL_WOULD_ROUND);
}

static void test_bytes(void **state)
{
    (void)state;
    static const int sizes[] = {4, 8, 16, 32};
    struct quire_random random;
    quire_random_seed(&random, 6);
    for (int i = 0; i < 4; i++) {
        for (int round = 0; round < 1000; round++) {
            uint8_t bytes[32], back[32];
            for (int b = 0; b < 32; b++)
                bytes[b] = (uint8_t)quire_random_u64(&random);
            struct quire_decimal value = quire_decimal_from_bytes(bytes, sizes[i]);
            assert_int_equal(quire_decimal_is_negative(&value), bytes[sizes[i] - 1] >> 7);
            assert_true(quire_decimal_to_bytes(&value, back, sizes[i]));
            assert_memory_equal(bytes, back, (size_t)sizes[i]);
        }
    }
    struct quire_decimal value = quire_decimal_from_i64(INT32_MAX);
    uint8_t bytes[32];
    assert_true(quire_decimal_to_bytes(&value, bytes, 4));
    value = quire_decimal_from_i64((int64_t)INT32_MAX + 1);
    assert_false(quire_decimal_to_bytes(&value, bytes, 4));
    value = quire_decimal_from_i64(INT32_MIN);
    assert_true(quire_decimal_to_bytes(&value, bytes, 4));
    value = quire_decimal_from_i64((int64_t)INT32_MIN - 1);
    assert_false(quire_decimal_to_bytes(&value, bytes, 4));
}

/* Formatting against 128-bit arithmetic of the compiler. */
static void test_random_text(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 7);
    for (int round = 0; round < 20000; round++) {
        quire_i128 number =
            (quire_i128)((quire_u128)quire_random_u64(&random) << 64 | quire_random_u64(&random));
        number >>= quire_random_below(&random, 127);
        struct quire_decimal value = quire_decimal_from_bytes(&number, 16);
        char expected[64], *at = expected + sizeof(expected), out[QUIRE_DECIMAL_TEXT_MAX + 1];
        quire_u128 left = number < 0 ? -(quire_u128)number : (quire_u128)number;
        *--at = '\0';
        do
            *--at = (char)('0' + (int)(left % 10));
        while ((left /= 10) != 0);
        assert_int_equal(quire_decimal_digits(&value), strlen(at));
        if (number < 0) *--at = '-';
        *quire_decimal_format(&value, 0, out) = '\0';
        assert_string_equal(out, at);
        struct quire_decimal back = parsed(out, 76, 0);
        assert_int_equal(quire_decimal_compare(&back, &value), 0);
    }
}

static void test_compare(void **state)
{
    (void)state;
    static const char *const ordered[] = {
        "-" NINES_76, "-18446744073709551616", "-2",    "-1", "0", "1",
        "2",          "18446744073709551616",  NINES_76};
    for (int i = 0; i < 9; i++) {
        for (int j = 0; j < 9; j++) {
            struct quire_decimal a = parsed(ordered[i], 76, 0);
            struct quire_decimal b = parsed(ordered[j], 76, 0);
            assert_int_equal(quire_decimal_compare(&a, &b), (i > j) - (i < j));
        }
    }
}

static void test_rescale(void **state)
{
    (void)state;
    struct quire_decimal value = parsed("-12.50", 4, 2);
    assert_true(quire_decimal_rescale(&value, 2, 60));
    char out[QUIRE_DECIMAL_TEXT_MAX + 1];
    *quire_decimal_format(&value, 60, out) = '\0';
    assert_string_equal(out, "-12.500000000000000000000000000000000000000000000000000000000000");
    assert_true(quire_decimal_rescale(&value, 60, 1));
    *quire_decimal_format(&value, 1, out) = '\0';
    assert_string_equal(out, "-12.5");
    assert_false(quire_decimal_rescale(&value, 1, 0));
    assert_false(quire_decimal_rescale(&value, 1, 75));
    assert_true(quire_decimal_rescale(&value, 1, 74));
    struct quire_decimal zero = quire_decimal_from_i64(0);
    assert_true(quire_decimal_rescale(&zero, 0, 400));
    assert_true(quire_decimal_rescale(&zero, 400, -400));
}

static void test_to_double(void **state)
{
    (void)state;
    struct quire_decimal value = parsed("-123456789012345678901234567890.123456789", 39, 9);
    assert_true(quire_decimal_to_double(&value, 9) ==
                strtod("-123456789012345678901234567890.123456789", NULL));
    value = parsed("0.1", 1, 1);
    assert_true(quire_decimal_to_double(&value, 1) == 0.1);
    value = quire_decimal_from_i64(5);
    assert_true(quire_decimal_to_double(&value, -3) == 5000);
    value = quire_decimal_from_i64(9007199254740993);
    assert_true(quire_decimal_to_double(&value, 0) == 9007199254740992.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_largest_scale),
        cmocka_unit_test(test_extremes_of_the_words),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_random_text),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_rescale),
        cmocka_unit_test(test_to_double),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
