#include "format/parquet/read/leaf_append.h"

#include "base/fail.h"
#include "data/column_private.h"
#include "format/parquet/encoding/bit_pack.h"
#include "format/parquet/encoding/plain.h"
#include "format/parquet/levels.h"

#define OPERATION "read parquet"
#define RUN_MIN   32 /* equal indices that are worth a loop of their own */

/* --- Setting up --- */

static int init_bytes(struct quire_leaf *leaf, const struct quire_schema_element *element,
                      struct quire_error *error)
{
    leaf->shape = QUIRE_LEAF_BYTES;
    leaf->text = quire_kind_is_string(leaf->target->kind);
    if (element->type == QUIRE_PARQUET_BYTE_ARRAY) return 0;
    return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                      "values of physical type %d cannot be read as strings or binaries",
                      (int)element->type);
}

int quire_leaf_init(struct quire_leaf *leaf, const struct quire_schema_element *element,
                    const struct quire_field *field, struct quire_error *error)
{
    leaf->field = field;
    leaf->target = field->kind == QUIRE_KIND_DICTIONARY ? field->dictionary : field;
    leaf->type = (enum quire_parquet_type)element->type;
    leaf->width = quire_plain_width(leaf->type, (size_t)element->type_length);
    leaf->failed = -1;
    enum quire_kind kind = leaf->target->kind;
    if (kind == QUIRE_KIND_NULL && field == leaf->target) {
        leaf->shape = QUIRE_LEAF_NULL;
        return 0;
    }
    if (quire_kind_is_string(kind) || quire_kind_is_binary(kind))
        return init_bytes(leaf, element, error);
    leaf->shape = QUIRE_LEAF_FIXED;
    if (kind == QUIRE_KIND_BOOL && leaf->type == QUIRE_PARQUET_BOOLEAN) {
        leaf->shape = QUIRE_LEAF_BOOL;
        leaf->out_width = 1;
        return 0;
    }
    QUIRE_TRY(quire_conversion_choose(element, leaf->target, &leaf->conversion, error));
    leaf->out_width = leaf->conversion.out_width;
    return 0;
}

void quire_leaf_rest(struct quire_leaf *leaf)
{
    leaf->dictionary.entries = 0;
    quire_buf_release(&leaf->dictionary.content);
    quire_buf_release(&leaf->dictionary.values);
    quire_buf_release(&leaf->dictionary.map);
    quire_buf_release(&leaf->dictionary.refused);
    quire_buf_release(&leaf->scratch);
    quire_buf_release(&leaf->refused);
}

void quire_leaf_release(struct quire_leaf *leaf)
{
    if (leaf != NULL) quire_leaf_rest(leaf);
}

size_t quire_leaf_memory(const struct quire_leaf *leaf)
{
    const struct quire_leaf_dictionary *dictionary = &leaf->dictionary;
    return dictionary->content.capacity + dictionary->values.capacity + dictionary->map.capacity +
           dictionary->refused.capacity + leaf->scratch.capacity + leaf->refused.capacity;
}

void quire_leaf_begin(struct quire_leaf *leaf, bool utf8_replace, enum quire_on_bad on_bad)
{
    leaf->utf8_replace = utf8_replace;
    leaf->on_bad = on_bad;
    leaf->dictionary.entries = 0;
    quire_buf_clear(&leaf->dictionary.map);
    quire_buf_clear(&leaf->dictionary.refused);
}

void quire_leaf_begin_batch(struct quire_leaf *leaf)
{
    struct quire_buf *map = &leaf->dictionary.map;
    if (map->size > 0) memset(map->data, 0xff, map->size);
}

/* --- Values of fixed width --- */

int quire_leaf_check_index(const struct quire_leaf *leaf, uint32_t index, struct quire_error *error)
{
    if (index < leaf->dictionary.entries) return 0;
    return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                      "dictionary entry %lu is used and there are %zu", (unsigned long)index,
                      leaf->dictionary.entries);
}

int quire_leaf_check_indices(const struct quire_leaf *leaf, const uint32_t *indices, size_t n,
                             struct quire_error *error)
{
    uint32_t most = 0;
    for (size_t i = 0; i < n; i++)
        most = indices[i] > most ? indices[i] : most;
    return n > 0 ? quire_leaf_check_index(leaf, most, error) : 0;
}

