/* The page index as tables, and the agreement of its lists. */
#include "format/parquet/page_index.h"

#include "base/fail.h"

#define OPERATION "read parquet page index"

#define REQUIRED(number, what, field)        QUIRE_THRIFT_REQUIRED(TYPE, number, what, field)
#define LIST_OF(number, what, field, needed) QUIRE_THRIFT_LIST_OF(TYPE, number, what, field, needed)

#define TYPE quire_page_location
static const struct quire_thrift_member location_members[] = {
    REQUIRED(1, I64, offset),
    REQUIRED(2, I32, compressed_page_size),
    REQUIRED(3, I64, first_row_index),
};
static QUIRE_THRIFT_LAYOUT(location_layout, quire_page_location, location_members);
#undef TYPE

#define TYPE quire_offset_index
static const struct quire_thrift_member offset_members[] = {
    QUIRE_THRIFT_STRUCTS_OF(TYPE, 1, page_locations, true, &location_layout),
    LIST_OF(2, I64, unencoded_byte_array_data_bytes, false),
};
static QUIRE_THRIFT_LAYOUT(offset_layout, quire_offset_index, offset_members);
#undef TYPE

#define TYPE quire_column_index
static const struct quire_thrift_member column_members[] = {
    LIST_OF(1, BOOL, null_pages, true),
    LIST_OF(2, BINARY, min_values, true),
    LIST_OF(3, BINARY, max_values, true),
    REQUIRED(4, I32, boundary_order),
    LIST_OF(5, I64, null_counts, false),
    LIST_OF(6, I64, repetition_level_histograms, false),
    LIST_OF(7, I64, definition_level_histograms, false),
    LIST_OF(8, I64, nan_counts, false),
};
static QUIRE_THRIFT_LAYOUT(column_layout, quire_column_index, column_members);
#undef TYPE

static int check_locations(const struct quire_page_location_list *locations,
                           struct quire_error *error)
{
    int64_t offset = 0, row = 0;
    for (size_t i = 0; i < locations->size; i++) {
        const struct quire_page_location *page = &locations->items[i];
        if (page->offset < offset || page->compressed_page_size <= 0 ||
            page->offset > INT64_MAX - page->compressed_page_size || page->first_row_index < row)
            return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                              "page %zu lies before the one before it, or has no size", i);
        offset = page->offset + page->compressed_page_size;
        row = page->first_row_index;
    }
    return 0;
}

int quire_offset_index_read(const void *bytes, size_t size, struct quire_arena *arena,
                            struct quire_offset_index *index, struct quire_error *error)
{
    struct quire_thrift_reader reader;
    struct quire_offset_index result = {0};
    quire_thrift_reader_init(&reader, OPERATION, bytes, size);
    QUIRE_TRY(quire_thrift_read_struct(&reader, &offset_layout, arena, &result, error));
    QUIRE_TRY(check_locations(&result.page_locations, error));
    if (result.unencoded_byte_array_data_bytes.size != result.page_locations.size)
        result.unencoded_byte_array_data_bytes = (struct quire_i64_list){0};
    *index = result;
    return 0;
}

int quire_offset_index_write(const struct quire_offset_index *index, struct quire_buf *out)
{
    return quire_thrift_write_struct(out, &offset_layout, index);
}

static void drop_unless(struct quire_i64_list *list, bool fits)
{
    if (!fits) *list = (struct quire_i64_list){0};
}

int quire_column_index_read(const void *bytes, size_t size, struct quire_arena *arena,
                            struct quire_column_index *index, struct quire_error *error)
{
    struct quire_thrift_reader reader;
    struct quire_column_index result = {0};
    quire_thrift_reader_init(&reader, OPERATION, bytes, size);
    QUIRE_TRY(quire_thrift_read_struct(&reader, &column_layout, arena, &result, error));
    size_t pages = result.null_pages.size;
    if (result.min_values.size != pages || result.max_values.size != pages)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "%zu pages with %zu minima and %zu maxima", pages, result.min_values.size,
                          result.max_values.size);
    drop_unless(&result.null_counts, result.null_counts.size == pages);
    drop_unless(&result.nan_counts, result.nan_counts.size == pages);
    struct quire_i64_list *histograms = &result.repetition_level_histograms;
    drop_unless(histograms, pages > 0 && histograms->size % pages == 0);
    histograms = &result.definition_level_histograms;
    drop_unless(histograms, pages > 0 && histograms->size % pages == 0);
    *index = result;
    return 0;
}

int quire_column_index_write(const struct quire_column_index *index, struct quire_buf *out)
{
    return quire_thrift_write_struct(out, &column_layout, index);
}
