/* Writing: the bytes of every option, and what cannot be written. */
#include "json_fixture.h"

#include <string.h>

#include "data/view.h"
#include "format/json/json_value.h"

#define SCHEMA(text) .schema = (text)

static const char every[] =
    "n null, b bool, i int64, u uint64, f float64, g float32, d decimal(5,2), day date, t time(ms),"
    "at timestamp(ms, UTC), du duration(s), s string, z binary, id uuid, l list<int8>,"
    "st struct<x:int8, y:string>, m map<string,bool>, mi map<int8,bool>, di dictionary<string>, j "
    "json";
static const char every_text[] =
    "{\"n\":null,\"b\":true,\"i\":-5,\"u\":18446744073709551615,\"f\":1e16,\"g\":0.1,\"d\":\"-0."
    "50\","
    "\"day\":\"1969-12-31\",\"t\":\"01:02:03.004\",\"at\":\"2024-02-29T12:00:00.250Z\","
    "\"du\":\"PT1M\",\"s\":\"q\\\"\\\\\\u0001/\xc3\xa9\",\"z\":\"AAEC\","
    "\"id\":\"00112233-4455-6677-8899-aabbccddeeff\",\"l\":[1,null],\"st\":{\"x\":1,\"y\":null},"
    "\"m\":{\"k\":true},\"mi\":[{\"key\":1,\"value\":null}],\"di\":\"w\",\"j\":{\"a\" : [ 1 ]}}";

static void default_bytes(void **state)
{
    static const char expected[] =
        "{\"n\":null,\"b\":true,\"i\":-5,\"u\":18446744073709551615,\"f\":1e+16,\"g\":0.1,"
        "\"d\":\"-0.50\",\"day\":\"1969-12-31\",\"t\":\"01:02:03.004\","
        "\"at\":\"2024-02-29T12:00:00.250Z\",\"du\":\"PT1M\",\"s\":\"q\\\"\\\\\\u0001/\xc3\xa9\","
        "\"z\":\"AAEC\",\"id\":\"00112233-4455-6677-8899-aabbccddeeff\",\"l\":[1,null],"
        "\"st\":{\"x\":1,\"y\":null},\"m\":{\"k\":true},\"mi\":[{\"key\":1,\"value\":null}],"
        "\"di\":\"w\",\"j\":{\"a\":[1]}}\n";
    (void)state;
    json_expect((struct json_run){SCHEMA(every)}, every_text, expected);
}

static void options(void **state)
{
    static const char wide[] = "i int8, s string, st struct<x:int8, y:int8>, l list<int8>";
    static const char text[] =
        "{\"i\":null,\"s\":\"\xc3\xa9\xf0\x9f\x98\x80\",\"st\":{\"x\":1},\"l\":[1,2]}";
    (void)state;
    json_expect(
        (struct json_run){SCHEMA(wide), .out_set = "ascii=on"}, text,
        "{\"i\":null,\"s\":\"\\u00e9\\ud83d\\ude00\",\"st\":{\"x\":1,\"y\":null},\"l\":[1,2]}\n");
    json_expect((struct json_run){SCHEMA(wide), .out_set = "separators=python;nulls=omit"}, text,
                "{\"s\": \"\xc3\xa9\xf0\x9f\x98\x80\", \"st\": {\"x\": 1}, \"l\": [1, 2]}\n");
    json_expect((struct json_run){SCHEMA(wide), .out_set = "nulls=omit", .to = "json"},
                "{}\n{\"i\":1}", "[\n{},\n{\"i\":1}\n]\n");
    json_expect((struct json_run){SCHEMA(wide), .out_set = "pretty=on;nulls=omit", .to = "json"},
                "{\"st\":{},\"l\":[]}\n{\"i\":1,\"l\":[1,2],\"st\":{\"x\":1}}",
                "[\n  {\n    \"st\": {},\n    \"l\": []\n  },\n  {\n    \"i\": 1,\n    \"st\": {\n"
                "      \"x\": 1\n    },\n    \"l\": [\n      1,\n      2\n    ]\n  }\n]\n");
    json_expect((struct json_run){SCHEMA("d decimal(5,2)"), .out_set = "decimals=number"},
                "{\"d\":\"-0.5\"}", "{\"d\":-0.50}\n");
    json_expect((struct json_run){SCHEMA("d timestamp(us)"), .out_set = "timestamps=epoch"},
                "{\"d\":\"1969-12-31T23:59:59\"}", "{\"d\":-1000000}\n");
    json_expect((struct json_run){SCHEMA("d binary, e fixed_binary(2)"), .out_set = "binary=hex"},
                "{\"d\":\"AAH/\",\"e\":\"AAE=\"}", "{\"d\":\"0001ff\",\"e\":\"0001\"}\n");
    json_expect_error((struct json_run){.out_set = "pretty=on"}, "{}", QUIRE_USAGE, -1, -1, NULL,
                      "pretty");
}

