/* The open page of a chunk, finished: values and levels become its body, what is known of
 * it becomes its record. */
#include <string.h>

#include "base/fail.h"
#include "format/parquet/write/chunk_writer_private.h"

#define OPERATION   QUIRE_CHUNK_OPERATION
#define LARGE_BYTES ((size_t)4 << 20)

static int put_indices(struct quire_chunk_writer *writer, struct quire_error *error)
{
    struct quire_buf *body = &writer->page.body;
    unsigned width = quire_dictionary_width(&writer->dictionary);
    const uint32_t *indices = (const uint32_t *)(const void *)writer->indices.data;
    struct quire_rle_encoder rle;
    int code = quire_buf_push(body, (uint8_t)width);
    quire_rle_encoder_init(&rle, body, width);
    if (code == 0) code = quire_rle_encode_u32(&rle, indices, quire_chunk_indices_size(writer));
    if (code == 0) code = quire_rle_finish(&rle);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

/* A page without values tells nothing about how they should be encoded. */
static int put_values(struct quire_chunk_writer *writer, int32_t *encoding,
                      struct quire_error *error)
{
    if (writer->stage == QUIRE_CHUNK_SAMPLING && writer->sample_size > 0)
        QUIRE_TRY(quire_chunk_decide(writer, error));
    QUIRE_TRY(quire_page_start(&writer->page, error));
    switch (writer->stage) {
    case QUIRE_CHUNK_SAMPLING: *encoding = QUIRE_ENCODING_PLAIN; return 0;
    case QUIRE_CHUNK_DICTIONARY:
        *encoding = QUIRE_ENCODING_RLE_DICTIONARY;
        if (writer->extremes) QUIRE_TRY(quire_chunk_extremes_of_indices(writer, error));
        return put_indices(writer, error);
    default: break;
    }
    *encoding = writer->direct;
    size_t size = 0;
    uint8_t *values = quire_value_encoder_take(&writer->encoder, &size);
    if (values != NULL)
        return quire_page_put_values(&writer->page, values, size, QUIRE_VALUES_HEADROOM, error);
    return quire_value_encoder_finish(&writer->encoder, writer->plan.width, &writer->page.body,
                                      error);
}

static void count_encoding(struct quire_chunk_writer *writer, int32_t encoding)
{
    size_t i = 0;
    while (i < writer->counts_size && writer->counts[i].encoding != encoding)
        i++;
    if (i == writer->counts_size)
        writer->counts[writer->counts_size++] = (struct quire_encoding_count){encoding, 0};
    writer->counts[i].pages++;
}

static int keep_record(struct quire_chunk_writer *writer, int64_t offset, int64_t entries,
                       int64_t values, size_t stored, struct quire_error *error)
{
    const struct quire_chunk_options *options = &writer->options;
    bool fixed = writer->plan.type != QUIRE_PARQUET_BYTE_ARRAY;
    struct quire_page_record record = {.offset = offset,
                                       .first_row = writer->rows,
                                       .nulls = entries - values,
                                       .nans = writer->page_extremes.nans,
                                       .unencoded_bytes = writer->page_unencoded,
                                       .stored = stored,
                                       .empty = values == 0};
    if (quire_chunk_pages_add(&writer->pages, &record, &writer->page_extremes,
                              fixed ? SIZE_MAX : options->statistics_bytes, writer->text,
                              writer->histogram, writer->histogram_size) != 0 ||
        quire_extremes_merge(&writer->chunk_extremes, writer->order, &writer->page_extremes) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static void begin_page(struct quire_chunk_writer *writer, int64_t entries, int64_t values)
{
    for (size_t i = 0; i < writer->histogram_size; i++) {
        writer->chunk_histogram[i] += writer->histogram[i];
        writer->histogram[i] = 0;
    }
    quire_extremes_clear(&writer->page_extremes);
    quire_buf_clear(&writer->indices);
    writer->rows += writer->page_rows;
    writer->entries += entries;
    writer->values += values;
    writer->unencoded += writer->page_unencoded;
    writer->page_rows = writer->page_unencoded = 0;
}

/* A page of huge values leaves buffers behind that no usual page needs. */
static bool is_large(const struct quire_chunk_writer *writer, size_t bytes)
{
    return bytes > LARGE_BYTES && bytes / 2 > writer->options.page_bytes;
}

static void drop_encoder(struct quire_chunk_writer *writer)
{
    if (!is_large(writer, quire_value_encoder_memory(&writer->encoder))) return;
    struct quire_value_encoder *encoder = &writer->encoder;
    int32_t type = encoder->type, encoding = encoder->encoding;
    quire_value_encoder_release(encoder);
    quire_value_encoder_start(encoder, type, encoding);
}

static void drop_large(struct quire_chunk_writer *writer)
{
    struct quire_page_writer *page = &writer->page;
    struct quire_buf *const buffers[] = {&page->body,          &page->packed,
                                         &page->sealed,        &writer->sample,
                                         &writer->trial.bytes, &writer->trial.packed};
    for (size_t i = 0; i < sizeof(buffers) / sizeof(*buffers); i++)
        if (is_large(writer, buffers[i]->capacity)) quire_buf_release(buffers[i]);
}

int quire_chunk_finish_page(struct quire_chunk_writer *writer, struct quire_error *error)
{
    int32_t encoding = QUIRE_ENCODING_PLAIN;
    struct quire_page_sizes sizes;
    int64_t offset = (int64_t)writer->data.size;
    int64_t entries = writer->page.entries, values = writer->page.values;
    QUIRE_TRY(put_values(writer, &encoding, error));
    QUIRE_TRY(quire_page_finish(&writer->page, encoding, writer->page_rows, &writer->data, &sizes,
                                error));
    writer->plain_size += (int64_t)sizes.plain;
    count_encoding(writer, encoding);
    QUIRE_TRY(keep_record(writer, offset, entries, values, sizes.stored, error));
    begin_page(writer, entries, values);
    drop_encoder(writer);
    drop_large(writer);
    return 0;
}
