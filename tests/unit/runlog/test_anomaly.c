/* Rows out of the ordinary, in batches at hand: measured over all of them, then judged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "quire/memory.h"
#include "runlog/anomaly/anomaly.h"

static struct ArrowSchema schema;

struct row {
    double duration, rate;
    int64_t rows; /* below 0: null */
};

static int setup(void **state)
{
    static const char text[] = "step_name string, duration_secs float64, validation_rate float32, "
                               "rows_processed int32";
    (void)state;
    return quire_schema_parse(text, strlen(text), &schema, NULL);
}

static int teardown(void **state)
{
    (void)state;
    quire_schema_release(&schema);
    return 0;
}

static struct ArrowArray batch_of(const struct row *rows, size_t size)
{
    struct quire_builder *builder = NULL;
    struct ArrowArray batch = {.release = NULL};
    assert_int_equal(quire_builder_new(&schema, &builder, NULL), 0);
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(quire_builder_text(builder, "a\"b", 3, NULL), 0);
        assert_int_equal(quire_builder_double(builder, rows[i].duration, NULL), 0);
        assert_int_equal(quire_builder_double(builder, rows[i].rate, NULL), 0);
        assert_int_equal(rows[i].rows < 0 ? quire_builder_null(builder, NULL)
                                          : quire_builder_int(builder, rows[i].rows, NULL),
                         0);
        assert_int_equal(quire_builder_end_row(builder, NULL), 0);
    }
    assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
    quire_builder_free(builder);
    return batch;
}

static const struct row usual[] = {{1, 100, 10}, {1, 100, 10}, {1, 100, -1}, {1, 95, 10}};
static const struct row odd[] = {{12, 94.5, 10}, {1, 100, 1000}};

/* What is written of the two batches. */
static void expect(const struct quire_anomaly_options *options, int64_t count, const char *json)
{
    struct quire_anomaly_search *search = NULL;
    struct quire_buf out = {0};
    struct ArrowArray batches[] = {batch_of(usual, 4), batch_of(odd, 2)};
    assert_int_equal(quire_anomaly_search_new(&schema, options, &search, NULL), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(quire_anomaly_measure(search, &batches[i], NULL), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(quire_anomaly_judge(search, &batches[i], NULL), 0);
    assert_int_equal(quire_anomaly_count(search), count);
    struct quire_json_writer writer = quire_json_writer_to(&out);
    quire_json_writer_begin_object(&writer);
    quire_anomaly_write(search, &writer);
    quire_json_writer_end_object(&writer);
    assert_int_equal(quire_json_writer_finish(&writer), 0);
    assert_int_equal(quire_buf_terminate(&out), 0);
    assert_string_equal((const char *)out.data, json);
    quire_buf_release(&out);
    quire_anomaly_search_free(search);
    for (size_t i = 0; i < 2; i++)
        quire_array_release(&batches[i]);
}

#define NAMES "\"run_id\":null,\"phase\":null,\"step_name\":\"a\\\"b\",\"created_at\":null}"
#define LONG                                                                   \
    "{\"type\":\"duration\",\"row_index\":4,\"value\":12.0,\"threshold\":8.5," \
    "\"severity\":\"medium\","                                                 \
    "\"description\":\"a\\\"b: 12 s, more than 3 times the mean (2.83333 s)\"," NAMES
#define BAD                                                                            \
    "{\"type\":\"validation_rate\",\"row_index\":4,\"value\":94.5,\"threshold\":95.0," \
    "\"severity\":\"medium\","                                                         \
    "\"description\":\"a\\\"b: 94.5 % of the rows are valid, wanted are 95 %\"," NAMES

static void test_all(void **state)
{
    (void)state;
    expect(NULL, 2,
           "{\"anomalies_detected\":true,\"anomaly_count\":2,\"anomalies\":[" LONG "," BAD "]}");
}

static void test_few_are_listed(void **state)
{
    const struct quire_anomaly_options one = {.limit = 1};
    (void)state;
    expect(&one, 2, "{\"anomalies_detected\":true,\"anomaly_count\":2,\"anomalies\":[" LONG "]}");
}

static void test_another_rate(void **state)
{
    const struct quire_anomaly_options less = {.min_validation_rate = 90};
    (void)state;
    expect(&less, 1, "{\"anomalies_detected\":true,\"anomaly_count\":1,\"anomalies\":[" LONG "]}");
}

static void test_nothing(void **state)
{
    struct quire_anomaly_search *search = NULL;
    struct ArrowArray batch = batch_of(usual, 4);
    (void)state;
    assert_int_equal(quire_anomaly_search_new(&schema, NULL, &search, NULL), 0);
    assert_int_equal(quire_anomaly_judge(search, &batch, NULL), 0); /* of what was not measured */
    assert_int_equal(quire_anomaly_count(search), 0);
    quire_anomaly_search_free(search);
    quire_array_release(&batch);
    quire_anomaly_search_free(NULL);
}

static void test_another_type(void **state)
{
    static const char text[] = "duration_secs string";
    struct ArrowSchema other = {.release = NULL};
    struct quire_anomaly_search *search = NULL;
    struct quire_error error;
    (void)state;
    quire_error_clear(&error);
    assert_int_equal(quire_schema_parse(text, strlen(text), &other, NULL), 0);
    assert_int_equal(quire_anomaly_search_new(&other, NULL, &search, &error), QUIRE_INPUT);
    assert_non_null(strstr(error.cause, "duration_secs"));
    assert_null(search);
    quire_schema_release(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all),          cmocka_unit_test(test_few_are_listed),
        cmocka_unit_test(test_another_rate), cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_another_type),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
