/* One column of one row group, described. */
#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/decimal.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "data/field_format.h"
#include "data/value_text.h"
#include "format/parquet/read/describe.h"
#include "format/parquet/read/pruning.h"
#include "quire/batch.h"

#define OPERATION "describe parquet"

static void put_i64(struct quire_json_writer *json, const char *key, int64_t value)
{
    quire_json_writer_key(json, key);
    quire_json_writer_i64(json, value);
}

static void put_optional(struct quire_json_writer *json, const char *key, bool there, int64_t value)
{
    if (there) put_i64(json, key, value);
}

/* --- Bounds as text -------------------------------------------------------------------- */

/* The bytes of a bound in Arrow's layout of its field. */
static int bound_value(const struct quire_field *field, const struct quire_schema_element *element,
                       const struct quire_thrift_binary *bound, struct quire_column *column)
{
    uint8_t value[QUIRE_ORDER_WIDE_BYTES] = {0};
    struct quire_order_value order_value;
    enum quire_order order = quire_parquet_order_of(element);
    if (field->kind == QUIRE_KIND_FIXED_BINARY && bound->size != (size_t)field->width)
        return QUIRE_INPUT; /* cut short */
    if (quire_kind_is_string(field->kind) || quire_kind_is_binary(field->kind))
        return quire_column_append_bytes(column, bound->data, bound->size);
    if (!quire_parquet_order_bound(element, order, bound, &order_value)) return QUIRE_INPUT;
    bool fits = true;
    int code;
    switch (field->kind) {
    case QUIRE_KIND_BOOL: return quire_column_append_bool(column, order_value.as.u64 != 0);
    case QUIRE_KIND_FLOAT16: return quire_column_append_fixed(column, bound->data);
    case QUIRE_KIND_FLOAT32: return quire_column_append_f32(column, (float)order_value.as.f64);
    case QUIRE_KIND_FLOAT64: return quire_column_append_f64(column, order_value.as.f64);
    case QUIRE_KIND_FIXED_BINARY: return quire_column_append_fixed(column, bound->data);
    case QUIRE_KIND_DECIMAL:
        if (order == QUIRE_ORDER_SIGNED) {
            memset(value, order_value.as.i64 < 0 ? 0xff : 0, sizeof(value));
            memcpy(value, &order_value.as.i64, 8);
        } else {
            order_value.as.wide[0] ^= 0x80;
            for (size_t i = 0; i < sizeof(value); i++)
                value[i] = order_value.as.wide[sizeof(value) - 1 - i];
        }
        return quire_column_append_fixed(column, value);
    default: break;
    }
    code = order == QUIRE_ORDER_UNSIGNED
               ? quire_column_append_uint(column, order_value.as.u64, &fits)
               : quire_column_append_int(column, order_value.as.i64, &fits);
    return code == 0 && !fits ? QUIRE_INPUT : code;
}

/* As the library writes values of the type; QUIRE_INPUT where the bound is none of them. */
static int bound_text(const struct quire_schema_element *element,
                      const struct quire_thrift_binary *bound, struct quire_buf *text)
{
    char format[QUIRE_PARQUET_FORMAT_MAX];
    struct quire_field field = {.name = "", .nullable = true};
    enum quire_extension extension;
    quire_parquet_arrow_format(element, format, &extension);
    if (!quire_field_parse_format(format, &field)) return QUIRE_INPUT;
    field.format = format;
    field.extension = extension;
    /* A zone needs its table, and instants are in UTC. */
    field.utc = field.zone != NULL;
    struct quire_column *column = NULL;
    struct quire_view *view = NULL;
    struct ArrowArray array = {.release = NULL};
    const struct quire_value_style style = {0};
    int code = quire_column_new(&field, &column, NULL);
    if (code == 0) code = bound_value(&field, element, bound, column);
    if (code == 0) code = quire_column_finish(column, &array, NULL);
    if (code == 0) code = quire_view_new(&field, &view, NULL);
    if (code == 0) code = quire_view_set(view, &array, NULL);
    if (code == 0) code = quire_value_write(view, 0, &style, text);
    quire_view_free(view);
    quire_array_release(&array);
    quire_column_free(column);
    return code;
}

