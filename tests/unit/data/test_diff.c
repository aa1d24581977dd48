/* Comparing streams: what is told, in which order, and where it ends. */
#include "rows.h"

#include <stdio.h>

#include "fault_alloc.h"
#include "quire/diff.h"

struct told {
    char text[2048];
    int code; /* what the callback returns */
};

/* "kind row column a b|" each. */
static int tell(void *user, const struct quire_difference *difference, struct quire_error *error)
{
    struct told *told = user;
    static const char kinds[] = "COTVR";
    (void)error;
    assert_non_null(difference->cause);
    size_t used = strlen(told->text);
    snprintf(
        told->text + used, sizeof(told->text) - used, "%c %d %s %s %s|", kinds[difference->kind],
        (int)difference->row, difference->column != NULL ? difference->column : "-",
        difference->a != NULL ? difference->a : "-", difference->b != NULL ? difference->b : "-");
    return told->code;
}

struct run {
    const char *a_schema, *b_schema;
    const char *a[4], *b[4]; /* batches, NULL at the end */
    int64_t max;
};

static struct ArrowArrayStream stream_of(const char *schema, const char *const *batches)
{
    size_t size = 0;
    while (size < 4 && batches[size] != NULL)
        size++;
    return rows_stream(schema, batches, size);
}

static struct quire_diff_result assert_diff(struct run run, const char *expected)
{
    struct told told = {.code = 0};
    struct ArrowArrayStream a = stream_of(run.a_schema, run.a);
    struct ArrowArrayStream b =
        stream_of(run.b_schema != NULL ? run.b_schema : run.a_schema, run.b);
    const struct quire_diff_options options = {.max = run.max, .report = tell, .user = &told};
    struct quire_diff_result result;
    struct quire_error error;
    if (quire_diff(&a, &b, &options, &result, &error) != 0) fail_msg("%s", error.cause);
    assert_string_equal(told.text, expected);
    assert_int_equal(result.same, told.text[0] == '\0');
    quire_stream_release(&a);
    quire_stream_release(&b);
    return result;
}

static void the_same_in_other_batches(void **state)
{
    (void)state;
    struct quire_diff_result result =
        assert_diff((struct run){"i int32, s string, f float64",
                                 NULL,
                                 {"1,a,nan;2,b,1;", "", "3,~,2;4,d,3;5,e,~;"},
                                 {"1,a,nan;2,b,1;3,~,2;4,d,3;", "5,e,~;"},
                                 0},
                    "");
    assert_true(result.complete);
    assert_int_equal(result.rows_a, 5);
    assert_int_equal(result.rows_b, 5);
    assert_int_equal(result.columns, 3);
    assert_diff((struct run){"i int32", NULL, {NULL}, {""}, 0}, "");
    assert_diff((struct run){"i int32 not null", "i int32", {"1;"}, {"1;"}, 0}, "");
}

static void values_by_row_and_column(void **state)
{
    (void)state;
    const struct run run = {
        "i int32, s string", NULL, {"1,a;2,b;", "3,c;4,d;5,e;"}, {"1,A;2,b;3,c;", "0,~;5,E;"}, 0};
    struct quire_diff_result result = assert_diff(run, "V 1 s a A|V 4 i 4 0|V 4 s d -|V 5 s e E|");
    assert_true(result.complete);
    assert_int_equal(result.values, 4);
}

static void comparing_ends_past_the_limit(void **state)
{
    (void)state;
    struct run run = {"i int32, s string", NULL, {"1,a;2,b;", "3,c;4,d;"}, {"0,x;2,b;3,c;9,z;"}, 3};
    struct quire_diff_result result = assert_diff(run, "V 1 i 1 0|V 1 s a x|V 4 i 4 9|");
    assert_false(result.complete);
    assert_int_equal(result.values, 3);
    assert_int_equal(result.rows_a, 4);
    run.max = 1;
    assert_false(assert_diff(run, "V 1 i 1 0|").complete);
    run.max = 4; /* all there are */
    assert_true(assert_diff(run, "V 1 i 1 0|V 1 s a x|V 4 i 4 9|V 4 s d z|").complete);
}

