/* Columns of timestamps in binary rows, of which the commonest kind has loops of its own:
 * without a zone or in UTC, in years of two bytes. Their bytes are those that values one by
 * one have, which all others are. */
#include <string.h>

#include "base/civil.h"
#include "base/fail.h"
#include "format/ion/ion_encode_binary.h"

/* Years 128 to 9999 take two bytes as a VarUInt. */
#define SECONDS_FIRST INT64_C(-58127932800)
#define SECONDS_LAST  INT64_C(253402300799)
#define DAY_S         INT64_C(86400)

#define INLINE static inline __attribute__((always_inline))

struct moment {
    int64_t seconds;
    uint64_t fraction;
};

INLINE bool split(int64_t value, int64_t scale, struct moment *moment)
{
    int64_t rest;
    moment->seconds = civil_floor(value, scale, &rest);
    moment->fraction = (uint64_t)rest;
    return moment->seconds >= SECONDS_FIRST && moment->seconds <= SECONDS_LAST;
}

INLINE bool is_null(const struct quire_view *view, int64_t row)
{
    int64_t bit = row + view->offset;
    return view->validity != NULL && (view->validity[bit >> 3] >> (bit & 7) & 1) == 0;
}

bool quire_ion_are_moments(const struct quire_ion_block *block, const struct quire_view *view)
{
    const struct quire_field *field = view->field;
    bool omitted = view->validity != NULL && block->encoding->options.nulls == QUIRE_ION_NULLS_OMIT;
    return field->kind == QUIRE_KIND_TIMESTAMP && !omitted &&
           (field->zone_table == NULL || field->utc);
}

/* --- Sizes -------------------------------------------------------------------------------- */

INLINE int add_sizes(struct quire_ion_block *block, const struct quire_ion_node *node,
                     const struct quire_view *view, int64_t scale, struct quire_error *error)
{
    const int64_t *values = (const int64_t *)view->values + view->offset;
    for (int64_t i = 0; i < block->count; i++) {
        int64_t row = block->start + i;
        struct moment moment;
        size_t size = 1;
        if (is_null(view, row)) {
            block->sizes[i] += node->name_size + size;
            continue;
        }
        if (__builtin_expect(split(values[row], scale, &moment), 1)) {
            size = 9;
            if (scale > 1) size += 1 + quire_ion_fraction_size(moment.fraction);
        } else {
            block->failed = row;
            QUIRE_TRY(quire_ion_block_value_size(block, node, view, row, &size, error));
        }
        block->sizes[i] += node->name_size + size;
    }
    return 0;
}

int quire_ion_block_add_moments(struct quire_ion_block *block, const struct quire_ion_node *node,
                                const struct quire_view *view, struct quire_error *error)
{
    switch (view->field->unit) {
    case QUIRE_SECOND: return add_sizes(block, node, view, 1, error);
    case QUIRE_MILLI: return add_sizes(block, node, view, 1000, error);
    case QUIRE_MICRO: return add_sizes(block, node, view, 1000000, error);
    default: return add_sizes(block, node, view, 1000000000, error);
    }
}

/* --- Values ------------------------------------------------------------------------------- */

/* The day that was met last, and the bytes from the offset to it: the lowest first. */
struct day {
    int64_t number;
    uint64_t bytes;
};

INLINE uint64_t day_bytes(int64_t day, uint8_t offset)
{
    struct civil_date date = civil_from_days(day);
    uint64_t year = (uint64_t)date.year;
    return offset | year >> 7 << 8 | (0x80 | (year & 0x7f)) << 16 |
           (uint64_t)(0x80 | date.month) << 24 | (uint64_t)(0x80 | date.day) << 32;
}

/* From the descriptor to the second, nine bytes; size: of what follows the descriptor. */
INLINE uint8_t *put_seconds(uint8_t *put, size_t size, uint8_t offset, int64_t seconds,
                            struct day *last)
{
    int64_t second, day = civil_floor(seconds, DAY_S, &second);
    uint32_t of_day = (uint32_t)second;
    if (day != last->number) *last = (struct day){day, day_bytes(day, offset)};
    uint64_t word = last->bytes | (uint64_t)(0x80 | of_day / 3600) << 40 |
                    (uint64_t)(0x80 | of_day / 60 % 60) << 48 |
                    (uint64_t)(0x80 | of_day % 60) << 56;
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    *put = (uint8_t)(0x60 | size);
    memcpy(put + 1, &word, 8);
    return put + 9;
}

INLINE void put_values(struct quire_ion_block *block, const struct quire_ion_node *node,
                       const struct quire_view *view, int64_t scale)
{
    const int64_t *values = (const int64_t *)view->values + view->offset;
    const uint8_t null = quire_ion_null_descriptor(block->encoding, node);
    const uint8_t offset = view->field->zone == NULL ? 0xc0 : 0x80; /* -0 is not known */
    const uint8_t exponent = (uint8_t)(0xc0 | 3 * (int)view->field->unit);
    struct day last = {INT64_MIN, 0};
    for (int64_t i = 0; i < block->count; i++) {
        int64_t row = block->start + i;
        struct moment moment;
        uint8_t *put = quire_ion_block_put_name(node, block->puts[i]);
        if (is_null(view, row)) {
            *put++ = null;
        } else if (__builtin_expect(split(values[row], scale, &moment), 1)) {
            size_t size = quire_ion_fraction_size(moment.fraction);
            put = put_seconds(put, 8 + (scale > 1 ? 1 + size : 0), offset, moment.seconds, &last);
            if (scale > 1) {
                *put++ = exponent;
                put = quire_ion_block_put_bytes(put, moment.fraction, size);
            }
        } else {
            put = quire_ion_block_put_value(block, node, view, row, put);
        }
        block->puts[i] = put;
    }
}

void quire_ion_block_put_moments(struct quire_ion_block *block, const struct quire_ion_node *node,
                                 const struct quire_view *view)
{
    switch (view->field->unit) {
    case QUIRE_SECOND: put_values(block, node, view, 1); break;
    case QUIRE_MILLI: put_values(block, node, view, 1000); break;
    case QUIRE_MICRO: put_values(block, node, view, 1000000); break;
    default: put_values(block, node, view, 1000000000); break;
    }
}
