#include "table/schema/delta_type.h"

#include "base/fail.h"
#include "base/json_text.h"
#include "base/text.h"

#define OPERATION "read table schema"

struct reader {
    struct quire_arena *arena;
    struct quire_error *error;
};

static int fail_memory(const struct reader *reader)
{
    return quire_fail_memory(reader->error, OPERATION);
}

static int fail_shape(const struct reader *reader, const char *what)
{
    return quire_fail(reader->error, QUIRE_CORRUPT, OPERATION, "the schema in the log has %s",
                      what);
}

static int fail_type(const struct reader *reader, const struct quire_json_node *type)
{
    int size = type != NULL && type->raw_size < 100 ? (int)type->raw_size : 0;
    return quire_fail(reader->error, QUIRE_UNSUPPORTED, OPERATION,
                      "a column of a type that is not known: %.*s", size,
                      type != NULL ? type->raw : "");
}

static int read_type(const struct reader *reader, const struct quire_json_node *node,
                     struct quire_delta_type **type);

static int read_metadata(const struct reader *reader, const struct quire_json_node *node,
                         struct quire_delta_member **first)
{
    struct quire_delta_member **end = first;
    *first = NULL;
    if (node == NULL || node->kind != QUIRE_JSON_OBJECT) return 0;
    for (const struct quire_json_node *one = node->first; one != NULL; one = one->next) {
        struct quire_delta_member *member = quire_arena_alloc(reader->arena, sizeof(*member));
        if (member == NULL) return fail_memory(reader);
        *member = (struct quire_delta_member){
            .key = one->key,
            .raw = {(const uint8_t *)one->raw, one->raw_size},
            .text = one->kind == QUIRE_JSON_STRING ? one->text : NULL,
            .number = quire_json_tree_i64(node, one->key, QUIRE_LOG_NONE),
        };
        *end = member;
        end = &member->next;
    }
    return 0;
}

static int read_struct(const struct reader *reader, const struct quire_json_node *node,
                       struct quire_delta_type *type)
{
    const struct quire_json_node *fields = quire_json_tree_get(node, "fields");
    if (fields == NULL || fields->kind != QUIRE_JSON_ARRAY)
        return fail_shape(reader, "a struct without fields");
    type->kind = QUIRE_DELTA_STRUCT;
    type->fields =
        quire_arena_alloc(reader->arena, (fields->children_size + 1) * sizeof(*type->fields));
    if (type->fields == NULL) return fail_memory(reader);
    for (const struct quire_json_node *one = fields->first; one != NULL; one = one->next) {
        struct quire_delta_field *field = &type->fields[type->fields_size++];
        *field =
            (struct quire_delta_field){.name = quire_json_tree_text(one, "name"),
                                       .nullable = quire_json_tree_bool(one, "nullable", true)};
        if (field->name == NULL) return fail_shape(reader, "a column without a name");
        QUIRE_TRY(read_type(reader, quire_json_tree_get(one, "type"), &field->type));
        QUIRE_TRY(read_metadata(reader, quire_json_tree_get(one, "metadata"), &field->metadata));
    }
    return 0;
}

static int read_type(const struct reader *reader, const struct quire_json_node *node,
                     struct quire_delta_type **result)
{
    struct quire_delta_type *type = quire_arena_alloc(reader->arena, sizeof(*type));
    const char *kind = quire_json_tree_text(node, "type");
    if (type == NULL) return fail_memory(reader);
    *type = (struct quire_delta_type){.kind = QUIRE_DELTA_PRIMITIVE};
    *result = type;
    if (node != NULL && node->kind == QUIRE_JSON_STRING) {
        type->name = node->text;
        return 0;
    }
    if (kind != NULL && strcmp(kind, "struct") == 0) return read_struct(reader, node, type);
    bool map = kind != NULL && strcmp(kind, "map") == 0;
    if (kind == NULL || (!map && strcmp(kind, "array") != 0)) return fail_type(reader, node);
    type->kind = map ? QUIRE_DELTA_MAP : QUIRE_DELTA_ARRAY;
    type->contains_null =
        quire_json_tree_bool(node, map ? "valueContainsNull" : "containsNull", true);
    if (map) QUIRE_TRY(read_type(reader, quire_json_tree_get(node, "keyType"), &type->key));
    return read_type(reader, quire_json_tree_get(node, map ? "valueType" : "elementType"),
                     &type->element);
}

