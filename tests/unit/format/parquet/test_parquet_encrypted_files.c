/* Files that other writers encrypted (encrypted/README.md): every module of theirs is
 * opened and parsed, in both algorithms and both modes of the footer. */
#include "parquet_fixture.h"

#include "format/parquet/bloom_filter.h"
#include "format/parquet/encryption.h"
#include "format/parquet/page_header.h"
#include "format/parquet/page_index.h"
#include "format/parquet/parquet_metadata.h"

/* The digits that the README lists are characters. */
static const char footer_key[] = "0123456789012345";
static const char double_key[] = "1234567890123450";
static const char float_key[] = "1234567890123451";

/* What is found in a file, and what is expected of it. */
struct census {
    int columns, with_footer_key, with_column_key, pages, indexes, filters;
};

struct file {
    const char *name;
    const char *prefix; /* that the file does not keep */
    struct census expected;
    /* From here on by the test. */
    struct quire_buf bytes;
    struct quire_arena arena;
    struct quire_file_metadata metadata;
    struct quire_parquet_cipher *footer, *doubles, *floats;
    struct census found;
    struct quire_buf pages; /* plain text of the encrypted ones */
};

static void read_bytes(struct file *file)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s.parquet.encrypted", ENCRYPTED_FILES, file->name);
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    assert_int_equal(quire_buf_reserve(&file->bytes, 65536), 0);
    file->bytes.size = fread(file->bytes.data, 1, 65536, stream);
    assert_in_range(file->bytes.size, 100, 65535);
    fclose(stream);
}

static struct quire_parquet_cipher *cipher_of(const struct file *file,
                                              const struct quire_encryption_algorithm *algorithm,
                                              const char *key)
{
    struct quire_parquet_cipher *cipher = NULL;
    bool ctr = algorithm->aes_gcm_ctr_v1 != NULL;
    const struct quire_aes_parameters *aes =
        ctr ? algorithm->aes_gcm_ctr_v1 : algorithm->aes_gcm_v1;
    assert_int_equal(aes->supply_aad_prefix, file->prefix != NULL);
    struct quire_cipher_options options = {.key = key,
                                           .key_size = 16,
                                           .ctr_pages = ctr,
                                           .aad_prefix = aes->aad_prefix.data,
                                           .aad_prefix_size = aes->aad_prefix.size,
                                           .aad_file_unique = aes->aad_file_unique.data,
                                           .aad_file_unique_size = aes->aad_file_unique.size};
    if (file->prefix != NULL) {
        options.aad_prefix = file->prefix;
        options.aad_prefix_size = strlen(file->prefix);
    }
    assert_int_equal(quire_cipher_new(&options, &cipher, NULL), 0);
    return cipher;
}

static void make_ciphers(struct file *file, const struct quire_encryption_algorithm *algorithm)
{
    file->footer = cipher_of(file, algorithm, footer_key);
    file->doubles = cipher_of(file, algorithm, double_key);
    file->floats = cipher_of(file, algorithm, float_key);
}

static void open_encrypted_footer(struct file *file, const uint8_t *bytes, size_t size)
{
    struct quire_file_crypto_metadata crypto;
    struct quire_buf plain = {0};
    struct quire_module_place place = {.module = QUIRE_MODULE_FOOTER};
    size_t crypto_size = 0, used = 0;
    assert_int_equal(
        quire_file_crypto_metadata_read(bytes, size, &file->arena, &crypto, &crypto_size, NULL), 0);
    assert_memory_equal(crypto.key_metadata.data, "kf", 2);
    make_ciphers(file, crypto.encryption_algorithm);
    assert_int_equal(quire_cipher_decrypt(file->footer, &place, bytes + crypto_size,
                                          size - crypto_size, &plain, &used, NULL),
                     0);
    assert_int_equal(crypto_size + used, size);
    uint8_t *kept = quire_arena_alloc(&file->arena, plain.size);
    assert_non_null(kept);
    memcpy(kept, plain.data, plain.size);
    assert_int_equal(
        quire_file_metadata_read(kept, plain.size, &file->arena, &file->metadata, &used, NULL), 0);
    assert_in_range(used, 1, plain.size); /* Java encrypts its whole buffer: zeros follow */
    quire_buf_release(&plain);
}

static void open_signed_footer(struct file *file, uint8_t *bytes, size_t size)
{
    size_t used = 0;
    struct quire_error error;
    assert_int_equal(
        quire_file_metadata_read(bytes, size, &file->arena, &file->metadata, &used, NULL), 0);
    assert_int_equal(used + QUIRE_SIGNATURE_BYTES, size);
    make_ciphers(file, file->metadata.encryption_algorithm);
    assert_int_equal(quire_cipher_verify(file->footer, bytes, used, bytes + used, NULL), 0);
    bytes[used / 2] ^= 1;
    assert_int_equal(quire_cipher_verify(file->footer, bytes, used, bytes + used, &error),
                     QUIRE_CORRUPT);
    bytes[used / 2] ^= 1;
}

