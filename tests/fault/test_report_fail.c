/* A run log is asked while the Nth allocation or store operation fails, once or from then on, until
 * all goes through: a report fails, or says what it says, and nothing is left. A report makes many
 * thousand: N grows by a twentieth. Queries alone try each (test_sql_fail.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call_way.h"
#include "fault_alloc.h"
#include "fault_store.h"
#include "quire/memory.h"
#include "quire/runlog.h"
#include "quire/runlog_report.h"
#include "quire/table_write.h"
#include "scratch.h"

#define N_MAX       100000
#define TRIES_LEAST 5
#define URL_MAX     4200
#define HOUR_US     INT64_C(3600000000)
#define START_US    (INT64_C(19782) * 24 * HOUR_US) /* 2024-02-29 */

static char folder[URL_MAX / 2], url[URL_MAX];

/* --- A log --------------------------------------------------------------------------------- */

static void add_text(struct quire_builder *builder, const char *text)
{
    assert_int_equal(quire_builder_text(builder, text, strlen(text), NULL), 0);
}

static void add_row(struct quire_builder *builder, int64_t row)
{
    static const char *const steps[] = {"orders", "users"};
    add_text(builder, "run");
    add_text(builder, "bronze");
    add_text(builder, steps[row % 2]);
    assert_int_equal(quire_builder_double(builder, row == 11 ? 90 : (double)row, NULL), 0);
    assert_int_equal(quire_builder_int(builder, 100, NULL), 0);
    assert_int_equal(quire_builder_double(builder, row < 6 ? 100 : 70, NULL), 0);
    assert_int_equal(quire_builder_int(builder, START_US + row * 5 * HOUR_US, NULL), 0);
    assert_int_equal(quire_builder_end_row(builder, NULL), 0);
}

static int make_log(void)
{
    static const char text[] = "run_id string, phase string, step_name string, "
                               "duration_secs float64, rows_processed int64, "
                               "validation_rate float64, created_at timestamp(us, UTC)";
    struct ArrowSchema schema = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    struct ArrowArrayStream rows = {.release = NULL};
    struct quire_builder *builder = NULL;
    assert_int_equal(quire_schema_parse(text, strlen(text), &schema, NULL), 0);
    assert_int_equal(quire_table_create(folder, &schema, NULL, NULL), 0);
    assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
    for (int64_t row = 0; row < 12; row++)
        add_row(builder, row);
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    quire_builder_free(builder);
    assert_int_equal(quire_stream_of_batches(&schema, &batch, 1, &rows, NULL), 0);
    assert_int_equal(quire_table_append(folder, &rows, NULL, NULL, NULL), 0);
    quire_stream_release(&rows);
    return 0;
}

static int setup(void **state)
{
    if (scratch_setup(state) != 0) return -1;
    snprintf(folder, sizeof(folder), "%s/log", (const char *)*state);
    snprintf(url, sizeof(url), "fault://%s", folder);
    if (quire_store_register(&fault_store, NULL) != 0) return -1;
    return make_log();
}

/* --- Asking -------------------------------------------------------------------------------- */

typedef int ask(const struct quire_runlog_report_options *options, char **json,
                struct quire_error *error);

static int summary(const struct quire_runlog_report_options *options, char **json,
                   struct quire_error *error)
{
    return quire_runlog_summary(url, options, json, error);
}

static int trends(const struct quire_runlog_report_options *options, char **json,
                  struct quire_error *error)
{
    return quire_runlog_trends(url, options, json, error);
}

static int both(const struct quire_runlog_report_options *options, char **json,
                struct quire_error *error)
{
    char *other = NULL;
    int code = quire_runlog_summary_and_trends(url, options, &other, json, error);
    quire_free(other);
    return code;
}

static int anomalies(const struct quire_runlog_report_options *options, char **json,
                     struct quire_error *error)
{
    return quire_runlog_anomalies(url, options, json, error);
}

/* Without a limit: counted first, then listed. */
static int all_anomalies(const struct quire_runlog_report_options *options, char **json,
                         struct quire_error *error)
{
    struct quire_runlog_report_options asked = *options;
    asked.limit = -1;
    asked.min_validation_rate = 100;
    return quire_runlog_anomalies(url, &asked, json, error);
}

static int check(const struct quire_runlog_report_options *options, char **json,
                 struct quire_error *error)
{
    struct quire_verdict verdict;
    return quire_runlog_check(url, NULL, options, &verdict, json, error);
}

static int sql(const struct quire_runlog_report_options *options, char **json,
               struct quire_error *error)
{
    return quire_runlog_report_sql(url, "summary", options, json, error);
}

static int run(ask *report, char **json, struct quire_error *error)
{
    struct quire_context *context = NULL;
    const struct quire_context_options one = {.threads = 1};
    *json = NULL;
    int code = quire_context_new(&one, &context, error);
    const struct quire_runlog_report_options options = {.days = 3,
                                                        .now_us = START_US + 40 * HOUR_US,
                                                        .where = "phase = 'bronze'",
                                                        .history = true,
                                                        .context = context};
    if (code == 0) code = report(&options, json, error);
    quire_context_free(context);
    return code;
}

static void torture(ask *report, const struct call_way *way, const char *wanted)
{
    const int stride = fault_every();
    int64_t n = 1, tries = 0;
    for (bool reached = true; reached; n += stride * (1 + n / 20), tries++) {
        struct quire_error error;
        char *json = NULL;
        assert_true(n < N_MAX);
        quire_error_clear(&error);
        call_way_arm(way, n);
        int code = run(report, &json, &error);
        bool same = code != 0 || strcmp(json, wanted) == 0;
        quire_free(json);
        reached = call_way_disarm(way, n, 0);
        assert_true(same);
        assert_int_equal(code, error.code);
        assert_true(reached || code == 0);
        if (!way->store) assert_true(code == 0 || code == QUIRE_MEMORY);
    }
    assert_true(tries * stride > TRIES_LEAST);
}

static void torture_all(const struct call_way *ways, size_t ways_size)
{
    static ask *const reports[] = {summary, trends, both, anomalies, all_anomalies, check, sql};
    for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
        char *wanted = NULL;
        assert_int_equal(run(reports[i], &wanted, NULL), 0);
        for (size_t j = 0; j < ways_size; j++)
            torture(reports[i], &ways[j], wanted);
        quire_free(wanted);
    }
}

static void test_store(void **state)
{
    (void)state;
    torture_all(call_ways, 4);
}

static void test_allocations(void **state)
{
    (void)state;
    torture_all(call_ways + 4, 2);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store),
        cmocka_unit_test(test_allocations),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