/* Text where the type has one, else the bytes in hex. */
static void put_bound(struct quire_json_writer *json, const char *key, const char *exact_key,
                      const struct quire_schema_element *element,
                      const struct quire_thrift_binary *bound, bool exact_known, bool exact)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    if (bound->data == NULL) return;
    int code = bound_text(element, bound, &text);
    bool good = code == 0 &&
                quire_utf8_is_valid(text.data != NULL ? text.data : (const uint8_t *)"", text.size);
    if (!good) {
        quire_buf_clear(&text);
        if (code == QUIRE_MEMORY || quire_buf_append_text(&text, "0x") != 0 ||
            quire_buf_reserve(&text, 2 * bound->size) != 0) {
            if (json->code == 0) json->code = QUIRE_MEMORY;
            return;
        }
        char *start = (char *)quire_buf_end(&text);
        text.size += (size_t)(quire_hex_encode(bound->data, bound->size, start) - start);
    }
    quire_json_writer_key(json, key);
    quire_json_writer_string_sized(json, text.data != NULL ? (const char *)text.data : "",
                                   text.size);
    if (!exact_known) return;
    quire_json_writer_key(json, exact_key);
    quire_json_writer_bool(json, exact);
}

static void put_statistics(struct quire_json_writer *json,
                           const struct quire_schema_element *element,
                           const struct quire_parquet_statistics *statistics)
{
    uint32_t present = statistics->present;
    put_optional(json, "nulls", (present & QUIRE_STATISTICS_HAS_NULL_COUNT) != 0,
                 statistics->null_count);
    put_optional(json, "distinct", (present & QUIRE_STATISTICS_HAS_DISTINCT_COUNT) != 0,
                 statistics->distinct_count);
    put_optional(json, "nans", (present & QUIRE_STATISTICS_HAS_NAN_COUNT) != 0,
                 statistics->nan_count);
    bool values = statistics->min_value.data != NULL || statistics->max_value.data != NULL;
    put_bound(json, "min", "min_exact", element, values ? &statistics->min_value : &statistics->min,
              (present & QUIRE_STATISTICS_HAS_MIN_EXACT) != 0, statistics->is_min_value_exact);
    put_bound(json, "max", "max_exact", element, values ? &statistics->max_value : &statistics->max,
              (present & QUIRE_STATISTICS_HAS_MAX_EXACT) != 0, statistics->is_max_value_exact);
    if (values || (statistics->min.data == NULL && statistics->max.data == NULL)) return;
    quire_json_writer_key(json, "deprecated_bounds");
    quire_json_writer_bool(json, true);
}

/* --- Pages and indexes ----------------------------------------------------------------- */

static void put_place(struct quire_json_writer *json, const char *key, bool there, int64_t offset,
                      int64_t bytes)
{
    if (!there) return;
    quire_json_writer_key(json, key);
    quire_json_writer_begin_object(json);
    put_i64(json, "offset", offset);
    put_optional(json, "bytes", bytes >= 0, bytes);
    quire_json_writer_end_object(json);
}

static void put_pages(struct quire_json_writer *json, const struct quire_column_metadata *metadata)
{
    const struct quire_parquet_encoding_stats_list *stats = &metadata->encoding_stats;
    if (stats->size == 0) return;
    quire_json_writer_key(json, "pages");
    quire_json_writer_begin_array(json);
    for (size_t i = 0; i < stats->size; i++) {
        quire_json_writer_begin_object(json);
        quire_describe_name(json, "type", quire_parquet_page_name(stats->items[i].page_type),
                            stats->items[i].page_type);
        quire_describe_name(json, "encoding", quire_parquet_encoding_name(stats->items[i].encoding),
                            stats->items[i].encoding);
        put_i64(json, "count", stats->items[i].count);
        quire_json_writer_end_object(json);
    }
    quire_json_writer_end_array(json);
}

static int put_data_pages(struct quire_json_writer *json, const struct quire_parquet_input *file,
                          const struct quire_parquet_chunk *chunk, int64_t rows,
                          struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_offset_index index = {0};
    bool found = false;
    int code = quire_parquet_offset_index(file, chunk, rows, &arena, &index, &found, error);
    if (code == QUIRE_CORRUPT) return 0; /* what it says is not known then */
    QUIRE_TRY(code);
    if (found) put_i64(json, "data_pages", (int64_t)index.page_locations.size);
    return 0;
}

