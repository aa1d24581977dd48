/* What the files that make up a column share: the widths of its buffers, and the
 * dictionary with its hash table. */
#ifndef QUIRE_DATA_COLUMN_PRIVATE_H
#define QUIRE_DATA_COLUMN_PRIVATE_H

#include "data/column.h"

/* Bytes of one offset that strings, binaries, lists and maps are built with; 0
 * for kinds without offsets. */
static inline size_t quire_column_offset_width(enum quire_kind kind)
{
    switch (kind) {
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_STRING_VIEW:
    case QUIRE_KIND_BINARY:
    case QUIRE_KIND_BINARY_VIEW:
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_LIST_VIEW:
    case QUIRE_KIND_MAP: return 4;
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_LARGE_BINARY:
    case QUIRE_KIND_LARGE_LIST:
    case QUIRE_KIND_LARGE_LIST_VIEW: return 8;
    default: return 0;
    }
}

/* Bytes that one row adds to `values`; 0 for bits and for kinds that have none. */
static inline size_t quire_column_value_width(const struct quire_field *field)
{
    enum quire_kind kind = field->kind == QUIRE_KIND_DICTIONARY ? field->index_kind : field->kind;
    switch (kind) {
    case QUIRE_KIND_INT8:
    case QUIRE_KIND_UINT8: return 1;
    case QUIRE_KIND_INT16:
    case QUIRE_KIND_UINT16:
    case QUIRE_KIND_FLOAT16: return 2;
    case QUIRE_KIND_INT32:
    case QUIRE_KIND_UINT32:
    case QUIRE_KIND_FLOAT32:
    case QUIRE_KIND_DATE32:
    case QUIRE_KIND_TIME32:
    case QUIRE_KIND_INTERVAL_MONTHS: return 4;
    case QUIRE_KIND_INT64:
    case QUIRE_KIND_UINT64:
    case QUIRE_KIND_FLOAT64:
    case QUIRE_KIND_DATE64:
    case QUIRE_KIND_TIME64:
    case QUIRE_KIND_TIMESTAMP:
    case QUIRE_KIND_DURATION:
    case QUIRE_KIND_INTERVAL_DAY_TIME: return 8;
    case QUIRE_KIND_INTERVAL_MONTH_DAY_NANO: return 16;
    case QUIRE_KIND_DECIMAL:
    case QUIRE_KIND_FIXED_BINARY: return (size_t)field->width;
    default: return quire_column_offset_width(kind);
    }
}

/* Offset number `row` of a column that has offsets. */
static inline int64_t quire_column_offset(const struct quire_column *column, int64_t row)
{
    if (quire_column_offset_width(column->field->kind) == 4)
        return ((const int32_t *)(const void *)column->values.data)[row];
    return ((const int64_t *)(const void *)column->values.data)[row];
}

static inline int64_t quire_column_last_offset(const struct quire_column *column)
{
    return quire_column_offset(column, column->length);
}

/* Writes an offset into memory that was reserved. */
static inline void quire_column_put_offset(struct quire_column *column, int64_t offset)
{
    int32_t narrow = (int32_t)offset;
    if (quire_column_offset_width(column->field->kind) == 4) {
        memcpy(quire_buf_end(&column->values), &narrow, 4);
        column->values.size += 4;
    } else {
        memcpy(quire_buf_end(&column->values), &offset, 8);
        column->values.size += 8;
    }
}

/* Notes that the row just written to values is null. */
int quire_column_note_null(struct quire_column *column);

/* Notes that n rows whose values are written are valid. */
int quire_column_note_valids(struct quire_column *column, int64_t n);

/* A row of zeros (empty for strings and lists, with what lies below it), valid or
 * null; n of them. */
int quire_column_append_blank(struct quire_column *column, bool valid);
int quire_column_append_blanks(struct quire_column *column, int64_t n, bool valid);

static inline int quire_column_first_offset(struct quire_buf *values, enum quire_kind kind)
{
    return quire_buf_append(values, &(int64_t){0}, quire_column_offset_width(kind));
}

/* The values of a dictionary column and an open-addressed table of their hashes. */
struct quire_column_dictionary_slot {
    uint32_t hash;
    uint32_t entry; /* index of the value + 1; 0: free */
};

struct quire_column_dictionary {
    struct quire_column *values;
    int64_t interned; /* rows of values that are in the dictionary; one more is scratch */
    struct quire_column_dictionary_slot *slots;
    size_t slots_size; /* a power of two, or 0 */
};

int quire_column_dictionary_new(const struct quire_field *field,
                                struct quire_column_dictionary **dictionary,
                                struct quire_error *error);
void quire_column_dictionary_free(struct quire_column_dictionary *dictionary);
void quire_column_dictionary_clear(struct quire_column_dictionary *dictionary);
/* Forgets the hashes, when the values have been moved out. */
void quire_column_dictionary_forget(struct quire_column_dictionary *dictionary);
size_t quire_column_dictionary_memory(const struct quire_column_dictionary *dictionary);
/* Appends a row for a string or binary value, adding the value when it is new. */
int quire_column_dictionary_bytes(struct quire_column *column, const void *bytes, size_t size);

#endif
