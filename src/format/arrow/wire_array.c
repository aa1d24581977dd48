/* Buffers become arrays. Here every buffer is held against what its array needs of it; what
 * is in them is looked at afterwards (quire_view_validate). Arrays of no rows may have
 * buffers of no bytes, which consumers do not expect of offsets: they get zeros. */
#include <string.h>

#include "base/fail.h"
#include "format/arrow/array_layout.h"
#include "format/arrow/wire_batch.h"

#define OPERATION "read arrow"

static const int64_t zeros[4];

struct assembling {
    const struct quire_wire_batch *batch;
    const struct quire_field *field;
    struct quire_array_layout layout;
    struct quire_array_bag *bag;
    struct ArrowArray *array;
    const void **buffers;
    struct quire_error *error;
};

static int corrupt(const struct assembling *assembling, const char *cause)
{
    int code = quire_fail(assembling->error, QUIRE_CORRUPT, OPERATION, "%s", cause);
    quire_error_at(assembling->error, QUIRE_NOWHERE, assembling->field->name, QUIRE_NOWHERE);
    return code;
}

static int corrupt_size(const struct assembling *assembling, int64_t size, int64_t needed)
{
    int code = quire_fail(assembling->error, QUIRE_CORRUPT, OPERATION,
                          "a buffer has %lld bytes where %lld are needed", (long long)size,
                          (long long)needed);
    quire_error_at(assembling->error, QUIRE_NOWHERE, assembling->field->name, QUIRE_NOWHERE);
    return code;
}

/* The bytes of a buffer at an address that is a multiple of align. */
static int put_aligned(const struct assembling *assembling, int i,
                       const struct quire_wire_buffer *buffer, int align)
{
    assembling->buffers[i] = buffer->size > 0 ? buffer->data : (const void *)zeros;
    if ((uintptr_t)assembling->buffers[i] % (uintptr_t)align == 0) return 0;
    void *copy = quire_alloc((size_t)buffer->size);
    if (copy == NULL) return quire_fail_memory(assembling->error, OPERATION);
    memcpy(copy, buffer->data, (size_t)buffer->size);
    if (quire_array_bag_keep_block(assembling->bag, copy) != 0) {
        quire_free(copy);
        return quire_fail_memory(assembling->error, OPERATION);
    }
    assembling->buffers[i] = copy;
    return 0;
}

/* count values of width bytes. */
static int put_values(const struct assembling *assembling, int i,
                      const struct quire_wire_buffer *buffer, int64_t count, int64_t width,
                      int align)
{
    int64_t needed;
    if (__builtin_mul_overflow(count, width, &needed))
        return corrupt(assembling, "an array is longer than memory");
    if (buffer->size < needed) return corrupt_size(assembling, buffer->size, needed);
    return put_aligned(assembling, i, buffer, align);
}

static int put_validity(const struct assembling *assembling, const struct quire_wire_buffer *buffer)
{
    int64_t needed = quire_layout_bitmap_size(assembling->array->length);
    assembling->buffers[0] = NULL;
    if (assembling->array->null_count == 0) return 0;
    if (buffer->size < needed) return corrupt_size(assembling, buffer->size, needed);
    assembling->buffers[0] = buffer->data;
    if (assembling->batch->trusted) return 0;
    int64_t valid = quire_layout_count_bits(buffer->data, 0, assembling->array->length);
    if (assembling->array->length - valid != assembling->array->null_count)
        return corrupt(assembling, "the null count is not that of the validity bitmap");
    return 0;
}

/* Offsets of an array of no rows may be left out. items: what they may cover, or -1. */
static int put_offsets(const struct assembling *assembling, int i,
                       const struct quire_wire_buffer *buffer, int64_t items)
{
    int64_t length = assembling->array->length;
    int width = assembling->layout.width;
    if (length == 0 && buffer->size < width) {
        assembling->buffers[i] = zeros;
        return 0;
    }
    if (length == INT64_MAX) return corrupt(assembling, "an array is longer than memory");
    QUIRE_TRY(put_values(assembling, i, buffer, length + 1, width, assembling->layout.align));
    int64_t last = quire_layout_offset(assembling->buffers[i], width, length);
    if (items >= 0 && last > items) return corrupt(assembling, "an offset is past the bytes");
    return 0;
}

