/* The models as JSON and back, and names of tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quire/memory.h"
#include "quire/runlog_write.h"

static struct quire_runlog_texts *texts;

static int setup(void **state)
{
    (void)state;
    return quire_runlog_texts_new(&texts, NULL);
}

static int teardown(void **state)
{
    (void)state;
    quire_runlog_texts_free(texts);
    return 0;
}

/* Large enough for any model. */
union any_model {
    struct quire_runlog_row row;
    struct quire_runlog_context context;
    struct quire_runlog_step step;
    struct quire_runlog_pipeline_metrics metrics;
    struct quire_runlog_execution execution;
    struct quire_runlog_report report;
};

static void parse(enum quire_runlog_model model, const char *json, union any_model *object)
{
    struct quire_error error;
    quire_error_clear(&error);
    if (quire_runlog_model_parse(model, json, strlen(json), texts, object, &error) != 0)
        fail_msg("%s: %s", json, error.cause);
}

/* What is printed, parsed and printed again is the same, and is what was given. */
static void round_trip(enum quire_runlog_model model, const char *json)
{
    union any_model object;
    char *printed = NULL, *again = NULL;
    parse(model, json, &object);
    assert_int_equal(quire_runlog_model_print(model, &object, &printed, NULL), 0);
    assert_string_equal(printed, json);
    parse(model, printed, &object);
    assert_int_equal(quire_runlog_model_print(model, &object, &again, NULL), 0);
    assert_string_equal(again, json);
    quire_free(printed);
    quire_free(again);
}

static void test_round_trips(void **state)
{
    (void)state;
    round_trip(QUIRE_RUNLOG_MODEL_ROW, "{}");
    round_trip(QUIRE_RUNLOG_MODEL_ROW,
               "{\"run_id\":\"run-123\",\"run_mode\":\"initial\",\"phase\":\"bronze\","
               "\"step_name\":\"a\",\"start_time\":\"2024-02-29T23:59:59.999999Z\","
               "\"duration_secs\":10.25,\"rows_processed\":1000,\"validation_rate\":95.0,"
               "\"success\":false,\"metadata\":{\"a\":[1,null]}}");
    round_trip(QUIRE_RUNLOG_MODEL_CONTEXT,
               "{\"mode\":\"incremental\",\"run_id\":\"r\",\"schema\":\"s\","
               "\"started_at\":\"1969-12-31T23:59:59.000000Z\"}");
    round_trip(QUIRE_RUNLOG_MODEL_STEP,
               "{\"step_name\":\"a\",\"phase\":\"gold\",\"success\":true,\"rows_written\":0,"
               "\"error_message\":\"\\\"\\u0001\",\"cpu_usage_percent\":250.5}");
    round_trip(QUIRE_RUNLOG_MODEL_METRICS,
               "{\"total_steps\":3,\"skipped_steps\":1,\"avg_validation_rate\":99.5}");
    round_trip(QUIRE_RUNLOG_MODEL_EXECUTION,
               "{\"context\":{\"run_id\":\"r\"},\"step_results\":[{\"step_name\":\"a\","
               "\"phase\":\"gold\"},{\"step_name\":\"b\",\"phase\":\"gold\"}],"
               "\"metrics\":{\"total_steps\":2},\"success\":true}");
    round_trip(QUIRE_RUNLOG_MODEL_REPORT,
               "{\"run\":{\"mode\":\"initial\",\"started_at\":\"2024-01-01T00:00:00.000000Z\"},"
               "\"bronze\":{\"a\":{\"validation\":{\"valid_rows\":1,\"invalid_rows\":0}},\"b\":{}},"
               "\"gold\":{\"c\":{\"transform\":{\"input_rows\":5},\"write\":{\"mode\":\"append\"},"
               "\"table_fqn\":\"x.y\"}}}");
}

static void test_not_known(void **state)
{
    union any_model object;
    (void)state;
    quire_runlog_model_init(QUIRE_RUNLOG_MODEL_ROW, &object);
    assert_null(object.row.run_id);
    assert_true(object.row.created_at == QUIRE_RUNLOG_UNKNOWN);
    assert_true(isnan(object.row.duration_secs));
    assert_int_equal(object.row.success, -1);
}

