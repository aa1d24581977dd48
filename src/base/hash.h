/* Hashes for tables in memory. Not for anything that is stored or kept secret. */
#ifndef QUIRE_BASE_HASH_H
#define QUIRE_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The finalizer of MurmurHash3 (Austin Appleby, public domain): every bit of the
 * value moves every bit of the hash. */
static inline uint64_t quire_hash_mix(uint64_t value)
{
    value ^= value >> 33;
    value *= UINT64_C(0xff51afd7ed558ccd);
    value ^= value >> 33;
    value *= UINT64_C(0xc4ceb9fe1a85ec53);
    return value ^ value >> 33;
}

/* Multiply-and-fold of eight bytes a step, and the size, so that zeros at the end count. */
static inline uint64_t quire_hash_bytes(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    uint64_t hash = size * UINT64_C(0x9e3779b97f4a7c15), word;
    for (; size >= 8; at += 8, size -= 8) {
        memcpy(&word, at, 8);
        hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    word = 0;
    for (size_t i = 0; i < size; i++)
        word = word << 8 | at[i];
    return quire_hash_mix(hash ^ word);
}

#endif
