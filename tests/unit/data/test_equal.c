/* Equality by value, whatever the layout, and the words for a difference. */
#include "batches.h"

#include <math.h>

#include "fault_alloc.h"

/* A batch of one column with the given fixed-width values and no nulls. */
struct one_column {
    const void *buffers[2], *none[1];
    struct ArrowArray column, *children[1], batch;
};

static void make_one(struct one_column *one, int64_t rows, const void *values,
                     const uint8_t *validity)
{
    *one = (struct one_column){.buffers = {validity, values}};
    one->column = (struct ArrowArray){.length = rows,
                                      .null_count = -1,
                                      .n_buffers = 2,
                                      .buffers = one->buffers,
                                      .release = release_fixed};
    one->children[0] = &one->column;
    one->batch = (struct ArrowArray){.length = rows,
                                     .n_buffers = 1,
                                     .buffers = one->none,
                                     .n_children = 1,
                                     .children = one->children,
                                     .release = release_fixed};
}

static void test_floats(void **state)
{
    (void)state;
    struct ArrowSchema schema = parse_schema("a float64");
    const double nan = (double)NAN;
    const double a[] = {nan, 0.0, 1.5}, b[] = {-nan, 0.0, 1.5}, c[] = {nan, -0.0, 1.5};
    struct one_column left, right;
    struct quire_error error;
    make_one(&left, 3, a, NULL);
    make_one(&right, 3, b, NULL);
    assert_true(quire_array_equal(&schema, &left.batch, &right.batch, &error));
    make_one(&right, 3, c, NULL);
    assert_false(quire_array_equal(&schema, &left.batch, &right.batch, &error));
    assert_int_equal(error.row, 2);
    assert_string_equal(error.column, "a");
    assert_string_equal(error.cause, "0.0 in the first, -0.0 in the second");
    quire_schema_release(&schema);
}

static void test_nulls_hide_values(void **state)
{
    (void)state;
    struct ArrowSchema schema = parse_schema("a int32");
    static const int32_t a[] = {1, 2, 3}, b[] = {1, 9, 3};
    static const uint8_t second_null[] = {0x05}, third_null[] = {0x03};
    struct one_column left, right;
    struct quire_error error;
    make_one(&left, 3, a, second_null);
    make_one(&right, 3, b, second_null);
    assert_true(quire_array_equal(&schema, &left.batch, &right.batch, &error));
    make_one(&right, 3, a, NULL);
    assert_false(quire_array_equal(&schema, &left.batch, &right.batch, &error));
    assert_int_equal(error.row, 2);
    assert_string_equal(error.cause, "null in the first, 2 in the second");
    make_one(&right, 3, a, third_null);
    assert_false(quire_array_equal(&schema, &left.batch, &right.batch, NULL));
    quire_schema_release(&schema);
}

static void test_lengths(void **state)
{
    (void)state;
    struct ArrowSchema schema = parse_schema("a int32");
    static const int32_t a[] = {1, 2, 3};
    struct one_column left, right;
    struct quire_error error;
    make_one(&left, 3, a, NULL);
    make_one(&right, 2, a, NULL);
    assert_false(quire_array_equal(&schema, &left.batch, &right.batch, &error));
    assert_string_equal(error.cause, "3 rows in the first, 2 in the second");
    right.batch.n_buffers = 2;
    assert_false(quire_array_equal(&schema, &left.batch, &right.batch, &error));
    assert_int_equal(error.code, QUIRE_USAGE);
    quire_schema_release(&schema);
}

/* One row: s = {l: [{x: value}, ...]}. */
static void make_nested(const struct quire_field *root, const int32_t *values, int n,
                        struct ArrowArray *batch)
{
    struct quire_column *column = NULL;
    assert_int_equal(quire_column_new(root, &column, NULL), 0);
    struct quire_column *s = &column->children[0], *l = &s->children[0], *x = &l->children[0];
    for (int i = 0; i < n; i++) {
        assert_int_equal(quire_column_append_i32(&x->children[0], values[i]), 0);
        assert_int_equal(quire_column_end_struct(x), 0);
    }
    assert_int_equal(quire_column_end_list(l), 0);
    assert_int_equal(quire_column_end_struct(s), 0);
    assert_int_equal(quire_column_end_struct(column), 0);
    assert_int_equal(quire_column_finish(column, batch, NULL), 0);
    quire_column_free(column);
}

