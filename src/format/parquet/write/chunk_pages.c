#include "format/parquet/write/chunk_pages.h"

#include <string.h>

#include "base/fail.h"

void quire_chunk_pages_release(struct quire_chunk_pages *pages)
{
    if (pages == NULL) return;
    quire_buf_release(&pages->records);
    quire_buf_release(&pages->bound_bytes);
    quire_buf_release(&pages->histograms);
}

void quire_chunk_pages_clear(struct quire_chunk_pages *pages)
{
    quire_buf_clear(&pages->records);
    quire_buf_clear(&pages->bound_bytes);
    quire_buf_clear(&pages->histograms);
}

/* --- Gathering ----------------------------------------------------------------------- */

static int keep_bounds(struct quire_chunk_pages *pages, const struct quire_extremes *extremes,
                       size_t size_max, bool text, struct quire_page_record *record)
{
    struct quire_buf *bytes = &pages->bound_bytes;
    struct quire_bytes min = {extremes->min.data, extremes->min.size};
    struct quire_bytes max = {extremes->max.data, extremes->max.size};
    min = quire_extreme_lower(min, size_max, text);
    QUIRE_TRY(quire_buf_reserve(bytes, min.size + max.size));
    record->min_at = bytes->size;
    record->min_size = min.size;
    QUIRE_TRY(quire_buf_append(bytes, min.data, min.size));
    record->max_at = bytes->size;
    record->max_size = max.size;
    if (max.size > size_max &&
        quire_extreme_upper(max, size_max, text, quire_buf_end(bytes), &record->max_size)) {
        bytes->size += record->max_size;
        return 0;
    }
    /* The value itself is a bound as long as it is whole. */
    record->unbounded = extremes->bytes_max > 0 && max.size == extremes->bytes_max;
    record->max_size = max.size;
    return quire_buf_append(bytes, max.data, max.size);
}

int quire_chunk_pages_add(struct quire_chunk_pages *pages, const struct quire_page_record *record,
                          const struct quire_extremes *extremes, size_t size_max, bool text,
                          const int64_t *histogram, size_t histogram_size)
{
    struct quire_page_record kept = *record;
    kept.unbounded = !extremes->any && !record->empty;
    if (extremes->any) QUIRE_TRY(keep_bounds(pages, extremes, size_max, text, &kept));
    QUIRE_TRY(quire_buf_append(&pages->histograms, histogram, histogram_size * sizeof(*histogram)));
    return quire_buf_append(&pages->records, &kept, sizeof(kept));
}

/* --- Indexes ------------------------------------------------------------------------- */

static const struct quire_page_record *records_of(const struct quire_chunk_pages *pages)
{
    return (const struct quire_page_record *)(const void *)pages->records.data;
}

int quire_chunk_offset_index(const struct quire_chunk_pages *pages,
                             const struct quire_chunk_shape *shape, struct quire_arena *arena,
                             struct quire_offset_index *index)
{
    size_t count = quire_chunk_pages_count(pages);
    const struct quire_page_record *records = records_of(pages);
    struct quire_page_location *places = quire_arena_alloc(arena, count * sizeof(*places) + 1);
    if (places == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < count; i++)
        places[i] = (struct quire_page_location){.compressed_page_size = (int32_t)records[i].stored,
                                                 .offset = shape->start + records[i].offset,
                                                 .first_row_index = records[i].first_row};
    *index = (struct quire_offset_index){.page_locations = {places, count}};
    if (!shape->sizes || !shape->bytes) return 0;
    int64_t *bytes = quire_arena_alloc(arena, count * sizeof(*bytes) + 1);
    if (bytes == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < count; i++)
        bytes[i] = records[i].unencoded_bytes;
    index->unencoded_byte_array_data_bytes = (struct quire_i64_list){bytes, count};
    return 0;
}

static int32_t boundary_of(const struct quire_column_index *index, enum quire_value_order order)
{
    bool ascending = true, descending = true;
    const struct quire_thrift_binary *last_min = NULL, *last_max = NULL;
    for (size_t i = 0; i < index->null_pages.size; i++) {
        const struct quire_thrift_binary *min = &index->min_values.items[i];
        const struct quire_thrift_binary *max = &index->max_values.items[i];
        if (index->null_pages.items[i]) continue;
        if (last_min != NULL) {
            int mins =
                quire_value_compare(order, (struct quire_bytes){last_min->data, last_min->size},
                                    (struct quire_bytes){min->data, min->size});
            int maxs =
                quire_value_compare(order, (struct quire_bytes){last_max->data, last_max->size},
                                    (struct quire_bytes){max->data, max->size});
            ascending = ascending && mins <= 0 && maxs <= 0;
            descending = descending && mins >= 0 && maxs >= 0;
        }
        last_min = min;
        last_max = max;
    }
    return ascending    ? QUIRE_BOUNDARY_ASCENDING
           : descending ? QUIRE_BOUNDARY_DESCENDING
                        : QUIRE_BOUNDARY_UNORDERED;
}

