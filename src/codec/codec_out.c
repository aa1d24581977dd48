/* A compressing stream over any encoder.
 *
 * Input goes from the caller's memory straight to the encoder; output gathers in
 * one buffer of fixed size, which is written below when a step may not fit. */
#include "codec/codec_stream.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/fail.h"

struct codec_out {
    struct quire_out base;
    const struct quire_codec_encoder *encoder;
    void *state;
    struct quire_out *below;
    bool finished;
    struct quire_error failed; /* code 0: none yet */
    size_t used;
    uint8_t buffer[QUIRE_CODEC_OUT_BYTES];
};

static int flush_below(struct codec_out *out, struct quire_error *error)
{
    if (out->used == 0) return 0;
    QUIRE_TRY(quire_out_write(out->below, out->buffer, out->used, error));
    out->used = 0;
    return 0;
}

static int pump(struct codec_out *out, struct quire_codec_step *step, bool end,
                struct quire_error *error)
{
    bool done = false;
    while (end ? !done : step->in_size > 0) {
        if (sizeof(out->buffer) - out->used < out->encoder->room)
            QUIRE_TRY(flush_below(out, error));
        size_t in_size = step->in_size;
        size_t room = sizeof(out->buffer) - out->used;
        step->out = out->buffer + out->used;
        step->out_size = room;
        QUIRE_TRY(out->encoder->step(out->state, step, end, &done, error));
        out->used += room - step->out_size;
        if (step->in_size == in_size && step->out_size == room && !done)
            return quire_fail(error, QUIRE_INTERNAL, out->encoder->operation,
                              "the encoder makes no progress");
    }
    return 0;
}

/* Records the outcome of an operation, made on out->failed, and passes it on. */
static int settle(struct codec_out *out, int code, struct quire_error *error)
{
    if (code == 0) return 0;
    out->failed.code = code;
    if (error != NULL) *error = out->failed;
    return code;
}

static int codec_out_write(struct quire_out *base, const void *bytes, size_t size,
                           struct quire_error *error)
{
    struct codec_out *out = (struct codec_out *)base;
    if (out->failed.code != 0) return settle(out, out->failed.code, error);
    if (out->finished) {
        quire_fail(&out->failed, QUIRE_USAGE, out->encoder->operation,
                   "the stream is already finished");
        return settle(out, QUIRE_USAGE, error);
    }
    struct quire_codec_step step = {.in = bytes, .in_size = size};
    QUIRE_TRY(settle(out, pump(out, &step, false, &out->failed), error));
    out->base.written += (int64_t)size;
    return 0;
}

static int codec_out_finish(struct quire_out *base, struct quire_error *error)
{
    struct codec_out *out = (struct codec_out *)base;
    if (out->failed.code != 0) return settle(out, out->failed.code, error);
    if (out->finished) return 0;
    struct quire_codec_step step = {.in = (const uint8_t *)"", .in_size = 0};
    int code = pump(out, &step, true, &out->failed);
    if (code == 0) code = flush_below(out, &out->failed);
    QUIRE_TRY(settle(out, code, error));
    out->finished = true;
    return 0;
}

static void codec_out_close(struct quire_out *base)
{
    struct codec_out *out = (struct codec_out *)base;
    out->encoder->free(out->state);
    quire_free(out);
}

static const struct quire_out_ops codec_out_ops = {
    .write = codec_out_write,
    .finish = codec_out_finish,
    .close = codec_out_close,
};

int quire_codec_out_new(const struct quire_codec_encoder *encoder, void *state,
                        struct quire_out *below, struct quire_out **out, struct quire_error *error)
{
    assert(encoder->room > 0 && encoder->room <= QUIRE_CODEC_OUT_BYTES);
    struct codec_out *created = quire_alloc(sizeof(*created));
    if (created == NULL) return quire_fail_memory(error, encoder->operation);
    created->base = (struct quire_out){.ops = &codec_out_ops};
    created->encoder = encoder;
    created->state = state;
    created->below = below;
    created->finished = false;
    created->used = 0;
    quire_error_clear(&created->failed);
    *out = &created->base;
    return 0;
}
