/* What is known of a node from elsewhere: fixed by a schema, or seen by another tree.
 *
 * A set of what was seen only grows and its type is decided at the end, so that trees
 * of parts of an input, merged in their order, are the tree of the whole. */
#include "base/fail.h"
#include "data/infer_private.h"

#define OPERATION "infer schema"

static bool is_list(enum quire_kind kind)
{
    return kind >= QUIRE_KIND_LIST && kind <= QUIRE_KIND_FIXED_LIST;
}

/* What the items of a list are, or the values of a map. */
static const struct quire_field *field_of_items(const struct quire_field *field)
{
    return field->kind == QUIRE_KIND_MAP ? &field->children[0].children[1] : &field->children[0];
}

/* Whether there is a struct in the field that objects are read into. */
static bool may_grow(const struct quire_field *field)
{
    while (is_list(field->kind) || field->kind == QUIRE_KIND_MAP)
        field = field_of_items(field);
    return field->kind == QUIRE_KIND_STRUCT;
}

static int fix_fields(struct quire_arena *arena, struct quire_infer_node *node,
                      const struct quire_field *field, struct quire_error *error)
{
    for (size_t i = 0; i < field->children_size; i++) {
        const struct quire_field *child = &field->children[i];
        struct quire_infer_node *below =
            quire_infer_field(arena, node, child->name, child->name_size);
        if (below == NULL) return quire_fail_memory(error, OPERATION);
        if (below->fixed != NULL) {
            quire_fail(error, QUIRE_USAGE, OPERATION,
                       "the schema has two fields of this name: it cannot be extended");
            quire_error_outer_column(error, child->name);
            return QUIRE_USAGE;
        }
        QUIRE_TRY(quire_infer_fix(arena, below, child, error));
    }
    return 0;
}

int quire_infer_fix(struct quire_arena *arena, struct quire_infer_node *node,
                    const struct quire_field *field, struct quire_error *error)
{
    node->fixed = field;
    if (field->kind == QUIRE_KIND_STRUCT) return fix_fields(arena, node, field, error);
    if (!may_grow(field)) return 0;
    struct quire_infer_node *items = quire_infer_items(arena, node);
    if (items == NULL) return quire_fail_memory(error, OPERATION);
    return quire_infer_fix(arena, items, field_of_items(field), error);
}

bool quire_infer_is_closed(const struct quire_infer_node *node, enum quire_infer_shape shape)
{
    if (node->fixed == NULL) return false;
    bool map = node->fixed->kind == QUIRE_KIND_MAP;
    if (shape == QUIRE_INFER_OBJECT)
        return node->fixed->kind != QUIRE_KIND_STRUCT && (!map || node->items == NULL);
    return shape == QUIRE_INFER_OTHER || map || node->items == NULL;
}

/* What values that come with their type say besides their bits. */
static void merge_typed(struct quire_infer_node *node, const struct quire_infer_node *seen)
{
    unsigned both = node->seen & seen->seen;
    bool differ = (both & QUIRE_SEEN_INSTANT) != 0 && node->offset != seen->offset;
    if ((seen->seen & QUIRE_SEEN_INSTANT) != 0) node->offset = seen->offset;
    node->offsets_differ = node->offsets_differ || seen->offsets_differ || differ;
    if (seen->fraction_digits > node->fraction_digits)
        node->fraction_digits = seen->fraction_digits;
    if (seen->whole > node->whole) node->whole = seen->whole;
    if (seen->scale > node->scale) node->scale = seen->scale;
    node->null_seen |= seen->null_seen;
}

int quire_infer_merge(struct quire_arena *arena, struct quire_infer_node *node,
                      const struct quire_infer_node *seen)
{
    merge_typed(node, seen);
    node->seen |= seen->seen;
    for (const struct quire_infer_node *field = seen->first; field != NULL; field = field->next) {
        struct quire_infer_node *into =
            quire_infer_field(arena, node, field->name, field->name_size);
        if (into == NULL) return QUIRE_MEMORY;
        QUIRE_TRY(quire_infer_merge(arena, into, field));
    }
    if (seen->items == NULL) return 0;
    struct quire_infer_node *items = quire_infer_items(arena, node);
    return items != NULL ? quire_infer_merge(arena, items, seen->items) : QUIRE_MEMORY;
}
