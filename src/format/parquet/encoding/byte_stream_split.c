/* Widths 4 and 8 are written out, so that the loops over bytes unroll and a block of
 * values stays in the first cache while all its streams are served. */
#include "format/parquet/encoding/byte_stream_split.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define BLOCK  512

INLINE void split(const uint8_t *values, size_t n, size_t width, uint8_t *out)
{
    for (size_t start = 0; start < n; start += BLOCK) {
        size_t end = n - start < BLOCK ? n : start + BLOCK;
        for (size_t k = 0; k < width; k++) {
            uint8_t *stream = out + k * n;
            for (size_t i = start; i < end; i++)
                stream[i] = values[i * width + k];
        }
    }
}

/* stream_size lies between the streams' first bytes. */
INLINE void join(const uint8_t *streams, size_t stream_size, size_t n, size_t width, uint8_t *out)
{
    for (size_t start = 0; start < n; start += BLOCK) {
        size_t end = n - start < BLOCK ? n : start + BLOCK;
        for (size_t k = 0; k < width; k++) {
            const uint8_t *stream = streams + k * stream_size;
            for (size_t i = start; i < end; i++)
                out[i * width + k] = stream[i];
        }
    }
}

int quire_byte_stream_split_encode(struct quire_buf *out, const void *values, size_t n,
                                   size_t width)
{
    QUIRE_TRY(quire_buf_reserve(out, n * width));
    uint8_t *at = quire_buf_end(out);
    if (width == 4)
        split(values, n, 4, at);
    else if (width == 8)
        split(values, n, 8, at);
    else
        split(values, n, width, at);
    out->size += n * width;
    return 0;
}

int quire_byte_stream_decoder_init(struct quire_byte_stream_decoder *decoder,
                                   struct quire_page_bytes bytes, size_t width,
                                   struct quire_error *error)
{
    size_t size = quire_page_left(&bytes);
    if (width == 0 || size % width != 0)
        return quire_page_fail(&bytes, error, "%zu bytes are no whole count of values of %zu", size,
                               width);
    *decoder = (struct quire_byte_stream_decoder){
        .bytes = bytes, .width = width, .stream_size = size / width};
    return 0;
}

int quire_byte_stream_decode(struct quire_byte_stream_decoder *decoder, void *values, size_t n,
                             struct quire_error *error)
{
    if (n > decoder->stream_size - decoder->given)
        return quire_page_fail_end(&decoder->bytes, "values", error);
    const uint8_t *at = decoder->bytes.at + decoder->given;
    if (decoder->width == 4)
        join(at, decoder->stream_size, n, 4, values);
    else if (decoder->width == 8)
        join(at, decoder->stream_size, n, 8, values);
    else
        join(at, decoder->stream_size, n, decoder->width, values);
    decoder->given += n;
    return 0;
}

int quire_byte_stream_skip(struct quire_byte_stream_decoder *decoder, size_t n,
                           struct quire_error *error)
{
    if (n > decoder->stream_size - decoder->given)
        return quire_page_fail_end(&decoder->bytes, "values", error);
    decoder->given += n;
    return 0;
}
