/* The values of a leaf, out of Arrow arrays into their physical type.
 *
 * A plan says once for a leaf how its kind becomes its schema element; gathering
 * leaves out nulls, follows dictionary indices, converts and checks. Values that are the
 * same on both sides are not copied where nothing is null. */
#ifndef QUIRE_PARQUET_LEAF_VALUES_H
#define QUIRE_PARQUET_LEAF_VALUES_H

#include "format/parquet/levels.h"
#include "format/parquet/write/values.h"

enum quire_leaf_form {
    QUIRE_LEAF_NOTHING, /* always null */
    QUIRE_LEAF_FIXED,
    QUIRE_LEAF_BYTES,
    QUIRE_LEAF_BOOLS
};

enum quire_leaf_change {
    QUIRE_CHANGE_NONE,
    QUIRE_CHANGE_I8, /* widened to INT32 */
    QUIRE_CHANGE_U8,
    QUIRE_CHANGE_I16,
    QUIRE_CHANGE_U16,
    QUIRE_CHANGE_DAYS, /* milliseconds to days */
    QUIRE_CHANGE_SECONDS_32,
    QUIRE_CHANGE_SECONDS_64, /* to milliseconds */
    QUIRE_CHANGE_DECIMAL,
    QUIRE_CHANGE_MONTHS, /* to INTERVAL */
    QUIRE_CHANGE_DAY_TIME,
    QUIRE_CHANGE_MONTH_DAY_NANO
};

struct quire_leaf_plan {
    enum quire_leaf_form form;
    enum quire_leaf_change change;
    const struct quire_field *field; /* of the values: of a dictionary those in it */
    int32_t type;                    /* enum quire_parquet_type */
    size_t width;                    /* physical bytes of a FIXED value; BOOLS: 1 */
    size_t arrow_width;              /* bytes of a FIXED value in its array */
    bool utf8;
};

struct quire_leaf_plan quire_leaf_plan_of(const struct quire_parquet_schema *schema, size_t leaf);

/* Zero-initialise; release when done. */
struct quire_leaf_block {
    struct quire_values values;
    struct quire_buf arrow_bytes, fixed_bytes, slice_bytes;
};
void quire_leaf_block_release(struct quire_leaf_block *block);

/* Gathers the values of ranges of a leaf's view, which stand until the next call or the
 * view's end. QUIRE_INPUT for what the type cannot hold; then values.n values before it
 * were fine. */
int quire_leaf_gather(const struct quire_leaf_plan *plan, const struct quire_view *view,
                      const struct quire_level_range *ranges, size_t ranges_size,
                      struct quire_leaf_block *block, struct quire_error *error);

/* --- Shared by the files of this --------------------------------------------------- */

/* Converts n values of the arrays to the physical type; *done says how many were fine. */
int quire_leaf_convert(const struct quire_leaf_plan *plan, const uint8_t *from, size_t n,
                       uint8_t *to, size_t *done, struct quire_error *error);
/* Appends slices of the range's values to the block, checked. */
int quire_leaf_gather_bytes(const struct quire_leaf_plan *plan, const struct quire_view *view,
                            struct quire_level_range range, struct quire_leaf_block *block,
                            struct quire_error *error);

static inline bool quire_leaf_may_be_null(const struct quire_view *view)
{
    return view->validity != NULL && view->null_count != 0;
}

#endif
