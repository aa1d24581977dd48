/* Objects in memory: "mem://name/key". For tests and examples, and the model that
 * remote stores are held to: every mode is atomic.
 *
 * A named store belongs to the process and lives while it is open or holds an
 * object. An object's bytes never change: a put sets others in their place, and a
 * reader keeps those that it opened. No lock is held while a callback runs. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "store/backends.h"
#include "store/mem_objects.h"

struct mem_store {
    struct quire_store store;
    struct quire_mem_bucket *bucket;
};

struct mem_upload {
    struct quire_upload upload;
    struct quire_mem_bucket *bucket;
    enum quire_put_mode mode;
    char etag[sizeof(((struct quire_object *)0)->etag)];
    char *key;
    struct quire_buf bytes;
    int failure; /* the first code, repeated for ever */
};

struct mem_reader {
    struct quire_object_reader reader;
    struct quire_mem_object *object;
};

static struct quire_mem_bucket *bucket_of(struct quire_store *store)
{
    return ((struct mem_store *)store)->bucket;
}

static int fail(int code, const char *operation, const char *key, struct quire_error *error)
{
    quire_fail(error, code, operation, "%s", quire_code_text(code));
    quire_error_path(error, key);
    return code;
}

/* What is written needs a name below the bucket's. The URL is set by outer layers. */
static int fail_name(struct quire_error *error)
{
    quire_fail(error, QUIRE_USAGE, "write", "the object has no name");
    quire_error_hint(error, "write mem://NAME/KEY");
    return QUIRE_USAGE;
}

static int mem_open(const char *url, const void *options, struct quire_store **out, char **key,
                    struct quire_error *error)
{
    (void)options;
    const char *name = strstr(url, "://") + 3;
    const char *slash = strchr(name, '/');
    size_t name_size = slash != NULL ? (size_t)(slash - name) : strlen(name);
    QUIRE_CLEANUP(quire_cleanup_free) struct mem_store *store = quire_alloc(sizeof(*store));
    QUIRE_CLEANUP(quire_cleanup_free) char *copy = quire_strdup(slash != NULL ? slash + 1 : "");
    if (store == NULL || copy == NULL) return quire_fail_memory(error, "open store");
    store->store.ops = &quire_store_mem;
    store->bucket = quire_store_mem_bucket_open(name, name_size);
    if (store->bucket == NULL) return quire_fail_memory(error, "open store");
    *key = QUIRE_STEAL(copy);
    *out = &QUIRE_STEAL(store)->store;
    return 0;
}

static void mem_close(struct quire_store *store)
{
    quire_store_mem_bucket_close(bucket_of(store));
    quire_free(store);
}

/* Uploads ------------------------------------------------------------------------ */

static void upload_free(struct mem_upload **upload)
{
    if (*upload == NULL) return;
    quire_buf_release(&(*upload)->bytes);
    quire_free((*upload)->key);
    quire_free(*upload);
}

static int mem_upload_begin(struct quire_store *store, const char *key,
                            const struct quire_put_options *options, struct quire_upload **out,
                            struct quire_error *error)
{
    static const struct quire_put_options defaults = {0};
    if (options == NULL) options = &defaults;
    const char *etag = options->etag != NULL ? options->etag : "";
    if (key[0] == '\0') return fail_name(error);
    if (options->mode == QUIRE_PUT_APPEND) return fail(QUIRE_UNSUPPORTED, "append", key, error);
    QUIRE_CLEANUP(upload_free) struct mem_upload *upload = quire_alloc_zero(1, sizeof(*upload));
    if (upload == NULL) return quire_fail_memory(error, "write");
    upload->upload.ops = store->ops;
    upload->bucket = bucket_of(store);
    upload->mode = options->mode;
    if (options->mode == QUIRE_PUT_IF_MATCH) {
        if (etag[0] == '\0' || strlen(etag) >= sizeof(upload->etag))
            return fail(QUIRE_USAGE, "write", key, error);
        snprintf(upload->etag, sizeof(upload->etag), "%s", etag);
    }
    upload->key = quire_strdup(key);
    if (upload->key == NULL) return quire_fail_memory(error, "write");
    int code = quire_store_mem_check(upload->bucket, key, upload->mode, upload->etag);
    if (code != 0) return fail(code, "write", key, error);
    *out = &QUIRE_STEAL(upload)->upload;
    return 0;
}

static int mem_upload_part(struct quire_upload *handle, const void *bytes, size_t size,
                           struct quire_error *error)
{
    struct mem_upload *upload = (struct mem_upload *)handle;
    if (upload->failure == 0) upload->failure = quire_buf_append(&upload->bytes, bytes, size);
    return upload->failure != 0 ? fail(upload->failure, "write", upload->key, error) : 0;
}

