/* The layouts of Arrow arrays (Columnar.rst, "Buffer Listing for Each Layout"): what the
 * many types come to when nothing but their buffers is of interest. */
#ifndef QUIRE_ARROW_ARRAY_LAYOUT_H
#define QUIRE_ARROW_ARRAY_LAYOUT_H

#include "data/field.h"

enum quire_array_layout_kind {
    QUIRE_LAYOUT_NULL,
    QUIRE_LAYOUT_BITS,         /* validity, bits */
    QUIRE_LAYOUT_FIXED,        /* validity, values; indices of dictionaries too */
    QUIRE_LAYOUT_BYTES,        /* validity, offsets, bytes */
    QUIRE_LAYOUT_VIEWS,        /* validity, views, any number of data buffers */
    QUIRE_LAYOUT_LIST,         /* validity, offsets; maps too */
    QUIRE_LAYOUT_LIST_VIEW,    /* validity, offsets, sizes */
    QUIRE_LAYOUT_FIXED_LIST,   /* validity */
    QUIRE_LAYOUT_STRUCT,       /* validity */
    QUIRE_LAYOUT_SPARSE_UNION, /* type ids */
    QUIRE_LAYOUT_DENSE_UNION,  /* type ids, offsets */
    QUIRE_LAYOUT_RUN_END       /* no buffers; children: run ends, values */
};

/* Bytes of a view. */
#define QUIRE_LAYOUT_VIEW_BYTES 16

struct quire_array_layout {
    enum quire_array_layout_kind kind;
    int width;   /* bytes of a value or of an offset; else 0 */
    int buffers; /* without the data buffers of views */
    int align;   /* of the values or offsets in memory */
    bool validity;
};

struct quire_array_layout quire_array_layout_of(const struct quire_field *field);

/* The offset at i of a buffer of 4 or 8 bytes each. */
static inline int64_t quire_layout_offset(const void *offsets, int width, int64_t i)
{
    return width == 4 ? ((const int32_t *)offsets)[i] : ((const int64_t *)offsets)[i];
}

static inline int64_t quire_layout_bitmap_size(int64_t bits)
{
    return bits / 8 + (bits % 8 != 0);
}

/* Bits that are set among `length` from bit `start`. */
int64_t quire_layout_count_bits(const uint8_t *bitmap, int64_t start, int64_t length);

#endif
