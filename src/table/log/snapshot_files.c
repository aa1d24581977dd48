/* What the commits after the checkpoint did to files, by the files' names, and all files of the
 * version: those, and what the checkpoint has beside them. */
#include "table/log/snapshot_files.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/hash.h"
#include "table/log/log_read.h"
#include "table/log/uri.h"

#define OPERATION   "read table log"
#define SLOTS_LEAST 64

/* --- The tail ------------------------------------------------------------------------------ */

int quire_file_key(const struct quire_bytes *path, const struct quire_deletion_vector *deleted,
                   struct quire_buf *key)
{
    quire_buf_clear(key);
    int code = quire_uri_decode(path, key);
    if (code != 0 || deleted->storage.size == 0) return code;
    code = quire_buf_push(key, '\0');
    if (code == 0) code = quire_buf_append(key, deleted->storage.data, deleted->storage.size);
    if (code == 0) code = quire_buf_append(key, deleted->path.data, deleted->path.size);
    if (code == 0 && deleted->offset != QUIRE_LOG_NONE)
        code = quire_buf_printf(key, "@%" PRId64, deleted->offset);
    return code;
}

static struct quire_tail_file *tail_files(const struct quire_snapshot *snapshot)
{
    return (struct quire_tail_file *)(void *)snapshot->tail.data;
}

/* The slot of a key: that which has it, or the free one where it would go. */
static uint32_t *find_slot(const struct quire_snapshot *snapshot, uint64_t hash,
                           const struct quire_buf *key)
{
    uint32_t *slots = (uint32_t *)(void *)snapshot->slots.data;
    size_t mask = snapshot->slots.size / sizeof(*slots) - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        if (slots[i] == 0) return &slots[i];
        const struct quire_tail_file *file = &tail_files(snapshot)[slots[i] - 1];
        if (file->hash == hash && file->key_size == key->size &&
            memcmp(file->key, key->data, key->size) == 0)
            return &slots[i];
    }
}

static int grow_slots(struct quire_snapshot *snapshot)
{
    size_t files = snapshot->tail.size / sizeof(struct quire_tail_file);
    size_t slots = snapshot->slots.size / sizeof(uint32_t);
    if (slots > 0 && files * 2 < slots) return 0;
    slots = slots > 0 ? slots * 2 : SLOTS_LEAST;
    quire_buf_clear(&snapshot->slots);
    int code = quire_buf_reserve(&snapshot->slots, slots * sizeof(uint32_t));
    if (code != 0) return code;
    memset(snapshot->slots.data, 0, slots * sizeof(uint32_t));
    snapshot->slots.size = slots * sizeof(uint32_t);
    uint32_t *table = (uint32_t *)(void *)snapshot->slots.data;
    for (size_t file = 0; file < files; file++) {
        size_t i = tail_files(snapshot)[file].hash & (slots - 1);
        while (table[i] != 0)
            i = (i + 1) & (slots - 1);
        table[i] = (uint32_t)file + 1;
    }
    return 0;
}

/* The place of a file in the tail, made when it is not spoken of yet. */
static int tail_file_of(struct quire_snapshot *snapshot, const struct quire_buf *key,
                        struct quire_tail_file **found)
{
    int code = grow_slots(snapshot);
    if (code != 0) return code;
    uint64_t hash = quire_hash_bytes(key->data, key->size);
    uint32_t *slot = find_slot(snapshot, hash, key);
    if (*slot == 0) {
        struct quire_tail_file file = {.hash = hash, .key_size = key->size};
        file.key = quire_arena_strndup(&snapshot->arena, (const char *)key->data, key->size);
        if (file.key == NULL) return QUIRE_MEMORY;
        code = quire_buf_append(&snapshot->tail, &file, sizeof(file));
        if (code != 0) return code;
        *slot = (uint32_t)(snapshot->tail.size / sizeof(file));
    }
    *found = &tail_files(snapshot)[*slot - 1];
    return 0;
}

bool quire_file_is_named(const struct quire_bytes *path)
{
    for (size_t i = 0; i < path->size; i++)
        if (path->data[i] == 0 || (path->size - i > 2 && memcmp(path->data + i, "%00", 3) == 0))
            return false;
    return path->size > 0;
}

int quire_file_fail_name(const char *url, struct quire_error *error)
{
    quire_fail(error, QUIRE_CORRUPT, OPERATION,
               "an add action names no file: its path is missing, empty or has a zero byte");
    quire_error_path(error, url);
    return QUIRE_CORRUPT;
}

int quire_snapshot_note_add(struct quire_snapshot *snapshot, const struct quire_add *add,
                            struct quire_buf *key)
{
    struct quire_tail_file *file = NULL;
    struct quire_add copy = *add;
    int code = quire_file_key(&add->path, &add->deleted, key);
    if (code == 0) code = quire_add_copy(&snapshot->arena, &copy);
    if (code == 0) code = tail_file_of(snapshot, key, &file);
    if (code != 0) return code;
    file->removed = false;
    file->add = copy;
    return 0;
}

int quire_snapshot_note_remove(struct quire_snapshot *snapshot, const struct quire_remove *action,
                               struct quire_buf *key)
{
    struct quire_tail_file *file = NULL;
    struct quire_remove *copy = quire_arena_alloc(&snapshot->arena, sizeof(*copy));
    if (copy == NULL) return QUIRE_MEMORY;
    *copy = *action;
    int code = quire_file_key(&action->path, &action->deleted, key);
    if (code == 0) code = quire_remove_copy(&snapshot->arena, copy);
    if (code == 0) code = tail_file_of(snapshot, key, &file);
    if (code != 0) return code;
    file->removed = true;
    file->tombstone = copy;
    return 0;
}

