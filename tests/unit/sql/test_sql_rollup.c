/* Which queries become rollups, and what they become; percentiles found in passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quire/memory.h"
#include "sql/rollup/rollup_percentile.h"
#include "sql/vtab/vtab_source.h"

static struct quire_sql_table given = {.name = "log"};
static struct quire_sql_source source = {.given = &given};
static struct quire_sql_session session = {.sources = &source, .sources_size = 1};

static int setup(void **state)
{
    static const char text[] = "name string, at timestamp(us, UTC), n int64, x float64, ok bool, "
                               "u uint64, d decimal(9,2), `two words` string";
    (void)state;
    source.session = &session;
    if (quire_schema_parse(text, strlen(text), &source.schema, NULL) != 0) return -1;
    return quire_field_open(&source.schema, &source.field, NULL);
}

static int teardown(void **state)
{
    (void)state;
    quire_field_close(source.field);
    quire_schema_release(&source.schema);
    return 0;
}

/* wanted: the query over the groups; NULL: it is none. */
static void expect(const char *sql, const char *wanted)
{
    struct quire_rollup rollup = {.source = NULL};
    bool fits = false;
    assert_int_equal(quire_rollup_parse(&session, sql, &rollup, &fits), 0);
    if (wanted == NULL) {
        assert_false(fits);
    } else {
        assert_true(fits);
        assert_string_equal((const char *)rollup.sql.data, wanted);
    }
    quire_rollup_release(&rollup);
}

#define TABLE "FROM \"" QUIRE_SQL_ROLLUP_TABLE "\" "

static void test_what_is_one(void **state)
{
    (void)state;
    expect("SELECT count(*) AS c FROM log", "SELECT (+\"quire a0\") AS c " TABLE);
    expect(";; SELECT count(*) AS c FROM log", ";; SELECT (+\"quire a0\") AS c " TABLE);
    expect("select name, sum(n) as s from LOG group by name order by s desc limit 3;",
           "select name, (+\"quire a0\") as s " TABLE "order by s desc limit 3;");
    expect("SELECT 1e2 * count_if(ok) / nullif(count(*), 0) AS r, count(*) AS c FROM log",
           "SELECT 1e2 * (+\"quire a0\") / nullif((+\"quire a1\"), 0) AS r, (+\"quire a1\") AS "
           "c " TABLE);
    expect("SELECT to_date(at) AS day, max(x) - min(x) AS w FROM log WHERE n > 3 AND name = 'a' "
           "GROUP BY to_date(at) ORDER BY to_date(at)",
           "SELECT (+\"quire k0\" COLLATE quire_time) AS day, "
           "(+\"quire a0\") - (+\"quire a1\") AS w " TABLE
           "ORDER BY (+\"quire k0\" COLLATE quire_time)");
    expect("SELECT percentile(x, 0.95) AS p -- a comment\nFROM log",
           "SELECT (+\"quire a0\") AS p -- a comment\n" TABLE);
    expect("SELECT name FROM log GROUP BY name", "SELECT name " TABLE);
    expect("SELECT sum(n) AS s FROM log WHERE n > 1 AND (name = 'a' AND (n < (3) + 4)\n) LIMIT 1",
           "SELECT (+\"quire a0\") AS s " TABLE "LIMIT 1");
    expect("SELECT avg(n) AS n FROM log WHERE x IS NOT NULL AND n > 1",
           "SELECT (+\"quire a0\") AS n " TABLE);
    expect("SELECT avg(n) AS a FROM log WHERE at >= CAST(:since AS TIMESTAMP) AND n <= 2 + 3",
           "SELECT (+\"quire a0\") AS a " TABLE);
}

