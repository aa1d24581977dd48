/* PLAIN (Parquet Encodings.md, "Plain"): values back to back, little endian; byte
 * arrays with their length in four bytes before them; booleans bit by bit.
 *
 * Byte arrays are given and taken as slices (struct quire_bytes): what a decoder gives
 * points into its page. Several calls give the same as one. */
#ifndef QUIRE_PARQUET_PLAIN_H
#define QUIRE_PARQUET_PLAIN_H

#include "base/buf.h"
#include "data/view.h"
#include "format/parquet/encoding/page_bytes.h"

/* Bytes of a value of a physical type (type_length for FIXED_LEN_BYTE_ARRAY); 0 for
 * BOOLEAN and BYTE_ARRAY. */
size_t quire_plain_width(enum quire_parquet_type type, size_t type_length);

/* n values of `width` bytes. */
int quire_plain_encode_fixed(struct quire_buf *out, const void *values, size_t n, size_t width);
int quire_plain_decode_fixed(struct quire_page_bytes *bytes, void *values, size_t n, size_t width,
                             struct quire_error *error);

/* QUIRE_LIMIT when a value is longer than 2^31 - 1 bytes. */
int quire_plain_encode_bytes(struct quire_buf *out, const struct quire_bytes *values, size_t n,
                             struct quire_error *error);
int quire_plain_decode_bytes(struct quire_page_bytes *bytes, struct quire_bytes *values, size_t n,
                             struct quire_error *error);

/* Booleans are a byte each in memory, 0 or 1. Zero-initialise; finish writes the last
 * byte, padded with zeros. */
struct quire_plain_bools {
    uint8_t group[8];
    unsigned group_at, group_size; /* encoding uses only group_size */
};
int quire_plain_encode_bools(struct quire_plain_bools *bools, struct quire_buf *out,
                             const uint8_t *values, size_t n);
int quire_plain_finish_bools(struct quire_plain_bools *bools, struct quire_buf *out);
int quire_plain_decode_bools(struct quire_plain_bools *bools, struct quire_page_bytes *bytes,
                             uint8_t *values, size_t n, struct quire_error *error);

#endif
