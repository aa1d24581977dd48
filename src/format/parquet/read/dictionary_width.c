/* Narrow indices, as ARROW:schema has them, must count what a batch has of a row group: a
 * writer puts several dictionaries of its own into one, and values outside of it. That they
 * do is taken from what tells it: few values, or pages that are all the dictionary's and
 * the header of that. Else indices become those of 32 bits. */
#include "base/fail.h"
#include "format/parquet/page_header.h"
#include "format/parquet/read/footer_reader.h"

/* Headers that are looked at when a file is opened. */
#define HEADERS_MAX 256
/* A dictionary's header has so many bytes at most, mostly far fewer. */
#define HEADER_BYTES 64

static int64_t count_indices(enum quire_kind kind)
{
    switch (kind) {
    case QUIRE_KIND_INT8: return INT8_MAX + 1;
    case QUIRE_KIND_UINT8: return UINT8_MAX + 1;
    case QUIRE_KIND_INT16: return INT16_MAX + 1;
    case QUIRE_KIND_UINT16: return UINT16_MAX + 1;
    default: return INT64_MAX;
    }
}

static bool all_in_dictionary(const struct quire_column_metadata *metadata)
{
    const struct quire_parquet_encoding_stats_list *stats = &metadata->encoding_stats;
    for (size_t i = 0; i < stats->size; i++)
        if (stats->items[i].page_type != QUIRE_PAGE_DICTIONARY && stats->items[i].count > 0 &&
            stats->items[i].encoding != QUIRE_ENCODING_PLAIN_DICTIONARY &&
            stats->items[i].encoding != QUIRE_ENCODING_RLE_DICTIONARY)
            return false;
    return stats->size > 0;
}

/* Entries of the dictionary by its header; INT64_MAX when that does not tell. */
static int64_t count_entries(const struct quire_parquet_input *file,
                             const struct quire_column_metadata *metadata)
{
    struct quire_arena arena = {0};
    struct quire_page_header header = {0};
    uint8_t bytes[HEADER_BYTES];
    size_t used = 0;
    bool more = false;
    int64_t at = metadata->dictionary_page_offset, left = file->footer_start - at;
    int64_t entries = INT64_MAX;
    if ((metadata->present & QUIRE_COLUMN_HAS_DICTIONARY_PAGE_OFFSET) == 0 || at < 4 || left <= 0)
        return entries;
    size_t size = left < HEADER_BYTES ? (size_t)left : HEADER_BYTES;
    if (file->in->ops->read_at(file->in, at, bytes, size, NULL) == 0 &&
        quire_page_header_read(bytes, size, &arena, &header, &used, &more, NULL) == 0 &&
        header.type == QUIRE_PAGE_DICTIONARY)
        entries = header.dictionary_page_header->num_values;
    quire_arena_release(&arena);
    return entries;
}

static bool is_enough(const struct quire_parquet_input *file, size_t leaf, int64_t indices,
                      size_t *headers)
{
    const struct quire_row_group_list *groups = &file->metadata.row_groups;
    for (size_t i = 0; i < groups->size; i++) {
        const struct quire_column_chunk_list *columns = &groups->items[i].columns;
        if (leaf >= columns->size) return false;
        const struct quire_column_metadata *metadata = columns->items[leaf].meta_data;
        if (metadata == NULL) return false;
        if (metadata->num_values <= indices) continue;
        if (columns->items[leaf].crypto_metadata != NULL || !all_in_dictionary(metadata) ||
            *headers == HEADERS_MAX)
            return false;
        ++*headers;
        if (count_entries(file, metadata) > indices) return false;
    }
    return true;
}

static int check_node(struct quire_parquet_input *file, struct quire_parquet_node *node,
                      size_t *headers)
{
    for (size_t i = 0; i < node->children_size; i++)
        QUIRE_TRY(check_node(file, &node->children[i], headers));
    if (node->kind != QUIRE_NODE_LEAF || node->field->kind != QUIRE_KIND_DICTIONARY ||
        node->field->width >= 4 ||
        is_enough(file, node->leaf_first, count_indices(node->field->index_kind), headers))
        return 0;
    struct quire_field *field = quire_arena_alloc(&file->arena, sizeof(*field));
    if (field == NULL) return QUIRE_MEMORY;
    *field = *node->field;
    field->index_kind = QUIRE_KIND_INT32;
    field->format = "i";
    field->width = 4;
    node->field = field;
    return 0;
}

int quire_parquet_check_dictionary_width(struct quire_parquet_input *file,
                                         struct quire_error *error)
{
    size_t headers = 0;
    if (check_node(file, file->schema.root, &headers) == 0) return 0;
    return quire_fail_memory(error, "read parquet");
}
