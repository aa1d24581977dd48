/* Each buffer says how long it was; what it says is held against what the codec can
 * possibly give before memory is had for it. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "codec/lz4_frame.h"
#include "format/arrow/body_compress.h"
#include "format/arrow/wire_batch.h"
#include "format/arrow/wire_proof.h"

#define OPERATION "read arrow"

/* Bytes that a byte of an LZ4 frame gives at most, and one of a Zstandard frame (a block
 * of 128 KiB in four bytes). */
#define LZ4_RATIO_MAX  255
#define ZSTD_RATIO_MAX 32768
#define RATIO_ROOM     (128 * 1024)

#define ALIGN ((size_t)64)

struct unpacking {
    struct quire_wire_buffer *buffer;
    const struct quire_codec *codec;
    size_t place; /* in the block of all */
    uint8_t *bytes;
    int64_t length;
    struct quire_job job;
    bool submitted;
    int code;
    struct quire_error error;
};

static void run_unpack(void *argument)
{
    struct unpacking *unpacking = argument;
    struct quire_wire_buffer *buffer = unpacking->buffer;
    unpacking->code = unpacking->codec->decompress(
        buffer->data + QUIRE_BODY_PREFIX_SIZE, (size_t)buffer->size - QUIRE_BODY_PREFIX_SIZE,
        unpacking->bytes, (size_t)unpacking->length, &unpacking->error);
    if (unpacking->code == 0) quire_wire_prove(buffer, unpacking->bytes, 0, unpacking->length);
}

static int fail_prefix(const struct quire_wire_batch *batch, const struct quire_wire_buffer *buffer,
                       struct quire_error *error)
{
    return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                      "buffer %zu does not say how long it was before compression",
                      (size_t)(buffer - batch->buffers));
}

/* What the buffer says of itself; *total grows by what it needs. */
static int begin(struct unpacking *unpacking, const struct quire_wire_batch *batch,
                 struct quire_wire_buffer *buffer, size_t *total, struct quire_error *error)
{
    int64_t length;
    if (buffer->size < QUIRE_BODY_PREFIX_SIZE) return fail_prefix(batch, buffer, error);
    memcpy(&length, buffer->data, sizeof(length));
    int64_t size = buffer->size - QUIRE_BODY_PREFIX_SIZE;
    if (length == -1 || length == 0) {
        buffer->data += QUIRE_BODY_PREFIX_SIZE;
        buffer->size = length == 0 ? 0 : size;
        return 0;
    }
    int64_t ratio = batch->codec == QUIRE_COMPRESSION_ZSTD ? ZSTD_RATIO_MAX : LZ4_RATIO_MAX;
    if (length < 0 || (length - RATIO_ROOM) / ratio > size)
        return fail_prefix(batch, buffer, error);
    if ((uint64_t)length > PTRDIFF_MAX - ALIGN - *total) return quire_fail_memory(error, OPERATION);
    unpacking->place = *total;
    *total += ((size_t)length + ALIGN - 1) / ALIGN * ALIGN;
    unpacking->buffer = buffer;
    unpacking->length = length;
    unpacking->submitted = true;
    return 0;
}

static int find_codec(int codec_type, const struct quire_codec **codec, struct quire_error *error)
{
    *codec = &quire_codec_lz4_frame;
    return codec_type == QUIRE_COMPRESSION_ZSTD ? quire_codec_find("zstd", codec, error) : 0;
}

static int unpack_all(struct unpacking *list, size_t size, const struct quire_codec *codec,
                      uint8_t *bytes, struct quire_context *context, struct quire_error *error)
{
    int code = 0;
    for (size_t i = 0; i < size; i++) {
        if (!list[i].submitted) continue;
        list[i].bytes = bytes + list[i].place;
        list[i].codec = codec;
        list[i].job = (struct quire_job){.run = run_unpack, .argument = &list[i]};
        quire_error_clear(&list[i].error);
        quire_pool_submit(context->pool, &list[i].job);
    }
    for (size_t i = 0; i < size; i++) {
        if (!list[i].submitted) continue;
        quire_pool_wait(context->pool, &list[i].job);
        list[i].buffer->data = list[i].bytes;
        list[i].buffer->size = list[i].length;
        if (code != 0 || list[i].code == 0) continue;
        code = list[i].code;
        if (error != NULL) *error = list[i].error;
        quire_error_at(error, QUIRE_NOWHERE, list[i].buffer->column, QUIRE_NOWHERE);
        if (code == QUIRE_USAGE || code == QUIRE_UNSUPPORTED || code == QUIRE_INPUT) {
            code = QUIRE_CORRUPT; /* the codec was asked for by the file */
            if (error != NULL) error->code = code;
        }
    }
    return code;
}

int quire_body_decompress(struct quire_wire_batch *batch, struct quire_array_bag *bag,
                          struct quire_context *context, bool *borrows, struct quire_error *error)
{
    const struct quire_codec *codec = NULL;
    QUIRE_TRY(find_codec(batch->codec, &codec, error));
    QUIRE_CLEANUP(quire_cleanup_free)
    struct unpacking *list = quire_alloc_zero(batch->buffers_size + 1, sizeof(*list));
    if (list == NULL) return quire_fail_memory(error, OPERATION);
    size_t total = 0;
    for (size_t i = 0; i < batch->buffers_size; i++) {
        struct quire_wire_buffer *buffer = &batch->buffers[i];
        if (!buffer->wanted || buffer->size == 0) continue;
        QUIRE_TRY(begin(&list[i], batch, buffer, &total, error));
        *borrows = *borrows || (!list[i].submitted && buffer->size > 0);
    }
    if (total == 0) return 0;
    QUIRE_TRY(quire_wire_batch_room(context, total, error));
    const struct quire_block *block = quire_array_bag_take(bag, context->blocks, total);
    if (block == NULL) return quire_fail_memory(error, OPERATION);
    return unpack_all(list, batch->buffers_size, codec, block->bytes, context, error);
}
