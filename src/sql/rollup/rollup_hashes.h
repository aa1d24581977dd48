/* Private to sql/rollup: hashes of the values of a column, once for all that count them. */
#ifndef QUIRE_SQL_ROLLUP_HASHES_H
#define QUIRE_SQL_ROLLUP_HASHES_H

#include "data/view.h"

/* Whether there is a hash: without libxxhash counts of different values are SQLite's. */
bool quire_rollup_hash_is_built(void);

/* From a row on, up to the next of these, a value: 96 bits of its hash. */
struct quire_rollup_hash {
    uint64_t low;
    uint32_t high, row;
    bool none; /* null, or the rows do not count */
};

/* Begins zeroed. */
struct quire_rollup_hashes {
    bool seeded;
    uint64_t seed;
    struct quire_rollup_hash *items; /* of the batch, in the order of its rows; the first is of 0 */
    size_t size;
    int64_t capacity;
};
void quire_rollup_hashes_release(struct quire_rollup_hashes *hashes);

/* Of texts or whole numbers, for the rows that count. 0 or QUIRE_MEMORY. */
int quire_rollup_hashes_set(struct quire_rollup_hashes *hashes, const struct quire_view *view,
                            const uint8_t *keep);

#endif
