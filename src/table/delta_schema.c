/* By way of the schema language, which says all that a Delta schema does. */
#include "table/delta_schema.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "base/text.h"

#define OPERATION "read table schema"

struct speller {
    struct quire_buf *out;
    bool physical;
    struct quire_error *error;
    int code; /* the first failure to append */
};

static void put(struct speller *speller, const char *text)
{
    if (speller->code == 0) speller->code = quire_buf_append_text(speller->out, text);
}

/* In back quotes, which are doubled where they stand in the name. */
static void put_name(struct speller *speller, const char *name, size_t size)
{
    put(speller, "`");
    for (size_t i = 0; i < size && speller->code == 0; i++) {
        if (name[i] == '`') speller->code = quire_buf_push(speller->out, '`');
        if (speller->code == 0) speller->code = quire_buf_push(speller->out, (uint8_t)name[i]);
    }
    put(speller, "`");
}

static int fail_type(struct speller *speller, const struct quire_json_node *type)
{
    int size = type != NULL && type->raw_size < 100 ? (int)type->raw_size : 0;
    return quire_fail(speller->error, QUIRE_UNSUPPORTED, OPERATION,
                      "a column of a type that is not known: %.*s", size,
                      type != NULL ? type->raw : "");
}

static int put_primitive(struct speller *speller, const struct quire_json_node *type)
{
    static const char *const names[][2] = {
        {"string", "string"},
        {"long", "int64"},
        {"integer", "int32"},
        {"short", "int16"},
        {"byte", "int8"},
        {"float", "float32"},
        {"double", "float64"},
        {"boolean", "bool"},
        {"binary", "binary"},
        {"date", "date"},
        {"timestamp", "timestamp(us, UTC)"},
        {"timestamp_ntz", "timestamp(us)"},
        {"void", "null"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(type->text, names[i][0]) != 0) continue;
        put(speller, names[i][1]);
        return 0;
    }
    if (strcmp(type->text, "decimal") == 0) put(speller, "decimal(10,0)");
    if (strncmp(type->text, "decimal(", 8) == 0) put(speller, type->text);
    return strncmp(type->text, "decimal", 7) == 0 ? 0 : fail_type(speller, type);
}

static int put_fields(struct speller *speller, const struct quire_json_node *type,
                      const char *between);

static int put_type(struct speller *speller, const struct quire_json_node *type)
{
    const char *kind = quire_json_tree_text(type, "type");
    if (type != NULL && type->kind == QUIRE_JSON_STRING) return put_primitive(speller, type);
    if (kind == NULL) return fail_type(speller, type);
    if (strcmp(kind, "struct") == 0) {
        put(speller, "struct<");
        QUIRE_TRY(put_fields(speller, type, ", "));
    } else if (strcmp(kind, "array") == 0) {
        put(speller, "list<");
        QUIRE_TRY(put_type(speller, quire_json_tree_get(type, "elementType")));
    } else if (strcmp(kind, "map") == 0) {
        put(speller, "map<");
        QUIRE_TRY(put_type(speller, quire_json_tree_get(type, "keyType")));
        put(speller, ", ");
        QUIRE_TRY(put_type(speller, quire_json_tree_get(type, "valueType")));
    } else {
        return fail_type(speller, type);
    }
    put(speller, ">");
    return 0;
}

static int put_field(struct speller *speller, const struct quire_json_node *field)
{
    const struct quire_json_node *name = quire_json_tree_get(field, "name");
    const struct quire_json_node *mapped = quire_json_tree_get(
        quire_json_tree_get(field, "metadata"), "delta.columnMapping.physicalName");
    if (speller->physical && mapped != NULL && mapped->kind == QUIRE_JSON_STRING) name = mapped;
    if (name == NULL || name->kind != QUIRE_JSON_STRING)
        return quire_fail(speller->error, QUIRE_CORRUPT, OPERATION, "a column without a name");
    put_name(speller, name->text, name->size);
    put(speller, " ");
    QUIRE_TRY(put_type(speller, quire_json_tree_get(field, "type")));
    return 0;
}

static int put_fields(struct speller *speller, const struct quire_json_node *type,
                      const char *between)
{
    const struct quire_json_node *fields = quire_json_tree_get(type, "fields");
    if (fields == NULL || fields->kind != QUIRE_JSON_ARRAY)
        return quire_fail(speller->error, QUIRE_CORRUPT, OPERATION, "a struct without fields");
    for (const struct quire_json_node *field = fields->first; field != NULL; field = field->next) {
        QUIRE_TRY(put_field(speller, field));
        if (field->next != NULL) put(speller, between);
    }
    return 0;
}

bool quire_snapshot_maps_columns(const struct quire_snapshot *snapshot)
{
    const char *mode = quire_snapshot_property(snapshot, "delta.columnMapping.mode");
    const struct quire_protocol *protocol = &snapshot->protocol;
    /* The property means nothing in a table whose protocol does not know it. */
    bool known = protocol->reader == 2;
    for (size_t i = 0; protocol->reader > 2 && i < protocol->reader_features.size; i++)
        known =
            known || quire_bytes_equal_text(&protocol->reader_features.items[i], "columnMapping");
    return known && mode != NULL && strcmp(mode, "none") != 0;
}

int64_t quire_snapshot_partition(const struct quire_snapshot *snapshot, const char *column)
{
    const struct quire_texts *partitions = &snapshot->metadata.partitions;
    for (size_t i = 0; i < partitions->size; i++)
        if (quire_text_equal_ignore_case((const char *)partitions->items[i].data, column))
            return (int64_t)i;
    return -1;
}

int quire_snapshot_schema(const struct quire_snapshot *snapshot, enum quire_delta_names names,
                          bool with_partitions, struct ArrowSchema *schema,
                          struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    const struct quire_bytes *source = &snapshot->metadata.schema;
    struct speller speller = {.out = &text,
                              .physical = names == QUIRE_DELTA_PHYSICAL &&
                                          quire_snapshot_maps_columns(snapshot),
                              .error = error};
    struct quire_json_node *root = NULL;
    size_t at = 0;
    int code = source->data == NULL ? QUIRE_INPUT
                                    : quire_json_tree_parse((const char *)source->data,
                                                            source->size, &arena, &root, &at);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    const struct quire_json_node *fields = quire_json_tree_get(root, "fields");
    if (code != 0 || fields == NULL)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "the schema in the log is no JSON of a struct (byte %zu of it)", at);
    for (const struct quire_json_node *field = fields->first; field != NULL; field = field->next) {
        const char *name = quire_json_tree_text(field, "name");
        if (!with_partitions && name != NULL && quire_snapshot_partition(snapshot, name) >= 0)
            continue;
        QUIRE_TRY(put_field(&speller, field));
        put(&speller, "\n");
    }
    if (speller.code != 0) return quire_fail_memory(error, OPERATION);
    if (text.size == 0) return quire_schema_parse("", 0, schema, error);
    return quire_schema_parse((const char *)text.data, text.size, schema, error);
}
