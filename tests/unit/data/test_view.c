/* Views over arrays that producers may hand over: sliced, empty, NULL buffers,
 * and wrong in every way that can be seen. */
#include "batches.h"

#include "fault_alloc.h"

struct opened {
    struct quire_field *field;
    struct quire_view *view;
};

/* The view of the one column of a schema. */
static struct opened open_column(const char *schema)
{
    struct opened opened = {.field = open_fields(schema)};
    assert_int_equal(quire_view_new(&opened.field->children[0], &opened.view, NULL), 0);
    return opened;
}

static void close_column(struct opened *opened)
{
    quire_view_free(opened->view);
    quire_field_close(opened->field);
}

static struct ArrowArray fixed(int64_t length, int64_t n_buffers, const void **buffers)
{
    return (struct ArrowArray){.length = length,
                               .null_count = -1,
                               .n_buffers = n_buffers,
                               .buffers = buffers,
                               .release = release_fixed};
}

static void test_fixed_values(void **state)
{
    (void)state;
    static const int16_t values[] = {1, -2, 3, -4};
    static const uint8_t validity[] = {0x0b};
    const void *buffers[] = {validity, values};
    struct ArrowArray array = fixed(3, 2, buffers);
    array.offset = 1;
    struct opened column = open_column("a int16");
    assert_int_equal(quire_view_set(column.view, &array, NULL), 0);
    assert_int_equal(quire_view_i64(column.view, 0), -2);
    assert_false(quire_view_is_null(column.view, 0));
    assert_true(quire_view_is_null(column.view, 1));
    assert_int_equal(quire_view_i64(column.view, 2), -4);
    array.null_count = 0;
    assert_int_equal(quire_view_set(column.view, &array, NULL), 0);
    assert_null(column.view->validity);
    close_column(&column);
}

static void test_strings_of_every_layout(void **state)
{
    (void)state;
    static const int32_t narrow[] = {0, 1, 1, 4};
    static const int64_t wide[] = {0, 1, 1, 4};
    static const char bytes[] = "abcd";
    struct {
        uint8_t entry[3][16];
    } views = {{{1, 0, 0, 0, 'a'}, {0}, {13, 0, 0, 0, 'l', 'o', 'n', 'g', 0, 0, 0, 0, 1}}};
    static const char data[] = "xlonger than 12";
    static const int64_t sizes[] = {14};
    const void *narrow_buffers[] = {NULL, narrow, bytes};
    const void *wide_buffers[] = {NULL, wide, bytes};
    const void *view_buffers[] = {NULL, views.entry, data, sizes};
    static const char *const types[] = {"a string", "a large_string", "a string_view"};
    const void **buffers[] = {narrow_buffers, wide_buffers, view_buffers};
    for (int i = 0; i < 3; i++) {
        struct opened column = open_column(types[i]);
        struct ArrowArray array = fixed(3, i == 2 ? 4 : 3, buffers[i]);
        assert_int_equal(quire_view_set(column.view, &array, NULL), 0);
        struct quire_bytes value = quire_view_bytes(column.view, 0);
        assert_int_equal(value.size, 1);
        assert_memory_equal(value.data, "a", 1);
        assert_int_equal(quire_view_bytes(column.view, 1).size, 0);
        value = quire_view_bytes(column.view, 2);
        assert_memory_equal(value.data, i == 2 ? "longer than 1" : "bcd", value.size);
        assert_int_equal(quire_view_validate(column.view, NULL), 0);
        close_column(&column);
    }
}

static void test_empty_arrays_need_no_buffers(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        int64_t buffers;
    } cases[] = {{"a string", 3}, {"a large_binary", 3}, {"a string_view", 3},    {"a int64", 2},
                 {"a bool", 2},   {"a null", 0},         {"a fixed_binary(0)", 2}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const void *buffers[3] = {NULL};
        struct ArrowArray array = fixed(0, cases[i].buffers, buffers);
        struct opened column = open_column(cases[i].type);
        assert_int_equal(quire_view_set(column.view, &array, NULL), 0);
        assert_int_equal(quire_view_validate(column.view, NULL), 0);
        close_column(&column);
    }
    const void *buffers[2] = {NULL};
    struct ArrowArray items = fixed(0, 2, buffers), *children[] = {&items};
    struct ArrowArray list = fixed(0, 2, buffers);
    list.n_children = 1;
    list.children = children;
    struct opened column = open_column("a list<int8>");
    assert_int_equal(quire_view_set(column.view, &list, NULL), 0);
    assert_int_equal(quire_view_validate(column.view, NULL), 0);
    close_column(&column);
}

