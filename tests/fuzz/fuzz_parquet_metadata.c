/* What stands in Parquet files beside the values: footers, page headers, page indexes and
 * encrypted modules. Whatever can be read can be written, and then says the same. */
#include <string.h>

#include "base/cleanup.h"
#include "format/parquet/encryption.h"
#include "format/parquet/page_header.h"
#include "format/parquet/page_index.h"
#include "format/parquet/parquet_schema.h"
#include "fuzz.h"
#include "fuzz_stream.h"

/* A struct of the format, read and written. */
struct kind {
    size_t size; /* of the struct in C */
    int (*read)(const struct fuzz_bytes *bytes, struct quire_arena *arena, void *object,
                struct quire_error *error);
    int (*write)(const void *object, struct quire_buf *out);
};

/* What a reader leaves out of a list that it does not believe stays out. */
static void check_kind(const struct kind *kind, const struct fuzz_bytes *bytes)
{
    _Alignas(16) char first[512] = {0}, second[512] = {0};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf written = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf again = {0};
    struct quire_error error;
    FUZZ_CHECK(kind->size <= sizeof(first), "%zu", kind->size);
    quire_error_clear(&error);
    int code = kind->read(bytes, &arena, first, &error);
    if (code != 0) {
        fuzz_check_error(code, &error);
        return;
    }
    FUZZ_CHECK(kind->write(first, &written) == 0, "no memory");
    const struct fuzz_bytes copy = {written.data, written.size};
    code = kind->read(&copy, &arena, second, &error);
    FUZZ_CHECK(code == 0, "what was written is not read: %s", error.cause);
    FUZZ_CHECK(kind->write(second, &again) == 0, "no memory");
    bool same = written.size == again.size && memcmp(written.data, again.data, again.size) == 0;
    FUZZ_CHECK(same, "%zu bytes, then %zu", written.size, again.size);
}

/* --- The footer ----------------------------------------------------------------------- */

static int read_footer(const struct fuzz_bytes *bytes, struct quire_arena *arena, void *object,
                       struct quire_error *error)
{
    size_t used = 0;
    int code = quire_file_metadata_read(bytes->data, bytes->size, arena, object, &used, error);
    FUZZ_CHECK(code != 0 || used <= bytes->size, "%zu of %zu bytes", used, bytes->size);
    return code;
}

static int write_footer(const void *object, struct quire_buf *out)
{
    return quire_file_metadata_write(object, out);
}

/* The schema of a footer as fields, if it is one; those as a schema to write. */
static void map_schema(const struct fuzz_bytes *bytes)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_file_metadata metadata = {0};
    struct quire_parquet_schema schema = {0}, back = {0};
    struct quire_error error;
    size_t used = 0;
    if (quire_file_metadata_read(bytes->data, bytes->size, &arena, &metadata, &used, NULL) != 0)
        return;
    quire_error_clear(&error);
    int code = quire_parquet_schema_of_elements(&metadata.schema, &schema, &error);
    if (code != 0) fuzz_check_error(code, &error);
    if (code == 0) {
        code = quire_parquet_schema_of_fields(schema.root->field, &back, &error);
        if (code != 0) fuzz_check_error(code, &error);
        FUZZ_CHECK(code != 0 || back.leaves_size == schema.leaves_size, "%zu leaves, then %zu",
                   schema.leaves_size, back.leaves_size);
    }
    quire_parquet_schema_release(&back);
    quire_parquet_schema_release(&schema);
}

void fuzz_parquet_footer(const uint8_t *data, size_t size)
{
    static const struct kind kind = {sizeof(struct quire_file_metadata), read_footer, write_footer};
    const struct fuzz_bytes bytes = {data, size};
    check_kind(&kind, &bytes);
    map_schema(&bytes);
}

/* --- Page headers and the page index -------------------------------------------------- */

static int read_page_header(const struct fuzz_bytes *bytes, struct quire_arena *arena, void *object,
                            struct quire_error *error)
{
    size_t used = 0;
    bool more = false;
    int code = quire_page_header_read(bytes->data, bytes->size, arena, object, &used, &more, error);
    FUZZ_CHECK(code != 0 || used <= bytes->size, "%zu of %zu bytes", used, bytes->size);
    FUZZ_CHECK(code != 0 || !more, "a header that is whole wants more");
    return code;
}

static int write_page_header(const void *object, struct quire_buf *out)
{
    return quire_page_header_write(object, out);
}

