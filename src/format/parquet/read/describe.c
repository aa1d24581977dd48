/* A file, described: the footer as JSON, under stable names. */
#include "format/parquet/read/describe.h"

#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION "describe parquet"

static void put_type(struct quire_json_writer *json, const struct quire_schema_element *element,
                     const struct quire_buf *logical)
{
    quire_json_writer_key(json, "physical_type");
    if ((element->present & QUIRE_ELEMENT_HAS_TYPE) == 0)
        quire_json_writer_null(json);
    else if (quire_parquet_type_name(element->type) != NULL)
        quire_json_writer_string(json, quire_parquet_type_name(element->type));
    else
        quire_json_writer_i64(json, element->type);
    if ((element->present & QUIRE_ELEMENT_HAS_TYPE_LENGTH) != 0) {
        quire_json_writer_key(json, "type_length");
        quire_json_writer_i64(json, element->type_length);
    }
    quire_json_writer_key(json, "logical_type");
    if (logical->size > 0)
        quire_json_writer_string_sized(json, (const char *)logical->data, logical->size);
    else
        quire_json_writer_null(json);
    if ((element->present & QUIRE_ELEMENT_HAS_CONVERTED) != 0)
        quire_describe_name(json, "converted_type",
                            quire_parquet_converted_name(element->converted_type),
                            element->converted_type);
}

static int put_element(struct quire_json_writer *json, const struct quire_schema_element *element,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf logical = {0};
    if (element->logical_type != NULL &&
        quire_parquet_logical_text(element->logical_type, &logical) != 0)
        return quire_fail_memory(error, OPERATION);
    quire_json_writer_begin_object(json);
    quire_describe_binary(json, "name", &element->name);
    if ((element->present & QUIRE_ELEMENT_HAS_REPETITION) != 0)
        quire_describe_name(json, "repetition",
                            quire_parquet_repetition_name(element->repetition_type),
                            element->repetition_type);
    put_type(json, element, &logical);
    if ((element->present & QUIRE_ELEMENT_HAS_TYPE) == 0) {
        quire_json_writer_key(json, "children");
        quire_json_writer_i64(json, element->num_children);
    }
    if ((element->present & QUIRE_ELEMENT_HAS_FIELD_ID) != 0) {
        quire_json_writer_key(json, "field_id");
        quire_json_writer_i64(json, element->field_id);
    }
    quire_json_writer_end_object(json);
    return 0;
}

int quire_describe_schema(struct quire_json_writer *json, const struct quire_parquet_input *file,
                          struct quire_error *error)
{
    quire_json_writer_key(json, "schema");
    quire_json_writer_begin_array(json);
    for (size_t i = 0; i < file->metadata.schema.size; i++)
        QUIRE_TRY(put_element(json, &file->metadata.schema.items[i], error));
    quire_json_writer_end_array(json);
    return 0;
}

static void put_encryption(struct quire_json_writer *json, const struct quire_parquet_input *file)
{
    quire_json_writer_key(json, "encryption");
    if (!file->keys.encrypted) {
        quire_json_writer_null(json);
        return;
    }
    quire_json_writer_begin_object(json);
    quire_json_writer_key(json, "algorithm");
    quire_json_writer_string(json, file->keys.ctr_pages ? "AES_GCM_CTR_V1" : "AES_GCM_V1");
    quire_json_writer_key(json, "encrypted_footer");
    quire_json_writer_bool(json, file->keys.encrypted_footer);
    quire_json_writer_key(json, "footer_verified");
    quire_json_writer_bool(json, file->keys.footer != NULL);
    quire_json_writer_end_object(json);
}

static void put_key_values(struct quire_json_writer *json, const struct quire_parquet_input *file)
{
    const struct quire_parquet_key_value_list *pairs = &file->metadata.key_value_metadata;
    quire_json_writer_key(json, "key_values");
    quire_json_writer_begin_array(json);
    for (size_t i = 0; i < pairs->size; i++) {
        quire_json_writer_begin_object(json);
        quire_describe_binary(json, "key", &pairs->items[i].key);
        quire_describe_binary(json, "value", &pairs->items[i].value);
        quire_json_writer_end_object(json);
    }
    quire_json_writer_end_array(json);
}

