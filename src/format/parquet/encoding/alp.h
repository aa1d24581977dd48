/* ALP (Parquet AlpEncoding.md): FLOAT and DOUBLE that are decimals at heart, as integers
 * scaled by powers of ten, bit-packed above the least of their vector; values that do not
 * come back bit by bit stand beside them as exceptions. */
#ifndef QUIRE_PARQUET_ALP_H
#define QUIRE_PARQUET_ALP_H

#include <stdbool.h>

#include "base/buf.h"
#include "format/parquet/encoding/page_bytes.h"

#define QUIRE_ALP_LOG_VECTOR     10 /* vectors that are written have 1,024 values */
#define QUIRE_ALP_LOG_VECTOR_MIN 3
#define QUIRE_ALP_LOG_VECTOR_MAX 15
#define QUIRE_ALP_HEADER_BYTES   7
#define QUIRE_ALP_EXPONENT_MAX   18 /* DOUBLE; FLOAT: 10 */

/* Correctly rounded powers of ten: 10^i, 10^-i; those of FLOAT up to 10. */
struct quire_alp_powers {
    double f64[QUIRE_ALP_EXPONENT_MAX + 1], inverse_f64[QUIRE_ALP_EXPONENT_MAX + 1];
    float f32[11], inverse_f32[11];
};
extern const struct quire_alp_powers quire_alp_powers;

/* Appends n values (wide: double, else float), all of a page at once; callers that get
 * them piece by piece gather them first. Any values are fine, but for how they compress.
 * QUIRE_LIMIT beyond 2^31 - 1 values or what 32-bit offsets reach. (alp_encode.c) */
int quire_alp_encode(struct quire_buf *out, const void *values, size_t n, bool wide,
                     struct quire_error *error);

/* Zero-initialise; release when done. */
struct quire_alp_decoder {
    struct quire_page_bytes bytes; /* at: of the array of offsets */
    bool wide;
    unsigned log_vector;
    size_t size, given;      /* values of the page, and given */
    size_t vector;           /* that is decoded in values; its number */
    struct quire_buf values; /* one vector, when it is not taken whole */
};

/* Works on a decoder that is zeroed or was used for another page. */
int quire_alp_decoder_init(struct quire_alp_decoder *decoder, struct quire_page_bytes bytes,
                           bool wide, struct quire_error *error);
void quire_alp_decoder_release(struct quire_alp_decoder *decoder);
/* Exactly n values, or QUIRE_CORRUPT. */
int quire_alp_decode(struct quire_alp_decoder *decoder, void *values, size_t n,
                     struct quire_error *error);
/* Passes over n values. */
int quire_alp_skip(struct quire_alp_decoder *decoder, size_t n, struct quire_error *error);

#endif
