/* Row groups go out as they come. Bloom filters follow their row group; page indexes wait
 * for the end of the file, where readers fetch them together with the footer. */
#include "format/parquet/write/file_writer.h"

#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION "write parquet"

/* Of one chunk, in bytes as they stand in the file; 0: none. */
struct index_size {
    int32_t column, offset;
};

void quire_parquet_file_release(struct quire_parquet_file *file)
{
    if (file->budget != NULL) quire_budget_return(file->budget, file->charged);
    quire_buf_release(&file->row_groups);
    quire_buf_release(&file->column_indexes);
    quire_buf_release(&file->offset_indexes);
    quire_buf_release(&file->index_sizes);
    quire_buf_release(&file->scratch);
    quire_buf_release(&file->plain);
    *file = (struct quire_parquet_file){0};
}

static void charge(struct quire_parquet_file *file)
{
    size_t held = file->row_groups.capacity + file->column_indexes.capacity +
                  file->offset_indexes.capacity + file->index_sizes.capacity +
                  file->scratch.capacity + file->plain.capacity;
    quire_budget_return(file->budget, file->charged);
    quire_budget_force(file->budget, held);
    file->charged = held;
}

static int put(struct quire_parquet_file *file, const void *bytes, size_t size,
               struct quire_error *error)
{
    if (size == 0) return 0;
    QUIRE_TRY(quire_out_write(file->out, bytes, size, error));
    file->position += (int64_t)size;
    return 0;
}

static bool encrypts_footer(const struct quire_parquet_file *file)
{
    return file->keys->footer != NULL && !file->keys->plaintext_footer;
}

static int put_magic(struct quire_parquet_file *file, struct quire_error *error)
{
    return put(file, encrypts_footer(file) ? "PARE" : "PAR1", 4, error);
}

int quire_parquet_file_begin(struct quire_parquet_file *file, struct quire_error *error)
{
    return put_magic(file, error);
}

static const struct quire_leaf_key *key_of(const struct quire_parquet_file *file, size_t leaf)
{
    static const struct quire_leaf_key none = {0};
    return file->keys->leaves != NULL ? &file->keys->leaves[leaf] : &none;
}

/* --- Pages and bloom filters ---------------------------------------------------------- */

static int put_pages(struct quire_parquet_file *file, struct quire_written_chunk *chunk,
                     struct quire_error *error)
{
    struct quire_column_metadata *metadata = &chunk->metadata;
    metadata->data_page_offset += file->position;
    if (metadata->present & QUIRE_COLUMN_HAS_DICTIONARY_PAGE_OFFSET)
        metadata->dictionary_page_offset += file->position;
    struct quire_page_location_list *pages = &chunk->offset_index.page_locations;
    for (size_t i = 0; chunk->has_offset_index && i < pages->size; i++)
        pages->items[i].offset += file->position;
    for (; chunk->pages.first != NULL; quire_page_chain_drop_first(&chunk->pages))
        QUIRE_TRY(put(file, chunk->pages.first->bytes, chunk->pages.first->size, error));
    return 0;
}

/* Appends a module, or its plain text in a column that is not encrypted. */
static int append_module(const struct quire_parquet_file *file, size_t leaf,
                         enum quire_parquet_module module, const void *bytes, size_t size,
                         struct quire_buf *out, struct quire_error *error)
{
    const struct quire_module_place place = {module, (int16_t)file->row_groups_size, (int16_t)leaf,
                                             0};
    const struct quire_parquet_cipher *cipher = key_of(file, leaf)->cipher;
    if (cipher != NULL) return quire_cipher_encrypt(cipher, &place, bytes, size, out, error);
    return quire_buf_append(out, bytes, size) != 0 ? quire_fail_memory(error, OPERATION) : 0;
}

