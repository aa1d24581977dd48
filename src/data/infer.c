/* The tree of what was seen. Fields are found first where the last record had
 * them, which costs one comparison a field for records that repeat, and else by
 * hash. */
#include "data/infer.h"

#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "data/infer_private.h"

#define SLOTS_MIN ((size_t)16)

struct quire_infer_node *quire_infer_new(struct quire_arena *arena)
{
    struct quire_infer_node *node = quire_arena_alloc(arena, sizeof(*node));
    if (node != NULL) memset(node, 0, sizeof(*node));
    return node;
}

static bool is_named(const struct quire_infer_node *node, const char *name, size_t size)
{
    return node->name_size == size && memcmp(node->name, name, size) == 0;
}

/* The slot of a name, or the free one where it would go. */
static struct quire_infer_node **find_slot(const struct quire_infer_node *node, const char *name,
                                           size_t size)
{
    size_t mask = node->slots_size - 1;
    for (size_t at = quire_hash_bytes(name, size) & mask;; at = (at + 1) & mask)
        if (node->slots[at] == NULL || is_named(node->slots[at], name, size))
            return &node->slots[at];
}

/* Keeps the table at most half full; the old one stays in the arena. */
static bool reserve_slot(struct quire_arena *arena, struct quire_infer_node *node)
{
    if (node->fields_size * 2 < node->slots_size) return true;
    size_t size = node->slots_size > 0 ? node->slots_size * 2 : SLOTS_MIN;
    struct quire_infer_node **slots = quire_arena_alloc(arena, size * sizeof(*node->slots));
    if (slots == NULL) return false;
    memset(slots, 0, size * sizeof(*node->slots));
    node->slots = slots;
    node->slots_size = size;
    for (struct quire_infer_node *field = node->first; field != NULL; field = field->next)
        *find_slot(node, field->name, field->name_size) = field;
    return true;
}

void quire_infer_any_case(struct quire_infer_node *root)
{
    root->any_case = true;
}

/* The only field that is called so but for case. */
static struct quire_infer_node *find_any_case(const struct quire_infer_node *node, const char *name,
                                              size_t size)
{
    struct quire_infer_node *found = NULL;
    for (struct quire_infer_node *field = node->first; field != NULL; field = field->next) {
        if (field->name_size != size || strncasecmp(field->name, name, size) != 0) continue;
        if (found != NULL) return NULL;
        found = field;
    }
    return found;
}

struct quire_infer_node *quire_infer_field(struct quire_arena *arena, struct quire_infer_node *node,
                                           const char *name, size_t name_size)
{
    struct quire_infer_node *field = node->expected;
    if (field == NULL || !is_named(field, name, name_size)) {
        if (!reserve_slot(arena, node)) return NULL;
        struct quire_infer_node **slot = find_slot(node, name, name_size);
        field = *slot;
        if (field == NULL && node->any_case) field = find_any_case(node, name, name_size);
        if (field == NULL) {
            field = quire_infer_new(arena);
            char *copy = quire_arena_strndup(arena, name, name_size);
            if (field == NULL || copy == NULL) return NULL;
            field->any_case = node->any_case;
            field->name = copy;
            field->name_size = name_size;
            *slot = field;
            if (node->last != NULL)
                node->last->next = field;
            else
                node->first = field;
            node->last = field;
            node->fields_size++;
        }
    }
    node->expected = field->next != NULL ? field->next : node->first;
    return field;
}

struct quire_infer_node *quire_infer_items(struct quire_arena *arena, struct quire_infer_node *node)
{
    if (node->items == NULL) {
        node->items = quire_infer_new(arena);
        if (node->items != NULL) node->items->any_case = node->any_case;
    }
    return node->items;
}

struct quire_infer_node *quire_infer_map_values(const struct quire_infer_node *node)
{
    return node->fixed != NULL && node->fixed->kind == QUIRE_KIND_MAP ? node->items : NULL;
}

const void *quire_infer_marked(const struct quire_infer_node *node)
{
    return node->mark;
}

void quire_infer_mark(struct quire_infer_node *node, const void *mark)
{
    node->mark = mark;
}

void quire_infer_null(struct quire_infer_node *node)
{
    node->seen |= QUIRE_SEEN_NULL;
}

void quire_infer_bool(struct quire_infer_node *node)
{
    node->seen |= QUIRE_SEEN_BOOL;
}

void quire_infer_number(struct quire_infer_node *node, const char *text, size_t size)
{
    node->seen |= quire_infer_number_bits(text, size);
}

/* Text that is only text stays so, and with a fallback anything mixed with it does. */
void quire_infer_string(struct quire_infer_node *node, const char *text, size_t size,
                        const struct quire_infer_policy *policy)
{
    if ((node->seen & QUIRE_SEEN_STRING) != 0 && (policy->text_fallback || !policy->from_text))
        return;
    node->seen |= quire_infer_text_bits(text, size, policy);
}

void quire_infer_struct(struct quire_infer_node *node)
{
    node->seen |= QUIRE_SEEN_STRUCT;
}

void quire_infer_list(struct quire_infer_node *node)
{
    node->seen |= QUIRE_SEEN_LIST;
}

void quire_infer_deep(struct quire_infer_node *node)
{
    node->seen |= QUIRE_SEEN_DEEP;
}

static uint8_t larger(uint8_t known, int64_t seen, int most)
{
    if (seen > most) seen = most;
    return seen > known ? (uint8_t)seen : known;
}

void quire_infer_decimal(struct quire_infer_node *node, int64_t whole_digits, int64_t scale)
{
    node->seen |= QUIRE_SEEN_DECIMAL;
    node->whole = larger(node->whole, whole_digits, 99);
    node->scale = larger(node->scale, scale, 99);
}

void quire_infer_symbol(struct quire_infer_node *node)
{
    node->seen |= QUIRE_SEEN_SYMBOL;
}

void quire_infer_binary(struct quire_infer_node *node)
{
    node->seen |= QUIRE_SEEN_BINARY;
}

void quire_infer_moment(struct quire_infer_node *node, const struct quire_infer_moment *moment)
{
    if (moment->has_offset) {
        bool first = (node->seen & QUIRE_SEEN_INSTANT) == 0;
        if (!first && node->offset != moment->offset) node->offsets_differ = true;
        node->offset = (int16_t)moment->offset;
    }
    node->seen |= QUIRE_SEEN_TYPED | (moment->distant ? QUIRE_SEEN_DISTANT : 0u) |
                  (!moment->has_time    ? QUIRE_SEEN_DATE
                   : moment->has_offset ? QUIRE_SEEN_INSTANT
                                        : QUIRE_SEEN_TIMESTAMP);
    node->fraction_digits = larger(node->fraction_digits, moment->fraction_digits, 10);
}

void quire_infer_typed_null(struct quire_infer_node *node, enum quire_infer_null type)
{
    static const unsigned bits[] = {QUIRE_SEEN_BOOL,   QUIRE_SEEN_INT,    QUIRE_SEEN_FLOAT,
                                    QUIRE_SEEN_STRING, QUIRE_SEEN_SYMBOL, QUIRE_SEEN_BINARY};
    node->seen |= QUIRE_SEEN_NULL;
    node->null_seen |= bits[type];
}
