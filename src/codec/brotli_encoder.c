/* A brotli encoder that survives the want of memory.
 *
 * The library may be built to call exit() when its allocator gives NULL (Debian's
 * is). So the allocator here never returns NULL: it jumps out of the library, to
 * the entry point below. The state is then lost, but nothing leaks, because every
 * block of an encoder stands in its own list, and freeing an encoder frees those. */
#include "codec/codec.h"

#ifdef QUIRE_WITH_BROTLIENC

#include <brotli/encode.h>
#include <setjmp.h>

#include "base/alloc.h"
#include "codec/brotli_encoder.h"

/* Stands before every block; its size keeps the block aligned. */
struct brotli_block {
    struct brotli_block *next, *previous;
};
_Static_assert(sizeof(struct brotli_block) % 16 == 0, "blocks are aligned to 16 bytes");

struct quire_brotli_encoder {
    struct brotli_block blocks; /* head of a ring */
    BrotliEncoderState *state;  /* one of the blocks */
    jmp_buf out_of_memory;      /* valid inside a call of the library */
};

static void *block_allocate(void *opaque, size_t size)
{
    struct quire_brotli_encoder *encoder = opaque;
    struct brotli_block *block = NULL;
    if (size <= PTRDIFF_MAX - sizeof(*block)) block = quire_alloc(sizeof(*block) + size);
    if (block == NULL) longjmp(encoder->out_of_memory, 1);
    block->previous = &encoder->blocks;
    block->next = encoder->blocks.next;
    block->next->previous = block;
    encoder->blocks.next = block;
    return block + 1;
}

static void block_release(void *opaque, void *bytes)
{
    (void)opaque;
    if (bytes == NULL) return;
    struct brotli_block *block = (struct brotli_block *)bytes - 1;
    block->previous->next = block->next;
    block->next->previous = block->previous;
    quire_free(block);
}

static bool create_state(struct quire_brotli_encoder *encoder, int level)
{
    if (setjmp(encoder->out_of_memory) != 0) return false;
    encoder->state = BrotliEncoderCreateInstance(block_allocate, block_release, encoder);
    return encoder->state != NULL &&
           BrotliEncoderSetParameter(encoder->state, BROTLI_PARAM_QUALITY, (uint32_t)level);
}

struct quire_brotli_encoder *quire_brotli_encoder_new(int level)
{
    struct quire_brotli_encoder *encoder = quire_alloc_zero(1, sizeof(*encoder));
    if (encoder == NULL) return NULL;
    encoder->blocks.next = &encoder->blocks;
    encoder->blocks.previous = &encoder->blocks;
    if (create_state(encoder, level)) return encoder;
    quire_brotli_encoder_free(encoder);
    return NULL;
}

void quire_brotli_encoder_free(struct quire_brotli_encoder *encoder)
{
    if (encoder == NULL) return;
    struct brotli_block *block = encoder->blocks.next;
    while (block != &encoder->blocks) {
        struct brotli_block *next = block->next;
        quire_free(block);
        block = next;
    }
    quire_free(encoder);
}

/* Apart from setjmp, so that no argument lives in a register across a jump. */
static __attribute__((noinline)) bool compress(BrotliEncoderState *state,
                                               struct quire_codec_step *step, bool end, bool *done)
{
    BrotliEncoderOperation operation = end ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS;
    if (!BrotliEncoderCompressStream(state, operation, &step->in_size, &step->in, &step->out_size,
                                     &step->out, NULL))
        return false;
    *done = end && BrotliEncoderIsFinished(state);
    return true;
}

bool quire_brotli_encoder_step(struct quire_brotli_encoder *encoder, struct quire_codec_step *step,
                               bool end, bool *done)
{
    if (setjmp(encoder->out_of_memory) != 0) return false;
    return compress(encoder->state, step, end, done);
}

#endif
