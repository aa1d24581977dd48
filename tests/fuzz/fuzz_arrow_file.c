/* Arrow IPC: any bytes are read or refused, mapped, read anywhere and read forward alike;
 * what was read leads nowhere outside of its buffers, and is written and read again. */
#include <string.h>

#include "base/cleanup.h"
#include "fuzz.h"
#include "fuzz_settings.h"
#include "memory_in.h"
#include "quire/batch.h"
#include "quire/format.h"

enum way { WAY_MAPPED, WAY_ANYWHERE, WAY_FORWARD };

/* Bytes that can be looked at, read anywhere, or read forward. */
struct source {
    struct quire_in in;
    const uint8_t *bytes;
    size_t size, at;
};

static int source_read(struct quire_in *in, void *bytes, size_t capacity, size_t *got,
                       struct quire_error *error)
{
    struct source *source = (struct source *)in;
    size_t left = source->size - source->at;
    (void)error;
    *got = capacity < left ? capacity : left;
    if (*got > 7) *got -= *got % 7; /* in pieces, now and then */
    if (*got > 0) memcpy(bytes, source->bytes + source->at, *got);
    source->at += *got;
    return 0;
}

static int source_read_at(struct quire_in *in, int64_t offset, void *bytes, size_t size,
                          struct quire_error *error)
{
    const struct source *source = (struct source *)in;
    (void)error;
    FUZZ_CHECK(offset >= 0 && (uint64_t)offset <= source->size &&
                   size <= source->size - (size_t)offset,
               "%zu bytes at %lld", size, (long long)offset);
    if (size > 0) memcpy(bytes, source->bytes + offset, size);
    return 0;
}

static void source_close(struct quire_in *in)
{
    (void)in;
}

static void unmap(struct quire_mapping *mapping)
{
    quire_free(mapping->private_data);
}

/* A copy of exactly that size, so that a look beyond is seen. */
static int source_map(struct quire_in *in, struct quire_mapping *mapping, struct quire_error *error)
{
    const struct source *source = (struct source *)in;
    uint8_t *copy = quire_alloc(source->size);
    (void)error;
    FUZZ_CHECK(copy != NULL, "no memory");
    if (source->size > 0) memcpy(copy, source->bytes, source->size);
    *mapping = (struct quire_mapping){copy, (int64_t)source->size, unmap, copy};
    return 0;
}

static void source_init(struct source *source, enum way way, const uint8_t *bytes, size_t size)
{
    static const struct quire_in_ops ops[] = {
        [WAY_MAPPED] = {source_read, source_read_at, source_close, source_map},
        [WAY_ANYWHERE] = {source_read, source_read_at, source_close, NULL},
        [WAY_FORWARD] = {source_read, NULL, source_close, NULL},
    };
    int64_t told = way == WAY_FORWARD ? -1 : (int64_t)size;
    *source = (struct source){{&ops[way], told}, bytes, size, 0};
}

struct outcome {
    int code;
    int64_t rows, batches;
    struct quire_buf again; /* the stream that was written of it; empty: it could not be */
};

/* Writes batches as they come; what cannot be written ends that, and says why. */
struct writing {
    const struct quire_format *format;
    struct quire_encoder *encoder;
    struct memory_out out;
    _Alignas(16) char options[FUZZ_OPTIONS_BYTES];
};

static void begin_writing(struct writing *writing, const struct ArrowSchema *schema,
                          struct quire_context *context)
{
    struct quire_error error = {0};
    FUZZ_CHECK(quire_format_find("arrow-stream", &writing->format, NULL) == 0, "arrow-stream");
    fuzz_set(&writing->format->encoder_options, writing->options, "");
    memory_out_init(&writing->out);
    int code = writing->format->encoder_new(schema, writing->options, context, &writing->out.out,
                                            &writing->encoder, &error);
    if (code == 0) return;
    fuzz_check_error(code, &error);
    writing->encoder = NULL;
}

static void stop_writing(struct writing *writing)
{
    writing->format->encoder_free(writing->encoder);
    writing->encoder = NULL;
    quire_buf_clear(&writing->out.buf);
}

static void write_batch(struct writing *writing, struct ArrowArray *batch)
{
    struct quire_error error = {0};
    if (writing->encoder == NULL) {
        quire_array_release(batch);
        return;
    }
    int code = writing->format->encoder_write(writing->encoder, batch, &error);
    if (code == 0) return;
    fuzz_check_error(code, &error);
    stop_writing(writing);
}

static void end_writing(struct writing *writing, struct outcome *outcome)
{
    struct quire_error error = {0};
    if (writing->encoder != NULL) {
        int code = writing->format->encoder_finish(writing->encoder, NULL, &error);
        FUZZ_CHECK(code == 0, "%s", error.cause);
        writing->format->encoder_free(writing->encoder);
    }
    quire_options_release(&writing->format->encoder_options, writing->options);
    outcome->again = writing->out.buf;
}

