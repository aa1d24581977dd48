/* Each row gets the number of its group from a hash table of first rows; a counting sort by these
 * numbers then lists the rows. */
#include "sql/vtab/kept_groups.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"

#define NULL_HASH   UINT64_C(0x6e756c6c)
#define SLOTS_LEAST 1024
#define OUT         UINT32_MAX /* a row of no group */

struct grouping {
    const struct quire_sql_kept *kept;
    const size_t *children;
    size_t children_size;
    uint32_t *slots; /* group numbers from 1; 0: free */
    size_t mask;
    uint64_t *hashes; /* of groups */
    uint32_t *firsts; /* rows of groups */
    uint32_t *counts;
    size_t groups, capacity;
};

static void release(struct grouping *grouping)
{
    quire_free(grouping->slots);
    quire_free(grouping->hashes);
    quire_free(grouping->firsts);
    quire_free(grouping->counts);
}

void quire_sql_groups_release(struct quire_sql_groups *groups)
{
    quire_free(groups->order);
    *groups = (struct quire_sql_groups){.order = NULL};
}

bool quire_sql_can_group(const struct quire_field *field)
{
    return quire_sql_kept_can_find(field) || field->kind == QUIRE_KIND_BOOL;
}

/* --- Values --------------------------------------------------------------------------------- */

static uint64_t integer_of(const struct quire_view *view, int64_t row)
{
    return view->field->kind == QUIRE_KIND_BOOL ? quire_view_bool(view, row)
                                                : (uint64_t)quire_view_i64(view, row);
}

static uint64_t hash_value(const struct quire_view *view, int64_t row)
{
    if (quire_view_is_null(view, row)) return NULL_HASH;
    if (!quire_kind_is_string(view->field->kind)) return quire_hash_mix(integer_of(view, row) + 1);
    const struct quire_bytes bytes = quire_view_bytes(view, row);
    return quire_hash_bytes(bytes.data, bytes.size);
}

static bool equal_values(const struct quire_view *a, int64_t a_row, const struct quire_view *b,
                         int64_t b_row)
{
    bool null = quire_view_is_null(a, a_row);
    if (null || quire_view_is_null(b, b_row)) return null && quire_view_is_null(b, b_row);
    if (!quire_kind_is_string(a->field->kind)) return integer_of(a, a_row) == integer_of(b, b_row);
    const struct quire_bytes x = quire_view_bytes(a, a_row), y = quire_view_bytes(b, b_row);
    return x.size == y.size && (x.size == 0 || memcmp(x.data, y.data, x.size) == 0);
}

/* --- Groups --------------------------------------------------------------------------------- */

static bool is_group(const struct grouping *grouping, uint32_t group, const struct quire_view *view,
                     int64_t row)
{
    const struct quire_sql_kept *kept = grouping->kept;
    uint32_t first = grouping->firsts[group];
    size_t batch = quire_sql_kept_batch_of(kept, first);
    const struct quire_view *other = kept->views[batch];
    int64_t other_row = (int64_t)(first - kept->starts[batch]);
    for (size_t i = 0; i < grouping->children_size; i++) {
        size_t child = grouping->children[i];
        if (!equal_values(&view->children[child], row, &other->children[child], other_row))
            return false;
    }
    return true;
}

static int grow_slots(struct grouping *grouping)
{
    size_t size = grouping->slots != NULL ? 2 * (grouping->mask + 1) : SLOTS_LEAST;
    uint32_t *slots = quire_alloc_zero(size, sizeof(*slots));
    if (slots == NULL) return QUIRE_MEMORY;
    for (size_t group = 0; group < grouping->groups; group++) {
        size_t at = grouping->hashes[group] & (size - 1);
        while (slots[at] != 0)
            at = (at + 1) & (size - 1);
        slots[at] = (uint32_t)group + 1;
    }
    quire_free(grouping->slots);
    grouping->slots = slots;
    grouping->mask = size - 1;
    return 0;
}

