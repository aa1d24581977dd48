/* Arithmetic of 256-bit integers, against that of 128 bits where it fits, and against itself:
 * quotient × divisor + rest is the dividend, and rounding is within a half. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/decimal.h"
#include "base/digits.h"
#include "base/random.h"

#define ROUNDS 200000

static quire_i128 narrow(const struct quire_decimal *value)
{
    uint64_t sign = (value->word[1] >> 63) != 0 ? UINT64_MAX : 0;
    assert_true(value->word[2] == sign && value->word[3] == sign);
    return (quire_i128)((quire_u128)value->word[1] << 64 | value->word[0]);
}

static void expect_equal(const struct quire_decimal *a, const struct quire_decimal *b)
{
    assert_memory_equal(a->word, b->word, sizeof(a->word));
}

/* Of any number of bits, so that carries and short divisors come about. */
static struct quire_decimal random_decimal(struct quire_random *random, unsigned bits_max)
{
    unsigned bits = (unsigned)(quire_random_u64(random) % (bits_max + 1));
    struct quire_decimal value = {{0}};
    for (unsigned i = 0; i < 4; i++) {
        uint64_t word = quire_random_u64(random);
        if (quire_random_u64(random) % 4 == 0) word = 0;
        if (quire_random_u64(random) % 4 == 0) word = UINT64_MAX;
        if (bits >= 64 * (i + 1))
            value.word[i] = word;
        else if (bits > 64 * i)
            value.word[i] = word & (UINT64_MAX >> (64 * (i + 1) - bits));
    }
    if (quire_random_u64(random) % 2 == 0) quire_decimal_negate(&value);
    return value;
}

static void test_as_with_128_bits(void **state)
{
    struct quire_random random;
    (void)state;
    quire_random_seed(&random, 1);
    for (int round = 0; round < ROUNDS; round++) {
        const struct quire_decimal a = random_decimal(&random, 63), b = random_decimal(&random, 63);
        quire_i128 x = narrow(&a), y = narrow(&b);
        struct quire_decimal sum, product, quotient, rest;
        assert_true(quire_decimal_add(&a, &b, &sum));
        assert_true(narrow(&sum) == x + y);
        assert_true(quire_decimal_multiply(&a, &b, &product));
        assert_true(narrow(&product) == x * y);
        assert_true(quire_decimal_divide(&a, &b, &quotient, &rest) == (y != 0));
        if (y == 0) continue;
        assert_true(narrow(&quotient) == x / y);
        assert_true(narrow(&rest) == x % y);
    }
}

static void test_division_is_undone_by_multiplication(void **state)
{
    struct quire_random random;
    (void)state;
    quire_random_seed(&random, 2);
    for (int round = 0; round < ROUNDS / 10; round++) {
        const struct quire_decimal a = random_decimal(&random, 255),
                                   b = random_decimal(&random, 255), zero = {{0}};
        struct quire_decimal quotient, rest, back;
        if (quire_decimal_compare(&b, &zero) == 0) continue;
        assert_true(quire_decimal_divide(&a, &b, &quotient, &rest));
        assert_true(quire_decimal_multiply(&quotient, &b, &back));
        assert_true(quire_decimal_add(&back, &rest, &back));
        expect_equal(&back, &a);
        /* The rest is less than the divisor and has the dividend's sign. */
        struct quire_decimal left = rest, divisor = b;
        if (quire_decimal_is_negative(&left)) quire_decimal_negate(&left);
        if (quire_decimal_is_negative(&divisor)) quire_decimal_negate(&divisor);
        assert_true(quire_decimal_compare(&left, &divisor) < 0);
        if (quire_decimal_compare(&rest, &zero) != 0)
            assert_int_equal(quire_decimal_is_negative(&rest), quire_decimal_is_negative(&a));
    }
}

