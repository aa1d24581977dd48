/* Strings and binaries. Short values are copied as if they had 32 bytes, as far as that stays
 * within the source; the column's buffer always has the room. */
#include "base/fail.h"
#include "base/utf8.h"
#include "data/column_private.h"
#include "format/parquet/read/leaf_append.h"

#define INLINE    static inline __attribute__((always_inline))
#define OPERATION "read parquet"
#define CHUNK     16

/* Copies a value; up to 2 * CHUNK bytes behind it may be overwritten, and those before
 * readable (NULL: none) may be read. */
INLINE uint8_t *put(uint8_t *to, struct quire_bytes value, const uint8_t *readable)
{
    if (value.size <= 2 * CHUNK && (uintptr_t)value.data + 2 * CHUNK <= (uintptr_t)readable) {
        memcpy(to, value.data, CHUNK);
        memcpy(to + CHUNK, value.data + CHUNK, CHUNK);
    } else if (value.size > 0) {
        memcpy(to, value.data, value.size);
    }
    return to + value.size;
}

static uint64_t total_of(const struct quire_bytes *values, size_t n)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += values[i].size;
    return total;
}

/* Room for the bytes, and that offsets can count them. */
static int reserve_bytes(struct quire_column *column, uint64_t total, struct quire_error *error)
{
    size_t width = quire_column_offset_width(column->field->kind);
    if (width == 4 && total > (uint64_t)INT32_MAX - column->bytes.size)
        return quire_fail(error, QUIRE_LIMIT, OPERATION,
                          "a batch with more than 2^31 bytes of text in a column; read fewer rows "
                          "at once");
    if (quire_buf_reserve(&column->bytes, total + (size_t)2 * CHUNK) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* Writes the offset behind each value. */
static void put_offsets(struct quire_column *column, const struct quire_bytes *values, size_t n)
{
    size_t at = column->bytes.size;
    if (quire_column_offset_width(column->field->kind) == 4) {
        int32_t *offsets = (int32_t *)(void *)quire_buf_end(&column->values);
        for (size_t i = 0; i < n; i++)
            offsets[i] = (int32_t)(at += values[i].size);
        column->values.size += n * sizeof(*offsets);
    } else {
        int64_t *offsets = (int64_t *)(void *)quire_buf_end(&column->values);
        for (size_t i = 0; i < n; i++)
            offsets[i] = (int64_t)(at += values[i].size);
        column->values.size += n * sizeof(*offsets);
    }
}

static int append_values(struct quire_column *column, const struct quire_bytes *values, size_t n,
                         const uint8_t *readable, struct quire_error *error)
{
    QUIRE_TRY(reserve_bytes(column, total_of(values, n), error));
    put_offsets(column, values, n);
    uint8_t *to = quire_buf_end(&column->bytes);
    for (size_t i = 0; i < n; i++)
        to = put(to, values[i], readable);
    column->bytes.size = (size_t)(to - column->bytes.data);
    return 0;
}

/* Values of which some are not UTF-8, one by one; they are the append's from `done` on. Those
 * that are refused stand there repaired, so that a record that is set aside can be told. */
static int append_repaired(struct quire_leaf *leaf, struct quire_column *column,
                           const struct quire_bytes *values, size_t n, size_t done,
                           struct quire_error *error)
{
    for (size_t i = 0; i < n; i++) {
        struct quire_bytes value = values[i];
        if (quire_leaf_find_bad_text(&value, 1) == 0) {
            if (!leaf->utf8_replace) QUIRE_TRY(quire_leaf_refuse(leaf, done + i, error));
            QUIRE_TRY(quire_leaf_repair_text(leaf, &value, error));
        }
        QUIRE_TRY(append_values(column, &value, 1, NULL, error));
    }
    return 0;
}

static int take_plain(struct quire_leaf *leaf, struct quire_page_values *values,
                      struct quire_column *column, size_t n, struct quire_error *error)
{
    struct quire_bytes slices[QUIRE_LEAF_AT_ONCE];
    for (size_t done = 0, part; done < n; done += part) {
        part = n - done < QUIRE_LEAF_AT_ONCE ? n - done : QUIRE_LEAF_AT_ONCE;
        size_t bytes = column->bytes.size, offsets = column->values.size;
        QUIRE_TRY(quire_page_values_bytes(values, slices, part, error));
        QUIRE_TRY(append_values(column, slices, part, quire_page_values_readable(values), error));
        if (!leaf->text || quire_leaf_is_text(column->bytes.data + bytes,
                                              column->bytes.size - bytes, slices, part))
            continue;
        column->bytes.size = bytes;
        column->values.size = offsets;
        QUIRE_TRY(append_repaired(leaf, column, slices, part, done, error));
    }
    return 0;
}

static int take_indexed(struct quire_leaf *leaf, struct quire_page_values *values,
                        struct quire_column *column, size_t n, struct quire_error *error)
{
    const struct quire_leaf_dictionary *dictionary = &leaf->dictionary;
    const struct quire_bytes *entries = (const void *)dictionary->values.data;
    const uint8_t *readable = dictionary->content.data + dictionary->content.size;
    uint32_t indices[QUIRE_LEAF_AT_ONCE];
    struct quire_bytes slices[QUIRE_LEAF_AT_ONCE];
    size_t all = n;
    for (size_t part; n > 0; n -= part) {
        part = n < QUIRE_LEAF_AT_ONCE ? n : QUIRE_LEAF_AT_ONCE;
        QUIRE_TRY(quire_page_values_indices(values, indices, part, error));
        QUIRE_TRY(quire_leaf_check_indices(leaf, indices, part, error));
        QUIRE_TRY(quire_leaf_check_refused(leaf, indices, part, all - n, error));
        for (size_t i = 0; i < part; i++)
            slices[i] = entries[indices[i]];
        QUIRE_TRY(append_values(column, slices, part, readable, error));
    }
    return 0;
}

int quire_leaf_take_bytes(struct quire_leaf *leaf, struct quire_page_values *values,
                          struct quire_column *column, size_t n, struct quire_error *error)
{
    if (quire_page_values_are_indices(values)) return take_indexed(leaf, values, column, n, error);
    return take_plain(leaf, values, column, n, error);
}
