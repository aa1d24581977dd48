/* Levels eight at a time, a byte each in a word. Only for levels below 128, so that the high
 * bit of each byte is free to tell what was found of it. */
#ifndef QUIRE_PARQUET_LEVEL_WORDS_H
#define QUIRE_PARQUET_LEVEL_WORDS_H

#include <stdint.h>
#include <string.h>

#define QUIRE_LEVEL_WORDS_MAX 0x7f
#define QUIRE_LEVEL_ONES      UINT64_C(0x0101010101010101)
#define QUIRE_LEVEL_HIGHS     UINT64_C(0x8080808080808080)

static inline uint64_t quire_levels_load(const uint8_t *levels)
{
    uint64_t word;
    memcpy(&word, levels, sizeof(word));
    return word;
}

/* The high bits of those that are at least `level`. */
static inline uint64_t quire_levels_at_least(uint64_t word, uint8_t level)
{
    return ((word | QUIRE_LEVEL_HIGHS) - level * QUIRE_LEVEL_ONES) & QUIRE_LEVEL_HIGHS;
}

/* The high bits of those that are `level`. */
static inline uint64_t quire_levels_equal(uint64_t word, uint8_t level)
{
    uint64_t differ = (word ^ level * QUIRE_LEVEL_ONES) + QUIRE_LEVEL_ONES * 0x7f;
    return ~differ & QUIRE_LEVEL_HIGHS;
}

/* How many high bits there are. */
static inline unsigned quire_levels_count(uint64_t highs)
{
    return (unsigned)((highs >> 7) * QUIRE_LEVEL_ONES >> 56);
}

#endif
