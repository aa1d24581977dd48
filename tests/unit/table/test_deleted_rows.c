/* Bitmaps of deletion vectors: rows, and what is no bitmap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "table/files/deletion_vector.h"

/* Rows 3, 4, 7, 11, 18 and 29: the example of PROTOCOL.md in the portable form. */
static const uint8_t example[] = {0xd1, 0xd3, 0x39, 0x64, 1, 0, 0, 0, 0,  0, 0,  0, 0,  0,  0,
                                  0,    0x3a, 0x30, 0,    0, 1, 0, 0, 0,  0, 0,  5, 0,  16, 0,
                                  0,    0,    3,    0,    4, 0, 7, 0, 11, 0, 18, 0, 29, 0};
#define VALUES 32 /* where they begin */

static int parse(const void *bytes, size_t size, int64_t cardinality)
{
    struct quire_deleted_rows *rows = NULL;
    struct quire_error error;
    int code = quire_deleted_rows_parse(bytes, size, cardinality, &rows, &error);
    assert_true(code == 0 || rows == NULL);
    quire_deleted_rows_free(rows);
    return code;
}

static bool has_roaring(void)
{
    return parse(example, sizeof(example), 6) != QUIRE_UNSUPPORTED;
}

static void test_rows(void **state)
{
    static const int64_t expected[] = {3, 4, 7, 11, 18, 29};
    struct quire_deleted_rows *rows = NULL;
    (void)state;
    if (!has_roaring()) skip();
    assert_int_equal(quire_deleted_rows_parse(example, sizeof(example), 6, &rows, NULL), 0);
    for (int64_t row = 0, at = 0; row < 100; row++) {
        bool is = at < 6 && expected[at] == row;
        assert_int_equal(quire_deleted_rows_has(rows, row), is);
        at += is;
    }
    assert_false(quire_deleted_rows_has(rows, 3 + (INT64_C(1) << 32)));
    assert_false(quire_deleted_rows_has(rows, INT64_MAX));
    quire_deleted_rows_free(rows);
}

static void test_refused(void **state)
{
    uint8_t bytes[sizeof(example)];
    (void)state;
    if (!has_roaring()) skip();
    for (size_t size = 0; size < sizeof(example); size++)
        assert_int_equal(parse(example, size, 6), QUIRE_CORRUPT);
    assert_int_equal(parse(example, sizeof(example), 5), QUIRE_CORRUPT);
    assert_int_equal(parse(example, sizeof(example), 7), QUIRE_CORRUPT);
    memcpy(bytes, example, sizeof(bytes));
    bytes[VALUES] = 4; /* twice the same */
    assert_int_equal(parse(bytes, sizeof(bytes), 6), QUIRE_CORRUPT);
    memcpy(bytes, example, sizeof(bytes));
    bytes[15] = 0x80; /* a key with its highest bit */
    assert_int_equal(parse(bytes, sizeof(bytes), 6), QUIRE_CORRUPT);
    memcpy(bytes, example, sizeof(bytes));
    memset(bytes + 4, 0xff, 8); /* buckets without end */
    assert_int_equal(parse(bytes, sizeof(bytes), 6), QUIRE_CORRUPT);
    memcpy(bytes, example, sizeof(bytes));
    memset(bytes + 20, 0xff, 4); /* containers without end */
    assert_int_equal(parse(bytes, sizeof(bytes), 6), QUIRE_CORRUPT);
}

static void test_none(void **state)
{
    static const uint8_t none[] = {0xd1, 0xd3, 0x39, 0x64, 0, 0, 0, 0, 0, 0, 0, 0};
    struct quire_deleted_rows *rows = NULL;
    (void)state;
    if (!has_roaring()) skip();
    assert_int_equal(quire_deleted_rows_parse(none, sizeof(none), 0, &rows, NULL), 0);
    assert_false(quire_deleted_rows_has(rows, 0));
    quire_deleted_rows_free(rows);
    quire_deleted_rows_free(NULL);
}

/* What is written is the same rows, and of the example the same bytes. */
static void test_written(void **state)
{
    static const int64_t lists[][8] = {
        {29, 3, 18, 4, 11, 7, -1}, {0, INT64_C(1) << 32, (INT64_C(1) << 33) + 5, 65536, -1}, {-1}};
    (void)state;
    if (!has_roaring()) skip();
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct quire_deleted_rows *rows = NULL, *again = NULL;
        struct quire_buf bytes = {0};
        int64_t count = 0;
        assert_int_equal(quire_deleted_rows_new(&rows, NULL), 0);
        for (; lists[i][count] >= 0; count++) {
            assert_int_equal(quire_deleted_rows_add(rows, lists[i][count]), 0);
            assert_int_equal(quire_deleted_rows_add(rows, lists[i][count]), 0);
        }
        assert_int_equal(quire_deleted_rows_count(rows), count);
        assert_int_equal(quire_deleted_rows_write(rows, &bytes), 0);
        assert_int_equal(quire_deleted_rows_parse(bytes.data, bytes.size, count, &again, NULL), 0);
        for (int64_t at = 0; at < count; at++)
            assert_true(quire_deleted_rows_has(again, lists[i][at]));
        if (i == 0) {
            assert_int_equal(bytes.size, sizeof(example));
            assert_memory_equal(bytes.data, example, sizeof(example));
        }
        quire_deleted_rows_free(rows);
        quire_deleted_rows_free(again);
        quire_buf_release(&bytes);
    }
}

/* A run of rows takes few bytes. */
static void test_written_runs(void **state)
{
    struct quire_deleted_rows *rows = NULL;
    struct quire_buf bytes = {0};
    (void)state;
    if (!has_roaring()) skip();
    assert_int_equal(quire_deleted_rows_new(&rows, NULL), 0);
    for (int64_t row = 1000; row < 60000; row++)
        assert_int_equal(quire_deleted_rows_add(rows, row), 0);
    assert_int_equal(quire_deleted_rows_write(rows, &bytes), 0);
    assert_true(bytes.size < 64);
    assert_int_equal(parse(bytes.data, bytes.size, 59000), 0);
    quire_deleted_rows_free(rows);
    quire_buf_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),         cmocka_unit_test(test_refused),
        cmocka_unit_test(test_none),         cmocka_unit_test(test_written),
        cmocka_unit_test(test_written_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
