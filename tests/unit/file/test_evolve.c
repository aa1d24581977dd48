/* Schemas that grow over all records: what they come to, over one input and several,
 * with and without a schema to begin with, and what cannot grow. */
#include "file_fixture.h"

#include <stdio.h>

#include "fault_alloc.h"

#define URL "mem://evolve/"

/* What opening names came to: the schema as text, or its error. */
struct evolved {
    struct ArrowArrayStream stream;
    struct quire_error error;
    int code;
};

static struct evolved open_all(const char *const *urls, size_t size, const char *schema_text,
                               struct quire_record_policy policy)
{
    struct evolved evolved = {.code = 0};
    struct ArrowSchema schema = {.release = NULL};
    if (schema_text != NULL) schema = fixture_schema(schema_text);
    if (schema_text != NULL) policy.schema = &schema;
    policy.extra = QUIRE_EXTRA_EVOLVE;
    struct quire_read_options options = {.records = policy};
    quire_error_clear(&evolved.error);
    evolved.code = quire_file_read_all(urls, size, &options, &evolved.stream, &evolved.error);
    quire_schema_release(&schema);
    return evolved;
}

static void put(const char *url, const char *text)
{
    assert_int_equal(test_put(url, text, NULL, NULL, NULL), 0);
}

static struct evolved open_one(const char *url, const char *text, const char *schema,
                               struct quire_record_policy policy)
{
    put(url, text);
    return open_all(&url, 1, schema, policy);
}

static void expect_with(const char *url, const char *text, const char *given,
                        struct quire_record_policy policy, const char *schema, const char *rows)
{
    struct evolved evolved = open_one(url, text, given, policy);
    if (evolved.code != 0) fail_msg("%s", evolved.error.cause);
    assert_string_equal(fixture_schema_of(&evolved.stream), schema);
    const char *got = fixture_rows_of(&evolved.stream, &evolved.error);
    if (got == NULL) fail_msg("%s", evolved.error.cause);
    assert_string_equal(got, rows);
}

static const struct quire_record_policy none = {.infer_rows = 1}; /* the sample shows little */

static void expect(const char *url, const char *text, const char *given, const char *schema,
                   const char *rows)
{
    expect_with(url, text, given, none, schema, rows);
}

static void expect_failure(struct evolved evolved, int code, const char *column, const char *cause)
{
    assert_null(evolved.stream.release);
    assert_int_equal(evolved.code, code);
    if (column != NULL) assert_string_equal(evolved.error.column, column);
    if (strstr(evolved.error.cause, cause) == NULL) assert_string_equal(evolved.error.cause, cause);
}

static void test_fields_first_seen_late(void **state)
{
    (void)state;
    expect(URL "a.jsonl", "{\"a\":1}\n{\"c\":true,\"a\":2}\n{\"b\":\"x\"}\n", NULL,
           "a int64\nc bool\nb string\n",
           "{\"a\":1,\"c\":null,\"b\":null}\n{\"a\":2,\"c\":true,\"b\":null}\n"
           "{\"a\":null,\"c\":null,\"b\":\"x\"}\n");
    expect(URL "a.json", "[{\"a\":1},{\"a\":2.5,\"b\":2}]", NULL, "a float64\nb int64\n",
           "{\"a\":1.0,\"b\":null}\n{\"a\":2.5,\"b\":2}\n");
    expect(URL "one.json", "{\"a\":1,\"b\":[]}", NULL, "a int64\nb list<null>\n",
           "{\"a\":1,\"b\":[]}\n");
}

static void test_nested_fields(void **state)
{
    (void)state;
    expect(
        URL "a.jsonl",
        "{\"s\":{\"x\":1}}\n{\"s\":{\"y\":\"k\"}}\n{\"l\":[{\"p\":1}]}\n{\"l\":[{\"q\":1.5}]}\n",
        NULL, "s struct<x:int64, y:string>\nl list<struct<p:int64, q:float64>>\n",
        "{\"s\":{\"x\":1,\"y\":null},\"l\":null}\n{\"s\":{\"x\":null,\"y\":\"k\"},\"l\":null}\n"
        "{\"s\":null,\"l\":[{\"p\":1,\"q\":null}]}\n{\"s\":null,\"l\":[{\"p\":null,\"q\":1.5}]}\n");
}

