/* The store is listed in stretches, between which files are deleted: no store is asked to list
 * what is being changed. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "table/log/log_names.h"
#include "table/upkeep/vacuum_candidates.h"

#define OPERATION QUIRE_VACUUM_OPERATION
#define PAUSE     1000000 /* a code of no failure: ends a list */

struct listing {
    const struct quire_vacuum_search *search;
    size_t prefix;         /* bytes of a key before the path below the table */
    size_t taken;          /* since the last pause */
    struct quire_buf last; /* key, terminated */
};

/* Whether a folder or file of that name is not the table's rows (PROTOCOL.md, "Data Files"). */
static bool is_hidden(const struct quire_vacuum_search *search, const char *name, size_t size)
{
    static const char changes[] = "_change_data";
    const struct quire_texts *names = &search->columns->names;
    if (name[0] != '.' && name[0] != '_') return false;
    if (size == strlen(changes) && memcmp(name, changes, size) == 0) return false;
    for (size_t i = 0; i < names->size; i++) {
        const struct quire_bytes *column = &names->items[i];
        if (size > column->size && name[column->size] == '=' &&
            memcmp(name, column->data, column->size) == 0)
            return false;
    }
    return true;
}

/* As far as end, which is at a '/' or where the path ends. */
static bool is_hidden_until(const struct quire_vacuum_search *search, const char *path,
                            const char *end)
{
    for (;;) {
        size_t size = strcspn(path, "/");
        if (size == 0 || is_hidden(search, path, size)) return true;
        if (path + size >= end) return false;
        path += size + 1;
    }
}

bool quire_vacuum_is_hidden(const struct quire_vacuum_search *search, const char *path)
{
    return is_hidden_until(search, path, path + strlen(path));
}

/* A log says of a folder that it is a table, also where nothing else in it is to be deleted. */
static int note_log(const struct quire_vacuum_search *search, const char *path,
                    struct quire_error *error)
{
    const char *log = strstr(path, "/" QUIRE_LOG_FOLDER);
    if (log == NULL || is_hidden_until(search, path, log)) return 0;
    if (quire_inner_tables_note(search->inner, path) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static int take_object(void *user, const char *key, const struct quire_object *object,
                       struct quire_error *error)
{
    struct listing *listing = user;
    const struct quire_vacuum_search *search = listing->search;
    const char *path = key + listing->prefix;
    bool inner = false;
    QUIRE_TRY(note_log(search, path, error));
    if (object->modified_us == 0 || object->modified_us / 1000 >= search->before_ms) return 0;
    if (quire_vacuum_is_hidden(search, path) || quire_needed_files_has(search->needed, path))
        return 0;
    QUIRE_TRY(quire_inner_tables_has(search->inner, &search->snapshot->place, path, &inner, error));
    if (inner) return 0;
    QUIRE_TRY(search->take(search->user, path, object->size > 0 ? object->size : 0, error));
    if (search->end == NULL || ++listing->taken < QUIRE_VACUUM_BATCH) return 0;
    quire_buf_clear(&listing->last);
    if (quire_buf_append_text(&listing->last, key) != 0 || quire_buf_terminate(&listing->last) != 0)
        return quire_fail_memory(error, OPERATION);
    listing->taken = 0;
    return PAUSE;
}

int quire_vacuum_list(const struct quire_vacuum_search *search, struct quire_error *error)
{
    const struct quire_table_place *place = &search->snapshot->place;
    struct listing listing = {.search = search, .prefix = strlen(place->key)};
    int code;
    quire_buf_clear(&search->inner->last);
    do {
        const char *after = listing.last.size > 0 ? (const char *)listing.last.data : NULL;
        code =
            place->store->ops->list(place->store, place->key, after, take_object, &listing, error);
        if ((code == 0 || code == PAUSE) && search->end != NULL) {
            int ended = search->end(search->user, error);
            if (ended != 0) code = ended;
        }
    } while (code == PAUSE);
    quire_buf_release(&listing.last);
    return code;
}
