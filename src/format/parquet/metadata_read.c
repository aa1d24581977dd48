/* Footers read: the tables say the shape, this the rest. */
#include <string.h>

#include "base/fail.h"
#include "format/parquet/parquet_metadata.h"

#define OPERATION "read parquet footer"

static int fail_footer(struct quire_error *error, const char *what, size_t group)
{
    return quire_fail(error, QUIRE_CORRUPT, OPERATION, "row group %zu: %s", group, what);
}

static int check_column(const struct quire_column_metadata *column, size_t group,
                        struct quire_error *error)
{
    if (column->num_values < 0) return fail_footer(error, "a negative count of values", group);
    if (column->total_compressed_size < 0 || column->total_uncompressed_size < 0)
        return fail_footer(error, "a column of negative size", group);
    if (column->data_page_offset < 0 || column->dictionary_page_offset < 0)
        return fail_footer(error, "a column at a negative offset", group);
    return 0;
}

static int check_row_group(const struct quire_row_group *group, size_t number, size_t leaves,
                           struct quire_error *error)
{
    if (group->num_rows < 0) return fail_footer(error, "a negative count of rows", number);
    if (group->columns.size != leaves)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "row group %zu has %zu columns, the schema %zu", number,
                          group->columns.size, leaves);
    for (size_t i = 0; i < group->columns.size; i++) {
        const struct quire_column_metadata *column = group->columns.items[i].meta_data;
        if (column != NULL) QUIRE_TRY(check_column(column, number, error));
    }
    return 0;
}

static int check_file(const struct quire_file_metadata *metadata, struct quire_error *error)
{
    if (metadata->num_rows < 0)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "a negative count of rows");
    if (metadata->schema.size == 0)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "a schema without a root");
    size_t leaves = 0;
    for (size_t i = 1; i < metadata->schema.size; i++)
        leaves += (metadata->schema.items[i].present & QUIRE_ELEMENT_HAS_TYPE) != 0;
    for (size_t i = 0; i < metadata->row_groups.size; i++)
        QUIRE_TRY(check_row_group(&metadata->row_groups.items[i], i, leaves, error));
    return 0;
}

static int read_object(const char *operation, const struct quire_thrift_layout *layout,
                       const void *bytes, size_t size, struct quire_arena *arena, void *object,
                       size_t *used, struct quire_error *error)
{
    struct quire_thrift_reader reader;
    quire_thrift_reader_init(&reader, operation, bytes, size);
    QUIRE_TRY(quire_thrift_read_struct(&reader, layout, arena, object, error));
    if (used != NULL) *used = (size_t)(reader.at - reader.start);
    return 0;
}

int quire_file_metadata_read(const void *bytes, size_t size, struct quire_arena *arena,
                             struct quire_file_metadata *metadata, size_t *used,
                             struct quire_error *error)
{
    struct quire_file_metadata result = {0};
    QUIRE_TRY(read_object(OPERATION, &quire_layout_file_metadata, bytes, size, arena, &result, used,
                          error));
    QUIRE_TRY(check_file(&result, error));
    *metadata = result;
    return 0;
}

int quire_column_metadata_read(const void *bytes, size_t size, struct quire_arena *arena,
                               struct quire_column_metadata *metadata, struct quire_error *error)
{
    struct quire_column_metadata result = {0};
    QUIRE_TRY(read_object("read parquet column", &quire_layout_column_metadata, bytes, size, arena,
                          &result, NULL, error));
    QUIRE_TRY(check_column(&result, 0, error));
    *metadata = result;
    return 0;
}

int quire_file_crypto_metadata_read(const void *bytes, size_t size, struct quire_arena *arena,
                                    struct quire_file_crypto_metadata *metadata, size_t *used,
                                    struct quire_error *error)
{
    struct quire_file_crypto_metadata result = {0};
    QUIRE_TRY(read_object("read parquet encryption", &quire_layout_file_crypto_metadata, bytes,
                          size, arena, &result, used, error));
    *metadata = result;
    return 0;
}
