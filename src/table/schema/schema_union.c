#include "table/schema/schema_union.h"

#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION "convert table"

void quire_schema_union_release(struct quire_schema_union *merged)
{
    quire_buf_release(&merged->origins);
    quire_buf_release(&merged->last);
    quire_arena_release(&merged->arena);
}

static int allow_null(void *user, struct quire_delta_field *field)
{
    (void)user;
    field->nullable = true;
    return 0;
}

/* Whether they are of one type, but for fields that one of their structs lacks; those are put to
 * the first. */
static int merge(struct quire_arena *arena, struct quire_delta_type *type,
                 const struct quire_delta_type *other, bool *same)
{
    *same = type->kind == other->kind;
    if (!*same) return 0;
    if (type->kind == QUIRE_DELTA_PRIMITIVE) *same = strcmp(type->name, other->name) == 0;
    if (type->kind == QUIRE_DELTA_MAP) QUIRE_TRY(merge(arena, type->key, other->key, same));
    if (*same && type->element != NULL)
        QUIRE_TRY(merge(arena, type->element, other->element, same));
    for (size_t i = 0; *same && i < other->fields_size; i++) {
        struct quire_delta_field *found = quire_delta_type_find(type, other->fields[i].name);
        if (found == NULL)
            QUIRE_TRY(quire_delta_type_push(arena, type, &other->fields[i]));
        else
            QUIRE_TRY(merge(arena, found->type, other->fields[i].type, same));
    }
    return 0;
}

static int fail_types(const char *column, const struct quire_delta_type *a, const char *a_file,
                      const struct quire_delta_type *b, const char *b_file,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf first = {0}, second = {0};
    if (quire_delta_type_write(a, &first) != 0 || quire_buf_terminate(&first) != 0 ||
        quire_delta_type_write(b, &second) != 0 || quire_buf_terminate(&second) != 0)
        return quire_fail_memory(error, OPERATION);
    quire_fail(error, QUIRE_INPUT, OPERATION, "files disagree: %.100s in %.100s, %.100s in %.100s",
               (const char *)first.data, a_file, (const char *)second.data, b_file);
    quire_error_at(error, QUIRE_NOWHERE, column, QUIRE_NOWHERE);
    return QUIRE_INPUT;
}

static int add_column(struct quire_schema_union *merged, const struct quire_delta_field *column,
                      const char *file)
{
    const char *origin = quire_arena_strndup(&merged->arena, file, strlen(file));
    if (origin == NULL) return QUIRE_MEMORY;
    QUIRE_TRY(quire_buf_append(&merged->origins, &origin, sizeof(origin)));
    return quire_delta_type_push(&merged->arena, merged->root, column);
}

/* Names within a file, and those of one column in all, are spelled the same. */
static int check_spelling(const struct quire_delta_type *root, size_t column,
                          const struct quire_delta_field *found, const char *file,
                          struct quire_error *error)
{
    const char *name = root->fields[column].name;
    const struct quire_delta_field *first = quire_delta_type_find(root, name);
    if (first == &root->fields[column] && (found == NULL || strcmp(found->name, name) == 0))
        return 0;
    const char *other = first != &root->fields[column] ? first->name : found->name;
    return quire_fail(error, QUIRE_INPUT, OPERATION,
                      "columns \"%.100s\" and \"%.100s\" differ by case alone (%.150s)", other,
                      name, file);
}

int quire_schema_union_add(struct quire_schema_union *merged, const struct quire_bytes *schema,
                           const char *file, struct quire_error *error)
{
    struct quire_delta_type *root = NULL;
    bool again = merged->last.size == schema->size && schema->size > 0 &&
                 memcmp(merged->last.data, schema->data, schema->size) == 0;
    if (again) return 0;
    quire_buf_clear(&merged->last);
    if (quire_buf_append(&merged->last, schema->data, schema->size) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_delta_type_read(schema, &merged->arena, &root, error));
    (void)quire_delta_type_each(root, allow_null, NULL);
    if (merged->root == NULL) {
        merged->root = quire_arena_alloc(&merged->arena, sizeof(*merged->root));
        if (merged->root == NULL) return quire_fail_memory(error, OPERATION);
        *merged->root = (struct quire_delta_type){.kind = QUIRE_DELTA_STRUCT};
    }
    for (size_t i = 0; i < root->fields_size; i++) {
        const struct quire_delta_field *column = &root->fields[i];
        struct quire_delta_field *found = quire_delta_type_find(merged->root, column->name);
        bool same = true;
        QUIRE_TRY(check_spelling(root, i, found, file, error));
        int code = found == NULL ? add_column(merged, column, file)
                                 : merge(&merged->arena, found->type, column->type, &same);
        if (code != 0) return quire_fail_memory(error, OPERATION);
        if (same) continue;
        const char *const *origins = (const char *const *)(const void *)merged->origins.data;
        return fail_types(column->name, found->type, origins[found - merged->root->fields],
                          column->type, file, error);
    }
    return 0;
}
