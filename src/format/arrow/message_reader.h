/* Messages, one after the other, of a source that is mapped, read anywhere or read
 * forward only. */
#ifndef QUIRE_ARROW_MESSAGE_READER_H
#define QUIRE_ARROW_MESSAGE_READER_H

#include "base/block_cache.h"
#include "format/arrow/array_bag.h"
#include "format/arrow/message.h"
#include "format/arrow/message_sink.h"
#include "quire/stream.h"

/* Is shown the bytes of a body as they come: those from `from` to `to` are new. */
struct quire_message_watch {
    void (*came)(void *user, const uint8_t *body, int64_t from, int64_t to);
    void *user;
};

struct quire_message_reader {
    struct quire_in *in;
    struct quire_block_cache *blocks; /* borrowed, for bodies; may be NULL */
    bool trusted;                     /* what buffers say is not looked at */
    struct quire_array_bag *mapped;   /* keeps the mapping; NULL: there is none */
    const uint8_t *bytes;             /* of the mapping */
    int64_t size;                     /* of the source; -1: not known */
    int64_t taken;                    /* bytes that were read of a forward source */
    uint8_t first[8];                 /* of a forward source: looked at, and not taken yet */
    size_t first_size;
    int64_t position;                        /* of the next message */
    int64_t number;                          /* messages read so far */
    struct quire_buf head;                   /* prefix and metadata of the message */
    const struct quire_message_watch *watch; /* of a body that is read; NULL: nobody */
};

/* A message whose body was not read yet. Valid until the next is read; not to be moved. */
struct quire_read_message {
    int64_t number; /* from 1 */
    int64_t offset; /* of its prefix */
    int64_t body;   /* of its body */
    struct quire_message message;
};

/* map: by a mapping, where the source has one. */
int quire_message_reader_open(struct quire_message_reader *reader, struct quire_in *in, bool map,
                              struct quire_error *error);
void quire_message_reader_release(struct quire_message_reader *reader);

/* The first bytes of the source, at most 8. */
int quire_message_reader_peek(struct quire_message_reader *reader, const uint8_t **bytes,
                              size_t *size, struct quire_error *error);
/* What comes from position on, to the end: how many bytes, and the last of them. */
int quire_message_reader_rest(struct quire_message_reader *reader, uint8_t *last, size_t last_size,
                              int64_t *size, struct quire_error *error);

/* Exactly size bytes at an offset, which for a forward source is not behind what was taken:
 * bytes before it are passed over. QUIRE_CORRUPT when the source ends before. */
int quire_message_reader_bytes(struct quire_message_reader *reader, int64_t offset, void *bytes,
                               size_t size, struct quire_error *error);
/* The same into a block of quire_alloc that grows with what is there, so that a length
 * that is a lie costs nothing. */
int quire_message_reader_block(struct quire_message_reader *reader, int64_t offset, size_t size,
                               uint8_t **block, struct quire_error *error);

/* The same, which a bag keeps. */
int quire_message_reader_body(struct quire_message_reader *reader, int64_t offset, size_t size,
                              struct quire_array_bag *bag, const uint8_t **bytes,
                              struct quire_error *error);

/* The message at position, which then is that of the one after it. *found is false at the
 * end: of the stream as it says itself (*marked), or of the source. */
int quire_message_reader_next(struct quire_message_reader *reader,
                              struct quire_read_message *message, bool *found, bool *marked,
                              struct quire_error *error);

/* Adds to an error which message it is about, and its byte. Returns code. */
int quire_message_fail(const struct quire_read_message *message, int code,
                       struct quire_error *error);

#endif
