/* The encoder with all its parts: what a file says it holds, and that nothing is lost when
 * memory runs out at any place. */
#include "base/context.h"
#include "batches.h"
#include "format/format.h"
#include "format/parquet/write/parquet_encoder.h"
#include "memory_in.h"
#include "parquet_fixture.h"

/* Writes the rows of a JSON-like list of builders' calls: fill is called for each row. */
struct job {
    const char *schema;
    const char *const *settings; /* name, value, …, NULL */
    int (*fill)(struct quire_column *root, int64_t row);
    int64_t rows;
    void (*check)(const struct quire_file_stats *stats);
    struct quire_error error;
};

static int append_rows(const struct job *job, struct quire_column *column, struct ArrowArray *batch)
{
    int code = 0;
    for (int64_t row = 0; code == 0 && row < job->rows; row++) {
        code = job->fill(column, row);
        if (code == 0) code = quire_column_end_struct(column);
    }
    return code != 0 ? code : quire_column_finish(column, batch, NULL);
}

static int write_all(struct job *job, struct quire_encoder *encoder, const struct quire_field *root)
{
    struct quire_column *column = NULL;
    struct ArrowArray batch = {.release = NULL};
    struct quire_file_stats stats;
    int code = quire_column_new(root, &column, &job->error);
    if (code == 0) code = append_rows(job, column, &batch);
    quire_column_free(column);
    if (code != 0) return code;
    code = encoder->format->encoder_write(encoder, &batch, &job->error);
    if (code != 0) return code;
    code = encoder->format->encoder_finish(encoder, &stats, &job->error);
    if (code == 0 && job->check != NULL) job->check(&stats);
    return code;
}

static int set_all(const struct job *job, struct quire_parquet_encoder_options *options)
{
    const struct quire_option_table *table = &quire_format_parquet.encoder_options;
    int code = quire_options_init(table, options, NULL);
    for (const char *const *set = job->settings; code == 0 && set != NULL && *set != NULL; set += 2)
        code = quire_options_set(table, options, set[0], set[1], NULL);
    if (code != 0) quire_options_release(table, options);
    return code;
}

static int run_in(struct job *job, const struct ArrowSchema *schema, struct quire_context *context)
{
    struct quire_parquet_encoder_options options;
    struct quire_encoder *encoder = NULL;
    struct quire_field *root = NULL;
    struct memory_out out;
    memory_out_init(&out);
    int code = quire_field_open(schema, &root, NULL);
    if (code == 0) code = set_all(job, &options);
    if (code == 0) {
        code = quire_format_parquet.encoder_new(schema, &options, context, &out.out, &encoder,
                                                &job->error);
        quire_options_release(&quire_format_parquet.encoder_options, &options);
    }
    if (code == 0) code = write_all(job, encoder, root);
    quire_format_parquet.encoder_free(encoder);
    quire_field_close(root);
    quire_buf_release(&out.buf);
    return code;
}

static int run(struct job *job)
{
    const struct quire_context_options context_options = {.threads = 1};
    struct quire_context *context = NULL;
    struct ArrowSchema schema = parse_schema(job->schema);
    assert_int_equal(quire_context_new(&context_options, &context, NULL), 0);
    int code = run_in(job, &schema, context);
    assert_int_equal(atomic_load(&context->budget.used), 0);
    quire_context_free(context);
    quire_schema_release(&schema);
    return code;
}

/* --- Statistics ---------------------------------------------------------------------------- */

static void expect_number(const struct quire_column_stats *stats, size_t size, int64_t min,
                          int64_t max)
{
    int64_t low = 0, high = 0;
    assert_int_equal(stats->min_size, size);
    assert_int_equal(stats->max_size, size);
    memcpy(&low, stats->min, size);
    memcpy(&high, stats->max, size);
    int unused = (int)(8 - size) * 8;
    assert_int_equal((int64_t)((uint64_t)low << unused) >> unused, min);
    assert_int_equal((int64_t)((uint64_t)high << unused) >> unused, max);
    assert_true(stats->min_exact && stats->max_exact);
}

static int fill_numbers(struct quire_column *root, int64_t row)
{
    struct quire_column *at = root->children;
    bool fits = true;
    int64_t value = row - 50;
    uint8_t decimal[16];
    memset(decimal, value < 0 ? 0xff : 0, sizeof(decimal));
    memcpy(decimal, &value, 8);
    int code =
        row % 3 == 0 ? quire_column_append_null(at) : quire_column_append_int(at, value, &fits);
    if (code == 0) code = quire_column_append_uint(++at, (uint64_t)value, &fits); /* u64 wraps */
    if (code == 0) code = quire_column_append_f64(++at, (double)value / 4);
    if (code == 0) code = quire_column_append_int(++at, value, &fits); /* time(s) of negatives */
    if (code == 0) code = quire_column_append_int(++at, value * 86400000, &fits);
    if (code == 0) code = quire_column_append_fixed(++at, decimal);
    if (code == 0) code = quire_column_append_bool(++at, row == 77);
    if (code == 0) code = quire_column_append_null(++at);
    assert_true(fits);
    return code;
}

