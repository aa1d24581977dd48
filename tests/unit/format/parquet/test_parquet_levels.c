/* Levels: examples by hand, and random nested arrays taken apart and put together. */
#include "parquet_fixture.h"

#include "format/parquet/levels.h"
#include "random_column.h"

#define ROWS 300

/* Values of one leaf, dense, from the ranges of its view. */
static int gather(const struct quire_view *view, const struct quire_levels *levels,
                  struct quire_buf *values)
{
    quire_buf_clear(values);
    for (size_t i = 0; i < levels->ranges_size; i++) {
        struct quire_level_range range = levels->ranges[i];
        for (int64_t row = range.start; row < range.start + range.size; row++) {
            if (quire_levels_is_null(view, row)) continue;
            if (quire_buf_append(values, quire_view_fixed(view, row), 4) != 0) return QUIRE_MEMORY;
        }
    }
    return 0;
}

/* One leaf of a slice, into the tree of columns. */
static int pass_leaf(const struct quire_parquet_schema *schema, size_t leaf,
                     const struct quire_view *view, int64_t start, int64_t rows,
                     struct quire_levels *levels, struct quire_column *columns)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf values = {0};
    struct quire_error error;
    struct quire_level_leaf result;
    int code = quire_levels_shred(schema, leaf, view, start, rows, levels, &error);
    if (code != 0) return code;
    code = gather(quire_levels_leaf_view(schema, leaf, view), levels, &values);
    if (code != 0) return code;
    assert_int_equal(values.size, levels->values * 4);
    struct quire_level_entries entries = {levels->def, levels->rep, levels->size};
    int64_t whole = 0;
    assert_int_equal(quire_levels_whole_rows(levels->rep, levels->size, true, &whole),
                     levels->size);
    assert_int_equal(whole, rows);
    code = quire_levels_assemble(schema, leaf, &entries, columns, &result, &error);
    if (code != 0) return code;
    assert_int_equal(result.values, levels->values);
    struct quire_column *column = result.column;
    size_t size = (size_t)result.slots * 4, at = column->values.size;
    if (quire_buf_reserve(&column->values, size) != 0) return QUIRE_MEMORY;
    if (values.size > 0) memcpy(column->values.data + at, values.data, values.size);
    if (result.values < result.slots)
        quire_levels_spread(column->values.data + at, 4, result.slots, result.values,
                            column->validity.data, column->length - result.slots);
    column->values.size += size;
    return 0;
}

static const char *const nested[] = {
    "a int32 not null",
    "a int32",
    "a struct<b: int32, c: struct<d: int32 not null, e: int32>>",
    "a list<int32>",
    "a list<int32 not null> not null, b int32",
    "a list<list<list<int32>>>",
    "a list<struct<b: int32, c: list<struct<d: int32>>, e: int32 not null>>",
    "a map<int32, list<int32>>, b struct<c: list<int32>, d: map<int32, int32>>",
    "a struct<b: struct<c: list<struct<d: int32, e: list<int32>>>>>",
};

static void append_random(struct quire_column *column, struct quire_random *random)
{
    const struct quire_field *field = column->field;
    if (field->nullable && quire_random_below(random, 4) == 0) {
        assert_int_equal(quire_column_append_null(column), 0);
    } else if (field->kind == QUIRE_KIND_STRUCT) {
        for (size_t i = 0; i < column->children_size; i++)
            append_random(&column->children[i], random);
        assert_int_equal(quire_column_end_struct(column), 0);
    } else if (field->kind == QUIRE_KIND_LIST || field->kind == QUIRE_KIND_MAP) {
        for (uint64_t n = quire_random_below(random, 4); n > 0; n--)
            append_random(&column->children[0], random);
        assert_int_equal(quire_column_end_list(column), 0);
    } else {
        assert_int_equal(quire_column_append_i32(column, (int32_t)quire_random_u64(random)), 0);
    }
}

struct sample {
    struct quire_field *fields;
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct quire_view *view;
    struct quire_parquet_schema parquet;
};

static void make_sample(struct sample *sample, const char *text, struct quire_random *random)
{
    struct quire_column *columns = NULL;
    *sample = (struct sample){.fields = random_column_field(text)};
    sample->fields->nullable = false;
    assert_int_equal(quire_field_to_schema(sample->fields, &sample->schema, NULL), 0);
    assert_int_equal(quire_column_new(sample->fields, &columns, NULL), 0);
    for (int i = 0; i < ROWS; i++)
        append_random(columns, random);
    assert_int_equal(quire_column_finish(columns, &sample->array, NULL), 0);
    quire_column_free(columns);
    assert_int_equal(quire_view_new(sample->fields, &sample->view, NULL), 0);
    assert_int_equal(quire_view_set(sample->view, &sample->array, NULL), 0);
    assert_int_equal(quire_parquet_schema_of_fields(sample->fields, &sample->parquet, NULL), 0);
}

