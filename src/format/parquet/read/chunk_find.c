/* Column chunks found: their metadata, opened where it is encrypted by itself, and their
 * place, held against the file. */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/parquet/read/footer_reader.h"

#define OPERATION "read parquet"

/* parquet-mr before 1.2.9 left the header of the dictionary page out of a chunk's size
 * (PARQUET-816); other readers allow for as many bytes. */
#define UNCOUNTED_BYTES 100

int quire_parquet_leaf_name(const struct quire_parquet_schema *schema, size_t leaf,
                            struct quire_buf *name)
{
    const struct quire_binary_list *path = &schema->leaves[leaf].path;
    for (size_t i = 0; i < path->size; i++) {
        if (i > 0) QUIRE_TRY(quire_buf_push(name, '.'));
        QUIRE_TRY(quire_buf_append(name, path->items[i].data, path->items[i].size));
    }
    return quire_buf_terminate(name);
}

int quire_parquet_fail_at(const struct quire_parquet_schema *schema, size_t row_group, size_t leaf,
                          int code, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf name = {0};
    if (error == NULL) return code;
    if (quire_parquet_leaf_name(schema, leaf, &name) == 0)
        quire_error_at(error, QUIRE_NOWHERE, (const char *)name.data, QUIRE_NOWHERE);
    if (strstr(error->cause, "row group") != NULL) return code;
    char cause[sizeof(error->cause)];
    memcpy(cause, error->cause, sizeof(cause));
    (void)snprintf(error->cause, sizeof(error->cause), "row group %zu: %.480s", row_group, cause);
    return code;
}

int quire_parquet_input_read(const struct quire_parquet_input *file, int64_t offset, int64_t size,
                             const char *what, struct quire_buf *bytes, struct quire_error *error)
{
    if (offset < 0 || size < 0 || offset > file->size - size) {
        quire_fail(error, QUIRE_CORRUPT, OPERATION,
                   "a %s of %" PRId64 " bytes at byte %" PRId64 " of a file of %" PRId64, what,
                   size, offset, file->size);
        return QUIRE_CORRUPT;
    }
    if (file->fetches != NULL) {
        const uint8_t *data = NULL;
        size_t got = 0;
        QUIRE_TRY(quire_byte_fetches_get(file->fetches, offset, (size_t)size, &data, &got, error));
        if (data != NULL && quire_buf_append(bytes, data, (size_t)size) == 0) return 0;
    }
    if (quire_buf_reserve(bytes, (size_t)size) != 0) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(file->in->ops->read_at(file->in, offset, quire_buf_end(bytes), (size_t)size, error));
    bytes->size += (size_t)size;
    return 0;
}

int quire_parquet_input_module(const struct quire_parquet_input *file,
                               const struct quire_parquet_chunk *chunk,
                               enum quire_parquet_module module, int64_t offset, int64_t size,
                               struct quire_buf *plain, struct quire_error *error)
{
    static const char *const names[] = {
        [QUIRE_MODULE_COLUMN_INDEX] = "column index",
        [QUIRE_MODULE_OFFSET_INDEX] = "offset index",
        [QUIRE_MODULE_BLOOM_FILTER_HEADER] = "bloom filter",
        [QUIRE_MODULE_BLOOM_FILTER_BITSET] = "bloom filter",
    };
    if (chunk->cipher == NULL)
        return quire_parquet_input_read(file, offset, size, names[module], plain, error);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    QUIRE_TRY(quire_parquet_input_read(file, offset, size, names[module], &bytes, error));
    const struct quire_module_place place = {
        .module = module, .row_group = (int16_t)chunk->row_group, .column = (int16_t)chunk->column};
    size_t used = 0;
    return quire_cipher_decrypt(chunk->cipher, &place, bytes.data, bytes.size, plain, &used, error);
}

