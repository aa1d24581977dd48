/* Deleted is from the oldest on, so that whoever is interrupted leaves no gap. */
#include "table/log/log_cleanup.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/text.h"
#include "table/commit/commit.h"
#include "table/log/log_read.h"
#include "table/schema/table_interval.h"

#define OPERATION       "clean up log"
#define DAY_MS          INT64_C(86400000)
#define KEPT_DEFAULT_MS (30 * DAY_MS)
#define SIDECARS        QUIRE_LOG_FOLDER "_sidecars/"
#define STOP            1000000 /* a code of no failure: ends a list */

/* A file of the log that may be deleted. */
struct old_file {
    struct quire_log_name name;
    const char *key; /* the arena's */
};

struct cleanup {
    const struct quire_snapshot *snapshot;
    bool whole; /* the list goes on beyond the cutoff */
    struct quire_arena arena;
    size_t prefix; /* bytes of a key before the name */
    int64_t cutoff_ms;
    int64_t commit;         /* the newest that is not younger than the cutoff; -1 */
    int64_t time_ms;        /* of the commit that came last */
    struct quire_buf files; /* struct old_file, by version */
    int64_t parts_seen, parts_version, parts;
    struct quire_buf checkpoints; /* int64_t: versions of complete ones, in order */
    struct quire_buf kept;        /* uint64_t: hashes of the names of sidecars in use */
};

static void release(struct cleanup *cleanup)
{
    quire_arena_release(&cleanup->arena);
    quire_buf_release(&cleanup->files);
    quire_buf_release(&cleanup->checkpoints);
    quire_buf_release(&cleanup->kept);
}

/* --- The log's files ------------------------------------------------------------------------- */

static int note_checkpoint(struct cleanup *cleanup, const struct quire_log_name *name)
{
    if (name->kind == QUIRE_LOG_FILE_PART) {
        bool same = cleanup->parts_version == name->version && cleanup->parts == name->parts;
        cleanup->parts_seen = same ? cleanup->parts_seen + 1 : 1;
        cleanup->parts_version = name->version;
        cleanup->parts = name->parts;
        if (cleanup->parts_seen < cleanup->parts) return 0;
    }
    return quire_buf_append(&cleanup->checkpoints, &name->version, sizeof(name->version));
}

/* A later commit counts as later even where its file does not. */
static void note_commit(struct cleanup *cleanup, int64_t version, int64_t modified_ms)
{
    cleanup->time_ms =
        modified_ms > cleanup->time_ms ? modified_ms : cleanup->time_ms + (version > 0);
    if (cleanup->time_ms <= cleanup->cutoff_ms) cleanup->commit = version;
}

