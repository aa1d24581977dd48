/* A query runs while the Nth allocation fails, SQLite's own among them, once or from then on, for
 * every N until all goes through: it fails for lack of memory, or gives what it gives, and nothing
 * is left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call_way.h"
#include "fault_alloc.h"
#include "quire/memory.h"
#include "quire/sql.h"
#include "scratch.h"

#define N_MAX       200000
#define TRIES_LEAST 20 /* a loop that was over sooner tried nothing */
#define HEADER      16 /* holds the size, and keeps blocks aligned */
#define URL_MAX     4200

static char left[URL_MAX], right[URL_MAX];
static struct quire_context *context;

/* --- SQLite's memory from quire_alloc, in this process alone -------------------------------- */

static int block_size(void *block)
{
    int size;
    memcpy(&size, (char *)block - HEADER, sizeof(size));
    return size;
}

static void *give(char *whole, int size)
{
    if (whole == NULL) return NULL;
    memcpy(whole, &size, sizeof(size));
    return whole + HEADER;
}

static void *allocate(int size)
{
    return give(quire_alloc((size_t)size + HEADER), size);
}

static void release(void *block)
{
    if (block != NULL) quire_free((char *)block - HEADER);
}

static void *reallocate(void *block, int size)
{
    return give(quire_realloc((char *)block - HEADER, (size_t)size + HEADER), size);
}

static int round_up(int size)
{
    return (size + 7) & ~7;
}

static int begin(void *unused)
{
    (void)unused;
    return SQLITE_OK;
}

static void end(void *unused)
{
    (void)unused;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
    static const sqlite3_mem_methods methods = {allocate, release, reallocate, block_size,
                                                round_up, begin,   end,        NULL};
    const struct quire_context_options options = {.threads = 1};
    if (scratch_setup(state) != 0) return -1;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK) return -1;
    if (sqlite3_initialize() != SQLITE_OK) return -1;
    if (quire_context_new(&options, &context, NULL) != 0) return -1;
    snprintf(left, sizeof(left), "%s/l.csv", (const char *)*state);
    snprintf(right, sizeof(right), "%s/r.jsonl", (const char *)*state);
    write_file(left, "k,v,at\n1,10.5,2024-01-01T00:00:00Z\n2,7,2024-01-02T00:00:00Z\n"
                     "1,3,2024-01-03T12:00:00Z\n3,,\n");
    write_file(right, "{\"k\":1,\"name\":\"one\",\"deep\":{\"x\":[1,2]}}\n"
                      "{\"k\":2,\"name\":\"two\",\"deep\":null}\n"
                      "{\"k\":4,\"name\":\"four\",\"deep\":{\"x\":[]}}\n");
    return 0;
}

static int teardown(void **state)
{
    quire_context_free(context);
    return scratch_teardown(state);
}

/* --- Running -------------------------------------------------------------------------------- */

static int drain(struct ArrowArrayStream *stream, int64_t *rows, struct quire_error *error)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        int code = quire_stream_next(stream, &batch, error);
        if (code != 0 || batch.release == NULL) return code;
        *rows += batch.length;
        quire_array_release(&batch);
    }
}

static int run(const char *sql, int64_t *rows, struct quire_error *error)
{
    static const struct quire_sql_table_column columns[] = {
        {"k", NULL}, {"w", "coalesce(v, 0) + 1"}, {"none", "CAST(NULL AS BIGINT)"}};
    const struct quire_sql_table tables[] = {
        {.name = "l", .url = left},
        {.name = "r", .url = right},
        {.name = "m", .url = left, .where = "k < 3", .columns = columns, .columns_size = 3}};
    const struct quire_sql_param params[] = {{.name = "v", .kind = QUIRE_SQL_INT, .integer = 100}};
    const struct quire_sql_options options = {.tables = tables,
                                              .tables_size = 3,
                                              .params = params,
                                              .params_size = strstr(sql, ":v") != NULL,
                                              .context = context};
    struct ArrowArrayStream stream = {.release = NULL};
    *rows = 0;
    int code = quire_sql_query(sql, &options, &stream, error);
    if (code == 0) code = drain(&stream, rows, error);
    quire_stream_release(&stream);
    return code;
}

static void torture(const char *sql, int64_t expected, bool onwards)
{
    const int stride = fault_every();
    int64_t n = 1, tries = 0, rows;
    assert_int_equal(run(sql, &rows, NULL), 0);
    assert_int_equal(rows, expected);
    for (bool fired = true; fired; n += stride, tries++) {
        struct quire_error error;
        assert_true(n < N_MAX);
        quire_error_clear(&error);
        if (onwards)
            fault_alloc_arm_onwards(n);
        else
            fault_alloc_arm(n);
        int code = run(sql, &rows, &error);
        assert_int_equal(fault_alloc_held(), 0);
        fired = fault_alloc_disarm();
        assert_true(code == 0 || code == QUIRE_MEMORY);
        if (code == 0)
            assert_int_equal(rows, expected);
        else
            assert_int_equal(error.code, code);
        assert_true(fired || code == 0);
    }
    assert_true(tries > TRIES_LEAST);
}

static const struct {
    const char *sql;
    int64_t rows;
} queries[] = {
    {"SELECT r.name, count(*) n, percentile(l.v, 0.5) p, max(l.at), group_concat(l.v) "
     "FROM l JOIN r ON l.k = r.k WHERE l.v < :v AND l.k IN (1, 2, 3) GROUP BY r.name ORDER BY 2",
     2},
    {"SELECT k, date_trunc('HOUR', at) AS h, count(*) AS n, sum(v) AS s, stddev(v) AS d, "
     "count(DISTINCT k) AS t, regr_slope(v, unix_micros(at)) AS r FROM l WHERE k <= :v "
     "GROUP BY k, date_trunc('HOUR', at) ORDER BY 1, 2",
     4},
    {"SELECT count(DISTINCT k) AS n, percentile(v, 0.5) AS p, min(v) AS m FROM l", 1},
    {"SELECT k, max(m) AS m1, median(abs(v - m)) AS d FROM l CROSS JOIN (SELECT k AS k2, "
     "median(v) AS m FROM l GROUP BY k) AS o WHERE k2 = k GROUP BY k",
     3},
    {"SELECT n FROM (SELECT k, count(*) AS n FROM l GROUP BY k) AS x WHERE n > 1", 1},
    {"SELECT k, sum(w) AS s, count(none) AS c FROM m GROUP BY k", 2},
    {"SELECT w, none FROM m ORDER BY w", 3},
    {"SELECT * FROM r WHERE name LIKE 'o%' OR deep IS NULL", 2},
    {"SELECT k, stddev(v), concat(k, '-', date_trunc('day', at)) FROM l GROUP BY k", 3},
    {"SELECT at FROM l WHERE at > '2024-01-01' UNION SELECT name FROM r ORDER BY 1", 5},
};

static void torture_all(bool onwards)
{
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
        torture(queries[i].sql, queries[i].rows, onwards);
}

static void test_allocations_once(void **state)
{
    (void)state;
    torture_all(false);
}

static void test_allocations_from_then_on(void **state)
{
    (void)state;
    torture_all(true);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocations_once),
        cmocka_unit_test(test_allocations_from_then_on),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, setup, teardown);
}
