#include "chunk_read_fixture.h"

#include "data/schema.h"
#include "format/parquet/encoding/bit_pack.h"
#include "quire/batch.h"
#include "quire/codec.h"
#include "random_column.h"

static int read_at(struct quire_in *in, int64_t offset, void *bytes, size_t size,
                   struct quire_error *error)
{
    struct chunk_read_fixture *chunk =
        (struct chunk_read_fixture *)(void *)((char *)in - offsetof(struct chunk_read_fixture, in));
    assert_true(offset >= chunk->source.start &&
                offset + (int64_t)size <= (int64_t)chunk->file.size);
    (void)error;
    memcpy(bytes, chunk->file.data + offset, size);
    chunk->bytes_read += (int64_t)size;
    return 0;
}

static const struct quire_in_ops ops = {.read_at = read_at};

void chunk_read_fixture_init(struct chunk_read_fixture *chunk, const char *schema_text, size_t leaf)
{
    *chunk = (struct chunk_read_fixture){.leaf = leaf};
    chunk->fields = random_column_field(schema_text);
    chunk->fields->nullable = false;
    assert_int_equal(quire_parquet_schema_of_fields(chunk->fields, &chunk->schema, NULL), 0);
    assert_int_equal(quire_buf_append_text(&chunk->file, "PAR1"), 0);
    chunk->metadata.type = quire_parquet_leaf_element(&chunk->schema, leaf)->type;
    chunk->source = (struct quire_chunk_source){
        .metadata = &chunk->metadata, .start = 4, .row_group = 3, .verify_checksum = true};
}

void chunk_read_fixture_release(struct chunk_read_fixture *chunk)
{
    quire_parquet_schema_release(&chunk->schema);
    quire_field_close(chunk->fields);
    quire_buf_release(&chunk->file);
}

/* MSB first, without a length (Encodings.md, BIT_PACKED). */
static void append_packed(struct quire_buf *out, unsigned width, const uint8_t *levels, size_t n)
{
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < n; i++) {
        held = held << width | levels[i];
        bits += width;
        if (bits < 8) continue;
        bits -= 8;
        assert_int_equal(quire_buf_push(out, (uint8_t)(held >> bits)), 0);
    }
    if (bits > 0) assert_int_equal(quire_buf_push(out, (uint8_t)(held << (8 - bits))), 0);
}

/* Returns the bytes that were added. */
static size_t append_levels(const struct chunk_read_fixture *chunk, struct quire_buf *out,
                            uint8_t max, const uint8_t *levels, size_t n)
{
    size_t start = out->size;
    if (max == 0) return 0;
    if (chunk->packed_levels) {
        append_packed(out, quire_bit_width(max), levels, n);
        return out->size - start;
    }
    struct quire_rle_encoder encoder;
    if (!chunk->v2) assert_int_equal(quire_buf_append(out, "\0\0\0\0", 4), 0);
    quire_rle_encoder_init(&encoder, out, quire_bit_width(max));
    assert_int_equal(quire_rle_encode_u8(&encoder, levels, n), 0);
    assert_int_equal(quire_rle_finish(&encoder), 0);
    uint32_t size = (uint32_t)(out->size - start - 4);
    if (!chunk->v2) memcpy(out->data + start, &size, 4);
    return out->size - start;
}

/* Appends bytes as the chunk's codec has them. */
static void append_compressed(const struct chunk_read_fixture *chunk, struct quire_buf *out,
                              const void *bytes, size_t size)
{
    const struct quire_codec *codec;
    size_t got = 0;
    if (chunk->metadata.codec == QUIRE_PARQUET_UNCOMPRESSED) {
        assert_int_equal(quire_buf_append(out, bytes, size), 0);
        return;
    }
    assert_int_equal(chunk->metadata.codec, QUIRE_PARQUET_SNAPPY);
    assert_int_equal(quire_codec_find("snappy", &codec, NULL), 0);
    size_t bound = codec->bound(size);
    assert_int_equal(quire_buf_reserve(out, bound), 0);
    assert_int_equal(codec->compress(bytes, size, 0, quire_buf_end(out), bound, &got, NULL), 0);
    out->size += got;
}

static void append_page(struct chunk_read_fixture *chunk, struct quire_page_header *header,
                        const struct quire_buf *body)
{
    header->present |= QUIRE_PAGE_HAS_CRC;
    header->compressed_page_size = (int32_t)body->size;
    header->crc = (int32_t)quire_page_crc(0, body->data, body->size);
    assert_int_equal(quire_page_header_write(header, &chunk->file), 0);
    assert_int_equal(quire_buf_append(&chunk->file, body->data, body->size), 0);
}

