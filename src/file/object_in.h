/* One object opened to be read: store, codec and format found for it, whatever is then
 * done with its records.
 *
 *     store → source (counts, looks ahead) → [codec → source] */
#ifndef QUIRE_FILE_OBJECT_IN_H
#define QUIRE_FILE_OBJECT_IN_H

#include "quire/file.h"

struct quire_object_in {
    struct quire_store *store; /* NULL for standard input */
    char *key;
    struct quire_in *stored;           /* the source over the object */
    struct quire_in *plain;            /* what a decoder reads: stored, or decompressed from it */
    const struct quire_format *format; /* one that can be read */
    void *options;                     /* the struct of its decoder's options */
};

/* Opens url as the options say; object is to be zero, and is to be released, also after
 * a failure. context must outlive it. */
int quire_object_in_open(struct quire_object_in *object, const char *url,
                         const struct quire_read_options *options, struct quire_context *context,
                         struct quire_error *error);
void quire_object_in_release(struct quire_object_in *object);

#endif
