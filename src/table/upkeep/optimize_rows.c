/* Rows go from files to files by the names that files have, unseen but for where a curve is to be
 * followed. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "data/gather.h"
#include "table/table_read.h"
#include "table/upkeep/optimize_private.h"

#define OPERATION QUIRE_OPTIMIZE_OPERATION

static int open_columns(struct quire_optimize *optimize, const struct quire_optimize_bin *bin,
                        const char *const *names, size_t names_size,
                        const struct quire_row_tracking *tracking, struct ArrowArrayStream *rows,
                        struct quire_error *error)
{
    const struct quire_files_wanted wanted = {
        .files = bin->files, .size = bin->size, .tracking = tracking};
    const struct quire_table_read_options reading = {.columns = names,
                                                     .columns_size = names_size,
                                                     .columns_given = true,
                                                     .context = optimize->context};
    return quire_snapshot_read(optimize->transaction->base, &wanted, &reading, rows, error);
}

/* As files have them. */
static int open_rows(struct quire_optimize *optimize, const struct quire_optimize_bin *bin,
                     struct ArrowArrayStream *rows, struct quire_error *error)
{
    return open_columns(optimize, bin, optimize->names, optimize->names_size, &optimize->tracking,
                        rows, error);
}

static int write_batch(struct quire_optimize *optimize, struct ArrowArray *batch,
                       struct quire_error *error)
{
    optimize->part.rows += batch->length;
    return quire_data_writer_write(optimize->writer, batch, error);
}

static int write_rows(struct quire_optimize *optimize, const struct quire_optimize_bin *bin,
                      struct ArrowArrayStream *rows, struct quire_error *error)
{
    QUIRE_TRY(quire_data_writer_begin(optimize->writer, &bin->files[0].partitions, error));
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(rows, &batch, error));
        if (batch.release == NULL) return 0;
        QUIRE_TRY(write_batch(optimize, &batch, error));
    }
}

static int compact(struct quire_optimize *optimize, const struct quire_optimize_bin *bin,
                   struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream rows = {.release = NULL};
    QUIRE_TRY(open_rows(optimize, bin, &rows, error));
    return write_rows(optimize, bin, &rows, error);
}

/* --- Along a curve --------------------------------------------------------------------------- */

/* The columns of files that rows are arranged by, in the order of the table. */
static size_t clustered_names(const struct quire_optimize *optimize, const char **names)
{
    const struct quire_cluster_ranks *ranks = &optimize->ranks;
    size_t size = 0;
    for (size_t column = 0; column < optimize->names_size; column++) {
        bool wanted = false;
        for (size_t i = 0; i < ranks->columns; i++)
            wanted = wanted || ranks->keys[i].columns[0].path[0] == column;
        if (wanted) names[size++] = optimize->names[column];
    }
    return size;
}

static int bind_ranks(struct quire_optimize *optimize, struct ArrowArrayStream *rows,
                      struct quire_field **fields, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_TRY(quire_stream_schema(rows, &schema, error));
    QUIRE_TRY(quire_field_open(&schema, fields, error));
    return quire_cluster_ranks_bind(&optimize->ranks, *fields, optimize->options->columns, error);
}

static int sample(struct quire_optimize *optimize, const struct quire_optimize_bin *bin,
                  struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream rows = {.release = NULL};
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *fields = NULL;
    QUIRE_CLEANUP(quire_view_cleanup) struct quire_view *view = NULL;
    const char *names[QUIRE_CLUSTER_COLUMNS_MAX];
    size_t names_size = clustered_names(optimize, names);
    quire_cluster_ranks_clear(&optimize->ranks);
    QUIRE_TRY(open_columns(optimize, bin, names, names_size, NULL, &rows, error));
    QUIRE_TRY(bind_ranks(optimize, &rows, &fields, error));
    QUIRE_TRY(quire_view_new(fields, &view, error));
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&rows, &batch, error));
        if (batch.release == NULL) break;
        QUIRE_TRY(quire_view_set(view, &batch, error));
        if (quire_cluster_ranks_see(&optimize->ranks, view) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    quire_cluster_ranks_settle(&optimize->ranks);
    return 0;
}

/* Rows of a stream to files of so many each. */
struct cutter {
    struct quire_field *fields;
    struct quire_view *view;
    struct quire_column *column;
    struct quire_buf refs;   /* struct quire_row_ref */
    int64_t file_rows, left; /* of the current file */
};

