/* The files of the table go to sidecars, the state to a file of its own that names them. */
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/commit/commit.h"
#include "table/log/checkpoint.h"
#include "table/log/checkpoint_adds.h"
#include "table/log/checkpoint_rows.h"

#define OPERATION    "write checkpoint"
#define SIDECAR_ROWS 500000 /* of one sidecar */
#define NAME_SIZE    (QUIRE_COMMIT_MARK_SIZE + 64)

struct sidecar {
    char name[NAME_SIZE];
    int64_t bytes, modified_ms;
};

struct sidecars {
    struct quire_snapshot *snapshot;
    enum quire_durability durability;
    struct quire_checkpoint_file file; /* that is being written, where open */
    char name[NAME_SIZE];              /* of it */
    bool open;
    int64_t oldest_ms;
    struct quire_buf list; /* struct sidecar */
    struct quire_checkpoint_totals *totals;
};

static void release_sidecars(struct sidecars *sidecars)
{
    quire_checkpoint_file_release(&sidecars->file);
    quire_buf_release(&sidecars->list);
}

static int begin_sidecar(struct sidecars *sidecars, struct quire_error *error)
{
    static const char *const columns[] = {"add", "remove"};
    char mark[QUIRE_COMMIT_MARK_SIZE], path[NAME_SIZE + 16];
    quire_commit_mark(mark);
    snprintf(sidecars->name, sizeof(sidecars->name), "%s.parquet", mark);
    snprintf(path, sizeof(path), "_sidecars/%s", sidecars->name);
    sidecars->file = (struct quire_checkpoint_file){.snapshot = sidecars->snapshot,
                                                    .durability = sidecars->durability,
                                                    .schema_text = quire_log_classic_schema_text,
                                                    .columns = columns,
                                                    .columns_size = 2};
    QUIRE_TRY(quire_checkpoint_file_open(&sidecars->file, path, error));
    sidecars->open = true;
    return 0;
}

static int end_sidecar(struct sidecars *sidecars, struct quire_error *error)
{
    struct sidecar made = {.modified_ms = quire_commit_now_ms()};
    if (!sidecars->open) return 0;
    memcpy(made.name, sidecars->name, sizeof(made.name));
    QUIRE_TRY(quire_checkpoint_file_commit(&sidecars->file, &made.bytes, error));
    sidecars->totals->rows += sidecars->file.rows;
    sidecars->totals->bytes += made.bytes;
    quire_checkpoint_file_release(&sidecars->file);
    sidecars->file = (struct quire_checkpoint_file){.rows = 0};
    sidecars->open = false;
    return quire_buf_append(&sidecars->list, &made, sizeof(made)) == 0
               ? 0
               : quire_fail_memory(error, OPERATION);
}

static int end_if_full(struct sidecars *sidecars, struct quire_error *error)
{
    return sidecars->file.rows < SIDECAR_ROWS ? 0 : end_sidecar(sidecars, error);
}

static int count_row(struct sidecars *sidecars, struct quire_error *error)
{
    QUIRE_TRY(quire_checkpoint_file_row(&sidecars->file, error));
    return end_if_full(sidecars, error);
}

static int take_adds(void *user, struct ArrowArray *adds, struct quire_error *error)
{
    struct sidecars *sidecars = user;
    int64_t files = adds->length;
    if (!sidecars->open) QUIRE_TRY(begin_sidecar(sidecars, error));
    QUIRE_TRY(quire_checkpoint_file_adds(&sidecars->file, adds, error));
    sidecars->totals->files += files;
    return end_if_full(sidecars, error);
}

static int take_add(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct sidecars *sidecars = user;
    if (!sidecars->open) QUIRE_TRY(begin_sidecar(sidecars, error));
    QUIRE_TRY(quire_checkpoint_add(sidecars->file.builder, add, error));
    sidecars->totals->files++;
    return count_row(sidecars, error);
}

static int take_remove(void *user, const struct quire_remove *action, struct quire_error *error)
{
    struct sidecars *sidecars = user;
    if (action->deleted_ms < sidecars->oldest_ms) return 0;
    if (!sidecars->open) QUIRE_TRY(begin_sidecar(sidecars, error));
    QUIRE_TRY(quire_checkpoint_remove(sidecars->file.builder, action, error));
    return count_row(sidecars, error);
}

