#include "chunk_write_fixture.h"

#include "format/parquet/encoding/bit_pack.h"
#include "format/parquet/encoding/byte_stream_split.h"
#include "format/parquet/encoding/delta_byte_array.h"
#include "format/parquet/encoding/dictionary.h"
#include "format/parquet/page_header.h"
#include "format/parquet/write/leaf_values.h"
#include "random_column.h"

/* --- Tables --------------------------------------------------------------------------- */

static void append_random(struct quire_column *column, struct quire_random *random,
                          unsigned null_each)
{
    const struct quire_field *field = column->field;
    if (!quire_kind_is_nested(field->kind)) {
        random_column_append(column, random, field->nullable ? null_each : 0);
    } else if (field->nullable && null_each > 0 && quire_random_below(random, null_each) == 0) {
        assert_int_equal(quire_column_append_null(column), 0);
    } else if (field->kind == QUIRE_KIND_STRUCT) {
        for (size_t i = 0; i < column->children_size; i++)
            append_random(&column->children[i], random, null_each);
        assert_int_equal(quire_column_end_struct(column), 0);
    } else {
        uint64_t n = field->kind == QUIRE_KIND_FIXED_LIST ? (uint64_t)field->width
                                                          : quire_random_below(random, 4);
        for (; n > 0; n--)
            append_random(&column->children[0], random, null_each);
        assert_int_equal(quire_column_end_list(column), 0);
    }
}

struct quire_column *table_begin(struct table *table, const char *schema_text)
{
    struct quire_column *columns = NULL;
    *table = (struct table){.fields = random_column_field(schema_text)};
    table->fields->nullable = false;
    assert_int_equal(quire_column_new(table->fields, &columns, NULL), 0);
    return columns;
}

void table_end(struct table *table, struct quire_column *columns)
{
    assert_int_equal(quire_column_finish(columns, &table->array, NULL), 0);
    quire_column_free(columns);
    assert_int_equal(quire_view_new(table->fields, &table->view, NULL), 0);
    assert_int_equal(quire_view_set(table->view, &table->array, NULL), 0);
    assert_int_equal(quire_parquet_schema_of_fields(table->fields, &table->schema, NULL), 0);
}

void table_random(struct table *table, const char *schema_text, int64_t rows, uint64_t seed,
                  unsigned null_each)
{
    struct quire_random random;
    struct quire_column *columns = table_begin(table, schema_text);
    quire_random_seed(&random, seed);
    for (int64_t i = 0; i < rows; i++)
        append_random(columns, &random, null_each);
    table_end(table, columns);
}

void table_slice(struct table *table, int64_t start, int64_t rows)
{
    table->array.offset += start;
    table->array.length = rows;
    assert_int_equal(quire_view_set(table->view, &table->array, NULL), 0);
}

void table_free(struct table *table)
{
    quire_parquet_schema_release(&table->schema);
    quire_view_free(table->view);
    quire_array_release(&table->array);
    quire_field_close(table->fields);
}

struct quire_chunk_options chunk_options(void)
{
    return (struct quire_chunk_options){.page_version = 1,
                                        .page_bytes = 1 << 20,
                                        .page_rows = 20000,
                                        .encoding = QUIRE_ENCODING_CHOOSE,
                                        .dictionary = true,
                                        .dictionary_bytes = 1 << 20,
                                        .statistics = true,
                                        .statistics_bytes = 64,
                                        .column_index = true,
                                        .offset_index = true,
                                        .size_statistics = true,
                                        .checksum = true,
                                        .bloom_false_positives = 0.01};
}

/* --- Pages ---------------------------------------------------------------------------- */

void decoded_release(struct decoded *decoded)
{
    quire_buf_release(&decoded->def);
    quire_buf_release(&decoded->rep);
    quire_buf_release(&decoded->plain);
}

struct page {
    const struct quire_schema_element *element;
    size_t width;
    struct quire_buf body;
    const struct quire_buf *dictionary;
    size_t entries;
};

static void put(struct quire_buf *buf, const void *bytes, size_t size)
{
    assert_int_equal(quire_buf_append(buf, bytes, size), 0);
}

static void put_slices(struct quire_buf *out, const struct quire_bytes *slices, size_t n)
{
    assert_int_equal(quire_plain_encode_bytes(out, slices, n, NULL), 0);
}

