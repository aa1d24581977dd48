/* Columns become Arrow arrays.
 *
 * In two passes, so that a failure leaves the columns as they were: the first
 * allocates everything (the array tree, the buffers that views and list views
 * need beside those that were built, and the first offset of the next batch),
 * the second moves buffers and cannot fail. Every array of the tree has its own
 * release, since consumers may move children out. Arrow Columnar.rst has the
 * layouts, CDataInterface.rst the ownership. */
#include "base/fail.h"
#include "data/column_private.h"

#define BUFFERS_MAX     4
#define VIEW_SIZE       16
#define VIEW_INLINE_MAX 12

/* Stands in for buffers of no bytes, which some consumers do not take as NULL. */
static const uint64_t no_bytes[8];

struct node {
    const void *buffers[BUFFERS_MAX];
    void *owned[BUFFERS_MAX];
    int64_t view_sizes[1];
    struct quire_buf spare; /* offsets that the column goes on with */
    struct ArrowArray dictionary;
    struct ArrowArray **child_pointers;
    struct ArrowArray children[];
};

static void release_if_held(struct ArrowArray *array)
{
    if (array->release != NULL) array->release(array);
}

static void release_node(struct ArrowArray *array)
{
    struct node *node = array->private_data;
    for (size_t i = 0; i < BUFFERS_MAX; i++)
        quire_free(node->owned[i]);
    quire_buf_release(&node->spare);
    for (int64_t i = 0; i < array->n_children; i++)
        release_if_held(&node->children[i]);
    release_if_held(&node->dictionary);
    quire_free(node->child_pointers);
    quire_free(node);
    array->release = NULL;
}

static bool is_view(enum quire_kind kind)
{
    return kind == QUIRE_KIND_STRING_VIEW || kind == QUIRE_KIND_BINARY_VIEW;
}

static bool is_list_view(enum quire_kind kind)
{
    return kind == QUIRE_KIND_LIST_VIEW || kind == QUIRE_KIND_LARGE_LIST_VIEW;
}

static int prepare(const struct quire_column *column, struct ArrowArray *array);

static int prepare_children(const struct quire_column *column, struct ArrowArray *array,
                            struct node *node)
{
    if (column->children_size > 0) {
        node->child_pointers =
            quire_alloc_zero(column->children_size, sizeof(*node->child_pointers));
        if (node->child_pointers == NULL) return QUIRE_MEMORY;
        array->children = node->child_pointers;
        array->n_children = (int64_t)column->children_size;
    }
    for (size_t i = 0; i < column->children_size; i++) {
        node->child_pointers[i] = &node->children[i];
        QUIRE_TRY(prepare(&column->children[i], &node->children[i]));
    }
    if (column->dictionary == NULL) return 0;
    array->dictionary = &node->dictionary;
    return prepare(column->dictionary->values, &node->dictionary);
}

/* Allocates what column will need in array; array is releasable from here on. */
static int prepare(const struct quire_column *column, struct ArrowArray *array)
{
    size_t size;
    if (__builtin_mul_overflow(column->children_size, sizeof(struct ArrowArray), &size) ||
        __builtin_add_overflow(size, sizeof(struct node), &size))
        return QUIRE_MEMORY;
    struct node *node = quire_alloc_zero(1, size);
    if (node == NULL) return QUIRE_MEMORY;
    *array = (struct ArrowArray){.release = release_node, .private_data = node};
    enum quire_kind kind = column->field->kind;
    if (quire_column_offset_width(kind) != 0)
        QUIRE_TRY(quire_column_first_offset(&node->spare, kind));
    size_t made = 0;
    if (is_view(kind)) made = VIEW_SIZE;
    if (is_list_view(kind)) made = quire_column_offset_width(kind);
    if (made > 0) {
        void **place = is_view(kind) ? &node->owned[1] : &node->owned[2];
        *place = quire_alloc_zero((size_t)column->length, made);
        if (*place == NULL) return QUIRE_MEMORY;
    }
    return prepare_children(column, array, node);
}

