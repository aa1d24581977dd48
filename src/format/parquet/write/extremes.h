/* Least and greatest values, in the order that a column's type defines (ColumnOrder of
 * parquet.thrift).
 *
 * Values are in PLAIN form, byte arrays without their length. NaN is counted and never
 * an extreme; a zero as minimum is -0.0, as maximum +0.0. */
#ifndef QUIRE_PARQUET_EXTREMES_H
#define QUIRE_PARQUET_EXTREMES_H

#include "format/parquet/parquet_metadata.h"
#include "format/parquet/write/values.h"

enum quire_value_order {
    QUIRE_VALUES_UNORDERED,
    QUIRE_VALUES_BOOL,
    QUIRE_VALUES_I32,
    QUIRE_VALUES_U32,
    QUIRE_VALUES_I64,
    QUIRE_VALUES_U64,
    QUIRE_VALUES_F16,
    QUIRE_VALUES_F32,
    QUIRE_VALUES_F64,
    QUIRE_VALUES_BYTES,       /* unsigned, byte by byte */
    QUIRE_VALUES_SIGNED_BYTES /* big-endian two's complement of one length */
};

enum quire_value_order quire_value_order_of(const struct quire_schema_element *element);
static inline bool quire_order_has_nan(enum quire_value_order order)
{
    return order == QUIRE_VALUES_F16 || order == QUIRE_VALUES_F32 || order == QUIRE_VALUES_F64;
}

/* Negative, 0, positive. Neither is NaN. */
int quire_value_compare(enum quire_value_order order, struct quire_bytes a, struct quire_bytes b);

/* Zero-initialise; release when done. */
struct quire_extremes {
    bool any; /* min and max are there */
    int64_t nans;
    struct quire_buf min, max;
};
void quire_extremes_release(struct quire_extremes *extremes);
void quire_extremes_clear(struct quire_extremes *extremes);
/* Fail with QUIRE_MEMORY. */
int quire_extremes_add(struct quire_extremes *extremes, enum quire_value_order order,
                       const struct quire_values *values);
int quire_extremes_merge(struct quire_extremes *extremes, enum quire_value_order order,
                         const struct quire_extremes *more);

/* Bounds of at most size_max bytes, cut at a character of text. lower is a part of value.
 * upper, of a value that is longer, writes to out (size_max bytes) what is greater than
 * value; false when there is nothing of that length. */
struct quire_bytes quire_extreme_lower(struct quire_bytes value, size_t size_max, bool text);
bool quire_extreme_upper(struct quire_bytes value, size_t size_max, bool text, uint8_t *out,
                         size_t *size);

#endif
