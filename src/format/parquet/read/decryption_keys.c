/* Which key opens what (Encryption.md, "Key metadata" and "AAD prefix"): the footer's for the
 * footer and for columns that say so, a column's own for the others. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/parquet/read/footer_reader.h"

#define OPERATION "open encrypted parquet"

int quire_parquet_keys_open(struct quire_parquet_keys *keys,
                            const struct quire_parquet_read_options *options,
                            struct quire_error *error)
{
    if (options->footer_key != NULL)
        QUIRE_TRY(quire_key_file_read(options->footer_key, keys->footer_key, &keys->footer_key_size,
                                      error));
    return quire_column_keys_parse(options->column_keys, &keys->columns, error);
}

void quire_parquet_keys_release(struct quire_parquet_keys *keys, size_t leaves_size)
{
    quire_column_keys_release(&keys->columns);
    quire_cipher_free(keys->footer);
    for (size_t i = 0; keys->column != NULL && i < leaves_size; i++)
        quire_cipher_free(keys->column[i]);
    quire_free(keys->column);
    explicit_bzero(keys, sizeof(*keys));
}

static int make_cipher(const struct quire_parquet_keys *keys, const uint8_t *key, size_t key_size,
                       struct quire_parquet_cipher **cipher, struct quire_error *error)
{
    const struct quire_cipher_options options = {
        .key = key,
        .key_size = key_size,
        .ctr_pages = keys->ctr_pages,
        .aad_prefix = keys->prefix,
        .aad_prefix_size = keys->prefix_size,
        .aad_file_unique = keys->unique,
        .aad_file_unique_size = keys->unique_size,
    };
    return quire_cipher_new(&options, cipher, error);
}

/* The prefix that is stored, or the one given; where both are there they must agree. */
static int settle_prefix(struct quire_parquet_keys *keys,
                         const struct quire_aes_parameters *parameters, struct quire_error *error)
{
    const char *given = keys->given_prefix;
    size_t given_size = given != NULL ? strlen(given) : 0;
    const struct quire_thrift_binary *stored = &parameters->aad_prefix;
    if (stored->data == NULL && given == NULL && parameters->supply_aad_prefix) {
        quire_fail(error, QUIRE_AUTH, OPERATION,
                   "the file is bound to a name that it does not hold");
        quire_error_hint(error, "give the name with aad_prefix");
        return QUIRE_AUTH;
    }
    if (stored->data != NULL && given != NULL &&
        (stored->size != given_size || memcmp(stored->data, given, given_size) != 0))
        return quire_fail(error, QUIRE_AUTH, OPERATION,
                          "the file is bound to another name than aad_prefix gives");
    keys->prefix = stored->data != NULL ? stored->data : (const uint8_t *)given;
    keys->prefix_size = stored->data != NULL ? stored->size : given_size;
    return 0;
}

int quire_parquet_keys_begin(struct quire_parquet_keys *keys,
                             const struct quire_encryption_algorithm *algorithm,
                             struct quire_error *error)
{
    const struct quire_aes_parameters *parameters = algorithm->aes_gcm_v1;
    if (parameters == NULL) parameters = algorithm->aes_gcm_ctr_v1;
    if (parameters == NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "an encryption algorithm that is not known");
    keys->encrypted = true;
    keys->ctr_pages = algorithm->aes_gcm_v1 == NULL;
    keys->unique = parameters->aad_file_unique.data;
    keys->unique_size = parameters->aad_file_unique.size;
    if (keys->footer_key_size == 0 && keys->columns.size == 0) return 0;
    QUIRE_TRY(settle_prefix(keys, parameters, error));
    if (keys->footer_key_size == 0) return 0;
    return make_cipher(keys, keys->footer_key, keys->footer_key_size, &keys->footer, error);
}

static int fail_key(const char *whose, const char *option, struct quire_error *error)
{
    quire_fail(error, QUIRE_AUTH, OPERATION,
               "the column is encrypted with %s key, which is not given", whose);
    quire_error_hint(error, "give a file with the key in %s", option);
    return QUIRE_AUTH;
}

/* "a.b" of a path of parts. */
static int join_path(const struct quire_binary_list *path, struct quire_buf *name,
                     struct quire_error *error)
{
    for (size_t i = 0; i < path->size; i++) {
        int code = i > 0 ? quire_buf_push(name, '.') : 0;
        if (code == 0) code = quire_buf_append(name, path->items[i].data, path->items[i].size);
        if (code != 0) return quire_fail_memory(error, OPERATION);
    }
    return 0;
}

static int column_cipher(struct quire_parquet_keys *keys, const struct quire_binary_list *path,
                         size_t leaf, size_t leaves_size, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf name = {0};
    QUIRE_TRY(join_path(path, &name, error));
    const struct quire_column_key *key =
        quire_column_keys_of_leaf(&keys->columns, (const char *)name.data, name.size);
    if (key == NULL) return fail_key("its own", "column_keys", error);
    if (keys->column == NULL) keys->column = quire_alloc_zero(leaves_size, sizeof(*keys->column));
    if (keys->column == NULL) return quire_fail_memory(error, OPERATION);
    return make_cipher(keys, key->key, key->key_size, &keys->column[leaf], error);
}

int quire_parquet_keys_chunk(struct quire_parquet_keys *keys,
                             const struct quire_column_chunk *chunk, size_t leaf,
                             size_t leaves_size, const struct quire_parquet_cipher **cipher,
                             struct quire_error *error)
{
    const struct quire_column_crypto_metadata *crypto = chunk->crypto_metadata;
    *cipher = NULL;
    if (crypto == NULL) return 0;
    if (crypto->with_column_key == NULL) {
        if (keys->footer == NULL) return fail_key("the footer's", "footer_key", error);
        *cipher = keys->footer;
        return 0;
    }
    if (keys->column == NULL || keys->column[leaf] == NULL)
        QUIRE_TRY(column_cipher(keys, &crypto->with_column_key->path_in_schema, leaf, leaves_size,
                                error));
    *cipher = keys->column[leaf];
    return 0;
}
