/* Arrays are taken apart level by level: every step of the path to the leaf works
 * through all entries at once. Rows of the step's array that entries stand for are kept as
 * ranges, of which there is mostly one, since items of lists follow each other. Columns
 * that are in no list need no such rows, and without nulls no levels either. */
#include <string.h>

#include "base/fail.h"
#include "format/parquet/levels.h"
#include "format/parquet/write/level_words.h"

#define INLINE    static inline __attribute__((always_inline))
#define OPERATION "write parquet"

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
    quire_buf_release(&levels->row_ranges);
    quire_buf_release(&levels->spare_def);
    quire_buf_release(&levels->spare_rep);
    quire_buf_release(&levels->spare_ranges);
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

/* In parts of at most 255, whose count is a byte: many at once. */
static int64_t count_level(const uint8_t *def, size_t n, uint8_t level)
{
    int64_t count = 0;
    for (size_t i = 0; i < n;) {
        uint8_t part = 0;
        for (size_t end = n - i < 255 ? n : i + 255; i < end; i++)
            part = (uint8_t)(part + (def[i] == level));
        count += part;
    }
    return count;
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
        levels->values = count_level(def, levels->size, node->def_valid);
    }
    return 0;
}

/* --- Columns in lists ------------------------------------------------------------------ */

/* The entries so far. Those that stand for a row of the step's array, the ones whose level
 * is at least slot_level, have the rows of the ranges one after the other. Such an entry
 * lives on while it has the step's def_parent; what lies under a null struct does not. */
struct entries {
    uint8_t *def, *rep;
    size_t size;
    uint8_t slot_level;
};

static const struct quire_level_range *ranges_of(const struct quire_buf *buf, size_t *size)
{
    *size = buf->size / sizeof(struct quire_level_range);
    return (const struct quire_level_range *)(const void *)buf->data;
}

/* Rows join the last range when they follow it. */
static int append_rows(const struct shred *shred, struct quire_buf *ranges, int64_t start,
                       int64_t size)
{
    if (size == 0) return 0;
    if (ranges->size > 0) {
        struct quire_level_range *last =
            (struct quire_level_range *)(void *)quire_buf_end(ranges) - 1;
        if (last->start + last->size == start) {
            last->size += size;
            return 0;
        }
    }
    struct quire_level_range range = {start, size};
    if (quire_buf_append(ranges, &range, sizeof(range)) == 0) return 0;
    return quire_fail_memory(shred->error, OPERATION);
}

static int start_entries(const struct shred *shred, struct entries *entries)
{
    struct quire_levels *levels = shred->levels;
    size_t n = (size_t)shred->rows;
    QUIRE_TRY(reserve(shred, &levels->def_bytes, n + 1));
    QUIRE_TRY(reserve(shred, &levels->rep_bytes, n + 1));
    quire_buf_clear(&levels->row_ranges);
    *entries = (struct entries){levels->def_bytes.data, levels->rep_bytes.data, n, 0};
    memset(entries->def, 0, n);
    memset(entries->rep, 0, n);
    return append_rows(shred, &levels->row_ranges, shred->start, shred->rows);
}

static int64_t row_of_entry(const struct shred *shred, const struct entries *entries, size_t entry)
{
    int64_t row = shred->start - 1;
    for (size_t i = 0; i <= entry; i++)
        row += entries->rep[i] == 0;
    return row;
}

#ifdef __x86_64__
/* Eight entries at once: the next bits of the bitmap are dealt out to those that have a row. */
__attribute__((target("bmi2"))) static size_t define_words(const struct quire_view *view,
                                                           const struct entries *entries,
                                                           uint8_t level, size_t at, int64_t *bit,
                                                           int64_t end)
{
    const uint8_t *validity = view->validity;
    int64_t next = *bit;
    for (; end - next >= 8 && entries->size - at >= 8; at += 8) {
        uint64_t word = quire_levels_load(entries->def + at);
        uint64_t rows = quire_levels_at_least(word, entries->slot_level);
        unsigned shift = next & 7, valid = validity[next >> 3] >> shift;
        if (shift > 0) valid |= (unsigned)validity[(next >> 3) + 1] << (8 - shift);
        word += (__builtin_ia32_pdep_di(valid, rows) & quire_levels_equal(word, level)) >> 7;
        memcpy(entries->def + at, &word, sizeof(word));
        next += quire_levels_count(rows);
    }
    *bit = next;
    return at;
}
#endif

/* A range of rows whose nulls are in a bitmap, from entry `at` on: without a branch, since
 * nulls come at random. Returns the entry behind it. */
