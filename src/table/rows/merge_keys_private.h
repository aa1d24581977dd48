/* Private to merge keys: how they are held. */
#ifndef QUIRE_TABLE_MERGE_KEYS_PRIVATE_H
#define QUIRE_TABLE_MERGE_KEYS_PRIVATE_H

#include "data/sort_key.h"
#include "table/rows/key_range.h"
#include "table/rows/merge_carry.h"
#include "table/rows/merge_keys.h"

struct quire_merge_entry {
    uint64_t hash;
    size_t at; /* of its bytes */
    uint32_t size;
    uint32_t times;  /* rows of the table that have it */
    int64_t row;     /* that brought it, from 0 */
    uint64_t beside; /* hash of the value that is compared */
};

struct quire_merge_keys {
    struct ArrowSchema
        schema;        /* of the key, and what is compared behind it, in the table's types */
    size_t names_size; /* columns of the key */
    struct quire_field *field;
    struct quire_view *view; /* of keys that come */
    struct quire_sort_key own, own_beside;
    struct quire_buf bytes, entries, slots; /* slots: uint64_t, 1 + number of an entry; 0: free */
    struct quire_key_range *ranges;         /* one a column */
    struct quire_buf where;
    struct quire_buf scratch;
    struct quire_context *context;
    size_t memory_max, charged;
    int64_t rows; /* that came */
    int64_t met, others;
    bool repeats, counting;

    struct quire_field *bound; /* of rows of the table */
    struct quire_view *bound_view;
    struct quire_sort_key bound_key, bound_beside;
    struct ArrowSchema narrower; /* theirs, where their types are not the key's; not set else */
    bool absent;                 /* they have no such column: none of them has a key */

    struct quire_merge_carry carry;
    const char *const *carries; /* its columns' names */
    size_t *carried;            /* where they are in rows of the table */
    struct quire_number *row;   /* those of one row */
};

/* Where the columns of the key are among those of a batch, and what is compared. */
int quire_merge_keys_place(const struct quire_merge_keys *keys, const struct quire_field *batch,
                           struct quire_sort_key *key, struct quire_sort_key *beside,
                           struct quire_error *error);
/* The hash of what is compared; 0 where nothing is. 0 or QUIRE_MEMORY. */
int quire_merge_keys_beside(struct quire_merge_keys *keys, const struct quire_view *batch,
                            const struct quire_sort_key *beside, int64_t row, uint64_t *hash);
/* The columns of the key alone, of a batch of that schema, in the key's types. */
int quire_merge_keys_cast(const struct quire_merge_keys *keys, const struct ArrowSchema *schema,
                          const struct ArrowArray *batch, struct ArrowArray *cast,
                          struct quire_error *error);
/* Charges what is held to the context. */
int quire_merge_keys_charge(struct quire_merge_keys *keys, struct quire_error *error);
/* The entry that a row has the key of; NULL where there is none, or a null in the key. */
int quire_merge_keys_find(struct quire_merge_keys *keys, const struct quire_view *batch,
                          const struct quire_sort_key *key, int64_t row,
                          struct quire_merge_entry **entry);

#endif
