/* Open addressing: a slot has the hash of a name and where the name stands, 0 where it is empty. */
#include "runlog/rows/name_set.h"

#include "base/hash.h"
#include "quire/error.h"

#define SLOTS_MIN 64

struct slot {
    uint32_t hash, place; /* of the name in names, from 1 */
};

void quire_name_set_release(struct quire_name_set *set)
{
    quire_buf_release(&set->names);
    quire_buf_release(&set->slots);
    set->size = 0;
}

void quire_name_set_clear(struct quire_name_set *set)
{
    if (set->slots.size > 0) memset(set->slots.data, 0, set->slots.size);
    quire_buf_clear(&set->names);
    set->size = 0;
}

static struct slot *slots_of(const struct quire_name_set *set)
{
    return (struct slot *)(void *)set->slots.data;
}

static bool is_name(const struct quire_name_set *set, uint32_t place, const char *name, size_t size)
{
    uint32_t stored;
    const uint8_t *at = set->names.data + place - 1;
    memcpy(&stored, at, sizeof(stored));
    return stored == size && memcmp(at + sizeof(stored), name, size) == 0;
}

/* The slot of a name: its own, or the empty one that it would get. */
static struct slot *find(const struct quire_name_set *set, uint32_t hash, const char *name,
                         size_t size)
{
    struct slot *slots = slots_of(set);
    size_t mask = set->slots.size / sizeof(*slots) - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        struct slot *slot = &slots[at];
        if (slot->place == 0) return slot;
        if (slot->hash == hash && is_name(set, slot->place, name, size)) return slot;
    }
}

/* Twice the slots, with those that are taken put where they belong. */
static int grow(struct quire_name_set *set)
{
    size_t old = set->slots.size / sizeof(struct slot), size = old > 0 ? 2 * old : SLOTS_MIN;
    struct quire_buf grown = {0};
    if (quire_buf_reserve(&grown, size * sizeof(struct slot)) != 0) return QUIRE_MEMORY;
    grown.size = size * sizeof(struct slot);
    memset(grown.data, 0, grown.size);
    struct slot *slots = (struct slot *)(void *)grown.data;
    for (size_t i = 0; i < old; i++) {
        struct slot slot = slots_of(set)[i];
        size_t at = slot.hash & (size - 1);
        while (slot.place != 0 && slots[at].place != 0)
            at = (at + 1) & (size - 1);
        if (slot.place != 0) slots[at] = slot;
    }
    quire_buf_release(&set->slots);
    set->slots = grown;
    return 0;
}

int quire_name_set_add(struct quire_name_set *set, const char *name, size_t size, bool *added)
{
    uint32_t hash = (uint32_t)quire_hash_bytes(name, size), stored = (uint32_t)size;
    if (set->names.size + size > QUIRE_NAME_SET_BYTES_MAX) return QUIRE_LIMIT;
    if (2 * (set->size + 1) > set->slots.size / sizeof(struct slot) && grow(set) != 0)
        return QUIRE_MEMORY;
    struct slot *slot = find(set, hash, name, size);
    *added = slot->place == 0;
    if (!*added) return 0;
    if (quire_buf_reserve(&set->names, sizeof(stored) + size) != 0) return QUIRE_MEMORY;
    *slot = (struct slot){hash, (uint32_t)set->names.size + 1};
    set->size++;
    memcpy(quire_buf_end(&set->names), &stored, sizeof(stored));
    set->names.size += sizeof(stored);
    return quire_buf_append(&set->names, name, size);
}

bool quire_name_set_has(const struct quire_name_set *set, const char *name, size_t size)
{
    if (set->size == 0) return false;
    return find(set, (uint32_t)quire_hash_bytes(name, size), name, size)->place != 0;
}
