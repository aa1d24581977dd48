/* Where the messages of a stream or file are written to, one after the other: their
 * frames, the tables before their bodies, and the bodies, compressed if asked for. */
#ifndef QUIRE_ARROW_MESSAGE_SINK_H
#define QUIRE_ARROW_MESSAGE_SINK_H

#include "format/arrow/batch_body.h"
#include "quire/codec.h"
#include "quire/context.h"

/* Where a message stands in a file. */
struct quire_arrow_block {
    int64_t offset;
    int64_t metadata_size; /* with the prefix: where the body begins */
    int64_t body_size;
};

/* A message that is a dictionary's. */
struct quire_dictionary_header {
    int64_t id;
    bool is_delta;
};

/* Set out, context, align and codec; zero the rest. */
struct quire_message_sink {
    struct quire_out *out;
    struct quire_context *context;
    size_t align;                    /* of buffers: 8 or a multiple */
    const struct quire_codec *codec; /* NULL: bodies are not compressed */
    int codec_type;                  /* its CompressionType */
    int codec_level;
    int64_t position; /* bytes written so far */
    struct quire_buf head;
};

void quire_message_sink_release(struct quire_message_sink *sink);

int quire_message_sink_write(struct quire_message_sink *sink, const void *bytes, size_t size,
                             struct quire_error *error);
int quire_message_sink_schema(struct quire_message_sink *sink, const struct quire_field *root,
                              struct quire_error *error);
/* A record batch, or the values of a dictionary (header not NULL); block may be NULL. */
int quire_message_sink_batch(struct quire_message_sink *sink, const struct quire_batch_body *body,
                             const struct quire_dictionary_header *header,
                             struct quire_arrow_block *block, struct quire_error *error);
int quire_message_sink_end(struct quire_message_sink *sink, struct quire_error *error);
/* The footer of a file, its length and the magic. Blocks are struct quire_arrow_block. */
int quire_message_sink_footer(struct quire_message_sink *sink, const struct quire_field *root,
                              const struct quire_buf *dictionaries, const struct quire_buf *batches,
                              struct quire_error *error);

#endif
