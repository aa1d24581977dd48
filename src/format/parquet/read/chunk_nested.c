/* Columns within structs and lists: levels are decoded a block at a time and assembled,
 * as many entries at once as belong to the rows that are wanted. A row may begin in one
 * block or page and end in another. */
#include "base/fail.h"
#include "format/parquet/read/chunk_reader_private.h"

#define OPERATION "read parquet"

/* A block that is not used up; *found is false at the end of the chunk. */
static int need_block(struct quire_chunk_reader *reader, bool *found, struct quire_error *error)
{
    *found = true;
    if (reader->block_at < reader->block_size) return 0;
    QUIRE_TRY(quire_chunk_need_page(reader, found, error));
    if (!*found) return 0;
    size_t n =
        reader->page_left < QUIRE_CHUNK_BLOCK ? (size_t)reader->page_left : QUIRE_CHUNK_BLOCK;
    QUIRE_TRY(quire_page_levels_decode(&reader->rep, reader->rep_block, n, error));
    QUIRE_TRY(quire_page_levels_decode(&reader->def, reader->def_block, n, error));
    reader->page_left -= (int64_t)n;
    reader->block_at = 0;
    reader->block_size = n;
    return 0;
}

/* Entries of the block up to the one that begins a row beyond rows; *begun: rows that begin
 * in them. */
static size_t count_entries(const struct quire_chunk_reader *reader, int64_t rows, int64_t *begun)
{
    size_t at = reader->block_at, size = reader->block_size - at;
    *begun = 0;
    if (reader->rep_max == 0) {
        if ((int64_t)size > rows) size = (size_t)rows;
        *begun = (int64_t)size;
        return size;
    }
    uint32_t rows_in_block = 0;
    for (size_t i = 0; i < size; i++)
        rows_in_block += reader->rep_block[at + i] == 0;
    if (rows_in_block <= rows) {
        *begun = rows_in_block;
        return size;
    }
    for (size_t i = 0; i < size; i++) {
        if (reader->rep_block[at + i] != 0) continue;
        if (*begun == rows) return i;
        ++*begun;
    }
    return size;
}

/* Adds the row of the chunk where value number `failed` of n entries stands. */
static void place_failure(const struct quire_chunk_reader *reader, size_t n, int64_t row,
                          struct quire_error *error)
{
    int64_t value = -1;
    for (size_t i = 0; i < n && value < reader->leaf.failed; i++) {
        row += reader->rep_block[reader->block_at + i] == 0;
        value += reader->def_block[reader->block_at + i] == reader->def_max;
    }
    quire_error_at(error, reader->source.first_row + row, NULL, QUIRE_NOWHERE);
}

static int take_entries(struct quire_chunk_reader *reader, size_t n, bool continues,
                        struct quire_column *batch, struct quire_error *error)
{
    size_t at = reader->block_at;
    struct quire_level_leaf leaf;
    struct quire_level_entries entries = {
        .def = reader->def_max > 0 ? reader->def_block + at : NULL,
        .rep = reader->rep_max > 0 ? reader->rep_block + at : NULL,
        .size = n,
        .continues = continues,
    };
    if (reader->fixed_lists)
        QUIRE_TRY(quire_levels_expand(reader->schema, reader->leaf_index, &entries,
                                      reader->expanded, error));
    QUIRE_TRY(
        quire_levels_assemble(reader->schema, reader->leaf_index, &entries, batch, &leaf, error));
    QUIRE_TRY(quire_leaf_append(&reader->leaf, &reader->values, leaf.column, leaf.slots,
                                leaf.values, error));
    if (reader->leaf.refused.size == 0) return 0;
    return quire_chunk_refuse_nested(reader, leaf.column, leaf.slots, n, error);
}

/* The row does not go on behind the entries that are used up. Pages that an offset index tells
 * of end with a row (PageIndex.md), so that the next needs no look. */
static bool ends_rows(const struct quire_chunk_reader *reader)
{
    return reader->rep_max == 0 ||
           (reader->page_left == 0 &&
            (reader->source.offset_index != NULL || quire_page_reader_ended(&reader->pages)));
}

int quire_chunk_read_nested(struct quire_chunk_reader *reader, int64_t rows,
                            struct quire_column *batch, struct quire_error *error)
{
    int64_t left = rows;
    for (;;) {
        bool found = false;
        int64_t begun = 0;
        if (left == 0 && reader->block_at == reader->block_size && ends_rows(reader)) return 0;
        QUIRE_TRY(need_block(reader, &found, error));
        if (!found) return left == 0 ? 0 : quire_chunk_fail_end(reader, error);
        size_t n = count_entries(reader, left, &begun);
        if (n == 0) return 0;
        bool continues = reader->rep_max > 0 && reader->rep_block[reader->block_at] != 0;
        if (continues && left == rows)
            return quire_fail(error, QUIRE_CORRUPT, OPERATION, "levels that begin within a row");
        int code = take_entries(reader, n, continues, batch, error);
        if (code != 0 && reader->leaf.failed >= 0) place_failure(reader, n, reader->row, error);
        QUIRE_TRY(code);
        reader->block_at += n;
        reader->row += begun;
        left -= begun;
    }
}

int quire_chunk_skip_nested(struct quire_chunk_reader *reader, int64_t rows, int64_t *passed,
                            struct quire_error *error)
{
    bool found = false, first = true;
    *passed = 0;
    for (;;) {
        int64_t begun = 0;
        if (reader->block_at == reader->block_size && reader->page_left == 0 && ends_rows(reader))
            return 0;
        QUIRE_TRY(need_block(reader, &found, error));
        if (!found) return 0;
        size_t at = reader->block_at, n = count_entries(reader, rows - *passed, &begun);
        if (n == 0) return 0;
        if (first && reader->rep_max > 0 && reader->rep_block[at] != 0)
            return quire_fail(error, QUIRE_CORRUPT, OPERATION, "levels that begin within a row");
        size_t values = 0;
        for (size_t i = 0; i < n; i++)
            values += reader->def_block[at + i] == reader->def_max;
        QUIRE_TRY(quire_page_values_skip(&reader->values, values, error));
        reader->block_at += n;
        *passed += begun;
        first = false;
    }
}