static void test_types_widen(void **state)
{
    (void)state;
    expect(URL "a.csv", "a,b,c\n1,2020-01-01,\n2.5,2020-01-01T10:00:00,\n,,7\n", NULL,
           "a float64\nb timestamp(us)\nc int64\n",
           "{\"a\":1.0,\"b\":\"2020-01-01T00:00:00.000000\",\"c\":null}\n"
           "{\"a\":2.5,\"b\":\"2020-01-01T10:00:00.000000\",\"c\":null}\n"
           "{\"a\":null,\"b\":null,\"c\":7}\n");
    expect(URL "a.csv", "a\n1\nx\n", NULL, "a string\n", "{\"a\":\"1\"}\n{\"a\":\"x\"}\n");
    expect(URL "a.csv", "a,b\n", NULL, "a string\nb string\n", "");
    expect(URL "a.jsonl", "", NULL, "", "");
}

static void test_mixtures(void **state)
{
    const struct quire_record_policy json = {.infer_rows = 1, .mixed = QUIRE_MIXED_JSON};
    static const char text[] = "{\"a\":1}\n{\"a\":[\"x\"]}\n";
    (void)state;
    expect_failure(open_one(URL "a.jsonl", text, NULL, none), QUIRE_INPUT, "a", "no common type");
    expect_with(URL "a.jsonl", text, NULL, json, "a json\n", "{\"a\":1}\n{\"a\":[\"x\"]}\n");
}

/* What was given keeps its place and type, and gets what it does not have. */
static void test_given_schema(void **state)
{
    (void)state;
    expect(
        URL "a.jsonl",
        "{\"z\":1,\"m\":{\"k\":\"v\"},\"a\":300,\"s\":{\"y\":1}}\n{\"f\":[1,2],\"s\":{\"x\":2}}\n",
        "a float64, s struct<x:int8>, m map<string,string>, f fixed_list<int16, 2>",
        "a float64\ns struct<x:int8, y:int64>\nm map<string, string>\n"
        "f fixed_list<int16, 2>\nz int64\n",
        "{\"a\":300.0,\"s\":{\"x\":null,\"y\":1},\"m\":{\"k\":\"v\"},\"f\":null,\"z\":1}\n"
        "{\"a\":null,\"s\":{\"x\":2,\"y\":null},\"m\":null,\"f\":[1,2],\"z\":null}\n");
    expect(URL "a.csv", "b,a\n1,2\n", "a string not null", "a string not null\nb int64\n",
           "{\"a\":\"2\",\"b\":1}\n");
    /* Deep in lists of every kind; an object is not looked for in other types. */
    expect(URL "a.jsonl", "{\"l\":[[{\"p\":true,\"n\":1}]],\"t\":\"{}\"}\n",
           "l large_list<fixed_list<struct<n:int8 not null>, 1>> not null, t string",
           "l large_list<fixed_list<struct<n:int8 not null, p:bool>, 1>> not null\nt string\n",
           "{\"l\":[[{\"n\":1,\"p\":true}]],\"t\":\"{}\"}\n");
}

static void test_given_schema_without_header(void **state)
{
    const struct quire_setting settings[] = {{"header", "off"}};
    struct ArrowSchema schema = fixture_schema("x int8, column_3 string");
    struct quire_read_options options = {
        .settings = settings,
        .settings_size = 1,
        .records = {.schema = &schema, .extra = QUIRE_EXTRA_EVOLVE},
    };
    (void)state;
    put(URL "a.csv", "1,a,2.5,true\n");
    /* The name that the third would get is taken. */
    assert_string_equal(fixture_rows(URL "a.csv", &options, NULL),
                        "{\"x\":1,\"column_3\":\"a\",\"column_3_2\":2.5,\"column_4\":true}\n");
    quire_schema_release(&schema);
}

