/* The encoder looks at values in groups of eight, since bit-packed runs hold whole
 * groups: a group of equal values opens a run, which then grows value by value as far
 * as it goes. Because groups start at fixed places, where calls cut the values does
 * not matter. A run too short to pay for its two headers becomes literal again. */
#include "format/parquet/encoding/rle.h"

#include <assert.h>
#include <string.h>

#include "format/parquet/encoding/bit_pack.h"

#define INLINE             static inline __attribute__((always_inline))
#define GROUP              8
#define LITERAL_GROUPS_MAX 63 /* their header is one byte */
#define RUN_LENGTH_MAX     INT32_MAX
#define RUN_BYTES_MAX      (QUIRE_PAGE_VARINT_MAX + 4)
#define NO_LITERAL         SIZE_MAX

void quire_rle_encoder_init(struct quire_rle_encoder *encoder, struct quire_buf *out,
                            unsigned width)
{
    assert(width <= QUIRE_RLE_WIDTH_MAX);
    *encoder = (struct quire_rle_encoder){.out = out, .width = width, .literal_at = NO_LITERAL};
}

/* Runs shorter than this cost more than the same values bit-packed. */
static uint64_t run_min(unsigned width)
{
    return width == 1 ? 32 : width == 2 ? 16 : GROUP;
}

static int put_run(struct quire_rle_encoder *encoder, uint32_t value, uint64_t length)
{
    size_t value_bytes = (encoder->width + 7) / 8;
    encoder->literal_at = NO_LITERAL;
    while (length > 0) {
        uint64_t part = length < RUN_LENGTH_MAX ? length : RUN_LENGTH_MAX;
        QUIRE_TRY(quire_buf_reserve(encoder->out, RUN_BYTES_MAX));
        uint8_t *at = quire_page_put_varint(quire_buf_end(encoder->out), part << 1);
        memcpy(at, &value, value_bytes);
        encoder->out->size = (size_t)(at - encoder->out->data) + value_bytes;
        length -= part;
    }
    return 0;
}

/* n is a multiple of 8; groups join the open bit-packed run while it has room. */
INLINE int put_literals(struct quire_rle_encoder *encoder, const void *values, size_t n,
                        bool narrow)
{
    struct quire_buf *out = encoder->out;
    const uint8_t *at = values;
    for (size_t groups = n / GROUP; groups > 0;) {
        bool opens =
            encoder->literal_at == NO_LITERAL || encoder->literal_groups == LITERAL_GROUPS_MAX;
        size_t room = LITERAL_GROUPS_MAX - (opens ? 0 : encoder->literal_groups);
        size_t part = groups < room ? groups : room;
        QUIRE_TRY(quire_buf_reserve(out, 1 + part * encoder->width));
        if (opens) {
            encoder->literal_at = out->size++;
            encoder->literal_groups = 0;
        }
        if (narrow)
            quire_bit_pack_u8(at, part * GROUP, encoder->width, quire_buf_end(out));
        else
            quire_bit_pack_u32((const uint32_t *)(const void *)at, part * GROUP, encoder->width,
                               quire_buf_end(out));
        out->size += part * encoder->width;
        encoder->literal_groups += (unsigned)part;
        out->data[encoder->literal_at] = (uint8_t)(encoder->literal_groups << 1 | 1);
        at += part * GROUP * (narrow ? 1 : sizeof(uint32_t));
        groups -= part;
    }
    return 0;
}

static bool group_is_equal(const uint32_t *group)
{
    for (int i = 1; i < GROUP; i++)
        if (group[i] != group[0]) return false;
    return true;
}

static int put_group(struct quire_rle_encoder *encoder)
{
    encoder->group_size = 0;
    if (group_is_equal(encoder->group)) {
        encoder->run_value = encoder->group[0];
        encoder->run_length = GROUP;
        return 0;
    }
    return put_literals(encoder, encoder->group, GROUP, false);
}

static int end_run(struct quire_rle_encoder *encoder)
{
    uint64_t length = encoder->run_length;
    encoder->run_length = 0;
    if (length >= run_min(encoder->width)) return put_run(encoder, encoder->run_value, length);
    for (int i = 0; i < GROUP; i++)
        encoder->group[i] = encoder->run_value;
    for (; length >= GROUP; length -= GROUP)
        QUIRE_TRY(put_literals(encoder, encoder->group, GROUP, false));
    encoder->group_size = (unsigned)length;
    return 0;
}

INLINE uint32_t value_at(const void *values, size_t i, bool narrow)
{
    return narrow ? ((const uint8_t *)values)[i] : ((const uint32_t *)values)[i];
}

