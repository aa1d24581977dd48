/* Queries that are computed of one scan say what each says alone, and the table is read once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "data/view.h"
#include "quire/context.h"
#include "quire/memory.h"
#include "record_store.h"
#include "scratch.h"
#include "sql/sql_together.h"

#define ROWS 4000

static char url[4200];

/* --- A table -------------------------------------------------------------------------------- */

static void put_row(struct quire_buf *text, int row)
{
    static const char *const phases[] = {"gold", "bronze", "", "silver"};
    const char *phase = phases[row / 7 % 4];
    int code = quire_buf_printf(text, "run-%d,%s,step-%d,2024-02-%02dT%02d:10:00Z,", row / 5, phase,
                                row % 31, 1 + row / 200, row / 20 % 24);
    if (code == 0 && row % 11 != 0) code = quire_buf_printf(text, "%d.%02d", row % 97, row % 100);
    if (code == 0) code = quire_buf_push(text, ',');
    if (code == 0 && row % 13 != 0) code = quire_buf_printf(text, "%d", (row * 7919) % 10007 - 50);
    if (code == 0)
        code = quire_buf_append_text(text, row % 17 == 0  ? ",\n"
                                           : row % 3 == 0 ? ",true\n"
                                                          : ",false\n");
    assert_int_equal(code, 0);
}

static int setup(void **state)
{
    struct quire_buf text = {0};
    if (scratch_setup(state) != 0) return -1;
    if (quire_store_register(&record_store, NULL) != 0) return -1;
    assert_int_equal(quire_buf_append_text(&text, "run,phase,step,at,secs,n,ok\n"), 0);
    for (int row = 0; row < ROWS; row++)
        put_row(&text, row);
    assert_int_equal(quire_buf_terminate(&text), 0);
    const char *path = scratch_path(*state, "log.csv");
    scratch_write(path, (const char *)text.data);
    snprintf(url, sizeof(url), "record://%s", path);
    quire_buf_release(&text);
    return 0;
}

/* --- Asking --------------------------------------------------------------------------------- */

static void put_value(struct quire_buf *text, const struct quire_view *value, int64_t row)
{
    int code = 0;
    if (quire_view_is_null(value, row)) {
        code = quire_buf_append_text(text, "null ");
    } else if (value->field->kind == QUIRE_KIND_FLOAT64) {
        code = quire_buf_printf(text, "%a ", *(const double *)quire_view_fixed(value, row));
    } else if (quire_kind_is_string(value->field->kind)) {
        struct quire_bytes bytes = quire_view_bytes(value, row);
        code = quire_buf_printf(text, "'%.*s' ", (int)bytes.size, (const char *)bytes.data);
    } else {
        code = quire_buf_printf(text, "%lld ", (long long)quire_view_i64(value, row));
    }
    assert_int_equal(code, 0);
}

/* The rows of a stream, which is released; the caller frees the text. */
static char *text_of(struct ArrowArrayStream *stream)
{
    struct ArrowSchema schema = {.release = NULL};
    struct quire_field *field = NULL;
    struct quire_view *view = NULL;
    struct quire_buf text = {0};
    assert_int_equal(quire_stream_schema(stream, &schema, NULL), 0);
    assert_int_equal(quire_field_open(&schema, &field, NULL), 0);
    assert_int_equal(quire_view_new(field, &view, NULL), 0);
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        assert_int_equal(quire_stream_next(stream, &batch, NULL), 0);
        if (batch.release == NULL) break;
        assert_int_equal(quire_view_set(view, &batch, NULL), 0);
        for (int64_t row = 0; row < batch.length; row++) {
            for (size_t i = 0; i < view->children_size; i++)
                put_value(&text, &view->children[i], row);
            assert_int_equal(quire_buf_push(&text, '\n'), 0);
        }
        quire_array_release(&batch);
    }
    assert_int_equal(quire_buf_terminate(&text), 0);
    quire_view_free(view);
    quire_field_close(field);
    quire_schema_release(&schema);
    quire_stream_release(stream);
    stream->release = NULL;
    return (char *)text.data;
}

static int ask(const char *const *sql, size_t size, struct quire_context *context,
               struct ArrowArrayStream *streams, struct quire_error *error)
{
    static const struct quire_sql_table table = {.name = "log", .url = url};
    static const struct quire_sql_param since = {
        .name = "since", .kind = QUIRE_SQL_TEXT, .text = "2024-02-03 00:00:00"};
    const struct quire_sql_options options = {.tables = &table,
                                              .tables_size = 1,
                                              .params = &since,
                                              .params_size = strstr(sql[0], ":since") != NULL,
                                              .context = context};
    return size > 0 ? quire_sql_query_together(sql, size, &options, streams, error)
                    : quire_sql_query(sql[0], &options, streams, error);
}

static char *ask_alone(const char *sql)
{
    struct ArrowArrayStream stream = {.release = NULL};
    assert_int_equal(ask(&sql, 0, NULL, &stream, NULL), 0);
    return text_of(&stream);
}

