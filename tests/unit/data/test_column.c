/* Columns become valid arrays of what was appended, can take rows back, and give
 * all memory back whichever allocation fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "data/column.h"
#include "data/column_copy.h"
#include "data/column_private.h"
#include "fault_alloc.h"
#include "random_column.h"

#define ROWS 300

static const char all_kinds[] =
    "i int32, b bool, s string, v string_view, ls large_string, f fixed_binary(3), n null, "
    "d dictionary<string>, dl dictionary<int16>, l list<int64>, ll large_list<string_view>, "
    "fl fixed_list<uint8, 2>, st struct<x:bool, y:list<date> not null>, m map<string,float64>";

/* Appends a row that follows from its number alone, recursively. */
static int append(struct quire_column *column, int64_t seed)
{
    const struct quire_field *field = column->field;
    char text[32];
    bool fits;
    int size = snprintf(text, sizeof(text), "text %d", (int)(seed % 40));
    if (field->nullable && seed % 7 == 3) return quire_column_append_null(column);
    switch (field->kind) {
    case QUIRE_KIND_NULL: return quire_column_append_null(column);
    case QUIRE_KIND_BOOL: return quire_column_append_bool(column, seed % 3 == 0);
    case QUIRE_KIND_FLOAT64: return quire_column_append_f64(column, (double)seed / 2);
    case QUIRE_KIND_FIXED_BINARY: return quire_column_append_fixed(column, text + 4);
    case QUIRE_KIND_STRING:
    case QUIRE_KIND_LARGE_STRING:
    case QUIRE_KIND_STRING_VIEW:
        return quire_column_append_bytes(column, "a longer text than fits", (size_t)(seed % 23));
    case QUIRE_KIND_DICTIONARY: {
        if (field->dictionary->kind == QUIRE_KIND_STRING)
            return quire_column_append_bytes(column, text, (size_t)size);
        int code = append(quire_column_dictionary_scratch(column), seed % 5);
        return code != 0 ? code : quire_column_dictionary_intern(column);
    }
    case QUIRE_KIND_STRUCT:
        for (size_t i = 0; i < column->children_size; i++) {
            int code = append(&column->children[i], seed + (int64_t)i);
            if (code != 0) return code;
        }
        return quire_column_end_struct(column);
    case QUIRE_KIND_LIST:
    case QUIRE_KIND_LARGE_LIST:
    case QUIRE_KIND_FIXED_LIST:
    case QUIRE_KIND_MAP: {
        int64_t items = field->kind == QUIRE_KIND_FIXED_LIST ? field->width : seed % 4;
        for (int64_t i = 0; i < items; i++) {
            int code = append(&column->children[0], seed + i);
            if (code != 0) return code;
        }
        return quire_column_end_list(column);
    }
    default: return quire_column_append_int(column, seed % 100, &fits);
    }
}

static int append_rows(struct quire_column *batch, int64_t from, int64_t to)
{
    for (int64_t row = from; row < to; row++) {
        int code = append(batch, row * 11 + 1);
        if (code != 0) return code;
    }
    return 0;
}

static struct quire_column *new_batch(const struct quire_field *root)
{
    struct quire_column *batch = NULL;
    assert_int_equal(quire_column_new(root, &batch, NULL), 0);
    return batch;
}

static struct ArrowArray finish(struct quire_column *batch)
{
    struct ArrowArray array;
    assert_int_equal(quire_column_finish(batch, &array, NULL), 0);
    return array;
}

static void check_valid(const struct quire_field *root, const struct ArrowArray *array)
{
    struct ArrowSchema schema;
    struct quire_error error;
    quire_error_clear(&error);
    assert_int_equal(quire_field_to_schema(root, &schema, NULL), 0);
    if (quire_array_validate(&schema, array, &error) != 0)
        fail_msg("%s: %s", error.column, error.cause);
    quire_schema_release(&schema);
}

/* Both are released. */
static void check_equal(const struct quire_field *root, struct ArrowArray *a, struct ArrowArray *b)
{
    struct ArrowSchema schema;
    struct quire_error difference;
    quire_error_clear(&difference);
    assert_int_equal(quire_field_to_schema(root, &schema, NULL), 0);
    check_valid(root, a);
    check_valid(root, b);
    if (!quire_array_equal(&schema, a, b, &difference))
        fail_msg("row %d, %s: %s", (int)difference.row, difference.column, difference.cause);
    quire_schema_release(&schema);
    quire_array_release(a);
    quire_array_release(b);
}