static void cutter_release(struct cutter *cutter)
{
    quire_view_free(cutter->view);
    quire_column_free(cutter->column);
    quire_field_close(cutter->fields);
    quire_buf_release(&cutter->refs);
}

static int cutter_open(struct cutter *cutter, struct ArrowArrayStream *rows,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_TRY(quire_stream_schema(rows, &schema, error));
    QUIRE_TRY(quire_field_open(&schema, &cutter->fields, error));
    QUIRE_TRY(quire_view_new(cutter->fields, &cutter->view, error));
    return quire_column_new(cutter->fields, &cutter->column, error);
}

/* Copies rows out of the view's batch. */
static int copy_rows(struct cutter *cutter, int64_t start, int64_t n, struct ArrowArray *piece,
                     struct quire_error *error)
{
    const struct quire_view *views[] = {cutter->view};
    quire_buf_clear(&cutter->refs);
    for (int64_t i = 0; i < n; i++) {
        const struct quire_row_ref ref = {0, (uint32_t)(start + i)};
        if (quire_buf_append(&cutter->refs, &ref, sizeof(ref)) != 0)
            return quire_fail_memory(error, OPERATION);
    }
    int code = quire_column_gather(cutter->column, views, 1,
                                   (const struct quire_row_ref *)(const void *)cutter->refs.data,
                                   (size_t)n);
    if (code != 0) return quire_fail(error, code, OPERATION, "the rows of a file do not fit");
    return quire_column_finish(cutter->column, piece, error);
}

static int cut_batch(struct quire_optimize *optimize, const struct quire_optimize_bin *bin,
                     struct cutter *cutter, const struct ArrowArray *batch,
                     struct quire_error *error)
{
    QUIRE_TRY(quire_view_set(cutter->view, batch, error));
    for (int64_t start = 0; start < batch->length;) {
        struct ArrowArray piece = {.release = NULL};
        int64_t rest = batch->length - start;
        if (cutter->left == 0) {
            QUIRE_TRY(quire_data_writer_begin(optimize->writer, &bin->files[0].partitions, error));
            cutter->left = cutter->file_rows;
        }
        int64_t n = rest < cutter->left ? rest : cutter->left;
        QUIRE_TRY(copy_rows(cutter, start, n, &piece, error));
        QUIRE_TRY(write_batch(optimize, &piece, error));
        cutter->left -= n;
        start += n;
    }
    return 0;
}

static int cut_rows(struct quire_optimize *optimize, const struct quire_optimize_bin *bin,
                    struct ArrowArrayStream *rows, int64_t file_rows, struct quire_error *error)
{
    QUIRE_CLEANUP(cutter_release) struct cutter cutter = {.file_rows = file_rows};
    QUIRE_TRY(cutter_open(&cutter, rows, error));
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(rows, &batch, error));
        if (batch.release == NULL) return 0;
        QUIRE_TRY(cut_batch(optimize, bin, &cutter, &batch, error));
    }
}

static int arrange(struct quire_optimize *optimize, const struct quire_optimize_bin *bin,
                   struct quire_error *error)
{
    const struct quire_table_optimize_options *options = optimize->options;
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream rows = {.release = NULL};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream arranged = {.release = NULL};
    QUIRE_CLEANUP(quire_field_cleanup) struct quire_field *fields = NULL;
    QUIRE_TRY(sample(optimize, bin, error));
    const struct quire_cluster_order order = {
        .ranks = &optimize->ranks,
        .curve = options->arrange == QUIRE_TABLE_HILBERT ? QUIRE_CURVE_HILBERT : QUIRE_CURVE_Z,
        .folder = options->folder != NULL ? options->folder : "/tmp",
        .context = optimize->context,
    };
    QUIRE_TRY(open_rows(optimize, bin, &rows, error));
    QUIRE_TRY(bind_ranks(optimize, &rows, &fields, error));
    QUIRE_TRY(quire_cluster_stream(&rows, &order, &arranged, error));
    int64_t files = bin->bytes / optimize->target_bytes + 1, seen = optimize->ranks.rows;
    return files > 1 ? cut_rows(optimize, bin, &arranged, seen / files + 1, error)
                     : write_rows(optimize, bin, &arranged, error);
}

int quire_optimize_move(struct quire_optimize *optimize, const struct quire_optimize_bin *bin,
                        struct quire_error *error)
{
    return optimize->options->arrange == QUIRE_TABLE_COMPACT ? compact(optimize, bin, error)
                                                             : arrange(optimize, bin, error);
}
