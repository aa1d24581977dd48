/* Which row groups are left by conditions and the footer's statistics, and conditions that
 * cannot be. */
#include "format/parquet/read/pruning.h"

#include "parquet_input_fixture.h"

#define GROUPS 4

/* Row groups of ten rows each of a nullable int64: 0 to 9; 10 to 19; nulls; and one of which
 * nothing is told. */
struct file {
    struct quire_schema_element elements[2];
    struct quire_thrift_binary path;
    struct quire_parquet_statistics statistics[GROUPS];
    struct quire_column_metadata columns[GROUPS];
    struct quire_column_chunk chunks[GROUPS];
    struct quire_row_group groups[GROUPS];
    int64_t bounds[GROUPS][2];
    struct quire_column_order order;
    struct quire_file_metadata metadata;
    struct quire_buf bytes;
    struct fixture_in in;
    struct quire_parquet_input input;
};

static void make_file(struct file *file)
{
    static int32_t encoding = QUIRE_ENCODING_PLAIN;
    *file = (struct file){.order = {.present = 1u << QUIRE_ORDER_TYPE}};
    file->path = (struct quire_thrift_binary)FIXTURE_BINARY("a");
    file->elements[0] = (struct quire_schema_element){
        .name = FIXTURE_BINARY("root"), .present = QUIRE_ELEMENT_HAS_CHILDREN, .num_children = 1};
    file->elements[1] = (struct quire_schema_element){.name = file->path,
                                                      .present = QUIRE_ELEMENT_HAS_TYPE |
                                                                 QUIRE_ELEMENT_HAS_REPETITION,
                                                      .type = QUIRE_PARQUET_INT64,
                                                      .repetition_type = QUIRE_PARQUET_OPTIONAL};
    for (size_t i = 0; i < GROUPS; i++) {
        file->bounds[i][0] = (int64_t)i * 10;
        file->bounds[i][1] = (int64_t)i * 10 + 9;
        file->statistics[i] = (struct quire_parquet_statistics){
            .present = QUIRE_STATISTICS_HAS_NULL_COUNT, .null_count = i == 2 ? 10 : 0};
        if (i < 2) {
            file->statistics[i].min_value =
                (struct quire_thrift_binary){(const uint8_t *)&file->bounds[i][0], 8};
            file->statistics[i].max_value =
                (struct quire_thrift_binary){(const uint8_t *)&file->bounds[i][1], 8};
        }
        file->columns[i] = (struct quire_column_metadata){
            .type = QUIRE_PARQUET_INT64,
            .encodings = {&encoding, 1},
            .path_in_schema = {&file->path, 1},
            .num_values = 10,
            .total_compressed_size = 20,
            .total_uncompressed_size = 20,
            .data_page_offset = 4,
            .statistics = i < 3 ? &file->statistics[i] : NULL,
        };
        file->chunks[i].meta_data = &file->columns[i];
        file->groups[i] =
            (struct quire_row_group){.columns = {&file->chunks[i], 1}, .num_rows = 10};
    }
    file->metadata = (struct quire_file_metadata){.version = 2,
                                                  .schema = {file->elements, 2},
                                                  .num_rows = 10 * GROUPS,
                                                  .row_groups = {file->groups, GROUPS},
                                                  .column_orders = {&file->order, 1}};
    const struct quire_parquet_read_options options = {0};
    fixture_file(&file->metadata, 100, &file->bytes);
    file->in = fixture_in_of(file->bytes.data, file->bytes.size);
    assert_int_equal(quire_parquet_input_open(&file->in.in, &options, &file->input, NULL), 0);
}

static void release_file(struct file *file)
{
    quire_parquet_input_release(&file->input);
    quire_buf_release(&file->bytes);
}

/* A letter for each row group that is left: a, b, … */
static void expect_left_of(struct file *file, const struct quire_record_policy *policy,
                           const char *left)
{
    struct quire_parquet_filter filter = {.page_index = true, .bloom_filter = true};
    char found[GROUPS + 1] = {0};
    assert_int_equal(quire_parquet_filter_open(&filter, &file->input,
                                               file->input.schema.root->field, policy, NULL),
                     0);
    for (size_t i = 0, k = 0; i < GROUPS; i++) {
        QUIRE_CLEANUP(quire_row_ranges_release) struct quire_row_ranges ranges = {0};
        assert_int_equal(quire_parquet_filter_rows(&filter, &file->input, i, &ranges, NULL), 0);
        int64_t rows = quire_row_ranges_count(&ranges);
        assert_true(rows == 0 || rows == 10);
        if (rows > 0) found[k++] = (char)('a' + i);
    }
    assert_string_equal(found, left);
    quire_parquet_filter_release(&filter);
}

