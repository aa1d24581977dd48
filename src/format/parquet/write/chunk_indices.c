/* Rows of an Arrow dictionary: a chunk's dictionary begins with all entries of the first one,
 * in their order, so that categories come back as they were. Each entry that is used is looked
 * up there once for every add, the rest is a copy of indices. What a page holds
 * is read off the entries that its indices use. */
#include <string.h>

#include "base/fail.h"
#include "format/parquet/write/chunk_writer_private.h"

#define OPERATION QUIRE_CHUNK_OPERATION
#define AT_ONCE   256
/* Of an Arrow dictionary that is taken whole. */
#define ENTRIES_MAX 131072

bool quire_chunk_maps(const struct quire_chunk_writer *writer, const struct quire_view *view)
{
    return view->field->kind == QUIRE_KIND_DICTIONARY && writer->stage == QUIRE_CHUNK_DICTIONARY;
}

void quire_chunk_begin_map(struct quire_chunk_writer *writer)
{
    if (++writer->index_epoch != 0) return;
    if (writer->index_slots.size > 0) memset(writer->index_slots.data, 0, writer->index_slots.size);
    writer->index_epoch = 1;
}

static int reserve_slots(struct quire_chunk_writer *writer, int64_t entries,
                         struct quire_error *error)
{
    struct quire_buf *slots = &writer->index_slots;
    size_t size = (size_t)entries * sizeof(struct quire_index_slot);
    if (slots->size >= size) return 0;
    if (quire_buf_reserve(slots, size - slots->size) != 0)
        return quire_fail_memory(error, OPERATION);
    memset(slots->data + slots->size, 0, size - slots->size);
    slots->size = size;
    return 0;
}

/* Looks an entry of the Arrow dictionary up. */
static int fill_slot(struct quire_chunk_writer *writer, const struct quire_view *dictionary,
                     int64_t entry, struct quire_index_slot *slot, bool *full,
                     struct quire_error *error)
{
    struct quire_level_range range = {entry, 1};
    size_t added = 0;
    QUIRE_TRY(quire_leaf_gather(&writer->plan, dictionary, &range, 1, &writer->block, error));
    const struct quire_values *value = &writer->block.values;
    struct quire_index_slot found = {.epoch = writer->index_epoch};
    if (value->slices != NULL) {
        QUIRE_TRY(quire_dictionary_add_bytes(&writer->dictionary, value->slices, 1, &found.index,
                                             &added, error));
    } else {
        QUIRE_TRY(quire_dictionary_add_fixed(&writer->dictionary, value->fixed, 1, &found.index,
                                             &added, error));
    }
    *full = added == 0;
    if (!*full) *slot = found;
    return 0;
}

/* *all: the chunk's dictionary had room for the entries, and they could be converted. */
static int take_entries(struct quire_chunk_writer *writer, const struct quire_view *dictionary,
                        bool *all, struct quire_error *error)
{
    uint32_t indices[AT_ONCE];
    struct quire_level_range range = {.start = 0};
    const struct quire_values *values = &writer->block.values;
    *all = false;
    for (; range.start < dictionary->length; range.start += range.size) {
        size_t added = 0;
        int64_t left = dictionary->length - range.start;
        range.size = left < AT_ONCE ? left : AT_ONCE;
        int code = quire_leaf_gather(&writer->plan, dictionary, &range, 1, &writer->block, error);
        if (code == QUIRE_INPUT) return 0; /* it matters only where it is used */
        QUIRE_TRY(code);
        QUIRE_TRY(values->slices != NULL
                      ? quire_dictionary_add_bytes(&writer->dictionary, values->slices, values->n,
                                                   indices, &added, error)
                      : quire_dictionary_add_fixed(&writer->dictionary, values->fixed, values->n,
                                                   indices, &added, error));
        if (added < values->n) return 0;
    }
    *all = true;
    return 0;
}

/* Dictionaries that do not fit are taken entry by entry, as they are used. */
static int begin_dictionary(struct quire_chunk_writer *writer, const struct quire_view *dictionary,
                            struct quire_error *error)
{
    bool all = false;
    if (writer->dictionary.entries > 0 || dictionary->length > ENTRIES_MAX) return 0;
    QUIRE_TRY(take_entries(writer, dictionary, &all, error));
    if (!all) {
        quire_dictionary_clear(&writer->dictionary);
        quire_error_clear(error);
    }
    return 0;
}

static int map_range(struct quire_chunk_writer *writer, const struct quire_view *view,
                     struct quire_level_range range, uint32_t *out, size_t *done, bool *full,
                     struct quire_error *error)
{
    struct quire_index_slot *slots = (struct quire_index_slot *)(void *)writer->index_slots.data;
    bool nulls = quire_leaf_may_be_null(view) || quire_leaf_may_be_null(view->dictionary) ||
                 view->dictionary->field->kind == QUIRE_KIND_NULL;
    for (int64_t row = range.start; row < range.start + range.size; row++) {
        if (nulls && quire_levels_is_null(view, row)) continue;
        int64_t entry = quire_view_index(view, row);
        struct quire_index_slot *slot = &slots[entry];
        if (slot->epoch != writer->index_epoch)
            QUIRE_TRY(fill_slot(writer, view->dictionary, entry, slot, full, error));
        if (*full) return 0;
        out[*done] = slot->index;
        ++*done;
    }
    return 0;
}

