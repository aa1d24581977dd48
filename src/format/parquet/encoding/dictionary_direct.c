/* The direct table of a dictionary of integers: what index each value of their range has.
 * Doubles that are whole numbers, as integers with nulls often come, go by it too. */
#include <string.h>

#include "format/parquet/encoding/dictionary_private.h"

#define INLINE     static inline __attribute__((always_inline))
#define DIRECT_MAX ((uint64_t)1 << 16)
#define WHOLE_MAX  1e9 /* of doubles that are looked at as integers */

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
    dictionary->direct_left = true;
    dictionary->direct_size = 0;
    quire_free(dictionary->direct);
    dictionary->direct = NULL;
    return quire_dictionary_fill_table(dictionary);
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

INLINE void range_loop(const uint8_t *values, size_t n, size_t width, int64_t *least, int64_t *most)
{
    int64_t low = load_integer(values, 0, width), high = low;
    for (size_t i = 1; i < n; i++) {
        int64_t value = load_integer(values, i, width);
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    *least = low;
    *most = high;
}

#ifdef __x86_64__
/* Integers of 64 bits are compared together by no instruction before these. */
__attribute__((target("avx2"))) static void range_avx2(const uint8_t *values, size_t n,
                                                       int64_t *least, int64_t *most)
{
    range_loop(values, n, 8, least, most);
}
#endif

INLINE void find_range(const uint8_t *values, size_t n, size_t width, int64_t *least, int64_t *most)
{
#ifdef __x86_64__
    if (width == 8 && __builtin_cpu_supports("avx2")) {
        range_avx2(values, n, least, most);
        return;
    }
#endif
    range_loop(values, n, width, least, most);
}

/* Those from value number *added on, one by one: some are new. */
INLINE int find_news(struct quire_dictionary *dictionary, const uint8_t *numbers,
                     const uint8_t *values, size_t n, size_t width, uint32_t *indices,
                     size_t *added)
{
    uint32_t *direct = dictionary->direct;
    for (size_t i = 0; i < n; i++) {
        uint32_t *slot = &direct[load_integer(numbers, i, width) - dictionary->direct_base];
        if (*slot == 0) {
            bool fits = false;
            QUIRE_TRY(quire_dictionary_put(dictionary, values + i * width, width, &fits));
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

/* numbers: what the values are as integers; the values themselves when they are some.
 * Mostly all are known, so they are looked up first as if they were. */
INLINE int find_direct(struct quire_dictionary *dictionary, const uint8_t *numbers,
                       const uint8_t *values, size_t n, size_t width, uint32_t *restrict indices,
                       size_t *added)
{
    const uint32_t *direct = dictionary->direct;
    int64_t base = dictionary->direct_base;
    uint32_t unknown = 0; /* the highest bit: an index of -1 was met */
    for (size_t i = 0; i < n; i++) {
        uint32_t index = direct[load_integer(numbers, i, width) - base] - 1;
        indices[i] = index;
        unknown |= index;
    }
    if (unknown >> 31 != 0) return find_news(dictionary, numbers, values, n, width, indices, added);
    *added += n;
    return 0;
}

INLINE int add_numbers(struct quire_dictionary *dictionary, const uint8_t *numbers,
                       const uint8_t *values, size_t n, size_t width, uint32_t *indices,
                       size_t *added)
{
    int64_t least, most;
    find_range(numbers, n, width, &least, &most);
    QUIRE_TRY(widen_direct(dictionary, least, most));
    if (dictionary->direct_left)
        return quire_dictionary_find_fixed(dictionary, values, n, indices, added);
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

int quire_dictionary_find_doubles(struct quire_dictionary *dictionary, const uint8_t *values,
                                  size_t n, uint32_t *indices, size_t *added)
{
    int64_t numbers[QUIRE_DICTIONARY_PIECE];
    numbers[0] = 0; /* as the compiler sees it, n may be 0 */
    if (are_whole(values, n, numbers))
        return add_numbers(dictionary, (const uint8_t *)numbers, values, n, 8, indices, added);
    QUIRE_TRY(leave_direct(dictionary));
    return quire_dictionary_find_fixed(dictionary, values, n, indices, added);
}

int quire_dictionary_find_integers(struct quire_dictionary *dictionary, const uint8_t *values,
                                   size_t n, uint32_t *indices, size_t *added)
{
    if (dictionary->options.width == 4)
        return add_numbers(dictionary, values, values, n, 4, indices, added);
    return add_numbers(dictionary, values, values, n, 8, indices, added);
}
