/* The tree is one arena: a root that is freed as a whole. Only zone tables are
 * kept elsewhere and closed one by one. */
#include "data/field.h"

#include "base/fail.h"
#include "base/utf8.h"
#include "data/field_format.h"
#include "data/metadata.h"

#define OPERATION "read schema"

struct tree {
    struct quire_field root; /* first: the tree is found by its root's address */
    struct quire_arena arena;
};

static int open_node(const struct ArrowSchema *schema, int depth, struct quire_field *field,
                     struct quire_arena *arena, struct quire_error *error);

static char *keep_text(struct quire_arena *arena, const char *text)
{
    return quire_arena_strndup(arena, text, strlen(text));
}

static int open_name(const struct ArrowSchema *schema, struct quire_field *field,
                     struct quire_arena *arena, struct quire_error *error)
{
    const char *name = schema->name != NULL ? schema->name : "";
    field->name_size = strlen(name);
    if (!quire_utf8_is_valid(name, field->name_size))
        return quire_fail(error, QUIRE_USAGE, OPERATION, "a field's name is not UTF-8");
    field->name = keep_text(arena, name);
    return field->name != NULL ? 0 : quire_fail_memory(error, OPERATION);
}

/* The canonical extensions that are honoured, where their storage fits. */
static enum quire_extension find_extension(const struct quire_field *field)
{
    size_t size = 0;
    const char *name = quire_metadata_get(field->metadata, QUIRE_METADATA_EXTENSION_NAME, &size);
    if (name == NULL || size != 10) return QUIRE_EXTENSION_NONE;
    if (memcmp(name, "arrow.uuid", 10) == 0 && field->kind == QUIRE_KIND_FIXED_BINARY &&
        field->width == 16)
        return QUIRE_EXTENSION_UUID;
    if (memcmp(name, "arrow.json", 10) == 0 && quire_kind_is_string(field->kind))
        return QUIRE_EXTENSION_JSON;
    return QUIRE_EXTENSION_NONE;
}

static int open_metadata(const struct ArrowSchema *schema, struct quire_field *field,
                         struct quire_arena *arena, struct quire_error *error)
{
    if (schema->metadata == NULL) return 0;
    int64_t size = quire_metadata_size(schema->metadata);
    if (size < 0) return quire_fail(error, QUIRE_USAGE, OPERATION, "metadata with a negative size");
    char *metadata = quire_arena_alloc(arena, (size_t)size);
    if (metadata == NULL) return quire_fail_memory(error, OPERATION);
    memcpy(metadata, schema->metadata, (size_t)size);
    field->metadata = metadata;
    field->extension = find_extension(field);
    return 0;
}

/* UTC needs no table, and a zone that is not known has none. */
static int open_zone(struct quire_field *field, struct quire_error *error)
{
    if (field->zone == NULL) return 0;
    field->utc = quire_field_zone_is_utc(field->zone);
    if (field->utc) return 0;
    int code = quire_zone_open(field->zone, &field->zone_table);
    return code == QUIRE_MEMORY ? quire_fail_memory(error, OPERATION) : 0;
}

static int open_type(const struct ArrowSchema *schema, struct quire_field *field,
                     struct quire_arena *arena, struct quire_error *error)
{
    if (schema->format == NULL)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "a field without a format string");
    if (!quire_utf8_is_valid(schema->format, strlen(schema->format)))
        return quire_fail(error, QUIRE_USAGE, OPERATION, "the format string is not UTF-8");
    field->format = keep_text(arena, schema->format);
    if (field->format == NULL) return quire_fail_memory(error, OPERATION);
    if (!quire_field_parse_format(field->format, field))
        return quire_fail(error, QUIRE_USAGE, OPERATION, "\"%.64s\" is not an Arrow type",
                          field->format);
    return open_zone(field, error);
}

/* How many children a type has; -1: any number. */
static int64_t children_expected(const struct quire_field *field)
{
    switch (field->kind) {
    case QUIRE_KIND_STRUCT: return -1;
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_LARGE_LIST:
    case QUIRE_KIND_LIST_VIEW:
    case QUIRE_KIND_LARGE_LIST_VIEW:
    case QUIRE_KIND_FIXED_LIST:
    case QUIRE_KIND_MAP: return 1;
    case QUIRE_KIND_RUN_END: return 2;
    case QUIRE_KIND_UNION: return quire_field_union_ids(field->format, NULL);
    default: return 0;
    }
}

static int check_children(const struct ArrowSchema *schema, const struct quire_field *field,
                          struct quire_error *error)
{
    int64_t expected = children_expected(field);
    if (schema->n_children < 0 || (expected >= 0 && schema->n_children != expected) ||
        (schema->n_children > 0 && schema->children == NULL))
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "type \"%.64s\" cannot have %lld child fields", field->format,
                          (long long)schema->n_children);
    if (schema->n_children > QUIRE_FIELD_CHILDREN_MAX)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "%lld fields; at most %d are supported",
                          (long long)schema->n_children, QUIRE_FIELD_CHILDREN_MAX);
    return 0;
}

