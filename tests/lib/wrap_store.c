/* Whatever a hook makes fail, the handles of the store within are given back as
 * the contract says, so that a leak or a leftover is the tested code's. */
#include "wrap_store.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

struct wrap_store {
    struct quire_store store;
    struct quire_store *within;
    wrap_hook *hook;
};

struct wrap_upload {
    struct quire_upload upload;
    struct quire_upload *within;
    wrap_hook *hook;
    char *key;
};

struct wrap_reader {
    struct quire_object_reader reader;
    struct quire_object_reader *within;
    wrap_hook *hook;
    char *key;
};

static struct wrap_store *wrapped(struct quire_store *store)
{
    return (struct wrap_store *)store;
}

int wrap_store_open(const struct quire_store_ops *ops, wrap_hook *hook, const char *url,
                    struct quire_store **out, char **key, struct quire_error *error)
{
    struct wrap_store *store = quire_alloc(sizeof(*store));
    if (store == NULL) return quire_fail_memory(error, "open store");
    *store = (struct wrap_store){.store.ops = ops, .hook = hook};
    int code = quire_store_open(strstr(url, "://") + 3, NULL, 0, &store->within, key, error);
    if (code == 0)
        *out = &store->store;
    else
        quire_free(store);
    return code;
}

void wrap_store_close(struct quire_store *store)
{
    quire_store_close(wrapped(store)->within);
    quire_free(store);
}

int wrap_store_put(struct quire_store *store, const char *key, const void *bytes, size_t size,
                   const struct quire_put_options *options, struct quire_object *object,
                   struct quire_error *error)
{
    struct wrap_store *self = wrapped(store);
    struct wrap_call call = {"put", key, -1, (int64_t)size};
    QUIRE_TRY(self->hook(&call, false, 0, error));
    int code = self->within->ops->put(self->within, key, bytes, size, options, object, error);
    return self->hook(&call, true, code, error);
}

/* Uploads ------------------------------------------------------------------------ */

static int upload_new(struct quire_store *store, const char *key,
                      const struct quire_put_options *options, struct wrap_upload *upload,
                      struct quire_error *error)
{
    struct wrap_store *self = wrapped(store);
    struct wrap_call call = {"upload_begin", key, -1, -1};
    upload->upload.ops = store->ops;
    upload->hook = self->hook;
    upload->key = quire_strdup(key);
    if (upload->key == NULL) return quire_fail_memory(error, "write");
    QUIRE_TRY(self->hook(&call, false, 0, error));
    int code = self->within->ops->upload_begin(self->within, key, options, &upload->within, error);
    return self->hook(&call, true, code, error);
}

static void upload_free(struct wrap_upload *upload)
{
    if (upload->within != NULL) upload->within->ops->upload_abort(upload->within);
    quire_free(upload->key);
    quire_free(upload);
}

int wrap_store_upload_begin(struct quire_store *store, const char *key,
                            const struct quire_put_options *options, struct quire_upload **out,
                            struct quire_error *error)
{
    struct wrap_upload *upload = quire_alloc_zero(1, sizeof(*upload));
    if (upload == NULL) return quire_fail_memory(error, "write");
    int code = upload_new(store, key, options, upload, error);
    if (code == 0)
        *out = &upload->upload;
    else
        upload_free(upload);
    return code;
}

int wrap_store_upload_part(struct quire_upload *handle, const void *bytes, size_t size,
                           struct quire_error *error)
{
    struct wrap_upload *upload = (struct wrap_upload *)handle;
    struct wrap_call call = {"upload_part", upload->key, -1, (int64_t)size};
    QUIRE_TRY(upload->hook(&call, false, 0, error));
    int code = upload->within->ops->upload_part(upload->within, bytes, size, error);
    return upload->hook(&call, true, code, error);
}

int wrap_store_upload_commit(struct quire_upload *handle, struct quire_object *object,
                             struct quire_error *error)
{
    struct wrap_upload *upload = (struct wrap_upload *)handle;
    struct wrap_call call = {"upload_commit", upload->key, -1, -1};
    int code = upload->hook(&call, false, 0, error);
    if (code == 0) {
        struct quire_upload *within = upload->within;
        upload->within = NULL;
        code = within->ops->upload_commit(within, object, error);
        code = upload->hook(&call, true, code, error);
    }
    upload_free(upload);
    return code;
}

