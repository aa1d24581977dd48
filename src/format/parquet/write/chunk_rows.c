/* Rows of a batch into the open page. They are taken in blocks that stay in a core's
 * cache; a block is cut into pieces of whole rows where a page ends. */
#include "base/fail.h"
#include "format/parquet/write/chunk_writer_private.h"

#define OPERATION  QUIRE_CHUNK_OPERATION
#define FEW_LEVELS 8

/* Entries of a block from some place on, and their values: real ones, or indices. */
struct piece {
    size_t entry, entries;
    size_t value, values;
    int64_t rows;
};

/* The block that is being added. */
struct block {
    const struct quire_levels *levels;
    bool mapped;
    size_t entry, value; /* what is done */
    int64_t rows;        /* that are left */
};

static const struct quire_bytes *slices_of(const struct quire_chunk_writer *writer,
                                           const struct block *block)
{
    return block->mapped ? NULL : writer->block.values.slices;
}

/* Bytes that a value adds to the page, about; those of slices are their own. */
static double bytes_each(const struct quire_chunk_writer *writer)
{
    if (writer->stage == QUIRE_CHUNK_DICTIONARY)
        return quire_dictionary_width(&writer->dictionary) / 8.0;
    if (writer->plan.form == QUIRE_LEAF_BOOLS && writer->stage == QUIRE_CHUNK_DIRECT)
        return 1.0 / 8;
    return writer->plan.form == QUIRE_LEAF_BYTES ? 4 : (double)writer->plan.width;
}

static double slice_bytes(const struct quire_bytes *slices, size_t n)
{
    size_t size = 0;
    for (size_t i = 0; i < n; i++)
        size += slices[i].size;
    return (double)size;
}

/* Goes row by row until the page has its rows or bytes; at least one. */
static struct piece walk_rows(const struct quire_chunk_writer *writer, const struct block *block,
                              double room, int64_t rows_max)
{
    const struct quire_levels *levels = block->levels;
    const struct quire_bytes *slices = slices_of(writer, block);
    bool sized = slices != NULL && writer->stage != QUIRE_CHUNK_DICTIONARY;
    double each = bytes_each(writer), bytes = 0;
    struct piece piece = {.entry = block->entry, .value = block->value};
    size_t i = block->entry, value = block->value;
    for (; i < levels->size; i++) {
        if (levels->rep == NULL || levels->rep[i] == 0) {
            if (piece.rows > 0 && (piece.rows == rows_max || bytes >= room)) break;
            piece.rows++;
        }
        if (levels->def != NULL && levels->def[i] != writer->def_max) continue;
        bytes += each + (sized ? (double)slices[value].size : 0);
        value++;
    }
    piece.entries = i - block->entry;
    piece.values = value - block->value;
    return piece;
}

/* The next piece: all that is left of the block where the page has room for it. */
static struct piece next_piece(const struct quire_chunk_writer *writer, const struct block *block)
{
    const struct quire_levels *levels = block->levels;
    const struct quire_bytes *slices = slices_of(writer, block);
    struct piece all = {.entry = block->entry,
                        .entries = levels->size - block->entry,
                        .value = block->value,
                        .values = (size_t)levels->values - block->value,
                        .rows = block->rows};
    int64_t rows_max = writer->options.page_rows - writer->page_rows;
    double room = (double)writer->options.page_bytes - (double)quire_chunk_values_size(writer);
    double bytes = (double)all.values * bytes_each(writer);
    if (slices != NULL && writer->stage != QUIRE_CHUNK_DICTIONARY)
        bytes += slice_bytes(slices + all.value, all.values);
    if (all.rows <= rows_max && bytes <= room) return all;
    return walk_rows(writer, block, room, rows_max);
}

/* Levels of each number to most. Few numbers are counted one after the other, which goes
 * by many levels at once; adding to a table waits for the addition before. */
static void count_each(const uint8_t *levels, size_t n, uint8_t most, int64_t *counts)
{
    int64_t others = 0;
    for (uint8_t level = 1; level <= most && most <= FEW_LEVELS; level++) {
        int64_t count = 0;
        for (size_t i = 0; i < n;) {
            uint8_t part = 0; /* of at most 255 */
            for (size_t end = n - i < 255 ? n : i + 255; i < end; i++)
                part = (uint8_t)(part + (levels[i] == level));
            count += part;
        }
        counts[level] += count;
        others += count;
    }
    counts[0] += most <= FEW_LEVELS ? (int64_t)n - others : 0;
    for (size_t i = 0; i < n && most > FEW_LEVELS; i++)
        counts[levels[i]]++;
}

static void count_levels(struct quire_chunk_writer *writer, const uint8_t *def, const uint8_t *rep,
                         const struct piece *piece)
{
    int64_t *reps = writer->histogram, *defs = reps + writer->rep_max + 1;
    int64_t n = (int64_t)piece->entries, values = (int64_t)piece->values;
    if (rep == NULL)
        reps[0] += n;
    else
        count_each(rep, piece->entries, writer->rep_max, reps);
    if (def == NULL || writer->def_max == 1) {
        defs[writer->def_max] += values;
        if (writer->def_max == 1) defs[0] += n - values;
    } else {
        count_each(def, piece->entries, writer->def_max, defs);
    }
}

