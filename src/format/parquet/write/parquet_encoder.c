/* Batches in, a file out.
 *
 * Rows wait in a queue until they are worth a round of all columns (row_group_writer.h),
 * which then runs while the caller goes on to make more. The next round is started before
 * the row group that the last one closed is written, so that the threads have work while
 * this one waits for the disk. A row group ends after row_group_rows exactly, or after a
 * round by which it has row_group_bytes or takes too much of the memory budget. */
#include "format/parquet/write/parquet_encoder.h"

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "format/format.h"
#include "format/parquet/write/batch_queue.h"
#include "format/parquet/write/file_statistics.h"
#include "format/parquet/write/file_writer.h"
#include "format/parquet/write/key_values.h"
#include "format/parquet/write/leaf_options.h"
#include "format/parquet/write/sorting.h"
#include "quire/batch.h"

#define OPERATION "write parquet"

/* What a round takes; bytes also at most a share of the budget. */
#define ROUND_ROWS        131072
#define ROUND_BYTES       ((int64_t)32 << 20)
#define ROUND_BYTES_LEAST ((int64_t)256 << 10)
#define ROUND_SHARE       8

/* Bytes of blocks that no page is in, and the share of the budget that they are at most. */
#define POOL_BYTES ((size_t)16 << 20)
#define POOL_SHARE 16

/* The share of the budget that is pages being made, and the least that one may have. */
#define PAGES_SHARE      4
#define PAGE_BYTES_LEAST ((size_t)64 << 10)

/* Row groups of one round, by their rows. */
struct groups {
    int64_t rows[QUIRE_ROW_GROUP_LANES_MAX];
    size_t size;
};

struct parquet_encoder {
    struct quire_encoder head;
    struct quire_context *context;
    int64_t row_group_rows; /* of the one that is being filled, or is next */
    int64_t row_group_later_rows, row_group_bytes, round_bytes;

    struct quire_field *root;
    struct quire_parquet_schema schema;
    struct quire_file_keys keys;
    struct quire_key_values key_values;
    struct quire_batch_queue *queue;
    struct quire_page_pool pool;
    struct quire_row_group_writer *writer;
    struct quire_file_statistics *statistics;
    struct quire_parquet_file file;

    int64_t rows;        /* of the row group that is being filled, the running round's too */
    struct groups ends;  /* those that the running round ends */
    struct groups done;  /* those that wait to be written */
    size_t size, memory; /* of the columns after the last round */
    size_t charged;
    bool finished;
    int failed; /* sticky code, with error */
    struct quire_error error;
};

static int fail_with(struct parquet_encoder *encoder, int code, struct quire_error *error)
{
    if (encoder->failed == 0) {
        encoder->failed = code;
        if (encoder->error.code == 0)
            quire_fail(&encoder->error, code, OPERATION, "%s", quire_code_text(code));
    }
    if (error != NULL) *error = encoder->error;
    return encoder->failed;
}

/* --- Rounds --------------------------------------------------------------------------- */

static void charge(struct parquet_encoder *encoder)
{
    quire_budget_return(&encoder->context->budget, encoder->charged);
    encoder->charged = encoder->memory;
    quire_budget_force(&encoder->context->budget, encoder->charged);
}

/* Waits for the running round and takes note of what it has come to. */
static int settle(struct parquet_encoder *encoder)
{
    QUIRE_TRY(quire_row_group_writer_wait(encoder->writer, &encoder->error));
    quire_batch_queue_give_back(encoder->queue);
    encoder->size = quire_row_group_writer_size(encoder->writer);
    encoder->memory =
        quire_row_group_writer_memory(encoder->writer) + quire_page_pool_memory(&encoder->pool);
    charge(encoder);
    if (encoder->ends.size == 0) return 0;
    encoder->done = encoder->ends;
    encoder->ends.size = 0;
    encoder->rows = 0;
    encoder->row_group_rows = encoder->row_group_later_rows;
    return 0;
}

static int write_group(struct parquet_encoder *encoder, size_t lane)
{
    struct quire_written_chunk *chunks = quire_row_group_writer_chunks(encoder->writer, lane);
    for (size_t i = 0; i < encoder->schema.leaves_size; i++)
        QUIRE_TRY(quire_file_statistics_add(encoder->statistics, i, &chunks[i].metadata,
                                            &encoder->error));
    QUIRE_TRY(quire_parquet_file_write(&encoder->file, chunks, encoder->done.rows[lane],
                                       &encoder->error));
    quire_row_group_writer_drop(encoder->writer, chunks);
    return 0;
}

