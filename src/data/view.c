/* Setting a view trusts no count and no pointer that it can check without
 * reading values; what the interface does not tell (sizes of buffers) it cannot.
 * An empty array may have NULL buffers or buffers of no bytes, so that its view
 * points at zeros of its own. */
#include "data/view.h"

#include "base/checked.h"
#include "base/fail.h"

#define OPERATION "read batch"

/* Offsets, sizes and values of an empty array. */
static const int64_t zeros[2];
static const void *const zero_buffers[3] = {NULL, zeros, zeros};

static int view_init(const struct quire_field *field, struct quire_view *view)
{
    view->field = field;
    view->values = zeros;
    view->extra = zeros;
    view->buffers = zero_buffers;
    if (field->children_size > 0) {
        view->children = quire_alloc_zero(field->children_size, sizeof(*view->children));
        if (view->children == NULL) return QUIRE_MEMORY;
        view->children_size = field->children_size;
    }
    for (size_t i = 0; i < view->children_size; i++)
        QUIRE_TRY(view_init(&field->children[i], &view->children[i]));
    if (field->dictionary == NULL) return 0;
    view->dictionary = quire_alloc_zero(1, sizeof(*view->dictionary));
    if (view->dictionary == NULL) return QUIRE_MEMORY;
    return view_init(field->dictionary, view->dictionary);
}

static void view_clear(struct quire_view *view)
{
    for (size_t i = 0; i < view->children_size; i++)
        view_clear(&view->children[i]);
    quire_free(view->children);
    quire_view_free(view->dictionary);
}

int quire_view_new(const struct quire_field *root, struct quire_view **view,
                   struct quire_error *error)
{
    struct quire_view *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    if (view_init(root, made) != 0) {
        quire_view_free(made);
        return quire_fail_memory(error, OPERATION);
    }
    *view = made;
    return 0;
}

void quire_view_free(struct quire_view *view)
{
    if (view == NULL) return;
    view_clear(view);
    quire_free(view);
}

/* What the layout of each kind needs (Arrow Columnar.rst, "Buffer Listing for
 * Each Layout"). Views have any number of data buffers more than `buffers`. */
struct layout {
    int buffers;
    bool validity; /* buffers[0] is a bitmap */
    bool variadic;
    int value_buffer; /* values, offsets, indices, views; -1: none */
    int extra_buffer; /* bytes or sizes; -1: none */
    int align;        /* of the values, in bytes */
};

static struct layout layout_of(const struct quire_field *field)
{
    switch (field->kind) {
    case QUIRE_KIND_NULL:
    case QUIRE_KIND_RUN_END: return (struct layout){0, false, false, -1, -1, 1};
    case QUIRE_KIND_STRUCT:
    case QUIRE_KIND_FIXED_LIST: return (struct layout){1, true, false, -1, -1, 1};
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_BINARY: return (struct layout){3, true, false, 1, 2, 4};
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_LARGE_BINARY: return (struct layout){3, true, false, 1, 2, 8};
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_MAP: return (struct layout){2, true, false, 1, -1, 4};
    case QUIRE_KIND_LARGE_LIST: return (struct layout){2, true, false, 1, -1, 8};
    case QUIRE_KIND_LIST_VIEW: return (struct layout){3, true, false, 1, 2, 4};
    case QUIRE_KIND_LARGE_LIST_VIEW: return (struct layout){3, true, false, 1, 2, 8};
    case QUIRE_KIND_STRING_VIEW:
    case QUIRE_KIND_BINARY_VIEW: return (struct layout){3, true, true, 1, 2, 1};
    case QUIRE_KIND_UNION:
        if (field->format[2] == 'd') return (struct layout){2, false, false, 0, 1, 1};
        return (struct layout){1, false, false, 0, -1, 1};
    case QUIRE_KIND_FIXED_BINARY: return (struct layout){2, true, false, 1, -1, 1};
    default: {
        int align = field->width > 8 ? 8 : field->width > 0 ? field->width : 1;
        return (struct layout){2, true, false, 1, -1, align};
    }
    }
}

/* Lengths that no buffer in memory can have would overflow sums below. */
static int check_extent(const struct quire_view *view, const struct ArrowArray *array,
                        struct quire_error *error)
{
    int64_t rows, bytes;
    int64_t width = view->field->width > 16 ? view->field->width : 16;
    if (array->length < 0 || array->offset < 0 ||
        !quire_checked_add_i64(array->length, array->offset, &rows) ||
        !quire_checked_mul_i64(rows, width, &bytes))
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "an array of length %lld at offset %lld cannot be",
                          (long long)array->length, (long long)array->offset);
    return 0;
}

static int check_counts(const struct quire_view *view, const struct ArrowArray *array,
                        const struct layout *layout, struct quire_error *error)
{
    bool fits = layout->variadic ? array->n_buffers >= layout->buffers
                                 : array->n_buffers == layout->buffers;
    if (!fits || (array->n_buffers > 0 && array->buffers == NULL))
        return quire_fail(error, QUIRE_USAGE, OPERATION, "%lld buffers where the type has %d%s",
                          (long long)array->n_buffers, layout->buffers,
                          layout->variadic ? " or more" : "");
    if (array->n_children != (int64_t)view->children_size ||
        (array->n_children > 0 && array->children == NULL))
        return quire_fail(error, QUIRE_USAGE, OPERATION, "%lld children where the type has %zu",
                          (long long)array->n_children, view->children_size);
    if ((array->dictionary != NULL) != (view->dictionary != NULL))
        return quire_fail(error, QUIRE_USAGE, OPERATION, "%s",
                          view->dictionary != NULL ? "a dictionary is missing"
                                                   : "a dictionary where the type has none");
    return 0;
}

