/* The encoding has no total size, so every reader walks it; sizes are signed and
 * come from outside, hence the checks. */
#include "data/metadata.h"

#include "base/fail.h"
#include "data/field.h"

static int32_t read_i32(const char *bytes)
{
    int32_t value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

int64_t quire_metadata_size(const char *metadata)
{
    if (metadata == NULL) return 0;
    int32_t count = read_i32(metadata);
    if (count < 0) return -1;
    int64_t size = 4;
    for (int64_t i = 0; i < (int64_t)count * 2; i++) {
        int32_t part = read_i32(metadata + size);
        if (part < 0) return -1;
        size += 4 + (int64_t)part;
    }
    return size;
}

bool quire_metadata_next(struct quire_metadata_pair *pair)
{
    if (pair->next == NULL) return false;
    if (!pair->started) {
        pair->started = true;
        pair->left = read_i32(pair->next);
        pair->next += 4;
    }
    if (pair->left <= 0) return false;
    pair->left--;
    pair->key_size = (size_t)read_i32(pair->next);
    pair->key = pair->next + 4;
    pair->next = pair->key + pair->key_size;
    pair->value_size = (size_t)read_i32(pair->next);
    pair->value = pair->next + 4;
    pair->next = pair->value + pair->value_size;
    return true;
}

const char *quire_metadata_get(const char *metadata, const char *key, size_t *size)
{
    struct quire_metadata_pair pair = {.next = metadata};
    size_t key_size = strlen(key);
    while (quire_metadata_next(&pair)) {
        if (pair.key_size == key_size && memcmp(pair.key, key, key_size) == 0) {
            *size = pair.value_size;
            return pair.value;
        }
    }
    return NULL;
}

bool quire_metadata_is_extension(const struct quire_field *field,
                                 const struct quire_metadata_pair *pair)
{
    static const char name[] = QUIRE_METADATA_EXTENSION_NAME;
    static const char data[] = QUIRE_METADATA_EXTENSION_DATA;
    if (field->extension == QUIRE_EXTENSION_NONE) return false;
    if (pair->key_size == sizeof(name) - 1 && memcmp(pair->key, name, pair->key_size) == 0)
        return true;
    return pair->key_size == sizeof(data) - 1 && pair->value_size == 0 &&
           memcmp(pair->key, data, pair->key_size) == 0;
}

int quire_metadata_append(struct quire_buf *metadata, const char *key, size_t key_size,
                          const char *value, size_t value_size)
{
    if (key_size > INT32_MAX || value_size > INT32_MAX) return QUIRE_MEMORY;
    QUIRE_TRY(quire_buf_reserve(metadata, 12 + key_size + value_size));
    int32_t count = metadata->size == 0 ? 0 : read_i32((const char *)metadata->data);
    count++;
    memcpy(metadata->data, &count, sizeof(count));
    if (count == 1) metadata->size = sizeof(count);
    int32_t size = (int32_t)key_size;
    QUIRE_TRY(quire_buf_append(metadata, &size, sizeof(size)));
    QUIRE_TRY(quire_buf_append(metadata, key, key_size));
    size = (int32_t)value_size;
    QUIRE_TRY(quire_buf_append(metadata, &size, sizeof(size)));
    return quire_buf_append(metadata, value, value_size);
}
