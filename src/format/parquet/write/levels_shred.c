/* Arrays are taken apart level by level: every step of the path to the leaf works
 * through all entries at once. An entry knows the row of the step's array that it
 * stands for, or -1 once something on its way was null or empty. Columns that are in
 * no list need no such rows, and without nulls no levels either. */
#include <string.h>

#include "base/fail.h"
#include "format/parquet/levels.h"

#define OPERATION "write parquet"
#define ENDED     INT64_C(-1)

struct shred {
    const struct quire_parquet_schema *schema;
    size_t leaf;
    int64_t start, rows;
    struct quire_levels *levels;
    struct quire_error *error;
};

void quire_levels_release(struct quire_levels *levels)
{
    if (levels == NULL) return;
    quire_buf_release(&levels->def_bytes);
    quire_buf_release(&levels->rep_bytes);
    quire_buf_release(&levels->index_bytes);
    quire_buf_release(&levels->spare_def);
    quire_buf_release(&levels->spare_rep);
    quire_buf_release(&levels->spare_index);
    quire_buf_release(&levels->range_rows);
    *levels = (struct quire_levels){0};
}

/* The child on the way to a leaf, and its view. */
static const struct quire_parquet_node *step_down(const struct quire_parquet_node *node,
                                                  size_t leaf, const struct quire_view **view)
{
    size_t i = 0;
    while (leaf >= node->children[i].leaf_first + node->children[i].leaves_size)
        i++;
    *view = &(*view)->children[i];
    return &node->children[i];
}

const struct quire_view *quire_levels_leaf_view(const struct quire_parquet_schema *schema,
                                                size_t leaf, const struct quire_view *batch)
{
    const struct quire_parquet_node *node = schema->root;
    while (node->kind != QUIRE_NODE_LEAF)
        node = step_down(node, leaf, &batch);
    return batch;
}

/* row: of the batch, from 0. */
static int fail_null(const struct shred *shred, const struct quire_view *view, int64_t row)
{
    quire_fail(shred->error, QUIRE_INPUT, OPERATION, "a null in a column that has none");
    quire_error_at(shred->error, row + 1, view->field->name, QUIRE_NOWHERE);
    return QUIRE_INPUT;
}

static bool can_be_null(const struct quire_view *view)
{
    if (view->field->kind == QUIRE_KIND_NULL) return true;
    if (view->validity != NULL && view->null_count != 0) return true;
    return view->field->kind == QUIRE_KIND_DICTIONARY && can_be_null(view->dictionary);
}

static int check_indices(const struct shred *shred, const struct quire_view *view, int64_t start,
                         int64_t size)
{
    if (view->field->kind != QUIRE_KIND_DICTIONARY) return 0;
    for (int64_t row = start; row < start + size; row++) {
        if (quire_view_is_null(view, row)) continue;
        int64_t index = quire_view_index(view, row);
        if (index >= 0 && index < view->dictionary->length) continue;
        quire_fail(shred->error, QUIRE_INPUT, OPERATION, "dictionary entry %lld does not exist",
                   (long long)index);
        quire_error_at(shred->error, QUIRE_NOWHERE, view->field->name, QUIRE_NOWHERE);
        return QUIRE_INPUT;
    }
    return 0;
}

static int reserve(const struct shred *shred, struct quire_buf *buf, size_t size)
{
    quire_buf_clear(buf);
    return quire_buf_reserve(buf, size) == 0 ? 0 : quire_fail_memory(shred->error, OPERATION);
}

static int add_range(const struct shred *shred, int64_t start, int64_t size)
{
    struct quire_buf *rows = &shred->levels->range_rows;
    struct quire_level_range range = {start, size};
    if (quire_buf_append(rows, &range, sizeof(range)) == 0) return 0;
    return quire_fail_memory(shred->error, OPERATION);
}

/* --- Columns in no list --------------------------------------------------------------- */

/* Eight bits, each a byte of 0 or 1, the first bit first. */
static inline uint64_t spread_8(unsigned bits)
{
    uint64_t word = bits * UINT64_C(0x0101010101010101) & UINT64_C(0x8040201008040201);
    return (word + UINT64_C(0x7f7f7f7f7f7f7f7f)) >> 7 & UINT64_C(0x0101010101010101);
}

/* The same for rows that all have the levels before, which is most columns. */
static void define_all(const uint8_t *validity, int64_t bit, size_t n, uint8_t level, uint8_t *def)
{
    size_t i = 0;
    for (; i < n && (bit & 7) != 0; i++, bit++)
        def[i] = (uint8_t)(level + (validity[bit >> 3] >> (bit & 7) & 1));
    for (; n - i >= 8; i += 8, bit += 8) {
        uint64_t word = spread_8(validity[bit >> 3]) + level * UINT64_C(0x0101010101010101);
        memcpy(def + i, &word, 8);
    }
    for (; i < n; i++, bit++)
        def[i] = (uint8_t)(level + (validity[bit >> 3] >> (bit & 7) & 1));
}

