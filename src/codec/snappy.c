/* Snappy blocks, raw as Parquet has them. Streams are in snappy_frame.c. */
#include "codec/codec.h"

#ifdef QUIRE_WITH_SNAPPY

#include <snappy-c.h>

#include "base/fail.h"
#include "codec/snappy_block.h"

#define BUILT_WITHOUT NULL
#define COMPRESS      "compress snappy"
#define DECOMPRESS    "decompress snappy"

#define BLOCK_BYTES_MAX ((size_t)UINT32_MAX) /* the length prefix has 32 bits */

static size_t block_bound(size_t size)
{
    return size <= BLOCK_BYTES_MAX ? snappy_max_compressed_length(size) : 0;
}

/* The library wants room for the worst case, so a smaller capacity is refused even
 * where the block might fit. */
static int block_compress(const void *bytes, size_t size, int level, void *out, size_t capacity,
                          size_t *out_size, struct quire_error *error)
{
    QUIRE_TRY(quire_codec_level(&quire_codec_snappy, level, &level, error));
    if (size > BLOCK_BYTES_MAX)
        return quire_fail(error, QUIRE_LIMIT, COMPRESS, "a block of %zu bytes is too large", size);
    if (capacity < block_bound(size))
        return quire_fail(error, QUIRE_LIMIT, COMPRESS,
                          "the block may not fit into %zu bytes; the bound is %zu", capacity,
                          block_bound(size));
    if (!quire_snappy_compress(size > 0 ? bytes : "", size, out, out_size))
        return quire_fail_memory(error, COMPRESS);
    return 0;
}

static int block_decompress(const void *bytes, size_t size, void *out, size_t out_size,
                            struct quire_error *error)
{
    char nothing[1] = "";
    size_t length = 0;
    const char *in = size > 0 ? bytes : nothing;
    if (snappy_uncompressed_length(in, size, &length) != SNAPPY_OK || length != out_size ||
        snappy_uncompress(in, size, out_size > 0 ? out : nothing, &length) != SNAPPY_OK)
        return quire_fail(error, QUIRE_CORRUPT, DECOMPRESS,
                          "a block is damaged or does not have %zu bytes", out_size);
    return 0;
}

#else
#define BUILT_WITHOUT "snappy"
QUIRE_CODEC_WITHOUT_BLOCKS(BUILT_WITHOUT)
#endif

const struct quire_codec quire_codec_snappy = {
    .name = "snappy",
    .extension = ".sz",
    .summary = "Snappy: fast, the habit of older Parquet files; raw blocks, framed streams",
    .built_without = BUILT_WITHOUT,
    .magic = {0xff, 0x06, 0x00, 0x00, 's', 'N'},
    .magic_size = 6,
    .bound = block_bound,
    .compress = block_compress,
    .decompress = block_decompress,
    .out_open = quire_codec_snappy_out_open,
    .in_open = quire_codec_snappy_in_open,
};
