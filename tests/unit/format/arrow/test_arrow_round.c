/* Batches of every type that columns have, whole and sliced, written and read by every way
 * there is: the same values come back, whatever fails the same failure comes back. */
#include "arrow_source.h"

#include "data/column.h"
#include "random_column.h"

static const char *const nested[] = {
    "list<int32>",
    "large_list<string>",
    "fixed_list<bool, 3>",
    "struct<a: int8, b: string, c: list<bool>>",
    "map<string, float64>",
    "list<struct<x: dictionary<string>, y: string_view>>",
    "list<list<decimal(9,2)>>",
};

/* A random value of any type. */
static void append(struct quire_column *column, struct quire_random *random, unsigned null_each)
{
    const struct quire_field *field = column->field;
    if (!quire_kind_is_nested(field->kind)) {
        random_column_append(column, random, field->nullable ? null_each : 0);
        return;
    }
    if (field->nullable && null_each > 0 && quire_random_below(random, null_each) == 0) {
        assert_int_equal(quire_column_append_null(column), 0);
        return;
    }
    if (field->kind == QUIRE_KIND_STRUCT) {
        for (size_t i = 0; i < column->children_size; i++)
            append(&column->children[i], random, null_each);
        assert_int_equal(quire_column_end_struct(column), 0);
        return;
    }
    uint64_t items = field->kind == QUIRE_KIND_FIXED_LIST ? (uint64_t)field->width
                                                          : quire_random_below(random, 4);
    for (uint64_t i = 0; i < items; i++)
        append(&column->children[0], random, null_each);
    assert_int_equal(quire_column_end_list(column), 0);
}

static void make_batch(const char *type, uint64_t seed, unsigned rows, unsigned null_each,
                       struct ArrowSchema *schema, struct ArrowArray *batch)
{
    char text[256];
    struct quire_random random;
    struct quire_column *column = NULL;
    snprintf(text, sizeof(text), "id int64 not null, value %s", type);
    quire_random_seed(&random, seed);
    arrow_schema(text, schema);
    struct quire_field *field = random_column_field(text);
    assert_int_equal(quire_column_new(field, &column, NULL), 0);
    for (unsigned row = 0; row < rows; row++) {
        assert_int_equal(quire_column_append_i64(&column->children[0], row), 0);
        append(&column->children[1], &random, null_each);
        assert_int_equal(quire_column_end_struct(column), 0);
    }
    assert_int_equal(quire_column_finish(column, batch, NULL), 0);
    quire_column_free(column);
    quire_field_close(field);
}

/* Rows of a batch: the offset stands in the batch. */
static void slice(struct ArrowArray *batch, int64_t start, int64_t rows)
{
    batch->offset += start;
    batch->length = rows;
}

static void check_rows(enum arrow_way way, const struct quire_buf *file,
                       const struct ArrowSchema *schema, const struct ArrowArray *expected)
{
    struct arrow_source source;
    struct arrow_opened opened;
    struct quire_error error = {0};
    struct ArrowArray batch = {.release = NULL};
    arrow_source_init(&source, way, file->data, file->size);
    int code = arrow_open(&source.in, NULL, &opened, &error);
    if (code == 0) code = quire_stream_next(&opened.stream, &batch, &error);
    if (code != 0) fail_msg("%s", error.cause);
    arrow_close(&opened); /* the batch stays */
    if (!quire_array_equal(schema, &batch, expected, &error))
        fail_msg("row %lld: %s", (long long)error.row, error.cause);
    quire_array_release(&batch);
}

static void check_type(const char *type, uint64_t seed, unsigned null_each)
{
    static const char *const settings[] = {"", "compression=lz4", "compression=zstd;alignment=8"};
    static const int64_t slices[][2] = {{0, 100}, {3, 90}, {8, 64}, {99, 1}, {50, 0}};
    for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
        struct ArrowSchema schema;
        struct ArrowArray batch, expected;
        struct quire_error error = {0};
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf file = {0};
        make_batch(type, seed, 100, null_each, &schema, &batch);
        quire_schema_release(&schema);
        make_batch(type, seed, 100, null_each, &schema, &expected);
        slice(&batch, slices[i][0], slices[i][1]);
        slice(&expected, slices[i][0], slices[i][1]);
        const char *format = i % 2 == 0 ? "arrow" : "arrow-stream";
        int code = arrow_write(format, settings[(i + seed) % 3], &schema, &batch, 1, &file, &error);
        if (code != 0) fail_msg("%s: %s", type, error.cause);
        for (int way = 0; way < ARROW_WAYS; way++)
            check_rows((enum arrow_way)way, &file, &schema, &expected);
        quire_array_release(&expected);
        quire_schema_release(&schema);
    }
}

