/* Columns by name: schema and batch agree, what is left out is released. */
#include "batches.h"

#include "data/select.h"
#include "fault_alloc.h"

#define SCHEMA "a int32, b struct<c:string, d:struct<e:int8, f:bool>, g:date>, `x.y` int64, h bool"

static struct quire_select *open_select(const struct ArrowSchema *schema, const char *const *names,
                                        size_t size)
{
    struct quire_select *select = NULL;
    struct quire_error error;
    if (quire_select_new(schema, names, size, &select, &error) != 0) fail_msg("%s", error.cause);
    return select;
}

static void assert_selects(const char *const *names, size_t size, const char *expected)
{
    struct ArrowSchema schema = parse_schema(SCHEMA), selected_schema, wanted;
    struct quire_field *root = NULL;
    struct quire_random random;
    struct quire_error error;
    struct ArrowArray batch, selected;
    quire_random_seed(&random, 12);
    wanted = parse_schema(expected);
    struct quire_select *select = open_select(&schema, names, size);
    assert_int_equal(quire_select_schema(select, &selected_schema, NULL), 0);
    if (!quire_schema_equal(&wanted, &selected_schema, &error))
        fail_msg("%s: %s", error.column, error.cause);
    assert_int_equal(quire_field_open(&schema, &root, NULL), 0);
    make_random(root, 30, &random, &batch);
    assert_int_equal(quire_select_batch(select, &batch, &selected, NULL), 0);
    assert_null(batch.release);
    assert_int_equal(selected.length, 30);
    assert_int_equal(quire_array_validate(&selected_schema, &selected, NULL), 0);
    quire_array_release(&selected);
    quire_select_free(select);
    quire_field_close(root);
    quire_schema_release(&schema);
    quire_schema_release(&selected_schema);
    quire_schema_release(&wanted);
}

static void test_selections(void **state)
{
    (void)state;
    assert_selects((const char *[]){"h", "a"}, 2, "h bool, a int32");
    assert_selects((const char *[]){"b.c"}, 1, "b struct<c:string>");
    assert_selects((const char *[]){"b.d.f", "a", "b.c"}, 3,
                   "b struct<d:struct<f:bool>, c:string>, a int32");
    assert_selects((const char *[]){"x.y", "b"}, 2,
                   "`x.y` int64, b struct<c:string, d:struct<e:int8, f:bool>, g:date>");
    assert_selects(NULL, 0, "");
}

static void test_values_are_those_of_the_columns(void **state)
{
    (void)state;
    static const char *const names[] = {"b.d.e", "a"};
    struct ArrowSchema schema = parse_schema(SCHEMA);
    struct quire_field *root = NULL;
    struct quire_random random;
    struct ArrowArray batch, copy, selected;
    quire_random_seed(&random, 13);
    assert_int_equal(quire_field_open(&schema, &root, NULL), 0);
    struct quire_random again = random;
    make_random(root, 30, &random, &batch);
    make_random(root, 30, &again, &copy);
    struct quire_select *select = open_select(&schema, names, 2);
    assert_int_equal(quire_select_batch(select, &batch, &selected, NULL), 0);
    assert_true(
        quire_array_equal(schema.children[0], selected.children[1], copy.children[0], NULL));
    const struct ArrowSchema *e = schema.children[1]->children[1]->children[0];
    assert_true(quire_array_equal(e, selected.children[0]->children[0]->children[0],
                                  copy.children[1]->children[1]->children[0], NULL));
    quire_array_release(&copy);
    quire_array_release(&selected);
    quire_select_free(select);
    quire_field_close(root);
    quire_schema_release(&schema);
}

static void assert_refused(const char *const *names, size_t size, const char *cause,
                           const char *hint)
{
    struct ArrowSchema schema = parse_schema(SCHEMA);
    struct quire_select *select = NULL;
    struct quire_error error;
    assert_int_equal(quire_select_new(&schema, names, size, &select, &error), QUIRE_USAGE);
    assert_null(select);
    assert_string_equal(error.cause, cause);
    assert_string_equal(error.hint, hint);
    quire_schema_release(&schema);
}

static void test_errors(void **state)
{
    (void)state;
    assert_refused((const char *[]){"A"}, 1, "there is no column \"A\"", "did you mean \"a\"?");
    assert_refused((const char *[]){"x.z"}, 1, "there is no column \"x.z\"",
                   "did you mean \"x.y\"?");
    assert_refused((const char *[]){"a", "a"}, 2, "\"a\" is selected twice", "");
    assert_refused((const char *[]){"b.c", "b"}, 2, "\"b\" is selected twice", "");
    assert_refused((const char *[]){"b", "b.c"}, 2, "\"b.c\" is selected twice", "");
    assert_refused((const char *[]){"a.c"}, 1,
                   "\"a.c\" asks for a field of a column that is not a struct", "");
    assert_refused((const char *[]){"completely different"}, 1,
                   "there is no column \"completely different\"", "");
}

static void test_wrong_batches_stand(void **state)
{
    (void)state;
    static const char *const names[] = {"a"};
    struct ArrowSchema schema = parse_schema(SCHEMA);
    struct quire_field *other = open_fields("a int32");
    struct quire_random random;
    struct ArrowArray batch, selected;
    quire_random_seed(&random, 14);
    make_random(other, 3, &random, &batch);
    struct quire_select *select = open_select(&schema, names, 1);
    assert_int_equal(quire_select_batch(select, &batch, &selected, NULL), QUIRE_USAGE);
    assert_non_null(batch.release);
    quire_array_release(&batch);
    quire_select_free(select);
    quire_field_close(other);
    quire_schema_release(&schema);
}

static void test_allocation_failures(void **state)
{
    (void)state;
    static const char *const names[] = {"b.d.f", "a", "b.c"};
    struct ArrowSchema schema = parse_schema(SCHEMA);
    struct quire_field *root = NULL;
    assert_int_equal(quire_field_open(&schema, &root, NULL), 0);
    for (int64_t n = 1;; n++) {
        struct quire_random random;
        struct ArrowArray batch, selected = {.release = NULL};
        struct ArrowSchema selected_schema = {.release = NULL};
        struct quire_select *select = NULL;
        quire_random_seed(&random, 15);
        make_random(root, 5, &random, &batch);
        fault_alloc_arm(n);
        int code = quire_select_new(&schema, names, 3, &select, NULL);
        if (code == 0) code = quire_select_schema(select, &selected_schema, NULL);
        if (code == 0) code = quire_select_batch(select, &batch, &selected, NULL);
        bool stands = batch.release != NULL;
        quire_schema_release(&selected_schema);
        quire_select_free(select);
        int64_t held = fault_alloc_held();
        bool failed = fault_alloc_disarm();
        quire_array_release(&selected);
        quire_array_release(&batch);
        assert_int_equal(stands, failed);
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        if (!failed) break;
        assert_int_equal(held, 0);
    }
    quire_field_close(root);
    quire_schema_release(&schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selections),
        cmocka_unit_test(test_values_are_those_of_the_columns),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_wrong_batches_stand),
        cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
