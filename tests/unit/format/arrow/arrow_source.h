/* Bytes as a source of each kind, and whole files written and read in memory. */
#ifndef QUIRE_TESTS_ARROW_SOURCE_H
#define QUIRE_TESTS_ARROW_SOURCE_H

#include "arrow_fixture.h"
#include "quire/batch.h"
#include "quire/format.h"

enum arrow_way { ARROW_MAPPED, ARROW_ANYWHERE, ARROW_FORWARD, ARROW_WAYS };

struct arrow_source {
    struct quire_in in;
    const uint8_t *bytes;
    size_t size, at;
    size_t read;   /* bytes that were copied out */
    int64_t *maps; /* mappings that were not released; may be NULL */
};

/* Borrows the bytes, but for mappings, which have a copy of exactly that size. */
void arrow_source_init(struct arrow_source *source, enum arrow_way way, const void *bytes,
                       size_t size);

/* Writes batches, which are taken, with settings "name=value;name=value". The caller
 * releases file. */
int arrow_write(const char *format, const char *settings, const struct ArrowSchema *schema,
                struct ArrowArray *batches, size_t batches_size, struct quire_buf *file,
                struct quire_error *error);

/* Opens a stream; it and the context are released by arrow_close. */
struct arrow_opened {
    struct quire_context *context;
    struct ArrowArrayStream stream;
};
int arrow_open(struct quire_in *in, const struct quire_record_policy *policy,
               struct arrow_opened *opened, struct quire_error *error);
void arrow_close(struct arrow_opened *opened);

/* Reads to the end; *rows counts. */
int arrow_drain(enum arrow_way way, const struct quire_buf *file, int64_t *rows,
                struct quire_error *error);

/* A schema of the schema language; released by the caller. */
void arrow_schema(const char *text, struct ArrowSchema *schema);

#endif
