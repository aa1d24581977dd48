/* Decimals (LogicalTypes.md, "DECIMAL"): the unscaled integer in 4 or 8 bytes little
 * endian, or big endian in a fixed or a varying number, to Arrow's little endian ones.
 * Scales differ only where Arrow's was negative when it was written. */
#include <string.h>

#include "base/decimal.h"
#include "format/parquet/read/leaf_convert.h"

#define INLINE    static inline __attribute__((always_inline))
#define BYTES_MAX 32
/* Digits of decimals of 16 bytes. */
#define LIMIT_DIGITS 38

/* Two's complement of any length to 32 bytes; false when it is longer than its value. */
INLINE bool load(const uint8_t *bytes, size_t size, uint64_t words[4])
{
    uint8_t sign = size > 0 && (bytes[0] & 0x80) != 0 ? 0xff : 0;
    uint8_t whole[BYTES_MAX];
    for (; size > BYTES_MAX; bytes++, size--)
        if (*bytes != sign) return false;
    memset(whole, sign, BYTES_MAX);
    for (size_t i = 0; i < size; i++)
        whole[i] = bytes[size - 1 - i];
    memcpy(words, whole, BYTES_MAX);
    /* Bytes that were cut off leave the sign as it was. */
    return size < BYTES_MAX || (whole[BYTES_MAX - 1] & 0x80) == (sign & 0x80);
}

/* Words to a value of width bytes, when the rest is only sign. */
INLINE bool store(const uint64_t words[4], void *out, size_t width)
{
    uint64_t sign = (uint64_t)((int64_t)words[3] >> 63);
    if (width == 4) {
        int32_t value = (int32_t)(uint32_t)words[0];
        memcpy(out, &value, 4);
        return (uint64_t)(int64_t)value == words[0] && words[1] == sign && words[2] == sign &&
               words[3] == sign;
    }
    memcpy(out, words, width);
    uint64_t top = (uint64_t)((int64_t)words[width / 8 - 1] >> 63);
    bool fits = top == sign;
    for (size_t i = width / 8; i < 4; i++)
        fits &= words[i] == sign;
    return fits;
}

/* Whether a value has no more digits than its type. */
INLINE bool has_place(const struct quire_conversion *conversion, const uint64_t words[4])
{
    uint64_t sign = (uint64_t)((int64_t)words[1] >> 63);
    struct quire_decimal value;
    if (words[2] == sign && words[3] == sign && conversion->limit != 0) {
        quire_u128 low = (quire_u128)words[1] << 64 | words[0];
        return low + conversion->limit - 1 <= (conversion->limit - 1) * 2;
    }
    memcpy(value.word, words, sizeof(value.word));
    return quire_decimal_digits(&value) <= conversion->precision;
}

static bool rescale(const struct quire_conversion *conversion, uint64_t words[4])
{
    struct quire_decimal value;
    if (conversion->from_scale == conversion->to_scale) return true;
    memcpy(value.word, words, sizeof(value.word));
    if (!quire_decimal_rescale(&value, conversion->from_scale, conversion->to_scale)) return false;
    memcpy(words, value.word, sizeof(value.word));
    return true;
}

static size_t of_slices(const struct quire_conversion *conversion, const void *in, void *out,
                        size_t n)
{
    const struct quire_bytes *from = in;
    uint8_t *to = out;
    uint64_t words[4];
    for (size_t i = 0; i < n; i++, to += conversion->out_width) {
        if (!load(from[i].data, from[i].size, words) || !rescale(conversion, words) ||
            !has_place(conversion, words) || !store(words, to, conversion->out_width))
            return i;
    }
    return n;
}

static size_t of_fixed(const struct quire_conversion *conversion, const void *in, void *out,
                       size_t n)
{
    const uint8_t *from = in;
    uint8_t *to = out;
    uint64_t words[4];
    for (size_t i = 0; i < n; i++, from += conversion->in_width, to += conversion->out_width) {
        if (!load(from, conversion->in_width, words) || !rescale(conversion, words) ||
            !has_place(conversion, words) || !store(words, to, conversion->out_width))
            return i;
    }
    return n;
}

INLINE bool has_place_16(const struct quire_conversion *conversion, const uint64_t *words)
{
    quire_u128 value = (quire_u128)words[1] << 64 | words[0];
    return value + conversion->limit - 1 <= (conversion->limit - 1) * 2;
}

/* The first of n values of 16 bytes that has no place; n when all have. */
static size_t find_misplaced(const struct quire_conversion *conversion, const uint64_t *values,
                             size_t n)
{
    size_t good = 0;
    while (good < n && has_place_16(conversion, values + 2 * good))
        good++;
    return good;
}

/* The common case: at most 16 bytes to 16, of the same scale. The bytes are the low end of
 * a big-endian number of 16 whose upper end is sign. */