/* Bytes of the byte arrays that a piece of indices stands for. */
static int64_t indexed_bytes(const struct quire_chunk_writer *writer, const struct piece *piece)
{
    size_t size = 0;
    if (writer->plan.form != QUIRE_LEAF_BYTES || !writer->options.size_statistics) return 0;
    const uint32_t *indices = (const uint32_t *)(const void *)writer->mapped.data + piece->value;
    for (size_t i = 0; i < piece->values; i++)
        size += quire_dictionary_entry(&writer->dictionary, indices[i]).size;
    return (int64_t)size;
}

/* A block without a value may have no indices at all. */
static int add_indices(struct quire_chunk_writer *writer, const struct piece *piece,
                       struct quire_error *error)
{
    if (piece->values == 0) return 0;
    const uint8_t *indices = writer->mapped.data + piece->value * sizeof(uint32_t);
    if (quire_buf_append(&writer->indices, indices, piece->values * sizeof(uint32_t)) != 0)
        return quire_fail_memory(error, OPERATION);
    writer->page_unencoded += indexed_bytes(writer, piece);
    return 0;
}

static int add_piece(struct quire_chunk_writer *writer, const struct block *block,
                     const struct piece *piece, struct quire_error *error)
{
    const struct quire_levels *levels = block->levels;
    const uint8_t *def = levels->def != NULL ? levels->def + piece->entry : NULL;
    const uint8_t *rep = levels->rep != NULL ? levels->rep + piece->entry : NULL;
    if (block->mapped) {
        QUIRE_TRY(add_indices(writer, piece, error));
    } else {
        struct quire_values values =
            quire_values_part(&writer->block.values, piece->value, piece->values);
        QUIRE_TRY(quire_chunk_take(writer, &values, error));
        if (values.slices != NULL)
            writer->page_unencoded += (int64_t)slice_bytes(values.slices, values.n);
    }
    QUIRE_TRY(quire_page_add_levels(&writer->page, def, rep, piece->entries, (int64_t)piece->values,
                                    error));
    count_levels(writer, def, rep, piece);
    writer->page_rows += piece->rows;
    return 0;
}

static int add_pieces(struct quire_chunk_writer *writer, struct block *block,
                      struct quire_error *error)
{
    while (block->rows > 0) {
        struct piece piece = next_piece(writer, block);
        QUIRE_TRY(add_piece(writer, block, &piece, error));
        block->entry += piece.entries;
        block->value += piece.values;
        block->rows -= piece.rows;
        if (writer->page_rows >= writer->options.page_rows ||
            quire_chunk_values_size(writer) >= writer->options.page_bytes)
            QUIRE_TRY(quire_chunk_finish_page(writer, error));
    }
    return 0;
}

/* --- Blocks ---------------------------------------------------------------------------------- */

/* The row of the block, from 1, that holds value number `value`. */
static int64_t row_of_value(const struct quire_chunk_writer *writer, size_t value)
{
    const struct quire_levels *levels = &writer->levels;
    int64_t row = 0;
    size_t seen = 0;
    for (size_t i = 0; i < levels->size; i++) {
        row += levels->rep == NULL || levels->rep[i] == 0;
        if (levels->def != NULL && levels->def[i] != writer->def_max) continue;
        if (seen++ == value) break;
    }
    return row;
}

static int fail_at(const struct quire_chunk_writer *writer, int64_t start, size_t value, int code,
                   struct quire_error *error)
{
    const struct quire_field *field = writer->schema->leaves[writer->leaf].node->field;
    if (code == QUIRE_INPUT || code == QUIRE_LIMIT)
        quire_error_at(error, start + row_of_value(writer, value), field->name, QUIRE_NOWHERE);
    return code;
}

/* A dictionary that is full takes no more values by index. */
static int gather(struct quire_chunk_writer *writer, const struct quire_view *view, int64_t start,
                  struct block *block, struct quire_error *error)
{
    const struct quire_levels *levels = &writer->levels;
    block->mapped = quire_chunk_maps(writer, view);
    if (block->mapped) {
        bool full = false;
        size_t done = 0;
        int code = quire_chunk_map(writer, view, &full, &done, error);
        if (code != 0) return fail_at(writer, start, done, code, error);
        if (!full) return 0;
        QUIRE_TRY(quire_chunk_leave_dictionary(writer, error));
        block->mapped = false;
    }
    int code = quire_leaf_gather(&writer->plan, view, levels->ranges, levels->ranges_size,
                                 &writer->block, error);
    return code == 0 ? 0 : fail_at(writer, start, writer->block.values.n, code, error);
}

int quire_chunk_add_block(struct quire_chunk_writer *writer, const struct quire_view *batch,
                          int64_t start, int64_t rows, struct quire_error *error)
{
    const struct quire_levels *levels = &writer->levels;
    struct block block = {.levels = levels, .rows = rows};
    QUIRE_TRY(quire_levels_shred(writer->schema, writer->leaf, batch, start, rows, &writer->levels,
                                 error));
    const struct quire_view *view = quire_levels_leaf_view(writer->schema, writer->leaf, batch);
    QUIRE_TRY(gather(writer, view, start, &block, error));
    writer->entries_per_row = (double)levels->size / (double)rows;
    return add_pieces(writer, &block, error);
}