static void check_numbers(const struct quire_file_stats *stats)
{
    assert_int_equal(stats->rows, 100);
    assert_int_equal(stats->columns_size, 8);
    assert_int_equal(stats->columns[0].nulls, 34);
    expect_number(&stats->columns[0], 1, -49, 48);
    /* 0 … 49 and, as unsigned, the negatives above them. */
    expect_number(&stats->columns[1], 8, 0, -1);
    double low, high;
    memcpy(&low, stats->columns[2].min, 8);
    memcpy(&high, stats->columns[2].max, 8);
    assert_true(low == -12.5 && high == 12.25);
    expect_number(&stats->columns[3], 8, -50, 49);
    expect_number(&stats->columns[4], 8, -50 * INT64_C(86400000), 49 * INT64_C(86400000));
    assert_int_equal(stats->columns[5].min_size, 16);
    assert_int_equal(*(const int64_t *)stats->columns[5].min, -50);
    assert_int_equal(*((const int64_t *)stats->columns[5].min + 1), -1);
    assert_int_equal(*(const int64_t *)stats->columns[5].max, 49);
    assert_int_equal(*(const uint8_t *)stats->columns[6].min, 0);
    assert_int_equal(*(const uint8_t *)stats->columns[6].max, 1);
    assert_int_equal(stats->columns[7].nulls, 100);
    assert_null(stats->columns[7].min);
}

#define NUMBERS                                                                           \
    "a int8\nb uint64\nc float64\nd timestamp(s)\ne date64\nf decimal(20, 2)\ng bool\nh " \
    "string"

/* The extremes of a file are those of all its row groups, in Arrow's layout. */
static void test_statistics_of_numbers(void **state)
{
    (void)state;
    static const char *const row_groups[] = {"100", "7", "1"};
    for (size_t i = 0; i < 3; i++) {
        const char *settings[] = {"row_group_rows", row_groups[i], NULL};
        struct job job = {.schema = NUMBERS,
                          .settings = settings,
                          .fill = fill_numbers,
                          .rows = 100,
                          .check = check_numbers};
        assert_int_equal(run(&job), 0);
    }
}

static int fill_texts(struct quire_column *root, int64_t row)
{
    char text[32];
    int size = snprintf(text, sizeof(text), "%c a text of some length", (char)('z' - row));
    int code = row % 2 == 1 ? quire_column_append_bytes(&root->children[0], text, 0)
                            : quire_column_append_bytes(&root->children[0], text, (size_t)size);
    struct quire_column *list = &root->children[1];
    for (int64_t i = 0; code == 0 && i < row; i++)
        code = quire_column_append_i32(&list->children[0], (int32_t)i);
    return code == 0 ? quire_column_end_list(list) : code;
}

static void check_texts(const struct quire_file_stats *stats)
{
    assert_int_equal(stats->columns[0].min_size, 0);
    assert_non_null(stats->columns[0].min);
    assert_true(stats->columns[0].min_exact);
    assert_int_equal(stats->columns[0].max_size, 4);
    assert_memory_equal(stats->columns[0].max, "z a!", 4);
    assert_false(stats->columns[0].max_exact);
    expect_number(&stats->columns[1], 4, 0, 8);
}

static void test_statistics_of_texts(void **state)
{
    (void)state;
    const char *settings[] = {"row_group_rows", "3", "statistics_bytes", "4", NULL};
    struct job job = {.schema = "s string\nl list<int32>",
                      .settings = settings,
                      .fill = fill_texts,
                      .rows = 10,
                      .check = check_texts};
    assert_int_equal(run(&job), 0);
}

static void check_none(const struct quire_file_stats *stats)
{
    assert_int_equal(stats->columns[0].nulls, -1);
    assert_null(stats->columns[0].min);
    assert_null(stats->columns[0].max);
}

static void test_no_statistics(void **state)
{
    (void)state;
    const char *settings[] = {"statistics", "off", NULL};
    struct job job = {.schema = NUMBERS,
                      .settings = settings,
                      .fill = fill_numbers,
                      .rows = 10,
                      .check = check_none};
    assert_int_equal(run(&job), 0);
}

/* --- Memory that runs out ------------------------------------------------------------------- */

static void test_allocations(void **state)
{
    (void)state;
    const char *settings[] = {"row_group_rows", "40", "bloom_filter",  "a",    "key_value.x", "y",
                              "sorting",        "b",  "string_type.h", "json", NULL};
    const struct quire_context_options context_options = {.threads = 1};
    struct quire_context *context = NULL;
    struct ArrowSchema schema = parse_schema(NUMBERS);
    assert_int_equal(quire_context_new(&context_options, &context, NULL), 0);
    for (int64_t n = 1;; n++) {
        struct job job = {
            .schema = NUMBERS, .settings = settings, .fill = fill_numbers, .rows = 100};
        fault_alloc_arm(n);
        int code = run_in(&job, &schema, context);
        bool failed = fault_alloc_disarm();
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        assert_int_equal(fault_alloc_held(), 0);
        assert_int_equal(atomic_load(&context->budget.used), 0);
        if (!failed) break;
    }
    quire_context_free(context);
    quire_schema_release(&schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics_of_numbers),
        cmocka_unit_test(test_statistics_of_texts),
        cmocka_unit_test(test_no_statistics),
        cmocka_unit_test(test_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