static void decode_indices(const struct page *page, struct quire_page_bytes bytes, size_t n,
                           struct quire_buf *out)
{
    struct quire_rle_decoder rle;
    uint32_t *indices = quire_alloc((n + 1) * sizeof(*indices));
    struct quire_bytes *entries = quire_alloc((page->entries + 1) * sizeof(*entries));
    struct quire_bytes *values = quire_alloc((n + 1) * sizeof(*values));
    assert_int_equal(quire_dictionary_indices_init(&rle, bytes, NULL), 0);
    assert_int_equal(quire_rle_decode_u32(&rle, indices, n, NULL), 0);
    if (page->width > 0) {
        assert_int_equal(quire_buf_reserve(out, n * page->width + 1), 0);
        assert_int_equal(quire_dictionary_gather_fixed(page->dictionary->data, page->entries,
                                                       page->width, indices, n, quire_buf_end(out),
                                                       NULL),
                         0);
        out->size += n * page->width;
    } else {
        struct quire_page_bytes plain =
            quire_page_bytes_of(page->dictionary->data, page->dictionary->size);
        assert_int_equal(quire_plain_decode_bytes(&plain, entries, page->entries, NULL), 0);
        assert_int_equal(
            quire_dictionary_gather_bytes(entries, page->entries, indices, n, values, NULL), 0);
        put_slices(out, values, n);
    }
    quire_free(indices);
    quire_free(entries);
    quire_free(values);
}

static void decode_delta(const struct page *page, struct quire_page_bytes bytes, size_t n,
                         struct quire_buf *out)
{
    struct quire_delta_decoder delta;
    assert_int_equal(quire_delta_decoder_init(&delta, bytes, NULL), 0);
    assert_int_equal(delta.count, n);
    assert_int_equal(quire_buf_reserve(out, n * 8 + 8), 0);
    void *to = quire_buf_end(out);
    if (page->width == 4)
        assert_int_equal(quire_delta_decode_i32(&delta, to, n, NULL), 0);
    else
        assert_int_equal(quire_delta_decode_i64(&delta, to, n, NULL), 0);
    out->size += n * page->width;
}

static void decode_bytes(const struct page *page, int32_t encoding, struct quire_page_bytes bytes,
                         size_t n, struct quire_buf *out)
{
    struct quire_bytes *values = quire_alloc((n + 1) * sizeof(*values));
    struct quire_delta_length_decoder lengths;
    struct quire_delta_bytes_decoder prefixes = {0};
    if (encoding == QUIRE_ENCODING_DELTA_LENGTH_BYTE_ARRAY) {
        assert_int_equal(quire_delta_length_decoder_init(&lengths, bytes, n, NULL), 0);
        assert_int_equal(quire_delta_length_decode(&lengths, values, n, NULL), 0);
    } else if (encoding == QUIRE_ENCODING_DELTA_BYTE_ARRAY) {
        assert_int_equal(quire_delta_bytes_decoder_init(&prefixes, bytes, n, NULL), 0);
        assert_int_equal(quire_delta_bytes_decode(&prefixes, values, n, NULL), 0);
    } else {
        assert_int_equal(encoding, QUIRE_ENCODING_PLAIN);
        assert_int_equal(quire_plain_decode_bytes(&bytes, values, n, NULL), 0);
        assert_true(bytes.at == bytes.end);
    }
    if (page->width == 0)
        put_slices(out, values, n);
    else
        for (size_t i = 0; i < n; i++)
            put(out, values[i].data, values[i].size);
    quire_delta_bytes_decoder_release(&prefixes);
    quire_free(values);
}

static void decode_bools(int32_t encoding, struct quire_page_bytes bytes, size_t n,
                         struct quire_buf *out)
{
    struct quire_plain_bools plain = {0};
    struct quire_rle_decoder rle;
    uint32_t size = 0;
    assert_int_equal(quire_buf_reserve(out, n + 1), 0);
    if (encoding == QUIRE_ENCODING_RLE) {
        assert_int_equal(quire_page_read_u32(&bytes, &size, NULL), 0);
        assert_int_equal(size, quire_page_left(&bytes));
        assert_int_equal(quire_rle_decoder_init(&rle, bytes, 1, 8, NULL), 0);
        assert_int_equal(quire_rle_decode_u8(&rle, quire_buf_end(out), n, NULL), 0);
    } else {
        assert_int_equal(encoding, QUIRE_ENCODING_PLAIN);
        assert_int_equal(quire_plain_decode_bools(&plain, &bytes, quire_buf_end(out), n, NULL), 0);
    }
    out->size += n;
}

