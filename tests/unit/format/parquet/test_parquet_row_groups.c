/* How the encoder cuts batches into row groups and hands them to columns, with a writer
 * of chunks that keeps the numbers as they come (a double of chunk_writer.c): every leaf
 * sees every row once, in order, in row groups of exactly the size asked for. */
#include "format/parquet/write/chunk_writer.h"

#include "base/context.h"
#include "base/fail.h"
#include "batches.h"
#include "format/format.h"
#include "format/parquet/write/parquet_encoder.h"
#include "memory_in.h"
#include "parquet_fixture.h"

/* --- The double ------------------------------------------------------------------------ */

struct quire_chunk_writer {
    const struct quire_parquet_schema *schema;
    size_t leaf;
    int16_t row_group;
    struct quire_buf values; /* int64 */
    int64_t rows;
};

static int64_t fail_at = -1;    /* the value that is refused, in leaf fail_leaf */
static size_t extra_memory = 0; /* that each writer says to hold for a row */

int quire_chunk_writer_new(const struct quire_parquet_schema *schema, size_t leaf,
                           const struct quire_chunk_options *options,
                           struct quire_chunk_writer **writer, struct quire_error *error)
{
    assert_int_equal(options->column, leaf);
    *writer = quire_alloc_zero(1, sizeof(**writer));
    if (*writer == NULL) return quire_fail_memory(error, "test");
    **writer = (struct quire_chunk_writer){.schema = schema, .leaf = leaf, .row_group = -1};
    return 0;
}

void quire_chunk_writer_free(struct quire_chunk_writer *writer)
{
    if (writer == NULL) return;
    quire_buf_release(&writer->values);
    quire_free(writer);
}

int quire_chunk_writer_begin(struct quire_chunk_writer *writer, int16_t row_group,
                             struct quire_error *error)
{
    (void)error;
    assert_true(row_group > writer->row_group); /* the next, or the next of its lane */
    writer->row_group = row_group;
    quire_buf_clear(&writer->values);
    writer->rows = 0;
    return 0;
}

int quire_chunk_writer_add(struct quire_chunk_writer *writer, const struct quire_view *batch,
                           int64_t start, int64_t rows, struct quire_error *error)
{
    const struct quire_view *view = quire_levels_leaf_view(writer->schema, writer->leaf, batch);
    for (int64_t row = start; row < start + rows; row++) {
        int64_t value = quire_view_i64(view, row);
        if (value == fail_at) {
            quire_fail(error, QUIRE_INPUT, "test", "refused");
            quire_error_at(error, row + 1, "c", QUIRE_NOWHERE);
            return QUIRE_INPUT;
        }
        if (quire_buf_append(&writer->values, &value, 8) != 0)
            return quire_fail_memory(error, "test");
    }
    writer->rows += rows;
    return 0;
}

size_t quire_chunk_writer_size(const struct quire_chunk_writer *writer)
{
    return writer->values.size;
}

void quire_chunk_writer_trim(struct quire_chunk_writer *writer, bool between_chunks)
{
    (void)writer;
    (void)between_chunks;
}

size_t quire_chunk_writer_memory(const struct quire_chunk_writer *writer)
{
    return writer->values.capacity + extra_memory * (size_t)writer->rows;
}

int quire_chunk_writer_finish(struct quire_chunk_writer *writer, struct quire_written_chunk *chunk,
                              struct quire_error *error)
{
    (void)error;
    assert_null(chunk->pages.first); /* given back before it is used again */
    assert_int_equal(
        quire_page_chain_append(&chunk->pages, writer->values.data, writer->values.size), 0);
    quire_buf_clear(&writer->values);
    chunk->metadata = (struct quire_column_metadata){
        .type = QUIRE_PARQUET_INT64,
        .path_in_schema = writer->schema->leaves[writer->leaf].path,
        .num_values = writer->rows,
        .total_uncompressed_size = (int64_t)chunk->pages.size,
        .total_compressed_size = (int64_t)chunk->pages.size,
    };
    writer->rows = 0;
    return 0;
}

void quire_written_chunk_release(struct quire_written_chunk *chunk)
{
    quire_page_chain_release(&chunk->pages);
}

/* --- Running ------------------------------------------------------------------------------ */

#define LEAVES 3

struct run {
    unsigned threads;
    int64_t memory;
    const char *row_group_rows, *row_group_bytes;
    int64_t batch_rows; /* 0: of any size */
    int64_t rows;
    struct quire_error error;
    struct memory_out out;
};

static int64_t next_batch(const struct run *run, struct quire_random *random)
{
    if (run->batch_rows > 0) return run->batch_rows;
    return (int64_t)quire_random_below(random, quire_random_below(random, 4) == 0 ? 9000 : 40);
}