/* Rows 2.. of a struct at offset 2 whose child has an offset of its own. */
static void test_offsets_of_structs_add_up(void **state)
{
    (void)state;
    static const int32_t values[] = {0, 1, 2, 3, 4, 5, 6, 7};
    const void *buffers[] = {NULL, values};
    struct ArrowArray child = fixed(6, 2, buffers), *children[] = {&child};
    child.offset = 1;
    struct ArrowArray array = fixed(3, 1, buffers);
    array.offset = 2;
    array.n_children = 1;
    array.children = children;
    struct opened column = open_column("a struct<x:int32>");
    assert_int_equal(quire_view_set(column.view, &array, NULL), 0);
    assert_int_equal(column.view->children[0].length, 3);
    assert_int_equal(quire_view_i64(&column.view->children[0], 0), 3);
    assert_int_equal(quire_view_i64(&column.view->children[0], 2), 5);
    child.length = 4;
    struct quire_error error;
    assert_int_equal(quire_view_set(column.view, &array, &error), QUIRE_USAGE);
    assert_string_equal(error.column, "x");
    close_column(&column);
}

static void test_fixed_lists(void **state)
{
    (void)state;
    static const int32_t values[] = {0, 1, 2, 3, 4, 5, 6};
    const void *buffers[] = {NULL, values};
    struct ArrowArray child = fixed(6, 2, buffers), *children[] = {&child};
    child.offset = 1;
    struct ArrowArray array = fixed(2, 1, buffers);
    array.offset = 1;
    array.n_children = 1;
    array.children = children;
    struct opened column = open_column("a fixed_list<int32, 2>");
    assert_int_equal(quire_view_set(column.view, &array, NULL), 0);
    struct quire_range range = quire_view_range(column.view, 1);
    assert_int_equal(range.size, 2);
    assert_int_equal(quire_view_i64(&column.view->children[0], range.start), 5);
    child.length = 5;
    assert_int_equal(quire_view_set(column.view, &array, NULL), QUIRE_USAGE);
    close_column(&column);
}