/* --- The file that names them ---------------------------------------------------------------- */

static int begin_row(struct quire_builder *builder, enum quire_log_column column,
                     struct quire_error *error)
{
    for (int i = 0; i < (int)column; i++)
        QUIRE_TRY(quire_builder_null(builder, error));
    return quire_builder_begin(builder, error);
}

static int put_version(struct quire_builder *builder, int64_t version, struct quire_error *error)
{
    QUIRE_TRY(begin_row(builder, QUIRE_LOG_CHECKPOINT, error));
    QUIRE_TRY(quire_builder_int(builder, version, error));
    QUIRE_TRY(quire_builder_null(builder, error));
    QUIRE_TRY(quire_builder_end(builder, error));
    return quire_builder_end_row(builder, error);
}

static int put_sidecar(struct quire_builder *builder, const struct sidecar *sidecar,
                       struct quire_error *error)
{
    QUIRE_TRY(begin_row(builder, QUIRE_LOG_SIDECAR, error));
    QUIRE_TRY(quire_builder_text(builder, sidecar->name, strlen(sidecar->name), error));
    QUIRE_TRY(quire_builder_int(builder, sidecar->bytes, error));
    QUIRE_TRY(quire_builder_int(builder, sidecar->modified_ms, error));
    QUIRE_TRY(quire_builder_null(builder, error));
    QUIRE_TRY(quire_builder_end(builder, error));
    return quire_builder_end_row(builder, error);
}

static int write_main(const struct sidecars *sidecars, struct quire_checkpoint_file *file,
                      struct quire_error *error)
{
    const struct sidecar *list = (const struct sidecar *)(const void *)sidecars->list.data;
    char mark[QUIRE_COMMIT_MARK_SIZE], name[QUIRE_LOG_NAME_MAX];
    int64_t bytes = 0;
    quire_commit_mark(mark);
    snprintf(name, sizeof(name), "%020" PRId64 ".checkpoint.%s.parquet",
             sidecars->snapshot->version, mark);
    QUIRE_TRY(quire_checkpoint_file_open(file, name, error));
    QUIRE_TRY(put_version(file->builder, sidecars->snapshot->version, error));
    QUIRE_TRY(quire_checkpoint_file_row(file, error));
    QUIRE_TRY(quire_checkpoint_file_state(file, error));
    for (size_t i = 0; i < sidecars->list.size / sizeof(*list); i++) {
        QUIRE_TRY(put_sidecar(file->builder, &list[i], error));
        QUIRE_TRY(quire_checkpoint_file_row(file, error));
    }
    QUIRE_TRY(quire_checkpoint_file_commit(file, &bytes, error));
    sidecars->totals->rows += file->rows;
    sidecars->totals->bytes += bytes;
    return 0;
}

int quire_checkpoint_v2_write(struct quire_snapshot *snapshot, enum quire_durability durability,
                              struct quire_checkpoint_totals *totals, struct quire_error *error)
{
    static const char *const columns[] = {
        "protocol", "metaData",       "add",     "remove",
        "txn",      "domainMetadata", "sidecar", "checkpointMetadata"};
    QUIRE_CLEANUP(release_sidecars)
    struct sidecars sidecars = {.snapshot = snapshot,
                                .durability = durability,
                                .oldest_ms = quire_checkpoint_oldest_ms(snapshot),
                                .totals = totals};
    struct quire_checkpoint_file file = {.snapshot = snapshot,
                                         .durability = durability,
                                         .schema_text = quire_log_checkpoint_schema_text,
                                         .columns = columns,
                                         .columns_size = sizeof(columns) / sizeof(columns[0])};
    QUIRE_TRY(quire_snapshot_each_tombstone(snapshot, take_remove, &sidecars, error));
    const struct quire_checkpoint_adds adds = {take_adds, take_add, &sidecars};
    QUIRE_TRY(quire_checkpoint_adds_each(snapshot, &adds, error));
    QUIRE_TRY(end_sidecar(&sidecars, error));
    int code = write_main(&sidecars, &file, error);
    quire_checkpoint_file_release(&file);
    return code;
}
