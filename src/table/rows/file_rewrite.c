/* The second look: rows that stay and rows that were changed, on their way to new files, and rows
 * that are told to those who follow the table's changes. The matcher is asked again, which is
 * cheaper than to remember its answers for a table of any size. */
#include "table/rows/file_rewrite.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "table/files/add_stats.h"
#include "table/table_read.h"

/* Bytes of files that were rewritten after which new ones begin. */
#define PART_BYTES ((int64_t)128 << 20)

/* The rows of one file. */
struct rewritten {
    struct quire_file_rewrite *rewrite;
    struct ArrowArrayStream rows;
    struct quire_row_picker picker;
    struct ArrowArray changed; /* the next batch, where there is one */
    bool keeps;                /* rows that are not meant are delivered */
    struct quire_change_data *changes;
    const char *gone;
    int64_t before; /* rows of batches before, for messages */
};

static void rewritten_close(void *source)
{
    struct rewritten *file = source;
    quire_stream_release(&file->rows);
    quire_array_release(&file->changed);
    quire_row_picker_release(&file->picker);
    quire_free(file);
}

static int rewritten_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    struct rewritten *file = source;
    return quire_schema_copy(&file->rewrite->columns.logical, schema, error);
}

/* --- Rows that are meant --------------------------------------------------------------------- */

/* Takes the rows. Changes say nothing of ids. */
static int tell(struct rewritten *file, const char *type, struct ArrowArray *rows,
                struct quire_error *error)
{
    if (file->rewrite->options.tracking.id != NULL) quire_row_tracking_drop(rows);
    return quire_change_data_write(file->changes, type, rows, error);
}

/* Takes the rows. A changer sees the table's columns: a row that is changed keeps its id, and has
 * the version of the commit. */
static int change(struct rewritten *file, struct ArrowArray *rows, struct quire_error *error)
{
    const struct quire_row_changer *changer = file->rewrite->options.changer;
    struct ArrowArray aside[QUIRE_ROW_TRACKING_COLUMNS];
    if (file->rewrite->options.tracking.id == NULL)
        return changer->change(changer->user, rows, &file->changed, error);
    struct ArrowArray **last = rows->children + rows->n_children - QUIRE_ROW_TRACKING_COLUMNS;
    for (int i = 0; i < QUIRE_ROW_TRACKING_COLUMNS; i++) {
        aside[i] = *last[i];
        last[i]->release = NULL;
    }
    rows->n_children -= QUIRE_ROW_TRACKING_COLUMNS;
    int code = changer->change(changer->user, rows, &file->changed, error);
    if (code != 0) {
        for (int i = 0; i < QUIRE_ROW_TRACKING_COLUMNS; i++)
            quire_array_release(&aside[i]);
        return code;
    }
    file->changed.n_children += QUIRE_ROW_TRACKING_COLUMNS;
    for (int i = 0; i < QUIRE_ROW_TRACKING_COLUMNS; i++)
        *last[i] = aside[i];
    return quire_row_tracking_renew(&file->rewrite->options.tracking, &file->changed, error);
}

static int tell_gone(struct rewritten *file, const struct ArrowArray *batch,
                     struct quire_error *error)
{
    struct ArrowArray picked = {.release = NULL};
    if (file->changes == NULL) return 0;
    QUIRE_TRY(quire_row_picker_take(&file->picker, batch, file->rewrite->mask.data, true, &picked,
                                    error));
    return tell(file, file->gone, &picked, error);
}

static int change_rows(struct rewritten *file, const struct ArrowArray *batch,
                       struct quire_error *error)
{
    const struct quire_row_changer *changer = file->rewrite->options.changer;
    struct ArrowArray picked = {.release = NULL}, copy = {.release = NULL};
    if (changer == NULL) return 0;
    QUIRE_TRY(quire_row_picker_take(&file->picker, batch, file->rewrite->mask.data, true, &picked,
                                    error));
    QUIRE_TRY(change(file, &picked, error));
    if (file->changes == NULL) return 0;
    QUIRE_TRY(quire_row_picker_take(&file->picker, &file->changed, NULL, true, &copy, error));
    return tell(file, "update_postimage", &copy, error);
}

/* Leaves in *batch the rows that are delivered now, maybe none. */
static int part_rows(struct rewritten *file, struct ArrowArray *read, struct ArrowArray *batch,
                     struct quire_error *error)
{
    struct quire_file_rewrite *rewrite = file->rewrite;
    int64_t matched = 0;
    QUIRE_TRY(quire_file_rewrite_match(rewrite, &file->rows, read, &matched, error));
    if (matched > 0) {
        QUIRE_TRY(tell_gone(file, read, error));
        QUIRE_TRY(change_rows(file, read, error));
    }
    if (!file->keeps || matched == read->length) return 0;
    rewrite->totals.copied += read->length - matched;
    if (matched == 0) {
        *batch = *read;
        read->release = NULL;
        return 0;
    }
    return quire_row_picker_take(&file->picker, read, rewrite->mask.data, false, batch, error);
}

static int rewritten_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct rewritten *file = source;
    for (batch->release = NULL; batch->release == NULL;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray read = {.release = NULL};
        if (file->changed.release != NULL) {
            *batch = file->changed;
            file->changed.release = NULL;
            return 0;
        }
        QUIRE_TRY(quire_stream_next(&file->rows, &read, error));
        if (read.release == NULL) return 0;
        int64_t rows = read.length;
        int code = part_rows(file, &read, batch, error);
        if (code != 0) {
            if (error != NULL && error->row != QUIRE_NOWHERE) error->row += file->before;
            return code;
        }
        file->before += rows;
    }
    return 0;
}

