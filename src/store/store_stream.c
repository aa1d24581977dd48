/* Uploads as byte sinks and objects as byte sources.
 *
 * The sink gathers small writes into blocks, so that a store sees few calls; a
 * write of a block or more goes through without a copy. It is sticky: after one
 * failure it repeats that failure, and its upload is gone. */
#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/store.h"

/* Sinks ------------------------------------------------------------------------ */

struct store_out {
    struct quire_out out;
    struct quire_upload *upload; /* NULL: failed or committed */
    char *key;
    size_t held; /* bytes in block */
    struct quire_error failure;
    uint8_t block[QUIRE_STORE_OUT_BYTES];
};

static int out_repeat_failure(const struct store_out *sink, struct quire_error *error)
{
    if (error != NULL) *error = sink->failure;
    return sink->failure.code;
}

/* Hands bytes to the upload; a failure ends it. */
static int out_send(struct store_out *sink, const void *bytes, size_t size,
                    struct quire_error *error)
{
    struct quire_upload *upload = sink->upload;
    int code = upload->ops->upload_part(upload, bytes, size, &sink->failure);
    if (code == 0) return 0;
    sink->upload = NULL;
    upload->ops->upload_abort(upload);
    return out_repeat_failure(sink, error);
}

/* Whether the sink still takes bytes; fails when it does not. */
static int out_check(struct store_out *sink, struct quire_error *error)
{
    if (sink->failure.code != 0) return out_repeat_failure(sink, error);
    if (sink->upload != NULL) return 0;
    int code = quire_fail(error, QUIRE_USAGE, "write", "this was committed already");
    quire_error_path(error, sink->key);
    return code;
}

static int out_finish(struct quire_out *out, struct quire_error *error)
{
    struct store_out *sink = (struct store_out *)out;
    QUIRE_TRY(out_check(sink, error));
    size_t held = sink->held;
    sink->held = 0;
    return held > 0 ? out_send(sink, sink->block, held, error) : 0;
}

static int out_write(struct quire_out *out, const void *bytes, size_t size,
                     struct quire_error *error)
{
    struct store_out *sink = (struct store_out *)out;
    QUIRE_TRY(out_check(sink, error));
    if (size > sizeof(sink->block) - sink->held) QUIRE_TRY(out_finish(out, error));
    if (size >= sizeof(sink->block)) {
        QUIRE_TRY(out_send(sink, bytes, size, error));
    } else if (size > 0) {
        memcpy(sink->block + sink->held, bytes, size);
        sink->held += size;
    }
    out->written += (int64_t)size;
    return 0;
}

static void out_close(struct quire_out *out)
{
    struct store_out *sink = (struct store_out *)out;
    if (sink->upload != NULL) sink->upload->ops->upload_abort(sink->upload);
    quire_free(sink->key);
    quire_free(sink);
}

static const struct quire_out_ops out_ops = {
    .write = out_write,
    .finish = out_finish,
    .close = out_close,
};

/* A store that does not know the mode may well take it for overwriting. */
static int out_fail_append(const struct quire_store *store, const char *key,
                           struct quire_error *error)
{
    int code = quire_fail(error, QUIRE_UNSUPPORTED, "append",
                          "the store \"%s\" cannot append in place", store->ops->name);
    quire_error_path(error, key);
    quire_error_hint(error, "append by rewriting the object");
    return code;
}

int quire_store_out_open(struct quire_store *store, const char *key,
                         const struct quire_put_options *options, struct quire_out **out,
                         struct quire_error *error)
{
    if (options != NULL && options->mode == QUIRE_PUT_APPEND &&
        (store->ops->capabilities & QUIRE_STORE_APPEND) == 0)
        return out_fail_append(store, key, error);
    QUIRE_CLEANUP(quire_cleanup_free) struct store_out *sink = quire_alloc(sizeof(*sink));
    QUIRE_CLEANUP(quire_cleanup_free) char *copy = quire_strdup(key);
    if (sink == NULL || copy == NULL) return quire_fail_memory(error, "write");
    sink->out = (struct quire_out){.ops = &out_ops};
    sink->held = 0;
    quire_error_clear(&sink->failure);
    QUIRE_TRY(store->ops->upload_begin(store, key, options, &sink->upload, error));
    sink->key = QUIRE_STEAL(copy);
    *out = &QUIRE_STEAL(sink)->out;
    return 0;
}

