/* The bloom filter of a chunk while its values come.
 *
 * Where nobody said how many distinct values there will be, the filter begins large, the
 * inserts that changed it are counted, and it is folded to the size that they need:
 * the filter of half the size is this one with neighbouring blocks joined, because a
 * hash's high bits say its block. */
#ifndef QUIRE_PARQUET_CHUNK_BLOOM_H
#define QUIRE_PARQUET_CHUNK_BLOOM_H

#include "format/parquet/bloom_filter.h"
#include "format/parquet/write/values.h"

/* Of a filter whose values are counted: two million of them with 1 % false positives. */
#define QUIRE_BLOOM_COUNTED_BYTES_MAX ((size_t)4 << 20)

/* Zero-initialise; release when done. */
struct quire_chunk_bloom {
    struct quire_bloom_filter filter;
    uint64_t changes;
};
void quire_chunk_bloom_release(struct quire_chunk_bloom *bloom);

/* Makes the filter, for so many distinct values; 0: they are counted. */
int quire_chunk_bloom_start(struct quire_chunk_bloom *bloom, uint64_t distinct,
                            double false_positives, struct quire_error *error);
void quire_chunk_bloom_add(struct quire_chunk_bloom *bloom, const struct quire_values *values);
/* Folds a filter to what so many distinct values need. */
void quire_chunk_bloom_fold(struct quire_chunk_bloom *bloom, uint64_t distinct,
                            double false_positives);

#endif
