#include "table/rows/batch_columns.h"

#include "base/alloc.h"
#include "base/fail.h"

#define OPERATION "read table"

static void release_columns(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_children; i++) {
        quire_array_release(array->children[i]);
        quire_free(array->children[i]);
    }
    quire_free(array->children);
    quire_free(array->buffers);
    array->release = NULL;
}

int quire_batch_columns_new(int64_t rows, int64_t columns, struct ArrowArray *batch,
                            struct quire_error *error)
{
    struct ArrowArray made = {.length = rows, .n_buffers = 1, .release = release_columns};
    made.buffers = quire_alloc_zero(1, sizeof(*made.buffers));
    made.children = quire_alloc_zero((size_t)columns + 1, sizeof(*made.children));
    bool complete = made.buffers != NULL && made.children != NULL;
    for (int64_t i = 0; complete && i < columns; i++) {
        made.children[i] = quire_alloc_zero(1, sizeof(*made.children[i]));
        complete = made.children[i] != NULL;
        made.n_children += complete;
    }
    if (!complete) {
        release_columns(&made);
        return quire_fail_memory(error, OPERATION);
    }
    *batch = made;
    return 0;
}
