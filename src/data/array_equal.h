/* Comparing arrays, with the values that differ as texts of their own. */
#ifndef QUIRE_DATA_ARRAY_EQUAL_H
#define QUIRE_DATA_ARRAY_EQUAL_H

#include "base/buf.h"
#include "quire/batch.h"

/* The two values at the path of a difference as texts, borrowed from the rest; a null has none.
 * What is nested is told by what it is ("3 items", "a value"). Zero-initialise to use. */
struct quire_unequal {
    const char *a, *b;
    struct quire_buf a_text, b_text;
    char a_items[32], b_items[32];
};
void quire_unequal_release(struct quire_unequal *unequal);

/* A value as text that ends in 0, cut when it is long. 0 or QUIRE_MEMORY. */
struct quire_view;
int quire_unequal_text(const struct quire_view *view, int64_t row, struct quire_buf *out);

/* As quire_array_equal; unequal is filled in when a value differs. */
bool quire_array_compare(const struct ArrowSchema *schema, const struct ArrowArray *a,
                         const struct ArrowArray *b, struct quire_unequal *unequal,
                         struct quire_error *difference);

#endif
