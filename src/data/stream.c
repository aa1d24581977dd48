/* Wrapped streams keep the structured error of their first failure and repeat it
 * for ever after, to those who know quire_error and to those who know errno. */
#include <errno.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/batch_stream.h"

#define OPERATION "read stream"

struct wrapped {
    const struct quire_stream_ops *ops;
    void *source;
    bool ended;
    struct quire_error error; /* code != 0: failed */
    char text[1600];          /* the error in one line, room for all its parts */
};

/* QUIRE_INPUT stands first for EINVAL: that is what foreign producers mean by it. */
static const struct {
    int code, errno_value;
} errno_map[] = {
    {QUIRE_INPUT, EINVAL},     {QUIRE_CORRUPT, EINVAL},      {QUIRE_LIMIT, EINVAL},
    {QUIRE_USAGE, EINVAL},     {QUIRE_UNSUPPORTED, ENOSYS},  {QUIRE_UNSUPPORTED, ENOTSUP},
    {QUIRE_NOT_FOUND, ENOENT}, {QUIRE_EXISTS, EEXIST},       {QUIRE_PERMISSION, EACCES},
    {QUIRE_PERMISSION, EPERM}, {QUIRE_FULL, ENOSPC},         {QUIRE_RETRY, EAGAIN},
    {QUIRE_MEMORY, ENOMEM},    {QUIRE_CANCELLED, ECANCELED}, {QUIRE_CLOSED, EPIPE},
};
#define ERRNO_MAP_SIZE (sizeof(errno_map) / sizeof(errno_map[0]))

static int errno_of(int code)
{
    for (size_t i = 0; i < ERRNO_MAP_SIZE; i++) {
        if (errno_map[i].code == code) return errno_map[i].errno_value;
    }
    return EIO;
}

static int code_of(int errno_value)
{
    for (size_t i = 0; i < ERRNO_MAP_SIZE; i++) {
        if (errno_map[i].errno_value == errno_value) return errno_map[i].code;
    }
    return QUIRE_IO;
}

/* Remembers a failure; a source that left no words still has a code. */
static int keep_error(struct wrapped *wrapped, int code)
{
    if (code == 0) return 0;
    wrapped->error.code = code;
    quire_error_format(&wrapped->error, wrapped->text, (int)sizeof(wrapped->text));
    return code;
}

static int wrapped_schema(struct wrapped *wrapped, struct ArrowSchema *schema)
{
    if (wrapped->error.code != 0) return wrapped->error.code;
    return keep_error(wrapped, wrapped->ops->schema(wrapped->source, schema, &wrapped->error));
}

static int wrapped_next(struct wrapped *wrapped, struct ArrowArray *batch)
{
    if (wrapped->error.code != 0) return wrapped->error.code;
    struct ArrowArray next = {.release = NULL};
    if (!wrapped->ended) {
        int code = wrapped->ops->next(wrapped->source, &next, &wrapped->error);
        if (code != 0) return keep_error(wrapped, code);
        wrapped->ended = next.release == NULL;
    }
    *batch = next;
    return 0;
}

static int face_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
    int code = wrapped_schema(stream->private_data, schema);
    return code == 0 ? 0 : errno_of(code);
}

static int face_get_next(struct ArrowArrayStream *stream, struct ArrowArray *batch)
{
    int code = wrapped_next(stream->private_data, batch);
    return code == 0 ? 0 : errno_of(code);
}

static const char *face_get_last_error(struct ArrowArrayStream *stream)
{
    const struct wrapped *wrapped = stream->private_data;
    return wrapped->error.code != 0 ? wrapped->text : NULL;
}

static void face_release(struct ArrowArrayStream *stream)
{
    struct wrapped *wrapped = stream->private_data;
    wrapped->ops->close(wrapped->source);
    quire_free(wrapped);
    *stream = (struct ArrowArrayStream){.release = NULL};
}

