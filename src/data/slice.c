/* A slice is a tree of ArrowArrays of its own over the shared buffers. Every node
 * holds a reference, because the C Data Interface lets a consumer move children
 * out and keep them longer than their parent. */
#include "data/slice.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

#define OPERATION "slice batch"

struct quire_shared_batch {
    _Atomic size_t references;
    struct ArrowArray array;
};

int quire_shared_batch_new(struct ArrowArray *array, struct quire_shared_batch **shared,
                           struct quire_error *error)
{
    struct quire_shared_batch *made = quire_alloc(sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    atomic_init(&made->references, 1);
    made->array = *array;
    array->release = NULL;
    *shared = made;
    return 0;
}

struct quire_shared_batch *quire_shared_batch_retain(struct quire_shared_batch *shared)
{
    atomic_fetch_add_explicit(&shared->references, 1, memory_order_relaxed);
    return shared;
}

void quire_shared_batch_release(struct quire_shared_batch *shared)
{
    if (shared == NULL ||
        atomic_fetch_sub_explicit(&shared->references, 1, memory_order_acq_rel) != 1)
        return;
    quire_array_release(&shared->array);
    quire_free(shared);
}

const struct ArrowArray *quire_shared_batch_array(const struct quire_shared_batch *shared)
{
    return &shared->array;
}

static void release_child(struct ArrowArray *child)
{
    if (child == NULL) return;
    quire_array_release(child);
    quire_free(child);
}

static void release_slice(struct ArrowArray *slice)
{
    for (int64_t i = 0; i < slice->n_children; i++)
        release_child(slice->children[i]);
    release_child(slice->dictionary);
    quire_free(slice->children);
    quire_shared_batch_release(slice->private_data);
    memset(slice, 0, sizeof(*slice));
}

static int share(struct quire_shared_batch *shared, const struct ArrowArray *array,
                 struct ArrowArray *slice);

static int share_child(struct quire_shared_batch *shared, const struct ArrowArray *array,
                       struct ArrowArray **child)
{
    *child = quire_alloc_zero(1, sizeof(**child));
    return *child != NULL ? share(shared, array, *child) : QUIRE_MEMORY;
}

/* The whole of an array as a tree that shares its buffers. On failure *slice is
 * released. */
static int share(struct quire_shared_batch *shared, const struct ArrowArray *array,
                 struct ArrowArray *slice)
{
    *slice = *array;
    slice->children = NULL;
    slice->n_children = 0;
    slice->dictionary = NULL;
    slice->release = release_slice;
    slice->private_data = quire_shared_batch_retain(shared);
    int code = 0;
    if (array->n_children > 0) {
        slice->children = quire_alloc_zero((size_t)array->n_children, sizeof(*slice->children));
        if (slice->children == NULL) code = QUIRE_MEMORY;
    }
    for (int64_t i = 0; code == 0 && i < array->n_children; i++) {
        code = share_child(shared, array->children[i], &slice->children[i]);
        slice->n_children++;
    }
    if (code == 0 && array->dictionary != NULL)
        code = share_child(shared, array->dictionary, &slice->dictionary);
    if (code != 0) release_slice(slice);
    return code;
}

static void narrow(struct ArrowArray *array, int64_t start, int64_t length)
{
    if (array->null_count != 0 && (start != 0 || length != array->length)) array->null_count = -1;
    if (array->n_buffers == 0) array->null_count = array->null_count != 0 ? length : 0;
    array->offset += start;
    array->length = length;
}

static int check_rows(const struct ArrowArray *whole, int64_t start, int64_t length,
                      struct quire_error *error)
{
    if (start < 0 || length < 0 || start > whole->length || length > whole->length - start)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "%lld rows from row %lld on of a batch that has %lld", (long long)length,
                          (long long)start + 1, (long long)whole->length);
    for (int64_t i = 0; i < whole->n_children; i++) {
        if (whole->children[i]->length < whole->offset + whole->length)
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "column %lld has fewer rows than the batch", (long long)i + 1);
    }
    return 0;
}

int quire_array_slice(struct quire_shared_batch *shared, int64_t start, int64_t length,
                      struct ArrowArray *slice, struct quire_error *error)
{
    const struct ArrowArray *whole = &shared->array;
    QUIRE_TRY(check_rows(whole, start, length, error));
    struct ArrowArray made;
    if (share(shared, whole, &made) != 0) return quire_fail_memory(error, OPERATION);
    bool nulls = made.n_buffers > 0 && made.buffers[0] != NULL && made.null_count != 0;
    if (nulls) {
        narrow(&made, start, length);
    } else {
        for (int64_t i = 0; i < made.n_children; i++)
            narrow(made.children[i], made.offset + start, length);
        made.offset = 0;
        made.length = length;
        made.null_count = 0;
    }
    *slice = made;
    return 0;
}
