/* Schema elements to Arrow fields. The list is walked once, depth first; what is a
 * list and what its items are follows the backward-compatibility rules of
 * LogicalTypes.md ("Lists", "Maps"). */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "data/field_format.h"
#include "data/metadata.h"
#include "format/parquet/parquet_schema.h"

#define OPERATION "read parquet schema"

struct walk {
    struct quire_parquet_schema *schema;
    size_t at; /* the element that comes next */
    struct quire_thrift_binary path[QUIRE_PARQUET_DEPTH_MAX];
    size_t depth;
    int fields_depth;
    struct quire_error *error;
};

/* Where a value stands: the levels around it and whether it may be null. */
struct place {
    uint8_t def, slot, rep; /* slot: def of the item of the nearest list */
    bool nullable;
    struct quire_parquet_node *node;
    struct quire_field *field;
};

static int read_value(struct walk *walk, struct place place);

static const struct quire_schema_element *element_at(const struct walk *walk, size_t i)
{
    return &walk->schema->elements.items[i];
}

static int fail_walk(struct walk *walk, const char *what)
{
    return quire_fail(walk->error, QUIRE_CORRUPT, OPERATION, "element %zu: %s", walk->at, what);
}

static bool is_group(const struct quire_schema_element *element)
{
    return (element->present & QUIRE_ELEMENT_HAS_TYPE) == 0;
}

static bool is_repeated(const struct quire_schema_element *element)
{
    return (element->present & QUIRE_ELEMENT_HAS_REPETITION) != 0 &&
           element->repetition_type == QUIRE_PARQUET_REPEATED;
}

static bool has_name(const struct quire_schema_element *element, const char *name, size_t size)
{
    return element->name.size == size && memcmp(element->name.data, name, size) == 0;
}

static bool is_annotated(const struct quire_schema_element *element, int logical, int converted)
{
    if (element->logical_type != NULL &&
        (element->logical_type->present & QUIRE_THRIFT_BIT(logical)) != 0)
        return true;
    return (element->present & QUIRE_ELEMENT_HAS_CONVERTED) != 0 &&
           element->converted_type == converted;
}

static bool is_list(const struct quire_schema_element *element)
{
    return is_annotated(element, QUIRE_LOGICAL_LIST, QUIRE_CONVERTED_LIST);
}

static bool is_map(const struct quire_schema_element *element)
{
    return is_annotated(element, QUIRE_LOGICAL_MAP, QUIRE_CONVERTED_MAP) ||
           is_annotated(element, QUIRE_LOGICAL_MAP, QUIRE_CONVERTED_MAP_KEY_VALUE);
}

/* Whether the element after this one is its only child and repeated. */
static bool wraps_repeated(const struct walk *walk, size_t i)
{
    return is_group(element_at(walk, i)) && element_at(walk, i)->num_children == 1 &&
           i + 1 < walk->schema->elements.size && is_repeated(element_at(walk, i + 1));
}

/* --- Fields ------------------------------------------------------------------------ */

static int set_name(struct walk *walk, struct quire_field *field,
                    const struct quire_schema_element *element)
{
    const char *name = (const char *)element->name.data;
    if (!quire_utf8_is_valid(name, element->name.size) ||
        memchr(name, '\0', element->name.size) != NULL)
        return fail_walk(walk, "a name that is not UTF-8 text");
    field->name = quire_arena_strndup(&walk->schema->arena, name, element->name.size);
    field->name_size = element->name.size;
    return field->name != NULL ? 0 : quire_fail_memory(walk->error, OPERATION);
}

static int set_type(struct walk *walk, struct quire_field *field, const char *format)
{
    field->format = quire_arena_strndup(&walk->schema->arena, format, strlen(format));
    if (field->format == NULL) return quire_fail_memory(walk->error, OPERATION);
    if (!quire_field_parse_format(field->format, field))
        return fail_walk(walk, "a type that Arrow has not");
    return 0;
}

