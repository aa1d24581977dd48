/* Page headers as tables, and what must hold between their fields. */
#include "format/parquet/page_header.h"

#include <string.h>

#include "base/fail.h"

#define OPERATION "read parquet page header"

#define REQUIRED(number, what, field)   QUIRE_THRIFT_REQUIRED(TYPE, number, what, field)
#define OPTIONAL(number, what, field)   QUIRE_THRIFT_OPTIONAL(TYPE, number, what, field)
#define STRUCT_OF(number, field, table) QUIRE_THRIFT_STRUCT_OF(TYPE, number, field, false, table)

#define TYPE quire_data_page_header
static const struct quire_thrift_member data_members[] = {
    REQUIRED(1, I32, num_values),
    REQUIRED(2, I32, encoding),
    REQUIRED(3, I32, definition_level_encoding),
    REQUIRED(4, I32, repetition_level_encoding),
    STRUCT_OF(5, statistics, &quire_layout_statistics),
};
static QUIRE_THRIFT_LAYOUT(data_layout, quire_data_page_header, data_members);
#undef TYPE

#define TYPE quire_dictionary_page_header
static const struct quire_thrift_member dictionary_members[] = {
    REQUIRED(1, I32, num_values),
    REQUIRED(2, I32, encoding),
    OPTIONAL(3, BOOL, is_sorted),
};
static QUIRE_THRIFT_LAYOUT(dictionary_layout, quire_dictionary_page_header, dictionary_members);
#undef TYPE

#define TYPE quire_data_page_header_v2
static const struct quire_thrift_member data_v2_members[] = {
    REQUIRED(1, I32, num_values),
    REQUIRED(2, I32, num_nulls),
    REQUIRED(3, I32, num_rows),
    REQUIRED(4, I32, encoding),
    REQUIRED(5, I32, definition_levels_byte_length),
    REQUIRED(6, I32, repetition_levels_byte_length),
    OPTIONAL(7, BOOL, is_compressed),
    STRUCT_OF(8, statistics, &quire_layout_statistics),
};
static QUIRE_THRIFT_LAYOUT(data_v2_layout, quire_data_page_header_v2, data_v2_members);
#undef TYPE

#define TYPE quire_page_header
static const struct quire_thrift_member page_members[] = {
    REQUIRED(1, I32, type),
    REQUIRED(2, I32, uncompressed_page_size),
    REQUIRED(3, I32, compressed_page_size),
    OPTIONAL(4, I32, crc),
    STRUCT_OF(5, data_page_header, &data_layout),
    STRUCT_OF(7, dictionary_page_header, &dictionary_layout),
    STRUCT_OF(8, data_page_header_v2, &data_v2_layout),
};
static QUIRE_THRIFT_LAYOUT(page_layout, quire_page_header, page_members);
#undef TYPE

static int fail_header(struct quire_error *error, const char *what)
{
    return quire_fail(error, QUIRE_CORRUPT, OPERATION, "%s", what);
}

static int check_data_v2(const struct quire_page_header *header, struct quire_error *error)
{
    struct quire_data_page_header_v2 *data = header->data_page_header_v2;
    if (data == NULL) return fail_header(error, "a data page v2 without its header");
    if (data->num_values < 0 || data->num_rows < 0 || data->num_nulls < 0 ||
        data->num_nulls > data->num_values)
        return fail_header(error, "counts of values, nulls and rows that cannot be");
    int64_t levels =
        (int64_t)data->definition_levels_byte_length + (int64_t)data->repetition_levels_byte_length;
    if (data->definition_levels_byte_length < 0 || data->repetition_levels_byte_length < 0 ||
        levels > header->compressed_page_size || levels > header->uncompressed_page_size)
        return fail_header(error, "levels that are longer than the page");
    if ((data->present & QUIRE_DATA_PAGE_V2_HAS_COMPRESSED) == 0) data->is_compressed = true;
    return 0;
}

static int check_header(const struct quire_page_header *header, struct quire_error *error)
{
    if (header->compressed_page_size < 0 || header->uncompressed_page_size < 0)
        return fail_header(error, "a page of negative size");
    switch (header->type) {
    case QUIRE_PAGE_DATA:
        if (header->data_page_header == NULL || header->data_page_header->num_values < 0)
            return fail_header(error, "a data page without a header, or of negative length");
        return 0;
    case QUIRE_PAGE_DICTIONARY:
        if (header->dictionary_page_header == NULL ||
            header->dictionary_page_header->num_values < 0)
            return fail_header(error, "a dictionary page without a header, or of negative length");
        return 0;
    case QUIRE_PAGE_DATA_V2: return check_data_v2(header, error);
    default: return 0;
    }
}

int quire_page_header_read(const void *bytes, size_t size, struct quire_arena *arena,
                           struct quire_page_header *header, size_t *used, bool *more,
                           struct quire_error *error)
{
    struct quire_thrift_reader reader;
    struct quire_page_header result = {0};
    quire_thrift_reader_init(&reader, OPERATION, bytes, size);
    int code = quire_thrift_read_struct(&reader, &page_layout, arena, &result, error);
    *more = code != 0 && reader.ended;
    if (code != 0) return code;
    QUIRE_TRY(check_header(&result, error));
    *header = result;
    *used = (size_t)(reader.at - reader.start);
    return 0;
}

int quire_page_header_write(const struct quire_page_header *header, struct quire_buf *out)
{
    return quire_thrift_write_struct(out, &page_layout, header);
}
