#include "base/cleanup.h"
#include "base/fail.h"
#include "base/hash.h"
#include "table/files/deletion_vector.h"
#include "table/log/history.h"
#include "table/log/log_read.h"
#include "table/log/uri.h"
#include "table/upkeep/vacuum_candidates.h"

#define OPERATION QUIRE_VACUUM_OPERATION

/* --- The commits ----------------------------------------------------------------------------- */

static void close_reader(struct quire_log_reader *reader)
{
    quire_log_reader_close(reader);
}

struct actions {
    quire_take_remove *take_remove;
    /* Of change data, by its path as it stands; NULL: not wanted. */
    int (*take_changes)(void *user, const struct quire_bytes *path, struct quire_error *error);
    void *user;
    quire_take_failed *take_failed; /* NULL: the first commit that cannot be read ends it */
    void *failed_user;
};

static int read_action(const struct actions *actions, struct quire_log_reader *reader,
                       enum quire_log_column column, int64_t row, struct quire_error *error)
{
    const struct quire_view *view = quire_log_column_view(reader, column);
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_remove removed;
    if (column == QUIRE_LOG_CDC) {
        struct quire_bytes path = quire_view_bytes(&view->children[0], row);
        return actions->take_changes(actions->user, &path, error);
    }
    if (quire_remove_read(view, row, &arena, &removed) != 0)
        return quire_fail_memory(error, OPERATION);
    return actions->take_remove(actions->user, &removed, error);
}

static int read_commit(const struct quire_snapshot *snapshot, int64_t version,
                       const struct actions *actions, struct quire_error *error)
{
    QUIRE_CLEANUP(close_reader) struct quire_log_reader reader = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    unsigned columns = 1u << QUIRE_LOG_REMOVE;
    char name[QUIRE_LOG_NAME_MAX];
    quire_log_name_commit(version, name);
    if (actions->take_changes != NULL) columns |= 1u << QUIRE_LOG_CDC;
    if (quire_buf_printf(&url, "%s" QUIRE_LOG_FOLDER "%s", snapshot->place.url, name) != 0 ||
        quire_buf_terminate(&url) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_log_reader_open((const char *)url.data, columns, &reader, error));
    for (;;) {
        enum quire_log_column column;
        int64_t row = 0;
        QUIRE_TRY(quire_log_reader_next(&reader, &column, &row, error));
        if (column == QUIRE_LOG_COLUMNS) return 0;
        QUIRE_TRY(read_action(actions, &reader, column, row, error));
    }
}

static int read_commits(const struct quire_snapshot *snapshot, const struct actions *actions,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf commits = {0};
    QUIRE_TRY(quire_history_commits(snapshot, &commits, error));
    const struct quire_log_commit *list =
        (const struct quire_log_commit *)(const void *)commits.data;
    for (size_t i = 0; i < commits.size / sizeof(*list); i++) {
        struct quire_error own;
        quire_error_clear(&own);
        int code = read_commit(snapshot, list[i].version, actions, &own);
        if (code == 0) continue;
        if (actions->take_failed != NULL) {
            QUIRE_TRY(actions->take_failed(actions->failed_user, code, &own, error));
            continue;
        }
        if (error != NULL) *error = own;
        return code;
    }
    return 0;
}

int quire_vacuum_each_removed(const struct quire_snapshot *snapshot, quire_take_remove *take,
                              void *user, struct quire_error *error)
{
    const struct actions actions = {.take_remove = take, .user = user};
    return read_commits(snapshot, &actions, error);
}

static int note_changes(void *user, const struct quire_bytes *path, struct quire_error *error)
{
    const struct quire_remove file = {.path = *path, .deleted_ms = INT64_MAX};
    return quire_needed_files_remove(user, &file, error);
}

static int note_removed(void *user, const struct quire_remove *action, struct quire_error *error)
{
    struct quire_remove file = *action;
    file.deleted_ms = INT64_MAX;
    return quire_needed_files_remove(user, &file, error);
}

int quire_vacuum_note_named(const struct quire_snapshot *snapshot,
                            struct quire_needed_files *needed, quire_take_failed *failed,
                            void *user, struct quire_error *error)
{
    const struct actions actions = {.take_remove = note_removed,
                                    .take_changes = note_changes,
                                    .user = needed,
                                    .take_failed = failed,
                                    .failed_user = user};
    return read_commits(snapshot, &actions, error);
}

/* --- Candidates ------------------------------------------------------------------------------ */

/* Hashes of paths that were given already. */
struct seen {
    uint64_t *slots; /* 0: free */
    size_t size, used;
};

