/* Open addressing with linear probing, at most half full. A run of probes that is
 * longer than honest data gives ends the counting, so that chosen values cannot
 * make it slow. */
#include "data/distinct.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "quire/error.h"
#include "quire/stats.h"

#define BITS_FIRST 6
#define PROBES_MAX 512

struct quire_distinct_text {
    uint64_t hash;
    uint32_t start, size; /* in bytes */
};

void quire_distinct_release(struct quire_distinct *set)
{
    quire_free(set->numbers);
    quire_free(set->texts);
    quire_buf_release(&set->bytes);
    set->numbers = NULL;
    set->texts = NULL;
    set->bits = 0;
}

size_t quire_distinct_memory(const struct quire_distinct *set)
{
    size_t slots = set->bits > 0 ? (size_t)1 << set->bits : 0;
    size_t numbers = set->numbers != NULL ? slots * sizeof(*set->numbers) : 0;
    size_t texts = set->texts != NULL ? slots * sizeof(*set->texts) : 0;
    return numbers + texts + set->bytes.capacity;
}

void quire_distinct_give_up(struct quire_distinct *set)
{
    quire_distinct_release(set);
    set->over = true;
}

int64_t quire_distinct_count(const struct quire_distinct *set)
{
    return set->over ? -1 : set->count + (set->zero ? 1 : 0);
}

/* --- Numbers --- */

static bool place_number(uint64_t *slots, unsigned bits, uint64_t value, bool *added)
{
    size_t mask = ((size_t)1 << bits) - 1;
    size_t at = quire_hash_mix(value) & mask;
    for (int probes = 0; probes < PROBES_MAX; probes++, at = (at + 1) & mask) {
        if (slots[at] == value) return true;
        if (slots[at] != 0) continue;
        slots[at] = value;
        *added = true;
        return true;
    }
    return false;
}

static int grow_numbers(struct quire_distinct *set)
{
    unsigned bits = set->bits == 0 ? BITS_FIRST : set->bits + 1;
    uint64_t *slots = quire_alloc_zero((size_t)1 << bits, sizeof(*slots));
    if (slots == NULL) return QUIRE_MEMORY;
    bool added, placed = true;
    for (size_t i = 0; set->bits > 0 && placed && i < (size_t)1 << set->bits; i++)
        if (set->numbers[i] != 0) placed = place_number(slots, bits, set->numbers[i], &added);
    quire_free(set->numbers);
    set->numbers = slots;
    set->bits = bits;
    if (!placed) quire_distinct_give_up(set);
    return 0;
}

static int add_number(struct quire_distinct *set, uint64_t value)
{
    if (value == 0) {
        set->zero = true;
        return 0;
    }
    if (set->bits == 0 || set->count * 2 >= INT64_C(1) << set->bits) {
        int code = grow_numbers(set);
        if (code != 0 || set->over) return code;
    }
    bool added = false;
    if (!place_number(set->numbers, set->bits, value, &added)) quire_distinct_give_up(set);
    set->count += added;
    if (quire_distinct_count(set) > QUIRE_STATS_DISTINCT_MAX) quire_distinct_give_up(set);
    return 0;
}

int quire_distinct_add_numbers(struct quire_distinct *set, const uint64_t *values, size_t size)
{
    for (size_t i = 0; i < size && !set->over; i++) {
        if (values[i] == set->last && values[i] != 0) continue;
        int code = add_number(set, values[i]);
        if (code != 0) return code;
        set->last = values[i];
    }
    return 0;
}

/* --- Byte strings --- */

/* The slot that has the text, or the free one where it belongs; NULL after too many
 * probes. */
static struct quire_distinct_text *find_text(const struct quire_distinct *set, uint64_t hash,
                                             const uint8_t *bytes, size_t size)
{
    size_t mask = ((size_t)1 << set->bits) - 1;
    size_t at = hash & mask;
    for (int probes = 0; probes < PROBES_MAX; probes++, at = (at + 1) & mask) {
        struct quire_distinct_text *slot = &set->texts[at];
        if (slot->hash == 0) return slot;
        if (slot->hash == hash && slot->size == size &&
            (size == 0 || memcmp(set->bytes.data + slot->start, bytes, size) == 0))
            return slot;
    }
    return NULL;
}

static int grow_texts(struct quire_distinct *set)
{
    struct quire_distinct_text *old = set->texts;
    size_t old_size = set->bits == 0 ? 0 : (size_t)1 << set->bits;
    unsigned bits = set->bits == 0 ? BITS_FIRST : set->bits + 1;
    struct quire_distinct_text *slots = quire_alloc_zero((size_t)1 << bits, sizeof(*slots));
    if (slots == NULL) return QUIRE_MEMORY;
    size_t mask = ((size_t)1 << bits) - 1;
    for (size_t i = 0; i < old_size; i++) {
        if (old[i].hash == 0) continue;
        size_t at = old[i].hash & mask;
        while (slots[at].hash != 0)
            at = (at + 1) & mask;
        slots[at] = old[i];
    }
    quire_free(old);
    set->texts = slots;
    set->bits = bits;
    return 0;
}

int quire_distinct_add_text(struct quire_distinct *set, const uint8_t *bytes, size_t size)
{
    if (set->over) return 0;
    if (size > QUIRE_STATS_DISTINCT_BYTES) {
        quire_distinct_give_up(set);
        return 0;
    }
    if (set->bits == 0 || set->count * 2 >= INT64_C(1) << set->bits) {
        int code = grow_texts(set);
        if (code != 0) return code;
    }
    uint64_t hash = quire_hash_bytes(bytes, size);
    if (hash == 0) hash = 1; /* 0 is a free slot */
    struct quire_distinct_text *slot = find_text(set, hash, bytes, size);
    if (slot != NULL && slot->hash != 0) return 0;
    if (slot == NULL || set->count == QUIRE_STATS_DISTINCT_MAX ||
        set->bytes.size + size > QUIRE_STATS_DISTINCT_BYTES) {
        quire_distinct_give_up(set);
        return 0;
    }
    uint32_t start = (uint32_t)set->bytes.size;
    int code = quire_buf_append(&set->bytes, bytes, size);
    if (code != 0) return code;
    *slot = (struct quire_distinct_text){hash, start, (uint32_t)size};
    set->count++;
    return 0;
}
