/* Writers in a process: the calls, what they count, and how a write is tried again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault_store.h"
#include "quire/memory.h"
#include "quire/runlog_report.h"
#include "quire/runlog_upkeep.h"
#include "quire/runlog_write.h"
#include "quire/table_write.h"
#include "scratch.h"

#define URL_MAX    4200
#define DELAYS_MAX 16

static char url[URL_MAX];
static struct quire_runlog_options config;
static struct quire_runlog_writer *writer;

/* A clock that only waiting moves. */
static struct {
    int64_t now_us, delays[DELAYS_MAX];
    size_t delays_size;
    struct fault_plan then; /* armed while it is waited */
} clock_state;

static int64_t now_us(void *user)
{
    (void)user;
    return clock_state.now_us;
}

static void sleep_ms(void *user, int64_t ms)
{
    (void)user;
    assert_true(clock_state.delays_size < DELAYS_MAX);
    clock_state.delays[clock_state.delays_size++] = ms;
    clock_state.now_us += ms * 1000;
    fault_store_arm(&clock_state.then);
}

static int setup(void **state)
{
    static bool registered;
    if (scratch_setup(state) != 0) return -1;
    snprintf(url, sizeof(url), "fault://%s/runs/log", (const char *)*state);
    memset(&clock_state, 0, sizeof(clock_state));
    clock_state.now_us = INT64_C(1709251199999999); /* 2024-02-29T23:59:59.999999Z */
    if (quire_options_init(quire_runlog_options_table(), &config, NULL) != 0) return -1;
    if (registered) return 0;
    registered = true;
    return quire_store_register(&fault_store, NULL);
}

static int teardown(void **state)
{
    const struct fault_plan none = {.nth = 0};
    fault_store_arm(&none);
    quire_runlog_close(writer);
    writer = NULL;
    quire_options_release(quire_runlog_options_table(), &config);
    return scratch_teardown(state);
}

static void open_writer(void)
{
    static const struct quire_runlog_writer_options options = {
        .durability = QUIRE_DURABILITY_NONE,
        .threads = 1,
        .memory_max = INT64_C(32) << 20,
        .now_us = now_us,
        .sleep_ms = sleep_ms,
    };
    assert_int_equal(quire_runlog_open(url, &config, &options, &writer, NULL), 0);
}

static struct quire_runlog_row make_row(const char *name)
{
    struct quire_runlog_row row;
    quire_runlog_row_init(&row);
    row.run_id = "test-run";
    row.phase = "bronze";
    row.step_name = name;
    row.duration_secs = 10;
    row.rows_processed = 1000;
    row.validation_rate = 95;
    return row;
}

static int64_t count_rows(void)
{
    char *json = NULL;
    long long rows = -1;
    assert_int_equal(quire_runlog_info(url, &json, NULL), 0);
    const char *at = strstr(json, "\"row_count\":");
    assert_non_null(at);
    rows = strtoll(at + 12, NULL, 10);
    quire_free(json);
    return rows;
}

/* --- Calls ----------------------------------------------------------------------------------- */

static void test_log_rows(void **state)
{
    const struct quire_runlog_row rows[] = {make_row("a"), make_row("b")};
    struct quire_runlog_result result;
    char *json = NULL;
    (void)state;
    open_writer();
    assert_int_equal(quire_runlog_write_log_rows(writer, rows, 2, NULL, &result, NULL), 0);
    assert_true(result.success);
    assert_int_equal(result.rows_written, 2);
    assert_int_equal(result.version, 0);
    assert_string_equal(result.run_id, "test-run");
    assert_string_equal(result.table_fqn, "runs.log");
    assert_string_equal(result.url, url);
    assert_non_null(strstr(result.quality_results, "\"total_rows\":2"));
    assert_int_equal(quire_runlog_result_print(&result, &json, NULL), 0);
    assert_non_null(strstr(json, "\"success\":true,\"run_id\":\"test-run\",\"rows_written\":2"));
    quire_free(json);
    assert_int_equal(count_rows(), 2);
}

