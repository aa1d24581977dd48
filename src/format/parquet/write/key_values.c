/* Key-values put together. ARROW:schema is always ours: one that a schema still carries
 * from another file would speak of that file. */
#include "format/parquet/write/key_values.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/metadata.h"
#include "format/parquet/schema_arrow.h"

#define OPERATION "write parquet"

static int add(struct quire_key_values *key_values, const void *key, size_t key_size,
               const void *value, size_t value_size, struct quire_error *error)
{
    const struct quire_parquet_key_value pair = {
        .key = {(const uint8_t *)quire_arena_strndup(&key_values->arena, key, key_size), key_size},
        .value = {(const uint8_t *)quire_arena_strndup(&key_values->arena, value, value_size),
                  value_size},
    };
    if (pair.key.data == NULL || pair.value.data == NULL ||
        quire_buf_append(&key_values->rows, &pair, sizeof(pair)) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static bool is_key(const struct quire_metadata_pair *pair, const char *key)
{
    return pair->key_size == strlen(key) && memcmp(pair->key, key, pair->key_size) == 0;
}

static bool is_replaced(const struct quire_metadata_pair *pair, const struct quire_keyed *options)
{
    if (is_key(pair, QUIRE_PARQUET_ARROW_SCHEMA)) return true;
    for (; options != NULL; options = options->next)
        if (is_key(pair, options->key)) return true;
    return false;
}

int quire_key_values_init(struct quire_key_values *key_values, const struct quire_field *root,
                          const struct quire_parquet_encoder_options *options,
                          struct quire_error *error)
{
    struct quire_metadata_pair pair = {.next = root->metadata};
    while (quire_metadata_next(&pair)) {
        if (is_replaced(&pair, options->key_value)) continue;
        QUIRE_TRY(add(key_values, pair.key, pair.key_size, pair.value, pair.value_size, error));
    }
    for (const struct quire_keyed *own = options->key_value; own != NULL; own = own->next) {
        if (own->key[0] == '\0' || strcmp(own->key, QUIRE_PARQUET_ARROW_SCHEMA) == 0)
            return quire_fail(
                error, QUIRE_USAGE, OPERATION,
                "key_value.NAME=TEXT has a name other than " QUIRE_PARQUET_ARROW_SCHEMA);
        QUIRE_TRY(
            add(key_values, own->key, strlen(own->key), own->value, strlen(own->value), error));
    }
    if (options->arrow_schema) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
        QUIRE_TRY(quire_parquet_arrow_schema_text(root, &text, error));
        QUIRE_TRY(add(key_values, QUIRE_PARQUET_ARROW_SCHEMA, strlen(QUIRE_PARQUET_ARROW_SCHEMA),
                      text.data, text.size, error));
    }
    size_t size = key_values->rows.size / sizeof(struct quire_parquet_key_value);
    if (size > 0)
        key_values->list = (struct quire_parquet_key_value_list){
            (struct quire_parquet_key_value *)(void *)key_values->rows.data, size};
    return 0;
}

void quire_key_values_release(struct quire_key_values *key_values)
{
    quire_buf_release(&key_values->rows);
    quire_arena_release(&key_values->arena);
    *key_values = (struct quire_key_values){0};
}
