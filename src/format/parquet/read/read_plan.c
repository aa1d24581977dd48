#include "format/parquet/read/read_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION "read parquet"

/* What a damaged footer says of a row is not believed beyond this. */
#define ROW_BYTES_MAX ((int64_t)1 << 30)

/* --- How wide a row becomes ------------------------------------------------------------ */

/* Bytes that one value takes in Arrow, without those of text. */
static int64_t value_bytes(const struct quire_field *field)
{
    if (field->kind == QUIRE_KIND_DICTIONARY) return 4;
    if (field->kind == QUIRE_KIND_STRING_VIEW || field->kind == QUIRE_KIND_BINARY_VIEW) return 20;
    return field->width > 0 ? field->width : 8;
}

static int64_t leaf_bytes(struct quire_parquet_plan *plan, const struct quire_field *field,
                          const struct quire_column_metadata *metadata)
{
    int64_t bytes, text = 0;
    if (__builtin_mul_overflow(metadata->num_values, value_bytes(field), &bytes)) bytes = INT64_MAX;
    if (metadata->type == QUIRE_PARQUET_BYTE_ARRAY) {
        const struct quire_parquet_size_statistics *sizes = metadata->size_statistics;
        text = metadata->total_uncompressed_size;
        if (sizes != NULL && (sizes->present & QUIRE_SIZE_STATISTICS_HAS_BYTES) != 0)
            text = sizes->unencoded_byte_array_data_bytes;
        else
            plan->guessed = true;
    }
    if (text < 0 || __builtin_add_overflow(bytes, text, &bytes)) bytes = INT64_MAX;
    return bytes;
}

static void estimate_width(const struct quire_parquet_planning *planning,
                           struct quire_parquet_plan *plan)
{
    const struct quire_parquet_schema *schema = &planning->projection->schema;
    int64_t bytes = 0;
    for (size_t i = 0; i < schema->leaves_size; i++) {
        int64_t more =
            leaf_bytes(plan, schema->leaves[i].node->field, plan->leaves[i].chunk.metadata);
        if (__builtin_add_overflow(bytes, more, &bytes)) bytes = INT64_MAX;
    }
    plan->row_bytes = bytes / plan->rows;
    if (plan->row_bytes > ROW_BYTES_MAX) plan->row_bytes = ROW_BYTES_MAX;
    if (plan->row_bytes < 1) plan->row_bytes = 1;
}

/* --- What is fetched together ---------------------------------------------------------- */

static int by_start(const void *a, const void *b)
{
    const struct quire_parquet_leaf_plan *const *left = a, *const *right = b;
    int64_t x = (*left)->chunk.start, y = (*right)->chunk.start;
    return (x > y) - (x < y);
}

static bool joins(const struct quire_parquet_fetch *fetch,
                  const struct quire_parquet_leaf_plan *leaf)
{
    int64_t end = leaf->chunk.end > fetch->end ? leaf->chunk.end : fetch->end;
    return leaf->chunk.start - fetch->end <= QUIRE_PARQUET_GAP_MAX &&
           end - fetch->start <= QUIRE_PARQUET_FETCH_MAX;
}

/* Leaves in the order of the file are put into fetches; what a single chunk would have for
 * itself is read through a window instead. */
static void group_leaves(struct quire_parquet_plan *plan, struct quire_parquet_leaf_plan **leaves,
                         size_t size, size_t bytes_max)
{
    struct quire_parquet_fetch *fetch = NULL;
    int64_t held = 0;
    for (size_t i = 0; i < size; i++) {
        struct quire_parquet_leaf_plan *leaf = leaves[i];
        int64_t leaf_size = leaf->chunk.end - leaf->chunk.start;
        if (leaf_size > QUIRE_PARQUET_SMALL_MAX) continue;
        if (fetch == NULL || !joins(fetch, leaf)) {
            if (held + leaf_size > (int64_t)bytes_max) break;
            fetch = &plan->fetches[plan->fetches_size++];
            fetch->start = fetch->end = leaf->chunk.start;
        }
        int64_t end = leaf->chunk.end > fetch->end ? leaf->chunk.end : fetch->end;
        if (held + (end - fetch->end) > (int64_t)bytes_max) break;
        held += end - fetch->end;
        fetch->end = end;
        leaf->fetch = fetch;
    }
    for (size_t i = 0; i < plan->fetches_size; i++)
        pthread_mutex_init(&plan->fetches[i].mutex, NULL);
}

static int plan_fetches(const struct quire_parquet_planning *planning,
                        struct quire_parquet_plan *plan, size_t size, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free)
    struct quire_parquet_leaf_plan **leaves =
        quire_alloc_zero(size + 1, sizeof(struct quire_parquet_leaf_plan *));
    plan->fetches = quire_alloc_zero(size + 1, sizeof(*plan->fetches));
    if (leaves == NULL || plan->fetches == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < size; i++)
        leaves[i] = &plan->leaves[i];
    qsort(leaves, size, sizeof(struct quire_parquet_leaf_plan *), by_start);
    group_leaves(plan, leaves, size, planning->fetch_bytes);
    return 0;
}