/* The rows of a batch; row r has the values 3r, 3r + 1 and 3r + 2. */
static void fill_batch(struct quire_column *column, int64_t first, int64_t rows,
                       struct ArrowArray *batch)
{
    for (int64_t row = first; row < first + rows; row++) {
        for (int64_t i = 0; i < LEAVES; i++)
            assert_int_equal(quire_column_append_i64(&column->children[i], row * LEAVES + i), 0);
        assert_int_equal(quire_column_end_struct(column), 0);
    }
    assert_int_equal(quire_column_finish(column, batch, NULL), 0);
}

static int write_batches(struct run *run, struct quire_encoder *encoder, struct quire_field *root)
{
    struct quire_column *column = NULL;
    struct quire_random random;
    quire_random_seed(&random, 7);
    assert_int_equal(quire_column_new(root, &column, NULL), 0);
    int code = 0;
    for (int64_t row = 0; code == 0 && row < run->rows;) {
        struct ArrowArray batch;
        int64_t rows = next_batch(run, &random);
        if (rows > run->rows - row) rows = run->rows - row;
        fill_batch(column, row, rows, &batch);
        code = encoder->format->encoder_write(encoder, &batch, &run->error);
        assert_null(code == 0 && rows < 2048 ? batch.release : NULL);
        row += rows;
    }
    quire_column_free(column);
    struct quire_file_stats stats;
    int finished = encoder->format->encoder_finish(encoder, &stats, &run->error);
    if (code != 0) assert_int_equal(finished, code); /* it stays failed */
    if (finished == 0) {
        assert_int_equal(stats.rows, run->rows);
        assert_int_equal(stats.bytes, run->out.buf.size);
        assert_int_equal(stats.columns_size, LEAVES);
        assert_int_equal(stats.columns[0].nulls, run->rows == 0 ? 0 : -1);
    }
    return finished;
}

static void set(void *options, const char *name, const char *value)
{
    if (value == NULL) return;
    assert_int_equal(
        quire_options_set(&quire_format_parquet.encoder_options, options, name, value, NULL), 0);
}

static int run_encoder(struct run *run)
{
    const struct quire_context_options context_options = {.threads = run->threads,
                                                          .memory_max = run->memory};
    struct quire_context *context = NULL;
    struct quire_encoder *encoder = NULL;
    struct quire_parquet_encoder_options options;
    struct ArrowSchema schema = parse_schema("a int64\nb int64\nc int64");
    struct quire_field *root = NULL;
    const struct quire_option_table *table = &quire_format_parquet.encoder_options;
    assert_int_equal(quire_field_open(&schema, &root, NULL), 0);
    assert_int_equal(quire_context_new(&context_options, &context, NULL), 0);
    assert_int_equal(quire_options_init(table, &options, NULL), 0);
    set(&options, "row_group_rows", run->row_group_rows);
    set(&options, "row_group_bytes", run->row_group_bytes);
    quire_buf_release(&run->out.buf);
    memory_out_init(&run->out);
    assert_int_equal(quire_format_parquet.encoder_new(&schema, &options, context, &run->out.out,
                                                      &encoder, &run->error),
                     0);
    quire_options_release(table, &options);
    quire_schema_release(&schema);
    int code = write_batches(run, encoder, root);
    encoder->format->encoder_free(encoder);
    assert_int_equal(atomic_load(&context->budget.used), 0);
    quire_field_close(root);
    quire_context_free(context);
    return code;
}

/* --- What came out -------------------------------------------------------------------------- */

static void check_values(const struct run *run, const struct quire_row_group *group, int64_t first)
{
    for (size_t leaf = 0; leaf < LEAVES; leaf++) {
        const struct quire_column_metadata *chunk = group->columns.items[leaf].meta_data;
        assert_int_equal(chunk->num_values, group->num_rows);
        for (int64_t row = 0; row < group->num_rows; row++) {
            int64_t value;
            memcpy(&value, run->out.buf.data + chunk->data_page_offset + row * 8, 8);
            if (value != (first + row) * LEAVES + (int64_t)leaf)
                fail_msg("row %lld of leaf %zu has %lld", (long long)(first + row), leaf,
                         (long long)value);
        }
    }
}

/* Checks every value, and gives the rows of each row group; returns how many there are. */
static size_t check_file(const struct run *run, int64_t *group_rows, size_t groups_max)
{
    struct quire_arena arena = {0};
    struct quire_file_metadata metadata;
    const uint8_t *end = run->out.buf.data + run->out.buf.size;
    uint32_t size;
    size_t used;
    assert_memory_equal(run->out.buf.data, "PAR1", 4);
    assert_memory_equal(end - 4, "PAR1", 4);
    memcpy(&size, end - 8, 4);
    assert_int_equal(quire_file_metadata_read(end - 8 - size, size, &arena, &metadata, &used, NULL),
                     0);
    assert_int_equal(used, size);
    assert_int_equal(metadata.num_rows, run->rows);
    assert_int_equal(metadata.column_orders.size, LEAVES);
    int64_t row = 0;
    for (size_t i = 0; i < metadata.row_groups.size; i++) {
        const struct quire_row_group *group = &metadata.row_groups.items[i];
        assert_int_equal(group->ordinal, i);
        assert_true(group->num_rows > 0);
        check_values(run, group, row);
        row += group->num_rows;
        if (i < groups_max) group_rows[i] = group->num_rows;
    }
    assert_int_equal(row, run->rows);
    size_t groups = metadata.row_groups.size;
    quire_arena_release(&arena);
    return groups;
}

