/* Writing one object: format, codec and store put together.
 *
 *     encoder → [codec] → upload (a temporary until commit, but when appending in place)
 *
 * Whatever fails is kept and told again by every later call, so that a commit
 * after a failure that the caller swallowed fails too. */
#include "quire/file.h"

#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "base/observe.h"
#include "base/options.h"
#include "file/append.h"
#include "file/detect.h"
#include "file/standard.h"

struct quire_writer {
    char *url;
    struct quire_context *context;
    bool context_owned;
    struct quire_store *store; /* NULL for standard output */
    char *key;
    struct quire_object before;   /* APPEND: the object that is appended to */
    struct quire_out *stored;     /* the upload */
    struct quire_out *compressed; /* the codec above it; NULL for none */
    struct quire_out *plain;      /* the one of the two that the encoder writes to */
    struct quire_encoder *encoder;
    bool in_place; /* APPEND_IN_PLACE */
    bool committed;
    int failed; /* sticky code, with error */
    struct quire_error error;
    struct quire_file_stats stats; /* once committed */
};

static int fail_with(struct quire_writer *writer, int code, struct quire_error *error)
{
    if (writer->failed == 0) {
        writer->failed = code;
        quire_error_operation(&writer->error, "write");
        quire_name_format("write", writer->encoder->format, &writer->error);
        quire_error_path(&writer->error, writer->url);
    }
    if (error != NULL) *error = writer->error;
    return writer->failed;
}

void quire_writer_close(struct quire_writer *writer)
{
    if (writer == NULL) return;
    if (writer->encoder != NULL) writer->encoder->format->encoder_free(writer->encoder);
    quire_out_close(writer->compressed);
    quire_out_close(writer->stored); /* aborts what was not committed */
    quire_store_close(writer->store);
    quire_store_key_free(writer->key);
    if (writer->context_owned) quire_context_free(writer->context);
    quire_free(writer->url);
    quire_free(writer);
}

static void writer_cleanup(struct quire_writer **writer)
{
    quire_writer_close(*writer);
}

static int open_stored(struct quire_writer *writer, const struct quire_format *format,
                       const struct quire_write_options *options, struct quire_error *error)
{
    struct quire_append_line line = {format, writer->context};
    if (strcmp(writer->url, "-") == 0) {
        if (options->mode != QUIRE_WRITE_OVERWRITE)
            return quire_fail(error, QUIRE_USAGE, "write",
                              "standard output cannot be appended to or created");
        return quire_standard_out(writer->context, &writer->stored, error);
    }
    QUIRE_TRY(quire_store_open(writer->url, NULL, 0, &writer->store, &writer->key, error));
    struct quire_put_options put = {
        .mode = options->mode == QUIRE_WRITE_CREATE ? QUIRE_PUT_CREATE_ONLY : QUIRE_PUT_OVERWRITE,
        .durability = options->durability,
        .no_parents = options->no_parents,
    };
    if (options->mode == QUIRE_WRITE_APPEND)
        QUIRE_TRY(quire_append_condition(writer->store, writer->key, &put, &writer->before, error));
    if (writer->in_place) {
        put.mode = QUIRE_PUT_APPEND;
        put.cut_torn_line = true;
        put.check_line = quire_append_check_line;
        put.check_line_user = &line;
    }
    return quire_store_out_open(writer->store, writer->key, &put, &writer->stored, error);
}

static int open_codec(struct quire_writer *writer, const struct quire_codec *codec, int level,
                      struct quire_error *error)
{
    writer->plain = writer->stored;
    if (codec == NULL) return 0;
    if (codec->out_open == NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, "write", "%s has no stream form", codec->name);
    QUIRE_TRY(codec->out_open(writer->stored, level, quire_pool_threads(writer->context->pool),
                              &writer->compressed, error));
    writer->plain = writer->compressed;
    return 0;
}

/* A compression asked for, of a format that compresses inside, is the encoder's. */
static int set_options(const struct quire_option_table *table, void *values,
                       const struct quire_format *format, const struct quire_write_options *options,
                       bool continues, struct quire_error *error)
{
    if ((format->flags & QUIRE_FORMAT_COMPRESSES) != 0 && options->compression != NULL)
        QUIRE_TRY(quire_options_set(table, values, "compression", options->compression, error));
    QUIRE_TRY(quire_options_apply(table, values, options->settings, options->settings_size, error));
    /* After records that are there already, a header would be a row. */
    if (continues && quire_options_has(table, "header"))
        QUIRE_TRY(quire_options_set(table, values, "header", "off", error));
    return 0;
}

static int open_encoder(struct quire_writer *writer, const struct quire_format *format,
                        const struct ArrowSchema *schema, const struct quire_write_options *options,
                        bool continues, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free)
    void *values = quire_alloc_zero(1, format->encoder_options.struct_size);
    if (values == NULL) return quire_fail_memory(error, "write");
    int code = quire_options_init(&format->encoder_options, values, error);
    if (code == 0)
        code = set_options(&format->encoder_options, values, format, options, continues, error);
    if (code == 0)
        code = format->encoder_new(schema, values, writer->context, writer->plain, &writer->encoder,
                                   error);
    if (code != 0) quire_name_format("write", format, error);
    quire_options_release(&format->encoder_options, values);
    return code;
}

