/* gzip (RFC 1952): blocks are one member, made by libdeflate, or by zlib in a
 * build without it. Reading a block takes any run of members that gives exactly
 * the expected size. Levels stop at 9, where both libraries agree on them. */
#include "codec/codec.h"

#if defined(QUIRE_WITH_LIBDEFLATE) || defined(QUIRE_WITH_ZLIB)

#include "base/fail.h"

#define BUILT_WITHOUT NULL
#define COMPRESS      "compress gzip"
#define DECOMPRESS    "decompress gzip"

static int fail_small(size_t capacity, struct quire_error *error)
{
    return quire_fail(error, QUIRE_LIMIT, COMPRESS, "the block does not fit into %zu bytes",
                      capacity);
}

static int fail_damaged(size_t out_size, struct quire_error *error)
{
    return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS,
                      "a block is damaged or does not have %zu bytes", out_size);
}
#endif

#ifdef QUIRE_WITH_LIBDEFLATE

#include <libdeflate.h>

#include "base/idle.h"

#define LEVELS 10

/* A compressor is made for one level; a decompressor fits all. */
static struct quire_idle idle_compressors[LEVELS];
static struct quire_idle idle_decompressors;

static size_t block_bound(size_t size)
{
    return libdeflate_gzip_compress_bound(NULL, size);
}

static int block_compress(const void *bytes, size_t size, int level, void *out, size_t capacity,
                          size_t *out_size, struct quire_error *error)
{
    QUIRE_TRY(quire_codec_level(&quire_codec_gzip, level, &level, error));
    struct libdeflate_compressor *compressor = quire_idle_take(&idle_compressors[level]);
    if (compressor == NULL) compressor = libdeflate_alloc_compressor(level);
    if (compressor == NULL) return quire_fail_memory(error, COMPRESS);
    size_t result =
        libdeflate_gzip_compress(compressor, size > 0 ? bytes : "", size, out, capacity);
    if (!quire_idle_give(&idle_compressors[level], compressor))
        libdeflate_free_compressor(compressor);
    if (result == 0) return fail_small(capacity, error);
    *out_size = result;
    return 0;
}

static bool decompress_members(struct libdeflate_decompressor *decompressor, const uint8_t *in,
                               size_t in_size, uint8_t *out, size_t out_size)
{
    do {
        size_t used = 0;
        size_t given = 0;
        if (libdeflate_gzip_decompress_ex(decompressor, in, in_size, out, out_size, &used,
                                          &given) != LIBDEFLATE_SUCCESS)
            return false;
        in += used;
        in_size -= used;
        out += given;
        out_size -= given;
    } while (in_size > 0);
    return out_size == 0;
}

static int block_decompress(const void *bytes, size_t size, void *out, size_t out_size,
                            struct quire_error *error)
{
    struct libdeflate_decompressor *decompressor = quire_idle_take(&idle_decompressors);
    if (decompressor == NULL) decompressor = libdeflate_alloc_decompressor();
    if (decompressor == NULL) return quire_fail_memory(error, DECOMPRESS);
    uint8_t nothing[1];
    bool good = decompress_members(decompressor, size > 0 ? bytes : nothing, size,
                                   out_size > 0 ? out : nothing, out_size);
    if (!quire_idle_give(&idle_decompressors, decompressor))
        libdeflate_free_decompressor(decompressor);
    return good ? 0 : fail_damaged(out_size, error);
}

#elif defined(QUIRE_WITH_ZLIB)

#include <limits.h>

#define ZLIB_CONST
#include <zlib.h>

#define GZIP_WINDOW_BITS   (15 + 16) /* the largest window, in a gzip wrapper */
#define GZIP_WRAPPER_BYTES 18
#define MEMORY_LEVEL       8

static size_t block_bound(size_t size)
{
    return compressBound(size) + GZIP_WRAPPER_BYTES;
}

static int block_compress(const void *bytes, size_t size, int level, void *out, size_t capacity,
                          size_t *out_size, struct quire_error *error)
{
    QUIRE_TRY(quire_codec_level(&quire_codec_gzip, level, &level, error));
    if (size > UINT_MAX)
        return quire_fail(error, QUIRE_LIMIT, COMPRESS, "a block of %zu bytes is too large", size);
    z_stream stream = {
        .zalloc = quire_codec_allocate_items,
        .zfree = quire_codec_release,
        .next_in = size > 0 ? bytes : (const Bytef *)"",
        .avail_in = (uInt)size,
        .next_out = out,
        .avail_out = capacity < UINT_MAX ? (uInt)capacity : UINT_MAX,
    };
    if (deflateInit2(&stream, level, Z_DEFLATED, GZIP_WINDOW_BITS, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return quire_fail_memory(error, COMPRESS);
    int result = deflate(&stream, Z_FINISH);
    size_t given = stream.total_out;
    deflateEnd(&stream);
    if (result != Z_STREAM_END) return fail_small(capacity, error);
    *out_size = given;
    return 0;
}

/* Whether the input is whole members that give all of the output. */
static int decompress_members(z_stream *stream)
{
    for (;;) {
        int result = inflate(stream, Z_FINISH);
        if (result == Z_MEM_ERROR) return QUIRE_MEMORY;
        if (result != Z_STREAM_END) return QUIRE_CORRUPT;
        if (stream->avail_in == 0) return stream->avail_out == 0 ? 0 : QUIRE_CORRUPT;
        if (inflateReset(stream) != Z_OK) return QUIRE_CORRUPT;
    }
}

static int block_decompress(const void *bytes, size_t size, void *out, size_t out_size,
                            struct quire_error *error)
{
    if (size > UINT_MAX || out_size > UINT_MAX)
        return quire_fail(error, QUIRE_LIMIT, DECOMPRESS, "a block of %zu bytes is too large",
                          size > out_size ? size : out_size);
    Bytef nothing[1];
    z_stream stream = {
        .zalloc = quire_codec_allocate_items,
        .zfree = quire_codec_release,
        .next_in = size > 0 ? bytes : nothing,
        .avail_in = (uInt)size,
        .next_out = out_size > 0 ? out : nothing,
        .avail_out = (uInt)out_size,
    };
    if (inflateInit2(&stream, GZIP_WINDOW_BITS) != Z_OK)
        return quire_fail_memory(error, DECOMPRESS);
    int code = decompress_members(&stream);
    inflateEnd(&stream);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, DECOMPRESS);
    return code == 0 ? 0 : fail_damaged(out_size, error);
}

#else
#define BUILT_WITHOUT "libdeflate and zlib"
QUIRE_CODEC_WITHOUT_BLOCKS(BUILT_WITHOUT)
#endif

const struct quire_codec quire_codec_gzip = {
    .name = "gzip",
    .extension = ".gz",
    .summary = "gzip: read everywhere, slower than zstd",
    .built_without = BUILT_WITHOUT,
    .level_min = 1,
    .level_max = 9,
    .level_default = 6,
    .magic = {0x1f, 0x8b, 0x08},
    .magic_size = 3,
    .bound = block_bound,
    .compress = block_compress,
    .decompress = block_decompress,
    .out_open = quire_codec_gzip_out_open,
    .in_open = quire_codec_gzip_in_open,
};