static void test_nested_differences_are_found(void **state)
{
    (void)state;
    static const int32_t a[] = {1, 2, 3}, b[] = {1, 2, 4};
    struct ArrowSchema schema = parse_schema("s struct<l:list<struct<x:int32>>>");
    struct quire_field *root = NULL;
    struct ArrowArray left, right, shorter;
    struct quire_error error;
    assert_int_equal(quire_field_open(&schema, &root, NULL), 0);
    make_nested(root, a, 3, &left);
    make_nested(root, b, 3, &right);
    make_nested(root, a, 2, &shorter);
    assert_true(quire_array_equal(&schema, &left, &left, &error));
    assert_false(quire_array_equal(&schema, &left, &right, &error));
    assert_string_equal(error.column, "s.l.2.x");
    assert_string_equal(error.cause, "3 in the first, 4 in the second");
    assert_int_equal(error.row, 1);
    assert_false(quire_array_equal(&schema, &left, &shorter, &error));
    assert_string_equal(error.column, "s.l");
    assert_string_equal(error.cause, "3 items in the first, 2 in the second");
    quire_array_release(&left);
    quire_array_release(&right);
    quire_array_release(&shorter);
    quire_field_close(root);
    quire_schema_release(&schema);
}

static void test_dictionaries_compare_by_value(void **state)
{
    (void)state;
    struct ArrowSchema schema = parse_schema("a dictionary<int32, int8>");
    static const int32_t forward[] = {10, 20}, backward[] = {20, 10};
    static const int8_t a[] = {0, 1, 1}, b[] = {1, 0, 0};
    struct one_column left, right, left_values, right_values;
    struct quire_error error;
    make_one(&left, 3, a, NULL);
    make_one(&right, 3, b, NULL);
    make_one(&left_values, 2, forward, NULL);
    make_one(&right_values, 2, backward, NULL);
    left.column.dictionary = &left_values.column;
    right.column.dictionary = &right_values.column;
    assert_true(quire_array_equal(&schema, &left.batch, &right.batch, &error));
    right.column.dictionary = &left_values.column;
    assert_false(quire_array_equal(&schema, &left.batch, &right.batch, &error));
    assert_int_equal(error.row, 1);
    assert_string_equal(error.cause, "10 in the first, 20 in the second");
    quire_schema_release(&schema);
}

/* Two batches of independent random rows differ; each equals its copy; and the
 * row that is named is the first that differs. */
static void test_random_batches(void **state)
{
    (void)state;
    struct ArrowSchema schema = parse_schema(EVERY_KIND);
    struct quire_field *root = NULL;
    struct quire_random random;
    quire_random_seed(&random, 3);
    assert_int_equal(quire_field_open(&schema, &root, NULL), 0);
    for (int i = 0; i < 60; i++) {
        struct ArrowArray a, b, same;
        struct quire_error error;
        int64_t rows = (int64_t)quire_random_below(&random, 40);
        struct quire_random again = random;
        make_random(root, rows, &random, &a);
        make_random(root, rows, &again, &same);
        make_random(root, rows, &random, &b);
        if (quire_array_validate(&schema, &a, &error) != 0)
            fail_msg("%s: %s", error.column, error.cause);
        if (!quire_array_equal(&schema, &a, &same, &error))
            fail_msg("%s: %s", error.column, error.cause);
        if (rows > 0) {
            assert_false(quire_array_equal(&schema, &a, &b, &error));
            assert_in_range(error.row, 1, rows);
            assert_true(error.column[0] != '\0');
        }
        quire_array_release(&a);
        quire_array_release(&b);
        quire_array_release(&same);
    }
    quire_field_close(root);
    quire_schema_release(&schema);
}

/* Checks that a batch of one column is valid, and equal to itself. */
static void check_valid(const char *type, struct one_column *one)
{
    struct ArrowSchema schema = parse_schema(type);
    struct quire_error error;
    if (quire_array_validate(&schema, &one->batch, &error) != 0) fail_msg("%s", error.cause);
    assert_true(quire_array_equal(&schema, &one->batch, &one->batch, &error));
    quire_schema_release(&schema);
}

static void assert_row_differs(const char *type, const struct one_column *a,
                               const struct one_column *b, int64_t row, const char *cause)
{
    struct ArrowSchema schema = parse_schema(type);
    struct quire_error error;
    assert_false(quire_array_equal(&schema, &a->batch, &b->batch, &error));
    assert_int_equal(error.row, row);
    assert_string_equal(error.cause, cause);
    quire_schema_release(&schema);
}

