/* The distinct values of a column, exactly, until there are too many of them. */
#ifndef QUIRE_DATA_DISTINCT_H
#define QUIRE_DATA_DISTINCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* One set holds either numbers or byte strings. Zero-initialise to use. */
struct quire_distinct {
    uint64_t *numbers;                 /* slots; 0 is free */
    struct quire_distinct_text *texts; /* slots; hash 0 is free */
    unsigned bits;                     /* the slots are 2^bits; 0: none yet */
    int64_t count;                     /* in slots */
    bool zero;                         /* the number 0 is in the set */
    bool over;                         /* more than can be counted; nothing is held any more */
    uint64_t last;                     /* the number added last */
    struct quire_buf bytes;
};

/* Both do nothing once the set is over. 0 or QUIRE_MEMORY. */
int quire_distinct_add_numbers(struct quire_distinct *set, const uint64_t *values, size_t size);
int quire_distinct_add_text(struct quire_distinct *set, const uint8_t *bytes, size_t size);

/* How many there are; -1 when over. */
int64_t quire_distinct_count(const struct quire_distinct *set);

/* Heap bytes held. */
size_t quire_distinct_memory(const struct quire_distinct *set);
/* Makes the set over. */
void quire_distinct_give_up(struct quire_distinct *set);

void quire_distinct_release(struct quire_distinct *set);

#endif