static void not_finite(void **state)
{
    static const char schema[] = "f float64, g float32, h float16, l list<float64>";
    static const char text[] =
        "{\"f\":\"NaN\",\"g\":\"Infinity\",\"h\":\"-Infinity\",\"l\":[1,\"nan\"]}";
    (void)state;
    json_expect((struct json_run){SCHEMA(schema)}, text,
                "{\"f\":null,\"g\":null,\"h\":null,\"l\":[1.0,null]}\n");
    json_expect((struct json_run){SCHEMA(schema), .out_set = "nan=string"}, text,
                "{\"f\":\"NaN\",\"g\":\"Infinity\",\"h\":\"-Infinity\",\"l\":[1.0,\"NaN\"]}\n");
    json_expect_error((struct json_run){SCHEMA(schema), .out_set = "nan=error"},
                      "{\"f\":1}\n{\"g\":\"-Infinity\"}", QUIRE_INPUT, 2, -1, "g", "not finite");
    json_expect_error((struct json_run){SCHEMA(schema), .out_set = "nan=error"},
                      "{\"f\":1}\n{\"f\":\"-Infinity\"}", QUIRE_INPUT, 2, -1, "f", "not finite");
    json_expect_error((struct json_run){SCHEMA(schema), .out_set = "nan=error"},
                      "{\"l\":[1,\"NaN\"]}", QUIRE_INPUT, 1, -1, "l", "not finite");
}

static struct ArrowArray strings_batch(const char *schema_text, const char *const *texts, size_t n)
{
    struct ArrowSchema schema = json_schema(schema_text);
    struct quire_field *root = NULL;
    struct quire_column *column = NULL;
    struct ArrowArray batch = {.release = NULL};
    assert_int_equal(quire_field_open(&schema, &root, NULL), 0);
    assert_int_equal(quire_column_new(root, &column, NULL), 0);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(
            quire_column_append_bytes(&column->children[0], texts[i], strlen(texts[i])), 0);
        assert_int_equal(quire_column_end_struct(column), 0);
    }
    assert_int_equal(quire_column_finish(column, &batch, NULL), 0);
    quire_column_free(column);
    quire_field_close(root);
    quire_schema_release(&schema);
    return batch;
}

static void expect_strings(const char *schema_text, const char *set, const char *const *texts,
                           size_t n, const char *expected, int64_t row, const char *cause)
{
    struct ArrowSchema schema = json_schema(schema_text);
    struct ArrowArray batch = strings_batch(schema_text, texts, n);
    struct json_run run = {.out_set = set};
    int code = json_encode(&run, &schema, &batch);
    if (expected != NULL) {
        assert_int_equal(code, 0);
        assert_string_equal((const char *)run.out.data, expected);
    } else {
        assert_int_equal(code, QUIRE_INPUT);
        assert_int_equal(run.error.row, row);
        assert_string_equal(run.error.column, "s");
        assert_non_null(strstr(run.error.cause, cause));
    }
    quire_schema_release(&schema);
    json_run_clear(&run);
}

static void bad_strings(void **state)
{
    /* The second is a character that is cut in two by the end of a value. */
    static const char *const texts[] = {"fine", "\xc3", "\xa9"};
    static const char *const types[] = {"s string", "s large_string", "s string_view",
                                        "s dictionary<string>"};
    static const char *const json[] = {"[1]", "{", "\xff"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        expect_strings(types[i], NULL, texts, 3, NULL, 2, "not UTF-8");
        expect_strings(types[i], "invalid_utf8=replace", texts, 3,
                       "{\"s\":\"fine\"}\n{\"s\":\"\xef\xbf\xbd\"}\n{\"s\":\"\xef\xbf\xbd\"}\n", 0,
                       NULL);
    }
    expect_strings("s json", NULL, json, 2, NULL, 2, "this is none");
    expect_strings("s json", NULL, json, 1, "{\"s\":[1]}\n", 0, NULL);
}

static void bad_schemas(void **state)
{
    struct ArrowSchema schema = json_schema("a int8\n b int8");
    struct ArrowArray batch = json_random_batch("a int8\n b int8", 3, 1);
    struct json_run run = {.to = "json"};
    (void)state;
    schema.children[1]->name = schema.children[0]->name;
    assert_int_equal(json_encode(&run, &schema, &batch), QUIRE_USAGE);
    assert_string_equal(run.error.column, "a");
    json_run_clear(&run);
    schema.children[1]->name = "b";
    schema.children[1]->format = "+ud:0";
    batch = json_random_batch("a int8\n b int8", 3, 1);
    assert_int_not_equal(json_encode(&run, &schema, &batch), 0);
    schema.children[1]->format = "c";
    quire_schema_release(&schema);
    json_run_clear(&run);
}

