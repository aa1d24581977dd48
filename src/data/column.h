/* A column, written: the growing buffers of one field that end as an ArrowArray.
 *
 * A column tree mirrors a field tree. Each append adds exactly one row to its
 * column; a struct's children and a list's items are appended by the caller
 * (children of a null struct too: quire_column_append_null does that by itself).
 * finish moves the buffers into an ArrowArray without copying and leaves the
 * column empty for the next batch. Appends fail with QUIRE_MEMORY, or
 * QUIRE_LIMIT when 32-bit offsets are full, and then the row was not added.
 *
 * Decoders that know how many rows come write whole columns: quire_column_extend
 * gives room for n fixed-width values to fill. */
#ifndef QUIRE_DATA_COLUMN_H
#define QUIRE_DATA_COLUMN_H

#include "data/field.h"
#include "quire/error.h"

struct quire_column_dictionary;

struct quire_column {
    const struct quire_field *field;
    int64_t length;
    int64_t null_count;
    struct quire_buf validity; /* data == NULL until the first null: all valid */
    struct quire_buf values;   /* fixed values; bits of a bool; offsets (length + 1, the first 0);
                                  indices; size is kept in bytes of whole values */
    struct quire_buf bytes;    /* string and binary data */
    /* Of the batch that was finished last: rows, and sizes of values and bytes. */
    int64_t length_last;
    size_t values_last, bytes_last;
    struct quire_column *children;
    size_t children_size;
    struct quire_column_dictionary *dictionary; /* DICTIONARY: values seen, by hash */
};

/* Makes a column tree for a field (a struct field for a batch). View kinds are
 * built as their plain kinds would be and finished as views. UNION and RUN_END
 * are QUIRE_UNSUPPORTED. */
int quire_column_new(const struct quire_field *field, struct quire_column **column,
                     struct quire_error *error);
void quire_column_free(struct quire_column *column);

/* For QUIRE_CLEANUP. */
static inline void quire_column_cleanup(struct quire_column **column)
{
    quire_column_free(*column);
}

/* Room for rows more of fixed-width values, offsets and validity (not for bytes). */
int quire_column_reserve(struct quire_column *column, int64_t rows);

/* Room in an empty tree for rows that are like those finished last, and a bit more: batches
 * of one stream are alike, and growing copies. */
int quire_column_reserve_alike(struct quire_column *column, int64_t rows);

/* Drops all rows, keeps the memory. */
void quire_column_clear(struct quire_column *column);

/* Drops rows from the end until length rows are left, in the whole tree: how a
 * record that turned out bad is taken back. */
void quire_column_truncate(struct quire_column *column, int64_t length);

/* Bytes of the rows of the tree. */
size_t quire_column_size(const struct quire_column *column);

/* Heap bytes held by the tree. */
size_t quire_column_memory(const struct quire_column *column);

/* Moves everything into *array (release frees it). Buffers that are much larger
 * than their content are shrunk. Fails only with QUIRE_MEMORY, and then the column
 * is as it was. */
int quire_column_finish(struct quire_column *column, struct ArrowArray *array,
                        struct quire_error *error);

/* One null: children of structs get a null each, fixed lists `width` nulls (zeros
 * where the child is not nullable). */
int quire_column_append_null(struct quire_column *column);
int quire_column_append_nulls(struct quire_column *column, int64_t n);

/* Starts the validity bitmap with `length` valid rows; done by the first null. */
int quire_column_start_validity(struct quire_column *column);

/* Notes that the row just written to values is valid. Inline parts of append. */
static inline int quire_column_note_valid(struct quire_column *column)
{
    if (__builtin_expect(column->validity.data != NULL, 0)) {
        int64_t row = column->length;
        if ((row & 7) == 0) {
            int code = quire_buf_push(&column->validity, 1);
            if (code != 0) return code;
        } else {
            column->validity.data[row >> 3] |= (uint8_t)(1u << (row & 7));
        }
    }
    column->length++;
    return 0;
}

#define QUIRE_COLUMN_APPEND(suffix, type)                                                   \
    static inline int quire_column_append_##suffix(struct quire_column *column, type value) \
    {                                                                                       \
        int code = quire_buf_reserve(&column->values, sizeof(type));                        \
        if (code != 0) return code;                                                         \
        memcpy(column->values.data + column->values.size, &value, sizeof(type));            \
        code = quire_column_note_valid(column);                                             \
        if (code == 0) column->values.size += sizeof(type);                                 \
        return code;                                                                        \
    }
/* One value of exactly the column's width. */
QUIRE_COLUMN_APPEND(i8, int8_t)
QUIRE_COLUMN_APPEND(i16, int16_t)
QUIRE_COLUMN_APPEND(i32, int32_t)
QUIRE_COLUMN_APPEND(i64, int64_t)
QUIRE_COLUMN_APPEND(f32, float)
QUIRE_COLUMN_APPEND(f64, double)

int quire_column_append_bool(struct quire_column *column, bool value);

/* An integer into any integer, date, time, timestamp or duration column; false
 * in *fits (row not added, 0 returned) when the width cannot hold it. */
int quire_column_append_int(struct quire_column *column, int64_t value, bool *fits);
int quire_column_append_uint(struct quire_column *column, uint64_t value, bool *fits);

/* field->width bytes: decimals, fixed binary, intervals. */
int quire_column_append_fixed(struct quire_column *column, const void *bytes);

/* A string or binary value of any kind (bytes are not checked). A dictionary
 * column of strings or binaries takes the value, not its index. */
int quire_column_append_bytes(struct quire_column *column, const void *bytes, size_t size);

/* Dictionary columns of other values: begin by appending the value to
 * quire_column_dictionary_scratch(), then intern it. A null there is a null here.
 * QUIRE_LIMIT when the index kind has no more values. */
struct quire_column *quire_column_dictionary_scratch(struct quire_column *column);
int quire_column_dictionary_intern(struct quire_column *column);
/* The index that interning the value (not null) would append, without the row. */
int quire_column_dictionary_index(struct quire_column *column, int64_t *index);

/* Ends a list or map value: its items have been appended to children[0] (a fixed
 * list with another number of items is QUIRE_INPUT). For structs: its fields have
 * been appended, one row each. On failure the items or fields are dropped too. */
int quire_column_end_list(struct quire_column *column);
int quire_column_end_struct(struct quire_column *column);

/* Appends n rows whose fixed-width values the caller fills at the returned
 * address (all valid; nulls are then marked by quire_column_set_null). */
int quire_column_extend(struct quire_column *column, int64_t n, void **values);
int quire_column_set_null(struct quire_column *column, int64_t row);

#endif
