/* The footer: FileMetaData and all it holds, field by field as parquet.thrift has
 * them, under the same names.
 *
 * `present` has QUIRE_THRIFT_BIT(n) set when field n was in the file; thrift_struct.h
 * says which bits a writer must set (optional numbers and bools; the _HAS_ values
 * name those). Strings and lists that are absent are NULL. */
#ifndef QUIRE_PARQUET_METADATA_H
#define QUIRE_PARQUET_METADATA_H

#include "format/parquet/parquet_types.h"
#include "format/parquet/thrift_struct.h"

struct quire_i64_list {
    int64_t *items;
    size_t size;
};
struct quire_i32_list {
    int32_t *items;
    size_t size;
};
struct quire_bool_list {
    bool *items;
    size_t size;
};
struct quire_binary_list {
    struct quire_thrift_binary *items;
    size_t size;
};

/* --- Schema ---------------------------------------------------------------------- */

struct quire_parquet_decimal_type {
    uint32_t present;
    int32_t scale, precision;
};

struct quire_parquet_time_unit {
    uint32_t present; /* bit: enum quire_parquet_unit */
};

struct quire_parquet_time_type { /* TimeType and TimestampType */
    uint32_t present;
    bool is_adjusted_to_utc;
    struct quire_parquet_time_unit *unit;
};

struct quire_parquet_int_type {
    uint32_t present;
    int8_t bit_width;
    bool is_signed;
};

struct quire_parquet_variant_type {
    uint32_t present;
    int8_t specification_version;
};

struct quire_parquet_geography_type { /* GeometryType has only crs */
    uint32_t present;
    struct quire_thrift_binary crs;
    int32_t algorithm;
};

/* A union: one bit of enum quire_parquet_logical, or none of those known here. */
struct quire_parquet_logical_type {
    uint32_t present;
    struct quire_parquet_decimal_type *decimal;
    struct quire_parquet_time_type *time;
    struct quire_parquet_time_type *timestamp;
    struct quire_parquet_int_type *integer;
    struct quire_parquet_variant_type *variant;
    struct quire_parquet_geography_type *geometry, *geography;
};

enum {
    QUIRE_ELEMENT_HAS_TYPE = 1 << 1,
    QUIRE_ELEMENT_HAS_TYPE_LENGTH = 1 << 2,
    QUIRE_ELEMENT_HAS_REPETITION = 1 << 3,
    QUIRE_ELEMENT_HAS_CHILDREN = 1 << 5,
    QUIRE_ELEMENT_HAS_CONVERTED = 1 << 6,
    QUIRE_ELEMENT_HAS_SCALE = 1 << 7,
    QUIRE_ELEMENT_HAS_PRECISION = 1 << 8,
    QUIRE_ELEMENT_HAS_FIELD_ID = 1 << 9
};
struct quire_schema_element {
    uint32_t present;
    int32_t type, type_length, repetition_type, num_children, converted_type, scale, precision;
    int32_t field_id;
    struct quire_thrift_binary name;
    struct quire_parquet_logical_type *logical_type;
};
struct quire_schema_element_list {
    struct quire_schema_element *items;
    size_t size;
};

/* --- Statistics ------------------------------------------------------------------ */

enum {
    QUIRE_STATISTICS_HAS_NULL_COUNT = 1 << 3,
    QUIRE_STATISTICS_HAS_DISTINCT_COUNT = 1 << 4,
    QUIRE_STATISTICS_HAS_MAX_EXACT = 1 << 7,
    QUIRE_STATISTICS_HAS_MIN_EXACT = 1 << 8,
    QUIRE_STATISTICS_HAS_NAN_COUNT = 1 << 9
};
struct quire_parquet_statistics {
    uint32_t present;
    struct quire_thrift_binary max, min; /* deprecated */
    int64_t null_count, distinct_count, nan_count;
    struct quire_thrift_binary max_value, min_value;
    bool is_max_value_exact, is_min_value_exact;
};

