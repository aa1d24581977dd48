/* Values of one leaf in their physical type, dense: what stands between Arrow arrays
 * and the encoders. */
#ifndef QUIRE_PARQUET_VALUES_H
#define QUIRE_PARQUET_VALUES_H

#include "data/view.h"

/* One of the two is set: fixed-width values back to back (booleans a byte each), or
 * slices. Borrowed. */
struct quire_values {
    const void *fixed;
    const struct quire_bytes *slices;
    size_t width; /* of fixed */
    size_t n;
};

static inline struct quire_values quire_values_part(const struct quire_values *values, size_t start,
                                                    size_t n)
{
    struct quire_values part = {.width = values->width, .n = n};
    if (values->fixed != NULL)
        part.fixed = (const uint8_t *)values->fixed + start * values->width;
    else if (values->slices != NULL)
        part.slices = values->slices + start;
    return part;
}

#endif