static void expect_spelling(const char *type, const char *text,
                            const struct quire_json_style *style, const char *expected)
{
    char schema_text[128] = "v ";
    static const struct quire_json_read read;
    struct ArrowArray batch = {.release = NULL};
    struct quire_field *root = NULL;
    struct quire_column *column = NULL;
    struct quire_view *view = NULL;
    struct quire_buf out = {0};
    strncat(schema_text, type, 100);
    struct ArrowSchema schema = json_schema(schema_text);
    assert_int_equal(quire_field_open(&schema, &root, NULL), 0);
    assert_int_equal(quire_column_new(root, &column, NULL), 0);
    assert_int_equal(quire_json_value_parse(&column->children[0], (const uint8_t *)text,
                                            strlen(text), &read, NULL),
                     0);
    assert_int_equal(quire_column_end_struct(column), 0);
    assert_int_equal(quire_column_finish(column, &batch, NULL), 0);
    assert_int_equal(quire_view_new(root, &view, NULL), 0);
    assert_int_equal(quire_view_set(view, &batch, NULL), 0);
    assert_int_equal(quire_json_value_write(&view->children[0], 0, style, &out, NULL), 0);
    assert_int_equal(quire_buf_terminate(&out), 0);
    assert_string_equal((const char *)out.data, expected);
    quire_buf_release(&out);
    quire_view_free(view);
    quire_array_release(&batch);
    quire_column_free(column);
    quire_field_close(root);
    quire_schema_release(&schema);
}

/* Single values, as CSV cells have them. */
static void single_values(void **state)
{
    static const struct quire_json_style plain, pretty = {.pretty = true},
                                                spaced = {.spaced = true};
    static const struct quire_json_read strict = {.repeated = QUIRE_JSON_REPEATED_ERROR};
    (void)state;
    expect_spelling("list<int8>", " [1, 2,null] ", &plain, "[1,2,null]");
    expect_spelling("list<int8>", "null", &plain, "null");
    expect_spelling("struct<a:int8, b:list<string>>", "{\"b\":[\"x\"],\"a\":1}", &spaced,
                    "{\"a\": 1, \"b\": [\"x\"]}");
    expect_spelling("map<string,int8>", "{\"x\":1,\"y\":2}", &pretty,
                    "{\n  \"x\": 1,\n  \"y\": 2\n}");
    expect_spelling("int64", "-12", &plain, "-12");

    struct quire_field *root = NULL;
    struct quire_column *column = NULL;
    struct quire_error error;
    struct ArrowSchema schema = json_schema("v struct<a:list<int8>>");
    assert_int_equal(quire_field_open(&schema, &root, NULL), 0);
    assert_int_equal(quire_column_new(root, &column, NULL), 0);
    static const char *const bad[] = {
        "{\"a\":[1,\"x\"]}", "{\"a\":[1]} x", "{\"a\":[1],\"a\":[2]}", "{\"b\":1}", "[]", "",
        "{\"a\":[1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(quire_json_value_parse(&column->children[0], (const uint8_t *)bad[i],
                                                strlen(bad[i]), &strict, &error),
                         QUIRE_INPUT);
        assert_true(error.byte >= 0);
        assert_int_equal(column->children[0].length, 0);
        assert_int_equal(column->children[0].children[0].children[0].length, 0);
    }
    quire_column_free(column);
    quire_field_close(root);
    quire_schema_release(&schema);
}

/* An object would lose an entry of these to any reader. */
static void maps_with_repeated_keys(void **state)
{
    static const struct quire_json_style plain, pretty = {.pretty = true};
    struct quire_buf text = {0};
    (void)state;
    static const char twice[] = "[{\"key\":\"a\",\"value\":1},{\"key\":\"a\",\"value\":2}]";
    expect_spelling("map<string,int8>", twice, &plain, twice);
    expect_spelling("map<dictionary<string>,int8>", twice, &plain, twice);
    expect_spelling("map<large_string,int8>", "[{\"key\":\"\",\"value\":1}]", &plain, "{\"\":1}");
    expect_spelling("map<string,int8>", "[{\"key\":\"\"},{\"key\":\"\"}]", &pretty,
                    "[\n  {\n    \"key\": \"\",\n    \"value\": null\n  },\n"
                    "  {\n    \"key\": \"\",\n    \"value\": null\n  }\n]");
    for (int last = 0; last < 3; last++) { /* the first key again, the one before, a new one */
        quire_buf_clear(&text);
        for (int i = 0; i < 100; i++)
            assert_int_equal(quire_buf_printf(&text, "%s{\"key\":\"k%d\",\"value\":%d}",
                                              i > 0 ? "," : "[", i, i),
                             0);
        assert_int_equal(
            quire_buf_printf(&text, ",{\"key\":\"k%d\",\"value\":7}]", last == 0 ? 0 : last + 98),
            0);
        assert_int_equal(quire_buf_terminate(&text), 0);
        const char *array = (const char *)text.data;
        struct quire_buf object = {0};
        for (int i = 0; i <= 100; i++)
            assert_int_equal(
                quire_buf_printf(&object, "%s\"k%d\":%d", i > 0 ? "," : "{", i, i < 100 ? i : 7),
                0);
        assert_int_equal(quire_buf_append_text(&object, "}"), 0);
        assert_int_equal(quire_buf_terminate(&object), 0);
        expect_spelling("map<string,int8>", array, &plain,
                        last < 2 ? array : (const char *)object.data);
        quire_buf_release(&object);
    }
    quire_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_bytes),
        cmocka_unit_test(options),
        cmocka_unit_test(not_finite),
        cmocka_unit_test(bad_strings),
        cmocka_unit_test(bad_schemas),
        cmocka_unit_test(single_values),
        cmocka_unit_test(maps_with_repeated_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
