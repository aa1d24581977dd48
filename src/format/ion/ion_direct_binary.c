/* The short way of binary records: names are compared as the bytes that they are, and each
 * value is read by the descriptor that its column goes with (binary.md, Typed Value
 * Formats). Every read lies within the record or the padding that follows the window; what
 * is taken ends within the record. */
#include "base/utf8.h"
#include "format/ion/ion_binary.h"
#include "format/ion/ion_direct.h"

static inline uint64_t load_big(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* size bytes (0 to 8), most significant first. */
static inline uint64_t load_uint(const uint8_t *at, size_t size)
{
    return size == 0 ? 0 : load_big(at) >> (64 - 8 * size);
}

/* Each takes the value at `at` and returns where it ends, NULL when it does not. */

static inline const uint8_t *take_int(struct quire_column *column, const uint8_t *at,
                                      const uint8_t *end)
{
    unsigned code = *at >> 4, size = *at & 15;
    if (size > 8 || code - 2 > 1 || size >= (size_t)(end - at)) return NULL;
    uint64_t value = load_uint(at + 1, size);
    bool negative = code == 3;
    if (value > INT64_MAX || (negative && value == 0)) return NULL;
    int64_t integer = negative ? -(int64_t)value : (int64_t)value;
    return quire_column_append_i64(column, integer) == 0 ? at + 1 + size : NULL;
}

static inline const uint8_t *take_float(struct quire_column *column, const uint8_t *at,
                                        const uint8_t *end)
{
    unsigned size = *at & 15;
    if ((*at != 0x40 && *at != 0x44 && *at != 0x48) || size >= (size_t)(end - at)) return NULL;
    uint64_t bits = load_uint(at + 1, size);
    double value;
    if (size == 4) {
        float single;
        uint32_t bits32 = (uint32_t)bits;
        memcpy(&single, &bits32, 4);
        value = (double)single;
    } else {
        memcpy(&value, &bits, 8);
    }
    return quire_column_append_f64(column, value) == 0 ? at + 1 + size : NULL;
}

static inline const uint8_t *take_bool(struct quire_column *column, const uint8_t *at)
{
    if (*at != 0x10 && *at != 0x11) return NULL;
    return quire_column_append_bool(column, *at == 0x11) == 0 ? at + 1 : NULL;
}

/* Offset zero or unknown, seven bytes of date and time, and perhaps a fraction. */
static inline const uint8_t *take_timestamp(struct quire_column *column, const uint8_t *at,
                                            const uint8_t *end)
{
    const uint64_t stops = UINT64_C(0x8000808080808080), all = UINT64_C(0x8080808080808080);
    struct quire_ion_header header;
    if (*at >> 4 != 6 || quire_ion_take_header(at, end, &header) != NULL || header.low == 15)
        return NULL;
    const uint8_t *body = header.body;
    size_t size = (size_t)(header.end - body);
    if (size < 8 || (body[0] & 0xbf) != 0x80) return NULL;
    uint64_t fields = load_big(body);
    if ((fields & all) != stops) return NULL;
    struct quire_ion_direct_moment moment = {
        .offset_known = body[0] == 0x80,
        .year = (uint32_t)body[1] << 7 | (body[2] & 0x7f),
        .month = body[3] & 0x7f,
        .day = body[4] & 0x7f,
        .hour = body[5] & 0x7f,
        .minute = body[6] & 0x7f,
        .second = body[7] & 0x7f,
    };
    if (moment.year > 9999) return NULL;
    if (size > 8) {
        moment.fraction_digits = body[8] & 0x3f;
        size_t left = size - 9;
        if ((body[8] & 0xc0) != 0xc0 || left > 8) return NULL;
        if (moment.fraction_digits < 1 || moment.fraction_digits > 9) return NULL;
        moment.fraction = load_uint(body + 9, left);
        if (moment.fraction >= quire_digits_power[moment.fraction_digits] ||
            (left > 0 && body[9] >= 0x80))
            return NULL;
    }
    return quire_ion_direct_put_moment(column, &moment) ? header.end : NULL;
}

static inline bool is_short_ascii(const uint8_t *bytes, size_t size)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    if (size == 0) return true;
    if (size <= 8) return (load_big(bytes) >> (64 - 8 * size) & high) == 0;
    return ((load_big(bytes) | load_big(bytes + size - 8)) & high) == 0;
}