/* One more definition level for the rows that have all before it and are valid. */
static void define_rows(const struct quire_view *view, int64_t start, size_t n, uint8_t level,
                        uint8_t *def)
{
    if (!can_be_null(view)) {
        for (size_t i = 0; i < n; i++)
            def[i] = (uint8_t)(def[i] + (def[i] == level));
    } else if (view->field->kind == QUIRE_KIND_DICTIONARY || view->validity == NULL) {
        for (size_t i = 0; i < n; i++)
            if (def[i] == level && !quire_levels_is_null(view, start + (int64_t)i)) def[i]++;
    } else {
        int64_t bit = start + view->offset;
        for (size_t i = 0; i < n; i++, bit++) {
            uint8_t valid = view->validity[bit >> 3] >> (bit & 7) & 1;
            def[i] = (uint8_t)(def[i] + ((def[i] == level) & valid));
        }
    }
}

static int check_rows(const struct shred *shred, const struct quire_view *view, uint8_t level,
                      const uint8_t *def)
{
    if (!can_be_null(view)) return 0;
    for (int64_t i = 0; i < shred->rows; i++) {
        int64_t row = shred->start + i;
        if ((def == NULL || def[i] == level) && quire_levels_is_null(view, row))
            return fail_null(shred, view, row);
    }
    return 0;
}

/* Rows in which every struct around the leaf is there. */
static int range_rows(const struct shred *shred, const uint8_t *def, uint8_t level)
{
    if (def == NULL || level == 0) return add_range(shred, shred->start, shred->rows);
    for (int64_t i = 0; i < shred->rows;) {
        int64_t from = i;
        while (i < shred->rows && def[i] >= level)
            i++;
        if (i > from) QUIRE_TRY(add_range(shred, shred->start + from, i - from));
        while (i < shred->rows && def[i] < level)
            i++;
    }
    return 0;
}

/* Definition levels are begun at the first view that can be null. */
static int flat_step(const struct shred *shred, const struct quire_parquet_node *node,
                     const struct quire_view *view, uint8_t **def)
{
    size_t n = (size_t)shred->rows;
    bool optional = node->def_valid > node->def_parent;
    if (!optional) return check_rows(shred, view, node->def_parent, *def);
    if (*def == NULL && can_be_null(view)) {
        struct quire_buf *bytes = &shred->levels->def_bytes;
        QUIRE_TRY(reserve(shred, bytes, n));
        *def = bytes->data;
        if (view->field->kind != QUIRE_KIND_DICTIONARY && view->validity != NULL) {
            define_all(view->validity, shred->start + view->offset, n, node->def_parent, *def);
            return 0;
        }
        memset(*def, node->def_parent, n);
    }
    if (*def != NULL) define_rows(view, shred->start, n, node->def_parent, *def);
    return 0;
}

static int shred_flat(const struct shred *shred, const struct quire_view *view)
{
    const struct quire_parquet_node *node = shred->schema->root;
    struct quire_levels *levels = shred->levels;
    uint8_t *def = NULL;
    while (node->kind != QUIRE_NODE_LEAF) {
        node = step_down(node, shred->leaf, &view);
        if (node->kind == QUIRE_NODE_LEAF)
            QUIRE_TRY(check_indices(shred, view, shred->start, shred->rows));
        QUIRE_TRY(flat_step(shred, node, view, &def));
    }
    QUIRE_TRY(range_rows(shred, def, node->def_parent));
    levels->size = (size_t)shred->rows;
    levels->def = def;
    levels->rep = NULL;
    levels->values = shred->rows;
    if (def != NULL) {
        int64_t values = 0;
        for (size_t i = 0; i < levels->size; i++)
            values += def[i] == node->def_valid;
        levels->values = values;
    }
    return 0;
}

/* --- Columns in lists ------------------------------------------------------------------ */

static int64_t *indices_of(struct quire_buf *buf)
{
    return (int64_t *)(void *)buf->data;
}

static int start_entries(const struct shred *shred)
{
    struct quire_levels *levels = shred->levels;
    size_t n = (size_t)shred->rows;
    QUIRE_TRY(reserve(shred, &levels->def_bytes, n));
    QUIRE_TRY(reserve(shred, &levels->rep_bytes, n));
    QUIRE_TRY(reserve(shred, &levels->index_bytes, n * sizeof(int64_t)));
    if (n > 0) {
        memset(levels->def_bytes.data, 0, n);
        memset(levels->rep_bytes.data, 0, n);
    }
    for (size_t i = 0; i < n; i++)
        indices_of(&levels->index_bytes)[i] = shred->start + (int64_t)i;
    levels->size = n;
    return 0;
}

static int64_t row_of_entry(const struct shred *shred, size_t entry)
{
    int64_t row = shred->start - 1;
    for (size_t i = 0; i <= entry; i++)
        row += shred->levels->rep_bytes.data[i] == 0;
    return row;
}

