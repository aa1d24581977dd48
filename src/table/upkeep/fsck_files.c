/* A file of a table, as it is and as the log has it. */
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/file.h"
#include "table/files/deletion_vector.h"
#include "table/log/uri.h"
#include "table/upkeep/fsck_private.h"
#include "table/upkeep/optimize_plan.h"

#define OPERATION QUIRE_FSCK_OPERATION

static bool is_absolute(const char *path)
{
    return path[0] == '/' || strstr(path, ":/") != NULL;
}

/* The file of fsck->path: *found false where it is not there. */
static int look_up(struct quire_fsck *fsck, bool *found, struct quire_object *object,
                   struct quire_error *error)
{
    const char *path = (const char *)fsck->path.data;
    struct quire_store *store = NULL;
    struct quire_error own;
    char *key = NULL;
    quire_buf_clear(&fsck->file_url);
    if (quire_buf_printf(&fsck->file_url, "%s%s", is_absolute(path) ? "" : fsck->place.url, path) !=
            0 ||
        quire_buf_terminate(&fsck->file_url) != 0)
        return quire_fail_memory(error, OPERATION);
    quire_error_clear(&own);
    int code = quire_store_open((const char *)fsck->file_url.data, NULL, 0, &store, &key, &own);
    if (code == 0) code = store->ops->head(store, key, object, &own);
    quire_store_key_free(key);
    quire_store_close(store);
    /* Of a folder of that name its content tells. */
    *found = code == 0 || code == QUIRE_USAGE;
    if (*found || code == QUIRE_NOT_FOUND) return 0;
    if (error != NULL) *error = own;
    return code;
}

/* Opens the file, which reads what is said at its end, and counts rows without reading them. */
static int count_rows(struct quire_fsck *fsck, int64_t *rows, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    const struct quire_read_options options = {
        .format = "parquet", .records = {.columns_given = true}, .context = fsck->context};
    QUIRE_TRY(quire_file_read((const char *)fsck->file_url.data, &options, &stream, error));
    for (*rows = 0;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&stream, &batch, error));
        if (batch.release == NULL) return 0;
        *rows += batch.length;
    }
}

static int check_content(struct quire_fsck *fsck, const struct quire_add *add,
                         const struct quire_object *object, struct quire_error *error)
{
    const char *path = (const char *)fsck->path.data;
    char detail[128];
    struct quire_error own;
    int64_t rows = 0, recorded = quire_add_records(add);
    if (object->size >= 0 && add->size != QUIRE_LOG_NONE && object->size != add->size) {
        snprintf(detail, sizeof(detail), "it has %" PRId64 " bytes, and the log says %" PRId64,
                 object->size, add->size);
        quire_fsck_tell(fsck, QUIRE_TABLE_CORRUPT, path, -1, detail);
        return 0;
    }
    quire_error_clear(&own);
    int code = count_rows(fsck, &rows, &own);
    if (code == 0 && recorded >= 0 && rows != recorded) {
        snprintf(detail, sizeof(detail), "it has %" PRId64 " rows, and the log says %" PRId64, rows,
                 recorded);
        quire_fsck_tell(fsck, QUIRE_TABLE_CORRUPT, path, -1, detail);
    }
    const bool damaged = code == QUIRE_CORRUPT || code == QUIRE_INPUT || code == QUIRE_LIMIT ||
                         code == QUIRE_USAGE; /* a folder of that name */
    if (damaged) quire_fsck_tell(fsck, QUIRE_TABLE_CORRUPT, path, -1, own.cause);
    if (code == 0 || damaged) return 0;
    if (error != NULL) *error = own;
    return code;
}

static int check_vector(struct quire_fsck *fsck, const struct quire_add *add,
                        struct quire_error *error)
{
    struct quire_deleted_rows *rows = NULL;
    struct quire_error own;
    if (add->deleted.storage.size == 0) return 0;
    quire_error_clear(&own);
    int code = quire_deletion_vector_load(fsck->snapshot, &add->deleted, &rows, &own);
    quire_deleted_rows_free(rows);
    if (code == QUIRE_UNSUPPORTED && !quire_deletion_vector_is_known(&add->deleted))
        code = QUIRE_CORRUPT;
    if (code == 0 || code == QUIRE_UNSUPPORTED) return 0; /* of this build */
    if (code != QUIRE_NOT_FOUND && code != QUIRE_CORRUPT && code != QUIRE_LIMIT) {
        if (error != NULL) *error = own;
        return code;
    }
    quire_buf_clear(&fsck->path);
    if (quire_deletion_vector_file(&add->deleted, &fsck->path, NULL) != 0 || fsck->path.size == 0)
        quire_buf_clear(&fsck->path);
    if (fsck->path.size == 0 && quire_uri_decode(&add->path, &fsck->path) != 0)
        return quire_fail_memory(error, OPERATION);
    if (quire_buf_terminate(&fsck->path) != 0) return quire_fail_memory(error, OPERATION);
    quire_fsck_tell(fsck, code == QUIRE_NOT_FOUND ? QUIRE_TABLE_MISSING : QUIRE_TABLE_CORRUPT,
                    (const char *)fsck->path.data, -1, own.cause);
    return 0;
}

int quire_fsck_file(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct quire_fsck *fsck = user;
    struct quire_object object = {.size = -1};
    struct quire_add copy = *add;
    bool found = false;
    quire_buf_clear(&fsck->path);
    if (quire_uri_decode(&add->path, &fsck->path) != 0 || quire_buf_terminate(&fsck->path) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(look_up(fsck, &found, &object, error));
    if (found) {
        QUIRE_TRY(check_content(fsck, add, &object, error));
        return check_vector(fsck, add, error);
    }
    quire_fsck_tell(fsck, QUIRE_TABLE_MISSING, (const char *)fsck->path.data, -1, "");
    if (quire_add_copy(&fsck->arena, &copy) != 0 ||
        quire_buf_append(&fsck->missing, &copy, sizeof(copy)) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}
