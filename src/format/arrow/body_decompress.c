/* Each buffer says how long it was; what it says is held against what the codec can
 * possibly give before memory is had for it. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "codec/lz4_frame.h"
#include "format/arrow/body_compress.h"
#include "format/arrow/wire_batch.h"

#define OPERATION "read arrow"

/* Bytes that a byte of an LZ4 frame gives at most, and one of a Zstandard frame (a block
 * of 128 KiB in four bytes). */
#define LZ4_RATIO_MAX  255
#define ZSTD_RATIO_MAX 32768
#define RATIO_ROOM     (128 * 1024)

struct unpacking {
    struct quire_wire_buffer *buffer;
    const struct quire_codec *codec;
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
    const struct quire_wire_buffer *buffer = unpacking->buffer;
    unpacking->code = unpacking->codec->decompress(
        buffer->data + QUIRE_BODY_PREFIX_SIZE, (size_t)buffer->size - QUIRE_BODY_PREFIX_SIZE,
        unpacking->bytes, (size_t)unpacking->length, &unpacking->error);
}

static int fail_prefix(const struct quire_wire_batch *batch, const struct quire_wire_buffer *buffer,
                       struct quire_error *error)
{
    return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                      "buffer %zu does not say how long it was before compression",
                      (size_t)(buffer - batch->buffers));
}

static int begin(struct unpacking *unpacking, struct quire_wire_batch *batch,
                 struct quire_wire_buffer *buffer, struct quire_array_bag *bag,
                 struct quire_error *error)
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
    unpacking->bytes = quire_alloc((size_t)length);
    if (unpacking->bytes == NULL) return quire_fail_memory(error, OPERATION);
    if (quire_array_bag_keep_block(bag, unpacking->bytes) != 0) {
        quire_free(unpacking->bytes);
        return quire_fail_memory(error, OPERATION);
    }
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

int quire_body_decompress(struct quire_wire_batch *batch, struct quire_array_bag *bag,
                          struct quire_context *context, bool *borrows, struct quire_error *error)
{
    const struct quire_codec *codec = NULL;
    QUIRE_TRY(find_codec(batch->codec, &codec, error));
    QUIRE_CLEANUP(quire_cleanup_free)
    struct unpacking *list = quire_alloc_zero(batch->buffers_size + 1, sizeof(*list));
    if (list == NULL) return quire_fail_memory(error, OPERATION);
    int code = 0;
    for (size_t i = 0; i < batch->buffers_size && code == 0; i++) {
        struct quire_wire_buffer *buffer = &batch->buffers[i];
        if (!buffer->wanted || buffer->size == 0) continue;
        code = begin(&list[i], batch, buffer, bag, error);
        *borrows = *borrows || (!list[i].submitted && buffer->size > 0);
        if (!list[i].submitted) continue;
        list[i].codec = codec;
        list[i].job = (struct quire_job){.run = run_unpack, .argument = &list[i]};
        quire_error_clear(&list[i].error);
        quire_pool_submit(context->pool, &list[i].job);
    }
    for (size_t i = 0; i < batch->buffers_size; i++) {
        if (!list[i].submitted) continue;
        quire_pool_wait(context->pool, &list[i].job);
        list[i].buffer->data = list[i].bytes;
        list[i].buffer->size = list[i].length;
        if (code != 0 || list[i].code == 0) continue;
        code = list[i].code;
        if (error != NULL) *error = list[i].error;
    }
    return code;
}
