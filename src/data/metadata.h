/* Arrow's encoded key-value metadata (CDataInterface.rst, ArrowSchema.metadata):
 * an int32 count, then for each pair an int32 size and the bytes of the key, and
 * the same of the value, in the machine's byte order and without alignment. */
#ifndef QUIRE_DATA_METADATA_H
#define QUIRE_DATA_METADATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define QUIRE_METADATA_EXTENSION_NAME "ARROW:extension:name"
#define QUIRE_METADATA_EXTENSION_DATA "ARROW:extension:metadata"

/* Bytes that encoded metadata takes; 0 for NULL, -1 when a size in it is negative. */
int64_t quire_metadata_size(const char *metadata);

/* Walks the pairs: zero-initialise with next = metadata (NULL: no pairs). The
 * texts are borrowed from metadata and not terminated. */
struct quire_metadata_pair {
    const char *next;
    bool started;
    int32_t left;
    const char *key, *value;
    size_t key_size, value_size;
};
bool quire_metadata_next(struct quire_metadata_pair *pair);

/* Whether the pair is what makes the field one of the extension types that have a
 * name in the schema language, and so is said by its type. */
struct quire_field;
bool quire_metadata_is_extension(const struct quire_field *field,
                                 const struct quire_metadata_pair *pair);

/* Adds a pair to encoded metadata being built (empty at first). 0 or QUIRE_MEMORY,
 * with the buffer unchanged. */
int quire_metadata_append(struct quire_buf *metadata, const char *key, size_t key_size,
                          const char *value, size_t value_size);

#endif
