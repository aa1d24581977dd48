/* Streams of the rows for which a condition is true. */
#include "values.h"

static const char schema_text[] = "n int32, s string";
static const char *const batches[] = {"1,a;2,b;3,c;", "", "4,~;~,e;", "6,f;"};

static void expect_rows(const char *condition, const int64_t *lengths, size_t n)
{
    struct ArrowArrayStream source = rows_stream(schema_text, batches, 4), kept;
    struct ArrowArray batch;
    struct quire_error error;
    if (quire_stream_filter(&source, condition, &kept, &error) != 0)
        fail_msg("%s: %s", condition, error.cause);
    assert_null(source.release);
    for (size_t i = 0; i <= n; i++) {
        assert_int_equal(kept.get_next(&kept, &batch), 0);
        if (i == n) {
            assert_null(batch.release);
            break;
        }
        assert_int_equal(batch.length, lengths[i]);
        batch.release(&batch);
    }
    kept.release(&kept);
}

/* Batches of which no row is kept are left out. */
static void test_rows(void **state)
{
    static const int64_t all[] = {3, 2, 1}, some[] = {1, 1}, last[] = {1};
    (void)state;
    expect_rows("true", all, 3);
    expect_rows("n >= 3", (const int64_t[]){1, 1, 1}, 3);
    expect_rows("n IN (2, 4)", some, 2);
    expect_rows("s = 'f'", last, 1);
    expect_rows("s IS NULL", last, 1);
    expect_rows("n > 100", NULL, 0);
    expect_rows("NULL", NULL, 0);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *condition, *cause;
    } cases[] = {{"n >", "ends where a value"},
                 {"m > 1", "no column is named m"},
                 {"n + 1", "it gives int, where a condition gives boolean"}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ArrowArrayStream source = rows_stream(schema_text, batches, 4), kept;
        struct quire_error error;
        assert_int_equal(quire_stream_filter(&source, cases[i].condition, &kept, &error),
                         QUIRE_USAGE);
        assert_non_null(strstr(error.cause, cases[i].cause));
        assert_non_null(source.release);
        source.release(&source);
    }
}

/* Rows are counted through the stream, and those before are delivered. */
static void test_failing_row(void **state)
{
    struct ArrowArrayStream source = rows_stream(schema_text, batches, 4), kept;
    struct ArrowArray batch;
    struct quire_error error;
    (void)state;
    assert_int_equal(quire_stream_filter(&source, "2147483643 + n > 0", &kept, &error), 0);
    assert_int_equal(kept.get_next(&kept, &batch), 0);
    assert_int_equal(batch.length, 3);
    batch.release(&batch);
    assert_int_equal(kept.get_next(&kept, &batch), 0);
    assert_int_equal(batch.length, 1);
    batch.release(&batch);
    assert_int_equal(quire_stream_next(&kept, &batch, &error), QUIRE_INPUT);
    assert_int_equal(error.row, 6);
    kept.release(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_failing_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
