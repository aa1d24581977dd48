/* Deep copies of the rows that a view covers, rebased to offset 0 (run-end
 * encodings keep theirs, since it indexes their values). */
#include "base/fail.h"
#include "data/slice.h"
#include "data/view.h"

#define OPERATION "copy batch"

static int copy_rows(const struct quire_view *view, int64_t start, int64_t n,
                     struct ArrowArray *copy);

/* The array owns its buffers, the table of them, and its children. */
static void release_copy(struct ArrowArray *copy)
{
    for (int64_t i = 0; i < copy->n_children; i++) {
        quire_array_release(copy->children[i]);
        quire_free(copy->children[i]);
    }
    quire_free(copy->children);
    quire_array_release(copy->dictionary);
    quire_free(copy->dictionary);
    void **buffers = copy->private_data;
    for (int64_t i = 0; i < copy->n_buffers; i++)
        quire_free(buffers[i]);
    quire_free(buffers);
    memset(copy, 0, sizeof(*copy));
}

static int copy_init(struct ArrowArray *copy, int64_t n, int64_t buffers)
{
    void **table = quire_alloc_zero((size_t)buffers + 1, sizeof(*table));
    if (table == NULL) return QUIRE_MEMORY;
    *copy = (struct ArrowArray){.length = n,
                                .n_buffers = buffers,
                                .buffers = (void *)table,
                                .release = release_copy,
                                .private_data = table};
    return 0;
}

static int own_buffer(struct ArrowArray *copy, int64_t buffer, size_t size, void **bytes)
{
    *bytes = quire_alloc(size);
    if (*bytes == NULL) return QUIRE_MEMORY;
    copy->buffers[buffer] = *bytes;
    return 0;
}

static int copy_bytes(struct ArrowArray *copy, int64_t buffer, const void *from, size_t size)
{
    void *bytes;
    QUIRE_TRY(own_buffer(copy, buffer, size, &bytes));
    if (size > 0) memcpy(bytes, from, size);
    return 0;
}

static int copy_bits(struct ArrowArray *copy, int64_t buffer, const uint8_t *from, int64_t first,
                     int64_t n)
{
    void *bytes;
    size_t size = (size_t)(n + 7) / 8;
    QUIRE_TRY(own_buffer(copy, buffer, size, &bytes));
    memset(bytes, 0, size);
    uint8_t *to = bytes;
    for (int64_t i = 0; i < n; i++) {
        int64_t bit = first + i;
        if (from[bit >> 3] >> (bit & 7) & 1) to[i >> 3] |= (uint8_t)(1u << (i & 7));
    }
    return 0;
}

static int copy_validity(const struct quire_view *view, int64_t start, int64_t n,
                         struct ArrowArray *copy)
{
    if (view->validity == NULL) return 0;
    for (int64_t row = start; row < start + n; row++)
        copy->null_count += quire_view_is_null(view, row);
    if (copy->null_count == 0) return 0;
    return copy_bits(copy, 0, view->validity, view->offset + start, n);
}

static int copy_child(const struct quire_view *view, size_t child, int64_t start, int64_t n,
                      struct ArrowArray *copy)
{
    if (copy->children == NULL) {
        copy->children = quire_alloc_zero(view->children_size, sizeof(*copy->children));
        if (copy->children == NULL) return QUIRE_MEMORY;
    }
    copy->children[child] = quire_alloc_zero(1, sizeof(**copy->children));
    if (copy->children[child] == NULL) return QUIRE_MEMORY;
    copy->n_children = (int64_t)child + 1;
    return copy_rows(&view->children[child], start, n, copy->children[child]);
}

static int copy_whole_children(const struct quire_view *view, struct ArrowArray *copy)
{
    for (size_t i = 0; i < view->children_size; i++)
        QUIRE_TRY(copy_child(view, i, 0, view->children[i].length, copy));
    return 0;
}