static void test_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < random_column_types_size; i++)
        for (unsigned null_each = 0; null_each < 4; null_each += 3)
            check_type(random_column_types[i], i, null_each);
}

static void test_nested_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(nested) / sizeof(nested[0]); i++)
        for (unsigned null_each = 0; null_each < 4; null_each += 3)
            check_type(nested[i], i, null_each);
}

/* --- What fails ----------------------------------------------------------------------- */

static void test_allocations_that_fail(void **state)
{
    (void)state;
    for (int way = 0; way < ARROW_WAYS; way++) {
        const char *settings = way == ARROW_MAPPED ? "compression=lz4" : "batch_rows=7";
        for (int64_t n = 1;; n++) {
            struct ArrowSchema schema;
            struct ArrowArray batches[2];
            struct quire_error error = {0};
            struct quire_buf file = {0};
            int64_t rows = 0;
            make_batch("dictionary<string>", 1, 20, 3, &schema, &batches[0]);
            quire_schema_release(&schema);
            make_batch("dictionary<string>", 2, 20, 3, &schema, &batches[1]);
            fault_alloc_arm(n);
            int code = arrow_write("arrow", settings, &schema, batches, 2, &file, &error);
            if (code == 0) code = arrow_drain((enum arrow_way)way, &file, &rows, &error);
            bool failed = fault_alloc_disarm();
            quire_buf_release(&file);
            quire_schema_release(&schema);
            if (code == 0) assert_int_equal(rows, 40);
            if (code != 0) assert_int_equal(code, QUIRE_MEMORY);
            if (!failed) {
                assert_int_equal(code, 0);
                assert_true(n > 30);
                break;
            }
        }
    }
}

static void test_a_mapping_lives_as_long_as_its_arrays(void **state)
{
    struct ArrowSchema schema;
    struct ArrowArray batch, child;
    struct arrow_source source;
    struct arrow_opened opened;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf file = {0};
    int64_t maps = 0;
    (void)state;
    make_batch("struct<a: string, b: dictionary<string>>", 5, 50, 4, &schema, &batch);
    assert_int_equal(arrow_write("arrow", "", &schema, &batch, 1, &file, NULL), 0);
    arrow_source_init(&source, ARROW_MAPPED, file.data, file.size);
    source.maps = &maps;
    assert_int_equal(arrow_open(&source.in, NULL, &opened, NULL), 0);
    assert_int_equal(quire_stream_next(&opened.stream, &batch, NULL), 0);
    arrow_close(&opened);
    assert_int_equal(maps, 1);
    /* A child is moved out, and outlives its parent. */
    child = *batch.children[1]->children[0];
    batch.children[1]->children[0]->release = NULL;
    quire_array_release(&batch);
    assert_int_equal(maps, 1);
    quire_array_release(&child);
    assert_int_equal(maps, 0);
    quire_schema_release(&schema);
}

/* Columns that are not asked for are not read, and without any no body is. */
static void test_columns_that_are_left_out_are_not_read(void **state)
{
    struct ArrowSchema schema;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf file = {0};
    const char *const names[] = {"id"};
    struct ArrowArray batch;
    (void)state;
    make_batch("string", 5, 5000, 4, &schema, &batch);
    assert_int_equal(arrow_write("arrow", "", &schema, &batch, 1, &file, NULL), 0);
    size_t read[3];
    for (size_t i = 0; i < 3; i++) {
        struct arrow_source source;
        struct arrow_opened opened;
        const struct quire_record_policy policy = {
            .columns = i == 1 ? names : NULL, .columns_size = i == 1, .columns_given = i > 0};
        arrow_source_init(&source, ARROW_ANYWHERE, file.data, file.size);
        assert_int_equal(arrow_open(&source.in, &policy, &opened, NULL), 0);
        assert_int_equal(quire_stream_next(&opened.stream, &batch, NULL), 0);
        assert_int_equal(batch.length, 5000);
        assert_int_equal(batch.n_children, i == 0 ? 2 : i == 1 ? 1 : 0);
        quire_array_release(&batch);
        arrow_close(&opened);
        read[i] = source.read;
    }
    assert_in_range(read[0], file.size - 2000, file.size + 2000);
    assert_in_range(read[1], 5000 * 8, 5000 * 8 + 3000);
    assert_in_range(read[2], 1, 3000);
    quire_schema_release(&schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_nested_types),
        cmocka_unit_test(test_allocations_that_fail),
        cmocka_unit_test(test_a_mapping_lives_as_long_as_its_arrays),
        cmocka_unit_test(test_columns_that_are_left_out_are_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
