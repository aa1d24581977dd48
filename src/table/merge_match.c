/* Rows of the table that have one of the keys that came. */
#include "base/fail.h"
#include "table/merge_keys_private.h"

#define OPERATION "merge"

static int bind(void *user, const struct ArrowSchema *schema, struct quire_error *error)
{
    struct quire_merge_keys *keys = user;
    quire_view_free(keys->bound_view);
    quire_field_close(keys->bound);
    keys->bound_view = NULL;
    keys->bound = NULL;
    QUIRE_TRY(quire_field_open(schema, &keys->bound, error));
    QUIRE_TRY(quire_view_new(keys->bound, &keys->bound_view, error));
    return quire_merge_keys_place(keys, keys->bound, &keys->bound_key, error);
}

static int match(void *user, const struct ArrowArray *batch, uint8_t *mask,
                 struct quire_error *error)
{
    struct quire_merge_keys *keys = user;
    struct quire_merge_entry *entry;
    QUIRE_TRY(quire_view_set(keys->bound_view, batch, error));
    for (int64_t row = 0; row < batch->length; row++) {
        if (quire_merge_keys_find(keys, keys->bound_view, &keys->bound_key, row, &entry) != 0)
            return quire_fail_memory(error, OPERATION);
        mask[row] = entry != NULL;
        if (entry == NULL || !keys->counting) continue;
        keys->met += entry->times == 0;
        keys->repeats = keys->repeats || entry->times > 0;
        entry->times++;
    }
    return 0;
}

static bool looks_at(void *user, const char *column)
{
    const struct quire_merge_keys *keys = user;
    for (int64_t i = 0; i < keys->schema.n_children; i++)
        if (strcmp(keys->schema.children[i]->name, column) == 0) return true;
    return false;
}

struct quire_row_matcher quire_merge_keys_matcher(struct quire_merge_keys *keys)
{
    return (struct quire_row_matcher){bind, match, looks_at, keys};
}

void quire_merge_keys_counting(struct quire_merge_keys *keys, bool on)
{
    keys->counting = on;
}

int quire_merge_keys_times(struct quire_merge_keys *keys, const struct ArrowArray *batch,
                           uint32_t *times, struct quire_error *error)
{
    struct quire_merge_entry *entry;
    QUIRE_TRY(quire_view_set(keys->bound_view, batch, error));
    for (int64_t row = 0; row < batch->length; row++) {
        if (quire_merge_keys_find(keys, keys->bound_view, &keys->bound_key, row, &entry) != 0)
            return quire_fail_memory(error, OPERATION);
        times[row] = entry != NULL ? entry->times : 0;
    }
    return 0;
}

int64_t quire_merge_keys_met(const struct quire_merge_keys *keys)
{
    return keys->met;
}

bool quire_merge_keys_repeat(const struct quire_merge_keys *keys)
{
    return keys->repeats;
}
