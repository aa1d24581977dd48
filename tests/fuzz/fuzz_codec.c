/* Codecs: bytes from outside taken for compressed ones, compressed ones that were
 * damaged, and whole ones, which must come back. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "fuzz.h"
#include "memory_in.h"
#include "quire/codec.h"
#include "quire/memory.h"

#define PLAIN_BYTES_MAX ((size_t)1 << 22) /* of a small input that expands much */
#define BLOCK           4096

static const struct quire_codec *take_codec(struct fuzz_bytes *bytes)
{
    size_t size = 0;
    const struct quire_codec *const *codecs = quire_codecs(&size);
    const struct quire_codec *codec = codecs[fuzz_take_below(bytes, size)];
    return codec->built_without == NULL ? codec : codecs[0];
}

/* Reads a stream to its end; plain is what it holds. */
static int decompress(const struct quire_codec *codec, const void *bytes, size_t size,
                      size_t piece_max, struct quire_buf *plain)
{
    struct memory_in below;
    struct quire_in *in = NULL;
    struct quire_error error;
    size_t got = 1;
    memory_in_init(&below, bytes, size, piece_max);
    quire_error_clear(&error);
    int code = codec->in_open(&below.in, &in, &error);
    while (code == 0 && got > 0 && plain->size < PLAIN_BYTES_MAX) {
        FUZZ_CHECK(quire_buf_reserve(plain, BLOCK) == 0, "no memory");
        code = in->ops->read(in, quire_buf_end(plain), BLOCK, &got, &error);
        if (code != 0) break;
        FUZZ_CHECK(got <= BLOCK, "%s: %zu bytes read into %d", codec->name, got, BLOCK);
        plain->size += got;
    }
    quire_in_close(in);
    if (code != 0) fuzz_check_error(code, &error);
    return code;
}

static void compress(const struct quire_codec *codec, int level, const uint8_t *bytes, size_t size,
                     size_t piece, struct memory_out *out)
{
    struct quire_out *stream = NULL;
    struct quire_error error;
    memory_out_init(out);
    int code = codec->out_open(&out->out, level, 1, &stream, &error);
    FUZZ_CHECK(code == 0, "%s: %s", codec->name, error.cause);
    for (size_t at = 0; at < size; at += piece) {
        size_t part = size - at < piece ? size - at : piece;
        code = quire_out_write(stream, bytes + at, part, &error);
        FUZZ_CHECK(code == 0, "%s: %s", codec->name, error.cause);
    }
    code = stream->ops->finish(stream, &error);
    FUZZ_CHECK(code == 0, "%s: %s", codec->name, error.cause);
    quire_out_close(stream);
}

/* What comes out depends on the bytes alone, not on the pieces they come in. Whether
 * damage is seen may: libzstd checks the size that a frame tells of only where it has
 * the whole frame at once. */
static void check_pieces(const struct quire_codec *codec, const void *bytes, size_t size,
                         size_t piece_max)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf whole = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf pieces = {0};
    int code = decompress(codec, bytes, size, 0, &whole);
    int again = decompress(codec, bytes, size, piece_max, &pieces);
    if (code != 0 || again != 0) return;
    FUZZ_CHECK(whole.size == pieces.size &&
                   (whole.size == 0 || memcmp(whole.data, pieces.data, whole.size) == 0),
               "%s: %zu | %zu bytes", codec->name, whole.size, pieces.size);
}

void fuzz_codec_in(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    const struct quire_codec *codec = take_codec(&bytes);
    size_t piece_max = 1 + fuzz_take_below(&bytes, 64);
    if (codec->in_open != NULL) check_pieces(codec, bytes.data, bytes.size, piece_max);
}

/* A byte that is changed, then the stream cut short. */
void fuzz_codec_damaged(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    const struct quire_codec *codec = take_codec(&bytes);
    size_t piece_max = 1 + fuzz_take_below(&bytes, 64);
    size_t at = fuzz_take(&bytes), keep = fuzz_take(&bytes);
    uint8_t change = fuzz_take(&bytes);
    struct memory_out out;
    if (codec->in_open == NULL || codec->out_open == NULL) return;
    compress(codec, 0, bytes.data, bytes.size, 100, &out);
    if (out.buf.size > 0) {
        out.buf.data[at % out.buf.size] ^= change;
        if (keep != '@') out.buf.size = keep % (out.buf.size + 1);
    }
    check_pieces(codec, out.buf.data, out.buf.size, piece_max);
    quire_buf_release(&out.buf);
}

void fuzz_codec_block(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    const struct quire_codec *codec = take_codec(&bytes);
    size_t out_size = fuzz_take(&bytes) * (size_t)16 + fuzz_take(&bytes);
    struct quire_error error;
    if (codec->decompress == NULL) return;
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *out = quire_alloc(out_size);
    FUZZ_CHECK(out != NULL, "no memory");
    quire_error_clear(&error);
    int code = codec->decompress(bytes.data, bytes.size, out, out_size, &error);
    if (code != 0) fuzz_check_error(code, &error);
}

static void check_block(const struct quire_codec *codec, int level, const uint8_t *bytes,
                        size_t size)
{
    struct quire_error error;
    size_t capacity = codec->bound(size), packed_size = 0;
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *packed = quire_alloc(capacity);
    QUIRE_CLEANUP(quire_cleanup_free) uint8_t *plain = quire_alloc(size);
    FUZZ_CHECK(packed != NULL && plain != NULL, "no memory");
    int code = codec->compress(bytes, size, level, packed, capacity, &packed_size, &error);
    FUZZ_CHECK(code == 0, "%s: %s", codec->name, error.cause);
    code = codec->decompress(packed, packed_size, plain, size, &error);
    FUZZ_CHECK(code == 0, "%s: %s", codec->name, error.cause);
    FUZZ_CHECK(size == 0 || memcmp(bytes, plain, size) == 0, "%s", codec->name);
}

void fuzz_codec_round(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    const struct quire_codec *codec = take_codec(&bytes);
    size_t piece_max = 1 + fuzz_take_below(&bytes, 64);
    size_t levels = (size_t)(codec->level_max - codec->level_min + 1);
    int level = codec->level_min + (int)fuzz_take_below(&bytes, levels < 6 ? levels : 6);
    struct memory_out out;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf plain = {0};
    check_block(codec, level, bytes.data, bytes.size);
    if (codec->in_open == NULL || codec->out_open == NULL) return;
    compress(codec, level, bytes.data, bytes.size, piece_max * 7, &out);
    int code = decompress(codec, out.buf.data, out.buf.size, piece_max, &plain);
    FUZZ_CHECK(code == 0, "%s", codec->name);
    FUZZ_CHECK(plain.size == bytes.size &&
                   (plain.size == 0 || memcmp(plain.data, bytes.data, plain.size) == 0),
               "%s", codec->name);
    quire_buf_release(&out.buf);
}