static void open_footer(struct file *file)
{
    uint8_t *end = file->bytes.data + file->bytes.size - 8;
    size_t size = end[0] | (size_t)end[1] << 8 | (size_t)end[2] << 16;
    assert_memory_equal(file->bytes.data, end + 4, 4);
    if (memcmp(end + 4, "PARE", 4) == 0)
        open_encrypted_footer(file, end - size, size);
    else
        open_signed_footer(file, end - size, size);
}

/* Decrypts the module at an offset, or takes what stands there when there is no cipher. */
static size_t open_module(const struct file *file, const struct quire_parquet_cipher *cipher,
                          struct quire_module_place place, size_t at, struct quire_buf *plain)
{
    size_t used = 0;
    quire_buf_clear(plain);
    assert_in_range(at, 4, file->bytes.size - 1);
    if (cipher == NULL) {
        assert_int_equal(quire_buf_append(plain, file->bytes.data + at, file->bytes.size - at), 0);
        return plain->size;
    }
    assert_int_equal(quire_cipher_decrypt(cipher, &place, file->bytes.data + at,
                                          file->bytes.size - at, plain, &used, NULL),
                     0);
    return used;
}

/* The pages of a chunk one after the other, to its last value. */
static void walk_pages(struct file *file, const struct quire_parquet_cipher *cipher,
                       struct quire_module_place place, const struct quire_column_metadata *column)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf plain = {0};
    bool dictionary = (column->present & QUIRE_COLUMN_HAS_DICTIONARY_PAGE_OFFSET) != 0;
    size_t at = (size_t)(dictionary ? column->dictionary_page_offset : column->data_page_offset);
    size_t start = at;
    int64_t values = 0;
    for (; values < column->num_values; dictionary = false) {
        struct quire_page_header header;
        size_t used = 0;
        bool more = false;
        place.module =
            dictionary ? QUIRE_MODULE_DICTIONARY_PAGE_HEADER : QUIRE_MODULE_DATA_PAGE_HEADER;
        size_t taken = open_module(file, cipher, place, at, &plain);
        assert_int_equal(quire_page_header_read(plain.data, plain.size, &file->arena, &header,
                                                &used, &more, NULL),
                         0);
        at += cipher != NULL ? taken : used;
        assert_int_equal(header.type == QUIRE_PAGE_DICTIONARY, dictionary);
        place.module = dictionary ? QUIRE_MODULE_DICTIONARY_PAGE : QUIRE_MODULE_DATA_PAGE;
        if (cipher != NULL) {
            /* The size in the header is that of the encrypted module. */
            taken = open_module(file, cipher, place, at, &plain);
            assert_int_equal(taken, header.compressed_page_size);
            assert_int_equal(plain.size + quire_cipher_overhead(cipher, place.module), taken);
            assert_int_equal(quire_buf_append(&file->pages, plain.data, plain.size), 0);
            if (column->codec == QUIRE_PARQUET_UNCOMPRESSED)
                assert_int_equal(plain.size, header.uncompressed_page_size);
        }
        at += (size_t)header.compressed_page_size;
        file->found.pages++;
        if (!dictionary) {
            values += header.type == QUIRE_PAGE_DATA_V2 ? header.data_page_header_v2->num_values
                                                        : header.data_page_header->num_values;
            place.page++;
        }
    }
    assert_int_equal(at - start, column->total_compressed_size);
}

static void open_indexes(struct file *file, const struct quire_parquet_cipher *cipher,
                         struct quire_module_place place, const struct quire_column_chunk *chunk)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf plain = {0};
    if ((chunk->present & QUIRE_CHUNK_HAS_COLUMN_INDEX_OFFSET) != 0) {
        struct quire_column_index index;
        place.module = QUIRE_MODULE_COLUMN_INDEX;
        open_module(file, cipher, place, (size_t)chunk->column_index_offset, &plain);
        assert_int_equal(
            quire_column_index_read(plain.data, plain.size, &file->arena, &index, NULL), 0);
        file->found.indexes++;
    }
    if ((chunk->present & QUIRE_CHUNK_HAS_OFFSET_INDEX_OFFSET) != 0) {
        struct quire_offset_index index;
        place.module = QUIRE_MODULE_OFFSET_INDEX;
        open_module(file, cipher, place, (size_t)chunk->offset_index_offset, &plain);
        assert_int_equal(
            quire_offset_index_read(plain.data, plain.size, &file->arena, &index, NULL), 0);
        file->found.indexes++;
    }
}

