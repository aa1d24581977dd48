/* Sort keys: the values of some columns of a row as one string of bytes, so that rows
 * are in order when memcmp says that their keys are. */
#ifndef QUIRE_DATA_SORT_KEY_H
#define QUIRE_DATA_SORT_KEY_H

#include "base/buf.h"
#include "data/view.h"

/* Columns that rows can be sorted by at once. */
#define QUIRE_SORT_COLUMNS_MAX 64

struct quire_sort_column {
    size_t path[QUIRE_FIELD_DEPTH_MAX]; /* of children, from the batch down */
    size_t path_size;
    bool descending;
};

struct quire_sort_key {
    struct quire_sort_column *columns;
    size_t columns_size;
};

/* Resolves names ("a", "-b" for descending, "c.d" for a field of a struct) in a batch's
 * struct field. QUIRE_USAGE for a name that is not there (with the nearest), that comes
 * twice, or of a type without an order (lists, structs, maps, day and month intervals). */
int quire_sort_key_init(struct quire_sort_key *key, const struct quire_field *batch,
                        const char *const *names, size_t names_size, struct quire_error *error);
void quire_sort_key_release(struct quire_sort_key *key);

/* Appends the key of a row. Order of values: false before true, numbers by value with NaN
 * after all others and both zeros equal, text and binary by bytes, nulls last either way.
 * Fails only with QUIRE_MEMORY. Dictionary indices must be in range. */
int quire_sort_key_append(const struct quire_sort_key *key, const struct quire_view *batch,
                          int64_t row, struct quire_buf *out);

#endif
