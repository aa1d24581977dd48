#include "test_put.h"

#include <stdio.h>
#include <string.h>

struct opened {
    struct quire_store *store;
    char *key;
};

static int open_url(const char *url, struct opened *opened, struct quire_error *error)
{
    return quire_store_open(url, NULL, 0, &opened->store, &opened->key, error);
}

static int close_with(struct opened *opened, int code)
{
    quire_store_key_free(opened->key);
    quire_store_close(opened->store);
    return code;
}

int test_put(const char *url, const char *text, const struct quire_put_options *options,
             struct quire_object *object, struct quire_error *error)
{
    struct opened at = {0};
    int code = open_url(url, &at, error);
    if (code != 0) return code;
    return close_with(
        &at, at.store->ops->put(at.store, at.key, text, strlen(text), options, object, error));
}

const char *test_get(const char *url)
{
    static char text[4096];
    struct opened at = {0};
    size_t got = 0;
    if (open_url(url, &at, NULL) != 0) return NULL;
    if (close_with(&at, quire_store_get(at.store, at.key, 0, text, sizeof(text) - 1, &got, NULL)))
        return NULL;
    text[got] = '\0';
    return text;
}

int test_head(const char *url, struct quire_object *object, struct quire_error *error)
{
    struct opened at = {0};
    int code = open_url(url, &at, error);
    if (code != 0) return code;
    return close_with(&at, at.store->ops->head(at.store, at.key, object, error));
}

int test_delete(const char *url, struct quire_error *error)
{
    struct opened at = {0};
    int code = open_url(url, &at, error);
    if (code != 0) return code;
    const char *keys[] = {at.key};
    return close_with(&at, at.store->ops->delete_many(at.store, keys, 1, NULL, error));
}

struct listed {
    size_t prefix_size;
    size_t size;
    char text[8192];
};

static int add_key(void *user, const char *key, const struct quire_object *object,
                   struct quire_error *error)
{
    struct listed *listed = user;
    (void)object;
    (void)error;
    listed->size +=
        (size_t)snprintf(listed->text + listed->size, sizeof(listed->text) - listed->size, "%s ",
                         key + listed->prefix_size);
    return listed->size < sizeof(listed->text) ? 0 : QUIRE_LIMIT;
}

const char *test_list(const char *prefix_url, const char *start_after)
{
    static struct listed listed;
    struct opened at = {0};
    if (open_url(prefix_url, &at, NULL) != 0) return NULL;
    listed.size = 0;
    listed.text[0] = '\0';
    const char *slash = strrchr(at.key, '/');
    listed.prefix_size = slash != NULL ? (size_t)(slash - at.key) + 1 : 0;
    char after[1024];
    if (start_after != NULL)
        snprintf(after, sizeof(after), "%.*s%s", (int)listed.prefix_size, at.key, start_after);
    int code = at.store->ops->list(at.store, at.key, start_after != NULL ? after : NULL, add_key,
                                   &listed, NULL);
    return close_with(&at, code) == 0 ? listed.text : NULL;
}
