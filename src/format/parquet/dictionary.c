/* The table grows by doubling when it is half full, so small dictionaries stay in the
 * first caches. Its slots hold short values themselves, so that entries are looked at only
 * for long ones. */
#include "format/parquet/dictionary.h"

#include <string.h>

#include "format/parquet/bit_pack.h"

#define INLINE      static inline __attribute__((always_inline))
#define OPERATION   "write parquet"
#define ENTRIES_MAX ((size_t)128 << 10)
#define BYTES_MAX   ((size_t)1 << 20)
#define SLOTS_MIN   ((size_t)1024)
#define DIRECT_MAX  ((uint64_t)1 << 16)
#define CHECK_FIRST ((uint64_t)8192)
#define PIECE       ((size_t)512)
#define LONG_TAG    UINT32_MAX
#define WHOLE_MAX   1e9                          /* of doubles that are looked at as integers */
#define MULTIPLIER  UINT64_C(0x9e3779b97f4a7c15) /* 2^64 / the golden ratio */

void quire_dictionary_init(struct quire_dictionary *dictionary,
                           const struct quire_dictionary_options *options)
{
    *dictionary = (struct quire_dictionary){.options = *options, .check_at = CHECK_FIRST};
    if (options->entries_max == 0) dictionary->options.entries_max = ENTRIES_MAX;
    if (options->bytes_max == 0) dictionary->options.bytes_max = BYTES_MAX;
}

void quire_dictionary_release(struct quire_dictionary *dictionary)
{
    if (dictionary == NULL) return;
    quire_buf_release(&dictionary->plain);
    quire_buf_release(&dictionary->offsets);
    quire_free(dictionary->slots);
    quire_free(dictionary->direct);
    dictionary->slots = NULL;
    dictionary->direct = NULL;
}

void quire_dictionary_clear(struct quire_dictionary *dictionary)
{
    struct quire_buf plain = dictionary->plain, offsets = dictionary->offsets;
    struct quire_dictionary_options options = dictionary->options;
    quire_free(dictionary->slots);
    quire_free(dictionary->direct);
    quire_dictionary_init(dictionary, &options);
    quire_buf_clear(&plain);
    quire_buf_clear(&offsets);
    dictionary->plain = plain;
    dictionary->offsets = offsets;
}

struct quire_bytes quire_dictionary_entry(const struct quire_dictionary *dictionary, size_t i)
{
    size_t width = dictionary->options.width;
    if (width > 0) return (struct quire_bytes){dictionary->plain.data + i * width, width};
    uint32_t offset, size;
    memcpy(&offset, dictionary->offsets.data + i * sizeof(offset), sizeof(offset));
    memcpy(&size, dictionary->plain.data + offset, sizeof(size));
    return (struct quire_bytes){dictionary->plain.data + offset + sizeof(size), size};
}

unsigned quire_dictionary_width(const struct quire_dictionary *dictionary)
{
    if (dictionary->entries == 0) return 0;
    unsigned width = quire_bit_width(dictionary->entries - 1);
    return width > 0 ? width : 1;
}

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

/* Appends an entry; false in *fits when a limit is reached. */
static int add_entry(struct quire_dictionary *dictionary, const uint8_t *bytes, size_t size,
                     bool *fits)
{
    const struct quire_dictionary_options *options = &dictionary->options;
    size_t plain_size = size + (options->width > 0 ? 0 : 4);
    *fits = dictionary->entries < options->entries_max && plain_size <= options->bytes_max &&
            dictionary->plain.size <= options->bytes_max - plain_size;
    if (!*fits) return 0;
    if (quire_buf_reserve(&dictionary->plain, plain_size) != 0) return QUIRE_MEMORY;
    if (options->width == 0) {
        uint32_t offset = (uint32_t)dictionary->plain.size, length = (uint32_t)size;
        QUIRE_TRY(quire_buf_append(&dictionary->offsets, &offset, sizeof(offset)));
        QUIRE_TRY(quire_buf_append(&dictionary->plain, &length, sizeof(length)));
    }
    QUIRE_TRY(quire_buf_append(&dictionary->plain, bytes, size));
    dictionary->entries++;
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
    QUIRE_TRY(add_entry(dictionary, bytes, size, &fits));
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
};

/* Looks each key up where it belongs and nowhere else, without a branch: most values of a
 * column are found so, and those that are not would be guessed wrong. fixed_tag: of all
 * keys; 0: each has its own. */
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
        missed +=
            (slot->word != word) | (slot->tag != tag) | (slot->entry == 0) | (tag == LONG_TAG);
    }
    lookup->missed_size = missed;
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
    return look_again(dictionary, &lookup, values, width, NULL, indices, added);
}

