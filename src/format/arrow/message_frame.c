/* The length counts the padding, so that a reader skips to the body by it alone. */
#include "format/arrow/message_frame.h"

#include "base/fail.h"

#define OPERATION    "read arrow message"
#define CONTINUATION 0xFFFFFFFFu
#define ALIGN        8

static uint32_t load_u32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static void store_u32(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

int quire_message_frame_begin(struct quire_buf *out, size_t *start)
{
    QUIRE_TRY(quire_buf_reserve(out, QUIRE_MESSAGE_PREFIX_SIZE));
    *start = out->size;
    out->size += QUIRE_MESSAGE_PREFIX_SIZE;
    return 0;
}

int quire_message_frame_end(struct quire_buf *out, size_t start)
{
    return quire_message_frame_end_aligned(out, start, 0, ALIGN);
}

int quire_message_frame_end_aligned(struct quire_buf *out, size_t start, int64_t position,
                                    size_t align)
{
    size_t size = out->size - start - QUIRE_MESSAGE_PREFIX_SIZE;
    size_t end = (size_t)position % align + QUIRE_MESSAGE_PREFIX_SIZE + size;
    size_t padding = (align - end % align) % align;
    if (size + padding > QUIRE_MESSAGE_METADATA_MAX) return QUIRE_LIMIT;
    QUIRE_TRY(quire_buf_reserve(out, padding));
    memset(quire_buf_end(out), 0, padding);
    out->size += padding;
    store_u32(out->data + start, CONTINUATION);
    store_u32(out->data + start + 4, (uint32_t)(size + padding));
    return 0;
}

int quire_message_frame_append_end_of_stream(struct quire_buf *out)
{
    static const uint8_t end[QUIRE_MESSAGE_PREFIX_SIZE] = {0xff, 0xff, 0xff, 0xff};
    return quire_buf_append(out, end, sizeof(end));
}

int quire_message_frame_size(const void *bytes, size_t size, size_t *frame_size,
                             struct quire_error *error)
{
    const uint8_t *prefix = bytes;
    size_t prefix_size = 4;
    *frame_size = 0;
    if (size < prefix_size) return 0;
    uint32_t length = load_u32(prefix);
    if (length == CONTINUATION) {
        prefix_size = QUIRE_MESSAGE_PREFIX_SIZE;
        if (size < prefix_size) return 0;
        length = load_u32(prefix + 4);
    }
    if (length > INT32_MAX)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "a message of negative length");
    if (length > QUIRE_MESSAGE_METADATA_MAX)
        return quire_fail(error, QUIRE_LIMIT, OPERATION,
                          "%u bytes of metadata; at most %d are read", (unsigned)length,
                          QUIRE_MESSAGE_METADATA_MAX);
    *frame_size = prefix_size + length;
    return 0;
}

int quire_message_frame_read(const void *bytes, size_t size, struct quire_message_frame *frame,
                             struct quire_error *error)
{
    size_t used = 0;
    QUIRE_TRY(quire_message_frame_size(bytes, size, &used, error));
    if (used == 0 || used > size)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "it ends within a message");
    size_t prefix_size = load_u32(bytes) == CONTINUATION ? QUIRE_MESSAGE_PREFIX_SIZE : (size_t)4;
    *frame = (struct quire_message_frame){(const uint8_t *)bytes + prefix_size, used - prefix_size,
                                          used};
    return 0;
}
