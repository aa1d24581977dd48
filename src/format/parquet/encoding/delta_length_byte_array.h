/* DELTA_LENGTH_BYTE_ARRAY (Parquet Encodings.md): all lengths as DELTA_BINARY_PACKED,
 * then all bytes. Several calls give the same as one. */
#ifndef QUIRE_PARQUET_DELTA_LENGTH_BYTE_ARRAY_H
#define QUIRE_PARQUET_DELTA_LENGTH_BYTE_ARRAY_H

#include "data/view.h"
#include "format/parquet/encoding/delta_binary_packed.h"

/* Zero-initialise; release when done. */
struct quire_delta_length_encoder {
    struct quire_delta_encoder lengths;
    struct quire_buf bytes;
};

void quire_delta_length_encoder_release(struct quire_delta_length_encoder *encoder);
void quire_delta_length_encoder_clear(struct quire_delta_length_encoder *encoder);
/* QUIRE_LIMIT for a value longer than 2^31 - 1 bytes. */
int quire_delta_length_encode(struct quire_delta_length_encoder *encoder,
                              const struct quire_bytes *values, size_t n,
                              struct quire_error *error);
size_t quire_delta_length_encoder_size(const struct quire_delta_length_encoder *encoder);
int quire_delta_length_finish(struct quire_delta_length_encoder *encoder, struct quire_buf *out);

struct quire_delta_length_decoder {
    struct quire_delta_decoder lengths;
    struct quire_page_bytes bytes;
};

/* Finds where the bytes begin by passing over the lengths once; count_max is the most
 * values that the page may hold. */
int quire_delta_length_decoder_init(struct quire_delta_length_decoder *decoder,
                                    struct quire_page_bytes bytes, uint64_t count_max,
                                    struct quire_error *error);
/* Slices of the page. */
int quire_delta_length_decode(struct quire_delta_length_decoder *decoder,
                              struct quire_bytes *values, size_t n, struct quire_error *error);

#endif
