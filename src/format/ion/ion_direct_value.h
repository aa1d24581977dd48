/* Values of the short way of binary, by their bytes (binary.md, Typed Value Formats). What
 * is read lies within the end that is given or the padding that follows the window. */
#ifndef QUIRE_FORMAT_ION_DIRECT_VALUE_H
#define QUIRE_FORMAT_ION_DIRECT_VALUE_H

#include "base/utf8.h"
#include "format/ion/ion_binary.h"
#include "format/ion/ion_direct.h"

static inline uint64_t quire_ion_load_big(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* size bytes (0 to 8), most significant first. */
static inline uint64_t quire_ion_load_uint(const uint8_t *at, size_t size)
{
    return size == 0 ? 0 : quire_ion_load_big(at) >> (64 - 8 * size);
}

/* Each takes the value at `at` and returns where it ends, NULL when it does not. */

/* An integer of any size up to eight bytes. */
static inline const uint8_t *quire_ion_direct_int(const uint8_t *at, const uint8_t *end,
                                                  int64_t *value)
{
    unsigned code = *at >> 4, size = *at & 15;
    if (size > 8 || code - 2 > 1 || size >= (size_t)(end - at)) return NULL;
    uint64_t magnitude = quire_ion_load_uint(at + 1, size);
    bool negative = code == 3;
    if (magnitude > INT64_MAX || (negative && magnitude == 0)) return NULL;
    *value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return at + 1 + size;
}

static inline const uint8_t *quire_ion_direct_float(const uint8_t *at, const uint8_t *end,
                                                    double *value)
{
    unsigned size = *at & 15;
    if ((*at != 0x40 && *at != 0x44 && *at != 0x48) || size >= (size_t)(end - at)) return NULL;
    uint64_t bits = quire_ion_load_uint(at + 1, size);
    if (size == 4) {
        float single;
        uint32_t bits32 = (uint32_t)bits;
        memcpy(&single, &bits32, 4);
        *value = (double)single;
    } else {
        memcpy(value, &bits, 8);
    }
    return at + 1 + size;
}

/* Offset zero or unknown, seven bytes of date and time, and perhaps a fraction. Whether
 * there is such a date is not looked at. */
static inline const uint8_t *quire_ion_direct_moment(const uint8_t *at, const uint8_t *end,
                                                     struct quire_ion_direct_moment *moment)
{
    const uint64_t stops = UINT64_C(0x8000808080808080), all = UINT64_C(0x8080808080808080);
    struct quire_ion_header header;
    if (*at >> 4 != 6 || quire_ion_take_header(at, end, &header) != NULL || header.low == 15)
        return NULL;
    const uint8_t *body = header.body;
    size_t size = (size_t)(header.end - body);
    if (size < 8 || (body[0] & 0xbf) != 0x80) return NULL;
    uint64_t fields = quire_ion_load_big(body);
    if ((fields & all) != stops) return NULL;
    *moment = (struct quire_ion_direct_moment){
        .date = fields >> 24,
        .offset_known = body[0] == 0x80,
        .year = (uint32_t)body[1] << 7 | (body[2] & 0x7f),
        .month = body[3] & 0x7f,
        .day = body[4] & 0x7f,
        .hour = body[5] & 0x7f,
        .minute = body[6] & 0x7f,
        .second = body[7] & 0x7f,
    };
    if (moment->year > 9999) return NULL;
    if (size == 8) return header.end;
    moment->fraction_digits = body[8] & 0x3f;
    size_t left = size - 9;
    if ((body[8] & 0xc0) != 0xc0 || left > 8) return NULL;
    if (moment->fraction_digits < 1 || moment->fraction_digits > 9) return NULL;
    moment->fraction = quire_ion_load_uint(body + 9, left);
    if (moment->fraction >= quire_digits_power[moment->fraction_digits] ||
        (left > 0 && body[9] >= 0x80))
        return NULL;
    return header.end;
}

static inline bool quire_ion_is_short_ascii(const uint8_t *bytes, size_t size)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    if (size == 0) return true;
    if (size <= 8) return (quire_ion_load_big(bytes) >> (64 - 8 * size) & high) == 0;
    return ((quire_ion_load_big(bytes) | quire_ion_load_big(bytes + size - 8)) & high) == 0;
}

/* A string: its bytes are those from *body to where it ends. Not looked at is whether they
 * are UTF-8. */
static inline const uint8_t *quire_ion_direct_string(const uint8_t *at, const uint8_t *end,
                                                     const uint8_t **body)
{
    struct quire_ion_header header = {.body = at + 1, .end = at + 1 + (*at & 15)};
    if (*at >> 4 != 8) return NULL;
    if ((*at & 15) >= 14 && (quire_ion_take_header(at, end, &header) != NULL || header.low == 15))
        return NULL;
    *body = header.body;
    return header.end > end ? NULL : header.end;
}

/* Is it a null, of a type or of none? It is one byte. */
static inline bool quire_ion_direct_is_null(const uint8_t *at)
{
    return (*at & 15) == 15 && *at >> 4 != 14 && quire_ion_descriptors[*at] == QUIRE_ION_ALONE;
}

/* Past a value that nobody wants and that cannot be wrong. */
static inline const uint8_t *quire_ion_direct_pass(const uint8_t *at, const uint8_t *end)
{
    struct quire_ion_header header;
    unsigned code = *at >> 4;
    if (quire_ion_take_header(at, end, &header) != NULL) return NULL;
    bool string = code == 8 && header.low != 15 &&
                  quire_utf8_is_valid(header.body, (size_t)(header.end - header.body));
    bool null = header.low == 15 && code != 14;
    bool integer = code == 2 && header.low <= 8;
    return string || null || integer || code == 1 || code == 4 ? header.end : NULL;
}

#endif
