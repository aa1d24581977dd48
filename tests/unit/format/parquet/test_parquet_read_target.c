/* Schemas that a caller gives: the leaves that are read for them, the casts, and records that
 * are refused. */
#include "format/parquet/read/read_target.h"

#include "batches.h"
#include "parquet_fixture.h"

static const char file_text[] = "a string, s struct<x int64, y struct<p string, q bool>>, "
                                "l list<struct<m int8, n int8>>";

struct made {
    struct quire_field *fields;
    struct quire_parquet_schema schema;
    struct ArrowSchema given;
    struct quire_record_policy policy;
    struct quire_typed_target target;
    bool wanted[16];
};

static void make(struct made *made, const char *file, const char *given)
{
    *made = (struct made){.fields = open_fields(file)};
    assert_int_equal(quire_parquet_schema_of_fields(made->fields, &made->schema, NULL), 0);
    if (given == NULL) return;
    made->given = parse_schema(given);
    made->policy.schema = &made->given;
}

static int open_target(struct made *made, struct quire_error *error)
{
    return quire_parquet_target_open(&made->target, &made->policy, &made->schema, made->wanted,
                                     error);
}

static void release(struct made *made)
{
    quire_typed_target_release(&made->target);
    quire_schema_release(&made->given);
    quire_parquet_schema_release(&made->schema);
    quire_field_close(made->fields);
}

/* The leaves read for a schema and columns (NULL: none given), as digits. */
static void expect_leaves(const char *given, const char *const *columns, size_t columns_size,
                          const char *leaves)
{
    struct made made;
    char found[16] = {0};
    make(&made, file_text, given);
    made.policy.extra = QUIRE_EXTRA_IGNORE;
    made.policy.columns = columns;
    made.policy.columns_size = columns_size;
    assert_int_equal(open_target(&made, NULL), 0);
    for (size_t i = 0, k = 0; i < made.schema.leaves_size; i++)
        if (made.wanted[i]) found[k++] = (char)('0' + i);
    assert_string_equal(found, leaves);
    release(&made);
}

static void test_leaves_that_are_read(void **state)
{
    (void)state;
    static const char *const inner[] = {"s.y.p", "a"}, *const whole[] = {"s"};
    expect_leaves(NULL, NULL, 0, "012345");
    expect_leaves(NULL, inner, 2, "02");
    expect_leaves("a string, s struct<y struct<q bool>>", NULL, 0, "03");
    /* Of a struct of which nothing is there one leaf tells where it is null. */
    expect_leaves("s struct<z int64>", NULL, 0, "1");
    expect_leaves("l list<struct<m int8>>", NULL, 0, "45");
    /* Columns choose within the schema that is given. */
    expect_leaves("a string, s struct<x int64, y struct<p string, q bool>>", inner, 2, "02");
    expect_leaves("a string, s struct<x int64, y struct<p string, q bool>>", whole, 1, "123");
}

static void test_columns_of_a_schema(void **state)
{
    (void)state;
    static const char *const names[] = {"s.y", "s.y.q", "t"}, *const unknown[] = {"s.y.r"};
    struct quire_error error;
    struct made made;
    make(&made, file_text, "a string, s struct<x int64, y struct<p string, q bool>>, t int8");
    made.policy.extra = QUIRE_EXTRA_IGNORE;
    made.policy.columns = names;
    made.policy.columns_size = 3;
    assert_int_equal(open_target(&made, &error), 0);
    const struct quire_field *field = made.target.field;
    assert_int_equal(field->children_size, 2);
    assert_string_equal(field->children[1].name, "t");
    assert_int_equal(field->children[0].children_size, 1);
    assert_int_equal(field->children[0].children[0].children_size, 2); /* y is wanted whole */
    quire_typed_target_release(&made.target);
    made.policy.columns = unknown;
    made.policy.columns_size = 1;
    assert_int_equal(open_target(&made, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.cause, "s.y.r"));
    release(&made);
}

static void test_missing_and_extra(void **state)
{
    (void)state;
    struct quire_error error;
    struct made made;
    make(&made, "a int64", "a int64, b int64");
    made.policy.missing = QUIRE_MISSING_ERROR;
    assert_int_equal(open_target(&made, &error), QUIRE_INPUT);
    assert_non_null(strstr(error.cause, "\"b\""));
    release(&made);
    make(&made, "a int64, c int64", "a int64");
    made.policy.extra = QUIRE_EXTRA_ERROR;
    assert_int_equal(open_target(&made, &error), QUIRE_INPUT);
    assert_non_null(strstr(error.cause, "\"c\""));
    release(&made);
}

static void test_types_that_cannot_be(void **state)
{
    (void)state;
    struct quire_error error;
    struct made made;
    make(&made, "a list<int64>", "a int64");
    assert_int_equal(open_target(&made, &error), 0);
    assert_int_not_equal(quire_typed_target_begin(&made.target, made.schema.root->field, &error),
                         0);
    release(&made);
}

