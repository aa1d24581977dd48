/* Names of numbers, and types as text. */
#include <stdio.h>

#include "format/parquet/read/describe.h"

#define NAME_OF(list, number) \
    ((number) >= 0 && (size_t)(number) < sizeof(list) / sizeof((list)[0]) ? (list)[number] : NULL)

const char *quire_parquet_type_name(int32_t type)
{
    static const char *const names[] = {"BOOLEAN", "INT32",  "INT64",      "INT96",
                                        "FLOAT",   "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"};
    return NAME_OF(names, type);
}

const char *quire_parquet_codec_name(int32_t codec)
{
    static const char *const names[] = {"UNCOMPRESSED", "SNAPPY", "GZIP", "LZO",
                                        "BROTLI",       "LZ4",    "ZSTD", "LZ4_RAW"};
    return NAME_OF(names, codec);
}

const char *quire_parquet_encoding_name(int32_t encoding)
{
    static const char *const names[] = {
        "PLAIN",
        NULL,
        "PLAIN_DICTIONARY",
        "RLE",
        "BIT_PACKED",
        "DELTA_BINARY_PACKED",
        "DELTA_LENGTH_BYTE_ARRAY",
        "DELTA_BYTE_ARRAY",
        "RLE_DICTIONARY",
        "BYTE_STREAM_SPLIT",
        "ALP",
    };
    return NAME_OF(names, encoding);
}

const char *quire_parquet_converted_name(int32_t converted)
{
    static const char *const names[] = {
        "UTF8",
        "MAP",
        "MAP_KEY_VALUE",
        "LIST",
        "ENUM",
        "DECIMAL",
        "DATE",
        "TIME_MILLIS",
        "TIME_MICROS",
        "TIMESTAMP_MILLIS",
        "TIMESTAMP_MICROS",
        "UINT_8",
        "UINT_16",
        "UINT_32",
        "UINT_64",
        "INT_8",
        "INT_16",
        "INT_32",
        "INT_64",
        "JSON",
        "BSON",
        "INTERVAL",
    };
    return NAME_OF(names, converted);
}

const char *quire_parquet_repetition_name(int32_t repetition)
{
    static const char *const names[] = {"REQUIRED", "OPTIONAL", "REPEATED"};
    return NAME_OF(names, repetition);
}

const char *quire_parquet_page_name(int32_t page)
{
    static const char *const names[] = {"DATA_PAGE", "INDEX_PAGE", "DICTIONARY_PAGE",
                                        "DATA_PAGE_V2"};
    return NAME_OF(names, page);
}

static int put_time(const char *name, const struct quire_parquet_time_type *time,
                    struct quire_buf *text)
{
    static const char *const units[] = {"?", "MILLIS", "MICROS", "NANOS"};
    int unit = time->unit != NULL ? quire_thrift_union_member(time->unit->present) : 0;
    return quire_buf_printf(text, "%s(%s, %s)", name, units[unit < 4 ? unit : 0],
                            time->is_adjusted_to_utc ? "utc" : "local");
}

int quire_parquet_logical_text(const struct quire_parquet_logical_type *type,
                               struct quire_buf *text)
{
    static const char *const names[] = {
        [QUIRE_LOGICAL_STRING] = "STRING",       [QUIRE_LOGICAL_MAP] = "MAP",
        [QUIRE_LOGICAL_LIST] = "LIST",           [QUIRE_LOGICAL_ENUM] = "ENUM",
        [QUIRE_LOGICAL_DATE] = "DATE",           [QUIRE_LOGICAL_NULL] = "UNKNOWN",
        [QUIRE_LOGICAL_JSON] = "JSON",           [QUIRE_LOGICAL_BSON] = "BSON",
        [QUIRE_LOGICAL_UUID] = "UUID",           [QUIRE_LOGICAL_FLOAT16] = "FLOAT16",
        [QUIRE_LOGICAL_VARIANT] = "VARIANT",     [QUIRE_LOGICAL_GEOMETRY] = "GEOMETRY",
        [QUIRE_LOGICAL_GEOGRAPHY] = "GEOGRAPHY",
    };
    int member = quire_thrift_union_member(type->present);
    switch (member) {
    case QUIRE_LOGICAL_DECIMAL:
        return quire_buf_printf(text, "DECIMAL(%d, %d)", (int)type->decimal->precision,
                                (int)type->decimal->scale);
    case QUIRE_LOGICAL_TIME: return put_time("TIME", type->time, text);
    case QUIRE_LOGICAL_TIMESTAMP: return put_time("TIMESTAMP", type->timestamp, text);
    case QUIRE_LOGICAL_INTEGER:
        return quire_buf_printf(text, "INTEGER(%d, %s)", (int)type->integer->bit_width,
                                type->integer->is_signed ? "signed" : "unsigned");
    default: break;
    }
    const char *name = NAME_OF(names, member);
    return quire_buf_append_text(text, name != NULL ? name : "?");
}

void quire_describe_name(struct quire_json_writer *json, const char *key, const char *name,
                         int32_t number)
{
    quire_json_writer_key(json, key);
    if (name != NULL)
        quire_json_writer_string(json, name);
    else
        quire_json_writer_i64(json, number);
}

void quire_describe_binary(struct quire_json_writer *json, const char *key,
                           const struct quire_thrift_binary *bytes)
{
    quire_json_writer_key(json, key);
    if (bytes->data == NULL)
        quire_json_writer_null(json);
    else
        quire_json_writer_string_sized(json, (const char *)bytes->data, bytes->size);
}