static void test_wrong_shapes(void **state)
{
    (void)state;
    static const int64_t values[4];
    const void *buffers[] = {NULL, values, NULL};
    struct opened column = open_column("a int64");
    const struct ArrowArray good = fixed(2, 2, buffers);
    struct ArrowArray bad[10];
    for (int i = 0; i < 10; i++)
        bad[i] = good;
    bad[0].n_buffers = 3;
    bad[1].length = -1;
    bad[2].offset = -1;
    bad[3].offset = INT64_MAX;
    bad[4].null_count = 1;
    bad[5].release = NULL;
    bad[6].n_children = 1;
    bad[7].buffers = NULL;
    bad[8].length = INT64_MAX / 4;
    struct ArrowArray dictionary = good;
    bad[9].dictionary = &dictionary;
    assert_int_equal(quire_view_set(column.view, &good, NULL), 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(quire_view_set(column.view, &bad[i], NULL), QUIRE_USAGE);
    const void *missing[] = {NULL, NULL};
    struct ArrowArray array = fixed(2, 2, missing);
    assert_int_equal(quire_view_set(column.view, &array, NULL), QUIRE_USAGE);
    const void *unaligned[] = {NULL, (const char *)values + 1};
    array = fixed(2, 2, unaligned);
    assert_int_equal(quire_view_set(column.view, &array, NULL), QUIRE_USAGE);
    close_column(&column);
}

static void assert_invalid(const char *type, struct ArrowArray *array, int64_t row,
                           const char *cause)
{
    struct opened column = open_column(type);
    struct quire_error error;
    assert_int_equal(quire_view_set(column.view, array, &error), 0);
    assert_int_equal(quire_view_validate(column.view, &error), QUIRE_INPUT);
    if (strstr(error.cause, cause) == NULL) fail_msg("%s", error.cause);
    assert_int_equal(error.row, row);
    close_column(&column);
}

static void test_invalid_strings(void **state)
{
    (void)state;
    static const int32_t falling[] = {0, 2, 1, 4};
    static const int32_t negative[] = {-1, 2, 3, 4};
    static const int32_t good[] = {0, 1, 3, 4};
    static const int32_t splitting[] = {0, 2, 3, 4};
    const void *buffers[] = {NULL, falling, "abcd"};
    struct ArrowArray array = fixed(3, 3, buffers);
    assert_invalid("a string", &array, 2, "less than the one before");
    buffers[1] = negative;
    assert_invalid("a string", &array, 1, "negative");
    buffers[1] = good;
    buffers[2] = "a\xff\xff"
                 "d";
    assert_invalid("a string", &array, 2, "not UTF-8 (0xff)");
    buffers[1] = splitting;
    buffers[2] = "a\xc3\xbc"
                 "d";
    assert_invalid("a string", &array, 1, "not UTF-8");
    static const uint8_t only_others[] = {0x05};
    buffers[0] = only_others;
    buffers[1] = good;
    buffers[2] = "a\xff\xff"
                 "d";
    struct opened column = open_column("a string");
    assert_int_equal(quire_view_set(column.view, &array, NULL), 0);
    assert_int_equal(quire_view_validate(column.view, NULL), 0);
    close_column(&column);
}

static void test_invalid_views_lists_and_indices(void **state)
{
    (void)state;
    static const uint8_t entry[16] = {14, 0, 0, 0, 'l', 'o', 'n', 'g', 0, 0, 0, 0, 1};
    static const uint8_t other[16] = {14, 0, 0, 0, 'l', 'o', 'n', 'g', 1, 0, 0, 0, 0};
    static const int64_t sizes[] = {14};
    const void *view_buffers[] = {NULL, entry, "longer than 12", sizes};
    struct ArrowArray views = fixed(1, 4, view_buffers);
    assert_invalid("a binary_view", &views, 1, "past its buffer");
    view_buffers[1] = other;
    assert_invalid("a binary_view", &views, 1, "not there");
    static const int32_t offsets[] = {0, 1, 4};
    static const int8_t values[] = {0, 1, 2, 3};
    const void *list_buffers[] = {NULL, offsets}, *value_buffers[] = {NULL, values};
    struct ArrowArray items = fixed(3, 2, value_buffers), *children[] = {&items};
    struct ArrowArray list = fixed(2, 2, list_buffers);
    list.n_children = 1;
    list.children = children;
    assert_invalid("a list<int8>", &list, 2, "past the items");
    struct ArrowArray indices = fixed(4, 2, value_buffers);
    indices.dictionary = &items;
    assert_invalid("a dictionary<int8, int8>", &indices, 4, "not in the dictionary");
}

/* An item's fault is blamed on the row of its list. */
static void test_rows_of_items(void **state)
{
    (void)state;
    static const int32_t offsets[] = {0, 2, 2, 3};
    static const int32_t ends[] = {0, 1, 2, 3};
    const void *list_buffers[] = {NULL, offsets}, *buffers[] = {NULL, ends, "ab\xff"};
    struct ArrowArray items = fixed(3, 3, buffers), *children[] = {&items};
    struct ArrowArray list = fixed(3, 2, list_buffers);
    list.n_children = 1;
    list.children = children;
    assert_invalid("a list<string>", &list, 3, "not UTF-8");
}

static void test_allocation_failures(void **state)
{
    (void)state;
    struct quire_field *root = open_fields(EVERY_KIND);
    for (int64_t n = 1;; n++) {
        struct quire_view *view = NULL;
        fault_alloc_arm(n);
        int code = quire_view_new(root, &view, NULL);
        quire_view_free(view);
        int64_t held = fault_alloc_held();
        bool failed = fault_alloc_disarm();
        assert_int_equal(held, 0);
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        if (!failed) break;
    }
    quire_field_close(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed_values),
        cmocka_unit_test(test_strings_of_every_layout),
        cmocka_unit_test(test_empty_arrays_need_no_buffers),
        cmocka_unit_test(test_offsets_of_structs_add_up),
        cmocka_unit_test(test_fixed_lists),
        cmocka_unit_test(test_wrong_shapes),
        cmocka_unit_test(test_invalid_strings),
        cmocka_unit_test(test_invalid_views_lists_and_indices),
        cmocka_unit_test(test_rows_of_items),
        cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