static void rows_that_one_side_lacks(void **state)
{
    (void)state;
    struct quire_diff_result result =
        assert_diff((struct run){"i int32", NULL, {"1;2;", "3;"}, {"1;5;", "", NULL}, 0},
                    "V 2 i 2 5|R -1 - - -|");
    assert_int_equal(result.rows_a, 3);
    assert_int_equal(result.rows_b, 2);
    assert_true(result.complete);
}

static void columns_by_name(void **state)
{
    (void)state;
    assert_diff((struct run){"a int32, b string", "b string, a int32", {"1,x;"}, {"x,2;"}, 0},
                "O -1 - - -|V 1 a 1 2|");
    struct quire_diff_result result =
        assert_diff((struct run){"a int32, b string", "c bool, b string", {"1,x;"}, {"true,x;"}, 0},
                    "C -1 a int32 -|C -1 c - bool|");
    assert_int_equal(result.columns, 1);
}

static void values_of_other_types_are_cast(void **state)
{
    (void)state;
    assert_diff((struct run){"v int64", "v float64", {"1;2;"}, {"1;2.5;"}, 0},
                "T -1 v int64 float64|V 2 v 2 2.5|");
    assert_diff((struct run){"v int32", "v uint64", {"1;2;"}, {"1;3;"}, 0},
                "T -1 v int32 uint64|V 2 v 2 3|");
    assert_diff(
        (struct run){"v date", "v timestamp(us)", {"2024-01-01;"}, {"2024-01-01T00:00:00;"}, 0},
        "T -1 v date timestamp(us)|");
    assert_diff((struct run){"v decimal(5,2)", "v int64", {"1.00;"}, {"1;"}, 0},
                "T -1 v decimal(5,2) int64|");
    assert_diff((struct run){"v dictionary<string>", "v string", {"x;y;"}, {"x;z;"}, 0},
                "T -1 v dictionary<string> string|V 2 v y z|");
    assert_diff((struct run){"v dictionary<int8>", "v int64", {"1;2;"}, {"1;3;"}, 0},
                "T -1 v dictionary<int8> int64|V 2 v 2 3|");
}

/* What meets text is compared as text: 01 is not 1. */
static void texts_that_meet_other_types(void **state)
{
    (void)state;
    struct quire_diff_result result =
        assert_diff((struct run){"v int64", "v string", {"1;2;", "3;"}, {"01;2;", "x;"}, 0},
                    "T -1 v int64 string|V 1 v 1 01|V 3 v 3 x|");
    assert_true(result.complete);
    assert_diff((struct run){"v dictionary<string>", "v decimal(5,2)", {"1;"}, {"1;"}, 0},
                "T -1 v dictionary<string> decimal(5,2)|V 1 v 1 1.00|");
    assert_diff((struct run){"v timestamp(us, UTC)",
                             "v string",
                             {"2024-01-01T00:00:00Z;"},
                             {"2024-01-01T00:00:00.000000Z;"},
                             0},
                "T -1 v timestamp(us, UTC) string|");
}

static int tell_cause(void *user, const struct quire_difference *difference,
                      struct quire_error *error)
{
    struct told *told = user;
    (void)error;
    size_t used = strlen(told->text);
    snprintf(told->text + used, sizeof(told->text) - used, "%s%s|", difference->cause,
             difference->a == NULL ? " (none)" : "");
    return 0;
}