static size_t define_range(const struct quire_view *view, const struct quire_level_range *range,
                           const struct entries *entries, uint8_t level, size_t at)
{
    const uint8_t *validity = view->validity;
    uint8_t *def = entries->def, slot_level = entries->slot_level;
    int64_t bit = range->start + view->offset, end = bit + range->size;
#ifdef __x86_64__
    if (level < QUIRE_LEVEL_WORDS_MAX && __builtin_cpu_supports("bmi2"))
        at = define_words(view, entries, level, at, &bit, end);
#endif
    for (; bit < end; at++) {
        uint8_t here = def[at], valid = validity[bit >> 3] >> (bit & 7) & 1;
        def[at] = (uint8_t)(here + ((here == level) & valid));
        bit += here >= slot_level;
    }
    return at;
}

/* The same wherever nulls are, and where there must be none. */
static int define_slowly(const struct shred *shred, const struct quire_parquet_node *node,
                         const struct quire_view *view, const struct quire_level_range *range,
                         const struct entries *entries, size_t *at)
{
    uint8_t *def = entries->def;
    bool optional = node->def_valid > node->def_parent;
    for (int64_t row = range->start; row < range->start + range->size; ++*at) {
        uint8_t here = def[*at];
        if (here == node->def_parent) {
            bool null = quire_levels_is_null(view, row);
            if (null && !optional) return fail_null(shred, view, row_of_entry(shred, entries, *at));
            def[*at] = null ? here : node->def_valid;
        }
        row += here >= entries->slot_level;
    }
    return 0;
}

static int define_entries(const struct shred *shred, const struct quire_parquet_node *node,
                          const struct quire_view *view, const struct entries *entries)
{
    bool optional = node->def_valid > node->def_parent;
    bool bitmap = view->field->kind != QUIRE_KIND_DICTIONARY && view->validity != NULL;
    uint8_t *def = entries->def, level = node->def_parent;
    size_t ranges_size, at = 0;
    const struct quire_level_range *ranges = ranges_of(&shred->levels->row_ranges, &ranges_size);
    if (!can_be_null(view)) {
        for (size_t i = 0; i < entries->size && optional; i++)
            def[i] = (uint8_t)(def[i] + (def[i] == level));
        return 0;
    }
    for (size_t i = 0; i < ranges_size; i++) {
        if (optional && bitmap)
            at = define_range(view, &ranges[i], entries, level, at);
        else
            QUIRE_TRY(define_slowly(shred, node, view, &ranges[i], entries, &at));
    }
    return 0;
}

/* narrow: the view is known to have 32-bit offsets. */
INLINE struct quire_range items_of(const struct quire_view *view, int64_t row, bool narrow)
{
    if (!narrow) return quire_view_range(view, row);
    const int32_t *offsets = (const int32_t *)view->values + row + view->offset;
    return (struct quire_range){offsets[0], offsets[1] - offsets[0]};
}

/* At most so many entries come out of the lists. */
INLINE size_t count_items(const struct quire_view *view, const struct quire_level_range *range,
                          bool narrow)
{
    size_t count = 0;
    for (int64_t row = range->start; row < range->start + range->size; row++) {
        int64_t size = items_of(view, row, narrow).size;
        count += size > 0 ? (size_t)size : 0;
    }
    return count;
}

/* Items of the lists of a range from entry *at on, which go to `out`, whose levels are
 * those of further items already. */
INLINE int expand_range(const struct shred *shred, const struct quire_view *view,
                        const struct quire_level_range *range, const struct entries *entries,
                        uint8_t level, size_t *at, struct entries *out, bool narrow)
{
    struct quire_buf *items = &shred->levels->spare_ranges;
    int64_t start = 0, end = 0;
    for (int64_t row = range->start; row < range->start + range->size; ++*at) {
        uint8_t here = entries->def[*at];
        struct quire_range list = {0};
        if (here == level) list = items_of(view, row, narrow);
        row += here >= entries->slot_level;
        out->rep[out->size] = entries->rep[*at];
        if (list.size <= 0) {
            out->def[out->size++] = here;
            continue;
        }
        if (list.start != end) {
            QUIRE_TRY(append_rows(shred, items, start, end - start));
            start = list.start;
        }
        end = list.start + list.size;
        out->size += (size_t)list.size;
    }
    return append_rows(shred, items, start, end - start);
}

static void swap(struct quire_buf *a, struct quire_buf *b)
{
    struct quire_buf kept = *a;
    *a = *b;
    *b = kept;
}

/* Entries behind the last that stands for a row. */
static void copy_rest(const struct entries *entries, size_t at, struct entries *out)
{
    for (; at < entries->size; at++, out->size++) {
        out->def[out->size] = entries->def[at];
        out->rep[out->size] = entries->rep[at];
    }
}

