#include "format/arrow/message.h"

#include "base/fail.h"

#define OPERATION "read arrow message"

int quire_message_open(const void *metadata, size_t size, struct quire_message *message,
                       struct quire_error *error)
{
    struct quire_flatbuffer_table table = quire_flatbuffer_open(&message->buffer, metadata, size);
    message->version = quire_flatbuffer_i16(&table, QUIRE_MESSAGE_VERSION, 0);
    message->header_type = quire_flatbuffer_u8(&table, QUIRE_MESSAGE_HEADER_TYPE);
    message->header = quire_flatbuffer_table(&table, QUIRE_MESSAGE_HEADER);
    message->body_length = quire_flatbuffer_i64(&table, QUIRE_MESSAGE_BODY_LENGTH, 0);
    if (message->buffer.damaged || message->header.buffer == NULL || message->body_length < 0)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "it is not a message");
    if (message->version < QUIRE_ARROW_V4 || message->version > QUIRE_ARROW_V5)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "version %d of the metadata is neither 4 nor 5", message->version + 1);
    return 0;
}

uint32_t quire_message_begin(struct quire_flatbuffer_writer *writer, struct quire_buf *out,
                             enum quire_message_header header_type, int64_t body_length)
{
    struct quire_flatbuffer_slot slots[] = {
        {.id = QUIRE_MESSAGE_HEADER, .size = 4},
        {.id = QUIRE_MESSAGE_BODY_LENGTH, .size = 8, .value = (uint64_t)body_length},
        {.id = QUIRE_MESSAGE_VERSION, .size = 2, .value = QUIRE_ARROW_V5},
        {.id = QUIRE_MESSAGE_HEADER_TYPE, .size = 1, .value = (uint64_t)header_type},
    };
    uint32_t root = quire_flatbuffer_begin(writer, out);
    quire_flatbuffer_put_table(writer, root, slots, 4);
    return slots[0].position;
}
