/* Arrow keeps items for a fixed list that is null, and Parquet has none: an entry is put
 * in for each of them. Other lists must have as many items as the type says. */
#include "base/fail.h"
#include "format/parquet/levels.h"

#define OPERATION "read parquet"

struct expansion {
    const struct quire_parquet_node *node;
    struct quire_buf *def, *rep;
    int64_t items; /* of the list that is open; -1: none is */
    struct quire_error *error;
};

static int check_items(const struct expansion *expansion)
{
    int32_t width = expansion->node->field->width;
    if (expansion->items < 0 || expansion->items == width) return 0;
    return quire_fail(expansion->error, QUIRE_CORRUPT, OPERATION,
                      "a list of %lld items in a column of lists of %d",
                      (long long)expansion->items, (int)width);
}

static int put_entries(const struct expansion *expansion, uint8_t def, uint8_t rep, size_t n)
{
    if (n > QUIRE_LEVELS_EXPANDED_MAX - expansion->def->size)
        return quire_fail(expansion->error, QUIRE_LIMIT, OPERATION,
                          "more than %zu items of fixed lists in a batch",
                          QUIRE_LEVELS_EXPANDED_MAX);
    if (quire_buf_reserve(expansion->def, n) != 0 || quire_buf_reserve(expansion->rep, n) != 0)
        return quire_fail_memory(expansion->error, OPERATION);
    memset(quire_buf_end(expansion->def), def, n);
    memset(quire_buf_end(expansion->rep), expansion->node->rep + 1, n);
    *quire_buf_end(expansion->rep) = rep;
    expansion->def->size += n;
    expansion->rep->size += n;
    return 0;
}

static int put_entry(struct expansion *expansion, uint8_t def, uint8_t rep)
{
    const struct quire_parquet_node *node = expansion->node;
    if (rep <= node->rep) {
        QUIRE_TRY(check_items(expansion));
        expansion->items = def >= node->def_valid ? 0 : -1;
        if (def >= node->def_slot && def < node->def_valid)
            return put_entries(expansion, def, rep, (size_t)node->field->width);
    }
    if (rep <= node->rep + 1 && def >= node->def_item) expansion->items++;
    if (def >= node->def_item && expansion->items <= 0)
        return quire_fail(expansion->error, QUIRE_CORRUPT, OPERATION,
                          "levels that begin within a list");
    return put_entries(expansion, def, rep, 1);
}

int quire_levels_expand(const struct quire_parquet_node *node, uint8_t def_max,
                        const struct quire_level_entries *entries, struct quire_buf *def,
                        struct quire_buf *rep, struct quire_error *error)
{
    struct expansion expansion = {node, def, rep, -1, error};
    for (size_t i = 0; i < entries->size; i++)
        QUIRE_TRY(put_entry(&expansion, entries->def != NULL ? entries->def[i] : def_max,
                            entries->rep != NULL ? entries->rep[i] : 0));
    return check_items(&expansion);
}
