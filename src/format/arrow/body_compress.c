/* One job a buffer: buffers are what readers decompress one by one as well. */
#include "format/arrow/body_compress.h"

#include <string.h>

#include "base/fail.h"

#define OPERATION "write arrow"

struct packing {
    const struct quire_body_buffer *buffer;
    const struct quire_codec *codec;
    int level;
    struct quire_packed_buffer *packed;
    struct quire_job job;
    int code;
    struct quire_error error;
};

static int pack(struct packing *packing)
{
    const struct quire_body_buffer *buffer = packing->buffer;
    size_t size = (size_t)buffer->size, bound = packing->codec->bound(size), packed_size = 0;
    uint8_t *bytes = bound > 0 ? quire_alloc(bound) : NULL;
    if (bytes == NULL) return quire_fail_memory(&packing->error, OPERATION);
    int code = packing->codec->compress(buffer->data, size, packing->level, bytes, bound,
                                        &packed_size, &packing->error);
    int64_t length = buffer->size;
    if (code == 0 && packed_size < size) {
        void *fitting = quire_realloc(bytes, packed_size);
        packing->packed->owned = fitting != NULL ? fitting : bytes;
        packing->packed->data = packing->packed->owned;
        packing->packed->size = packed_size;
    } else {
        quire_free(bytes);
        length = -1;
        packing->packed->data = buffer->data;
        packing->packed->size = size;
    }
    memcpy(packing->packed->prefix, &length, sizeof(length));
    packing->packed->prefix_size = sizeof(length);
    return code;
}

static void run_pack(void *argument)
{
    struct packing *packing = argument;
    packing->code = pack(packing);
}

static int wait_all(struct packing *packings, size_t count, struct quire_context *context,
                    struct quire_error *error)
{
    int code = 0;
    for (size_t i = 0; i < count; i++) {
        if (packings[i].buffer == NULL) continue;
        quire_pool_wait(context->pool, &packings[i].job);
        if (packings[i].packed->owned != NULL)
            quire_budget_force(&context->budget, packings[i].packed->size);
        if (code != 0 || packings[i].code == 0) continue;
        code = packings[i].code;
        if (error != NULL) *error = packings[i].error;
    }
    return code;
}

int quire_body_compress(const struct quire_body_buffer *buffers, size_t count,
                        const struct quire_codec *codec, int level, struct quire_context *context,
                        struct quire_packed_buffer *packed, struct quire_error *error)
{
    struct packing *packings = quire_alloc_zero(count + 1, sizeof(*packings));
    if (packings == NULL) return quire_fail_memory(error, OPERATION);
    memset(packed, 0, count * sizeof(*packed));
    for (size_t i = 0; i < count; i++) {
        if (buffers[i].size == 0) continue;
        packings[i] = (struct packing){.buffer = &buffers[i],
                                       .codec = codec,
                                       .level = level,
                                       .packed = &packed[i],
                                       .job = {.run = run_pack, .argument = &packings[i]}};
        quire_error_clear(&packings[i].error);
        quire_pool_submit(context->pool, &packings[i].job);
    }
    int code = wait_all(packings, count, context, error);
    quire_free(packings);
    if (code != 0) quire_packed_buffers_release(packed, count, context);
    return code;
}

void quire_packed_buffers_release(struct quire_packed_buffer *packed, size_t count,
                                  struct quire_context *context)
{
    for (size_t i = 0; i < count; i++) {
        if (packed[i].owned == NULL) continue;
        quire_budget_return(&context->budget, packed[i].size);
        quire_free(packed[i].owned);
        packed[i].owned = NULL;
    }
}
