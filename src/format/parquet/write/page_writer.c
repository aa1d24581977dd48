/* The body of a v1 page is compressed with its levels; that of a v2 page without them, or
 * not at all when that makes it no smaller. */
#include "format/parquet/write/page_writer.h"

#include <string.h>

#include "base/fail.h"
#include "format/parquet/encoding/bit_pack.h"
#include "format/parquet/page_header.h"

#define OPERATION         "write parquet"
#define PAGE_BYTES_MAX    ((size_t)INT32_MAX)
#define PAGE_ORDINALS_MAX INT16_MAX /* of encrypted chunks */

void quire_page_writer_release(struct quire_page_writer *writer)
{
    if (writer == NULL) return;
    quire_buf_release(&writer->def_bytes);
    quire_buf_release(&writer->rep_bytes);
    quire_buf_release(&writer->body);
    quire_buf_release(&writer->packed);
    quire_buf_release(&writer->sealed);
    quire_buf_release(&writer->header);
    quire_buf_release(&writer->sealed_header);
}

size_t quire_page_writer_memory(const struct quire_page_writer *writer)
{
    return writer->def_bytes.capacity + writer->rep_bytes.capacity + writer->body.capacity +
           writer->packed.capacity + writer->sealed.capacity + writer->header.capacity +
           writer->sealed_header.capacity;
}

static void begin_page(struct quire_page_writer *writer)
{
    quire_buf_clear(&writer->def_bytes);
    quire_buf_clear(&writer->rep_bytes);
    quire_buf_clear(&writer->body);
    quire_rle_encoder_init(&writer->def, &writer->def_bytes, quire_bit_width(writer->def_max));
    quire_rle_encoder_init(&writer->rep, &writer->rep_bytes, quire_bit_width(writer->rep_max));
    writer->around = (struct quire_bytes){NULL, 0};
    writer->entries = writer->values = 0;
}

void quire_page_writer_begin(struct quire_page_writer *writer,
                             const struct quire_chunk_options *options,
                             const struct quire_parquet_leaf *leaf, int16_t row_group)
{
    writer->options = options;
    writer->def_max = leaf->def_max;
    writer->rep_max = leaf->rep_max;
    writer->row_group = row_group;
    writer->ordinal = 0;
    writer->level = (struct quire_page_level){.codec_id = options->codec_id};
    begin_page(writer);
}

int quire_page_add_levels(struct quire_page_writer *writer, const uint8_t *def, const uint8_t *rep,
                          size_t n, int64_t values, struct quire_error *error)
{
    int code = 0;
    if (writer->rep_max > 0)
        code = rep != NULL ? quire_rle_encode_u8(&writer->rep, rep, n)
                           : quire_rle_encode_run(&writer->rep, 0, n);
    if (writer->def_max > 0 && code == 0)
        code = def != NULL ? quire_rle_encode_u8(&writer->def, def, n)
                           : quire_rle_encode_run(&writer->def, writer->def_max, n);
    if (code != 0) return quire_fail_memory(error, OPERATION);
    writer->entries += (int64_t)n;
    writer->values += values;
    return 0;
}

static int put_levels(struct quire_page_writer *writer, struct quire_rle_encoder *encoder)
{
    const struct quire_buf *bytes = encoder->out;
    QUIRE_TRY(quire_rle_finish(encoder));
    uint32_t size = (uint32_t)bytes->size;
    if (writer->options->page_version == 1)
        QUIRE_TRY(quire_buf_append(&writer->body, &size, sizeof(size)));
    return quire_buf_append(&writer->body, bytes->data, bytes->size);
}

