/* A batch is written as soon as it comes, from where it lies. */
#include "format/arrow/arrow_encoder.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "codec/lz4_frame.h"
#include "format/arrow/arrow_layout.h"
#include "format/arrow/dictionary_writer.h"
#include "format/format.h"
#include "quire/batch.h"

#define OPERATION "write arrow"

struct arrow_encoder {
    struct quire_encoder head;
    bool file;
    int64_t batch_rows; /* 0: as they come */
    struct quire_field *root;
    struct quire_view *view;
    struct quire_message_sink sink;
    struct quire_dictionary_writer dictionaries;
    struct quire_batch_body body;
    struct quire_buf batches; /* of a file: struct quire_arrow_block */
    int64_t rows;
    bool finished;
    int failed; /* sticky code, with error */
    struct quire_error error;
};

#define AT(field) offsetof(struct quire_arrow_encoder_options, field)
const struct quire_option quire_arrow_encoder_rows[QUIRE_ARROW_ENCODER_ROWS] = {
    {.name = "compression",
     .type = QUIRE_OPTION_TEXT,
     .default_text = "none",
     .offset = AT(compression),
     .help = "of each buffer: none, lz4 or zstd, and a level, \"zstd:3\""},
    {.name = "alignment",
     .type = QUIRE_OPTION_INT,
     .default_text = "64",
     .offset = AT(alignment),
     .min = 8,
     .max = 64,
     .help = "bytes of which each buffer begins at a multiple: 64, for readers that map files, or "
             "8, which is smaller"},
    {.name = "batch_rows",
     .type = QUIRE_OPTION_INT,
     .default_text = "0",
     .offset = AT(batch_rows),
     .max = INT64_MAX,
     .help = "most rows of a batch; 0: batches are written as they come"},
    {.name = "dictionary_deltas",
     .type = QUIRE_OPTION_BOOL,
     .default_text = "off",
     .offset = AT(dictionary_deltas),
     .help = "a dictionary that grows is told by what came: smaller, but not all readers know it"},
};

static int fail_with(struct arrow_encoder *encoder, int code, struct quire_error *error)
{
    if (encoder->failed == 0) {
        encoder->failed = code;
        if (encoder->error.code == 0)
            quire_fail(&encoder->error, code, OPERATION, "%s", quire_code_text(code));
    }
    if (error != NULL) *error = encoder->error;
    return encoder->failed;
}

/* --- Making -------------------------------------------------------------------------- */

static int set_compression(struct quire_message_sink *sink, const char *text,
                           struct quire_error *error)
{
    const struct quire_codec *codec = NULL;
    if (text == NULL || text[0] == '\0') return 0;
    QUIRE_TRY(quire_codec_parse(text, &codec, &sink->codec_level, error));
    if (strcmp(codec->name, "none") == 0) return 0;
    sink->codec = codec;
    sink->codec_type = QUIRE_COMPRESSION_ZSTD;
    if (strcmp(codec->name, "zstd") == 0) return 0;
    sink->codec = &quire_codec_lz4_frame;
    sink->codec_type = QUIRE_COMPRESSION_LZ4_FRAME;
    if (strcmp(codec->name, "lz4") == 0) return 0;
    return quire_fail(error, QUIRE_USAGE, OPERATION,
                      "Arrow's buffers are compressed by lz4 or zstd, not by %s", codec->name);
}

static int check_alignment(int64_t alignment, struct quire_error *error)
{
    if (alignment % 8 == 0 && (alignment & (alignment - 1)) == 0) return 0;
    return quire_fail(error, QUIRE_USAGE, OPERATION, "alignment is 8, 16, 32 or 64, and not %lld",
                      (long long)alignment);
}

static int begin(struct arrow_encoder *encoder, const struct ArrowSchema *schema,
                 struct quire_error *error)
{
    static const char magic[8] = QUIRE_ARROW_MAGIC;
    QUIRE_TRY(quire_field_open(schema, &encoder->root, error));
    if (encoder->root->kind != QUIRE_KIND_STRUCT)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "the schema is not one of columns");
    QUIRE_TRY(quire_view_new(encoder->root, &encoder->view, error));
    QUIRE_TRY(quire_dictionary_writer_init(&encoder->dictionaries, encoder->root, error));
    encoder->body.maps = encoder->dictionaries.maps;
    encoder->body.maps_size = encoder->dictionaries.size;
    if (encoder->file)
        QUIRE_TRY(quire_message_sink_write(&encoder->sink, magic, sizeof(magic), error));
    return quire_message_sink_schema(&encoder->sink, encoder->root, error);
}

static void encoder_cleanup(struct arrow_encoder **encoder)
{
    quire_arrow_encoder_free(*encoder != NULL ? &(*encoder)->head : NULL);
}