static int put_views(const struct assembling *assembling, const struct quire_wire_buffer *buffers,
                     size_t count)
{
    struct ArrowArray *array = assembling->array;
    int64_t *sizes = quire_array_bag_alloc(assembling->bag, (count + 1) * sizeof(*sizes));
    if (sizes == NULL) return quire_fail_memory(assembling->error, OPERATION);
    QUIRE_TRY(put_values(assembling, 1, &buffers[1], array->length, QUIRE_LAYOUT_VIEW_BYTES, 8));
    for (size_t i = 0; i < count; i++) {
        sizes[i] = buffers[2 + i].size;
        assembling->buffers[2 + i] = sizes[i] > 0 ? buffers[2 + i].data : (const void *)zeros;
    }
    assembling->buffers[2 + count] = sizes;
    return 0;
}

static int put_buffers(const struct assembling *assembling, const struct quire_wire_buffer *buffers,
                       size_t variadic)
{
    const struct quire_array_layout *layout = &assembling->layout;
    int64_t length = assembling->array->length;
    if (layout->validity) QUIRE_TRY(put_validity(assembling, &buffers[0]));
    switch (layout->kind) {
    case QUIRE_LAYOUT_BITS:
        return put_values(assembling, 1, &buffers[1], quire_layout_bitmap_size(length), 1, 1);
    case QUIRE_LAYOUT_FIXED:
        return put_values(assembling, 1, &buffers[1], length, layout->width, layout->align);
    case QUIRE_LAYOUT_BYTES:
        QUIRE_TRY(put_offsets(assembling, 1, &buffers[1], buffers[2].size));
        return put_aligned(assembling, 2, &buffers[2], 1);
    case QUIRE_LAYOUT_VIEWS: return put_views(assembling, buffers, variadic);
    case QUIRE_LAYOUT_LIST: return put_offsets(assembling, 1, &buffers[1], -1);
    case QUIRE_LAYOUT_LIST_VIEW:
        QUIRE_TRY(put_values(assembling, 1, &buffers[1], length, layout->width, layout->align));
        return put_values(assembling, 2, &buffers[2], length, layout->width, layout->align);
    case QUIRE_LAYOUT_SPARSE_UNION: return put_values(assembling, 0, &buffers[0], length, 1, 1);
    case QUIRE_LAYOUT_DENSE_UNION:
        QUIRE_TRY(put_values(assembling, 0, &buffers[0], length, 1, 1));
        return put_values(assembling, 1, &buffers[1], length, 4, 4);
    default: return 0;
    }
}

/* Before version 5 unions had a validity bitmap, which arrays no longer have room for. */
static int pass_union_validity(const struct assembling *assembling, int64_t null_count,
                               struct quire_wire_cursor *cursor)
{
    cursor->buffer++;
    if (null_count == 0) return 0;
    return quire_fail(assembling->error, QUIRE_UNSUPPORTED, OPERATION,
                      "a union that has nulls of its own, as before version 5");
}

static int make_node(const struct assembling *assembling, struct quire_wire_cursor *cursor,
                     size_t variadic)
{
    struct ArrowArray *array = assembling->array;
    const struct quire_wire_buffer *buffers = &assembling->batch->buffers[cursor->buffer];
    struct assembling own = *assembling;
    bool views = assembling->layout.kind == QUIRE_LAYOUT_VIEWS;
    size_t count = (size_t)assembling->layout.buffers + variadic;
    own.buffers = quire_array_bag_alloc(assembling->bag, (count + 1) * sizeof(void *));
    if (own.buffers == NULL) return quire_fail_memory(assembling->error, OPERATION);
    array->buffers = own.buffers;
    array->n_buffers = (int64_t)(count + (views ? 1 : 0));
    cursor->buffer += count;
    QUIRE_TRY(put_buffers(&own, buffers, variadic));
    if (quire_array_bag_children(assembling->bag, array, assembling->field->children_size,
                                 assembling->field->dictionary != NULL) != 0)
        return quire_fail_memory(assembling->error, OPERATION);
    return 0;
}

