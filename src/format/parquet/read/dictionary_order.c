/* ARROW:schema says that a dictionary's entries are in order, and the dictionary page of a
 * chunk keeps that order. A chunk with values outside of its dictionary (in pages of another
 * encoding) does not tell where they belong, and Arrow's own writers keep dictionaries of
 * byte arrays only: of others they write the values that are used, as they come. Where the
 * order is lost, the field is a dictionary without one. */
#include "base/fail.h"
#include "format/parquet/read/footer_reader.h"

static bool is_dictionary(int32_t encoding)
{
    return encoding == QUIRE_ENCODING_PLAIN_DICTIONARY || encoding == QUIRE_ENCODING_RLE_DICTIONARY;
}

static bool has_values(const struct quire_column_metadata *metadata)
{
    const struct quire_parquet_statistics *statistics = metadata->statistics;
    if (metadata->num_values == 0) return false;
    return statistics == NULL || (statistics->present & QUIRE_STATISTICS_HAS_NULL_COUNT) == 0 ||
           statistics->null_count < metadata->num_values;
}

/* By the counts of pages; without them, some pages at least must be the dictionary's. */
static bool keeps_order(const struct quire_column_metadata *metadata)
{
    const struct quire_parquet_encoding_stats_list *stats = &metadata->encoding_stats;
    bool any = false;
    if (!has_values(metadata)) return true;
    for (size_t i = 0; i < stats->size; i++)
        if (stats->items[i].page_type != QUIRE_PAGE_DICTIONARY && stats->items[i].count > 0 &&
            !is_dictionary(stats->items[i].encoding))
            return false;
    for (size_t i = 0; i < metadata->encodings.size; i++)
        any |= is_dictionary(metadata->encodings.items[i]);
    return any;
}

/* Metadata that is sealed by itself says nothing yet. */
static bool all_keep_order(const struct quire_parquet_input *file, size_t leaf)
{
    if (quire_parquet_leaf_element(&file->schema, leaf)->type != QUIRE_PARQUET_BYTE_ARRAY &&
        !quire_created_by_is(&file->created_by, "quire"))
        return false;
    const struct quire_row_group_list *groups = &file->metadata.row_groups;
    for (size_t i = 0; i < groups->size; i++) {
        const struct quire_column_chunk_list *columns = &groups->items[i].columns;
        if (leaf < columns->size && columns->items[leaf].meta_data != NULL &&
            !keeps_order(columns->items[leaf].meta_data))
            return false;
    }
    return true;
}

static int check_node(struct quire_parquet_input *file, struct quire_parquet_node *node)
{
    for (size_t i = 0; i < node->children_size; i++)
        QUIRE_TRY(check_node(file, &node->children[i]));
    if (node->kind != QUIRE_NODE_LEAF || node->field->kind != QUIRE_KIND_DICTIONARY ||
        !node->field->dictionary_ordered || all_keep_order(file, node->leaf_first))
        return 0;
    struct quire_field *field = quire_arena_alloc(&file->arena, sizeof(*field));
    if (field == NULL) return QUIRE_MEMORY;
    *field = *node->field;
    field->dictionary_ordered = false;
    node->field = field;
    return 0;
}

int quire_parquet_check_dictionary_order(struct quire_parquet_input *file,
                                         struct quire_error *error)
{
    return check_node(file, file->schema.root) == 0 ? 0 : quire_fail_memory(error, "read parquet");
}