void chunk_read_fixture_page(struct chunk_read_fixture *chunk, const struct chunk_page *page)
{
    const struct quire_parquet_leaf *leaf = &chunk->schema.leaves[chunk->leaf];
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf plain = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf body = {0};
    size_t rep = append_levels(chunk, &plain, leaf->rep_max, page->rep, page->entries);
    size_t def = append_levels(chunk, &plain, leaf->def_max, page->def, page->entries);
    size_t levels = plain.size;
    assert_int_equal(quire_buf_append(&plain, page->values, page->size), 0);
    struct quire_page_header header = {.uncompressed_page_size = (int32_t)plain.size};
    int32_t level_encoding = chunk->packed_levels ? QUIRE_ENCODING_BIT_PACKED : QUIRE_ENCODING_RLE;
    struct quire_data_page_header v1 = {.num_values = (int32_t)page->entries,
                                        .encoding = page->encoding,
                                        .definition_level_encoding = level_encoding,
                                        .repetition_level_encoding = level_encoding};
    struct quire_data_page_header_v2 v2 = {.num_values = (int32_t)page->entries,
                                           .num_rows = (int32_t)page->rows,
                                           .encoding = page->encoding,
                                           .definition_levels_byte_length = (int32_t)def,
                                           .repetition_levels_byte_length = (int32_t)rep};
    if (chunk->v2) {
        header.type = QUIRE_PAGE_DATA_V2;
        header.data_page_header_v2 = &v2;
        assert_int_equal(quire_buf_append(&body, plain.data, levels), 0);
    } else {
        header.type = QUIRE_PAGE_DATA;
        header.data_page_header = &v1;
        levels = 0;
    }
    append_compressed(chunk, &body, plain.size > 0 ? plain.data + levels : NULL,
                      plain.size - levels);
    append_page(chunk, &header, &body);
    chunk->metadata.num_values += (int64_t)page->entries;
    chunk->rows += (int64_t)page->rows;
}

void chunk_read_fixture_dictionary(struct chunk_read_fixture *chunk, int32_t encoding,
                                   size_t entries, const void *values, size_t size)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf body = {0};
    struct quire_dictionary_page_header dictionary = {.num_values = (int32_t)entries,
                                                      .encoding = encoding};
    struct quire_page_header header = {.type = QUIRE_PAGE_DICTIONARY,
                                       .uncompressed_page_size = (int32_t)size,
                                       .dictionary_page_header = &dictionary};
    append_compressed(chunk, &body, values, size);
    append_page(chunk, &header, &body);
}

void chunk_read_fixture_strange_page(struct chunk_read_fixture *chunk, int32_t type)
{
    struct quire_page_header header = {.type = type, .uncompressed_page_size = 3};
    struct quire_buf body = {(uint8_t *)(uintptr_t) "abc", 3, 3};
    append_page(chunk, &header, &body);
}

static int read_rows(struct chunk_read_fixture *chunk, struct quire_chunk_reader *reader,
                     int64_t skip, int64_t rows, int64_t step, struct quire_column *columns,
                     struct quire_error *error)
{
    chunk->in = (struct quire_in){&ops, (int64_t)chunk->file.size};
    chunk->bytes_read = 0;
    chunk->source.rows = chunk->rows;
    struct quire_chunk_bytes bytes = {.in = &chunk->in,
                                      .start = chunk->source.start,
                                      .end = (int64_t)chunk->file.size,
                                      .window = 100};
    int code = quire_chunk_reader_begin(reader, &chunk->source, &bytes, error);
    if (code == 0 && skip > 0) code = quire_chunk_reader_skip(reader, skip, error);
    for (int64_t part; code == 0 && rows > 0; rows -= part) {
        part = step > 0 && step < rows ? step : rows;
        code = quire_chunk_reader_read(reader, part, columns, error);
    }
    quire_chunk_bytes_release(&bytes);
    return code;
}

static int read_columns(struct chunk_read_fixture *chunk, int64_t skip, int64_t rows, int64_t step,
                        struct ArrowArray *array, struct quire_error *error)
{
    struct quire_column *columns = NULL;
    struct quire_chunk_reader *reader = NULL;
    int code = quire_column_new(chunk->fields, &columns, error);
    if (code == 0) code = quire_chunk_reader_new(&chunk->schema, chunk->leaf, &reader, error);
    if (code == 0) code = read_rows(chunk, reader, skip, rows, step, columns, error);
    if (code == 0) code = quire_levels_check(columns, error);
    if (code == 0) code = quire_column_finish(columns, array, error);
    quire_chunk_reader_free(reader);
    quire_column_free(columns);
    return code;
}

int chunk_read_fixture_read(struct chunk_read_fixture *chunk, int64_t step,
                            struct ArrowArray *array, struct quire_error *error)
{
    return read_columns(chunk, 0, chunk->rows, step, array, error);
}

int chunk_read_fixture_read_from(struct chunk_read_fixture *chunk, int64_t skip, int64_t rows,
                                 struct ArrowArray *array, struct quire_error *error)
{
    return read_columns(chunk, skip, rows, 0, array, error);
}
