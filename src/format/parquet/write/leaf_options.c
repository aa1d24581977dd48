/* Options of the file become options of each column chunk. */
#include "format/parquet/write/leaf_options.h"

#include <string.h>

#include "base/fail.h"
#include "base/option_value.h"
#include "base/text.h"

#define OPERATION "write parquet"

/* A page and a dictionary are at least so large, however many columns there are. */
#define PAGE_BYTES_LEAST ((size_t)4 << 10)

/* lz4 is LZ4_RAW: the codec that Parquet calls LZ4 is deprecated, for its framing was
 * never written down (Compression.md). */
static const struct {
    const char *name;
    int32_t id;
} codec_ids[] = {
    {"none", QUIRE_PARQUET_UNCOMPRESSED}, {"snappy", QUIRE_PARQUET_SNAPPY},
    {"gzip", QUIRE_PARQUET_GZIP},         {"zstd", QUIRE_PARQUET_ZSTD},
    {"lz4", QUIRE_PARQUET_LZ4_RAW},       {"brotli", QUIRE_PARQUET_BROTLI},
};

static const struct {
    const char *name;
    int32_t encoding;
} encodings[] = {
    {"plain", QUIRE_ENCODING_PLAIN},
    {"rle", QUIRE_ENCODING_RLE},
    {"delta_binary_packed", QUIRE_ENCODING_DELTA_BINARY_PACKED},
    {"delta_length_byte_array", QUIRE_ENCODING_DELTA_LENGTH_BYTE_ARRAY},
    {"delta_byte_array", QUIRE_ENCODING_DELTA_BYTE_ARRAY},
    {"byte_stream_split", QUIRE_ENCODING_BYTE_STREAM_SPLIT},
    {"alp", QUIRE_ENCODING_ALP},
    {"dictionary", QUIRE_ENCODING_RLE_DICTIONARY},
};
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static int set_codec(const char *text, struct quire_chunk_options *leaf, struct quire_error *error)
{
    const struct quire_codec *codec = NULL;
    if (quire_text_equal_ignore_case(text, "lz4_raw")) text = "lz4";
    if (quire_text_equal_ignore_case(text, "uncompressed")) text = "none";
    QUIRE_TRY(quire_codec_parse(text, &codec, &leaf->level, error));
    for (size_t i = 0; i < COUNT(codec_ids); i++) {
        if (strcmp(codec_ids[i].name, codec->name) != 0) continue;
        leaf->codec_id = codec_ids[i].id;
        leaf->codec = codec_ids[i].id != QUIRE_PARQUET_UNCOMPRESSED ? codec : NULL;
        return 0;
    }
    return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "parquet has no compression named %s",
                      codec->name);
}

static int set_encoding(const char *text, struct quire_chunk_options *leaf,
                        struct quire_error *error)
{
    const char *names[COUNT(encodings)];
    leaf->encoding = QUIRE_ENCODING_CHOOSE;
    if (text == NULL) return 0;
    for (size_t i = 0; i < COUNT(encodings); i++) {
        const char *name = names[i] = encodings[i].name;
        if (!quire_option_name_equal(name, strlen(name), text, strlen(text))) continue;
        leaf->encoding = encodings[i].encoding;
        return 0;
    }
    int code = quire_fail(error, QUIRE_USAGE, OPERATION, "there is no encoding \"%.40s\"", text);
    const char *nearest = quire_options_nearest(names, COUNT(names), text);
    quire_error_hint(error,
                     nearest != NULL ? "did you mean %s?"
                                     : "use plain, dictionary, rle, delta_binary_packed, "
                                       "delta_length_byte_array, delta_byte_array, "
                                       "byte_stream_split or alp",
                     nearest);
    return code;
}

static int parse_switch(const char *text, bool *value, struct quire_error *error)
{
    static const struct quire_option row = {.name = "dictionary", .type = QUIRE_OPTION_BOOL};
    return quire_option_value_parse(&row, value, "", text, error);
}

