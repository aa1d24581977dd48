/* Definition and repetition levels: nested Arrow arrays taken apart into the entries
 * of one column, and put together again (the README's "Nested Encoding", after the
 * Dremel paper). */
#ifndef QUIRE_PARQUET_LEVELS_H
#define QUIRE_PARQUET_LEVELS_H

#include "data/column.h"
#include "data/view.h"
#include "format/parquet/parquet_schema.h"

/* Rows of a leaf's view that follow each other. */
struct quire_level_range {
    int64_t start, size;
};

/* The entries of one column for some rows. Zero-initialise; reused by each shredding;
 * release when done. */
struct quire_levels {
    size_t size;                            /* entries */
    const uint8_t *def;                     /* NULL: all are def_max */
    const uint8_t *rep;                     /* NULL: all are 0 */
    const struct quire_level_range *ranges; /* leaf rows that exist, null or not, in order */
    size_t ranges_size;
    int64_t values; /* entries that hold a value: def == def_max */
    struct quire_buf def_bytes, rep_bytes, row_ranges, spare_def, spare_rep, spare_ranges;
    struct quire_buf range_rows;
};

void quire_levels_release(struct quire_levels *levels);

/* Takes rows start .. start + rows of a batch apart for a leaf. A null where the schema
 * has none, and a dictionary index out of range, are QUIRE_INPUT naming the column.
 * Memory is that of the entries, four bytes each at most; levels stand until the next
 * call. In the ranges a row is null where quire_levels_is_null says so. */
int quire_levels_shred(const struct quire_parquet_schema *schema, size_t leaf,
                       const struct quire_view *batch, int64_t start, int64_t rows,
                       struct quire_levels *levels, struct quire_error *error);

/* The view of a leaf's values within the view of a batch. */
const struct quire_view *quire_levels_leaf_view(const struct quire_parquet_schema *schema,
                                                size_t leaf, const struct quire_view *batch);

/* Null by itself, or an index of a dictionary's null. Indices must be in range. */
static inline bool quire_levels_is_null(const struct quire_view *view, int64_t row)
{
    if (quire_view_is_null(view, row)) return true;
    if (view->field->kind != QUIRE_KIND_DICTIONARY) return false;
    return quire_view_is_null(view->dictionary, quire_view_index(view, row));
}

/* --- Putting together --------------------------------------------------------------- */

/* n entries of a column. def NULL: all are def_max; rep NULL: all are 0. */
struct quire_level_entries {
    const uint8_t *def, *rep;
    size_t size;
    bool continues; /* the first goes on with the row that stands last in the columns; else
                       it has repetition 0 */
};

/* A null of a fixed list has as many items as any other in Arrow, and no entry of its own
 * for them. Whether a leaf is within such lists, and its entries with those that stand for
 * these items put in, in memory of the two buffers. QUIRE_LIMIT beyond
 * QUIRE_LEVELS_EXPANDED_MAX entries. (levels_fixed.c) */
#define QUIRE_LEVELS_EXPANDED_MAX ((size_t)1 << 26)
bool quire_levels_have_fixed(const struct quire_parquet_schema *schema, size_t leaf);
int quire_levels_expand(const struct quire_parquet_schema *schema, size_t leaf,
                        struct quire_level_entries *entries, struct quire_buf buffers[4],
                        struct quire_error *error);

/* What a leaf takes for some entries. */
struct quire_level_leaf {
    struct quire_column *column;
    int64_t slots;  /* rows that were added */
    int64_t values; /* of them not null: as many values are to be decoded */
};

/* Appends entries of a leaf to a tree of columns (of schema->root->field): offsets and
 * validity of the lists and structs of which it is the first leaf, and validity and
 * length of its own column, whose values the caller appends: `values` of them, spread
 * over `slots`. All leaves must be given the same rows before the batch is finished.
 * A list that cannot hold so many items is QUIRE_LIMIT; entries that are not of this
 * schema, and nulls in a column without, QUIRE_CORRUPT. */
int quire_levels_assemble(const struct quire_parquet_schema *schema, size_t leaf,
                          const struct quire_level_entries *entries, struct quire_column *batch,
                          struct quire_level_leaf *result, struct quire_error *error);

/* Whether the columns that leaves were assembled into agree: a struct's are of its length,
 * a list's items as many as it says; or QUIRE_CORRUPT, as leaves of a damaged file may have
 * different lists. */
int quire_levels_check(const struct quire_column *batch, struct quire_error *error);

/* Moves the first `values` fixed-width values of a run to their slots, those whose bit is
 * set in the validity bitmap from bit number `bit` on; the others become zeros. */
void quire_levels_spread(void *run, size_t width, int64_t slots, int64_t values,
                         const uint8_t *validity, int64_t bit);

/* Whole rows at the start of n entries: the entries before the last that begins a row,
 * or all with at_end. *rows: how many. */
size_t quire_levels_whole_rows(const uint8_t *rep, size_t n, bool at_end, int64_t *rows);

#endif
