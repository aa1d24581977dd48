/* Private to sql/rollup: values by the number in which they first came. */
#ifndef QUIRE_SQL_ROLLUP_WORDS_H
#define QUIRE_SQL_ROLLUP_WORDS_H

#include <string.h>

#include "data/view.h"
#include "sql/rollup/rollup.h"

/* Numbers begin with 0. Begins zeroed. */
struct quire_rollup_words {
    struct quire_arena arena;
    struct quire_bytes *items;
    uint32_t *after; /* the number that came after each one the last time */
    uint32_t *slots; /* 1 + number; 0: free */
    size_t size, capacity, mask;
    size_t bytes;  /* of the arena */
    uint32_t last; /* the number given last */
};
void quire_rollup_words_release(struct quire_rollup_words *words);
size_t quire_rollup_words_bytes(const struct quire_rollup_words *words);

/* Words are short: eight bytes at a time, the last ones perhaps twice. */
static inline bool quire_rollup_has_same(const uint8_t *a, const uint8_t *b, size_t size)
{
    uint64_t one, other;
    if (size < 8) return size == 0 || memcmp(a, b, size) == 0;
    for (size_t at = 0; at + 8 < size; at += 8) {
        memcpy(&one, a + at, 8);
        memcpy(&other, b + at, 8);
        if (one != other) return false;
    }
    memcpy(&one, a + size - 8, 8);
    memcpy(&other, b + size - 8, 8);
    return one == other;
}

/* The numbers of the values of a key, for the rows of a batch that count: of text its bytes, of
 * whole numbers and times eight bytes, of null none. 0, QUIRE_MEMORY, or QUIRE_LIMIT where there
 * are too many. */
int quire_rollup_words_number(struct quire_rollup_words *words, enum quire_rollup_key_kind kind,
                              const struct quire_view *view, const uint8_t *keep,
                              uint32_t *numbers);
/* The same of the numbers of several keys together, lists[0..size-1]. */
int quire_rollup_words_join(struct quire_rollup_words *words, const uint32_t *const *lists,
                            size_t size, int64_t rows, const uint8_t *keep, uint32_t *numbers);

#endif