/* Bytes of string or binary data that the rows cover; their buffer may be NULL
 * only when there are none. */
static bool covers_bytes(const struct quire_view *view)
{
    if (view->field->kind == QUIRE_KIND_STRING || view->field->kind == QUIRE_KIND_BINARY) {
        const int32_t *offsets = (const int32_t *)view->values + view->offset;
        return offsets[0] != offsets[view->length];
    }
    if (view->field->kind == QUIRE_KIND_LARGE_STRING ||
        view->field->kind == QUIRE_KIND_LARGE_BINARY) {
        const int64_t *offsets = (const int64_t *)view->values + view->offset;
        return offsets[0] != offsets[view->length];
    }
    return true;
}

static int missing_buffer(int buffer, struct quire_error *error)
{
    return quire_fail(error, QUIRE_USAGE, OPERATION, "buffer %d is missing", buffer);
}

static int set_values(struct quire_view *view, const struct ArrowArray *array,
                      const struct layout *layout, struct quire_error *error)
{
    if (layout->value_buffer < 0) return 0;
    view->values = zeros;
    view->extra = zeros;
    view->buffers = zero_buffers;
    view->buffers_size = 0;
    if (view->length == 0) {
        view->offset = 0;
        view->validity = NULL;
        view->null_count = 0;
        return 0;
    }
    const void *values = array->buffers[layout->value_buffer];
    bool no_bytes = view->field->kind == QUIRE_KIND_FIXED_BINARY && view->field->width == 0;
    if (values == NULL && !no_bytes) return missing_buffer(layout->value_buffer, error);
    if ((uintptr_t)values % (uintptr_t)layout->align != 0)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "buffer %d is not aligned to %d bytes",
                          layout->value_buffer, layout->align);
    if (values != NULL) view->values = values;
    view->buffers = array->buffers;
    view->buffers_size = array->n_buffers;
    if (layout->extra_buffer < 0) return 0;
    int64_t extra_buffer = layout->variadic ? array->n_buffers - 1 : layout->extra_buffer;
    const void *extra = array->buffers[extra_buffer];
    if (extra != NULL)
        view->extra = extra;
    else if (layout->variadic ? array->n_buffers > 3 : covers_bytes(view))
        return missing_buffer((int)extra_buffer, error);
    return 0;
}

static int set_validity(struct quire_view *view, const struct ArrowArray *array,
                        const struct layout *layout, struct quire_error *error)
{
    view->validity = NULL;
    view->null_count = view->field->kind == QUIRE_KIND_NULL ? view->length : 0;
    if (!layout->validity || array->null_count == 0) return 0;
    view->validity = array->buffers[0];
    if (view->validity == NULL) {
        if (array->null_count > 0 && array->length > 0)
            return quire_fail(error, QUIRE_USAGE, OPERATION, "%lld nulls without a validity buffer",
                              (long long)array->null_count);
        return 0;
    }
    bool whole = view->offset == array->offset && view->length == array->length;
    view->null_count = whole && array->null_count > 0 ? array->null_count : -1;
    return 0;
}

static int set_node(struct quire_view *view, const struct ArrowArray *array, int64_t skip,
                    int64_t length, struct quire_error *error);

/* A struct's rows are the same rows of its children; everyone else's children
 * are indexed from their own first row. */
static int set_children(struct quire_view *view, const struct ArrowArray *array,
                        struct quire_error *error)
{
    bool rows = view->field->kind == QUIRE_KIND_STRUCT;
    int64_t needed = view->offset + view->length;
    if (view->field->kind == QUIRE_KIND_FIXED_LIST) needed *= view->field->width;
    for (size_t i = 0; i < view->children_size; i++) {
        const struct ArrowArray *child = array->children[i];
        struct quire_view *child_view = &view->children[i];
        int code = 0;
        if (child == NULL)
            code = quire_fail(error, QUIRE_USAGE, OPERATION, "a child array is missing");
        else if ((rows || view->field->kind == QUIRE_KIND_FIXED_LIST) && child->length < needed)
            code =
                quire_fail(error, QUIRE_USAGE, OPERATION, "%lld values where the parent needs %lld",
                           (long long)child->length, (long long)needed);
        else
            code = set_node(child_view, child, rows ? view->offset : 0,
                            rows ? view->length : child->length, error);
        if (code == 0) continue;
        if (child_view->field->name_size > 0)
            quire_error_outer_column(error, child_view->field->name);
        return code;
    }
    return 0;
}

static int set_node(struct quire_view *view, const struct ArrowArray *array, int64_t skip,
                    int64_t length, struct quire_error *error)
{
    if (array->release == NULL)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "the array was released");
    QUIRE_TRY(check_extent(view, array, error));
    struct layout layout = layout_of(view->field);
    QUIRE_TRY(check_counts(view, array, &layout, error));
    view->offset = array->offset + skip;
    view->length = length;
    QUIRE_TRY(set_validity(view, array, &layout, error));
    QUIRE_TRY(set_values(view, array, &layout, error));
    QUIRE_TRY(set_children(view, array, error));
    if (view->dictionary == NULL) return 0;
    return set_node(view->dictionary, array->dictionary, 0, array->dictionary->length, error);
}

int quire_view_set(struct quire_view *view, const struct ArrowArray *array,
                   struct quire_error *error)
{
    return set_node(view, array, 0, array->length, error);
}
