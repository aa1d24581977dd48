/* Arrow fields to schema elements: a table says which type and annotations a kind
 * has; LIST and MAP take their standard three levels. ConvertedType is written
 * wherever one exists, for readers that know nothing else. */
#include <assert.h>
#include <string.h>

#include "base/fail.h"
#include "base/number.h"
#include "format/parquet/parquet_schema.h"

#define OPERATION "write parquet schema"

struct writer {
    struct quire_parquet_schema *schema;
    struct quire_thrift_binary path[QUIRE_PARQUET_DEPTH_MAX + 4];
    size_t path_size;
    struct quire_error *error;
};

struct levels {
    uint8_t def, slot, rep; /* slot: def of the item of the nearest list */
};

static int write_field(struct writer *writer, const struct quire_field *field, const char *name,
                       size_t name_size, bool required, struct levels levels,
                       struct quire_parquet_node *node);

static int unsupported(struct writer *writer, const struct quire_field *field, const char *what)
{
    int code =
        quire_fail(writer->error, QUIRE_UNSUPPORTED, OPERATION, "parquet cannot hold %s", what);
    quire_error_at(writer->error, QUIRE_NOWHERE, field->name, QUIRE_NOWHERE);
    return code;
}

/* --- Leaf types ------------------------------------------------------------------- */

static const struct {
    int8_t type;      /* enum quire_parquet_type */
    int8_t converted; /* -1: none */
    int8_t logical;   /* 0: none */
    int8_t bits;      /* INTEGER */
    bool is_signed;
    int8_t length; /* FIXED_LEN_BYTE_ARRAY */
} leaf_types[] = {
    [QUIRE_KIND_NULL] = {QUIRE_PARQUET_INT32, -1, QUIRE_LOGICAL_NULL, 0, false, 0},
    [QUIRE_KIND_BOOL] = {QUIRE_PARQUET_BOOLEAN, -1, 0, 0, false, 0},
#define INTEGER(kind, type, width, is_signed)                                              \
    [QUIRE_KIND_##                                                                         \
        kind] = {QUIRE_PARQUET_##type,                                                     \
                 (is_signed) ? QUIRE_CONVERTED_INT_##width : QUIRE_CONVERTED_UINT_##width, \
                 QUIRE_LOGICAL_INTEGER,                                                    \
                 width,                                                                    \
                 is_signed,                                                                \
                 0}
    INTEGER(INT8, INT32, 8, true),
    INTEGER(INT16, INT32, 16, true),
    INTEGER(UINT8, INT32, 8, false),
    INTEGER(UINT16, INT32, 16, false),
    INTEGER(UINT32, INT32, 32, false),
    INTEGER(UINT64, INT64, 64, false),
#undef INTEGER
    [QUIRE_KIND_INT32] = {QUIRE_PARQUET_INT32, -1, 0, 0, false, 0},
    [QUIRE_KIND_INT64] = {QUIRE_PARQUET_INT64, -1, 0, 0, false, 0},
    [QUIRE_KIND_FLOAT16] = {QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY, -1, QUIRE_LOGICAL_FLOAT16, 0, false,
                            2},
    [QUIRE_KIND_FLOAT32] = {QUIRE_PARQUET_FLOAT, -1, 0, 0, false, 0},
    [QUIRE_KIND_FLOAT64] = {QUIRE_PARQUET_DOUBLE, -1, 0, 0, false, 0},
    [QUIRE_KIND_DATE32] = {QUIRE_PARQUET_INT32, QUIRE_CONVERTED_DATE, QUIRE_LOGICAL_DATE, 0, false,
                           0},
    [QUIRE_KIND_DATE64] = {QUIRE_PARQUET_INT32, QUIRE_CONVERTED_DATE, QUIRE_LOGICAL_DATE, 0, false,
                           0},
    [QUIRE_KIND_TIME32] = {QUIRE_PARQUET_INT32, -1, QUIRE_LOGICAL_TIME, 0, false, 0},
    [QUIRE_KIND_TIME64] = {QUIRE_PARQUET_INT64, -1, QUIRE_LOGICAL_TIME, 0, false, 0},
    [QUIRE_KIND_TIMESTAMP] = {QUIRE_PARQUET_INT64, -1, QUIRE_LOGICAL_TIMESTAMP, 0, false, 0},
    [QUIRE_KIND_DURATION] = {QUIRE_PARQUET_INT64, -1, 0, 0, false, 0},
#define INTERVAL                                                                      \
    {                                                                                 \
        QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY, QUIRE_CONVERTED_INTERVAL, 0, 0, false, 12 \
    }
    [QUIRE_KIND_INTERVAL_MONTHS] = INTERVAL,
    [QUIRE_KIND_INTERVAL_DAY_TIME] = INTERVAL,
    [QUIRE_KIND_INTERVAL_MONTH_DAY_NANO] = INTERVAL,
#undef INTERVAL
#define STRING                                                                            \
    {                                                                                     \
        QUIRE_PARQUET_BYTE_ARRAY, QUIRE_CONVERTED_UTF8, QUIRE_LOGICAL_STRING, 0, false, 0 \
    }
    [QUIRE_KIND_STRING] = STRING,
    [QUIRE_KIND_LARGE_STRING] = STRING,
    [QUIRE_KIND_STRING_VIEW] = STRING,
#undef STRING
    [QUIRE_KIND_BINARY] = {QUIRE_PARQUET_BYTE_ARRAY, -1, 0, 0, false, 0},
    [QUIRE_KIND_LARGE_BINARY] = {QUIRE_PARQUET_BYTE_ARRAY, -1, 0, 0, false, 0},
    [QUIRE_KIND_BINARY_VIEW] = {QUIRE_PARQUET_BYTE_ARRAY, -1, 0, 0, false, 0},
    [QUIRE_KIND_FIXED_BINARY] = {QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY, -1, 0, 0, false, 0},
    [QUIRE_KIND_DECIMAL] = {QUIRE_PARQUET_INT32, -1, QUIRE_LOGICAL_DECIMAL, 0, false, 0},
};

