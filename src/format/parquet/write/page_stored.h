/* Pages in the form that a codec has for bytes that it does not make smaller: readers copy
 * them. Zstandard and Snappy have one. */
#ifndef QUIRE_PARQUET_PAGE_STORED_H
#define QUIRE_PARQUET_PAGE_STORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* codec: enum quire_parquet_codec. */
bool quire_page_has_stored(int32_t codec);
/* What `size` bytes, at least 1 and at most 2^31 - 1, take in that form. */
size_t quire_page_stored_size(int32_t codec, size_t size);
/* Writes them to out, which has that room. */
void quire_page_store(int32_t codec, const void *bytes, size_t size, void *out);

#endif