enum { QUIRE_SIZE_STATISTICS_HAS_BYTES = 1 << 1 };
struct quire_parquet_size_statistics {
    uint32_t present;
    int64_t unencoded_byte_array_data_bytes;
    struct quire_i64_list repetition_level_histogram, definition_level_histogram;
};

/* --- Columns --------------------------------------------------------------------- */

struct quire_parquet_key_value {
    uint32_t present;
    struct quire_thrift_binary key, value;
};
struct quire_parquet_key_value_list {
    struct quire_parquet_key_value *items;
    size_t size;
};

struct quire_parquet_encoding_stats {
    uint32_t present;
    int32_t page_type, encoding, count;
};
struct quire_parquet_encoding_stats_list {
    struct quire_parquet_encoding_stats *items;
    size_t size;
};

struct quire_parquet_bounding_box {
    uint32_t present;
    double xmin, xmax, ymin, ymax, zmin, zmax, mmin, mmax;
};
struct quire_parquet_geospatial_statistics {
    uint32_t present;
    struct quire_parquet_bounding_box *bbox;
    struct quire_i32_list geospatial_types;
};

enum {
    QUIRE_COLUMN_HAS_INDEX_PAGE_OFFSET = 1 << 10,
    QUIRE_COLUMN_HAS_DICTIONARY_PAGE_OFFSET = 1 << 11,
    QUIRE_COLUMN_HAS_BLOOM_FILTER_OFFSET = 1 << 14,
    QUIRE_COLUMN_HAS_BLOOM_FILTER_LENGTH = 1 << 15
};
struct quire_column_metadata {
    uint32_t present;
    int32_t type;
    struct quire_i32_list encodings;
    struct quire_binary_list path_in_schema;
    int32_t codec;
    int64_t num_values, total_uncompressed_size, total_compressed_size;
    struct quire_parquet_key_value_list key_value_metadata;
    int64_t data_page_offset, index_page_offset, dictionary_page_offset;
    struct quire_parquet_statistics *statistics;
    struct quire_parquet_encoding_stats_list encoding_stats;
    int64_t bloom_filter_offset;
    int32_t bloom_filter_length;
    struct quire_parquet_size_statistics *size_statistics;
    struct quire_parquet_geospatial_statistics *geospatial_statistics;
};

struct quire_encryption_with_column_key {
    uint32_t present;
    struct quire_binary_list path_in_schema;
    struct quire_thrift_binary key_metadata;
};
enum { QUIRE_CRYPTO_WITH_FOOTER_KEY = 1 << 1, QUIRE_CRYPTO_WITH_COLUMN_KEY = 1 << 2 };
struct quire_column_crypto_metadata { /* a union */
    uint32_t present;
    struct quire_encryption_with_column_key *with_column_key;
};

enum {
    QUIRE_CHUNK_HAS_OFFSET_INDEX_OFFSET = 1 << 4,
    QUIRE_CHUNK_HAS_OFFSET_INDEX_LENGTH = 1 << 5,
    QUIRE_CHUNK_HAS_COLUMN_INDEX_OFFSET = 1 << 6,
    QUIRE_CHUNK_HAS_COLUMN_INDEX_LENGTH = 1 << 7
};
struct quire_column_chunk {
    uint32_t present;
    struct quire_thrift_binary file_path;
    int64_t file_offset;
    struct quire_column_metadata *meta_data;
    int64_t offset_index_offset, column_index_offset;
    int32_t offset_index_length, column_index_length;
    struct quire_column_crypto_metadata *crypto_metadata;
    struct quire_thrift_binary encrypted_column_metadata;
};
struct quire_column_chunk_list {
    struct quire_column_chunk *items;
    size_t size;
};

/* --- Row groups and the file ----------------------------------------------------- */

struct quire_sorting_column {
    uint32_t present;
    int32_t column_idx;
    bool descending, nulls_first;
};
struct quire_sorting_column_list {
    struct quire_sorting_column *items;
    size_t size;
};

