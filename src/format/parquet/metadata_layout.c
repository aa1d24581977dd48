/* The structs of parquet.thrift as tables, in the order and with the numbers that
 * they have there. */
#include "format/parquet/parquet_metadata.h"

#define REQUIRED(number, what, field)        QUIRE_THRIFT_REQUIRED(TYPE, number, what, field)
#define OPTIONAL(number, what, field)        QUIRE_THRIFT_OPTIONAL(TYPE, number, what, field)
#define LIST_OF(number, what, field, needed) QUIRE_THRIFT_LIST_OF(TYPE, number, what, field, needed)
#define STRUCT_OF(number, field, needed, table) \
    QUIRE_THRIFT_STRUCT_OF(TYPE, number, field, needed, table)
#define STRUCTS_OF(number, field, needed, table) \
    QUIRE_THRIFT_STRUCTS_OF(TYPE, number, field, needed, table)
#define EMPTY_OF(number, what) QUIRE_THRIFT_EMPTY_OF(number, what)

#define TYPE quire_parquet_decimal_type
static const struct quire_thrift_member decimal_members[] = {
    REQUIRED(1, I32, scale),
    REQUIRED(2, I32, precision),
};
static QUIRE_THRIFT_LAYOUT(decimal_layout, quire_parquet_decimal_type, decimal_members);
#undef TYPE

static const struct quire_thrift_member unit_members[] = {
    EMPTY_OF(QUIRE_UNIT_MILLIS, "MILLIS"),
    EMPTY_OF(QUIRE_UNIT_MICROS, "MICROS"),
    EMPTY_OF(QUIRE_UNIT_NANOS, "NANOS"),
};
static QUIRE_THRIFT_LAYOUT(unit_layout, quire_parquet_time_unit, unit_members);

#define TYPE quire_parquet_time_type
static const struct quire_thrift_member time_members[] = {
    REQUIRED(1, BOOL, is_adjusted_to_utc),
    STRUCT_OF(2, unit, true, &unit_layout),
};
static QUIRE_THRIFT_LAYOUT(time_layout, quire_parquet_time_type, time_members);
#undef TYPE

#define TYPE quire_parquet_int_type
static const struct quire_thrift_member int_members[] = {
    REQUIRED(1, I8, bit_width),
    REQUIRED(2, BOOL, is_signed),
};
static QUIRE_THRIFT_LAYOUT(int_layout, quire_parquet_int_type, int_members);
#undef TYPE

#define TYPE quire_parquet_variant_type
static const struct quire_thrift_member variant_members[] = {
    OPTIONAL(1, I8, specification_version),
};
static QUIRE_THRIFT_LAYOUT(variant_layout, quire_parquet_variant_type, variant_members);
#undef TYPE

#define TYPE quire_parquet_geography_type
static const struct quire_thrift_member geography_members[] = {
    OPTIONAL(1, BINARY, crs),
    OPTIONAL(2, I32, algorithm),
};
static QUIRE_THRIFT_LAYOUT(geography_layout, quire_parquet_geography_type, geography_members);
#undef TYPE

#define TYPE quire_parquet_logical_type
static const struct quire_thrift_member logical_members[] = {
    EMPTY_OF(QUIRE_LOGICAL_STRING, "STRING"),
    EMPTY_OF(QUIRE_LOGICAL_MAP, "MAP"),
    EMPTY_OF(QUIRE_LOGICAL_LIST, "LIST"),
    EMPTY_OF(QUIRE_LOGICAL_ENUM, "ENUM"),
    STRUCT_OF(QUIRE_LOGICAL_DECIMAL, decimal, false, &decimal_layout),
    EMPTY_OF(QUIRE_LOGICAL_DATE, "DATE"),
    STRUCT_OF(QUIRE_LOGICAL_TIME, time, false, &time_layout),
    STRUCT_OF(QUIRE_LOGICAL_TIMESTAMP, timestamp, false, &time_layout),
    STRUCT_OF(QUIRE_LOGICAL_INTEGER, integer, false, &int_layout),
    EMPTY_OF(QUIRE_LOGICAL_NULL, "UNKNOWN"),
    EMPTY_OF(QUIRE_LOGICAL_JSON, "JSON"),
    EMPTY_OF(QUIRE_LOGICAL_BSON, "BSON"),
    EMPTY_OF(QUIRE_LOGICAL_UUID, "UUID"),
    EMPTY_OF(QUIRE_LOGICAL_FLOAT16, "FLOAT16"),
    STRUCT_OF(QUIRE_LOGICAL_VARIANT, variant, false, &variant_layout),
    STRUCT_OF(QUIRE_LOGICAL_GEOMETRY, geometry, false, &geography_layout),
    STRUCT_OF(QUIRE_LOGICAL_GEOGRAPHY, geography, false, &geography_layout),
};
static QUIRE_THRIFT_LAYOUT(logical_layout, quire_parquet_logical_type, logical_members);
#undef TYPE