static void check_cut(struct run run, int64_t expected_rows)
{
    int64_t rows[512];
    assert_int_equal(run_encoder(&run), 0);
    size_t groups = check_file(&run, rows, 512);
    assert_int_equal(groups, (run.rows + expected_rows - 1) / expected_rows);
    for (size_t i = 0; i + 1 < groups; i++)
        assert_int_equal(rows[i], expected_rows);
    quire_buf_release(&run.out.buf);
}

/* With twice as many as leaves row groups are written side by side. */
static const unsigned thread_counts[] = {1, 2, 3, 4, 6, 13};

static void test_cuts_by_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(thread_counts) / sizeof(thread_counts[0]); i++) {
        unsigned threads = thread_counts[i];
        check_cut((struct run){.threads = threads, .row_group_rows = "1000", .rows = 50000}, 1000);
        check_cut((struct run){.threads = threads, .row_group_rows = "7777", .rows = 77770}, 7777);
        check_cut((struct run){.threads = threads, .row_group_rows = "1", .rows = 300}, 1);
        check_cut((struct run){.threads = threads,
                               .row_group_rows = "150000",
                               .batch_rows = 400000,
                               .rows = 800001},
                  150000);
        check_cut((struct run){.threads = threads, .batch_rows = 1, .rows = 40000}, 262144);
    }
}

static void test_no_rows(void **state)
{
    (void)state;
    struct run run = {.threads = 2};
    assert_int_equal(run_encoder(&run), 0);
    assert_int_equal(check_file(&run, NULL, 0), 0);
    quire_buf_release(&run.out.buf);
}

/* Three columns of eight bytes: 1 MiB is 43691 rows. */
static void test_cuts_by_bytes(void **state)
{
    (void)state;
    int64_t rows[64];
    struct run run = {.threads = 2, .row_group_bytes = "1MB", .batch_rows = 10000, .rows = 1000000};
    assert_int_equal(run_encoder(&run), 0);
    size_t groups = check_file(&run, rows, 64);
    assert_in_range(groups, 5, 25);
    for (size_t i = 1; i + 1 < groups; i++)
        assert_in_range(rows[i], 40000, 180000);
    quire_buf_release(&run.out.buf);
}

static void test_cuts_by_memory(void **state)
{
    (void)state;
    int64_t rows[64];
    for (unsigned threads = 2; threads <= 6; threads += 4) {
        struct run run = {
            .threads = threads, .memory = 8 << 20, .batch_rows = 10000, .rows = 1000000};
        assert_int_equal(run_encoder(&run), 0);
        size_t groups = check_file(&run, rows, 64);
        assert_in_range(groups, 4, 40);
        for (size_t i = 0; i < groups; i++)
            assert_true(rows[i] * LEAVES * 8 < 8 << 20);
        quire_buf_release(&run.out.buf);
    }
}

/* Memory that ending a row group would not give back is no reason to end it. */
static void test_memory_that_stays(void **state)
{
    (void)state;
    extra_memory = 1000;
    struct run run = {.threads = 2, .memory = 8 << 20, .batch_rows = 5000, .rows = 100000};
    assert_int_equal(run_encoder(&run), 0);
    assert_int_equal(check_file(&run, NULL, 0), 1);
    extra_memory = 0;
    quire_buf_release(&run.out.buf);
}

static void test_failures_name_the_row(void **state)
{
    (void)state;
    static const int64_t batch_rows[] = {0, 1, 100, 5000, 60000};
    for (size_t k = 0; k < sizeof(thread_counts) / sizeof(thread_counts[0]); k++) {
        for (size_t i = 0; i < sizeof(batch_rows) / sizeof(batch_rows[0]); i++) {
            struct run run = {.threads = thread_counts[k],
                              .row_group_rows = "20000",
                              .batch_rows = batch_rows[i],
                              .rows = 60000};
            fail_at = 34567 * LEAVES + 2;
            assert_int_equal(run_encoder(&run), QUIRE_INPUT);
            assert_int_equal(run.error.row, 34568);
            assert_string_equal(run.error.column, "c");
            quire_buf_release(&run.out.buf);
        }
    }
    fail_at = -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuts_by_rows),      cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_cuts_by_bytes),     cmocka_unit_test(test_cuts_by_memory),
        cmocka_unit_test(test_memory_that_stays), cmocka_unit_test(test_failures_name_the_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
