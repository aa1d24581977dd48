/* DELTA_BYTE_ARRAY (Parquet Encodings.md, "Delta Strings"): how much of the value
 * before is repeated, as DELTA_BINARY_PACKED, then the rest of each value as
 * DELTA_LENGTH_BYTE_ARRAY. Several calls give the same as one. */
#ifndef QUIRE_PARQUET_DELTA_BYTE_ARRAY_H
#define QUIRE_PARQUET_DELTA_BYTE_ARRAY_H

#include "format/parquet/encoding/delta_length_byte_array.h"

/* Zero-initialise; release when done. */
struct quire_delta_bytes_encoder {
    struct quire_delta_encoder prefixes;
    struct quire_delta_length_encoder suffixes;
    struct quire_buf last;
};

void quire_delta_bytes_encoder_release(struct quire_delta_bytes_encoder *encoder);
/* The first value of a page repeats nothing. */
void quire_delta_bytes_encoder_clear(struct quire_delta_bytes_encoder *encoder);
int quire_delta_bytes_encode(struct quire_delta_bytes_encoder *encoder,
                             const struct quire_bytes *values, size_t n, struct quire_error *error);
size_t quire_delta_bytes_encoder_size(const struct quire_delta_bytes_encoder *encoder);
int quire_delta_bytes_finish(struct quire_delta_bytes_encoder *encoder, struct quire_buf *out);

/* Release when done. */
struct quire_delta_bytes_decoder {
    struct quire_delta_decoder prefixes;
    struct quire_delta_length_decoder suffixes;
    struct quire_buf values;   /* of the last call */
    size_t last_at, last_size; /* of the last value, in values */
};

/* Values of one call may hold so many bytes in all: what prefixes can blow up. */
#define QUIRE_DELTA_BYTES_MAX ((size_t)1 << 30)

/* Works on a decoder that is zeroed or was used for another page. */
int quire_delta_bytes_decoder_init(struct quire_delta_bytes_decoder *decoder,
                                   struct quire_page_bytes bytes, uint64_t count_max,
                                   struct quire_error *error);
void quire_delta_bytes_decoder_release(struct quire_delta_bytes_decoder *decoder);
/* Slices that stand until the next call. QUIRE_LIMIT beyond QUIRE_DELTA_BYTES_MAX. */
int quire_delta_bytes_decode(struct quire_delta_bytes_decoder *decoder, struct quire_bytes *values,
                             size_t n, struct quire_error *error);

#endif
