/* Streams over memory and sample data for the tests of the codecs. */
#include "codec_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "codec/codec.h"

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

void fixture_fill_text(uint8_t *bytes, size_t size)
{
    static const char *const words[] = {"record ", "batch,", "column\n", "page ", "1234,", "0.5\n"};
    uint64_t state = 88172645463325252u;
    for (size_t at = 0; at < size;) {
        const char *word = words[next_random(&state) % 6];
        size_t length = strlen(word);
        if (length > size - at) length = size - at;
        memcpy(bytes + at, word, length);
        at += length;
    }
}

void fixture_fill_random(uint8_t *bytes, size_t size)
{
    uint64_t state = 1234567890123456789u;
    for (size_t at = 0; at < size; at++)
        bytes[at] = (uint8_t)(next_random(&state) >> 24);
}

static int sink_write(struct quire_out *out, const void *bytes, size_t size,
                      struct quire_error *error)
{
    struct fixture_sink *sink = (struct fixture_sink *)out;
    if (sink->size_max != 0 && sink->kept.size + size > sink->size_max)
        return quire_fail(error, QUIRE_FULL, "sink", "the sink is full");
    uint8_t *grown = realloc(sink->kept.data, sink->kept.size + size + 1);
    if (grown == NULL) abort();
    sink->kept.data = grown;
    memcpy(grown + sink->kept.size, bytes, size);
    sink->kept.size += size;
    out->written += (int64_t)size;
    return 0;
}

static int sink_finish(struct quire_out *out, struct quire_error *error)
{
    (void)out;
    return quire_fail(error, QUIRE_INTERNAL, "sink", "finish belongs to the owner of the sink");
}

static void sink_close(struct quire_out *out)
{
    ((struct fixture_sink *)out)->closed++;
}

static const struct quire_out_ops sink_ops = {sink_write, sink_finish, sink_close};

void fixture_sink_init(struct fixture_sink *sink)
{
    *sink = (struct fixture_sink){.base.ops = &sink_ops};
}

static int source_read(struct quire_in *in, void *bytes, size_t capacity, size_t *got,
                       struct quire_error *error)
{
    struct fixture_source *source = (struct fixture_source *)in;
    (void)error;
    size_t taken = source->size - source->at;
    if (taken > capacity) taken = capacity;
    if (taken > source->piece) taken = source->piece;
    if (taken > 0) memcpy(bytes, source->bytes + source->at, taken);
    source->at += taken;
    *got = taken;
    return 0;
}

static void source_close(struct quire_in *in)
{
    ((struct fixture_source *)in)->closed++;
}

static const struct quire_in_ops source_ops = {.read = source_read, .close = source_close};

void fixture_source_init(struct fixture_source *source, const void *bytes, size_t size,
                         size_t piece)
{
    *source = (struct fixture_source){
        .base = {.ops = &source_ops, .size = -1}, .bytes = bytes, .size = size, .piece = piece};
}

bool fixture_has_streams(const struct quire_codec *codec)
{
#ifndef QUIRE_WITH_ZLIB
    if (codec == &quire_codec_gzip) return false;
#endif
    return codec->built_without == NULL;
}

static int write_pieces(struct quire_out *stream, const uint8_t *bytes, size_t size, size_t piece,
                        struct quire_error *error)
{
    for (size_t at = 0; at < size; at += piece) {
        size_t now = size - at < piece ? size - at : piece;
        QUIRE_TRY(quire_out_write(stream, bytes + at, now, error));
    }
    if (stream->written != (int64_t)size)
        return quire_fail(error, QUIRE_INTERNAL, "fixture", "the stream has miscounted");
    return stream->ops->finish(stream, error);
}

int fixture_write_stream(const struct quire_codec *codec, int level, unsigned threads,
                         const uint8_t *bytes, size_t size, size_t piece, struct quire_buf *out,
                         struct quire_error *error)
{
    struct fixture_sink sink;
    fixture_sink_init(&sink);
    struct quire_out *stream = NULL;
    QUIRE_TRY(codec->out_open(&sink.base, level, threads, &stream, error));
    int code = write_pieces(stream, bytes, size, piece, error);
    quire_out_close(stream);
    if (code == 0 && sink.closed != 0)
        code = quire_fail(error, QUIRE_INTERNAL, "fixture", "the stream has closed its sink");
    if (code == 0 && quire_buf_append(out, sink.kept.data, sink.kept.size) != 0)
        code = quire_fail_memory(error, "fixture");
    free(sink.kept.data);
    return code;
}

int fixture_read_stream(const struct quire_codec *codec, const void *bytes, size_t size,
                        size_t piece, size_t capacity, struct quire_buf *out,
                        struct quire_error *error)
{
    struct fixture_source source;
    fixture_source_init(&source, bytes, size, piece);
    struct quire_in *stream = NULL;
    QUIRE_TRY(codec->in_open(&source.base, &stream, error));
    uint8_t *buffer = malloc(capacity);
    if (buffer == NULL) abort();
    size_t got = 0;
    int code = 0;
    do {
        code = stream->ops->read(stream, buffer, capacity, &got, error);
        if (code == 0 && quire_buf_append(out, buffer, got) != 0)
            code = quire_fail_memory(error, "fixture");
    } while (code == 0 && got > 0);
    free(buffer);
    quire_in_close(stream);
    if (code == 0 && source.closed != 1)
        code = quire_fail(error, QUIRE_INTERNAL, "fixture", "the stream left its source open");
    return code;
}
