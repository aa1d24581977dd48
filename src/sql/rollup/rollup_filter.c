/* A filter is gone through once a batch, however many queries it is of. */
#include "sql/rollup/rollup_filter.h"

#include <math.h>
#include <string.h>

int quire_rollup_filter_init(struct quire_rollup_filter *filter, const struct quire_rollup *rollup,
                             size_t columns_size, size_t lists_max)
{
    *filter = (struct quire_rollup_filter){.rollup = rollup, .columns_size = columns_size};
    filter->numeric = quire_alloc_zero(columns_size + 1, sizeof(*filter->numeric));
    filter->real = quire_alloc_zero(columns_size + 1, sizeof(*filter->real));
    filter->hashed = quire_alloc_zero(columns_size + 1, sizeof(*filter->hashed));
    filter->looked = quire_alloc_zero(columns_size + 1, sizeof(*filter->looked));
    filter->lanes = quire_alloc_zero(columns_size + 1, sizeof(*filter->lanes));
    filter->hashes = quire_alloc_zero(columns_size + 1, sizeof(*filter->hashes));
    filter->lists = quire_alloc_zero(lists_max + 1, sizeof(*filter->lists));
    bool all = filter->numeric != NULL && filter->real != NULL && filter->hashed != NULL &&
               filter->looked != NULL && filter->lanes != NULL && filter->hashes != NULL &&
               filter->lists != NULL;
    return all ? 0 : QUIRE_MEMORY;
}

void quire_rollup_filter_release(struct quire_rollup_filter *filter)
{
    for (size_t i = 0; i < filter->columns_size; i++) {
        if (filter->lanes != NULL) quire_rollup_lane_release(&filter->lanes[i]);
        if (filter->hashes != NULL) quire_rollup_hashes_release(&filter->hashes[i]);
    }
    for (size_t i = 0; i < filter->lists_size; i++) {
        quire_rollup_words_release(&filter->lists[i].words);
        quire_free(filter->lists[i].numbers);
    }
    quire_free(filter->keep);
    quire_free(filter->numeric);
    quire_free(filter->real);
    quire_free(filter->hashed);
    quire_free(filter->looked);
    quire_free(filter->lanes);
    quire_free(filter->hashes);
    quire_free(filter->lists);
    *filter = (struct quire_rollup_filter){.rollup = NULL};
}

size_t quire_rollup_filter_bytes(const struct quire_rollup_filter *filter)
{
    size_t bytes = 0;
    for (size_t i = 0; i < filter->lists_size; i++)
        bytes += quire_rollup_words_bytes(&filter->lists[i].words);
    return bytes;
}

/* --- What it is of -------------------------------------------------------------------------- */

static bool is_same(const struct quire_rollup_key *key, const struct quire_rollup_key *other)
{
    return key->kind == other->kind && key->column == other->column;
}

bool quire_rollup_filter_fits(const struct quire_rollup_filter *filter,
                              const struct quire_rollup *rollup)
{
    const struct quire_rollup *own = filter->rollup;
    if (own->present_size != rollup->present_size || own->keyed != rollup->keyed) return false;
    for (size_t i = 0; i < own->present_size; i++)
        if (own->present[i] != rollup->present[i]) return false;
    if (own->keyed && own->keys_size != rollup->keys_size) return false;
    for (size_t i = 0; i < own->keys_size && own->keyed; i++)
        if (!is_same(&own->keys[i], &rollup->keys[i])) return false;
    return true;
}

const struct quire_rollup_list *quire_rollup_filter_list(struct quire_rollup_filter *filter,
                                                         const struct quire_rollup_key *key)
{
    for (size_t i = 0; i < filter->lists_size; i++)
        if (is_same(&filter->lists[i].key, key)) return &filter->lists[i];
    struct quire_rollup_list *list = &filter->lists[filter->lists_size++];
    list->key = *key;
    return list;
}

