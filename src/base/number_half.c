/* IEEE 754 binary16 by bits: to and from double, and its shortest text.
 *
 * Halves are multiples of 2^-24, so that their rounding intervals are integers
 * in units of 2^-25 and the shortest decimal is found in 64-bit arithmetic. */
#include <string.h>

#include "base/digits.h"
#include "base/number.h"
#include "base/number_layout.h"

#define UNIT_BITS 25

double quire_number_half_to_double(uint16_t bits)
{
    uint64_t sign = (uint64_t)(bits >> 15) << 63;
    uint64_t exponent = bits >> 10 & 0x1f;
    uint64_t mantissa = bits & 0x3ff;
    uint64_t wide;
    if (exponent == 0) {
        double size = (double)mantissa * 0x1p-24;
        memcpy(&wide, &size, 8);
    } else if (exponent == 0x1f) {
        wide = UINT64_C(0x7ff) << 52 | mantissa << 42;
    } else {
        wide = (exponent - 15 + 1023) << 52 | mantissa << 42;
    }
    wide |= sign;
    double value;
    memcpy(&value, &wide, 8);
    return value;
}

uint16_t quire_number_double_to_half(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, 8);
    uint16_t sign = (uint16_t)(bits >> 48 & 0x8000);
    uint64_t size = bits & ~(UINT64_C(1) << 63);
    if (size > UINT64_C(0x7ff) << 52) {
        /* The payload's top bits are kept; a NaN stays a NaN. */
        uint16_t payload = (uint16_t)(size >> 42 & 0x3ff);
        return (uint16_t)(sign | 0x7c00 | (payload != 0 ? payload : 0x200));
    }
    if (size >= UINT64_C(0x40effe0000000000)) return sign | 0x7c00; /* 65520 and more */
    int exponent = (int)(size >> 52) - 1023;
    if (exponent < -25) return sign;
    uint64_t mantissa = (size & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    /* Below 2^-14 the exponent stands still and the mantissa loses bits. */
    int shift = exponent < -14 ? 42 - 14 - exponent : 42;
    uint64_t half = UINT64_C(1) << (shift - 1);
    uint64_t below = mantissa & (2 * half - 1);
    uint64_t kept = mantissa >> shift;
    kept += below > half || (below == half && (kept & 1) != 0);
    /* A carry out of the mantissa runs into the exponent, as it should. */
    if (exponent >= -14) kept += (uint64_t)(exponent + 14) << 10;
    return (uint16_t)(sign | kept);
}

/* The open or closed interval of decimals that read back as value. */
struct interval {
    uint64_t value, low, high;
    bool closed;
};

static bool contains(const struct interval *interval, uint64_t scale, uint64_t decimal)
{
    uint64_t low = interval->low * scale;
    uint64_t high = interval->high * scale;
    if (interval->closed) return low <= decimal && decimal <= high;
    return low < decimal && decimal < high;
}

/* The multiple of 10^power in the interval that is nearest to value, the even
 * one of two; false when there is none. */
static bool find_multiple(const struct interval *interval, int power, uint64_t *digits)
{
    uint64_t step = UINT64_C(1) << UNIT_BITS;
    uint64_t scale = 1;
    if (power >= 0)
        step *= quire_digits_power[power];
    else
        scale = quire_digits_power[-power];
    uint64_t below = interval->value * scale / step;
    uint64_t distance = interval->value * scale % step;
    bool up = 2 * distance > step || (2 * distance == step && (below & 1) != 0);
    *digits = below + up;
    if (*digits > 0 && contains(interval, scale, *digits * step)) return true;
    *digits = below + !up;
    return *digits > 0 && contains(interval, scale, *digits * step);
}

char *quire_number_format_f16(uint16_t bits, char *out)
{
    uint16_t size = bits & 0x7fff;
    if (size == 0 || size >= 0x7c00)
        return quire_number_format_f64(quire_number_half_to_double(bits), out);
    *out = '-';
    out += bits >> 15;
    unsigned exponent = size >> 10;
    uint64_t mantissa = size & 0x3ff;
    /* Half a step to the neighbours; below a power of two they are closer. */
    uint64_t gap = exponent > 1 ? UINT64_C(1) << (exponent - 1) : 1;
    uint64_t gap_below = exponent > 1 && mantissa == 0 ? gap / 2 : gap;
    uint64_t value = (exponent > 0 ? mantissa | 0x400 : mantissa) * gap * 2;
    struct interval interval = {value, value - gap_below, value + gap, (mantissa & 1) == 0};
    uint64_t digits = 0;
    int power = 4; /* 65504 is the largest; 10^-8 is fine enough for every half */
    while (!find_multiple(&interval, power, &digits))
        power--;
    return quire_number_layout(digits, power, out);
}
