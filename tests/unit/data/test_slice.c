/* Slices share, copies do not; both hold the same rows as what they came from. */
#include "batches.h"

#include "data/slice.h"
#include "fault_alloc.h"

struct whole {
    struct ArrowSchema schema;
    struct quire_field *root;
    struct quire_shared_batch *shared;
};

static struct whole make_whole(int64_t rows, uint64_t seed)
{
    struct whole whole = {.schema = parse_schema(EVERY_KIND)};
    struct quire_random random;
    struct ArrowArray batch;
    quire_random_seed(&random, seed);
    assert_int_equal(quire_field_open(&whole.schema, &whole.root, NULL), 0);
    make_random(whole.root, rows, &random, &batch);
    assert_int_equal(quire_shared_batch_new(&batch, &whole.shared, NULL), 0);
    assert_null(batch.release);
    return whole;
}

static void free_whole(struct whole *whole)
{
    quire_shared_batch_release(whole->shared);
    quire_field_close(whole->root);
    quire_schema_release(&whole->schema);
}

/* Row by row, a slice has the rows of the whole: each is compared as a slice of
 * one row, from both sides. */
static void check_rows(const struct whole *whole, int64_t start, struct ArrowArray *slice)
{
    struct quire_shared_batch *part = NULL;
    int64_t length = slice->length;
    assert_int_equal(quire_shared_batch_new(slice, &part, NULL), 0);
    for (int64_t i = 0; i < length; i++) {
        struct ArrowArray left, right;
        struct quire_error error;
        assert_int_equal(quire_array_slice(whole->shared, start + i, 1, &left, NULL), 0);
        assert_int_equal(quire_array_slice(part, i, 1, &right, NULL), 0);
        if (!quire_array_equal(&whole->schema, &left, &right, &error))
            fail_msg("row %lld of the slice, %s: %s", (long long)i, error.column, error.cause);
        quire_array_release(&left);
        quire_array_release(&right);
    }
    quire_shared_batch_release(part);
}

static void test_random_slices(void **state)
{
    (void)state;
    struct whole whole = make_whole(70, 5);
    struct quire_random random;
    quire_random_seed(&random, 6);
    for (int i = 0; i < 40; i++) {
        struct ArrowArray slice, copy;
        struct quire_error error;
        int64_t start = (int64_t)quire_random_below(&random, 71);
        int64_t length = (int64_t)quire_random_below(&random, (uint64_t)(71 - start));
        assert_int_equal(quire_array_slice(whole.shared, start, length, &slice, &error), 0);
        assert_int_equal(slice.offset, 0);
        assert_int_equal(slice.length, length);
        assert_int_equal(quire_array_validate(&whole.schema, &slice, &error), 0);
        assert_int_equal(quire_array_copy(&whole.schema, &slice, &copy, &error), 0);
        if (!quire_array_equal(&whole.schema, &slice, &copy, &error))
            fail_msg("%s: %s", error.column, error.cause);
        check_rows(&whole, start, &slice);
        quire_array_release(&slice);
        check_rows(&whole, start, &copy);
    }
    free_whole(&whole);
}

static void test_slices_outlive_the_whole(void **state)
{
    (void)state;
    struct whole whole = make_whole(20, 8);
    struct ArrowArray slice, child;
    assert_int_equal(quire_array_slice(whole.shared, 5, 10, &slice, NULL), 0);
    quire_shared_batch_release(whole.shared);
    whole.shared = NULL;
    assert_int_equal(quire_array_validate(&whole.schema, &slice, NULL), 0);
    /* A child that was moved out lives on its own. */
    child = *slice.children[4];
    slice.children[4]->release = NULL;
    quire_array_release(&slice);
    assert_int_equal(quire_array_validate(whole.schema.children[4], &child, NULL), 0);
    quire_array_release(&child);
    free_whole(&whole);
}

static void test_null_rows_stay(void **state)
{
    (void)state;
    struct quire_field *root = open_fields("a int32");
    struct ArrowSchema schema = parse_schema("a int32");
    struct quire_column *column = NULL;
    struct quire_shared_batch *shared = NULL;
    struct ArrowArray batch, slice;
    assert_int_equal(quire_column_new(root, &column, NULL), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(quire_column_append_i32(&column->children[0], i), 0);
        assert_int_equal(quire_column_end_struct(column), 0);
        assert_int_equal(quire_column_append_null(column), 0);
    }
    assert_int_equal(quire_column_finish(column, &batch, NULL), 0);
    quire_column_free(column);
    assert_int_equal(quire_shared_batch_new(&batch, &shared, NULL), 0);
    assert_int_equal(quire_array_slice(shared, 3, 2, &slice, NULL), 0);
    struct quire_view *view = NULL;
    assert_int_equal(quire_view_new(root, &view, NULL), 0);
    assert_int_equal(quire_view_set(view, &slice, NULL), 0);
    assert_true(quire_view_is_null(view, 0));
    assert_false(quire_view_is_null(view, 1));
    assert_int_equal(quire_view_i64(&view->children[0], 1), 2);
    quire_view_free(view);
    quire_array_release(&slice);
    quire_shared_batch_release(shared);
    quire_field_close(root);
    quire_schema_release(&schema);
}

static void test_rows_that_are_not_there(void **state)
{
    (void)state;
    struct whole whole = make_whole(10, 9);
    struct ArrowArray slice = {.release = NULL};
    static const int64_t bad[][2] = {{-1, 1}, {0, 11}, {11, 0}, {5, -1}, {5, INT64_MAX}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(quire_array_slice(whole.shared, bad[i][0], bad[i][1], &slice, NULL),
                         QUIRE_USAGE);
        assert_null(slice.release);
    }
    free_whole(&whole);
}

static void test_allocation_failures(void **state)
{
    (void)state;
    struct whole whole = make_whole(10, 10);
    for (int64_t n = 1;; n++) {
        struct ArrowArray slice = {.release = NULL};
        fault_alloc_arm(n);
        int code = quire_array_slice(whole.shared, 2, 5, &slice, NULL);
        quire_array_release(&slice);
        int64_t held = fault_alloc_held();
        bool failed = fault_alloc_disarm();
        assert_int_equal(held, 0);
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        if (!failed) break;
    }
    free_whole(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_slices),
        cmocka_unit_test(test_slices_outlive_the_whole),
        cmocka_unit_test(test_null_rows_stay),
        cmocka_unit_test(test_rows_that_are_not_there),
        cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
