/* Values from one input to one output without columns between. */
#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "format/format.h"
#include "format/ion/ion_options.h"
#include "format/ion/ion_source.h"
#include "format/ion/ion_writer.h"
#include "format/json/json_options.h"

#define FLUSH_BYTES     ((size_t)256 << 10)
#define MEMORY_SHARE    4 /* of the budget that one value may take */
#define VALUE_UNBOUNDED ((size_t)1 << 40)

struct copying {
    struct quire_ion_source source;
    struct quire_ion_writer writer;
    struct quire_ion_catalog catalog;
    struct quire_context *context;
    struct quire_out *out; /* NULL: values are only counted */
};

static void copying_release(struct copying *copying)
{
    quire_ion_source_release(&copying->source);
    quire_ion_writer_release(&copying->writer);
    quire_ion_catalog_release(&copying->catalog);
}

static void copying_free(struct copying **copying)
{
    if (*copying == NULL) return;
    copying_release(*copying);
    quire_free(*copying);
}

static int flush(struct copying *copying, size_t least, struct quire_error *error)
{
    struct quire_buf *out = &copying->writer.out;
    if (out->size <= least) return 0;
    QUIRE_TRY(quire_context_check(copying->context, error));
    QUIRE_TRY(quire_out_write(copying->out, out->data, out->size, error));
    quire_buf_clear(out);
    return 0;
}

/* The value whose first event this is, to its end. */
static int copy_value(struct copying *copying, struct quire_ion_value *value,
                      struct quire_error *error)
{
    struct quire_ion_writer *writer = &copying->writer;
    QUIRE_TRY(quire_ion_write(writer, value, error));
    while (writer->depth > 0) {
        QUIRE_TRY(flush(copying, FLUSH_BYTES, error));
        QUIRE_TRY(quire_ion_source_next(&copying->source, value, error));
        QUIRE_TRY(quire_ion_write(writer, value, error));
    }
    return flush(copying, FLUSH_BYTES, error);
}

/* What is not taken is passed without a look at its contents. */
static int pass_value(struct copying *copying, const struct quire_ion_value *value,
                      struct quire_error *error)
{
    if (value->event != QUIRE_ION_BEGIN) return 0;
    return quire_ion_skip(&copying->source.reader, error);
}

static int copy_values(struct copying *copying, struct quire_copy_part *part,
                       struct quire_error *error)
{
    struct quire_ion_reader *reader = &copying->source.reader;
    struct quire_ion_value value = {.event = QUIRE_ION_NONE};
    uint64_t tables = 0;
    bool counting = copying->out == NULL;
    for (part->seen = 0; counting || part->most < 0 || part->seen - part->skip < part->most;
         part->seen++) {
        QUIRE_TRY(quire_ion_source_next(&copying->source, &value, error));
        if (value.event == QUIRE_ION_NONE) break;
        if (counting || part->seen < part->skip) {
            QUIRE_TRY(pass_value(copying, &value, error));
            continue;
        }
        if (tables != reader->tables)
            QUIRE_TRY(quire_ion_writer_mirror(&copying->writer, reader->symbols, error));
        tables = reader->tables;
        QUIRE_TRY(copy_value(copying, &value, error));
    }
    if (counting) return 0;
    quire_ion_clear(&value);
    value.event = QUIRE_ION_NONE;
    QUIRE_TRY(quire_ion_write(&copying->writer, &value, error));
    return flush(copying, 0, error);
}

/* How the writer is to spell what target is. */
static int choose_form(struct copying *copying, const struct quire_format *target,
                       const void *options, struct quire_error *error)
{
    enum quire_ion_form form;
    bool json = target == &quire_format_json || target == &quire_format_jsonl;
    if (target == &quire_format_ion)
        form = QUIRE_ION_FORM_BINARY;
    else if (target == &quire_format_ion_text)
        form = QUIRE_ION_FORM_TEXT;
    else if (json)
        form = target == &quire_format_json ? QUIRE_ION_FORM_JSON : QUIRE_ION_FORM_JSON_LINES;
    else
        return quire_fail(error, QUIRE_UNSUPPORTED, "copy values",
                          "values of Ion and JSON can be written as Ion and JSON, not as %s",
                          target->name);
    QUIRE_TRY(quire_ion_writer_init(&copying->writer, form, error));
    if (json) {
        const struct quire_json_encoder_options *of_json = options;
        copying->writer.operation = "write json";
        copying->writer.pretty = of_json->pretty && form == QUIRE_ION_FORM_JSON;
        copying->writer.ascii = of_json->ascii;
    } else {
        copying->writer.pretty = ((const struct quire_ion_encoder_options *)options)->pretty;
    }
    return 0;
}

enum spelling { ION, JSON, JSON_LINES };

static int copy(struct quire_in *in, const char *catalog, enum spelling spelling,
                const struct quire_format *target, const void *target_options,
                struct quire_copy_part *part, struct quire_context *context, struct quire_out *out,
                struct quire_error *error)
{
    QUIRE_CLEANUP(copying_free) struct copying *copying = quire_alloc_zero(1, sizeof(*copying));
    if (copying == NULL) return quire_fail_memory(error, "copy values");
    size_t most = context->budget.max > 0 ? context->budget.max / MEMORY_SHARE : VALUE_UNBOUNDED;
    copying->context = context;
    copying->out = out;
    QUIRE_TRY(quire_ion_catalog_load(&copying->catalog, catalog, error));
    QUIRE_TRY(choose_form(copying, target, target_options, error));
    QUIRE_TRY(quire_ion_source_open(&copying->source, in, &copying->catalog, most, error));
    bool from_json = spelling != ION;
    if (from_json) copying->source.reader.operation = "read json";
    /* JSON keeps the digits of a float as they are. */
    copying->source.reader.far = from_json && copying->writer.form < QUIRE_ION_FORM_JSON;
    copying->writer.document = spelling == JSON && target == &quire_format_json;
    return copy_values(copying, part, error);
}

int quire_ion_copy(struct quire_in *in, const void *options, const struct quire_format *target,
                   const void *target_options, struct quire_copy_part *part,
                   struct quire_context *context, struct quire_out *out, struct quire_error *error)
{
    const struct quire_ion_decoder_options *decoder = options;
    return copy(in, decoder->catalog, ION, target, target_options, part, context, out, error);
}

int quire_json_copy(struct quire_in *in, const void *options, const struct quire_format *target,
                    const void *target_options, struct quire_copy_part *part,
                    struct quire_context *context, struct quire_out *out, struct quire_error *error)
{
    (void)options;
    return copy(in, NULL, JSON, target, target_options, part, context, out, error);
}

int quire_json_lines_copy(struct quire_in *in, const void *options,
                          const struct quire_format *target, const void *target_options,
                          struct quire_copy_part *part, struct quire_context *context,
                          struct quire_out *out, struct quire_error *error)
{
    (void)options;
    return copy(in, NULL, JSON_LINES, target, target_options, part, context, out, error);
}
