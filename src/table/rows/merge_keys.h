/* Private to table: the keys of rows that are merged into a table: no two are equal, and those with
 * a null in them equal nothing.
 *
 * Of a key its bytes in sort order are kept, so that equal is what sorts as equal: both zeros, all
 * NaN. What they take is charged to the context, and refused beyond half of its memory. */
#ifndef QUIRE_TABLE_MERGE_KEYS_H
#define QUIRE_TABLE_MERGE_KEYS_H

#include "quire/context.h"
#include "table/rows/row_matcher.h"

struct quire_merge_keys;

struct quire_merge_keys_options {
    const struct ArrowSchema *table; /* its columns; borrowed during open */
    const char *const *names;        /* of the key's columns */
    size_t names_size;
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

/* Rows of the table that have one of the keys. It counts them by key while counting is on. */
struct quire_row_matcher quire_merge_keys_matcher(struct quire_merge_keys *keys);
void quire_merge_keys_counting(struct quire_merge_keys *keys, bool on);

/* Of a batch of the schema that the matcher is bound to: how often rows with the key of each were
 * counted. */
int quire_merge_keys_times(struct quire_merge_keys *keys, const struct ArrowArray *batch,
                           uint32_t *times, struct quire_error *error);
/* Keys of which there are rows in the table, and whether there are several of one. */
int64_t quire_merge_keys_met(const struct quire_merge_keys *keys);
bool quire_merge_keys_repeat(const struct quire_merge_keys *keys);

#endif
