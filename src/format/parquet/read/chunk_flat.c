/* Columns that are fields of the root and no lists: an entry is a row, and definition
 * levels are its validity bit. Runs of rows that are all there are taken whole. */
#include "base/fail.h"
#include "format/parquet/read/chunk_reader_private.h"

#define OPERATION "read parquet"

static struct quire_column *find_column(const struct quire_chunk_reader *reader,
                                        struct quire_column *batch)
{
    const struct quire_parquet_node *root = reader->schema->root;
    size_t i = 0;
    while (root->children[i].leaf_first != reader->leaf_index)
        i++;
    return &batch->children[i];
}

/* Grows the bitmap by n bits that are 0. */
static int grow_validity(struct quire_column *column, int64_t n, struct quire_error *error)
{
    size_t size = (size_t)(column->length + n + 7) / 8;
    size_t more = size - column->validity.size;
    if (quire_buf_reserve(&column->validity, more) != 0) return quire_fail_memory(error, OPERATION);
    if (more > 0) memset(quire_buf_end(&column->validity), 0, more);
    column->validity.size = size;
    return 0;
}

static void set_bits(uint8_t *bits, int64_t bit, int64_t n)
{
    int64_t end = bit + n;
    for (; bit < end && (bit & 7) != 0; bit++)
        bits[bit >> 3] |= (uint8_t)(1u << (bit & 7));
    if (bit < end) memset(bits + (bit >> 3), 0xff, (size_t)(end - bit) / 8);
    for (bit += (end - bit) / 8 * 8; bit < end; bit++)
        bits[bit >> 3] |= (uint8_t)(1u << (bit & 7));
}

/* n rows that are all there. */
static int add_valid(struct quire_column *column, int64_t n, struct quire_error *error)
{
    if (column->validity.data != NULL) {
        QUIRE_TRY(grow_validity(column, n, error));
        set_bits(column->validity.data, column->length, n);
    }
    column->length += n;
    return 0;
}

/* n rows by their levels; *valid: how many are there. */
static int add_mixed(struct quire_chunk_reader *reader, struct quire_column *column, int64_t n,
                     size_t *valid, struct quire_error *error)
{
    if (quire_column_start_validity(column) != 0) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(grow_validity(column, n, error));
    QUIRE_TRY(quire_page_levels_bits(&reader->def, column->validity.data, column->length, (size_t)n,
                                     valid, error));
    column->length += n;
    column->null_count += n - (int64_t)*valid;
    return 0;
}

/* Types that are always null have no bitmap. */
static int add_nulls(struct quire_chunk_reader *reader, struct quire_column *column, int64_t n,
                     size_t *valid, struct quire_error *error)
{
    uint8_t levels[QUIRE_CHUNK_BLOCK];
    *valid = 0;
    QUIRE_TRY(quire_page_levels_decode(&reader->def, levels, (size_t)n, error));
    for (int64_t i = 0; i < n; i++)
        *valid += levels[i] & 1;
    column->length += n;
    return 0;
}

/* At most n rows of the page; *taken: how many. */
static int take_rows(struct quire_chunk_reader *reader, struct quire_column *column, int64_t n,
                     int64_t *taken, struct quire_error *error)
{
    size_t valid = (size_t)n;
    if (reader->def_max > 0)
        QUIRE_TRY(quire_page_levels_take_ones(&reader->def, (size_t)n, &valid, error));
    if (valid > 0) {
        n = (int64_t)valid;
        QUIRE_TRY(add_valid(column, n, error));
    } else {
        if (n > QUIRE_CHUNK_BLOCK) n = QUIRE_CHUNK_BLOCK;
        QUIRE_TRY(reader->leaf.shape == QUIRE_LEAF_NULL
                      ? add_nulls(reader, column, n, &valid, error)
                      : add_mixed(reader, column, n, &valid, error));
    }
    reader->page_left -= n;
    *taken = n;
    return quire_leaf_append(&reader->leaf, &reader->values, column, n, (int64_t)valid, error);
}

/* The row of the chunk of value number `failed` among the last rows of a column. */
static int64_t failed_row(const struct quire_chunk_reader *reader,
                          const struct quire_column *column, int64_t taken)
{
    int64_t row = 0, value = -1;
    for (; row < taken; row++) {
        int64_t bit = column->length - taken + row;
        value += column->validity.data == NULL ||
                 (column->validity.data[bit >> 3] >> (bit & 7) & 1) != 0;
        if (value == reader->leaf.failed) break;
    }
    return reader->row + row;
}

int quire_chunk_read_flat(struct quire_chunk_reader *reader, int64_t rows,
                          struct quire_column *batch, struct quire_error *error)
{
    struct quire_column *column = find_column(reader, batch);
    if (quire_column_reserve(column, rows) != 0) return quire_fail_memory(error, OPERATION);
    if (reader->leaf_index == reader->schema->root->leaf_first) batch->length += rows;
    while (rows > 0) {
        bool found = false;
        int64_t taken = 0;
        QUIRE_TRY(quire_chunk_need_page(reader, &found, error));
        if (!found) return quire_chunk_fail_end(reader, error);
        int64_t n = rows < reader->page_left ? rows : reader->page_left;
        int code = take_rows(reader, column, n, &taken, error);
        if (code != 0 && reader->leaf.failed >= 0)
            quire_error_at(error, reader->source.first_row + failed_row(reader, column, taken) + 1,
                           NULL, QUIRE_NOWHERE);
        QUIRE_TRY(code);
        if (reader->leaf.refused.size > 0)
            QUIRE_TRY(quire_chunk_refuse_flat(reader, column, taken, error));
        reader->row += taken;
        rows -= taken;
    }
    return 0;
}

int quire_chunk_skip_flat(struct quire_chunk_reader *reader, int64_t rows, int64_t *passed,
                          struct quire_error *error)
{
    uint8_t levels[QUIRE_CHUNK_BLOCK];
    if (rows > reader->page_left) rows = reader->page_left;
    for (int64_t left = rows, part; left > 0; left -= part) {
        size_t valid = 0;
        part = left;
        if (reader->def_max > 0) {
            QUIRE_TRY(quire_page_levels_take_ones(&reader->def, (size_t)left, &valid, error));
            if (valid > 0) {
                part = (int64_t)valid;
            } else {
                if (part > QUIRE_CHUNK_BLOCK) part = QUIRE_CHUNK_BLOCK;
                QUIRE_TRY(quire_page_levels_decode(&reader->def, levels, (size_t)part, error));
                for (int64_t i = 0; i < part; i++)
                    valid += levels[i] & 1;
            }
        } else {
            valid = (size_t)part;
        }
        QUIRE_TRY(quire_page_values_skip(&reader->values, valid, error));
    }
    reader->page_left -= rows;
    *passed = rows;
    return 0;
}