static int define_entries(const struct shred *shred, const struct quire_parquet_node *node,
                          const struct quire_view *view)
{
    uint8_t *def = shred->levels->def_bytes.data;
    int64_t *index = indices_of(&shred->levels->index_bytes);
    bool optional = node->def_valid > node->def_parent, nulls = can_be_null(view);
    for (size_t i = 0; i < shred->levels->size; i++) {
        if (index[i] == ENDED) continue;
        if (!nulls || !quire_levels_is_null(view, index[i])) {
            def[i] = node->def_valid;
            continue;
        }
        if (!optional) return fail_null(shred, view, row_of_entry(shred, i));
        /* A leaf's null rows stay in the ranges. */
        if (node->kind != QUIRE_NODE_LEAF) index[i] = ENDED;
    }
    return 0;
}

static size_t count_entries(const struct quire_levels *levels, const int64_t *index,
                            const struct quire_view *view)
{
    size_t count = 0;
    for (size_t i = 0; i < levels->size; i++) {
        int64_t size = index[i] == ENDED ? 1 : quire_view_range(view, index[i]).size;
        count += size > 1 ? (size_t)size : 1;
    }
    return count;
}

static void swap(struct quire_buf *a, struct quire_buf *b)
{
    struct quire_buf kept = *a;
    *a = *b;
    *b = kept;
}

/* Every list entry becomes one entry for each of its items, or stays one when empty. */
static int expand_lists(const struct shred *shred, const struct quire_parquet_node *node,
                        const struct quire_view *view)
{
    struct quire_levels *levels = shred->levels;
    const int64_t *index = indices_of(&levels->index_bytes);
    size_t count = count_entries(levels, index, view), at = 0;
    QUIRE_TRY(reserve(shred, &levels->spare_def, count));
    QUIRE_TRY(reserve(shred, &levels->spare_rep, count));
    QUIRE_TRY(reserve(shred, &levels->spare_index, count * sizeof(int64_t)));
    uint8_t *def = levels->spare_def.data, *rep = levels->spare_rep.data;
    int64_t *item = indices_of(&levels->spare_index);
    for (size_t i = 0; i < levels->size; i++) {
        struct quire_range range = {0};
        if (index[i] != ENDED) range = quire_view_range(view, index[i]);
        def[at] = range.size > 0 ? node->def_item : levels->def_bytes.data[i];
        rep[at] = levels->rep_bytes.data[i];
        item[at++] = range.size > 0 ? range.start : ENDED;
        for (int64_t k = 1; k < range.size; k++) {
            def[at] = node->def_item;
            rep[at] = (uint8_t)(node->rep + 1);
            item[at++] = range.start + k;
        }
    }
    swap(&levels->def_bytes, &levels->spare_def);
    swap(&levels->rep_bytes, &levels->spare_rep);
    swap(&levels->index_bytes, &levels->spare_index);
    levels->size = count;
    return 0;
}

static int range_entries(const struct shred *shred, const struct quire_view *view)
{
    const int64_t *index = indices_of(&shred->levels->index_bytes);
    size_t n = shred->levels->size;
    for (size_t i = 0; i < n;) {
        if (index[i] == ENDED) {
            i++;
            continue;
        }
        int64_t start = index[i], size = 0;
        for (; i < n; i++) {
            if (index[i] == ENDED) continue;
            if (index[i] != start + size) break;
            size++;
        }
        QUIRE_TRY(check_indices(shred, view, start, size));
        QUIRE_TRY(add_range(shred, start, size));
    }
    return 0;
}

static int shred_nested(const struct shred *shred, const struct quire_view *view)
{
    const struct quire_parquet_node *node = shred->schema->root;
    struct quire_levels *levels = shred->levels;
    QUIRE_TRY(start_entries(shred));
    while (node->kind != QUIRE_NODE_LEAF) {
        node = step_down(node, shred->leaf, &view);
        if (node->kind == QUIRE_NODE_LEAF) QUIRE_TRY(range_entries(shred, view));
        QUIRE_TRY(define_entries(shred, node, view));
        if (node->kind == QUIRE_NODE_LIST) QUIRE_TRY(expand_lists(shred, node, view));
    }
    levels->def = levels->def_bytes.data;
    levels->rep = levels->rep_bytes.data;
    levels->values = 0;
    for (size_t i = 0; i < levels->size; i++)
        levels->values += levels->def[i] == node->def_valid;
    return 0;
}

int quire_levels_shred(const struct quire_parquet_schema *schema, size_t leaf,
                       const struct quire_view *batch, int64_t start, int64_t rows,
                       struct quire_levels *levels, struct quire_error *error)
{
    struct shred shred = {schema, leaf, start, rows, levels, error};
    quire_buf_clear(&levels->range_rows);
    QUIRE_TRY(schema->leaves[leaf].rep_max == 0 ? shred_flat(&shred, batch)
                                                : shred_nested(&shred, batch));
    levels->ranges = (const struct quire_level_range *)(const void *)levels->range_rows.data;
    levels->ranges_size = levels->range_rows.size / sizeof(*levels->ranges);
    return 0;
}
