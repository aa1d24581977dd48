/* Bloom filters asked for a value (BloomFilter.md). */
#include "format/parquet/bloom_filter.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "format/parquet/read/pruning.h"

#define OPERATION "read parquet bloom filter"

/* Bytes that hold a header, whatever its writer puts in it. */
#define HEADER_BYTES 64

int quire_parquet_bloom_value(const struct quire_schema_element *element,
                              const struct quire_field *field,
                              struct quire_parquet_condition *condition, struct quire_error *error)
{
    uint8_t wide[8];
    const void *bytes = condition->bytes.data;
    size_t size = condition->bytes.size;
    bool integer =
        condition->order == QUIRE_ORDER_SIGNED || condition->order == QUIRE_ORDER_UNSIGNED;
    if (element->type == QUIRE_PARQUET_BOOLEAN || field->kind == QUIRE_KIND_FLOAT16) return 0;
    /* Zeros of either sign are equal and are hashed differently. */
    if (condition->order == QUIRE_ORDER_FLOAT && condition->value.as.f64 == 0) return 0;
    if (condition->order == QUIRE_ORDER_WIDE) {
        if (element->type != QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY) return 0; /* of any length */
        size = (size_t)element->type_length;
        if (size > QUIRE_ORDER_WIDE_BYTES) return 0;
        uint8_t number[QUIRE_ORDER_WIDE_BYTES];
        memcpy(number, condition->value.as.wide, sizeof(number));
        number[0] ^= 0x80;
        const uint8_t *low = number + QUIRE_ORDER_WIDE_BYTES - size;
        return quire_buf_append(&condition->plain, low, size) == 0
                   ? 0
                   : quire_fail_memory(error, OPERATION);
    }
    if (integer) {
        uint64_t number = condition->value.as.u64;
        size = element->type == QUIRE_PARQUET_INT32 ? 4 : 8;
        for (size_t i = 0; i < size; i++)
            wide[i] = (uint8_t)(number >> (8 * i));
        bytes = wide;
    }
    return quire_buf_append(&condition->plain, bytes, size) == 0
               ? 0
               : quire_fail_memory(error, OPERATION);
}

/* Without a length in the footer the header tells it. */
static int read_plain(const struct quire_parquet_input *file,
                      const struct quire_column_metadata *metadata, size_t bytes_max,
                      struct quire_buf *bytes, struct quire_error *error)
{
    int64_t offset = metadata->bloom_filter_offset;
    int64_t size = metadata->bloom_filter_length;
    if ((metadata->present & QUIRE_COLUMN_HAS_BLOOM_FILTER_LENGTH) == 0) {
        int64_t left = file->size - offset;
        size_t used = 0, bits = 0;
        QUIRE_TRY(quire_parquet_input_read(file, offset, left < HEADER_BYTES ? left : HEADER_BYTES,
                                           "bloom filter", bytes, error));
        QUIRE_TRY(quire_bloom_read_header(bytes->data, bytes->size, &used, &bits, error));
        size = (int64_t)(used + bits);
        quire_buf_clear(bytes);
    }
    if (size <= 0 || size > (int64_t)bytes_max) return 0;
    return quire_parquet_input_read(file, offset, size, "bloom filter", bytes, error);
}

/* Header and bits are a module each, one behind the other. */
static int read_sealed(const struct quire_parquet_input *file,
                       const struct quire_parquet_chunk *chunk, size_t bytes_max,
                       struct quire_buf *bytes, struct quire_error *error)
{
    static const enum quire_parquet_module modules[] = {QUIRE_MODULE_BLOOM_FILTER_HEADER,
                                                        QUIRE_MODULE_BLOOM_FILTER_BITSET};
    int64_t offset = chunk->metadata->bloom_filter_offset;
    for (size_t i = 0; i < 2; i++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf length = {0};
        size_t size = 0;
        QUIRE_TRY(quire_parquet_input_read(file, offset, 4, "bloom filter", &length, error));
        QUIRE_TRY(quire_cipher_module_size(length.data, &size, error));
        if (size > bytes_max) {
            quire_buf_clear(bytes);
            return 0;
        }
        QUIRE_TRY(quire_parquet_input_module(file, chunk, modules[i], offset, (int64_t)size, bytes,
                                             error));
        offset += (int64_t)size;
    }
    return 0;
}

int quire_parquet_bloom_probe(const struct quire_parquet_filter *filter,
                              const struct quire_parquet_condition *condition,
                              const struct quire_parquet_input *file,
                              const struct quire_parquet_chunk *chunk, bool *may_hold,
                              struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    QUIRE_CLEANUP(quire_bloom_release) struct quire_bloom_filter bloom = {0};
    const struct quire_column_metadata *metadata = chunk->metadata;
    *may_hold = true;
    if ((metadata->present & QUIRE_COLUMN_HAS_BLOOM_FILTER_OFFSET) == 0) return 0;
    if (quire_bloom_check_built(NULL) != 0) return 0;
    if (chunk->cipher != NULL)
        QUIRE_TRY(read_sealed(file, chunk, filter->bloom_bytes_max, &bytes, error));
    else
        QUIRE_TRY(read_plain(file, metadata, filter->bloom_bytes_max, &bytes, error));
    if (bytes.size == 0) return 0;
    int code = quire_bloom_read(&bloom, bytes.data, bytes.size, error);
    if (code == QUIRE_UNSUPPORTED) return 0; /* another hash or algorithm */
    QUIRE_TRY(code);
    *may_hold = quire_bloom_may_hold(
        &bloom, quire_bloom_hash(condition->plain.data, condition->plain.size));
    return 0;
}