static void free_sample(struct sample *sample)
{
    quire_parquet_schema_release(&sample->parquet);
    quire_view_free(sample->view);
    quire_array_release(&sample->array);
    quire_schema_release(&sample->schema);
    quire_field_close(sample->fields);
}

/* Rows start on, in pieces, through levels, into a new array. */
static int pass(const struct sample *sample, int64_t start, int64_t piece, struct ArrowArray *array)
{
    struct quire_levels levels = {0};
    struct quire_column *columns = NULL;
    int code = quire_column_new(sample->fields, &columns, NULL);
    for (int64_t at = start; at < ROWS && code == 0; at += piece) {
        int64_t rows = ROWS - at < piece ? ROWS - at : piece;
        for (size_t i = 0; i < sample->parquet.leaves_size && code == 0; i++)
            code = pass_leaf(&sample->parquet, i, sample->view, at, rows, &levels, columns);
    }
    if (code == 0) code = quire_column_finish(columns, array, NULL);
    quire_column_free(columns);
    quire_levels_release(&levels);
    return code;
}

static void test_round_trips(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 19);
    for (size_t i = 0; i < sizeof(nested) / sizeof(nested[0]); i++) {
        for (int turn = 0; turn < 6; turn++) {
            struct sample sample;
            struct ArrowArray back = {0};
            struct quire_error error;
            make_sample(&sample, nested[i], &random);
            int64_t start = turn < 2 ? 0 : (int64_t)quire_random_below(&random, ROWS);
            int64_t piece = turn % 2 == 0 ? ROWS : 1 + (int64_t)quire_random_below(&random, 50);
            assert_int_equal(pass(&sample, start, piece, &back), 0);
            sample.array.offset = start;
            sample.array.length = ROWS - start;
            if (!quire_array_equal(&sample.schema, &sample.array, &back, &error))
                fail_msg("%s: %s %s", nested[i], error.column, error.cause);
            sample.array.offset = 0;
            sample.array.length = ROWS;
            quire_array_release(&back);
            free_sample(&sample);
        }
    }
}

static void test_memory_out(void **state)
{
    (void)state;
    struct quire_random random;
    struct sample sample;
    quire_random_seed(&random, 20);
    make_sample(&sample, nested[6], &random);
    for (int64_t nth = 1;; nth++) {
        struct ArrowArray back = {0};
        fault_alloc_arm(nth);
        int code = pass(&sample, 0, 100, &back);
        quire_array_release(&back);
        bool failed = fault_alloc_disarm();
        if (!failed) assert_int_equal(code, 0);
        if (!failed) break;
    }
    free_sample(&sample);
}

/* [[1, 2], null, [], [null, 3]] */
static void test_list_by_hand(void **state)
{
    (void)state;
    struct quire_column *columns = NULL;
    struct quire_levels levels = {0};
    struct quire_view *view = NULL;
    struct ArrowArray array = {0};
    struct quire_parquet_schema schema;
    struct quire_error error;
    struct quire_field *fields = random_column_field("a list<int32>");
    assert_int_equal(quire_column_new(fields, &columns, NULL), 0);
    struct quire_column *list = &columns->children[0], *item = &list->children[0];
    quire_column_append_i32(item, 1);
    quire_column_append_i32(item, 2);
    quire_column_end_list(list);
    quire_column_end_struct(columns);
    quire_column_append_null(list);
    quire_column_end_struct(columns);
    quire_column_end_list(list);
    quire_column_end_struct(columns);
    quire_column_append_null(item);
    quire_column_append_i32(item, 3);
    quire_column_end_list(list);
    quire_column_end_struct(columns);
    assert_int_equal(quire_column_finish(columns, &array, NULL), 0);
    assert_int_equal(quire_view_new(fields, &view, NULL), 0);
    assert_int_equal(quire_view_set(view, &array, NULL), 0);
    assert_int_equal(quire_parquet_schema_of_fields(fields, &schema, NULL), 0);
    assert_int_equal(quire_levels_shred(&schema, 0, view, 0, 4, &levels, &error), 0);
    assert_int_equal(levels.size, 6);
    assert_memory_equal(levels.def, "\3\3\0\1\2\3", 6);
    assert_memory_equal(levels.rep, "\0\1\0\0\0\1", 6);
    assert_int_equal(levels.values, 3);
    assert_int_equal(levels.ranges_size, 1);
    assert_int_equal(levels.ranges[0].start, 0);
    assert_int_equal(levels.ranges[0].size, 4);
    int64_t rows = 0;
    assert_int_equal(quire_levels_whole_rows(levels.rep, 6, false, &rows), 4);
    assert_int_equal(rows, 3);
    quire_levels_release(&levels);
    quire_parquet_schema_release(&schema);
    quire_view_free(view);
    quire_array_release(&array);
    quire_column_free(columns);
    quire_field_close(fields);
}

