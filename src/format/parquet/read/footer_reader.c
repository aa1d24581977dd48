/* The footer found and read (parquet-format README, "File format"; Encryption.md, "Parquet
 * file with encrypted footer"): its length and a magic end the file.
 *
 * Everything that the file says is held against its size before it is used. */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "data/metadata.h"
#include "format/parquet/read/footer_reader.h"
#include "format/parquet/schema_arrow.h"

#define OPERATION "read parquet footer"

#define MAGIC_BYTES 4
#define TAIL_BYTES  8 /* length and magic */
/* What is read first; it holds the footers of most files. */
#define FIRST_READ ((int64_t)64 << 10)

static const char magic_plain[] = "PAR1", magic_encrypted[] = "PARE";

/* The last bytes of the file, the footer among them. */
struct tail {
    struct quire_buf bytes;
    int64_t start;
};

static int read_tail(struct quire_parquet_input *file, struct tail *tail, int64_t size,
                     struct quire_error *error)
{
    size_t held = tail->bytes.size;
    if (size <= (int64_t)held) return 0;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf more = {0};
    if (quire_buf_reserve(&more, (size_t)size) != 0) return quire_fail_memory(error, OPERATION);
    size_t missing = (size_t)size - held;
    tail->start = file->size - size;
    QUIRE_TRY(file->in->ops->read_at(file->in, tail->start, more.data, missing, error));
    if (held > 0) memcpy(more.data + missing, tail->bytes.data, held);
    more.size = (size_t)size;
    struct quire_buf old = tail->bytes;
    tail->bytes = more;
    more = old;
    return 0;
}

static int fail_foreign(const struct quire_parquet_input *file, struct quire_error *error)
{
    uint8_t first[MAGIC_BYTES] = {0};
    bool begun = file->size >= MAGIC_BYTES &&
                 file->in->ops->read_at(file->in, 0, first, MAGIC_BYTES, NULL) == 0 &&
                 (memcmp(first, magic_plain, 3) == 0);
    if (begun)
        quire_fail(error, QUIRE_CORRUPT, OPERATION,
                   "no footer: the file is cut off, or was not written to its end");
    else
        quire_fail(error, QUIRE_CORRUPT, OPERATION,
                   "no footer: the file is cut off or is not Parquet");
    quire_error_at(error, QUIRE_NOWHERE, NULL, file->size);
    return QUIRE_CORRUPT;
}

/* Finds the footer in the tail, reading more of the file where it is longer. */
static int find_footer(struct quire_parquet_input *file, struct tail *tail, bool *encrypted,
                       struct quire_error *error)
{
    if (file->size == 0) return quire_fail(error, QUIRE_CORRUPT, OPERATION, "the file is empty");
    if (file->size < MAGIC_BYTES + TAIL_BYTES) return fail_foreign(file, error);
    QUIRE_TRY(read_tail(file, tail, file->size < FIRST_READ ? file->size : FIRST_READ, error));
    const uint8_t *end = tail->bytes.data + tail->bytes.size;
    *encrypted = memcmp(end - MAGIC_BYTES, magic_encrypted, MAGIC_BYTES) == 0;
    if (!*encrypted && memcmp(end - MAGIC_BYTES, magic_plain, MAGIC_BYTES) != 0)
        return fail_foreign(file, error);
    const uint8_t *length = end - TAIL_BYTES;
    int64_t size = (int64_t)((uint32_t)length[0] | (uint32_t)length[1] << 8 |
                             (uint32_t)length[2] << 16 | (uint32_t)length[3] << 24);
    if (size == 0 || size > file->size - MAGIC_BYTES - TAIL_BYTES) {
        quire_fail(error, QUIRE_CORRUPT, OPERATION,
                   "a footer of %" PRId64 " bytes in a file of %" PRId64, size, file->size);
        quire_error_at(error, QUIRE_NOWHERE, NULL, file->size - TAIL_BYTES);
        return QUIRE_CORRUPT;
    }
    if (size > QUIRE_PARQUET_FOOTER_MAX)
        return quire_fail(error, QUIRE_LIMIT, OPERATION,
                          "a footer of %" PRId64 " bytes; the limit is %" PRId64, size,
                          QUIRE_PARQUET_FOOTER_MAX);
    QUIRE_TRY(read_tail(file, tail, size + TAIL_BYTES, error));
    file->footer_start = file->size - TAIL_BYTES - size;
    return 0;
}