static int write_done(struct parquet_encoder *encoder)
{
    for (size_t lane = 0; lane < encoder->done.size; lane++) {
        QUIRE_TRY(quire_context_check(encoder->context, &encoder->error));
        QUIRE_TRY(write_group(encoder, lane));
    }
    encoder->done.size = 0;
    return 0;
}

/* Has the row group got so large that it must end? Memory counts only where ending it
 * gives a good part back. */
static bool is_full(const struct parquet_encoder *encoder)
{
    if (encoder->rows == 0) return false;
    if (encoder->size >= (size_t)encoder->row_group_bytes) return true;
    const struct quire_budget *budget = &encoder->context->budget;
    if (budget->max == 0 || encoder->size < encoder->memory / 4) return false;
    size_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
    return encoder->memory > budget->max / 2 || used > budget->max - budget->max / ROUND_SHARE;
}

static void start(struct parquet_encoder *encoder, const struct quire_row_slice *slices,
                  size_t slices_size, bool close)
{
    if (close) encoder->ends = (struct groups){.rows = {encoder->rows}, .size = 1};
    quire_row_group_writer_start(encoder->writer, slices, slices_size, close);
}

/* Ends the row group without further rows. */
static int close_row_group(struct parquet_encoder *encoder)
{
    QUIRE_TRY(write_done(encoder));
    start(encoder, NULL, 0, true);
    return settle(encoder);
}

/* Rows that the next round may take: to the end of the row group, also by its bytes. */
static int64_t round_rows(const struct parquet_encoder *encoder)
{
    int64_t rows = encoder->row_group_rows - encoder->rows;
    if (rows > ROUND_ROWS) rows = ROUND_ROWS;
    if (encoder->rows == 0) return rows;
    int64_t row_bytes = (int64_t)encoder->size / encoder->rows + 1;
    int64_t fit = (encoder->row_group_bytes - (int64_t)encoder->size) / row_bytes + 1;
    return fit < rows ? fit : rows;
}

/* Row groups that can be written side by side now: none while one is being filled, and
 * only what the queue holds anyway. at_end: the last one may have fewer rows. */
static size_t groups_at_once(const struct parquet_encoder *encoder, bool at_end)
{
    int64_t lanes = (int64_t)quire_row_group_writer_lanes(encoder->writer);
    int64_t rows = quire_batch_queue_rows(encoder->queue), size = encoder->row_group_rows;
    bool first_differs = size != encoder->row_group_later_rows;
    if (lanes == 1 || first_differs || encoder->rows > 0 ||
        encoder->row_group_bytes < encoder->round_bytes * 2)
        return 1;
    int64_t groups = at_end ? (rows + size - 1) / size : rows / size;
    return (size_t)(groups < lanes ? groups : lanes);
}

static int run_groups(struct parquet_encoder *encoder, size_t n)
{
    struct quire_row_group_slices groups[QUIRE_ROW_GROUP_LANES_MAX];
    for (size_t i = 0; i < n; i++)
        encoder->ends.rows[i] = quire_batch_queue_take(
            encoder->queue, encoder->row_group_rows, INT64_MAX, &groups[i].slices, &groups[i].size);
    encoder->ends.size = n;
    quire_row_group_writer_start_groups(encoder->writer, groups, n);
    return write_done(encoder);
}

static int run_round(struct parquet_encoder *encoder, bool at_end)
{
    QUIRE_TRY(quire_context_check(encoder->context, &encoder->error));
    QUIRE_TRY(settle(encoder));
    size_t groups = groups_at_once(encoder, at_end);
    if (groups > 1) return run_groups(encoder, groups);
    if (is_full(encoder)) QUIRE_TRY(close_row_group(encoder));
    const struct quire_row_slice *slices = NULL;
    size_t slices_size = 0;
    int64_t rows = quire_batch_queue_take(encoder->queue, round_rows(encoder), encoder->round_bytes,
                                          &slices, &slices_size);
    encoder->rows += rows;
    start(encoder, slices, slices_size, encoder->rows == encoder->row_group_rows);
    return write_done(encoder);
}

/* Rows that make a round. */
static int64_t rows_due(const struct parquet_encoder *encoder)
{
    int64_t lanes = (int64_t)quire_row_group_writer_lanes(encoder->writer);
    int64_t rows = encoder->row_group_rows < ROUND_ROWS ? encoder->row_group_rows : ROUND_ROWS;
    if (lanes == 1 || encoder->row_group_rows > INT32_MAX / lanes) return rows;
    return encoder->row_group_rows * lanes > rows ? encoder->row_group_rows * lanes : rows;
}