int quire_stream_wrap(const struct quire_stream_ops *ops, void *source,
                      struct ArrowArrayStream *stream, struct quire_error *error)
{
    struct wrapped *wrapped = quire_alloc_zero(1, sizeof(*wrapped));
    if (wrapped == NULL) return quire_fail_memory(error, OPERATION);
    wrapped->ops = ops;
    wrapped->source = source;
    quire_error_clear(&wrapped->error);
    *stream = (struct ArrowArrayStream){.get_schema = face_get_schema,
                                        .get_next = face_get_next,
                                        .get_last_error = face_get_last_error,
                                        .release = face_release,
                                        .private_data = wrapped};
    return 0;
}

static int foreign_result(struct ArrowArrayStream *stream, int errno_value,
                          struct quire_error *error)
{
    if (errno_value == 0) return 0;
    const char *text = stream->get_last_error != NULL ? stream->get_last_error(stream) : NULL;
    if (text != NULL && text[0] != '\0')
        return quire_fail(error, code_of(errno_value), OPERATION, "%s", text);
    quire_fail_errno(error, errno_value, OPERATION, "the stream failed");
    if (error != NULL) error->code = code_of(errno_value);
    return code_of(errno_value);
}

static int check_held(const struct ArrowArrayStream *stream, struct quire_error *error)
{
    if (stream->release != NULL) return 0;
    return quire_fail(error, QUIRE_USAGE, OPERATION, "the stream was released");
}

int quire_stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema,
                        struct quire_error *error)
{
    QUIRE_TRY(check_held(stream, error));
    if (stream->get_schema != face_get_schema)
        return foreign_result(stream, stream->get_schema(stream, schema), error);
    struct wrapped *wrapped = stream->private_data;
    int code = wrapped_schema(wrapped, schema);
    if (code != 0 && error != NULL) *error = wrapped->error;
    return code;
}

int quire_stream_next(struct ArrowArrayStream *stream, struct ArrowArray *batch,
                      struct quire_error *error)
{
    QUIRE_TRY(check_held(stream, error));
    if (stream->get_next != face_get_next)
        return foreign_result(stream, stream->get_next(stream, batch), error);
    struct wrapped *wrapped = stream->private_data;
    int code = wrapped_next(wrapped, batch);
    if (code != 0 && error != NULL) *error = wrapped->error;
    return code;
}

void quire_stream_release(struct ArrowArrayStream *stream)
{
    if (stream != NULL && stream->release != NULL) stream->release(stream);
}

void quire_array_release(struct ArrowArray *array)
{
    if (array != NULL && array->release != NULL) array->release(array);
}

/* --- A stream over batches in memory --- */

struct batches {
    struct ArrowSchema schema;
    size_t next, size;
    struct ArrowArray list[];
};

static int batches_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    struct batches *batches = source;
    return quire_schema_copy(&batches->schema, schema, error);
}

static int batches_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    (void)error;
    struct batches *batches = source;
    if (batches->next == batches->size) return 0;
    *batch = batches->list[batches->next];
    batches->list[batches->next++].release = NULL;
    return 0;
}

static void batches_close(void *source)
{
    struct batches *batches = source;
    for (size_t i = batches->next; i < batches->size; i++)
        quire_array_release(&batches->list[i]);
    quire_schema_release(&batches->schema);
    quire_free(batches);
}

static const struct quire_stream_ops batches_ops = {batches_schema, batches_next, batches_close};

int quire_stream_of_batches(struct ArrowSchema *schema, struct ArrowArray *batches,
                            size_t batches_size, struct ArrowArrayStream *stream,
                            struct quire_error *error)
{
    size_t list_size = batches_size * sizeof(struct ArrowArray);
    struct batches *source = quire_alloc(sizeof(*source) + list_size);
    if (source == NULL) return quire_fail_memory(error, OPERATION);
    if (quire_stream_wrap(&batches_ops, source, stream, error) != 0) {
        quire_free(source);
        return QUIRE_MEMORY;
    }
    source->schema = *schema;
    source->next = 0;
    source->size = batches_size;
    schema->release = NULL;
    for (size_t i = 0; i < batches_size; i++) {
        source->list[i] = batches[i];
        batches[i].release = NULL;
    }
    return 0;
}