static void decode_values(const struct page *page, int32_t encoding, struct quire_page_bytes bytes,
                          size_t n, struct quire_buf *out)
{
    struct quire_byte_stream_decoder split;
    if (encoding == QUIRE_ENCODING_RLE_DICTIONARY) {
        decode_indices(page, bytes, n, out);
    } else if (page->element->type == QUIRE_PARQUET_BOOLEAN) {
        decode_bools(encoding, bytes, n, out);
    } else if (encoding == QUIRE_ENCODING_DELTA_BINARY_PACKED) {
        decode_delta(page, bytes, n, out);
    } else if (encoding == QUIRE_ENCODING_BYTE_STREAM_SPLIT) {
        assert_int_equal(quire_byte_stream_decoder_init(&split, bytes, page->width, NULL), 0);
        assert_int_equal(split.stream_size, n);
        assert_int_equal(quire_buf_reserve(out, n * page->width + 1), 0);
        assert_int_equal(quire_byte_stream_decode(&split, quire_buf_end(out), n, NULL), 0);
        out->size += n * page->width;
    } else if (page->width == 0 || encoding != QUIRE_ENCODING_PLAIN) {
        decode_bytes(page, encoding, bytes, n, out);
    } else {
        assert_int_equal(quire_page_left(&bytes), n * page->width);
        put(out, bytes.at, n * page->width);
    }
}

/* Levels of v2 are `size` bytes; of v1 (SIZE_MAX) they say so themselves. */
static void decode_levels(struct quire_page_bytes *bytes, unsigned max, size_t size, size_t n,
                          struct quire_buf *out)
{
    struct quire_page_bytes part;
    struct quire_rle_decoder rle;
    uint32_t length = (uint32_t)size;
    assert_int_equal(quire_buf_reserve(out, n + 1), 0);
    if (max == 0) {
        assert_true(size == 0 || size == SIZE_MAX);
        memset(quire_buf_end(out), 0, n);
    } else {
        if (size == SIZE_MAX) assert_int_equal(quire_page_read_u32(bytes, &length, NULL), 0);
        assert_int_equal(quire_page_take(bytes, length, &part, NULL), 0);
        assert_int_equal(quire_rle_decoder_init(&rle, part, quire_bit_width(max), 8, NULL), 0);
        assert_int_equal(quire_rle_decode_u8(&rle, quire_buf_end(out), n, NULL), 0);
    }
    out->size += n;
}

/* The body as it was before compression; `keep` bytes were not compressed. */
static void unpack(const struct quire_chunk_options *options,
                   const struct quire_page_header *header, const uint8_t *stored, size_t keep,
                   bool compressed, struct quire_buf *body)
{
    size_t size = (size_t)header->uncompressed_page_size;
    quire_buf_clear(body);
    assert_int_equal(quire_buf_reserve(body, size + 1), 0);
    body->size = size;
    if (options->codec == NULL || !compressed) {
        assert_int_equal(header->compressed_page_size, size);
        memcpy(body->data, stored, size);
        return;
    }
    memcpy(body->data, stored, keep);
    assert_int_equal(options->codec->decompress(stored + keep,
                                                (size_t)header->compressed_page_size - keep,
                                                body->data + keep, size - keep, NULL),
                     0);
}

static void decode_data(const struct quire_parquet_leaf *leaf, struct page *page,
                        const struct quire_page_header *header, struct decoded *decoded)
{
    const struct quire_data_page_header_v2 *v2 = header->data_page_header_v2;
    bool is_v2 = header->type == QUIRE_PAGE_DATA_V2;
    size_t n = (size_t)(is_v2 ? v2->num_values : header->data_page_header->num_values);
    struct decoded_page *result = &decoded->pages[decoded->pages_size++];
    struct quire_page_bytes bytes = quire_page_bytes_of(page->body.data, page->body.size);
    result->entry = decoded->def.size;
    result->entries = n;
    result->value = decoded->plain.size;
    result->encoding = is_v2 ? v2->encoding : header->data_page_header->encoding;
    decode_levels(&bytes, leaf->rep_max,
                  is_v2 ? (size_t)v2->repetition_levels_byte_length : SIZE_MAX, n, &decoded->rep);
    decode_levels(&bytes, leaf->def_max,
                  is_v2 ? (size_t)v2->definition_levels_byte_length : SIZE_MAX, n, &decoded->def);
    for (size_t i = result->entry; i < result->entry + n; i++) {
        result->values += decoded->def.data[i] == leaf->def_max;
        result->rows += decoded->rep.data[i] == 0;
    }
    if (n > 0) assert_int_equal(decoded->rep.data[result->entry], 0);
    if (is_v2) {
        assert_int_equal(v2->num_rows, result->rows);
        assert_int_equal(v2->num_nulls, n - result->values);
    }
    if (result->values > 0)
        decode_values(page, result->encoding, bytes, result->values, &decoded->plain);
    result->value_end = decoded->plain.size;
}