static void test_bad_rows(void **state)
{
    struct quire_runlog_row rows[] = {make_row("a"), make_row("b")};
    struct quire_runlog_result result;
    struct quire_error error;
    (void)state;
    open_writer();
    rows[1].validation_rate = 100.01;
    quire_error_clear(&error);
    assert_int_equal(quire_runlog_write_log_rows(writer, rows, 2, NULL, &result, &error),
                     QUIRE_INPUT);
    assert_int_equal(error.row, 2);
    assert_string_equal(error.column, "validation_rate");
    assert_string_equal(error.cause, "/1/validation_rate: a rate is a percentage, 0 to 100");
    assert_false(result.success);
    rows[1] = make_row("");
    assert_int_equal(quire_runlog_write_log_rows(writer, rows, 2, NULL, &result, &error),
                     QUIRE_INPUT);
    assert_string_equal(error.column, "step_name");
    rows[1] = make_row("b");
    rows[1].valid_rows = 1;
    rows[1].invalid_rows = 2;
    assert_int_equal(quire_runlog_write_log_rows(writer, rows, 2, NULL, &result, &error),
                     QUIRE_INPUT);
    assert_string_equal(error.column, "rows_processed");
    assert_int_equal(quire_runlog_info(url, NULL, NULL), QUIRE_NOT_FOUND);
}

static void test_what_structs_say(void **state)
{
    struct quire_runlog_report_step steps[3];
    struct quire_runlog_report report;
    struct quire_runlog_row rows[] = {make_row("a"), make_row("b")};
    struct quire_runlog_result result;
    struct quire_error error;
    (void)state;
    open_writer();
    quire_error_clear(&error);
    quire_runlog_report_init(&report);
    for (size_t i = 0; i < 3; i++) {
        quire_runlog_report_step_init(&steps[i]);
        steps[i].phase = i == 1 ? "gold" : "silver";
        steps[i].step_name = "x";
    }
    report.steps = steps;
    report.steps_size = 3;
    assert_int_equal(quire_runlog_write_report(writer, &report, NULL, &result, &error),
                     QUIRE_INPUT);
    assert_string_equal(error.cause, "/steps/2: it is there twice");
    report.steps_size = 2;
    assert_int_equal(quire_runlog_write_report(writer, &report, NULL, &result, &error), 0);
    steps[1].validation.valid_rows = 100;
    steps[1].validation.invalid_rows = 100;
    steps[1].validation.validation_rate = 80;
    steps[1].step.rows_processed = 201;
    assert_int_equal(quire_runlog_write_report(writer, &report, NULL, &result, &error),
                     QUIRE_INPUT);
    assert_string_equal(error.column, "rows_processed");
    rows[0].duration_secs = HUGE_VAL;
    assert_int_equal(quire_runlog_write_log_rows(writer, rows, 1, NULL, &result, &error),
                     QUIRE_INPUT);
    assert_string_equal(error.cause, "/0/duration_secs: it is not finite");
}

/* Metadata is JSON in every row, also where a caller has another text. */
static void test_metadata_of_structs(void **state)
{
    static const char *const given[] = {"note", "", "{\"a\":1}", "{\"a\":"};
    static const char *const kept[] = {"\"note\"", "", "{\"a\":1}", "\"{\\\"a\\\":\""};
    static const char *const columns[] = {"metadata"};
    const struct quire_runlog_read_options options = {
        .limit = 10, .columns = columns, .columns_size = 1};
    struct quire_runlog_result result;
    (void)state;
    open_writer();
    config.write_mode = QUIRE_RUNLOG_OVERWRITE;
    for (size_t i = 0; i < 4; i++) {
        struct ArrowArrayStream stream = {.release = NULL};
        struct ArrowArray batch = {.release = NULL};
        struct quire_runlog_row row = make_row("a");
        row.metadata = given[i];
        assert_int_equal(quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL), 0);
        assert_int_equal(quire_runlog_read(url, &options, &stream, NULL), 0);
        assert_int_equal(stream.get_next(&stream, &batch), 0);
        const struct ArrowArray *texts = batch.children[0];
        const int32_t *offsets = texts->buffers[1];
        size_t size = (size_t)(offsets[1] - offsets[0]);
        assert_int_equal(texts->null_count, kept[i][0] == '\0');
        assert_int_equal(size, strlen(kept[i]));
        if (size > 0)
            assert_memory_equal((const char *)texts->buffers[2] + offsets[0], kept[i], size);
        batch.release(&batch);
        stream.release(&stream);
    }
}