static void set_converted(struct quire_schema_element *element, int32_t converted)
{
    element->converted_type = converted;
    element->present |= QUIRE_ELEMENT_HAS_CONVERTED;
}

static void set_length(struct quire_schema_element *element, int32_t length)
{
    element->type_length = length;
    element->present |= QUIRE_ELEMENT_HAS_TYPE_LENGTH;
}

/* Seconds have no unit in Parquet and are written as milliseconds. */
static int set_time(struct writer *writer, const struct quire_field *field,
                    struct quire_schema_element *element)
{
    struct quire_parquet_time_type *time =
        quire_parquet_schema_alloc(writer->schema, 1, sizeof(*time));
    struct quire_parquet_time_unit *unit =
        quire_parquet_schema_alloc(writer->schema, 1, sizeof(*unit));
    if (time == NULL || unit == NULL) return quire_fail_memory(writer->error, OPERATION);
    bool stamp = field->kind == QUIRE_KIND_TIMESTAMP;
    bool micros = field->unit == QUIRE_MICRO, nanos = field->unit == QUIRE_NANO;
    unit->present = QUIRE_THRIFT_BIT(nanos    ? QUIRE_UNIT_NANOS
                                     : micros ? QUIRE_UNIT_MICROS
                                              : QUIRE_UNIT_MILLIS);
    time->unit = unit;
    time->is_adjusted_to_utc = stamp && field->zone != NULL;
    if (stamp)
        element->logical_type->timestamp = time;
    else
        element->logical_type->time = time;
    if (!nanos && stamp)
        set_converted(element,
                      micros ? QUIRE_CONVERTED_TIMESTAMP_MICROS : QUIRE_CONVERTED_TIMESTAMP_MILLIS);
    else if (!nanos)
        set_converted(element, micros ? QUIRE_CONVERTED_TIME_MICROS : QUIRE_CONVERTED_TIME_MILLIS);
    return 0;
}

