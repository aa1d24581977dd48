/* Integers, sizes and durations: every length, every edge, and the overflow flag. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/checked.h"
#include "base/digits.h"
#include "base/number.h"
#include "base/random.h"

static void check_u64(uint64_t value)
{
    char expected[32], got[32];
    snprintf(expected, sizeof(expected), "%" PRIu64, value);
    *quire_number_format_u64(value, got) = '\0';
    assert_string_equal(got, expected);
    assert_int_equal(quire_digits_count(value), strlen(expected));
    uint64_t back = ~value;
    assert_true(quire_number_parse_u64(got, strlen(got), &back, NULL));
    assert_true(back == value);
}

static void check_i64(int64_t value)
{
    char expected[32], got[32];
    snprintf(expected, sizeof(expected), "%" PRId64, value);
    *quire_number_format_i64(value, got) = '\0';
    assert_string_equal(got, expected);
    int64_t back = ~value;
    bool overflow = true;
    assert_true(quire_number_parse_i64(got, strlen(got), &back, &overflow));
    assert_true(back == value);
    assert_false(overflow);
}

static void test_round_trip_of_every_length(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 1);
    uint64_t power = 1;
    for (int digits = 1; digits <= 20; digits++, power *= 10) {
        check_u64(power - 1);
        check_u64(power);
        check_u64(power + 1);
        check_i64((int64_t)power);
        check_i64(-(int64_t)power);
        for (int i = 0; i < 2000; i++)
            check_u64(power + quire_random_below(&random, digits < 20 ? power * 9 : power / 2));
    }
    for (uint64_t i = 0; i < 100000; i++)
        check_u64(i);
    check_u64(UINT64_MAX);
    check_i64(INT64_MAX);
    check_i64(INT64_MIN);
    check_i64(INT64_MIN + 1);
}

static void test_eight_digits(void **state)
{
    (void)state;
    for (uint32_t value = 0; value < 100000000; value += 997) {
        char text[16], expected[16];
        quire_digits_put8(text, value);
        snprintf(expected, sizeof(expected), "%08" PRIu32, value);
        assert_memory_equal(text, expected, 8);
        uint32_t back;
        assert_true(quire_digits_read(text, 8, &back));
        assert_int_equal(back, value);
    }
}

static void test_padded(void **state)
{
    (void)state;
    char text[32];
    *quire_number_format_padded(7, 1, text) = '\0';
    assert_string_equal(text, "7");
    *quire_number_format_padded(42, 6, text) = '\0';
    assert_string_equal(text, "000042");
    *quire_number_format_padded(123456789, 9, text) = '\0';
    assert_string_equal(text, "123456789");
    *quire_number_format_padded(UINT64_C(1234567890123456789), 19, text) = '\0';
    assert_string_equal(text, "1234567890123456789");
}

static void refuse_i64(const char *text, bool expected_overflow)
{
    int64_t value = 77;
    bool overflow = !expected_overflow;
    assert_false(quire_number_parse_i64(text, strlen(text), &value, &overflow));
    assert_int_equal(overflow, expected_overflow);
    assert_int_equal(value, 77);
}

static void refuse_u64(const char *text, bool expected_overflow)
{
    uint64_t value = 77;
    bool overflow = !expected_overflow;
    assert_false(quire_number_parse_u64(text, strlen(text), &value, &overflow));
    assert_int_equal(overflow, expected_overflow);
    assert_int_equal(value, 77);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const nonsense[] = {
        "",
        "-",
        "+",
        "--1",
        "+-1",
        " 1",
        "1 ",
        "1a",
        "a",
        "1.0",
        "0x10",
        "1e3",
        "12345678 ",
        "/2345678",
        ":1",
        "1:",
        "123/5",
        "1234567\n",
        "123456789x",
        "x234567890123456",
        "1234567890123456789x",
        "12345678901234567890x",
        "1\xff",
        "\xb0",
        "1_000",
        "12345678\xb1/345678",
    };
    for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
        refuse_i64(nonsense[i], false);
        refuse_u64(nonsense[i], false);
    }
    refuse_i64("9223372036854775808", true);
    refuse_i64("-9223372036854775809", true);
    refuse_i64("99999999999999999999999", true);
    refuse_i64("18446744073709551616", true);
    refuse_u64("18446744073709551616", true);
    refuse_u64("100000000000000000000", true);
    refuse_u64("-1", true);
}

/* No byte other than a digit passes, in any place of a number of any length. */
static void test_every_byte_in_every_place(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 22; size++) {
        for (size_t place = 0; place < size; place++) {
            for (int byte = 0; byte < 256; byte++) {
                char text[32];
                memset(text, '0', sizeof(text));
                text[place] = (char)byte;
                uint64_t value;
                bool digit = byte >= '0' && byte <= '9';
                bool sign = place == 0 && size > 1 && (byte == '-' || byte == '+');
                bool overflow;
                bool valid = quire_number_parse_u64(text, size, &value, &overflow);
                assert_int_equal(valid || overflow, digit || sign);
            }
        }
    }
}

