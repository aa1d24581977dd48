/* Private to codec: Snappy's compression, which may run out of memory. */
#ifndef QUIRE_CODEC_SNAPPY_BLOCK_H
#define QUIRE_CODEC_SNAPPY_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* out has room for snappy_max_compressed_length(size) bytes; *out_size is what became of them.
 * false: there is no memory for it. */
bool quire_snappy_compress(const char *bytes, size_t size, char *out, size_t *out_size);

#ifdef __cplusplus
}
#endif

#endif