/* ColumnMetaData that stands encrypted in its chunk; opened once. */
static int open_metadata(struct quire_parquet_input *file, struct quire_column_chunk *chunk,
                         const struct quire_parquet_chunk *found, struct quire_error *error)
{
    const struct quire_thrift_binary *sealed = &chunk->encrypted_column_metadata;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf plain = {0};
    const struct quire_module_place place = {.module = QUIRE_MODULE_COLUMN_METADATA,
                                             .row_group = (int16_t)found->row_group,
                                             .column = (int16_t)found->column};
    size_t used = 0;
    QUIRE_TRY(quire_cipher_decrypt(found->cipher, &place, sealed->data, sealed->size, &plain, &used,
                                   error));
    struct quire_column_metadata *metadata = quire_arena_alloc(&file->arena, sizeof(*metadata));
    if (metadata == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_column_metadata_read(plain.data, plain.size, &file->arena, metadata, error));
    chunk->meta_data = metadata;
    chunk->encrypted_column_metadata = (struct quire_thrift_binary){0};
    return 0;
}

/* The pages begin with the dictionary, where there is one. */
static int find_pages(const struct quire_parquet_input *file, int64_t rows,
                      struct quire_parquet_chunk *found, struct quire_error *error)
{
    const struct quire_column_metadata *metadata = found->metadata;
    int64_t start = metadata->data_page_offset;
    bool dictionary = (metadata->present & QUIRE_COLUMN_HAS_DICTIONARY_PAGE_OFFSET) != 0;
    if (dictionary && metadata->dictionary_page_offset >= 4 &&
        metadata->dictionary_page_offset < start)
        start = metadata->dictionary_page_offset;
    int64_t size = metadata->total_compressed_size;
    /* A row group without rows needs no page, and Arrow C++ then says that they begin at 0. */
    if (rows == 0 && start == 0) return 0;
    if (start < 4 || start > file->footer_start || size > file->footer_start - start) {
        quire_fail(error, QUIRE_CORRUPT, OPERATION,
                   "%" PRId64 " bytes of pages, of which the file has not as many", size);
        quire_error_at(error, QUIRE_NOWHERE, NULL, start);
        return QUIRE_CORRUPT;
    }
    found->start = start;
    found->end = start + size;
    if (quire_created_by_before(&file->created_by, "parquet-mr", 1, 2, 9)) {
        int64_t rest = file->footer_start - found->end;
        found->end += rest < UNCOUNTED_BYTES ? rest : UNCOUNTED_BYTES;
    }
    return 0;
}

/* What binds the parts of an encrypted file to their place has 16 bits (Encryption.md). */
static int find_ordinals(const struct quire_row_group *group, struct quire_parquet_chunk *found,
                         struct quire_error *error)
{
    if ((group->present & QUIRE_ROW_GROUP_HAS_ORDINAL) != 0) found->row_group = group->ordinal;
    if (found->row_group <= INT16_MAX && found->column <= INT16_MAX) return 0;
    return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                      "an encrypted column beyond the first 32,768 columns or row groups");
}

static int find_chunk(struct quire_parquet_input *file, size_t row_group, size_t leaf,
                      struct quire_parquet_chunk *found, struct quire_error *error)
{
    struct quire_row_group *group = &file->metadata.row_groups.items[row_group];
    struct quire_column_chunk *chunk = &group->columns.items[leaf];
    *found = (struct quire_parquet_chunk){
        .chunk = chunk, .row_group = (int32_t)row_group, .column = (int32_t)leaf};
    QUIRE_TRY(quire_parquet_keys_chunk(&file->keys, chunk, leaf, file->schema.leaves_size,
                                       &found->cipher, error));
    if (found->cipher != NULL) QUIRE_TRY(find_ordinals(group, found, error));
    if (found->cipher != NULL && chunk->encrypted_column_metadata.data != NULL)
        QUIRE_TRY(open_metadata(file, chunk, found, error));
    if (chunk->meta_data == NULL)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "a column without metadata");
    found->metadata = chunk->meta_data;
    const struct quire_schema_element *element = quire_parquet_leaf_element(&file->schema, leaf);
    if (found->metadata->type != element->type)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "a column of physical type %d where the schema has %d",
                          (int)found->metadata->type, (int)element->type);
    return find_pages(file, group->num_rows, found, error);
}

int quire_parquet_input_chunk(struct quire_parquet_input *file, size_t row_group, size_t leaf,
                              struct quire_parquet_chunk *chunk, struct quire_error *error)
{
    struct quire_parquet_chunk found;
    int code = find_chunk(file, row_group, leaf, &found, error);
    if (code != 0) return quire_parquet_fail_at(&file->schema, row_group, leaf, code, error);
    *chunk = found;
    return 0;
}