/* Offsets from 0, and the range of bytes or items that they cover. */
static int copy_offsets(const struct quire_view *view, bool wide, int64_t start, int64_t n,
                        struct ArrowArray *copy, struct quire_range *covered)
{
    void *bytes;
    size_t width = wide ? 8 : 4;
    QUIRE_TRY(own_buffer(copy, 1, (size_t)(n + 1) * width, &bytes));
    memset(bytes, 0, width);
    *covered = (struct quire_range){0, 0};
    if (n == 0) return 0;
    if (wide) {
        const int64_t *from = (const int64_t *)view->values + view->offset + start;
        for (int64_t i = 0; i <= n; i++)
            ((int64_t *)bytes)[i] = from[i] - from[0];
        *covered = (struct quire_range){from[0], from[n] - from[0]};
    } else {
        const int32_t *from = (const int32_t *)view->values + view->offset + start;
        for (int64_t i = 0; i <= n; i++)
            ((int32_t *)bytes)[i] = from[i] - from[0];
        *covered = (struct quire_range){from[0], from[n] - from[0]};
    }
    return 0;
}

static int copy_strings(const struct quire_view *view, bool wide, int64_t start, int64_t n,
                        struct ArrowArray *copy)
{
    struct quire_range covered;
    QUIRE_TRY(copy_offsets(view, wide, start, n, copy, &covered));
    return copy_bytes(copy, 2, (const uint8_t *)view->extra + covered.start, (size_t)covered.size);
}

static int copy_lists(const struct quire_view *view, bool wide, int64_t start, int64_t n,
                      struct ArrowArray *copy)
{
    struct quire_range covered;
    QUIRE_TRY(copy_offsets(view, wide, start, n, copy, &covered));
    return copy_child(view, 0, covered.start, covered.size, copy);
}

static int copy_list_views(const struct quire_view *view, size_t width, int64_t start, int64_t n,
                           struct ArrowArray *copy)
{
    size_t skip = (size_t)(view->offset + start) * width;
    QUIRE_TRY(copy_bytes(copy, 1, (const uint8_t *)view->values + skip, (size_t)n * width));
    QUIRE_TRY(copy_bytes(copy, 2, (const uint8_t *)view->extra + skip, (size_t)n * width));
    return copy_whole_children(view, copy);
}

static int copy_byte_views(const struct quire_view *view, int64_t start, int64_t n,
                           struct ArrowArray *copy)
{
    int64_t data = copy->n_buffers - 3;
    const uint8_t *entries = (const uint8_t *)view->values + (size_t)(view->offset + start) * 16;
    QUIRE_TRY(copy_bytes(copy, 1, entries, (size_t)n * 16));
    for (int64_t i = 0; i < data; i++) {
        size_t size = (size_t)((const int64_t *)view->extra)[i];
        QUIRE_TRY(copy_bytes(copy, 2 + i, view->buffers[2 + i], size));
    }
    return copy_bytes(copy, 2 + data, view->extra, (size_t)data * sizeof(int64_t));
}

static int copy_union(const struct quire_view *view, int64_t start, int64_t n,
                      struct ArrowArray *copy)
{
    int64_t first = view->offset + start;
    QUIRE_TRY(copy_bytes(copy, 0, (const int8_t *)view->values + first, (size_t)n));
    if (copy->n_buffers == 2) {
        QUIRE_TRY(copy_bytes(copy, 1, (const int32_t *)view->extra + first, (size_t)n * 4));
        return copy_whole_children(view, copy);
    }
    for (size_t i = 0; i < view->children_size; i++)
        QUIRE_TRY(copy_child(view, i, first, n, copy));
    return 0;
}

