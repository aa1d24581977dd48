/* The merge of runs: a heap of their next rows by key. What comes out is noted as
 * references to rows and copied column by column: when a batch is full, or before the
 * batch that a run's rows stand in goes. */
#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "data/gather.h"
#include "file/sort_layout.h"
#include "file/sort_runs.h"

struct run {
    struct quire_context *context; /* a small one of its own */
    struct ArrowArrayStream stream;
    struct ArrowArray batch;
    struct quire_field *fields; /* of batches */
    struct quire_view *view;
    int64_t row;
    struct quire_buf key; /* of row */
};

struct quire_sort_merge {
    const struct quire_sort_runs *runs;
    struct run *open;
    size_t open_size;
    const struct quire_view **views; /* of the runs, by index */
    size_t *heap;                    /* indices of runs that have rows; the least first */
    size_t heap_size;
    struct quire_column *column; /* the batch being made */
    struct quire_row_ref *refs;
    size_t refs_size;
};

static bool comes_before(const struct quire_sort_merge *merge, size_t a, size_t b)
{
    const struct quire_buf *x = &merge->open[a].key, *y = &merge->open[b].key;
    int order = memcmp(x->data, y->data, x->size < y->size ? x->size : y->size);
    if (order != 0) return order < 0;
    if (x->size != y->size) return x->size < y->size;
    return a < b;
}

static void sift_down(struct quire_sort_merge *merge, size_t at)
{
    size_t moved = merge->heap[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= merge->heap_size) break;
        if (child + 1 < merge->heap_size &&
            comes_before(merge, merge->heap[child + 1], merge->heap[child]))
            child++;
        if (!comes_before(merge, merge->heap[child], moved)) break;
        merge->heap[at] = merge->heap[child];
        at = child;
    }
    merge->heap[at] = moved;
}

/* Copies the rows noted so far. */
static int flush(struct quire_sort_merge *merge, struct quire_error *error)
{
    size_t size = merge->refs_size;
    merge->refs_size = 0;
    int code =
        quire_column_gather(merge->column, merge->views, merge->open_size, merge->refs, size);
    return code != 0 ? quire_fail(error, code, "sort", "rows could not be gathered") : 0;
}

/* The next row of a run and its key; false in *has at the run's end. */
static int advance(struct quire_sort_merge *merge, struct run *run, bool *has,
                   struct quire_error *error)
{
    run->row++;
    while (run->batch.release == NULL || run->row >= run->batch.length) {
        if (run->batch.release != NULL) {
            QUIRE_TRY(flush(merge, error));
            quire_array_release(&run->batch);
        }
        QUIRE_TRY(quire_stream_next(&run->stream, &run->batch, error));
        *has = run->batch.release != NULL;
        if (!*has) return 0;
        QUIRE_TRY(quire_view_set(run->view, &run->batch, error));
        run->row = 0;
    }
    *has = true;
    quire_buf_clear(&run->key);
    if (quire_sort_key_append(merge->runs->key, run->view, run->row, &run->key) != 0)
        return quire_fail_memory(error, "sort");
    return 0;
}

int quire_sort_merge_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct quire_sort_merge *merge = source;
    QUIRE_TRY(quire_context_check(merge->runs->context, error));
    while (merge->heap_size > 0) {
        if (merge->refs_size == QUIRE_SORT_SLICE_ROWS) QUIRE_TRY(flush(merge, error));
        if (merge->refs_size == 0 && quire_sort_batch_is_full(merge->runs->context, merge->column))
            break;
        size_t least = merge->heap[0];
        struct run *run = &merge->open[least];
        merge->refs[merge->refs_size++] =
            (struct quire_row_ref){(uint32_t)least, (uint32_t)run->row};
        bool has = false;
        QUIRE_TRY(advance(merge, run, &has, error));
        if (!has) merge->heap[0] = merge->heap[--merge->heap_size];
        if (merge->heap_size > 0) sift_down(merge, 0);
    }
    QUIRE_TRY(flush(merge, error));
    batch->release = NULL;
    if (merge->column->length == 0) return 0;
    return quire_column_finish(merge->column, batch, error);
}

