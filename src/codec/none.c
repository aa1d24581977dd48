/* No compression, so that callers need not treat it apart: blocks are copied, a
 * stream out passes everything through, and a stream in is the one below itself
 * (which keeps its size and its read_at). */
#include "codec/codec.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

static size_t block_bound(size_t size)
{
    return size;
}

static int block_compress(const void *bytes, size_t size, int level, void *out, size_t capacity,
                          size_t *out_size, struct quire_error *error)
{
    QUIRE_TRY(quire_codec_level(&quire_codec_none, level, &level, error));
    if (size > capacity)
        return quire_fail(error, QUIRE_LIMIT, "copy block", "%zu bytes do not fit into %zu", size,
                          capacity);
    if (size > 0) memcpy(out, bytes, size);
    *out_size = size;
    return 0;
}

static int block_decompress(const void *bytes, size_t size, void *out, size_t out_size,
                            struct quire_error *error)
{
    if (size != out_size)
        return quire_fail(error, QUIRE_CORRUPT, "copy block", "%zu bytes where %zu are expected",
                          size, out_size);
    if (size > 0) memcpy(out, bytes, size);
    return 0;
}

struct none_out {
    struct quire_out base;
    struct quire_out *below;
    struct quire_error failed; /* code 0: none yet */
    bool finished;
};

static int fail_again(const struct none_out *out, struct quire_error *error)
{
    if (error != NULL) *error = out->failed;
    return out->failed.code;
}

static int none_write(struct quire_out *base, const void *bytes, size_t size,
                      struct quire_error *error)
{
    struct none_out *out = (struct none_out *)base;
    if (out->failed.code != 0) return fail_again(out, error);
    int code = out->finished ? quire_fail(&out->failed, QUIRE_USAGE, "copy stream",
                                          "the stream is already finished")
                             : quire_out_write(out->below, bytes, size, &out->failed);
    if (code != 0) {
        out->failed.code = code;
        return fail_again(out, error);
    }
    base->written += (int64_t)size;
    return 0;
}

static int none_finish(struct quire_out *base, struct quire_error *error)
{
    struct none_out *out = (struct none_out *)base;
    if (out->failed.code != 0) return fail_again(out, error);
    out->finished = true;
    return 0;
}

static void none_close(struct quire_out *base)
{
    quire_free(base);
}

static const struct quire_out_ops none_out_ops = {
    .write = none_write,
    .finish = none_finish,
    .close = none_close,
};

static int stream_out_open(struct quire_out *below, int level, unsigned threads,
                           struct quire_out **out, struct quire_error *error)
{
    (void)threads;
    QUIRE_TRY(quire_codec_level(&quire_codec_none, level, &level, error));
    struct none_out *created = quire_alloc_zero(1, sizeof(*created));
    if (created == NULL) return quire_fail_memory(error, "copy stream");
    created->base.ops = &none_out_ops;
    created->below = below;
    *out = &created->base;
    return 0;
}

static int stream_in_open(struct quire_in *below, struct quire_in **in, struct quire_error *error)
{
    (void)error;
    *in = below;
    return 0;
}

const struct quire_codec quire_codec_none = {
    .name = "none",
    .summary = "no compression",
    .bound = block_bound,
    .compress = block_compress,
    .decompress = block_decompress,
    .out_open = stream_out_open,
    .in_open = stream_in_open,
};
