/* The registry of stores, and what works the same over all of them. */
#include "quire/store.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/options.h"
#include "store/backends.h"

#define OPERATION "open store"

static const struct quire_store_ops *stores[QUIRE_STORES_MAX] = {
    &quire_store_file,
    &quire_store_mem,
};
static size_t stores_size = 2;

/* Schemes that are known but that no backend here has. */
static const char *const absent_schemes[] = {"s3", "az", "gs"};

const struct quire_store_ops *const *quire_stores(size_t *size)
{
    *size = stores_size;
    return stores;
}

/* Schemes ---------------------------------------------------------------------- */

/* Walks "a|b|": *cursor starts at the list. NULL at the end. */
static const char *next_scheme(const char **cursor, size_t *size)
{
    const char *scheme = *cursor;
    if (scheme == NULL) return NULL;
    const char *bar = strchr(scheme, '|');
    *size = bar != NULL ? (size_t)(bar - scheme) : strlen(scheme);
    *cursor = bar != NULL ? bar + 1 : NULL;
    return scheme;
}

static bool has_scheme(const struct quire_store_ops *ops, const char *scheme, size_t size)
{
    const char *cursor = ops->schemes, *one;
    size_t one_size;
    while ((one = next_scheme(&cursor, &one_size)) != NULL) {
        if (one_size == size && strncasecmp(one, scheme, size) == 0) return true;
    }
    return false;
}

static const struct quire_store_ops *find_store(const char *scheme, size_t size)
{
    for (size_t i = 0; i < stores_size; i++) {
        if (has_scheme(stores[i], scheme, size)) return stores[i];
    }
    return NULL;
}

/* The size of what stands before "://"; 0 for a path (RFC 3986, section 3.1). */
static size_t scheme_size(const char *url)
{
    size_t size = 0;
    while (isalnum((unsigned char)url[size]) ||
           (size > 0 && strchr("+-.", url[size]) != NULL && url[size] != '\0'))
        size++;
    if (size == 0 || !isalpha((unsigned char)url[0])) return 0;
    return strncmp(url + size, "://", 3) == 0 ? size : 0;
}

int quire_store_register(const struct quire_store_ops *ops, struct quire_error *error)
{
    const char *cursor = ops->schemes, *scheme;
    size_t size;
    while ((scheme = next_scheme(&cursor, &size)) != NULL) {
        if (find_store(scheme, size) == NULL) continue;
        return quire_fail(error, QUIRE_EXISTS, "register store", "the scheme \"%.*s\" is taken",
                          (int)size, scheme);
    }
    if (stores_size == QUIRE_STORES_MAX)
        return quire_fail(error, QUIRE_LIMIT, "register store", "there are %d stores already",
                          QUIRE_STORES_MAX);
    stores[stores_size++] = ops;
    return 0;
}

/* Opening ---------------------------------------------------------------------- */

/* The hint of an unknown scheme: "mem://, file:// or a plain path". */
static void hint_schemes(struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf known = {0};
    for (size_t i = 0; i < stores_size; i++) {
        const char *cursor = stores[i]->schemes, *scheme;
        size_t size;
        while ((scheme = next_scheme(&cursor, &size)) != NULL) {
            if (size > 0 && quire_buf_printf(&known, "%.*s://, ", (int)size, scheme) != 0) return;
        }
    }
    quire_error_hint(error, "known are %.*sand plain paths", (int)known.size,
                     (const char *)known.data);
}

static int fail_scheme(const char *url, size_t size, struct quire_error *error)
{
    int code;
    for (size_t i = 0; i < sizeof(absent_schemes) / sizeof(absent_schemes[0]); i++) {
        if (strlen(absent_schemes[i]) != size || strncasecmp(url, absent_schemes[i], size) != 0)
            continue;
        code = quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "%s:// is not in this build",
                          absent_schemes[i]);
        hint_schemes(error);
        return code;
    }
    code = quire_fail(error, QUIRE_USAGE, OPERATION, "no store has the scheme \"%.*s\"", (int)size,
                      url);
    hint_schemes(error);
    return code;
}

static int open_with(const struct quire_store_ops *ops, const char *url,
                     const struct quire_setting *settings, size_t settings_size,
                     struct quire_store **store, char **key, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) void *options = quire_alloc(ops->options.struct_size);
    if (options == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_options_init(&ops->options, options, error));
    int code = quire_options_apply(&ops->options, options, settings, settings_size, error);
    if (code == 0) code = ops->open(url, options, store, key, error);
    quire_options_release(&ops->options, options);
    return code;
}

int quire_store_open(const char *url, const struct quire_setting *settings, size_t settings_size,
                     struct quire_store **store, char **key, struct quire_error *error)
{
    size_t size = scheme_size(url);
    const struct quire_store_ops *ops = find_store(url, size);
    int code;
    if (url[0] == '\0')
        code = quire_fail(error, QUIRE_USAGE, OPERATION, "an empty name");
    else if (ops == NULL)
        code = fail_scheme(url, size, error);
    else if (ops->built_without != NULL)
        code = quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "%s: built without %s", ops->name,
                          ops->built_without);
    else
        code = open_with(ops, url, settings, settings_size, store, key, error);
    if (code != 0) quire_error_path(error, url);
    return code;
}

void quire_store_close(struct quire_store *store)
{
    if (store != NULL) store->ops->close(store);
}

char *quire_store_key_new(const char *text)
{
    return quire_strdup(text);
}

void quire_store_key_free(char *key)
{
    quire_free(key);
}

/* Over all stores ---------------------------------------------------------------- */

int quire_store_put_upload(struct quire_store *store, const char *key, const void *bytes,
                           size_t size, const struct quire_put_options *options,
                           struct quire_object *object, struct quire_error *error)
{
    struct quire_upload *upload = NULL;
    QUIRE_TRY(store->ops->upload_begin(store, key, options, &upload, error));
    int code = store->ops->upload_part(upload, bytes, size, error);
    if (code == 0) return store->ops->upload_commit(upload, object, error);
    store->ops->upload_abort(upload);
    return code;
}

int quire_store_get(struct quire_store *store, const char *key, int64_t offset, void *bytes,
                    size_t size, size_t *got, struct quire_error *error)
{
    struct quire_object_reader *reader = NULL;
    QUIRE_TRY(store->ops->reader_open(store, key, &reader, NULL, error));
    int code = store->ops->read_at(reader, offset, bytes, size, got, error);
    store->ops->reader_close(reader);
    return code;
}

int quire_store_sweep(const char *folder_url, const struct quire_sweep_options *options,
                      int64_t *removed, struct quire_error *error)
{
    static const struct quire_sweep_options everything = {0};
    struct quire_store *store = NULL;
    char *folder = NULL;
    QUIRE_TRY(quire_store_open(folder_url, NULL, 0, &store, &folder, error));
    int64_t count = 0;
    int code = 0;
    if (store->ops->sweep != NULL)
        code = store->ops->sweep(store, folder, options != NULL ? options : &everything, &count,
                                 error);
    quire_store_key_free(folder);
    quire_store_close(store);
    if (code == 0) *removed = count;
    return code;
}