/* Is what waits worth a round, or has the queue no room for more? */
static bool is_due(const struct parquet_encoder *encoder)
{
    int64_t rows = quire_batch_queue_rows(encoder->queue);
    return rows > 0 && (rows >= rows_due(encoder) ||
                        quire_batch_queue_bytes(encoder->queue) >= encoder->round_bytes ||
                        !quire_batch_queue_has_room(encoder->queue));
}

static int make_room(struct parquet_encoder *encoder)
{
    while (is_due(encoder))
        QUIRE_TRY(run_round(encoder, false));
    /* What the running round reads still has its place. */
    if (!quire_batch_queue_has_room(encoder->queue)) QUIRE_TRY(settle(encoder));
    return 0;
}

/* --- The face of the format --------------------------------------------------------------- */

int quire_parquet_encoder_write(struct quire_encoder *base, struct ArrowArray *batch,
                                struct quire_error *error)
{
    struct parquet_encoder *encoder = (struct parquet_encoder *)base;
    if (encoder->failed != 0 || encoder->finished) {
        quire_array_release(batch);
        return fail_with(encoder, QUIRE_USAGE, error);
    }
    int code = quire_batch_queue_put(encoder->queue, batch, &encoder->error);
    if (code == 0) code = make_room(encoder);
    return code != 0 ? fail_with(encoder, code, error) : 0;
}

static int write_rest(struct parquet_encoder *encoder)
{
    QUIRE_TRY(quire_batch_queue_flush(encoder->queue, &encoder->error));
    while (quire_batch_queue_rows(encoder->queue) > 0)
        QUIRE_TRY(run_round(encoder, true));
    QUIRE_TRY(settle(encoder));
    if (encoder->rows > 0) QUIRE_TRY(close_row_group(encoder));
    QUIRE_TRY(write_done(encoder));
    return quire_parquet_file_finish(&encoder->file, &encoder->key_values.list, &encoder->error);
}

int quire_parquet_encoder_finish(struct quire_encoder *base, struct quire_file_stats *stats,
                                 struct quire_error *error)
{
    struct parquet_encoder *encoder = (struct parquet_encoder *)base;
    if (encoder->failed != 0) return fail_with(encoder, encoder->failed, error);
    if (encoder->finished) return fail_with(encoder, QUIRE_USAGE, error);
    int code = write_rest(encoder);
    if (code != 0) return fail_with(encoder, code, error);
    encoder->finished = true;
    if (stats != NULL)
        *stats = (struct quire_file_stats){
            .rows = encoder->file.rows,
            .bytes = encoder->file.position,
            .columns_size = encoder->schema.leaves_size,
            .columns = quire_file_statistics_columns(encoder->statistics),
        };
    return 0;
}

void quire_parquet_encoder_free(struct quire_encoder *base)
{
    struct parquet_encoder *encoder = (struct parquet_encoder *)base;
    if (encoder == NULL) return;
    /* First what works on the rest. */
    quire_row_group_writer_free(encoder->writer);
    quire_page_pool_release(&encoder->pool);
    quire_batch_queue_free(encoder->queue);
    quire_file_statistics_free(encoder->statistics);
    quire_free(encoder->file.sorting.items);
    quire_parquet_file_release(&encoder->file);
    quire_key_values_release(&encoder->key_values);
    quire_file_keys_release(&encoder->keys);
    quire_parquet_schema_release(&encoder->schema);
    quire_field_close(encoder->root);
    quire_budget_return(&encoder->context->budget, encoder->charged);
    quire_free(encoder);
}

/* --- Making --------------------------------------------------------------------------------- */

/* A share of the budget, of which each of the writers that work side by side has its part. */
static size_t share_of(const struct quire_context *context, size_t parts)
{
    return context->budget.max / parts / (context->writers > 0 ? context->writers : 1);
}

/* Pages of writers side by side are smaller where all that are being made would take too much. */
static void limit_pages(const struct parquet_encoder *encoder, struct quire_chunk_options *leaves)
{
    size_t size = encoder->schema.leaves_size;
    size_t most = share_of(encoder->context, PAGES_SHARE) / (size > 0 ? size : 1);
    if (encoder->context->writers < 2 || most == 0) return;
    if (most < PAGE_BYTES_LEAST) most = PAGE_BYTES_LEAST;
    for (size_t i = 0; i < size; i++)
        if (leaves[i].page_bytes > most) leaves[i].page_bytes = most;
}