static void expect_left(struct file *file, const struct quire_condition *conditions, size_t size,
                        const char *left)
{
    const struct quire_record_policy policy = {.conditions = conditions, .conditions_size = size};
    expect_left_of(file, &policy, left);
}

static void test_row_groups(void **state)
{
    (void)state;
    struct file file;
    make_file(&file);
    const int64_t five = 5, nine = 9, fifteen = 15, hundred = 100;
    const struct {
        enum quire_compare compare;
        const int64_t *value;
        const char *left;
    } cases[] = {
        {QUIRE_COMPARE_EQ, &five, "ad"},       {QUIRE_COMPARE_EQ, &fifteen, "bd"},
        {QUIRE_COMPARE_EQ, &hundred, "d"},     {QUIRE_COMPARE_LT, &five, "ad"},
        {QUIRE_COMPARE_GT, &nine, "bd"},       {QUIRE_COMPARE_GE, &nine, "abd"},
        {QUIRE_COMPARE_LE, &fifteen, "abd"},   {QUIRE_COMPARE_IS_NULL, NULL, "cd"},
        {QUIRE_COMPARE_NOT_NULL, NULL, "abd"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct quire_condition condition = {"a", cases[i].compare, cases[i].value,
                                                  cases[i].value != NULL ? 8 : 0};
        expect_left(&file, &condition, 1, cases[i].left);
    }
    expect_left(&file, NULL, 0, "abcd");
    const struct quire_condition both[] = {{"a", QUIRE_COMPARE_GT, &five, 8},
                                           {"a", QUIRE_COMPARE_LT, &nine, 8}};
    expect_left(&file, both, 2, "ad");
    release_file(&file);
}

static void test_any_of_conditions(void **state)
{
    (void)state;
    struct file file;
    make_file(&file);
    const int64_t five = 5, fifteen = 15, minus = -1;
    const struct quire_condition cases[][2] = {
        {{"a", QUIRE_COMPARE_EQ, &five, 8}, {"a", QUIRE_COMPARE_EQ, &fifteen, 8}},
        {{"a", QUIRE_COMPARE_IS_NULL, NULL, 0}, {"a", QUIRE_COMPARE_EQ, &fifteen, 8}},
        {{"a", QUIRE_COMPARE_LT, &minus, 8}, {"a", QUIRE_COMPARE_IS_NULL, NULL, 0}},
        {{"a", QUIRE_COMPARE_NOT_NULL, NULL, 0}, {"a", QUIRE_COMPARE_EQ, &five, 8}},
    };
    const char *const left[] = {"abd", "bcd", "cd", "abd"};
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
        const struct quire_record_policy policy = {
            .conditions = cases[i], .conditions_size = 2, .conditions_any = true};
        expect_left_of(&file, &policy, left[i]);
    }
    release_file(&file);
}

static int open_condition(struct file *file, const struct quire_condition *condition,
                          struct quire_error *error)
{
    struct quire_parquet_filter filter = {0};
    const struct quire_record_policy policy = {.conditions = condition, .conditions_size = 1};
    int code = quire_parquet_filter_open(&filter, &file->input, file->input.schema.root->field,
                                         &policy, error);
    quire_parquet_filter_release(&filter);
    return code;
}

static void test_conditions_that_cannot_be(void **state)
{
    (void)state;
    struct file file;
    struct quire_error error;
    const int64_t five = 5;
    make_file(&file);
    const struct quire_condition unknown = {"b", QUIRE_COMPARE_EQ, &five, 8},
                                 narrow = {"a", QUIRE_COMPARE_EQ, &five, 4},
                                 nothing = {"a", QUIRE_COMPARE_EQ, NULL, 8};
    assert_int_equal(open_condition(&file, &unknown, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.cause, "\"b\""));
    assert_int_equal(open_condition(&file, &narrow, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.cause, "4 bytes"));
    assert_int_equal(open_condition(&file, &nothing, &error), QUIRE_USAGE);
    release_file(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row_groups),
        cmocka_unit_test(test_any_of_conditions),
        cmocka_unit_test(test_conditions_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