static void test_given_type_is_not_widened(void **state)
{
    struct evolved evolved = open_one(URL "a.jsonl", "{\"a\":1}\n{\"a\":\"x\"}\n", "a int64", none);
    (void)state;
    assert_int_equal(evolved.code, 0);
    assert_null(fixture_rows_of(&evolved.stream, &evolved.error));
    assert_int_equal(evolved.error.code, QUIRE_INPUT);
    assert_int_equal(evolved.error.row, 2);
    expect_failure(open_one(URL "a.jsonl", "{\"a\":1}\n", "a int8, a int16", none), QUIRE_USAGE,
                   "a", "two fields of this name");
}

static void test_several_inputs(void **state)
{
    static const char *const urls[] = {URL "1.csv", URL "2.csv", URL "3.jsonl"};
    const struct quire_record_policy json = {.mixed = QUIRE_MIXED_JSON};
    struct evolved evolved;
    (void)state;
    put(urls[0], "a,b\n1,\n");
    put(urls[1], "c,a\n2020-01-01,2.5\n");
    put(urls[2], "{\"b\":5}\n{\"d\":{\"e\":1}}\n");
    evolved = open_all(urls, 3, NULL, none);
    assert_int_equal(evolved.code, 0);
    assert_string_equal(fixture_schema_of(&evolved.stream),
                        "a float64\nb int64\nc date\nd struct<e:int64>\n");
    assert_string_equal(fixture_rows_of(&evolved.stream, NULL),
                        "{\"a\":1.0,\"b\":null,\"c\":null,\"d\":null}\n"
                        "{\"a\":2.5,\"b\":null,\"c\":\"2020-01-01\",\"d\":null}\n"
                        "{\"a\":null,\"b\":5,\"c\":null,\"d\":null}\n"
                        "{\"a\":null,\"b\":null,\"c\":null,\"d\":{\"e\":1}}\n");
    /* Mixtures over several inputs are mixtures too. */
    static const char *const lines[] = {URL "1.jsonl", URL "2.jsonl"};
    put(lines[0], "{\"a\":1}\n");
    put(lines[1], "{\"a\":\"x\"}\n");
    evolved = open_all(lines, 2, NULL, json);
    assert_string_equal(fixture_rows_of(&evolved.stream, NULL), "{\"a\":1}\n{\"a\":\"x\"}\n");
    expect_failure(open_all(lines, 2, NULL, none), QUIRE_INPUT, "a", "no common type");
}

static int note_reject(void *user, const struct quire_reject *reject, struct quire_error *error)
{
    int64_t *rows = user;
    (void)error;
    *rows = *rows * 10 + reject->error->row;
    return 0;
}

/* A record that is refused has no say, and is told of once, in the second pass. */
static void test_rejects(void **state)
{
    int64_t rows = 0;
    const struct quire_record_policy policy = {
        .on_bad = QUIRE_ON_BAD_REJECT, .reject = note_reject, .reject_user = &rows};
    (void)state;
    expect_with(URL "a.jsonl", "{\"a\":1}\n{\"b\":2,}\n7\n{\"c\":3}\n", NULL, policy,
                "a int64\nc int64\n", "{\"a\":1,\"c\":null}\n{\"a\":null,\"c\":3}\n");
    assert_int_equal(rows, 23);
    rows = 0;
    expect_with(URL "a.json", "[{\"a\":1},{\"b\":2,},{\"c\":3}]", NULL, policy,
                "a int64\nc int64\n", "{\"a\":1,\"c\":null}\n{\"a\":null,\"c\":3}\n");
    assert_int_equal(rows, 2);
    struct evolved evolved = open_one(URL "a.jsonl", "{\"a\":1}\n{\"b\":2,}\n", NULL, none);
    assert_int_equal(evolved.error.row, 2);
    expect_failure(evolved, QUIRE_INPUT, "", "a member's name");
}

