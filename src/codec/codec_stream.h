/* What every compressing and decompressing stream has in common.
 *
 * A codec gives a step function over a window of input and one of output; the
 * streams here own the buffers (of fixed size), count bytes, keep the first
 * error and end the stream. A step that makes no progress where it could is a
 * defect and ends the stream with an error, so nothing can spin. */
#ifndef QUIRE_CODEC_CODEC_STREAM_H
#define QUIRE_CODEC_CODEC_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/stream.h"

#define QUIRE_CODEC_IN_BYTES  ((size_t)128 << 10) /* compressed bytes read at a time */
#define QUIRE_CODEC_OUT_BYTES ((size_t)256 << 10) /* compressed bytes held before a write */

/* Windows of input and output; a step advances the pointers and lowers the sizes. */
struct quire_codec_step {
    const uint8_t *in;
    size_t in_size;
    uint8_t *out;
    size_t out_size;
};

struct quire_codec_encoder {
    const char *operation; /* "compress zstd" */
    size_t room;           /* output that every step finds free; at most OUT_BYTES */
    /* end: no input follows; *done is set when all of the tail is in the output. */
    int (*step)(void *state, struct quire_codec_step *step, bool end, bool *done,
                struct quire_error *error);
    void (*free)(void *state);
};

struct quire_codec_decoder {
    const char *operation; /* "decompress zstd" */
    /* *whole: the stream may end here. Called with no input only while not whole,
     * to give what it still holds. */
    int (*step)(void *state, struct quire_codec_step *step, bool *whole, struct quire_error *error);
    void (*free)(void *state);
};

/* Open a stream over a state, which the stream takes on success.
 *
 * finish may be called again: 0 after a success, the same error after a failure;
 * a write after it is QUIRE_USAGE. finish does not finish what is below. */
int quire_codec_out_new(const struct quire_codec_encoder *encoder, void *state,
                        struct quire_out *below, struct quire_out **out, struct quire_error *error);
int quire_codec_in_new(const struct quire_codec_decoder *decoder, void *state,
                       struct quire_in *below, struct quire_in **in, struct quire_error *error);

#endif