static void test_run_ends(void **state)
{
    (void)state;
    static const char type[] = "a run_end<int32, int64>";
    static const int32_t ends[] = {2, 3, 6}, other_ends[] = {1, 2, 5};
    static const int64_t values[] = {7, 8, 9};
    struct one_column run, run_ends, run_values, other, other_run_ends;
    make_one(&run_ends, 3, ends, NULL);
    make_one(&other_run_ends, 3, other_ends, NULL);
    make_one(&run_values, 3, values, NULL);
    struct ArrowArray *children[] = {&run_ends.column, &run_values.column};
    struct ArrowArray *other_children[] = {&other_run_ends.column, &run_values.column};
    make_one(&run, 4, NULL, NULL);
    run.column.null_count = 0;
    run.column.n_buffers = 0;
    run.column.n_children = 2;
    run.column.children = children;
    run.column.offset = 1;
    check_valid(type, &run);
    other = run;
    other.children[0] = &other.column;
    other.batch.children = other.children;
    other.batch.buffers = other.none;
    other.column.children = other_children;
    other.column.offset = 0;
    struct ArrowSchema schema = parse_schema(type);
    assert_true(quire_array_equal(&schema, &run.batch, &other.batch, NULL));
    quire_schema_release(&schema);
    other.column.offset = 1;
    assert_row_differs(type, &run, &other, 1, "7 in the first, 8 in the second");
}

static void test_unions(void **state)
{
    (void)state;
    static const int8_t ids[] = {5, 2, 5};
    static const int32_t offsets[] = {0, 0, 1}, others[] = {0, 0, 0};
    static const int64_t first_values[] = {1, 2, 3}, second_values[] = {10, 20, 30};
    struct one_column dense, sparse, first, second, other;
    make_one(&first, 3, first_values, NULL);
    make_one(&second, 3, second_values, NULL);
    struct ArrowArray *children[] = {&first.column, &second.column};
    make_one(&dense, 3, offsets, NULL);
    make_one(&other, 3, others, NULL);
    make_one(&sparse, 3, NULL, NULL);
    struct one_column *unions[] = {&dense, &other, &sparse};
    for (int i = 0; i < 3; i++) {
        unions[i]->buffers[0] = ids;
        unions[i]->column.null_count = 0;
        unions[i]->column.n_children = 2;
        unions[i]->column.children = children;
    }
    sparse.column.n_buffers = 1;
    check_valid("a dense_union(5,2)<x:int64, y:int64>", &dense);
    check_valid("a sparse_union(5,2)<x:int64, y:int64>", &sparse);
    assert_row_differs("a dense_union(5,2)<x:int64, y:int64>", &dense, &other, 3,
                       "2 in the first, 1 in the second");
}

static void test_list_views(void **state)
{
    (void)state;
    static const int32_t starts[] = {2, 0, 1}, sizes[] = {1, 3, 0}, longer[] = {1, 2, 0};
    static const int64_t values[] = {1, 2, 3};
    struct one_column list, other, items;
    make_one(&items, 3, values, NULL);
    struct ArrowArray *children[] = {&items.column};
    make_one(&list, 3, starts, NULL);
    make_one(&other, 3, starts, NULL);
    const void *buffers[] = {NULL, starts, sizes}, *other_buffers[] = {NULL, starts, longer};
    list.column.buffers = buffers;
    other.column.buffers = other_buffers;
    list.column.n_buffers = other.column.n_buffers = 3;
    list.column.n_children = other.column.n_children = 1;
    list.column.children = other.column.children = children;
    check_valid("a list_view<int64>", &list);
    assert_row_differs("a list_view<int64>", &list, &other, 2,
                       "3 items in the first, 2 in the second");
}

static void test_allocation_failures(void **state)
{
    (void)state;
    struct ArrowSchema schema = parse_schema(EVERY_KIND);
    struct quire_field *root = NULL;
    struct quire_random random;
    struct ArrowArray batch;
    quire_random_seed(&random, 4);
    assert_int_equal(quire_field_open(&schema, &root, NULL), 0);
    make_random(root, 9, &random, &batch);
    for (int64_t n = 1;; n++) {
        struct quire_error error = {.code = 0};
        fault_alloc_arm(n);
        bool equal = quire_array_equal(&schema, &batch, &batch, &error);
        int code = equal ? quire_array_validate(&schema, &batch, &error) : error.code;
        int64_t held = fault_alloc_held();
        bool failed = fault_alloc_disarm();
        assert_int_equal(held, 0);
        if (failed) assert_int_equal(error.code, QUIRE_MEMORY);
        if (failed) continue;
        assert_int_equal(code, 0);
        break;
    }
    quire_array_release(&batch);
    quire_field_close(root);
    quire_schema_release(&schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_floats),
        cmocka_unit_test(test_nulls_hide_values),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_nested_differences_are_found),
        cmocka_unit_test(test_dictionaries_compare_by_value),
        cmocka_unit_test(test_random_batches),
        cmocka_unit_test(test_run_ends),
        cmocka_unit_test(test_unions),
        cmocka_unit_test(test_list_views),
        cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