int quire_page_start(struct quire_page_writer *writer, struct quire_error *error)
{
    int code = 0;
    quire_buf_clear(&writer->body);
    if (writer->rep_max > 0) code = put_levels(writer, &writer->rep);
    if (writer->def_max > 0 && code == 0) code = put_levels(writer, &writer->def);
    writer->levels_size = writer->body.size;
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

int quire_page_put_values(struct quire_page_writer *writer, uint8_t *values, size_t size,
                          size_t headroom, struct quire_error *error)
{
    size_t levels = writer->levels_size;
    if (levels > headroom) {
        int code = quire_buf_append(&writer->body, values, size);
        return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
    }
    if (levels > 0) memcpy(values - levels, writer->body.data, levels);
    writer->around = (struct quire_bytes){values - levels, levels + size};
    return 0;
}

static struct quire_bytes bytes_of(const struct quire_buf *buf)
{
    return (struct quire_bytes){buf->data, buf->size};
}

static struct quire_bytes body_of(const struct quire_page_writer *writer)
{
    return writer->around.data != NULL ? writer->around : bytes_of(&writer->body);
}

/* --- Compressed, encrypted, behind its header ------------------------------------------ */

static int fail_large(size_t size, struct quire_error *error)
{
    int code =
        quire_fail(error, QUIRE_LIMIT, OPERATION,
                   "a page of %zu bytes; the format holds at most %zu", size, PAGE_BYTES_MAX);
    quire_error_hint(error, "make pages smaller; a row must fit into one");
    return code;
}

/* Makes packed: `keep` bytes of body as they are, the rest compressed. */
static int compress(struct quire_page_writer *writer, struct quire_page_level *level,
                    struct quire_bytes body, size_t keep, struct quire_error *error)
{
    const struct quire_codec *codec = writer->options->codec;
    struct quire_buf *packed = &writer->packed;
    size_t size = 0, left = body.size - keep, bound = codec->bound(left);
    if (body.size > PAGE_BYTES_MAX || bound > PAGE_BYTES_MAX) return fail_large(body.size, error);
    quire_buf_clear(packed);
    if (quire_buf_reserve(packed, keep + bound) != 0) return quire_fail_memory(error, OPERATION);
    if (keep > 0) memcpy(packed->data, body.data, keep);
    const uint8_t *from = keep > 0 ? body.data + keep : body.data; /* NULL + 0 is undefined */
    QUIRE_TRY(quire_page_level_compress(level, codec, writer->options->level, from, left,
                                        packed->data + keep, bound, &size, error));
    packed->size = keep + size;
    return 0;
}

static int encrypt(struct quire_page_writer *writer, enum quire_parquet_module module,
                   struct quire_bytes plain, struct quire_buf *out, struct quire_error *error)
{
    struct quire_module_place place = {.module = module,
                                       .row_group = writer->row_group,
                                       .column = writer->options->column,
                                       .page = writer->ordinal};
    return quire_cipher_encrypt(writer->options->cipher, &place, plain.data, plain.size, out,
                                error);
}

static int seal(struct quire_page_writer *writer, bool dictionary, struct quire_bytes *stored,
                struct quire_error *error)
{
    if (writer->options->cipher == NULL) return 0;
    if (writer->ordinal == PAGE_ORDINALS_MAX && !dictionary)
        return quire_fail(error, QUIRE_LIMIT, OPERATION,
                          "more than %d pages in an encrypted column chunk", PAGE_ORDINALS_MAX);
    quire_buf_clear(&writer->sealed);
    QUIRE_TRY(encrypt(writer, dictionary ? QUIRE_MODULE_DICTIONARY_PAGE : QUIRE_MODULE_DATA_PAGE,
                      *stored, &writer->sealed, error));
    *stored = bytes_of(&writer->sealed);
    return 0;
}

static int put_header(struct quire_page_writer *writer, const struct quire_page_header *header,
                      struct quire_page_chain *out, size_t *plain_size, struct quire_error *error)
{
    bool dictionary = header->type == QUIRE_PAGE_DICTIONARY;
    quire_buf_clear(&writer->header);
    if (quire_page_header_write(header, &writer->header) != 0)
        return quire_fail_memory(error, OPERATION);
    const struct quire_buf *header_bytes = &writer->header;
    *plain_size = writer->header.size;
    if (writer->options->cipher != NULL) {
        quire_buf_clear(&writer->sealed_header);
        QUIRE_TRY(encrypt(writer,
                          dictionary ? QUIRE_MODULE_DICTIONARY_PAGE_HEADER
                                     : QUIRE_MODULE_DATA_PAGE_HEADER,
                          bytes_of(&writer->header), &writer->sealed_header, error));
        header_bytes = &writer->sealed_header;
    }
    if (quire_page_chain_append(out, header_bytes->data, header_bytes->size) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* stored: the body as compressed. The header lacks what is only known now. */
static int put_page(struct quire_page_writer *writer, struct quire_page_header *header,
                    struct quire_bytes stored, size_t plain_size, struct quire_page_chain *out,
                    struct quire_page_sizes *sizes, struct quire_error *error)
{
    size_t start = out->size, header_size = 0;
    QUIRE_TRY(seal(writer, header->type == QUIRE_PAGE_DICTIONARY, &stored, error));
    if (plain_size > PAGE_BYTES_MAX || stored.size > PAGE_BYTES_MAX)
        return fail_large(plain_size, error);
    header->uncompressed_page_size = (int32_t)plain_size;
    header->compressed_page_size = (int32_t)stored.size;
    if (writer->options->checksum) {
        header->crc = (int32_t)quire_page_crc(0, stored.data, stored.size);
        header->present |= QUIRE_PAGE_HAS_CRC;
    }
    QUIRE_TRY(put_header(writer, header, out, &header_size, error));
    if (quire_page_chain_append(out, stored.data, stored.size) != 0)
        return quire_fail_memory(error, OPERATION);
    *sizes =
        (struct quire_page_sizes){.stored = out->size - start, .plain = header_size + plain_size};
    return 0;
}

static int finish_v1(struct quire_page_writer *writer, int32_t encoding,
                     struct quire_page_chain *out, struct quire_page_sizes *sizes,
                     struct quire_error *error)
{
    struct quire_data_page_header data = {.num_values = (int32_t)writer->entries,
                                          .encoding = encoding,
                                          .definition_level_encoding = QUIRE_ENCODING_RLE,
                                          .repetition_level_encoding = QUIRE_ENCODING_RLE};
    struct quire_page_header header = {.type = QUIRE_PAGE_DATA, .data_page_header = &data};
    struct quire_bytes body = body_of(writer), stored = body;
    if (writer->options->codec != NULL) {
        QUIRE_TRY(compress(writer, &writer->level, body, 0, error));
        stored = bytes_of(&writer->packed);
    }
    return put_page(writer, &header, stored, body.size, out, sizes, error);
}

static int finish_v2(struct quire_page_writer *writer, int32_t encoding, int64_t rows,
                     struct quire_page_chain *out, struct quire_page_sizes *sizes,
                     struct quire_error *error)
{
    struct quire_data_page_header_v2 data = {
        .present = QUIRE_DATA_PAGE_V2_HAS_COMPRESSED,
        .num_values = (int32_t)writer->entries,
        .num_nulls = (int32_t)(writer->entries - writer->values),
        .num_rows = (int32_t)rows,
        .encoding = encoding,
        .definition_levels_byte_length = (int32_t)writer->def_bytes.size,
        .repetition_levels_byte_length = (int32_t)writer->rep_bytes.size};
    struct quire_page_header header = {.type = QUIRE_PAGE_DATA_V2, .data_page_header_v2 = &data};
    struct quire_bytes body = body_of(writer), stored = body;
    if (writer->options->codec != NULL && body.size > writer->levels_size) {
        QUIRE_TRY(compress(writer, &writer->level, body, writer->levels_size, error));
        data.is_compressed = writer->packed.size < stored.size;
        if (data.is_compressed) stored = bytes_of(&writer->packed);
    }
    return put_page(writer, &header, stored, body.size, out, sizes, error);
}

int quire_page_finish(struct quire_page_writer *writer, int32_t encoding, int64_t rows,
                      struct quire_page_chain *out, struct quire_page_sizes *sizes,
                      struct quire_error *error)
{
    if (writer->entries > INT32_MAX)
        return quire_fail(error, QUIRE_LIMIT, OPERATION,
                          "a row with %lld values in a column; a page holds at most %d",
                          (long long)writer->entries, INT32_MAX);
    QUIRE_TRY(writer->options->page_version == 1
                  ? finish_v1(writer, encoding, out, sizes, error)
                  : finish_v2(writer, encoding, rows, out, sizes, error));
    if (writer->options->cipher != NULL) writer->ordinal++;
    begin_page(writer);
    return 0;
}

int quire_page_write_dictionary(struct quire_page_writer *writer, const struct quire_buf *plain,
                                size_t entries, struct quire_page_chain *out,
                                struct quire_page_sizes *sizes, struct quire_error *error)
{
    struct quire_dictionary_page_header dictionary = {.num_values = (int32_t)entries,
                                                      .encoding = QUIRE_ENCODING_PLAIN};
    struct quire_page_header header = {.type = QUIRE_PAGE_DICTIONARY,
                                       .dictionary_page_header = &dictionary};
    struct quire_bytes stored = bytes_of(plain);
    if (writer->options->codec != NULL) {
        struct quire_page_level level = {0};
        QUIRE_TRY(compress(writer, &level, stored, 0, error));
        stored = bytes_of(&writer->packed);
    }
    return put_page(writer, &header, stored, plain->size, out, sizes, error);
}
