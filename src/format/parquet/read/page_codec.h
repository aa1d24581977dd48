/* Pages, decompressed (Compression.md). */
#ifndef QUIRE_PARQUET_PAGE_CODEC_H
#define QUIRE_PARQUET_PAGE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "quire/error.h"

/* The most bytes that a page of so many compressed bytes can hold; codec as the file
 * says it. QUIRE_UNSUPPORTED naming a codec that is not known or not in this build. */
int quire_page_codec_most(int32_t codec, size_t size, size_t *most, struct quire_error *error);

/* Exactly out_size bytes, or QUIRE_CORRUPT. Not for UNCOMPRESSED. */
int quire_page_decompress(int32_t codec, const void *bytes, size_t size, void *out, size_t out_size,
                          struct quire_error *error);

/* The deprecated LZ4, which is one of three things: Hadoop's framing (blocks, each behind
 * its sizes), a raw block, or an LZ4 frame. */
int quire_page_decompress_lz4(const uint8_t *bytes, size_t size, uint8_t *out, size_t out_size,
                              struct quire_error *error);

#endif
