/* Zstandard (RFC 8878, 3.1.1): a frame of raw blocks, of one segment, with its content size in
 * four bytes. Snappy (its format description): literals as long as those that compressors
 * write, of at most 64 KiB, with their length in two bytes. */
#include "format/parquet/write/page_stored.h"

#include <string.h>

#include "format/parquet/encoding/page_bytes.h"

#define ZSTD_MAGIC       UINT32_C(0xfd2fb528)
#define ZSTD_DESCRIPTOR  0xa0 /* four bytes of content size, one segment */
#define ZSTD_BLOCK_BYTES ((size_t)128 << 10)
#define ZSTD_HEADER      9
#define ZSTD_BLOCK       3 /* its header: last, raw, size */

#define SNAPPY_LITERAL_BYTES ((size_t)64 << 10)
#define SNAPPY_LITERAL       3    /* its header */
#define SNAPPY_TAG           0xf4 /* a literal, two bytes of length */

static size_t parts_of(size_t size, size_t part)
{
    return (size + part - 1) / part;
}

bool quire_page_has_stored(int32_t codec)
{
    return codec == QUIRE_PARQUET_ZSTD || codec == QUIRE_PARQUET_SNAPPY;
}

size_t quire_page_stored_size(int32_t codec, size_t size)
{
    if (codec == QUIRE_PARQUET_ZSTD)
        return ZSTD_HEADER + size + parts_of(size, ZSTD_BLOCK_BYTES) * ZSTD_BLOCK;
    uint8_t length[QUIRE_PAGE_VARINT_MAX];
    return (size_t)(quire_page_put_varint(length, size) - length) + size +
           parts_of(size, SNAPPY_LITERAL_BYTES) * SNAPPY_LITERAL;
}

static void put_little(uint8_t *out, size_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> 8 * i);
}

static void store_zstd(const uint8_t *bytes, size_t size, uint8_t *out)
{
    put_little(out, ZSTD_MAGIC, 4);
    out[4] = ZSTD_DESCRIPTOR;
    put_little(out + 5, size, 4);
    out += ZSTD_HEADER;
    while (size > 0) {
        size_t part = size < ZSTD_BLOCK_BYTES ? size : ZSTD_BLOCK_BYTES;
        put_little(out, part << 3 | (part == size), ZSTD_BLOCK);
        memcpy(out + ZSTD_BLOCK, bytes, part);
        out += ZSTD_BLOCK + part;
        bytes += part;
        size -= part;
    }
}

static void store_snappy(const uint8_t *bytes, size_t size, uint8_t *out)
{
    out = quire_page_put_varint(out, size);
    while (size > 0) {
        size_t part = size < SNAPPY_LITERAL_BYTES ? size : SNAPPY_LITERAL_BYTES;
        *out = SNAPPY_TAG;
        put_little(out + 1, part - 1, 2);
        memcpy(out + SNAPPY_LITERAL, bytes, part);
        out += SNAPPY_LITERAL + part;
        bytes += part;
        size -= part;
    }
}

void quire_page_store(int32_t codec, const void *bytes, size_t size, void *out)
{
    if (codec == QUIRE_PARQUET_ZSTD)
        store_zstd(bytes, size, out);
    else
        store_snappy(bytes, size, out);
}
