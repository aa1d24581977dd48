/* The stream of batches over a file: what is wanted of it (columns, conditions, types), and
 * the reading of it put together. */
#include "format/parquet/read/parquet_decoder.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "format/parquet/read/read_target.h"
#include "format/parquet/read/refused_rows.h"

#define OPERATION "read parquet"

struct decoder {
    struct quire_parquet_input file;
    struct quire_parquet_projection projection;
    struct quire_parquet_filter filter;
    struct quire_typed_target target;
    struct quire_parquet_batches *batches;
    struct quire_parquet_batch_place place;
    struct quire_refused_rows refused;
    enum quire_on_bad on_bad;
    struct quire_record_counts *counts; /* may be NULL */
};

static void decoder_close(void *source)
{
    struct decoder *decoder = source;
    quire_parquet_batches_close(decoder->batches);
    quire_refused_rows_release(&decoder->refused);
    quire_typed_target_release(&decoder->target);
    quire_parquet_filter_release(&decoder->filter);
    quire_parquet_projection_release(&decoder->projection);
    quire_parquet_input_release(&decoder->file);
    quire_free(decoder);
}

static int decoder_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct decoder *decoder = source;
    return quire_schema_copy(&decoder->target.given, schema, error);
}

/* Settles what was put up with in a batch as it was read. */
static int settle_refused(struct decoder *decoder, struct ArrowArray *read,
                          struct quire_error *error)
{
    if (decoder->on_bad == QUIRE_ON_BAD_REJECT)
        return quire_refused_rows_begin(&decoder->refused, read, &decoder->place, error);
    if (decoder->counts != NULL) decoder->counts->nulled += decoder->place.refused;
    return 0;
}

static int read_batch(struct decoder *decoder, struct ArrowArray *batch, struct quire_error *error)
{
    struct ArrowArray read = {.release = NULL};
    if (!quire_typed_target_pending(&decoder->target)) {
        QUIRE_TRY(quire_parquet_batches_next(decoder->batches, &read, &decoder->place, error));
        if (read.release == NULL) return 0;
        if (decoder->counts != NULL && decoder->place.bytes_end > decoder->counts->bytes)
            decoder->counts->bytes = decoder->place.bytes_end;
        QUIRE_TRY(settle_refused(decoder, &read, error));
    }
    const struct quire_batch_rows rows = quire_parquet_batch_rows(&decoder->place);
    QUIRE_TRY(quire_typed_target_batch(&decoder->target, &read, &rows, batch, error));
    if (quire_typed_target_pending(&decoder->target)) return 0;
    int code = quire_refused_rows_end(&decoder->refused, error);
    if (code != 0) quire_array_release(batch);
    return code;
}

static int decoder_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct decoder *decoder = source;
    for (;;) {
        batch->release = NULL;
        QUIRE_TRY(read_batch(decoder, batch, error));
        if (batch->release == NULL) return 0;
        if (batch->length > 0) break;
        quire_array_release(batch);
    }
    if (decoder->counts != NULL) decoder->counts->rows += batch->length;
    return 0;
}

/* Chooses leaves by columns and schema, and the row groups and pages by conditions. */
static int settle_wanted(struct decoder *decoder, const struct quire_parquet_read_options *options,
                         const struct quire_record_policy *policy, struct quire_context *context,
                         struct quire_error *error)
{
    const struct quire_parquet_schema *schema = &decoder->file.schema;
    QUIRE_CLEANUP(quire_cleanup_free)
    bool *wanted = quire_alloc_zero(schema->leaves_size + 1, sizeof(*wanted));
    if (wanted == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_parquet_target_open(&decoder->target, policy, schema, wanted, error));
    if (policy->on_bad == QUIRE_ON_BAD_NULL) decoder->projection.like = decoder->target.field;
    QUIRE_TRY(quire_parquet_project(schema, wanted, &decoder->projection, error));
    const struct quire_field *read = decoder->projection.schema.root->field;
    QUIRE_TRY(quire_typed_target_begin(&decoder->target, read, error));
    decoder->refused = (struct quire_refused_rows){.reject = policy->reject,
                                                   .reject_user = policy->reject_user,
                                                   .counts = policy->counts,
                                                   .field = read};
    decoder->target.reject = quire_refused_rows_reject;
    decoder->target.reject_user = &decoder->refused;
    decoder->filter.page_index = options->use_page_index;
    decoder->filter.bloom_filter = options->use_bloom_filter;
    decoder->filter.bloom_bytes_max = context->budget.max / 8;
    return quire_parquet_filter_open(&decoder->filter, &decoder->file, decoder->target.field,
                                     policy, error);
}

static int open_decoder(struct decoder *decoder, struct quire_in *in,
                        const struct quire_parquet_read_options *options,
                        const struct quire_record_policy *policy, struct quire_context *context,
                        struct quire_error *error)
{
    decoder->counts = policy->counts;
    decoder->on_bad = policy->on_bad;
    QUIRE_TRY(quire_parquet_input_open(in, options, &decoder->file, error));
    QUIRE_TRY(settle_wanted(decoder, options, policy, context, error));
    const struct quire_parquet_batch_options reading = {
        .planning = {.file = &decoder->file,
                     .projection = &decoder->projection,
                     .filter = &decoder->filter},
        .context = context,
        .batch_rows = options->batch_rows,
        .verify_checksum = options->verify_checksum,
        .utf8_replace = options->invalid_utf8 == QUIRE_PARQUET_UTF8_REPLACE,
        .on_bad = policy->on_bad,
    };
    return quire_parquet_batches_open(&reading, &decoder->batches, error);
}

int quire_parquet_decoder_open(struct quire_in *in, const void *options,
                               const struct quire_record_policy *policy,
                               struct quire_context *context, struct ArrowArrayStream *stream,
                               struct quire_error *error)
{
    static const struct quire_stream_ops ops = {decoder_schema, decoder_next, decoder_close};
    struct decoder *decoder = quire_alloc_zero(1, sizeof(*decoder));
    if (decoder == NULL) return quire_fail_memory(error, OPERATION);
    int code = open_decoder(decoder, in, options, policy, context, error);
    if (code == 0) code = quire_stream_wrap(&ops, decoder, stream, error);
    if (code != 0) decoder_close(decoder);
    return code;
}
