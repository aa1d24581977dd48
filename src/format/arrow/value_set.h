/* Values of any type in the order in which they came, found again by what they are: each
 * is kept as bytes that are equal exactly when the values are. */
#ifndef QUIRE_ARROW_VALUE_SET_H
#define QUIRE_ARROW_VALUE_SET_H

#include "base/buf.h"
#include "data/view.h"

/* Zero-initialise. */
struct quire_value_set {
    struct quire_buf bytes; /* of all values, one after the other */
    struct quire_buf ends;  /* size_t each: where a value ends */
    int64_t *slots;         /* positions + 1 by hash; 0: free */
    size_t slots_size;      /* a power of 2 */
    size_t distinct;
};

void quire_value_set_release(struct quire_value_set *set);
void quire_value_set_clear(struct quire_value_set *set);

static inline int64_t quire_value_set_size(const struct quire_value_set *set)
{
    return (int64_t)(set->ends.size / sizeof(size_t));
}
size_t quire_value_set_memory(const struct quire_value_set *set);

/* Adds a value at the end. 0 or QUIRE_MEMORY. */
int quire_value_set_add(struct quire_value_set *set, const struct quire_buf *value);
/* The first position of a value; -1. */
int64_t quire_value_set_find(const struct quire_value_set *set, const struct quire_buf *value);
/* Is this the value at a position? */
bool quire_value_set_has(const struct quire_value_set *set, int64_t position,
                         const struct quire_buf *value);

/* Appends the bytes of one row of a view. QUIRE_MEMORY, or QUIRE_INPUT for a row that
 * refers to what is not there. */
int quire_value_bytes(const struct quire_view *view, int64_t row, struct quire_buf *bytes);

#endif