void quire_rollup_filter_wants(const struct quire_rollup_filter *filter, bool keyed, bool *wanted)
{
    const struct quire_rollup *rollup = filter->rollup;
    for (size_t i = 0; i < filter->columns_size; i++)
        wanted[i] |= filter->numeric[i] || filter->hashed[i] || filter->looked[i];
    for (size_t i = 0; i < rollup->present_size; i++)
        wanted[rollup->present[i]] = true;
    for (size_t i = 0; i < rollup->keys_size && rollup->keyed; i++)
        wanted[rollup->keys[i].column] = true;
    for (size_t i = 0; i < filter->lists_size && keyed; i++)
        wanted[filter->lists[i].key.column] = true;
}

void quire_rollup_filter_forget(struct quire_rollup_filter *filter)
{
    memset(filter->numeric, 0, filter->columns_size * sizeof(*filter->numeric));
    memset(filter->hashed, 0, filter->columns_size * sizeof(*filter->hashed));
    memset(filter->looked, 0, filter->columns_size * sizeof(*filter->looked));
}

/* --- Batches -------------------------------------------------------------------------------- */

/* A NaN is null. */
static void drop_nulls(const struct quire_view *view, uint8_t *keep)
{
    for (int64_t row = 0; row < view->length; row++) {
        bool null = quire_view_is_null(view, row);
        if (!null && view->field->kind == QUIRE_KIND_FLOAT64)
            null = isnan(*(const double *)quire_view_fixed(view, row));
        else if (!null && view->field->kind == QUIRE_KIND_FLOAT32)
            null = isnan(*(const float *)quire_view_fixed(view, row));
        keep[row] &= !null;
    }
}

static int keep_rows(struct quire_rollup_filter *filter, const struct quire_sql_bounds *bounds,
                     const struct quire_view *const *columns, int64_t rows)
{
    const struct quire_rollup *rollup = filter->rollup;
    if (rows > filter->capacity) {
        uint8_t *keep = quire_realloc(filter->keep, (size_t)rows);
        if (keep == NULL) return QUIRE_MEMORY;
        filter->keep = keep;
        filter->capacity = rows;
    }
    memset(filter->keep, 1, (size_t)rows);
    for (size_t i = 0; i < bounds->size; i++)
        quire_sql_bound_apply(&bounds->items[i], columns[bounds->items[i].column], filter->keep);
    for (size_t i = 0; i < rollup->present_size; i++)
        drop_nulls(columns[rollup->present[i]], filter->keep);
    for (size_t i = 0; i < rollup->keys_size && rollup->keyed; i++)
        drop_nulls(columns[rollup->keys[i].column], filter->keep);
    return 0;
}

static int number_list(struct quire_rollup_list *list, const struct quire_view *view,
                       const uint8_t *keep)
{
    if (view->length > list->capacity) {
        quire_free(list->numbers);
        list->capacity = 0;
        list->numbers = quire_alloc((size_t)view->length * sizeof(*list->numbers));
        if (list->numbers == NULL) return QUIRE_MEMORY;
        list->capacity = view->length;
    }
    return quire_rollup_words_number(&list->words, list->key.kind, view, keep, list->numbers);
}

int quire_rollup_filter_set(struct quire_rollup_filter *filter,
                            const struct quire_sql_bounds *bounds,
                            const struct quire_view *const *columns, int64_t rows, bool keyed)
{
    if (rows == 0) return 0;
    int code = keep_rows(filter, bounds, columns, rows);
    for (size_t i = 0; i < filter->columns_size && code == 0; i++) {
        if (filter->numeric[i])
            code =
                quire_rollup_lane_set(&filter->lanes[i], columns[i], filter->real[i], filter->keep);
        if (code == 0 && filter->hashed[i])
            code = quire_rollup_hashes_set(&filter->hashes[i], columns[i], filter->keep);
    }
    for (size_t i = 0; i < filter->lists_size && code == 0 && keyed; i++) {
        struct quire_rollup_list *list = &filter->lists[i];
        code = number_list(list, columns[list->key.column], filter->keep);
    }
    return code;
}
