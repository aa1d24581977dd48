/* Private to table: the keys of rows that are merged into a table: no two are equal, and those with
 * a null in them equal nothing.
 *
 * Of a key its bytes in sort order are kept, so that equal is what sorts as equal: both zeros, all
 * NaN. What they take is charged to the context, and refused beyond half of its memory. */
#ifndef QUIRE_TABLE_MERGE_KEYS_H
#define QUIRE_TABLE_MERGE_KEYS_H

#include "quire/context.h"
#include "table/rows/number_column.h"
#include "table/rows/row_matcher.h"

struct quire_merge_keys;

struct quire_merge_keys_options {
    const struct ArrowSchema *table; /* its columns; borrowed during open */
    const char *const *names;        /* of the key's columns */
    size_t names_size;
    /* Columns of int64 that rows of the table pass on to those that take their place; borrowed
     * until close. */
    const char *const *carries;
    size_t carries_size;
    /* A column beside the key that is compared, which both the table and the rows that come have;
     * NULL: none. */
    const char *compares;
    struct quire_context *context; /* NULL: the default's memory counts */
};

int quire_merge_keys_open(const struct quire_merge_keys_options *options,
                          struct quire_merge_keys **keys, struct quire_error *error);
void quire_merge_keys_close(struct quire_merge_keys *keys); /* NULL is fine */

/* Takes the keys of a batch of rows that come. QUIRE_INPUT, naming both rows, for one that was
 * there already; QUIRE_LIMIT. */
int quire_merge_keys_add(struct quire_merge_keys *keys, const struct ArrowSchema *schema,
                         const struct ArrowArray *batch, struct quire_error *error);
int64_t quire_merge_keys_count(const struct quire_merge_keys *keys);

/* A condition that is true for all rows of the table that can have one of the keys; *where is NULL
 * where nothing can be said, else the keys' own. */
int quire_merge_keys_where(struct quire_merge_keys *keys, const char **where,
                           struct quire_error *error);

/* Rows of the table that have one of the keys. While counting is on it counts them by key, and
 * takes what they pass on. */
struct quire_row_matcher quire_merge_keys_matcher(struct quire_merge_keys *keys);
int quire_merge_keys_counting(struct quire_merge_keys *keys, bool on, struct quire_error *error);

/* How often rows with a key were counted, and the first of them for quire_merge_keys_carried; 0:
 * nothing is carried. */
struct quire_merge_met {
    uint32_t times;
    size_t row;
};
/* Of each row of a batch of the schema that the matcher is bound to. */
int quire_merge_keys_meet(struct quire_merge_keys *keys, const struct ArrowArray *batch,
                          struct quire_merge_met *met, struct quire_error *error);
/* What a row of the table passes on, in the order of the columns' names; *row becomes the next row
 * of its key. */
const struct quire_number *quire_merge_keys_carried(const struct quire_merge_keys *keys,
                                                    size_t *row);
/* Keys of which there are rows in the table, and whether there are several of one. */
int64_t quire_merge_keys_met(const struct quire_merge_keys *keys);
bool quire_merge_keys_repeat(const struct quire_merge_keys *keys);
/* Rows counted that have another value in the column that is compared than the row that came. */
int64_t quire_merge_keys_others(const struct quire_merge_keys *keys);

#endif
