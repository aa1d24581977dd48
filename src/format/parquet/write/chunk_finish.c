/* The end of a chunk: its dictionary page goes before its data pages, and its metadata is
 * put together. */
#include <string.h>

#include "base/fail.h"
#include "format/parquet/write/chunk_writer_private.h"

#define OPERATION QUIRE_CHUNK_OPERATION

void quire_written_chunk_release(struct quire_written_chunk *chunk)
{
    if (chunk == NULL) return;
    quire_page_chain_release(&chunk->pages);
    quire_bloom_release(&chunk->bloom);
    quire_arena_release(&chunk->arena);
    *chunk = (struct quire_written_chunk){0};
}

static void *allocate(struct quire_written_chunk *chunk, size_t size)
{
    void *block = quire_arena_alloc(&chunk->arena, size > 0 ? size : 1);
    if (block != NULL) memset(block, 0, size);
    return block;
}

static bool has_dictionary(const struct quire_chunk_writer *writer)
{
    for (size_t i = 0; i < writer->counts_size; i++)
        if (writer->counts[i].encoding == QUIRE_ENCODING_RLE_DICTIONARY) return true;
    return false;
}

/* *start: of the first data page. */
static int put_pages(struct quire_chunk_writer *writer, struct quire_written_chunk *chunk,
                     int64_t *start, struct quire_error *error)
{
    struct quire_page_sizes sizes = {0};
    *start = 0;
    chunk->pages.pool = writer->options.pool;
    if (has_dictionary(writer)) {
        QUIRE_TRY(quire_page_write_dictionary(&writer->page, &writer->dictionary.plain,
                                              writer->dictionary.entries, &chunk->pages, &sizes,
                                              error));
        *start = (int64_t)sizes.stored;
        writer->plain_size += (int64_t)sizes.plain;
    }
    quire_page_chain_move(&chunk->pages, &writer->data);
    return 0;
}

/* --- Metadata ---------------------------------------------------------------------------- */

static int set_encodings(const struct quire_chunk_writer *writer, struct quire_written_chunk *chunk)
{
    bool dictionary = has_dictionary(writer);
    bool levels = writer->def_max > 0 || writer->rep_max > 0;
    size_t counts = writer->counts_size, n = 0, stats = 0;
    int32_t *items = allocate(chunk, (counts + 2) * sizeof(*items));
    struct quire_parquet_encoding_stats *stat = allocate(chunk, (counts + 1) * sizeof(*stat));
    if (items == NULL || stat == NULL) return QUIRE_MEMORY;
    bool plain = false, rle = false;
    if (dictionary)
        stat[stats++] = (struct quire_parquet_encoding_stats){
            .page_type = QUIRE_PAGE_DICTIONARY, .encoding = QUIRE_ENCODING_PLAIN, .count = 1};
    for (size_t i = 0; i < counts; i++) {
        int32_t encoding = writer->counts[i].encoding;
        plain |= encoding == QUIRE_ENCODING_PLAIN;
        rle |= encoding == QUIRE_ENCODING_RLE;
        items[n++] = encoding;
        stat[stats++] = (struct quire_parquet_encoding_stats){
            .page_type = writer->options.page_version == 1 ? QUIRE_PAGE_DATA : QUIRE_PAGE_DATA_V2,
            .encoding = encoding,
            .count = writer->counts[i].pages};
    }
    if (dictionary && !plain) items[n++] = QUIRE_ENCODING_PLAIN;
    if (levels && !rle) items[n++] = QUIRE_ENCODING_RLE;
    chunk->metadata.encodings = (struct quire_i32_list){items, n};
    chunk->metadata.encoding_stats = (struct quire_parquet_encoding_stats_list){stat, stats};
    return 0;
}

static bool copy_bytes(struct quire_written_chunk *chunk, struct quire_bytes value,
                       struct quire_thrift_binary *to)
{
    uint8_t *copy = allocate(chunk, value.size);
    if (copy == NULL) return false;
    if (value.size > 0) memcpy(copy, value.data, value.size);
    *to = (struct quire_thrift_binary){copy, value.size};
    return true;
}