static void test_batches_are_alike(void **state)
{
    (void)state;
    struct quire_field *root = random_column_field(all_kinds);
    struct quire_column *batch = new_batch(root);
    assert_int_equal(append_rows(batch, 0, ROWS), 0);
    struct ArrowArray first = finish(batch);
    assert_int_equal(first.length, ROWS);
    assert_int_equal(batch->length, 0);
    assert_int_equal(append_rows(batch, 0, 10), 0);
    quire_column_clear(batch);
    assert_int_equal(append_rows(batch, 0, ROWS), 0);
    struct ArrowArray second = finish(batch);
    check_equal(root, &first, &second);
    struct ArrowArray empty = finish(batch);
    assert_int_equal(empty.length, 0);
    check_valid(root, &empty);
    quire_array_release(&empty);
    quire_column_free(batch);
    quire_field_close(root);
}

/* A batch like the one before finds its room, and grows nothing on its way. */
static void test_reserve_alike(void **state)
{
    (void)state;
    struct quire_field *root = random_column_field(all_kinds);
    struct quire_column *batch = new_batch(root);
    assert_int_equal(quire_column_reserve_alike(batch, ROWS), 0); /* nothing is known yet */
    assert_int_equal(append_rows(batch, 0, ROWS), 0);
    struct ArrowArray first = finish(batch);
    assert_int_equal(quire_column_reserve_alike(batch, ROWS), 0);
    for (size_t i = 0; i < batch->children_size; i++) {
        const struct quire_column *child = &batch->children[i];
        assert_true(child->values.capacity >= child->values_last);
        assert_true(child->bytes.capacity >= child->bytes_last);
    }
    assert_int_equal(append_rows(batch, 0, ROWS), 0);
    struct ArrowArray second = finish(batch);
    check_equal(root, &first, &second);
    quire_column_free(batch);
    quire_field_close(root);
}

/* Whatever was appended past a row, truncating to it leaves what was there. */
static void test_truncate(void **state)
{
    (void)state;
    struct quire_field *root = random_column_field(all_kinds);
    struct quire_column *batch = new_batch(root), *plain = new_batch(root);
    for (int64_t length = 0; length < 40; length++) {
        assert_int_equal(append_rows(batch, 0, length), 0);
        assert_int_equal(append_rows(batch, 500, 500 + length % 19), 0);
        for (size_t i = 0; i < (size_t)length % batch->children_size; i++)
            assert_int_equal(append(&batch->children[i], 5), 0); /* half a record */
        struct quire_column *items = &batch->children[9].children[0];
        assert_int_equal(append(items, 1), 0); /* half a list */
        quire_column_truncate(batch, length);
        assert_int_equal(append_rows(batch, length, 45), 0);
        assert_int_equal(append_rows(plain, 0, 45), 0);
        struct ArrowArray a = finish(batch), b = finish(plain);
        assert_int_equal(a.children[0]->null_count, b.children[0]->null_count);
        check_equal(root, &a, &b);
    }
    quire_column_free(batch);
    quire_column_free(plain);
    quire_field_close(root);
}

static void test_null_places(void **state)
{
    (void)state;
    struct quire_field *root = random_column_field("a int64, b bool, c string");
    for (int64_t null_row = 0; null_row < 20; null_row++) {
        struct quire_column *batch = new_batch(root);
        for (int64_t row = 0; row < 20; row++) {
            if (row == null_row) {
                for (size_t i = 0; i < 3; i++)
                    assert_int_equal(quire_column_append_null(&batch->children[i]), 0);
            } else {
                assert_int_equal(quire_column_append_i64(&batch->children[0], row), 0);
                assert_int_equal(quire_column_append_bool(&batch->children[1], true), 0);
                assert_int_equal(quire_column_append_bytes(&batch->children[2], "x", 1), 0);
            }
            assert_int_equal(quire_column_end_struct(batch), 0);
        }
        struct ArrowArray array = finish(batch);
        struct quire_view *view = NULL;
        assert_int_equal(quire_view_new(root, &view, NULL), 0);
        assert_int_equal(quire_view_set(view, &array, NULL), 0);
        for (int64_t row = 0; row < 20; row++)
            for (size_t i = 0; i < 3; i++)
                assert_int_equal(quire_view_is_null(&view->children[i], row), row == null_row);
        assert_int_equal(array.children[0]->null_count, 1);
        quire_view_free(view);
        quire_array_release(&array);
        quire_column_free(batch);
    }
    quire_field_close(root);
}

/* Many blanks at once are as many one by one, in columns of all kinds and at every place of a
 * byte of the bitmaps. */
static void test_blanks_at_once(void **state)
{
    (void)state;
    struct quire_field *root = random_column_field(all_kinds);
    for (int64_t before = 0; before < 10; before++) {
        struct quire_column *each = new_batch(root), *all = new_batch(root);
        for (int64_t row = 0; row < before + 21; row++)
            assert_int_equal(quire_column_append_blank(each, row < before), 0);
        for (int64_t row = 0; row < before; row++)
            assert_int_equal(quire_column_append_blank(all, true), 0);
        assert_int_equal(quire_column_append_nulls(all, 20), 0);
        assert_int_equal(quire_column_append_blanks(all, 1, false), 0);
        struct ArrowArray one = finish(each), two = finish(all);
        check_equal(root, &one, &two);
        quire_column_free(each);
        quire_column_free(all);
    }
    quire_field_close(root);
}

