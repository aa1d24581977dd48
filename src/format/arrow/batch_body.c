/* Rows of a child are those that the rows of its parent cover, so that a slice costs no
 * more than its rows. */
#include "format/arrow/batch_body_private.h"

#include <string.h>

#include "base/fail.h"

void quire_batch_body_release(struct quire_batch_body *body)
{
    quire_buf_release(&body->nodes);
    quire_buf_release(&body->buffers);
    quire_buf_release(&body->variadic);
    quire_arena_release(&body->scratch);
}

void quire_batch_body_clear(struct quire_batch_body *body)
{
    body->length = 0;
    quire_buf_clear(&body->nodes);
    quire_buf_clear(&body->buffers);
    quire_buf_clear(&body->variadic);
    quire_arena_release(&body->scratch);
}

int quire_body_put(const struct quire_body_rows *rows, const void *data, int64_t size)
{
    const struct quire_body_buffer buffer = {data, size};
    int code = quire_buf_append(&rows->body->buffers, &buffer, sizeof(buffer));
    return code == 0 ? 0 : quire_fail_memory(rows->error, QUIRE_BODY_OPERATION);
}

int quire_body_scratch(const struct quire_body_rows *rows, int64_t count, int64_t size,
                       void *memory_pointer)
{
    void **memory = memory_pointer;
    size_t bytes;
    *memory = NULL;
    if (!__builtin_mul_overflow((size_t)count, (size_t)size, &bytes))
        *memory = quire_arena_alloc(&rows->body->scratch, bytes > 0 ? bytes : 1);
    return *memory != NULL ? 0 : quire_fail_memory(rows->error, QUIRE_BODY_OPERATION);
}

static int put_node(const struct quire_body_rows *rows, int64_t null_count)
{
    const struct quire_body_node node = {rows->length, null_count};
    int code = quire_buf_append(&rows->body->nodes, &node, sizeof(node));
    return code == 0 ? 0 : quire_fail_memory(rows->error, QUIRE_BODY_OPERATION);
}

/* --- Bitmaps ----------------------------------------------------------------------- */

/* The bits from `start` moved to the beginning. */
static void shift_bits(const uint8_t *bitmap, int64_t start, int64_t length, uint8_t *out)
{
    const uint8_t *in = bitmap + start / 8;
    int64_t size = quire_layout_bitmap_size(length);
    int64_t in_size = quire_layout_bitmap_size(start % 8 + length);
    int shift = (int)(start % 8);
    int64_t i = 0;
    for (; i + 9 <= in_size && i + 8 <= size; i += 8) {
        uint64_t word;
        memcpy(&word, in + i, 8);
        word = word >> shift | (uint64_t)in[i + 8] << (64 - shift);
        memcpy(out + i, &word, 8);
    }
    for (; i < size; i++) {
        unsigned next = i + 1 < in_size ? in[i + 1] : 0u;
        out[i] = (uint8_t)(in[i] >> shift | next << (8 - shift));
    }
}

static int put_bits(const struct quire_body_rows *rows, const uint8_t *bitmap)
{
    int64_t size = quire_layout_bitmap_size(rows->length);
    uint8_t *shifted = NULL;
    if (rows->at % 8 == 0) return quire_body_put(rows, bitmap + rows->at / 8, size);
    QUIRE_TRY(quire_body_scratch(rows, size, 1, &shifted));
    shift_bits(bitmap, rows->at, rows->length, shifted);
    return quire_body_put(rows, shifted, size);
}

/* The nulls among the rows; the bitmap is left out when there are none. */
static int64_t count_nulls(const struct quire_body_rows *rows)
{
    const struct ArrowArray *array = rows->array;
    if (rows->field->kind == QUIRE_KIND_NULL) return rows->length;
    if (!rows->layout.validity || array->null_count == 0 || rows->length == 0) return 0;
    if (array->buffers[0] == NULL) return 0;
    if (array->null_count > 0 && rows->length == array->length) return array->null_count;
    return rows->length - quire_layout_count_bits(array->buffers[0], rows->at, rows->length);
}

static int add_validity(const struct quire_body_rows *rows)
{
    int64_t nulls = count_nulls(rows);
    QUIRE_TRY(put_node(rows, nulls));
    if (!rows->layout.validity) return 0;
    return nulls > 0 ? put_bits(rows, rows->array->buffers[0]) : quire_body_put(rows, NULL, 0);
}

/* --- Offsets ------------------------------------------------------------------------ */

int quire_body_fail(const struct quire_body_rows *rows, const char *cause)
{
    int code = quire_fail(rows->error, QUIRE_USAGE, QUIRE_BODY_OPERATION, "%s", cause);
    quire_error_at(rows->error, QUIRE_NOWHERE, rows->field->name, QUIRE_NOWHERE);
    return code;
}

static int fail_offsets(const struct quire_body_rows *rows)
{
    return quire_body_fail(rows, "the offsets of the array are not in order");
}

static int put_moved_offsets(const struct quire_body_rows *rows, const void *offsets, int64_t first)
{
    int64_t count = rows->length + 1;
    void *moved = NULL;
    QUIRE_TRY(quire_body_scratch(rows, count, rows->layout.width, &moved));
    if (rows->layout.width == 4) {
        int32_t *out = moved;
        for (int64_t i = 0; i < count; i++)
            out[i] = (int32_t)((uint32_t)((const int32_t *)offsets)[i] - (uint32_t)first);
    } else {
        int64_t *out = moved;
        for (int64_t i = 0; i < count; i++)
            out[i] = (int64_t)((uint64_t)((const int64_t *)offsets)[i] - (uint64_t)first);
    }
    return quire_body_put(rows, moved, count * rows->layout.width);
}

