/* A store that passes every call to another one and lets a hook see it, before
 * and after. The fault store and the record store are two such hooks.
 *
 * URLs are "<scheme>://" and then the URL or path of the store within. */
#ifndef QUIRE_TESTS_WRAP_STORE_H
#define QUIRE_TESTS_WRAP_STORE_H

#include <stdbool.h>

#include "quire/store.h"

struct wrap_call {
    const char *operation; /* the member of struct quire_store_ops */
    const char *key;
    int64_t offset; /* of read_at; -1 */
    int64_t size;   /* of bytes given or asked for; -1 */
};

/* Called before a call (after false, code 0; not 0 returned: the call is not made)
 * and after it with its result, which becomes what is returned. */
typedef int wrap_hook(const struct wrap_call *call, bool after, int code,
                      struct quire_error *error);

int wrap_store_open(const struct quire_store_ops *ops, wrap_hook *hook, const char *url,
                    struct quire_store **store, char **key, struct quire_error *error);

/* All members of a table but name, schemes, summary and open. */
#define WRAP_STORE_MEMBERS                                                                     \
    .close = wrap_store_close, .put = wrap_store_put, .upload_begin = wrap_store_upload_begin, \
    .upload_part = wrap_store_upload_part, .upload_commit = wrap_store_upload_commit,          \
    .upload_abort = wrap_store_upload_abort, .reader_open = wrap_store_reader_open,            \
    .read_at = wrap_store_read_at, .reader_close = wrap_store_reader_close,                    \
    .head = wrap_store_head, .list = wrap_store_list, .delete_many = wrap_store_delete_many

void wrap_store_close(struct quire_store *store);
int wrap_store_put(struct quire_store *store, const char *key, const void *bytes, size_t size,
                   const struct quire_put_options *options, struct quire_object *object,
                   struct quire_error *error);
int wrap_store_upload_begin(struct quire_store *store, const char *key,
                            const struct quire_put_options *options, struct quire_upload **upload,
                            struct quire_error *error);
int wrap_store_upload_part(struct quire_upload *upload, const void *bytes, size_t size,
                           struct quire_error *error);
int wrap_store_upload_commit(struct quire_upload *upload, struct quire_object *object,
                             struct quire_error *error);
void wrap_store_upload_abort(struct quire_upload *upload);
int wrap_store_reader_open(struct quire_store *store, const char *key,
                           struct quire_object_reader **reader, struct quire_object *object,
                           struct quire_error *error);
int wrap_store_read_at(struct quire_object_reader *reader, int64_t offset, void *bytes, size_t size,
                       size_t *got, struct quire_error *error);
void wrap_store_reader_close(struct quire_object_reader *reader);
int wrap_store_head(struct quire_store *store, const char *key, struct quire_object *object,
                    struct quire_error *error);
int wrap_store_list(struct quire_store *store, const char *prefix, const char *start_after,
                    quire_list_callback *callback, void *user, struct quire_error *error);
int wrap_store_delete_many(struct quire_store *store, const char *const *keys, size_t keys_size,
                           size_t *deleted, struct quire_error *error);

#endif
