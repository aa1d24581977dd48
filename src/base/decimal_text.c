/* Decimal text: one scan finds where the digits that count begin and end and
 * which powers of ten they stand for; only then are they read. */
#include "base/decimal.h"

#include "base/digits.h"

#define EXPONENT_MAX 1000000
#define SCALE_MAX    400

/* A decimal text taken apart. Powers are of ten; without a digit other than 0
 * first is NULL. */
struct scan {
    const char *first, *last; /* first and last digit that is not 0 */
    int64_t first_power;      /* of the digit at first */
    int64_t last_power;       /* of the digit at last */
    bool negative;
};

static bool scan_exponent(const char *text, const char *end, int64_t *exponent)
{
    bool negative = text < end && *text == '-';
    if (text < end && (*text == '-' || *text == '+')) text++;
    if (text == end) return false;
    int64_t value = 0;
    for (; text < end; text++) {
        unsigned digit = (unsigned)(uint8_t)*text - '0';
        if (digit > 9) return false;
        if (value <= EXPONENT_MAX) value = value * 10 + digit;
    }
    *exponent = negative ? -value : value;
    return true;
}

/* Counts powers from the last digit up, then shifts them by point and exponent. */
static bool scan_text(const char *text, size_t size, struct scan *scan)
{
    const char *end = text + size;
    *scan = (struct scan){.negative = size > 0 && *text == '-'};
    if (size > 0 && (*text == '-' || *text == '+')) text++;
    int64_t digits = 0, point = -1;
    int64_t first = 0, last = 0; /* how many digits before them */
    for (; text < end; text++) {
        char c = *text;
        if (c >= '0' && c <= '9') {
            if (c != '0') {
                if (scan->first == NULL) {
                    scan->first = text;
                    first = digits;
                }
                scan->last = text;
                last = digits;
            }
            digits++;
        } else if (c == '.' && point < 0) {
            point = digits;
        } else {
            break;
        }
    }
    int64_t exponent = 0;
    if (digits == 0) return false;
    if (text < end && ((*text != 'e' && *text != 'E') || !scan_exponent(text + 1, end, &exponent)))
        return false;
    int64_t top = (point < 0 ? digits : point) - 1 + exponent; /* power of the first digit */
    scan->first_power = top - first;
    scan->last_power = top - last;
    return true;
}

/* value × 10^count + group. The caller knows that it stays below 10^76. */
static void append(struct quire_decimal *value, uint64_t group, int count)
{
    quire_u128 carry = group;
    for (int i = 0; i < 4; i++) {
        carry += (quire_u128)value->word[i] * quire_digits_power[count];
        value->word[i] = (uint64_t)carry;
        carry >>= 64;
    }
}

enum quire_decimal_result quire_decimal_parse(const char *text, size_t size, int precision,
                                              int scale, struct quire_decimal *value)
{
    struct scan scan;
    if (!scan_text(text, size, &scan)) return QUIRE_DECIMAL_NOT_A_NUMBER;
    struct quire_decimal result = {{0}};
    if (scan.first == NULL) {
        *value = result;
        return QUIRE_DECIMAL_OK;
    }
    if (precision > QUIRE_DECIMAL_DIGITS_MAX) precision = QUIRE_DECIMAL_DIGITS_MAX;
    if (scan.first_power + scale >= precision) return QUIRE_DECIMAL_TOO_MANY_DIGITS;
    if (scan.last_power + scale < 0) return QUIRE_DECIMAL_WOULD_ROUND;
    uint64_t group = 0;
    int count = 0;
    for (const char *c = scan.first; c <= scan.last; c++) {
        if (*c == '.') continue;
        group = group * 10 + (uint64_t)(*c - '0');
        if (++count < 19) continue;
        append(&result, group, count);
        group = 0;
        count = 0;
    }
    append(&result, group, count);
    for (int64_t zeros = scan.last_power + scale; zeros > 0; zeros -= 19)
        append(&result, 0, zeros < 19 ? (int)zeros : 19);
    if (scan.negative) quire_decimal_negate(&result);
    *value = result;
    return QUIRE_DECIMAL_OK;
}