/* Rows alone are counted in one pass. */
static void test_rows_alone(void **state)
{
    struct quire_read_options options = {
        .records = {.extra = QUIRE_EXTRA_EVOLVE, .columns_given = true, .infer_rows = 1}};
    (void)state;
    put(URL "a.jsonl", "{\"a\":1}\n{\"b\":[1]}\n");
    assert_string_equal(fixture_rows(URL "a.jsonl", &options, NULL), "{}\n{}\n");
}

static void test_requests_that_fail(void **state)
{
    static const char *const standard[] = {"-"}, *const missing[] = {URL "none.csv"};
    struct quire_context_options small = {.threads = 1, .memory_max = QUIRE_MEMORY_MIN};
    struct quire_read_options options = {.records.extra = QUIRE_EXTRA_EVOLVE, .format = "csv"};
    struct ArrowArrayStream stream = {.release = NULL};
    struct quire_error error = {0};
    (void)state;
    assert_int_equal(quire_file_read(standard[0], &options, &stream, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.cause, "twice"));
    expect_failure(open_all(missing, 1, NULL, none), QUIRE_NOT_FOUND, NULL, "");
    expect_failure(open_one(URL "empty.csv", "", NULL, none), QUIRE_INPUT, NULL, "empty");
    expect_failure(open_one(URL "a.csv", "a\n1\n\"x", NULL, none), QUIRE_INPUT, NULL, "quote");

    /* Names that are data: what a survey holds is bounded. */
    static char text[1 << 18];
    size_t size = 0;
    for (int i = 0; size < sizeof(text) - 32; i++)
        size += (size_t)snprintf(text + size, 32, "{\"%d\":1}\n", i);
    put(URL "wide.jsonl", text);
    options.format = "jsonl";
    assert_int_equal(quire_context_new(&small, &options.context, NULL), 0);
    assert_int_equal(quire_file_read(URL "wide.jsonl", &options, &stream, &error), QUIRE_LIMIT);
    assert_non_null(strstr(error.cause, "different fields"));
    quire_context_free(options.context);
    assert_null(stream.release);
}

static void test_every_allocation_fails(void **state)
{
    static const char *const urls[] = {URL "n.csv", URL "n.jsonl"};
    struct ArrowSchema schema = fixture_schema("b float64, s struct<x:int8>");
    const struct quire_record_policy policy = {.schema = &schema};
    (void)state;
    put(urls[0], "a,b\n1,5\n");
    put(urls[1], "{\"a\":2.5,\"s\":{\"y\":[{}]}}\n");
    for (int64_t n = 1;; n++) {
        fault_alloc_arm(n);
        struct evolved evolved = open_all(urls, 2, NULL, policy);
        struct ArrowArray batch = {.release = NULL};
        if (evolved.code == 0) evolved.code = quire_stream_next(&evolved.stream, &batch, NULL);
        quire_array_release(&batch);
        quire_stream_release(&evolved.stream);
        bool fired = fault_alloc_disarm();
        assert_int_equal(fault_alloc_held(), 0);
        assert_true(evolved.code == QUIRE_MEMORY || evolved.code == 0);
        if (!fired) break;
    }
    quire_schema_release(&schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_first_seen_late),
        cmocka_unit_test(test_nested_fields),
        cmocka_unit_test(test_types_widen),
        cmocka_unit_test(test_mixtures),
        cmocka_unit_test(test_given_schema),
        cmocka_unit_test(test_given_schema_without_header),
        cmocka_unit_test(test_given_type_is_not_widened),
        cmocka_unit_test(test_several_inputs),
        cmocka_unit_test(test_rejects),
        cmocka_unit_test(test_rows_alone),
        cmocka_unit_test(test_requests_that_fail),
        cmocka_unit_test(test_every_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
