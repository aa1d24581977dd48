/* The life of a chunk writer, and what it holds. */
#include "format/parquet/write/chunk_writer.h"

#include <string.h>

#include "base/fail.h"
#include "format/parquet/write/chunk_writer_private.h"

#define OPERATION     QUIRE_CHUNK_OPERATION
#define BLOCK_ENTRIES 2048
/* Extremes are kept so much longer than they will be, for a greater one is sought by the
 * bytes at the cut, or else the whole is taken. */
#define EXTREME_BYTES_MORE ((size_t)64 << 10)
#define LIST_ROWS_MAX      256 /* of a block in lists, whose length is not known before */
/* Offsets of a dictionary's byte arrays have 32 bits. */
#define DICTIONARY_BYTES_MAX ((size_t)1 << 30)

static int check_options(const struct quire_chunk_writer *writer, struct quire_error *error)
{
    const struct quire_chunk_options *options = &writer->options;
    const struct quire_field *field = writer->schema->leaves[writer->leaf].node->field;
    int32_t type = writer->plan.type, encoding = options->encoding;
    if (options->bloom_filter) QUIRE_TRY(quire_bloom_check_built(error));
    if (encoding == QUIRE_ENCODING_CHOOSE || quire_encoding_fits(type, encoding) ||
        (encoding == QUIRE_ENCODING_RLE_DICTIONARY && type != QUIRE_PARQUET_BOOLEAN))
        return 0;
    quire_fail(error, QUIRE_USAGE, OPERATION, "the encoding does not fit the column's type");
    quire_error_at(error, QUIRE_NOWHERE, field->name, QUIRE_NOWHERE);
    return QUIRE_USAGE;
}

static void set_up(struct quire_chunk_writer *writer)
{
    struct quire_chunk_options *options = &writer->options;
    const struct quire_schema_element *element =
        quire_parquet_leaf_element(writer->schema, writer->leaf);
    const struct quire_parquet_leaf *leaf = &writer->schema->leaves[writer->leaf];
    writer->plan = quire_leaf_plan_of(writer->schema, writer->leaf);
    if (options->encoding == QUIRE_ENCODING_PLAIN_DICTIONARY)
        options->encoding = QUIRE_ENCODING_RLE_DICTIONARY;
    if (options->encoding == QUIRE_ENCODING_RLE_DICTIONARY) options->dictionary = true;
    if (writer->plan.type == QUIRE_PARQUET_BOOLEAN) options->bloom_filter = false;
    if (options->dictionary_bytes > DICTIONARY_BYTES_MAX)
        options->dictionary_bytes = DICTIONARY_BYTES_MAX;
    writer->order = quire_value_order_of(element);
    writer->text = writer->plan.utf8;
    writer->extremes =
        (options->statistics || options->column_index) && writer->order != QUIRE_VALUES_UNORDERED;
    if (writer->plan.type == QUIRE_PARQUET_BYTE_ARRAY)
        writer->page_extremes.bytes_max = writer->chunk_extremes.bytes_max =
            options->statistics_bytes + EXTREME_BYTES_MORE;
    writer->def_max = leaf->def_max;
    writer->rep_max = leaf->rep_max;
    writer->entries_per_row = 1;
    writer->trial = (struct quire_encoding_trial){
        .options = options, .type = writer->plan.type, .encoder = &writer->encoder};
    /* The choice is made from a sample, so that the dictionary need not give up early. */
    struct quire_dictionary_options dictionary = {
        .width = writer->plan.width,
        .integers =
            writer->plan.type == QUIRE_PARQUET_INT32 || writer->plan.type == QUIRE_PARQUET_INT64,
        .doubles = writer->plan.type == QUIRE_PARQUET_DOUBLE,
        .bytes_max = options->dictionary_bytes,
        .keep = true};
    quire_dictionary_init(&writer->dictionary, &dictionary);
}

int quire_chunk_writer_new(const struct quire_parquet_schema *schema, size_t leaf,
                           const struct quire_chunk_options *options,
                           struct quire_chunk_writer **result, struct quire_error *error)
{
    struct quire_chunk_writer *writer = quire_alloc_zero(1, sizeof(*writer));
    if (writer == NULL) return quire_fail_memory(error, OPERATION);
    writer->schema = schema;
    writer->leaf = leaf;
    writer->options = *options;
    writer->data.pool = options->pool;
    set_up(writer);
    writer->histogram_size = (size_t)writer->rep_max + writer->def_max + 2;
    writer->histogram = quire_alloc_zero(writer->histogram_size * 2, sizeof(int64_t));
    int code = writer->histogram != NULL ? check_options(writer, error)
                                         : quire_fail_memory(error, OPERATION);
    if (code == 0) {
        writer->chunk_histogram = writer->histogram + writer->histogram_size;
        code = quire_chunk_writer_begin(writer, 0, error);
    }
    if (code != 0) {
        quire_chunk_writer_free(writer);
        return code;
    }
    *result = writer;
    return 0;
}

void quire_chunk_writer_free(struct quire_chunk_writer *writer)
{
    if (writer == NULL) return;
    quire_levels_release(&writer->levels);
    quire_leaf_block_release(&writer->block);
    quire_buf_release(&writer->mapped);
    quire_buf_release(&writer->index_slots);
    quire_page_writer_release(&writer->page);
    quire_extremes_release(&writer->page_extremes);
    quire_extremes_release(&writer->chunk_extremes);
    quire_free(writer->histogram);
    quire_buf_release(&writer->sample);
    quire_buf_release(&writer->sample_slices);
    quire_dictionary_release(&writer->dictionary);
    quire_buf_release(&writer->indices);
    quire_value_encoder_release(&writer->encoder);
    quire_encoding_trial_release(&writer->trial);
    quire_buf_release(&writer->used);
    quire_page_chain_release(&writer->data);
    quire_chunk_pages_release(&writer->pages);
    quire_chunk_bloom_release(&writer->bloom);
    quire_free(writer);
}