static int grow_groups(struct grouping *grouping)
{
    size_t capacity = grouping->capacity > 0 ? 2 * grouping->capacity : SLOTS_LEAST / 2;
    uint64_t *hashes = quire_realloc(grouping->hashes, capacity * sizeof(*hashes));
    if (hashes != NULL) grouping->hashes = hashes;
    uint32_t *firsts = quire_realloc(grouping->firsts, capacity * sizeof(*firsts));
    if (firsts != NULL) grouping->firsts = firsts;
    uint32_t *counts = quire_realloc(grouping->counts, capacity * sizeof(*counts));
    if (counts != NULL) grouping->counts = counts;
    if (hashes == NULL || firsts == NULL || counts == NULL) return QUIRE_MEMORY;
    grouping->capacity = capacity;
    return 0;
}

/* The group of a row, perhaps a new one. */
static int group_of(struct grouping *grouping, const struct quire_view *view, int64_t row,
                    uint32_t number, uint32_t *group)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < grouping->children_size; i++)
        hash = quire_hash_mix(hash) + hash_value(&view->children[grouping->children[i]], row);
    if (grouping->slots == NULL || 2 * grouping->groups > grouping->mask) {
        int code = grow_slots(grouping);
        if (code != 0) return code;
    }
    size_t at = hash & grouping->mask;
    for (; grouping->slots[at] != 0; at = (at + 1) & grouping->mask) {
        *group = grouping->slots[at] - 1;
        if (grouping->hashes[*group] == hash && is_group(grouping, *group, view, row)) return 0;
    }
    if (grouping->groups == grouping->capacity && grow_groups(grouping) != 0) return QUIRE_MEMORY;
    *group = (uint32_t)grouping->groups++;
    grouping->slots[at] = *group + 1;
    grouping->hashes[*group] = hash;
    grouping->firsts[*group] = number;
    grouping->counts[*group] = 0;
    return 0;
}

/* --- Rows ----------------------------------------------------------------------------------- */

static int number_rows(struct grouping *grouping, const uint8_t *keep, uint32_t *numbers)
{
    const struct quire_sql_kept *kept = grouping->kept;
    for (size_t batch = 0; batch < kept->size; batch++) {
        const struct quire_view *view = kept->views[batch];
        for (int64_t row = 0; row < view->length; row++) {
            uint32_t number = kept->starts[batch] + (uint32_t)row;
            if (keep != NULL && !keep[number]) {
                numbers[number] = OUT;
                continue;
            }
            int code = group_of(grouping, view, row, number, &numbers[number]);
            if (code != 0) return code;
            grouping->counts[numbers[number]]++;
        }
    }
    return 0;
}

/* Turns counts into where each group begins, and lists the rows there. */
static size_t list_rows(struct grouping *grouping, const uint32_t *numbers, size_t rows,
                        uint32_t *order)
{
    uint32_t begin = 0;
    for (size_t group = 0; group < grouping->groups; group++) {
        uint32_t size = grouping->counts[group];
        grouping->counts[group] = begin;
        begin += size;
    }
    for (size_t row = 0; row < rows; row++)
        if (numbers[row] != OUT) order[grouping->counts[numbers[row]]++] = (uint32_t)row;
    return begin;
}

int quire_sql_group(const struct quire_sql_kept *kept, const size_t *children, size_t children_size,
                    const uint8_t *keep, struct quire_sql_groups *groups)
{
    QUIRE_CLEANUP(release)
    struct grouping grouping = {.kept = kept, .children = children, .children_size = children_size};
    size_t rows = kept->size > 0 ? kept->starts[kept->size] : 0;
    QUIRE_CLEANUP(quire_cleanup_free)
    uint32_t *numbers = quire_alloc((rows + 1) * sizeof(*numbers));
    uint32_t *order = quire_alloc((rows + 1) * sizeof(*order));
    if (numbers == NULL || order == NULL || number_rows(&grouping, keep, numbers) != 0) {
        quire_free(order);
        return QUIRE_MEMORY;
    }
    *groups = (struct quire_sql_groups){.order = order};
    groups->size = list_rows(&grouping, numbers, rows, order);
    return 0;
}

bool quire_sql_groups_next(struct quire_sql_groups *groups, const struct quire_sql_kept *kept,
                           size_t *batch, int64_t *row)
{
    if (groups->at == groups->size) return false;
    uint32_t number = groups->order[groups->at++];
    if (number < kept->starts[groups->batch] || number >= kept->starts[groups->batch + 1])
        groups->batch = quire_sql_kept_batch_of(kept, number);
    *batch = groups->batch;
    *row = (int64_t)(number - kept->starts[*batch]);
    return true;
}
