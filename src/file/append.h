/* Appending: by atomic rewrite, where the old records are copied in front of the new
 * ones, and in place. */
#ifndef QUIRE_FILE_APPEND_H
#define QUIRE_FILE_APPEND_H

#include "quire/file.h"

/* How the upload of an append must be put, so that a writer who came between
 * is noticed: only if the object is still the one with this etag, or if there
 * still is none. etag must live until the upload is committed. */
int quire_append_condition(struct quire_store *store, const char *key,
                           struct quire_put_options *put, struct quire_object *object,
                           struct quire_error *error);

/* What is appended to, and how. All borrowed. */
struct quire_append {
    struct quire_store *store;
    const char *key, *url;
    const struct quire_format *format;
    const struct quire_codec *codec; /* NULL: none */
    const struct quire_write_options *options;
    const struct ArrowSchema *schema;
    struct quire_context *context;
};

/* Copies what the object holds, decompressed, to out, ending with a line end.
 * *continues says whether there was anything. QUIRE_INPUT when its records are not
 * whole, or when it is a table with other columns than schema. */
int quire_append_copy(const struct quire_append *append, struct quire_out *out, bool *continues,
                      struct quire_error *error);

/* Fails unless files of this format and codec (NULL: none) can be appended to in the
 * mode, APPEND or APPEND_IN_PLACE. */
int quire_append_check(enum quire_write_mode mode, const struct quire_format *format,
                       const struct quire_codec *codec, struct quire_error *error);

/* struct quire_put_options' check_line, for the user struct below: a line is whole
 * when it decodes to a record. */
struct quire_append_line {
    const struct quire_format *format;
    struct quire_context *context;
};
int quire_append_check_line(void *user, const void *line, size_t size, bool *whole,
                            struct quire_error *error);

#endif
