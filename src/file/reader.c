/* Reading one object: store, codec and format put together under one stream, which owns
 * the whole chain. */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "base/observe.h"
#include "base/progress.h"
#include "data/batch_stream.h"
#include "file/detect.h"
#include "file/evolve.h"
#include "file/object_in.h"
#include "file/source.h"

struct reader {
    char *url;
    struct quire_context *context;
    bool context_owned;
    struct quire_object_in object;
    struct ArrowArrayStream batches;
    int (*reject)(void *user, const struct quire_reject *reject, struct quire_error *error);
    void *reject_user;
    struct quire_progress_task progress;
    int64_t progress_bytes;
    bool begun, ended; /* reading batches */
};

static void reader_free(struct reader *reader)
{
    if (reader == NULL) return;
    quire_stream_release(&reader->batches);
    quire_object_in_release(&reader->object);
    quire_progress_end(&reader->progress,
                       reader->ended ? QUIRE_PROGRESS_DONE : QUIRE_PROGRESS_CANCELLED);
    if (reader->context_owned) quire_context_free(reader->context);
    quire_free(reader->url);
    quire_free(reader);
}

static void reader_cleanup(struct reader **reader)
{
    reader_free(*reader);
}

static void reader_close(void *source)
{
    reader_free(source);
}

static int reader_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    struct reader *reader = source;
    int code = quire_stream_schema(&reader->batches, schema, error);
    if (code != 0) quire_error_path(error, reader->url);
    return code;
}

static int reader_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct reader *reader = source;
    if (!reader->begun) /* a stream that was opened for its schema alone is no task */
        quire_progress_begin(&reader->progress, reader->context->observer, NULL, reader->url,
                             reader->object.stored->size > 0 ? reader->object.stored->size : 0);
    reader->begun = true;
    int code = quire_stream_next(&reader->batches, batch, error);
    if (code != 0) {
        quire_error_operation(error, "read");
        quire_name_format("read", reader->object.format, error);
        quire_error_path(error, reader->url);
        quire_progress_end(&reader->progress, code == QUIRE_CANCELLED ? QUIRE_PROGRESS_CANCELLED
                                                                      : QUIRE_PROGRESS_FAILED);
        return code;
    }
    reader->ended = batch->release == NULL;
    int64_t taken = quire_source_taken(reader->object.stored);
    quire_progress_add(&reader->progress, reader->ended ? 0 : batch->length,
                       taken - reader->progress_bytes);
    reader->progress_bytes = taken;
    if (reader->ended) {
        quire_observe_log(reader->context->observer, QUIRE_LOG_INFO, "read %s: %" PRId64 " bytes",
                          reader->url, taken);
        quire_observe_metric(reader->context->observer, "bytes_read", (double)taken);
    } else {
        quire_observe_metric(reader->context->observer, "rows_read", (double)batch->length);
    }
    return 0;
}

/* Passes a refused record on with the name of its file. */
static int reader_reject(void *user, const struct quire_reject *reject, struct quire_error *error)
{
    const struct reader *reader = user;
    struct quire_error named = *reject->error;
    quire_error_path(&named, reader->url);
    struct quire_reject passed = *reject;
    passed.error = &named;
    return reader->reject(reader->reject_user, &passed, error);
}

static int open_decoder(struct reader *reader, const struct quire_read_options *options,
                        struct quire_error *error)
{
    struct quire_record_policy records = options->records;
    records.extra = quire_evolve_second(&records);
    reader->reject = records.reject;
    reader->reject_user = records.reject_user;
    if (records.reject != NULL) {
        records.reject = reader_reject;
        records.reject_user = reader;
    }
    return reader->object.format->decoder_open(reader->object.plain, reader->object.options,
                                               &records, reader->context, &reader->batches, error);
}

/* With the schema of all records, which another pass has found. */
static int read_evolved(const char *url, const struct quire_read_options *options,
                        struct ArrowArrayStream *stream, struct quire_error *error)
{
    struct ArrowSchema schema = {.release = NULL};
    struct quire_read_options evolved = *options;
    QUIRE_TRY(quire_evolve(&url, 1, options, &schema, error));
    evolved.records.schema = &schema;
    evolved.records.extra = quire_evolve_second(&options->records);
    int code = quire_file_read(url, &evolved, stream, error);
    quire_schema_release(&schema);
    return code;
}

int quire_file_read(const char *url, const struct quire_read_options *options,
                    struct ArrowArrayStream *stream, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {reader_schema, reader_next, reader_close};
    static const struct quire_read_options defaults = {0};
    if (options == NULL) options = &defaults;
    if (quire_evolve_wanted(&options->records)) return read_evolved(url, options, stream, error);
    QUIRE_CLEANUP(reader_cleanup) struct reader *reader = quire_alloc_zero(1, sizeof(*reader));
    if (reader == NULL) return quire_fail_memory(error, "read");
    reader->url = quire_strdup(url);
    if (reader->url == NULL) return quire_fail_memory(error, "read");
    reader->context = options->context;
    int code = 0;
    if (reader->context == NULL) {
        code = quire_context_new(NULL, &reader->context, error);
        reader->context_owned = code == 0;
    }
    if (code == 0)
        code = quire_object_in_open(&reader->object, url, options, reader->context, error);
    if (code == 0) code = open_decoder(reader, options, error);
    if (code == 0) code = quire_stream_wrap(&ops, reader, stream, error);
    if (code != 0) {
        quire_name_format("read", reader->object.format, error);
        quire_error_path(error, url);
        return code;
    }
    reader = NULL;
    return 0;
}

static int describe(const char *url, const struct quire_read_options *options,
                    struct quire_context *context, char **json, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_object_in_release) struct quire_object_in object = {.stored = NULL};
    QUIRE_TRY(quire_object_in_open(&object, url, options, context, error));
    if (object.format->describe == NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, "read metadata",
                          "files of the format %s have no metadata of their own",
                          object.format->name);
    return object.format->describe(object.plain, object.options, context, json, error);
}

int quire_file_describe(const char *url, const struct quire_read_options *options, char **json,
                        struct quire_error *error)
{
    static const struct quire_read_options defaults = {0};
    if (options == NULL) options = &defaults;
    struct quire_context *context = options->context;
    if (context == NULL) QUIRE_TRY(quire_context_new(NULL, &context, error));
    int code = describe(url, options, context, json, error);
    if (options->context == NULL) quire_context_free(context);
    if (code != 0) quire_error_path(error, url);
    return code;
}