INLINE const void *values_from(const void *values, size_t i, bool narrow)
{
    return narrow ? (const void *)((const uint8_t *)values + i)
                  : (const void *)((const uint32_t *)values + i);
}

#define ONES UINT64_C(0x0101010101010101)

/* Where the eight values from i on differ from `value`, in any bits of a word; 0: nowhere. Of
 * bytes, that of the first which differs is the first that is not zero. */
INLINE uint64_t differences(const void *values, size_t i, uint32_t value, bool narrow)
{
    uint64_t any = 0;
    if (narrow) {
        memcpy(&any, (const uint8_t *)values + i, GROUP);
        return any ^ value * ONES;
    }
    for (size_t k = 0; k < GROUP; k++)
        any |= value_at(values, i + k, false) ^ value;
    return any;
}

INLINE bool is_equal_at(const void *values, size_t i, bool narrow)
{
    return differences(values, i, value_at(values, i, narrow), narrow) == 0;
}

/* The first place from i on that is not `value`, or n. */
INLINE size_t end_of_run(const void *values, size_t i, size_t n, uint32_t value, bool narrow)
{
    for (; n - i >= GROUP; i += GROUP) {
        uint64_t differ = differences(values, i, value, narrow);
        if (differ == 0) continue;
        if (narrow) return i + (size_t)__builtin_ctzll(differ) / 8;
        break;
    }
    while (i < n && value_at(values, i, narrow) == value)
        i++;
    return i;
}

/* From i on: the whole groups of unlike values, then a run that starts there. */
INLINE int encode_groups(struct quire_rle_encoder *encoder, const void *values, size_t *i, size_t n,
                         bool narrow)
{
    size_t start = *i, at = start;
    while (n - at >= GROUP && !is_equal_at(values, at, narrow))
        at += GROUP;
    QUIRE_TRY(put_literals(encoder, values_from(values, start, narrow), at - start, narrow));
    if (n - at >= GROUP) {
        encoder->run_value = value_at(values, at, narrow);
        encoder->run_length = GROUP;
        at += GROUP;
    }
    *i = at;
    return 0;
}

INLINE int encode(struct quire_rle_encoder *encoder, const void *values, size_t n, bool narrow)
{
    for (size_t i = 0; i < n;) {
        if (encoder->run_length > 0) {
            size_t start = i;
            i = end_of_run(values, i, n, encoder->run_value, narrow);
            encoder->run_length += i - start;
            if (i < n) QUIRE_TRY(end_run(encoder));
        } else if (encoder->group_size == 0 && n - i >= GROUP) {
            QUIRE_TRY(encode_groups(encoder, values, &i, n, narrow));
        } else {
            encoder->group[encoder->group_size++] = value_at(values, i++, narrow);
            if (encoder->group_size == GROUP) QUIRE_TRY(put_group(encoder));
        }
    }
    return 0;
}

int quire_rle_encode_u8(struct quire_rle_encoder *encoder, const uint8_t *values, size_t n)
{
    return encode(encoder, values, n, true);
}

int quire_rle_encode_u32(struct quire_rle_encoder *encoder, const uint32_t *values, size_t n)
{
    return encode(encoder, values, n, false);
}

int quire_rle_encode_run(struct quire_rle_encoder *encoder, uint32_t value, size_t n)
{
    for (;;) {
        if (encoder->run_length > 0 && encoder->run_value == value) {
            encoder->run_length += n;
            return 0;
        }
        if (n == 0) return 0;
        if (encoder->run_length == 0 && encoder->group_size == 0 && n >= GROUP) {
            encoder->run_value = value;
            encoder->run_length = n;
            return 0;
        }
        QUIRE_TRY(quire_rle_encode_u32(encoder, &value, 1));
        n--;
    }
}

int quire_rle_finish(struct quire_rle_encoder *encoder)
{
    unsigned size = encoder->group_size;
    if (encoder->run_length > 0) {
        QUIRE_TRY(put_run(encoder, encoder->run_value, encoder->run_length));
    } else if (size > 0) {
        for (unsigned i = size; i < GROUP; i++)
            encoder->group[i] = encoder->group[0];
        if (group_is_equal(encoder->group)) {
            QUIRE_TRY(put_run(encoder, encoder->group[0], size));
        } else {
            for (unsigned i = size; i < GROUP; i++)
                encoder->group[i] = 0;
            QUIRE_TRY(put_literals(encoder, encoder->group, GROUP, false));
        }
    }
    quire_rle_encoder_init(encoder, encoder->out, encoder->width);
    return 0;
}
