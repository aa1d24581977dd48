/* The file store: objects are the files of this machine, keys are their paths. */
#include "store/file_store.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "store/backends.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* The path of a file URL (RFC 8089): "%20" is a blank, the host this one. In place;
 * false when it is none. */
static bool decode_url(char *path)
{
    char *to = path;
    for (const char *from = path; *from != '\0'; from++) {
        if (*from != '%') {
            *to++ = *from;
            continue;
        }
        int high = hex_digit(from[1]);
        int low = high >= 0 ? hex_digit(from[2]) : -1;
        if (low < 0 || high + low == 0) return false;
        *to++ = (char)(high * 16 + low);
        from += 2;
    }
    *to = '\0';
    return true;
}

static int parse_url(const char *url, char **key, struct quire_error *error)
{
    const char *rest = strstr(url, "://");
    bool plain = rest == NULL || strncasecmp(url, "file", (size_t)(rest - url)) != 0;
    const char *path = plain ? url : rest + 3;
    if (!plain && strncasecmp(path, "localhost/", 10) == 0) path += 9;
    QUIRE_CLEANUP(quire_cleanup_free) char *copy = quire_strdup(path);
    if (copy == NULL) return quire_fail_memory(error, "open store");
    if (!plain && (copy[0] != '/' || !decode_url(copy))) {
        int code = quire_fail(error, QUIRE_USAGE, "open store", "this is not a URL of a file here");
        quire_error_path(error, url);
        quire_error_hint(error, "write file:///absolute/path, or just the path");
        return code;
    }
    *key = QUIRE_STEAL(copy);
    return 0;
}

static int file_open(const char *url, const void *options, struct quire_store **out, char **key,
                     struct quire_error *error)
{
    (void)options;
    QUIRE_CLEANUP(quire_cleanup_free) struct quire_file_store *store = quire_alloc(sizeof(*store));
    if (store == NULL) return quire_fail_memory(error, "open store");
    *store = (struct quire_file_store){{&quire_store_file}, quire_store_file_system()};
    QUIRE_TRY(parse_url(url, key, error));
    *out = &QUIRE_STEAL(store)->store;
    return 0;
}

static void file_close(struct quire_store *store)
{
    quire_free(store);
}

static int file_head(struct quire_store *store, const char *key, struct quire_object *object,
                     struct quire_error *error)
{
    struct stat status;
    if (quire_store_file_calls(store)->stat(key, &status) != 0)
        return quire_store_file_fail(error, errno, "examine", key, "the file cannot be examined");
    if (S_ISDIR(status.st_mode)) return quire_store_file_fail_folder(error, "examine", key);
    quire_store_file_describe(&status, object);
    return 0;
}

static int delete_one(struct quire_store *store, const char *key, struct quire_error *error)
{
    if (quire_store_file_calls(store)->unlink(key) == 0) return 0;
    if (errno == ENOENT || errno == ENOTDIR) return 0;
    if (errno == EISDIR) return quire_store_file_fail_folder(error, "delete", key);
    return quire_store_file_fail(error, errno, "delete", key, "the file cannot be deleted");
}

static int file_delete_many(struct quire_store *store, const char *const *keys, size_t keys_size,
                            size_t *deleted, struct quire_error *error)
{
    size_t done = 0;
    int code = 0;
    while (done < keys_size && (code = delete_one(store, keys[done], error)) == 0)
        done++;
    if (deleted != NULL) *deleted = done;
    return code;
}

/* Uploads of both kinds ---------------------------------------------------------- */

static bool appends(const struct quire_upload *upload)
{
    return ((const struct quire_file_upload *)upload)->appends;
}

static int file_upload_begin(struct quire_store *store, const char *key,
                             const struct quire_put_options *options, struct quire_upload **upload,
                             struct quire_error *error)
{
    bool append = options != NULL && options->mode == QUIRE_PUT_APPEND;
    return append ? quire_store_file_append_begin(store, key, options, upload, error)
                  : quire_store_file_upload_begin(store, key, options, upload, error);
}

static int file_upload_part(struct quire_upload *upload, const void *bytes, size_t size,
                            struct quire_error *error)
{
    return appends(upload) ? quire_store_file_append_part(upload, bytes, size, error)
                           : quire_store_file_upload_part(upload, bytes, size, error);
}

static int file_upload_commit(struct quire_upload *upload, struct quire_object *object,
                              struct quire_error *error)
{
    return appends(upload) ? quire_store_file_append_commit(upload, object, error)
                           : quire_store_file_upload_commit(upload, object, error);
}

static void file_upload_abort(struct quire_upload *upload)
{
    if (upload == NULL) return;
    if (appends(upload))
        quire_store_file_append_abort(upload);
    else
        quire_store_file_upload_abort(upload);
}

const struct quire_store_ops quire_store_file = {
    .name = "file",
    .schemes = "file|",
    .summary = "files and folders of this machine",
    .capabilities =
        QUIRE_STORE_START_AFTER | QUIRE_STORE_RENAME_FREE | QUIRE_STORE_LOCAL | QUIRE_STORE_APPEND,
    .open = file_open,
    .close = file_close,
    .put = quire_store_put_upload,
    .upload_begin = file_upload_begin,
    .upload_part = file_upload_part,
    .upload_commit = file_upload_commit,
    .upload_abort = file_upload_abort,
    .reader_open = quire_store_file_reader_open,
    .read_at = quire_store_file_read_at,
    .reader_close = quire_store_file_reader_close,
    .map = quire_store_file_map,
    .head = file_head,
    .same = quire_store_file_same,
    .list = quire_store_file_list,
    .list_near = quire_store_file_list_near,
    .delete_many = file_delete_many,
    .sweep = quire_store_file_sweep,
};
