/* Beside the fields stands a tree of what is picked of each, made as far as names reach. */
#include "format/field_select.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION "read"

struct pick {
    bool some, whole;
    struct pick *children; /* NULL: none of them is looked at by itself */
};

static int open_pick(struct pick *pick, const struct quire_field *field, struct quire_arena *arena,
                     struct quire_error *error)
{
    size_t size = field->children_size * sizeof(*pick->children);
    pick->some = true;
    if (pick->children != NULL || field->children_size == 0) return 0;
    pick->children = quire_arena_alloc(arena, size);
    if (pick->children == NULL) return quire_fail_memory(error, OPERATION);
    memset(pick->children, 0, size);
    return 0;
}

/* The child that the longest part of a path, up to one of its dots, names; *size: its length. */
static int64_t find_child(const struct quire_field *field, const char *path, size_t *size)
{
    for (*size = strlen(path);;) {
        int64_t child = quire_field_child(field, path, *size);
        if (child >= 0 || *size == 0) return child;
        do
            --*size;
        while (*size > 0 && path[*size] != '.');
    }
}

static int pick_name(struct pick *pick, const struct quire_field *field, const char *name,
                     struct quire_arena *arena, struct quire_error *error)
{
    for (const char *path = name;;) {
        size_t size = 0;
        int64_t child = field->kind == QUIRE_KIND_STRUCT ? find_child(field, path, &size) : -1;
        if (child < 0)
            return quire_fail(error, QUIRE_USAGE, OPERATION, "there is no column \"%.200s\"", name);
        QUIRE_TRY(open_pick(pick, field, arena, error));
        pick = &pick->children[child];
        field = &field->children[child];
        if (path[size] == '\0') break;
        path += size + 1;
    }
    pick->some = pick->whole = true;
    return 0;
}

/* A copy of the field that has only what is picked of it. */
static int copy_field(const struct pick *pick, const struct quire_field *field,
                      struct quire_field *copy, struct quire_arena *arena,
                      struct quire_error *error)
{
    *copy = *field;
    if (pick->whole) return 0;
    copy->children_size = 0;
    copy->children = quire_arena_alloc(arena, (field->children_size + 1) * sizeof(*copy));
    if (copy->children == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; pick->children != NULL && i < field->children_size; i++)
        if (pick->children[i].some)
            QUIRE_TRY(copy_field(&pick->children[i], &field->children[i],
                                 &copy->children[copy->children_size++], arena, error));
    return 0;
}

int quire_select_fields(const struct quire_field *full, const char *const *names, size_t names_size,
                        struct ArrowSchema *selected, struct quire_error *error)
{
    struct quire_arena arena = {0};
    struct pick pick = {0};
    struct quire_field copy;
    int code = 0;
    for (size_t i = 0; i < names_size && code == 0; i++)
        code = pick_name(&pick, full, names[i], &arena, error);
    if (code == 0) code = copy_field(&pick, full, &copy, &arena, error);
    if (code == 0) code = quire_field_to_schema(&copy, selected, error);
    quire_arena_release(&arena);
    return code;
}