/* --- Records refused --- */

struct refused {
    int64_t rows[8];
    char records[8][32];
    size_t size;
};

static int note_refused(void *user, const struct quire_reject *reject, struct quire_error *error)
{
    (void)error;
    struct refused *refused = user;
    refused->rows[refused->size] = reject->error->row;
    (void)snprintf(refused->records[refused->size++], sizeof(refused->records[0]), "%.*s",
                   (int)reject->record_size, reject->record);
    return 0;
}

static struct ArrowArray texts(const struct quire_field *root, const char *const *values, size_t n)
{
    struct quire_column *column = NULL;
    struct ArrowArray array;
    assert_int_equal(quire_column_new(root, &column, NULL), 0);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(
            quire_column_append_bytes(&column->children[0], values[i], strlen(values[i])), 0);
        assert_int_equal(quire_column_end_struct(column), 0);
    }
    assert_int_equal(quire_column_finish(column, &array, NULL), 0);
    quire_column_free(column);
    return array;
}

/* Rows 100 to 102 and 200 to 202 of a row group that begins at row 1000 of the file. */
static void test_records_refused(void **state)
{
    (void)state;
    static const char *const values[] = {"1", "x", "3", "4", "5", "y"};
    const struct quire_row_range ranges[] = {{100, 103}, {200, 203}};
    const struct quire_buf pieces = {(uint8_t *)(uintptr_t)ranges, sizeof(ranges), sizeof(ranges)};
    const struct quire_parquet_batch_place place = {.first_row = 1000, .pieces = &pieces};
    const struct quire_batch_rows rows = quire_parquet_batch_rows(&place);
    struct refused refused = {.size = 0};
    struct quire_record_counts counts = {0};
    struct quire_error error;
    struct made made;
    int64_t sum = 0;
    make(&made, "a string", "a int64");
    made.policy.on_bad = QUIRE_ON_BAD_REJECT;
    made.policy.reject = note_refused;
    made.policy.reject_user = &refused;
    made.policy.counts = &counts;
    assert_int_equal(open_target(&made, &error), 0);
    assert_int_equal(quire_typed_target_begin(&made.target, made.schema.root->field, &error), 0);
    struct ArrowArray read = texts(made.schema.root->field, values, 6);
    do {
        struct ArrowArray batch;
        assert_int_equal(quire_typed_target_batch(&made.target, &read, &rows, &batch, &error), 0);
        const int64_t *a = batch.children[0]->buffers[1];
        for (int64_t i = 0; i < batch.length; i++)
            sum += a[batch.children[0]->offset + i];
        quire_array_release(&batch);
    } while (quire_typed_target_pending(&made.target));
    assert_int_equal(sum, 1 + 3 + 4 + 5);
    assert_int_equal(refused.size, 2);
    assert_int_equal(counts.rejected, 2);
    assert_int_equal(refused.rows[0], 1102); /* from 1 */
    assert_int_equal(refused.rows[1], 1203);
    assert_string_equal(refused.records[1], "{\"a\":\"y\"}");
    release(&made);
}

static void test_bad_values(void **state)
{
    (void)state;
    static const char *const values[] = {"1", "x"};
    const struct quire_row_range range = {7, 9};
    const struct quire_buf pieces = {(uint8_t *)(uintptr_t)&range, sizeof(range), sizeof(range)};
    const struct quire_parquet_batch_place place = {.pieces = &pieces};
    const struct quire_batch_rows rows = quire_parquet_batch_rows(&place);
    for (int null = 0; null < 2; null++) {
        struct quire_error error;
        struct ArrowArray batch = {.release = NULL};
        struct made made;
        make(&made, "a string", "a int64");
        made.policy.on_bad = null ? QUIRE_ON_BAD_NULL : QUIRE_ON_BAD_FAIL;
        assert_int_equal(open_target(&made, &error), 0);
        assert_int_equal(quire_typed_target_begin(&made.target, made.schema.root->field, &error),
                         0);
        struct ArrowArray read = texts(made.schema.root->field, values, 2);
        int code = quire_typed_target_batch(&made.target, &read, &rows, &batch, &error);
        assert_int_equal(code, null ? 0 : QUIRE_INPUT);
        if (null)
            assert_int_equal(batch.children[0]->null_count, 1);
        else
            assert_int_equal(error.row, 9);
        quire_array_release(&batch);
        release(&made);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaves_that_are_read), cmocka_unit_test(test_columns_of_a_schema),
        cmocka_unit_test(test_missing_and_extra),    cmocka_unit_test(test_types_that_cannot_be),
        cmocka_unit_test(test_records_refused),      cmocka_unit_test(test_bad_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