static void test_what_is_none(void **state)
{
    static const char *const others[] = {
        "",
        ";",
        "SELECT name FROM log",
        "SELECT count(*) FROM log",
        "SELECT count(*) AS n FROM log ORDER BY n",
        "SELECT name, median(x + 1) AS m FROM log GROUP BY name",
        "SELECT count(*) AS c FROM log WHERE x IS NULL",
        "SELECT count(*) AS c FROM log WHERE d IS NOT NULL",
        "SELECT count(*) AS \"c\" FROM log",
        "SELECT name, x, count(*) AS c FROM log GROUP BY name",
        "SELECT count(*) AS c FROM other",
        "SELECT count(*) AS c FROM log AS l",
        "SELECT count(*) AS c FROM log, log",
        "SELECT count(*) AS c FROM (SELECT * FROM log)",
        "SELECT DISTINCT name FROM log GROUP BY name",
        "SELECT count(*) AS c FROM log GROUP BY name HAVING count(*) > 1",
        "SELECT count(*) AS c FROM log GROUP BY 1",
        "SELECT count(*) AS c FROM log GROUP BY x",
        "SELECT count(*) AS c FROM log GROUP BY name || 'a'",
        "SELECT date_trunc('WEEK', at) AS w FROM log GROUP BY date_trunc('WEEK', at)",
        "SELECT count(*) AS c FROM log WHERE n > 3 OR n < 1",
        "SELECT count(*) AS c FROM log WHERE NOT n > 3",
        "SELECT count(*) AS c FROM log WHERE n + 1 > 3",
        "SELECT count(*) AS c FROM log WHERE n > n",
        "SELECT count(*) AS c FROM log WHERE n > random()",
        "SELECT count(*) AS c FROM log WHERE (n > 1 AND n < 2",
        "SELECT count(*) AS c FROM log WHERE (n) > 1",
        "SELECT count(*) AS c FROM log WHERE (n > 1) = 1",
        "SELECT count(*) AS c FROM log WHERE n <> 3",
        "SELECT count(*) AS c FROM log WHERE n BETWEEN 1 AND 3",
        "SELECT count(*) AS c FROM log WHERE n = 1 = 1",
        "SELECT count(*) AS c FROM log WHERE name = 'a' COLLATE NOCASE",
        "SELECT count(*) AS c FROM log WHERE x > 1",
        "SELECT count(*) AS c FROM log WHERE ok",
        "SELECT count(*) AS c FROM log WHERE n > (SELECT 1)",
        "SELECT sum(u) AS s FROM log",
        "SELECT sum(d) AS s FROM log",
        "SELECT max(name) AS m FROM log",
        "SELECT max(n, 3) AS m FROM log",
        "SELECT sum(n + 1) AS s FROM log",
        "SELECT sum(DISTINCT n) AS s FROM log",
        "SELECT count(*) FILTER (WHERE ok) AS c FROM log",
        "SELECT sum(count(*)) OVER () AS c FROM log",
        "SELECT count(*) OVER () AS c FROM log",
        "SELECT group_concat(name) AS g FROM log",
        "SELECT corr(x, n) AS c FROM log",
        "SELECT percentile(x, 0.5) AS p FROM log GROUP BY name",
        "SELECT percentile(x, n) AS p FROM log",
        "SELECT count(*) AS c FROM log UNION SELECT 1",
        "SELECT log.name, count(*) AS c FROM log GROUP BY name",
        "SELECT count(\"two words\") AS c FROM log",
        "WITH log AS (SELECT 1) SELECT count(*) AS c FROM log",
        "EXPLAIN QUERY PLAN SELECT count(*) AS c FROM log",
        "SELECT",
        "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        expect(others[i], NULL);
}

/* --- Joins with medians ---------------------------------------------------------------------- */

#define MIDDLE                                                                                 \
    "CROSS JOIN (SELECT name AS name2, n AS n2, median(x) AS m FROM log WHERE n > 3 GROUP BY " \
    "n, name) AS middle WHERE n2 = n AND name2 = name AND n > 3 "

static void test_joins(void **state)
{
    static const char *const others[] = {
        /* Of other rows, keys, columns. */
        "SELECT name, max(m) AS m2 FROM log CROSS JOIN (SELECT name AS k, median(x) AS m FROM log "
        "WHERE n > 3 GROUP BY name) AS o WHERE k = name AND n > 4 GROUP BY name",
        "SELECT name, max(m) AS m2 FROM log CROSS JOIN (SELECT name AS k, median(x) AS m FROM log "
        "WHERE n > 3 GROUP BY name) AS o WHERE k = name GROUP BY name",
        "SELECT name, max(m) AS m2 FROM log CROSS JOIN (SELECT name AS k, median(x) AS m FROM log "
        "GROUP BY name) AS o WHERE k = name AND n > 3 GROUP BY name",
        "SELECT n, max(m) AS m2 FROM log CROSS JOIN (SELECT name AS k, median(x) AS m FROM log "
        "GROUP BY name) AS o WHERE k = name GROUP BY n",
        "SELECT name, n, max(m) AS m2 FROM log CROSS JOIN (SELECT name AS k, median(x) AS m FROM "
        "log GROUP BY name) AS o WHERE k = name GROUP BY name, n",
        "SELECT name, max(m) AS m2 FROM log CROSS JOIN (SELECT name AS k, median(x) AS m FROM "
        "other "
        "GROUP BY name) AS o WHERE k = name GROUP BY name",
        "SELECT name, median(abs(n - m)) AS d FROM log CROSS JOIN (SELECT name AS k, median(x) AS "
        "m "
        "FROM log GROUP BY name) AS o WHERE k = name GROUP BY name",
        "SELECT name, max(m) AS m2 FROM log CROSS JOIN (SELECT name AS k, max(x) AS m FROM log "
        "GROUP BY name) AS o WHERE k = name GROUP BY name",
        "SELECT name, max(m) AS m2 FROM log CROSS JOIN (SELECT name AS k, median(x) AS m FROM log "
        "GROUP BY name) AS o WHERE k > name GROUP BY name",
        /* The subquery's own columns beside groups. */
        "SELECT k, max(m) AS m2 FROM log CROSS JOIN (SELECT name AS k, median(x) AS m FROM log "
        "GROUP BY name) AS o WHERE k = name GROUP BY name",
        "SELECT name, sum(m) AS m2 FROM log CROSS JOIN (SELECT name AS k, median(x) AS m FROM log "
        "GROUP BY name) AS o WHERE k = name GROUP BY name",
        "SELECT name, max(m) AS m2 FROM log CROSS JOIN (SELECT name AS k, median(x) AS m FROM log "
        "GROUP BY name) AS o",
        "SELECT name, max(m) AS m2 FROM log CROSS JOIN",
        "SELECT name, max(m) AS m2 FROM log CROSS JOIN (SELECT",
        "SELECT name, max(m) AS m2 FROM log CROSS JOIN (SELECT name AS",
    };
    (void)state;
    expect("SELECT name, n, count(x) AS c, max(m) AS m2, median(abs(x - m)) AS f, avg(abs(x - m)) "
           "AS e FROM log " MIDDLE "GROUP BY name, n ORDER BY name",
           "SELECT name, n, (+\"quire a0\") AS c, (+\"quire a1\") AS m2, (+\"quire a2\") AS f, "
           "(+\"quire a3\") AS e " TABLE "ORDER BY name");
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        expect(others[i], NULL);
}

static void expect_inner(const char *sql, const char *wanted)
{
    size_t start = 0, end = 0;
    assert_int_equal(quire_rollup_find_inner(sql, &start, &end), wanted != NULL);
    if (wanted == NULL) return;
    assert_int_equal(end - start, strlen(wanted));
    assert_memory_equal(sql + start, wanted, end - start);
}

static void test_subqueries(void **state)
{
    (void)state;
    expect_inner("SELECT * FROM (SELECT 1 FROM log) AS x WHERE (a)", "SELECT 1 FROM log");
    expect_inner("SELECT (1), * FROM (SELECT * FROM (SELECT max(n) FROM log) WHERE ')' > (2)) x;",
                 "SELECT max(n) FROM log");
    expect_inner("SELECT 1", NULL);
    expect_inner("SELECT * FROM (SELECT 1), log", NULL);
    expect_inner("SELECT * FROM (SELECT 1) AS x, log", NULL);
    expect_inner("SELECT * FROM (SELECT 1) AS x JOIN log", NULL);
    expect_inner("SELECT * FROM log, (SELECT 1)", NULL);
    expect_inner("SELECT (SELECT 1) FROM log", NULL);
    expect_inner("SELECT * FROM (SELECT 1) WHERE x IN (SELECT 2)", NULL);
    expect_inner("SELECT * FROM (SELECT 1 UNION SELECT 2)", NULL);
    expect_inner("WITH x AS (SELECT 1) SELECT * FROM (SELECT 1)", NULL);
    expect_inner("SELECT * FROM (SELECT 1", NULL);
    expect_inner(")", NULL);
    expect_inner("", NULL);
}

/* --- Percentiles ---------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void expect_percentile(double *values, int64_t size, double part)
{
    struct quire_rollup_percentile percentile = {.part = part};
    uint8_t *valid = calloc((size_t)size + 1, 1);
    struct quire_rollup_lane lane = {.reals = values, .valid = valid};
    bool wanted = true;
    int passes = 0;
    double value;
    memset(valid, 1, (size_t)size);
    for (;; passes++) {
        assert_int_equal(quire_rollup_percentile_begin(&percentile, &wanted), 0);
        if (!wanted) break;
        quire_rollup_percentile_add(&percentile, &lane, size);
        quire_rollup_percentile_end(&percentile);
    }
    assert_in_range(passes, 1, 4);
    assert_int_equal(quire_rollup_percentile_value(&percentile, &value), size > 0);
    if (size > 0) {
        qsort(values, (size_t)size, sizeof(*values), compare);
        double at = part * (double)(size - 1);
        size_t low = (size_t)at, high = low + (low < (size_t)size - 1);
        double rest = at - (double)low;
        double right = values[low] + (rest > 0 ? rest * (values[high] - values[low]) : 0);
        assert_true(value <= right && value >= right);
    }
    quire_rollup_percentile_release(&percentile);
    free(valid);
}

static void test_percentiles(void **state)
{
    static const double parts[] = {0, 0.001, 0.25, 0.5, 0.95, 1};
    double values[1000];
    (void)state;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        expect_percentile(values, 0, parts[i]);
        for (int kind = 0; kind < 5; kind++) {
            int64_t size = kind == 4 ? 1 : 1000;
            for (int64_t j = 0; j < size; j++) {
                double any = (double)(j * 7919 % 1009) - 500;
                values[j] = kind == 0   ? any
                            : kind == 1 ? ldexp(1 + any * 1e-15, 3) /* differ in the last bits */
                            : kind == 2 ? (j % 3 == 0 ? -0.0 : 0.0)
                            : kind == 3 ? any * 1e300 * (j % 2 == 0 ? 1e5 : 1)
                                        : any;
            }
            expect_percentile(values, size, parts[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_one), cmocka_unit_test(test_what_is_none),
        cmocka_unit_test(test_joins),       cmocka_unit_test(test_subqueries),
        cmocka_unit_test(test_percentiles),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
