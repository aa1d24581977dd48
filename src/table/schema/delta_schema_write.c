/* Arrow's types as Delta's. What Delta has no type for is given the nearest that holds every
 * value (unsigned integers the next wider, text and binary of every layout one), or refused. */
#include "table/schema/delta_schema_write.h"

#include <stdio.h>

#include "base/cleanup.h"

#include "base/fail.h"
#include "base/json_text.h"

#define OPERATION "create table"

static int fail_type(const struct quire_field *field, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    if (quire_field_type_text(field, &text) != 0 || quire_buf_terminate(&text) != 0)
        return quire_fail_memory(error, OPERATION);
    quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "a Delta table has no type for %.200s",
               (const char *)text.data);
    quire_error_at(error, QUIRE_NOWHERE, field->name, QUIRE_NOWHERE);
    return QUIRE_UNSUPPORTED;
}

static const char *primitive(const struct quire_field *field)
{
    if (quire_kind_is_string(field->kind)) return "string";
    if (quire_kind_is_binary(field->kind)) return "binary";
    switch (field->kind) {
    case QUIRE_KIND_BOOL: return "boolean";
    case QUIRE_KIND_INT8: return "byte";
    case QUIRE_KIND_INT16:
    case QUIRE_KIND_UINT8: return "short";
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_UINT16: return "integer";
    case QUIRE_KIND_INT64:
    case QUIRE_KIND_UINT32: return "long";
    case QUIRE_KIND_UINT64: return "decimal(20,0)";
    case QUIRE_KIND_FLOAT16:
    case QUIRE_KIND_FLOAT32: return "float";
    case QUIRE_KIND_FLOAT64: return "double";
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_DATE64: return "date";
    case QUIRE_KIND_TIMESTAMP: return field->zone != NULL ? "timestamp" : "timestamp_ntz";
    case QUIRE_KIND_FIXED_BINARY:
        return field->extension == QUIRE_EXTENSION_UUID ? "string" : "binary";
    case QUIRE_KIND_DICTIONARY: return primitive(field->dictionary);
    default: return NULL;
    }
}

static int write_struct(struct quire_json_writer *writer, const struct quire_field *field,
                        struct quire_error *error);

static int write_type(struct quire_json_writer *writer, const struct quire_field *field,
                      struct quire_error *error)
{
    char decimal[32];
    const char *name = primitive(field);
    if (field->kind == QUIRE_KIND_DECIMAL && field->precision <= 38 && field->scale >= 0 &&
        field->scale <= field->precision) {
        snprintf(decimal, sizeof(decimal), "decimal(%d,%d)", field->precision, field->scale);
        name = decimal;
    }
    if (name != NULL) {
        quire_json_writer_string(writer, name);
        return 0;
    }
    if (field->kind == QUIRE_KIND_STRUCT && field->children_size > 0)
        return write_struct(writer, field, error);
    if (!quire_kind_is_nested(field->kind) || field->kind == QUIRE_KIND_STRUCT)
        return fail_type(field, error);
    const struct quire_field *item = &field->children[0];
    bool map = field->kind == QUIRE_KIND_MAP;
    quire_json_writer_begin_object(writer);
    quire_json_writer_key(writer, "type");
    quire_json_writer_string(writer, map ? "map" : "array");
    quire_json_writer_key(writer, map ? "keyType" : "elementType");
    QUIRE_TRY(write_type(writer, map ? &item->children[0] : item, error));
    if (map) {
        quire_json_writer_key(writer, "valueType");
        QUIRE_TRY(write_type(writer, &item->children[1], error));
    }
    quire_json_writer_key(writer, map ? "valueContainsNull" : "containsNull");
    quire_json_writer_bool(writer, map ? item->children[1].nullable : item->nullable);
    quire_json_writer_end_object(writer);
    return 0;
}

static int write_struct(struct quire_json_writer *writer, const struct quire_field *field,
                        struct quire_error *error)
{
    quire_json_writer_begin_object(writer);
    quire_json_writer_key(writer, "type");
    quire_json_writer_string(writer, "struct");
    quire_json_writer_key(writer, "fields");
    quire_json_writer_begin_array(writer);
    for (size_t i = 0; i < field->children_size; i++) {
        const struct quire_field *child = &field->children[i];
        quire_json_writer_begin_object(writer);
        quire_json_writer_key(writer, "name");
        quire_json_writer_string_sized(writer, child->name, child->name_size);
        quire_json_writer_key(writer, "type");
        int code = write_type(writer, child, error);
        if (code != 0 && field->name_size > 0) quire_error_outer_column(error, field->name);
        QUIRE_TRY(code);
        quire_json_writer_key(writer, "nullable");
        quire_json_writer_bool(writer, child->nullable);
        quire_json_writer_key(writer, "metadata");
        quire_json_writer_begin_object(writer);
        quire_json_writer_end_object(writer);
        quire_json_writer_end_object(writer);
    }
    quire_json_writer_end_array(writer);
    quire_json_writer_end_object(writer);
    return 0;
}

int quire_delta_schema_write(const struct quire_field *root, struct quire_buf *out,
                             struct quire_error *error)
{
    struct quire_json_writer writer = quire_json_writer_to(out);
    QUIRE_TRY(write_struct(&writer, root, error));
    return quire_json_writer_finish(&writer) == 0 ? 0 : quire_fail_memory(error, OPERATION);
}
