/* Names of files may come before that of the log that is beside them, so that a folder is asked for
 * its log when the first file of it comes up. Only the folders of tables are kept: they are few. */
#include "table/upkeep/inner_tables.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "table/log/log_names.h"

#define OPERATION "find tables"
#define FOUND     1 /* a code of no failure: ends a list */

static int take_first(void *user, const char *key, const struct quire_object *object,
                      struct quire_error *error)
{
    (void)user;
    (void)key;
    (void)object;
    (void)error;
    return FOUND;
}

int quire_table_has_log(struct quire_store *store, const char *folder, bool *has,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf log = {0};
    struct quire_error failed;
    quire_error_clear(&failed);
    if (quire_buf_printf(&log, "%s" QUIRE_LOG_FOLDER, folder) != 0 ||
        quire_buf_terminate(&log) != 0)
        return quire_fail_memory(error, OPERATION);
    int code = store->ops->list(store, (const char *)log.data, NULL, take_first, NULL, &failed);
    *has = code == FOUND;
    if (code == FOUND || code == 0 || code == QUIRE_PERMISSION) return 0;
    if (error != NULL) *error = failed;
    return code;
}

void quire_inner_tables_release(struct quire_inner_tables *inner)
{
    quire_key_numbers_release(&inner->folders);
    quire_buf_release(&inner->last);
    quire_buf_release(&inner->key);
}

size_t quire_inner_tables_size(const struct quire_inner_tables *inner)
{
    return inner->folders.entries.size / sizeof(struct quire_key_number);
}

static bool is_known(const struct quire_inner_tables *inner, const char *folder, size_t size)
{
    return quire_key_numbers_find(&inner->folders, folder, size) != NULL;
}

static int note(struct quire_inner_tables *inner, const char *folder, size_t size)
{
    return is_known(inner, folder, size) ? 0
                                         : quire_key_numbers_add(&inner->folders, folder, size, 0);
}

int quire_inner_tables_note(struct quire_inner_tables *inner, const char *path)
{
    const char *log = strstr(path, "/" QUIRE_LOG_FOLDER);
    return log != NULL ? note(inner, path, (size_t)(log + 1 - path)) : 0;
}

/* Whether a folder on the way to the last path was found to be none. */
static bool was_looked_at(const struct quire_inner_tables *inner, const char *folder, size_t size)
{
    return inner->last.size >= size && memcmp(inner->last.data, folder, size) == 0;
}

static int look(struct quire_inner_tables *inner, const struct quire_table_place *place,
                const char *folder, size_t size, bool *has, struct quire_error *error)
{
    quire_buf_clear(&inner->key);
    if (quire_buf_printf(&inner->key, "%s%.*s", place->key, (int)size, folder) != 0 ||
        quire_buf_terminate(&inner->key) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_table_has_log(place->store, (const char *)inner->key.data, has, error));
    if (*has && note(inner, folder, size) != 0) return quire_fail_memory(error, OPERATION);
    return 0;
}

int quire_inner_tables_has(struct quire_inner_tables *inner, const struct quire_table_place *place,
                           const char *path, bool *has, struct quire_error *error)
{
    size_t size = 0;
    *has = false;
    for (const char *end = strchr(path, '/'); end != NULL; end = strchr(end + 1, '/')) {
        size = (size_t)(end + 1 - path);
        *has = is_known(inner, path, size);
        if (!*has && !was_looked_at(inner, path, size))
            QUIRE_TRY(look(inner, place, path, size, has, error));
        if (*has) return 0;
    }
    quire_buf_clear(&inner->last);
    if (size > 0 && quire_buf_append(&inner->last, path, size) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}
