/* The hash table of a dictionary. It grows by doubling when it is half full, so small
 * dictionaries stay in the first caches. Its slots hold short values themselves, so that
 * entries are looked at only for long ones. */
#include <string.h>

#include "format/parquet/encoding/dictionary_private.h"

#define INLINE     static inline __attribute__((always_inline))
#define PIECE      QUIRE_DICTIONARY_PIECE
#define SLOTS_MIN  ((size_t)1024)
#define LONG_TAG   UINT32_MAX
#define MULTIPLIER UINT64_C(0x9e3779b97f4a7c15) /* 2^64 / the golden ratio */

/* --- Keys ------------------------------------------------------------------------ */

/* What values are told apart by: all of a short one, a hash of a long one. */
struct key {
    uint64_t word;
    uint32_t tag;
};

INLINE uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * MULTIPLIER;
    return hash ^ hash >> 32;
}

/* Where a key belongs: the high bits of the product, which all bits of the key move. */
INLINE size_t home_of(unsigned shift, uint64_t word, uint32_t tag)
{
    word ^= word >> 32;
    return (size_t)((word + tag) * MULTIPLIER >> shift);
}

INLINE uint64_t load_8(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, 8);
    return word;
}

INLINE uint32_t load_4(const uint8_t *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, 4);
    return word;
}

static uint64_t hash_long(const uint8_t *bytes, size_t size)
{
    uint64_t hash = size * MULTIPLIER, last = load_8(bytes + size - 8);
    for (; size > 8; size -= 8, bytes += 8)
        hash = mix(hash, load_8(bytes));
    return mix(hash, last);
}

/* Loads overlap, so that every byte of a size is in the word once or twice. */
INLINE struct key key_of(const uint8_t *bytes, size_t size)
{
    if (size > 8) return (struct key){hash_long(bytes, size), LONG_TAG};
    uint32_t tag = (uint32_t)size;
    if (size >= 4)
        return (struct key){load_4(bytes) | (uint64_t)load_4(bytes + size - 4) << 32, tag};
    if (size == 0) return (struct key){0, tag};
    return (struct key){
        bytes[0] | (uint64_t)bytes[size >> 1] << 8 | (uint64_t)bytes[size - 1] << 16, tag};
}

INLINE struct key key_of_fixed(const uint8_t *bytes, size_t width)
{
    if (width == 4) return (struct key){load_4(bytes), 4};
    if (width == 8) return (struct key){load_8(bytes), 8};
    return key_of(bytes, width);
}

/* --- The table -------------------------------------------------------------------- */

static void place(struct quire_dictionary *dictionary, struct quire_dictionary_slot slot)
{
    size_t mask = dictionary->slots_size - 1, at = home_of(dictionary->shift, slot.word, slot.tag);
    while (dictionary->slots[at].entry != 0)
        at = (at + 1) & mask;
    dictionary->slots[at] = slot;
}

static int grow_slots(struct quire_dictionary *dictionary)
{
    struct quire_dictionary_slot *old = dictionary->slots;
    size_t old_size = dictionary->slots_size, size = old_size > 0 ? old_size * 2 : SLOTS_MIN;
    struct quire_dictionary_slot *slots = quire_alloc_zero(size, sizeof(*slots));
    if (slots == NULL) return QUIRE_MEMORY;
    dictionary->slots = slots;
    dictionary->slots_size = size;
    dictionary->shift = (unsigned)__builtin_clzll(size) + 1;
    for (size_t i = 0; i < old_size; i++)
        if (old[i].entry != 0) place(dictionary, old[i]);
    quire_free(old);
    return 0;
}

static bool is_entry(const struct quire_dictionary *dictionary, uint32_t entry,
                     const uint8_t *bytes, size_t size)
{
    struct quire_bytes known = quire_dictionary_entry(dictionary, entry);
    return known.size == size && memcmp(known.data, bytes, size) == 0;
}

static int insert(struct quire_dictionary *dictionary, const uint8_t *bytes, size_t size,
                  struct key key, size_t at, uint32_t *index)
{
    bool fits = false;
    QUIRE_TRY(quire_dictionary_put(dictionary, bytes, size, &fits));
    if (!fits) {
        dictionary->full = true;
        return 0;
    }
    *index = (uint32_t)dictionary->entries - 1;
    dictionary->slots[at] = (struct quire_dictionary_slot){
        .word = key.word, .tag = key.tag, .entry = (uint32_t)dictionary->entries};
    if (dictionary->entries * 2 >= dictionary->slots_size) return grow_slots(dictionary);
    return 0;
}