/* --- Plans ----------------------------------------------------------------------------- */

static int plan_leaf(const struct quire_parquet_planning *planning, struct quire_parquet_plan *plan,
                     size_t i, bool whole, struct quire_error *error)
{
    struct quire_parquet_leaf_plan *leaf = &plan->leaves[i];
    size_t file_leaf = planning->projection->file_leaves[i];
    QUIRE_TRY(
        quire_parquet_input_chunk(planning->file, plan->row_group, file_leaf, &leaf->chunk, error));
    if (whole) return 0;
    int code = quire_parquet_offset_index(planning->file, &leaf->chunk, plan->rows, &plan->arena,
                                          &leaf->offset_index, &leaf->has_offset_index, error);
    if (code == QUIRE_CORRUPT) { /* pages are then passed over one by one */
        leaf->has_offset_index = false;
        if (error != NULL) quire_error_clear(error);
        return 0;
    }
    return code;
}

static int make_plan(const struct quire_parquet_planning *planning, struct quire_parquet_plan *plan,
                     struct quire_error *error)
{
    size_t size = planning->projection->schema.leaves_size;
    plan->leaves = quire_alloc_zero(size + 1, sizeof(*plan->leaves));
    if (plan->leaves == NULL) return quire_fail_memory(error, OPERATION);
    bool whole = quire_row_ranges_count(&plan->ranges) == plan->rows;
    for (size_t i = 0; i < size; i++)
        QUIRE_TRY(plan_leaf(planning, plan, i, whole, error));
    estimate_width(planning, plan);
    return whole ? plan_fetches(planning, plan, size, error) : 0;
}

int quire_parquet_plan_new(const struct quire_parquet_planning *planning, size_t row_group,
                           int64_t first_row, struct quire_parquet_plan **result,
                           struct quire_error *error)
{
    struct quire_parquet_plan *plan = quire_alloc_zero(1, sizeof(*plan));
    if (plan == NULL) return quire_fail_memory(error, OPERATION);
    plan->row_group = row_group;
    plan->first_row = first_row;
    plan->rows = planning->file->metadata.row_groups.items[row_group].num_rows;
    int code = quire_parquet_filter_rows(planning->filter, planning->file, row_group, &plan->ranges,
                                         error);
    bool empty = plan->ranges.rows.size == 0;
    if (code == 0 && !empty) code = make_plan(planning, plan, error);
    if (code != 0 || empty) {
        quire_parquet_plan_free(plan);
        plan = NULL;
    }
    if (code == 0) *result = plan;
    return code;
}

void quire_parquet_plan_free(struct quire_parquet_plan *plan)
{
    if (plan == NULL) return;
    for (size_t i = 0; i < plan->fetches_size; i++) {
        pthread_mutex_destroy(&plan->fetches[i].mutex);
        quire_buf_release(&plan->fetches[i].bytes);
    }
    quire_free(plan->fetches);
    quire_free(plan->leaves);
    quire_row_ranges_release(&plan->ranges);
    quire_arena_release(&plan->arena);
    quire_free(plan);
}

size_t quire_parquet_plan_memory(const struct quire_parquet_plan *plan)
{
    size_t bytes = 0;
    for (size_t i = 0; i < plan->fetches_size; i++)
        bytes += plan->fetches[i].bytes.capacity;
    return bytes;
}

static int read_fetch(struct quire_parquet_fetch *fetch, struct quire_in *in,
                      struct quire_error *error)
{
    size_t size = (size_t)(fetch->end - fetch->start);
    if (quire_buf_reserve(&fetch->bytes, size) != 0) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(in->ops->read_at(in, fetch->start, fetch->bytes.data, size, error));
    fetch->bytes.size = size;
    return 0;
}

int quire_parquet_plan_bytes(struct quire_parquet_plan *plan, size_t leaf, struct quire_in *in,
                             size_t window, struct quire_chunk_bytes *bytes, size_t *fetched,
                             struct quire_error *error)
{
    const struct quire_parquet_leaf_plan *planned = &plan->leaves[leaf];
    struct quire_parquet_fetch *fetch = planned->fetch;
    *fetched = 0;
    struct quire_buf held = bytes->held;
    quire_buf_clear(&held);
    *bytes = (struct quire_chunk_bytes){.in = in,
                                        .start = planned->chunk.start,
                                        .end = planned->chunk.end,
                                        .window = window,
                                        .held = held};
    if (fetch == NULL) return 0;
    pthread_mutex_lock(&fetch->mutex);
    if (!fetch->done) {
        quire_error_clear(&fetch->error);
        fetch->code = read_fetch(fetch, in, &fetch->error);
        fetch->done = true;
        *fetched = fetch->bytes.capacity;
    }
    pthread_mutex_unlock(&fetch->mutex);
    if (fetch->code != 0) {
        if (error != NULL) *error = fetch->error;
        return fetch->code;
    }
    bytes->fetched = fetch->bytes.data;
    bytes->fetched_start = fetch->start;
    bytes->fetched_size = fetch->bytes.size;
    return 0;
}