/* FileCryptoMetaData and the footer as a module behind it. */
static int read_encrypted(struct quire_parquet_input *file, const uint8_t *bytes, size_t size,
                          struct quire_error *error)
{
    struct quire_file_crypto_metadata crypto = {0};
    size_t used = 0;
    QUIRE_TRY(quire_file_crypto_metadata_read(bytes, size, &file->arena, &crypto, &used, error));
    file->keys.encrypted_footer = true;
    if (file->keys.footer_key_size == 0) {
        quire_fail(error, QUIRE_AUTH, OPERATION, "the footer is encrypted");
        quire_error_hint(error, "give a file with its key in footer_key");
        return QUIRE_AUTH;
    }
    if (crypto.encryption_algorithm == NULL)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "no encryption algorithm");
    QUIRE_TRY(quire_parquet_keys_begin(&file->keys, crypto.encryption_algorithm, error));
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf plain = {0};
    const struct quire_module_place place = {.module = QUIRE_MODULE_FOOTER};
    size_t taken = 0;
    int code = quire_cipher_decrypt(file->keys.footer, &place, bytes + used, size - used, &plain,
                                    &taken, error);
    if (code == QUIRE_CORRUPT) {
        quire_error_hint(error, "is footer_key the key of this file?");
        return code;
    }
    QUIRE_TRY(code);
    return quire_file_metadata_read(plain.data, plain.size, &file->arena, &file->metadata, NULL,
                                    error);
}

/* A footer that can be read without keys; its signature is checked when there is a key. */
static int read_plain(struct quire_parquet_input *file, const uint8_t *bytes, size_t size,
                      struct quire_error *error)
{
    size_t used = 0;
    struct quire_parquet_keys *keys = &file->keys;
    QUIRE_TRY(quire_file_metadata_read(bytes, size, &file->arena, &file->metadata, &used, error));
    if (file->metadata.encryption_algorithm == NULL) return 0;
    QUIRE_TRY(quire_parquet_keys_begin(keys, file->metadata.encryption_algorithm, error));
    if (keys->footer == NULL) return 0;
    if (size - used != QUIRE_SIGNATURE_BYTES)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "the footer is not signed");
    return quire_cipher_verify(keys->footer, bytes, used, bytes + used, error);
}

static int read_footer(struct quire_parquet_input *file, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    struct tail tail = {0};
    bool encrypted = false;
    int code = find_footer(file, &tail, &encrypted, error);
    bytes = tail.bytes;
    QUIRE_TRY(code);
    size_t size = (size_t)(file->size - TAIL_BYTES - file->footer_start);
    const uint8_t *footer = bytes.data + bytes.size - TAIL_BYTES - size;
    code = encrypted ? read_encrypted(file, footer, size, error)
                     : read_plain(file, footer, size, error);
    if (code == QUIRE_CORRUPT && error != NULL) {
        /* A position in the footer becomes one in the file; in a decrypted one it has none. */
        int64_t byte = error->byte;
        error->byte =
            byte != QUIRE_NOWHERE && !encrypted ? byte + file->footer_start : file->footer_start;
    }
    return code;
}

/* --- What the footer must agree on ---------------------------------------------------- */

static int check_row_groups(struct quire_parquet_input *file, struct quire_error *error)
{
    int64_t rows = 0;
    const struct quire_row_group_list *groups = &file->metadata.row_groups;
    for (size_t i = 0; i < groups->size; i++) {
        if (__builtin_add_overflow(rows, groups->items[i].num_rows, &rows))
            return quire_fail(error, QUIRE_CORRUPT, OPERATION, "more rows than can be counted");
        for (size_t k = 0; k < groups->items[i].columns.size; k++) {
            const struct quire_thrift_binary *path = &groups->items[i].columns.items[k].file_path;
            if (path->data == NULL || path->size == 0) continue;
            return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                              "row group %zu has columns in another file, \"%.200s\" (file_path)",
                              i, (const char *)path->data);
        }
    }
    /* Some writers leave the count of the file 0. */
    if (file->metadata.num_rows == 0) file->metadata.num_rows = rows;
    if (rows != file->metadata.num_rows)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "the row groups have %" PRId64 " rows, the file says %" PRId64, rows,
                          file->metadata.num_rows);
    return 0;
}