static int encoder_new(const struct quire_format *format, bool file,
                       const struct ArrowSchema *schema,
                       const struct quire_arrow_encoder_options *options,
                       struct quire_context *context, struct quire_out *out,
                       struct quire_encoder **result, struct quire_error *error)
{
    QUIRE_TRY(check_alignment(options->alignment, error));
    QUIRE_CLEANUP(encoder_cleanup)
    struct arrow_encoder *encoder = quire_alloc_zero(1, sizeof(*encoder));
    if (encoder == NULL) return quire_fail_memory(error, OPERATION);
    encoder->head.format = format;
    encoder->file = file;
    encoder->batch_rows = options->batch_rows;
    encoder->sink.out = out;
    encoder->sink.context = context;
    encoder->sink.align = (size_t)options->alignment;
    encoder->dictionaries.sink = &encoder->sink;
    encoder->dictionaries.file = file;
    encoder->dictionaries.deltas = options->dictionary_deltas;
    quire_error_clear(&encoder->error);
    QUIRE_TRY(set_compression(&encoder->sink, options->compression, error));
    QUIRE_TRY(begin(encoder, schema, error));
    *result = &QUIRE_STEAL(encoder)->head;
    return 0;
}

int quire_arrow_file_encoder_new(const struct ArrowSchema *schema, const void *options,
                                 struct quire_context *context, struct quire_out *out,
                                 struct quire_encoder **encoder, struct quire_error *error)
{
    return encoder_new(&quire_format_arrow, true, schema, options, context, out, encoder, error);
}

int quire_arrow_stream_encoder_new(const struct ArrowSchema *schema, const void *options,
                                   struct quire_context *context, struct quire_out *out,
                                   struct quire_encoder **encoder, struct quire_error *error)
{
    return encoder_new(&quire_format_arrow_stream, false, schema, options, context, out, encoder,
                       error);
}

void quire_arrow_encoder_free(struct quire_encoder *base)
{
    struct arrow_encoder *encoder = (struct arrow_encoder *)base;
    if (encoder == NULL) return;
    quire_dictionary_writer_release(&encoder->dictionaries);
    quire_batch_body_release(&encoder->body);
    quire_message_sink_release(&encoder->sink);
    quire_buf_release(&encoder->batches);
    quire_view_free(encoder->view);
    quire_field_close(encoder->root);
    quire_free(encoder);
}

/* --- Writing ------------------------------------------------------------------------- */

static int write_rows(struct arrow_encoder *encoder, const struct ArrowArray *batch, int64_t start,
                      int64_t length)
{
    struct quire_budget *budget = &encoder->sink.context->budget;
    struct quire_arrow_block block;
    QUIRE_TRY(quire_context_check(encoder->sink.context, &encoder->error));
    int code = quire_batch_body_add_columns(&encoder->body, encoder->root, batch, start, length,
                                            &encoder->error);
    size_t scratch = encoder->body.scratch.bytes;
    quire_budget_force(budget, scratch);
    if (code == 0)
        code =
            quire_message_sink_batch(&encoder->sink, &encoder->body, NULL, &block, &encoder->error);
    quire_batch_body_clear(&encoder->body);
    quire_budget_return(budget, scratch);
    if (code == 0 && encoder->file && quire_buf_append(&encoder->batches, &block, sizeof(block)))
        code = quire_fail_memory(&encoder->error, OPERATION);
    if (code == 0) encoder->rows += length;
    return code;
}

static int write_batch(struct arrow_encoder *encoder, struct ArrowArray *batch)
{
    int64_t start = 0;
    QUIRE_TRY(quire_view_set(encoder->view, batch, &encoder->error));
    QUIRE_TRY(quire_dictionary_writer_batch(&encoder->dictionaries, encoder->view, batch,
                                            &encoder->error));
    do {
        int64_t rows = batch->length - start;
        if (encoder->batch_rows > 0 && rows > encoder->batch_rows) rows = encoder->batch_rows;
        QUIRE_TRY(write_rows(encoder, batch, start, rows));
        start += rows;
    } while (start < batch->length);
    return 0;
}

int quire_arrow_encoder_write(struct quire_encoder *base, struct ArrowArray *batch,
                              struct quire_error *error)
{
    struct arrow_encoder *encoder = (struct arrow_encoder *)base;
    int code = encoder->failed != 0 || encoder->finished ? QUIRE_USAGE : 0;
    if (code == 0) code = write_batch(encoder, batch);
    quire_array_release(batch);
    return code != 0 ? fail_with(encoder, code, error) : 0;
}

static int write_end(struct arrow_encoder *encoder)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf dictionaries = {0};
    struct quire_error *error = &encoder->error;
    if (encoder->file)
        QUIRE_TRY(quire_dictionary_writer_finish(&encoder->dictionaries, &dictionaries, error));
    QUIRE_TRY(quire_message_sink_end(&encoder->sink, error));
    if (!encoder->file) return 0;
    return quire_message_sink_footer(&encoder->sink, encoder->root, &dictionaries,
                                     &encoder->batches, error);
}

int quire_arrow_encoder_finish(struct quire_encoder *base, struct quire_file_stats *stats,
                               struct quire_error *error)
{
    struct arrow_encoder *encoder = (struct arrow_encoder *)base;
    if (encoder->failed != 0 || encoder->finished) return fail_with(encoder, QUIRE_USAGE, error);
    int code = write_end(encoder);
    if (code != 0) return fail_with(encoder, code, error);
    encoder->finished = true;
    if (stats != NULL)
        *stats = (struct quire_file_stats){.rows = encoder->rows, .bytes = encoder->sink.position};
    return 0;
}
