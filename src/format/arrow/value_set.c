#include "format/arrow/value_set.h"

#include "base/fail.h"
#include "base/hash.h"

#define SLOTS_MIN 64

void quire_value_set_release(struct quire_value_set *set)
{
    quire_buf_release(&set->bytes);
    quire_buf_release(&set->ends);
    quire_free(set->slots);
    *set = (struct quire_value_set){.slots = NULL};
}

void quire_value_set_clear(struct quire_value_set *set)
{
    quire_buf_clear(&set->bytes);
    quire_buf_clear(&set->ends);
    if (set->slots != NULL) memset(set->slots, 0, set->slots_size * sizeof(*set->slots));
    set->distinct = 0;
}

size_t quire_value_set_memory(const struct quire_value_set *set)
{
    return set->bytes.capacity + set->ends.capacity + set->slots_size * sizeof(*set->slots);
}

static struct quire_bytes value_at(const struct quire_value_set *set, int64_t position)
{
    const size_t *ends = (const void *)set->ends.data;
    size_t start = position > 0 ? ends[position - 1] : 0;
    return (struct quire_bytes){set->bytes.data + start, ends[position] - start};
}

static bool equals(struct quire_bytes a, const void *bytes, size_t size)
{
    return a.size == size && (size == 0 || memcmp(a.data, bytes, size) == 0);
}

bool quire_value_set_has(const struct quire_value_set *set, int64_t position,
                         const struct quire_buf *value)
{
    return equals(value_at(set, position), value->data, value->size);
}

/* The slot that has the value, or is free for it. */
static size_t slot_of(const struct quire_value_set *set, const void *bytes, size_t size)
{
    size_t slot = quire_hash_bytes(bytes, size) & (set->slots_size - 1);
    while (set->slots[slot] != 0 && !equals(value_at(set, set->slots[slot] - 1), bytes, size))
        slot = (slot + 1) & (set->slots_size - 1);
    return slot;
}

int64_t quire_value_set_find(const struct quire_value_set *set, const struct quire_buf *value)
{
    if (set->slots_size == 0) return -1;
    return set->slots[slot_of(set, value->data, value->size)] - 1;
}

static int grow_slots(struct quire_value_set *set)
{
    if (set->slots_size > 0 && set->distinct < set->slots_size / 2) return 0;
    size_t size = set->slots_size > 0 ? set->slots_size * 2 : SLOTS_MIN;
    int64_t *old = set->slots, *slots = quire_alloc_zero(size, sizeof(*slots));
    if (slots == NULL) return QUIRE_MEMORY;
    size_t old_size = set->slots_size;
    set->slots = slots;
    set->slots_size = size;
    for (size_t i = 0; i < old_size; i++) {
        if (old[i] == 0) continue;
        struct quire_bytes value = value_at(set, old[i] - 1);
        set->slots[slot_of(set, value.data, value.size)] = old[i];
    }
    quire_free(old);
    return 0;
}

int quire_value_set_add(struct quire_value_set *set, const struct quire_buf *value)
{
    QUIRE_TRY(grow_slots(set));
    QUIRE_TRY(quire_buf_reserve(&set->ends, sizeof(size_t)));
    QUIRE_TRY(quire_buf_append(&set->bytes, value->data, value->size));
    size_t slot = slot_of(set, value->data, value->size);
    QUIRE_TRY(quire_buf_append(&set->ends, &set->bytes.size, sizeof(size_t)));
    if (set->slots[slot] != 0) return 0;
    set->slots[slot] = quire_value_set_size(set);
    set->distinct++;
    return 0;
}