static int append_pair(struct quire_buf *metadata, const char *key, const char *value)
{
    return quire_metadata_append(metadata, key, strlen(key), value, strlen(value));
}

/* The extension, if any, and the field id. */
static int set_metadata(struct walk *walk, struct quire_field *field,
                        const struct quire_schema_element *element, enum quire_extension extension)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf metadata = {0};
    int code = 0;
    char digits[16];
    if (extension != QUIRE_EXTENSION_NONE) {
        const char *name = extension == QUIRE_EXTENSION_UUID ? "arrow.uuid" : "arrow.json";
        code = append_pair(&metadata, QUIRE_METADATA_EXTENSION_NAME, name);
        if (code == 0) code = append_pair(&metadata, QUIRE_METADATA_EXTENSION_DATA, "");
    }
    if (code == 0 && (element->present & QUIRE_ELEMENT_HAS_FIELD_ID) != 0) {
        snprintf(digits, sizeof(digits), "%d", (int)element->field_id);
        code = append_pair(&metadata, QUIRE_PARQUET_FIELD_ID, digits);
    }
    if (code == 0 && metadata.size > 0) {
        field->metadata =
            quire_arena_strndup(&walk->schema->arena, (const char *)metadata.data, metadata.size);
        if (field->metadata == NULL) code = QUIRE_MEMORY;
    }
    field->extension = extension;
    return code == 0 ? 0 : quire_fail_memory(walk->error, OPERATION);
}

static int alloc_children(struct walk *walk, struct place place, size_t size)
{
    place.field->children =
        quire_parquet_schema_alloc(walk->schema, size, sizeof(*place.field->children));
    place.node->children =
        quire_parquet_schema_alloc(walk->schema, size, sizeof(*place.node->children));
    if (place.field->children == NULL || place.node->children == NULL)
        return quire_fail_memory(walk->error, OPERATION);
    place.field->children_size = place.node->children_size = size;
    return 0;
}

static void start_node(struct walk *walk, struct place *place, enum quire_parquet_node_kind kind)
{
    struct quire_parquet_node *node = place->node;
    node->kind = kind;
    node->field = place->field;
    node->rep = place->rep;
    node->def_slot = place->slot;
    node->def_parent = place->def;
    node->def_valid = place->def = (uint8_t)(place->def + place->nullable);
    node->leaf_first = walk->schema->leaves_size;
    place->field->nullable = place->nullable;
}

/* --- The walk ------------------------------------------------------------------------ */

/* The levels of an item of the list at place, which has been started. */
static struct place item_of(struct place place)
{
    place.node->def_item = (uint8_t)(place.def + 1);
    return (struct place){.def = place.node->def_item,
                          .slot = place.node->def_item,
                          .rep = (uint8_t)(place.rep + 1),
                          .node = &place.node->children[0],
                          .field = &place.field->children[0]};
}

/* The next element with its own repetition, somewhere in the tree. */
static int read_element(struct walk *walk, struct place place)
{
    if (walk->at >= walk->schema->elements.size)
        return fail_walk(walk, "a group has more children than there are");
    const struct quire_schema_element *element = element_at(walk, walk->at);
    if (!is_repeated(element)) {
        place.nullable = element->repetition_type == QUIRE_PARQUET_OPTIONAL &&
                         (element->present & QUIRE_ELEMENT_HAS_REPETITION) != 0;
        return read_value(walk, place);
    }
    /* Repeated without a LIST around it: a list that is never null. */
    place.nullable = false;
    start_node(walk, &place, QUIRE_NODE_LIST);
    QUIRE_TRY(set_name(walk, place.field, element));
    QUIRE_TRY(set_type(walk, place.field, "+l"));
    QUIRE_TRY(alloc_children(walk, place, 1));
    QUIRE_TRY(read_value(walk, item_of(place)));
    place.node->leaves_size = walk->schema->leaves_size - place.node->leaf_first;
    return 0;
}

