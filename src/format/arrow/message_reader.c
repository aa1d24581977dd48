/* Every length is held against the size of the source where it is known. */
#include "format/arrow/message_reader.h"

#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "format/arrow/message_frame.h"

#define OPERATION "read arrow"

/* What a block begins with when nothing says how much there is. */
#define BLOCK_FIRST ((size_t)16 << 20)
#define SKIP_BYTES  ((size_t)64 << 10)
#define PIECE_BYTES ((size_t)256 << 10)

/* --- Bytes ---------------------------------------------------------------------------- */

static void release_mapping(void *thing)
{
    struct quire_mapping *mapping = thing;
    mapping->release(mapping);
}

static int open_mapping(struct quire_message_reader *reader, struct quire_error *error)
{
    struct quire_array_bag *bag = quire_array_bag_new();
    struct quire_mapping *mapping =
        bag != NULL ? quire_array_bag_alloc(bag, sizeof(*mapping)) : NULL;
    if (mapping == NULL) {
        quire_array_bag_release(bag);
        return quire_fail_memory(error, OPERATION);
    }
    int code = reader->in->ops->map(reader->in, mapping, error);
    if (code == 0 && quire_array_bag_keep(bag, release_mapping, mapping) != 0) {
        mapping->release(mapping);
        code = quire_fail_memory(error, OPERATION);
    }
    if (code != 0) {
        quire_array_bag_release(bag);
        return code == QUIRE_UNSUPPORTED ? 0 : code; /* it is read instead */
    }
    reader->mapped = bag;
    reader->bytes = mapping->bytes;
    reader->size = mapping->size;
    return 0;
}

int quire_message_reader_open(struct quire_message_reader *reader, struct quire_in *in, bool map,
                              struct quire_error *error)
{
    *reader = (struct quire_message_reader){.in = in, .size = in->size};
    if (in->ops->read_at == NULL) reader->size = -1;
    return map && in->ops->map != NULL ? open_mapping(reader, error) : 0;
}

void quire_message_reader_release(struct quire_message_reader *reader)
{
    quire_array_bag_release(reader->mapped);
    quire_buf_release(&reader->head);
    *reader = (struct quire_message_reader){.in = NULL};
}

static int fail_end(int64_t at, struct quire_error *error)
{
    int code = quire_fail(error, QUIRE_CORRUPT, OPERATION, "it ends within a message");
    quire_error_at(error, QUIRE_NOWHERE, NULL, at);
    return code;
}

/* As many bytes as there are, up to size. */
static int take(struct quire_message_reader *reader, uint8_t *bytes, size_t size, size_t *got,
                struct quire_error *error)
{
    size_t now = 1;
    *got = size < reader->first_size ? size : reader->first_size;
    if (*got > 0) {
        memcpy(bytes, reader->first, *got);
        reader->first_size -= *got;
        memmove(reader->first, reader->first + *got, reader->first_size);
    }
    for (; *got < size && now > 0; *got += now)
        QUIRE_TRY(reader->in->ops->read(reader->in, bytes + *got, size - *got, &now, error));
    reader->taken += (int64_t)*got;
    return 0;
}

static int skip_to(struct quire_message_reader *reader, int64_t offset, struct quire_error *error)
{
    if (reader->taken == offset) return 0;
    uint8_t *scratch = quire_alloc(SKIP_BYTES);
    if (scratch == NULL) return quire_fail_memory(error, OPERATION);
    int code = 0;
    while (code == 0 && reader->taken < offset) {
        size_t left = (size_t)(offset - reader->taken), got = 0;
        code = take(reader, scratch, left < SKIP_BYTES ? left : SKIP_BYTES, &got, error);
        if (code == 0 && got == 0) code = fail_end(reader->taken, error);
    }
    quire_free(scratch);
    return code;
}

static bool is_within(const struct quire_message_reader *reader, int64_t offset, size_t size)
{
    return reader->size < 0 ||
           (offset <= reader->size && size <= (uint64_t)(reader->size - offset));
}

