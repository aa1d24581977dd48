/* A brotli encoder that survives the want of memory. */
#ifndef QUIRE_CODEC_BROTLI_ENCODER_H
#define QUIRE_CODEC_BROTLI_ENCODER_H

#include <stdbool.h>

#include "codec/codec_stream.h"

struct quire_brotli_encoder;

/* NULL when memory is out. */
struct quire_brotli_encoder *quire_brotli_encoder_new(int level);
void quire_brotli_encoder_free(struct quire_brotli_encoder *encoder);

/* Goes on, or with end, towards the end; false when memory is out, and then only
 * free may follow. */
bool quire_brotli_encoder_step(struct quire_brotli_encoder *encoder, struct quire_codec_step *step,
                               bool end, bool *done);

#endif
