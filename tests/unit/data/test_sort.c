/* Sort keys order rows as their values do; gathered rows are the rows named. */
#include "rows.h"

#include "data/column_copy.h"
#include "data/gather.h"
#include "data/sort_key.h"

static struct quire_buf key_of(const struct quire_sort_key *key, const struct quire_view *view,
                               int64_t row)
{
    struct quire_buf out = {0};
    assert_int_equal(quire_sort_key_append(key, view, row, &out), 0);
    return out;
}

static int compare(const struct quire_buf *a, const struct quire_buf *b)
{
    size_t size = a->size < b->size ? a->size : b->size;
    int order = memcmp(a->data, b->data, size);
    if (order != 0) return order;
    return a->size == b->size ? 0 : a->size < b->size ? -1 : 1;
}

/* The rows are given from the least to the greatest of the key named, none equal. */
static void assert_rising(const char *schema_text, const char *rows, const char *name)
{
    struct ArrowSchema schema = parse_schema(schema_text);
    struct ArrowArray batch = rows_batch(&schema, rows);
    struct quire_field *field = NULL;
    struct quire_view *view = NULL;
    struct quire_sort_key key;
    struct quire_error error;
    assert_int_equal(quire_field_open(&schema, &field, NULL), 0);
    assert_int_equal(quire_view_new(field, &view, NULL), 0);
    assert_int_equal(quire_view_set(view, &batch, NULL), 0);
    if (quire_sort_key_init(&key, field, &name, 1, &error) != 0) fail_msg("%s", error.cause);
    for (int64_t row = 0; row + 1 < batch.length; row++) {
        struct quire_buf a = key_of(&key, view, row), b = key_of(&key, view, row + 1);
        if (compare(&a, &b) >= 0)
            fail_msg("%s: row %d is not before the next", schema_text, (int)row);
        quire_buf_release(&a);
        quire_buf_release(&b);
    }
    quire_sort_key_release(&key);
    quire_view_free(view);
    quire_field_close(field);
    quire_array_release(&batch);
    quire_schema_release(&schema);
}

static void test_every_type_has_its_order(void **state)
{
    (void)state;
    assert_rising("a bool", "false;true;~;", "a");
    assert_rising("a bool", "true;false;~;", "-a");
    assert_rising("a int8", "-128;-1;0;127;~;", "a");
    assert_rising("a int64", "9223372036854775807;1;-1;-9223372036854775808;~;", "-a");
    assert_rising("a uint64", "0;1;9223372036854775808;18446744073709551615;~;", "a");
    assert_rising("a float16", "-inf;-1.5;0;0.5;inf;nan;~;", "a");
    assert_rising("a float32", "-inf;-1.5;-1e-40;0;1e-40;inf;nan;", "a");
    assert_rising("a float64", "nan;inf;2;1;-1;-2;-inf;~;", "-a");
    assert_rising("a decimal(10,2)", "-99999999.99;-0.01;0;0.01;1;~;", "a");
    assert_rising("a decimal256(60,2)", "-99999999.99;-0.01;0;0.01;1;~;", "a");
    assert_rising("a date", "0001-01-01;1969-12-31;1970-01-01;9999-12-31;~;", "a");
    assert_rising("a timestamp(us, UTC)", "1969-12-31T23:59:59.999999Z;1970-01-01T00:00:00Z;~;",
                  "a");
    assert_rising("a string", ";a;a ;aa;b;\xc3\xa4;~;", "a");
    assert_rising("a string_view", "\xc3\xa4;b;aa;a ;a;;~;", "-a");
    assert_rising("a dictionary<string>", "a;b;c;~;", "a");
    assert_rising("a fixed_binary(2)", "aa;ab;ba;~;", "a");
}

static void test_zero_bytes_and_signed_zeros(void **state)
{
    (void)state;
    struct quire_field *field = open_fields("a binary, b float64");
    struct quire_column *column = NULL;
    struct quire_view *view = NULL;
    struct ArrowArray batch;
    static const struct {
        const char *bytes;
        size_t size;
    } rising[] = {{"", 0}, {"\0", 1}, {"\0\0", 2}, {"\0a", 2}, {"a", 1}, {"a\0", 2}, {"a\xff", 2}};
    const char *names[] = {"a", "b"};
    struct quire_sort_key key;
    assert_int_equal(quire_column_new(field, &column, NULL), 0);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(
            quire_column_append_bytes(&column->children[0], rising[i].bytes, rising[i].size), 0);
        assert_int_equal(quire_column_append_f64(&column->children[1], i % 2 == 0 ? 0.0 : -0.0), 0);
        assert_int_equal(quire_column_end_struct(column), 0);
    }
    assert_int_equal(quire_column_finish(column, &batch, NULL), 0);
    assert_int_equal(quire_view_new(field, &view, NULL), 0);
    assert_int_equal(quire_view_set(view, &batch, NULL), 0);
    assert_int_equal(quire_sort_key_init(&key, field, names, 2, NULL), 0);
    for (int64_t row = 0; row < 6; row++) {
        struct quire_buf a = key_of(&key, view, row), b = key_of(&key, view, row + 1);
        assert_true(compare(&a, &b) < 0);
        quire_buf_release(&a);
        quire_buf_release(&b);
    }
    quire_sort_key_release(&key);
    assert_int_equal(quire_sort_key_init(&key, field, names + 1, 1, NULL), 0);
    struct quire_buf plus = key_of(&key, view, 0), minus = key_of(&key, view, 1);
    assert_int_equal(compare(&plus, &minus), 0);
    quire_buf_release(&plus);
    quire_buf_release(&minus);
    quire_sort_key_release(&key);
    quire_view_free(view);
    quire_array_release(&batch);
    quire_column_free(column);
    quire_field_close(field);
}

