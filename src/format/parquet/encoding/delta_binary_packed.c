/* Differences are kept as 64 bits, sign-extended for INT32 after wrapping in 32, so
 * that one block coder serves both: the distance of two 32-bit numbers fits 32 bits. */
#include "format/parquet/encoding/delta_binary_packed.h"

#include <assert.h>
#include <string.h>

#include "format/parquet/encoding/bit_pack.h"

#define INLINE          static inline __attribute__((always_inline))
#define MINIBLOCKS      (QUIRE_DELTA_BLOCK / QUIRE_DELTA_MINIBLOCK)
#define HEADER_MAX      (4 * QUIRE_PAGE_VARINT_MAX)
#define BLOCK_BYTES_MAX (QUIRE_PAGE_VARINT_MAX + MINIBLOCKS + QUIRE_DELTA_BLOCK * 8)

void quire_delta_encoder_release(struct quire_delta_encoder *encoder)
{
    if (encoder != NULL) quire_buf_release(&encoder->blocks);
}

void quire_delta_encoder_clear(struct quire_delta_encoder *encoder)
{
    encoder->count = 0;
    encoder->deltas_size = 0;
    quire_buf_clear(&encoder->blocks);
}

/* Takes the least of a whole block off all; *bits: those that are left in each miniblock. */
INLINE int64_t lower_deltas(uint64_t *deltas, uint64_t *bits)
{
    int64_t least = (int64_t)deltas[0];
    for (unsigned i = 1; i < QUIRE_DELTA_BLOCK; i++)
        least = (int64_t)deltas[i] < least ? (int64_t)deltas[i] : least;
    for (unsigned m = 0; m < MINIBLOCKS; m++, deltas += QUIRE_DELTA_MINIBLOCK) {
        bits[m] = 0;
        for (unsigned i = 0; i < QUIRE_DELTA_MINIBLOCK; i++) {
            deltas[i] -= (uint64_t)least;
            bits[m] |= deltas[i];
        }
    }
    return least;
}

#ifdef __x86_64__
typedef int64_t vector __attribute__((vector_size(32), aligned(8), may_alias));
typedef uint64_t vector_bits __attribute__((vector_size(32), aligned(8), may_alias));
#define VECTORS 4 /* in a row, so that one comparison need not wait for the other */

/* The same in vectors. */
__attribute__((target("avx2"))) static int64_t lower_deltas_avx2(uint64_t *deltas, uint64_t *bits)
{
    vector *all = (vector *)(void *)deltas, leasts[VECTORS];
    const unsigned size = QUIRE_DELTA_BLOCK / 4;
    for (unsigned k = 0; k < VECTORS; k++)
        leasts[k] = all[k];
    for (unsigned i = VECTORS; i < size; i += VECTORS)
        for (unsigned k = 0; k < VECTORS; k++) {
            vector less = all[i + k] < leasts[k];
            leasts[k] = (all[i + k] & less) | (leasts[k] & ~less);
        }
    int64_t least = leasts[0][0];
    for (unsigned k = 0; k < VECTORS * 4; k++)
        least = leasts[k / 4][k % 4] < least ? leasts[k / 4][k % 4] : least;
    vector lower = {least, least, least, least};
    for (unsigned m = 0; m < MINIBLOCKS; m++) {
        vector any = {0};
        for (unsigned i = 0; i < size / MINIBLOCKS; i++, all++) {
            *all = (vector)(*(vector_bits *)all - (vector_bits)lower);
            any |= *all;
        }
        bits[m] = (uint64_t)(any[0] | any[1] | any[2] | any[3]);
    }
    return least;
}
#endif

static int64_t lower_block(uint64_t *deltas, uint64_t *bits)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) return lower_deltas_avx2(deltas, bits);
#endif
    return lower_deltas(deltas, bits);
}

/* What is missing of a block is its least delta, a zero when that has been taken off. */
static void fill_block(uint64_t *deltas, unsigned n)
{
    uint64_t least = deltas[0];
    for (unsigned i = 1; i < n; i++)
        if ((int64_t)deltas[i] < (int64_t)least) least = deltas[i];
    for (unsigned i = n; i < QUIRE_DELTA_BLOCK; i++)
        deltas[i] = least;
}

