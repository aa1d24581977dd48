/* Cells come back as they were put, from memory and from a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "sql/result/result_spool.h"

#define CELLS 5000
#define BYTES 3000

static uint8_t bytes[BYTES];

static struct quire_sql_cell make_cell(int i)
{
    struct quire_sql_cell cell = {.type = SQLITE_NULL};
    switch (i % 5) {
    case 0: cell.type = SQLITE_INTEGER; break;
    case 1: cell.type = SQLITE_FLOAT; break;
    case 2: cell.type = SQLITE_TEXT; break;
    case 3: cell.type = SQLITE_BLOB; break;
    default: return cell;
    }
    cell.integer = INT64_MIN + i;
    cell.real = i / 7.0;
    cell.bytes = bytes;
    cell.size = (size_t)(i * 37 % BYTES);
    return cell;
}

static void round_trip(size_t memory_max, bool spills)
{
    struct quire_sql_spool spool = {.memory_max = memory_max};
    for (int i = 0; i < CELLS; i++) {
        const struct quire_sql_cell cell = make_cell(i);
        assert_int_equal(quire_sql_spool_put(&spool, &cell, NULL), 0);
    }
    assert_int_equal(spool.file.made, spills);
    for (int i = 0; i < CELLS; i++) {
        const struct quire_sql_cell expected = make_cell(i);
        struct quire_sql_cell got = {.type = 0};
        assert_int_equal(quire_sql_spool_get(&spool, &got, NULL), 0);
        assert_int_equal(got.type, expected.type);
        if (got.type == SQLITE_INTEGER) assert_true(got.integer == expected.integer);
        if (got.type == SQLITE_FLOAT)
            assert_memory_equal(&got.real, &expected.real, sizeof(double));
        if (got.type != SQLITE_TEXT && got.type != SQLITE_BLOB) continue;
        assert_int_equal(got.size, expected.size);
        if (got.size > 0) assert_memory_equal(got.bytes, bytes, got.size);
    }
    quire_sql_spool_release(&spool);
}

static void test_round_trips(void **state)
{
    (void)state;
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = (uint8_t)(i * 7);
    round_trip(SIZE_MAX, false);
    round_trip(100000, true);
    round_trip(0, true);
}

static void test_missing_folder(void **state)
{
    struct quire_sql_spool spool = {.file.folder = "/no/such/folder"};
    struct quire_error error;
    const struct quire_sql_cell cell = make_cell(0);
    (void)state;
    assert_int_equal(quire_sql_spool_put(&spool, &cell, &error), QUIRE_NOT_FOUND);
    assert_non_null(strstr(error.hint, "TMPDIR"));
    quire_sql_spool_release(&spool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_missing_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
