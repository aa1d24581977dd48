/* gzip streams by zlib. A stream in may hold several members (RFC 1952, 2.2),
 * and zero bytes after the last one, as tapes and tar leave them. */
#include "codec/codec.h"

#ifdef QUIRE_WITH_ZLIB

#include <limits.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "codec/codec_stream.h"

#define COMPRESS         "compress gzip"
#define DECOMPRESS       "decompress gzip"
#define GZIP_WINDOW_BITS (15 + 16) /* the largest window, in a gzip wrapper */
#define MEMORY_LEVEL     8

static void begin_step(z_stream *stream, const struct quire_codec_step *step)
{
    stream->next_in = step->in;
    stream->avail_in = step->in_size < UINT_MAX ? (uInt)step->in_size : UINT_MAX;
    stream->next_out = step->out;
    stream->avail_out = step->out_size < UINT_MAX ? (uInt)step->out_size : UINT_MAX;
}

static void end_step(const z_stream *stream, struct quire_codec_step *step)
{
    step->in_size -= (size_t)(stream->next_in - step->in);
    step->in = stream->next_in;
    step->out_size -= (size_t)(stream->next_out - step->out);
    step->out = stream->next_out;
}

static int encode_step(void *state, struct quire_codec_step *step, bool end, bool *done,
                       struct quire_error *error)
{
    z_stream *stream = state;
    begin_step(stream, step);
    int result = deflate(stream, end ? Z_FINISH : Z_NO_FLUSH);
    end_step(stream, step);
    if (result == Z_STREAM_ERROR)
        return quire_fail(error, QUIRE_INTERNAL, COMPRESS, "zlib refuses its state");
    *done = result == Z_STREAM_END;
    return 0;
}

static void encode_free(void *state)
{
    deflateEnd(state);
    quire_free(state);
}

static const struct quire_codec_encoder encoder = {
    .operation = COMPRESS,
    .room = 1,
    .step = encode_step,
    .free = encode_free,
};

int quire_codec_gzip_out_open(struct quire_out *below, int level, unsigned threads,
                              struct quire_out **out, struct quire_error *error)
{
    (void)threads; /* zlib has no workers */
    QUIRE_TRY(quire_codec_level(&quire_codec_gzip, level, &level, error));
    z_stream *stream = quire_alloc_zero(1, sizeof(*stream));
    if (stream == NULL) return quire_fail_memory(error, COMPRESS);
    stream->zalloc = quire_codec_allocate_items;
    stream->zfree = quire_codec_release;
    if (deflateInit2(stream, level, Z_DEFLATED, GZIP_WINDOW_BITS, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        quire_free(stream);
        return quire_fail_memory(error, COMPRESS);
    }
    int code = quire_codec_out_new(&encoder, stream, below, out, error);
    if (code != 0) encode_free(stream);
    return code;
}

enum gzip_place {
    GZIP_INSIDE,  /* of a member, or before the first */
    GZIP_BETWEEN, /* after a member */
    GZIP_PADDING  /* after a member and a zero byte: only zeros may follow */
};

struct gzip_in {
    z_stream stream;
    enum gzip_place place;
};

/* After a member: either another one begins here, or zeros up to the end. */
static int decode_between(struct gzip_in *in, struct quire_codec_step *step,
                          struct quire_error *error)
{
    if (in->place == GZIP_BETWEEN && *step->in == 0x1f) {
        if (inflateReset(&in->stream) != Z_OK)
            return quire_fail(error, QUIRE_INTERNAL, DECOMPRESS, "zlib refuses its state");
        in->place = GZIP_INSIDE;
        return 0;
    }
    in->place = GZIP_PADDING;
    while (step->in_size > 0 && *step->in == 0) {
        step->in++;
        step->in_size--;
    }
    if (step->in_size == 0) return 0;
    return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS,
                      "the last member is followed by other bytes");
}

static int decode_member(struct gzip_in *in, struct quire_codec_step *step,
                         struct quire_error *error)
{
    z_stream *stream = &in->stream;
    begin_step(stream, step);
    int result = inflate(stream, Z_NO_FLUSH);
    end_step(stream, step);
    switch (result) {
    case Z_STREAM_END: in->place = GZIP_BETWEEN; return 0;
    case Z_OK:
    case Z_BUF_ERROR: return 0; /* more input is needed */
    case Z_MEM_ERROR: return quire_fail_memory(error, DECOMPRESS);
    default:
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS, "%s",
                          stream->msg != NULL ? stream->msg : "the data is damaged");
    }
}

static int decode_step(void *state, struct quire_codec_step *step, bool *whole,
                       struct quire_error *error)
{
    struct gzip_in *in = state;
    if (in->place != GZIP_INSIDE) QUIRE_TRY(decode_between(in, step, error));
    if (in->place == GZIP_INSIDE) QUIRE_TRY(decode_member(in, step, error));
    *whole = in->place != GZIP_INSIDE;
    return 0;
}

static void decode_free(void *state)
{
    struct gzip_in *in = state;
    inflateEnd(&in->stream);
    quire_free(in);
}

static const struct quire_codec_decoder decoder = {
    .operation = DECOMPRESS,
    .step = decode_step,
    .free = decode_free,
};

int quire_codec_gzip_in_open(struct quire_in *below, struct quire_in **in,
                             struct quire_error *error)
{
    struct gzip_in *state = quire_alloc_zero(1, sizeof(*state));
    if (state == NULL) return quire_fail_memory(error, DECOMPRESS);
    state->stream.zalloc = quire_codec_allocate_items;
    state->stream.zfree = quire_codec_release;
    if (inflateInit2(&state->stream, GZIP_WINDOW_BITS) != Z_OK) {
        quire_free(state);
        return quire_fail_memory(error, DECOMPRESS);
    }
    int code = quire_codec_in_new(&decoder, state, below, in, error);
    if (code != 0) decode_free(state);
    return code;
}

#else

int quire_codec_gzip_out_open(struct quire_out *below, int level, unsigned threads,
                              struct quire_out **out, struct quire_error *error)
{
    (void)below, (void)level, (void)threads, (void)out;
    return quire_codec_without("zlib", error);
}

int quire_codec_gzip_in_open(struct quire_in *below, struct quire_in **in,
                             struct quire_error *error)
{
    (void)below, (void)in;
    return quire_codec_without("zlib", error);
}

#endif