int quire_body_put_offsets(const struct quire_body_rows *rows, int64_t *first, int64_t *items)
{
    static const int64_t zero;
    int width = rows->layout.width;
    *first = *items = 0;
    if (rows->length == 0) return quire_body_put(rows, &zero, width);
    const void *offsets = (const uint8_t *)rows->array->buffers[1] + rows->at * width;
    *first = quire_layout_offset(offsets, width, 0);
    *items = quire_layout_offset(offsets, width, rows->length) - *first;
    if (*first < 0 || *items < 0) return fail_offsets(rows);
    if (*first != 0) return put_moved_offsets(rows, offsets, *first);
    return quire_body_put(rows, offsets, (rows->length + 1) * width);
}

/* --- By layout ------------------------------------------------------------------------ */

static const struct quire_index_map *find_map(const struct quire_batch_body *body,
                                              const struct quire_field *field)
{
    size_t low = 0, high = body->maps_size;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (body->maps[middle].field < field)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < body->maps_size && body->maps[low].field == field;
    return found && body->maps[low].map != NULL ? &body->maps[low] : NULL;
}

static int add_fixed(const struct quire_body_rows *rows)
{
    if (rows->length == 0 || rows->layout.width == 0) return quire_body_put(rows, NULL, 0);
    const struct quire_index_map *map =
        rows->field->kind == QUIRE_KIND_DICTIONARY ? find_map(rows->body, rows->field) : NULL;
    if (map != NULL) return quire_body_add_indices(rows, map);
    int64_t width = rows->layout.width;
    return quire_body_put(rows, (const uint8_t *)rows->array->buffers[1] + rows->at * width,
                          rows->length * width);
}

static int add_bytes(const struct quire_body_rows *rows)
{
    int64_t first, size;
    QUIRE_TRY(quire_body_put_offsets(rows, &first, &size));
    const uint8_t *bytes = rows->array->buffers[2];
    return quire_body_put(rows, size > 0 ? bytes + first : NULL, size);
}

int quire_body_add_child(const struct quire_body_rows *rows, size_t child, int64_t start,
                         int64_t length)
{
    int code = quire_batch_body_add(rows->body, &rows->field->children[child],
                                    rows->array->children[child], start, length, rows->error);
    if (code != 0) quire_error_outer_column(rows->error, rows->field->name);
    return code;
}

static int add_list(const struct quire_body_rows *rows)
{
    int64_t first, items;
    QUIRE_TRY(quire_body_put_offsets(rows, &first, &items));
    const struct ArrowArray *child = rows->array->children[0];
    if (first > child->length || items > child->length - first) return fail_offsets(rows);
    return quire_body_add_child(rows, 0, first, items);
}

static int add_children(const struct quire_body_rows *rows)
{
    for (size_t i = 0; i < rows->field->children_size; i++)
        QUIRE_TRY(quire_body_add_child(rows, i, rows->at, rows->length));
    return 0;
}

static int add_sparse_union(const struct quire_body_rows *rows)
{
    const uint8_t *ids = rows->length > 0 ? rows->array->buffers[0] : NULL;
    QUIRE_TRY(quire_body_put(rows, ids != NULL ? ids + rows->at : NULL, rows->length));
    for (size_t i = 0; i < rows->field->children_size; i++) {
        if (rows->array->children[i]->length >= rows->at + rows->length) continue;
        return quire_fail(rows->error, QUIRE_USAGE, QUIRE_BODY_OPERATION,
                          "a child of the union has too few values");
    }
    return add_children(rows);
}

static int add_rows(const struct quire_body_rows *rows)
{
    QUIRE_TRY(add_validity(rows));
    switch (rows->layout.kind) {
    case QUIRE_LAYOUT_NULL: return 0;
    case QUIRE_LAYOUT_BITS:
        return rows->length > 0 ? put_bits(rows, rows->array->buffers[1])
                                : quire_body_put(rows, NULL, 0);
    case QUIRE_LAYOUT_FIXED: return add_fixed(rows);
    case QUIRE_LAYOUT_BYTES: return add_bytes(rows);
    case QUIRE_LAYOUT_VIEWS: return quire_body_add_views(rows);
    case QUIRE_LAYOUT_LIST: return add_list(rows);
    case QUIRE_LAYOUT_LIST_VIEW: return quire_body_add_list_view(rows);
    case QUIRE_LAYOUT_FIXED_LIST:
        return quire_body_add_child(rows, 0, rows->at * rows->field->width,
                                    rows->length * rows->field->width);
    case QUIRE_LAYOUT_STRUCT: return add_children(rows);
    case QUIRE_LAYOUT_SPARSE_UNION: return add_sparse_union(rows);
    case QUIRE_LAYOUT_DENSE_UNION: return quire_body_add_dense_union(rows);
    case QUIRE_LAYOUT_RUN_END: return quire_body_add_run_end(rows);
    }
    return 0;
}

int quire_batch_body_add(struct quire_batch_body *body, const struct quire_field *field,
                         const struct ArrowArray *array, int64_t start, int64_t length,
                         struct quire_error *error)
{
    const struct quire_body_rows rows = {
        body, field, array, quire_array_layout_of(field), array->offset + start, length, error};
    return add_rows(&rows);
}

int quire_batch_body_add_columns(struct quire_batch_body *body, const struct quire_field *field,
                                 const struct ArrowArray *array, int64_t start, int64_t length,
                                 struct quire_error *error)
{
    const struct quire_body_rows rows = {
        body, field, array, quire_array_layout_of(field), array->offset + start, length, error};
    if (count_nulls(&rows) > 0)
        return quire_fail(error, QUIRE_INPUT, QUIRE_BODY_OPERATION,
                          "a row is null as a whole, which a record batch cannot hold");
    body->length = length;
    return add_children(&rows);
}
