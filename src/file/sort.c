/* Sorting a stream in bounded memory.
 *
 * Rows are gathered with their keys until half of the budget is held; they are then
 * sorted and written as a run, and at the end the runs are merged. What fits is sorted
 * without a file. Sorting keeps the order of rows whose keys are equal. */
#include <string.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "data/column_copy.h"
#include "data/gather.h"
#include "file/sort_runs.h"

/* Bytes held at most whatever the budget: offsets of text have 32 bits. */
#define HELD_MAX ((size_t)1 << 30)

struct entry {
    uint64_t prefix; /* the first bytes of the key, so that most comparisons end there */
    uint64_t key_at;
    uint32_t key_size;
    uint32_t row;
};

struct sorter {
    struct ArrowArrayStream source;
    struct ArrowSchema schema;
    struct quire_field *fields;
    struct quire_sort_key key;
    struct quire_context *context;
    char *folder;
    struct quire_view *in;      /* of the source's batches */
    struct quire_column *held;  /* rows not yet sorted */
    struct quire_buf keys;      /* of them */
    struct quire_buf entries;   /* struct entry of each */
    struct ArrowArray sorting;  /* held, finished */
    struct quire_view *view;    /* of it */
    const struct entry *order;  /* its entries in order */
    struct quire_buf scratch;   /* of the merge sort */
    struct quire_column *batch; /* being delivered */
    size_t delivered;           /* entries */
    size_t charged;             /* to the budget */
    struct quire_sort_runs runs;
    struct quire_sort_merge *merge; /* NULL: all is in memory */
    bool consumed;
};

/* --- Holding rows --------------------------------------------------------------------- */

static size_t held_bytes(const struct sorter *sorter)
{
    return quire_column_memory(sorter->held) + sorter->keys.capacity + sorter->entries.capacity * 2;
}

static void charge(struct sorter *sorter)
{
    size_t bytes = held_bytes(sorter);
    quire_budget_return(&sorter->context->budget, sorter->charged);
    quire_budget_force(&sorter->context->budget, bytes);
    sorter->charged = bytes;
}

static uint64_t prefix_of(const uint8_t *key, size_t size)
{
    uint64_t prefix = 0;
    memcpy(&prefix, key, size < sizeof(prefix) ? size : sizeof(prefix));
    return __builtin_bswap64(prefix);
}

static int add_entry(struct sorter *sorter, int64_t row, int64_t held_row)
{
    size_t at = sorter->keys.size;
    QUIRE_TRY(quire_sort_key_append(&sorter->key, sorter->in, row, &sorter->keys));
    size_t size = sorter->keys.size - at;
    if (size > UINT32_MAX) return QUIRE_LIMIT;
    const struct entry entry = {prefix_of(sorter->keys.data + at, size), at, (uint32_t)size,
                                (uint32_t)held_row};
    return quire_buf_append(&sorter->entries, &entry, sizeof(entry));
}

static int hold_slice(struct sorter *sorter, int64_t start, int64_t rows)
{
    int64_t held = sorter->held->length;
    QUIRE_TRY(quire_column_append_view(sorter->held, sorter->in, start, rows));
    for (int64_t i = 0; i < rows; i++)
        QUIRE_TRY(add_entry(sorter, start + i, held + i));
    return 0;
}

/* --- Sorting what is held ---------------------------------------------------------------- */

static bool in_order(const struct sorter *sorter, const struct entry *a, const struct entry *b)
{
    if (a->prefix != b->prefix) return a->prefix < b->prefix;
    size_t size = a->key_size < b->key_size ? a->key_size : b->key_size;
    int order = memcmp(sorter->keys.data + a->key_at, sorter->keys.data + b->key_at, size);
    return order != 0 ? order < 0 : a->key_size <= b->key_size;
}

