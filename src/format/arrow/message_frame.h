/* Encapsulated messages (arrow/docs/source/format/Columnar.rst, "Encapsulated message
 * format"): 0xFFFFFFFF, an int32 length, that many bytes of metadata, which begin and end
 * at multiples of 8. The body, if any, comes after and is no part of this. Readers also
 * take the frame without 0xFFFFFFFF of Arrow before 0.15. */
#ifndef QUIRE_ARROW_MESSAGE_FRAME_H
#define QUIRE_ARROW_MESSAGE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "quire/error.h"

/* Bytes before the metadata. */
#define QUIRE_MESSAGE_PREFIX_SIZE 8
/* The metadata of one message. */
#define QUIRE_MESSAGE_METADATA_MAX (1 << 30)

struct quire_message_frame {
    const uint8_t *metadata;
    size_t metadata_size; /* 0: the end of a stream */
    size_t used;          /* bytes of prefix and metadata: where the body begins */
};

/* Appends room for the prefix; *start is what quire_message_frame_end needs. 0 or
 * QUIRE_MEMORY. */
int quire_message_frame_begin(struct quire_buf *out, size_t *start);
/* Pads the metadata that was appended since and fills in the prefix. QUIRE_MEMORY, or
 * QUIRE_LIMIT when it is too long. */
int quire_message_frame_end(struct quire_buf *out, size_t start);
/* As quire_message_frame_end, padded so that a body after it begins at a multiple of align
 * (itself one of 8), when the prefix stands at `position` of a stream (a multiple of 8). */
int quire_message_frame_end_aligned(struct quire_buf *out, size_t start, int64_t position,
                                    size_t align);
/* The eight bytes that end a stream. */
int quire_message_frame_append_end_of_stream(struct quire_buf *out);

/* Bytes of prefix and metadata, as the first bytes of a message say it; 0 when more than
 * `size` of them are needed to tell (at most QUIRE_MESSAGE_PREFIX_SIZE). QUIRE_CORRUPT for a
 * length that is negative, QUIRE_LIMIT for one that is too long. */
int quire_message_frame_size(const void *bytes, size_t size, size_t *frame_size,
                             struct quire_error *error);

/* The frame at the start of bytes, borrowed from them. QUIRE_CORRUPT also when bytes end
 * before it does. */
int quire_message_frame_read(const void *bytes, size_t size, struct quire_message_frame *frame,
                             struct quire_error *error);

#endif