void wrap_store_upload_abort(struct quire_upload *handle)
{
    struct wrap_upload *upload = (struct wrap_upload *)handle;
    if (upload == NULL) return;
    struct wrap_call call = {"upload_abort", upload->key, -1, -1};
    upload->hook(&call, true, 0, NULL);
    upload_free(upload);
}

/* Reading ------------------------------------------------------------------------ */

void wrap_store_reader_close(struct quire_object_reader *handle)
{
    struct wrap_reader *reader = (struct wrap_reader *)handle;
    if (reader == NULL) return;
    if (reader->within != NULL) reader->within->ops->reader_close(reader->within);
    quire_free(reader->key);
    quire_free(reader);
}

static int reader_new(struct quire_store *store, const char *key, struct wrap_reader *reader,
                      struct quire_object *object, struct quire_error *error)
{
    struct wrap_store *self = wrapped(store);
    struct wrap_call call = {"reader_open", key, -1, -1};
    reader->reader.ops = store->ops;
    reader->hook = self->hook;
    reader->key = quire_strdup(key);
    if (reader->key == NULL) return quire_fail_memory(error, "read");
    QUIRE_TRY(self->hook(&call, false, 0, error));
    int code = self->within->ops->reader_open(self->within, key, &reader->within, object, error);
    return self->hook(&call, true, code, error);
}

int wrap_store_reader_open(struct quire_store *store, const char *key,
                           struct quire_object_reader **out, struct quire_object *object,
                           struct quire_error *error)
{
    struct wrap_reader *reader = quire_alloc_zero(1, sizeof(*reader));
    if (reader == NULL) return quire_fail_memory(error, "read");
    int code = reader_new(store, key, reader, object, error);
    if (code == 0)
        *out = &reader->reader;
    else
        wrap_store_reader_close(&reader->reader);
    return code;
}

int wrap_store_read_at(struct quire_object_reader *handle, int64_t offset, void *bytes, size_t size,
                       size_t *got, struct quire_error *error)
{
    struct wrap_reader *reader = (struct wrap_reader *)handle;
    struct wrap_call call = {"read_at", reader->key, offset, (int64_t)size};
    QUIRE_TRY(reader->hook(&call, false, 0, error));
    int code = reader->within->ops->read_at(reader->within, offset, bytes, size, got, error);
    return reader->hook(&call, true, code, error);
}

/* Names -------------------------------------------------------------------------- */

int wrap_store_head(struct quire_store *store, const char *key, struct quire_object *object,
                    struct quire_error *error)
{
    struct wrap_store *self = wrapped(store);
    struct wrap_call call = {"head", key, -1, -1};
    QUIRE_TRY(self->hook(&call, false, 0, error));
    int code = self->within->ops->head(self->within, key, object, error);
    return self->hook(&call, true, code, error);
}

int wrap_store_list(struct quire_store *store, const char *prefix, const char *start_after,
                    quire_list_callback *callback, void *user, struct quire_error *error)
{
    struct wrap_store *self = wrapped(store);
    struct wrap_call call = {"list", prefix, -1, -1};
    QUIRE_TRY(self->hook(&call, false, 0, error));
    int code = self->within->ops->list(self->within, prefix, start_after, callback, user, error);
    return self->hook(&call, true, code, error);
}

int wrap_store_delete_many(struct quire_store *store, const char *const *keys, size_t keys_size,
                           size_t *deleted, struct quire_error *error)
{
    struct wrap_store *self = wrapped(store);
    struct wrap_call call = {"delete_many", keys_size > 0 ? keys[0] : "", -1, (int64_t)keys_size};
    QUIRE_TRY(self->hook(&call, false, 0, error));
    int code = self->within->ops->delete_many(self->within, keys, keys_size, deleted, error);
    return self->hook(&call, true, code, error);
}