static void assert_refused(const struct quire_field *field, const char *const *names, size_t size,
                           const char *says)
{
    struct quire_sort_key key;
    struct quire_error error;
    assert_int_equal(quire_sort_key_init(&key, field, names, size, &error), QUIRE_USAGE);
    if (strstr(error.cause, says) == NULL) fail_msg("%s", error.cause);
}

static void test_names(void **state)
{
    (void)state;
    struct quire_field *field = open_fields("a int32, `-a` int32, s struct<x:int8, l:list<int8>>");
    struct quire_sort_key key;
    assert_int_equal(quire_sort_key_init(&key, field, (const char *[]){"-s.x", "-a"}, 2, NULL), 0);
    assert_true(key.columns[0].descending);
    assert_int_equal(key.columns[0].path_size, 2);
    assert_false(key.columns[1].descending); /* the column "-a", not a descending */
    assert_int_equal(key.columns[1].path[0], 1);
    quire_sort_key_release(&key);
    assert_refused(field, (const char *[]){"b"}, 1, "there is no column \"b\"");
    assert_refused(field, (const char *[]){"s.y"}, 1, "s.y");
    assert_refused(field, (const char *[]){"s"}, 1, "has no order");
    assert_refused(field, (const char *[]){"s.l"}, 1, "has no order");
    assert_refused(field, (const char *[]){"a", "a"}, 2, "twice");
    assert_refused(field, NULL, 0, "1 to");
    quire_field_close(field);
}

#define EVERYTHING                                                                                 \
    "a int8, b int16, c int32, d float64, e decimal(30,2), f decimal256(50,1), g bool, h string, " \
    "i large_binary, j string_view, k list<int32>, l struct<x:string, y:int64>, m "                \
    "map<string,int8>, "                                                                           \
    "n dictionary<string>, o null, p fixed_list<int16, 2>, q fixed_binary(3)"

enum { SOURCES = 3, ROWS = 200 };

/* Rows of so many of the sources, gathered in two parts, are those that are copied one by one. */
static void assert_gathered(size_t used, uint64_t seed)
{
    struct quire_field *field = open_fields(EVERYTHING);
    struct ArrowArray batches[SOURCES], gathered, copied;
    struct quire_view *views[SOURCES];
    struct quire_column *column = NULL, *one_by_one = NULL;
    struct quire_row_ref refs[ROWS];
    struct quire_random random;
    struct ArrowSchema schema = parse_schema(EVERYTHING);
    struct quire_error error;
    quire_random_seed(&random, seed);
    for (size_t i = 0; i < SOURCES; i++) {
        make_random(field, 50, &random, &batches[i]);
        assert_int_equal(quire_view_new(field, &views[i], NULL), 0);
        assert_int_equal(quire_view_set(views[i], &batches[i], NULL), 0);
    }
    assert_int_equal(quire_column_new(field, &column, NULL), 0);
    assert_int_equal(quire_column_new(field, &one_by_one, NULL), 0);
    for (size_t i = 0; i < ROWS; i++) {
        refs[i].source = (uint32_t)quire_random_below(&random, used);
        refs[i].row = (uint32_t)quire_random_below(&random, 50);
        assert_int_equal(
            quire_column_append_view(one_by_one, views[refs[i].source], refs[i].row, 1), 0);
    }
    const struct quire_view *const sources[SOURCES] = {views[0], views[1], views[2]};
    size_t part = quire_random_below(&random, ROWS);
    assert_int_equal(quire_column_gather(column, sources, used, refs, part), 0);
    assert_int_equal(quire_column_gather(column, sources, used, refs + part, ROWS - part), 0);
    assert_int_equal(quire_column_finish(column, &gathered, NULL), 0);
    assert_int_equal(quire_column_finish(one_by_one, &copied, NULL), 0);
    if (!quire_array_equal(&schema, &copied, &gathered, &error)) fail_msg("%s", error.cause);
    quire_array_release(&gathered);
    quire_array_release(&copied);
    for (size_t i = 0; i < SOURCES; i++) {
        quire_array_release(&batches[i]);
        quire_view_free(views[i]);
    }
    quire_column_free(column);
    quire_column_free(one_by_one);
    quire_schema_release(&schema);
    quire_field_close(field);
}

static void test_gathered_rows_are_the_rows_named(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        assert_gathered(SOURCES, seed);
        assert_gathered(1, seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_has_its_order),
        cmocka_unit_test(test_zero_bytes_and_signed_zeros),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_gathered_rows_are_the_rows_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