/* Takes a buffer's memory, giving back what is much more than its content. */
static void move_buffer(struct quire_buf *buf, struct node *node, int index)
{
    if (buf->capacity / 2 > buf->size + 1024) {
        void *smaller = quire_realloc(buf->data, buf->size);
        if (smaller != NULL) buf->data = smaller;
    }
    node->owned[index] = buf->data;
    node->buffers[index] = buf->data != NULL ? (const void *)buf->data : no_bytes;
    *buf = (struct quire_buf){0};
}

/* Views of the bytes that offsets delimit; long ones point into data buffer 0. */
static void fill_views(const struct quire_column *column, uint8_t *view)
{
    for (int64_t row = 0; row < column->length; row++, view += VIEW_SIZE) {
        int32_t start = (int32_t)quire_column_offset(column, row);
        int32_t size = (int32_t)quire_column_offset(column, row + 1) - start;
        memcpy(view, &size, 4);
        if (size == 0) continue;
        const uint8_t *bytes = column->bytes.data + start;
        memcpy(view + 4, bytes, size <= VIEW_INLINE_MAX ? (size_t)size : 4);
        if (size > VIEW_INLINE_MAX) memcpy(view + 12, &start, 4);
    }
}

static void move_views(struct quire_column *column, struct ArrowArray *array, struct node *node)
{
    fill_views(column, node->owned[1]);
    node->buffers[1] = node->owned[1];
    node->view_sizes[0] = (int64_t)column->bytes.size;
    move_buffer(&column->bytes, node, 2);
    node->buffers[3] = node->view_sizes;
    array->n_buffers = 4;
    quire_buf_release(&column->values);
}

static void move_list_view(struct quire_column *column, struct ArrowArray *array, struct node *node)
{
    for (int64_t row = 0; row < column->length; row++) {
        int64_t size = quire_column_offset(column, row + 1) - quire_column_offset(column, row);
        if (quire_column_offset_width(column->field->kind) == 4)
            ((int32_t *)node->owned[2])[row] = (int32_t)size;
        else
            ((int64_t *)node->owned[2])[row] = size;
    }
    node->buffers[2] = node->owned[2];
    move_buffer(&column->values, node, 1);
    array->n_buffers = 3;
}

static void move_values(struct quire_column *column, struct ArrowArray *array, struct node *node)
{
    enum quire_kind kind = column->field->kind;
    if (is_view(kind)) {
        move_views(column, array, node);
    } else if (is_list_view(kind)) {
        move_list_view(column, array, node);
    } else {
        array->n_buffers = 1;
        if (kind == QUIRE_KIND_STRUCT || kind == QUIRE_KIND_FIXED_LIST) return;
        move_buffer(&column->values, node, 1);
        array->n_buffers = 2;
        if (!quire_kind_is_string(kind) && !quire_kind_is_binary(kind)) return;
        move_buffer(&column->bytes, node, 2);
        array->n_buffers = 3;
    }
}

static void commit(struct quire_column *column, struct ArrowArray *array)
{
    struct node *node = array->private_data;
    array->length = column->length;
    array->null_count = column->null_count;
    array->buffers = node->buffers;
    column->length_last = column->length;
    column->values_last = column->values.size;
    column->bytes_last = column->bytes.size;
    if (column->field->kind != QUIRE_KIND_NULL) {
        if (column->null_count > 0)
            move_buffer(&column->validity, node, 0);
        else
            quire_buf_release(&column->validity);
        move_values(column, array, node);
    }
    column->values = node->spare;
    node->spare = (struct quire_buf){0};
    for (size_t i = 0; i < column->children_size; i++)
        commit(&column->children[i], &node->children[i]);
    if (column->dictionary != NULL) {
        quire_column_dictionary_scratch(column);
        commit(column->dictionary->values, &node->dictionary);
        quire_column_dictionary_forget(column->dictionary);
    }
    column->length = 0;
    column->null_count = 0;
}

int quire_column_finish(struct quire_column *column, struct ArrowArray *array,
                        struct quire_error *error)
{
    struct ArrowArray made = {0};
    if (prepare(column, &made) != 0) {
        release_if_held(&made);
        return quire_fail_memory(error, "finish batch");
    }
    commit(column, &made);
    *array = made;
    return 0;
}
