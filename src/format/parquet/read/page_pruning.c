/* Pages by the page index (PageIndex.md). An index that does not agree with the row group is
 * not used: rows would be told apart wrongly. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "format/parquet/read/pruning.h"

#define OPERATION "read parquet page index"

int quire_parquet_offset_index(const struct quire_parquet_input *file,
                               const struct quire_parquet_chunk *chunk, int64_t rows,
                               struct quire_arena *arena, struct quire_offset_index *index,
                               bool *found, struct quire_error *error)
{
    const unsigned needed =
        QUIRE_CHUNK_HAS_OFFSET_INDEX_OFFSET | QUIRE_CHUNK_HAS_OFFSET_INDEX_LENGTH;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    *found = false;
    if ((chunk->chunk->present & needed) != needed) return 0;
    QUIRE_TRY(quire_parquet_input_module(file, chunk, QUIRE_MODULE_OFFSET_INDEX,
                                         chunk->chunk->offset_index_offset,
                                         chunk->chunk->offset_index_length, &bytes, error));
    QUIRE_TRY(quire_offset_index_read(bytes.data, bytes.size, arena, index, error));
    const struct quire_page_location_list *pages = &index->page_locations;
    if (pages->size == 0 || pages->items[0].first_row_index != 0) return 0;
    for (size_t i = 0; i < pages->size; i++) {
        const struct quire_page_location *page = &pages->items[i];
        if (page->offset < chunk->start || page->offset + page->compressed_page_size > chunk->end ||
            page->first_row_index > rows)
            return 0;
    }
    *found = true;
    return 0;
}

static int read_column_index(const struct quire_parquet_input *file,
                             const struct quire_parquet_chunk *chunk, struct quire_arena *arena,
                             struct quire_column_index *index, bool *found,
                             struct quire_error *error)
{
    const unsigned needed =
        QUIRE_CHUNK_HAS_COLUMN_INDEX_OFFSET | QUIRE_CHUNK_HAS_COLUMN_INDEX_LENGTH;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    *found = (chunk->chunk->present & needed) == needed;
    if (!*found) return 0;
    QUIRE_TRY(quire_parquet_input_module(file, chunk, QUIRE_MODULE_COLUMN_INDEX,
                                         chunk->chunk->column_index_offset,
                                         chunk->chunk->column_index_length, &bytes, error));
    return quire_column_index_read(bytes.data, bytes.size, arena, index, error);
}

int quire_parquet_prune_pages(const struct quire_parquet_condition *condition,
                              const struct quire_parquet_input *file,
                              const struct quire_parquet_chunk *chunk, int64_t rows,
                              struct quire_row_ranges *ranges, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    QUIRE_CLEANUP(quire_row_ranges_release) struct quire_row_ranges kept = {0};
    struct quire_column_index index = {0};
    struct quire_offset_index offsets = {0};
    bool found = false;
    QUIRE_TRY(read_column_index(file, chunk, &arena, &index, &found, error));
    if (!found) return 0;
    QUIRE_TRY(quire_parquet_offset_index(file, chunk, rows, &arena, &offsets, &found, error));
    const struct quire_page_location_list *pages = &offsets.page_locations;
    if (!found || pages->size != index.null_pages.size) return 0;
    for (size_t i = 0; i < pages->size; i++) {
        int64_t start = pages->items[i].first_row_index;
        int64_t end = i + 1 < pages->size ? pages->items[i + 1].first_row_index : rows;
        struct quire_bounds bounds;
        quire_parquet_page_bounds(file, condition->leaf, &index, i, end - start, &bounds);
        if (!condition->has_value) bounds.order = QUIRE_ORDER_NONE;
        if (quire_bounds_ask(&bounds, condition->compare, &condition->value) == QUIRE_ANSWER_NONE)
            continue;
        if (quire_row_ranges_add(&kept, start, end) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    if (quire_row_ranges_intersect(ranges, &kept) != 0) return quire_fail_memory(error, OPERATION);
    return 0;
}
