/* Shapes are made once for a decoder and read by all its threads. */
#include "format/json/json_shape.h"

#include <strings.h>

#include "base/fail.h"
#include "base/hash.h"

/* `"name":`, unless it has to be escaped. */
static int init_text(struct quire_json_member *member, struct quire_arena *arena)
{
    size_t size = member->name_size + 3;
    char *text = quire_arena_alloc(arena, (size + 15) / 16 * 16);
    if (text == NULL) return QUIRE_MEMORY;
    memset(text, 0, (size + 15) / 16 * 16);
    text[0] = '"';
    if (member->name_size > 0) memcpy(text + 1, member->name, member->name_size);
    memcpy(text + size - 2, "\":", 2);
    member->text = text;
    member->text_size = size;
    member->head_mask = size < 16 ? (1u << size) - 1 : 0xffff;
    for (size_t i = 0; i < member->name_size; i++) {
        uint8_t c = (uint8_t)member->name[i];
        if (c < 0x20 || c == '"' || c == '\\') member->text_size = 0;
    }
    return 0;
}

static int init_slots(struct quire_json_shape *shape, struct quire_arena *arena)
{
    size_t slots_size = 8;
    while (slots_size < 2 * shape->members_size)
        slots_size *= 2;
    shape->slots = quire_arena_alloc(arena, slots_size * sizeof(*shape->slots));
    if (shape->slots == NULL) return QUIRE_MEMORY;
    memset(shape->slots, 0, slots_size * sizeof(*shape->slots));
    shape->slots_mask = slots_size - 1;
    for (size_t i = 0; i < shape->members_size; i++) {
        const struct quire_json_member *member = &shape->members[i];
        /* Of fields of one name the first is the one that can be found. */
        if (quire_json_shape_find(shape, (const uint8_t *)member->name, member->name_size) >= 0)
            continue;
        size_t slot = quire_hash_bytes(member->name, member->name_size);
        while (shape->slots[slot & shape->slots_mask] != 0)
            slot++;
        shape->slots[slot & shape->slots_mask] = (uint32_t)i + 1;
    }
    return 0;
}

static int init_members(struct quire_json_shape *shape, const struct quire_field *field,
                        const int64_t *column_of, struct quire_arena *arena)
{
    size_t size = field->children_size;
    shape->members = quire_arena_alloc(arena, (size + 1) * sizeof(*shape->members));
    if (shape->members == NULL) return QUIRE_MEMORY;
    shape->members_size = size;
    for (size_t i = 0; i < size; i++) {
        struct quire_json_member *member = &shape->members[i];
        *member = (struct quire_json_member){
            .name = field->children[i].name,
            .name_size = field->children[i].name_size,
            .column = column_of != NULL ? column_of[i] : (int64_t)i,
        };
        QUIRE_TRY(init_text(member, arena));
    }
    return init_slots(shape, arena);
}

int quire_json_shape_init(struct quire_json_shape *shape, const struct quire_field *field,
                          const int64_t *column_of, struct quire_arena *arena)
{
    *shape = (struct quire_json_shape){.children_size = field->children_size};
    if (field->kind == QUIRE_KIND_STRUCT) QUIRE_TRY(init_members(shape, field, column_of, arena));
    if (field->children_size == 0) return 0;
    shape->children = quire_arena_alloc(arena, field->children_size * sizeof(*shape->children));
    if (shape->children == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < field->children_size; i++) {
        if (column_of != NULL && column_of[i] < 0) {
            shape->children[i] = (struct quire_json_shape){.members = NULL};
            continue;
        }
        QUIRE_TRY(quire_json_shape_init(&shape->children[i], &field->children[i], NULL, arena));
    }
    return 0;
}

int64_t quire_json_shape_find(const struct quire_json_shape *shape, const uint8_t *name,
                              size_t name_size)
{
    for (size_t slot = quire_hash_bytes(name, name_size);; slot++) {
        uint32_t entry = shape->slots[slot & shape->slots_mask];
        if (entry == 0) return -1;
        const struct quire_json_member *member = &shape->members[entry - 1];
        if (member->name_size == name_size && memcmp(member->name, name, name_size) == 0)
            return (int64_t)entry - 1;
    }
}

int64_t quire_json_shape_find_any_case(const struct quire_json_shape *shape, const uint8_t *name,
                                       size_t name_size)
{
    int64_t found = -1;
    for (size_t i = 0; i < shape->members_size; i++) {
        const struct quire_json_member *member = &shape->members[i];
        if (member->name_size != name_size ||
            strncasecmp(member->name, (const char *)name, name_size) != 0)
            continue;
        if (found >= 0) return -1;
        found = (int64_t)i;
    }
    return found;
}

/* what: two of the members, in words. */
static int check_names(const struct quire_json_shape *shape, const struct quire_field *field,
                       const char *what, const char *operation, struct quire_error *error)
{
    for (size_t i = 0; i < shape->members_size; i++) {
        const struct quire_json_member *member = &shape->members[i];
        if (quire_json_shape_find(shape, (const uint8_t *)member->name, member->name_size) ==
            (int64_t)i)
            continue;
        quire_fail(error, QUIRE_USAGE, operation, "%s have the same name", what);
        quire_error_at(error, QUIRE_NOWHERE, member->name, QUIRE_NOWHERE);
        return QUIRE_USAGE;
    }
    for (size_t i = 0; i < shape->children_size; i++) {
        int code = check_names(&shape->children[i], &field->children[i], "two fields of one object",
                               operation, error);
        if (code == 0) continue;
        quire_error_outer_column(error, field->children[i].name);
        return code;
    }
    return 0;
}

int quire_json_shape_check(const struct quire_json_shape *shape, const struct quire_field *field,
                           const char *operation, struct quire_error *error)
{
    return check_names(shape, field, "two columns", operation, error);
}
