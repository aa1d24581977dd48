/* RLE (Parquet Encodings.md, "Run Length Encoding / Bit-Packing Hybrid"): levels,
 * dictionary indices and booleans. The four bytes of length that stand before it in
 * some pages are the caller's.
 *
 * Values are uint8_t (widths to 8) or uint32_t (widths to 32); a coder is used with
 * one of them. Several calls give the same as one. Not thread-safe. */
#ifndef QUIRE_PARQUET_RLE_H
#define QUIRE_PARQUET_RLE_H

#include <stdbool.h>

#include "base/buf.h"
#include "format/parquet/encoding/page_bytes.h"

#define QUIRE_RLE_WIDTH_MAX 32

/* Appends to out, which nobody else may touch until finish. */
struct quire_rle_encoder {
    struct quire_buf *out;
    unsigned width;
    uint32_t run_value;
    uint64_t run_length; /* of the run that is open: 0, or at least 8 */
    uint32_t group[8];   /* values that do not fill a group yet, when no run is open */
    unsigned group_size;
    size_t literal_at; /* of the header of the open bit-packed run */
    unsigned literal_groups;
};

void quire_rle_encoder_init(struct quire_rle_encoder *encoder, struct quire_buf *out,
                            unsigned width);
/* Fail only with QUIRE_MEMORY; then the encoder is of no more use. */
int quire_rle_encode_u8(struct quire_rle_encoder *encoder, const uint8_t *values, size_t n);
int quire_rle_encode_u32(struct quire_rle_encoder *encoder, const uint32_t *values, size_t n);
/* One value n times. */
int quire_rle_encode_run(struct quire_rle_encoder *encoder, uint32_t value, size_t n);
/* Writes what is still held. The last group is padded with zeros. */
int quire_rle_finish(struct quire_rle_encoder *encoder);

struct quire_rle_decoder {
    struct quire_page_bytes bytes;
    unsigned width;
    uint32_t run_value;
    uint64_t run_left;    /* of a repeated value */
    uint64_t packed_left; /* bit-packed values not unpacked yet */
    union {
        uint8_t u8[8];
        uint32_t u32[8];
    } group; /* unpacked but not given yet */
    unsigned group_at, group_size;
};

/* QUIRE_CORRUPT when width is beyond width_max (8 or 32). */
int quire_rle_decoder_init(struct quire_rle_decoder *decoder, struct quire_page_bytes bytes,
                           unsigned width, unsigned width_max, struct quire_error *error);
/* Exactly n values, or QUIRE_CORRUPT. */
int quire_rle_decode_u8(struct quire_rle_decoder *decoder, uint8_t *values, size_t n,
                        struct quire_error *error);
int quire_rle_decode_u32(struct quire_rle_decoder *decoder, uint32_t *values, size_t n,
                         struct quire_error *error);
/* How many equal values stand next as one run, and which; *run is 0 where bit-packed
 * ones do. Nothing is taken. */
int quire_rle_peek_run(struct quire_rle_decoder *decoder, uint64_t *run, uint32_t *value,
                       struct quire_error *error);

/* n values of width 1 as bits: sets those that are 1 in a bitmap whose bits from `bit` on
 * are 0. *ones: how many. */
int quire_rle_decode_bits(struct quire_rle_decoder *decoder, uint8_t *bits, int64_t bit, size_t n,
                          size_t *ones, struct quire_error *error);
/* Takes values of a run that was peeked. */
static inline void quire_rle_take_run(struct quire_rle_decoder *decoder, uint64_t n)
{
    decoder->run_left -= n;
}

/* The deprecated BIT_PACKED encoding of levels: n values of a width to 8, most
 * significant bit first. The cursor moves behind them. */
int quire_bit_packed_levels(struct quire_page_bytes *bytes, unsigned width, uint8_t *values,
                            size_t n, struct quire_error *error);

#endif