static int take_object(void *user, const char *key, const struct quire_object *object,
                       struct quire_error *error)
{
    struct cleanup *cleanup = user;
    const char *text = key + cleanup->prefix;
    struct old_file file = {.name = quire_log_name_parse(text)};
    int code = 0;
    if (strchr(text, '/') != NULL || file.name.kind == QUIRE_LOG_FILE_OTHER) return 0;
    if (file.name.kind == QUIRE_LOG_FILE_COMMIT) {
        note_commit(cleanup, file.name.version, object->modified_us / 1000);
        if (!cleanup->whole && cleanup->time_ms > cleanup->cutoff_ms) return STOP;
    }
    if (file.name.kind == QUIRE_LOG_FILE_CHECKPOINT || file.name.kind == QUIRE_LOG_FILE_PART)
        code = note_checkpoint(cleanup, &file.name);
    file.key = quire_arena_strndup(&cleanup->arena, key, strlen(key));
    if (code == 0 && file.key == NULL) code = QUIRE_MEMORY;
    if (code == 0) code = quire_buf_append(&cleanup->files, &file, sizeof(file));
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

/* From a version on; up to the first commit that is kept for its age, unless whole. */
static int list_log(struct cleanup *cleanup, int64_t version, struct quire_error *error)
{
    const struct quire_table_place *place = &cleanup->snapshot->place;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf prefix = {0}, start = {0};
    char name[QUIRE_LOG_NAME_MAX];
    quire_log_name_start(version, name);
    if (quire_buf_printf(&prefix, "%s" QUIRE_LOG_FOLDER, place->key) != 0 ||
        quire_buf_terminate(&prefix) != 0 ||
        quire_buf_printf(&start, "%s%s", (const char *)prefix.data, name) != 0 ||
        quire_buf_terminate(&start) != 0)
        return quire_fail_memory(error, OPERATION);
    cleanup->prefix = prefix.size;
    int code = place->store->ops->list(place->store, (const char *)prefix.data,
                                       (const char *)start.data, take_object, cleanup, error);
    return code == STOP ? 0 : code;
}

/* The newest complete checkpoint that is not beyond the cutoff's commit; -1: none. */
static int64_t cutoff_checkpoint(const struct cleanup *cleanup)
{
    const int64_t *versions = (const int64_t *)(const void *)cleanup->checkpoints.data;
    int64_t found = -1;
    for (size_t i = 0; i < cleanup->checkpoints.size / sizeof(*versions); i++)
        if (versions[i] <= cleanup->commit && versions[i] > found) found = versions[i];
    return found;
}

static int delete_before(struct cleanup *cleanup, int64_t checkpoint, struct quire_error *error)
{
    struct quire_store *store = cleanup->snapshot->place.store;
    const struct old_file *files = (const struct old_file *)(const void *)cleanup->files.data;
    size_t n = cleanup->files.size / sizeof(*files), size = 0;
    QUIRE_CLEANUP(quire_cleanup_free) const char **keys = quire_alloc_zero(n + 1, sizeof(*keys));
    if (keys == NULL) return quire_fail_memory(error, OPERATION);
    for (size_t i = 0; i < n; i++) {
        bool compacted = files[i].name.kind == QUIRE_LOG_FILE_COMPACTED;
        if (files[i].name.version < checkpoint + compacted) keys[size++] = files[i].key;
    }
    return size > 0 ? store->ops->delete_many(store, keys, size, NULL, error) : 0;
}

/* --- Sidecars -------------------------------------------------------------------------------- */

static void close_reader(struct quire_log_reader *reader)
{
    quire_log_reader_close(reader);
}

static int note_sidecars(struct cleanup *cleanup, const char *name, struct quire_error *error)
{
    QUIRE_CLEANUP(close_reader) struct quire_log_reader reader = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    if (quire_buf_printf(&url, "%s" QUIRE_LOG_FOLDER "%s", cleanup->snapshot->place.url, name) !=
            0 ||
        quire_buf_terminate(&url) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(
        quire_log_reader_open((const char *)url.data, 1u << QUIRE_LOG_SIDECAR, &reader, error));
    for (;;) {
        enum quire_log_column column;
        int64_t row = 0;
        QUIRE_TRY(quire_log_reader_next(&reader, &column, &row, error));
        if (column == QUIRE_LOG_COLUMNS) return 0;
        const struct quire_view *view = quire_log_column_view(&reader, column);
        struct quire_bytes path = quire_view_bytes(&view->children[0], row);
        uint64_t hash = quire_hash_bytes(path.data, path.size);
        if (quire_buf_append(&cleanup->kept, &hash, sizeof(hash)) != 0)
            return quire_fail_memory(error, OPERATION);
    }
}

struct sidecars {
    struct cleanup *cleanup;
    struct quire_buf names; /* of old ones, each terminated */
    size_t prefix;
    int64_t before_ms;
};

static int take_sidecar(void *user, const char *key, const struct quire_object *object,
                        struct quire_error *error)
{
    struct sidecars *sidecars = user;
    if (object->modified_us == 0 || object->modified_us / 1000 >= sidecars->before_ms) return 0;
    return quire_buf_append(&sidecars->names, key, strlen(key) + 1) == 0
               ? 0
               : quire_fail_memory(error, OPERATION);
}

static bool is_kept(const struct cleanup *cleanup, const char *name)
{
    const uint64_t hash = quire_hash_bytes(name, strlen(name));
    const uint64_t *kept = (const uint64_t *)(const void *)cleanup->kept.data;
    for (size_t i = 0; i < cleanup->kept.size / sizeof(hash); i++)
        if (kept[i] == hash) return true;
    return false;
}

static int delete_sidecars(struct sidecars *sidecars, int64_t checkpoint, struct quire_error *error)
{
    struct cleanup *cleanup = sidecars->cleanup;
    struct quire_store *store = cleanup->snapshot->place.store;
    quire_buf_clear(&cleanup->files);
    cleanup->whole = true;
    QUIRE_TRY(list_log(cleanup, checkpoint, error));
    const struct old_file *files = (const struct old_file *)(const void *)cleanup->files.data;
    for (size_t i = 0; i < cleanup->files.size / sizeof(*files); i++)
        if (files[i].name.kind == QUIRE_LOG_FILE_CHECKPOINT)
            QUIRE_TRY(note_sidecars(cleanup, files[i].key + cleanup->prefix, error));
    const char *end = (const char *)quire_buf_end(&sidecars->names);
    for (const char *key = (const char *)sidecars->names.data; key != end; key += strlen(key) + 1)
        if (!is_kept(cleanup, key + sidecars->prefix))
            QUIRE_TRY(store->ops->delete_many(store, &key, 1, NULL, error));
    return 0;
}

/* Of a day or more: younger ones may be of a checkpoint that is being written. */
static int clean_sidecars(struct cleanup *cleanup, int64_t checkpoint, int64_t midnight_ms,
                          struct quire_error *error)
{
    struct quire_store *store = cleanup->snapshot->place.store;
    struct sidecars sidecars = {.cleanup = cleanup, .before_ms = midnight_ms - DAY_MS};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf prefix = {0};
    if (quire_buf_printf(&prefix, "%s" SIDECARS, cleanup->snapshot->place.key) != 0 ||
        quire_buf_terminate(&prefix) != 0)
        return quire_fail_memory(error, OPERATION);
    sidecars.prefix = prefix.size;
    int code =
        store->ops->list(store, (const char *)prefix.data, NULL, take_sidecar, &sidecars, error);
    if (code == 0 && sidecars.names.size > 0) code = delete_sidecars(&sidecars, checkpoint, error);
    quire_buf_release(&sidecars.names);
    return code;
}

int quire_log_cleanup(const struct quire_snapshot *snapshot, struct quire_error *error)
{
    QUIRE_CLEANUP(release)
    struct cleanup cleanup = {.snapshot = snapshot, .commit = -1, .time_ms = INT64_MIN};
    const char *enabled = quire_snapshot_property(snapshot, "delta.enableExpiredLogCleanup");
    const char *text = quire_snapshot_property(snapshot, "delta.logRetentionDuration");
    int64_t kept_ms = KEPT_DEFAULT_MS, now_ms = quire_commit_now_ms();
    if (enabled != NULL && quire_text_equal_ignore_case(enabled, "false")) return 0;
    if (text != NULL && !quire_table_interval_ms(text, &kept_ms)) return 0;
    cleanup.cutoff_ms = (now_ms - kept_ms) / DAY_MS * DAY_MS;
    QUIRE_TRY(list_log(&cleanup, 0, error));
    int64_t checkpoint = cutoff_checkpoint(&cleanup);
    if (checkpoint < 0) return 0;
    QUIRE_TRY(delete_before(&cleanup, checkpoint, error));
    return clean_sidecars(&cleanup, checkpoint, now_ms / DAY_MS * DAY_MS, error);
}
