/* Unsigned numbers of a fixed width of bits, least significant bit first: the packing
 * under RLE, dictionary indices and delta miniblocks (Parquet Encodings.md, RLE).
 *
 * n values of a width take quire_bit_pack_size(n, width) bytes. Packing wants values
 * that fit the width. Unpacking never reads beyond that size. Counts are multiples of
 * 8, so that no byte is shared. Code is made for each width: 0..64, 0..32, 0..8. */
#ifndef QUIRE_PARQUET_BIT_PACK_H
#define QUIRE_PARQUET_BIT_PACK_H

#include <stddef.h>
#include <stdint.h>

static inline size_t quire_bit_pack_size(size_t n, unsigned width)
{
    return n / 8 * width; /* n is a multiple of 8 */
}

/* Bits that a value needs: 0 for 0. */
static inline unsigned quire_bit_width(uint64_t value)
{
    return value == 0 ? 0 : 64 - (unsigned)__builtin_clzll(value);
}

void quire_bit_pack_u8(const uint8_t *values, size_t n, unsigned width, uint8_t *out);
void quire_bit_pack_u32(const uint32_t *values, size_t n, unsigned width, uint8_t *out);
void quire_bit_pack_u64(const uint64_t *values, size_t n, unsigned width, uint8_t *out);

void quire_bit_unpack_u8(const uint8_t *bytes, size_t n, unsigned width, uint8_t *values);
void quire_bit_unpack_u32(const uint8_t *bytes, size_t n, unsigned width, uint32_t *values);
void quire_bit_unpack_u64(const uint8_t *bytes, size_t n, unsigned width, uint64_t *values);

#endif
