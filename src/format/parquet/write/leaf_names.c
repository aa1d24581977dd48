/* Columns found by the names that options give. */
#include "format/parquet/write/leaf_names.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"

#define OPERATION "write parquet"

static char *join(struct quire_leaf_names *names, const struct quire_binary_list *path)
{
    size_t size = 0;
    for (size_t i = 0; i < path->size; i++)
        size += path->items[i].size + 1;
    char *text = quire_arena_alloc(&names->arena, size + 1), *at = text;
    if (text == NULL) return NULL;
    for (size_t i = 0; i < path->size; i++) {
        if (i > 0) *at++ = '.';
        if (path->items[i].size > 0) memcpy(at, path->items[i].data, path->items[i].size);
        at += path->items[i].size;
    }
    *at = '\0';
    return text;
}

int quire_leaf_names_init(struct quire_leaf_names *names, const struct quire_parquet_schema *schema,
                          struct quire_error *error)
{
    names->paths = quire_alloc_zero(schema->leaves_size, sizeof(*names->paths));
    if (names->paths == NULL) return quire_fail_memory(error, OPERATION);
    names->size = schema->leaves_size;
    for (size_t i = 0; i < names->size; i++) {
        names->paths[i] = join(names, &schema->leaves[i].path);
        if (names->paths[i] == NULL) return quire_fail_memory(error, OPERATION);
    }
    return 0;
}

void quire_leaf_names_release(struct quire_leaf_names *names)
{
    quire_free(names->paths);
    quire_arena_release(&names->arena);
    *names = (struct quire_leaf_names){0};
}

bool quire_leaf_names_match(const struct quire_leaf_names *names, size_t leaf, const char *name,
                            size_t size)
{
    const char *path = names->paths[leaf];
    return strncmp(path, name, size) == 0 && (path[size] == '\0' || path[size] == '.');
}

const char *quire_leaf_names_value(const struct quire_leaf_names *names, size_t leaf,
                                   const struct quire_keyed *list, bool *own)
{
    const char *value = NULL, *general = NULL;
    size_t longest = 0;
    for (; list != NULL; list = list->next) {
        size_t size = strlen(list->key);
        if (size == 0) general = list->value;
        if (size <= longest || !quire_leaf_names_match(names, leaf, list->key, size)) continue;
        value = list->value;
        longest = size;
    }
    if (own != NULL) *own = value != NULL;
    return value != NULL ? value : general;
}

static int fail_unknown(const struct quire_leaf_names *names, const char *option, const char *name,
                        size_t size, struct quire_error *error)
{
    quire_fail(error, QUIRE_USAGE, OPERATION, "%s: there is no column \"%.*s\"", option,
               (int)(size < 128 ? size : 128), name);
    QUIRE_CLEANUP(quire_cleanup_free) char *given = quire_strndup(name, size);
    if (given == NULL) return quire_fail_memory(error, OPERATION);
    const char *nearest = quire_options_nearest(names->paths, names->size, given);
    if (nearest != NULL) quire_error_hint(error, "did you mean \"%s\"?", nearest);
    return QUIRE_USAGE;
}

int quire_leaf_names_check(const struct quire_leaf_names *names, const char *option,
                           const char *name, size_t size, struct quire_error *error)
{
    for (size_t i = 0; i < names->size; i++)
        if (quire_leaf_names_match(names, i, name, size)) return 0;
    return fail_unknown(names, option, name, size, error);
}

int quire_leaf_names_check_keys(const struct quire_leaf_names *names, const char *option,
                                const struct quire_keyed *list, struct quire_error *error)
{
    for (; list != NULL; list = list->next) {
        size_t size = strlen(list->key);
        if (size > 0) QUIRE_TRY(quire_leaf_names_check(names, option, list->key, size, error));
    }
    return 0;
}

const char *quire_leaf_names_next(const char **list, size_t *size)
{
    if (*list == NULL || **list == '\0') return NULL;
    const char *name = *list;
    *size = strcspn(name, ",");
    *list = name + *size + (name[*size] == ',');
    return name;
}