/* Parquet has no negative scales: the zeros that one stands for are written out. */
static int set_decimal(struct writer *writer, const struct quire_field *field,
                       struct quire_schema_element *element)
{
    struct quire_parquet_decimal_type *decimal =
        quire_parquet_schema_alloc(writer->schema, 1, sizeof(*decimal));
    if (decimal == NULL) return quire_fail_memory(writer->error, OPERATION);
    int32_t scale = field->scale > 0 ? field->scale : 0;
    int32_t precision = field->precision - (field->scale < 0 ? field->scale : 0);
    if (precision < scale) precision = scale;
    if (precision > QUIRE_PARQUET_PRECISION_MAX)
        return unsupported(writer, field, "decimals of more than 76 digits");
    decimal->precision = element->precision = precision;
    decimal->scale = element->scale = scale;
    element->present |= QUIRE_ELEMENT_HAS_PRECISION | QUIRE_ELEMENT_HAS_SCALE;
    element->logical_type->decimal = decimal;
    set_converted(element, QUIRE_CONVERTED_DECIMAL);
    if (precision > 18) {
        element->type = QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY;
        set_length(element, quire_parquet_decimal_bytes(precision));
    } else {
        element->type = precision > 9 ? QUIRE_PARQUET_INT64 : QUIRE_PARQUET_INT32;
    }
    return 0;
}

static int set_integer(struct writer *writer, enum quire_kind kind,
                       struct quire_schema_element *element)
{
    struct quire_parquet_int_type *integer =
        quire_parquet_schema_alloc(writer->schema, 1, sizeof(*integer));
    if (integer == NULL) return quire_fail_memory(writer->error, OPERATION);
    integer->bit_width = leaf_types[kind].bits;
    integer->is_signed = leaf_types[kind].is_signed;
    element->logical_type->integer = integer;
    return 0;
}

static int set_logical(struct writer *writer, struct quire_schema_element *element, int logical)
{
    element->logical_type =
        quire_parquet_schema_alloc(writer->schema, 1, sizeof(*element->logical_type));
    if (element->logical_type == NULL) return quire_fail_memory(writer->error, OPERATION);
    element->logical_type->present = QUIRE_THRIFT_BIT(logical);
    return 0;
}

static int set_leaf_type(struct writer *writer, const struct quire_field *field,
                         struct quire_schema_element *element)
{
    enum quire_kind kind = field->kind;
    element->present |= QUIRE_ELEMENT_HAS_TYPE;
    element->type = leaf_types[kind].type;
    int logical = leaf_types[kind].logical, converted = leaf_types[kind].converted;
    if (field->extension == QUIRE_EXTENSION_UUID) logical = QUIRE_LOGICAL_UUID;
    if (field->extension == QUIRE_EXTENSION_JSON) {
        logical = QUIRE_LOGICAL_JSON;
        converted = QUIRE_CONVERTED_JSON;
    }
    if (logical != 0) QUIRE_TRY(set_logical(writer, element, logical));
    if (converted >= 0) set_converted(element, converted);
    if (leaf_types[kind].length > 0) set_length(element, leaf_types[kind].length);
    if (kind == QUIRE_KIND_FIXED_BINARY) {
        if (field->width <= 0) return unsupported(writer, field, "fixed binaries of no bytes");
        set_length(element, field->width);
    }
    if (logical == QUIRE_LOGICAL_INTEGER) return set_integer(writer, kind, element);
    if (logical == QUIRE_LOGICAL_DECIMAL) return set_decimal(writer, field, element);
    if (logical == QUIRE_LOGICAL_TIME || logical == QUIRE_LOGICAL_TIMESTAMP)
        return set_time(writer, field, element);
    return 0;
}

/* --- The tree ---------------------------------------------------------------------- */

static void set_field_id(const struct quire_field *field, struct quire_schema_element *element)
{
    size_t size = 0;
    int64_t id = 0;
    const char *text = quire_metadata_get(field->metadata, QUIRE_PARQUET_FIELD_ID, &size);
    if (text == NULL || !quire_number_parse_i64(text, size, &id, NULL)) return;
    if (id < INT32_MIN || id > INT32_MAX) return;
    element->field_id = (int32_t)id;
    element->present |= QUIRE_ELEMENT_HAS_FIELD_ID;
}

static int add_element(struct writer *writer, const struct quire_schema_element *element,
                       size_t *index)
{
    *index = writer->schema->elements.size;
    if (quire_buf_append(&writer->schema->element_rows, element, sizeof(*element)) != 0)
        return quire_fail_memory(writer->error, OPERATION);
    writer->schema->elements.size++;
    return 0;
}

static struct quire_schema_element make_element(const char *name, size_t name_size,
                                                int32_t repetition)
{
    return (struct quire_schema_element){
        .present = QUIRE_ELEMENT_HAS_REPETITION,
        .repetition_type = repetition,
        .name = {(const uint8_t *)name, name_size},
    };
}