int quire_store_out_commit(struct quire_out *out, struct quire_object *object,
                           struct quire_error *error)
{
    assert(out->ops == &out_ops);
    struct store_out *sink = (struct store_out *)out;
    QUIRE_TRY(out_finish(out, error));
    struct quire_upload *upload = QUIRE_STEAL(sink->upload);
    int code = upload->ops->upload_commit(upload, object, &sink->failure);
    return code != 0 ? out_repeat_failure(sink, error) : 0;
}

/* Sources ---------------------------------------------------------------------- */

struct store_in {
    struct quire_in in;
    struct quire_object_reader *reader;
    char *key;
    int64_t position; /* of the next forward read */
};

static int in_read(struct quire_in *in, void *bytes, size_t capacity, size_t *got,
                   struct quire_error *error)
{
    struct store_in *source = (struct store_in *)in;
    size_t size = 0;
    QUIRE_TRY(source->reader->ops->read_at(source->reader, source->position, bytes, capacity, &size,
                                           error));
    source->position += (int64_t)size;
    *got = size;
    return 0;
}

static int in_read_at(struct quire_in *in, int64_t offset, void *bytes, size_t size,
                      struct quire_error *error)
{
    struct store_in *source = (struct store_in *)in;
    size_t got = 0;
    QUIRE_TRY(source->reader->ops->read_at(source->reader, offset, bytes, size, &got, error));
    if (got == size) return 0;
    int code = quire_fail(error, QUIRE_CORRUPT, "read",
                          "the object ends where %zu more bytes should be", size - got);
    quire_error_path(error, source->key);
    quire_error_at(error, QUIRE_NOWHERE, NULL, offset + (int64_t)got);
    return code;
}

static int in_map(struct quire_in *in, struct quire_mapping *mapping, struct quire_error *error)
{
    struct store_in *source = (struct store_in *)in;
    return source->reader->ops->map(source->reader, mapping, error);
}

static void in_close(struct quire_in *in)
{
    struct store_in *source = (struct store_in *)in;
    source->reader->ops->reader_close(source->reader);
    quire_free(source->key);
    quire_free(source);
}

static const struct quire_in_ops in_ops = {
    .read = in_read,
    .read_at = in_read_at,
    .close = in_close,
};
static const struct quire_in_ops mapped_in_ops = {
    .read = in_read,
    .read_at = in_read_at,
    .close = in_close,
    .map = in_map,
};
static const struct quire_in_ops forward_in_ops = {
    .read = in_read,
    .close = in_close,
};

int quire_store_in_open(struct quire_store *store, const char *key, struct quire_in **in,
                        struct quire_object *object, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free)
    struct store_in *source = quire_alloc_zero(1, sizeof(*source));
    QUIRE_CLEANUP(quire_cleanup_free) char *copy = quire_strdup(key);
    if (source == NULL || copy == NULL) return quire_fail_memory(error, "read");
    struct quire_object found = {0};
    QUIRE_TRY(store->ops->reader_open(store, key, &source->reader, &found, error));
    source->in.ops = found.size < 0            ? &forward_in_ops
                     : store->ops->map != NULL ? &mapped_in_ops
                                               : &in_ops;
    source->in.size = found.size;
    source->key = QUIRE_STEAL(copy);
    if (object != NULL) *object = found;
    *in = &QUIRE_STEAL(source)->in;
    return 0;
}
