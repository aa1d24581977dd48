/* Fields that are dictionaries themselves. A batch begins with the chunk's dictionary, whole
 * and in its order; values that stand in pages of other encodings follow as they come. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "data/column_private.h"
#include "format/parquet/read/leaf_append.h"

#define OPERATION "read parquet"

/* A dictionary without order that is larger gives a batch only what the batch uses of it. */
#define WHOLE_ENTRIES_MAX 4096

/* The index of the value that was appended to the scratch column. */
static int find_scratch(struct quire_column *column, int code, int64_t *index,
                        struct quire_error *error)
{
    if (code == 0) code = quire_column_dictionary_index(column, index);
    if (code == QUIRE_LIMIT)
        return quire_fail(error, QUIRE_LIMIT, OPERATION,
                          "a batch has more distinct values than the dictionary's indices count");
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static int find_bytes(struct quire_column *column, struct quire_bytes value, int64_t *index,
                      struct quire_error *error)
{
    struct quire_column *scratch = quire_column_dictionary_scratch(column);
    return find_scratch(column, quire_column_append_bytes(scratch, value.data, value.size), index,
                        error);
}

static int find_fixed(const struct quire_leaf *leaf, struct quire_column *column,
                      const uint8_t *value, int64_t *index, struct quire_error *error)
{
    struct quire_column *scratch = quire_column_dictionary_scratch(column);
    int code = leaf->shape == QUIRE_LEAF_BOOL ? quire_column_append_bool(scratch, *value != 0)
                                              : quire_column_append_fixed(scratch, value);
    return find_scratch(column, code, index, error);
}

static void put_index(void *out, size_t width, size_t i, int64_t index)
{
    switch (width) {
    case 1: ((uint8_t *)out)[i] = (uint8_t)index; break;
    case 2: ((uint16_t *)out)[i] = (uint16_t)index; break;
    case 4: ((uint32_t *)out)[i] = (uint32_t)index; break;
    default: ((int64_t *)out)[i] = index; break;
    }
}

/* The column's index of an entry of the chunk's dictionary. */
static int map_entry(struct quire_leaf *leaf, struct quire_column *column, uint32_t entry,
                     int64_t *index, struct quire_error *error)
{
    int64_t *map = (int64_t *)(void *)leaf->dictionary.map.data;
    const uint8_t *values = leaf->dictionary.values.data;
    if (map[entry] < 0 && leaf->shape == QUIRE_LEAF_BYTES)
        QUIRE_TRY(find_bytes(column, ((const struct quire_bytes *)(const void *)values)[entry],
                             &map[entry], error));
    else if (map[entry] < 0)
        QUIRE_TRY(find_fixed(leaf, column, values + entry * leaf->out_width, &map[entry], error));
    *index = map[entry];
    return 0;
}

/* Makes all entries of the chunk's dictionary those of a column that has none yet. */
static int take_whole(struct quire_leaf *leaf, struct quire_column *column,
                      struct quire_error *error)
{
    size_t entries = leaf->dictionary.entries;
    if (column->dictionary->interned > 0 || leaf->dictionary.refused.size > 0) return 0;
    if (entries > WHOLE_ENTRIES_MAX && !leaf->field->dictionary_ordered) return 0;
    for (size_t i = 0; i < entries; i++) {
        int64_t index = 0;
        QUIRE_TRY(map_entry(leaf, column, (uint32_t)i, &index, error));
    }
    return 0;
}

static bool is_refused(const struct quire_leaf *leaf, uint32_t entry)
{
    return leaf->dictionary.refused.size > 0 && leaf->dictionary.refused.data[entry] != 0;
}

static int take_indexed(struct quire_leaf *leaf, struct quire_page_values *values,
                        struct quire_column *column, uint8_t *out, size_t n,
                        struct quire_error *error)
{
    uint32_t indices[QUIRE_LEAF_AT_ONCE];
    const int64_t *map = (const int64_t *)(const void *)leaf->dictionary.map.data;
    size_t width = quire_column_value_width(column->field), all = n;
    QUIRE_TRY(take_whole(leaf, column, error));
    for (size_t part; n > 0; n -= part, out += part * width) {
        part = n < QUIRE_LEAF_AT_ONCE ? n : QUIRE_LEAF_AT_ONCE;
        QUIRE_TRY(quire_page_values_indices(values, indices, part, error));
        QUIRE_TRY(quire_leaf_check_indices(leaf, indices, part, error));
        QUIRE_TRY(quire_leaf_check_refused(leaf, indices, part, all - n, error));
        for (size_t i = 0; i < part; i++) {
            int64_t index = map[indices[i]];
            if (is_refused(leaf, indices[i]))
                index = 0; /* of a null */
            else if (index < 0)
                QUIRE_TRY(map_entry(leaf, column, indices[i], &index, error));
            put_index(out, width, i, index);
        }
    }
    return 0;
}

static int take_slices(struct quire_leaf *leaf, struct quire_page_values *values,
                       struct quire_column *column, uint8_t *out, size_t n,
                       struct quire_error *error)
{
    struct quire_bytes slices[QUIRE_LEAF_AT_ONCE];
    size_t width = quire_column_value_width(column->field);
    for (size_t done = 0, part; done < n; done += part) {
        part = n - done < QUIRE_LEAF_AT_ONCE ? n - done : QUIRE_LEAF_AT_ONCE;
        QUIRE_TRY(quire_page_values_bytes(values, slices, part, error));
        for (size_t i = 0; i < part; i++) {
            struct quire_bytes value = slices[i];
            int64_t index = 0;
            bool bad = leaf->text && quire_leaf_find_bad_text(&value, 1) == 0;
            if (bad && leaf->utf8_replace) QUIRE_TRY(quire_leaf_repair_text(leaf, &value, error));
            if (bad && !leaf->utf8_replace)
                QUIRE_TRY(quire_leaf_refuse(leaf, done + i, error));
            else
                QUIRE_TRY(find_bytes(column, value, &index, error));
            put_index(out, width, done + i, index);
        }
    }
    return 0;
}

static int take_values(struct quire_leaf *leaf, struct quire_page_values *values,
                       struct quire_column *column, uint8_t *out, size_t n,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf fixed = {0};
    size_t width = quire_column_value_width(column->field);
    if (quire_buf_reserve(&fixed, QUIRE_LEAF_AT_ONCE * leaf->out_width) != 0)
        return quire_fail_memory(error, OPERATION);
    for (size_t done = 0, part; done < n; done += part) {
        part = n - done < QUIRE_LEAF_AT_ONCE ? n - done : QUIRE_LEAF_AT_ONCE;
        size_t refused = leaf->refused.size / sizeof(int64_t);
        leaf->taken = done;
        QUIRE_TRY(quire_leaf_take_fixed(leaf, values, fixed.data, part, error));
        for (size_t i = 0; i < part; i++) {
            int64_t index = 0;
            if (refused < leaf->refused.size / sizeof(int64_t) &&
                ((const int64_t *)(const void *)leaf->refused.data)[refused] == (int64_t)(done + i))
                refused++;
            else
                QUIRE_TRY(
                    find_fixed(leaf, column, fixed.data + i * leaf->out_width, &index, error));
            put_index(out, width, done + i, index);
        }
    }
    return 0;
}

int quire_leaf_take_entries(struct quire_leaf *leaf, struct quire_page_values *values,
                            struct quire_column *column, void *out, size_t n,
                            struct quire_error *error)
{
    if (quire_page_values_are_indices(values))
        return take_indexed(leaf, values, column, out, n, error);
    if (leaf->shape == QUIRE_LEAF_BYTES) return take_slices(leaf, values, column, out, n, error);
    return take_values(leaf, values, column, out, n, error);
}
