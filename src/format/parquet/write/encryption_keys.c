/* Keys become ciphers, one each, that all columns under that key share. */
#include "format/parquet/write/encryption_keys.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/random.h"
#include "format/parquet/key_file.h"

#define OPERATION "encrypt parquet"

struct opening {
    const struct quire_parquet_encoder_options *options;
    const struct quire_leaf_names *names;
    const struct quire_parquet_schema *schema;
    struct quire_file_keys *keys;
    struct quire_error *error;
};

static void *keep(struct opening *opening, size_t size)
{
    void *block = quire_arena_alloc(&opening->keys->arena, size);
    if (block != NULL) memset(block, 0, size);
    return block;
}

static int keep_text(struct opening *opening, const char *text, struct quire_thrift_binary *binary)
{
    if (text == NULL) return 0;
    size_t size = strlen(text);
    const char *copy = quire_arena_strndup(&opening->keys->arena, text, size);
    if (copy == NULL) return quire_fail_memory(opening->error, OPERATION);
    *binary = (struct quire_thrift_binary){(const uint8_t *)copy, size};
    return 0;
}

static int make_cipher(struct opening *opening, const uint8_t *key, size_t key_size,
                       struct quire_parquet_cipher **cipher)
{
    struct quire_file_keys *keys = opening->keys;
    const char *prefix = opening->options->aad_prefix;
    const struct quire_cipher_options options = {
        .key = key,
        .key_size = key_size,
        .ctr_pages = opening->options->encryption_algorithm != 0,
        .aad_prefix = prefix,
        .aad_prefix_size = prefix != NULL ? strlen(prefix) : 0,
        .aad_file_unique = keys->file_unique,
        .aad_file_unique_size = sizeof(keys->file_unique),
    };
    QUIRE_TRY(quire_cipher_new(&options, cipher, opening->error));
    keys->ciphers[keys->ciphers_size++] = *cipher;
    return 0;
}

static int make_algorithm(struct opening *opening)
{
    const struct quire_parquet_encoder_options *options = opening->options;
    struct quire_file_keys *keys = opening->keys;
    uint64_t unique = quire_random_entropy();
    memcpy(keys->file_unique, &unique, sizeof(keys->file_unique));
    keys->parameters.aad_file_unique =
        (struct quire_thrift_binary){keys->file_unique, sizeof(keys->file_unique)};
    if (options->aad_prefix != NULL && options->store_aad_prefix)
        QUIRE_TRY(keep_text(opening, options->aad_prefix, &keys->parameters.aad_prefix));
    if (options->aad_prefix != NULL && !options->store_aad_prefix) {
        keys->parameters.supply_aad_prefix = true;
        keys->parameters.present |= QUIRE_AES_HAS_SUPPLY_PREFIX;
    }
    if (options->encryption_algorithm == 0)
        keys->algorithm.aes_gcm_v1 = &keys->parameters;
    else
        keys->algorithm.aes_gcm_ctr_v1 = &keys->parameters;
    return 0;
}

static int make_footer(struct opening *opening)
{
    uint8_t key[QUIRE_KEY_BYTES_MAX];
    size_t key_size = 0;
    int code = quire_key_file_read(opening->options->footer_key, key, &key_size, opening->error);
    if (code == 0) code = make_cipher(opening, key, key_size, &opening->keys->footer);
    explicit_bzero(key, sizeof(key));
    return code;
}

static int make_own(struct opening *opening, size_t leaf, struct quire_leaf_key *key)
{
    struct quire_encryption_with_column_key *with_key = keep(opening, sizeof(*with_key));
    key->crypto = keep(opening, sizeof(*key->crypto));
    if (with_key == NULL || key->crypto == NULL)
        return quire_fail_memory(opening->error, OPERATION);
    key->own = true;
    key->crypto->with_column_key = with_key;
    with_key->path_in_schema = opening->schema->leaves[leaf].path;
    return keep_text(
        opening,
        quire_leaf_names_value(opening->names, leaf, opening->options->column_key_metadata, NULL),
        &with_key->key_metadata);
}