static void test_nothing_null_needs_no_levels(void **state)
{
    (void)state;
    struct quire_random random;
    struct sample sample;
    struct quire_levels levels = {0};
    quire_random_seed(&random, 21);
    make_sample(&sample, "a int32 not null", &random);
    assert_int_equal(quire_levels_shred(&sample.parquet, 0, sample.view, 5, 20, &levels, NULL), 0);
    assert_null(levels.def);
    assert_null(levels.rep);
    assert_int_equal(levels.size, 20);
    assert_int_equal(levels.values, 20);
    assert_int_equal(levels.ranges[0].start, 5);
    quire_levels_release(&levels);
    free_sample(&sample);
}

static void test_null_where_none_may_be(void **state)
{
    (void)state;
    struct quire_random random;
    const char *const texts[] = {"a int32", "a list<int32>", "a struct<b: int32>"};
    quire_random_seed(&random, 22);
    for (int i = 0; i < 3; i++) {
        struct sample sample;
        struct quire_levels levels = {0};
        struct quire_error error;
        make_sample(&sample, texts[i], &random);
        quire_parquet_schema_release(&sample.parquet);
        sample.fields->children[0].nullable = false;
        assert_int_equal(quire_parquet_schema_of_fields(sample.fields, &sample.parquet, NULL), 0);
        assert_int_equal(
            quire_levels_shred(&sample.parquet, 0, sample.view, 0, ROWS, &levels, &error),
            QUIRE_INPUT);
        assert_string_equal(error.column, "a");
        quire_levels_release(&levels);
        free_sample(&sample);
    }
}

static void expect_bad(const struct sample *sample, const char *def, const char *rep, size_t n)
{
    struct quire_column *columns = NULL;
    struct quire_level_leaf result;
    struct quire_error error;
    struct quire_level_entries entries = {(const uint8_t *)def, (const uint8_t *)rep, n};
    assert_int_equal(quire_column_new(sample->fields, &columns, NULL), 0);
    assert_int_equal(quire_levels_assemble(&sample->parquet, 0, &entries, columns, &result, &error),
                     QUIRE_CORRUPT);
    quire_column_free(columns);
}

static void test_levels_that_cannot_be(void **state)
{
    (void)state;
    struct quire_random random;
    struct sample sample;
    quire_random_seed(&random, 23);
    make_sample(&sample, "a list<int32>", &random);
    expect_bad(&sample, "\4", "\0", 1);
    expect_bad(&sample, "\3\3", "\0\2", 2);
    expect_bad(&sample, "\3", "\1", 1);
    free_sample(&sample);
}

static void keep_array(struct ArrowArray *array)
{
    array->release = NULL;
}

static void test_dictionaries(void **state)
{
    (void)state;
    /* Indices 0, 1, null, 0 of a dictionary whose entry 1 is null. */
    const int8_t indices[4] = {0, 1, 0, 0};
    const uint8_t index_valid = 0x0b, value_valid = 0x01;
    const int32_t values[2] = {7, 0};
    const void *index_buffers[2] = {&index_valid, indices},
               *value_buffers[2] = {&value_valid, values};
    const void *root_buffers[1] = {NULL};
    struct quire_error error;
    struct quire_view *view = NULL;
    struct quire_levels levels = {0};
    struct quire_parquet_schema schema;
    struct quire_field *fields = random_column_field("a dictionary<int32, int8>");
    struct ArrowArray dictionary = {.length = 2,
                                    .null_count = 1,
                                    .n_buffers = 2,
                                    .buffers = value_buffers,
                                    .release = keep_array};
    struct ArrowArray child = {.length = 4,
                               .null_count = 1,
                               .n_buffers = 2,
                               .buffers = index_buffers,
                               .dictionary = &dictionary,
                               .release = keep_array};
    struct ArrowArray *children[1] = {&child};
    struct ArrowArray root = {.length = 4,
                              .n_buffers = 1,
                              .buffers = root_buffers,
                              .n_children = 1,
                              .children = children,
                              .release = keep_array};
    assert_int_equal(quire_view_new(fields, &view, NULL), 0);
    assert_int_equal(quire_parquet_schema_of_fields(fields, &schema, NULL), 0);
    if (quire_view_set(view, &root, &error) != 0) fail_msg("%s", error.cause);
    assert_int_equal(quire_levels_shred(&schema, 0, view, 0, 4, &levels, &error), 0);
    assert_memory_equal(levels.def, "\1\0\0\1", 4);
    assert_int_equal(levels.values, 2);
    dictionary.length = 1;
    assert_int_equal(quire_view_set(view, &root, NULL), 0);
    assert_int_equal(quire_levels_shred(&schema, 0, view, 0, 4, &levels, &error), QUIRE_INPUT);
    quire_levels_release(&levels);
    quire_parquet_schema_release(&schema);
    quire_view_free(view);
    quire_field_close(fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_memory_out),
        cmocka_unit_test(test_list_by_hand),
        cmocka_unit_test(test_nothing_null_needs_no_levels),
        cmocka_unit_test(test_null_where_none_may_be),
        cmocka_unit_test(test_levels_that_cannot_be),
        cmocka_unit_test(test_dictionaries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
