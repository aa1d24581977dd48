/* ColumnIndex and OffsetIndex (PageIndex.md): what each data page of a column holds
 * and where it stands. They lie between the last row group and the footer. */
#ifndef QUIRE_PARQUET_PAGE_INDEX_H
#define QUIRE_PARQUET_PAGE_INDEX_H

#include "format/parquet/parquet_metadata.h"

struct quire_page_location {
    uint32_t present;
    int32_t compressed_page_size; /* with the header */
    int64_t offset, first_row_index;
};
struct quire_page_location_list {
    struct quire_page_location *items;
    size_t size;
};

struct quire_offset_index {
    uint32_t present;
    struct quire_page_location_list page_locations;
    struct quire_i64_list unencoded_byte_array_data_bytes;
};

struct quire_column_index {
    uint32_t present;
    struct quire_bool_list null_pages;
    struct quire_binary_list min_values, max_values;
    int32_t boundary_order;
    struct quire_i64_list null_counts, repetition_level_histograms, definition_level_histograms;
    struct quire_i64_list nan_counts;
};

/* Locations are checked: offsets and rows rise, sizes are positive. */
int quire_offset_index_read(const void *bytes, size_t size, struct quire_arena *arena,
                            struct quire_offset_index *index, struct quire_error *error);
int quire_offset_index_write(const struct quire_offset_index *index, struct quire_buf *out);

/* All lists by page are checked to be of one length; optional ones that are not are
 * dropped, as they say nothing certain. */
int quire_column_index_read(const void *bytes, size_t size, struct quire_arena *arena,
                            struct quire_column_index *index, struct quire_error *error);
int quire_column_index_write(const struct quire_column_index *index, struct quire_buf *out);

#endif
