/* The bounds say how far each format can blow up, so that a page header cannot ask for
 * memory that its page will never fill. */
#include "format/parquet/read/page_codec.h"

#include "base/fail.h"
#include "format/parquet/parquet_types.h"
#include "quire/codec.h"

#define OPERATION "read parquet page"

/* most = size * ratio + slack: the longest run that one unit of the format can mean.
 * Snappy copies 64 bytes by 3, LZ4 255 by 1, DEFLATE 258 by 2 bits; a block of zstd (128
 * KiB) takes 4 bytes, a meta-block of brotli (16 MiB) about 6. */
static const struct {
    const char *name; /* of the library's codec; NULL: none */
    const char *title;
    size_t ratio, slack;
} codecs[] = {
    [QUIRE_PARQUET_UNCOMPRESSED] = {"none", "UNCOMPRESSED", 1, 0},
    [QUIRE_PARQUET_SNAPPY] = {"snappy", "SNAPPY", 32, 64},
    [QUIRE_PARQUET_GZIP] = {"gzip", "GZIP", 1040, 1024},
    [QUIRE_PARQUET_LZO] = {NULL, "LZO", 0, 0},
    [QUIRE_PARQUET_BROTLI] = {"brotli", "BROTLI", (size_t)4 << 20, (size_t)16 << 20},
    [QUIRE_PARQUET_LZ4] = {"lz4", "LZ4", 256, 256},
    [QUIRE_PARQUET_ZSTD] = {"zstd", "ZSTD", (size_t)64 << 10, (size_t)128 << 10},
    [QUIRE_PARQUET_LZ4_RAW] = {"lz4", "LZ4_RAW", 256, 256},
};

static int find_codec(int32_t number, const struct quire_codec **codec, struct quire_error *error)
{
    if (number < 0 || (size_t)number >= sizeof(codecs) / sizeof(codecs[0]))
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "pages are compressed by codec %d, which is not known", (int)number);
    if (codecs[number].name == NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "pages are compressed by %s, which is not supported",
                          codecs[number].title);
    return quire_codec_find(codecs[number].name, codec, error);
}

int quire_page_codec_most(int32_t codec, size_t size, size_t *most, struct quire_error *error)
{
    const struct quire_codec *found;
    QUIRE_TRY(find_codec(codec, &found, error));
    if (__builtin_mul_overflow(size, codecs[codec].ratio, most) ||
        __builtin_add_overflow(*most, codecs[codec].slack, most))
        *most = SIZE_MAX;
    return 0;
}

int quire_page_decompress(int32_t codec, const void *bytes, size_t size, void *out, size_t out_size,
                          struct quire_error *error)
{
    const struct quire_codec *found;
    if (codec == QUIRE_PARQUET_LZ4)
        return quire_page_decompress_lz4(bytes, size, out, out_size, error);
    QUIRE_TRY(find_codec(codec, &found, error));
    return found->decompress(bytes, size, out, out_size, error);
}