static void open_filter(struct file *file, const struct quire_parquet_cipher *cipher,
                        struct quire_module_place place, const struct quire_column_metadata *column)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf plain = {0};
    size_t used = 0, bits_size = 0;
    if ((column->present & QUIRE_COLUMN_HAS_BLOOM_FILTER_OFFSET) == 0) return;
    assert_non_null(cipher);
    size_t at = (size_t)column->bloom_filter_offset;
    place.module = QUIRE_MODULE_BLOOM_FILTER_HEADER;
    at += open_module(file, cipher, place, at, &plain);
    assert_int_equal(quire_bloom_read_header(plain.data, plain.size, &used, &bits_size, NULL), 0);
    place.module = QUIRE_MODULE_BLOOM_FILTER_BITSET;
    open_module(file, cipher, place, at, &plain);
    assert_int_equal(plain.size, bits_size);
    file->found.filters++;
}

/* The key by which a column says it is encrypted. */
static const struct quire_parquet_cipher *
column_cipher(struct file *file, const struct quire_column_crypto_metadata *crypto)
{
    if (crypto == NULL) return NULL;
    if (crypto->with_column_key == NULL) {
        assert_int_equal(crypto->present, QUIRE_CRYPTO_WITH_FOOTER_KEY);
        file->found.with_footer_key++;
        return file->footer;
    }
    const struct quire_thrift_binary *key = &crypto->with_column_key->key_metadata;
    file->found.with_column_key++;
    assert_int_equal(key->size, 3);
    if (memcmp(key->data, "kc1", 3) == 0) return file->doubles;
    assert_memory_equal(key->data, "kc2", 3);
    return file->floats;
}

static void open_chunk(struct file *file, struct quire_column_chunk *chunk,
                       struct quire_module_place place)
{
    const struct quire_parquet_cipher *cipher = column_cipher(file, chunk->crypto_metadata);
    struct quire_column_metadata *column = chunk->meta_data, own = {0};
    struct quire_buf plain = {0};
    file->found.columns++;
    if (chunk->encrypted_column_metadata.data != NULL) {
        size_t used = 0;
        place.module = QUIRE_MODULE_COLUMN_METADATA;
        assert_int_equal(quire_cipher_decrypt(cipher, &place, chunk->encrypted_column_metadata.data,
                                              chunk->encrypted_column_metadata.size, &plain, &used,
                                              NULL),
                         0);
        assert_int_equal(used, chunk->encrypted_column_metadata.size);
        assert_int_equal(
            quire_column_metadata_read(plain.data, plain.size, &file->arena, &own, NULL), 0);
        column = &own;
        assert_non_null(own.statistics);
    }
    assert_non_null(column);
    walk_pages(file, cipher, place, column);
    open_indexes(file, cipher, place, chunk);
    open_filter(file, cipher, place, column);
    quire_buf_release(&plain);
}

static void open_file(struct file *file)
{
    read_bytes(file);
    open_footer(file);
    for (size_t i = 0; i < file->metadata.row_groups.size; i++) {
        struct quire_row_group *group = &file->metadata.row_groups.items[i];
        for (size_t column = 0; column < group->columns.size; column++) {
            struct quire_module_place place = {.row_group = (int16_t)i, .column = (int16_t)column};
            open_chunk(file, &group->columns.items[column], place);
        }
    }
    assert_memory_equal(&file->found, &file->expected, sizeof(file->found));
}

static void close_file(struct file *file)
{
    quire_cipher_free(file->footer);
    quire_cipher_free(file->doubles);
    quire_cipher_free(file->floats);
    quire_arena_release(&file->arena);
    quire_buf_release(&file->bytes);
    quire_buf_release(&file->pages);
}

static void test_files(void **state)
{
    (void)state;
    struct file files[] = {
        {"uniform_encryption", NULL, {8, 8, 0, 15, 15, 0}},
        {"encrypt_columns_and_footer", NULL, {8, 0, 2, 15, 15, 0}},
        {"encrypt_columns_and_footer_aad", NULL, {8, 0, 2, 15, 15, 0}},
        {"encrypt_columns_and_footer_disable_aad_storage", "tester", {8, 0, 2, 15, 15, 0}},
        {"encrypt_columns_plaintext_footer", NULL, {8, 0, 2, 15, 15, 0}},
        {"encrypt_columns_and_footer_bloom_filter", NULL, {4, 0, 2, 11, 8, 2}},
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        open_file(&files[i]);
        close_file(&files[i]);
    }
}

/* Nothing in a CTR page tells whether it was decrypted well; but the same writer put the
 * same values under GCM. */
static void test_ctr_pages(void **state)
{
    (void)state;
    struct file gcm = {"encrypt_columns_and_footer", NULL, {8, 0, 2, 15, 15, 0}};
    struct file ctr = {"encrypt_columns_and_footer_ctr", NULL, {8, 0, 2, 15, 15, 0}};
    open_file(&gcm);
    open_file(&ctr);
    assert_true(ctr.pages.size > 100);
    assert_int_equal(ctr.pages.size, gcm.pages.size);
    assert_memory_equal(ctr.pages.data, gcm.pages.data, gcm.pages.size);
    close_file(&gcm);
    close_file(&ctr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_ctr_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
