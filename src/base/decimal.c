/* Decimals as 256-bit integers.
 *
 * Text and integer meet in groups of 19 digits, the most that 64 bits hold:
 * parsing multiplies and adds, formatting divides by 10^19 from the top word
 * down. Values of one word, which most are, take one step. */
#include "base/decimal.h"

#include <assert.h>
#include <string.h>

#include "base/digits.h"
#include "base/number.h"

#define WORDS        4
#define GROUP_DIGITS 19
#define GROUP_POWER  UINT64_C(10000000000000000000)

static bool is_word(const struct quire_decimal *value)
{
    return (value->word[1] | value->word[2] | value->word[3]) == 0;
}

static bool is_zero(const struct quire_decimal *value)
{
    return is_word(value) && value->word[0] == 0;
}

/* value = value × factor + more, of a magnitude; false when 255 bits are passed. */
static bool multiply_add(struct quire_decimal *value, uint64_t factor, uint64_t more)
{
    quire_u128 carry = more;
    for (int i = 0; i < WORDS; i++) {
        carry += (quire_u128)value->word[i] * factor;
        value->word[i] = (uint64_t)carry;
        carry >>= 64;
    }
    return carry == 0 && value->word[WORDS - 1] >> 63 == 0;
}

/* Divides a magnitude by a word and returns the remainder. */
static uint64_t divide(struct quire_decimal *value, uint64_t divisor)
{
    uint64_t rest = 0;
    for (int i = WORDS - 1; i >= 0; i--) {
        if (rest == 0 && value->word[i] == 0) continue;
        quire_u128 part = (quire_u128)rest << 64 | value->word[i];
        value->word[i] = (uint64_t)(part / divisor);
        rest = (uint64_t)(part % divisor);
    }
    return rest;
}

void quire_decimal_negate(struct quire_decimal *value)
{
    uint64_t carry = 1;
    for (int i = 0; i < WORDS; i++) {
        uint64_t flipped = ~value->word[i] + carry;
        carry = carry != 0 && flipped == 0;
        value->word[i] = flipped;
    }
}

struct quire_decimal quire_decimal_from_i64(int64_t value)
{
    uint64_t sign = value < 0 ? UINT64_MAX : 0;
    return (struct quire_decimal){{(uint64_t)value, sign, sign, sign}};
}

struct quire_decimal quire_decimal_from_bytes(const void *bytes, int size)
{
    const uint8_t *from = bytes;
    struct quire_decimal value = quire_decimal_from_i64((from[size - 1] & 0x80) != 0 ? -1 : 0);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(value.word, from, (size_t)size);
#else
    for (int i = 0; i < size; i++) {
        value.word[i / 8] &= ~(UINT64_C(0xff) << (i % 8 * 8));
        value.word[i / 8] |= (uint64_t)from[i] << (i % 8 * 8);
    }
#endif
    return value;
}

bool quire_decimal_to_bytes(const struct quire_decimal *value, void *bytes, int size)
{
    uint8_t text[8 * WORDS];
    for (int i = 0; i < 8 * WORDS; i++)
        text[i] = (uint8_t)(value->word[i / 8] >> (i % 8 * 8));
    uint8_t sign = (text[size - 1] & 0x80) != 0 ? 0xff : 0;
    for (int i = size; i < 8 * WORDS; i++)
        if (text[i] != sign) return false;
    memcpy(bytes, text, (size_t)size);
    return true;
}

bool quire_decimal_is_negative(const struct quire_decimal *value)
{
    return value->word[WORDS - 1] >> 63 != 0;
}

int quire_decimal_compare(const struct quire_decimal *a, const struct quire_decimal *b)
{
    bool negative = quire_decimal_is_negative(a);
    if (negative != quire_decimal_is_negative(b)) return negative ? -1 : 1;
    for (int i = WORDS - 1; i >= 0; i--)
        if (a->word[i] != b->word[i]) return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

/* The digits of the magnitude, without leading zeros; at most 78. */
static char *put_digits(struct quire_decimal value, char *out)
{
    uint64_t groups[4];
    int count = 0;
    if (quire_decimal_is_negative(&value)) quire_decimal_negate(&value);
    while (!is_word(&value))
        groups[count++] = divide(&value, GROUP_POWER);
    out = quire_number_format_u64(value.word[0], out);
    while (count > 0)
        out = quire_number_format_padded(groups[--count], GROUP_DIGITS, out);
    return out;
}

int quire_decimal_digits(const struct quire_decimal *value)
{
    struct quire_decimal size = *value;
    int digits = 0;
    if (quire_decimal_is_negative(&size)) quire_decimal_negate(&size);
    for (; !is_word(&size); digits += GROUP_DIGITS)
        divide(&size, GROUP_POWER);
    return digits + quire_digits_count(size.word[0]);
}

char *quire_decimal_format(const struct quire_decimal *value, int scale, char *out)
{
    assert(scale >= -QUIRE_DECIMAL_SCALE_MAX && scale <= QUIRE_DECIMAL_SCALE_MAX);
    if (quire_decimal_is_negative(value)) *out++ = '-';
    if (scale <= 0) {
        out = put_digits(*value, out);
        if (scale == 0 || is_zero(value)) return out;
        memset(out, '0', (size_t)-scale);
        return out - scale;
    }
    char digits[80];
    int count = (int)(put_digits(*value, digits) - digits);
    int whole = count - scale;
    if (whole <= 0) {
        *out++ = '0';
        *out++ = '.';
        memset(out, '0', (size_t)-whole);
        memcpy(out - whole, digits, (size_t)count);
        return out - whole + count;
    }
    memcpy(out, digits, (size_t)whole);
    out[whole] = '.';
    memcpy(out + whole + 1, digits + whole, (size_t)scale);
    return out + count + 1;
}

/* value × 10^power, of a magnitude below 10^76; false when it passes that. */
static bool scale_up(struct quire_decimal *value, int power)
{
    if (is_zero(value)) return true;
    if (quire_decimal_digits(value) + (int64_t)power > QUIRE_DECIMAL_DIGITS_MAX) return false;
    for (; power > 0; power -= GROUP_DIGITS) {
        int step = power < GROUP_DIGITS ? power : GROUP_DIGITS;
        if (!multiply_add(value, quire_digits_power[step], 0)) return false;
    }
    return true;
}

/* value ÷ 10^power; false when digits would be lost. */
static bool scale_down(struct quire_decimal *value, int power)
{
    for (; power > 0 && !is_zero(value); power -= GROUP_DIGITS) {
        int step = power < GROUP_DIGITS ? power : GROUP_DIGITS;
        if (divide(value, quire_digits_power[step]) != 0) return false;
    }
    return true;
}

bool quire_decimal_rescale(struct quire_decimal *value, int from_scale, int to_scale)
{
    struct quire_decimal size = *value;
    bool negative = quire_decimal_is_negative(value);
    if (negative) quire_decimal_negate(&size);
    bool fits = to_scale >= from_scale ? scale_up(&size, to_scale - from_scale)
                                       : scale_down(&size, from_scale - to_scale);
    if (!fits) return false;
    if (negative) quire_decimal_negate(&size);
    *value = size;
    return true;
}

double quire_decimal_to_double(const struct quire_decimal *value, int scale)
{
    char text[96];
    char *end = text;
    if (quire_decimal_is_negative(value)) *end++ = '-';
    end = put_digits(*value, end);
    *end++ = 'e';
    end = quire_number_format_i64(-(int64_t)scale, end);
    double result = 0;
    bool valid = quire_number_parse_f64(text, (size_t)(end - text), &result);
    assert(valid);
    (void)valid;
    return result;
}
