/* Integers as text, and back.
 *
 * Both directions work on eight digits at a time (digits.h); short numbers take
 * a branch on their length and no loop. */
#include "base/number.h"

#include "base/digits.h"

const char quire_digits_pairs[200] = "00010203040506070809101112131415161718192021222324"
                                     "25262728293031323334353637383940414243444546474849"
                                     "50515253545556575859606162636465666768697071727374"
                                     "75767778798081828384858687888990919293949596979899";

const uint64_t quire_digits_power[20] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

/* value below 10^4, without leading zeros. */
static inline char *put_head4(char *out, uint32_t value)
{
    if (value < 100) {
        if (value < 10) {
            *out = (char)('0' + value);
            return out + 1;
        }
        quire_digits_put2(out, value);
        return out + 2;
    }
    uint32_t high = value / 100;
    if (high < 10) {
        *out = (char)('0' + high);
        quire_digits_put2(out + 1, value - high * 100);
        return out + 3;
    }
    quire_digits_put2(out, high);
    quire_digits_put2(out + 2, value - high * 100);
    return out + 4;
}

/* value below 10^8, without leading zeros. */
static inline char *put_head8(char *out, uint32_t value)
{
    if (value < 10000) return put_head4(out, value);
    uint32_t high = value / 10000;
    out = put_head4(out, high);
    quire_digits_put4(out, value - high * 10000);
    return out + 4;
}

char *quire_number_format_u64(uint64_t value, char *out)
{
    if (value < 100000000) return put_head8(out, (uint32_t)value);
    uint64_t high = value / 100000000;
    uint32_t low = (uint32_t)(value - high * 100000000);
    if (high < 100000000) {
        out = put_head8(out, (uint32_t)high);
    } else {
        uint64_t top = high / 100000000;
        out = put_head4(out, (uint32_t)top);
        quire_digits_put8(out, (uint32_t)(high - top * 100000000));
        out += 8;
    }
    quire_digits_put8(out, low);
    return out + 8;
}

char *quire_number_format_i64(int64_t value, char *out)
{
    *out = '-';
    uint64_t negative = value < 0;
    return quire_number_format_u64(((uint64_t)value ^ -negative) + negative, out + negative);
}

char *quire_number_format_padded(uint64_t value, int digits, char *out)
{
    int left = digits;
    for (; left >= 2; left -= 2, value /= 100)
        quire_digits_put2(out + left - 2, (uint32_t)(value % 100));
    if (left == 1) *out = (char)('0' + value % 10);
    return out + digits;
}

/* Any length: leading zeros, and numbers that may not fit. */
static bool parse_long(const char *text, size_t size, uint64_t *value, bool *too_large)
{
    uint64_t sum = 0;
    bool overflow = false;
    for (size_t i = 0; i < size; i++) {
        unsigned digit = (unsigned)(uint8_t)text[i] - '0';
        if (digit > 9) return false;
        overflow |= __builtin_mul_overflow(sum, 10, &sum);
        overflow |= __builtin_add_overflow(sum, digit, &sum);
    }
    *too_large = overflow;
    *value = sum;
    return !overflow;
}

static inline bool parse_magnitude(const char *text, size_t size, uint64_t *value, bool *too_large)
{
    uint32_t head, middle, tail;
    if (size - 1 < 8) {
        if (!quire_digits_read(text, size, &tail)) return false;
        *value = tail;
        return true;
    }
    if (size == 0 || size > 19) return size != 0 && parse_long(text, size, value, too_large);
    bool valid = quire_digits_read(text + size - 8, 8, &tail);
    if (size <= 16) {
        valid &= quire_digits_read(text, size - 8, &head);
        *value = (uint64_t)head * 100000000 + tail;
        return valid;
    }
    valid &= quire_digits_read(text + size - 16, 8, &middle);
    valid &= quire_digits_read(text, size - 16, &head);
    *value = ((uint64_t)head * 100000000 + middle) * 100000000 + tail;
    return valid;
}

bool quire_number_parse_i64(const char *text, size_t size, int64_t *value, bool *overflow)
{
    uint64_t magnitude;
    bool too_large = false;
    bool negative = size > 0 && *text == '-';
    bool sign = negative || (size > 0 && *text == '+');
    bool valid = parse_magnitude(text + sign, size - sign, &magnitude, &too_large);
    if (valid && magnitude > (uint64_t)INT64_MAX + negative) {
        valid = false;
        too_large = true;
    }
    if (overflow != NULL) *overflow = too_large;
    if (valid) *value = (int64_t)(negative ? -magnitude : magnitude);
    return valid;
}

bool quire_number_parse_u64(const char *text, size_t size, uint64_t *value, bool *overflow)
{
    uint64_t magnitude;
    bool too_large = false;
    bool negative = size > 0 && *text == '-';
    bool sign = negative || (size > 0 && *text == '+');
    bool valid = parse_magnitude(text + sign, size - sign, &magnitude, &too_large);
    if (valid && negative && magnitude != 0) {
        valid = false;
        too_large = true;
    }
    if (overflow != NULL) *overflow = too_large;
    if (valid) *value = magnitude;
    return valid;
}