/* The histograms of one kind, one page after the other. */
static int copy_histograms(const struct quire_chunk_pages *pages, size_t skip, size_t take,
                           size_t stride, struct quire_arena *arena, struct quire_i64_list *list)
{
    size_t count = quire_chunk_pages_count(pages);
    const int64_t *from = (const int64_t *)(const void *)pages->histograms.data;
    int64_t *items = quire_arena_alloc(arena, count * take * sizeof(*items) + 1);
    if (items == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < count; i++)
        memcpy(items + i * take, from + i * stride + skip, take * sizeof(*items));
    *list = (struct quire_i64_list){items, count * take};
    return 0;
}

static int put_histograms(const struct quire_chunk_pages *pages,
                          const struct quire_chunk_shape *shape, struct quire_arena *arena,
                          struct quire_column_index *index)
{
    size_t reps = (size_t)shape->rep_max + 1, defs = (size_t)shape->def_max + 1;
    if (shape->rep_max > 0)
        QUIRE_TRY(copy_histograms(pages, 0, reps, reps + defs, arena,
                                  &index->repetition_level_histograms));
    if (shape->def_max > 1)
        QUIRE_TRY(copy_histograms(pages, reps, defs, reps + defs, arena,
                                  &index->definition_level_histograms));
    return 0;
}

static bool has_bounds(const struct quire_chunk_pages *pages, const struct quire_chunk_shape *shape)
{
    if (shape->order == QUIRE_VALUES_UNORDERED) return false;
    for (size_t i = 0; i < quire_chunk_pages_count(pages); i++)
        if (records_of(pages)[i].unbounded || records_of(pages)[i].nans > 0) return false;
    return true;
}

struct lists {
    bool *null_pages;
    struct quire_thrift_binary *mins, *maxs;
    int64_t *nulls, *nans;
    uint8_t *bytes;
};

static bool allocate(const struct quire_chunk_pages *pages, struct quire_arena *arena,
                     struct lists *lists)
{
    size_t count = quire_chunk_pages_count(pages);
    lists->null_pages = quire_arena_alloc(arena, count * sizeof(*lists->null_pages) + 1);
    lists->mins = quire_arena_alloc(arena, count * sizeof(*lists->mins) + 1);
    lists->maxs = quire_arena_alloc(arena, count * sizeof(*lists->maxs) + 1);
    lists->nulls = quire_arena_alloc(arena, count * sizeof(*lists->nulls) + 1);
    lists->nans = quire_arena_alloc(arena, count * sizeof(*lists->nans) + 1);
    lists->bytes = quire_arena_alloc(arena, pages->bound_bytes.size + 1);
    return lists->null_pages != NULL && lists->mins != NULL && lists->maxs != NULL &&
           lists->nulls != NULL && lists->nans != NULL && lists->bytes != NULL;
}

int quire_chunk_column_index(const struct quire_chunk_pages *pages,
                             const struct quire_chunk_shape *shape, struct quire_arena *arena,
                             struct quire_column_index *index, bool *has)
{
    size_t count = quire_chunk_pages_count(pages);
    const struct quire_page_record *records = records_of(pages);
    struct lists lists;
    *has = has_bounds(pages, shape);
    *index = (struct quire_column_index){0};
    if (!*has) return 0;
    if (!allocate(pages, arena, &lists)) return QUIRE_MEMORY;
    if (pages->bound_bytes.size > 0)
        memcpy(lists.bytes, pages->bound_bytes.data, pages->bound_bytes.size);
    for (size_t i = 0; i < count; i++) {
        lists.null_pages[i] = records[i].empty;
        lists.mins[i] =
            (struct quire_thrift_binary){lists.bytes + records[i].min_at, records[i].min_size};
        lists.maxs[i] =
            (struct quire_thrift_binary){lists.bytes + records[i].max_at, records[i].max_size};
        lists.nulls[i] = records[i].nulls;
        lists.nans[i] = records[i].nans;
    }
    index->null_pages = (struct quire_bool_list){lists.null_pages, count};
    index->min_values = (struct quire_binary_list){lists.mins, count};
    index->max_values = (struct quire_binary_list){lists.maxs, count};
    index->null_counts = (struct quire_i64_list){lists.nulls, count};
    if (quire_order_has_nan(shape->order))
        index->nan_counts = (struct quire_i64_list){lists.nans, count};
    index->boundary_order = boundary_of(index, shape->order);
    return shape->sizes ? put_histograms(pages, shape, arena, index) : 0;
}