/* The index of a value, found or added; full is set when it cannot be. */
INLINE int find(struct quire_dictionary *dictionary, const uint8_t *bytes, size_t size,
                struct key key, uint32_t *index)
{
    const struct quire_dictionary_slot *slots = dictionary->slots;
    size_t mask = dictionary->slots_size - 1, at = home_of(dictionary->shift, key.word, key.tag);
    for (; slots[at].entry != 0; at = (at + 1) & mask) {
        if (slots[at].word != key.word || slots[at].tag != key.tag) continue;
        *index = slots[at].entry - 1;
        if (key.tag != LONG_TAG || is_entry(dictionary, *index, bytes, size)) return 0;
    }
    return insert(dictionary, bytes, size, key, at, index);
}

/* Keys of some values, and those of them that the first look at the table did not find. */
struct lookup {
    size_t n;
    uint64_t words[PIECE];
    uint32_t tags[PIECE];
    uint32_t missed[PIECE + 1];
    size_t missed_size;
    bool any_long;
};

/* Looks each key up where it belongs and nowhere else, without a branch: most values of a
 * column are found so, and those that are not would be guessed wrong. Long ones are found
 * by their hash only. fixed_tag: of all keys; 0: each has its own. */
INLINE void look_once(const struct quire_dictionary *dictionary, struct lookup *lookup,
                      uint32_t fixed_tag, uint32_t *restrict indices)
{
    const struct quire_dictionary_slot *slots = dictionary->slots;
    unsigned shift = dictionary->shift;
    size_t missed = 0, n = lookup->n;
    for (size_t i = 0; i < n; i++) {
        uint64_t word = lookup->words[i];
        uint32_t tag = fixed_tag != 0 ? fixed_tag : lookup->tags[i];
        const struct quire_dictionary_slot *slot = &slots[home_of(shift, word, tag)];
        indices[i] = slot->entry - 1;
        lookup->missed[missed] = (uint32_t)i;
        missed += (slot->word != word) | (slot->tag != tag) | (slot->entry == 0);
    }
    lookup->missed_size = missed;
}

/* Both are of a size beyond 8. */
INLINE bool is_same(const uint8_t *a, const uint8_t *b, size_t size)
{
    uint64_t differ = load_8(a + size - 8) ^ load_8(b + size - 8);
    for (size_t i = 0; i + 8 < size && differ == 0; i += 8)
        differ = load_8(a + i) ^ load_8(b + i);
    return differ == 0;
}

/* Where an entry stands, with its length before it when it is a byte array. */
INLINE const uint8_t *entry_at(const struct quire_dictionary *dictionary, uint32_t entry)
{
    size_t width = dictionary->options.width, at = entry * width;
    if (width == 0) at = load_4(dictionary->offsets.data + entry * sizeof(uint32_t));
    return dictionary->plain.data + at;
}

INLINE struct quire_bytes value_at(const uint8_t *values, size_t width,
                                   const struct quire_bytes *slices, size_t i)
{
    return slices != NULL ? slices[i] : (struct quire_bytes){values + i * width, width};
}

/* Whether the long values that were found are those entries. All are fetched before the
 * first is compared, so that one waits for memory while the others do. */
INLINE bool are_entries(const struct quire_dictionary *dictionary, const struct lookup *lookup,
                        const uint8_t *values, size_t width, const struct quire_bytes *slices,
                        const uint32_t *indices)
{
    const uint8_t *known[PIECE];
    uint32_t places[PIECE];
    size_t found = 0, next = 0;
    for (size_t i = 0; i < lookup->n; i++) {
        if (next < lookup->missed_size && lookup->missed[next] == i) {
            next++;
            continue;
        }
        if (lookup->tags[i] != LONG_TAG) continue;
        known[found] = entry_at(dictionary, indices[i]);
        __builtin_prefetch(known[found]);
        places[found++] = (uint32_t)i;
    }
    for (size_t k = 0; k < found; k++) {
        struct quire_bytes value = value_at(values, width, slices, places[k]);
        const uint8_t *bytes = known[k];
        uint32_t size = (uint32_t)width;
        if (slices != NULL) {
            size = load_4(bytes);
            bytes += sizeof(size);
        }
        if (size != value.size || !is_same(bytes, value.data, size)) return false;
    }
    return true;
}

