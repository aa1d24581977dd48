/* Private to table: numbers of keys of bytes, by hash. */
#ifndef QUIRE_TABLE_KEY_NUMBERS_H
#define QUIRE_TABLE_KEY_NUMBERS_H

#include "base/buf.h"

struct quire_key_number {
    uint64_t hash;
    size_t at, size; /* of the key, in keys */
    uint32_t number; /* whoever looks keys up says */
};

/* Zero-initialised. */
struct quire_key_numbers {
    struct quire_buf keys;
    struct quire_buf entries; /* struct quire_key_number */
    uint32_t *slots;          /* 1 + an entry; 0: free */
    size_t slots_size;        /* a power of two, or 0 */
};

/* The number of a key; NULL: it is not there. Borrowed until the next addition. */
uint32_t *quire_key_numbers_find(const struct quire_key_numbers *numbers, const void *key,
                                 size_t size);
/* A key that is not there yet. 0 or QUIRE_MEMORY. */
int quire_key_numbers_add(struct quire_key_numbers *numbers, const void *key, size_t size,
                          uint32_t number);
/* Bytes held. */
size_t quire_key_numbers_memory(const struct quire_key_numbers *numbers);
void quire_key_numbers_clear(struct quire_key_numbers *numbers);
void quire_key_numbers_release(struct quire_key_numbers *numbers);

#endif
