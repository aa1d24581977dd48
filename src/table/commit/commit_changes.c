/* A commit that has files of changes tells all in them. Else rows of files that were added were
 * inserted and those of files that were removed were deleted, where data was changed at all; of a
 * file that was both, the rows by which its deletion vectors differ. */
#include "table/commit/commit_changes.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/log/log_read.h"

#define OPERATION "read changes"

/* What a commit says of files. */
struct said {
    struct quire_arena *arena;
    struct quire_buf cdcs, adds, removes; /* struct quire_add */
};

static void release_said(struct said *said)
{
    quire_buf_release(&said->cdcs);
    quire_buf_release(&said->adds);
    quire_buf_release(&said->removes);
}

void quire_commit_changes_release(struct quire_commit_changes *changes)
{
    quire_buf_release(&changes->parts);
    quire_arena_release(&changes->arena);
}

/* A file that was removed, as it stood. */
static struct quire_add removed_file(const struct quire_remove *action)
{
    return (struct quire_add){.path = action->path,
                              .partitions = action->partitions,
                              .size = action->size,
                              .modified_ms = QUIRE_LOG_NONE,
                              .data_change = action->data_change,
                              .deleted = action->deleted,
                              .base_row_id = QUIRE_LOG_NONE,
                              .row_commit_version = QUIRE_LOG_NONE};
}

static int take_row(struct said *said, const struct quire_view *view, int64_t row,
                    enum quire_log_column column)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena scratch = {NULL, 0};
    struct quire_add add = {.data_change = true};
    struct quire_remove removed;
    struct quire_buf *list = column == QUIRE_LOG_CDC   ? &said->cdcs
                             : column == QUIRE_LOG_ADD ? &said->adds
                                                       : &said->removes;
    int code = 0;
    if (column == QUIRE_LOG_REMOVE) {
        code = quire_remove_read(view, row, &scratch, &removed);
        if (code == 0) add = removed_file(&removed);
    } else if (column == QUIRE_LOG_ADD) {
        code = quire_add_read(view, row, &scratch, &add);
    } else {
        code = quire_cdc_read(view, row, &scratch, &add);
        add.data_change = true;
    }
    if (code != 0 || !add.data_change) return code;
    code = quire_add_copy(said->arena, &add);
    return code != 0 ? code : quire_buf_append(list, &add, sizeof(add));
}

static void close_reader(struct quire_log_reader *reader)
{
    quire_log_reader_close(reader);
}

static int read_commit(const struct quire_snapshot *snapshot, int64_t version, struct said *said,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(close_reader) struct quire_log_reader reader = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    char name[QUIRE_LOG_NAME_MAX];
    quire_log_name_commit(version, name);
    if (quire_buf_printf(&url, "%s" QUIRE_LOG_FOLDER "%s", snapshot->place.url, name) != 0 ||
        quire_buf_terminate(&url) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_log_reader_open(
        (const char *)url.data, 1u << QUIRE_LOG_ADD | 1u << QUIRE_LOG_REMOVE | 1u << QUIRE_LOG_CDC,
        &reader, error));
    for (;;) {
        enum quire_log_column column;
        int64_t row = 0;
        QUIRE_TRY(quire_log_reader_next(&reader, &column, &row, error));
        if (column == QUIRE_LOG_COLUMNS) return 0;
        if (take_row(said, quire_log_column_view(&reader, column), row, column) != 0)
            return quire_fail_memory(error, OPERATION);
    }
}

/* --- Parts ----------------------------------------------------------------------------------- */

static int put(struct quire_commit_changes *changes, const struct quire_change_part *part)
{
    return quire_buf_append(&changes->parts, part, sizeof(*part));
}

/* before: they are those of the version before. */
static int put_all(struct quire_commit_changes *changes, const struct quire_buf *files,
                   const char *type, bool before)
{
    const struct quire_add *list = (const struct quire_add *)(const void *)files->data;
    int code = 0;
    for (size_t i = 0; code == 0 && i < files->size / sizeof(*list); i++) {
        const struct quire_change_part part = {.add = list[i], .type = type, .before = before};
        if (list[i].data_change) code = put(changes, &part);
    }
    return code;
}

/* Of a file that was added and removed: what the vectors differ by, either way. */
static int put_difference(struct quire_commit_changes *changes, const struct quire_add *before,
                          const struct quire_add *after)
{
    struct quire_change_part deleted = {.add = *after,
                                        .type = "delete",
                                        .differs = true,
                                        .with = after->deleted,
                                        .without = before->deleted};
    struct quire_change_part inserted = {.add = *after,
                                         .type = "insert",
                                         .differs = true,
                                         .with = before->deleted,
                                         .without = after->deleted};
    deleted.add.deleted = inserted.add.deleted = (struct quire_deletion_vector){.size = 0};
    int code = deleted.with.storage.size > 0 ? put(changes, &deleted) : 0;
    return code == 0 && inserted.with.storage.size > 0 ? put(changes, &inserted) : code;
}

static int compare_paths(const void *a, const void *b)
{
    const struct quire_bytes *x = &((const struct quire_add *)a)->path;
    const struct quire_bytes *y = &((const struct quire_add *)b)->path;
    size_t size = x->size < y->size ? x->size : y->size;
    int order = size > 0 ? memcmp(x->data, y->data, size) : 0;
    return order != 0 ? order : (x->size > y->size) - (x->size < y->size);
}

/* Files that were both are taken out of the lists: their data_change is made false. */
static int pair_files(struct quire_commit_changes *changes, struct said *said)
{
    struct quire_add *adds = (struct quire_add *)(void *)said->adds.data;
    struct quire_add *removes = (struct quire_add *)(void *)said->removes.data;
    size_t removes_size = said->removes.size / sizeof(*removes);
    int code = 0;
    if (removes_size == 0) return 0;
    qsort(removes, removes_size, sizeof(*removes), compare_paths);
    for (size_t i = 0; code == 0 && i < said->adds.size / sizeof(*adds); i++) {
        struct quire_add *before =
            bsearch(&adds[i], removes, removes_size, sizeof(*removes), compare_paths);
        if (before == NULL) continue;
        code = put_difference(changes, before, &adds[i]);
        adds[i].data_change = before->data_change = false;
    }
    return code;
}

int quire_commit_changes_read(const struct quire_snapshot *snapshot, int64_t version,
                              struct quire_commit_changes *changes, struct quire_error *error)
{
    QUIRE_CLEANUP(release_said) struct said said = {.arena = &changes->arena};
    quire_arena_release(&changes->arena);
    quire_buf_clear(&changes->parts);
    QUIRE_TRY(read_commit(snapshot, version, &said, error));
    int code;
    if (said.cdcs.size > 0) {
        code = put_all(changes, &said.cdcs, NULL, false);
    } else {
        code = pair_files(changes, &said);
        if (code == 0) code = put_all(changes, &said.removes, "delete", true);
        if (code == 0) code = put_all(changes, &said.adds, "insert", false);
    }
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}
