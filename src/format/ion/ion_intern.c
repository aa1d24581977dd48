/* An open hash table over the texts, at most half full. */
#include "format/ion/ion_intern.h"

#include <string.h>

#include "base/fail.h"
#include "base/hash.h"

void quire_ion_intern_release(struct quire_ion_intern *intern)
{
    quire_arena_release(&intern->arena);
    quire_buf_release(&intern->texts);
    quire_free(intern->slots);
    *intern = (struct quire_ion_intern){.first = 0};
}

void quire_ion_intern_reset(struct quire_ion_intern *intern, int64_t first)
{
    quire_arena_release(&intern->arena);
    quire_buf_clear(&intern->texts);
    if (intern->slots != NULL)
        memset(intern->slots, 0, intern->slots_size * sizeof(*intern->slots));
    intern->first = first;
}

static int64_t find_system(const char *text, size_t size)
{
    for (int64_t i = 0; i < QUIRE_ION_SYSTEM_MAX; i++)
        if (quire_ion_system_texts[i].size == size &&
            memcmp(quire_ion_system_texts[i].data, text, size) == 0)
            return i + 1;
    return -1;
}

/* The slot of a text, or the free one where it would be. */
static size_t find_slot(const struct quire_ion_intern *intern, const char *text, size_t size)
{
    size_t mask = intern->slots_size - 1, slot = quire_hash_bytes(text, size) & mask;
    for (; intern->slots[slot] != 0; slot = (slot + 1) & mask) {
        const struct quire_ion_text *other =
            &quire_ion_intern_texts(intern)[intern->slots[slot] - 1];
        if (other->size == size && (size == 0 || memcmp(other->data, text, size) == 0)) break;
    }
    return slot;
}

int64_t quire_ion_intern_find(const struct quire_ion_intern *intern, const char *text, size_t size)
{
    if (intern->slots_size > 0) {
        uint32_t place = intern->slots[find_slot(intern, text, size)];
        if (place != 0) return intern->first + place - 1;
    }
    return find_system(text, size);
}

static int grow(struct quire_ion_intern *intern)
{
    size_t size = intern->slots_size > 0 ? 2 * intern->slots_size : 64;
    uint32_t *slots = quire_alloc_zero(size, sizeof(*slots));
    if (slots == NULL) return QUIRE_MEMORY;
    quire_free(intern->slots);
    intern->slots = slots;
    intern->slots_size = size;
    const struct quire_ion_text *texts = quire_ion_intern_texts(intern);
    for (size_t i = 0; i < quire_ion_intern_size(intern); i++)
        if (texts[i].data != NULL)
            slots[find_slot(intern, texts[i].data, texts[i].size)] = (uint32_t)i + 1;
    return 0;
}

int quire_ion_intern_gap(struct quire_ion_intern *intern, int64_t *id)
{
    struct quire_ion_text gap = {NULL, 0};
    *id = intern->first + (int64_t)quire_ion_intern_size(intern);
    return quire_buf_append(&intern->texts, &gap, sizeof(gap));
}

int quire_ion_intern_add(struct quire_ion_intern *intern, const char *text, size_t size,
                         int64_t *id)
{
    *id = quire_ion_intern_find(intern, text, size);
    if (*id >= 0) return 0;
    size_t count = quire_ion_intern_size(intern);
    if (count >= UINT32_MAX / 4) return QUIRE_LIMIT;
    if (2 * (count + 1) > intern->slots_size) QUIRE_TRY(grow(intern));
    struct quire_ion_text copy = {quire_arena_strndup(&intern->arena, text, size), size};
    if (copy.data == NULL) return QUIRE_MEMORY;
    size_t slot = find_slot(intern, text, size);
    QUIRE_TRY(quire_buf_append(&intern->texts, &copy, sizeof(copy)));
    intern->slots[slot] = (uint32_t)count + 1;
    *id = intern->first + (int64_t)count;
    return 0;
}