/* One value n times. */
static void repeat(void *out, const uint8_t *value, size_t width, size_t n)
{
    uint8_t *to = out;
    if (width == 1) {
        memset(to, *value, n);
    } else if (width == 4) {
        uint32_t word;
        memcpy(&word, value, 4);
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * 4, &word, 4);
    } else if (width == 8) {
        uint64_t word;
        memcpy(&word, value, 8);
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * 8, &word, 8);
    } else {
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * width, value, width);
    }
}

static int check_refused_run(struct quire_leaf *leaf, uint32_t index, size_t n, size_t done,
                             struct quire_error *error)
{
    if (leaf->dictionary.refused.size == 0 || leaf->dictionary.refused.data[index] == 0) return 0;
    for (size_t i = 0; i < n; i++)
        QUIRE_TRY(quire_leaf_refuse(leaf, done + i, error));
    return 0;
}

static int take_indexed(struct quire_leaf *leaf, struct quire_page_values *values, uint8_t *out,
                        size_t n, struct quire_error *error)
{
    const struct quire_leaf_dictionary *dictionary = &leaf->dictionary;
    uint32_t indices[QUIRE_LEAF_AT_ONCE];
    size_t width = leaf->out_width, all = n;
    for (size_t part; n > 0; n -= part, out += part * width) {
        uint64_t run = 0;
        uint32_t index = 0;
        QUIRE_TRY(quire_page_values_peek_run(values, &run, &index, error));
        if (run >= RUN_MIN) {
            part = n < run ? n : (size_t)run;
            QUIRE_TRY(quire_leaf_check_index(leaf, index, error));
            QUIRE_TRY(check_refused_run(leaf, index, part, all - n, error));
            repeat(out, dictionary->values.data + index * width, width, part);
            quire_rle_take_run(&values->rle, part);
            continue;
        }
        part = n < QUIRE_LEAF_AT_ONCE ? n : QUIRE_LEAF_AT_ONCE;
        QUIRE_TRY(quire_page_values_indices(values, indices, part, error));
        QUIRE_TRY(quire_dictionary_gather_fixed(dictionary->values.data, dictionary->entries, width,
                                                indices, part, out, error));
        QUIRE_TRY(quire_leaf_check_refused(leaf, indices, part, all - n, error));
    }
    return 0;
}

/* Decodes into scratch, converts from there. */
static int take_converted(struct quire_leaf *leaf, struct quire_page_values *values, uint8_t *out,
                          size_t n, struct quire_error *error)
{
    size_t size = QUIRE_LEAF_AT_ONCE * leaf->conversion.in_width;
    if (quire_buf_reserve(&leaf->scratch, size) != 0) return quire_fail_memory(error, OPERATION);
    for (size_t done = 0, part; done < n; done += part, out += part * leaf->out_width) {
        part = n - done < QUIRE_LEAF_AT_ONCE ? n - done : QUIRE_LEAF_AT_ONCE;
        void *in = leaf->scratch.data;
        if (leaf->type == QUIRE_PARQUET_BYTE_ARRAY)
            QUIRE_TRY(quire_page_values_bytes(values, in, part, error));
        else
            QUIRE_TRY(quire_page_values_fixed(values, in, part, error));
        QUIRE_TRY(quire_leaf_convert_scratch(leaf, out, part, done, quire_leaf_refuse, error));
    }
    return 0;
}

int quire_leaf_take_fixed(struct quire_leaf *leaf, struct quire_page_values *values, void *out,
                          size_t n, struct quire_error *error)
{
    if (quire_page_values_are_indices(values)) return take_indexed(leaf, values, out, n, error);
    if (leaf->conversion.run != NULL) return take_converted(leaf, values, out, n, error);
    return quire_page_values_fixed(values, out, n, error);
}

/* --- Columns --- */

static int64_t first_slot(const struct quire_column *column, int64_t slots)
{
    return column->length - slots;
}

/* Where the slots' values go, which is somewhere even if there are none; the caller adds them to
 * the size. What a batch has reserved is enough. */