/* Whether it is new. 0 or QUIRE_MEMORY. */
static int see(struct seen *seen, uint64_t hash, bool *is_new)
{
    hash |= hash == 0;
    if (seen->used * 2 >= seen->size) {
        struct seen grown = {.size = seen->size > 0 ? seen->size * 2 : 1024};
        grown.slots = quire_alloc_zero(grown.size, sizeof(*grown.slots));
        if (grown.slots == NULL) return QUIRE_MEMORY;
        for (size_t i = 0; i < seen->size; i++)
            if (seen->slots[i] != 0) (void)see(&grown, seen->slots[i], is_new);
        quire_free(seen->slots);
        *seen = grown;
    }
    size_t at = hash & (seen->size - 1);
    while (seen->slots[at] != 0 && seen->slots[at] != hash)
        at = (at + 1) & (seen->size - 1);
    *is_new = seen->slots[at] == 0;
    seen->slots[at] = hash;
    seen->used += *is_new;
    return 0;
}

struct logged {
    const struct quire_vacuum_search *search;
    struct seen seen;
    struct quire_buf path, key; /* scratch */
    size_t pending;
};

static void logged_release(struct logged *logged)
{
    quire_free(logged->seen.slots);
    quire_buf_release(&logged->path);
    quire_buf_release(&logged->key);
}

/* Gives a file of the scratch that is there and old enough. */
static int give(struct logged *logged, struct quire_error *error)
{
    const struct quire_vacuum_search *search = logged->search;
    const struct quire_table_place *place = &search->snapshot->place;
    const char *path = (const char *)logged->path.data;
    struct quire_object object = {0};
    struct quire_error missing;
    bool inner = false;
    QUIRE_TRY(quire_inner_tables_has(search->inner, place, path, &inner, error));
    if (inner) return 0;
    quire_buf_clear(&logged->key);
    if (quire_buf_printf(&logged->key, "%s%s", place->key, path) != 0 ||
        quire_buf_terminate(&logged->key) != 0)
        return quire_fail_memory(error, OPERATION);
    quire_error_clear(&missing);
    int code =
        place->store->ops->head(place->store, (const char *)logged->key.data, &object, &missing);
    if (code == QUIRE_NOT_FOUND) return 0;
    if (code != 0 && error != NULL) *error = missing;
    QUIRE_TRY(code);
    if (object.modified_us == 0 || object.modified_us / 1000 >= search->before_ms) return 0;
    QUIRE_TRY(search->take(search->user, path, object.size > 0 ? object.size : 0, error));
    if (search->end == NULL || ++logged->pending < QUIRE_VACUUM_BATCH) return 0;
    logged->pending = 0;
    return search->end(search->user, error);
}

/* Looks at a file of the scratch, terminated, that the log names. */
static int look(struct logged *logged, struct quire_error *error)
{
    const char *path = (const char *)logged->path.data;
    bool is_new = false;
    if (strlen(path) != logged->path.size || strstr(path, ":/") != NULL ||
        quire_vacuum_is_hidden(logged->search, path) ||
        quire_needed_files_has(logged->search->needed, path))
        return 0;
    if (see(&logged->seen, quire_hash_bytes(path, logged->path.size), &is_new) != 0)
        return quire_fail_memory(error, OPERATION);
    return is_new ? give(logged, error) : 0;
}

static int take_changes(void *user, const struct quire_bytes *path, struct quire_error *error)
{
    struct logged *logged = user;
    quire_buf_clear(&logged->path);
    if (quire_uri_decode(path, &logged->path) != 0 || quire_buf_terminate(&logged->path) != 0)
        return quire_fail_memory(error, OPERATION);
    return look(logged, error);
}

static int take_remove(void *user, const struct quire_remove *action, struct quire_error *error)
{
    struct logged *logged = user;
    if (action->deleted_ms >= logged->search->before_ms) return 0;
    QUIRE_TRY(take_changes(user, &action->path, error));
    if (action->deleted.storage.size == 0) return 0;
    quire_buf_clear(&logged->path);
    QUIRE_TRY(quire_deletion_vector_file(&action->deleted, &logged->path, error));
    return look(logged, error);
}

int quire_vacuum_log(const struct quire_vacuum_search *search, struct quire_error *error)
{
    struct logged logged = {.search = search};
    const struct actions actions = {
        .take_remove = take_remove, .take_changes = take_changes, .user = &logged};
    quire_buf_clear(&search->inner->last);
    int code = read_commits(search->snapshot, &actions, error);
    if (code == 0)
        code = quire_snapshot_each_tombstone(search->snapshot, take_remove, &logged, error);
    if (code == 0 && search->end != NULL) code = search->end(search->user, error);
    logged_release(&logged);
    return code;
}
