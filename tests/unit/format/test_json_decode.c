/* Reading: layouts, options, policies, and what is said about bad input. */
#include "json_fixture.h"

#include <stdio.h>
#include <string.h>

#define JSON         .from = "json"
#define SCHEMA(text) .schema = (text)

static void layouts(void **state)
{
    (void)state;
    json_expect((struct json_run){0}, "", "");
    json_expect((struct json_run){0}, "\n \r\n\n", "");
    json_expect((struct json_run){0}, "{\"a\":1}\r\n\n  {\"a\":2}  \n{\"a\":3}",
                "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
    json_expect((struct json_run){0}, "\xef\xbb\xbf{\"a\":1}", "{\"a\":1}\n");
    json_expect((struct json_run){JSON}, "[]", "");
    json_expect((struct json_run){JSON}, " [ ] \n", "");
    json_expect((struct json_run){JSON}, "\xef\xbb\xbf [{\"a\":1} , {\"a\":2}\n]\n",
                "{\"a\":1}\n{\"a\":2}\n");
    json_expect((struct json_run){JSON}, " {\"a\" : {\"b\" : [ ] } } ", "{\"a\":{\"b\":[]}}\n");
    json_expect((struct json_run){JSON, .to = "json", SCHEMA("a int8")}, "[]", "[]\n");
    json_expect((struct json_run){SCHEMA("a int8")}, "", "");
}

static void bad_layouts(void **state)
{
    struct json_run json = {JSON}, lines = {0};
    (void)state;
    json_expect_error(json, "", QUIRE_INPUT, -1, 0, "", "empty");
    json_expect_error(json, " \n", QUIRE_INPUT, -1, 2, "", "empty");
    json_expect_error(json, "[", QUIRE_INPUT, -1, 1, "", "not closed");
    json_expect_error(json, "[{}", QUIRE_INPUT, -1, 3, "", "not closed");
    json_expect_error(json, "[{\"a\":\"x", QUIRE_INPUT, -1, 8, "", "within a string");
    json_expect_error(json, "[{}] x", QUIRE_INPUT, -1, 5, "", "follows the end");
    json_expect_error(json, "[1,2]", QUIRE_INPUT, -1, 1, "", "not objects");
    json_expect_error(json, "[{},1]", QUIRE_INPUT, 2, 4, "", "a record is an object");
    json_expect_error(json, "\"x\"", QUIRE_INPUT, -1, 0, "", "not an array");
    json_expect_error(json, "[{},]", QUIRE_INPUT, 2, 4, "", "an object");
    json_expect_error(json, "[{} {}]", QUIRE_INPUT, 2, 4, "", "',' or ']'");
    json_expect_error(json, "[{}}]", QUIRE_INPUT, -1, 4, "", "follows the end");
    json_expect_error(json, "{\"a\":1}\n{\"a\":2}", QUIRE_INPUT, -1, 8, "", "follows the object");
    json_expect_error(lines, "{\"a\":1}\n[1]", QUIRE_INPUT, 2, 8, "", "a record is an object");
    json_expect_error(lines, "{\"a\":1} {\"a\":2}", QUIRE_INPUT, 1, 8, "", "the end of the line");
    json_expect_error(lines, "{\"a\":1,\n\"b\":2}\n", QUIRE_INPUT, 1, -1, "", "");
    json_expect_error(lines, "{\"a\":1}\n{\"a\":\"x\n\"}", QUIRE_INPUT, 2, 15, NULL, "");
    json_expect_error(lines, "{\"a\":1}\n{\"a\":tru}", QUIRE_INPUT, 2, 13, NULL, "a value");
    json_expect_error((struct json_run){SCHEMA("a int8")}, "{\"a\":1,\n\"b\":2}\n", QUIRE_INPUT, 1,
                      7, "", "at the line's end");
}

static void repeated_members(void **state)
{
    static const char text[] = "{\"a\":1,\"b\":\"x\",\"a\":2}\n{\"a\":3,\"a\":null}\n";
    static const char map[] = "{\"m\":{\"x\":1,\"y\":{},\"x\":[2],\"z\":\"\",\"x\":3}}";
    static const char schema[] = "m map<string, json>";
    (void)state;
    json_expect((struct json_run){0}, text, "{\"a\":2,\"b\":\"x\"}\n{\"a\":null,\"b\":null}\n");
    json_expect((struct json_run){.in_set = "repeated_keys=first"}, text,
                "{\"a\":1,\"b\":\"x\"}\n{\"a\":3,\"b\":null}\n");
    json_expect_error((struct json_run){.in_set = "repeated_keys=error"}, text, QUIRE_INPUT, 1, 19,
                      "a", "repeated");
    json_expect((struct json_run){SCHEMA(schema)}, map, "{\"m\":{\"y\":{},\"z\":\"\",\"x\":3}}\n");
    json_expect((struct json_run){SCHEMA(schema), .in_set = "repeated_keys=first"}, map,
                "{\"m\":{\"x\":1,\"y\":{},\"z\":\"\"}}\n");
    json_expect_error((struct json_run){SCHEMA(schema), .in_set = "repeated_keys=error"}, map,
                      QUIRE_INPUT, 1, 5, "m", "repeated");
    json_expect((struct json_run){SCHEMA("m map<dictionary<string>, json>")}, map,
                "{\"m\":{\"y\":{},\"z\":\"\",\"x\":3}}\n");
    json_expect((struct json_run){SCHEMA("m map<large_string, json>")}, map,
                "{\"m\":{\"y\":{},\"z\":\"\",\"x\":3}}\n");
}

/* Values that do not count decide neither types nor errors. */
static void repeated_members_of_other_types(void **state)
{
    struct json_run first = {.in_set = "repeated_keys=first"};
    struct json_run error = {.in_set = "repeated_keys=error"};
    struct json_run typed = {SCHEMA("a int64")};
    struct json_run struct_typed = {SCHEMA("o struct<a:int64, b:int8>")};
    struct json_run map = {SCHEMA("m map<string, int64>")};
    (void)state;
    json_expect((struct json_run){0}, "{\"a\":1,\"a\":\"x\"}", "{\"a\":\"x\"}\n");
    json_expect((struct json_run){0}, "{\"a\":{\"b\":1},\"c\":[{\"d\":1,\"d\":[2]}],\"a\":2}",
                "{\"a\":2,\"c\":[{\"d\":[2]}]}\n");
    json_expect(first, "{\"a\":1,\"a\":\"x\"}\n{\"a\":2,\"a\":{}}", "{\"a\":1}\n{\"a\":2}\n");
    json_expect_error(error, "{\"a\":1,\"a\":\"x\"}", QUIRE_INPUT, 1, -1, "a", "repeated");
    json_expect_error(error, "{\"o\":{\"a\":{},\"a\":1}}", QUIRE_INPUT, 1, -1, "o.a", "repeated");

    json_expect(typed, "{\"a\":{\"x\":1},\"a\":2}", "{\"a\":2}\n");
    json_expect(typed, "{\"a\":\"x\",\"a\":1,\"a\":3}", "{\"a\":3}\n");
    json_expect_error(typed, "{\"a\":1,\"a\":\"x\"}", QUIRE_INPUT, 1, 11, "a", "int64");
    json_expect(struct_typed, "{\"o\":{\"b\":300,\"a\":[],\"b\":3,\"a\":1}}",
                "{\"o\":{\"a\":1,\"b\":3}}\n");
    json_expect(struct_typed, "{\"o\":{\"b\":300},\"o\":{\"b\":1}}",
                "{\"o\":{\"a\":null,\"b\":1}}\n");
    typed.in_set = "repeated_keys=error";
    json_expect_error(typed, "{\"a\":\"x\",\"a\":1}", QUIRE_INPUT, 1, 5, "a", "repeated");

    json_expect(map, "{\"m\":{\"x\":\"n\",\"y\":2,\"x\":1}}", "{\"m\":{\"y\":2,\"x\":1}}\n");
    json_expect_error(map, "{\"m\":{\"x\":1,\"y\":2,\"x\":\"n\"}}", QUIRE_INPUT, 1, -1, NULL, "");
    json_expect_error(map, "{\"m\":{\"x\":1,\"y\":\"n\"}}", QUIRE_INPUT, 1, -1, NULL, "int64");
    map.in_set = "repeated_keys=first";
    json_expect(map, "{\"m\":{\"x\":1,\"x\":\"n\"}}", "{\"m\":{\"x\":1}}\n");
}

static void repeated_members_and_bad_rows(void **state)
{
    static const char text[] = "{\"a\":[],\"a\":2}\n{\"a\":1,\"a\":\"x\"}\n{\"a\":3}\n";
    struct json_run nulls = {SCHEMA("a int64"), .policy = {.on_bad = QUIRE_ON_BAD_NULL}};
    struct json_run rejects = {SCHEMA("a int64"), .policy = {.on_bad = QUIRE_ON_BAD_REJECT}};
    (void)state;
    assert_int_equal(json_run(&nulls, text, sizeof(text) - 1), 0);
    assert_string_equal((const char *)nulls.out.data, "{\"a\":2}\n{\"a\":null}\n{\"a\":3}\n");
    assert_int_equal(nulls.counts.nulled, 1);
    json_run_clear(&nulls);
    assert_int_equal(json_run(&rejects, text, sizeof(text) - 1), 0);
    assert_string_equal((const char *)rejects.out.data, "{\"a\":2}\n{\"a\":3}\n");
    json_run_clear(&rejects);
}

static void invalid_utf8(void **state)
{
    struct json_run replace = {.in_set = "invalid_utf8=replace"};
    (void)state;
    json_expect_error((struct json_run){0}, "{\"a\":\"x\"}\n{\"a\":\"\xff\"}\n", QUIRE_INPUT, 2, 16,
                      NULL, "0xff is not UTF-8");
    json_expect_error((struct json_run){SCHEMA("a string")}, "{\"a\":\"x\xed\xa0\x80\"}",
                      QUIRE_INPUT, 1, 7, "a", "not UTF-8");
    json_expect_error((struct json_run){SCHEMA("a json")}, "{\"a\":[\"x\xed\xa0\x80\"]}",
                      QUIRE_INPUT, 1, 8, "a", "not UTF-8");
    json_expect_error((struct json_run){0}, "{\"a\":\"\\ud800\"}", QUIRE_INPUT, 1, 6, NULL,
                      "surrogate");
    json_expect_error((struct json_run){0}, "{\"a\":\"\\udc00\\ud800\"}", QUIRE_INPUT, 1, 6, NULL,
                      "surrogate");
    json_expect(replace, "{\"a\":\"x\xff\xfey\\ud800z\",\"\xff\":\"\\ud800\\u0041\"}",
                "{\"a\":\"x\xef\xbf\xbd\xef\xbf\xbdy\xef\xbf\xbdz\",\"\xef\xbf\xbd\":"
                "\"\xef\xbf\xbd"
                "A\"}\n");
    replace.schema = "a json";
    json_expect(replace, "{\"a\":[\"\xff\"]}", "{\"a\":[\"\xef\xbf\xbd\"]}\n");
}

static void text_options(void **state)
{
    static const char days[] = "{\"d\":\"2024-01-02\"}";
    (void)state;
    json_expect((struct json_run){.to = "json"}, days, "[\n{\"d\":\"2024-01-02\"}\n]\n");
    json_expect((struct json_run){.out_set = "timestamps=epoch"},
                "{\"t\":\"1970-01-01T00:00:01.000001Z\"}", "{\"t\":1000001}\n");
    json_expect((struct json_run){.in_set = "keep_text=on", .out_set = "timestamps=epoch"},
                "{\"t\":\"1970-01-01T00:00:01.000001Z\"}",
                "{\"t\":\"1970-01-01T00:00:01.000001Z\"}\n");
    json_expect(
        (struct json_run){.in_set = "timestamps=epoch", SCHEMA("t timestamp(s), u timestamp(s)")},
        "{\"t\":61,\"u\":\"1970-01-01T00:00:01\"}",
        "{\"t\":\"1970-01-01T00:01:01\",\"u\":\"1970-01-01T00:00:01\"}\n");
    json_expect_error((struct json_run){SCHEMA("t timestamp(s)")}, "{\"t\":61}", QUIRE_INPUT, 1, 5,
                      "t", "a number stands where the column has timestamp(s)");
    json_expect_error((struct json_run){.in_set = "timestamps=epoch", SCHEMA("t timestamp(s)")},
                      "{\"t\":1.5}", QUIRE_INPUT, 1, 5, "t", "is not a timestamp(s)");
    json_expect((struct json_run){.in_set = "binary=hex", SCHEMA("b binary")}, "{\"b\":\"0aff\"}",
                "{\"b\":\"Cv8=\"}\n");
    json_expect((struct json_run){SCHEMA("f float64, g float32, h float16")},
                "{\"f\":\"NaN\",\"g\":\"-Infinity\",\"h\":\"inf\"}\n{\"f\":-0,\"g\":0.1,\"h\":1e2}",
                "{\"f\":null,\"g\":null,\"h\":null}\n{\"f\":-0.0,\"g\":0.1,\"h\":100.0}\n");
}

static void numbers(void **state)
{
    static const char large[] = "{\"a\":123456789012345678901234567890}";
    (void)state;
    json_expect((struct json_run){0}, "{\"a\":18446744073709551615,\"b\":9223372036854775807}",
                "{\"a\":18446744073709551615,\"b\":9223372036854775807}\n");
    json_expect((struct json_run){0}, large, "{\"a\":\"123456789012345678901234567890\"}\n");
    json_expect((struct json_run){.policy = {.numbers = QUIRE_NUMBERS_FLOAT}}, large,
                "{\"a\":1.2345678901234568e+29}\n");
    json_expect(
        (struct json_run){0},
        "{\"a\":0.1}\n{\"a\":1234567890.1234567890123456789}\n{\"a\":1e-400}\n{\"a\":-5e-324}\n"
        "{\"a\":9007199254740993.0}\n{\"a\":0.000000000000000000000000123456789012345678}",
        "{\"a\":0.1}\n{\"a\":1234567890.1234567}\n{\"a\":0.0}\n{\"a\":-5e-324}\n"
        "{\"a\":9007199254740992.0}\n{\"a\":1.2345678901234568e-25}\n");
    json_expect((struct json_run){SCHEMA("d decimal(6,2)")},
                "{\"d\":\"1.5\"}\n{\"d\":-1234.50}\n{\"d\":1e2}",
                "{\"d\":\"1.50\"}\n{\"d\":\"-1234.50\"}\n{\"d\":\"100.00\"}\n");
    json_expect_error((struct json_run){0}, "{\"a\":1.5}\n{\"a\":1e999}", QUIRE_INPUT, 2, 15, "a",
                      "out of the range");
    json_expect_error((struct json_run){SCHEMA("a int8")}, "{\"a\":128}", QUIRE_INPUT, 1, 5, "a",
                      "out of the range of an int8");
    json_expect_error((struct json_run){SCHEMA("a int64")}, "{\"a\":9223372036854775808}",
                      QUIRE_INPUT, 1, 5, "a", "out of the range of an int64");
    json_expect_error((struct json_run){SCHEMA("a int64")}, "{\"a\":1.5}", QUIRE_INPUT, 1, 5, "a",
                      "is not an int64");
    json_expect_error((struct json_run){SCHEMA("a uint8")}, "{\"a\":-1}", QUIRE_INPUT, 1, 5, "a",
                      "range");
    json_expect_error((struct json_run){SCHEMA("a int64")}, "{\"a\":01}", QUIRE_INPUT, 1, 5, "a",
                      "leading zero");
    json_expect_error((struct json_run){SCHEMA("a float64")}, "{\"a\":1.}", QUIRE_INPUT, 1, 7, "a",
                      "a digit after the point");
    json_expect_error((struct json_run){SCHEMA("d decimal(6,2)")}, "{\"d\":1.234}", QUIRE_INPUT, 1,
                      5, "d", "more digits");
}

static void mismatches(void **state)
{
    static const struct {
        const char *type, *value, *cause;
    } cases[] = {
        {"int32", "\"1\"", "a string stands where the column has int32"},
        {"int32", "[1]", "an array"},
        {"int32", "{}", "an object"},
        {"int32", "true", "a boolean"},
        {"string", "1", "a number stands where the column has string"},
        {"string", "false", "a boolean"},
        {"bool", "1", "a number"},
        {"bool", "\"true\"", "a string"},
        {"float64", "\"1.5\"", "a string"},
        {"float64", "true", "a boolean"},
        {"date", "5", "a number"},
        {"date", "\"x\"", "is not a date"},
        {"list<int8>", "{}", "an object"},
        {"list<int8>", "\"\"", "a string"},
        {"struct<x:int8>", "[]", "an array"},
        {"map<string,int8>", "1", "a number"},
        {"map<int8,int8>", "{}", "an object"},
        {"null", "1", "a number"},
        {"fixed_list<int8, 2>", "[1]", "an array of 1 where the column has 2 items"},
        {"int32", "x", "'x' where a value belongs"},
        {"list<int8>", "[1", "'}' where ',' or ']' belongs"},
        {"int8 not null", "null", "declared not null"},
        {"dictionary<string>", "1", "a number"},
        {"uuid", "\"12\"", "is not a"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char schema[64], text[64];
        snprintf(schema, sizeof(schema), "a int8\n v %s", cases[i].type);
        snprintf(text, sizeof(text), "{\"a\":1,\"v\":%s}", cases[i].value);
        json_expect_error((struct json_run){SCHEMA(schema)}, text, QUIRE_INPUT, 1, -1, "v",
                          cases[i].cause);
    }
    json_expect_error((struct json_run){SCHEMA("a struct<b:list<struct<c:int8>>>")},
                      "{\"a\":{\"b\":[{\"c\":1},{\"c\":\"x\"}]}}", QUIRE_INPUT, 1, 24, "a.b.c",
                      "a string stands where");
}

/* The name of a record's own member becomes that of a column, as JSON would spell it. */
static void names_with_nul(void **state)
{
    static const char text[] = "{\"x\\u0000\":1}\n{\"\\u0000y\\u0000\":[2],\"x\\u0000\":3}";
    static const char twins[] = "{\"x\\\\u0000\":1,\"x\\u0000\":2}";
    struct json_run keep = {.policy = {.mixed = QUIRE_MIXED_JSON}}, none = {0};
    (void)state;
    assert_int_equal(json_run(&none, text, strlen(text)), QUIRE_INPUT);
    assert_non_null(strstr(none.error.cause, "U+0000"));
    assert_int_equal(none.error.row, 1);
    assert_non_null(strstr(none.error.hint, "--mixed json"));
    json_run_clear(&none);
    json_expect(keep, text,
                "{\"x\\\\u0000\":1,\"\\\\u0000y\\\\u0000\":null}\n"
                "{\"x\\\\u0000\":3,\"\\\\u0000y\\\\u0000\":[2]}\n");
    /* A key that is spelled so names the same column: it is a repetition. */
    json_expect(keep, twins, "{\"x\\\\u0000\":2}\n");
    keep.in_set = "repeated_keys=error";
    json_expect_error(keep, twins, QUIRE_INPUT, 1, -1, "x\\u0000", "repeated");
}

static void mixed(void **state)
{
    static const char text[] =
        "{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":[1, {\"b\" : null}]}\n{\"a\":null}\n";
    struct json_run keep = {.policy = {.mixed = QUIRE_MIXED_JSON}};
    (void)state;
    json_expect_error((struct json_run){0}, text, QUIRE_INPUT, -1, -1, "a", "common type");
    json_expect(keep, text, "{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":[1,{\"b\":null}]}\n{\"a\":null}\n");
    json_expect_error((struct json_run){0}, "{\"a\":{\"x\\u0000\":1}}", QUIRE_INPUT, 1, 5, NULL,
                      "U+0000");
    json_expect(keep, "{\"a\":{\"x\\u0000\":1}}", "{\"a\":{\"x\\u0000\":1}}\n");
    /* Nesting past what fields have. */
    char deep[512] = "{\"a\":";
    for (int i = 0; i < 80; i++)
        strncat(deep, "[", 2);
    for (int i = 0; i < 80; i++)
        strncat(deep, "]", 2);
    strncat(deep, "}", 2);
    json_expect_error((struct json_run){0}, deep, QUIRE_LIMIT, 1, -1, NULL, "nested deeper");
    strncat(deep, "\n", 2);
    json_expect(keep, deep, deep);
}

static void policies(void **state)
{
    static const char text[] =
        "{\"a\":1}\n{\"a\":\"x\"}\n{\"b\":2,\"a\":2}\n{}\n{\"a\":[3}\n{\"a\":300}\n{\"a\":4} ";
    struct json_run run = {SCHEMA("a int8")};
    static const char bad[] = "{\"a\":\"x\"}\n{\"b\":[2,{}],\"a\":2}\n{\"a\":300}";
    (void)state;
    json_expect_error(run, text, QUIRE_INPUT, 2, 13, "a", "a string");
    run.policy.on_bad = QUIRE_ON_BAD_REJECT;
    assert_int_equal(json_run(&run, text, strlen(text)), 0);
    assert_string_equal((const char *)run.out.data, "{\"a\":1}\n{\"a\":null}\n{\"a\":4}\n");
    assert_int_equal(quire_buf_terminate(&run.rejects), 0);
    assert_string_equal((const char *)run.rejects.data,
                        "2:13:a:{\"a\":\"x\"}|3:19::{\"b\":2,\"a\":2}|5:40:a:{\"a\":[3}|"
                        "6:49:a:{\"a\":300}|");
    assert_int_equal(run.counts.rejected, 4);
    assert_int_equal(run.counts.rows, 3);
    json_run_clear(&run);

    run = (struct json_run){SCHEMA("a int8"),
                            .policy = {.on_bad = QUIRE_ON_BAD_NULL, .extra = QUIRE_EXTRA_IGNORE}};
    assert_int_equal(json_run(&run, bad, strlen(bad)), 0);
    assert_string_equal((const char *)run.out.data, "{\"a\":null}\n{\"a\":2}\n{\"a\":null}\n");
    assert_int_equal(run.counts.nulled, 2);
    json_run_clear(&run);
    json_expect_error(run, "{\"a\":[3}", QUIRE_INPUT, 1, 7, "a", "',' or ']'");
    run.schema = "a int8 not null";
    json_expect_error(run, "{\"a\":\"x\"}", QUIRE_INPUT, 1, -1, "a", "not null");

    run = (struct json_run){SCHEMA("a int8"), .policy = {.missing = QUIRE_MISSING_ERROR}};
    json_expect_error(run, "{\"a\":1}\n{}", QUIRE_INPUT, 2, -1, "a", "missing");
    run = (struct json_run){SCHEMA("a int8 not null")};
    json_expect_error(run, "{}", QUIRE_INPUT, 1, -1, "a", "missing");
    run = (struct json_run){.policy = {.infer_rows = 1}};
    json_expect_error(run, "{\"a\":1}\n{\"a\":2,\"bc\":3}", QUIRE_INPUT, 2, 15, "", "\"bc\"");
    run.policy.extra = QUIRE_EXTRA_IGNORE;
    json_expect(run, "{\"a\":1}\n{\"a\":2,\"bc\":{\"x\":[]}}", "{\"a\":1}\n{\"a\":2}\n");
}

/* A value behind the sample may fit another type; one in it fits none. */
static void expect_hint(const char *schema, const char *text, const char *hint)
{
    struct json_run run = {.schema = schema, .policy = {.infer_rows = 1}};
    assert_int_equal(json_run(&run, text, strlen(text)), QUIRE_INPUT);
    if (hint[0] == '\0')
        assert_string_equal(run.error.hint, "");
    else
        assert_non_null(strstr(run.error.hint, hint));
    json_run_clear(&run);
}

static void hints_at_the_sample(void **state)
{
    (void)state;
    expect_hint(NULL, "{\"a\":1}\n{\"a\":\"x\"}", "--extra evolve");
    expect_hint(NULL, "{\"a\":1}\n{\"a\":[}", "");
    expect_hint(NULL, "{\"a\":1e999}", "");
    expect_hint("a int8", "{\"a\":\"x\"}", "");
}

/* Rejects within an array, and in the sample that types are inferred from. */
static void rejected_items(void **state)
{
    static const char text[] = "[{\"a\":1},{\"a\":\"},\"}, {\"a\":2}]";
    static const char lines[] = "what\n{\"a\":1}\n[]\n";
    struct json_run run = {JSON, SCHEMA("a int8"), .policy = {.on_bad = QUIRE_ON_BAD_REJECT}};
    (void)state;
    assert_int_equal(json_run(&run, text, strlen(text)), 0);
    assert_string_equal((const char *)run.out.data, "{\"a\":1}\n{\"a\":2}\n");
    assert_int_equal(quire_buf_terminate(&run.rejects), 0);
    assert_string_equal((const char *)run.rejects.data, "2:14:a:{\"a\":\"},\"}|");
    json_run_clear(&run);
    run = (struct json_run){.policy = {.on_bad = QUIRE_ON_BAD_REJECT}};
    assert_int_equal(json_run(&run, lines, strlen(lines)), 0);
    assert_string_equal((const char *)run.out.data, "{\"a\":1}\n");
    assert_int_equal(quire_buf_terminate(&run.rejects), 0);
    assert_string_equal((const char *)run.rejects.data, "1:0::what|3:13::[]|");
    json_run_clear(&run);
}

/* The sample that types are inferred from has the lines that are records, and no others: a
 * record neither goes on in the next line nor shares its own. */
static void rejected_lines(void **state)
{
    static const char text[] =
        "{\"x\":\n1}\n\n {\"a\":1} \r\n{\"y\":2}{\"z\":3}\n{\"a\":4}\n{\"a\":5,";
    struct json_run run = {.policy = {.on_bad = QUIRE_ON_BAD_REJECT}};
    (void)state;
    assert_int_equal(json_run(&run, text, strlen(text)), 0);
    assert_string_equal((const char *)run.out.data, "{\"a\":1}\n{\"a\":4}\n");
    assert_int_equal(quire_buf_terminate(&run.rejects), 0);
    assert_string_equal((const char *)run.rejects.data,
                        "1:1::{\"x\":|2:6::1}|4:22::{\"y\":2}{\"z\":3}|6:51::{\"a\":5,|");
    json_run_clear(&run);
}

static void projection(void **state)
{
    static const char text[] =
        "{\"a\":1,\"b\":[{\"x\":\"]\"}],\"c\":\"z\"}\n{\"c\":\"y\",\"a\":2}\n";
    static const char *const wanted[] = {"c", "a"}, *const unknown[] = {"bb"};
    struct json_run run = {.policy = {.columns = wanted, .columns_size = 2, .columns_given = true}};
    (void)state;
    json_expect(run, text, "{\"a\":1,\"c\":\"z\"}\n{\"a\":2,\"c\":\"y\"}\n");
    run.policy = (struct quire_record_policy){.columns_given = true};
    json_expect(run, text, "{}\n{}\n");
    run.policy = (struct quire_record_policy){.columns = unknown, .columns_size = 1};
    json_expect_error(run, text, QUIRE_USAGE, -1, -1, NULL, "no column \"bb\"");
    /* What is skipped is still JSON. */
    run.policy = (struct quire_record_policy){.columns = wanted, .columns_size = 1};
    run.schema = "a int8, b int8, c string";
    json_expect_error(run, "{\"a\":1,\"b\":[1,,2],\"c\":\"\"}", QUIRE_INPUT, 1, 14, "", "a value");
}

/* Members out of order, with names that need escapes, long and many. */
static void member_order(void **state)
{
    (void)state;
    json_expect((struct json_run){0},
                "{\"a\":1,\"a long name of more than sixteen bytes\":2,\"q\\\"\":3}\n"
                "{\"q\\u0022\":4,\"a long name of more than sixteen bytes\" : 5,\"\\u0061\":6}\n",
                "{\"a\":1,\"a long name of more than sixteen bytes\":2,\"q\\\"\":3}\n"
                "{\"a\":6,\"a long name of more than sixteen bytes\":5,\"q\\\"\":4}\n");
    struct quire_buf text = {0};
    for (int row = 0; row < 2; row++) {
        for (int i = 0; i < 500; i++)
            assert_int_equal(quire_buf_printf(&text, "%s\"c%d\":%d", i > 0 ? "," : "{",
                                              row == 0 ? i : 499 - i, i),
                             0);
        assert_int_equal(quire_buf_append_text(&text, "}\n"), 0);
    }
    struct json_run run = {.from = "jsonl"};
    assert_int_equal(json_run(&run, (const char *)text.data, text.size), 0);
    assert_non_null(strstr((const char *)run.out.data, "\"c498\":1,\"c499\":0}\n"));
    json_run_clear(&run);
    quire_buf_release(&text);
}

/* One record larger than what memory allows for it. */
static void record_limit(void **state)
{
    struct quire_buf text = {0};
    (void)state;
    assert_int_equal(quire_buf_append_text(&text, "{\"a\":\""), 0);
    for (int i = 0; i < 600000; i++)
        assert_int_equal(quire_buf_push(&text, 'x'), 0);
    assert_int_equal(quire_buf_terminate(&text), 0);
    struct json_run run = {SCHEMA("a string"), .memory = QUIRE_MEMORY_MIN};
    json_expect_error(run, (const char *)text.data, QUIRE_LIMIT, -1, 0, NULL,
                      "does not end within");
    run.from = "json";
    json_expect_error(run, (const char *)text.data, QUIRE_LIMIT, -1, 0, NULL,
                      "does not end within");
    run.schema = NULL;
    json_expect_error(run, (const char *)text.data, QUIRE_LIMIT, -1, -1, NULL, "no whole record");
    quire_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts),
        cmocka_unit_test(bad_layouts),
        cmocka_unit_test(repeated_members),
        cmocka_unit_test(repeated_members_of_other_types),
        cmocka_unit_test(repeated_members_and_bad_rows),
        cmocka_unit_test(invalid_utf8),
        cmocka_unit_test(text_options),
        cmocka_unit_test(numbers),
        cmocka_unit_test(mismatches),
        cmocka_unit_test(hints_at_the_sample),
        cmocka_unit_test(names_with_nul),
        cmocka_unit_test(mixed),
        cmocka_unit_test(policies),
        cmocka_unit_test(rejected_items),
        cmocka_unit_test(rejected_lines),
        cmocka_unit_test(projection),
        cmocka_unit_test(member_order),
        cmocka_unit_test(record_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