static int open_run(struct quire_sort_merge *merge, const char *path, size_t index,
                    struct quire_error *error)
{
    const struct quire_sort_runs *runs = merge->runs;
    struct run *run = &merge->open[index];
    int64_t share = (int64_t)(runs->context->budget.max / 2 / merge->open_size);
    const struct quire_context_options small = {
        .threads = 1,
        .memory_max = share > QUIRE_MEMORY_MIN ? share : QUIRE_MEMORY_MIN,
    };
    QUIRE_TRY(quire_context_new(&small, &run->context, error));
    const struct quire_read_options options = {.format = "parquet", .context = run->context};
    QUIRE_TRY(quire_file_read(path, &options, &run->stream, error));
    struct ArrowSchema schema = {.release = NULL};
    QUIRE_TRY(quire_stream_schema(&run->stream, &schema, error));
    int code = quire_sort_layout_fields(runs->schema, &schema, &run->fields, error);
    quire_schema_release(&schema);
    QUIRE_TRY(code);
    QUIRE_TRY(quire_view_new(run->fields, &run->view, error));
    merge->views[index] = run->view;
    run->row = -1;
    bool has = false;
    QUIRE_TRY(advance(merge, run, &has, error));
    if (has) merge->heap[merge->heap_size++] = index;
    return 0;
}

void quire_sort_merge_free(struct quire_sort_merge *merge)
{
    if (merge == NULL) return;
    for (size_t i = 0; i < merge->open_size; i++) {
        struct run *run = &merge->open[i];
        quire_array_release(&run->batch);
        quire_stream_release(&run->stream);
        quire_view_free(run->view);
        quire_field_close(run->fields);
        quire_buf_release(&run->key);
        quire_context_free(run->context);
    }
    quire_column_free(merge->column);
    quire_free(merge->open);
    quire_free(merge->views);
    quire_free(merge->heap);
    quire_free(merge->refs);
    quire_free(merge);
}

static void cleanup_merge(struct quire_sort_merge **merge)
{
    quire_sort_merge_free(*merge);
}

/* Of the runs from first on, so many. */
static int open_merge(const struct quire_sort_runs *runs, size_t first, size_t size,
                      struct quire_sort_merge **result, struct quire_error *error)
{
    QUIRE_CLEANUP(cleanup_merge)
    struct quire_sort_merge *merge = quire_alloc_zero(1, sizeof(*merge));
    if (merge == NULL) return quire_fail_memory(error, "sort");
    merge->runs = runs;
    merge->open = quire_alloc_zero(size, sizeof(*merge->open));
    merge->views = quire_alloc_zero(size, sizeof(*merge->views));
    merge->heap = quire_alloc_zero(size, sizeof(*merge->heap));
    merge->refs = quire_alloc_zero(QUIRE_SORT_SLICE_ROWS, sizeof(*merge->refs));
    if (merge->open == NULL || merge->views == NULL || merge->heap == NULL || merge->refs == NULL)
        return quire_fail_memory(error, "sort");
    merge->open_size = size;
    QUIRE_TRY(quire_column_new(runs->fields, &merge->column, error));
    for (size_t i = 0; i < size; i++)
        QUIRE_TRY(open_run(merge, runs->paths[first + i], i, error));
    for (size_t i = merge->heap_size / 2; i-- > 0;)
        sift_down(merge, i);
    *result = QUIRE_STEAL(merge);
    return 0;
}

static size_t merge_max(const struct quire_sort_runs *runs)
{
    size_t fit = runs->context->budget.max / 2 / QUIRE_MEMORY_MIN;
    if (runs->context->budget.max == 0 || fit > QUIRE_SORT_MERGE_MAX) return QUIRE_SORT_MERGE_MAX;
    return fit > QUIRE_SORT_MERGE_MIN ? fit : QUIRE_SORT_MERGE_MIN;
}

/* Neighbours are merged in groups until they can all be merged at once. */
static int merge_groups(struct quire_sort_runs *runs, struct quire_error *error)
{
    size_t most = merge_max(runs);
    while (runs->size > most) {
        struct quire_sort_runs merged = *runs;
        merged.paths = NULL;
        merged.layout.release = NULL;
        merged.size = merged.capacity = 0;
        int code = 0;
        for (size_t first = 0; first < runs->size && code == 0; first += most) {
            size_t left = runs->size - first;
            struct quire_sort_merge *merge = NULL;
            code = open_merge(runs, first, left < most ? left : most, &merge, error);
            if (code == 0) code = quire_sort_runs_add(&merged, quire_sort_merge_next, merge, error);
            quire_sort_merge_free(merge);
        }
        if (code != 0) {
            quire_sort_runs_release(&merged);
            return code;
        }
        quire_sort_runs_release(runs);
        *runs = merged;
    }
    return 0;
}

int quire_sort_merge_new(struct quire_sort_runs *runs, struct quire_sort_merge **merge,
                         struct quire_error *error)
{
    QUIRE_TRY(merge_groups(runs, error));
    return open_merge(runs, 0, runs->size, merge, error);
}
