#include "table_model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void model_add(struct model_rows *rows, int64_t id, int64_t value)
{
    if (rows->size == MODEL_ROWS_MAX) abort();
    rows->items[rows->size++] = (struct model_row){id, value};
}

void model_add_all(struct model_rows *rows, const struct model_rows *more)
{
    for (size_t i = 0; i < more->size; i++)
        model_add(rows, more->items[i].id, more->items[i].value);
}

static bool is_meant(const struct model_row *row, const struct model_where *where)
{
    int64_t number = where->by_id ? row->id : row->value;
    return where->all || (where->low <= number && number < where->high);
}

size_t model_count(const struct model_rows *rows, const struct model_where *where)
{
    size_t count = 0;
    for (size_t i = 0; i < rows->size; i++)
        count += is_meant(&rows->items[i], where);
    return count;
}

void model_delete(struct model_rows *rows, const struct model_where *where)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->size; i++)
        if (!is_meant(&rows->items[i], where)) rows->items[kept++] = rows->items[i];
    rows->size = kept;
}

void model_update(struct model_rows *rows, const struct model_where *where, bool adds, int64_t more)
{
    for (size_t i = 0; i < rows->size; i++) {
        struct model_row *row = &rows->items[i];
        if (is_meant(row, where)) row->value = adds ? row->value + more : more;
    }
}

void model_merge(struct model_rows *rows, const struct model_rows *more)
{
    for (size_t i = 0; i < more->size; i++) {
        const int64_t id = more->items[i].id;
        const struct model_where same = {.by_id = true, .low = id, .high = id + 1};
        model_delete(rows, &same);
    }
    model_add_all(rows, more);
}

static int compare(const void *a, const void *b)
{
    const struct model_row *left = a, *right = b;
    if (left->id != right->id) return left->id < right->id ? -1 : 1;
    return (left->value > right->value) - (left->value < right->value);
}

bool model_equal(struct model_rows *a, struct model_rows *b)
{
    qsort(a->items, a->size, sizeof(a->items[0]), compare);
    qsort(b->items, b->size, sizeof(b->items[0]), compare);
    bool same = a->size == b->size;
    for (size_t i = 0; same && i < a->size; i++)
        same = compare(&a->items[i], &b->items[i]) == 0;
    return same;
}

void model_print(const struct model_rows *rows)
{
    for (size_t i = 0; i < rows->size; i++)
        fprintf(stderr, " %" PRId64 ":%" PRId64, rows->items[i].id, rows->items[i].value);
    fprintf(stderr, "\n");
}