/* An encoding that a column was given stands alone, unless a dictionary was asked for by
 * the column's name too. */
static int set_dictionary(const struct quire_parquet_encoder_options *options,
                          const struct quire_leaf_names *names, size_t leaf,
                          struct quire_chunk_options *chunk, struct quire_error *error)
{
    bool own = false;
    const char *text = quire_leaf_names_value(names, leaf, options->dictionary, &own);
    if (chunk->encoding == QUIRE_ENCODING_RLE_DICTIONARY) {
        chunk->dictionary = true;
        return 0;
    }
    if (text != NULL) QUIRE_TRY(parse_switch(text, &chunk->dictionary, error));
    if (chunk->encoding != QUIRE_ENCODING_CHOOSE && !own) chunk->dictionary = false;
    return 0;
}

static size_t at_most(int64_t wanted, size_t share)
{
    if (share < PAGE_BYTES_LEAST) share = PAGE_BYTES_LEAST;
    return (uint64_t)wanted < share ? (size_t)wanted : share;
}

static int fill_one(const struct quire_parquet_encoder_options *options,
                    const struct quire_leaf_names *names, const struct quire_parquet_schema *schema,
                    size_t leaf, struct quire_chunk_options *chunk, struct quire_error *error)
{
    bool own = false;
    const char *encoding = quire_leaf_names_value(names, leaf, options->encoding, &own);
    QUIRE_TRY(
        set_codec(quire_leaf_names_value(names, leaf, options->compression, NULL), chunk, error));
    QUIRE_TRY(set_encoding(encoding, chunk, error));
    /* A dictionary asked of all columns is one of those that can have it. */
    if (!own && chunk->encoding == QUIRE_ENCODING_RLE_DICTIONARY &&
        quire_parquet_leaf_element(schema, leaf)->type == QUIRE_PARQUET_BOOLEAN)
        chunk->encoding = QUIRE_ENCODING_CHOOSE;
    /* Readers that make an Arrow dictionary again (pyarrow) do so from PLAIN only. */
    chunk->plain =
        options->arrow_schema && schema->leaves[leaf].node->field->kind == QUIRE_KIND_DICTIONARY;
    QUIRE_TRY(set_dictionary(options, names, leaf, chunk, error));
    const char *list = options->bloom_filter, *name;
    size_t size = 0;
    while ((name = quire_leaf_names_next(&list, &size)) != NULL)
        chunk->bloom_filter |= quire_leaf_names_match(names, leaf, name, size);
    if (schema->leaves[leaf].rep_max == 0 && chunk->bloom_distinct > options->row_group_rows)
        chunk->bloom_distinct = options->row_group_rows;
    return 0;
}

static int check_names(const struct quire_parquet_encoder_options *options,
                       const struct quire_leaf_names *names, struct quire_error *error)
{
    QUIRE_TRY(quire_leaf_names_check_keys(names, "compression", options->compression, error));
    QUIRE_TRY(quire_leaf_names_check_keys(names, "dictionary", options->dictionary, error));
    QUIRE_TRY(quire_leaf_names_check_keys(names, "encoding", options->encoding, error));
    const char *list = options->bloom_filter, *name;
    size_t size = 0;
    while ((name = quire_leaf_names_next(&list, &size)) != NULL)
        QUIRE_TRY(quire_leaf_names_check(names, "bloom_filter", name, size, error));
    if (list != NULL) QUIRE_TRY(quire_bloom_check_built(error));
    if (options->bloom_false_positives > 0 && options->bloom_false_positives < 1) return 0;
    return quire_fail(error, QUIRE_USAGE, OPERATION,
                      "bloom_false_positives is a share between 0 and 1");
}

