/* One face over the encodings of values in data pages (Encodings.md), but for
 * dictionaries: values go in piece by piece, a page's bytes come out. */
#ifndef QUIRE_PARQUET_VALUE_ENCODER_H
#define QUIRE_PARQUET_VALUE_ENCODER_H

#include "format/parquet/encoding/delta_byte_array.h"
#include "format/parquet/encoding/plain.h"
#include "format/parquet/encoding/rle.h"
#include "format/parquet/write/values.h"

/* Zero-initialise; release when done. */
struct quire_value_encoder {
    int32_t type;           /* enum quire_parquet_type */
    int32_t encoding;       /* enum quire_parquet_encoding */
    struct quire_buf bytes; /* PLAIN, RLE, or values that are encoded a page at once */
    struct quire_plain_bools bools;
    struct quire_rle_encoder rle;
    struct quire_delta_encoder delta;
    struct quire_delta_length_encoder lengths;
    struct quire_delta_bytes_encoder prefixes;
};
void quire_value_encoder_release(struct quire_value_encoder *encoder);

/* Whether values of the type can be encoded so. */
bool quire_encoding_fits(int32_t type, int32_t encoding);

/* Begins a page; what was not finished is dropped. */
void quire_value_encoder_start(struct quire_value_encoder *encoder, int32_t type, int32_t encoding);
int quire_value_encode(struct quire_value_encoder *encoder, const struct quire_values *values,
                       struct quire_error *error);
/* Bytes that finish would append now, about. */
size_t quire_value_encoder_size(const struct quire_value_encoder *encoder);
/* Appends the page's values, of so many bytes each where they are fixed, and begins the
 * next page. */
int quire_value_encoder_finish(struct quire_value_encoder *encoder, size_t width,
                               struct quire_buf *out, struct quire_error *error);
/* The same where values are kept as they stand in the page, which PLAIN ones are but for
 * booleans: gives their place instead of a copy. The QUIRE_VALUES_HEADROOM bytes before it may be
 * written to; all stands until the next values are encoded. NULL: finish is to be used. */
#define QUIRE_VALUES_HEADROOM 64
uint8_t *quire_value_encoder_take(struct quire_value_encoder *encoder, size_t *size);
size_t quire_value_encoder_memory(const struct quire_value_encoder *encoder);

#endif
