/* Split-block bloom filters (Parquet BloomFilter.md), of XXH64 of values in PLAIN form
 * (byte arrays without their length).
 *
 * Without libxxhash hashing, and so reading and writing filters, answers "built without
 * xxhash". */
#ifndef QUIRE_PARQUET_BLOOM_FILTER_H
#define QUIRE_PARQUET_BLOOM_FILTER_H

#include "format/parquet/parquet_metadata.h"

#define QUIRE_BLOOM_BLOCK_BYTES 32
#define QUIRE_BLOOM_BYTES_MIN   32
#define QUIRE_BLOOM_BYTES_MAX   (128 << 20)

struct quire_bloom_filter {
    uint8_t *bits; /* of blocks * QUIRE_BLOOM_BLOCK_BYTES */
    size_t blocks;
};

/* QUIRE_UNSUPPORTED when the hash is not in this build. */
int quire_bloom_check_built(struct quire_error *error);
uint64_t quire_bloom_hash(const void *bytes, size_t size);

/* Bytes, a power of two, of a filter that takes `distinct` values with a share of
 * `false_positives` (0 < share < 1) wrong answers. */
size_t quire_bloom_size(uint64_t distinct, double false_positives);

/* An empty filter of so many bytes (a multiple of the block). */
int quire_bloom_init(struct quire_bloom_filter *filter, size_t bytes, struct quire_error *error);
void quire_bloom_release(struct quire_bloom_filter *filter);
void quire_bloom_insert(struct quire_bloom_filter *filter, uint64_t hash);
bool quire_bloom_may_hold(const struct quire_bloom_filter *filter, uint64_t hash);

/* The header and the bits, as they stand in a file. */
int quire_bloom_write(const struct quire_bloom_filter *filter, struct quire_buf *out);
/* Only the header, which is encrypted by itself in encrypted files, and what it
 * announces: bytes of bits. */
int quire_bloom_write_header(const struct quire_bloom_filter *filter, struct quire_buf *out);
int quire_bloom_read_header(const void *bytes, size_t size, size_t *used, size_t *bits_size,
                            struct quire_error *error);
/* Copies the filter from its place in a file. */
int quire_bloom_read(struct quire_bloom_filter *filter, const void *bytes, size_t size,
                     struct quire_error *error);

#endif