/* Two long values have the same hash: each is looked for. */
static void miss_all(struct lookup *lookup)
{
    for (size_t i = 0; i < lookup->n; i++)
        lookup->missed[i] = (uint32_t)i;
    lookup->missed_size = lookup->n;
}

/* The rest one by one, in their order. *added: how many values have their index. */
INLINE int look_again(struct quire_dictionary *dictionary, const struct lookup *lookup,
                      const uint8_t *values, size_t width, const struct quire_bytes *slices,
                      uint32_t *indices, size_t *added)
{
    for (size_t k = 0; k < lookup->missed_size; k++) {
        size_t i = lookup->missed[k];
        struct key key = {lookup->words[i], lookup->tags[i]};
        QUIRE_TRY(slices != NULL
                      ? find(dictionary, slices[i].data, slices[i].size, key, &indices[i])
                      : find(dictionary, values + i * width, width, key, &indices[i]));
        if (!dictionary->full) continue;
        *added += i;
        return 0;
    }
    *added += lookup->n;
    return 0;
}

INLINE int find_all(struct quire_dictionary *dictionary, const uint8_t *values, size_t n,
                    size_t width, uint32_t *indices, size_t *added)
{
    struct lookup lookup;
    lookup.n = n;
    if (dictionary->slots_size == 0) QUIRE_TRY(grow_slots(dictionary));
    for (size_t i = 0; i < n; i++) {
        struct key key = key_of_fixed(values + i * width, width);
        lookup.words[i] = key.word;
        lookup.tags[i] = key.tag;
    }
    look_once(dictionary, &lookup, width == 4 || width == 8 ? (uint32_t)width : 0, indices);
    if (width > 8 && !are_entries(dictionary, &lookup, values, width, NULL, indices))
        miss_all(&lookup);
    return look_again(dictionary, &lookup, values, width, NULL, indices, added);
}

int quire_dictionary_find_fixed(struct quire_dictionary *dictionary, const uint8_t *values,
                                size_t n, uint32_t *indices, size_t *added)
{
    size_t width = dictionary->options.width;
    if (width == 4) return find_all(dictionary, values, n, 4, indices, added);
    if (width == 8) return find_all(dictionary, values, n, 8, indices, added);
    return find_all(dictionary, values, n, width, indices, added);
}

int quire_dictionary_fill_table(struct quire_dictionary *dictionary)
{
    size_t width = dictionary->options.width;
    while (dictionary->slots_size <= dictionary->entries * 2)
        QUIRE_TRY(grow_slots(dictionary));
    for (size_t i = 0; i < dictionary->entries; i++) {
        struct key key = key_of_fixed(dictionary->plain.data + i * width, width);
        place(dictionary, (struct quire_dictionary_slot){
                              .word = key.word, .tag = key.tag, .entry = (uint32_t)i + 1});
    }
    return 0;
}

int quire_dictionary_find_bytes(struct quire_dictionary *dictionary,
                                const struct quire_bytes *values, size_t n, uint32_t *indices,
                                size_t *added)
{
    struct lookup lookup;
    uint64_t bytes = 0;
    size_t done = 0;
    lookup.n = n;
    lookup.any_long = false;
    if (dictionary->slots_size == 0) QUIRE_TRY(grow_slots(dictionary));
    for (size_t i = 0; i < n; i++) {
        struct key key = key_of(values[i].data, values[i].size);
        lookup.words[i] = key.word;
        lookup.tags[i] = key.tag;
        lookup.any_long |= key.tag == LONG_TAG;
        bytes += 4 + values[i].size;
    }
    look_once(dictionary, &lookup, 0, indices);
    if (lookup.any_long && !are_entries(dictionary, &lookup, NULL, 0, values, indices))
        miss_all(&lookup);
    QUIRE_TRY(look_again(dictionary, &lookup, NULL, 0, values, indices, &done));
    *added += done;
    dictionary->rows += done;
    dictionary->rows_bytes += bytes;
    return 0;
}
