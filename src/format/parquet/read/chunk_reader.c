/* Begins chunks, passes over rows, and puts errors in their place: the cause gets the row
 * group and the page, the byte is that of the page's header in the file. */
#include "format/parquet/read/chunk_reader.h"

#include <stdio.h>

#include "base/fail.h"
#include "format/parquet/read/chunk_reader_private.h"

#define OPERATION "read parquet"

static int init(struct quire_chunk_reader *reader, struct quire_error *error)
{
    const struct quire_parquet_leaf *leaf = &reader->schema->leaves[reader->leaf_index];
    for (size_t i = 0; i < leaf->path.size; i++) {
        const struct quire_thrift_binary *name = &leaf->path.items[i];
        if ((i > 0 && quire_buf_push(&reader->path, '.') != 0) ||
            quire_buf_append(&reader->path, name->data, name->size) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    if (quire_buf_terminate(&reader->path) != 0) return quire_fail_memory(error, OPERATION);
    reader->def_max = leaf->def_max;
    reader->rep_max = leaf->rep_max;
    reader->flat = leaf->rep_max == 0 && leaf->def_max <= 1;
    if (reader->flat) {
        const struct quire_parquet_node *root = reader->schema->root;
        reader->flat = false;
        for (size_t i = 0; i < root->children_size; i++)
            reader->flat |= &root->children[i] == leaf->node;
    }
    if (!reader->flat) {
        reader->def_block = quire_alloc((size_t)2 * QUIRE_CHUNK_BLOCK);
        if (reader->def_block == NULL) return quire_fail_memory(error, OPERATION);
        reader->rep_block = reader->def_block + QUIRE_CHUNK_BLOCK;
    }
    reader->fixed_lists = quire_levels_have_fixed(reader->schema, reader->leaf_index);
    int code = quire_leaf_init(&reader->leaf,
                               quire_parquet_leaf_element(reader->schema, reader->leaf_index),
                               leaf->node->field, error);
    if (code != 0 && code != QUIRE_MEMORY)
        quire_error_at(error, QUIRE_NOWHERE, (const char *)reader->path.data, QUIRE_NOWHERE);
    return code;
}

int quire_chunk_reader_new(const struct quire_parquet_schema *schema, size_t leaf,
                           struct quire_chunk_reader **reader, struct quire_error *error)
{
    struct quire_chunk_reader *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    made->schema = schema;
    made->leaf_index = leaf;
    int code = init(made, error);
    if (code != 0) {
        quire_chunk_reader_free(made);
        return code;
    }
    *reader = made;
    return 0;
}

void quire_chunk_reader_free(struct quire_chunk_reader *reader)
{
    if (reader == NULL) return;
    quire_leaf_release(&reader->leaf);
    quire_page_reader_release(&reader->pages);
    quire_page_levels_release(&reader->rep);
    quire_page_levels_release(&reader->def);
    quire_page_values_release(&reader->values);
    quire_buf_release(&reader->path);
    quire_buf_release(&reader->refusals.rows);
    quire_free(reader->def_block);
    for (size_t i = 0; i < 4; i++)
        quire_buf_release(&reader->expanded[i]);
    quire_free(reader);
}

/* Says where a failure was, as far as it is one of the file's content. */
static int place(const struct quire_chunk_reader *reader, int code, struct quire_error *error)
{
    bool content = code == QUIRE_CORRUPT || code == QUIRE_INPUT || code == QUIRE_LIMIT ||
                   code == QUIRE_UNSUPPORTED;
    if (error == NULL || !content) return code;
    char cause[sizeof(error->cause)];
    int32_t ordinal = reader->pages.ordinal - (reader->in_page ? 1 : 0);
    int64_t byte = reader->in_page ? reader->page.offset : reader->pages.at;
    if (error->byte != QUIRE_NOWHERE)
        snprintf(cause, sizeof(cause), "row group %d, page %d, byte %lld of it: %s",
                 (int)reader->source.row_group, (int)ordinal, (long long)error->byte, error->cause);
    else
        snprintf(cause, sizeof(cause), "row group %d, page %d: %s", (int)reader->source.row_group,
                 (int)ordinal, error->cause);
    memcpy(error->cause, cause, sizeof(cause));
    error->byte = byte;
    quire_error_at(error, QUIRE_NOWHERE, (const char *)reader->path.data, QUIRE_NOWHERE);
    return code;
}

int quire_chunk_reader_begin(struct quire_chunk_reader *reader,
                             const struct quire_chunk_source *source,
                             struct quire_chunk_bytes *bytes, struct quire_error *error)
{
    const struct quire_schema_element *element =
        quire_parquet_leaf_element(reader->schema, reader->leaf_index);
    if (reader->pages.large + reader->pages.large_dictionary > 0) {
        quire_chunk_reader_rest(reader);
        quire_chunk_bytes_release(bytes);
    }
    reader->source = *source;
    reader->row = 0;
    quire_chunk_leave_page(reader);
    quire_page_reader_begin(&reader->pages, &reader->source, bytes);
    quire_leaf_begin(&reader->leaf, source->utf8_replace, source->on_bad);
    if (source->metadata->type == element->type) return 0;
    return place(reader,
                 quire_fail(error, QUIRE_CORRUPT, OPERATION,
                            "the column chunk is of physical type %d and the schema says %d",
                            (int)source->metadata->type, (int)element->type),
                 error);
}

/* --- Passing over --- */

/* The last page that begins at or before a row; -1: none, or not known. */
static int64_t find_page(const struct quire_offset_index *index, int64_t row)
{
    int64_t low = 0, high = index != NULL ? (int64_t)index->page_locations.size : 0;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (index->page_locations.items[middle].first_row_index <= row)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

/* The dictionary, where there is one, stands before the first data page. */
static bool is_behind_dictionary(const struct quire_chunk_reader *reader)
{
    const struct quire_offset_index *index = reader->source.offset_index;
    return index != NULL && index->page_locations.size > 0 &&
           reader->pages.at >= index->page_locations.items[0].offset;
}

/* Goes straight to the page where a row begins, if that is further on. */
static bool jump(struct quire_chunk_reader *reader, int64_t row)
{
    int64_t page = find_page(reader->source.offset_index, row);
    if (page < 0 || page > INT32_MAX) return false;
    int64_t first = reader->source.offset_index->page_locations.items[page].first_row_index;
    if (first <= reader->row) return false;
    quire_chunk_leave_page(reader);
    quire_page_reader_jump(&reader->pages, (int32_t)page, reader->flat ? first : 0);
    reader->row = first;
    return true;
}

/* Rows of the page if it can be told without its levels, and none was read; else -1. */
static int64_t page_rows(const struct quire_chunk_reader *reader)
{
    if (reader->page.loaded) return -1;
    if (reader->rep_max == 0) return reader->page.entries;
    if (reader->page.header.type != QUIRE_PAGE_DATA_V2) return -1;
    return reader->page.header.data_page_header_v2->num_rows;
}

static int skip(struct quire_chunk_reader *reader, int64_t rows, struct quire_error *error)
{
    int64_t target = reader->row + rows;
    while (reader->row < target) {
        bool found = true;
        int64_t passed = 0;
        bool between = reader->page_left == 0 && reader->block_at == reader->block_size;
        if (between && is_behind_dictionary(reader) && jump(reader, target)) continue;
        if (between) QUIRE_TRY(quire_chunk_next_header(reader, &found, error));
        if (!found) return quire_chunk_fail_end(reader, error);
        if (jump(reader, target)) continue;
        passed = page_rows(reader);
        if (passed >= 0 && passed <= target - reader->row) {
            quire_chunk_leave_page(reader);
            reader->row += passed;
            continue;
        }
        QUIRE_TRY(quire_chunk_load_page(reader, error));
        QUIRE_TRY(reader->flat
                      ? quire_chunk_skip_flat(reader, target - reader->row, &passed, error)
                      : quire_chunk_skip_nested(reader, target - reader->row, &passed, error));
        reader->row += passed;
    }
    return 0;
}

int quire_chunk_reader_skip(struct quire_chunk_reader *reader, int64_t rows,
                            struct quire_error *error)
{
    int code = skip(reader, rows, error);
    return code != 0 ? place(reader, code, error) : 0;
}

int quire_chunk_reader_read(struct quire_chunk_reader *reader, int64_t rows,
                            struct quire_column *batch, struct quire_error *error)
{
    quire_leaf_begin_batch(&reader->leaf);
    quire_buf_clear(&reader->refusals.rows);
    reader->refusals.values = 0;
    int code = reader->flat ? quire_chunk_read_flat(reader, rows, batch, error)
                            : quire_chunk_read_nested(reader, rows, batch, error);
    return code != 0 ? place(reader, code, error) : 0;
}

const struct quire_chunk_refusals *
quire_chunk_reader_refusals(const struct quire_chunk_reader *reader)
{
    return &reader->refusals;
}

void quire_chunk_reader_rest(struct quire_chunk_reader *reader)
{
    quire_chunk_leave_page(reader);
    quire_leaf_rest(&reader->leaf);
    quire_page_reader_release(&reader->pages);
    quire_page_levels_release(&reader->rep);
    quire_page_levels_release(&reader->def);
    quire_page_values_release(&reader->values);
    quire_buf_release(&reader->refusals.rows);
    for (size_t i = 0; i < 4; i++)
        quire_buf_release(&reader->expanded[i]);
}

size_t quire_chunk_reader_memory(const struct quire_chunk_reader *reader)
{
    size_t expanded = reader->flat ? 0 : (size_t)2 * QUIRE_CHUNK_BLOCK;
    for (size_t i = 0; i < 4; i++)
        expanded += reader->expanded[i].capacity;
    return expanded + sizeof(*reader) + reader->pages.arena.bytes +
           reader->pages.plain_header.capacity + reader->pages.decrypted.capacity +
           reader->pages.decompressed.capacity + reader->rep.unpacked.capacity +
           reader->def.unpacked.capacity + quire_page_values_memory(&reader->values) +
           quire_leaf_memory(&reader->leaf) + reader->refusals.rows.capacity;
}