static int open_children(const struct ArrowSchema *schema, int depth, struct quire_field *field,
                         struct quire_arena *arena, struct quire_error *error)
{
    QUIRE_TRY(check_children(schema, field, error));
    if (schema->n_children == 0) return 0;
    size_t size = (size_t)schema->n_children * sizeof(*field->children);
    field->children = quire_arena_alloc(arena, size);
    if (field->children == NULL) return quire_fail_memory(error, OPERATION);
    memset(field->children, 0, size);
    field->children_size = (size_t)schema->n_children;
    for (size_t i = 0; i < field->children_size; i++)
        QUIRE_TRY(open_node(schema->children[i], depth + 1, &field->children[i], arena, error));
    return 0;
}

static int open_dictionary(const struct ArrowSchema *schema, int depth, struct quire_field *field,
                           struct quire_arena *arena, struct quire_error *error)
{
    if (!quire_kind_is_integer(field->kind))
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "dictionary indices of type \"%.64s\" instead of integers",
                          field->format);
    field->index_kind = field->kind;
    field->kind = QUIRE_KIND_DICTIONARY;
    field->extension = QUIRE_EXTENSION_NONE;
    struct quire_field *dictionary = quire_arena_alloc(arena, sizeof(*dictionary));
    if (dictionary == NULL) return quire_fail_memory(error, OPERATION);
    memset(dictionary, 0, sizeof(*dictionary));
    field->dictionary = dictionary;
    return open_node(schema->dictionary, depth + 1, dictionary, arena, error);
}

/* What the children of maps and run-end encodings must be. */
static int check_nested(const struct quire_field *field, struct quire_error *error)
{
    if (field->kind == QUIRE_KIND_MAP) {
        const struct quire_field *entries = &field->children[0];
        if (entries->kind != QUIRE_KIND_STRUCT || entries->children_size != 2)
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "a map's entries are not a struct of two fields");
    }
    if (field->kind == QUIRE_KIND_RUN_END) {
        enum quire_kind ends = field->children[0].kind;
        if (ends != QUIRE_KIND_INT16 && ends != QUIRE_KIND_INT32 && ends != QUIRE_KIND_INT64)
            return quire_fail(error, QUIRE_USAGE, OPERATION,
                              "run ends are not int16, int32 or int64");
    }
    return 0;
}

static int open_parts(const struct ArrowSchema *schema, int depth, struct quire_field *field,
                      struct quire_arena *arena, struct quire_error *error)
{
    QUIRE_TRY(open_type(schema, field, arena, error));
    QUIRE_TRY(open_metadata(schema, field, arena, error));
    QUIRE_TRY(open_children(schema, depth, field, arena, error));
    QUIRE_TRY(check_nested(field, error));
    if (schema->dictionary == NULL) return 0;
    return open_dictionary(schema, depth, field, arena, error);
}

static int open_node(const struct ArrowSchema *schema, int depth, struct quire_field *field,
                     struct quire_arena *arena, struct quire_error *error)
{
    if (schema == NULL || schema->release == NULL)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "the schema was released");
    if (depth >= QUIRE_FIELD_DEPTH_MAX)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "types nested deeper than %d",
                          QUIRE_FIELD_DEPTH_MAX);
    QUIRE_TRY(open_name(schema, field, arena, error));
    field->nullable = (schema->flags & ARROW_FLAG_NULLABLE) != 0;
    field->dictionary_ordered = (schema->flags & ARROW_FLAG_DICTIONARY_ORDERED) != 0;
    field->keys_sorted = (schema->flags & ARROW_FLAG_MAP_KEYS_SORTED) != 0;
    int code = open_parts(schema, depth, field, arena, error);
    if (code != 0 && field->name_size > 0) quire_error_outer_column(error, field->name);
    return code;
}

int quire_field_open(const struct ArrowSchema *schema, struct quire_field **root,
                     struct quire_error *error)
{
    struct tree *tree = quire_alloc_zero(1, sizeof(*tree));
    if (tree == NULL) return quire_fail_memory(error, OPERATION);
    int code = open_node(schema, 0, &tree->root, &tree->arena, error);
    if (code != 0)
        quire_field_close(&tree->root);
    else
        *root = &tree->root;
    return code;
}

static void close_zones(struct quire_field *field)
{
    quire_zone_close(field->zone_table);
    for (size_t i = 0; i < field->children_size; i++)
        close_zones(&field->children[i]);
    if (field->dictionary != NULL) close_zones(field->dictionary);
}

void quire_field_close(struct quire_field *root)
{
    if (root == NULL) return;
    close_zones(root);
    struct tree *tree = (struct tree *)root;
    quire_arena_release(&tree->arena);
    quire_free(tree);
}

int64_t quire_field_child(const struct quire_field *field, const char *name, size_t name_size)
{
    for (size_t i = 0; i < field->children_size; i++) {
        const struct quire_field *child = &field->children[i];
        if (child->name_size == name_size && memcmp(child->name, name, name_size) == 0)
            return (int64_t)i;
    }
    return -1;
}

int64_t quire_field_child_any_case(const struct quire_field *field, const char *name,
                                   size_t name_size)
{
    int64_t found = -1;
    for (size_t i = 0; i < field->children_size; i++) {
        const struct quire_field *child = &field->children[i];
        if (child->name_size != name_size || strncasecmp(child->name, name, name_size) != 0)
            continue;
        if (found >= 0) return -1;
        found = (int64_t)i;
    }
    return found;
}