static int set_bounds(const struct quire_chunk_writer *writer, struct quire_written_chunk *chunk,
                      struct quire_parquet_statistics *statistics)
{
    const struct quire_extremes *extremes = &writer->chunk_extremes;
    bool fixed = writer->plan.type != QUIRE_PARQUET_BYTE_ARRAY;
    size_t size_max = fixed ? SIZE_MAX : writer->options.statistics_bytes;
    struct quire_bytes min = {extremes->min.data, extremes->min.size};
    struct quire_bytes max = {extremes->max.data, extremes->max.size};
    struct quire_bytes lower = quire_extreme_lower(min, size_max, writer->text);
    if (!copy_bytes(chunk, lower, &statistics->min_value)) return QUIRE_MEMORY;
    statistics->is_min_value_exact = lower.size == min.size;
    statistics->present |= QUIRE_STATISTICS_HAS_MIN_EXACT;
    if (max.size <= size_max) {
        if (!copy_bytes(chunk, max, &statistics->max_value)) return QUIRE_MEMORY;
        statistics->is_max_value_exact = true;
        statistics->present |= QUIRE_STATISTICS_HAS_MAX_EXACT;
        return 0;
    }
    size_t size = 0;
    uint8_t *upper = allocate(chunk, size_max);
    if (upper == NULL) return QUIRE_MEMORY;
    if (!quire_extreme_upper(max, size_max, writer->text, upper, &size)) return 0;
    statistics->max_value = (struct quire_thrift_binary){upper, size};
    statistics->is_max_value_exact = false;
    statistics->present |= QUIRE_STATISTICS_HAS_MAX_EXACT;
    return 0;
}

/* Whoever holds NaN to be above all numbers, as Spark does, would miss it by a maximum that does
 * not count it; so there are no bounds beside NaN, as with parquet-java. */
static int set_statistics(const struct quire_chunk_writer *writer,
                          struct quire_written_chunk *chunk)
{
    const struct quire_extremes *extremes = &writer->chunk_extremes;
    if (!writer->options.statistics) return 0;
    struct quire_parquet_statistics *statistics = allocate(chunk, sizeof(*statistics));
    if (statistics == NULL) return QUIRE_MEMORY;
    chunk->metadata.statistics = statistics;
    statistics->null_count = writer->entries - writer->values;
    statistics->present = QUIRE_STATISTICS_HAS_NULL_COUNT;
    if (quire_order_has_nan(writer->order)) {
        statistics->nan_count = extremes->nans;
        statistics->present |= QUIRE_STATISTICS_HAS_NAN_COUNT;
    }
    return extremes->any && extremes->nans == 0 ? set_bounds(writer, chunk, statistics) : 0;
}

/* Histograms that say no more than the counts are left out. */
static int set_sizes(const struct quire_chunk_writer *writer, struct quire_written_chunk *chunk)
{
    if (!writer->options.size_statistics) return 0;
    struct quire_parquet_size_statistics *sizes = allocate(chunk, sizeof(*sizes));
    int64_t *histogram = allocate(chunk, writer->histogram_size * sizeof(*histogram));
    size_t reps = (size_t)writer->rep_max + 1, defs = (size_t)writer->def_max + 1;
    if (sizes == NULL || histogram == NULL) return QUIRE_MEMORY;
    memcpy(histogram, writer->chunk_histogram, writer->histogram_size * sizeof(*histogram));
    if (writer->plan.type == QUIRE_PARQUET_BYTE_ARRAY) {
        sizes->present |= QUIRE_SIZE_STATISTICS_HAS_BYTES;
        sizes->unencoded_byte_array_data_bytes = writer->unencoded;
    }
    if (writer->rep_max > 0)
        sizes->repetition_level_histogram = (struct quire_i64_list){histogram, reps};
    if (writer->def_max > 1)
        sizes->definition_level_histogram = (struct quire_i64_list){histogram + reps, defs};
    chunk->metadata.size_statistics = sizes;
    return 0;
}

