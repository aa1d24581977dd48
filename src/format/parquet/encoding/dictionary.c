/* The life of a dictionary, its entries, and whether it pays. */
#include "format/parquet/encoding/dictionary.h"

#include <string.h>

#include "format/parquet/encoding/bit_pack.h"
#include "format/parquet/encoding/dictionary_private.h"

#define OPERATION   "write parquet"
#define ENTRIES_MAX ((size_t)128 << 10)
#define BYTES_MAX   ((size_t)1 << 20)
#define CHECK_FIRST ((uint64_t)8192)
#define SPARSE      8 /* a table that has fewer entries is not kept for the next chunk */

void quire_dictionary_init(struct quire_dictionary *dictionary,
                           const struct quire_dictionary_options *options)
{
    *dictionary = (struct quire_dictionary){.options = *options, .check_at = CHECK_FIRST};
    if (options->width != 4 && options->width != 8) dictionary->options.integers = false;
    if (options->width != 8) dictionary->options.doubles = false;
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
    struct quire_dictionary_slot *slots = dictionary->slots;
    size_t slots_size = dictionary->slots_size;
    unsigned shift = dictionary->shift;
    if (dictionary->entries < slots_size / SPARSE) {
        quire_free(slots);
        slots = NULL;
        slots_size = 0;
    }
    quire_free(dictionary->direct);
    quire_dictionary_init(dictionary, &options);
    if (slots != NULL) memset(slots, 0, slots_size * sizeof(*slots));
    dictionary->slots = slots;
    dictionary->slots_size = slots_size;
    dictionary->shift = shift;
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

int quire_dictionary_put(struct quire_dictionary *dictionary, const uint8_t *bytes, size_t size,
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

/* --- Adding ---------------------------------------------------------------------- */

static int add_some(struct quire_dictionary *dictionary, const uint8_t *values, size_t n,
                    uint32_t *indices, size_t *added)
{
    if (dictionary->options.doubles && !dictionary->direct_left)
        return quire_dictionary_find_doubles(dictionary, values, n, indices, added);
    if (dictionary->options.integers && !dictionary->direct_left)
        return quire_dictionary_find_integers(dictionary, values, n, indices, added);
    return quire_dictionary_find_fixed(dictionary, values, n, indices, added);
}

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
        size_t part = n - *added < QUIRE_DICTIONARY_PIECE ? n - *added : QUIRE_DICTIONARY_PIECE,
               done = 0;
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

int quire_dictionary_add_bytes(struct quire_dictionary *dictionary,
                               const struct quire_bytes *values, size_t n, uint32_t *indices,
                               size_t *added, struct quire_error *error)
{
    *added = 0;
    while (n > *added && !dictionary->full) {
        size_t part = n - *added < QUIRE_DICTIONARY_PIECE ? n - *added : QUIRE_DICTIONARY_PIECE;
        if (quire_dictionary_find_bytes(dictionary, values + *added, part, indices + *added,
                                        added) != 0)
            return quire_fail_memory(error, OPERATION);
        check_pays(dictionary);
    }
    return 0;
}
