/* Sums, products and quotients of 256-bit integers, on their magnitudes. */
#include <string.h>

#include "base/decimal.h"
#include "base/digits.h"

#define WORDS 4

static bool is_zero(const struct quire_decimal *value)
{
    return (value->word[0] | value->word[1] | value->word[2] | value->word[3]) == 0;
}

/* The magnitude, and whether there was a sign. The least value is its own magnitude, unsigned. */
static struct quire_decimal magnitude_of(const struct quire_decimal *value, bool *negative)
{
    struct quire_decimal magnitude = *value;
    *negative = quire_decimal_is_negative(value);
    if (*negative) quire_decimal_negate(&magnitude);
    return magnitude;
}

/* False when a magnitude has no place beside a sign. */
static bool with_sign(struct quire_decimal *magnitude, bool negative)
{
    if (quire_decimal_is_negative(magnitude)) return false;
    if (negative) quire_decimal_negate(magnitude);
    return true;
}

bool quire_decimal_add(const struct quire_decimal *a, const struct quire_decimal *b,
                       struct quire_decimal *sum)
{
    bool sign_a = quire_decimal_is_negative(a), sign_b = quire_decimal_is_negative(b);
    struct quire_decimal result;
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        quire_u128 word = (quire_u128)a->word[i] + b->word[i] + carry;
        result.word[i] = (uint64_t)word;
        carry = (uint64_t)(word >> 64);
    }
    if (sign_a == sign_b && quire_decimal_is_negative(&result) != sign_a) return false;
    *sum = result;
    return true;
}

bool quire_decimal_multiply(const struct quire_decimal *a, const struct quire_decimal *b,
                            struct quire_decimal *product)
{
    bool sign_a, sign_b;
    const struct quire_decimal x = magnitude_of(a, &sign_a), y = magnitude_of(b, &sign_b);
    uint64_t words[2 * WORDS] = {0};
    for (int i = 0; i < WORDS; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < WORDS; j++) {
            quire_u128 word = (quire_u128)x.word[i] * y.word[j] + words[i + j] + carry;
            words[i + j] = (uint64_t)word;
            carry = (uint64_t)(word >> 64);
        }
        words[i + WORDS] = carry;
    }
    for (int i = WORDS; i < 2 * WORDS; i++)
        if (words[i] != 0) return false;
    struct quire_decimal result;
    memcpy(result.word, words, sizeof(result.word));
    if (!with_sign(&result, sign_a != sign_b)) return false;
    *product = result;
    return true;
}

static int compare_magnitudes(const struct quire_decimal *a, const struct quire_decimal *b)
{
    for (int i = WORDS; i-- > 0;)
        if (a->word[i] != b->word[i]) return a->word[i] > b->word[i] ? 1 : -1;
    return 0;
}

static void shift_in(struct quire_decimal *value, uint64_t bit)
{
    for (int i = 0; i < WORDS; i++) {
        uint64_t out = value->word[i] >> 63;
        value->word[i] = value->word[i] << 1 | bit;
        bit = out;
    }
}

static void subtract(struct quire_decimal *a, const struct quire_decimal *b)
{
    uint64_t borrow = 0;
    for (int i = 0; i < WORDS; i++) {
        quire_u128 word = (quire_u128)a->word[i] - b->word[i] - borrow;
        a->word[i] = (uint64_t)word;
        borrow = (uint64_t)(word >> 64) & 1;
    }
}

/* By one word where both are that small, else bit by bit. */
static void divide_magnitudes(const struct quire_decimal *x, const struct quire_decimal *y,
                              struct quire_decimal *quotient, struct quire_decimal *rest)
{
    *quotient = *rest = (struct quire_decimal){{0}};
    if ((y->word[1] | y->word[2] | y->word[3]) == 0) {
        uint64_t left = 0;
        for (int i = WORDS; i-- > 0;) {
            quire_u128 word = (quire_u128)left << 64 | x->word[i];
            quotient->word[i] = (uint64_t)(word / y->word[0]);
            left = (uint64_t)(word % y->word[0]);
        }
        rest->word[0] = left;
        return;
    }
    for (int bit = WORDS * 64; bit-- > 0;) {
        shift_in(rest, x->word[bit / 64] >> (bit % 64) & 1);
        bool goes = compare_magnitudes(rest, y) >= 0;
        if (goes) subtract(rest, y);
        shift_in(quotient, goes);
    }
}

bool quire_decimal_divide(const struct quire_decimal *a, const struct quire_decimal *b,
                          struct quire_decimal *quotient, struct quire_decimal *remainder)
{
    bool sign_a, sign_b;
    struct quire_decimal result, rest;
    if (is_zero(b)) return false;
    const struct quire_decimal x = magnitude_of(a, &sign_a), y = magnitude_of(b, &sign_b);
    divide_magnitudes(&x, &y, &result, &rest);
    if (!with_sign(&result, sign_a != sign_b) || !with_sign(&rest, sign_a)) return false;
    *quotient = result;
    *remainder = rest;
    return true;
}

/* The last power has a digit more than decimals have, and still its place in 256 bits. */
static bool power_of_ten(int digits, struct quire_decimal *power)
{
    const struct quire_decimal ten = quire_decimal_from_i64(10);
    *power = quire_decimal_from_i64(1);
    if (digits > QUIRE_DECIMAL_DIGITS_MAX) return false;
    if (digits < QUIRE_DECIMAL_DIGITS_MAX) return quire_decimal_rescale(power, 0, digits);
    return quire_decimal_rescale(power, 0, digits - 1) &&
           quire_decimal_multiply(power, &ten, power);
}

bool quire_decimal_round(struct quire_decimal *value, int from_scale, int to_scale)
{
    struct quire_decimal power, rest, quotient;
    if (to_scale >= from_scale) return quire_decimal_rescale(value, from_scale, to_scale);
    if (!power_of_ten(from_scale - to_scale, &power)) {
        *value = (struct quire_decimal){{0}}; /* less than a half whatever it was */
        return true;
    }
    if (!quire_decimal_divide(value, &power, &quotient, &rest)) return false;
    bool negative;
    rest = magnitude_of(&rest, &negative);
    shift_in(&rest, 0); /* twice */
    if (compare_magnitudes(&rest, &power) >= 0) {
        const struct quire_decimal one = quire_decimal_from_i64(negative ? -1 : 1);
        if (!quire_decimal_add(&quotient, &one, &quotient)) return false;
    }
    *value = quotient;
    return true;
}
