/* The state comes first, then tombstones, then files. Tombstones are kept as long as readers of
 * old versions may need the files that they name. */
#include "table/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "base/number.h"
#include "quire/file.h"
#include "table/checkpoint_rows.h"
#include "table/commit.h"
#include "table/last_checkpoint.h"
#include "table/table_interval.h"

#define OPERATION        "write checkpoint"
#define INTERVAL_DEFAULT 10
#define KEPT_DEFAULT_MS  INT64_C(604800000)
#define BATCH_ROWS       4096
#define GROUP_ROWS       "16384"
#define BATCH_BYTES      ((size_t)8 << 20)

struct checkpoint {
    struct quire_snapshot *snapshot;
    struct quire_builder *builder;
    struct quire_writer *writer;
    struct ArrowSchema schema;
    int64_t oldest_ms; /* tombstones of before are left out */
    int64_t rows, files;
};

static void release_checkpoint(struct checkpoint *checkpoint)
{
    quire_builder_free(checkpoint->builder);
    quire_writer_close(checkpoint->writer);
    quire_schema_release(&checkpoint->schema);
}

bool quire_checkpoint_is_due(const struct quire_snapshot *snapshot, int64_t version)
{
    const char *text = quire_snapshot_property(snapshot, "delta.checkpointInterval");
    int64_t interval = INTERVAL_DEFAULT;
    if (text != NULL &&
        (!quire_number_parse_i64(text, strlen(text), &interval, NULL) || interval < 1))
        interval = INTERVAL_DEFAULT;
    return version > 0 && version % interval == 0;
}

/* --- Rows ---------------------------------------------------------------------------------- */

static int flush(struct checkpoint *checkpoint, struct quire_error *error)
{
    struct ArrowArray batch = {.release = NULL};
    if (quire_builder_rows(checkpoint->builder) == 0) return 0;
    QUIRE_TRY(quire_builder_finish(checkpoint->builder, &batch, error));
    return quire_writer_write(checkpoint->writer, &batch, error);
}

static int count_row(struct checkpoint *checkpoint, struct quire_error *error)
{
    checkpoint->rows++;
    if (quire_builder_rows(checkpoint->builder) < BATCH_ROWS &&
        quire_builder_memory(checkpoint->builder) < BATCH_BYTES)
        return 0;
    return flush(checkpoint, error);
}

static int take_add(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct checkpoint *checkpoint = user;
    QUIRE_TRY(quire_checkpoint_add(checkpoint->builder, add, error));
    checkpoint->files++;
    return count_row(checkpoint, error);
}

static int take_remove(void *user, const struct quire_remove *action, struct quire_error *error)
{
    struct checkpoint *checkpoint = user;
    if (action->deleted_ms < checkpoint->oldest_ms) return 0;
    QUIRE_TRY(quire_checkpoint_remove(checkpoint->builder, action, error));
    return count_row(checkpoint, error);
}

static int write_state(struct checkpoint *checkpoint, struct quire_error *error)
{
    const struct quire_snapshot *snapshot = checkpoint->snapshot;
    const struct quire_txn *txns = (const struct quire_txn *)(const void *)snapshot->txns.data;
    const struct quire_domain *domains =
        (const struct quire_domain *)(const void *)snapshot->domains.data;
    QUIRE_TRY(quire_checkpoint_protocol(checkpoint->builder, &snapshot->protocol, error));
    QUIRE_TRY(count_row(checkpoint, error));
    QUIRE_TRY(quire_checkpoint_metadata(checkpoint->builder, &snapshot->metadata, error));
    QUIRE_TRY(count_row(checkpoint, error));
    for (size_t i = 0; i < snapshot->txns.size / sizeof(*txns); i++) {
        QUIRE_TRY(quire_checkpoint_txn(checkpoint->builder, &txns[i], error));
        QUIRE_TRY(count_row(checkpoint, error));
    }
    for (size_t i = 0; i < snapshot->domains.size / sizeof(*domains); i++) {
        QUIRE_TRY(quire_checkpoint_domain(checkpoint->builder, &domains[i], error));
        QUIRE_TRY(count_row(checkpoint, error));
    }
    return 0;
}

/* --- Files --------------------------------------------------------------------------------- */