/* --- The direct table ------------------------------------------------------------ */

INLINE int64_t load_integer(const uint8_t *values, size_t i, size_t width)
{
    int32_t narrow;
    int64_t wide;
    if (width == 4) {
        memcpy(&narrow, values + i * 4, 4);
        return narrow;
    }
    memcpy(&wide, values + i * 8, 8);
    return wide;
}

/* Goes over to hashing, with the entries there are. */
static int leave_direct(struct quire_dictionary *dictionary)
{
    size_t width = dictionary->options.width;
    dictionary->direct_left = true;
    dictionary->direct_size = 0;
    quire_free(dictionary->direct);
    dictionary->direct = NULL;
    while (dictionary->slots_size <= dictionary->entries * 2)
        QUIRE_TRY(grow_slots(dictionary));
    for (size_t i = 0; i < dictionary->entries; i++) {
        struct key key = key_of_fixed(dictionary->plain.data + i * width, width);
        place(dictionary, (struct quire_dictionary_slot){
                              .word = key.word, .tag = key.tag, .entry = (uint32_t)i + 1});
    }
    return 0;
}

/* Makes the direct table hold least..most too, or leaves it. */
static int widen_direct(struct quire_dictionary *dictionary, int64_t least, int64_t most)
{
    if (dictionary->direct_size > 0) {
        int64_t end = dictionary->direct_base + (int64_t)dictionary->direct_size - 1;
        if (least >= dictionary->direct_base && most <= end) return 0;
        if (dictionary->direct_base < least) least = dictionary->direct_base;
        if (end > most) most = end;
    }
    uint64_t range = (uint64_t)most - (uint64_t)least;
    if (range >= DIRECT_MAX || most > INT64_MAX - (int64_t)DIRECT_MAX)
        return leave_direct(dictionary);
    uint32_t *direct = quire_alloc_zero((size_t)range + 1, sizeof(*direct));
    if (direct == NULL) return QUIRE_MEMORY;
    if (dictionary->direct_size > 0)
        memcpy(direct + (dictionary->direct_base - least), dictionary->direct,
               dictionary->direct_size * sizeof(*direct));
    quire_free(dictionary->direct);
    dictionary->direct = direct;
    dictionary->direct_base = least;
    dictionary->direct_size = (size_t)range + 1;
    return 0;
}

INLINE void find_range(const uint8_t *values, size_t n, size_t width, int64_t *least, int64_t *most)
{
    *least = *most = load_integer(values, 0, width);
    for (size_t i = 1; i < n; i++) {
        int64_t value = load_integer(values, i, width);
        *least = value < *least ? value : *least;
        *most = value > *most ? value : *most;
    }
}

/* numbers: what the values are as integers; the values themselves when they are some. */
INLINE int find_direct(struct quire_dictionary *dictionary, const uint8_t *numbers,
                       const uint8_t *values, size_t n, size_t width, uint32_t *indices,
                       size_t *added)
{
    uint32_t *direct = dictionary->direct;
    for (size_t i = 0; i < n; i++) {
        uint32_t *slot = &direct[load_integer(numbers, i, width) - dictionary->direct_base];
        if (*slot == 0) {
            bool fits = false;
            QUIRE_TRY(add_entry(dictionary, values + i * width, width, &fits));
            if (!fits) {
                dictionary->full = true;
                break;
            }
            *slot = (uint32_t)dictionary->entries;
        }
        indices[i] = *slot - 1;
        ++*added;
    }
    return 0;
}

INLINE int add_numbers(struct quire_dictionary *dictionary, const uint8_t *numbers,
                       const uint8_t *values, size_t n, size_t width, uint32_t *indices,
                       size_t *added)
{
    int64_t least, most;
    find_range(numbers, n, width, &least, &most);
    QUIRE_TRY(widen_direct(dictionary, least, most));
    if (dictionary->direct_left) return find_all(dictionary, values, n, width, indices, added);
    return find_direct(dictionary, numbers, values, n, width, indices, added);
}

/* Doubles as integers; false when one is not whole, or is -0.0, or large. */
static bool are_whole(const uint8_t *values, size_t n, int64_t *numbers)
{
    uint64_t differ = 0;
    for (size_t i = 0; i < n; i++) {
        double value, back;
        uint64_t value_bits, back_bits;
        memcpy(&value, values + i * 8, 8);
        double small = value > -WHOLE_MAX && value < WHOLE_MAX ? value : 0.5;
        int32_t number = (int32_t)small;
        back = number;
        memcpy(&value_bits, &value, 8);
        memcpy(&back_bits, &back, 8);
        differ |= value_bits ^ back_bits;
        numbers[i] = number;
    }
    return differ == 0;
}