static void merge_pair(const struct sorter *sorter, const struct entry *from, size_t middle,
                       size_t size, struct entry *to)
{
    size_t a = 0, b = middle;
    if (middle == size || in_order(sorter, &from[middle - 1], &from[middle])) {
        memcpy(to, from, size * sizeof(*to));
        return;
    }
    while (a < middle && b < size)
        *to++ = in_order(sorter, &from[a], &from[b]) ? from[a++] : from[b++];
    memcpy(to, from + a, (middle - a) * sizeof(*to));
    memcpy(to + (middle - a), from + b, (size - b) * sizeof(*to));
}

/* A merge sort from the bottom up. */
static int sort_entries(struct sorter *sorter)
{
    size_t n = sorter->entries.size / sizeof(struct entry);
    quire_buf_clear(&sorter->scratch);
    QUIRE_TRY(quire_buf_reserve(&sorter->scratch, sorter->entries.size));
    struct entry *from = (struct entry *)(void *)sorter->entries.data;
    struct entry *to = (struct entry *)(void *)sorter->scratch.data;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t at = 0; at < n; at += 2 * width) {
            size_t size = n - at < 2 * width ? n - at : 2 * width;
            merge_pair(sorter, from + at, size < width ? size : width, size, to + at);
        }
        struct entry *swapped = from;
        from = to;
        to = swapped;
    }
    sorter->order = from;
    return 0;
}

static int begin_delivery(struct sorter *sorter, struct quire_error *error)
{
    if (sort_entries(sorter) != 0) return quire_fail_memory(error, "sort");
    QUIRE_TRY(quire_column_finish(sorter->held, &sorter->sorting, error));
    QUIRE_TRY(quire_view_set(sorter->view, &sorter->sorting, error));
    sorter->delivered = 0;
    return 0;
}

/* The next batch of what is held, in order. */
static int deliver(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct sorter *sorter = source;
    struct quire_row_ref refs[QUIRE_SORT_SLICE_ROWS];
    const struct quire_view *views[] = {sorter->view};
    size_t n = sorter->entries.size / sizeof(struct entry);
    batch->release = NULL;
    while (sorter->delivered < n && !quire_sort_batch_is_full(sorter->context, sorter->batch)) {
        size_t size = 0;
        for (; size < QUIRE_SORT_SLICE_ROWS && sorter->delivered < n; size++)
            refs[size] = (struct quire_row_ref){0, sorter->order[sorter->delivered++].row};
        int code = quire_column_gather(sorter->batch, views, 1, refs, size);
        if (code != 0) return quire_fail(error, code, "sort", "rows could not be gathered");
    }
    if (sorter->batch->length == 0) return 0;
    return quire_column_finish(sorter->batch, batch, error);
}

static void drop_held(struct sorter *sorter)
{
    quire_array_release(&sorter->sorting);
    quire_buf_clear(&sorter->keys);
    quire_buf_clear(&sorter->entries);
}

static int spill(struct sorter *sorter, struct quire_error *error)
{
    QUIRE_TRY(begin_delivery(sorter, error));
    QUIRE_TRY(quire_sort_runs_add(&sorter->runs, deliver, sorter, error));
    drop_held(sorter);
    charge(sorter);
    return 0;
}

/* --- The stream ---------------------------------------------------------------------------- */

static int hold_batch(struct sorter *sorter, const struct ArrowArray *batch,
                      struct quire_error *error)
{
    size_t max = sorter->context->budget.max / 2;
    if (max == 0 || max > HELD_MAX) max = HELD_MAX;
    QUIRE_TRY(quire_view_set(sorter->in, batch, error));
    for (int64_t start = 0; start < batch->length; start += QUIRE_SORT_SLICE_ROWS) {
        int64_t left = batch->length - start;
        int code =
            hold_slice(sorter, start, left < QUIRE_SORT_SLICE_ROWS ? left : QUIRE_SORT_SLICE_ROWS);
        if (code != 0) return quire_fail(error, code, "sort", "rows could not be held");
        charge(sorter);
        if (held_bytes(sorter) >= max) QUIRE_TRY(spill(sorter, error));
    }
    return 0;
}

