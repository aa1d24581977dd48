/* Levels compared 64 at a time: a bit for each entry, the first in the lowest. */
#ifndef QUIRE_PARQUET_LEVEL_MASKS_H
#define QUIRE_PARQUET_LEVEL_MASKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/sse2.h"

#define QUIRE_LEVEL_MASK 64

static inline uint64_t quire_level_mask_all(size_t n)
{
    return n < QUIRE_LEVEL_MASK ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
}

/* Which of n (at most 64) levels are within least..most. */
static inline uint64_t quire_level_mask(const uint8_t *levels, size_t n, uint8_t least,
                                        uint8_t most)
{
    uint64_t mask = 0;
    size_t i = 0;
#if QUIRE_SSE2
    const __m128i low = _mm_set1_epi8((char)least), high = _mm_set1_epi8((char)most);
    for (; i + 16 <= n; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(levels + i));
        __m128i held = _mm_min_epu8(_mm_max_epu8(bytes, low), high);
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(held, bytes)) << i;
    }
#endif
    for (; i < n; i++)
        mask |= (uint64_t)(levels[i] >= least && levels[i] <= most) << i;
    return mask;
}

static inline unsigned quire_level_mask_count(uint64_t mask)
{
    mask -= mask >> 1 & UINT64_C(0x5555555555555555);
    mask = (mask & UINT64_C(0x3333333333333333)) + (mask >> 2 & UINT64_C(0x3333333333333333));
    mask = (mask + (mask >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (unsigned)(mask * UINT64_C(0x0101010101010101) >> 56);
}

/* The bits of word where mask is set, moved together at the low end, in six steps: each
 * moves those on by a power of two that have it in the number of gaps below them. */
static inline uint64_t quire_level_mask_pack(uint64_t word, uint64_t mask)
{
    uint64_t gaps = ~mask << 1;
    word &= mask;
    for (unsigned step = 1; step < QUIRE_LEVEL_MASK; step *= 2) {
        uint64_t odd = gaps;
        for (unsigned shift = 1; shift < QUIRE_LEVEL_MASK; shift *= 2)
            odd ^= odd << shift;
        uint64_t moved = odd & mask;
        mask = (mask ^ moved) | moved >> step;
        moved &= word;
        word = (word ^ moved) | moved >> step;
        gaps &= ~odd;
    }
    return word;
}

#endif