static struct quire_runlog_execution make_execution(const struct quire_runlog_step *steps,
                                                    size_t size)
{
    struct quire_runlog_execution execution;
    quire_runlog_execution_init(&execution);
    execution.step_results = steps;
    execution.step_results_size = size;
    execution.success = 1;
    return execution;
}

static void make_steps(struct quire_runlog_step *steps, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        quire_runlog_step_init(&steps[i]);
        steps[i].step_name = i == 0 ? "first" : "second";
        steps[i].phase = "silver";
        steps[i].rows_processed = 7;
    }
}

static void test_other_calls(void **state)
{
    struct quire_runlog_step steps[2];
    struct quire_runlog_report report;
    struct quire_runlog_report_step report_step;
    struct quire_runlog_context context;
    struct quire_runlog_result result;
    (void)state;
    open_writer();
    make_steps(steps, 2);
    quire_runlog_context_init(&context);
    context.run_id = "of-the-context";
    assert_int_equal(
        quire_runlog_write_step_results(writer, steps, 2, &context, NULL, &result, NULL), 0);
    assert_string_equal(result.run_id, "of-the-context");
    struct quire_runlog_execution execution = make_execution(steps, 2);
    assert_int_equal(
        quire_runlog_write_execution_result(writer, &execution, "run-123", &result, NULL), 0);
    assert_string_equal(result.run_id, "run-123");
    assert_int_equal(result.rows_written, 2);
    quire_runlog_report_init(&report);
    quire_runlog_report_step_init(&report_step);
    report_step.phase = "gold";
    report_step.step_name = "sum";
    report_step.write.rows_written = 5;
    report.steps = &report_step;
    report.steps_size = 1;
    assert_int_equal(quire_runlog_write_report(writer, &report, NULL, &result, NULL), 0);
    assert_int_equal(strlen(result.run_id), 36);
    assert_int_equal(count_rows(), 5);
}

static void test_batch(void **state)
{
    struct quire_runlog_step steps[2];
    struct quire_runlog_execution executions[3];
    struct quire_runlog_result result;
    (void)state;
    open_writer();
    make_steps(steps, 2);
    for (size_t i = 0; i < 3; i++)
        executions[i] = make_execution(steps, 2);
    assert_int_equal(quire_runlog_write_execution_result_batch(writer, executions, 3, "batch-run",
                                                               2, &result, NULL),
                     0);
    assert_true(result.success && result.is_batch);
    assert_int_equal(result.total_executions, 3);
    assert_int_equal(result.successful_writes, 3);
    assert_int_equal(result.commits, 2);
    executions[1].context.run_mode = "never";
    assert_int_equal(quire_runlog_write_execution_result_batch(writer, executions, 3, "batch-run",
                                                               0, &result, NULL),
                     0);
    assert_false(result.success);
    assert_int_equal(result.failures_size, 1);
    assert_int_equal(result.failures[0].index, 1);
    assert_string_equal(result.failures[0].run_id, "batch-run_batch_1");
    assert_int_equal(result.failures[0].error.code, QUIRE_INPUT);
    assert_int_equal(count_rows(), 10);
}

static void test_metrics(void **state)
{
    struct quire_runlog_row row = make_row("a");
    struct quire_runlog_metrics metrics;
    struct quire_runlog_memory memory;
    struct quire_runlog_result result;
    (void)state;
    open_writer();
    quire_runlog_get_metrics(writer, &metrics);
    assert_int_equal(metrics.total_writes, 0);
    assert_true(metrics.success_rate_percent == 100);
    assert_int_equal(quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL), 0);
    row.phase = "brass";
    assert_int_equal(quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL),
                     QUIRE_INPUT);
    quire_runlog_get_metrics(writer, &metrics);
    assert_int_equal(metrics.total_writes, 2);
    assert_int_equal(metrics.successful_writes, 1);
    assert_int_equal(metrics.failed_writes, 1);
    assert_int_equal(metrics.total_rows_written, 1);
    assert_true(metrics.success_rate_percent == 50);
    assert_true(metrics.memory_usage_peak_mb > 0);
    /* Of few, one that failed says nothing; of more that is told, and the rows are there. */
    assert_int_equal(quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL),
                     QUIRE_INPUT);
    row.phase = "gold";
    assert_int_equal(quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL), 0);
    config.performance_min_success_rate = 70;
    assert_int_equal(quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL),
                     QUIRE_LIMIT);
    config.performance_min_success_rate = 60;
    assert_int_equal(quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL), 0);
    config.performance_min_success_rate = 100;
    assert_int_equal(quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL),
                     QUIRE_LIMIT);
    assert_int_equal(count_rows(), 5);
    quire_runlog_reset_metrics(writer);
    assert_int_equal(quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL), 0);
    quire_runlog_get_metrics(writer, &metrics);
    assert_int_equal(metrics.total_writes, 1);
    assert_int_equal(quire_runlog_memory_usage(&memory, NULL), 0);
    assert_true(memory.rss_mb > 0 && memory.vms_mb >= memory.rss_mb && memory.available_mb > 0);
}

