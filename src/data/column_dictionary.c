/* Dictionary columns: each distinct value is kept once and found by hash.
 *
 * The values are a column of their own, whose row past the interned ones is the
 * scratch row: a new value is appended there and either stays, becoming an entry,
 * or is taken back when an equal one exists. Values are equal when their bytes
 * are (so -0.0 and 0.0 stay apart). Nested values are not compared: every row has
 * an entry of its own, which is valid if not small. */
#include <assert.h>

#include "base/fail.h"
#include "base/hash.h"
#include "data/column_private.h"
#include "data/view.h"

#define SLOTS_MIN ((size_t)64)

int quire_column_dictionary_new(const struct quire_field *field,
                                struct quire_column_dictionary **dictionary,
                                struct quire_error *error)
{
    struct quire_column_dictionary *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, "make column");
    int code = quire_column_new(field->dictionary, &made->values, error);
    if (code != 0) {
        quire_free(made);
        return code;
    }
    *dictionary = made;
    return 0;
}

void quire_column_dictionary_free(struct quire_column_dictionary *dictionary)
{
    if (dictionary == NULL) return;
    quire_column_free(dictionary->values);
    quire_free(dictionary->slots);
    quire_free(dictionary);
}

void quire_column_dictionary_forget(struct quire_column_dictionary *dictionary)
{
    dictionary->interned = 0;
    if (dictionary->slots_size > 0)
        memset(dictionary->slots, 0, dictionary->slots_size * sizeof(*dictionary->slots));
}

void quire_column_dictionary_clear(struct quire_column_dictionary *dictionary)
{
    quire_column_clear(dictionary->values);
    quire_column_dictionary_forget(dictionary);
}

size_t quire_column_dictionary_memory(const struct quire_column_dictionary *dictionary)
{
    return sizeof(*dictionary) + quire_column_memory(dictionary->values) +
           dictionary->slots_size * sizeof(*dictionary->slots);
}

struct quire_column *quire_column_dictionary_scratch(struct quire_column *column)
{
    struct quire_column_dictionary *dictionary = column->dictionary;
    if (dictionary->values->length > dictionary->interned || dictionary->values->children_size > 0)
        quire_column_truncate(dictionary->values, dictionary->interned);
    return dictionary->values;
}

static uint32_t hash_of(struct quire_bytes value)
{
    return (uint32_t)quire_hash_bytes(value.data, value.size);
}

/* The bytes that tell a value from others. */
static struct quire_bytes value_bytes(const struct quire_column *values, int64_t row)
{
    static const uint8_t truth[2] = {0, 1};
    if (values->field->kind == QUIRE_KIND_BOOL)
        return (struct quire_bytes){truth + (values->values.data[row >> 3] >> (row & 7) & 1), 1};
    if (quire_column_offset_width(values->field->kind) != 0) {
        int64_t start = quire_column_offset(values, row);
        size_t size = (size_t)(quire_column_offset(values, row + 1) - start);
        return (struct quire_bytes){size > 0 ? values->bytes.data + start : truth, size};
    }
    size_t width = quire_column_value_width(values->field);
    return (struct quire_bytes){values->values.data + (size_t)row * width, width};
}

static bool is_null(const struct quire_column *values, int64_t row)
{
    if (values->field->kind == QUIRE_KIND_NULL) return true;
    return values->validity.data != NULL && (values->validity.data[row >> 3] >> (row & 7) & 1) == 0;
}

/* The slot of an equal value, or the free one where it would go. */
static struct quire_column_dictionary_slot *
find_slot(const struct quire_column_dictionary *dictionary, struct quire_bytes bytes, uint32_t hash)
{
    size_t mask = dictionary->slots_size - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        struct quire_column_dictionary_slot *slot = &dictionary->slots[at];
        if (slot->entry == 0) return slot;
        if (slot->hash != hash) continue;
        struct quire_bytes other = value_bytes(dictionary->values, slot->entry - 1);
        if (other.size == bytes.size &&
            (bytes.size == 0 || memcmp(other.data, bytes.data, bytes.size) == 0))
            return slot;
    }
}

