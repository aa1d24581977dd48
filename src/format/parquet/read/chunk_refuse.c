/* Values that were put up with, found again by their number among the values of an append:
 * values and rows are gone through once, side by side. */
#include "base/fail.h"
#include "format/parquet/read/chunk_reader_private.h"

#define OPERATION "read parquet"

static size_t refused_size(const struct quire_chunk_reader *reader)
{
    return reader->leaf.refused.size / sizeof(int64_t);
}

static int64_t refused_at(const struct quire_chunk_reader *reader, size_t i)
{
    return ((const int64_t *)(const void *)reader->leaf.refused.data)[i];
}

static int note_row(struct quire_chunk_reader *reader, int64_t row, struct quire_error *error)
{
    struct quire_buf *rows = &reader->refusals.rows;
    const struct quire_chunk_refusal *last =
        (const struct quire_chunk_refusal *)(const void *)quire_buf_end(rows);
    reader->refusals.values++;
    if (rows->size > 0 && last[-1].row == row) return 0;
    const struct quire_chunk_refusal refusal = {.row = row,
                                                .byte = reader->page.offset,
                                                .page = reader->pages.ordinal - 1,
                                                .leaf = reader->leaf_index,
                                                .column = (const char *)reader->path.data,
                                                .cause = quire_leaf_refusal(&reader->leaf)};
    if (quire_buf_append(rows, &refusal, sizeof(refusal)) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* A text of a record that is set aside is told as far as it can be. */
static bool stays(const struct quire_leaf *leaf)
{
    return leaf->on_bad == QUIRE_ON_BAD_REJECT && leaf->shape == QUIRE_LEAF_BYTES &&
           leaf->field == leaf->target;
}

static int set_nulls(struct quire_chunk_reader *reader, struct quire_column *column, int64_t slots,
                     struct quire_error *error)
{
    int64_t value = -1;
    size_t next = 0;
    if (stays(&reader->leaf)) return 0;
    if (quire_column_start_validity(column) != 0) return quire_fail_memory(error, OPERATION);
    for (int64_t slot = column->length - slots;
         slot < column->length && next < refused_size(reader); slot++) {
        value += column->validity.data[slot >> 3] >> (slot & 7) & 1;
        if (value != refused_at(reader, next)) continue;
        if (quire_column_set_null(column, slot) != 0) return quire_fail_memory(error, OPERATION);
        next++;
    }
    return 0;
}

int quire_chunk_refuse_flat(struct quire_chunk_reader *reader, struct quire_column *column,
                            int64_t taken, struct quire_error *error)
{
    int64_t value = -1, first = column->length - taken;
    size_t next = 0;
    for (int64_t row = 0; row < taken && next < refused_size(reader); row++) {
        int64_t bit = first + row;
        value += column->validity.data == NULL ||
                 (column->validity.data[bit >> 3] >> (bit & 7) & 1) != 0;
        if (value != refused_at(reader, next)) continue;
        QUIRE_TRY(note_row(reader, reader->row + row, error));
        next++;
    }
    return set_nulls(reader, column, taken, error);
}

int quire_chunk_refuse_nested(struct quire_chunk_reader *reader, struct quire_column *column,
                              int64_t slots, size_t n, struct quire_error *error)
{
    int64_t value = -1, row = reader->row - 1;
    size_t next = 0;
    for (size_t i = 0; i < n && next < refused_size(reader); i++) {
        size_t at = reader->block_at + i;
        row += reader->rep_max == 0 || reader->rep_block[at] == 0;
        value += reader->def_max == 0 || reader->def_block[at] == reader->def_max;
        if (value != refused_at(reader, next)) continue;
        QUIRE_TRY(note_row(reader, row, error));
        next++;
    }
    return set_nulls(reader, column, slots, error);
}