/* What is given with rows is checked as they are, and why a call failed is in its result. */
static void test_given(void **state)
{
    const struct quire_runlog_row row = make_row("a");
    struct quire_runlog_context context;
    struct quire_runlog_models models = {QUIRE_RUNLOG_ROWS, &row, 1, &context};
    struct quire_runlog_result result;
    struct quire_error error;
    (void)state;
    open_writer();
    quire_error_clear(&error);
    quire_runlog_context_init(&context);
    context.run_mode = "full";
    assert_int_equal(quire_runlog_write(writer, &models, NULL, &result, &error), QUIRE_USAGE);
    assert_string_equal(error.cause, "run-mode: 'full' is not one of initial, incremental, "
                                     "full_refresh, validation_only");
    context.run_mode = "incremental";
    context.schema = "";
    assert_int_equal(quire_runlog_write(writer, &models, NULL, &result, NULL), QUIRE_USAGE);
    context.schema = "s";
    assert_int_equal(quire_runlog_write(writer, &models, NULL, &result, &error), 0);
    assert_int_equal(result.code, 0);
    assert_null(result.reason);
    assert_int_equal(count_rows(), 1);
    struct quire_runlog_row wrong = row;
    wrong.phase = "brass";
    assert_int_equal(quire_runlog_write_log_rows(writer, &wrong, 1, NULL, &result, NULL),
                     QUIRE_INPUT);
    assert_int_equal(result.code, QUIRE_INPUT);
    assert_non_null(strstr(result.reason, "phase"));
}

/* --- Trying again ---------------------------------------------------------------------------- */

static int write_while_it_fails(int code, struct quire_runlog_result *result)
{
    const struct fault_plan plan = {.nth = 1, .onwards = true, .code = code};
    const struct quire_runlog_row row = make_row("a");
    fault_store_arm(&plan);
    return quire_runlog_write_log_rows(writer, &row, 1, NULL, result, NULL);
}

static void test_retries(void **state)
{
    struct quire_runlog_result result;
    (void)state;
    open_writer();
    /* It fails until it was waited once. */
    assert_int_equal(write_while_it_fails(QUIRE_RETRY, &result), 0);
    assert_int_equal(clock_state.delays_size, 1);
    assert_int_equal(clock_state.delays[0], 1000);
    assert_true(result.duration_secs == 1.0);
    assert_int_equal(count_rows(), 1);
}