static int add_doubles(struct quire_dictionary *dictionary, const uint8_t *values, size_t n,
                       uint32_t *indices, size_t *added)
{
    int64_t numbers[PIECE];
    numbers[0] = 0; /* as the compiler sees it, n may be 0 */
    if (are_whole(values, n, numbers))
        return add_numbers(dictionary, (const uint8_t *)numbers, values, n, 8, indices, added);
    QUIRE_TRY(leave_direct(dictionary));
    return find_all(dictionary, values, n, 8, indices, added);
}

static int add_some(struct quire_dictionary *dictionary, const uint8_t *values, size_t n,
                    uint32_t *indices, size_t *added)
{
    size_t width = dictionary->options.width;
    bool direct = dictionary->options.integers && !dictionary->direct_left;
    if (dictionary->options.doubles && !dictionary->direct_left)
        return add_doubles(dictionary, values, n, indices, added);
    if (width == 4)
        return direct ? add_numbers(dictionary, values, values, n, 4, indices, added)
                      : find_all(dictionary, values, n, 4, indices, added);
    if (width == 8)
        return direct ? add_numbers(dictionary, values, values, n, 8, indices, added)
                      : find_all(dictionary, values, n, 8, indices, added);
    return find_all(dictionary, values, n, width, indices, added);
}

/* --- Adding ---------------------------------------------------------------------- */

/* Gives up when the dictionary is larger than what it replaces and still most values
 * are new. A column of repeated values is past that after some thousand rows. */
static void check_pays(struct quire_dictionary *dictionary)
{
    if (dictionary->rows < dictionary->check_at) return;
    uint64_t rows = dictionary->rows - dictionary->check_at / 2;
    uint64_t news = dictionary->entries - dictionary->entries_at_check;
    uint64_t indices = dictionary->rows * quire_dictionary_width(dictionary) / 8;
    bool pays = dictionary->plain.size + indices < dictionary->rows_bytes;
    if (!pays && news * 20 > rows * 19 && !dictionary->options.keep) dictionary->full = true;
    dictionary->check_at *= 2;
    dictionary->entries_at_check = dictionary->entries;
}

int quire_dictionary_add_fixed(struct quire_dictionary *dictionary, const void *values, size_t n,
                               uint32_t *indices, size_t *added, struct quire_error *error)
{
    size_t width = dictionary->options.width;
    const uint8_t *at = values;
    *added = 0;
    while (n > *added && !dictionary->full) {
        size_t part = n - *added < PIECE ? n - *added : PIECE, done = 0;
        int code = add_some(dictionary, at, part, indices + *added, &done);
        if (code != 0) return quire_fail_memory(error, OPERATION);
        at += part * width;
        *added += done;
        dictionary->rows += done;
        dictionary->rows_bytes += done * width;
        check_pays(dictionary);
    }
    return 0;
}

static int find_slices(struct quire_dictionary *dictionary, const struct quire_bytes *values,
                       size_t n, uint32_t *indices, size_t *added)
{
    struct lookup lookup;
    uint64_t bytes = 0;
    size_t done = 0;
    lookup.n = n;
    if (dictionary->slots_size == 0) QUIRE_TRY(grow_slots(dictionary));
    for (size_t i = 0; i < n; i++) {
        struct key key = key_of(values[i].data, values[i].size);
        lookup.words[i] = key.word;
        lookup.tags[i] = key.tag;
        bytes += 4 + values[i].size;
    }
    look_once(dictionary, &lookup, 0, indices);
    QUIRE_TRY(look_again(dictionary, &lookup, NULL, 0, values, indices, &done));
    *added += done;
    dictionary->rows += done;
    dictionary->rows_bytes += bytes;
    return 0;
}

int quire_dictionary_add_bytes(struct quire_dictionary *dictionary,
                               const struct quire_bytes *values, size_t n, uint32_t *indices,
                               size_t *added, struct quire_error *error)
{
    *added = 0;
    while (n > *added && !dictionary->full) {
        size_t part = n - *added < PIECE ? n - *added : PIECE;
        if (find_slices(dictionary, values + *added, part, indices + *added, added) != 0)
            return quire_fail_memory(error, OPERATION);
        check_pays(dictionary);
    }
    return 0;
}
