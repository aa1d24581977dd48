/* Doubles and floats as shortest text, and back.
 *
 * Shortest digits come from Dragonbox. Values with at most 15 digits of which at
 * most four follow the point, which most real columns are made of, are printed
 * without it: n / 10^4 in doubles is the correctly rounded value of that decimal
 * (n and 10^4 are exact), so equality proves that the text reads back, and among
 * decimals of up to 15 digits no two read as the same double, so it is the
 * shortest. */
#include <string.h>

#include "base/digits.h"
#include "base/float_text.h"
#include "base/number.h"
#include "base/number_layout.h"

static char *put_text(char *out, const char *text)
{
    size_t size = strlen(text);
    memcpy(out, text, size);
    return out + size;
}

/* digits × 10^exponent, left-aligned in 17 characters. */
static inline void put_left17(char *out, uint64_t digits, int count)
{
    if (count <= 8) {
        quire_digits_put8(out, (uint32_t)(digits * quire_digits_power[8 - count]));
        return;
    }
    digits *= quire_digits_power[17 - count];
    uint64_t top = digits / UINT64_C(10000000000000000);
    uint64_t rest = digits - top * UINT64_C(10000000000000000);
    *out = (char)('0' + top);
    quire_digits_put8(out + 1, (uint32_t)(rest / 100000000));
    quire_digits_put8(out + 9, (uint32_t)(rest % 100000000));
}

static char *put_scientific(char *out, const char *digits, int count, int exponent)
{
    *out++ = *digits;
    if (count > 1) {
        *out++ = '.';
        memcpy(out, digits + 1, 16);
        out += count - 1;
    }
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    uint32_t size = (uint32_t)(exponent < 0 ? -exponent : exponent);
    if (size >= 100) {
        *out++ = (char)('0' + size / 100);
        size %= 100;
    }
    quire_digits_put2(out, size);
    return out + 2;
}

/* Copies whole words of 16 characters: see QUIRE_FLOAT_TEXT_MAX. */
char *quire_number_layout(uint64_t digits, int exponent, char *out)
{
    char text[32];
    memset(text, '0', sizeof(text));
    int count = quire_digits_count(digits);
    int point = count + exponent; /* digits before the point */
    put_left17(text, digits, count);
    if (point > 16 || point < -3) return put_scientific(out, text, count, point - 1);
    if (point <= 0) {
        memcpy(out, "0.000000", 8);
        memcpy(out + 2 - point, text, 17);
        return out + 2 - point + count;
    }
    memcpy(out, text, 16);
    out[point] = '.';
    memcpy(out + point + 1, text + point, 16);
    return out + point + 1 + (exponent < 0 ? -exponent : 1);
}

/* value is positive and below 10^11; false when it has more than four decimals. */
static inline bool put_short(double value, char **out)
{
    double scaled = value * 1e4;
    uint64_t digits = (uint64_t)(scaled + 0.5);
    double distance = scaled - (double)digits;
    /* Cheap refusal before the division that decides. */
    if (distance > 0.01 || distance < -0.01 || (double)digits / 1e4 != value) return false;
    uint64_t whole = digits / 10000;
    uint32_t part = (uint32_t)(digits - whole * 10000);
    char *end = quire_number_format_u64(whole, *out);
    *end = '.';
    quire_digits_put4(end + 1, part);
    end += 5;
    while (end[-1] == '0' && end[-2] != '.')
        end--;
    *out = end;
    return true;
}

char *quire_number_format_f64(double value, char *out)
{
    uint64_t bits;
    memcpy(&bits, &value, 8);
    if (value != value) return put_text(out, "nan");
    *out = '-';
    out += bits >> 63;
    double size = __builtin_fabs(value);
    if (size < 1e11 && size >= 1e-4) {
        if (put_short(size, &out)) return out;
    } else if (size == 0) {
        return put_text(out, "0.0");
    } else if (size > __DBL_MAX__) {
        return put_text(out, "inf");
    }
    struct quire_float_digits shortest = quire_float_shortest64(size);
    return quire_number_layout(shortest.digits, shortest.exponent, out);
}

char *quire_number_format_f32(float value, char *out)
{
    uint32_t bits;
    memcpy(&bits, &value, 4);
    if (value != value) return put_text(out, "nan");
    *out = '-';
    out += bits >> 31;
    float size = __builtin_fabsf(value);
    if (size == 0) return put_text(out, "0.0");
    if (size > __FLT_MAX__) return put_text(out, "inf");
    struct quire_float_digits shortest = quire_float_shortest32(size);
    return quire_number_layout(shortest.digits, shortest.exponent, out);
}

/* fast_float takes no '+', and would take a second sign after ours. */
static inline const char *skip_plus(const char *text, size_t size)
{
    if (size == 0) return NULL;
    if (*text != '+') return text;
    return size > 1 && text[1] != '-' ? text + 1 : NULL;
}

bool quire_number_parse_f64(const char *text, size_t size, double *value)
{
    const char *first = skip_plus(text, size);
    return first != NULL && quire_float_parse64(first, text + size, value);
}

bool quire_number_parse_f32(const char *text, size_t size, float *value)
{
    const char *first = skip_plus(text, size);
    return first != NULL && quire_float_parse32(first, text + size, value);
}
