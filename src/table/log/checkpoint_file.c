/* A file of a checkpoint: rows are built in batches of bounded size. */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/commit/commit.h"
#include "table/log/checkpoint.h"
#include "table/log/checkpoint_adds.h"
#include "table/log/checkpoint_rows.h"
#include "table/schema/table_interval.h"

#define OPERATION       "write checkpoint"
#define KEPT_DEFAULT_MS INT64_C(604800000)
#define BATCH_ROWS      4096
#define GROUP_ROWS      "57344"
#define BATCH_BYTES     ((size_t)8 << 20)

void quire_checkpoint_file_release(struct quire_checkpoint_file *file)
{
    quire_builder_free(file->builder);
    quire_select_free(file->select);
    quire_writer_close(file->writer);
    quire_field_close(file->fields);
    quire_schema_release(&file->schema);
}

/* The protocol, the metadata, transactions and domains. */
static size_t count_state(const struct quire_snapshot *snapshot)
{
    return 2 + snapshot->txns.size / sizeof(struct quire_txn) +
           snapshot->domains.size / sizeof(struct quire_domain);
}

int quire_checkpoint_file_open(struct quire_checkpoint_file *file, const char *name,
                               struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema written = {.release = NULL};
    /* The state is a row group of its own, so that whoever opens the table reads no more. */
    char first_rows[24];
    const struct quire_setting settings[] = {{"compression", "snappy"},
                                             {"row_group_rows", GROUP_ROWS},
                                             {"row_group_first_rows", first_rows}};
    const struct quire_write_options options = {.format = "parquet",
                                                .settings = settings,
                                                .settings_size = file->state ? 3 : 2,
                                                .mode = QUIRE_WRITE_CREATE,
                                                .durability = file->durability};
    const char *text = file->schema_text;
    snprintf(first_rows, sizeof(first_rows), "%zu", count_state(file->snapshot));
    if (quire_buf_printf(&url, "%s" QUIRE_LOG_FOLDER "%s", file->snapshot->place.url, name) != 0 ||
        quire_buf_terminate(&url) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_schema_parse(text, strlen(text), &file->schema, error));
    QUIRE_TRY(quire_field_open(&file->schema, &file->fields, error));
    QUIRE_TRY(quire_builder_new(&file->schema, &file->builder, error));
    if (file->columns != NULL) {
        QUIRE_TRY(quire_select_new(&file->schema, file->columns, file->columns_size, &file->select,
                                   error));
        QUIRE_TRY(quire_select_schema(file->select, &written, error));
    }
    return quire_writer_open((const char *)url.data,
                             file->columns != NULL ? &written : &file->schema, &options,
                             &file->writer, error);
}

/* Takes the batch on success. */
static int write_batch(struct quire_checkpoint_file *file, struct ArrowArray *batch,
                       struct quire_error *error)
{
    struct ArrowArray selected = {.release = NULL};
    if (file->select == NULL) return quire_writer_write(file->writer, batch, error);
    QUIRE_TRY(quire_select_batch(file->select, batch, &selected, error));
    return quire_writer_write(file->writer, &selected, error);
}

static int flush(struct quire_checkpoint_file *file, struct quire_error *error)
{
    struct ArrowArray batch = {.release = NULL};
    if (quire_builder_rows(file->builder) == 0) return 0;
    QUIRE_TRY(quire_builder_finish(file->builder, &batch, error));
    int code = write_batch(file, &batch, error);
    if (code != 0) quire_array_release(&batch);
    return code;
}

int quire_checkpoint_file_adds(struct quire_checkpoint_file *file, struct ArrowArray *adds,
                               struct quire_error *error)
{
    struct ArrowArray batch = {.release = NULL};
    int64_t rows = adds->length;
    QUIRE_TRY(flush(file, error));
    QUIRE_TRY(quire_checkpoint_adds_widen(file->fields, adds, &batch, error));
    int code = write_batch(file, &batch, error);
    if (code != 0) quire_array_release(&batch);
    file->rows += code == 0 ? rows : 0;
    return code;
}

int quire_checkpoint_file_row(struct quire_checkpoint_file *file, struct quire_error *error)
{
    file->rows++;
    if (quire_builder_rows(file->builder) < BATCH_ROWS &&
        quire_builder_memory(file->builder) < BATCH_BYTES)
        return 0;
    return flush(file, error);
}

int quire_checkpoint_file_commit(struct quire_checkpoint_file *file, int64_t *bytes,
                                 struct quire_error *error)
{
    struct quire_write_result written;
    QUIRE_TRY(flush(file, error));
    QUIRE_TRY(quire_writer_commit(file->writer, &written, error));
    *bytes = written.bytes;
    return 0;
}

int quire_checkpoint_file_state(struct quire_checkpoint_file *file, struct quire_error *error)
{
    const struct quire_snapshot *snapshot = file->snapshot;
    const struct quire_txn *txns = (const struct quire_txn *)(const void *)snapshot->txns.data;
    const struct quire_domain *domains =
        (const struct quire_domain *)(const void *)snapshot->domains.data;
    QUIRE_TRY(quire_checkpoint_protocol(file->builder, &snapshot->protocol, error));
    QUIRE_TRY(quire_checkpoint_file_row(file, error));
    QUIRE_TRY(quire_checkpoint_metadata(file->builder, &snapshot->metadata, error));
    QUIRE_TRY(quire_checkpoint_file_row(file, error));
    for (size_t i = 0; i < snapshot->txns.size / sizeof(*txns); i++) {
        QUIRE_TRY(quire_checkpoint_txn(file->builder, &txns[i], error));
        QUIRE_TRY(quire_checkpoint_file_row(file, error));
    }
    for (size_t i = 0; i < snapshot->domains.size / sizeof(*domains); i++) {
        QUIRE_TRY(quire_checkpoint_domain(file->builder, &domains[i], error));
        QUIRE_TRY(quire_checkpoint_file_row(file, error));
    }
    return 0;
}

int64_t quire_checkpoint_oldest_ms(const struct quire_snapshot *snapshot)
{
    const char *text = quire_snapshot_property(snapshot, "delta.deletedFileRetentionDuration");
    int64_t kept_ms = KEPT_DEFAULT_MS;
    if (text != NULL && !quire_table_interval_ms(text, &kept_ms)) return INT64_MIN;
    return quire_commit_now_ms() - kept_ms;
}