static size_t of_fixed_16(const struct quire_conversion *conversion, const void *in, void *out,
                          size_t n)
{
    const uint8_t *from = in;
    uint64_t *to = out;
    size_t width = conversion->in_width;
    size_t low_bytes = width < 8 ? width : 8, high_bytes = width - low_bytes;
    bool wrong = false;
    for (size_t i = 0; i < n; i++, from += width) {
        uint64_t sign = (from[0] & 0x80) != 0 ? UINT64_MAX : 0, high = sign, low = sign;
        for (size_t k = 0; k < high_bytes; k++)
            high = high << 8 | from[k];
        for (size_t k = high_bytes; k < width; k++)
            low = low << 8 | from[k];
        to[2 * i] = low;
        to[2 * i + 1] = high;
        wrong |= !has_place_16(conversion, to + 2 * i);
    }
    return wrong ? find_misplaced(conversion, to, n) : n;
}

#define DEFINE_OF_INTEGER(name, type)                                                             \
    static size_t of_##name(const struct quire_conversion *conversion, const void *in, void *out, \
                            size_t n)                                                             \
    {                                                                                             \
        const type *from = in;                                                                    \
        uint8_t *to = out;                                                                        \
        for (size_t i = 0; i < n; i++, to += conversion->out_width) {                             \
            uint64_t sign = (uint64_t)((int64_t)from[i] >> 63);                                   \
            uint64_t words[4] = {(uint64_t)(int64_t)from[i], sign, sign, sign};                   \
            if (!rescale(conversion, words) || !has_place(conversion, words) ||                   \
                !store(words, to, conversion->out_width))                                         \
                return i;                                                                         \
        }                                                                                         \
        return n;                                                                                 \
    }                                                                                             \
    static size_t of_##name##_16(const struct quire_conversion *conversion, const void *in,       \
                                 void *out, size_t n)                                             \
    {                                                                                             \
        const type *from = in;                                                                    \
        int64_t *to = out;                                                                        \
        type low = (type)conversion->low, high = (type)conversion->high;                          \
        bool wrong = false;                                                                       \
        for (size_t i = 0; i < n; i++) {                                                          \
            to[2 * i] = from[i];                                                                  \
            to[2 * i + 1] = (int64_t)from[i] >> 63;                                               \
            wrong |= from[i] < low || from[i] > high;                                             \
        }                                                                                         \
        size_t good = 0;                                                                          \
        while (wrong && good < n && from[good] >= low && from[good] <= high)                      \
            good++;                                                                               \
        return wrong ? good : n;                                                                  \
    }

DEFINE_OF_INTEGER(i32, int32_t)
DEFINE_OF_INTEGER(i64, int64_t)

/* How far values reach, as 10 to the precision and as the integers below it of so many bytes. */
static void set_limits(const struct quire_field *field, struct quire_conversion *conversion)
{
    int64_t most = conversion->in_width == 4 ? INT32_MAX : INT64_MAX;
    quire_u128 limit = 1;
    for (int32_t i = 0; i < field->precision && i < LIMIT_DIGITS; i++)
        limit *= 10;
    conversion->precision = field->precision;
    conversion->limit = field->precision <= LIMIT_DIGITS ? limit : 0;
    conversion->high =
        conversion->limit != 0 && limit - 1 < (quire_u128)most ? (int64_t)limit - 1 : most;
    conversion->low = conversion->high < most ? -conversion->high : -most - 1;
}

bool quire_conversion_of_decimal(int32_t type, const struct quire_field *own,
                                 const struct quire_field *field,
                                 struct quire_conversion *conversion)
{
    bool decimal = own->kind == QUIRE_KIND_DECIMAL;
    conversion->from_scale = decimal ? own->scale : field->scale;
    conversion->to_scale = field->scale;
    conversion->refusal = "a decimal that the column's type cannot hold";
    set_limits(field, conversion);
    bool common = conversion->from_scale == conversion->to_scale && conversion->out_width == 16 &&
                  conversion->limit != 0;
    bool equal = conversion->from_scale == conversion->to_scale &&
                 conversion->in_width == conversion->out_width;
    switch (type) {
    case QUIRE_PARQUET_INT32:
        conversion->run = common ? of_i32_16 : of_i32;
        if (equal) quire_conversion_of_range(conversion, conversion->low, conversion->high);
        return true;
    case QUIRE_PARQUET_INT64:
        conversion->run = common ? of_i64_16 : of_i64;
        if (equal) quire_conversion_of_range(conversion, conversion->low, conversion->high);
        return true;
    case QUIRE_PARQUET_BYTE_ARRAY: conversion->run = of_slices; return decimal;
    case QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY:
        conversion->run = common && conversion->in_width <= 16 ? of_fixed_16 : of_fixed;
        return decimal;
    default: return false;
    }
}