static void test_what_no_field_is_for(void **state)
{
    union any_model object;
    (void)state;
    parse(QUIRE_RUNLOG_MODEL_STEP, "{\"x\":1.50,\"step_name\":\"a\",\"y\":{\"z\":\"\\u00e9\"}}",
          &object);
    assert_string_equal(object.step.metadata, "{\"x\":1.50,\"y\":{\"z\":\"\\u00e9\"}}");
    parse(QUIRE_RUNLOG_MODEL_STEP, "{\"x\":1,\"metadata\":{\"a\":2}}", &object);
    assert_string_equal(object.step.metadata, "{\"a\":2,\"x\":1}");
    parse(QUIRE_RUNLOG_MODEL_STEP, "{\"x\":1,\"metadata\":\"note\"}", &object);
    assert_string_equal(object.step.metadata, "{\"metadata\":\"note\",\"x\":1}");
    parse(QUIRE_RUNLOG_MODEL_STEP, "{\"metadata\":\"note\"}", &object);
    assert_string_equal(object.step.metadata, "\"note\"");
    parse(QUIRE_RUNLOG_MODEL_STEP, "{\"metadata\":null}", &object);
    assert_null(object.step.metadata);
    parse(QUIRE_RUNLOG_MODEL_STEP, "{\"metadata\":\"\"}", &object);
    assert_null(object.step.metadata);
    parse(QUIRE_RUNLOG_MODEL_STEP, "{\"metadata\":\" [1, 2] \"}", &object);
    assert_string_equal(object.step.metadata, "[1, 2]");
    parse(QUIRE_RUNLOG_MODEL_STEP, "{\"x\":1,\"metadata\":\"{\\\"a\\\":2}\"}", &object);
    assert_string_equal(object.step.metadata, "{\"a\":2,\"x\":1}");
}

/* Metadata stands whole where it has a name that is there beside it. */
static void test_names_are_there_once(void **state)
{
    union any_model object;
    (void)state;
    parse(QUIRE_RUNLOG_MODEL_STEP, "{\"a\":1,\"metadata\":{\"b\":3,\"a\":2}}", &object);
    assert_string_equal(object.step.metadata, "{\"metadata\":{\"b\":3,\"a\":2},\"a\":1}");
    parse(QUIRE_RUNLOG_MODEL_STEP, "{\"metadata\":{\"step_name\":2},\"step_name\":\"s\"}", &object);
    assert_string_equal(object.step.metadata, "{\"step_name\":2}");
    parse(QUIRE_RUNLOG_MODEL_REPORT, "{\"b\":1,\"run\":{\"b\":[2]},\"gold\":{}}", &object);
    assert_string_equal(object.report.run.metadata, "{\"run\":{\"b\":[2]},\"b\":1}");
}

/* --- Values ---------------------------------------------------------------------------------- */

static void test_times(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } times[] = {
        {"2024-02-29T23:59:59Z", INT64_C(1709251199000000)},
        {"2024-02-29t23:59:59z", INT64_C(1709251199000000)},
        {"2024-02-29 23:59:59.1+00:00", INT64_C(1709251199100000)},
        {"2024-03-01T00:59:59.123456789+01:00", INT64_C(1709251199123456)},
        {"2024-02-29T23:59:59.99999999999999999999-00:00", INT64_C(1709251199999999)},
        {"1969-12-31T23:59:59.9999999Z", -1},
        {"2016-12-31T23:59:60Z", INT64_C(1483228799999999)},
        {"2016-12-31T15:59:60.25-08:00", INT64_C(1483228799999999)},
    };
    union any_model object;
    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        char json[128];
        snprintf(json, sizeof(json), "{\"start_time\":\"%s\"}", times[i].text);
        parse(QUIRE_RUNLOG_MODEL_STEP, json, &object);
        if (object.step.start_time != times[i].value)
            fail_msg("%s: %lld", times[i].text, (long long)object.step.start_time);
    }
}

static void test_whole_numbers(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } numbers[] = {
        {"9007199254740993.0", INT64_C(9007199254740993)},
        {"9223372036854775807", INT64_MAX},
        {"922337203685477580.7e1", INT64_MAX},
        {"50e-1", 5},
        {"-0.0", 0},
        {"0e999999999999", 0},
        {"1E+18", INT64_C(1000000000000000000)},
        {"100000000000000000000e-20", 1},
    };
    union any_model object;
    char json[128];
    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        snprintf(json, sizeof(json), "{\"rows_written\":%s}", numbers[i].text);
        parse(QUIRE_RUNLOG_MODEL_STEP, json, &object);
        assert_true(object.step.rows_written == numbers[i].value);
    }
    parse(QUIRE_RUNLOG_MODEL_STEP, "{\"duration_secs\":-0}", &object);
    assert_false(signbit(object.step.duration_secs));
}