/* Up to size bytes: less only at the end of the source. */
static int read_some(struct quire_message_reader *reader, int64_t offset, uint8_t *bytes,
                     size_t size, size_t *got, struct quire_error *error)
{
    if (reader->size < 0) {
        QUIRE_TRY(skip_to(reader, offset, error));
        return take(reader, bytes, size, got, error);
    }
    int64_t left = offset < reader->size ? reader->size - offset : 0;
    *got = size < (uint64_t)left ? size : (size_t)left;
    if (*got == 0) return 0;
    if (reader->bytes == NULL)
        return reader->in->ops->read_at(reader->in, offset, bytes, *got, error);
    memcpy(bytes, reader->bytes + offset, *got);
    return 0;
}

int quire_message_reader_bytes(struct quire_message_reader *reader, int64_t offset, void *bytes,
                               size_t size, struct quire_error *error)
{
    size_t got = 0;
    QUIRE_TRY(read_some(reader, offset, bytes, size, &got, error));
    return got == size ? 0 : fail_end(offset + (int64_t)got, error);
}

int quire_message_reader_block(struct quire_message_reader *reader, int64_t offset, size_t size,
                               uint8_t **block, struct quire_error *error)
{
    if (!is_within(reader, offset, size)) return fail_end(reader->size, error);
    size_t held = reader->size >= 0 || size < BLOCK_FIRST ? size : BLOCK_FIRST, at = 0;
    uint8_t *bytes = quire_alloc(held > 0 ? held : 1);
    int code = bytes != NULL ? 0 : quire_fail_memory(error, OPERATION);
    while (code == 0) {
        code =
            quire_message_reader_bytes(reader, offset + (int64_t)at, bytes + at, held - at, error);
        at = held;
        if (code != 0 || at == size) break;
        held = size - held > held ? held * 2 : size;
        uint8_t *more = quire_realloc(bytes, held);
        if (more == NULL)
            code = quire_fail_memory(error, OPERATION);
        else
            bytes = more;
    }
    if (code != 0) {
        quire_free(bytes);
        return code;
    }
    *block = bytes;
    return 0;
}

/* In pieces, so that who watches finds them in the cache. */
static int read_watched(struct quire_message_reader *reader, int64_t offset, uint8_t *bytes,
                        size_t size, struct quire_error *error)
{
    if (reader->watch == NULL)
        return quire_message_reader_bytes(reader, offset, bytes, size, error);
    for (size_t at = 0; at < size; at += PIECE_BYTES) {
        size_t more = size - at < PIECE_BYTES ? size - at : PIECE_BYTES;
        QUIRE_TRY(
            quire_message_reader_bytes(reader, offset + (int64_t)at, bytes + at, more, error));
        reader->watch->came(reader->watch->user, bytes, (int64_t)at, (int64_t)(at + more));
    }
    return 0;
}

int quire_message_reader_body(struct quire_message_reader *reader, int64_t offset, size_t size,
                              struct quire_array_bag *bag, const uint8_t **bytes,
                              struct quire_error *error)
{
    if (reader->size < 0 && size > BLOCK_FIRST) {
        uint8_t *grown = NULL;
        QUIRE_TRY(quire_message_reader_block(reader, offset, size, &grown, error));
        *bytes = grown;
        if (quire_array_bag_keep_block(bag, grown) == 0) return 0;
        quire_free(grown);
        return quire_fail_memory(error, OPERATION);
    }
    if (!is_within(reader, offset, size)) return fail_end(reader->size, error);
    struct quire_block *block = quire_array_bag_take(bag, reader->blocks, size);
    if (block == NULL) return quire_fail_memory(error, OPERATION);
    *bytes = block->bytes;
    return read_watched(reader, offset, block->bytes, size, error);
}

int quire_message_reader_peek(struct quire_message_reader *reader, const uint8_t **bytes,
                              size_t *size, struct quire_error *error)
{
    size_t got = 0;
    QUIRE_TRY(read_some(reader, 0, reader->first, sizeof(reader->first), &got, error));
    *bytes = reader->first;
    *size = got;
    if (reader->size >= 0) return 0;
    reader->first_size = got;
    reader->taken = 0;
    return 0;
}

