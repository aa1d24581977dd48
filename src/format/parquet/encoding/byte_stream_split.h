/* BYTE_STREAM_SPLIT (Parquet Encodings.md): the first bytes of all values of a page,
 * then all second bytes, and so on; for values of 1 byte and more.
 *
 * The streams are as long as the page has values, so the encoder keeps the values
 * until finish, and the decoder is told at its start how many there are. */
#ifndef QUIRE_PARQUET_BYTE_STREAM_SPLIT_H
#define QUIRE_PARQUET_BYTE_STREAM_SPLIT_H

#include "base/buf.h"
#include "format/parquet/encoding/page_bytes.h"

/* Appends n values of width bytes, split. All values of a page at once; callers that
 * get them piece by piece gather them in a buffer first. */
int quire_byte_stream_split_encode(struct quire_buf *out, const void *values, size_t n,
                                   size_t width);

struct quire_byte_stream_decoder {
    struct quire_page_bytes bytes; /* at: of the first stream */
    size_t width, stream_size, given;
};

/* The page has as many values as its bytes hold: QUIRE_CORRUPT when that is no whole
 * number. */
int quire_byte_stream_decoder_init(struct quire_byte_stream_decoder *decoder,
                                   struct quire_page_bytes bytes, size_t width,
                                   struct quire_error *error);
int quire_byte_stream_decode(struct quire_byte_stream_decoder *decoder, void *values, size_t n,
                             struct quire_error *error);

/* Passes over n values. */
int quire_byte_stream_skip(struct quire_byte_stream_decoder *decoder, size_t n,
                           struct quire_error *error);

#endif
