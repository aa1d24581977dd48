/* Physical values to fixed-width Arrow values: the other way round than
 * schema_of_fields.c writes them, and whatever else a field may ask for (see
 * leaf_convert.c). Loops over whole runs of values. */
#ifndef QUIRE_PARQUET_LEAF_CONVERT_H
#define QUIRE_PARQUET_LEAF_CONVERT_H

#include "base/digits.h"
#include "data/field.h"
#include "data/view.h"
#include "format/parquet/parquet_metadata.h"

struct quire_conversion {
    /* Converts n values; how many could be before one that cannot. Values in are packed
     * without alignment, byte arrays a struct quire_bytes each. NULL: they stay as they
     * are. */
    size_t (*run)(const struct quire_conversion *conversion, const void *in, void *out, size_t n);
    size_t in_width; /* of what run reads */
    size_t out_width;
    int64_t low, high; /* integers that can be */
    quire_u128 limit;  /* decimals of at most 16 bytes: the first magnitude that cannot be */
    int32_t precision;
    int64_t factor;  /* values are multiplied by it */
    int64_t divisor; /* or divided, without remainder */
    int32_t from_scale, to_scale;
    const char *refusal; /* what is wrong with a value that cannot be */
};

/* QUIRE_UNSUPPORTED when the values of an element are none that the field can hold. For
 * kinds of a fixed width, but for BOOL. */
int quire_conversion_choose(const struct quire_schema_element *element,
                            const struct quire_field *field, struct quire_conversion *conversion,
                            struct quire_error *error);

/* Integers of 4 or 8 bytes, which stay as they are, from low to high. */
void quire_conversion_of_range(struct quire_conversion *conversion, int64_t low, int64_t high);

/* Parts of choose: false when there is no such conversion. */
bool quire_conversion_of_number(int32_t type, const struct quire_field *own,
                                const struct quire_field *field,
                                struct quire_conversion *conversion);
bool quire_conversion_of_decimal(int32_t type, const struct quire_field *own,
                                 const struct quire_field *field,
                                 struct quire_conversion *conversion);
bool quire_conversion_of_int96(const struct quire_field *field,
                               struct quire_conversion *conversion);
bool quire_conversion_of_interval(const struct quire_field *field,
                                  struct quire_conversion *conversion);

#endif
