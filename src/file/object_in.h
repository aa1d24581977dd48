/* An object opened for reading: what lies between its name and a decoder.
 *
 *     store → source (counts, looks ahead) → [codec] → [source] */
#ifndef QUIRE_FILE_OBJECT_IN_H
#define QUIRE_FILE_OBJECT_IN_H

#include "quire/codec.h"
#include "quire/context.h"
#include "quire/store.h"

/* Zero is fine to close, and so is what a failed open left. */
struct quire_object_in {
    struct quire_store *store; /* NULL for standard input */
    char *key;
    struct quire_in *stored; /* the source over the object */
    struct quire_in *plain;  /* what a decoder reads: stored, or decompressed from it */
};

/* compression: name, or NULL to tell it by the name of the object and its content. */
int quire_object_in_open(const char *url, const char *compression, struct quire_context *context,
                         struct quire_object_in *object, struct quire_error *error);
void quire_object_in_close(struct quire_object_in *object);

#endif