static inline const uint8_t *take_string(struct quire_column *column, const uint8_t *at,
                                         const uint8_t *end)
{
    struct quire_ion_header header = {.body = at + 1, .end = at + 1 + (*at & 15)};
    if (*at >> 4 != 8) return NULL;
    if ((*at & 15) >= 14 && (quire_ion_take_header(at, end, &header) != NULL || header.low == 15))
        return NULL;
    if (header.end > end) return NULL;
    size_t size = (size_t)(header.end - header.body);
    if (size <= 16 && is_short_ascii(header.body, size))
        return quire_ion_direct_put_short(column, header.body, size) ? header.end : NULL;
    if (!quire_utf8_is_valid(header.body, size) ||
        quire_column_append_bytes(column, header.body, size) != 0)
        return NULL;
    return header.end;
}

/* Past a value that nobody wants and that cannot be wrong. */
static inline const uint8_t *pass(const uint8_t *at, const uint8_t *end)
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

static inline const uint8_t *take_value(enum quire_ion_direct_kind kind,
                                        struct quire_column *column, const uint8_t *at,
                                        const uint8_t *end)
{
    if (__builtin_expect((*at & 15) == 15, 0)) {
        if (kind == QUIRE_ION_DIRECT_NONE || *at >> 4 == 14 ||
            quire_ion_descriptors[*at] != QUIRE_ION_ALONE)
            return NULL;
        return quire_ion_direct_put_null(column) ? at + 1 : NULL;
    }
    switch (kind) {
    case QUIRE_ION_DIRECT_INT64: return take_int(column, at, end);
    case QUIRE_ION_DIRECT_FLOAT64: return take_float(column, at, end);
    case QUIRE_ION_DIRECT_BOOL: return take_bool(column, at);
    case QUIRE_ION_DIRECT_TIMESTAMP: return take_timestamp(column, at, end);
    case QUIRE_ION_DIRECT_STRING: return take_string(column, at, end);
    default: return NULL;
    }
}

/* An integer of at most seven bytes: the commonest value. */
static inline bool take_short_int(struct quire_column *column, const uint8_t *at, unsigned size,
                                  bool negative, int64_t length)
{
    int64_t value = (int64_t)((load_big(at) & UINT64_MAX >> 8) >> (56 - 8 * size));
    size_t end = ((size_t)length + 1) * sizeof(value);
    if (negative && value == 0) return false;
    if (negative) value = -value;
    if (__builtin_expect(column->validity.data != NULL || column->values.capacity < end, 0))
        return quire_column_append_i64(column, value) == 0;
    memcpy(column->values.data + end - sizeof(value), &value, sizeof(value));
    column->values.size = end;
    column->length = length + 1;
    return true;
}

/* Where a value ends hangs on its descriptor alone, which is read by itself: what is done
 * with the value does not hold up the next one. */
void quire_ion_direct_binary(struct quire_ion_row *row, int64_t length, size_t *next,
                             size_t *filled)
{
    struct quire_ion_reader *reader = row->reader;
    const uint8_t *at = reader->at, *end = reader->frames[reader->depth - 1].end;
    const struct quire_ion_lane *first = row->lanes + *next, *lane = first;
    const struct quire_ion_lane *last = row->lanes + row->decoding->shape.members_size;
    size_t passed = 0;
    for (; lane < last && at < end; lane++) {
        unsigned name = (unsigned)at[0] << 8 | at[1];
        if ((name & lane->mask) != lane->bytes || lane->size >= end - at) break;
        const uint8_t *value = at + lane->size, *after;
        unsigned descriptor = *value, size = descriptor & 15;
        struct quire_column *column = lane->column;
        if (__builtin_expect(column == NULL, 0)) {
            after = pass(value, end);
            passed += after != NULL;
        } else if (column->length != length) {
            break;
        } else if (lane->kind == QUIRE_ION_DIRECT_INT64 && descriptor >> 5 == 1 && size < 8) {
            after = value + 1 + size;
            if (after > end || !take_short_int(column, value, size, descriptor >= 0x30, length))
                break;
        } else {
            after = take_value((enum quire_ion_direct_kind)lane->kind, column, value, end);
        }
        if (after == NULL) break;
        at = after;
    }
    reader->at = at;
    *next += (size_t)(lane - first);
    *filled += (size_t)(lane - first) - passed;
}
