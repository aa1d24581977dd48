/* The table Message of Arrow IPC: what every encapsulated message begins with. */
#ifndef QUIRE_ARROW_MESSAGE_H
#define QUIRE_ARROW_MESSAGE_H

#include "format/arrow/arrow_layout.h"
#include "format/arrow/flatbuffer_read.h"
#include "format/arrow/flatbuffer_write.h"
#include "quire/error.h"

struct quire_message {
    struct quire_flatbuffer buffer;
    int version;                          /* QUIRE_ARROW_V4 or QUIRE_ARROW_V5 */
    int header_type;                      /* enum quire_message_header, or one that is not known */
    struct quire_flatbuffer_table header; /* its buffer is the message's: do not move it */
    int64_t body_length;
};

/* Opens the metadata of a message, borrowed. QUIRE_CORRUPT, or QUIRE_UNSUPPORTED for
 * versions that are older or newer. */
int quire_message_open(const void *metadata, size_t size, struct quire_message *message,
                       struct quire_error *error);

/* Begins a FlatBuffer with a message of version V5; returns the position of the offset
 * from which the header is to be pointed to. */
uint32_t quire_message_begin(struct quire_flatbuffer_writer *writer, struct quire_buf *out,
                             enum quire_message_header header_type, int64_t body_length);

#endif