static void test_extend(void **state)
{
    (void)state;
    struct quire_field *root = random_column_field("a int32");
    for (int64_t before = 0; before < 18; before++) {
        for (int with_null = 0; with_null < 2; with_null++) {
            struct quire_column *batch = new_batch(root);
            struct quire_column *column = &batch->children[0];
            if (with_null) assert_int_equal(quire_column_append_null(column), 0);
            for (int64_t row = with_null; row < before; row++)
                assert_int_equal(quire_column_append_i32(column, 7), 0);
            int64_t start = column->length;
            void *values;
            assert_int_equal(quire_column_extend(column, 21, &values), 0);
            for (int32_t i = 0; i < 21; i++)
                memcpy((uint8_t *)values + 4 * i, &i, 4);
            assert_int_equal(quire_column_set_null(column, start + 20), 0);
            assert_int_equal(quire_column_set_null(column, start + 20), 0);
            assert_int_equal(quire_column_append_i32(column, 9), 0);
            batch->length = column->length;
            struct ArrowArray array = finish(batch);
            assert_int_equal(array.children[0]->null_count, 1 + with_null);
            assert_int_equal(((const int32_t *)array.children[0]->buffers[1])[start + 19], 19);
            const uint8_t *bits = array.children[0]->buffers[0];
            for (int64_t row = with_null; row < array.length; row++)
                assert_int_equal(bits[row / 8] >> (row % 8) & 1, row != start + 20);
            quire_array_release(&array);
            quire_column_free(batch);
        }
    }
    quire_field_close(root);
}

static void test_integer_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        int64_t low;
        uint64_t high;
    } ranges[] = {
        {"int8", INT8_MIN, INT8_MAX},    {"uint8", 0, UINT8_MAX},
        {"int16", INT16_MIN, INT16_MAX}, {"uint16", 0, UINT16_MAX},
        {"int32", INT32_MIN, INT32_MAX}, {"uint32", 0, UINT32_MAX},
        {"int64", INT64_MIN, INT64_MAX}, {"uint64", 0, UINT64_MAX},
        {"date", INT32_MIN, INT32_MAX},
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        char text[32];
        bool fits;
        snprintf(text, sizeof(text), "a %s", ranges[i].type);
        struct quire_field *root = random_column_field(text);
        struct quire_column *batch = new_batch(root);
        struct quire_column *column = &batch->children[0];
        assert_int_equal(quire_column_append_int(column, ranges[i].low, &fits), 0);
        assert_true(fits);
        assert_int_equal(quire_column_append_uint(column, ranges[i].high, &fits), 0);
        assert_true(fits);
        if (ranges[i].low > INT64_MIN) {
            assert_int_equal(quire_column_append_int(column, ranges[i].low - 1, &fits), 0);
            assert_false(fits);
        }
        if (ranges[i].high < UINT64_MAX) {
            assert_int_equal(quire_column_append_uint(column, ranges[i].high + 1, &fits), 0);
            assert_false(fits);
        }
        assert_int_equal(column->length, 2);
        quire_column_free(batch);
        quire_field_close(root);
    }
}

static void test_dictionary(void **state)
{
    (void)state;
    struct quire_field *root = random_column_field("a dictionary<string>");
    root->children[0].index_kind = QUIRE_KIND_INT8;
    struct quire_column *batch = new_batch(root);
    struct quire_column *column = &batch->children[0];
    char text[16];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 128; i++) {
            int size = snprintf(text, sizeof(text), "%d", i);
            assert_int_equal(quire_column_append_bytes(column, text, (size_t)size), 0);
        }
    assert_int_equal(quire_column_append_bytes(column, "new", 3), QUIRE_LIMIT);
    assert_int_equal(column->length, 256);
    assert_int_equal(quire_column_append_bytes(column, "5", 1), 0);
    batch->length = column->length;
    struct ArrowArray array = finish(batch);
    assert_int_equal(array.children[0]->dictionary->length, 128);
    assert_int_equal(((const int8_t *)array.children[0]->buffers[1])[256], 5);
    quire_array_release(&array);
    assert_int_equal(quire_column_append_bytes(column, "new", 3), 0);
    batch->length = 1;
    array = finish(batch);
    assert_int_equal(array.children[0]->dictionary->length, 1);
    quire_array_release(&array);
    quire_column_free(batch);
    quire_field_close(root);
}