static void test_what_a_report_says_beside(void **state)
{
    union any_model object;
    (void)state;
    parse(QUIRE_RUNLOG_MODEL_REPORT, "{\"a\":1,\"run\":{\"b\":[2]},\"gold\":{},\"c\":{}}", &object);
    assert_string_equal(object.report.run.metadata, "{\"b\":[2],\"a\":1,\"c\":{}}");
    parse(QUIRE_RUNLOG_MODEL_REPORT, "{\"a\":1}", &object);
    assert_string_equal(object.report.run.metadata, "{\"a\":1}");
}

static void refuse(enum quire_runlog_model model, const char *json, const char *cause)
{
    union any_model object;
    struct quire_error error;
    quire_error_clear(&error);
    assert_int_equal(quire_runlog_model_parse(model, json, strlen(json), texts, &object, &error),
                     QUIRE_INPUT);
    assert_string_equal(error.cause, cause);
}

static void test_refusals(void **state)
{
    (void)state;
    refuse(QUIRE_RUNLOG_MODEL_STEP, "{\"start_time\":\"2024-01-01T00:00Z\"}",
           "/start_time: \"2024-01-01T00:00Z\": a time has seconds: 12:00:00, not 12:00");
    refuse(QUIRE_RUNLOG_MODEL_STEP, "{\"rows_written\":55e-1}",
           "/rows_written: 55e-1: a whole number of 64 bits is wanted");
    refuse(QUIRE_RUNLOG_MODEL_STEP, "{\"rows_written\":9223372036854775808.0}",
           "/rows_written: 9223372036854775808.0: a whole number of 64 bits is wanted");
    refuse(QUIRE_RUNLOG_MODEL_STEP, "{\"rows_written\":-1e2}",
           "/rows_written: -1e2: it cannot be negative");
    refuse(QUIRE_RUNLOG_MODEL_STEP, "{\"x\":1,\"x\":1}", "/x: it is there twice");
    refuse(QUIRE_RUNLOG_MODEL_STEP, "{\"x\":{\"y\":[0,{\"z\":1,\"z\":2}]}}",
           "/x/y/1/z: it is there twice");
    refuse(QUIRE_RUNLOG_MODEL_STEP, "{\"metadata\":{\"z\":1,\"z\":2}}",
           "/metadata/z: it is there twice");
    refuse(QUIRE_RUNLOG_MODEL_REPORT, "{\"gold\":{},\"gold\":{}}", "/gold: it is there twice");
    refuse(QUIRE_RUNLOG_MODEL_REPORT, "{\"gold\":{\"a\":{},\"b\":{},\"a\":null}}",
           "/gold/a: it is there twice");
    refuse(QUIRE_RUNLOG_MODEL_REPORT, "{\"gold\":{\"a\\u0000b\":{}}}",
           "/gold/a: a name with a zero byte in it");
    refuse(QUIRE_RUNLOG_MODEL_REPORT, "{\"gold\":{\"a\":{\"phase\":\"silver\"}}}",
           "/gold/a/phase: \"silver\", and the step stands as \"gold\"");
    refuse(QUIRE_RUNLOG_MODEL_CONTEXT,
           "{\"started_at\":\"2024-01-01T00:00:01Z\",\"end_time\":\"2024-01-01T00:00:00Z\"}",
           "/end_time: the end is before the start");
    refuse(QUIRE_RUNLOG_MODEL_ROW, "[]", "an object is wanted, and this is a list");
    refuse(QUIRE_RUNLOG_MODEL_ROW, "{\"success\":null,\"success\":true}",
           "/success: it is there twice");
    refuse(QUIRE_RUNLOG_MODEL_EXECUTION, "{\"step_results\":{}}",
           "/step_results: a list is wanted, and this is an object");
    refuse(QUIRE_RUNLOG_MODEL_EXECUTION, "{\"step_results\":[{},{\"rows_written\":true}]}",
           "/step_results/1/rows_written: a number is wanted, and this is true");
    refuse(QUIRE_RUNLOG_MODEL_EXECUTION, "{\"metrics\":{\"total_steps\":-2}}",
           "/metrics/total_steps: -2: it cannot be negative");
    refuse(QUIRE_RUNLOG_MODEL_REPORT, "{\"gold\":{},\"platinum\":{\"a\":{}}}",
           "/platinum: there is no such phase: a report has bronze, silver and gold");
    refuse(QUIRE_RUNLOG_MODEL_REPORT, "{\"silvr\":{}}",
           "/silvr: there is no such phase: a report has bronze, silver and gold");
    refuse(QUIRE_RUNLOG_MODEL_REPORT, "{\"gold\":{\"a/b\":{\"write\":[]}}}",
           "/gold/a~1b/write: an object is wanted, and this is a list");
    refuse(QUIRE_RUNLOG_MODEL_CONTEXT, "{\"mode\":\"x\"}",
           "/mode: \"x\": a mode is initial, incremental, full_refresh or validation_only");
    refuse(QUIRE_RUNLOG_MODEL_STEP, "{", "it is not JSON");
}

