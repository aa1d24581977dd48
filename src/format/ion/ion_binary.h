/* The primitive fields of Ion binary (binary.md, Basic Field Formats). */
#ifndef QUIRE_FORMAT_ION_BINARY_H
#define QUIRE_FORMAT_ION_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/ion/ion_value.h"

#define QUIRE_ION_VERSION_MARKER "\xe0\x01\x00\xea"

/* Bytes of a VarUInt of up to 63 bits, and of a header before a representation. */
#define QUIRE_ION_VARUINT_MAX 9
#define QUIRE_ION_HEADER_MAX  10

/* A VarUInt at *at, which moves past it; false when it does not end before end, or
 * passes 63 bits. */
static inline bool quire_ion_take_varuint(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    const uint8_t *p = *at;
    uint64_t result = 0;
    if (__builtin_expect(p < end && *p >= 0x80, 1)) {
        *value = *p & 0x7f;
        *at = p + 1;
        return true;
    }
    while (p < end) {
        uint8_t byte = *p++;
        if (result >> 56 != 0) return false;
        result = result << 7 | (byte & 0x7f);
        if (byte & 0x80) {
            *at = p;
            *value = result;
            return true;
        }
    }
    return false;
}

/* A VarInt; *negative also of zero. */
static inline bool quire_ion_take_varint(const uint8_t **at, const uint8_t *end, int64_t *value,
                                         bool *negative)
{
    const uint8_t *p = *at;
    if (p >= end) return false;
    uint8_t byte = *p++;
    uint64_t result = byte & 0x3f;
    *negative = (byte & 0x40) != 0;
    while (!(byte & 0x80)) {
        if (p >= end || result >> 55 != 0) return false;
        byte = *p++;
        result = result << 7 | (byte & 0x7f);
    }
    *at = p;
    *value = *negative ? -(int64_t)result : (int64_t)result;
    return true;
}

static inline size_t quire_ion_varuint_size(uint64_t value)
{
    return (size_t)(63 - __builtin_clzll(value | 1)) / 7 + 1;
}

static inline uint8_t *quire_ion_put_varuint(uint8_t *out, uint64_t value)
{
    size_t size = quire_ion_varuint_size(value);
    for (size_t i = size; i-- > 0; value >>= 7)
        out[i] = value & 0x7f;
    out[size - 1] |= 0x80;
    return out + size;
}

static inline size_t quire_ion_varint_size(int64_t value)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    return (size_t)(64 - __builtin_clzll(magnitude | 1)) / 7 + 1;
}

static inline uint8_t *quire_ion_put_varint(uint8_t *out, int64_t value, bool negative)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t size = quire_ion_varint_size(value);
    for (size_t i = size; i-- > 0; magnitude >>= 7)
        out[i] = magnitude & 0x7f;
    if (negative) out[0] |= 0x40;
    out[size - 1] |= 0x80;
    return out + size;
}

/* Bytes of a magnitude: none for zero. */
static inline size_t quire_ion_uint_size(uint64_t value)
{
    return value == 0 ? 0 : (size_t)(71 - __builtin_clzll(value)) / 8;
}

static inline uint8_t *quire_ion_put_uint(uint8_t *out, uint64_t value, size_t size)
{
    for (size_t i = size; i-- > 0; value >>= 8)
        out[i] = (uint8_t)value;
    return out + size;
}

/* The type descriptor and length before a representation of size bytes. */
static inline size_t quire_ion_header_size(size_t size)
{
    return size < 14 ? 1 : 1 + quire_ion_varuint_size(size);
}

static inline uint8_t *quire_ion_put_header(uint8_t *out, unsigned code, size_t size)
{
    if (size < 14) {
        *out = (uint8_t)(code << 4 | size);
        return out + 1;
    }
    *out = (uint8_t)(code << 4 | 14);
    return quire_ion_put_varuint(out + 1, size);
}

/* What begins at a type descriptor. */
struct quire_ion_header {
    unsigned code, low;        /* the halves of the descriptor */
    const uint8_t *body, *end; /* of the representation; both past the descriptor for nulls */
};

/* What follows a type descriptor: nothing, as many bytes as it says, or a length. */
enum { QUIRE_ION_ALONE = 1, QUIRE_ION_SHORT = 2, QUIRE_ION_LONG = 3 };
extern const uint8_t quire_ion_descriptors[256];
extern const char quire_ion_too_long[]; /* a message */
const char *quire_ion_take_long(const uint8_t *at, const uint8_t *end,
                                struct quire_ion_header *header);

/* Reads the descriptor at `at` and its length. NULL when it is one, else what is wrong. */
static inline const char *quire_ion_take_header(const uint8_t *at, const uint8_t *end,
                                                struct quire_ion_header *header)
{
    if (__builtin_expect(at >= end, 0)) return "a value is missing";
    unsigned kind = quire_ion_descriptors[*at];
    header->code = *at >> 4;
    header->low = *at & 15;
    header->body = at + 1;
    header->end = header->body + (kind == QUIRE_ION_SHORT ? header->low : 0);
    if (__builtin_expect(kind == 0, 0)) return "this type descriptor is not legal";
    if (__builtin_expect(kind == QUIRE_ION_LONG, 0))
        return quire_ion_take_long(at + 1, end, header);
    return header->end > end ? quire_ion_too_long : NULL;
}

/* The body of a struct that is as records most often are: its length stands in one or two
 * bytes after the descriptor, which can be read. *after is where it ends; NULL: it is not so. */
static inline const uint8_t *quire_ion_take_record(const uint8_t *at, const uint8_t **after)
{
    if (*at != 0xde) return NULL;
    size_t first = at[1], second = at[2];
    bool wide = first < 0x80;
    if (wide && second < 0x80) return NULL;
    const uint8_t *body = at + 2 + wide;
    *after = body + (wide ? first << 7 | (second & 0x7f) : first & 0x7f);
    return body;
}

/* The type code of a type, for nulls and containers. */
static inline unsigned quire_ion_code(enum quire_ion_type type)
{
    return type <= QUIRE_ION_INT ? type : type + 1;
}

#endif