enum {
    QUIRE_ROW_GROUP_HAS_FILE_OFFSET = 1 << 5,
    QUIRE_ROW_GROUP_HAS_COMPRESSED_SIZE = 1 << 6,
    QUIRE_ROW_GROUP_HAS_ORDINAL = 1 << 7
};
struct quire_row_group {
    uint32_t present;
    struct quire_column_chunk_list columns;
    int64_t total_byte_size, num_rows;
    struct quire_sorting_column_list sorting_columns;
    int64_t file_offset, total_compressed_size;
    int16_t ordinal;
};
struct quire_row_group_list {
    struct quire_row_group *items;
    size_t size;
};

struct quire_column_order {
    uint32_t present; /* bit: enum quire_parquet_order */
};
struct quire_column_order_list {
    struct quire_column_order *items;
    size_t size;
};

enum { QUIRE_AES_HAS_SUPPLY_PREFIX = 1 << 3 };
struct quire_aes_parameters { /* AesGcmV1 and AesGcmCtrV1 */
    uint32_t present;
    struct quire_thrift_binary aad_prefix, aad_file_unique;
    bool supply_aad_prefix;
};
struct quire_encryption_algorithm { /* a union */
    uint32_t present;
    struct quire_aes_parameters *aes_gcm_v1, *aes_gcm_ctr_v1;
};

struct quire_file_metadata {
    uint32_t present;
    int32_t version;
    struct quire_schema_element_list schema;
    int64_t num_rows;
    struct quire_row_group_list row_groups;
    struct quire_parquet_key_value_list key_value_metadata;
    struct quire_thrift_binary created_by;
    struct quire_column_order_list column_orders;
    struct quire_encryption_algorithm *encryption_algorithm;
    struct quire_thrift_binary footer_signing_key_metadata;
};

struct quire_file_crypto_metadata {
    uint32_t present;
    struct quire_encryption_algorithm *encryption_algorithm;
    struct quire_thrift_binary key_metadata;
};

/* The layouts that others build on. */
extern const struct quire_thrift_layout quire_layout_statistics;
extern const struct quire_thrift_layout quire_layout_schema_element;
extern const struct quire_thrift_layout quire_layout_key_value;
extern const struct quire_thrift_layout quire_layout_column_order;
extern const struct quire_thrift_layout quire_layout_encryption_algorithm;
extern const struct quire_thrift_layout quire_layout_row_group;
extern const struct quire_thrift_layout quire_layout_column_metadata;
extern const struct quire_thrift_layout quire_layout_file_metadata;
extern const struct quire_thrift_layout quire_layout_file_crypto_metadata;

/* Reads a footer (without its length and magic) into *metadata, whose parts are the
 * arena's. What the tables cannot say is checked too: counts and sizes are not
 * negative, and every row group has the columns that the schema has leaves for.
 * *used: bytes that it took (a signature may follow in encrypted files). */
int quire_file_metadata_read(const void *bytes, size_t size, struct quire_arena *arena,
                             struct quire_file_metadata *metadata, size_t *used,
                             struct quire_error *error);
int quire_file_metadata_write(const struct quire_file_metadata *metadata, struct quire_buf *out);
/* The same for row groups that are written out already, row_groups_size of them end to
 * end; metadata->row_groups is ignored. */
int quire_file_metadata_write_around(const struct quire_file_metadata *metadata,
                                     const struct quire_buf *row_groups, size_t row_groups_size,
                                     struct quire_buf *out);

/* ColumnMetaData on its own, as encrypted columns have it. */
int quire_column_metadata_read(const void *bytes, size_t size, struct quire_arena *arena,
                               struct quire_column_metadata *metadata, struct quire_error *error);
int quire_column_metadata_write(const struct quire_column_metadata *metadata,
                                struct quire_buf *out);

int quire_file_crypto_metadata_read(const void *bytes, size_t size, struct quire_arena *arena,
                                    struct quire_file_crypto_metadata *metadata, size_t *used,
                                    struct quire_error *error);
int quire_file_crypto_metadata_write(const struct quire_file_crypto_metadata *metadata,
                                     struct quire_buf *out);

/* Which member of a union is there: its field number, 0 for none that is known. */
static inline int quire_thrift_union_member(uint32_t present)
{
    return present != 0 ? __builtin_ctz(present) : 0;
}

#endif