/* The key-values of the file become the schema's metadata, but for ARROW:schema. */
static int set_metadata(struct quire_parquet_input *file, struct quire_field *root,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf metadata = {0};
    const struct quire_parquet_key_value_list *pairs = &file->metadata.key_value_metadata;
    for (size_t i = 0; i < pairs->size; i++) {
        const struct quire_thrift_binary *key = &pairs->items[i].key;
        const struct quire_thrift_binary *value = &pairs->items[i].value;
        if (strcmp((const char *)key->data, QUIRE_PARQUET_ARROW_SCHEMA) == 0) continue;
        const char *text = value->data != NULL ? (const char *)value->data : "";
        if (quire_metadata_append(&metadata, (const char *)key->data, key->size, text,
                                  value->size) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    if (metadata.size == 0) return 0;
    root->metadata = quire_arena_strndup(&file->arena, (const char *)metadata.data, metadata.size);
    return root->metadata != NULL ? 0 : quire_fail_memory(error, OPERATION);
}

/* Arrow's IPC schema may bring metadata of its own for the root: the file's is kept. */
static int open_schema(struct quire_parquet_input *file,
                       const struct quire_parquet_read_options *options, struct quire_error *error)
{
    QUIRE_TRY(quire_parquet_schema_of_elements(&file->metadata.schema, &file->schema, error));
    const struct quire_parquet_key_value_list *pairs = &file->metadata.key_value_metadata;
    for (size_t i = 0; options->arrow_schema && i < pairs->size; i++) {
        const struct quire_parquet_key_value *pair = &pairs->items[i];
        if (pair->value.data == NULL ||
            strcmp((const char *)pair->key.data, QUIRE_PARQUET_ARROW_SCHEMA) != 0)
            continue;
        QUIRE_TRY(quire_parquet_apply_arrow_schema((const char *)pair->value.data, pair->value.size,
                                                   &file->schema, error));
        break;
    }
    QUIRE_TRY(quire_parquet_check_dictionary_order(file, error));
    QUIRE_TRY(quire_parquet_check_dictionary_width(file, error));
    QUIRE_TRY(quire_parquet_set_int96_unit(file, options->int96_unit, error));
    struct quire_field *root = quire_arena_alloc(&file->arena, sizeof(*root));
    if (root == NULL) return quire_fail_memory(error, OPERATION);
    *root = *file->schema.root->field;
    file->schema.root->field = root;
    return set_metadata(file, root, error);
}

/* Ciphers that are made later need it when the options are gone. */
static int copy_prefix(struct quire_parquet_input *file, const char *prefix,
                       struct quire_error *error)
{
    if (prefix == NULL) return 0;
    file->keys.given_prefix = quire_arena_strndup(&file->arena, prefix, strlen(prefix));
    return file->keys.given_prefix != NULL ? 0 : quire_fail_memory(error, OPERATION);
}

int quire_parquet_input_open(struct quire_in *in, const struct quire_parquet_read_options *options,
                             struct quire_parquet_input *file, struct quire_error *error)
{
    if (in->ops->read_at == NULL || in->size < 0)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "Parquet cannot be read from a pipe: its footer comes last");
    file->in = in;
    file->size = in->size;
    QUIRE_TRY(quire_parquet_keys_open(&file->keys, options, error));
    QUIRE_TRY(copy_prefix(file, options->aad_prefix, error));
    QUIRE_TRY(read_footer(file, error));
    QUIRE_TRY(check_row_groups(file, error));
    quire_created_by_parse(file->metadata.created_by.data, file->metadata.created_by.size,
                           &file->created_by);
    return open_schema(file, options, error);
}

void quire_parquet_input_release(struct quire_parquet_input *file)
{
    quire_parquet_keys_release(&file->keys, file->schema.leaves_size);
    quire_parquet_schema_release(&file->schema);
    quire_arena_release(&file->arena);
    *file = (struct quire_parquet_input){0};
}