#define TYPE quire_schema_element
static const struct quire_thrift_member element_members[] = {
    OPTIONAL(1, I32, type),
    OPTIONAL(2, I32, type_length),
    OPTIONAL(3, I32, repetition_type),
    REQUIRED(4, BINARY, name),
    OPTIONAL(5, I32, num_children),
    OPTIONAL(6, I32, converted_type),
    OPTIONAL(7, I32, scale),
    OPTIONAL(8, I32, precision),
    OPTIONAL(9, I32, field_id),
    STRUCT_OF(10, logical_type, false, &logical_layout),
};
QUIRE_THRIFT_LAYOUT(quire_layout_schema_element, quire_schema_element, element_members);
#undef TYPE

#define TYPE quire_parquet_statistics
static const struct quire_thrift_member statistics_members[] = {
    OPTIONAL(1, BINARY, max),
    OPTIONAL(2, BINARY, min),
    OPTIONAL(3, I64, null_count),
    OPTIONAL(4, I64, distinct_count),
    OPTIONAL(5, BINARY, max_value),
    OPTIONAL(6, BINARY, min_value),
    OPTIONAL(7, BOOL, is_max_value_exact),
    OPTIONAL(8, BOOL, is_min_value_exact),
    OPTIONAL(9, I64, nan_count),
};
QUIRE_THRIFT_LAYOUT(quire_layout_statistics, quire_parquet_statistics, statistics_members);
#undef TYPE

#define TYPE quire_parquet_size_statistics
static const struct quire_thrift_member size_statistics_members[] = {
    OPTIONAL(1, I64, unencoded_byte_array_data_bytes),
    LIST_OF(2, I64, repetition_level_histogram, false),
    LIST_OF(3, I64, definition_level_histogram, false),
};
static QUIRE_THRIFT_LAYOUT(size_statistics_layout, quire_parquet_size_statistics,
                           size_statistics_members);
#undef TYPE

#define TYPE quire_parquet_key_value
static const struct quire_thrift_member key_value_members[] = {
    REQUIRED(1, BINARY, key),
    OPTIONAL(2, BINARY, value),
};
QUIRE_THRIFT_LAYOUT(quire_layout_key_value, quire_parquet_key_value, key_value_members);
#undef TYPE

#define TYPE quire_parquet_encoding_stats
static const struct quire_thrift_member encoding_stats_members[] = {
    REQUIRED(1, I32, page_type),
    REQUIRED(2, I32, encoding),
    REQUIRED(3, I32, count),
};
static QUIRE_THRIFT_LAYOUT(encoding_stats_layout, quire_parquet_encoding_stats,
                           encoding_stats_members);
#undef TYPE

#define TYPE quire_parquet_bounding_box
static const struct quire_thrift_member box_members[] = {
    REQUIRED(1, DOUBLE, xmin), REQUIRED(2, DOUBLE, xmax), REQUIRED(3, DOUBLE, ymin),
    REQUIRED(4, DOUBLE, ymax), OPTIONAL(5, DOUBLE, zmin), OPTIONAL(6, DOUBLE, zmax),
    OPTIONAL(7, DOUBLE, mmin), OPTIONAL(8, DOUBLE, mmax),
};
static QUIRE_THRIFT_LAYOUT(box_layout, quire_parquet_bounding_box, box_members);
#undef TYPE

#define TYPE quire_parquet_geospatial_statistics
static const struct quire_thrift_member geospatial_members[] = {
    STRUCT_OF(1, bbox, false, &box_layout),
    LIST_OF(2, I32, geospatial_types, false),
};
static QUIRE_THRIFT_LAYOUT(geospatial_layout, quire_parquet_geospatial_statistics,
                           geospatial_members);
#undef TYPE

#define TYPE quire_column_metadata
static const struct quire_thrift_member column_members[] = {
    REQUIRED(1, I32, type),
    LIST_OF(2, I32, encodings, true),
    LIST_OF(3, BINARY, path_in_schema, true),
    REQUIRED(4, I32, codec),
    REQUIRED(5, I64, num_values),
    REQUIRED(6, I64, total_uncompressed_size),
    REQUIRED(7, I64, total_compressed_size),
    STRUCTS_OF(8, key_value_metadata, false, &quire_layout_key_value),
    REQUIRED(9, I64, data_page_offset),
    OPTIONAL(10, I64, index_page_offset),
    OPTIONAL(11, I64, dictionary_page_offset),
    STRUCT_OF(12, statistics, false, &quire_layout_statistics),
    STRUCTS_OF(13, encoding_stats, false, &encoding_stats_layout),
    OPTIONAL(14, I64, bloom_filter_offset),
    OPTIONAL(15, I32, bloom_filter_length),
    STRUCT_OF(16, size_statistics, false, &size_statistics_layout),
    STRUCT_OF(17, geospatial_statistics, false, &geospatial_layout),
};
QUIRE_THRIFT_LAYOUT(quire_layout_column_metadata, quire_column_metadata, column_members);
#undef TYPE

#define TYPE quire_encryption_with_column_key
static const struct quire_thrift_member column_key_members[] = {
    LIST_OF(1, BINARY, path_in_schema, true),
    OPTIONAL(2, BINARY, key_metadata),
};
static QUIRE_THRIFT_LAYOUT(column_key_layout, quire_encryption_with_column_key, column_key_members);
#undef TYPE