static int put_metadata(struct quire_json_writer *json, const struct quire_parquet_input *file,
                        const struct quire_parquet_chunk *found, size_t leaf, int64_t rows,
                        struct quire_error *error)
{
    const struct quire_column_metadata *metadata = found->metadata;
    const struct quire_column_chunk *chunk = found->chunk;
    uint32_t present = metadata->present;
    quire_json_writer_key(json, "encodings");
    quire_json_writer_begin_array(json);
    for (size_t i = 0; i < metadata->encodings.size; i++) {
        const char *name = quire_parquet_encoding_name(metadata->encodings.items[i]);
        if (name != NULL)
            quire_json_writer_string(json, name);
        else
            quire_json_writer_i64(json, metadata->encodings.items[i]);
    }
    quire_json_writer_end_array(json);
    quire_describe_name(json, "codec", quire_parquet_codec_name(metadata->codec), metadata->codec);
    put_i64(json, "values", metadata->num_values);
    put_i64(json, "compressed_bytes", metadata->total_compressed_size);
    put_i64(json, "uncompressed_bytes", metadata->total_uncompressed_size);
    put_i64(json, "offset", found->start);
    put_i64(json, "data_page_offset", metadata->data_page_offset);
    put_optional(json, "dictionary_page_offset",
                 (present & QUIRE_COLUMN_HAS_DICTIONARY_PAGE_OFFSET) != 0,
                 metadata->dictionary_page_offset);
    if (metadata->statistics != NULL)
        put_statistics(json, quire_parquet_leaf_element(&file->schema, leaf), metadata->statistics);
    const struct quire_parquet_size_statistics *sizes = metadata->size_statistics;
    if (sizes != NULL)
        put_optional(json, "unencoded_bytes",
                     (sizes->present & QUIRE_SIZE_STATISTICS_HAS_BYTES) != 0,
                     sizes->unencoded_byte_array_data_bytes);
    put_pages(json, metadata);
    QUIRE_TRY(put_data_pages(json, file, found, rows, error));
    put_place(json, "offset_index", (chunk->present & QUIRE_CHUNK_HAS_OFFSET_INDEX_OFFSET) != 0,
              chunk->offset_index_offset, chunk->offset_index_length);
    put_place(json, "column_index", (chunk->present & QUIRE_CHUNK_HAS_COLUMN_INDEX_OFFSET) != 0,
              chunk->column_index_offset, chunk->column_index_length);
    put_place(json, "bloom_filter", (present & QUIRE_COLUMN_HAS_BLOOM_FILTER_OFFSET) != 0,
              metadata->bloom_filter_offset,
              (present & QUIRE_COLUMN_HAS_BLOOM_FILTER_LENGTH) != 0 ? metadata->bloom_filter_length
                                                                    : -1);
    return 0;
}

int quire_describe_chunk(struct quire_json_writer *json, struct quire_parquet_input *file,
                         size_t row_group, size_t leaf, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf name = {0};
    const struct quire_schema_element *element = quire_parquet_leaf_element(&file->schema, leaf);
    struct quire_row_group *group = &file->metadata.row_groups.items[row_group];
    struct quire_parquet_chunk chunk;
    if (quire_parquet_leaf_name(&file->schema, leaf, &name) != 0)
        return quire_fail_memory(error, OPERATION);
    quire_json_writer_begin_object(json);
    quire_json_writer_key(json, "path");
    quire_json_writer_string_sized(json, (const char *)name.data, name.size);
    quire_describe_name(json, "type", quire_parquet_type_name(element->type), element->type);
    quire_json_writer_key(json, "encrypted");
    quire_json_writer_bool(json, group->columns.items[leaf].crypto_metadata != NULL);
    int code = quire_parquet_input_chunk(file, row_group, leaf, &chunk, error);
    quire_json_writer_key(json, "readable");
    quire_json_writer_bool(json, code == 0);
    if (code == QUIRE_AUTH) {
        if (error != NULL) quire_error_clear(error);
        quire_json_writer_end_object(json);
        return 0;
    }
    QUIRE_TRY(code);
    QUIRE_TRY(put_metadata(json, file, &chunk, leaf, group->num_rows, error));
    quire_json_writer_end_object(json);
    return 0;
}