static int64_t oldest_tombstone_ms(const struct quire_snapshot *snapshot)
{
    const char *text = quire_snapshot_property(snapshot, "delta.deletedFileRetentionDuration");
    int64_t kept_ms = KEPT_DEFAULT_MS;
    if (text != NULL && !quire_table_interval_ms(text, &kept_ms)) return INT64_MIN;
    return quire_commit_now_ms() - kept_ms;
}

/* The protocol, the metadata, transactions and domains. */
static size_t count_state(const struct quire_snapshot *snapshot)
{
    return 2 + snapshot->txns.size / sizeof(struct quire_txn) +
           snapshot->domains.size / sizeof(struct quire_domain);
}

static int open_writer(struct checkpoint *checkpoint, enum quire_durability durability,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    /* The state is a row group of its own, so that whoever opens the table reads no more. */
    char state_rows[24];
    const struct quire_setting settings[] = {{"compression", "snappy"},
                                             {"row_group_first_rows", state_rows},
                                             {"row_group_rows", GROUP_ROWS}};
    const struct quire_write_options options = {.format = "parquet",
                                                .settings = settings,
                                                .settings_size = 3,
                                                .mode = QUIRE_WRITE_CREATE,
                                                .durability = durability};
    const char *text = quire_log_classic_schema_text;
    snprintf(state_rows, sizeof(state_rows), "%zu", count_state(checkpoint->snapshot));
    if (quire_buf_printf(&url, "%s" QUIRE_LOG_FOLDER "%020" PRId64 ".checkpoint.parquet",
                         checkpoint->snapshot->place.url, checkpoint->snapshot->version) != 0 ||
        quire_buf_terminate(&url) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_schema_parse(text, strlen(text), &checkpoint->schema, error));
    QUIRE_TRY(quire_builder_new(&checkpoint->schema, &checkpoint->builder, error));
    return quire_writer_open((const char *)url.data, &checkpoint->schema, &options,
                             &checkpoint->writer, error);
}

static int write_hint(const struct checkpoint *checkpoint, int64_t bytes,
                      enum quire_durability durability, struct quire_error *error)
{
    const struct quire_snapshot *snapshot = checkpoint->snapshot;
    const struct quire_put_options options = {.mode = QUIRE_PUT_OVERWRITE,
                                              .durability = durability};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf key = {0}, text = {0};
    struct quire_last_checkpoint hint;
    QUIRE_TRY(quire_last_checkpoint_read(&snapshot->place, &hint, error));
    if (hint.version >= snapshot->version) return 0;
    if (quire_buf_printf(&key, "%s" QUIRE_LOG_FOLDER "_last_checkpoint", snapshot->place.key) !=
            0 ||
        quire_buf_terminate(&key) != 0 ||
        quire_buf_printf(&text,
                         "{\"version\":%" PRId64 ",\"size\":%" PRId64 ",\"sizeInBytes\":%" PRId64
                         ",\"numOfAddFiles\":%" PRId64 "}",
                         snapshot->version, checkpoint->rows, bytes, checkpoint->files) != 0)
        return quire_fail_memory(error, OPERATION);
    return snapshot->place.store->ops->put(snapshot->place.store, (const char *)key.data, text.data,
                                           text.size, &options, NULL, error);
}

int quire_checkpoint_write(struct quire_snapshot *snapshot, enum quire_durability durability,
                           struct quire_error *error)
{
    QUIRE_CLEANUP(release_checkpoint)
    struct checkpoint checkpoint = {.snapshot = snapshot,
                                    .oldest_ms = oldest_tombstone_ms(snapshot)};
    struct quire_write_result written;
    QUIRE_TRY(open_writer(&checkpoint, durability, error));
    QUIRE_TRY(write_state(&checkpoint, error));
    QUIRE_TRY(quire_snapshot_each_tombstone(snapshot, take_remove, &checkpoint, error));
    QUIRE_TRY(quire_snapshot_each_file(snapshot, take_add, &checkpoint, error));
    QUIRE_TRY(flush(&checkpoint, error));
    QUIRE_TRY(quire_writer_commit(checkpoint.writer, &written, error));
    return write_hint(&checkpoint, written.bytes, durability, error);
}