static int consume(struct sorter *sorter, struct quire_error *error)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&sorter->source, &batch, error));
        if (batch.release == NULL) break;
        int code = hold_batch(sorter, &batch, error);
        quire_array_release(&batch);
        QUIRE_TRY(code);
    }
    sorter->consumed = true;
    if (sorter->runs.size == 0) return begin_delivery(sorter, error);
    if (sorter->held->length > 0) QUIRE_TRY(spill(sorter, error));
    return quire_sort_merge_new(&sorter->runs, &sorter->merge, error);
}

static int sorter_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct sorter *sorter = source;
    if (!sorter->consumed) QUIRE_TRY(consume(sorter, error));
    if (sorter->merge != NULL) return quire_sort_merge_next(sorter->merge, batch, error);
    return deliver(sorter, batch, error);
}

static int sorter_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct sorter *sorter = source;
    return quire_schema_copy(&sorter->schema, schema, error);
}

static void sorter_close(void *source)
{
    struct sorter *sorter = source;
    quire_sort_merge_free(sorter->merge);
    quire_sort_runs_release(&sorter->runs);
    quire_budget_return(&sorter->context->budget, sorter->charged);
    quire_array_release(&sorter->sorting);
    quire_column_free(sorter->held);
    quire_column_free(sorter->batch);
    quire_buf_release(&sorter->keys);
    quire_buf_release(&sorter->entries);
    quire_buf_release(&sorter->scratch);
    quire_view_free(sorter->in);
    quire_view_free(sorter->view);
    quire_sort_key_release(&sorter->key);
    quire_field_close(sorter->fields);
    quire_schema_release(&sorter->schema);
    quire_free(sorter->folder);
    quire_stream_release(&sorter->source);
    quire_free(sorter);
}

static int sorter_open(struct sorter *sorter, struct ArrowArrayStream *source,
                       const char *const *columns, size_t columns_size, struct quire_error *error)
{
    QUIRE_TRY(quire_stream_schema(source, &sorter->schema, error));
    QUIRE_TRY(quire_field_open(&sorter->schema, &sorter->fields, error));
    QUIRE_TRY(quire_sort_key_init(&sorter->key, sorter->fields, columns, columns_size, error));
    QUIRE_TRY(quire_view_new(sorter->fields, &sorter->in, error));
    QUIRE_TRY(quire_view_new(sorter->fields, &sorter->view, error));
    QUIRE_TRY(quire_column_new(sorter->fields, &sorter->held, error));
    QUIRE_TRY(quire_column_new(sorter->fields, &sorter->batch, error));
    sorter->runs = (struct quire_sort_runs){.context = sorter->context,
                                            .schema = &sorter->schema,
                                            .fields = sorter->fields,
                                            .key = &sorter->key,
                                            .folder = sorter->folder};
    return 0;
}

int quire_stream_sort(struct ArrowArrayStream *source, const char *const *columns,
                      size_t columns_size, const char *folder, struct quire_context *context,
                      struct ArrowArrayStream *result, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {sorter_schema, sorter_next, sorter_close};
    struct sorter *sorter = quire_alloc_zero(1, sizeof(*sorter));
    if (sorter == NULL) return quire_fail_memory(error, "sort");
    sorter->context = context;
    sorter->folder = quire_strdup(folder);
    int code = sorter->folder == NULL ? quire_fail_memory(error, "sort") : 0;
    if (code == 0) code = sorter_open(sorter, source, columns, columns_size, error);
    struct ArrowArrayStream stream = {.release = NULL};
    if (code == 0) code = quire_stream_wrap(&ops, sorter, &stream, error);
    if (code != 0) {
        sorter_close(sorter);
        return code;
    }
    sorter->source = *source;
    source->release = NULL;
    *result = stream;
    return 0;
}
