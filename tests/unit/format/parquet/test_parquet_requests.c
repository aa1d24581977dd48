/* How often a file is asked, as a store far away would be: all of it, and the pages that
 * conditions leave. */
#include "base/context.h"
#include "batches.h"
#include "format/format.h"
#include "format/parquet/write/parquet_encoder.h"
#include "memory_in.h"
#include "parquet_input_fixture.h"

#define ROWS   200000
#define WANTED 123456

/* Numbers that no encoding makes small, texts, and lists whose rows are of several entries. */
static const char schema_text[] = "a int64, b int64, s string, l list<int64>";

static void fill_row(struct quire_column *root, int64_t row)
{
    struct quire_column *at = root->children;
    char text[32];
    uint64_t mixed = (uint64_t)row * UINT64_C(0x9e3779b97f4a7c15);
    assert_int_equal(quire_column_append_i64(&at[0], row), 0);
    assert_int_equal(quire_column_append_i64(&at[1], (int64_t)mixed), 0);
    int size = snprintf(text, sizeof(text), "%016llx", (unsigned long long)mixed);
    assert_int_equal(quire_column_append_bytes(&at[2], text, (size_t)size), 0);
    for (int64_t i = 0; i < row % 4; i++)
        assert_int_equal(quire_column_append_i64(&at[3].children[0], (int64_t)mixed + i), 0);
    assert_int_equal(quire_column_end_list(&at[3]), 0);
    assert_int_equal(quire_column_end_struct(root), 0);
}

static void write_file(struct quire_context *context, struct memory_out *out)
{
    static const char *const settings[][2] = {{"compression", "none"},
                                              {"dictionary", "off"},
                                              {"encoding", "plain"},
                                              {"page_rows", "2000"}};
    const struct quire_option_table *table = &quire_format_parquet.encoder_options;
    struct quire_parquet_encoder_options options;
    struct quire_encoder *encoder = NULL;
    struct quire_column *column = NULL;
    struct ArrowArray batch;
    struct quire_file_stats stats;
    struct ArrowSchema schema = parse_schema(schema_text);
    struct quire_field *root = open_fields(schema_text);
    assert_int_equal(quire_options_init(table, &options, NULL), 0);
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        assert_int_equal(quire_options_set(table, &options, settings[i][0], settings[i][1], NULL),
                         0);
    assert_int_equal(
        quire_format_parquet.encoder_new(&schema, &options, context, &out->out, &encoder, NULL), 0);
    assert_int_equal(quire_column_new(root, &column, NULL), 0);
    for (int64_t row = 0; row < ROWS; row++)
        fill_row(column, row);
    assert_int_equal(quire_column_finish(column, &batch, NULL), 0);
    assert_int_equal(quire_format_parquet.encoder_write(encoder, &batch, NULL), 0);
    assert_int_equal(quire_format_parquet.encoder_finish(encoder, &stats, NULL), 0);
    quire_format_parquet.encoder_free(encoder);
    quire_options_release(table, &options);
    quire_column_free(column);
    quire_field_close(root);
    quire_schema_release(&schema);
}

/* Reads the rows where a is `wanted` (all: negative); returns how many came. */
static int64_t read_rows(struct quire_context *context, struct fixture_in *in, int64_t wanted)
{
    const struct quire_option_table *table = &quire_format_parquet.decoder_options;
    struct quire_parquet_read_options options;
    struct ArrowArrayStream stream;
    struct quire_error error;
    const struct quire_condition condition = {"a", QUIRE_COMPARE_EQ, &wanted, sizeof(wanted)};
    const struct quire_record_policy policy = {.conditions = &condition,
                                               .conditions_size = wanted >= 0};
    int64_t rows = 0;
    assert_int_equal(quire_options_init(table, &options, NULL), 0);
    assert_int_equal(
        quire_format_parquet.decoder_open(&in->in, &options, &policy, context, &stream, &error), 0);
    for (;;) {
        struct ArrowArray batch;
        assert_int_equal(quire_stream_next(&stream, &batch, &error), 0);
        if (batch.release == NULL) break;
        const int64_t *a = batch.children[0]->buffers[1], *b = batch.children[1]->buffers[1];
        for (int64_t i = 0; i < batch.length; i++)
            assert_true((uint64_t)b[i] == (uint64_t)a[i] * UINT64_C(0x9e3779b97f4a7c15));
        if (wanted >= 0) assert_true(a[0] <= wanted && wanted <= a[batch.length - 1]);
        rows += batch.length;
        quire_array_release(&batch);
    }
    quire_stream_release(&stream);
    quire_options_release(table, &options);
    assert_int_equal(atomic_load(&context->budget.used), 0);
    return rows;
}

static void test_requests(void **state)
{
    (void)state;
    const struct quire_context_options context_options = {.threads = 2};
    struct quire_context *context = NULL;
    struct memory_out out;
    assert_int_equal(quire_context_new(&context_options, &context, NULL), 0);
    memory_out_init(&out);
    write_file(context, &out);

    /* The footer, the column index of a, its offset index, those of all four, and then a page
     * of each column. */
    struct fixture_in in = fixture_in_of(out.buf.data, out.buf.size);
    assert_int_equal(read_rows(context, &in, WANTED), 2000);
    assert_int_equal(in.reads, 1 + 1 + 1 + 1 + 4);
    assert_true(in.bytes_read < (int64_t)out.buf.size / 20);

    /* A row group that has no such value is not read at all. */
    in = fixture_in_of(out.buf.data, out.buf.size);
    assert_int_equal(read_rows(context, &in, ROWS + 1), 0);
    assert_int_equal(in.reads, 1);

    /* All rows: chunks of megabytes are read by windows of one. */
    in = fixture_in_of(out.buf.data, out.buf.size);
    assert_int_equal(read_rows(context, &in, -1), ROWS);
    assert_in_range(in.reads, 5, 1 + out.buf.size / ((size_t)1 << 20) * 3 / 2 + 4);

    quire_buf_release(&out.buf);
    quire_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
