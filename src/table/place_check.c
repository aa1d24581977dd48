#include "table/place_check.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "format/parquet/read/footer_reader.h"
#include "quire/table.h"
#include "store/path_real.h"
#include "table/log/log_names.h"
#include "table/table_place.h"
#include "table/upkeep/inner_tables.h"

#define OPERATION "create table"
#define ENDED     1 /* codes of no failure: end a list */
#define SKIP      2

/* --- Tables above ---------------------------------------------------------------------------- */

/* The table's folder, with '/' at the end, as its store has it: of the file store without links. */
static int find_folder(const struct quire_table_place *place, struct quire_buf *folder)
{
    if ((place->store->ops->capabilities & QUIRE_STORE_LOCAL) == 0) {
        QUIRE_TRY(quire_buf_append_text(folder, place->key));
        return quire_buf_terminate(folder);
    }
    QUIRE_TRY(quire_store_path_real(place->key[0] != '\0' ? place->key : ".", folder));
    if (folder->size > 1) QUIRE_TRY(quire_buf_push(folder, '/'));
    return quire_buf_terminate(folder);
}

/* What the table at a key of the place's store is called, without '/' at its end; NULL: no memory.
 */
static char *name_table(const struct quire_table_place *place, const char *key)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf name = {0};
    bool local = (place->store->ops->capabilities & QUIRE_STORE_LOCAL) != 0;
    size_t store = local ? 0 : strlen(place->url) - strlen(place->key), size = strlen(key);
    if (size > 1 && key[size - 1] == '/') size--;
    if (quire_buf_append(&name, place->url, store) != 0 || quire_buf_append(&name, key, size) != 0)
        return NULL;
    return quire_strndup((const char *)name.data, name.size);
}

/* The nearest table, beginning with the place itself or above it; *table stays NULL without one. */
static int find_above(const struct quire_table_place *place, bool itself, char **table,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf folder = {0};
    int code = find_folder(place, &folder);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, OPERATION);
    if (code != 0) return 0; /* what is no path fails when it is written to */
    char *key = (char *)folder.data;
    size_t root = key[0] == '/'; /* of a file system, which is above all */
    for (bool has = false; itself || folder.size > root; itself = false) {
        if (!itself) {
            folder.size--;
            while (folder.size > root && key[folder.size - 1] != '/')
                folder.size--;
            key[folder.size] = '\0';
        }
        QUIRE_TRY(quire_table_has_log(place->store, key, &has, error));
        if (!has) continue;
        *table = name_table(place, key);
        return *table != NULL ? 0 : quire_fail_memory(error, OPERATION);
    }
    return 0;
}

int quire_table_above(const char *url, char **table, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_table_place_close) struct quire_table_place place = {NULL, NULL, NULL};
    char *found = NULL;
    QUIRE_TRY(quire_table_place_open(url, &place, error));
    QUIRE_TRY(find_above(&place, true, &found, error));
    *table = found;
    return 0;
}

int quire_table_check_outside(const char *url, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_table_place_close) struct quire_table_place place = {NULL, NULL, NULL};
    char *table = NULL;
    QUIRE_TRY(quire_table_place_open(url, &place, error));
    QUIRE_TRY(find_above(&place, false, &table, error));
    if (table == NULL) return 0;
    quire_fail(error, QUIRE_USAGE, OPERATION,
               "the place lies within the table %.300s, whose files are not to be mixed with "
               "another's",
               table);
    quire_free(table);
    quire_error_hint(error, "make it outside of that folder");
    return QUIRE_USAGE;
}

/* --- Files below ----------------------------------------------------------------------------- */

struct look {
    const struct quire_table_place *place;
    struct quire_buf found; /* its path, terminated; empty: nothing */
    struct quire_buf after; /* a key from which the list goes on, terminated */
    bool own;               /* data files were found, and the first is Quire's */
};

