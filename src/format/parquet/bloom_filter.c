/* A value sets one bit in each of the eight words of one block. */
#include "format/parquet/bloom_filter.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "quire_config.h"

#ifdef QUIRE_WITH_XXHASH
#include <xxhash.h>
#endif

#define OPERATION "read parquet bloom filter"
#define WORDS     8

static const uint32_t salts[WORDS] = {0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d,
                                      0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31};

int quire_bloom_check_built(struct quire_error *error)
{
#ifdef QUIRE_WITH_XXHASH
    (void)error;
    return 0;
#else
    return quire_fail(error, QUIRE_UNSUPPORTED, "use bloom filter", "built without xxhash");
#endif
}

uint64_t quire_bloom_hash(const void *bytes, size_t size)
{
#ifdef QUIRE_WITH_XXHASH
    return XXH64(bytes, size, 0);
#else
    (void)bytes;
    return size; /* quire_bloom_check_built has refused the use of filters */
#endif
}

size_t quire_bloom_size(uint64_t distinct, double false_positives)
{
    double bits = -8 / log(1 - pow(false_positives, 1.0 / 8)) * (double)distinct;
    size_t bytes = QUIRE_BLOOM_BYTES_MIN;
    while (bytes < QUIRE_BLOOM_BYTES_MAX && (double)bytes * 8 < bits)
        bytes *= 2;
    return bytes;
}

int quire_bloom_init(struct quire_bloom_filter *filter, size_t bytes, struct quire_error *error)
{
    assert(bytes > 0 && bytes % QUIRE_BLOOM_BLOCK_BYTES == 0);
    uint8_t *bits = quire_alloc_zero(bytes, 1);
    if (bits == NULL) return quire_fail_memory(error, OPERATION);
    *filter = (struct quire_bloom_filter){bits, bytes / QUIRE_BLOOM_BLOCK_BYTES};
    return 0;
}

void quire_bloom_release(struct quire_bloom_filter *filter)
{
    if (filter == NULL) return;
    quire_free(filter->bits);
    *filter = (struct quire_bloom_filter){0};
}

static size_t block_of(const struct quire_bloom_filter *filter, uint64_t hash)
{
    return (size_t)(((hash >> 32) * filter->blocks) >> 32) * QUIRE_BLOOM_BLOCK_BYTES;
}

void quire_bloom_insert(struct quire_bloom_filter *filter, uint64_t hash)
{
    uint32_t words[WORDS];
    uint8_t *block = filter->bits + block_of(filter, hash);
    memcpy(words, block, sizeof(words));
    for (int i = 0; i < WORDS; i++)
        words[i] |= UINT32_C(1) << ((uint32_t)hash * salts[i] >> 27);
    memcpy(block, words, sizeof(words));
}

bool quire_bloom_may_hold(const struct quire_bloom_filter *filter, uint64_t hash)
{
    uint32_t words[WORDS], missing = 0;
    memcpy(words, filter->bits + block_of(filter, hash), sizeof(words));
    for (int i = 0; i < WORDS; i++)
        missing |= ~words[i] & UINT32_C(1) << ((uint32_t)hash * salts[i] >> 27);
    return missing == 0;
}

/* --- In a file: BloomFilterHeader of parquet.thrift --------------------------------- */

struct bloom_union {
    uint32_t present; /* bit 1: BLOCK, XXHASH, UNCOMPRESSED */
};
struct bloom_header {
    uint32_t present;
    int32_t num_bytes;
    struct bloom_union *algorithm, *hash, *compression;
};

static const struct quire_thrift_member union_members[] = {QUIRE_THRIFT_EMPTY_OF(1, "the only")};
static QUIRE_THRIFT_LAYOUT(union_layout, bloom_union, union_members);
static const struct quire_thrift_member header_members[] = {
    QUIRE_THRIFT_REQUIRED(bloom_header, 1, I32, num_bytes),
    QUIRE_THRIFT_STRUCT_OF(bloom_header, 2, algorithm, true, &union_layout),
    QUIRE_THRIFT_STRUCT_OF(bloom_header, 3, hash, true, &union_layout),
    QUIRE_THRIFT_STRUCT_OF(bloom_header, 4, compression, true, &union_layout),
};
static QUIRE_THRIFT_LAYOUT(header_layout, bloom_header, header_members);

int quire_bloom_write_header(const struct quire_bloom_filter *filter, struct quire_buf *out)
{
    struct bloom_union only = {QUIRE_THRIFT_BIT(1)};
    struct bloom_header header = {.num_bytes = (int32_t)(filter->blocks * QUIRE_BLOOM_BLOCK_BYTES),
                                  .algorithm = &only,
                                  .hash = &only,
                                  .compression = &only};
    return quire_thrift_write_struct(out, &header_layout, &header);
}

int quire_bloom_write(const struct quire_bloom_filter *filter, struct quire_buf *out)
{
    size_t size = out->size;
    int code = quire_bloom_write_header(filter, out);
    if (code == 0)
        code = quire_buf_append(out, filter->bits, filter->blocks * QUIRE_BLOOM_BLOCK_BYTES);
    if (code != 0) out->size = size;
    return code;
}

static int check_header(const struct bloom_header *header, struct quire_error *error)
{
    uint32_t known = QUIRE_THRIFT_BIT(1);
    if (header->algorithm->present != known || header->hash->present != known ||
        header->compression->present != known)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "a filter that is not split-block, XXH64 and uncompressed");
    if (header->num_bytes < QUIRE_BLOOM_BYTES_MIN || header->num_bytes > QUIRE_BLOOM_BYTES_MAX ||
        header->num_bytes % QUIRE_BLOOM_BLOCK_BYTES != 0)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "a filter of %d bytes",
                          (int)header->num_bytes);
    return 0;
}

int quire_bloom_read_header(const void *bytes, size_t size, size_t *used, size_t *bits_size,
                            struct quire_error *error)
{
    struct bloom_header header = {0};
    struct quire_arena arena = {0};
    struct quire_thrift_reader reader;
    quire_thrift_reader_init(&reader, OPERATION, bytes, size);
    int code = quire_thrift_read_struct(&reader, &header_layout, &arena, &header, error);
    if (code == 0) code = check_header(&header, error);
    quire_arena_release(&arena);
    if (code != 0) return code;
    *used = (size_t)(reader.at - reader.start);
    *bits_size = (size_t)header.num_bytes;
    return 0;
}

int quire_bloom_read(struct quire_bloom_filter *filter, const void *bytes, size_t size,
                     struct quire_error *error)
{
    size_t used = 0, bits_size = 0;
    struct quire_bloom_filter result = {0};
    QUIRE_TRY(quire_bloom_check_built(error));
    QUIRE_TRY(quire_bloom_read_header(bytes, size, &used, &bits_size, error));
    if (bits_size > size - used)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION, "%zu bytes are announced, %zu are there",
                          bits_size, size - used);
    QUIRE_TRY(quire_bloom_init(&result, bits_size, error));
    memcpy(result.bits, (const uint8_t *)bytes + used, bits_size);
    *filter = result;
    return 0;
}