int quire_delta_type_read(const struct quire_bytes *text, struct quire_arena *arena,
                          struct quire_delta_type **root, struct quire_error *error)
{
    const struct reader reader = {arena, error};
    struct quire_json_node *node = NULL;
    struct quire_delta_type *type = NULL;
    struct quire_bytes kept = *text;
    size_t at = 0;
    if (text->data == NULL) return fail_shape(&reader, "nothing in it");
    if (quire_bytes_copy(arena, &kept) != 0) return fail_memory(&reader);
    int code = quire_json_tree_parse((const char *)kept.data, kept.size, arena, &node, &at);
    if (code == QUIRE_MEMORY) return fail_memory(&reader);
    if (code != 0)
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "the schema in the log is no JSON of a struct (byte %zu of it)", at);
    QUIRE_TRY(read_type(&reader, node, &type));
    if (type->kind != QUIRE_DELTA_STRUCT) return fail_shape(&reader, "no columns");
    *root = type;
    return 0;
}

/* --- Fields ---------------------------------------------------------------------------------- */

const struct quire_delta_member *quire_delta_field_get(const struct quire_delta_field *field,
                                                       const char *key)
{
    const struct quire_delta_member *member = field->metadata;
    while (member != NULL && strcmp(member->key, key) != 0)
        member = member->next;
    return member;
}

/* The member of that key, made at the end where there is none; NULL: no memory. */
static struct quire_delta_member *make_member(struct quire_arena *arena,
                                              struct quire_delta_field *field, const char *key)
{
    struct quire_delta_member **end = &field->metadata;
    while (*end != NULL && strcmp((*end)->key, key) != 0)
        end = &(*end)->next;
    if (*end != NULL) return *end;
    struct quire_delta_member *made = quire_arena_alloc(arena, sizeof(*made));
    const char *copy = quire_arena_strndup(arena, key, strlen(key));
    if (made == NULL || copy == NULL) return NULL;
    *made = (struct quire_delta_member){.key = copy, .number = QUIRE_LOG_NONE};
    *end = made;
    return made;
}

int quire_delta_field_set(struct quire_arena *arena, struct quire_delta_field *field,
                          const char *key, const struct quire_bytes *raw)
{
    struct quire_bytes copy = *raw;
    struct quire_delta_member *member = make_member(arena, field, key);
    if (member == NULL || quire_bytes_copy(arena, &copy) != 0) return QUIRE_MEMORY;
    member->raw = copy;
    member->text = NULL;
    member->number = QUIRE_LOG_NONE;
    return 0;
}

int quire_delta_field_set_text(struct quire_arena *arena, struct quire_delta_field *field,
                               const char *key, const char *text)
{
    struct quire_buf json = {0};
    const char *copy = quire_arena_strndup(arena, text, strlen(text));
    int code =
        copy == NULL ? QUIRE_MEMORY : quire_json_append_string(&json, text, strlen(text), false);
    const struct quire_bytes raw = {json.data, json.size};
    if (code == 0) code = quire_delta_field_set(arena, field, key, &raw);
    if (code == 0) make_member(arena, field, key)->text = copy;
    quire_buf_release(&json);
    return code;
}

int quire_delta_field_set_number(struct quire_arena *arena, struct quire_delta_field *field,
                                 const char *key, int64_t number)
{
    struct quire_buf json = {0};
    int code = quire_buf_printf(&json, "%lld", (long long)number);
    const struct quire_bytes raw = {json.data, json.size};
    if (code == 0) code = quire_delta_field_set(arena, field, key, &raw);
    if (code == 0) make_member(arena, field, key)->number = number;
    quire_buf_release(&json);
    return code;
}

struct quire_delta_field *quire_delta_type_find(const struct quire_delta_type *type,
                                                const char *name)
{
    for (size_t i = 0; i < type->fields_size; i++)
        if (quire_text_equal_ignore_case(type->fields[i].name, name)) return &type->fields[i];
    return NULL;
}

int quire_delta_type_push(struct quire_arena *arena, struct quire_delta_type *type,
                          const struct quire_delta_field *field)
{
    size_t size = type->fields_size;
    struct quire_delta_field *fields = quire_arena_alloc(arena, (size + 1) * sizeof(*fields));
    if (fields == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < size; i++)
        fields[i] = type->fields[i];
    fields[size] = *field;
    type->fields = fields;
    type->fields_size = size + 1;
    return 0;
}

int quire_delta_type_each(struct quire_delta_type *type, quire_take_delta_field *take, void *user)
{
    if (type->key != NULL) QUIRE_TRY(quire_delta_type_each(type->key, take, user));
    if (type->element != NULL) QUIRE_TRY(quire_delta_type_each(type->element, take, user));
    for (size_t i = 0; i < type->fields_size; i++) {
        QUIRE_TRY(take(user, &type->fields[i]));
        QUIRE_TRY(quire_delta_type_each(type->fields[i].type, take, user));
    }
    return 0;
}
