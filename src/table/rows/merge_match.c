/* Rows of the table that have one of the keys that came. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/rows/merge_keys_private.h"

#define OPERATION "merge"

/* How the columns of the key are in rows of the table: those of a table that grows with the merge
 * may lack them, or have them narrower. */
static int compare(struct quire_merge_keys *keys, const struct ArrowSchema *schema,
                   struct quire_error *error)
{
    bool narrower = false;
    keys->absent = false;
    quire_schema_release(&keys->narrower);
    for (int64_t i = 0; i < keys->schema.n_children; i++) {
        const struct ArrowSchema *column = NULL, *wanted = keys->schema.children[i];
        for (int64_t j = 0; column == NULL && j < schema->n_children; j++)
            if (strcmp(schema->children[j]->name, wanted->name) == 0) column = schema->children[j];
        keys->absent = keys->absent || column == NULL;
        narrower = narrower || (column != NULL && strcmp(column->format, wanted->format) != 0);
    }
    if (keys->absent || !narrower) return 0;
    return quire_schema_copy(schema, &keys->narrower, error);
}

static int bind(void *user, const struct ArrowSchema *schema, struct quire_error *error)
{
    struct quire_merge_keys *keys = user;
    quire_view_free(keys->bound_view);
    quire_field_close(keys->bound);
    keys->bound_view = NULL;
    keys->bound = NULL;
    QUIRE_TRY(compare(keys, schema, error));
    if (keys->absent) return 0;
    QUIRE_TRY(quire_field_open(schema, &keys->bound, error));
    QUIRE_TRY(quire_view_new(keys->bound, &keys->bound_view, error));
    for (size_t i = 0; i < keys->carry.columns; i++)
        keys->carried[i] =
            (size_t)quire_field_child(keys->bound, keys->carries[i], strlen(keys->carries[i]));
    return quire_merge_keys_place(keys, keys->bound, &keys->bound_key, &keys->bound_beside, error);
}

/* A batch in which keys are looked for: of the table's rows, or of their keys alone, cast. */
static int look_at(struct quire_merge_keys *keys, const struct ArrowArray *batch,
                   struct ArrowArray *cast, const struct quire_view **view,
                   const struct quire_sort_key **key, struct quire_error *error)
{
    const bool casts = keys->narrower.release != NULL;
    QUIRE_TRY(quire_view_set(keys->bound_view, batch, error));
    if (casts) QUIRE_TRY(quire_merge_keys_cast(keys, &keys->narrower, batch, cast, error));
    if (casts) QUIRE_TRY(quire_view_set(keys->view, cast, error));
    *view = casts ? keys->view : keys->bound_view;
    *key = casts ? &keys->own : &keys->bound_key;
    return 0;
}

/* Takes what a row passes on. */
static int carry_row(struct quire_merge_keys *keys, const struct quire_merge_entry *entry,
                     int64_t row)
{
    const struct quire_merge_entry *entries =
        (const struct quire_merge_entry *)(const void *)keys->entries.data;
    for (size_t i = 0; i < keys->carry.columns; i++)
        keys->row[i] = quire_number_at(&keys->bound_view->children[keys->carried[i]], row);
    return quire_merge_carry_add(&keys->carry, (size_t)(entry - entries), keys->row);
}

/* Counts a row that is not as the one that came beside its key. */
static int compare_row(struct quire_merge_keys *keys, const struct quire_merge_entry *entry,
                       const struct quire_view *view, int64_t row)
{
    const bool cast = view == keys->view;
    uint64_t hash;
    QUIRE_TRY(quire_merge_keys_beside(keys, view, cast ? &keys->own_beside : &keys->bound_beside,
                                      row, &hash));
    keys->others += hash != entry->beside;
    return 0;
}

static int match(void *user, const struct ArrowArray *batch, uint8_t *mask,
                 struct quire_error *error)
{
    struct quire_merge_keys *keys = user;
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray cast = {.release = NULL};
    const struct quire_view *view;
    const struct quire_sort_key *key;
    struct quire_merge_entry *entry;
    if (keys->absent) {
        memset(mask, 0, (size_t)batch->length);
        return 0;
    }
    QUIRE_TRY(look_at(keys, batch, &cast, &view, &key, error));
    for (int64_t row = 0; row < batch->length; row++) {
        if (quire_merge_keys_find(keys, view, key, row, &entry) != 0)
            return quire_fail_memory(error, OPERATION);
        mask[row] = entry != NULL;
        if (entry == NULL || !keys->counting) continue;
        keys->met += entry->times == 0;
        keys->repeats = keys->repeats || entry->times > 0;
        entry->times++;
        if (compare_row(keys, entry, view, row) != 0) return quire_fail_memory(error, OPERATION);
        if (keys->carry.columns > 0 && carry_row(keys, entry, row) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    return keys->counting ? quire_merge_keys_charge(keys, error) : 0;
}

static bool looks_at(void *user, const char *column)
{
    const struct quire_merge_keys *keys = user;
    for (int64_t i = 0; i < keys->schema.n_children; i++)
        if (strcmp(keys->schema.children[i]->name, column) == 0) return true;
    for (size_t i = 0; i < keys->carry.columns; i++)
        if (strcmp(keys->carries[i], column) == 0) return true;
    return false;
}

struct quire_row_matcher quire_merge_keys_matcher(struct quire_merge_keys *keys)
{
    return (struct quire_row_matcher){bind, match, looks_at, keys};
}

int quire_merge_keys_counting(struct quire_merge_keys *keys, bool on, struct quire_error *error)
{
    keys->counting = on;
    if (!on || keys->carry.columns == 0) return 0;
    return quire_merge_carry_begin(&keys->carry, (size_t)quire_merge_keys_count(keys)) == 0
               ? 0
               : quire_fail_memory(error, OPERATION);
}

int quire_merge_keys_meet(struct quire_merge_keys *keys, const struct ArrowArray *batch,
                          struct quire_merge_met *met, struct quire_error *error)
{
    const struct quire_merge_entry *entries =
        (const struct quire_merge_entry *)(const void *)keys->entries.data;
    struct quire_merge_entry *entry;
    QUIRE_TRY(quire_view_set(keys->bound_view, batch, error));
    for (int64_t row = 0; row < batch->length; row++) {
        if (quire_merge_keys_find(keys, keys->bound_view, &keys->bound_key, row, &entry) != 0)
            return quire_fail_memory(error, OPERATION);
        met[row] = (struct quire_merge_met){0, 0};
        if (entry == NULL) continue;
        met[row].times = entry->times;
        met[row].row = quire_merge_carry_first(&keys->carry, (size_t)(entry - entries));
    }
    return 0;
}

const struct quire_number *quire_merge_keys_carried(const struct quire_merge_keys *keys,
                                                    size_t *row)
{
    const struct quire_number *values = quire_merge_carry_values(&keys->carry, *row);
    *row = quire_merge_carry_next(&keys->carry, *row);
    return values;
}

int64_t quire_merge_keys_met(const struct quire_merge_keys *keys)
{
    return keys->met;
}

int64_t quire_merge_keys_others(const struct quire_merge_keys *keys)
{
    return keys->others;
}

bool quire_merge_keys_repeat(const struct quire_merge_keys *keys)
{
    return keys->repeats;
}
