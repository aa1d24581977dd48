/* Key files read. Bytes that held a key are wiped when they are no longer needed. */
#include "format/parquet/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION "read key"

/* The longest text of a key is its hex; more than a line end behind it is no key. */
#define TEXT_MAX (2 * QUIRE_KEY_BYTES_MAX)
#define FILE_MAX (TEXT_MAX + 2)

static bool is_key_size(size_t size)
{
    return size == 16 || size == 24 || size == 32;
}

static int read_file(const char *path, uint8_t bytes[FILE_MAX + 1], size_t *size,
                     struct quire_error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return quire_fail_errno(error, errno, OPERATION, "open %s", path);
    size_t got = 0;
    ssize_t more = 1;
    while (more > 0 && got <= FILE_MAX) {
        more = read(file, bytes + got, FILE_MAX + 1 - got);
        if (more > 0) got += (size_t)more;
        if (more < 0 && errno == EINTR) more = 1;
    }
    int code = more < 0 ? quire_fail_errno(error, errno, OPERATION, "read %s", path) : 0;
    close(file);
    *size = got;
    return code;
}

/* The key that a text of hex or base64 digits spells. */
static bool read_text(const char *text, size_t size, uint8_t key[QUIRE_KEY_BYTES_MAX],
                      size_t *key_size)
{
    uint8_t decoded[TEXT_MAX / 4 * 3 + 3];
    if (size > TEXT_MAX) return false;
    size_t decoded_size = size / 2;
    bool good = size % 2 == 0 && is_key_size(decoded_size) && quire_hex_decode(text, size, decoded);
    if (!good)
        good = quire_base64_decode(text, size, decoded, &decoded_size) && is_key_size(decoded_size);
    if (good) {
        memcpy(key, decoded, decoded_size);
        *key_size = decoded_size;
    }
    explicit_bzero(decoded, sizeof(decoded));
    return good;
}

/* Of the size of a key the bytes are the key, whatever they look like; of another they are
 * text, or a key with a line end behind it. */
static bool read_key(const uint8_t *bytes, size_t size, uint8_t key[QUIRE_KEY_BYTES_MAX],
                     size_t *key_size)
{
    size_t line = size;
    if (is_key_size(size)) {
        memcpy(key, bytes, size);
        *key_size = size;
        return true;
    }
    if (line > 0 && bytes[line - 1] == '\n') line--;
    if (line < size && line > 0 && bytes[line - 1] == '\r') line--;
    if (read_text((const char *)bytes, line, key, key_size)) return true;
    if (!is_key_size(line)) return false;
    memcpy(key, bytes, line);
    *key_size = line;
    return true;
}

int quire_key_file_read(const char *path, uint8_t key[QUIRE_KEY_BYTES_MAX], size_t *key_size,
                        struct quire_error *error)
{
    uint8_t bytes[FILE_MAX + 1];
    size_t size = 0;
    int code = read_file(path, bytes, &size, error);
    if (code == 0 && !read_key(bytes, size, key, key_size)) {
        code = quire_fail(error, QUIRE_USAGE, OPERATION, "%s does not hold a key", path);
        quire_error_hint(error, "a key is 16, 24 or 32 bytes, as they are or in hex or base64");
    }
    explicit_bzero(bytes, sizeof(bytes));
    return code;
}

void quire_column_keys_release(struct quire_column_keys *keys)
{
    for (size_t i = 0; i < keys->size; i++) {
        quire_free(keys->items[i].column);
        explicit_bzero(&keys->items[i], sizeof(keys->items[i]));
    }
    quire_free(keys->items);
    *keys = (struct quire_column_keys){0};
}

const struct quire_column_key *quire_column_keys_find(const struct quire_column_keys *keys,
                                                      const char *column, size_t column_size)
{
    for (size_t i = 0; i < keys->size; i++) {
        const char *name = keys->items[i].column;
        if (strlen(name) == column_size && memcmp(name, column, column_size) == 0)
            return &keys->items[i];
    }
    return NULL;
}

const struct quire_column_key *quire_column_keys_of_leaf(const struct quire_column_keys *keys,
                                                         const char *path, size_t path_size)
{
    const struct quire_column_key *found = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < keys->size; i++) {
        size_t size = strlen(keys->items[i].column);
        if (size <= longest || size > path_size || (size < path_size && path[size] != '.') ||
            memcmp(keys->items[i].column, path, size) != 0)
            continue;
        longest = size;
        found = &keys->items[i];
    }
    return found;
}

static int add_key(struct quire_column_keys *keys, const char *part, size_t size,
                   struct quire_error *error)
{
    const char *colon = memrchr(part, ':', size);
    if (colon == NULL || colon == part || colon + 1 == part + size)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "\"%.*s\" is not COLUMN:FILE", (int)size,
                          part);
    size_t column_size = (size_t)(colon - part);
    if (quire_column_keys_find(keys, part, column_size) != NULL)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "two keys for the column %.*s",
                          (int)column_size, part);
    QUIRE_CLEANUP(quire_cleanup_free) char *path = quire_strndup(colon + 1, size - column_size - 1);
    QUIRE_CLEANUP(quire_cleanup_free) char *column = quire_strndup(part, column_size);
    if (path == NULL || column == NULL) return quire_fail_memory(error, OPERATION);
    struct quire_column_key *key = &keys->items[keys->size];
    QUIRE_TRY(quire_key_file_read(path, key->key, &key->key_size, error));
    key->column = QUIRE_STEAL(column);
    keys->size++;
    return 0;
}

int quire_column_keys_parse(const char *list, struct quire_column_keys *keys,
                            struct quire_error *error)
{
    if (list == NULL || *list == '\0') return 0;
    size_t parts = 1;
    for (const char *at = list; *at != '\0'; at++)
        parts += *at == ',';
    /* Of its full size from the start: growing would leave copies of keys behind. */
    keys->items = quire_alloc_zero(parts, sizeof(*keys->items));
    if (keys->items == NULL) return quire_fail_memory(error, OPERATION);
    int code = 0;
    while (code == 0 && parts-- > 0) {
        size_t size = strcspn(list, ",");
        code = add_key(keys, list, size, error);
        list += size + 1;
    }
    if (code != 0) quire_column_keys_release(keys);
    return code;
}
