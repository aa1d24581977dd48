/* Keys of encrypted files, as they are given: each in a file of its own, so that no key
 * stands on a command line or in a configuration. */
#ifndef QUIRE_PARQUET_KEY_FILE_H
#define QUIRE_PARQUET_KEY_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "quire/error.h"

#define QUIRE_KEY_BYTES_MAX 32

/* Reads a key of 16, 24 or 32 bytes: as they are, or as text in hex or base64, which one
 * line end may follow. What reads as the text of such a key is taken for that. */
int quire_key_file_read(const char *path, uint8_t key[QUIRE_KEY_BYTES_MAX], size_t *key_size,
                        struct quire_error *error);

struct quire_column_key {
    char *column; /* path of a leaf, "a.b" */
    uint8_t key[QUIRE_KEY_BYTES_MAX];
    size_t key_size;
};
struct quire_column_keys {
    struct quire_column_key *items;
    size_t size;
};

/* Reads the keys of a list "COLUMN:FILE,COLUMN:FILE" (NULL: none); the last ':' of a part
 * ends its column. A column named twice is QUIRE_USAGE. Zero-initialise keys; on failure
 * they are released. */
int quire_column_keys_parse(const char *list, struct quire_column_keys *keys,
                            struct quire_error *error);
/* Wipes the keys. */
void quire_column_keys_release(struct quire_column_keys *keys);

/* The key of a column, NULL when it has none. */
const struct quire_column_key *quire_column_keys_find(const struct quire_column_keys *keys,
                                                      const char *column, size_t column_size);
/* The key of a leaf: of its own path or of the nearest group around it that has one. */
const struct quire_column_key *quire_column_keys_of_leaf(const struct quire_column_keys *keys,
                                                         const char *path, size_t path_size);

#endif
