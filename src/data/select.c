/* A selection is a tree of indices. Applied to a batch, every struct on the way
 * becomes a new struct that owns the old one (for its validity) and the children
 * moved out of it. */
#include "data/select.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/field.h"

#define OPERATION "select columns"
#define NEAR_MAX  3

/* A field that is selected: whole, or only the parts below. */
struct node {
    const struct quire_field *field;
    int64_t index; /* in its parent */
    bool whole;
    struct node *parts; /* children_size of the field have room */
    size_t parts_size;
};

struct quire_select {
    struct quire_field *schema;
    struct quire_arena arena;
    struct node root;
};

/* --- Names --- */

static void hint_nearest(const struct quire_field *field, const char *name,
                         struct quire_error *error)
{
    const char *nearest = NULL;
    size_t best = NEAR_MAX + 1;
    for (size_t i = 0; i < field->children_size; i++) {
        size_t distance = quire_text_equal_ignore_case(name, field->children[i].name)
                              ? 0
                              : quire_text_distance(name, field->children[i].name, NEAR_MAX);
        if (distance >= best || distance * 2 > strlen(name)) continue;
        best = distance;
        nearest = field->children[i].name;
    }
    if (nearest != NULL) quire_error_hint(error, "did you mean \"%.120s\"?", nearest);
}

static int fail_name(struct quire_error *error, const struct node *node, const char *path,
                     const char *rest)
{
    if (node->field->kind != QUIRE_KIND_STRUCT)
        return quire_fail(error, QUIRE_USAGE, OPERATION,
                          "\"%.200s\" asks for a field of a column that is not a struct", path);
    quire_fail(error, QUIRE_USAGE, OPERATION, "there is no column \"%.200s\"", path);
    hint_nearest(node->field, rest, error);
    return QUIRE_USAGE;
}

/* The part of a node for a child, added when new; NULL when memory is out. */
static struct node *part_of(struct quire_arena *arena, struct node *node, int64_t index)
{
    for (size_t i = 0; i < node->parts_size; i++) {
        if (node->parts[i].index == index) return &node->parts[i];
    }
    if (node->parts == NULL) {
        node->parts = quire_arena_alloc(arena, node->field->children_size * sizeof(*node->parts));
        if (node->parts == NULL) return NULL;
    }
    struct node *part = &node->parts[node->parts_size++];
    *part = (struct node){.field = &node->field->children[index], .index = index};
    return part;
}

/* The child that the longest possible beginning of a path names; *size is how
 * much of the path that is. */
static int64_t find_child(const struct quire_field *field, const char *path, size_t *size)
{
    if (field->kind != QUIRE_KIND_STRUCT) return -1;
    *size = strlen(path);
    for (;;) {
        int64_t index = quire_field_child(field, path, *size);
        if (index >= 0) return index;
        do {
            if (*size == 0) return -1;
            --*size;
        } while (path[*size] != '.');
    }
}

static int add_name(struct quire_select *select, const char *name, struct quire_error *error)
{
    struct node *node = &select->root;
    const char *rest = name;
    for (;;) {
        size_t size = 0;
        int64_t index = find_child(node->field, rest, &size);
        if (index < 0) return fail_name(error, node, name, rest);
        struct node *part = part_of(&select->arena, node, index);
        if (part == NULL) return quire_fail_memory(error, OPERATION);
        bool last = rest[size] == '\0';
        if (part->whole || (last && part->parts_size > 0))
            return quire_fail(error, QUIRE_USAGE, OPERATION, "\"%.200s\" is selected twice", name);
        if (last) {
            part->whole = true;
            return 0;
        }
        rest += size + 1;
        node = part;
    }
}

int quire_select_new(const struct ArrowSchema *schema, const char *const *names, size_t names_size,
                     struct quire_select **select, struct quire_error *error)
{
    struct quire_select *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    int code = quire_field_open(schema, &made->schema, error);
    made->root.field = made->schema;
    for (size_t i = 0; code == 0 && i < names_size; i++)
        code = add_name(made, names[i], error);
    if (code != 0)
        quire_select_free(made);
    else
        *select = made;
    return code;
}