static int pass_over(const struct quire_wire_batch *batch, const struct quire_field *field,
                     struct quire_wire_cursor *cursor, struct quire_error *error)
{
    size_t variadic = 0;
    struct quire_array_layout layout = quire_array_layout_of(field);
    cursor->node++;
    cursor->buffer += (size_t)layout.buffers;
    if (field->kind == QUIRE_KIND_UNION && batch->unions_have_validity) cursor->buffer++;
    if (layout.kind == QUIRE_LAYOUT_VIEWS)
        QUIRE_TRY(quire_wire_batch_variadic(batch, cursor, &variadic, error));
    cursor->buffer += variadic;
    for (size_t i = 0; i < field->children_size; i++)
        QUIRE_TRY(pass_over(batch, &field->children[i], cursor, error));
    return 0;
}

int quire_wire_batch_array(const struct quire_wire_batch *batch, const struct quire_field *field,
                           struct quire_wire_cursor *cursor, struct quire_array_bag *bag,
                           struct ArrowArray *array, struct quire_error *error)
{
    if (array == NULL) return pass_over(batch, field, cursor, error);
    const struct assembling assembling = {.batch = batch,
                                          .field = field,
                                          .layout = quire_array_layout_of(field),
                                          .bag = bag,
                                          .array = array,
                                          .error = error};
    size_t variadic = 0;
    quire_array_bag_node(bag, array);
    QUIRE_TRY(
        quire_wire_batch_node(batch, cursor->node++, &array->length, &array->null_count, error));
    if (field->kind == QUIRE_KIND_UNION && batch->unions_have_validity)
        QUIRE_TRY(pass_union_validity(&assembling, array->null_count, cursor));
    if (!assembling.layout.validity)
        array->null_count = field->kind == QUIRE_KIND_NULL ? array->length : 0;
    if (assembling.layout.kind == QUIRE_LAYOUT_VIEWS) {
        struct quire_wire_cursor at = *cursor;
        at.buffer += (size_t)assembling.layout.buffers;
        QUIRE_TRY(quire_wire_batch_variadic(batch, &at, &variadic, error));
        cursor->variadic = at.variadic;
    }
    QUIRE_TRY(make_node(&assembling, cursor, variadic));
    for (size_t i = 0; i < field->children_size; i++) {
        int code = quire_wire_batch_array(batch, &field->children[i], cursor, bag,
                                          array->children[i], error);
        if (code == 0) continue;
        quire_error_outer_column(error, field->name);
        return code;
    }
    return 0;
}

int quire_wire_empty_array(const struct quire_field *field, struct quire_array_bag *bag,
                           struct ArrowArray *array)
{
    struct quire_array_layout layout = quire_array_layout_of(field);
    size_t count = (size_t)layout.buffers + (layout.kind == QUIRE_LAYOUT_VIEWS ? 1 : 0);
    quire_array_bag_node(bag, array);
    const void **buffers = quire_array_bag_alloc(bag, (count + 1) * sizeof(void *));
    if (buffers == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < count; i++)
        buffers[i] = i == 0 && layout.validity ? NULL : (const void *)zeros;
    array->buffers = buffers;
    array->n_buffers = (int64_t)count;
    QUIRE_TRY(
        quire_array_bag_children(bag, array, field->children_size, field->dictionary != NULL));
    for (size_t i = 0; i < field->children_size; i++)
        QUIRE_TRY(quire_wire_empty_array(&field->children[i], bag, array->children[i]));
    return field->dictionary != NULL
               ? quire_wire_empty_array(field->dictionary, bag, array->dictionary)
               : 0;
}