static int copy_fixed(const struct quire_view *view, int64_t start, int64_t n,
                      struct ArrowArray *copy)
{
    size_t size = (size_t)n * (size_t)view->field->width;
    QUIRE_TRY(copy_bytes(copy, 1, quire_view_fixed(view, start), size));
    if (view->dictionary == NULL) return 0;
    copy->dictionary = quire_alloc_zero(1, sizeof(*copy->dictionary));
    if (copy->dictionary == NULL) return QUIRE_MEMORY;
    return copy_rows(view->dictionary, 0, view->dictionary->length, copy->dictionary);
}

static int64_t buffers_of(const struct quire_view *view)
{
    switch (view->field->kind) {
    case QUIRE_KIND_NULL:
    case QUIRE_KIND_RUN_END: return 0;
    case QUIRE_KIND_STRUCT:
    case QUIRE_KIND_FIXED_LIST: return 1;
    case QUIRE_KIND_UNION: return view->field->format[2] == 'd' ? 2 : 1;
    case QUIRE_KIND_STRING_VIEW:
    case QUIRE_KIND_BINARY_VIEW: return view->buffers_size > 3 ? view->buffers_size : 3;
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_BINARY:
    case QUIRE_KIND_LARGE_BINARY:
    case QUIRE_KIND_LIST_VIEW:
    case QUIRE_KIND_LARGE_LIST_VIEW: return 3;
    default: return 2;
    }
}

static int copy_content(const struct quire_view *view, int64_t start, int64_t n,
                        struct ArrowArray *copy)
{
    int64_t width = view->field->width;
    switch (view->field->kind) {
    case QUIRE_KIND_NULL: copy->null_count = n; return 0;
    case QUIRE_KIND_BOOL: return copy_bits(copy, 1, view->values, view->offset + start, n);
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_BINARY: return copy_strings(view, false, start, n, copy);
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_LARGE_BINARY: return copy_strings(view, true, start, n, copy);
    case QUIRE_KIND_STRING_VIEW:
    case QUIRE_KIND_BINARY_VIEW: return copy_byte_views(view, start, n, copy);
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_MAP: return copy_lists(view, false, start, n, copy);
    case QUIRE_KIND_LARGE_LIST: return copy_lists(view, true, start, n, copy);
    case QUIRE_KIND_LIST_VIEW: return copy_list_views(view, 4, start, n, copy);
    case QUIRE_KIND_LARGE_LIST_VIEW: return copy_list_views(view, 8, start, n, copy);
    case QUIRE_KIND_FIXED_LIST:
        return copy_child(view, 0, (view->offset + start) * width, n * width, copy);
    case QUIRE_KIND_STRUCT:
        for (size_t i = 0; i < view->children_size; i++)
            QUIRE_TRY(copy_child(view, i, start, n, copy));
        return 0;
    case QUIRE_KIND_UNION: return copy_union(view, start, n, copy);
    case QUIRE_KIND_RUN_END:
        copy->offset = view->offset + start;
        return copy_whole_children(view, copy);
    default: return copy_fixed(view, start, n, copy);
    }
}

/* On failure *copy is released. */
static int copy_rows(const struct quire_view *view, int64_t start, int64_t n,
                     struct ArrowArray *copy)
{
    QUIRE_TRY(copy_init(copy, n, buffers_of(view)));
    int code = copy_validity(view, start, n, copy);
    if (code == 0) code = copy_content(view, start, n, copy);
    if (code != 0) release_copy(copy);
    return code;
}

int quire_array_copy(const struct ArrowSchema *schema, const struct ArrowArray *array,
                     struct ArrowArray *copy, struct quire_error *error)
{
    struct quire_field *field = NULL;
    struct quire_view *view = NULL;
    struct ArrowArray made;
    int code = quire_field_open(schema, &field, error);
    if (code == 0) code = quire_view_new(field, &view, error);
    if (code == 0) code = quire_view_set(view, array, error);
    if (code == 0 && copy_rows(view, 0, view->length, &made) != 0)
        code = quire_fail_memory(error, OPERATION);
    if (code == 0) *copy = made;
    quire_view_free(view);
    quire_field_close(field);
    return code;
}
