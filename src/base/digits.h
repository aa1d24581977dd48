/* Runs of decimal digits, eight at a time: the inner steps that numbers,
 * decimals and times share.
 *
 * Digits are handled as bytes of a 64-bit word in text order (first digit in the
 * lowest byte), so that a word does the work of a loop. Nothing here reads or
 * writes outside the bytes it is told of. */
#ifndef QUIRE_BASE_DIGITS_H
#define QUIRE_BASE_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* For intermediate results that pass 64 bits. */
__extension__ typedef unsigned __int128 quire_u128;
__extension__ typedef __int128 quire_i128;

#define QUIRE_DIGITS_ZEROS UINT64_C(0x3030303030303030) /* "00000000" */

/* "00" "01" … "99", and 10^0 … 10^19. */
extern const char quire_digits_pairs[200];
extern const uint64_t quire_digits_power[20];

static inline uint64_t quire_digits_to_little(uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline uint64_t quire_digits_load8(const char *text)
{
    uint64_t word;
    memcpy(&word, text, 8);
    return quire_digits_to_little(word);
}

static inline void quire_digits_store8(char *out, uint64_t word)
{
    word = quire_digits_to_little(word);
    memcpy(out, &word, 8);
}

/* The first size (0..8) bytes of text, right-aligned behind '0' bytes. */
static inline uint64_t quire_digits_load_short(const char *text, size_t size)
{
    if (size == 8) return quire_digits_load8(text);
    uint64_t word = 0;
    if (size >= 4) {
        uint32_t head, tail;
        memcpy(&head, text, 4);
        memcpy(&tail, text + size - 4, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        head = __builtin_bswap32(head);
        tail = __builtin_bswap32(tail);
#endif
        word = head | (uint64_t)tail << (8 * (size - 4));
    } else if (size > 0) {
        size_t middle = size / 2;
        word = (uint64_t)(uint8_t)text[0] | (uint64_t)(uint8_t)text[middle] << (8 * middle) |
               (uint64_t)(uint8_t)text[size - 1] << (8 * (size - 1));
    } else {
        return QUIRE_DIGITS_ZEROS;
    }
    return word << (64 - 8 * size) | QUIRE_DIGITS_ZEROS >> (8 * size);
}

/* True when all eight bytes are digits. */
static inline bool quire_digits_are8(uint64_t word)
{
    uint64_t values = word ^ QUIRE_DIGITS_ZEROS;
    return ((values | (values + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080)) == 0;
}

/* The number that eight digit bytes spell. */
static inline uint32_t quire_digits_value8(uint64_t word)
{
    const uint64_t pairs_mask = UINT64_C(0x000000ff000000ff);
    word ^= QUIRE_DIGITS_ZEROS;
    word = word * 10 + (word >> 8);
    uint64_t odd = (word & pairs_mask) * (100 + (UINT64_C(1000000) << 32));
    uint64_t even = ((word >> 16) & pairs_mask) * (1 + (UINT64_C(10000) << 32));
    return (uint32_t)((odd + even) >> 32);
}

/* Reads size (1..8) digits; false if one is not a digit. */
static inline bool quire_digits_read(const char *text, size_t size, uint32_t *value)
{
    uint64_t word = quire_digits_load_short(text, size);
    *value = quire_digits_value8(word);
    return quire_digits_are8(word);
}

static inline void quire_digits_put2(char *out, uint32_t value)
{
    memcpy(out, quire_digits_pairs + (size_t)2 * value, 2);
}

static inline void quire_digits_put4(char *out, uint32_t value)
{
    quire_digits_put2(out, value / 100);
    quire_digits_put2(out + 2, value % 100);
}

/* value (below 10^8) as eight digit bytes: three rounds of splitting every lane
 * into quotient and remainder, with reciprocals that are exact in their range. */
static inline uint64_t quire_digits_word8(uint32_t value)
{
    uint64_t fours = value / 10000 | (uint64_t)(value % 10000) << 32;
    uint64_t hundreds = ((fours * 10486) >> 20) & UINT64_C(0x0000007f0000007f);
    uint64_t twos = hundreds | (fours - 100 * hundreds) << 16;
    uint64_t tens = ((twos * 103) >> 10) & UINT64_C(0x000f000f000f000f);
    return (tens | (twos - 10 * tens) << 8) + QUIRE_DIGITS_ZEROS;
}

static inline void quire_digits_put8(char *out, uint32_t value)
{
    quire_digits_store8(out, quire_digits_word8(value));
}

/* How many digits value has; 1 for zero. */
static inline int quire_digits_count(uint64_t value)
{
    int bits = 64 - __builtin_clzll(value | 1);
    int guess = bits * 1233 >> 12; /* floor(bits * log10(2)) */
    return guess + (value >= quire_digits_power[guess]) + (value == 0);
}

#endif