static int add_group(struct writer *writer, struct quire_schema_element element, int32_t children)
{
    size_t index;
    element.present |= QUIRE_ELEMENT_HAS_CHILDREN;
    element.num_children = children;
    return add_element(writer, &element, &index);
}

/* The repeated group that stands between a list or map and its items. */
static int add_repeated(struct writer *writer, const char *name, int32_t children)
{
    struct quire_schema_element element = make_element(name, strlen(name), QUIRE_PARQUET_REPEATED);
    writer->path[writer->path_size++] = element.name;
    return add_group(writer, element, children);
}

static int write_children(struct writer *writer, const struct quire_field *field,
                          struct levels levels, struct quire_parquet_node *node)
{
    node->children =
        quire_parquet_schema_alloc(writer->schema, field->children_size, sizeof(*node->children));
    if (node->children == NULL) return quire_fail_memory(writer->error, OPERATION);
    node->children_size = field->children_size;
    for (size_t i = 0; i < field->children_size; i++) {
        const struct quire_field *child = &field->children[i];
        QUIRE_TRY(write_field(writer, child, child->name, child->name_size, false, levels,
                              &node->children[i]));
    }
    return 0;
}

static int write_struct(struct writer *writer, const struct quire_field *field,
                        struct quire_schema_element element, struct levels levels,
                        struct quire_parquet_node *node)
{
    if (field->children_size == 0) return unsupported(writer, field, "a struct without fields");
    node->kind = QUIRE_NODE_STRUCT;
    QUIRE_TRY(add_group(writer, element, (int32_t)field->children_size));
    return write_children(writer, field, levels, node);
}

static int start_list(struct writer *writer, struct quire_schema_element *element, int logical,
                      int converted, struct quire_parquet_node *node)
{
    QUIRE_TRY(set_logical(writer, element, logical));
    set_converted(element, converted);
    QUIRE_TRY(add_group(writer, *element, 1));
    node->kind = QUIRE_NODE_LIST;
    node->def_item = (uint8_t)(node->def_valid + 1);
    node->children = quire_parquet_schema_alloc(writer->schema, 1, sizeof(*node->children));
    node->children_size = 1;
    return node->children != NULL ? 0 : quire_fail_memory(writer->error, OPERATION);
}

static int write_list(struct writer *writer, const struct quire_field *field,
                      struct quire_schema_element element, struct levels levels,
                      struct quire_parquet_node *node)
{
    QUIRE_TRY(start_list(writer, &element, QUIRE_LOGICAL_LIST, QUIRE_CONVERTED_LIST, node));
    QUIRE_TRY(add_repeated(writer, "list", 1));
    levels = (struct levels){node->def_item, node->def_item, (uint8_t)(levels.rep + 1)};
    QUIRE_TRY(
        write_field(writer, &field->children[0], "element", 7, false, levels, &node->children[0]));
    writer->path_size--;
    return 0;
}

/* The entries of a map are a struct node that has no element of its own. */
static int write_map(struct writer *writer, const struct quire_field *field,
                     struct quire_schema_element element, struct levels levels,
                     struct quire_parquet_node *node)
{
    const struct quire_field *entries = &field->children[0];
    QUIRE_TRY(start_list(writer, &element, QUIRE_LOGICAL_MAP, QUIRE_CONVERTED_MAP, node));
    QUIRE_TRY(add_repeated(writer, "key_value", 2));
    levels = (struct levels){node->def_item, node->def_item, (uint8_t)(levels.rep + 1)};
    struct quire_parquet_node *pair = &node->children[0];
    *pair = (struct quire_parquet_node){.kind = QUIRE_NODE_STRUCT,
                                        .field = entries,
                                        .rep = levels.rep,
                                        .def_slot = levels.slot,
                                        .def_parent = levels.def,
                                        .def_valid = levels.def,
                                        .leaf_first = writer->schema->leaves_size};
    pair->children = quire_parquet_schema_alloc(writer->schema, 2, sizeof(*pair->children));
    if (pair->children == NULL) return quire_fail_memory(writer->error, OPERATION);
    pair->children_size = 2;
    QUIRE_TRY(
        write_field(writer, &entries->children[0], "key", 3, true, levels, &pair->children[0]));
    QUIRE_TRY(
        write_field(writer, &entries->children[1], "value", 5, false, levels, &pair->children[1]));
    pair->leaves_size = writer->schema->leaves_size - pair->leaf_first;
    writer->path_size--;
    return 0;
}