static int make_leaf(struct opening *opening, size_t leaf, const struct quire_column_keys *given,
                     struct quire_parquet_cipher *const *ciphers)
{
    struct quire_leaf_key *key = &opening->keys->leaves[leaf];
    const char *path = opening->names->paths[leaf];
    const struct quire_column_key *own = quire_column_keys_of_leaf(given, path, strlen(path));
    if (own != NULL) {
        key->cipher = ciphers[own - given->items];
        return make_own(opening, leaf, key);
    }
    if (given->size > 0 && !opening->options->encrypt_all) return 0;
    key->cipher = opening->keys->footer;
    key->crypto = keep(opening, sizeof(*key->crypto));
    if (key->crypto == NULL) return quire_fail_memory(opening->error, OPERATION);
    key->crypto->present = QUIRE_CRYPTO_WITH_FOOTER_KEY;
    return 0;
}

static int make_columns(struct opening *opening, const struct quire_column_keys *given)
{
    struct quire_file_keys *keys = opening->keys;
    size_t leaves = opening->names->size;
    keys->leaves = quire_alloc_zero(leaves, sizeof(*keys->leaves));
    keys->ciphers = quire_alloc_zero(given->size + 1, sizeof(struct quire_parquet_cipher *));
    if (keys->leaves == NULL || keys->ciphers == NULL)
        return quire_fail_memory(opening->error, OPERATION);
    QUIRE_TRY(make_footer(opening));
    for (size_t i = 0; i < given->size; i++) {
        const struct quire_column_key *key = &given->items[i];
        struct quire_parquet_cipher *cipher = NULL;
        QUIRE_TRY(quire_leaf_names_check(opening->names, "column_keys", key->column,
                                         strlen(key->column), opening->error));
        QUIRE_TRY(make_cipher(opening, key->key, key->key_size, &cipher));
    }
    for (size_t i = 0; i < leaves; i++)
        QUIRE_TRY(make_leaf(opening, i, given, keys->ciphers + 1));
    return 0;
}

/* Options that say something about encryption, without a key. */
static int check_no_key(const struct quire_parquet_encoder_options *options,
                        struct quire_error *error)
{
    if (options->column_keys == NULL && options->aad_prefix == NULL &&
        options->footer_key_metadata == NULL && options->column_key_metadata == NULL &&
        !options->plaintext_footer && !options->encrypt_all)
        return 0;
    int code = quire_fail(error, QUIRE_USAGE, OPERATION, "an encrypted file needs a footer_key");
    quire_error_hint(error, "the footer is encrypted, or signed with plaintext_footer=on");
    return code;
}

int quire_file_keys_open(const struct quire_parquet_encoder_options *options,
                         const struct quire_leaf_names *names,
                         const struct quire_parquet_schema *schema, struct quire_file_keys *keys,
                         struct quire_error *error)
{
    if (options->footer_key == NULL) return check_no_key(options, error);
    /* Ordinals of columns are 16 bits of each module's AAD (4.4.2 "AAD suffix"). */
    if (names->size > INT16_MAX)
        return quire_fail(error, QUIRE_LIMIT, OPERATION, "more than %d columns", INT16_MAX);
    QUIRE_TRY(quire_leaf_names_check_keys(names, "column_key_metadata",
                                          options->column_key_metadata, error));
    struct opening opening = {options, names, schema, keys, error};
    keys->plaintext_footer = options->plaintext_footer;
    QUIRE_TRY(make_algorithm(&opening));
    QUIRE_TRY(keep_text(&opening, options->footer_key_metadata, &keys->footer_key_metadata));
    QUIRE_CLEANUP(quire_column_keys_release) struct quire_column_keys given = {0};
    QUIRE_TRY(quire_column_keys_parse(options->column_keys, &given, error));
    return make_columns(&opening, &given);
}

void quire_file_keys_release(struct quire_file_keys *keys)
{
    for (size_t i = 0; i < keys->ciphers_size; i++)
        quire_cipher_free(keys->ciphers[i]);
    quire_free(keys->ciphers);
    quire_free(keys->leaves);
    quire_arena_release(&keys->arena);
    *keys = (struct quire_file_keys){0};
}
