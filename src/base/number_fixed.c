/* Doubles with a fixed count of digits after the point, exactly rounded.
 *
 * A double is m × 2^e with m < 2^53. For e < 0 the part below the point is
 * f × 2^e with f <= m, and f × 10^20 fits 128 bits, so that one shift and one
 * comparison with a half give the digits. For larger e there is no such part. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/digits.h"
#include "base/number.h"

#define FIXED_DIGITS_MAX 20
#define MANTISSA_BITS    52

/* The whole part and `digits` digits of the rest of mantissa × 2^-shift. */
static uint64_t split(uint64_t mantissa, int shift, int digits, quire_u128 *rest)
{
    uint64_t whole = shift < 64 ? mantissa >> shift : 0;
    uint64_t part = mantissa - (shift < 64 ? whole << shift : 0);
    quire_u128 power =
        digits < 20 ? quire_digits_power[digits] : (quire_u128)quire_digits_power[19] * 10;
    *rest = 0;
    if (shift >= 127) return whole; /* less than half of the last digit */
    quire_u128 product = part * power;
    quire_u128 half = (quire_u128)1 << (shift - 1);
    quire_u128 below = product & (2 * half - 1);
    *rest = product >> shift;
    bool odd = ((digits > 0 ? (uint64_t)*rest : whole) & 1) != 0;
    if (below > half || (below == half && odd)) (*rest)++;
    if (*rest < power) return whole;
    *rest = 0;
    return whole + 1;
}

static char *put_rest(quire_u128 rest, int digits, char *out)
{
    if (digits <= 19) return quire_number_format_padded((uint64_t)rest, digits, out);
    uint64_t tens = quire_digits_power[10];
    out = quire_number_format_padded((uint64_t)(rest / tens), digits - 10, out);
    return quire_number_format_padded((uint64_t)(rest % tens), 10, out);
}

char *quire_number_format_fixed(double value, int digits, char *out)
{
    assert(digits >= 0 && digits <= FIXED_DIGITS_MAX);
    uint64_t bits;
    memcpy(&bits, &value, 8);
    double size = __builtin_fabs(value);
    if (!(size <= __DBL_MAX__)) return quire_number_format_f64(value, out);
    *out = '-';
    out += bits >> 63;
    uint64_t mantissa = bits & ((UINT64_C(1) << MANTISSA_BITS) - 1);
    int exponent = (int)(bits >> MANTISSA_BITS & 0x7ff);
    if (exponent > 0)
        mantissa |= UINT64_C(1) << MANTISSA_BITS;
    else
        exponent = 1;
    int shift = 1023 + MANTISSA_BITS - exponent;
    quire_u128 rest = 0;
    if (shift > 0) {
        out = quire_number_format_u64(split(mantissa, shift, digits, &rest), out);
    } else if (shift >= -11) {
        out = quire_number_format_u64(mantissa << -shift, out);
    } else {
        /* Whole and huge; no point, so the locale has no say. */
        out += snprintf(out, QUIRE_FIXED_TEXT_MAX - 1, "%.0f", size);
    }
    if (digits == 0) return out;
    *out++ = '.';
    return put_rest(rest, digits, out);
}
