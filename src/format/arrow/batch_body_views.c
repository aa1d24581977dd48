/* Indices that a dictionary has given other values, and views of bytes: their data is
 * shared by all slices of an array, so that what a slice does not use is left out. */
#include <string.h>

#include "base/fail.h"
#include "format/arrow/batch_body_private.h"

/* Data that is less than half used is copied together. */
#define VIEW_INLINE_MAX   12
#define VIEW_WASTE_MIN    4096
#define VIEW_BUFFER_BYTES ((int64_t)1 << 30)
#define VIEW_BUFFERS_MAX  64

/* --- Indices ------------------------------------------------------------------------- */

#define MAP_INDICES(type)                                                                   \
    for (int64_t i = 0; i < rows->length; i++) {                                            \
        int64_t index = (int64_t)((const type *)rows->array->buffers[1])[rows->at + i];     \
        ((type *)moved)[i] = (type)(index >= 0 && index < map->size ? map->map[index] : 0); \
    }

/* What a null has for an index may point anywhere. */
int quire_body_add_indices(const struct quire_body_rows *rows, const struct quire_index_map *map)
{
    void *moved = NULL;
    QUIRE_TRY(quire_body_scratch(rows, rows->length, rows->layout.width, &moved));
    switch (rows->field->index_kind) {
    case QUIRE_KIND_INT8: MAP_INDICES(int8_t) break;
    case QUIRE_KIND_UINT8: MAP_INDICES(uint8_t) break;
    case QUIRE_KIND_INT16: MAP_INDICES(int16_t) break;
    case QUIRE_KIND_UINT16: MAP_INDICES(uint16_t) break;
    case QUIRE_KIND_INT32: MAP_INDICES(int32_t) break;
    case QUIRE_KIND_UINT32: MAP_INDICES(uint32_t) break;
    default: MAP_INDICES(int64_t) break;
    }
    return quire_body_put(rows, moved, rows->length * rows->layout.width);
}

/* --- Views of bytes ------------------------------------------------------------------ */

struct view {
    int32_t size;
    uint8_t prefix[4];
    int32_t buffer, start;
};

static struct view load_view(const struct quire_body_rows *rows, int64_t row)
{
    struct view view;
    memcpy(&view,
           (const uint8_t *)rows->array->buffers[1] + (rows->at + row) * QUIRE_LAYOUT_VIEW_BYTES,
           sizeof(view));
    return view;
}

static bool is_null(const struct quire_body_rows *rows, int64_t row)
{
    const uint8_t *validity = rows->array->null_count != 0 ? rows->array->buffers[0] : NULL;
    int64_t bit = rows->at + row;
    return validity != NULL && (validity[bit / 8] >> (bit % 8) & 1) == 0;
}

static int put_variadic(const struct quire_body_rows *rows, int64_t count)
{
    int code = quire_buf_append(&rows->body->variadic, &count, sizeof(count));
    return code == 0 ? 0 : quire_fail_memory(rows->error, QUIRE_BODY_OPERATION);
}

static int put_views_as_they_are(const struct quire_body_rows *rows, const int64_t *sizes,
                                 int64_t buffers)
{
    const uint8_t *views = rows->length > 0 ? rows->array->buffers[1] : NULL;
    if (views != NULL) views += rows->at * QUIRE_LAYOUT_VIEW_BYTES;
    QUIRE_TRY(quire_body_put(rows, views, rows->length * QUIRE_LAYOUT_VIEW_BYTES));
    QUIRE_TRY(put_variadic(rows, buffers));
    for (int64_t i = 0; i < buffers; i++)
        QUIRE_TRY(quire_body_put(rows, rows->array->buffers[2 + i], sizes[i]));
    return 0;
}

/* Copies the bytes that the rows use, in their order, into buffers of a gigabyte. */
static int put_views_compacted(const struct quire_body_rows *rows, int64_t used)
{
    struct view *views = NULL;
    uint8_t *data = NULL;
    QUIRE_TRY(quire_body_scratch(rows, rows->length, QUIRE_LAYOUT_VIEW_BYTES, &views));
    QUIRE_TRY(quire_body_scratch(rows, used, 1, &data));
    int64_t first[VIEW_BUFFERS_MAX] = {0}, at = 0; /* where each buffer begins */
    int32_t buffer = 0;
    for (int64_t row = 0; row < rows->length; row++) {
        struct view view = load_view(rows, row);
        if (is_null(rows, row)) view = (struct view){.size = 0};
        if (view.size > VIEW_INLINE_MAX) {
            if (at - first[buffer] + view.size > VIEW_BUFFER_BYTES && buffer < VIEW_BUFFERS_MAX - 1)
                first[++buffer] = at;
            memcpy(data + at, (const uint8_t *)rows->array->buffers[2 + view.buffer] + view.start,
                   (size_t)view.size);
            view.buffer = buffer;
            view.start = (int32_t)(at - first[buffer]);
            at += view.size;
        }
        memcpy(&views[row], &view, sizeof(view));
    }
    QUIRE_TRY(quire_body_put(rows, views, rows->length * QUIRE_LAYOUT_VIEW_BYTES));
    QUIRE_TRY(put_variadic(rows, used > 0 ? buffer + 1 : 0));
    for (int32_t i = 0; used > 0 && i <= buffer; i++)
        QUIRE_TRY(
            quire_body_put(rows, data + first[i], (i < buffer ? first[i + 1] : at) - first[i]));
    return 0;
}

/* A slice may use little of its data, which all slices of an array share. */
int quire_body_add_views(const struct quire_body_rows *rows)
{
    const struct ArrowArray *array = rows->array;
    int64_t buffers = array->n_buffers - 3, total = 0, used = 0;
    const int64_t *sizes = array->buffers[array->n_buffers - 1];
    if (rows->length == 0) buffers = 0;
    for (int64_t i = 0; i < buffers; i++)
        total += sizes[i];
    if (total <= VIEW_WASTE_MIN) return put_views_as_they_are(rows, sizes, buffers);
    for (int64_t row = 0; row < rows->length; row++) {
        struct view view = load_view(rows, row);
        if (view.size <= VIEW_INLINE_MAX || is_null(rows, row)) continue;
        if (view.buffer < 0 || view.buffer >= buffers || view.start < 0 ||
            view.start > sizes[view.buffer] - view.size)
            return quire_body_fail(rows, "a view of the array is outside its buffers");
        used += view.size;
    }
    bool compact = used < total / 2 && used < VIEW_BUFFERS_MAX / 2 * VIEW_BUFFER_BYTES;
    return compact ? put_views_compacted(rows, used) : put_views_as_they_are(rows, sizes, buffers);
}