void quire_select_free(struct quire_select *select)
{
    if (select == NULL) return;
    quire_field_close(select->schema);
    quire_arena_release(&select->arena);
    quire_free(select);
}

/* --- Schemas --- */

/* The node as a field with only its parts as children, in an arena. */
static int project_field(const struct node *node, struct quire_arena *arena,
                         struct quire_field *field)
{
    *field = *node->field;
    if (node->whole) return 0;
    field->children_size = node->parts_size;
    field->children = quire_arena_alloc(arena, (node->parts_size + 1) * sizeof(*field->children));
    if (field->children == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < node->parts_size; i++)
        QUIRE_TRY(project_field(&node->parts[i], arena, &field->children[i]));
    return 0;
}

int quire_select_schema(const struct quire_select *select, struct ArrowSchema *schema,
                        struct quire_error *error)
{
    struct quire_arena arena = {0};
    struct quire_field field;
    int code = project_field(&select->root, &arena, &field);
    if (code != 0)
        quire_fail_memory(error, OPERATION);
    else
        code = quire_field_to_schema(&field, schema, error);
    quire_arena_release(&arena);
    return code;
}

/* --- Batches --- */

/* A new struct array; children[i] are blocks of their own, private_data the array
 * that it was. */
static void release_projected(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_children; i++) {
        quire_array_release(array->children[i]);
        quire_free(array->children[i]);
    }
    quire_free(array->children);
    quire_array_release(array->private_data);
    quire_free(array->private_data);
    memset(array, 0, sizeof(*array));
}

/* Makes the empty shape of the result, so that moving into it cannot fail. */
static int make_shape(const struct node *node, struct ArrowArray *array)
{
    *array = (struct ArrowArray){.release = release_projected};
    array->private_data = quire_alloc_zero(1, sizeof(struct ArrowArray));
    array->children = quire_alloc_zero(node->parts_size + 1, sizeof(*array->children));
    if (array->private_data == NULL || array->children == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < node->parts_size; i++) {
        array->children[i] = quire_alloc_zero(1, sizeof(**array->children));
        if (array->children[i] == NULL) return QUIRE_MEMORY;
        array->n_children++;
        if (!node->parts[i].whole) QUIRE_TRY(make_shape(&node->parts[i], array->children[i]));
    }
    return 0;
}

/* Releases the columns that were left behind early: they may be large. */
static void move_parts(const struct node *node, struct ArrowArray *from, struct ArrowArray *to)
{
    struct ArrowArray *kept = to->private_data;
    *kept = *from;
    from->release = NULL;
    to->length = kept->length;
    to->null_count = kept->null_count;
    to->offset = kept->offset;
    to->n_buffers = kept->n_buffers;
    to->buffers = kept->buffers;
    for (size_t i = 0; i < node->parts_size; i++) {
        const struct node *part = &node->parts[i];
        struct ArrowArray *child = kept->children[part->index];
        if (!part->whole) {
            move_parts(part, child, to->children[i]);
        } else {
            *to->children[i] = *child;
            child->release = NULL;
        }
    }
    for (int64_t i = 0; i < kept->n_children; i++)
        quire_array_release(kept->children[i]);
}

static int check_shape(const struct node *node, const struct ArrowArray *array,
                       struct quire_error *error)
{
    if (array->release == NULL || array->n_children != (int64_t)node->field->children_size)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "the batch is not of the schema");
    for (size_t i = 0; i < node->parts_size; i++) {
        const struct node *part = &node->parts[i];
        if (!part->whole) QUIRE_TRY(check_shape(part, array->children[part->index], error));
    }
    return 0;
}

int quire_select_batch(const struct quire_select *select, struct ArrowArray *batch,
                       struct ArrowArray *selected, struct quire_error *error)
{
    struct ArrowArray made;
    QUIRE_TRY(check_shape(&select->root, batch, error));
    if (make_shape(&select->root, &made) != 0) {
        release_projected(&made);
        return quire_fail_memory(error, OPERATION);
    }
    move_parts(&select->root, batch, &made);
    *selected = made;
    return 0;
}