static int lines(const char *text)
{
    int count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

/* --- Tests ---------------------------------------------------------------------------------- */

#define SINCE "WHERE at >= CAST(:since AS TIMESTAMP) "

static const char *const queries[] = {
    "SELECT count(DISTINCT run) AS r, count(*) AS c, count_if(ok) AS y, count_if(NOT ok) AS o, "
    "count(ok) AS k, avg(n) AS a, sum(n) AS s, count(n) AS d, percentile(secs, 0.5) AS p, "
    "percentile(secs, 0.95) AS q, percentile(n, 0.25) AS u FROM log " SINCE,
    "SELECT phase, count(*) AS c, min(secs) AS l, max(secs) AS m, stddev(secs) AS d, sum(n) AS s, "
    "regr_slope(secs, unix_micros(at)) AS e, count(step) AS t FROM log " SINCE
    "GROUP BY phase ORDER BY phase",
    "SELECT phase, step, avg(secs) AS a, sum(n) AS s, min(n) AS l, stddev_pop(n) AS d, "
    "count(DISTINCT run) AS r FROM log " SINCE "GROUP BY phase, step ORDER BY phase, step",
    "SELECT to_date(at) AS day, count(DISTINCT run) AS r, avg(n) AS a, max(n) AS m FROM log " SINCE
    "GROUP BY to_date(at) ORDER BY day",
    "SELECT phase, step, max(m) AS m, median(abs(secs - m)) AS d, count(n) AS c FROM log "
    "CROSS JOIN (SELECT phase AS p, step AS s, median(secs) AS m FROM log " SINCE
    "GROUP BY phase, step) AS o WHERE p = phase AND s = step AND at >= CAST(:since AS TIMESTAMP) "
    "GROUP BY phase, step ORDER BY phase, step",
    "SELECT step, c FROM (SELECT step, count(*) AS c FROM log " SINCE
    "AND secs IS NOT NULL GROUP BY step) AS x WHERE c > 90 ORDER BY step",
};
#define QUERIES (sizeof(queries) / sizeof(queries[0]))

static void test_same_rows_of_one_scan(void **state)
{
    struct ArrowArrayStream streams[QUERIES];
    char *alone[QUERIES];
    (void)state;
    for (size_t i = 0; i < QUERIES; i++) {
        record_store_clear();
        alone[i] = ask_alone(queries[i]);
    }
    int one_scan = lines(record_store_text());
    record_store_clear();
    /* Without the percentiles of the first, which take a scan more. */
    assert_int_equal(ask(queries + 1, QUERIES - 1, NULL, streams + 1, NULL), 0);
    assert_int_equal(lines(record_store_text()), one_scan);
    for (size_t i = 1; i < QUERIES; i++)
        quire_stream_release(&streams[i]);
    assert_int_equal(ask(queries, QUERIES, NULL, streams, NULL), 0);
    for (size_t i = 0; i < QUERIES; i++) { /* the first, whose table the others have, is gone */
        assert_non_null(streams[i].release);
        char *together = text_of(&streams[i]);
        assert_true(strlen(together) > 10);
        assert_string_equal(together, alone[i]);
        quire_free(together);
        quire_free(alone[i]);
    }
}

static void test_others_are_left(void **state)
{
    static const char *const mixed[] = {
        "SELECT count(*) AS c FROM log",
        "SELECT DISTINCT phase FROM log",
        "SELECT count(*) AS c FROM log WHERE n > 5",
        "SELECT phase, sum(n) AS s FROM log GROUP BY phase",
    };
    struct ArrowArrayStream streams[4];
    (void)state;
    assert_int_equal(ask(mixed, 4, NULL, streams, NULL), 0);
    assert_null(streams[1].release); /* no sum */
    assert_null(streams[2].release); /* of other rows */
    for (size_t i = 0; i < 4; i += 3) {
        char *together = text_of(&streams[i]), *alone = ask_alone(mixed[i]);
        assert_string_equal(together, alone);
        quire_free(together);
        quire_free(alone);
    }
}

static void test_too_many_groups(void **state)
{
    static const char *const large[] = {
        "SELECT run, step, to_date(at) AS d, stddev(secs) AS s, sum(n) AS t, stddev(n) AS x "
        "FROM log GROUP BY run, step, to_date(at)",
        "SELECT count(*) AS c FROM log",
    };
    const struct quire_context_options little = {.threads = 1, .memory_max = QUIRE_MEMORY_MIN};
    struct quire_context *context = NULL;
    struct ArrowArrayStream streams[2];
    (void)state;
    assert_int_equal(quire_context_new(&little, &context, NULL), 0);
    assert_int_equal(ask(large, 2, context, streams, NULL), 0);
    assert_null(streams[0].release);
    assert_null(streams[1].release);
    quire_context_free(context);
}

static void test_failures(void **state)
{
    static const char *const broken[] = {"SELECT count(*) AS c FROM log",
                                         "SELECT count(nothing) AS c FROM log"};
    struct ArrowArrayStream streams[2];
    struct quire_error error;
    (void)state;
    assert_int_equal(ask(broken, 2, NULL, streams, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.cause, "nothing"));
    assert_null(streams[0].release);
    assert_null(streams[1].release);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_rows_of_one_scan),
        cmocka_unit_test(test_others_are_left),
        cmocka_unit_test(test_too_many_groups),
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
