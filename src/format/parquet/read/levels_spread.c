/* From the end backwards, so that nothing is overwritten that is still to move; 64 slots
 * at a time where they are all there or all null. Else, for the usual widths, without a
 * branch: each slot takes the value that would be its own and keeps it or zeros. */
#include <string.h>

#include "format/parquet/levels.h"

#define INLINE static inline __attribute__((always_inline))
#define WORD   64

/* Bits bit .. bit + 64 of a bitmap that has them. */
static uint64_t load_bits(const uint8_t *bits, int64_t bit)
{
    uint64_t word;
    unsigned shift = (unsigned)(bit & 7);
    memcpy(&word, bits + (bit >> 3), 8);
    if (shift == 0) return word;
    return word >> shift | (uint64_t)bits[(bit >> 3) + 8] << (64 - shift);
}

#define DEFINE_SPREAD(bits, type)                                                              \
    INLINE int64_t spread_##bits(type *values, int64_t to, int64_t from, uint64_t word, int n) \
    {                                                                                          \
        for (int i = n - 1; i >= 0; i--) {                                                     \
            type bit = (type)(word >> i & 1);                                                  \
            from -= (int64_t)bit;                                                              \
            values[to + i] = values[from] & (type)(0 - bit);                                   \
        }                                                                                      \
        return from;                                                                           \
    }
DEFINE_SPREAD(8, uint8_t)
DEFINE_SPREAD(16, uint16_t)
DEFINE_SPREAD(32, uint32_t)
DEFINE_SPREAD(64, uint64_t)

static int64_t spread_wide(uint8_t *values, size_t width, int64_t to, int64_t from, uint64_t word,
                           int n)
{
    for (int i = n - 1; i >= 0; i--) {
        uint8_t *place = values + (size_t)(to + i) * width;
        if ((word >> i & 1) == 0)
            memset(place, 0, width);
        else
            memmove(place, values + (size_t)--from * width, width);
    }
    return from;
}

/* n slots (at most 64) from `to` on, their values before number `from`; returns where the
 * values of those before them end. */
static int64_t spread_word(void *values, size_t width, int64_t to, int64_t from, uint64_t word,
                           int n)
{
    switch (width) {
    case 1: return spread_8(values, to, from, word, n);
    case 2: return spread_16(values, to, from, word, n);
    case 4: return spread_32(values, to, from, word, n);
    case 8: return spread_64(values, to, from, word, n);
    default: return spread_wide(values, width, to, from, word, n);
    }
}

void quire_levels_spread(void *run, size_t width, int64_t slots, int64_t values,
                         const uint8_t *validity, int64_t bit)
{
    uint8_t *bytes = run;
    int64_t from = values, to = slots;
    while (to > from && from > 0) {
        if (to < WORD) {
            uint64_t word = 0;
            for (int64_t i = 0; i < to; i++)
                word |= (uint64_t)(validity[(bit + i) >> 3] >> ((bit + i) & 7) & 1) << i;
            spread_word(run, width, 0, from, word, (int)to);
            return;
        }
        to -= WORD;
        uint64_t word = load_bits(validity, bit + to);
        if (word == UINT64_MAX) {
            from -= WORD;
            memmove(bytes + (size_t)to * width, bytes + (size_t)from * width, WORD * width);
        } else if (word == 0) {
            memset(bytes + (size_t)to * width, 0, WORD * width);
        } else {
            from = spread_word(run, width, to, from, word, WORD);
        }
    }
    if (from == 0) memset(bytes, 0, (size_t)to * width);
}