static int write_leaf(struct writer *writer, const struct quire_field *field,
                      struct quire_schema_element element, struct quire_parquet_node *node)
{
    size_t index = 0;
    const struct quire_field *values = field;
    if (field->kind == QUIRE_KIND_DICTIONARY) values = field->dictionary;
    if (quire_kind_is_nested(values->kind) || values->kind == QUIRE_KIND_DICTIONARY)
        return unsupported(writer, field, "dictionaries of nested values");
    if (values->kind == QUIRE_KIND_UNION || values->kind == QUIRE_KIND_RUN_END)
        return unsupported(writer, field, "unions and run ends");
    QUIRE_TRY(set_leaf_type(writer, values, &element));
    QUIRE_TRY(add_element(writer, &element, &index));
    return quire_parquet_add_leaf(writer->schema, node, index, writer->path, writer->path_size,
                                  writer->error);
}

static int write_value(struct writer *writer, const struct quire_field *field,
                       struct quire_schema_element element, struct levels levels,
                       struct quire_parquet_node *node)
{
    switch (field->kind) {
    case QUIRE_KIND_STRUCT: return write_struct(writer, field, element, levels, node);
    case QUIRE_KIND_MAP: return write_map(writer, field, element, levels, node);
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_LARGE_LIST:
    case QUIRE_KIND_LIST_VIEW:
    case QUIRE_KIND_LARGE_LIST_VIEW:
    case QUIRE_KIND_FIXED_LIST: return write_list(writer, field, element, levels, node);
    default: return write_leaf(writer, field, element, node);
    }
}

static int write_field(struct writer *writer, const struct quire_field *field, const char *name,
                       size_t name_size, bool required, struct levels levels,
                       struct quire_parquet_node *node)
{
    if (writer->path_size >= QUIRE_PARQUET_DEPTH_MAX)
        return unsupported(writer, field, "types nested so deep");
    bool optional = !required && (field->nullable || field->kind == QUIRE_KIND_NULL);
    struct quire_schema_element element =
        make_element(name, name_size, optional ? QUIRE_PARQUET_OPTIONAL : QUIRE_PARQUET_REQUIRED);
    set_field_id(field, &element);
    node->field = field;
    node->rep = levels.rep;
    node->def_slot = levels.slot;
    node->def_parent = levels.def;
    node->def_valid = levels.def = (uint8_t)(levels.def + optional);
    node->leaf_first = writer->schema->leaves_size;
    writer->path[writer->path_size++] = element.name;
    QUIRE_TRY(write_value(writer, field, element, levels, node));
    node->leaves_size = writer->schema->leaves_size - node->leaf_first;
    writer->path_size--;
    return 0;
}

static int write_root(struct writer *writer, const struct quire_field *fields)
{
    struct quire_parquet_schema *schema = writer->schema;
    schema->root = quire_parquet_schema_alloc(schema, 1, sizeof(*schema->root));
    if (schema->root == NULL) return quire_fail_memory(writer->error, OPERATION);
    struct quire_schema_element element = make_element("schema", 6, 0);
    element.present = 0; /* the root has no repetition */
    QUIRE_TRY(add_group(writer, element, (int32_t)fields->children_size));
    schema->root->kind = QUIRE_NODE_STRUCT;
    schema->root->field = fields;
    QUIRE_TRY(write_children(writer, fields, (struct levels){0}, schema->root));
    schema->root->leaves_size = schema->leaves_size;
    return 0;
}

int quire_parquet_schema_of_fields(const struct quire_field *fields,
                                   struct quire_parquet_schema *schema, struct quire_error *error)
{
    assert(fields->kind == QUIRE_KIND_STRUCT);
    struct quire_parquet_schema result = {0};
    struct writer writer = {.schema = &result, .error = error};
    int code = write_root(&writer, fields);
    if (code != 0) {
        quire_parquet_schema_release(&result);
        return code;
    }
    result.elements.items = (struct quire_schema_element *)(void *)result.element_rows.data;
    quire_parquet_schema_finish(&result);
    *schema = result;
    return 0;
}
