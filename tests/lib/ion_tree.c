/* Struct fields are compared without regard to their order: each field of one is
 * matched with one of the other that was not matched before. */
#include "ion_tree.h"

#include <string.h>

#include "base/fail.h"

static int fail_memory(struct quire_error *error)
{
    return quire_fail_memory(error, "make a tree");
}

static int copy_symbol(struct quire_arena *arena, const struct quire_ion_symbol *from,
                       struct quire_ion_symbol *to)
{
    *to = *from;
    if (from->text != NULL) {
        to->text = quire_arena_strndup(arena, from->text, from->size);
        if (to->text == NULL) return QUIRE_MEMORY;
    }
    if (from->import != NULL) {
        struct quire_ion_import *import = quire_arena_alloc(arena, sizeof(*import));
        if (import == NULL) return QUIRE_MEMORY;
        *import = *from->import;
        import->name = quire_arena_strndup(arena, from->import->name, from->import->name_size);
        if (import->name == NULL) return QUIRE_MEMORY;
        to->import = import;
    }
    return 0;
}

static int copy_bytes(struct quire_arena *arena, const uint8_t **data, size_t size)
{
    char *copy = quire_arena_alloc(arena, size + 1);
    if (copy == NULL) return QUIRE_MEMORY;
    if (size > 0) memcpy(copy, *data, size);
    *data = (const uint8_t *)copy;
    return 0;
}

static int copy_number(struct quire_arena *arena, struct quire_ion_number *number)
{
    return number->big != NULL ? copy_bytes(arena, &number->big, number->big_size) : 0;
}

static int copy_scalar(const struct quire_ion_value *value, struct quire_arena *arena,
                       struct ion_tree *tree)
{
    switch (value->type) {
    case QUIRE_ION_BOOL: tree->boolean = value->boolean; return 0;
    case QUIRE_ION_INT: tree->number = value->integer; return copy_number(arena, &tree->number);
    case QUIRE_ION_FLOAT: tree->real = value->real; return 0;
    case QUIRE_ION_DECIMAL:
        tree->exponent = value->decimal.exponent;
        tree->number = value->decimal.coefficient;
        return copy_number(arena, &tree->number);
    case QUIRE_ION_TIMESTAMP:
        tree->timestamp = value->timestamp;
        return copy_number(arena, &tree->timestamp.fraction);
    case QUIRE_ION_SYMBOL: return copy_symbol(arena, &value->symbol, &tree->symbol);
    default:
        tree->bytes = value->bytes;
        return copy_bytes(arena, &tree->bytes.data, tree->bytes.size);
    }
}

static int copy_value(const struct quire_ion_value *value, struct quire_arena *arena,
                      struct ion_tree *tree)
{
    tree->type = value->type;
    tree->null = value->null;
    if (value->named) QUIRE_TRY(copy_symbol(arena, &value->name, &tree->name));
    tree->annotations_size = value->annotations_size;
    tree->annotations =
        quire_arena_alloc(arena, (value->annotations_size + 1) * sizeof(*tree->annotations));
    if (tree->annotations == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < value->annotations_size; i++)
        QUIRE_TRY(copy_symbol(arena, &value->annotations[i], &tree->annotations[i]));
    if (value->event != QUIRE_ION_VALUE || value->null) return 0;
    return copy_scalar(value, arena, tree);
}

static int read_children(struct quire_ion_source *source, struct quire_arena *arena,
                         struct ion_tree *parent, struct quire_error *error)
{
    struct quire_ion_value value;
    for (;;) {
        QUIRE_TRY(quire_ion_source_next(source, &value, error));
        if (value.event == QUIRE_ION_END || value.event == QUIRE_ION_NONE) return 0;
        struct ion_tree *child = quire_arena_alloc(arena, sizeof(*child));
        if (child == NULL) return fail_memory(error);
        memset(child, 0, sizeof(*child));
        if (copy_value(&value, arena, child) != 0) return fail_memory(error);
        if (parent->first == NULL)
            parent->first = child;
        else
            parent->last->next = child;
        parent->last = child;
        if (value.event == QUIRE_ION_BEGIN) QUIRE_TRY(read_children(source, arena, child, error));
    }
}

int ion_tree_read(struct quire_ion_source *source, struct quire_arena *arena,
                  struct ion_tree **tree, struct quire_error *error)
{
    *tree = quire_arena_alloc(arena, sizeof(**tree));
    if (*tree == NULL) return fail_memory(error);
    memset(*tree, 0, sizeof(**tree));
    (*tree)->top = true;
    (*tree)->type = QUIRE_ION_LIST;
    return read_children(source, arena, *tree, error);
}

static bool reals_equal(double a, double b)
{
    return (__builtin_isnan(a) && __builtin_isnan(b)) || memcmp(&a, &b, sizeof(a)) == 0;
}

static bool scalars_equal(const struct ion_tree *a, const struct ion_tree *b)
{
    switch (a->type) {
    case QUIRE_ION_NULL: return true;
    case QUIRE_ION_BOOL: return a->boolean == b->boolean;
    case QUIRE_ION_FLOAT: return reals_equal(a->real, b->real);
    case QUIRE_ION_INT:
    case QUIRE_ION_DECIMAL:
        return a->exponent == b->exponent && quire_ion_number_equal(&a->number, &b->number);
    case QUIRE_ION_TIMESTAMP: return quire_ion_timestamp_equal(&a->timestamp, &b->timestamp);
    case QUIRE_ION_SYMBOL: return quire_ion_symbol_equal(&a->symbol, &b->symbol);
    default:
        return a->bytes.size == b->bytes.size &&
               (a->bytes.size == 0 || memcmp(a->bytes.data, b->bytes.data, a->bytes.size) == 0);
    }
}

static size_t count_children(const struct ion_tree *tree)
{
    size_t count = 0;
    for (const struct ion_tree *child = tree->first; child != NULL; child = child->next)
        count++;
    return count;
}

/* Has the struct as many fields equal to this one as the other has? */
static bool fields_equal(const struct ion_tree *a, const struct ion_tree *b)
{
    for (const struct ion_tree *field = a->first; field != NULL; field = field->next) {
        int balance = 0;
        for (const struct ion_tree *other = a->first; other != NULL; other = other->next)
            balance +=
                quire_ion_symbol_equal(&field->name, &other->name) && ion_tree_equal(field, other);
        for (const struct ion_tree *other = b->first; other != NULL; other = other->next)
            balance -=
                quire_ion_symbol_equal(&field->name, &other->name) && ion_tree_equal(field, other);
        if (balance != 0) return false;
    }
    return true;
}

bool ion_tree_equal(const struct ion_tree *a, const struct ion_tree *b)
{
    if (a->type != b->type || a->null != b->null || a->annotations_size != b->annotations_size)
        return false;
    for (size_t i = 0; i < a->annotations_size; i++)
        if (!quire_ion_symbol_equal(&a->annotations[i], &b->annotations[i])) return false;
    if (a->null) return true;
    if (a->type < QUIRE_ION_LIST) return scalars_equal(a, b);
    if (count_children(a) != count_children(b)) return false;
    if (a->type == QUIRE_ION_STRUCT) return fields_equal(a, b);
    const struct ion_tree *left = a->first, *right = b->first;
    for (; left != NULL; left = left->next, right = right->next)
        if (!ion_tree_equal(left, right)) return false;
    return true;
}