void fuzz_parquet_page_header(const uint8_t *data, size_t size)
{
    static const struct kind kind = {sizeof(struct quire_page_header), read_page_header,
                                     write_page_header};
    const struct fuzz_bytes bytes = {data, size};
    check_kind(&kind, &bytes);
}

static int read_column_index(const struct fuzz_bytes *bytes, struct quire_arena *arena,
                             void *object, struct quire_error *error)
{
    return quire_column_index_read(bytes->data, bytes->size, arena, object, error);
}

static int write_column_index(const void *object, struct quire_buf *out)
{
    return quire_column_index_write(object, out);
}

static int read_offset_index(const struct fuzz_bytes *bytes, struct quire_arena *arena,
                             void *object, struct quire_error *error)
{
    return quire_offset_index_read(bytes->data, bytes->size, arena, object, error);
}

static int write_offset_index(const void *object, struct quire_buf *out)
{
    return quire_offset_index_write(object, out);
}

void fuzz_parquet_page_index(const uint8_t *data, size_t size)
{
    static const struct kind kinds[] = {
        {sizeof(struct quire_column_index), read_column_index, write_column_index},
        {sizeof(struct quire_offset_index), read_offset_index, write_offset_index},
    };
    struct fuzz_bytes bytes = {data, size};
    check_kind(&kinds[fuzz_take_below(&bytes, 2)], &bytes);
}

/* --- Encrypted modules ---------------------------------------------------------------- */

static struct quire_module_place take_place(struct fuzz_bytes *bytes)
{
    return (struct quire_module_place){
        .module = (enum quire_parquet_module)fuzz_take_below(bytes, 10),
        .row_group = (int16_t)fuzz_take_below(bytes, 2),
        .column = (int16_t)fuzz_take_below(bytes, 2),
        .page = (int16_t)fuzz_take_below(bytes, 2),
    };
}

/* Any bytes as a module; and a module of these bytes, whole and with one bit changed. */
static void check_module(const struct quire_parquet_cipher *cipher, bool ctr,
                         struct fuzz_bytes *bytes)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf sealed = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf plain = {0};
    const struct quire_module_place place = take_place(bytes);
    size_t at = fuzz_take(bytes), used = 0;
    bool page =
        place.module == QUIRE_MODULE_DATA_PAGE || place.module == QUIRE_MODULE_DICTIONARY_PAGE;
    struct quire_error error;
    quire_error_clear(&error);
    int code =
        quire_cipher_decrypt(cipher, &place, bytes->data, bytes->size, &plain, &used, &error);
    if (code != 0) fuzz_check_error(code, &error);
    FUZZ_CHECK(code != 0 || (ctr && page), "a module without its key");
    plain.size = 0;
    code = quire_cipher_encrypt(cipher, &place, bytes->data, bytes->size, &sealed, &error);
    FUZZ_CHECK(code == 0, "%s", error.cause);
    code = quire_cipher_decrypt(cipher, &place, sealed.data, sealed.size, &plain, &used, &error);
    FUZZ_CHECK(code == 0 && used == sealed.size, "%s", error.cause);
    const struct quire_buf given = {.data = (uint8_t *)(uintptr_t)bytes->data, .size = bytes->size};
    fuzz_check_text(&plain, &given);
    sealed.data[at % sealed.size] ^= (uint8_t)(1u << at % 8);
    plain.size = 0;
    code = quire_cipher_decrypt(cipher, &place, sealed.data, sealed.size, &plain, &used, &error);
    FUZZ_CHECK(code != 0 || (ctr && page), "a damaged module");
    if (code != 0) fuzz_check_error(code, &error);
}

void fuzz_parquet_module(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    const struct quire_cipher_options options = {
        .key = "0123456789abcdefghijklmnopqrstuv",
        .key_size = 16 + 8 * fuzz_take_below(&bytes, 3),
        .ctr_pages = fuzz_take_below(&bytes, 2) == 1,
        .aad_prefix = "table",
        .aad_prefix_size = fuzz_take_below(&bytes, 6),
        .aad_file_unique = "unique",
        .aad_file_unique_size = 6,
    };
    struct quire_parquet_cipher *cipher = NULL;
    struct quire_error error;
    int code = quire_cipher_new(&options, &cipher, &error);
    if (code == QUIRE_UNSUPPORTED) return; /* built without OpenSSL */
    FUZZ_CHECK(code == 0, "%s", error.cause);
    check_module(cipher, options.ctr_pages, &bytes);
    quire_cipher_free(cipher);
}