/* The defaults: three more tries, after 1, 2 and 4 seconds. */
static void test_default_retries(void **state)
{
    static const int64_t doubling[] = {1000, 2000, 4000};
    struct quire_runlog_result result;
    int64_t began_us = clock_state.now_us;
    (void)state;
    open_writer();
    clock_state.then = (struct fault_plan){.nth = 1, .onwards = true, .code = QUIRE_RETRY};
    assert_int_equal(write_while_it_fails(QUIRE_RETRY, &result), QUIRE_RETRY);
    assert_int_equal(clock_state.delays_size, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(clock_state.delays[i], doubling[i]);
    assert_int_equal(clock_state.now_us - began_us, 7000000);
    assert_true(result.duration_secs == 7.0);
}

static void test_retries_end(void **state)
{
    static const int64_t doubling[] = {250, 500, 1000, 2000, 4000};
    struct quire_runlog_result result;
    (void)state;
    config.max_retries = 5;
    config.retry_delay_secs = 0.25;
    open_writer();
    clock_state.then = (struct fault_plan){.nth = 1, .onwards = true, .code = QUIRE_RETRY};
    assert_int_equal(write_while_it_fails(QUIRE_RETRY, &result), QUIRE_RETRY);
    assert_int_equal(clock_state.delays_size, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(clock_state.delays[i], doubling[i]);
    assert_false(result.success);
    config.retry_exponential_backoff = false;
    config.max_retries = 2;
    clock_state.delays_size = 0;
    assert_int_equal(write_while_it_fails(QUIRE_RETRY, &result), QUIRE_RETRY);
    assert_int_equal(clock_state.delays_size, 2);
    assert_int_equal(clock_state.delays[0], 250);
    assert_int_equal(clock_state.delays[1], 250);
}

static void test_what_is_not_tried_again(void **state)
{
    struct quire_runlog_result result;
    (void)state;
    open_writer();
    assert_int_equal(write_while_it_fails(QUIRE_PERMISSION, &result), QUIRE_PERMISSION);
    assert_int_equal(clock_state.delays_size, 0);
    config.max_retries = 0;
    assert_int_equal(write_while_it_fails(QUIRE_RETRY, &result), QUIRE_RETRY);
    assert_int_equal(clock_state.delays_size, 0);
}

/* A failure at any operation, before or after it took effect, tried again: the row is there once,
 * unless the call says that it failed, and then once at most. */
static void test_rows_are_there_once(void **state)
{
    const struct fault_plan none = {.nth = 0};
    struct quire_runlog_result result;
    int64_t rows = 0;
    (void)state;
    open_writer();
    const struct quire_runlog_row row = make_row("a");
    assert_int_equal(quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL), 0);
    rows = 1;
    for (int64_t n = 1; n < 400; n++) {
        struct fault_plan plan = {.nth = 1 + n / 2, .after = n % 2 == 1, .code = QUIRE_RETRY};
        fault_store_arm(&plan);
        int code = quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL);
        bool fired = fault_store_fired();
        fault_store_arm(&none);
        int64_t now = count_rows();
        if (code == 0)
            assert_int_equal(now, rows + 1);
        else
            assert_true(now == rows || now == rows + 1);
        rows = now;
        if (!fired) return;
    }
    fail_msg("the loop did not end");
}

/* Another makes the table, with narrower numbers, between looking at it and the first try. */
static void make_between(void *user, enum quire_log_level level, const char *message)
{
    bool *done = user;
    static const char text[] = "run_id string, phase string, step_name string, "
                               "duration_secs float32, rows_processed int32, "
                               "created_at timestamp(us, UTC)";
    const struct quire_table_create_options create = {.properties_size = 0};
    struct ArrowSchema schema;
    (void)level;
    if (*done || strncmp(message, "log quality: ", 13) != 0) return;
    *done = true;
    assert_int_equal(quire_schema_parse(text, sizeof(text) - 1, &schema, NULL), 0);
    assert_int_equal(quire_table_create(url, &schema, &create, NULL), 0);
    quire_schema_release(&schema);
}

/* What was seen of the table is no reason to fail when it is no longer so. */
static void test_a_table_that_comes_between(void **state)
{
    bool done = false;
    const struct quire_observer observer = {.log = make_between, .user = &done};
    const struct quire_runlog_writer_options options = {.threads = 1, .observer = &observer};
    const struct quire_runlog_row row = make_row("a");
    struct quire_runlog_result result;
    (void)state;
    config.max_retries = 0;
    assert_int_equal(quire_runlog_open(url, &config, &options, &writer, NULL), 0);
    assert_int_equal(quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL), 0);
    assert_true(done);
    assert_int_equal(result.version, 1);
    assert_int_equal(count_rows(), 1);
}

/* However many executions it has; other calls are batches where they are said to be. */
static void test_batch_of_any_size(void **state)
{
    struct quire_runlog_execution execution;
    struct quire_runlog_models models = {.kind = QUIRE_RUNLOG_EXECUTION_RESULT,
                                         .items = &execution};
    struct quire_runlog_result result;
    char *json = NULL;
    (void)state;
    open_writer();
    quire_runlog_execution_init(&execution);
    for (int64_t size = 0; size < 2; size++) {
        assert_int_equal(quire_runlog_write_execution_result_batch(writer, &execution, (size_t)size,
                                                                   "night", 10, &result, NULL),
                         0);
        assert_true(result.success && result.is_batch);
        assert_int_equal(result.total_executions, size);
        assert_int_equal(result.successful_writes, size);
        assert_int_equal(result.tables_size, 1);
        assert_int_equal(result.tables[0].rows_written, size);
        assert_string_equal(result.tables[0].table_fqn, result.table_fqn);
    }
    models.items_size = 1;
    assert_int_equal(quire_runlog_write(writer, &models, "night", &result, NULL), 0);
    assert_false(result.is_batch);
    models.is_batch = true;
    assert_int_equal(quire_runlog_write(writer, &models, "night", &result, NULL), 0);
    assert_true(result.is_batch);
    assert_int_equal(quire_runlog_result_print(&result, &json, NULL), 0);
    assert_non_null(strstr(json, "\"total_executions\":1,\"successful_writes\":1"));
    quire_free(json);
}

