/* A body follows its table at a multiple of `align`, and so does each buffer in it; what
 * lies between is zeros. */
#include "format/arrow/message_sink.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/arrow/body_compress.h"
#include "format/arrow/message.h"
#include "format/arrow/message_frame.h"
#include "format/arrow/schema_table.h"

#define OPERATION "write arrow"
#define ALIGN_MAX 64

void quire_message_sink_release(struct quire_message_sink *sink)
{
    quire_buf_release(&sink->head);
}

int quire_message_sink_write(struct quire_message_sink *sink, const void *bytes, size_t size,
                             struct quire_error *error)
{
    if (size == 0) return 0;
    QUIRE_TRY(quire_out_write(sink->out, bytes, size, error));
    sink->position += (int64_t)size;
    return 0;
}

static int write_head(struct quire_message_sink *sink, struct quire_error *error)
{
    return quire_message_sink_write(sink, sink->head.data, sink->head.size, error);
}

/* Ends the FlatBuffer and the frame of a message in head. */
static int end_head(struct quire_message_sink *sink, struct quire_flatbuffer_writer *writer,
                    size_t start, struct quire_error *error)
{
    int code = quire_flatbuffer_finish(writer);
    if (code == 0)
        code = quire_message_frame_end_aligned(&sink->head, start, sink->position, sink->align);
    if (code == QUIRE_LIMIT)
        return quire_fail(error, code, OPERATION, "the metadata of a message is too long");
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static int begin_head(struct quire_message_sink *sink, size_t *start, struct quire_error *error)
{
    quire_buf_clear(&sink->head);
    int code = quire_message_frame_begin(&sink->head, start);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

int quire_message_sink_schema(struct quire_message_sink *sink, const struct quire_field *root,
                              struct quire_error *error)
{
    struct quire_flatbuffer_writer writer;
    size_t start;
    QUIRE_TRY(begin_head(sink, &start, error));
    uint32_t header = quire_message_begin(&writer, &sink->head, QUIRE_HEADER_SCHEMA, 0);
    QUIRE_TRY(quire_schema_table_write(&writer, header, root, error));
    QUIRE_TRY(end_head(sink, &writer, start, error));
    return write_head(sink, error);
}

/* --- Batches ------------------------------------------------------------------------ */

#define SLOT(slot_id, slot_size, slot_value)                                           \
    {                                                                                  \
        .value = (uint64_t)(slot_value), .id = (slot_id), .size = (uint8_t)(slot_size) \
    }

static size_t padded(size_t size, size_t align)
{
    return (size + align - 1) / align * align;
}

static void put_nodes(struct quire_flatbuffer_writer *writer, uint32_t from,
                      const struct quire_batch_body *body)
{
    const struct quire_body_node *nodes = (const void *)body->nodes.data;
    size_t count = quire_batch_body_nodes(body);
    uint32_t at = quire_flatbuffer_put_vector(writer, from, count, QUIRE_ARROW_PAIR_BYTES, 8);
    for (size_t i = 0; i < count; i++, at += QUIRE_ARROW_PAIR_BYTES) {
        quire_flatbuffer_put_scalar(writer, at, (uint64_t)nodes[i].length, 8);
        quire_flatbuffer_put_scalar(writer, at + 8, (uint64_t)nodes[i].null_count, 8);
    }
}

static void put_buffers(struct quire_flatbuffer_writer *writer, uint32_t from,
                        const struct quire_packed_buffer *packed, size_t count, size_t align)
{
    uint64_t offset = 0;
    uint32_t at = quire_flatbuffer_put_vector(writer, from, count, QUIRE_ARROW_PAIR_BYTES, 8);
    for (size_t i = 0; i < count; i++, at += QUIRE_ARROW_PAIR_BYTES) {
        size_t size = packed[i].prefix_size + packed[i].size;
        quire_flatbuffer_put_scalar(writer, at, offset, 8);
        quire_flatbuffer_put_scalar(writer, at + 8, size, 8);
        offset += padded(size, align);
    }
}

static void put_variadic(struct quire_flatbuffer_writer *writer, uint32_t from,
                         const struct quire_batch_body *body)
{
    const int64_t *counts = (const void *)body->variadic.data;
    size_t count = body->variadic.size / sizeof(*counts);
    uint32_t at = quire_flatbuffer_put_vector(writer, from, count, 8, 8);
    for (size_t i = 0; i < count; i++)
        quire_flatbuffer_put_scalar(writer, at + 8 * (uint32_t)i, (uint64_t)counts[i], 8);
}

static void put_batch(const struct quire_message_sink *sink, struct quire_flatbuffer_writer *writer,
                      uint32_t from, const struct quire_batch_body *body,
                      const struct quire_packed_buffer *packed)
{
    struct quire_flatbuffer_slot slots[5] = {
        SLOT(QUIRE_BATCH_LENGTH, 8, body->length),
        SLOT(QUIRE_BATCH_NODES, 4, 0),
        SLOT(QUIRE_BATCH_BUFFERS, 4, 0),
    };
    size_t size = 3, compression = 0, variadic = 0;
    if (sink->codec != NULL) {
        compression = size;
        slots[size++] = (struct quire_flatbuffer_slot)SLOT(QUIRE_BATCH_COMPRESSION, 4, 0);
    }
    if (body->variadic.size > 0) {
        variadic = size;
        slots[size++] = (struct quire_flatbuffer_slot)SLOT(QUIRE_BATCH_VARIADIC_COUNTS, 4, 0);
    }
    quire_flatbuffer_put_table(writer, from, slots, size);
    put_nodes(writer, slots[1].position, body);
    put_buffers(writer, slots[2].position, packed, quire_batch_body_buffers(body), sink->align);
    if (compression != 0) {
        struct quire_flatbuffer_slot codec[] = {
            SLOT(QUIRE_COMPRESSION_CODEC, 1, sink->codec_type),
            SLOT(QUIRE_COMPRESSION_METHOD, 1, QUIRE_COMPRESSION_BUFFER)};
        quire_flatbuffer_put_table(writer, slots[compression].position, codec, 2);
    }
    if (variadic != 0) put_variadic(writer, slots[variadic].position, body);
}

static void put_dictionary(const struct quire_message_sink *sink,
                           struct quire_flatbuffer_writer *writer, uint32_t from,
                           const struct quire_batch_body *body,
                           const struct quire_packed_buffer *packed,
                           const struct quire_dictionary_header *header)
{
    struct quire_flatbuffer_slot slots[] = {
        SLOT(QUIRE_DICTIONARY_BATCH_ID, 8, header->id), SLOT(QUIRE_DICTIONARY_BATCH_DATA, 4, 0),
        SLOT(QUIRE_DICTIONARY_BATCH_IS_DELTA, 1, header->is_delta)};
    quire_flatbuffer_put_table(writer, from, slots, 3);
    put_batch(sink, writer, slots[1].position, body, packed);
}

static int write_body(struct quire_message_sink *sink, const struct quire_packed_buffer *packed,
                      size_t count, struct quire_error *error)
{
    static const uint8_t zeros[ALIGN_MAX];
    for (size_t i = 0; i < count; i++) {
        size_t size = packed[i].prefix_size + packed[i].size;
        QUIRE_TRY(quire_message_sink_write(sink, packed[i].prefix, packed[i].prefix_size, error));
        QUIRE_TRY(quire_message_sink_write(sink, packed[i].data, packed[i].size, error));
        QUIRE_TRY(quire_message_sink_write(sink, zeros, padded(size, sink->align) - size, error));
    }
    return 0;
}

static int pack_body(struct quire_message_sink *sink, const struct quire_batch_body *body,
                     struct quire_packed_buffer *packed, struct quire_error *error)
{
    const struct quire_body_buffer *buffers = (const void *)body->buffers.data;
    size_t count = quire_batch_body_buffers(body);
    if (sink->codec != NULL)
        return quire_body_compress(buffers, count, sink->codec, sink->codec_level, sink->context,
                                   packed, error);
    for (size_t i = 0; i < count; i++)
        packed[i] =
            (struct quire_packed_buffer){.data = buffers[i].data, .size = (size_t)buffers[i].size};
    return 0;
}

static int write_packed(struct quire_message_sink *sink, const struct quire_batch_body *body,
                        const struct quire_packed_buffer *packed,
                        const struct quire_dictionary_header *header,
                        struct quire_arrow_block *block, struct quire_error *error)
{
    struct quire_flatbuffer_writer writer;
    size_t start, body_size = 0, count = quire_batch_body_buffers(body);
    for (size_t i = 0; i < count; i++)
        body_size += padded(packed[i].prefix_size + packed[i].size, sink->align);
    QUIRE_TRY(begin_head(sink, &start, error));
    uint32_t from = quire_message_begin(&writer, &sink->head,
                                        header != NULL ? QUIRE_HEADER_DICTIONARY_BATCH
                                                       : QUIRE_HEADER_RECORD_BATCH,
                                        (int64_t)body_size);
    if (header != NULL)
        put_dictionary(sink, &writer, from, body, packed, header);
    else
        put_batch(sink, &writer, from, body, packed);
    QUIRE_TRY(end_head(sink, &writer, start, error));
    if (block != NULL)
        *block = (struct quire_arrow_block){sink->position, (int64_t)sink->head.size,
                                            (int64_t)body_size};
    QUIRE_TRY(write_head(sink, error));
    return write_body(sink, packed, count, error);
}

int quire_message_sink_batch(struct quire_message_sink *sink, const struct quire_batch_body *body,
                             const struct quire_dictionary_header *header,
                             struct quire_arrow_block *block, struct quire_error *error)
{
    size_t count = quire_batch_body_buffers(body);
    QUIRE_CLEANUP(quire_cleanup_free)
    struct quire_packed_buffer *packed = quire_alloc_zero(count + 1, sizeof(*packed));
    if (packed == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(pack_body(sink, body, packed, error));
    int code = write_packed(sink, body, packed, header, block, error);
    quire_packed_buffers_release(packed, count, sink->context);
    return code;
}

/* --- The end ------------------------------------------------------------------------- */

int quire_message_sink_end(struct quire_message_sink *sink, struct quire_error *error)
{
    quire_buf_clear(&sink->head);
    if (quire_message_frame_append_end_of_stream(&sink->head) != 0)
        return quire_fail_memory(error, OPERATION);
    return write_head(sink, error);
}

static void put_blocks(struct quire_flatbuffer_writer *writer, uint32_t from,
                       const struct quire_buf *blocks)
{
    const struct quire_arrow_block *block = (const void *)blocks->data;
    size_t count = blocks->size / sizeof(*block);
    uint32_t at = quire_flatbuffer_put_vector(writer, from, count, QUIRE_ARROW_BLOCK_BYTES, 8);
    for (size_t i = 0; i < count; i++, at += QUIRE_ARROW_BLOCK_BYTES) {
        quire_flatbuffer_put_scalar(writer, at, (uint64_t)block[i].offset, 8);
        quire_flatbuffer_put_scalar(writer, at + QUIRE_ARROW_BLOCK_METADATA_LENGTH,
                                    (uint64_t)block[i].metadata_size, 4);
        quire_flatbuffer_put_scalar(writer, at + QUIRE_ARROW_BLOCK_BODY_LENGTH,
                                    (uint64_t)block[i].body_size, 8);
    }
}

int quire_message_sink_footer(struct quire_message_sink *sink, const struct quire_field *root,
                              const struct quire_buf *dictionaries, const struct quire_buf *batches,
                              struct quire_error *error)
{
    struct quire_flatbuffer_writer writer;
    struct quire_flatbuffer_slot slots[] = {
        SLOT(QUIRE_FOOTER_SCHEMA, 4, 0), SLOT(QUIRE_FOOTER_DICTIONARIES, 4, 0),
        SLOT(QUIRE_FOOTER_RECORD_BATCHES, 4, 0), SLOT(QUIRE_FOOTER_VERSION, 2, QUIRE_ARROW_V5)};
    quire_buf_clear(&sink->head);
    uint32_t from = quire_flatbuffer_begin(&writer, &sink->head);
    quire_flatbuffer_put_table(&writer, from, slots, 4);
    QUIRE_TRY(quire_schema_table_write(&writer, slots[0].position, root, error));
    put_blocks(&writer, slots[1].position, dictionaries);
    put_blocks(&writer, slots[2].position, batches);
    int code = quire_flatbuffer_finish(&writer);
    int32_t size = (int32_t)sink->head.size;
    if (code == 0 && sink->head.size > INT32_MAX) code = QUIRE_LIMIT;
    if (code == QUIRE_LIMIT) return quire_fail(error, code, OPERATION, "the footer is too long");
    if (code == 0) code = quire_buf_append(&sink->head, &size, sizeof(size));
    if (code == 0) code = quire_buf_append(&sink->head, QUIRE_ARROW_MAGIC, QUIRE_ARROW_MAGIC_SIZE);
    if (code != 0) return quire_fail_memory(error, OPERATION);
    return write_head(sink, error);
}
