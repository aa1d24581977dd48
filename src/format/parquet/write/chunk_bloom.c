#include "format/parquet/write/chunk_bloom.h"

#include <string.h>

void quire_chunk_bloom_release(struct quire_chunk_bloom *bloom)
{
    if (bloom == NULL) return;
    quire_bloom_release(&bloom->filter);
    bloom->changes = 0;
}

int quire_chunk_bloom_start(struct quire_chunk_bloom *bloom, uint64_t distinct,
                            double false_positives, struct quire_error *error)
{
    size_t bytes =
        distinct > 0 ? quire_bloom_size(distinct, false_positives) : QUIRE_BLOOM_COUNTED_BYTES_MAX;
    bloom->changes = 0;
    return quire_bloom_init(&bloom->filter, bytes, error);
}

static void insert(struct quire_chunk_bloom *bloom, const void *bytes, size_t size)
{
    uint64_t hash = quire_bloom_hash(bytes, size);
    if (quire_bloom_may_hold(&bloom->filter, hash)) return;
    quire_bloom_insert(&bloom->filter, hash);
    bloom->changes++;
}

void quire_chunk_bloom_add(struct quire_chunk_bloom *bloom, const struct quire_values *values)
{
    if (values->slices != NULL) {
        for (size_t i = 0; i < values->n; i++)
            insert(bloom, values->slices[i].data, values->slices[i].size);
        return;
    }
    const uint8_t *at = values->fixed;
    for (size_t i = 0; i < values->n; i++, at += values->width)
        insert(bloom, at, values->width);
}

static void halve(struct quire_bloom_filter *filter)
{
    filter->blocks /= 2;
    for (size_t i = 0; i < filter->blocks; i++) {
        uint64_t words[8];
        memcpy(words, filter->bits + 2 * i * QUIRE_BLOOM_BLOCK_BYTES, sizeof(words));
        for (int k = 0; k < 4; k++)
            words[k] |= words[k + 4];
        memcpy(filter->bits + i * QUIRE_BLOOM_BLOCK_BYTES, words, QUIRE_BLOOM_BLOCK_BYTES);
    }
}

void quire_chunk_bloom_fold(struct quire_chunk_bloom *bloom, uint64_t distinct,
                            double false_positives)
{
    size_t bytes = quire_bloom_size(distinct, false_positives);
    while (bloom->filter.blocks * QUIRE_BLOOM_BLOCK_BYTES > bytes)
        halve(&bloom->filter);
}
