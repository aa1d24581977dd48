/* A batch, read: an ArrowArray resolved against its fields into pointers that
 * loops index directly.
 *
 * A view tree is made once for a schema and set to each batch in turn without
 * allocating. Setting checks what the C Data Interface lets a producer get
 * wrong cheaply: buffer and child counts, NULL buffers, negative lengths. Views
 * borrow the array and are read-only, so threads may share them. All indices are
 * logical rows 0..length-1; the accessors add the offset. Sliced parents: a
 * struct's children are indexed with the struct's own offset added by view_set
 * (child.offset already includes it). */
#ifndef QUIRE_DATA_VIEW_H
#define QUIRE_DATA_VIEW_H

#include <string.h>

#include "data/field.h"

struct quire_view {
    const struct quire_field *field;
    int64_t length;
    int64_t offset;          /* added to a row to index the buffers */
    int64_t null_count;      /* -1: not counted */
    const uint8_t *validity; /* bitmap; NULL: all valid */
    const void *values;      /* fixed-width values, offsets, indices, or views */
    const void *extra; /* string/binary: bytes; list views: sizes; views: int64_t buffer sizes */
    const void *const *buffers; /* all buffers of the array, for string views: [2..] are data */
    int64_t buffers_size;
    struct quire_view *children;
    size_t children_size;
    struct quire_view *dictionary;
    /* Of the batch that it is set to, when who set it knows so: all offsets are in order; all
     * strings are ASCII. Set by whoever knows; quire_view_set leaves them. */
    bool ordered, ascii;
};

/* Makes a view tree for a schema; quire_view_free releases it (NULL is fine). */
int quire_view_new(const struct quire_field *root, struct quire_view **view,
                   struct quire_error *error);
void quire_view_free(struct quire_view *view);

/* For QUIRE_CLEANUP. */
static inline void quire_view_cleanup(struct quire_view **view)
{
    quire_view_free(*view);
}

/* Points the tree at an array of that schema. QUIRE_USAGE naming the column when
 * the array is not of that shape. The array must stay until the next set. */
int quire_view_set(struct quire_view *view, const struct ArrowArray *array,
                   struct quire_error *error);

/* Checks content that view_set does not look at: offsets in order and within
 * the data, indices within their dictionary, UTF-8 of strings. For batches from
 * sources that are not trusted. */
int quire_view_validate(const struct quire_view *view, struct quire_error *error);
/* The same, but for null counts and the values of dictionaries, which have been checked
 * before. */
int quire_view_validate_rows(const struct quire_view *view, struct quire_error *error);

/* Are count + 1 offsets of 4 or 8 bytes in order, and those after the first not negative? */
bool quire_offsets_in_order(const void *offsets, int width, int64_t count);

/* Whether values of the field, or of those in it, can be none of their type: times, decimals,
 * date64. And whether such are in a batch of such a field: QUIRE_INPUT with the row, from 1,
 * and the column. Unions and run-end encodings are not looked into. */
bool quire_field_has_bounds(const struct quire_field *field);
int quire_view_check_bounds(const struct quire_view *view, struct quire_error *error);

/* True for unions and run-end encodings, whose rows stand for rows of a child. */
static inline bool quire_view_has_inner(const struct quire_view *view)
{
    return view->field->kind == QUIRE_KIND_UNION || view->field->kind == QUIRE_KIND_RUN_END;
}
/* The child and its row that a row of one stands for: either may be null, or of such a type
 * again. False when there is none, which quire_view_validate tells. */
bool quire_view_inner(const struct quire_view *view, int64_t row, const struct quire_view **inner,
                      int64_t *inner_row);

static inline bool quire_view_is_null(const struct quire_view *view, int64_t row)
{
    if (view->field->kind == QUIRE_KIND_NULL) return true;
    if (view->validity == NULL) return false;
    int64_t bit = row + view->offset;
    return (view->validity[bit >> 3] >> (bit & 7) & 1) == 0;
}

static inline bool quire_view_bool(const struct quire_view *view, int64_t row)
{
    int64_t bit = row + view->offset;
    return (((const uint8_t *)view->values)[bit >> 3] >> (bit & 7) & 1) != 0;
}

/* The address of a fixed-width value. */
static inline const void *quire_view_fixed(const struct quire_view *view, int64_t row)
{
    return (const uint8_t *)view->values +
           (size_t)(row + view->offset) * (size_t)view->field->width;
}

/* An integer-like value of any width, sign-extended (unsigned: zero-extended);
 * also dates, times, timestamps, durations. */