static int set_metadata(const struct quire_chunk_writer *writer, struct quire_written_chunk *chunk,
                        int64_t start)
{
    struct quire_column_metadata *metadata = &chunk->metadata;
    *metadata = (struct quire_column_metadata){
        .type = writer->plan.type,
        .path_in_schema = writer->schema->leaves[writer->leaf].path,
        .codec =
            writer->options.codec != NULL ? writer->options.codec_id : QUIRE_PARQUET_UNCOMPRESSED,
        .num_values = writer->entries,
        .total_uncompressed_size = writer->plain_size,
        .total_compressed_size = (int64_t)chunk->pages.size,
        .data_page_offset = start};
    if (start > 0) metadata->present |= QUIRE_COLUMN_HAS_DICTIONARY_PAGE_OFFSET;
    QUIRE_TRY(set_encodings(writer, chunk));
    QUIRE_TRY(set_statistics(writer, chunk));
    return set_sizes(writer, chunk);
}

static int set_indexes(const struct quire_chunk_writer *writer, struct quire_written_chunk *chunk,
                       int64_t start)
{
    struct quire_chunk_shape shape = {.order = writer->order,
                                      .def_max = writer->def_max,
                                      .rep_max = writer->rep_max,
                                      .sizes = writer->options.size_statistics,
                                      .bytes = writer->plan.type == QUIRE_PARQUET_BYTE_ARRAY,
                                      .start = start};
    chunk->has_offset_index = chunk->has_column_index = false;
    if (writer->options.offset_index) {
        QUIRE_TRY(
            quire_chunk_offset_index(&writer->pages, &shape, &chunk->arena, &chunk->offset_index));
        chunk->has_offset_index = true;
    }
    if (!writer->options.column_index) return 0;
    return quire_chunk_column_index(&writer->pages, &shape, &chunk->arena, &chunk->column_index,
                                    &chunk->has_column_index);
}

/* --- Bloom filter --------------------------------------------------------------------------- */

static void add_entries(struct quire_chunk_writer *writer)
{
    const struct quire_dictionary *dictionary = &writer->dictionary;
    for (size_t i = 0; i < dictionary->entries; i++) {
        struct quire_bytes entry = quire_dictionary_entry(dictionary, i);
        struct quire_values value = {.slices = &entry, .n = 1};
        quire_chunk_bloom_add(&writer->bloom, &value);
    }
}

static int set_bloom(struct quire_chunk_writer *writer, struct quire_written_chunk *chunk,
                     struct quire_error *error)
{
    const struct quire_chunk_options *options = &writer->options;
    struct quire_chunk_bloom *bloom = &writer->bloom;
    if (!options->bloom_filter) return 0;
    if (bloom->filter.bits == NULL) {
        uint64_t distinct = (uint64_t)options->bloom_distinct;
        if (distinct == 0) distinct = writer->dictionary.entries;
        if (distinct == 0) distinct = 1;
        QUIRE_TRY(quire_chunk_bloom_start(bloom, distinct, options->bloom_false_positives, error));
    }
    if (has_dictionary(writer)) add_entries(writer);
    if (options->bloom_distinct == 0)
        quire_chunk_bloom_fold(bloom, bloom->changes, options->bloom_false_positives);
    else if (options->bloom_distinct > writer->values)
        quire_chunk_bloom_fold(bloom, (uint64_t)writer->values, options->bloom_false_positives);
    chunk->bloom = bloom->filter;
    bloom->filter = (struct quire_bloom_filter){0};
    return 0;
}

int quire_chunk_writer_finish(struct quire_chunk_writer *writer, struct quire_written_chunk *chunk,
                              struct quire_error *error)
{
    int64_t start = 0;
    quire_written_chunk_release(chunk);
    writer->ending = true;
    if (writer->page_rows > 0) QUIRE_TRY(quire_chunk_finish_page(writer, error));
    QUIRE_TRY(put_pages(writer, chunk, &start, error));
    if (set_metadata(writer, chunk, start) != 0 || set_indexes(writer, chunk, start) != 0)
        return quire_fail_memory(error, OPERATION);
    return set_bloom(writer, chunk, error);
}