int quire_chunk_map(struct quire_chunk_writer *writer, const struct quire_view *view, bool *full,
                    size_t *done, struct quire_error *error)
{
    const struct quire_levels *levels = &writer->levels;
    *done = 0;
    *full = false;
    QUIRE_TRY(reserve_slots(writer, view->dictionary->length, error));
    QUIRE_TRY(begin_dictionary(writer, view->dictionary, error));
    quire_buf_clear(&writer->mapped);
    if (quire_buf_reserve(&writer->mapped, (size_t)levels->values * sizeof(uint32_t)) != 0)
        return quire_fail_memory(error, OPERATION);
    uint32_t *out = (uint32_t *)(void *)writer->mapped.data;
    for (size_t i = 0; i < levels->ranges_size && !*full; i++)
        QUIRE_TRY(map_range(writer, view, levels->ranges[i], out, done, full, error));
    writer->mapped.size = *done * sizeof(uint32_t);
    return 0;
}

/* --- Extremes --------------------------------------------------------------------------- */

static bool is_nan(enum quire_value_order order, const uint8_t *value)
{
    uint16_t half;
    float single;
    double number;
    switch (order) {
    case QUIRE_VALUES_F16: memcpy(&half, value, 2); return (half & 0x7fff) > 0x7c00;
    case QUIRE_VALUES_F32: memcpy(&single, value, 4); return single != single;
    default: memcpy(&number, value, 8); return number != number;
    }
}

static void count_nans(struct quire_chunk_writer *writer)
{
    const uint32_t *indices = (const uint32_t *)(const void *)writer->indices.data;
    size_t n = quire_chunk_indices_size(writer), width = writer->plan.width;
    int64_t nans = 0;
    for (size_t i = 0; i < n; i++)
        nans += is_nan(writer->order, writer->dictionary.plain.data + indices[i] * width);
    writer->page_extremes.nans = nans;
}

static int mark_used(struct quire_chunk_writer *writer, struct quire_error *error)
{
    struct quire_buf *used = &writer->used;
    const uint32_t *indices = (const uint32_t *)(const void *)writer->indices.data;
    size_t n = quire_chunk_indices_size(writer), entries = writer->dictionary.entries;
    quire_buf_clear(used);
    if (quire_buf_reserve(used, entries + 8) != 0) return quire_fail_memory(error, OPERATION);
    uint8_t *marks = used->data;
    memset(marks, 0, entries + 8);
    for (size_t i = 0; i < n; i++)
        marks[indices[i]] = 1;
    return 0;
}

/* The next entry that is used, from entry i on. */
static size_t next_used(const uint8_t *used, size_t i, size_t entries)
{
    while (i < entries) {
        uint64_t eight;
        memcpy(&eight, used + i, 8);
        if (eight != 0) return i + (size_t)__builtin_ctzll(eight) / 8;
        i += 8;
    }
    return entries;
}

static int add_fixed(struct quire_chunk_writer *writer)
{
    const struct quire_dictionary *dictionary = &writer->dictionary;
    size_t width = writer->plan.width, n = 0;
    quire_buf_clear(&writer->trial.bytes);
    QUIRE_TRY(quire_buf_reserve(&writer->trial.bytes, AT_ONCE * width));
    uint8_t *values = writer->trial.bytes.data;
    for (size_t i = 0; i < dictionary->entries; i++) {
        i = next_used(writer->used.data, i, dictionary->entries);
        if (i < dictionary->entries)
            memcpy(values + n++ * width, dictionary->plain.data + i * width, width);
        if (n < AT_ONCE && i + 1 < dictionary->entries) continue;
        struct quire_values part = {.fixed = values, .width = width, .n = n};
        QUIRE_TRY(quire_extremes_add(&writer->page_extremes, writer->order, &part));
        n = 0;
    }
    return 0;
}

static int add_bytes(struct quire_chunk_writer *writer)
{
    const struct quire_dictionary *dictionary = &writer->dictionary;
    struct quire_bytes slices[AT_ONCE];
    size_t n = 0;
    for (size_t i = 0; i < dictionary->entries; i++) {
        i = next_used(writer->used.data, i, dictionary->entries);
        if (i < dictionary->entries) slices[n++] = quire_dictionary_entry(dictionary, i);
        if (n < AT_ONCE && i + 1 < dictionary->entries) continue;
        struct quire_values part = {.slices = slices, .n = n};
        QUIRE_TRY(quire_extremes_add(&writer->page_extremes, writer->order, &part));
        n = 0;
    }
    return 0;
}

int quire_chunk_extremes_of_indices(struct quire_chunk_writer *writer, struct quire_error *error)
{
    QUIRE_TRY(mark_used(writer, error));
    int code = writer->plan.form == QUIRE_LEAF_BYTES ? add_bytes(writer) : add_fixed(writer);
    if (code != 0) return quire_fail_memory(error, OPERATION);
    if (writer->page_extremes.nans > 0) count_nans(writer);
    return 0;
}