/* Looking at what would be written makes no table. */
static void test_only_checks(void **state)
{
    const char *folder = *state;
    const char *path = scratch_path(folder, "rows.jsonl");
    struct quire_runlog_text text = {.kind = QUIRE_RUNLOG_ROWS, .url = path, .only_checks = true};
    struct quire_runlog_result result;
    open_writer();
    scratch_write(path, "{\"phase\":\"gold\",\"step_name\":\"s\"}\n");
    assert_int_equal(quire_runlog_write_text(writer, &text, NULL, &result, NULL), 0);
    assert_int_equal(result.rows_written, 0);
    assert_int_equal(quire_runlog_info(url, NULL, NULL), QUIRE_NOT_FOUND);
    scratch_write(path, "{\"phase\":\"brass\",\"step_name\":\"s\"}\n");
    assert_int_equal(quire_runlog_write_text(writer, &text, NULL, &result, NULL), QUIRE_INPUT);
}

/* NULL in place of options is the defaults, in place of what is told that it is not wanted. */
static void test_without_options(void **state)
{
    const char *path = scratch_path(*state, "rows.json");
    struct quire_runlog_row row = make_row("a");
    struct quire_runlog_result result;
    struct ArrowArrayStream stream = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    char *json = NULL;
    assert_int_equal(quire_runlog_open(url, NULL, NULL, &writer, NULL), 0);
    assert_int_equal(quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL), 0);
    assert_true(strstr(result.quality_results, "\"min_validation_rate\":95.0") != NULL);
    assert_int_equal(quire_runlog_read(url, NULL, &stream, NULL), 0);
    assert_int_equal(quire_stream_next(&stream, &batch, NULL), 0);
    assert_int_equal(batch.length, 1);
    quire_array_release(&batch);
    stream.release(&stream);
    assert_int_equal(quire_runlog_maintain(url, NULL, &json, NULL), 0);
    assert_non_null(strstr(json, "[\"validate_schema\",\"analyze\",\"vacuum\"]"));
    quire_free(json);
    assert_int_equal(quire_runlog_optimize(url, NULL, &json, NULL), 0);
    assert_non_null(strstr(json, "[\"partitioning\"]"));
    quire_free(json);
    assert_int_equal(quire_runlog_check(url, NULL, NULL, NULL, &json, NULL), 0);
    assert_non_null(strstr(json, "\"quality_passed\":true"));
    quire_free(json);
    assert_int_equal(quire_runlog_history(url, 0, NULL, NULL), 0);
    assert_int_equal(quire_runlog_optimize(url, NULL, NULL, NULL), 0);
    assert_int_equal(quire_runlog_maintain(url, NULL, NULL, NULL), 0);
    /* Standard output is that of the test: only a table that is not there is looked for. */
    assert_int_equal(quire_runlog_export(path, NULL, NULL, NULL), QUIRE_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_log_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_structs_say, setup, teardown),
        cmocka_unit_test_setup_teardown(test_metadata_of_structs, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_calls, setup, teardown),
        cmocka_unit_test_setup_teardown(test_batch, setup, teardown),
        cmocka_unit_test_setup_teardown(test_batch_of_any_size, setup, teardown),
        cmocka_unit_test_setup_teardown(test_only_checks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_options, setup, teardown),
        cmocka_unit_test_setup_teardown(test_metrics, setup, teardown),
        cmocka_unit_test_setup_teardown(test_given, setup, teardown),
        cmocka_unit_test_setup_teardown(test_retries, setup, teardown),
        cmocka_unit_test_setup_teardown(test_default_retries, setup, teardown),
        cmocka_unit_test_setup_teardown(test_retries_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_not_tried_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rows_are_there_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_table_that_comes_between, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