static int read_batches(struct ArrowArrayStream *stream, struct quire_context *context,
                        struct outcome *outcome, struct quire_error *error)
{
    struct ArrowSchema schema = {.release = NULL};
    struct writing writing;
    int code = quire_stream_schema(stream, &schema, error);
    FUZZ_CHECK(code == 0, "%s", error->cause);
    begin_writing(&writing, &schema, context);
    while (code == 0) {
        struct ArrowArray batch = {.release = NULL};
        struct quire_error wrong = {0};
        code = quire_stream_next(stream, &batch, error);
        if (code != 0 || batch.release == NULL) break;
        FUZZ_CHECK(quire_array_validate(&schema, &batch, &wrong) == 0, "%s", wrong.cause);
        outcome->rows += batch.length;
        outcome->batches++;
        write_batch(&writing, &batch);
    }
    end_writing(&writing, outcome);
    quire_schema_release(&schema);
    return code;
}

static void read_way(enum way way, const uint8_t *bytes, size_t size, struct outcome *outcome)
{
    static const struct quire_context_options context_options = {1, QUIRE_MEMORY_MIN, NULL};
    static const struct quire_record_policy policy = {.schema = NULL};
    _Alignas(16) char options[FUZZ_OPTIONS_BYTES];
    const struct quire_format *format = NULL;
    struct quire_context *context = NULL;
    struct ArrowArrayStream stream = {.release = NULL};
    struct quire_error error = {0};
    struct source source;
    char *json = NULL;
    *outcome = (struct outcome){.code = 0};
    FUZZ_CHECK(quire_format_find("arrow", &format, NULL) == 0, "arrow");
    FUZZ_CHECK(quire_context_new(&context_options, &context, NULL) == 0, "no context");
    fuzz_set(&format->decoder_options, options, "");
    source_init(&source, way, bytes, size);
    outcome->code = format->decoder_open(&source.in, options, &policy, context, &stream, &error);
    if (outcome->code == 0) outcome->code = read_batches(&stream, context, outcome, &error);
    quire_stream_release(&stream);
    if (outcome->code != 0) fuzz_check_error(outcome->code, &error);
    source_init(&source, way, bytes, size);
    if (format->describe(&source.in, options, context, &json, &error) == 0)
        FUZZ_CHECK(json[0] == '{', "%s", json);
    quire_free(json);
    quire_context_free(context);
}

/* What was written of what was read is read as the same again. */
static void check_again(const struct outcome *first)
{
    struct outcome again;
    if (first->code != 0 || first->again.size == 0) return;
    read_way(WAY_MAPPED, first->again.data, first->again.size, &again);
    FUZZ_CHECK(again.code == 0 && again.rows == first->rows && again.batches == first->batches,
               "%d: %lld rows of %lld", again.code, (long long)again.rows, (long long)first->rows);
    FUZZ_CHECK(again.again.size == first->again.size &&
                   memcmp(again.again.data, first->again.data, first->again.size) == 0,
               "it is written in two ways: %zu and %zu bytes", again.again.size, first->again.size);
    quire_buf_release(&again.again);
}

/* How much comes before an error may differ. */
static void check_same(const struct outcome *a, const struct outcome *b)
{
    FUZZ_CHECK(
        a->code == b->code && (a->code != 0 || (a->rows == b->rows && a->batches == b->batches)),
        "%d and %d, %lld and %lld rows", a->code, b->code, (long long)a->rows, (long long)b->rows);
}

void fuzz_arrow(const uint8_t *data, size_t size)
{
    struct outcome outcomes[3];
    for (int way = 0; way < 3; way++)
        read_way((enum way)way, data, size, &outcomes[way]);
    check_same(&outcomes[WAY_MAPPED], &outcomes[WAY_ANYWHERE]);
    check_again(&outcomes[WAY_MAPPED]);
    check_again(&outcomes[WAY_FORWARD]);
    for (int way = 0; way < 3; way++)
        quire_buf_release(&outcomes[way].again);
}

/* A stream is the same to all: it has no footer to be read by. */
void fuzz_arrow_stream(const uint8_t *data, size_t size)
{
    struct outcome outcomes[3];
    bool file = size >= 6 && memcmp(data, "ARROW1", 6) == 0;
    for (int way = 0; way < 3; way++)
        read_way((enum way)way, data, size, &outcomes[way]);
    check_same(&outcomes[WAY_MAPPED], &outcomes[WAY_ANYWHERE]);
    if (!file && outcomes[WAY_MAPPED].code == 0)
        check_same(&outcomes[WAY_MAPPED], &outcomes[WAY_FORWARD]);
    if (!file)
        FUZZ_CHECK((outcomes[WAY_MAPPED].code == 0) == (outcomes[WAY_FORWARD].code == 0),
                   "%d and %d", outcomes[WAY_MAPPED].code, outcomes[WAY_FORWARD].code);
    check_again(&outcomes[WAY_MAPPED]);
    for (int way = 0; way < 3; way++)
        quire_buf_release(&outcomes[way].again);
}