#define TYPE quire_column_crypto_metadata
static const struct quire_thrift_member column_crypto_members[] = {
    EMPTY_OF(1, "ENCRYPTION_WITH_FOOTER_KEY"),
    STRUCT_OF(2, with_column_key, false, &column_key_layout),
};
static QUIRE_THRIFT_LAYOUT(column_crypto_layout, quire_column_crypto_metadata,
                           column_crypto_members);
#undef TYPE

#define TYPE quire_column_chunk
static const struct quire_thrift_member chunk_members[] = {
    OPTIONAL(1, BINARY, file_path),
    REQUIRED(2, I64, file_offset),
    STRUCT_OF(3, meta_data, false, &quire_layout_column_metadata),
    OPTIONAL(4, I64, offset_index_offset),
    OPTIONAL(5, I32, offset_index_length),
    OPTIONAL(6, I64, column_index_offset),
    OPTIONAL(7, I32, column_index_length),
    STRUCT_OF(8, crypto_metadata, false, &column_crypto_layout),
    OPTIONAL(9, BINARY, encrypted_column_metadata),
};
static QUIRE_THRIFT_LAYOUT(chunk_layout, quire_column_chunk, chunk_members);
#undef TYPE

#define TYPE quire_sorting_column
static const struct quire_thrift_member sorting_members[] = {
    REQUIRED(1, I32, column_idx),
    REQUIRED(2, BOOL, descending),
    REQUIRED(3, BOOL, nulls_first),
};
static QUIRE_THRIFT_LAYOUT(sorting_layout, quire_sorting_column, sorting_members);
#undef TYPE

#define TYPE quire_row_group
static const struct quire_thrift_member row_group_members[] = {
    STRUCTS_OF(1, columns, true, &chunk_layout),
    REQUIRED(2, I64, total_byte_size),
    REQUIRED(3, I64, num_rows),
    STRUCTS_OF(4, sorting_columns, false, &sorting_layout),
    OPTIONAL(5, I64, file_offset),
    OPTIONAL(6, I64, total_compressed_size),
    OPTIONAL(7, I16, ordinal),
};
QUIRE_THRIFT_LAYOUT(quire_layout_row_group, quire_row_group, row_group_members);
#undef TYPE

static const struct quire_thrift_member order_members[] = {
    EMPTY_OF(QUIRE_ORDER_TYPE, "TYPE_ORDER"),
    EMPTY_OF(QUIRE_ORDER_IEEE_754_TOTAL, "IEEE_754_TOTAL_ORDER"),
    EMPTY_OF(QUIRE_ORDER_INT96_TIMESTAMP, "INT96_TIMESTAMP_ORDER"),
};
QUIRE_THRIFT_LAYOUT(quire_layout_column_order, quire_column_order, order_members);

#define TYPE quire_aes_parameters
static const struct quire_thrift_member aes_members[] = {
    OPTIONAL(1, BINARY, aad_prefix),
    OPTIONAL(2, BINARY, aad_file_unique),
    OPTIONAL(3, BOOL, supply_aad_prefix),
};
static QUIRE_THRIFT_LAYOUT(aes_layout, quire_aes_parameters, aes_members);
#undef TYPE

#define TYPE quire_encryption_algorithm
static const struct quire_thrift_member algorithm_members[] = {
    STRUCT_OF(1, aes_gcm_v1, false, &aes_layout),
    STRUCT_OF(2, aes_gcm_ctr_v1, false, &aes_layout),
};
QUIRE_THRIFT_LAYOUT(quire_layout_encryption_algorithm, quire_encryption_algorithm,
                    algorithm_members);
#undef TYPE

#define TYPE quire_file_metadata
static const struct quire_thrift_member file_members[] = {
    REQUIRED(1, I32, version),
    STRUCTS_OF(2, schema, true, &quire_layout_schema_element),
    REQUIRED(3, I64, num_rows),
    STRUCTS_OF(4, row_groups, true, &quire_layout_row_group),
    STRUCTS_OF(5, key_value_metadata, false, &quire_layout_key_value),
    OPTIONAL(6, BINARY, created_by),
    STRUCTS_OF(7, column_orders, false, &quire_layout_column_order),
    STRUCT_OF(8, encryption_algorithm, false, &quire_layout_encryption_algorithm),
    OPTIONAL(9, BINARY, footer_signing_key_metadata),
};
QUIRE_THRIFT_LAYOUT(quire_layout_file_metadata, quire_file_metadata, file_members);
#undef TYPE

#define TYPE quire_file_crypto_metadata
static const struct quire_thrift_member file_crypto_members[] = {
    STRUCT_OF(1, encryption_algorithm, true, &quire_layout_encryption_algorithm),
    OPTIONAL(2, BINARY, key_metadata),
};
QUIRE_THRIFT_LAYOUT(quire_layout_file_crypto_metadata, quire_file_crypto_metadata,
                    file_crypto_members);
#undef TYPE