static int mem_upload_commit(struct quire_upload *handle, struct quire_object *info,
                             struct quire_error *error)
{
    QUIRE_CLEANUP(upload_free) struct mem_upload *upload = (struct mem_upload *)handle;
    if (upload->failure != 0) return fail(upload->failure, "write", upload->key, error);
    struct quire_mem_object *object = quire_store_mem_object_new(upload->key, &upload->bytes);
    if (object == NULL) return fail(QUIRE_MEMORY, "write", upload->key, error);
    int code = quire_store_mem_put(upload->bucket, object, upload->mode, upload->etag);
    if (code != 0)
        fail(code, "write", upload->key, error);
    else if (info != NULL)
        *info = object->info;
    quire_store_mem_object_release(object);
    return code;
}

static void mem_upload_abort(struct quire_upload *handle)
{
    struct mem_upload *upload = (struct mem_upload *)handle;
    upload_free(&upload);
}

/* Reading ------------------------------------------------------------------------ */

static int mem_reader_open(struct quire_store *store, const char *key,
                           struct quire_object_reader **out, struct quire_object *info,
                           struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) struct mem_reader *reader = quire_alloc(sizeof(*reader));
    if (reader == NULL) return quire_fail_memory(error, "read");
    reader->reader.ops = store->ops;
    reader->object = quire_store_mem_find(bucket_of(store), key);
    if (reader->object == NULL) return fail(QUIRE_NOT_FOUND, "read", key, error);
    if (info != NULL) *info = reader->object->info;
    *out = &QUIRE_STEAL(reader)->reader;
    return 0;
}

static int mem_read_at(struct quire_object_reader *handle, int64_t offset, void *bytes, size_t size,
                       size_t *got, struct quire_error *error)
{
    const struct quire_mem_object *object = ((struct mem_reader *)handle)->object;
    if (offset < 0) return fail(QUIRE_USAGE, "read", object->key, error);
    size_t held = object->bytes.size;
    size_t left = (uint64_t)offset < held ? held - (size_t)offset : 0;
    if (size > left) size = left;
    if (size > 0) memcpy(bytes, object->bytes.data + offset, size);
    *got = size;
    return 0;
}

static void mem_unmap(struct quire_mapping *mapping)
{
    quire_store_mem_object_release(mapping->private_data);
    *mapping = (struct quire_mapping){.bytes = NULL};
}

/* An object's bytes never change. */
static int mem_map(struct quire_object_reader *handle, struct quire_mapping *mapping,
                   struct quire_error *error)
{
    struct quire_mem_object *object = ((struct mem_reader *)handle)->object;
    (void)error;
    quire_store_mem_object_retain(object);
    *mapping = (struct quire_mapping){.bytes = object->bytes.data,
                                      .size = (int64_t)object->bytes.size,
                                      .release = mem_unmap,
                                      .private_data = object};
    return 0;
}

static void mem_reader_close(struct quire_object_reader *handle)
{
    struct mem_reader *reader = (struct mem_reader *)handle;
    if (reader == NULL) return;
    quire_store_mem_object_release(reader->object);
    quire_free(reader);
}

/* Names -------------------------------------------------------------------------- */

static int mem_head(struct quire_store *store, const char *key, struct quire_object *info,
                    struct quire_error *error)
{
    struct quire_mem_object *object = quire_store_mem_find(bucket_of(store), key);
    if (object == NULL) return fail(QUIRE_NOT_FOUND, "examine", key, error);
    *info = object->info;
    quire_store_mem_object_release(object);
    return 0;
}

static int mem_list(struct quire_store *store, const char *prefix, const char *start_after,
                    quire_list_callback *callback, void *user, struct quire_error *error)
{
    struct quire_mem_bucket *bucket = bucket_of(store);
    bool past = start_after != NULL && strcmp(start_after, prefix) >= 0;
    struct quire_mem_object *object =
        quire_store_mem_next(bucket, past ? start_after : prefix, !past);
    int code = 0;
    while (object != NULL && code == 0 && quire_text_starts_with(object->key, prefix)) {
        code = callback(user, object->key, &object->info, error);
        struct quire_mem_object *next = quire_store_mem_next(bucket, object->key, false);
        quire_store_mem_object_release(object);
        object = next;
    }
    quire_store_mem_object_release(object);
    return code;
}

static int mem_delete_many(struct quire_store *store, const char *const *keys, size_t keys_size,
                           size_t *deleted, struct quire_error *error)
{
    (void)error;
    for (size_t i = 0; i < keys_size; i++)
        quire_store_mem_remove(bucket_of(store), keys[i]);
    if (deleted != NULL) *deleted = keys_size;
    return 0;
}

const struct quire_store_ops quire_store_mem = {
    .name = "mem",
    .schemes = "mem",
    .summary = "objects in the memory of this process",
    .capabilities = QUIRE_STORE_IF_MATCH | QUIRE_STORE_START_AFTER | QUIRE_STORE_RENAME_FREE,
    .open = mem_open,
    .close = mem_close,
    .put = quire_store_put_upload,
    .upload_begin = mem_upload_begin,
    .upload_part = mem_upload_part,
    .upload_commit = mem_upload_commit,
    .upload_abort = mem_upload_abort,
    .reader_open = mem_reader_open,
    .read_at = mem_read_at,
    .reader_close = mem_reader_close,
    .map = mem_map,
    .head = mem_head,
    .list = mem_list,
    .delete_many = mem_delete_many,
};