static void release_look(struct look *look)
{
    quire_buf_release(&look->found);
    quire_buf_release(&look->after);
}

static bool is_hidden(const char *name)
{
    return *name == '.' || *name == '_';
}

/* Whether a name on the way to end is hidden. */
static bool is_below_hidden(const char *path, const char *end)
{
    for (; path != NULL && path < end; path = strchr(path, '/')) {
        path += *path == '/';
        if (path < end && is_hidden(path)) return true;
    }
    return false;
}

/* As data_files.c names them, in folders of partitions. */
static bool is_data_name(const char *path)
{
    static const char end[] = ".parquet";
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(path, '/')) {
        if (memchr(path, '=', (size_t)(slash - path)) == NULL) return false;
        path = slash + 1;
    }
    size_t size = strlen(path);
    return quire_text_starts_with(path, "part-") && size > strlen(end) &&
           strcmp(path + size - strlen(end), end) == 0;
}

/* Whether Quire wrote a file of Parquet; what cannot be read is not its. */
static bool is_own(const struct look *look, const char *key)
{
    static const struct quire_parquet_read_options plain = {.batch_rows = 1};
    QUIRE_CLEANUP(quire_parquet_input_release) struct quire_parquet_input file = {.in = NULL};
    struct quire_in *in = NULL;
    bool own = quire_store_in_open(look->place->store, key, &in, NULL, NULL) == 0 &&
               quire_parquet_input_open(in, &plain, &file, NULL) == 0 &&
               quire_created_by_is(&file.created_by, "quire");
    quire_in_close(in);
    return own;
}

static int note(struct quire_buf *buf, const char *text, size_t size, const char *end,
                struct quire_error *error)
{
    quire_buf_clear(buf);
    if (quire_buf_append(buf, text, size) != 0 || quire_buf_append_text(buf, end) != 0 ||
        quire_buf_terminate(buf) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static int take_object(void *user, const char *key, const struct quire_object *object,
                       struct quire_error *error)
{
    struct look *look = user;
    const char *path = key + strlen(look->place->key), *folder = strchr(path, '/');
    const char *log = strstr(path, "/" QUIRE_LOG_FOLDER);
    (void)object;
    if (log != NULL && !is_below_hidden(path, log)) {
        QUIRE_TRY(note(&look->found, path, (size_t)(log - path), "/", error));
        return ENDED;
    }
    if (is_hidden(path) && folder != NULL) {
        /* What follows it begins with the character after '/'. */
        QUIRE_TRY(note(&look->after, key, (size_t)(folder - key), "0", error));
        return SKIP;
    }
    if (is_below_hidden(path, path + strlen(path))) return 0;
    if (is_data_name(path) && (look->own || is_own(look, key))) {
        look->own = true;
        return 0;
    }
    QUIRE_TRY(note(&look->found, path, strlen(path), "", error));
    return ENDED;
}

static int fail_found(const struct look *look, struct quire_error *error)
{
    const char *path = (const char *)look->found.data;
    bool table = look->found.size > 0 && path[look->found.size - 1] == '/';
    quire_fail(error, QUIRE_USAGE, OPERATION,
               "the folder is no table, and not empty: %s%.300s is %s", table ? "the table " : "",
               path, table ? "in it" : "there");
    quire_error_hint(error,
                     "table-schema and table-name name a table below it; or give a new folder");
    return QUIRE_USAGE;
}

int quire_table_check_empty(const char *url, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_table_place_close) struct quire_table_place place = {NULL, NULL, NULL};
    QUIRE_CLEANUP(release_look) struct look look = {.place = &place};
    int code;
    QUIRE_TRY(quire_table_place_open(url, &place, error));
    do {
        const char *after = look.after.size > 0 ? (const char *)look.after.data : NULL;
        code = place.store->ops->list(place.store, place.key, after, take_object, &look, error);
    } while (code == SKIP);
    return code == ENDED ? fail_found(&look, error) : code;
}