static int make_writer(struct parquet_encoder *encoder,
                       const struct quire_parquet_encoder_options *options,
                       const struct quire_leaf_names *names, struct quire_error *error)
{
    struct quire_budget *budget = &encoder->context->budget;
    QUIRE_CLEANUP(quire_cleanup_free)
    struct quire_chunk_options *leaves = quire_alloc_zero(names->size, sizeof(*leaves));
    if (leaves == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(
        quire_leaf_options_fill(options, names, &encoder->schema, budget->max / 2, leaves, error));
    limit_pages(encoder, leaves);
    QUIRE_TRY(quire_file_keys_open(options, names, &encoder->schema, &encoder->keys, error));
    for (size_t i = 0; i < names->size; i++)
        leaves[i].pool = &encoder->pool;
    for (size_t i = 0; encoder->keys.leaves != NULL && i < names->size; i++)
        leaves[i].cipher = encoder->keys.leaves[i].cipher;
    return quire_row_group_writer_new(&encoder->schema, leaves, encoder->context, &encoder->writer,
                                      error);
}

static int make_parts(struct parquet_encoder *encoder, const struct ArrowSchema *schema,
                      const struct quire_parquet_encoder_options *options,
                      struct quire_leaf_names *names, struct quire_error *error)
{
    QUIRE_TRY(quire_field_open(schema, &encoder->root, error));
    QUIRE_TRY(quire_parquet_schema_of_fields(encoder->root, &encoder->schema, error));
    QUIRE_TRY(quire_leaf_names_init(names, &encoder->schema, error));
    QUIRE_TRY(quire_leaf_options_annotate(options->string_type, names, &encoder->schema, error));
    QUIRE_TRY(make_writer(encoder, options, names, error));
    QUIRE_TRY(quire_sorting_parse(options->sorting, names, &encoder->file.sorting, error));
    QUIRE_TRY(quire_key_values_init(&encoder->key_values, encoder->root, options, error));
    QUIRE_TRY(quire_file_statistics_new(&encoder->schema, &encoder->statistics, error));
    return quire_batch_queue_new(encoder->root, &encoder->context->budget, &encoder->queue, error);
}

static void set_limits(struct parquet_encoder *encoder,
                       const struct quire_parquet_encoder_options *options)
{
    size_t share = share_of(encoder->context, ROUND_SHARE);
    encoder->row_group_later_rows = options->row_group_rows;
    encoder->row_group_rows =
        options->row_group_first_rows > 0 ? options->row_group_first_rows : options->row_group_rows;
    encoder->row_group_bytes = options->row_group_bytes;
    encoder->round_bytes = ROUND_BYTES;
    if (share > 0 && (int64_t)share < ROUND_BYTES) encoder->round_bytes = (int64_t)share;
    if (encoder->round_bytes < ROUND_BYTES_LEAST) encoder->round_bytes = ROUND_BYTES_LEAST;
}

static void init_pool(struct parquet_encoder *encoder)
{
    size_t share = share_of(encoder->context, POOL_SHARE);
    quire_page_pool_init(&encoder->pool, share > 0 && share < POOL_BYTES ? share : POOL_BYTES);
}

static void encoder_cleanup(struct parquet_encoder **encoder)
{
    quire_parquet_encoder_free(*encoder != NULL ? &(*encoder)->head : NULL);
}

int quire_parquet_encoder_new(const struct ArrowSchema *schema, const void *options,
                              struct quire_context *context, struct quire_out *out,
                              struct quire_encoder **result, struct quire_error *error)
{
    QUIRE_CLEANUP(encoder_cleanup)
    struct parquet_encoder *encoder = quire_alloc_zero(1, sizeof(*encoder));
    if (encoder == NULL) return quire_fail_memory(error, OPERATION);
    encoder->head.format = &quire_format_parquet;
    encoder->context = context;
    init_pool(encoder);
    quire_error_clear(&encoder->error);
    encoder->file.out = out;
    encoder->file.budget = &context->budget;
    encoder->file.schema = &encoder->schema;
    encoder->file.keys = &encoder->keys;
    set_limits(encoder, options);
    QUIRE_CLEANUP(quire_leaf_names_release) struct quire_leaf_names names = {0};
    QUIRE_TRY(make_parts(encoder, schema, options, &names, error));
    QUIRE_TRY(quire_parquet_file_begin(&encoder->file, error));
    *result = &QUIRE_STEAL(encoder)->head;
    return 0;
}