/* --- Files --------------------------------------------------------------------------------- */

static void close_reader(struct quire_log_reader *reader)
{
    quire_log_reader_close(reader);
}

/* Who takes what: files that stand, or tombstones. */
struct taker {
    struct quire_snapshot *snapshot;
    quire_take_add *take_add;
    quire_take_remove *take_remove;
    void *user;
    struct quire_buf key; /* scratch */
};

static void release_taker(struct taker *taker)
{
    quire_buf_release(&taker->key);
}

bool quire_snapshot_speaks_of(const struct quire_snapshot *snapshot, const struct quire_buf *key)
{
    return snapshot->slots.size > 0 &&
           *find_slot(snapshot, quire_hash_bytes(key->data, key->size), key) != 0;
}

bool quire_snapshot_removed(const struct quire_snapshot *snapshot, const struct quire_buf *key)
{
    if (snapshot->slots.size == 0) return false;
    uint32_t slot = *find_slot(snapshot, quire_hash_bytes(key->data, key->size), key);
    return slot != 0 && tail_files(snapshot)[slot - 1].removed;
}

static int take_row(struct taker *taker, const char *url, const struct quire_view *view,
                    int64_t row, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_add add;
    struct quire_remove removed;
    int code = taker->take_add != NULL ? quire_add_read(view, row, &arena, &add)
                                       : quire_remove_read(view, row, &arena, &removed);
    if (code == 0 && taker->take_add != NULL && !quire_file_is_named(&add.path))
        return quire_file_fail_name(url, error);
    if (code == 0)
        code = taker->take_add != NULL
                   ? quire_file_key(&add.path, &add.deleted, &taker->key)
                   : quire_file_key(&removed.path, &removed.deleted, &taker->key);
    if (code != 0) return quire_fail_memory(error, OPERATION);
    if (quire_snapshot_speaks_of(taker->snapshot, &taker->key)) return 0;
    return taker->take_add != NULL ? taker->take_add(taker->user, &add, error)
                                   : taker->take_remove(taker->user, &removed, error);
}

/* What a checkpoint says of files that no commit after it speaks of. */
static int each_of_checkpoint(void *user, const char *url, struct quire_error *error)
{
    QUIRE_CLEANUP(close_reader) struct quire_log_reader reader = {.row = 0};
    struct taker *taker = user;
    unsigned columns = 1u << (taker->take_add != NULL ? QUIRE_LOG_ADD : QUIRE_LOG_REMOVE);
    QUIRE_TRY(quire_log_reader_open(url, columns, &reader, error));
    for (;;) {
        enum quire_log_column column;
        int64_t row = 0;
        QUIRE_TRY(quire_log_reader_next(&reader, &column, &row, error));
        if (column == QUIRE_LOG_COLUMNS) return 0;
        QUIRE_TRY(take_row(taker, url, quire_log_column_view(&reader, column), row, error));
    }
}

static int take_name(const struct quire_snapshot *snapshot, const char *folder, const char *name,
                     quire_take_url *take, void *user, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    if (quire_buf_printf(&url, "%s%s%s", snapshot->place.url, folder, name) != 0 ||
        quire_buf_terminate(&url) != 0)
        return quire_fail_memory(error, OPERATION);
    return take(user, (const char *)url.data, error);
}

int quire_snapshot_each_checkpoint(struct quire_snapshot *snapshot, quire_take_url *take,
                                   void *user, struct quire_error *error)
{
    const struct quire_log_segment *segment = &snapshot->segment;
    const char *name = (const char *)segment->checkpoint.data;
    for (size_t i = 0; i < segment->checkpoint_size; i++, name += strlen(name) + 1)
        QUIRE_TRY(take_name(snapshot, QUIRE_LOG_FOLDER, name, take, user, error));
    const char *end = (const char *)quire_buf_end(&snapshot->sidecars);
    for (name = (const char *)snapshot->sidecars.data; name != end; name += strlen(name) + 1)
        QUIRE_TRY(take_name(snapshot, QUIRE_LOG_FOLDER "_sidecars/", name, take, user, error));
    return 0;
}

int quire_snapshot_each_tail_file(struct quire_snapshot *snapshot, quire_take_add *take, void *user,
                                  struct quire_error *error)
{
    for (size_t i = 0; i < snapshot->tail.size / sizeof(struct quire_tail_file); i++) {
        const struct quire_tail_file *file = &tail_files(snapshot)[i];
        if (!file->removed) QUIRE_TRY(take(user, &file->add, error));
    }
    return 0;
}

int quire_snapshot_each_file(struct quire_snapshot *snapshot, quire_take_add *take, void *user,
                             struct quire_error *error)
{
    QUIRE_CLEANUP(release_taker)
    struct taker taker = {.snapshot = snapshot, .take_add = take, .user = user};
    QUIRE_TRY(quire_snapshot_each_checkpoint(snapshot, each_of_checkpoint, &taker, error));
    return quire_snapshot_each_tail_file(snapshot, take, user, error);
}

int quire_snapshot_each_tombstone(struct quire_snapshot *snapshot, quire_take_remove *take,
                                  void *user, struct quire_error *error)
{
    QUIRE_CLEANUP(release_taker)
    struct taker taker = {.snapshot = snapshot, .take_remove = take, .user = user};
    QUIRE_TRY(quire_snapshot_each_checkpoint(snapshot, each_of_checkpoint, &taker, error));
    for (size_t i = 0; i < snapshot->tail.size / sizeof(struct quire_tail_file); i++) {
        const struct quire_tail_file *file = &tail_files(snapshot)[i];
        if (file->removed) QUIRE_TRY(take(user, file->tombstone, error));
    }
    return 0;
}