static int read_children(struct walk *walk, struct place place, size_t size)
{
    QUIRE_TRY(alloc_children(walk, place, size));
    for (size_t i = 0; i < size; i++) {
        struct place child = {.def = place.def,
                              .slot = place.slot,
                              .rep = place.rep,
                              .node = &place.node->children[i],
                              .field = &place.field->children[i]};
        QUIRE_TRY(read_element(walk, child));
    }
    return 0;
}

static int read_struct(struct walk *walk, struct place place)
{
    const struct quire_schema_element *element = element_at(walk, walk->at);
    if (element->num_children <= 0)
        return quire_fail(walk->error, QUIRE_UNSUPPORTED, OPERATION,
                          "element %zu is a group without fields", walk->at);
    if ((size_t)element->num_children > walk->schema->elements.size - walk->at - 1)
        return fail_walk(walk, "a group has more children than there are");
    walk->at++;
    QUIRE_TRY(set_type(walk, place.field, "+s"));
    return read_children(walk, place, (size_t)element->num_children);
}

/* Whether the repeated element below a LIST is the item itself (rules 1 to 4). */
static bool is_item(const struct walk *walk, const struct quire_schema_element *list,
                    size_t repeated)
{
    const struct quire_schema_element *element = element_at(walk, repeated);
    if (!is_group(element) || element->num_children != 1) return true;
    if (wraps_repeated(walk, repeated) || is_list(element) || is_map(element)) return true;
    if (has_name(element, "array", 5)) return true;
    size_t size = list->name.size;
    return element->name.size == size + 6 &&
           memcmp(element->name.data, list->name.data, size) == 0 &&
           memcmp(element->name.data + size, "_tuple", 6) == 0;
}

static int read_list(struct walk *walk, struct place place)
{
    const struct quire_schema_element *list = element_at(walk, walk->at);
    place.node->kind = QUIRE_NODE_LIST;
    QUIRE_TRY(set_type(walk, place.field, "+l"));
    QUIRE_TRY(alloc_children(walk, place, 1));
    struct place item = item_of(place);
    walk->at++;
    if (is_item(walk, list, walk->at)) return read_value(walk, item);
    walk->path[walk->depth++] = element_at(walk, walk->at)->name;
    walk->at++;
    QUIRE_TRY(read_element(walk, item));
    walk->depth--;
    return 0;
}

/* Keys are never null in Arrow, whatever the file says of them. */
static int read_map(struct walk *walk, struct place place)
{
    place.node->kind = QUIRE_NODE_LIST;
    QUIRE_TRY(set_type(walk, place.field, "+m"));
    QUIRE_TRY(alloc_children(walk, place, 1));
    struct place entries = item_of(place);
    const struct quire_schema_element *element = element_at(walk, ++walk->at);
    QUIRE_TRY(set_name(walk, entries.field, element));
    start_node(walk, &entries, QUIRE_NODE_STRUCT);
    walk->path[walk->depth++] = element->name;
    QUIRE_TRY(read_struct(walk, entries));
    walk->depth--;
    entries.field->children[0].nullable = false;
    entries.node->leaves_size = walk->schema->leaves_size - entries.node->leaf_first;
    return 0;
}

static int read_leaf(struct walk *walk, struct place place)
{
    char format[QUIRE_PARQUET_FORMAT_MAX];
    enum quire_extension extension;
    const struct quire_schema_element *element = element_at(walk, walk->at);
    if (element->type < QUIRE_PARQUET_BOOLEAN || element->type > QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY)
        return fail_walk(walk, "a physical type that is not known");
    if (element->type == QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY && element->type_length <= 0)
        return fail_walk(walk, "a fixed length that is not positive");
    if (element->num_children > 0) return fail_walk(walk, "a column with children");
    quire_parquet_arrow_format(element, format, &extension);
    QUIRE_TRY(set_type(walk, place.field, format));
    QUIRE_TRY(set_metadata(walk, place.field, element, extension));
    QUIRE_TRY(quire_parquet_add_leaf(walk->schema, place.node, walk->at, walk->path, walk->depth,
                                     walk->error));
    walk->at++;
    return 0;
}