static void test_accepted_forms(void **state)
{
    (void)state;
    int64_t value;
    uint64_t positive;
    assert_true(quire_number_parse_i64("+5", 2, &value, NULL));
    assert_int_equal(value, 5);
    assert_true(quire_number_parse_i64("-0", 2, &value, NULL));
    assert_int_equal(value, 0);
    assert_true(quire_number_parse_u64("-0", 2, &positive, NULL));
    assert_int_equal(positive, 0);
    assert_true(quire_number_parse_i64("0000000000000000000000000042", 28, &value, NULL));
    assert_int_equal(value, 42);
    assert_true(quire_number_parse_i64("-0000000000009223372036854775808", 32, &value, NULL));
    assert_true(value == INT64_MIN);
}

static void check_size(const char *text, int64_t expected)
{
    int64_t bytes = -1;
    assert_int_equal(quire_number_parse_size(text, strlen(text), &bytes), expected >= 0);
    assert_int_equal(bytes, expected);
}

static void test_sizes(void **state)
{
    (void)state;
    check_size("123", 123);
    check_size("0", 0);
    check_size("7b", 7);
    check_size("64KB", 65536);
    check_size("10kb", 10240);
    check_size("1.5 MiB", 1572864);
    check_size("2G", INT64_C(2) << 30);
    check_size("3TiB", INT64_C(3) << 40);
    check_size("1p", INT64_C(1) << 50);
    check_size("7E", INT64_C(7) << 60);
    check_size("0.3K", 307);
    check_size("8E", -1);
    check_size("99999999999999999999", -1);
    static const char *const nonsense[] = {"",     "K",     "-1",  "1.5",   "1.K", ".5K",  "1 ",
                                           "1 KX", "1Ki B", "1iB", "1KiBB", "1Kx", "1..5K"};
    for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++)
        check_size(nonsense[i], -1);
}

static void check_duration(const char *text, int64_t expected)
{
    int64_t milliseconds = -1;
    assert_int_equal(quire_number_parse_duration(text, strlen(text), &milliseconds), expected >= 0);
    assert_int_equal(milliseconds, expected);
}

static void test_durations(void **state)
{
    (void)state;
    check_duration("250ms", 250);
    check_duration("30s", 30000);
    check_duration("5m", 300000);
    check_duration("168h", 604800000);
    check_duration("1d", 86400000);
    check_duration("90", 90000);
    check_duration("1.5s", 1500);
    check_duration("0.25h", 900000);
    check_duration("0", 0);
    check_duration("0.5ms", -1);
    check_duration("1w", -1);
    check_duration("s", -1);
    check_duration("", -1);
    check_duration("-1s", -1);
    check_duration("1sm", -1);
    check_duration("999999999999999999d", -1);
}

static void test_checked(void **state)
{
    (void)state;
    int64_t value;
    assert_true(quire_checked_add_i64(INT64_MAX, INT64_MIN, &value));
    assert_int_equal(value, -1);
    assert_false(quire_checked_add_i64(INT64_MIN, -1, &value));
    assert_true(quire_checked_mul_i64(INT64_MIN, 1, &value));
    assert_false(quire_checked_mul_i64(INT64_MIN, -1, &value));
    assert_false(quire_checked_add_i64(INT64_MAX, 1, &value));
}

static void test_random(void **state)
{
    (void)state;
    struct quire_random a, b;
    quire_random_seed(&a, 42);
    quire_random_seed(&b, 42);
    /* The reference implementation's first result for splitmix64(42). */
    assert_true(quire_random_u64(&a) == UINT64_C(0x15780b2e0c2ec716));
    assert_true(quire_random_u64(&b) == UINT64_C(0x15780b2e0c2ec716));
    int seen[10] = {0};
    for (int i = 0; i < 10000; i++) {
        uint64_t below = quire_random_below(&a, 10);
        assert_true(below < 10);
        seen[below]++;
    }
    for (int i = 0; i < 10; i++)
        assert_in_range(seen[i], 800, 1200);
    assert_int_equal(quire_random_below(&a, 0), 0);
    assert_int_equal(quire_random_below(&a, 1), 0);
    assert_true(quire_random_entropy() != quire_random_entropy());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip_of_every_length),
        cmocka_unit_test(test_eight_digits),
        cmocka_unit_test(test_padded),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_every_byte_in_every_place),
        cmocka_unit_test(test_accepted_forms),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_checked),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
