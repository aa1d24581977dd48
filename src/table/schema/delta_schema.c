#include "table/schema/delta_schema.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/text.h"
#include "data/schema.h"
#include "table/schema/delta_type.h"

#define OPERATION     "read table schema"
#define PRECISION_MAX 38

struct maker {
    bool physical;
    struct quire_error *error;
};

/* --- Types ----------------------------------------------------------------------------------- */

static const char *format_of(const char *type)
{
    static const char *const formats[][2] = {
        {"string", "u"},       {"long", "l"},
        {"integer", "i"},      {"short", "s"},
        {"byte", "c"},         {"float", "f"},
        {"double", "g"},       {"boolean", "b"},
        {"binary", "z"},       {"date", "tdD"},
        {"void", "n"},         {"timestamp", "tsu:UTC"},
        {"decimal", "d:10,0"}, {"timestamp_ntz", "tsu:"},
    };
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (strcmp(type, formats[i][0]) == 0) return formats[i][1];
    return NULL;
}

/* "decimal(10,2)", perhaps with a space. */
static bool read_decimal(const char *type, char *format, size_t format_size)
{
    static const char lead[] = "decimal(";
    int64_t precision, scale;
    if (strncmp(type, lead, strlen(lead)) != 0) return false;
    const char *text = type + strlen(lead), *comma = strchr(text, ',');
    if (comma == NULL || !quire_number_parse_i64(text, (size_t)(comma - text), &precision, NULL))
        return false;
    comma += 1 + strspn(comma + 1, " ");
    size_t size = strcspn(comma, ")");
    if (!quire_number_parse_i64(comma, size, &scale, NULL) || strcmp(comma + size, ")") != 0)
        return false;
    if (precision < 1 || precision > PRECISION_MAX || scale < 0 || scale > precision) return false;
    snprintf(format, format_size, "d:%d,%d", (int)precision, (int)scale);
    return true;
}

/* --- Fields ---------------------------------------------------------------------------------- */

/* What a field is called, and its id in files. */
struct label {
    const char *name;
    bool nullable;
    int64_t id; /* QUIRE_LOG_NONE */
};

static int make_type(const struct maker *maker, const struct quire_delta_type *type,
                     const struct label *label, struct ArrowSchema *schema);

static int make_node(const struct maker *maker, const char *format, const struct label *label,
                     size_t children, struct ArrowSchema *schema)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf metadata = {0};
    char id[24];
    int size = snprintf(id, sizeof(id), "%lld", (long long)label->id);
    int code = label->id == QUIRE_LOG_NONE
                   ? 0
                   : quire_metadata_append(&metadata, QUIRE_DELTA_MAPPING_FILES,
                                           strlen(QUIRE_DELTA_MAPPING_FILES), id, (size_t)size);
    const struct quire_schema_parts parts = {.format = format,
                                             .name = label->name,
                                             .flags = label->nullable ? ARROW_FLAG_NULLABLE : 0,
                                             .metadata = (const char *)metadata.data,
                                             .children_size = children};
    if (code == 0) code = quire_schema_make(&parts, schema);
    return code == 0 ? 0 : quire_fail_memory(maker->error, OPERATION);
}

static int make_fields(const struct maker *maker, const struct quire_delta_type *type,
                       struct ArrowSchema *schema)
{
    for (size_t i = 0; i < type->fields_size; i++) {
        const struct quire_delta_field *field = &type->fields[i];
        const struct quire_delta_member *name =
            maker->physical ? quire_delta_field_get(field, QUIRE_DELTA_MAPPING_NAME) : NULL;
        const struct quire_delta_member *id =
            maker->physical ? quire_delta_field_get(field, QUIRE_DELTA_MAPPING_ID) : NULL;
        const struct label label = {.name = name != NULL && name->text != NULL ? name->text
                                                                               : field->name,
                                    .nullable = true,
                                    .id = id != NULL ? id->number : QUIRE_LOG_NONE};
        QUIRE_TRY(make_type(maker, field->type, &label, schema->children[i]));
    }
    return 0;
}

static int make_map(const struct maker *maker, const struct quire_delta_type *type,
                    struct ArrowSchema *schema)
{
    const struct label entries = {"entries", false, QUIRE_LOG_NONE};
    const struct label key = {"key", false, QUIRE_LOG_NONE},
                       value = {"value", true, QUIRE_LOG_NONE};
    QUIRE_TRY(make_node(maker, "+s", &entries, 2, schema->children[0]));
    QUIRE_TRY(make_type(maker, type->key, &key, schema->children[0]->children[0]));
    return make_type(maker, type->element, &value, schema->children[0]->children[1]);
}