/* A result that has no room leaves what was there. */
static void test_overflow(void **state)
{
    const struct quire_decimal most = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, INT64_MAX}};
    const struct quire_decimal least = {{0, 0, 0, UINT64_C(1) << 63}};
    const struct quire_decimal one = quire_decimal_from_i64(1), two = quire_decimal_from_i64(2);
    const struct quire_decimal minus = quire_decimal_from_i64(-1), zero = {{0}};
    const struct quire_decimal kept = {{7, 7, 7, 7}};
    struct quire_decimal out = kept, rest = kept;
    (void)state;
    assert_false(quire_decimal_add(&most, &one, &out));
    assert_false(quire_decimal_add(&least, &minus, &out));
    assert_false(quire_decimal_multiply(&most, &two, &out));
    assert_false(quire_decimal_multiply(&most, &most, &out));
    assert_false(quire_decimal_multiply(&least, &minus, &out));
    assert_false(quire_decimal_divide(&most, &zero, &out, &rest));
    assert_false(quire_decimal_divide(&least, &minus, &out, &rest));
    expect_equal(&out, &kept);
    expect_equal(&rest, &kept);
    assert_true(quire_decimal_add(&most, &minus, &out));
    assert_true(quire_decimal_add(&out, &one, &out));
    expect_equal(&out, &most);
    assert_true(quire_decimal_add(&most, &least, &out));
    expect_equal(&out, &minus);
    assert_true(quire_decimal_multiply(&most, &minus, &out));
    assert_true(quire_decimal_add(&out, &most, &out));
    expect_equal(&out, &zero);
}

static void expect_rounded(int64_t value, int from, int to, int64_t expected)
{
    struct quire_decimal decimal = quire_decimal_from_i64(value);
    const struct quire_decimal wanted = quire_decimal_from_i64(expected);
    assert_true(quire_decimal_round(&decimal, from, to));
    expect_equal(&decimal, &wanted);
}

static void test_rounding(void **state)
{
    (void)state;
    expect_rounded(25, 1, 0, 3);
    expect_rounded(-25, 1, 0, -3);
    expect_rounded(24, 1, 0, 2);
    expect_rounded(-24, 1, 0, -2);
    expect_rounded(2449, 3, 0, 2);
    expect_rounded(2500, 3, 0, 3);
    expect_rounded(1250, 0, -2, 13);
    expect_rounded(-1250, 0, -2, -13);
    expect_rounded(5, 0, -1, 1);
    expect_rounded(4, 0, -1, 0);
    expect_rounded(12, 1, 3, 1200);
    expect_rounded(INT64_MAX, 0, -300, 0);
    expect_rounded(0, 5, 0, 0);
    struct quire_decimal large;
    char nines[77];
    memset(nines, '9', 76);
    nines[76] = '\0';
    assert_int_equal(quire_decimal_parse(nines, 76, 76, 0, &large), QUIRE_DECIMAL_OK);
    assert_false(quire_decimal_round(&large, 0, 1));
    assert_true(quire_decimal_round(&large, 76, 0));
    expect_equal(&large, &(struct quire_decimal){{1}});
}

/* |2 × (value − rounded × 10^n)| is at most 10^n. */
static void test_rounding_is_within_a_half(void **state)
{
    struct quire_random random;
    (void)state;
    quire_random_seed(&random, 3);
    for (int round = 0; round < ROUNDS; round++) {
        const struct quire_decimal value = random_decimal(&random, 120);
        int digits = (int)(quire_random_u64(&random) % 30);
        struct quire_decimal rounded = value, back, difference, power = quire_decimal_from_i64(1);
        assert_true(quire_decimal_round(&rounded, digits, 0));
        assert_true(quire_decimal_rescale(&power, 0, digits));
        assert_true(quire_decimal_multiply(&rounded, &power, &back));
        quire_decimal_negate(&back);
        assert_true(quire_decimal_add(&value, &back, &difference));
        bool down = quire_decimal_is_negative(&difference);
        if (down) quire_decimal_negate(&difference);
        assert_true(quire_decimal_add(&difference, &difference, &difference));
        int order = quire_decimal_compare(&difference, &power);
        assert_true(order <= 0);
        /* At a half the rounded is the one further from zero. */
        if (order == 0) assert_int_equal(down, !quire_decimal_is_negative(&value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_with_128_bits),
        cmocka_unit_test(test_division_is_undone_by_multiplication),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_rounding_is_within_a_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
