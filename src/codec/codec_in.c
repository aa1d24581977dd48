/* A decompressing stream over any decoder.
 *
 * Output goes straight into the caller's memory; input is read below into one
 * buffer of fixed size. The stream ends where the input below ends, and only if
 * the decoder then stands between members; so a truncated one is always noticed. */
#include "codec/codec_stream.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/fail.h"

struct codec_in {
    struct quire_in base;
    const struct quire_codec_decoder *decoder;
    void *state;
    struct quire_in *below; /* owned */
    bool below_ended;
    bool whole;                /* what the decoder said last; an empty input is not */
    struct quire_error failed; /* code 0: none yet */
    int64_t consumed;          /* compressed bytes that the decoder has taken */
    size_t at, size;           /* the part of buffer that it has not */
    uint8_t buffer[QUIRE_CODEC_IN_BYTES];
};

static int fill(struct codec_in *in, struct quire_error *error)
{
    size_t got = 0;
    QUIRE_TRY(in->below->ops->read(in->below, in->buffer, sizeof(in->buffer), &got, error));
    in->at = 0;
    in->size = got;
    in->below_ended = got == 0;
    return 0;
}

static int step_once(struct codec_in *in, struct quire_codec_step *step, struct quire_error *error)
{
    step->in = in->buffer + in->at;
    step->in_size = in->size - in->at;
    size_t in_size = step->in_size;
    int code = in->decoder->step(in->state, step, &in->whole, error);
    in->at += in_size - step->in_size;
    in->consumed += (int64_t)(in_size - step->in_size);
    if (code != 0) quire_error_at(error, QUIRE_NOWHERE, NULL, in->consumed);
    return code;
}

static int fail_stuck(struct codec_in *in, struct quire_error *error)
{
    if (in->below_ended)
        quire_fail(error, QUIRE_CORRUPT, in->decoder->operation,
                   "the compressed stream is cut off at byte %" PRId64, in->consumed);
    else
        quire_fail(error, QUIRE_INTERNAL, in->decoder->operation, "the decoder makes no progress");
    quire_error_at(error, QUIRE_NOWHERE, NULL, in->consumed);
    return in->below_ended ? QUIRE_CORRUPT : QUIRE_INTERNAL;
}

/* Steps until there is some output or the stream ends. */
static int pump(struct codec_in *in, uint8_t *bytes, size_t capacity, size_t *got,
                struct quire_error *error)
{
    struct quire_codec_step step = {.out = bytes, .out_size = capacity};
    while (step.out_size == capacity) {
        if (in->at == in->size && !in->below_ended) QUIRE_TRY(fill(in, error));
        if (in->at == in->size && in->whole) break;
        size_t at = in->at;
        QUIRE_TRY(step_once(in, &step, error));
        bool ended = in->below_ended && in->at == in->size && in->whole;
        if (in->at == at && step.out_size == capacity && !ended) return fail_stuck(in, error);
    }
    *got = capacity - step.out_size;
    return 0;
}

static int codec_in_read(struct quire_in *base, void *bytes, size_t capacity, size_t *got,
                         struct quire_error *error)
{
    struct codec_in *in = (struct codec_in *)base;
    if (capacity == 0) {
        *got = 0;
        return 0;
    }
    if (in->failed.code == 0) in->failed.code = pump(in, bytes, capacity, got, &in->failed);
    if (in->failed.code != 0 && error != NULL) *error = in->failed;
    return in->failed.code;
}

static void codec_in_close(struct quire_in *base)
{
    struct codec_in *in = (struct codec_in *)base;
    in->decoder->free(in->state);
    quire_in_close(in->below);
    quire_free(in);
}

static const struct quire_in_ops codec_in_ops = {
    .read = codec_in_read,
    .close = codec_in_close,
};

int quire_codec_in_new(const struct quire_codec_decoder *decoder, void *state,
                       struct quire_in *below, struct quire_in **in, struct quire_error *error)
{
    struct codec_in *created = quire_alloc(sizeof(*created));
    if (created == NULL) return quire_fail_memory(error, decoder->operation);
    created->base = (struct quire_in){.ops = &codec_in_ops, .size = -1};
    created->decoder = decoder;
    created->state = state;
    created->below = below;
    created->below_ended = false;
    created->whole = false;
    created->consumed = 0;
    created->at = 0;
    created->size = 0;
    quire_error_clear(&created->failed);
    *in = &created->base;
    return 0;
}