int quire_chunk_writer_begin(struct quire_chunk_writer *writer, int16_t row_group,
                             struct quire_error *error)
{
    (void)error;
    if (writer->values > 0) writer->values_last = writer->values;
    quire_page_writer_begin(&writer->page, &writer->options, &writer->schema->leaves[writer->leaf],
                            row_group);
    quire_page_chain_release(&writer->data);
    quire_chunk_pages_clear(&writer->pages);
    quire_chunk_bloom_release(&writer->bloom);
    quire_extremes_clear(&writer->page_extremes);
    quire_extremes_clear(&writer->chunk_extremes);
    memset(writer->histogram, 0, writer->histogram_size * 2 * sizeof(int64_t));
    writer->page_rows = writer->page_unencoded = 0;
    writer->rows = writer->entries = writer->values = writer->unencoded = 0;
    writer->plain_size = 0;
    writer->counts_size = 0;
    writer->ending = false;
    quire_chunk_start_values(writer);
    return 0;
}

/* --- Rows ------------------------------------------------------------------------------- */

/* Rows whose entries are about a block, going by those before; few at first in lists. */
static int64_t block_rows(const struct quire_chunk_writer *writer)
{
    double rows = (double)(writer->rep_max > 0 ? LIST_ROWS_MAX : BLOCK_ENTRIES);
    double fitting = (double)BLOCK_ENTRIES / writer->entries_per_row;
    if (fitting < rows) rows = fitting;
    return rows > 1 ? (int64_t)rows : 1;
}

int quire_chunk_writer_add(struct quire_chunk_writer *writer, const struct quire_view *batch,
                           int64_t start, int64_t rows, struct quire_error *error)
{
    quire_chunk_begin_map(writer);
    while (rows > 0) {
        int64_t part = block_rows(writer);
        if (part > rows) part = rows;
        QUIRE_TRY(quire_chunk_add_block(writer, batch, start, part, error));
        start += part;
        rows -= part;
    }
    return 0;
}

static void trim_chunk(struct quire_chunk_writer *writer)
{
    struct quire_page_writer *page = &writer->page;
    quire_buf_release(&writer->sample);
    quire_buf_release(&writer->indices);
    quire_dictionary_clear(&writer->dictionary);
    quire_buf_release(&writer->dictionary.plain);
    quire_buf_release(&writer->dictionary.offsets);
    quire_value_encoder_release(&writer->encoder);
    quire_page_writer_release(page);
    quire_page_chain_release(&writer->data);
    quire_chunk_pages_release(&writer->pages);
    quire_extremes_release(&writer->page_extremes);
    quire_extremes_release(&writer->chunk_extremes);
}

void quire_chunk_writer_trim(struct quire_chunk_writer *writer, bool between_chunks)
{
    quire_levels_release(&writer->levels);
    quire_leaf_block_release(&writer->block);
    quire_buf_release(&writer->mapped);
    quire_buf_release(&writer->index_slots);
    quire_buf_release(&writer->sample_slices);
    quire_encoding_trial_release(&writer->trial);
    quire_buf_release(&writer->used);
    if (between_chunks) trim_chunk(writer);
}

size_t quire_chunk_writer_size(const struct quire_chunk_writer *writer)
{
    bool indices = writer->stage == QUIRE_CHUNK_DICTIONARY || !writer->dictionary_closed;
    return writer->data.size + quire_chunk_values_size(writer) + writer->page.def_bytes.size +
           writer->page.rep_bytes.size + (indices ? writer->dictionary.plain.size : 0);
}

static size_t levels_memory(const struct quire_levels *levels)
{
    return levels->def_bytes.capacity + levels->rep_bytes.capacity + levels->row_ranges.capacity +
           levels->spare_def.capacity + levels->spare_rep.capacity + levels->spare_ranges.capacity +
           levels->range_rows.capacity;
}

static size_t dictionary_memory(const struct quire_dictionary *dictionary)
{
    return dictionary->plain.capacity + dictionary->offsets.capacity +
           dictionary->slots_size * sizeof(*dictionary->slots) +
           dictionary->direct_size * sizeof(*dictionary->direct);
}

size_t quire_chunk_writer_memory(const struct quire_chunk_writer *writer)
{
    const struct quire_leaf_block *block = &writer->block;
    return sizeof(*writer) + levels_memory(&writer->levels) + block->arrow_bytes.capacity +
           block->fixed_bytes.capacity + block->slice_bytes.capacity + writer->mapped.capacity +
           writer->index_slots.capacity + quire_page_writer_memory(&writer->page) +
           writer->sample.capacity + writer->sample_slices.capacity +
           dictionary_memory(&writer->dictionary) + writer->indices.capacity +
           quire_value_encoder_memory(&writer->encoder) + writer->trial.bytes.capacity +
           writer->trial.packed.capacity + writer->used.capacity + writer->data.capacity +
           writer->pages.records.capacity + writer->pages.bound_bytes.capacity +
           writer->pages.histograms.capacity +
           writer->bloom.filter.blocks * QUIRE_BLOOM_BLOCK_BYTES;
}