/* Children may be moved out of an array and outlive it. */
static void test_child_outlives_parent(void **state)
{
    (void)state;
    struct quire_field *root = random_column_field("a string, b int32");
    struct quire_column *batch = new_batch(root);
    assert_int_equal(append_rows(batch, 1, 9), 0);
    struct ArrowArray array = finish(batch);
    struct ArrowArray child = *array.children[0];
    array.children[0]->release = NULL;
    quire_array_release(&array);
    assert_int_equal(child.length, 8);
    assert_int_equal(((const int32_t *)child.buffers[1])[0], 0);
    quire_array_release(&child);
    quire_column_free(batch);
    quire_field_close(root);
}

static void test_list_views(void **state)
{
    (void)state;
    static const char *const formats[2] = {"+vl", "+vL"};
    for (int large = 0; large < 2; large++) {
        struct quire_field *root = random_column_field("a list<int32>");
        root->children[0].kind = large ? QUIRE_KIND_LARGE_LIST_VIEW : QUIRE_KIND_LIST_VIEW;
        root->children[0].format = formats[large];
        struct quire_column *batch = new_batch(root);
        struct quire_column *list = &batch->children[0];
        for (int32_t row = 0; row < 5; row++) {
            for (int32_t item = 0; item < row; item++)
                assert_int_equal(quire_column_append_i32(&list->children[0], item), 0);
            assert_int_equal(quire_column_end_list(list), 0);
        }
        batch->length = 5;
        struct ArrowArray array = finish(batch);
        assert_int_equal(array.children[0]->n_buffers, 3);
        struct quire_view *view = NULL;
        assert_int_equal(quire_view_new(root, &view, NULL), 0);
        assert_int_equal(quire_view_set(view, &array, NULL), 0);
        for (int64_t row = 0; row < 5; row++) {
            struct quire_range range = quire_view_range(&view->children[0], row);
            assert_int_equal(range.start, row * (row - 1) / 2);
            assert_int_equal(range.size, row);
        }
        quire_view_free(view);
        quire_array_release(&array);
        quire_column_free(batch);
        quire_field_close(root);
    }
}

/* Copying the rows of a view, all at once and in pieces, gives the same batch. */
static void test_append_view(void **state)
{
    (void)state;
    struct quire_field *root = random_column_field(all_kinds);
    struct quire_column *batch = new_batch(root), *copy = new_batch(root);
    assert_int_equal(append_rows(batch, 0, ROWS), 0);
    struct ArrowArray array = finish(batch);
    struct quire_view *view = NULL;
    assert_int_equal(quire_view_new(root, &view, NULL), 0);
    assert_int_equal(quire_view_set(view, &array, NULL), 0);
    for (int64_t row = 0, step = 1; row < ROWS; row += step, step++) {
        if (row + step > ROWS) step = ROWS - row;
        assert_int_equal(quire_column_append_view(copy, view, row, step), 0);
    }
    quire_view_free(view);
    struct ArrowArray second = finish(copy);
    check_equal(root, &array, &second);
    quire_column_free(batch);
    quire_column_free(copy);
    quire_field_close(root);
}

/* A failed append adds no row; after it the same column goes on. */
static void test_allocation_failures(void **state)
{
    (void)state;
    struct quire_field *root = random_column_field(all_kinds);
    for (int64_t n = 1;; n++) {
        struct quire_column *batch = NULL;
        struct ArrowArray array = {0};
        fault_alloc_arm(n);
        int code = quire_column_new(root, &batch, NULL);
        int64_t row = 0;
        bool failed = false;
        while (code == 0 && row < 60) {
            code = append(batch, row * 11 + 1);
            if (code == 0) row++;
        }
        if (code != 0 && batch != NULL) {
            assert_int_equal(batch->length, row);
            failed = true;
            quire_column_truncate(batch, row);
            code = append_rows(batch, row, 60);
        }
        if (code == 0) code = quire_column_finish(batch, &array, NULL);
        if (code != 0 && batch != NULL) {
            assert_int_equal(batch->length, 60);
            failed = true;
            code = quire_column_finish(batch, &array, NULL);
        }
        if (batch != NULL) {
            assert_int_equal(code, 0);
            assert_int_equal(array.length, 60);
            if (failed) check_valid(root, &array); /* no request is left to fail */
        }
        quire_array_release(&array);
        quire_column_free(batch);
        assert_int_equal(fault_alloc_held(), 0);
        if (!fault_alloc_disarm()) break;
    }
    quire_field_close(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches_are_alike),
        cmocka_unit_test(test_reserve_alike),
        cmocka_unit_test(test_truncate),
        cmocka_unit_test(test_null_places),
        cmocka_unit_test(test_blanks_at_once),
        cmocka_unit_test(test_extend),
        cmocka_unit_test(test_integer_ranges),
        cmocka_unit_test(test_dictionary),
        cmocka_unit_test(test_child_outlives_parent),
        cmocka_unit_test(test_list_views),
        cmocka_unit_test(test_append_view),
        cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