static void causes_tell_nulls_from_texts(void **state)
{
    (void)state;
    struct told told = {.code = 0};
    struct ArrowArrayStream a = rows_stream("s string", (const char *[]){"~;null;a\"b;~;"}, 1);
    struct ArrowArrayStream b = rows_stream("s string", (const char *[]){"null;~;a;x;"}, 1);
    const struct quire_diff_options options = {.report = tell_cause, .user = &told};
    struct quire_diff_result result;
    assert_int_equal(quire_diff(&a, &b, &options, &result, NULL), 0);
    assert_string_equal(told.text, "null in the first, \"null\" in the second (none)|"
                                   "\"null\" in the first, null in the second|"
                                   "\"a\\\"b\" in the first, \"a\" in the second|"
                                   "null in the first, \"x\" in the second (none)|");
    quire_stream_release(&a);
    quire_stream_release(&b);
}

static void the_callback_can_end_it(void **state)
{
    (void)state;
    struct told told = {.code = QUIRE_CANCELLED};
    struct ArrowArrayStream a = rows_stream("i int32", (const char *[]){"1;"}, 1);
    struct ArrowArrayStream b = rows_stream("i int32", (const char *[]){"2;"}, 1);
    const struct quire_diff_options options = {.report = tell, .user = &told};
    struct quire_diff_result result;
    assert_int_equal(quire_diff(&a, &b, &options, &result, NULL), QUIRE_CANCELLED);
    quire_stream_release(&a);
    quire_stream_release(&b);
}

/* Random batches of every type equal themselves; and each allocation fails once. */
static void any_batch(void **state)
{
    (void)state;
    struct quire_field *root = open_fields(EVERY_KIND);
    bool failed = true;
    for (int64_t n = 1; failed; n++) {
        struct ArrowArrayStream streams[2];
        for (int i = 0; i < 2; i++) {
            struct ArrowSchema schema = parse_schema(EVERY_KIND);
            struct ArrowArray batch;
            struct quire_random random;
            quire_random_seed(&random, 5);
            make_random(root, 20, &random, &batch);
            assert_int_equal(quire_stream_of_batches(&schema, &batch, 1, &streams[i], NULL), 0);
        }
        struct quire_diff_result result = {.same = false};
        fault_alloc_arm(n);
        int code = quire_diff(&streams[0], &streams[1], NULL, &result, NULL);
        failed = fault_alloc_disarm();
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        assert_int_equal(result.same, !failed);
        quire_stream_release(&streams[0]);
        quire_stream_release(&streams[1]);
    }
    quire_field_close(root);
}

static void types_that_differ_without_memory(void **state)
{
    (void)state;
    bool failed = true;
    for (int64_t n = 1; failed; n++) {
        struct told told = {.code = 0};
        struct ArrowArrayStream a = rows_stream("v int64, w int8", (const char *[]){"1,1;"}, 1);
        struct ArrowArrayStream b = rows_stream("v string, x int8", (const char *[]){"x,1;"}, 1);
        const struct quire_diff_options options = {.report = tell, .user = &told};
        struct quire_diff_result result;
        fault_alloc_arm(n);
        int code = quire_diff(&a, &b, &options, &result, NULL);
        failed = fault_alloc_disarm();
        /* A cause may be cut short for want of memory; what differs may not. */
        if (code == 0)
            assert_string_equal(told.text, "T -1 v int64 string|C -1 w int8 -|C -1 x - int8|"
                                           "V 1 v 1 x|");
        else
            assert_true(failed && code == QUIRE_MEMORY);
        quire_stream_release(&a);
        quire_stream_release(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_in_other_batches),
        cmocka_unit_test(values_by_row_and_column),
        cmocka_unit_test(comparing_ends_past_the_limit),
        cmocka_unit_test(rows_that_one_side_lacks),
        cmocka_unit_test(columns_by_name),
        cmocka_unit_test(values_of_other_types_are_cast),
        cmocka_unit_test(texts_that_meet_other_types),
        cmocka_unit_test(causes_tell_nulls_from_texts),
        cmocka_unit_test(the_callback_can_end_it),
        cmocka_unit_test(any_batch),
        cmocka_unit_test(types_that_differ_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