/* --- Files ----------------------------------------------------------------------------------- */

static void free_rewritten(struct rewritten **file)
{
    if (*file != NULL) rewritten_close(*file);
}

static int open_file(struct quire_file_rewrite *rewrite, const struct quire_found_file *found,
                     struct quire_change_data *changes, const char *gone,
                     struct ArrowArrayStream *stream, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {rewritten_schema, rewritten_next, rewritten_close};
    const struct quire_files_wanted wanted = {
        .files = &found->add, .size = 1, .tracking = &rewrite->options.tracking};
    const struct quire_table_read_options options = {.context = rewrite->options.context};
    QUIRE_CLEANUP(free_rewritten) struct rewritten *file = quire_alloc_zero(1, sizeof(*file));
    if (file == NULL) return quire_fail_memory(error, rewrite->transaction->options.verb);
    file->rewrite = rewrite;
    file->keeps = !rewrite->options.vectors;
    file->changes = changes;
    file->gone = gone;
    QUIRE_TRY(quire_row_picker_open(&file->picker, &rewrite->columns.logical, error));
    QUIRE_TRY(
        quire_snapshot_read(rewrite->transaction->base, &wanted, &options, &file->rows, error));
    QUIRE_TRY(quire_stream_wrap(&ops, file, stream, error));
    file = NULL; /* the stream's */
    return 0;
}

static int write_rows(struct quire_file_rewrite *rewrite, const struct quire_found_file *found,
                      struct quire_row_writer *writer, struct quire_change_data *changes,
                      const char *gone, struct quire_error *error)
{
    struct ArrowArrayStream stream = {.release = NULL};
    bool silent = rewrite->options.changer == NULL && changes == NULL;
    if (silent && (found->whole || rewrite->options.vectors)) return 0;
    int code = open_file(rewrite, found, changes, gone, &stream, error);
    if (code == 0) code = quire_row_writer_copy(writer, &stream, error);
    quire_stream_release(&stream);
    if (code != 0 && error != NULL && error->row != QUIRE_NOWHERE)
        quire_error_path(error, (const char *)found->add.path.data);
    return code;
}

/* Names the file anew, with the vector that takes its rows. */
static int add_vector(struct quire_file_rewrite *rewrite, const struct quire_found_file *found,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf stats = {0};
    struct quire_add add = found->add;
    bool replaces = add.deleted.storage.size > 0;
    int64_t rows = found->rows + (replaces ? add.deleted.cardinality : 0);
    if (quire_add_stats_loosen(&add, rows, &stats) != 0)
        return quire_fail_memory(error, rewrite->transaction->options.verb);
    add.stats = (struct quire_bytes){stats.data, stats.size};
    add.deleted = found->vector;
    add.data_change = true;
    rewrite->totals.vectors_added += !replaces;
    rewrite->totals.vectors_replaced += replaces;
    return quire_transaction_add(rewrite->transaction, &add, error);
}

static int replace(struct quire_file_rewrite *rewrite, const struct quire_found_file *found,
                   int64_t now_ms, struct quire_error *error)
{
    QUIRE_TRY(quire_transaction_remove(rewrite->transaction, &found->add, now_ms, true, error));
    if (rewrite->options.vectors && !found->whole) return add_vector(rewrite, found, error);
    rewrite->totals.files_removed++;
    if (found->add.size > 0) rewrite->totals.bytes_removed += found->add.size;
    return 0;
}

int quire_file_rewrite_apply(struct quire_file_rewrite *rewrite, struct quire_row_writer *writer,
                             struct quire_change_data *changes, const char *gone,
                             struct quire_error *error)
{
    const struct quire_row_changer *changer = rewrite->options.changer;
    const struct quire_found_file *files =
        (const struct quire_found_file *)(const void *)rewrite->found.data;
    const int64_t now_ms = quire_commit_now_ms();
    int64_t bytes = 0;
    rewrite->bound = false;
    QUIRE_TRY(
        quire_row_tracking_widen(&rewrite->options.tracking, &rewrite->columns.logical, error));
    if (changer != NULL) QUIRE_TRY(changer->bind(changer->user, &rewrite->columns.logical, error));
    for (size_t i = 0; i < rewrite->found.size / sizeof(*files); i++) {
        QUIRE_TRY(write_rows(rewrite, &files[i], writer, changes, gone, error));
        QUIRE_TRY(replace(rewrite, &files[i], now_ms, error));
        bytes += files[i].add.size > 0 ? files[i].add.size : 0;
        if (bytes < PART_BYTES) continue;
        QUIRE_TRY(quire_row_writer_cut(writer, error));
        bytes = 0;
    }
    return 0;
}

void quire_file_rewrite_close(struct quire_file_rewrite *rewrite)
{
    if (rewrite->vectors.place != NULL)
        quire_vector_writer_close(&rewrite->vectors, rewrite->transaction->may_stand);
    if (rewrite->columns.partitions != NULL) quire_table_columns_close(&rewrite->columns);
    quire_buf_release(&rewrite->found);
    quire_buf_release(&rewrite->mask);
    quire_arena_release(&rewrite->arena);
}
