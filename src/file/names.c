/* Names that stand for several objects: globs and folders. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "quire/file.h"

/* Objects that one expansion may name. */
#define NAMES_MAX ((size_t)1000000)

struct name_list {
    char **names;
    size_t size, capacity;
    /* Of the pattern at work: */
    const char *url;
    size_t url_prefix_size; /* what stands before the key in url */
    const char *pattern;    /* keys must match it; NULL: direct children of folder */
    size_t folder_size;     /* bytes of "folder/" */
};

void quire_names_free(char **names, size_t names_size)
{
    for (size_t i = 0; names != NULL && i < names_size; i++)
        quire_free(names[i]);
    quire_free(names);
}

static int add_name(struct name_list *list, const char *prefix, size_t prefix_size, const char *key,
                    struct quire_error *error)
{
    if (list->size == NAMES_MAX)
        return quire_fail(error, QUIRE_LIMIT, "list", "more than %zu names", NAMES_MAX);
    if (list->size == list->capacity) {
        size_t capacity = list->capacity > 0 ? list->capacity * 2 : 16;
        char **names = quire_realloc(list->names, capacity * sizeof(*names));
        if (names == NULL) return quire_fail_memory(error, "list");
        list->names = names;
        list->capacity = capacity;
    }
    size_t key_size = strlen(key);
    char *name = quire_alloc(prefix_size + key_size + 1);
    if (name == NULL) return quire_fail_memory(error, "list");
    memcpy(name, prefix, prefix_size);
    memcpy(name + prefix_size, key, key_size + 1);
    list->names[list->size++] = name;
    return 0;
}

static int take_object(void *user, const char *key, const struct quire_object *object,
                       struct quire_error *error)
{
    struct name_list *list = user;
    (void)object;
    if (list->pattern != NULL) {
        if (!quire_text_glob_match(list->pattern, key)) return 0;
    } else if (strchr(key + list->folder_size, '/') != NULL || quire_format_of_path(key) == NULL) {
        return 0;
    }
    return add_name(list, list->url, list->url_prefix_size, key, error);
}

/* Folders between the first part of a pattern that is not plain and its last part: none
 * of its signs stands for a '/'. */
static int levels_of(const char *pattern)
{
    int levels = 0;
    for (; *pattern != '\0' && levels < INT_MAX; pattern++)
        levels += *pattern == '/';
    return levels;
}

static int note_object(void *user, const char *key, const struct quire_object *object,
                       struct quire_error *error)
{
    (void)key;
    (void)object;
    (void)error;
    *(bool *)user = true;
    return QUIRE_CANCELLED; /* one is enough */
}

/* The files of a table do not tell which rows it has: some are no part of it any more. */
static int refuse_table(struct quire_store *store, const char *folder, struct quire_error *error)
{
    static const char log[] = "_delta_log/";
    bool is_table = false;
    size_t size = strlen(folder);
    char *prefix = quire_alloc(size + sizeof(log));
    if (prefix == NULL) return quire_fail_memory(error, "list");
    memcpy(prefix, folder, size);
    memcpy(prefix + size, log, sizeof(log));
    int code = store->ops->list(store, prefix, NULL, note_object, &is_table, error);
    quire_free(prefix);
    if (!is_table) return code;
    quire_fail(error, QUIRE_USAGE, "list", "the folder is a Delta table");
    quire_error_hint(error, "\"quire table read\" gives its rows");
    return QUIRE_USAGE;
}

/* Lists what a glob or a folder holds. */
static int expand_listing(struct name_list *list, struct quire_store *store, const char *key,
                          bool glob, struct quire_error *error)
{
    size_t fixed = glob ? strcspn(key, "*?[\\") : strlen(key);
    char *prefix = quire_alloc(fixed + 2);
    if (prefix == NULL) return quire_fail_memory(error, "list");
    memcpy(prefix, key, fixed);
    if (!glob && (fixed == 0 || prefix[fixed - 1] != '/')) prefix[fixed++] = '/';
    prefix[fixed] = '\0';
    list->pattern = glob ? key : NULL;
    list->folder_size = fixed;
    int levels = glob ? levels_of(key + fixed) : 0;
    int code = glob ? 0 : refuse_table(store, prefix, error);
    if (code == 0)
        code = store->ops->list_near != NULL
                   ? store->ops->list_near(store, prefix, levels, take_object, list, error)
                   : store->ops->list(store, prefix, NULL, take_object, list, error);
    quire_free(prefix);
    return code;
}

