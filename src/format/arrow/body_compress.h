/* The buffers of a body, compressed each by itself (Columnar.rst, "Compression"): eight
 * bytes with the length before compression, or -1 before a buffer that is as it was. */
#ifndef QUIRE_ARROW_BODY_COMPRESS_H
#define QUIRE_ARROW_BODY_COMPRESS_H

#include "base/context.h"
#include "format/arrow/batch_body.h"
#include "quire/codec.h"

#define QUIRE_BODY_PREFIX_SIZE 8

/* A buffer as it is written: its prefix, if any, and then its bytes. */
struct quire_packed_buffer {
    uint8_t prefix[QUIRE_BODY_PREFIX_SIZE];
    size_t prefix_size;
    const void *data;
    size_t size;
    void *owned; /* data, when it was made here */
};

/* Packs `count` buffers, in the threads of the context. On failure nothing is held. */
int quire_body_compress(const struct quire_body_buffer *buffers, size_t count,
                        const struct quire_codec *codec, int level, struct quire_context *context,
                        struct quire_packed_buffer *packed, struct quire_error *error);
void quire_packed_buffers_release(struct quire_packed_buffer *packed, size_t count,
                                  struct quire_context *context);

#endif
