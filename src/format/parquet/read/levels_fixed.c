/* Fixed lists, from the outermost inwards: an entry that is a null list becomes as many as
 * the list has items, of the same definition level, so that all that is below finds its
 * slots null. Entries within a null that was expanded before are expanded in turn. */
#include <string.h>

#include "base/fail.h"
#include "format/parquet/levels.h"

#define OPERATION "read parquet"

static const struct quire_parquet_node *child_of(const struct quire_parquet_node *node, size_t leaf)
{
    size_t i = 0;
    while (leaf >= node->children[i].leaf_first + node->children[i].leaves_size)
        i++;
    return &node->children[i];
}

static bool is_fixed(const struct quire_parquet_node *node)
{
    return node->kind == QUIRE_NODE_LIST && node->field->kind == QUIRE_KIND_FIXED_LIST;
}

bool quire_levels_have_fixed(const struct quire_parquet_schema *schema, size_t leaf)
{
    const struct quire_parquet_node *node = schema->root;
    for (; node->kind != QUIRE_NODE_LEAF; node = child_of(node, leaf))
        if (is_fixed(node)) return true;
    return false;
}

static bool is_null_list(const struct quire_level_entries *entries,
                         const struct quire_parquet_node *node, uint8_t slot, size_t i)
{
    uint8_t rep = entries->rep[i], def = entries->def[i];
    return rep <= node->rep && def >= slot && def < node->def_item;
}

static int expand(struct quire_level_entries *entries, const struct quire_parquet_node *node,
                  uint8_t slot, struct quire_buf *def_out, struct quire_buf *rep_out,
                  struct quire_error *error)
{
    size_t width = (size_t)node->field->width, size = 0;
    for (size_t i = 0; i < entries->size; i++) {
        size += is_null_list(entries, node, slot, i) ? width : 1;
        if (size > QUIRE_LEVELS_EXPANDED_MAX)
            return quire_fail(error, QUIRE_LIMIT, OPERATION,
                              "nulls of fixed lists that stand for more than %zu items",
                              QUIRE_LEVELS_EXPANDED_MAX);
    }
    quire_buf_clear(def_out);
    quire_buf_clear(rep_out);
    if (quire_buf_reserve(def_out, size) != 0 || quire_buf_reserve(rep_out, size) != 0)
        return quire_fail_memory(error, OPERATION);
    uint8_t *def = def_out->data, *rep = rep_out->data;
    for (size_t i = 0; i < entries->size; i++) {
        size_t n = 1;
        if (is_null_list(entries, node, slot, i)) {
            if (entries->def[i] >= node->def_valid)
                return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                                  "a list without items where each has %zu", width);
            n = width;
        }
        memset(def, entries->def[i], n);
        memset(rep, node->rep + 1, n);
        *rep = entries->rep[i];
        def += n;
        rep += n;
    }
    entries->def = def_out->data;
    entries->rep = rep_out->data;
    entries->size = size;
    return 0;
}

int quire_levels_expand(const struct quire_parquet_schema *schema, size_t leaf,
                        struct quire_level_entries *entries, struct quire_buf buffers[4],
                        struct quire_error *error)
{
    const struct quire_parquet_node *node = schema->root;
    uint8_t slot = node->def_slot;
    unsigned turn = 0;
    for (; node->kind != QUIRE_NODE_LEAF; node = child_of(node, leaf)) {
        if (is_fixed(node)) {
            QUIRE_TRY(expand(entries, node, slot, &buffers[turn], &buffers[turn + 1], error));
            turn ^= 2;
        } else if (node->kind == QUIRE_NODE_LIST) {
            slot = node->def_item;
        }
    }
    return 0;
}