static int expand_one(struct name_list *list, const char *url, struct quire_error *error)
{
    if (strcmp(url, "-") == 0) return add_name(list, "", 0, url, error);
    struct quire_store *store = NULL;
    char *key = NULL;
    QUIRE_TRY(quire_store_open(url, NULL, 0, &store, &key, error));
    struct quire_object object;
    size_t before = list->size, url_size = strlen(url), key_size = strlen(key);
    list->url = url;
    list->url_prefix_size = key_size <= url_size ? url_size - key_size : 0;
    /* A path that was written otherwise in its URL ("%20") names the file by itself. */
    if ((store->ops->capabilities & QUIRE_STORE_LOCAL) != 0 &&
        strcmp(url + list->url_prefix_size, key) != 0)
        list->url_prefix_size = 0;
    bool glob = strpbrk(key, "*?[") != NULL;
    int code = 0, found = store->ops->head(store, key, &object, NULL);
    if (found != 0) code = expand_listing(list, store, key, glob, error);
    if (code == 0 && list->size == before) {
        if (glob && found != 0)
            code = quire_fail(error, QUIRE_NOT_FOUND, "list", "nothing matches the pattern");
        else if (found == QUIRE_USAGE) /* what head says of a folder */
            code = quire_fail(error, QUIRE_NOT_FOUND, "list",
                              "the folder has no files of a known format");
        else
            code = add_name(list, "", 0, url, error); /* reading it will tell what is wrong */
    }
    quire_store_key_free(key);
    quire_store_close(store);
    if (code != 0) quire_error_path(error, url);
    return code;
}

int quire_file_expand(const char *const *patterns, size_t patterns_size, char ***names,
                      size_t *names_size, struct quire_error *error)
{
    struct name_list list = {0};
    for (size_t i = 0; i < patterns_size; i++) {
        int code = expand_one(&list, patterns[i], error);
        if (code == 0) continue;
        quire_names_free(list.names, list.size);
        return code;
    }
    *names = list.names;
    *names_size = list.size;
    return 0;
}

/* Both names are open in stores of one kind. */
static bool same_object(struct quire_store *stores[2], char *keys[2])
{
    struct quire_object objects[2];
    const struct quire_store_ops *ops = stores[0]->ops;
    if (ops->same != NULL) return ops->same(stores[0], keys[0], keys[1]);
    return ops->head(stores[0], keys[0], &objects[0], NULL) == 0 &&
           ops->head(stores[1], keys[1], &objects[1], NULL) == 0 && objects[0].etag[0] != '\0' &&
           strcmp(objects[0].etag, objects[1].etag) == 0;
}

bool quire_file_same(const char *a, const char *b)
{
    if (strcmp(a, "-") == 0 || strcmp(b, "-") == 0) return false;
    if (strcmp(a, b) == 0) return true;
    struct quire_store *stores[2] = {NULL, NULL};
    char *keys[2] = {NULL, NULL};
    bool same = quire_store_open(a, NULL, 0, &stores[0], &keys[0], NULL) == 0 &&
                quire_store_open(b, NULL, 0, &stores[1], &keys[1], NULL) == 0 &&
                stores[0]->ops == stores[1]->ops && same_object(stores, keys);
    for (int i = 0; i < 2; i++) {
        quire_store_key_free(keys[i]);
        quire_store_close(stores[i]);
    }
    return same;
}

bool quire_file_rereadable(const char *url)
{
    if (strcmp(url, "-") == 0) return false;
    struct quire_store *store = NULL;
    char *key = NULL;
    struct quire_object object = {.size = 0};
    bool known = quire_store_open(url, NULL, 0, &store, &key, NULL) == 0 &&
                 store->ops->head(store, key, &object, NULL) == 0;
    quire_store_key_free(key);
    quire_store_close(store);
    return !known || object.size >= 0; /* what is not at rest has no size */
}