int quire_message_reader_rest(struct quire_message_reader *reader, uint8_t *last, size_t last_size,
                              int64_t *size, struct quire_error *error)
{
    uint8_t block[4096];
    size_t got = 1, held = 0;
    for (*size = 0; got > 0; *size += (int64_t)got) {
        QUIRE_TRY(read_some(reader, reader->position + *size, block, sizeof(block), &got, error));
        size_t keep = got < last_size ? got : last_size;
        size_t stay = held + keep > last_size ? last_size - keep : held;
        memmove(last, last + held - stay, stay);
        memcpy(last + stay, block + got - keep, keep);
        held = stay + keep;
    }
    return 0;
}

/* --- Messages -------------------------------------------------------------------------- */

int quire_message_fail(const struct quire_read_message *message, int code,
                       struct quire_error *error)
{
    if (code == 0 || error == NULL) return code;
    char cause[sizeof(error->cause)];
    snprintf(cause, sizeof(cause), "message %lld: %s", (long long)message->number, error->cause);
    memcpy(error->cause, cause, sizeof(cause));
    quire_error_at(error, QUIRE_NOWHERE, NULL, message->offset);
    return code;
}

/* The prefix, at most; *size is that of prefix and metadata, 0 at the end of the source. */
static int read_prefix(struct quire_message_reader *reader, size_t *size, struct quire_error *error)
{
    size_t got = 0;
    quire_buf_clear(&reader->head);
    if (quire_buf_reserve(&reader->head, QUIRE_MESSAGE_PREFIX_SIZE) != 0)
        return quire_fail_memory(error, OPERATION);
    /* Frames of Arrow before 0.15 have four bytes. */
    for (size_t want = 4; want <= QUIRE_MESSAGE_PREFIX_SIZE; want += 4) {
        QUIRE_TRY(read_some(reader, reader->position + (int64_t)reader->head.size,
                            quire_buf_end(&reader->head), 4, &got, error));
        reader->head.size += got;
        *size = 0;
        if (reader->head.size == 0) return 0;
        if (got < 4) return fail_end(reader->position + (int64_t)reader->head.size, error);
        QUIRE_TRY(quire_message_frame_size(reader->head.data, reader->head.size, size, error));
        if (*size != 0) return 0;
    }
    return 0;
}

static int read_metadata(struct quire_message_reader *reader, size_t size,
                         struct quire_error *error)
{
    size_t held = reader->head.size;
    int64_t at = reader->position + (int64_t)held;
    if (!is_within(reader, at, size - held)) return fail_end(reader->size, error);
    uint8_t *block = NULL;
    QUIRE_TRY(quire_message_reader_block(reader, at, size - held, &block, error));
    int code = quire_buf_append(&reader->head, block, size - held);
    quire_free(block);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static int open_message(struct quire_message_reader *reader, struct quire_read_message *message,
                        struct quire_error *error)
{
    struct quire_message_frame frame;
    QUIRE_TRY(quire_message_frame_read(reader->head.data, reader->head.size, &frame, error));
    QUIRE_TRY(quire_message_open(frame.metadata, frame.metadata_size, &message->message, error));
    message->body = message->offset + (int64_t)frame.used;
    if (message->message.body_length > INT64_MAX - message->body ||
        !is_within(reader, message->body, (size_t)message->message.body_length))
        return fail_end(reader->size, error);
    return 0;
}

int quire_message_reader_next(struct quire_message_reader *reader,
                              struct quire_read_message *message, bool *found, bool *marked,
                              struct quire_error *error)
{
    size_t size = 0;
    message->number = reader->number + 1;
    message->offset = reader->position;
    *found = *marked = false;
    int code = read_prefix(reader, &size, error);
    if (code == 0 && reader->head.size == 0) return 0;
    if (code == 0 && size == reader->head.size) {
        reader->position += (int64_t)size;
        *marked = true;
        return 0;
    }
    if (code == 0) code = read_metadata(reader, size, error);
    if (code == 0) code = open_message(reader, message, error);
    if (code != 0) return quire_message_fail(message, code, error);
    reader->position = message->body + message->message.body_length;
    reader->number++;
    *found = true;
    return 0;
}
