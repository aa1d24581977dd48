/* A path that is a URL, or goes by "." or an empty name, may be a file of the table under another
 * spelling: whatever ends as it does counts as needed. */
#include "table/files/needed_files.h"

#include <stdlib.h>

#include "base/fail.h"
#include "base/hash.h"
#include "table/files/deletion_vector.h"
#include "table/log/uri.h"

#define OPERATION "look for needed files"

void quire_needed_files_release(struct quire_needed_files *needed)
{
    quire_buf_release(&needed->hashes);
    quire_buf_release(&needed->scratch);
}

static int note(struct quire_needed_files *needed, const uint8_t *path, size_t size)
{
    uint64_t hash = quire_hash_bytes(path, size);
    return quire_buf_append(&needed->hashes, &hash, sizeof(hash));
}

static bool is_simple(const struct quire_buf *path)
{
    if (path->size > 0 && path->data[0] == '/') return false;
    return memmem(path->data, path->size, "./", 2) == NULL &&
           memmem(path->data, path->size, "//", 2) == NULL &&
           memmem(path->data, path->size, ":/", 2) == NULL;
}

/* What stands in the scratch. */
static int note_path(struct quire_needed_files *needed)
{
    const struct quire_buf *path = &needed->scratch;
    if (path->size == 0) return 0;
    int code = note(needed, path->data, path->size);
    if (is_simple(path)) return code;
    for (size_t i = 0; i < path->size && code == 0; i++)
        if (path->data[i] == '/') code = note(needed, path->data + i + 1, path->size - i - 1);
    return code;
}

static int note_file(struct quire_needed_files *needed, const struct quire_bytes *path,
                     const struct quire_deletion_vector *deleted, struct quire_error *error)
{
    quire_buf_clear(&needed->scratch);
    int code = quire_uri_decode(path, &needed->scratch);
    if (code == 0) code = note_path(needed);
    if (code != 0) return quire_fail_memory(error, OPERATION);
    if (deleted->storage.size == 0) return 0;
    quire_buf_clear(&needed->scratch);
    QUIRE_TRY(quire_deletion_vector_file(deleted, &needed->scratch, error));
    return note_path(needed) == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static int take_add(void *user, const struct quire_add *add, struct quire_error *error)
{
    return note_file(user, &add->path, &add->deleted, error);
}

int quire_needed_files_remove(struct quire_needed_files *needed, const struct quire_remove *action,
                              struct quire_error *error)
{
    if (action->deleted_ms < needed->since_ms) return 0;
    return note_file(needed, &action->path, &action->deleted, error);
}

static int take_remove(void *user, const struct quire_remove *action, struct quire_error *error)
{
    return quire_needed_files_remove(user, action, error);
}

int quire_needed_files_of(struct quire_needed_files *needed, struct quire_snapshot *snapshot,
                          struct quire_error *error)
{
    QUIRE_TRY(quire_snapshot_each_file(snapshot, take_add, needed, error));
    if (needed->since_ms == INT64_MAX) return 0;
    return quire_snapshot_each_tombstone(snapshot, take_remove, needed, error);
}

static int ascending(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

void quire_needed_files_settle(struct quire_needed_files *needed)
{
    size_t n = needed->hashes.size / sizeof(uint64_t);
    if (n > 0) qsort(needed->hashes.data, n, sizeof(uint64_t), ascending);
}

bool quire_needed_files_has(const struct quire_needed_files *needed, const char *path)
{
    const uint64_t hash = quire_hash_bytes(path, strlen(path));
    size_t n = needed->hashes.size / sizeof(hash);
    return n > 0 && bsearch(&hash, needed->hashes.data, n, sizeof(hash), ascending) != NULL;
}
