/* Which bytes of a row group are wanted: whole chunks where they are small; of chunks with an
 * offset index, the dictionary and the pages that have wanted rows. */
#include "base/fail.h"
#include "format/parquet/read/read_plan.h"

#define OPERATION "read parquet"

/* Readers look so far for the header of a page. */
#define HEADER_BYTES 256

/* At most size bytes from start on, as far as they are of the chunk. */
static int add_range(struct quire_buf *ranges, const struct quire_parquet_chunk *chunk,
                     int64_t start, int64_t size, struct quire_error *error)
{
    if (start < chunk->start || start >= chunk->end) return 0;
    if (size > chunk->end - start) size = chunk->end - start;
    const struct quire_byte_range range = {start, start + size};
    if (size > QUIRE_BYTE_FETCH_MAX) return 0;
    if (quire_buf_append(ranges, &range, sizeof(range)) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* Whether rows start..end of the row group have wanted ones; *at: the first of the ranges that
 * may, which moves on. */
static bool has_wanted(const struct quire_row_ranges *ranges, size_t *at, int64_t start,
                       int64_t end)
{
    while (*at < quire_row_ranges_size(ranges) && quire_row_ranges_at(ranges, *at)->end <= start)
        ++*at;
    return *at < quire_row_ranges_size(ranges) && quire_row_ranges_at(ranges, *at)->start < end;
}

/* A page's bytes and those where the header of the next is looked for. */
static int add_pages(const struct quire_parquet_plan *plan,
                     const struct quire_parquet_leaf_plan *leaf, struct quire_buf *ranges,
                     struct quire_error *error)
{
    const struct quire_page_location_list *pages = &leaf->offset_index.page_locations;
    size_t at = 0;
    if (pages->size == 0) return 0;
    int64_t dictionary = pages->items[0].offset - leaf->chunk.start;
    if (dictionary > 0 && dictionary < QUIRE_BYTE_FETCH_MAX)
        QUIRE_TRY(
            add_range(ranges, &leaf->chunk, leaf->chunk.start, dictionary + HEADER_BYTES, error));
    for (size_t i = 0; i < pages->size; i++) {
        const struct quire_page_location *page = &pages->items[i];
        int64_t end = i + 1 < pages->size ? page[1].first_row_index : plan->rows;
        if (!has_wanted(&plan->ranges, &at, page->first_row_index, end)) continue;
        QUIRE_TRY(add_range(ranges, &leaf->chunk, page->offset,
                            (int64_t)page->compressed_page_size + HEADER_BYTES, error));
    }
    return 0;
}

int quire_parquet_plan_fetches(const struct quire_parquet_planning *planning,
                               struct quire_parquet_plan *plan, bool whole,
                               struct quire_error *error)
{
    struct quire_buf ranges = {0};
    int code = 0;
    for (size_t i = 0; i < planning->projection->schema.leaves_size && code == 0; i++) {
        const struct quire_parquet_leaf_plan *leaf = &plan->leaves[i];
        const struct quire_parquet_chunk *chunk = &leaf->chunk;
        if (leaf->has_offset_index)
            code = add_pages(plan, leaf, &ranges, error);
        else if (whole && chunk->end - chunk->start <= QUIRE_PARQUET_SMALL_MAX)
            code = add_range(&ranges, chunk, chunk->start, chunk->end - chunk->start, error);
    }
    plan->fetches.in = planning->file->in;
    plan->fetches.budget = planning->budget;
    if (code == 0)
        code = quire_byte_fetches_open(&plan->fetches, (void *)ranges.data,
                                       ranges.size / sizeof(struct quire_byte_range),
                                       planning->fetch_bytes, error);
    quire_buf_release(&ranges);
    return code;
}

int quire_parquet_index_fetches(const struct quire_parquet_planning *planning, size_t row_group,
                                struct quire_byte_fetches *fetches, struct quire_error *error)
{
    const struct quire_parquet_input *file = planning->file;
    const struct quire_row_group *group = &file->metadata.row_groups.items[row_group];
    const unsigned needed =
        QUIRE_CHUNK_HAS_OFFSET_INDEX_OFFSET | QUIRE_CHUNK_HAS_OFFSET_INDEX_LENGTH;
    struct quire_buf ranges = {0};
    int code = 0;
    for (size_t i = 0; i < planning->projection->schema.leaves_size && code == 0; i++) {
        const struct quire_column_chunk *chunk =
            &group->columns.items[planning->projection->file_leaves[i]];
        int64_t start = chunk->offset_index_offset, size = chunk->offset_index_length;
        if ((chunk->present & needed) != needed || start < 0 || size < 0 || start > file->size ||
            size > file->size - start)
            continue;
        const struct quire_byte_range range = {start, start + size};
        code = quire_buf_append(&ranges, &range, sizeof(range));
    }
    fetches->in = file->in;
    if (code == 0)
        code = quire_byte_fetches_open(fetches, (void *)ranges.data,
                                       ranges.size / sizeof(struct quire_byte_range),
                                       planning->fetch_bytes, error);
    else
        code = quire_fail_memory(error, OPERATION);
    quire_buf_release(&ranges);
    return code;
}
