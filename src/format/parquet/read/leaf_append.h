/* The values of a leaf, written to its Arrow column: runs of values are decoded densely at
 * the end of the column's buffers and then spread over the slots that are not null. */
#ifndef QUIRE_PARQUET_LEAF_APPEND_H
#define QUIRE_PARQUET_LEAF_APPEND_H

#include "data/column.h"
#include "format/parquet/read/leaf_convert.h"
#include "format/parquet/read/page_values.h"
#include "quire/format.h"

enum quire_leaf_shape {
    QUIRE_LEAF_NULL,
    QUIRE_LEAF_BOOL,
    QUIRE_LEAF_FIXED,
    QUIRE_LEAF_BYTES /* strings and binaries */
};

/* The chunk's dictionary in Arrow's form. */
struct quire_leaf_dictionary {
    size_t entries;
    struct quire_buf content; /* byte arrays: the page, padded; repaired ones after it */
    struct quire_buf values;  /* FIXED, BOOL: of out_width; BYTES: struct quire_bytes each */
    struct quire_buf map;     /* DICTIONARY fields: int64_t index in the column's own, or -1 */
    struct quire_buf refused; /* a byte each, not 0 for what cannot be; empty: all can */
};

/* Zero-initialise; release when done. */
struct quire_leaf {
    const struct quire_field *field;
    const struct quire_field *target; /* the field, or that of its dictionary's values */
    enum quire_leaf_shape shape;      /* of target */
    enum quire_parquet_type type;
    size_t width;     /* of physical values; 0: byte arrays */
    size_t out_width; /* FIXED, BOOL: of values in memory before they are written */
    bool text, utf8_replace;
    struct quire_conversion conversion;
    struct quire_leaf_dictionary dictionary;
    struct quire_buf scratch;
    enum quire_on_bad on_bad; /* what becomes of a value that cannot be */
    int64_t failed;           /* which of the last append's values ended it; -1: none did */
    struct quire_buf refused; /* int64_t numbers of those that were put up with, in order */
    size_t taken;             /* values of the append that were taken before */
};

/* QUIRE_UNSUPPORTED when the field cannot hold the element's values. Borrows field. */
int quire_leaf_init(struct quire_leaf *leaf, const struct quire_schema_element *element,
                    const struct quire_field *field, struct quire_error *error);
void quire_leaf_release(struct quire_leaf *leaf);
/* Gives back what it holds of a chunk, until the next one begins. */
void quire_leaf_rest(struct quire_leaf *leaf);
/* Heap bytes held. */
size_t quire_leaf_memory(const struct quire_leaf *leaf);

/* Before a chunk: no dictionary yet. */
void quire_leaf_begin(struct quire_leaf *leaf, bool utf8_replace, enum quire_on_bad on_bad);
/* Takes a loaded dictionary page; `own` is what its content is in, and is exchanged for other
 * memory, or NULL. (leaf_dictionary.c) */
int quire_leaf_set_dictionary(struct quire_leaf *leaf, struct quire_page *page,
                              struct quire_buf *own, struct quire_error *error);
/* Before a batch of columns that may be another: forgets what its dictionary holds. */
void quire_leaf_begin_batch(struct quire_leaf *leaf);

/* Appends values of a page to the column, whose length and validity have `slots` rows more
 * already, n of them not null. A value that cannot be is QUIRE_INPUT, or noted in refused,
 * with something in its place: the caller makes it null, or drops its row. */
int quire_leaf_append(struct quire_leaf *leaf, struct quire_page_values *values,
                      struct quire_column *column, int64_t slots, int64_t n,
                      struct quire_error *error);

/* --- Parts of append --- */

/* Values in memory at once. */
#define QUIRE_LEAF_AT_ONCE ((size_t)1024)

/* n values of FIXED and BOOL in Arrow's width (BOOL: a byte each). */
int quire_leaf_take_fixed(struct quire_leaf *leaf, struct quire_page_values *values, void *out,
                          size_t n, struct quire_error *error);
/* BYTES: appends their bytes, and the offset behind each at the end of the column's values,
 * which has room for them. (leaf_append_bytes.c) */
int quire_leaf_take_bytes(struct quire_leaf *leaf, struct quire_page_values *values,
                          struct quire_column *column, size_t n, struct quire_error *error);
/* DICTIONARY fields: n indices of the index width. (leaf_append_dictionary.c) */
int quire_leaf_take_entries(struct quire_leaf *leaf, struct quire_page_values *values,
                            struct quire_column *column, void *out, size_t n,
                            struct quire_error *error);
/* The chunk's dictionary has an entry of that number. */
int quire_leaf_check_index(const struct quire_leaf *leaf, uint32_t index,
                           struct quire_error *error);
int quire_leaf_check_indices(const struct quire_leaf *leaf, const uint32_t *indices, size_t n,
                             struct quire_error *error);

/* Value number `value` of this append (from leaf->taken on) cannot be: fails, or notes it. */
int quire_leaf_refuse(struct quire_leaf *leaf, size_t value, struct quire_error *error);
/* The same for those of the entries that cannot be; they are the values of this append from
 * `done` on. */
int quire_leaf_check_refused(struct quire_leaf *leaf, const uint32_t *indices, size_t n,
                             size_t done, struct quire_error *error);
/* What is wrong with a value that cannot be. */
const char *quire_leaf_refusal(const struct quire_leaf *leaf);
/* Converts n values from scratch to out; those that cannot be are 0 there, and refuse is
 * called for each. */
int quire_leaf_convert_scratch(struct quire_leaf *leaf, uint8_t *out, size_t n, size_t first,
                               int (*refuse)(struct quire_leaf *leaf, size_t value,
                                             struct quire_error *error),
                               struct quire_error *error);

/* UTF-8 (leaf_text.c): whether n values whose bytes stand in a row are each well-formed. */
bool quire_leaf_is_text(const uint8_t *bytes, size_t size, const struct quire_bytes *values,
                        size_t n);
/* The first value that is not; n when all are. */
size_t quire_leaf_find_bad_text(const struct quire_bytes *values, size_t n);
/* Puts a text in order, in the leaf's scratch. */
int quire_leaf_repair_text(struct quire_leaf *leaf, struct quire_bytes *value,
                           struct quire_error *error);

#endif