/* Every list entry becomes one entry for each of its items, or stays one when empty. */
static int expand_lists(const struct shred *shred, const struct quire_parquet_node *node,
                        const struct quire_view *view, struct entries *entries)
{
    struct quire_levels *levels = shred->levels;
    bool narrow = view->field->kind == QUIRE_KIND_LIST || view->field->kind == QUIRE_KIND_MAP;
    size_t ranges_size, at = 0, most = entries->size + 1;
    const struct quire_level_range *ranges = ranges_of(&levels->row_ranges, &ranges_size);
    for (size_t i = 0; i < ranges_size; i++)
        most += narrow ? count_items(view, &ranges[i], true) : count_items(view, &ranges[i], false);
    QUIRE_TRY(reserve(shred, &levels->spare_def, most));
    QUIRE_TRY(reserve(shred, &levels->spare_rep, most));
    quire_buf_clear(&levels->spare_ranges);
    struct entries out = {levels->spare_def.data, levels->spare_rep.data, 0, node->def_item};
    memset(out.def, node->def_item, most);
    memset(out.rep, node->rep + 1, most);
    for (size_t i = 0; i < ranges_size; i++)
        QUIRE_TRY(narrow ? expand_range(shred, view, &ranges[i], entries, node->def_valid, &at,
                                        &out, true)
                         : expand_range(shred, view, &ranges[i], entries, node->def_valid, &at,
                                        &out, false));
    copy_rest(entries, at, &out);
    swap(&levels->def_bytes, &levels->spare_def);
    swap(&levels->rep_bytes, &levels->spare_rep);
    swap(&levels->row_ranges, &levels->spare_ranges);
    *entries = out;
    return 0;
}

/* The first entry from `at` on whose row does not live on until `level`, or the one behind
 * row number end - 1. */
static size_t skip_living(const struct entries *entries, uint8_t level, size_t at, int64_t *row,
                          int64_t end)
{
    const uint8_t *def = entries->def;
    uint8_t slot_level = entries->slot_level;
    int64_t next = *row;
    for (; level <= QUIRE_LEVEL_WORDS_MAX && end - next >= 8 && entries->size - at >= 8; at += 8) {
        uint64_t word = quire_levels_load(def + at), living = quire_levels_at_least(word, level);
        if ((quire_levels_at_least(word, slot_level) & ~living) != 0) break;
        next += quire_levels_count(living);
    }
    for (; next < end && (def[at] >= level || def[at] < slot_level); at++)
        next += def[at] >= level;
    *row = next;
    return at;
}

/* The rows of entries that live on until the leaf. */
static int range_entries(const struct shred *shred, const struct quire_view *view, uint8_t level,
                         const struct entries *entries)
{
    size_t ranges_size, at = 0;
    const struct quire_level_range *ranges = ranges_of(&shred->levels->row_ranges, &ranges_size);
    for (size_t i = 0; i < ranges_size; i++) {
        int64_t row = ranges[i].start, end = row + ranges[i].size;
        if (entries->slot_level == level) {
            QUIRE_TRY(check_indices(shred, view, row, ranges[i].size));
            QUIRE_TRY(add_range(shred, row, ranges[i].size));
            continue;
        }
        for (int64_t start = row; row < end; start = row) {
            at = skip_living(entries, level, at, &row, end);
            if (row > start) QUIRE_TRY(check_indices(shred, view, start, row - start));
            if (row > start) QUIRE_TRY(add_range(shred, start, row - start));
            for (; row < end && entries->def[at] < level; at++)
                row += entries->def[at] >= entries->slot_level;
        }
    }
    return 0;
}

static int shred_nested(const struct shred *shred, const struct quire_view *view)
{
    const struct quire_parquet_node *node = shred->schema->root;
    struct quire_levels *levels = shred->levels;
    struct entries entries;
    QUIRE_TRY(start_entries(shred, &entries));
    while (node->kind != QUIRE_NODE_LEAF) {
        node = step_down(node, shred->leaf, &view);
        if (node->kind == QUIRE_NODE_LEAF)
            QUIRE_TRY(range_entries(shred, view, node->def_parent, &entries));
        QUIRE_TRY(define_entries(shred, node, view, &entries));
        if (node->kind == QUIRE_NODE_LIST) QUIRE_TRY(expand_lists(shred, node, view, &entries));
    }
    levels->size = entries.size;
    levels->def = entries.def;
    levels->rep = entries.rep;
    levels->values = count_level(entries.def, entries.size, node->def_valid);
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