static inline int64_t quire_view_i64(const struct quire_view *view, int64_t row)
{
    int64_t index = row + view->offset;
    switch (view->field->kind) {
    case QUIRE_KIND_INT8: return ((const int8_t *)view->values)[index];
    case QUIRE_KIND_UINT8: return ((const uint8_t *)view->values)[index];
    case QUIRE_KIND_INT16: return ((const int16_t *)view->values)[index];
    case QUIRE_KIND_UINT16: return ((const uint16_t *)view->values)[index];
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_INTERVAL_MONTHS: return ((const int32_t *)view->values)[index];
    case QUIRE_KIND_UINT32: return ((const uint32_t *)view->values)[index];
    default: return ((const int64_t *)view->values)[index];
    }
}

struct quire_bytes {
    const uint8_t *data;
    size_t size;
};

/* The bytes of a string, binary or fixed binary value. */
static inline struct quire_bytes quire_view_bytes(const struct quire_view *view, int64_t row)
{
    int64_t index = row + view->offset;
    switch (view->field->kind) {
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_LARGE_BINARY: {
        const int64_t *offsets = (const int64_t *)view->values + index;
        return (struct quire_bytes){(const uint8_t *)view->extra + offsets[0],
                                    (size_t)(offsets[1] - offsets[0])};
    }
    case QUIRE_KIND_STRING_VIEW:
    case QUIRE_KIND_BINARY_VIEW: {
        /* Arrow Columnar.rst, "Variable-size Binary View Layout". */
        const uint8_t *entry = (const uint8_t *)view->values + index * 16;
        int32_t size, buffer, start;
        memcpy(&size, entry, 4);
        if (size <= 12) return (struct quire_bytes){entry + 4, (size_t)size};
        memcpy(&buffer, entry + 8, 4);
        memcpy(&start, entry + 12, 4);
        return (struct quire_bytes){(const uint8_t *)view->buffers[2 + buffer] + start,
                                    (size_t)size};
    }
    case QUIRE_KIND_FIXED_BINARY:
        return (struct quire_bytes){(const uint8_t *)quire_view_fixed(view, row),
                                    (size_t)view->field->width};
    default: {
        const int32_t *offsets = (const int32_t *)view->values + index;
        return (struct quire_bytes){(const uint8_t *)view->extra + offsets[0],
                                    (size_t)(offsets[1] - offsets[0])};
    }
    }
}

/* The rows of children[0] that a list or map value covers. */
struct quire_range {
    int64_t start, size;
};

static inline struct quire_range quire_view_range(const struct quire_view *view, int64_t row)
{
    int64_t index = row + view->offset;
    switch (view->field->kind) {
    case QUIRE_KIND_LARGE_LIST: {
        const int64_t *offsets = (const int64_t *)view->values + index;
        return (struct quire_range){offsets[0], offsets[1] - offsets[0]};
    }
    case QUIRE_KIND_LIST_VIEW:
        return (struct quire_range){((const int32_t *)view->values)[index],
                                    ((const int32_t *)view->extra)[index]};
    case QUIRE_KIND_LARGE_LIST_VIEW:
        return (struct quire_range){((const int64_t *)view->values)[index],
                                    ((const int64_t *)view->extra)[index]};
    case QUIRE_KIND_FIXED_LIST:
        return (struct quire_range){index * view->field->width, view->field->width};
    default: {
        const int32_t *offsets = (const int32_t *)view->values + index;
        return (struct quire_range){offsets[0], offsets[1] - offsets[0]};
    }
    }
}

/* The row of view->dictionary that a dictionary value stands for. Indices come
 * from outside: quire_view_validate or the caller checks them against length. */
static inline int64_t quire_view_index(const struct quire_view *view, int64_t row)
{
    int64_t index = row + view->offset;
    switch (view->field->index_kind) {
    case QUIRE_KIND_INT8: return ((const int8_t *)view->values)[index];
    case QUIRE_KIND_UINT8: return ((const uint8_t *)view->values)[index];
    case QUIRE_KIND_INT16: return ((const int16_t *)view->values)[index];
    case QUIRE_KIND_UINT16: return ((const uint16_t *)view->values)[index];
    case QUIRE_KIND_INT32: return ((const int32_t *)view->values)[index];
    case QUIRE_KIND_UINT32: return ((const uint32_t *)view->values)[index];
    default: return ((const int64_t *)view->values)[index];
    }
}

#endif