static int make_type(const struct maker *maker, const struct quire_delta_type *type,
                     const struct label *label, struct ArrowSchema *schema)
{
    static const struct label item = {"item", true, QUIRE_LOG_NONE};
    char decimal[32];
    const char *format = type->kind == QUIRE_DELTA_PRIMITIVE ? format_of(type->name) : NULL;
    switch (type->kind) {
    case QUIRE_DELTA_STRUCT:
        QUIRE_TRY(make_node(maker, "+s", label, type->fields_size, schema));
        return make_fields(maker, type, schema);
    case QUIRE_DELTA_MAP:
        QUIRE_TRY(make_node(maker, "+m", label, 1, schema));
        return make_map(maker, type, schema);
    case QUIRE_DELTA_ARRAY:
        QUIRE_TRY(make_node(maker, "+l", label, 1, schema));
        return make_type(maker, type->element, &item, schema->children[0]);
    default: break;
    }
    if (format == NULL && read_decimal(type->name, decimal, sizeof(decimal))) format = decimal;
    if (format == NULL)
        return quire_fail(maker->error, QUIRE_UNSUPPORTED, OPERATION,
                          "a column of a type that is not known: %.100s", type->name);
    return make_node(maker, format, label, 0, schema);
}

/* --- Schemas --------------------------------------------------------------------------------- */

enum quire_delta_mapping quire_delta_mapping(const struct quire_metadata_action *metadata,
                                             const struct quire_protocol *protocol)
{
    const struct quire_pair *pair =
        quire_pairs_find(&metadata->configuration, QUIRE_DELTA_MAPPING_MODE);
    /* The property means nothing in a table whose protocol does not know it. */
    bool known = protocol->reader == 2;
    for (size_t i = 0; protocol->reader > 2 && i < protocol->reader_features.size; i++)
        known =
            known || quire_bytes_equal_text(&protocol->reader_features.items[i], "columnMapping");
    if (!known || pair == NULL || pair->value.data == NULL ||
        quire_bytes_equal_text(&pair->value, "none"))
        return QUIRE_DELTA_MAP_NONE;
    return quire_bytes_equal_text(&pair->value, "id") ? QUIRE_DELTA_MAP_ID : QUIRE_DELTA_MAP_NAME;
}

int64_t quire_delta_partition(const struct quire_metadata_action *metadata, const char *column)
{
    const struct quire_texts *partitions = &metadata->partitions;
    for (size_t i = 0; i < partitions->size; i++)
        if (quire_text_equal_ignore_case((const char *)partitions->items[i].data, column))
            return (int64_t)i;
    return -1;
}

static int make_schema(const struct quire_metadata_action *metadata,
                       const struct quire_protocol *protocol, enum quire_delta_names names,
                       bool with_partitions, struct ArrowSchema *schema, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    const struct maker maker = {names == QUIRE_DELTA_PHYSICAL &&
                                    quire_delta_mapping(metadata, protocol) != QUIRE_DELTA_MAP_NONE,
                                error};
    const struct label label = {"", false, QUIRE_LOG_NONE};
    struct quire_delta_type *root = NULL;
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema made = {.release = NULL};
    QUIRE_TRY(quire_delta_type_read(&metadata->schema, &arena, &root, error));
    size_t kept = 0;
    for (size_t i = 0; i < root->fields_size; i++)
        if (with_partitions || quire_delta_partition(metadata, root->fields[i].name) < 0)
            root->fields[kept++] = root->fields[i];
    root->fields_size = kept;
    QUIRE_TRY(make_type(&maker, root, &label, &made));
    *schema = made;
    made.release = NULL;
    return 0;
}

int quire_delta_schema(const struct quire_metadata_action *metadata,
                       const struct quire_protocol *protocol, enum quire_delta_names names,
                       struct ArrowSchema *schema, struct quire_error *error)
{
    return make_schema(metadata, protocol, names, true, schema, error);
}

int quire_snapshot_schema(const struct quire_snapshot *snapshot, enum quire_delta_names names,
                          bool with_partitions, struct ArrowSchema *schema,
                          struct quire_error *error)
{
    return make_schema(&snapshot->metadata, &snapshot->protocol, names, with_partitions, schema,
                       error);
}