static int open_chain(struct quire_writer *writer, const struct ArrowSchema *schema,
                      const struct quire_write_options *options, struct quire_error *error)
{
    const struct quire_format *format = NULL;
    const struct quire_codec *codec = NULL;
    int level = 0;
    QUIRE_TRY(quire_choose_format(options->format, writer->url, &format, error));
    QUIRE_TRY(quire_choose_codec(options->compression, writer->url, format, &codec, &level, error));
    writer->in_place = options->mode == QUIRE_WRITE_APPEND_IN_PLACE;
    if (options->mode == QUIRE_WRITE_APPEND || writer->in_place)
        QUIRE_TRY(quire_append_check(options->mode, format, codec, error));
    if (options->context == NULL) {
        QUIRE_TRY(quire_context_new(NULL, &writer->context, error));
        writer->context_owned = true;
    } else {
        writer->context = options->context;
    }
    QUIRE_TRY(open_stored(writer, format, options, error));
    QUIRE_TRY(open_codec(writer, codec, level, error));
    bool continues = false;
    const struct quire_append append = {writer->store, writer->key, writer->url, format,
                                        codec,         options,     schema,      writer->context};
    if (options->mode == QUIRE_WRITE_APPEND)
        QUIRE_TRY(quire_append_copy(&append, writer->plain, &continues, error));
    return open_encoder(writer, format, schema, options, continues, error);
}

int quire_writer_open(const char *url, const struct ArrowSchema *schema,
                      const struct quire_write_options *options, struct quire_writer **result,
                      struct quire_error *error)
{
    static const struct quire_write_options defaults = {0};
    if (options == NULL) options = &defaults;
    QUIRE_CLEANUP(writer_cleanup)
    struct quire_writer *writer = quire_alloc_zero(1, sizeof(*writer));
    if (writer == NULL) return quire_fail_memory(error, "write");
    quire_error_clear(&writer->error);
    writer->url = quire_strdup(url);
    if (writer->url == NULL) return quire_fail_memory(error, "write");
    int code = open_chain(writer, schema, options, error);
    if (code != 0) {
        quire_error_path(error, url);
        return code;
    }
    *result = QUIRE_STEAL(writer);
    return 0;
}

int quire_writer_write(struct quire_writer *writer, struct ArrowArray *batch,
                       struct quire_error *error)
{
    if (writer->failed != 0 || writer->committed) {
        quire_array_release(batch);
        if (writer->failed == 0)
            return quire_fail(error, QUIRE_USAGE, "write", "the writer was committed already");
        return fail_with(writer, writer->failed, error);
    }
    int code = writer->encoder->format->encoder_write(writer->encoder, batch, &writer->error);
    return code != 0 ? fail_with(writer, code, error) : 0;
}

int quire_writer_write_stream(struct quire_writer *writer, struct ArrowArrayStream *stream,
                              struct quire_error *error)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        struct quire_error failure;
        int code = quire_stream_next(stream, &batch, &failure);
        if (code != 0) {
            writer->error = failure;
            return fail_with(writer, code, error);
        }
        if (batch.release == NULL) return 0;
        QUIRE_TRY(quire_writer_write(writer, &batch, error));
    }
}

static int finish_and_commit(struct quire_writer *writer, struct quire_write_result *result,
                             struct quire_error *error)
{
    struct quire_object object = {0};
    struct quire_file_stats stats = {0};
    QUIRE_TRY(writer->encoder->format->encoder_finish(writer->encoder, &stats, error));
    QUIRE_TRY(quire_context_check(writer->context, error));
    if (writer->compressed != NULL)
        QUIRE_TRY(writer->compressed->ops->finish(writer->compressed, error));
    if (writer->store != NULL)
        QUIRE_TRY(quire_store_out_commit(writer->stored, &object, error));
    else
        QUIRE_TRY(writer->stored->ops->finish(writer->stored, error));
    int64_t bytes = writer->in_place ? object.size : writer->stored->written;
    writer->stats = stats;
    if (result != NULL) *result = (struct quire_write_result){stats.rows, bytes};
    const struct quire_observer *observer = writer->context->observer;
    quire_observe_log(observer, QUIRE_LOG_INFO, "wrote %s: %" PRId64 " rows, %" PRId64 " bytes",
                      writer->url, stats.rows, bytes);
    quire_observe_metric(observer, "rows_written", (double)stats.rows);
    quire_observe_metric(observer, "bytes_written", (double)bytes);
    return 0;
}

const struct quire_file_stats *quire_writer_stats(const struct quire_writer *writer)
{
    return writer->committed ? &writer->stats : NULL;
}

int quire_writer_commit(struct quire_writer *writer, struct quire_write_result *result,
                        struct quire_error *error)
{
    if (writer->failed != 0) return fail_with(writer, writer->failed, error);
    if (writer->committed)
        return quire_fail(error, QUIRE_USAGE, "commit", "the writer was committed already");
    int code = finish_and_commit(writer, result, &writer->error);
    if (code != 0) return fail_with(writer, code, error);
    writer->committed = true;
    return 0;
}

int quire_file_write(const char *url, struct ArrowArrayStream *stream,
                     const struct quire_write_options *options, struct quire_write_result *result,
                     struct quire_error *error)
{
    struct ArrowSchema schema = {.release = NULL};
    QUIRE_TRY(quire_stream_schema(stream, &schema, error));
    struct quire_writer *writer = NULL;
    int code = quire_writer_open(url, &schema, options, &writer, error);
    quire_schema_release(&schema);
    QUIRE_TRY(code);
    code = quire_writer_write_stream(writer, stream, error);
    if (code == 0) code = quire_writer_commit(writer, result, error);
    quire_writer_close(writer);
    return code;
}