static int put_bloom(struct quire_parquet_file *file, size_t leaf,
                     struct quire_written_chunk *chunk, struct quire_error *error)
{
    struct quire_bloom_filter *bloom = &chunk->bloom;
    if (bloom->bits == NULL) return 0;
    quire_buf_clear(&file->plain);
    quire_buf_clear(&file->scratch);
    if (quire_bloom_write_header(bloom, &file->plain) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(append_module(file, leaf, QUIRE_MODULE_BLOOM_FILTER_HEADER, file->plain.data,
                            file->plain.size, &file->scratch, error));
    QUIRE_TRY(append_module(file, leaf, QUIRE_MODULE_BLOOM_FILTER_BITSET, bloom->bits,
                            bloom->blocks * QUIRE_BLOOM_BLOCK_BYTES, &file->scratch, error));
    chunk->metadata.bloom_filter_offset = file->position;
    chunk->metadata.bloom_filter_length = (int32_t)file->scratch.size;
    chunk->metadata.present |=
        QUIRE_COLUMN_HAS_BLOOM_FILTER_OFFSET | QUIRE_COLUMN_HAS_BLOOM_FILTER_LENGTH;
    return put(file, file->scratch.data, file->scratch.size, error);
}

/* --- What the footer says --------------------------------------------------------------- */

static int keep_indexes(struct quire_parquet_file *file, size_t leaf,
                        const struct quire_written_chunk *chunk, struct quire_error *error)
{
    size_t column_start = file->column_indexes.size, offset_start = file->offset_indexes.size;
    if (chunk->has_column_index) {
        quire_buf_clear(&file->plain);
        if (quire_column_index_write(&chunk->column_index, &file->plain) != 0)
            return quire_fail_memory(error, OPERATION);
        QUIRE_TRY(append_module(file, leaf, QUIRE_MODULE_COLUMN_INDEX, file->plain.data,
                                file->plain.size, &file->column_indexes, error));
    }
    if (chunk->has_offset_index) {
        quire_buf_clear(&file->plain);
        if (quire_offset_index_write(&chunk->offset_index, &file->plain) != 0)
            return quire_fail_memory(error, OPERATION);
        QUIRE_TRY(append_module(file, leaf, QUIRE_MODULE_OFFSET_INDEX, file->plain.data,
                                file->plain.size, &file->offset_indexes, error));
    }
    struct index_size sizes = {(int32_t)(file->column_indexes.size - column_start),
                               (int32_t)(file->offset_indexes.size - offset_start)};
    if (quire_buf_append(&file->index_sizes, &sizes, sizeof(sizes)) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* The metadata of an encrypted column, as a module of its own (Encryption.md, 5.3 to 5.5):
 * under a key of its own, and wherever the footer can be read by all. What then stands in
 * a plain footer says nothing about the values. */
static int protect_metadata(struct quire_parquet_file *file, size_t leaf,
                            struct quire_column_metadata *metadata, struct quire_arena *arena,
                            struct quire_column_chunk *chunk, struct quire_error *error)
{
    const struct quire_leaf_key *key = key_of(file, leaf);
    if (key->cipher == NULL) return 0;
    chunk->crypto_metadata = key->crypto;
    if (!key->own && encrypts_footer(file)) return 0;
    quire_buf_clear(&file->plain);
    quire_buf_clear(&file->scratch);
    if (quire_column_metadata_write(metadata, &file->plain) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(append_module(file, leaf, QUIRE_MODULE_COLUMN_METADATA, file->plain.data,
                            file->plain.size, &file->scratch, error));
    const char *copy =
        quire_arena_strndup(arena, (const char *)file->scratch.data, file->scratch.size);
    if (copy == NULL) return quire_fail_memory(error, OPERATION);
    chunk->encrypted_column_metadata =
        (struct quire_thrift_binary){(const uint8_t *)copy, file->scratch.size};
    if (encrypts_footer(file)) {
        chunk->meta_data = NULL;
        return 0;
    }
    metadata->statistics = NULL;
    metadata->size_statistics = NULL;
    metadata->geospatial_statistics = NULL;
    metadata->encoding_stats = (struct quire_parquet_encoding_stats_list){0};
    return 0;
}

static int64_t first_page(const struct quire_column_metadata *metadata)
{
    return metadata->present & QUIRE_COLUMN_HAS_DICTIONARY_PAGE_OFFSET
               ? metadata->dictionary_page_offset
               : metadata->data_page_offset;
}

static int keep_row_group(struct quire_parquet_file *file, struct quire_written_chunk *chunks,
                          int64_t rows, struct quire_arena *arena, struct quire_error *error)
{
    size_t leaves = file->schema->leaves_size;
    struct quire_column_chunk *columns = quire_arena_alloc(arena, leaves * sizeof(*columns) + 1);
    if (columns == NULL) return quire_fail_memory(error, OPERATION);
    struct quire_row_group group = {
        .present = QUIRE_ROW_GROUP_HAS_FILE_OFFSET | QUIRE_ROW_GROUP_HAS_COMPRESSED_SIZE,
        .columns = {columns, leaves},
        .num_rows = rows,
        .sorting_columns = file->sorting,
        .file_offset = leaves > 0 ? first_page(&chunks[0].metadata) : file->position,
        .ordinal = (int16_t)file->row_groups_size,
    };
    if (file->row_groups_size <= INT16_MAX) group.present |= QUIRE_ROW_GROUP_HAS_ORDINAL;
    for (size_t i = 0; i < leaves; i++) {
        struct quire_column_metadata *metadata = &chunks[i].metadata;
        group.total_byte_size += metadata->total_uncompressed_size;
        group.total_compressed_size += metadata->total_compressed_size;
        columns[i] = (struct quire_column_chunk){.meta_data = metadata};
        QUIRE_TRY(protect_metadata(file, i, metadata, arena, &columns[i], error));
        QUIRE_TRY(keep_indexes(file, i, &chunks[i], error));
    }
    if (quire_thrift_write_struct(&file->row_groups, &quire_layout_row_group, &group) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static void arena_cleanup(struct quire_arena *arena)
{
    quire_arena_release(arena);
}

int quire_parquet_file_write(struct quire_parquet_file *file, struct quire_written_chunk *chunks,
                             int64_t rows, struct quire_error *error)
{
    if (file->keys->footer != NULL && file->row_groups_size > INT16_MAX)
        return quire_fail(error, QUIRE_LIMIT, OPERATION,
                          "an encrypted file has at most %d row groups", INT16_MAX + 1);
    QUIRE_CLEANUP(arena_cleanup) struct quire_arena arena = {0};
    size_t leaves = file->schema->leaves_size;
    for (size_t i = 0; i < leaves; i++)
        QUIRE_TRY(put_pages(file, &chunks[i], error));
    for (size_t i = 0; i < leaves; i++)
        QUIRE_TRY(put_bloom(file, i, &chunks[i], error));
    QUIRE_TRY(keep_row_group(file, chunks, rows, &arena, error));
    file->row_groups_size++;
    file->rows += rows;
    charge(file);
    return 0;
}

/* --- The end ---------------------------------------------------------------------------- */

/* Offsets of page indexes, which are known only now, put into a row group. */
static void place_indexes(struct quire_row_group *group, const struct index_size *sizes,
                          int64_t *column_position, int64_t *offset_position)
{
    for (size_t i = 0; i < group->columns.size; i++) {
        struct quire_column_chunk *chunk = &group->columns.items[i];
        if (sizes[i].column > 0) {
            chunk->column_index_offset = *column_position;
            chunk->column_index_length = sizes[i].column;
            chunk->present |=
                QUIRE_CHUNK_HAS_COLUMN_INDEX_OFFSET | QUIRE_CHUNK_HAS_COLUMN_INDEX_LENGTH;
            *column_position += sizes[i].column;
        }
        if (sizes[i].offset > 0) {
            chunk->offset_index_offset = *offset_position;
            chunk->offset_index_length = sizes[i].offset;
            chunk->present |=
                QUIRE_CHUNK_HAS_OFFSET_INDEX_OFFSET | QUIRE_CHUNK_HAS_OFFSET_INDEX_LENGTH;
            *offset_position += sizes[i].offset;
        }
    }
}

static int place_all_indexes(struct quire_parquet_file *file, int64_t column_position,
                             int64_t offset_position, struct quire_buf *placed,
                             struct quire_error *error)
{
    struct quire_thrift_reader reader;
    quire_thrift_reader_init(&reader, OPERATION, file->row_groups.data, file->row_groups.size);
    const struct index_size *sizes =
        (const struct index_size *)(const void *)file->index_sizes.data;
    for (size_t i = 0; i < file->row_groups_size; i++) {
        QUIRE_CLEANUP(arena_cleanup) struct quire_arena arena = {0};
        struct quire_row_group group = {0};
        QUIRE_TRY(
            quire_thrift_read_struct(&reader, &quire_layout_row_group, &arena, &group, error));
        place_indexes(&group, sizes, &column_position, &offset_position);
        if (quire_thrift_write_struct(placed, &quire_layout_row_group, &group) != 0)
            return quire_fail_memory(error, OPERATION);
        sizes += group.columns.size;
    }
    return 0;
}

static int put_tail(struct quire_parquet_file *file, const struct quire_buf *footer,
                    struct quire_error *error)
{
    if (footer->size > INT32_MAX)
        return quire_fail(error, QUIRE_LIMIT, OPERATION, "the footer would take %zu bytes",
                          footer->size);
    uint32_t size = (uint32_t)footer->size;
    const uint8_t bytes[4] = {(uint8_t)size, (uint8_t)(size >> 8), (uint8_t)(size >> 16),
                              (uint8_t)(size >> 24)};
    QUIRE_TRY(put(file, footer->data, footer->size, error));
    QUIRE_TRY(put(file, bytes, sizeof(bytes), error));
    return put_magic(file, error);
}

/* The footer as it stands in the file: plain, plain and signed, or encrypted behind what
 * says how. */
static int protect_footer(const struct quire_parquet_file *file, const struct quire_buf *footer,
                          struct quire_buf *out, struct quire_error *error)
{
    const struct quire_file_keys *keys = file->keys;
    const struct quire_module_place place = {.module = QUIRE_MODULE_FOOTER};
    if (encrypts_footer(file)) {
        struct quire_encryption_algorithm algorithm = keys->algorithm;
        const struct quire_file_crypto_metadata crypto = {
            .encryption_algorithm = &algorithm,
            .key_metadata = keys->footer_key_metadata,
        };
        if (quire_file_crypto_metadata_write(&crypto, out) != 0)
            return quire_fail_memory(error, OPERATION);
        return quire_cipher_encrypt(keys->footer, &place, footer->data, footer->size, out, error);
    }
    if (quire_buf_append(out, footer->data, footer->size) != 0)
        return quire_fail_memory(error, OPERATION);
    if (keys->footer == NULL) return 0;
    return quire_cipher_sign(keys->footer, footer->data, footer->size, out, error);
}

static int put_footer(struct quire_parquet_file *file,
                      const struct quire_parquet_key_value_list *key_values,
                      const struct quire_buf *row_groups, struct quire_column_order *orders,
                      struct quire_error *error)
{
    static const char created_by[] = "quire version " QUIRE_VERSION;
    struct quire_encryption_algorithm algorithm = file->keys->algorithm;
    struct quire_file_metadata metadata = {
        .version = 2,
        .schema = file->schema->elements,
        .num_rows = file->rows,
        .key_value_metadata = *key_values,
        .created_by = {(const uint8_t *)created_by, sizeof(created_by) - 1},
        .column_orders = {orders, file->schema->leaves_size},
    };
    if (file->keys->footer != NULL && !encrypts_footer(file)) {
        metadata.encryption_algorithm = &algorithm;
        metadata.footer_signing_key_metadata = file->keys->footer_key_metadata;
    }
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf footer = {0};
    quire_buf_clear(&file->scratch);
    if (quire_file_metadata_write_around(&metadata, row_groups, file->row_groups_size, &footer) !=
        0)
        return quire_fail_memory(error, OPERATION);
    if (file->keys->footer == NULL) return put_tail(file, &footer, error);
    QUIRE_TRY(protect_footer(file, &footer, &file->scratch, error));
    return put_tail(file, &file->scratch, error);
}

int quire_parquet_file_finish(struct quire_parquet_file *file,
                              const struct quire_parquet_key_value_list *key_values,
                              struct quire_error *error)
{
    int64_t column_position = file->position;
    int64_t offset_position = column_position + (int64_t)file->column_indexes.size;
    QUIRE_TRY(put(file, file->column_indexes.data, file->column_indexes.size, error));
    QUIRE_TRY(put(file, file->offset_indexes.data, file->offset_indexes.size, error));
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf placed = {0};
    QUIRE_TRY(place_all_indexes(file, column_position, offset_position, &placed, error));
    size_t leaves = file->schema->leaves_size;
    QUIRE_CLEANUP(quire_cleanup_free)
    struct quire_column_order *orders = quire_alloc_zero(leaves, sizeof(*orders));
    if (orders == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < leaves; i++)
        orders[i].present = QUIRE_THRIFT_BIT(QUIRE_ORDER_TYPE);
    return put_footer(file, key_values, &placed, orders, error);
}
