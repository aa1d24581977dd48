/* Streams over memory and sample data for the tests of the codecs. */
#ifndef QUIRE_TESTS_CODEC_FIXTURE_H
#define QUIRE_TESTS_CODEC_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "quire/codec.h"

/* Bytes that compress well, or not at all; the same for the same size. */
void fixture_fill_text(uint8_t *bytes, size_t size);
void fixture_fill_random(uint8_t *bytes, size_t size);

/* A sink that keeps what is written, and fails when it would pass size_max. */
struct fixture_sink {
    struct quire_out base;
    struct quire_buf kept;
    size_t size_max; /* 0: no bound */
    int closed;
};
void fixture_sink_init(struct fixture_sink *sink);

/* A source over memory that gives at most `piece` bytes at a time. */
struct fixture_source {
    struct quire_in base;
    const uint8_t *bytes;
    size_t size, at, piece;
    int closed;
};
void fixture_source_init(struct fixture_source *source, const void *bytes, size_t size,
                         size_t piece);

/* Whether this build has the codec's stream face (gzip blocks need libdeflate, streams zlib). */
bool fixture_has_streams(const struct quire_codec *codec);

/* A whole stream, written in pieces and read with a capacity; appends to out. */
int fixture_write_stream(const struct quire_codec *codec, int level, unsigned threads,
                         const uint8_t *bytes, size_t size, size_t piece, struct quire_buf *out,
                         struct quire_error *error);
int fixture_read_stream(const struct quire_codec *codec, const void *bytes, size_t size,
                        size_t piece, size_t capacity, struct quire_buf *out,
                        struct quire_error *error);

#endif