static int reserve(struct quire_column *column, int64_t slots, size_t width,
                   struct quire_error *error)
{
    size_t size;
    if (__builtin_mul_overflow((size_t)slots, width, &size) ||
        quire_buf_reserve(&column->values, size > 0 ? size : 1) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static int append_fixed(struct quire_leaf *leaf, struct quire_page_values *values,
                        struct quire_column *column, int64_t slots, int64_t n,
                        struct quire_error *error)
{
    size_t width = quire_column_value_width(column->field);
    QUIRE_TRY(reserve(column, slots, width, error));
    uint8_t *out = quire_buf_end(&column->values);
    if (leaf->field != leaf->target)
        QUIRE_TRY(quire_leaf_take_entries(leaf, values, column, out, (size_t)n, error));
    else
        QUIRE_TRY(quire_leaf_take_fixed(leaf, values, out, (size_t)n, error));
    if (n < slots)
        quire_levels_spread(out, width, slots, n, column->validity.data, first_slot(column, slots));
    column->values.size += (size_t)slots * width;
    return 0;
}

/* Bytes of 0 and 1 to bits of a bitmap that are 0 so far. */
static void put_bits(uint8_t *bits, int64_t bit, const uint8_t *values, size_t n)
{
    for (; n > 0 && (bit & 7) != 0; n--, bit++)
        bits[bit >> 3] |= (uint8_t)(*values++ << (bit & 7));
    quire_bit_pack_u8(values, n / 8 * 8, 1, bits + (bit >> 3));
    values += n / 8 * 8;
    bit += (int64_t)(n / 8 * 8);
    for (n %= 8; n > 0; n--, bit++)
        bits[bit >> 3] |= (uint8_t)(*values++ << (bit & 7));
}

static int append_bools(struct quire_leaf *leaf, struct quire_page_values *values,
                        struct quire_column *column, int64_t slots, int64_t n,
                        struct quire_error *error)
{
    int64_t first = first_slot(column, slots);
    size_t size = (size_t)(column->length + 7) / 8;
    if (slots == 0) return 0; /* there may be no memory to point to */
    if (quire_buf_reserve(&leaf->scratch, (size_t)slots) != 0 ||
        quire_buf_reserve(&column->values, size - column->values.size) != 0)
        return quire_fail_memory(error, OPERATION);
    uint8_t *bytes = leaf->scratch.data;
    QUIRE_TRY(quire_leaf_take_fixed(leaf, values, bytes, (size_t)n, error));
    if (n < slots) quire_levels_spread(bytes, 1, slots, n, column->validity.data, first);
    memset(quire_buf_end(&column->values), 0, size - column->values.size);
    put_bits(column->values.data, first, bytes, (size_t)slots);
    column->values.size = size;
    return 0;
}

/* Offsets of values, each that behind it, become those of slots: a null's is that of the
 * value before it. The offset before them stands before them. */
#define DEFINE_SPREAD_OFFSETS(bits, type)                                      \
    static void spread_offsets_##bits(type *offsets, int64_t slots, int64_t n, \
                                      const uint8_t *validity, int64_t bit)    \
    {                                                                          \
        for (int64_t slot = slots - 1; slot >= 0 && n <= slot; slot--) {       \
            offsets[slot] = offsets[n - 1];                                    \
            n -= validity[(bit + slot) >> 3] >> ((bit + slot) & 7) & 1;        \
        }                                                                      \
    }
DEFINE_SPREAD_OFFSETS(32, int32_t)
DEFINE_SPREAD_OFFSETS(64, int64_t)

static int append_bytes(struct quire_leaf *leaf, struct quire_page_values *values,
                        struct quire_column *column, int64_t slots, int64_t n,
                        struct quire_error *error)
{
    size_t width = quire_column_offset_width(column->field->kind);
    QUIRE_TRY(reserve(column, slots, width, error));
    size_t size = column->values.size;
    void *offsets = quire_buf_end(&column->values);
    QUIRE_TRY(quire_leaf_take_bytes(leaf, values, column, (size_t)n, error));
    if (n < slots && width == 4)
        spread_offsets_32(offsets, slots, n, column->validity.data, first_slot(column, slots));
    else if (n < slots)
        spread_offsets_64(offsets, slots, n, column->validity.data, first_slot(column, slots));
    column->values.size = size + (size_t)slots * width;
    return 0;
}

int quire_leaf_append(struct quire_leaf *leaf, struct quire_page_values *values,
                      struct quire_column *column, int64_t slots, int64_t n,
                      struct quire_error *error)
{
    leaf->failed = -1;
    leaf->taken = 0;
    quire_buf_clear(&leaf->refused);
    if (leaf->shape == QUIRE_LEAF_NULL) {
        column->null_count = column->length;
        return quire_page_values_skip(values, (size_t)n, error);
    }
    if (leaf->field != leaf->target || leaf->shape == QUIRE_LEAF_FIXED)
        return append_fixed(leaf, values, column, slots, n, error);
    if (leaf->shape == QUIRE_LEAF_BOOL) return append_bools(leaf, values, column, slots, n, error);
    return append_bytes(leaf, values, column, slots, n, error);
}
