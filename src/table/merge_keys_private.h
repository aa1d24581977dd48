/* Private to merge keys: how they are held. */
#ifndef QUIRE_TABLE_MERGE_KEYS_PRIVATE_H
#define QUIRE_TABLE_MERGE_KEYS_PRIVATE_H

#include "data/sort_key.h"
#include "table/rows/key_range.h"
#include "table/rows/merge_keys.h"

struct quire_merge_entry {
    uint64_t hash;
    size_t at; /* of its bytes */
    uint32_t size;
    uint32_t times; /* rows of the table that have it */
    int64_t row;    /* that brought it, from 0 */
};

struct quire_merge_keys {
    struct ArrowSchema schema; /* of the key alone, in the table's types */
    struct quire_field *field;
    struct quire_view *view; /* of keys that come */
    struct quire_sort_key own;
    struct quire_buf bytes, entries, slots; /* slots: uint64_t, 1 + number of an entry; 0: free */
    struct quire_key_range *ranges;         /* one a column */
    struct quire_buf where;
    struct quire_buf scratch;
    struct quire_context *context;
    size_t memory_max, charged;
    int64_t rows; /* that came */
    int64_t met;
    bool repeats, counting;

    struct quire_field *bound; /* of rows of the table */
    struct quire_view *bound_view;
    struct quire_sort_key bound_key;
};

/* Where the columns of the key are among those of a batch. */
int quire_merge_keys_place(const struct quire_merge_keys *keys, const struct quire_field *batch,
                           struct quire_sort_key *key, struct quire_error *error);
/* The entry that a row has the key of; NULL where there is none, or a null in the key. */
int quire_merge_keys_find(struct quire_merge_keys *keys, const struct quire_view *batch,
                          const struct quire_sort_key *key, int64_t row,
                          struct quire_merge_entry **entry);

#endif
