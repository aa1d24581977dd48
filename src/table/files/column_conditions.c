#include "table/files/column_conditions.h"

#include "base/fail.h"

#define OPERATION "read table"

/* Where a name stands: "a.b" is a field of a, unless a column is called so. */
struct place {
    size_t path[QUIRE_FIELD_DEPTH_MAX];
    size_t size;
};

static bool find_place(const struct quire_field *field, const char *name, struct place *place)
{
    size_t rest = strlen(name), size = rest;
    place->size = 0;
    while (rest > 0 && field->kind == QUIRE_KIND_STRUCT && place->size < QUIRE_FIELD_DEPTH_MAX) {
        int64_t child = size > 0 ? quire_field_child(field, name, size) : -1;
        if (child >= 0) {
            place->path[place->size++] = (size_t)child;
            if (size == rest) return true;
            field = &field->children[child];
            name += size + 1;
            rest -= size + 1;
            size = rest;
            continue;
        }
        while (size > 0 && name[size - 1] != '.')
            size--;
        if (size == 0) return false;
        size--;
    }
    return false;
}

/* "a.b" of the names in files; NULL where that would name something else. */
static int join_path(struct quire_column_conditions *conditions,
                     struct quire_column_condition *condition)
{
    size_t size = 0;
    for (size_t i = 0; i < condition->path_size; i++)
        size += strlen(condition->path[i]) + 1;
    char *text = quire_arena_alloc(&conditions->arena, size), *at = text;
    if (text == NULL) return QUIRE_MEMORY;
    condition->physical.column = text;
    for (size_t i = 0; i < condition->path_size; i++) {
        size_t length = strlen(condition->path[i]);
        if (memchr(condition->path[i], '.', length) != NULL) condition->physical.column = NULL;
        if (i > 0) *at++ = '.';
        memcpy(at, condition->path[i], length);
        at += length;
    }
    *at = '\0';
    return 0;
}

static int take(struct quire_column_conditions *conditions,
                const struct quire_table_columns *columns, const struct quire_condition *given)
{
    struct quire_column_condition made = {.physical = *given};
    const struct quire_field *logical = conditions->logical, *physical = conditions->physical;
    struct place place;
    if (!find_place(logical, given->column, &place)) return 0;
    if (columns->partitions[place.path[0]] >= 0) return 0;
    made.path = quire_arena_alloc(&conditions->arena, place.size * sizeof(*made.path));
    if (made.path == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < place.size; i++) {
        logical = &logical->children[place.path[i]];
        physical = &physical->children[place.path[i]];
        made.path[made.path_size++] = physical->name;
    }
    made.field = logical;
    int code = join_path(conditions, &made);
    if (code == 0) conditions->items[conditions->size++] = made;
    return code;
}

static int open_conditions(const struct quire_table_columns *columns, const char *condition,
                           struct quire_column_conditions *conditions, struct quire_error *error)
{
    const struct quire_condition *given = NULL;
    size_t given_size = 0;
    QUIRE_TRY(quire_expr_parse(condition, &conditions->expr, error));
    QUIRE_TRY(quire_expr_bind(conditions->expr, &columns->logical, error));
    QUIRE_TRY(quire_expr_check_predicate(conditions->expr, error));
    QUIRE_TRY(quire_expr_conditions(conditions->expr, &given, &given_size, error));
    QUIRE_TRY(quire_field_open(&columns->logical, &conditions->logical, error));
    QUIRE_TRY(quire_field_open(&columns->physical, &conditions->physical, error));
    conditions->items =
        quire_arena_alloc(&conditions->arena, (given_size + 1) * sizeof(*conditions->items));
    if (conditions->items == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < given_size; i++)
        if (take(conditions, columns, &given[i]) != 0) return quire_fail_memory(error, OPERATION);
    conditions->are_all =
        quire_expr_conditions_are_all(conditions->expr) && conditions->size == given_size;
    return 0;
}

int quire_column_conditions_open(const struct quire_table_columns *columns, const char *condition,
                                 struct quire_column_conditions *conditions,
                                 struct quire_error *error)
{
    int code = open_conditions(columns, condition, conditions, error);
    if (code != 0) quire_column_conditions_release(conditions);
    return code;
}

void quire_column_conditions_release(struct quire_column_conditions *conditions)
{
    quire_expr_free(conditions->expr);
    quire_field_close(conditions->logical);
    quire_field_close(conditions->physical);
    quire_arena_release(&conditions->arena);
    *conditions = (struct quire_column_conditions){.items = NULL};
}