void copy_pages(const struct quire_written_chunk *chunk, struct quire_buf *copy)
{
    const struct quire_page_block *block = chunk->pages.first;
    for (; block != NULL; block = block->next)
        put(copy, block->bytes, block->size);
    assert_int_equal(copy->size, chunk->pages.size);
}

void decode_chunk(const struct quire_parquet_schema *schema, size_t leaf,
                  const struct quire_chunk_options *options,
                  const struct quire_written_chunk *chunk, struct decoded *decoded)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf dictionary = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf pages = {0};
    const struct quire_schema_element *element = quire_parquet_leaf_element(schema, leaf);
    struct page page = {.element = element,
                        .width = quire_plain_width(element->type, (size_t)element->type_length),
                        .dictionary = &dictionary};
    memset(decoded, 0, sizeof(*decoded));
    copy_pages(chunk, &pages);
    for (size_t at = 0; at < pages.size;) {
        struct quire_page_header header;
        size_t used = 0;
        bool more = false, compressed = true;
        assert_int_equal(quire_page_header_read(pages.data + at, pages.size - at, &arena, &header,
                                                &used, &more, NULL),
                         0);
        const uint8_t *stored = pages.data + at + used;
        size_t size = (size_t)header.compressed_page_size, keep = 0;
        if (options->checksum)
            assert_int_equal(header.crc, (int32_t)quire_page_crc(0, stored, size));
        if (header.type == QUIRE_PAGE_DATA_V2) {
            keep = (size_t)header.data_page_header_v2->repetition_levels_byte_length +
                   (size_t)header.data_page_header_v2->definition_levels_byte_length;
            compressed = header.data_page_header_v2->is_compressed;
        }
        unpack(options, &header, stored, keep, compressed, &page.body);
        if (header.type == QUIRE_PAGE_DICTIONARY) {
            assert_int_equal(at, 0);
            put(&dictionary, page.body.data, page.body.size);
            page.entries = (size_t)header.dictionary_page_header->num_values;
            decoded->has_dictionary = true;
            decoded->dictionary_entries = page.entries;
        } else {
            assert_true(decoded->pages_size < DECODED_PAGES_MAX);
            decoded->pages[decoded->pages_size] = (struct decoded_page){
                .offset = at, .size = used + size, .type = header.type, .compressed = compressed};
            decode_data(&schema->leaves[leaf], &page, &header, decoded);
        }
        at += used + size;
    }
    quire_buf_release(&page.body);
}

void decode_table(const struct table *table, size_t leaf, struct decoded *decoded)
{
    struct quire_levels levels = {0};
    struct quire_leaf_block block = {0};
    const struct quire_parquet_leaf *shape = &table->schema.leaves[leaf];
    struct quire_leaf_plan plan = quire_leaf_plan_of(&table->schema, leaf);
    memset(decoded, 0, sizeof(*decoded));
    assert_int_equal(quire_levels_shred(&table->schema, leaf, table->view, 0, table->view->length,
                                        &levels, NULL),
                     0);
    assert_int_equal(quire_leaf_gather(&plan,
                                       quire_levels_leaf_view(&table->schema, leaf, table->view),
                                       levels.ranges, levels.ranges_size, &block, NULL),
                     0);
    assert_int_equal(quire_buf_reserve(&decoded->def, levels.size + 1), 0);
    assert_int_equal(quire_buf_reserve(&decoded->rep, levels.size + 1), 0);
    decoded->def.size = decoded->rep.size = levels.size;
    for (size_t i = 0; i < levels.size; i++) {
        decoded->def.data[i] = levels.def != NULL ? levels.def[i] : shape->def_max;
        decoded->rep.data[i] = levels.rep != NULL ? levels.rep[i] : 0;
    }
    if (block.values.slices != NULL)
        put_slices(&decoded->plain, block.values.slices, block.values.n);
    else if (block.values.n > 0)
        put(&decoded->plain, block.values.fixed, block.values.n * block.values.width);
    quire_levels_release(&levels);
    quire_leaf_block_release(&block);
}