static bool wraps_pairs(const struct walk *walk, size_t map)
{
    return wraps_repeated(walk, map) && is_group(element_at(walk, map + 1)) &&
           element_at(walk, map + 1)->num_children == 2 && map + 2 < walk->schema->elements.size &&
           !is_repeated(element_at(walk, map + 2));
}

static int read_group(struct walk *walk, struct place place)
{
    const struct quire_schema_element *element = element_at(walk, walk->at);
    QUIRE_TRY(set_metadata(walk, place.field, element, QUIRE_EXTENSION_NONE));
    if (is_map(element) && wraps_pairs(walk, walk->at)) return read_map(walk, place);
    /* A map without values is a list of its keys. */
    bool list = is_list(element) || is_map(element);
    if (list && wraps_repeated(walk, walk->at)) return read_list(walk, place);
    return read_struct(walk, place);
}

/* The element at `at`, its repetition being dealt with. */
static int read_value(struct walk *walk, struct place place)
{
    const struct quire_schema_element *element = element_at(walk, walk->at);
    if (walk->depth + 2 >= QUIRE_PARQUET_DEPTH_MAX || walk->fields_depth >= QUIRE_FIELD_DEPTH_MAX)
        return quire_fail(walk->error, QUIRE_LIMIT, OPERATION, "types nested deeper than %d",
                          QUIRE_FIELD_DEPTH_MAX);
    start_node(walk, &place, QUIRE_NODE_STRUCT);
    QUIRE_TRY(set_name(walk, place.field, element));
    walk->path[walk->depth++] = element->name;
    walk->fields_depth++;
    QUIRE_TRY(is_group(element) ? read_group(walk, place) : read_leaf(walk, place));
    walk->fields_depth--;
    walk->depth--;
    place.node->leaves_size = walk->schema->leaves_size - place.node->leaf_first;
    return 0;
}

static int read_root(struct walk *walk)
{
    struct quire_parquet_schema *schema = walk->schema;
    if (schema->elements.size == 0) return fail_walk(walk, "no root");
    const struct quire_schema_element *root = element_at(walk, 0);
    struct place place = {.node = quire_parquet_schema_alloc(schema, 1, sizeof(*place.node)),
                          .field = quire_parquet_schema_alloc(schema, 1, sizeof(*place.field))};
    if (place.node == NULL || place.field == NULL) return quire_fail_memory(walk->error, OPERATION);
    if (root->num_children < 0 || (size_t)root->num_children >= schema->elements.size + 1 ||
        root->num_children > QUIRE_FIELD_CHILDREN_MAX)
        return fail_walk(walk, "a root with a count of children that cannot be");
    start_node(walk, &place, QUIRE_NODE_STRUCT);
    place.field->name = "";
    QUIRE_TRY(set_type(walk, place.field, "+s"));
    schema->root = place.node;
    walk->at = 1;
    QUIRE_TRY(read_children(walk, place, (size_t)root->num_children));
    if (walk->at != schema->elements.size) return fail_walk(walk, "it is in no group");
    place.node->leaves_size = schema->leaves_size;
    return 0;
}

int quire_parquet_schema_of_elements(const struct quire_schema_element_list *elements,
                                     struct quire_parquet_schema *schema, struct quire_error *error)
{
    struct quire_parquet_schema result = {.elements = *elements};
    struct walk walk = {.schema = &result, .error = error};
    int code = read_root(&walk);
    if (code != 0) {
        quire_parquet_schema_release(&result);
        return code;
    }
    quire_parquet_schema_finish(&result);
    *schema = result;
    return 0;
}