/* Writes the block that deltas hold; one that is not full ends with whole miniblocks. */
static int put_block(struct quire_delta_encoder *encoder)
{
    unsigned n = encoder->deltas_size;
    uint64_t *deltas = encoder->deltas;
    QUIRE_TRY(quire_buf_reserve(&encoder->blocks, BLOCK_BYTES_MAX));
    if (n < QUIRE_DELTA_BLOCK) fill_block(deltas, n);
    uint64_t bits[MINIBLOCKS];
    int64_t least = lower_block(deltas, bits);
    uint8_t *widths = quire_page_put_zigzag(quire_buf_end(&encoder->blocks), least);
    uint8_t *at = widths + MINIBLOCKS;
    for (unsigned m = 0; m < MINIBLOCKS; m++) {
        const uint64_t *values = deltas + m * QUIRE_DELTA_MINIBLOCK;
        unsigned width = quire_bit_width(bits[m]);
        widths[m] = (uint8_t)width;
        quire_bit_pack_u64(values, QUIRE_DELTA_MINIBLOCK, width, at);
        if (m * QUIRE_DELTA_MINIBLOCK < n) at += quire_bit_pack_size(QUIRE_DELTA_MINIBLOCK, width);
    }
    encoder->blocks.size = (size_t)(at - encoder->blocks.data);
    encoder->deltas_size = 0;
    return 0;
}

int quire_delta_encode_i32(struct quire_delta_encoder *encoder, const int32_t *values, size_t n)
{
    assert(!encoder->wide);
    size_t i = 0;
    if (encoder->count == 0 && n > 0) encoder->first = encoder->last = values[i++];
    uint32_t last = (uint32_t)encoder->last;
    while (i < n) {
        size_t room = QUIRE_DELTA_BLOCK - encoder->deltas_size;
        size_t end = n - i < room ? n : i + room;
        uint64_t *deltas = encoder->deltas + encoder->deltas_size;
        encoder->deltas_size += (unsigned)(end - i);
        for (; i < end; i++) {
            *deltas++ = (uint64_t)(int32_t)((uint32_t)values[i] - last);
            last = (uint32_t)values[i];
        }
        if (encoder->deltas_size == QUIRE_DELTA_BLOCK) QUIRE_TRY(put_block(encoder));
    }
    encoder->last = (int32_t)last;
    encoder->count += n;
    return 0;
}

int quire_delta_encode_i64(struct quire_delta_encoder *encoder, const int64_t *values, size_t n)
{
    assert(encoder->wide);
    size_t i = 0;
    if (encoder->count == 0 && n > 0) encoder->first = encoder->last = values[i++];
    uint64_t last = (uint64_t)encoder->last;
    while (i < n) {
        size_t room = QUIRE_DELTA_BLOCK - encoder->deltas_size;
        size_t end = n - i < room ? n : i + room;
        uint64_t *deltas = encoder->deltas + encoder->deltas_size;
        encoder->deltas_size += (unsigned)(end - i);
        for (; i < end; i++) {
            *deltas++ = (uint64_t)values[i] - last;
            last = (uint64_t)values[i];
        }
        if (encoder->deltas_size == QUIRE_DELTA_BLOCK) QUIRE_TRY(put_block(encoder));
    }
    encoder->last = (int64_t)last;
    encoder->count += n;
    return 0;
}

size_t quire_delta_encoder_size(const struct quire_delta_encoder *encoder)
{
    size_t open = encoder->deltas_size > 0 ? BLOCK_BYTES_MAX : 0;
    return HEADER_MAX + encoder->blocks.size + open;
}

int quire_delta_finish(struct quire_delta_encoder *encoder, struct quire_buf *out)
{
    if (encoder->deltas_size > 0) QUIRE_TRY(put_block(encoder));
    QUIRE_TRY(quire_buf_reserve(out, HEADER_MAX + encoder->blocks.size));
    uint8_t *at = quire_page_put_varint(quire_buf_end(out), QUIRE_DELTA_BLOCK);
    at = quire_page_put_varint(at, MINIBLOCKS);
    at = quire_page_put_varint(at, encoder->count);
    at = quire_page_put_zigzag(at, encoder->count > 0 ? encoder->first : 0);
    if (encoder->blocks.size > 0) memcpy(at, encoder->blocks.data, encoder->blocks.size);
    out->size = (size_t)(at - out->data) + encoder->blocks.size;
    quire_delta_encoder_clear(encoder);
    return 0;
}