static void test_ids(void **state)
{
    char first[QUIRE_RUNLOG_UUID_SIZE], second[QUIRE_RUNLOG_UUID_SIZE];
    (void)state;
    /* The time of the example of RFC 9562, appendix A.6. */
    quire_runlog_uuid(INT64_C(0x017F22E279B0), first);
    quire_runlog_uuid(INT64_C(0x017F22E279B0), second);
    assert_memory_equal(first, "017f22e2-79b0-7", 15);
    assert_non_null(strchr("89ab", first[19]));
    assert_string_not_equal(first, second);
    assert_int_equal(strlen(first), 36);
}

/* --- Names of tables ------------------------------------------------------------------------- */

static void name_is(struct quire_runlog_options *config, const char *pipeline, const char *expected)
{
    char *name = NULL;
    assert_int_equal(
        quire_runlog_table_name(config, pipeline, "incremental", "20240101_120000", &name, NULL),
        0);
    assert_string_equal(name, expected);
    quire_free(name);
}

static void set(struct quire_runlog_options *config, const char *name, const char *value)
{
    assert_int_equal(quire_options_set(quire_runlog_options_table(), config, name, value, NULL), 0);
}

static void test_names(void **state)
{
    struct quire_runlog_options config;
    (void)state;
    assert_int_equal(quire_options_init(quire_runlog_options_table(), &config, NULL), 0);
    set(&config, "table_schema", "analytics");
    set(&config, "table_name", "base_logs");
    name_is(&config, "my-pipeline", "analytics.base_logs");
    set(&config, "table_name_pattern", "{schema}.{pipeline_id}_{run_mode}_{date}");
    name_is(&config, "my-pipeline", "analytics.my-pipeline_incremental_20240101_120000");
    /* A name that ends so already is left. */
    set(&config, "table_suffix_pattern", "_{run_mode}_{timestamp}");
    name_is(&config, "my-pipeline", "analytics.my-pipeline_incremental_20240101_120000");
    set(&config, "table_name_pattern", "{table_name}");
    name_is(&config, "x", "analytics.base_logs_incremental_20240101_120000");
    set(&config, "table_name_pattern", "{pipeline_id}");
    set(&config, "table_suffix_pattern", ".v2");
    name_is(&config, "../\xc3\xa9 b.c", "analytics.___\xc3\xa9_b_c.v2");
    /* The configured time is instead of now; one that is given goes first. */
    set(&config, "table_suffix_pattern", "_{timestamp}");
    set(&config, "table_name_pattern", "{table_name}_{date}");
    set(&config, "table_timestamp", "2024");
    name_is(&config, "x", "analytics.base_logs_20240101_120000");
    char *name = NULL;
    assert_int_equal(quire_runlog_table_name(&config, NULL, NULL, NULL, &name, NULL), 0);
    assert_string_equal(name, "analytics.base_logs_2024");
    quire_free(name);
    set(&config, "table_timestamp", "");
    assert_int_equal(quire_runlog_options_check(&config, NULL), QUIRE_USAGE);
    quire_options_release(quire_runlog_options_table(), &config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_not_known),
        cmocka_unit_test(test_what_no_field_is_for),
        cmocka_unit_test(test_what_a_report_says_beside),
        cmocka_unit_test(test_names_are_there_once),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
