/* Tables and their neighbours in a store without folders, where a place is a prefix. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "quire/memory.h"
#include "quire/store.h"
#include "quire/table.h"
#include "quire/table_upkeep.h"
#include "quire/table_write.h"
#include "table/place_check.h"
#include "table/upkeep/inner_tables.h"

static int create(const char *url, struct quire_error *error)
{
    static const char text[] = "id int64";
    struct ArrowSchema schema;
    assert_int_equal(quire_schema_parse(text, strlen(text), &schema, NULL), 0);
    int code = quire_table_create(url, &schema, NULL, error);
    quire_schema_release(&schema);
    return code;
}

static void put(const char *url)
{
    struct quire_store *store = NULL;
    char *key = NULL;
    assert_int_equal(quire_store_open(url, NULL, 0, &store, &key, NULL), 0);
    const struct quire_put_options how = {.mode = QUIRE_PUT_OVERWRITE};
    assert_int_equal(store->ops->put(store, key, "x", 1, &how, NULL, NULL), 0);
    quire_store_key_free(key);
    quire_store_close(store);
}

static void assert_refused(int code, const struct quire_error *error, const char *words)
{
    assert_int_equal(code, QUIRE_USAGE);
    if (strstr(error->cause, words) == NULL) fail_msg("\"%s\" is not in: %s", words, error->cause);
}

static void test_within_prefixes(void **state)
{
    static const char *const within[] = {"mem://w/a/t/x", "mem://w/a/t/x/y/z",
                                         "mem://w/a/t/_delta_log", "mem://w/a/t/_delta_log/x",
                                         "mem://w/a/t/id=1/"};
    static const char *const beside[] = {"mem://w/a/t2", "mem://w/a", "mem://w/b",
                                         "mem://w/a/tt/x"};
    struct quire_error error;
    (void)state;
    assert_int_equal(create("mem://w/a/t", NULL), 0);
    for (size_t i = 0; i < sizeof(within) / sizeof(within[0]); i++) {
        assert_refused(create(within[i], &error), &error, "within the table mem://w/a/t,");
        assert_refused(quire_table_check_outside(within[i], &error), &error, "mem://w/a/t,");
    }
    for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++)
        assert_int_equal(quire_table_check_outside(beside[i], NULL), 0);
    /* The root of a store may be a table. */
    assert_int_equal(create("mem://top/", NULL), 0);
    assert_refused(create("mem://top/x/y", &error), &error, "within the table mem://top/,");
}

/* Of an object at the folder itself, too, which would be a table's. */
static void test_table_above(void **state)
{
    static const char *const within[] = {"mem://o/t", "mem://o/t/", "mem://o/t/x.csv",
                                         "mem://o/t/_delta_log/00000000000000000000.json"};
    static const char *const beside[] = {"mem://o/t2", "mem://o", "mem://o/t.csv", "mem://p/t/x"};
    char *table = NULL;
    (void)state;
    assert_int_equal(create("mem://o/t", NULL), 0);
    for (size_t i = 0; i < sizeof(within) / sizeof(within[0]); i++) {
        assert_int_equal(quire_table_above(within[i], &table, NULL), 0);
        assert_string_equal(table, "mem://o/t");
        quire_free(table);
        table = NULL;
    }
    for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
        assert_int_equal(quire_table_above(beside[i], &table, NULL), 0);
        assert_null(table);
    }
}

static void test_empty_prefixes(void **state)
{
    struct quire_error error;
    (void)state;
    assert_int_equal(quire_table_check_empty("mem://e/a", NULL), 0);
    put("mem://e/ab");
    put("mem://e/a/_SUCCESS");
    put("mem://e/a/.x/y/z");
    put("mem://e/a/_x/1");
    put("mem://e/a/_x/2");
    put("mem://e/a/sub/_x");
    put("mem://e/a/_x-2");
    assert_int_equal(quire_table_check_empty("mem://e/a", NULL), 0);
    put("mem://e/a/sub/y/plan.csv");
    assert_refused(quire_table_check_empty("mem://e/a", &error), &error, "sub/y/plan.csv is there");
    put("mem://e/a/sub/_delta_log/0");
    assert_refused(quire_table_check_empty("mem://e/a", &error), &error, "the table sub/ is in it");
    /* A hidden one is as hidden as any file. */
    put("mem://e/b/.old/_delta_log/0");
    assert_int_equal(quire_table_check_empty("mem://e/b", NULL), 0);
}

static void test_vacuum_passes_inner_tables(void **state)
{
    const struct quire_table_vacuum_options all = {
        .retain_given = true, .retain_ms = 0, .force = true};
    struct quire_table_vacuum_result result;
    (void)state;
    assert_int_equal(create("mem://v/t", NULL), 0);
    put("mem://v/t/A/0.parquet"); /* before the log in the order of keys */
    put("mem://v/t/A/_delta_log/0");
    put("mem://v/t/A/sub/z.parquet");
    put("mem://v/t/B/C/z.parquet");
    put("mem://v/t/B/C/_delta_log/0");
    put("mem://v/t/B/z.parquet");
    put("mem://v/t/_B/_delta_log/0");
    put("mem://v/t/z.parquet");
    const struct timespec later = {0, 3000000}; /* what is deleted is older than now */
    nanosleep(&later, NULL);
    assert_int_equal(quire_table_vacuum("mem://v/t", &all, &result, NULL), 0);
    assert_int_equal(result.files, 2);
    assert_int_equal(result.inner_tables, 2);
    assert_int_equal(quire_table_vacuum("mem://v/t", &all, &result, NULL), 0);
    assert_int_equal(result.files, 0);
    assert_int_equal(result.inner_tables, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_within_prefixes),
        cmocka_unit_test(test_table_above),
        cmocka_unit_test(test_empty_prefixes),
        cmocka_unit_test(test_vacuum_passes_inner_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
