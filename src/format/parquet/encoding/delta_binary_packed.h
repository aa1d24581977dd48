/* DELTA_BINARY_PACKED (Parquet Encodings.md, "Delta Encoding"): INT32 and INT64 as
 * differences, bit-packed in miniblocks above the least difference of their block.
 *
 * Arithmetic wraps around, in 32 bits for INT32, so that no width is more than the
 * type's. Several calls give the same as one. Blocks are 128 values in four
 * miniblocks when written; any that the specification allows are read. */
#ifndef QUIRE_PARQUET_DELTA_BINARY_PACKED_H
#define QUIRE_PARQUET_DELTA_BINARY_PACKED_H

#include <stdbool.h>

#include "base/buf.h"
#include "format/parquet/encoding/page_bytes.h"

#define QUIRE_DELTA_BLOCK          128
#define QUIRE_DELTA_MINIBLOCK      32
#define QUIRE_DELTA_MINIBLOCKS_MAX 4096 /* of a block that is read */

/* Zero-initialise but for wide; release when done. clear readies it for a new page and
 * keeps memory. */
struct quire_delta_encoder {
    bool wide; /* INT64, else INT32 */
    uint64_t count;
    int64_t first, last;
    unsigned deltas_size;
    uint64_t deltas[QUIRE_DELTA_BLOCK];
    struct quire_buf blocks; /* the header, known only at the end, goes before them */
};

void quire_delta_encoder_release(struct quire_delta_encoder *encoder);
void quire_delta_encoder_clear(struct quire_delta_encoder *encoder);
/* Fail only with QUIRE_MEMORY; then only clear or release is of use. */
int quire_delta_encode_i32(struct quire_delta_encoder *encoder, const int32_t *values, size_t n);
int quire_delta_encode_i64(struct quire_delta_encoder *encoder, const int64_t *values, size_t n);
/* Bytes that finish would append now, at most. */
size_t quire_delta_encoder_size(const struct quire_delta_encoder *encoder);
/* Appends header and blocks, and clears. */
int quire_delta_finish(struct quire_delta_encoder *encoder, struct quire_buf *out);

struct quire_delta_decoder {
    struct quire_page_bytes bytes;
    uint64_t count;    /* values that the header announces */
    uint64_t left;     /* of them, not given yet */
    uint64_t unpacked; /* of left: deltas not unpacked yet */
    bool started;      /* the first value was given */
    uint64_t last, min_delta;
    size_t block_size, miniblocks, miniblock_size;
    size_t miniblock;      /* that is being read, in its block */
    size_t miniblock_left; /* values of it not unpacked; beyond the last too */
    const uint8_t *widths; /* of the block's miniblocks */
    unsigned width;
    unsigned group_at, group_size;
    uint64_t group[QUIRE_DELTA_MINIBLOCK];
};

/* Reads the header. */
int quire_delta_decoder_init(struct quire_delta_decoder *decoder, struct quire_page_bytes bytes,
                             struct quire_error *error);
/* Exactly n values, or QUIRE_CORRUPT. i32 gives the low half. */
int quire_delta_decode_i32(struct quire_delta_decoder *decoder, int32_t *values, size_t n,
                           struct quire_error *error);
int quire_delta_decode_i64(struct quire_delta_decoder *decoder, int64_t *values, size_t n,
                           struct quire_error *error);
/* What follows, once all values have been decoded. */
struct quire_page_bytes quire_delta_rest(const struct quire_delta_decoder *decoder);

#endif
