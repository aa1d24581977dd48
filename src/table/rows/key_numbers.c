/* Open addressing over entries in the order in which they came; at most half of the slots are
 * taken. */
#include "table/rows/key_numbers.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/hash.h"

#define SLOTS_LEAST 64

static struct quire_key_number *entry_at(const struct quire_key_numbers *numbers, size_t index)
{
    return (struct quire_key_number *)(void *)numbers->entries.data + index;
}

static size_t entries_size(const struct quire_key_numbers *numbers)
{
    return numbers->entries.size / sizeof(struct quire_key_number);
}

static bool is_key(const struct quire_key_numbers *numbers, const struct quire_key_number *entry,
                   uint64_t hash, const void *key, size_t size)
{
    return entry->hash == hash && entry->size == size &&
           (size == 0 || memcmp(numbers->keys.data + entry->at, key, size) == 0);
}

uint32_t *quire_key_numbers_find(const struct quire_key_numbers *numbers, const void *key,
                                 size_t size)
{
    if (numbers->slots_size == 0) return NULL;
    uint64_t hash = quire_hash_bytes(key, size);
    for (size_t slot = hash & (numbers->slots_size - 1); numbers->slots[slot] != 0;
         slot = (slot + 1) & (numbers->slots_size - 1)) {
        struct quire_key_number *entry = entry_at(numbers, numbers->slots[slot] - 1);
        if (is_key(numbers, entry, hash, key, size)) return &entry->number;
    }
    return NULL;
}

static void put(struct quire_key_numbers *numbers, size_t index)
{
    size_t slot = entry_at(numbers, index)->hash & (numbers->slots_size - 1);
    while (numbers->slots[slot] != 0)
        slot = (slot + 1) & (numbers->slots_size - 1);
    numbers->slots[slot] = (uint32_t)index + 1;
}

static int grow(struct quire_key_numbers *numbers)
{
    size_t size = numbers->slots_size > 0 ? numbers->slots_size * 2 : SLOTS_LEAST;
    uint32_t *slots = quire_alloc_zero(size, sizeof(*slots));
    if (slots == NULL) return QUIRE_MEMORY;
    quire_free(numbers->slots);
    numbers->slots = slots;
    numbers->slots_size = size;
    for (size_t i = 0; i < entries_size(numbers); i++)
        put(numbers, i);
    return 0;
}

int quire_key_numbers_add(struct quire_key_numbers *numbers, const void *key, size_t size,
                          uint32_t number)
{
    size_t index = entries_size(numbers);
    const struct quire_key_number entry = {quire_hash_bytes(key, size), numbers->keys.size, size,
                                           number};
    if (index >= UINT32_MAX) return QUIRE_MEMORY;
    if (index >= numbers->slots_size / 2) QUIRE_TRY(grow(numbers));
    QUIRE_TRY(quire_buf_append(&numbers->keys, key, size));
    QUIRE_TRY(quire_buf_append(&numbers->entries, &entry, sizeof(entry)));
    put(numbers, index);
    return 0;
}

size_t quire_key_numbers_memory(const struct quire_key_numbers *numbers)
{
    return numbers->keys.capacity + numbers->entries.capacity +
           numbers->slots_size * sizeof(*numbers->slots);
}

void quire_key_numbers_clear(struct quire_key_numbers *numbers)
{
    quire_buf_clear(&numbers->keys);
    quire_buf_clear(&numbers->entries);
    if (numbers->slots != NULL) memset(numbers->slots, 0, numbers->slots_size * sizeof(uint32_t));
}

void quire_key_numbers_release(struct quire_key_numbers *numbers)
{
    quire_buf_release(&numbers->keys);
    quire_buf_release(&numbers->entries);
    quire_free(numbers->slots);
    *numbers = (struct quire_key_numbers){.slots_size = 0};
}
