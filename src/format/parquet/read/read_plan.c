#include "format/parquet/read/read_plan.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION "read parquet"

/* What a damaged footer says of a row is not believed beyond this. */
#define ROW_BYTES_MAX ((int64_t)1 << 30)
/* What of a chunk is in memory at once, mostly. */
#define PAGE_BYTES_USUAL ((int64_t)1 << 20)

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
        const struct quire_column_metadata *metadata = plan->leaves[i].chunk.metadata;
        int64_t more = leaf_bytes(plan, schema->leaves[i].node->field, metadata);
        if (__builtin_add_overflow(bytes, more, &bytes)) bytes = INT64_MAX;
        int64_t held = metadata->total_uncompressed_size;
        plan->lanes_bytes += held < 0 ? 0 : held < PAGE_BYTES_USUAL ? held : PAGE_BYTES_USUAL;
    }
    plan->row_bytes = bytes / plan->rows;
    if (plan->row_bytes > ROW_BYTES_MAX) plan->row_bytes = ROW_BYTES_MAX;
    if (plan->row_bytes < 1) plan->row_bytes = 1;
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

static int plan_leaves(const struct quire_parquet_planning *planning,
                       struct quire_parquet_plan *plan, bool whole, struct quire_error *error)
{
    struct quire_byte_fetches indexes = {0};
    int code = whole ? 0 : quire_parquet_index_fetches(planning, plan->row_group, &indexes, error);
    planning->file->fetches = &indexes;
    for (size_t i = 0; i < planning->projection->schema.leaves_size && code == 0; i++)
        code = plan_leaf(planning, plan, i, whole, error);
    planning->file->fetches = NULL;
    quire_byte_fetches_release(&indexes);
    return code;
}

static int make_plan(const struct quire_parquet_planning *planning, struct quire_parquet_plan *plan,
                     struct quire_error *error)
{
    size_t size = planning->projection->schema.leaves_size;
    plan->leaves = quire_alloc_zero(size + 1, sizeof(*plan->leaves));
    if (plan->leaves == NULL) return quire_fail_memory(error, OPERATION);
    bool whole = quire_row_ranges_count(&plan->ranges) == plan->rows;
    QUIRE_TRY(plan_leaves(planning, plan, whole, error));
    estimate_width(planning, plan);
    return quire_parquet_plan_fetches(planning, plan, whole, error);
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
    quire_byte_fetches_release(&plan->fetches);
    quire_free(plan->leaves);
    quire_row_ranges_release(&plan->ranges);
    quire_arena_release(&plan->arena);
    quire_free(plan);
}

void quire_parquet_plan_bytes(const struct quire_parquet_plan *plan, size_t leaf,
                              struct quire_in *in, size_t window, struct quire_chunk_bytes *bytes)
{
    const struct quire_parquet_chunk *chunk = &plan->leaves[leaf].chunk;
    struct quire_buf held = bytes->held;
    quire_buf_clear(&held);
    *bytes = (struct quire_chunk_bytes){.in = in,
                                        .start = chunk->start,
                                        .end = chunk->end,
                                        .window = window,
                                        .fetches = &plan->fetches,
                                        .held = held};
}