static void put_sorting(struct quire_json_writer *json, const struct quire_parquet_input *file,
                        const struct quire_row_group *group)
{
    quire_json_writer_key(json, "sorting");
    quire_json_writer_begin_array(json);
    for (size_t i = 0; i < group->sorting_columns.size; i++) {
        const struct quire_sorting_column *column = &group->sorting_columns.items[i];
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf name = {0};
        size_t leaf = column->column_idx < 0 ? SIZE_MAX : (size_t)column->column_idx;
        quire_json_writer_begin_object(json);
        quire_json_writer_key(json, "column");
        if (leaf < file->schema.leaves_size) {
            int code = quire_parquet_leaf_name(&file->schema, leaf, &name);
            if (json->code == 0) json->code = code;
            quire_json_writer_string_sized(json, (const char *)name.data, name.size);
        } else {
            quire_json_writer_i64(json, column->column_idx);
        }
        quire_json_writer_key(json, "descending");
        quire_json_writer_bool(json, column->descending);
        quire_json_writer_key(json, "nulls_first");
        quire_json_writer_bool(json, column->nulls_first);
        quire_json_writer_end_object(json);
    }
    quire_json_writer_end_array(json);
}

static int put_row_group(struct quire_json_writer *json, struct quire_parquet_input *file, size_t i,
                         struct quire_error *error)
{
    const struct quire_row_group *group = &file->metadata.row_groups.items[i];
    quire_json_writer_begin_object(json);
    quire_json_writer_key(json, "rows");
    quire_json_writer_i64(json, group->num_rows);
    quire_json_writer_key(json, "bytes");
    quire_json_writer_i64(json, group->total_byte_size);
    if ((group->present & QUIRE_ROW_GROUP_HAS_COMPRESSED_SIZE) != 0) {
        quire_json_writer_key(json, "compressed_bytes");
        quire_json_writer_i64(json, group->total_compressed_size);
    }
    put_sorting(json, file, group);
    quire_json_writer_key(json, "columns");
    quire_json_writer_begin_array(json);
    for (size_t leaf = 0; leaf < file->schema.leaves_size; leaf++)
        QUIRE_TRY(quire_describe_chunk(json, file, i, leaf, error));
    quire_json_writer_end_array(json);
    quire_json_writer_end_object(json);
    return 0;
}

static int describe(struct quire_json_writer *json, struct quire_parquet_input *file,
                    struct quire_error *error)
{
    quire_json_writer_begin_object(json);
    quire_json_writer_key(json, "version");
    quire_json_writer_i64(json, file->metadata.version);
    quire_describe_binary(json, "created_by", &file->metadata.created_by);
    quire_json_writer_key(json, "rows");
    quire_json_writer_i64(json, file->metadata.num_rows);
    quire_json_writer_key(json, "file_bytes");
    quire_json_writer_i64(json, file->size);
    quire_json_writer_key(json, "footer_bytes");
    quire_json_writer_i64(json, file->size - file->footer_start);
    put_encryption(json, file);
    QUIRE_TRY(quire_describe_schema(json, file, error));
    put_key_values(json, file);
    quire_json_writer_key(json, "row_groups");
    quire_json_writer_begin_array(json);
    for (size_t i = 0; i < file->metadata.row_groups.size; i++)
        QUIRE_TRY(put_row_group(json, file, i, error));
    quire_json_writer_end_array(json);
    quire_json_writer_end_object(json);
    int code = quire_json_writer_finish(json);
    return code == QUIRE_MEMORY ? quire_fail_memory(error, OPERATION) : code;
}

int quire_parquet_describe(struct quire_in *in, const void *options, struct quire_context *context,
                           char **json, struct quire_error *error)
{
    (void)context;
    QUIRE_CLEANUP(quire_parquet_input_release) struct quire_parquet_input file = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_TRY(quire_parquet_input_open(in, options, &file, error));
    struct quire_json_writer writer = quire_json_writer_to(&text);
    QUIRE_TRY(describe(&writer, &file, error));
    if (quire_buf_terminate(&text) != 0) return quire_fail_memory(error, OPERATION);
    *json = (char *)text.data;
    text = (struct quire_buf){0};
    return 0;
}