int quire_leaf_options_fill(const struct quire_parquet_encoder_options *options,
                            const struct quire_leaf_names *names,
                            const struct quire_parquet_schema *schema, size_t budget_max,
                            struct quire_chunk_options *leaves, struct quire_error *error)
{
    QUIRE_TRY(check_names(options, names, error));
    bool shared = budget_max > 0 && names->size > 0;
    size_t share = shared ? budget_max / names->size / 2 : SIZE_MAX;
    const struct quire_chunk_options common = {
        .page_version = (int)options->data_page_version,
        .page_bytes = at_most(options->page_bytes, share),
        .page_rows = options->page_rows,
        .dictionary_bytes = at_most(options->dictionary_bytes, share),
        .statistics = options->statistics,
        .statistics_bytes = (size_t)options->statistics_bytes,
        .column_index = options->page_index && options->statistics,
        .offset_index = options->page_index,
        .size_statistics = options->size_statistics,
        .checksum = options->page_checksum,
        .bloom_false_positives = options->bloom_false_positives,
        .bloom_distinct = options->bloom_distinct,
    };
    for (size_t i = 0; i < names->size; i++) {
        leaves[i] = common;
        leaves[i].column = (int16_t)i;
        int code = fill_one(options, names, schema, i, &leaves[i], error);
        if (code != 0) {
            quire_error_at(error, QUIRE_NOWHERE, names->paths[i], QUIRE_NOWHERE);
            return code;
        }
    }
    return 0;
}

/* --- Annotations -------------------------------------------------------------------- */

static const struct {
    const char *name;
    int logical, converted;
    bool text, binary; /* which columns it is for */
} string_types[] = {
    {"string", QUIRE_LOGICAL_STRING, QUIRE_CONVERTED_UTF8, true, false},
    {"json", QUIRE_LOGICAL_JSON, QUIRE_CONVERTED_JSON, true, true},
    {"enum", QUIRE_LOGICAL_ENUM, QUIRE_CONVERTED_ENUM, true, true},
    {"bson", QUIRE_LOGICAL_BSON, QUIRE_CONVERTED_BSON, false, true},
};

static int annotate(struct quire_parquet_schema *schema, size_t leaf, const char *text,
                    struct quire_error *error)
{
    struct quire_schema_element *element = &schema->elements.items[schema->leaves[leaf].element];
    const struct quire_field *field = schema->leaves[leaf].node->field;
    if (field->kind == QUIRE_KIND_DICTIONARY) field = field->dictionary;
    bool is_text = quire_kind_is_string(field->kind), is_binary = quire_kind_is_binary(field->kind);
    for (size_t i = 0; i < COUNT(string_types); i++) {
        if (!quire_text_equal_ignore_case(string_types[i].name, text)) continue;
        if (!(is_text && string_types[i].text) && !(is_binary && string_types[i].binary))
            return quire_fail(error, QUIRE_USAGE, OPERATION, "a column of this type is no %s",
                              string_types[i].name);
        struct quire_parquet_logical_type *logical =
            quire_parquet_schema_alloc(schema, 1, sizeof(*logical));
        if (logical == NULL) return quire_fail_memory(error, OPERATION);
        logical->present = QUIRE_THRIFT_BIT(string_types[i].logical);
        element->logical_type = logical;
        element->converted_type = string_types[i].converted;
        element->present |= QUIRE_ELEMENT_HAS_CONVERTED;
        return 0;
    }
    return quire_fail(error, QUIRE_USAGE, OPERATION,
                      "string_type is string, json, enum or bson, not \"%.40s\"", text);
}

int quire_leaf_options_annotate(const struct quire_keyed *string_type,
                                const struct quire_leaf_names *names,
                                struct quire_parquet_schema *schema, struct quire_error *error)
{
    QUIRE_TRY(quire_leaf_names_check_keys(names, "string_type", string_type, error));
    for (size_t i = 0; i < names->size; i++) {
        bool own = false;
        const char *text = quire_leaf_names_value(names, i, string_type, &own);
        if (!own) continue;
        int code = annotate(schema, i, text, error);
        if (code == 0) continue;
        quire_error_at(error, QUIRE_NOWHERE, names->paths[i], QUIRE_NOWHERE);
        return code;
    }
    return 0;
}