/* Keeps the table at most half full. */
static int reserve_slot(struct quire_column_dictionary *dictionary)
{
    if ((size_t)dictionary->interned * 2 < dictionary->slots_size) return 0;
    size_t size = dictionary->slots_size > 0 ? dictionary->slots_size * 2 : SLOTS_MIN;
    struct quire_column_dictionary_slot *slots = quire_alloc_zero(size, sizeof(*slots));
    if (slots == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < dictionary->slots_size; i++) {
        if (dictionary->slots[i].entry == 0) continue;
        size_t at = dictionary->slots[i].hash & (size - 1);
        while (slots[at].entry != 0)
            at = (at + 1) & (size - 1);
        slots[at] = dictionary->slots[i];
    }
    quire_free(dictionary->slots);
    dictionary->slots = slots;
    dictionary->slots_size = size;
    return 0;
}

static int64_t entries_max(enum quire_kind index_kind)
{
    switch (index_kind) {
    case QUIRE_KIND_INT8: return INT64_C(1) << 7;
    case QUIRE_KIND_UINT8: return INT64_C(1) << 8;
    case QUIRE_KIND_INT16: return INT64_C(1) << 15;
    case QUIRE_KIND_UINT16: return INT64_C(1) << 16;
    default: return INT64_C(1) << 31;
    }
}

static int append_index(struct quire_column *column, int64_t index)
{
    switch (quire_column_value_width(column->field)) {
    case 1: return quire_column_append_i8(column, (int8_t)index);
    case 2: return quire_column_append_i16(column, (int16_t)index);
    case 4: return quire_column_append_i32(column, (int32_t)index);
    default: return quire_column_append_i64(column, index);
    }
}

/* Makes the scratch row an entry. */
static int keep_scratch(struct quire_column *column, struct quire_column_dictionary_slot *slot,
                        uint32_t hash)
{
    struct quire_column_dictionary *dictionary = column->dictionary;
    if (dictionary->interned >= entries_max(column->field->index_kind)) {
        quire_column_dictionary_scratch(column);
        return QUIRE_LIMIT;
    }
    dictionary->interned++;
    if (slot != NULL)
        *slot = (struct quire_column_dictionary_slot){hash, (uint32_t)dictionary->interned};
    return 0;
}

int quire_column_dictionary_bytes(struct quire_column *column, const void *bytes, size_t size)
{
    struct quire_column_dictionary *dictionary = column->dictionary;
    struct quire_column *values = quire_column_dictionary_scratch(column);
    struct quire_bytes value = {bytes, size};
    uint32_t hash = hash_of(value);
    QUIRE_TRY(reserve_slot(dictionary));
    struct quire_column_dictionary_slot *slot = find_slot(dictionary, value, hash);
    if (slot->entry != 0) return append_index(column, slot->entry - 1);
    QUIRE_TRY(quire_column_append_bytes(values, bytes, size));
    QUIRE_TRY(keep_scratch(column, slot, hash));
    return append_index(column, dictionary->interned - 1);
}

int quire_column_dictionary_index(struct quire_column *column, int64_t *index)
{
    struct quire_column_dictionary *dictionary = column->dictionary;
    struct quire_column *values = dictionary->values;
    struct quire_column_dictionary_slot *slot = NULL;
    uint32_t hash = 0;
    assert(values->length == dictionary->interned + 1);
    if (values->children_size == 0 && values->dictionary == NULL) {
        int code = reserve_slot(dictionary);
        if (code != 0) {
            quire_column_dictionary_scratch(column);
            return code;
        }
        struct quire_bytes value = value_bytes(values, dictionary->interned);
        hash = hash_of(value);
        slot = find_slot(dictionary, value, hash);
        if (slot->entry != 0) {
            *index = (int64_t)slot->entry - 1;
            quire_column_dictionary_scratch(column);
            return 0;
        }
    }
    QUIRE_TRY(keep_scratch(column, slot, hash));
    *index = dictionary->interned - 1;
    return 0;
}

int quire_column_dictionary_intern(struct quire_column *column)
{
    struct quire_column_dictionary *dictionary = column->dictionary;
    int64_t index = 0;
    assert(dictionary->values->length == dictionary->interned + 1);
    if (is_null(dictionary->values, dictionary->interned)) {
        quire_column_dictionary_scratch(column);
        return quire_column_append_null(column);
    }
    QUIRE_TRY(quire_column_dictionary_index(column, &index));
    return append_index(column, index);
}
