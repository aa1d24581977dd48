/* The schema language and its JSON form: what is written is read back the same,
 * and what is wrong is told with its place. */
#include "batches.h"

#include <stdio.h>

#include "data/metadata.h"
#include "data/schema.h"
#include "data/widen.h"
#include "fault_alloc.h"

static void assert_prints(const char *text, const char *expected)
{
    struct ArrowSchema schema = parse_schema(text);
    char *printed = NULL;
    assert_int_equal(quire_schema_print(&schema, &printed, NULL), 0);
    assert_string_equal(printed, expected);
    quire_text_free(printed);
    quire_schema_release(&schema);
}

static void test_contract_examples(void **state)
{
    (void)state;
    assert_prints("id int64 not null", "id int64 not null\n");
    assert_prints("price decimal(10,2)", "price decimal(10,2)\n");
    assert_prints("at timestamp(us, UTC)", "at timestamp(us, UTC)\n");
    assert_prints("tags list<string>", "tags list<string>\n");
    assert_prints("pos struct<x:float64, y:float64>", "pos struct<x:float64, y:float64>\n");
    assert_prints("attrs map<string,string>", "attrs map<string, string>\n");
    assert_prints("kind dictionary<string>", "kind dictionary<string>\n");
}

static void test_spelling(void **state)
{
    (void)state;
    assert_prints("", "");
    assert_prints("  # nothing\n\n;,", "");
    assert_prints("a int, b long; c double # d text\ne FLOAT",
                  "a int32\nb int64\nc float64\ne float32\n");
    assert_prints("a: utf8 Not  Null\r\nb bigint\r\n", "a string not null\nb int64\n");
    assert_prints("s struct<\n  x: int8, # one\n  y: bool not null\n>",
                  "s struct<x:int8, y:bool not null>\n");
    assert_prints("`a b` int8, ```` bool, `` null", "`a b` int8\n```` bool\n`` null\n");
    assert_prints("z timestamp(s, `Europe/Paris`), u timestamp(s, utc)",
                  "z timestamp(s, Europe/Paris)\nu timestamp(s, utc)\n");
    /* Zones are names, whether this system knows them or not. */
    assert_prints("a timestamp(s, Nowhere/Land), b list<timestamp(us,+25:99)>",
                  "a timestamp(s, Nowhere/Land)\nb list<timestamp(us, +25:99)>\n");
    assert_prints("a timestamp(s, `odd zone)`)", "a timestamp(s, `odd zone)`)\n");
    assert_prints("d dictionary<string, uint8, ordered>", "d dictionary<string, uint8, ordered>\n");
    assert_prints("d dictionary<string, int32>", "d dictionary<string>\n");
    assert_prints("u dense_union<a:int8, b:string>", "u dense_union(0,1)<a:int8, b:string>\n");
    assert_prints("r run_end<int32, string>", "r run_end<int32, string>\n");
    assert_prints("d decimal(5)", "d decimal(5,0)\n");
    assert_prints("d decimal(38,2), e decimal(39,2), f numeric(76,38)",
                  "d decimal(38,2)\ne decimal256(39,2)\nf decimal256(76,38)\n");
    assert_prints("f fixed_list<uuid not null, 3>, j json(large_string)",
                  "f fixed_list<uuid not null, 3>\nj json(large_string)\n");
}

static void assert_refused(const char *text, int64_t line, int64_t byte, const char *cause)
{
    struct ArrowSchema schema = {.release = NULL};
    struct quire_error error;
    assert_int_equal(quire_schema_parse(text, strlen(text), &schema, &error), QUIRE_USAGE);
    assert_null(schema.release);
    if (strstr(error.cause, cause) == NULL) fail_msg("%s: %s", text, error.cause);
    assert_int_equal(error.row, line);
    assert_int_equal(error.byte, byte);
}

static void test_errors(void **state)
{
    (void)state;
    assert_refused("a", 1, 1, "expected a type, found the end");
    assert_refused("a int64\nb\nc int8", 2, 9, "expected a type, found the end of the line");
    assert_refused("a int64 not", 1, 11, "\"null\" after \"not\"");
    assert_refused("a int64 nul", 1, 8, "found \"nul\"");
    assert_refused("a decimal(0,2)", 1, 10, "a precision from 1 to 76");
    assert_refused("a decimal(77,2)", 1, 10, "a precision from 1 to 76");
    assert_refused("a decimal128(39,2)", 1, 13, "a precision from 1 to 38");
    assert_refused("a timestamp(s, )", 1, 15, "expected a time zone");
    assert_refused("a decimal(10,2", 1, 14, "expected ')'");
    assert_refused("a timestamp", 1, 11, "expected '('");
    assert_refused("a timestamp(x)", 1, 12, "a unit");
    assert_refused("a list<int8", 1, 11, "expected '>'");
    assert_refused("a struct<x int8 y int8>", 1, 16, "',' or '>'");
    assert_refused("a-b int8", 1, 1, "expected a type, found \"-\"");
    assert_refused("a dictionary<string, float>", 1, 21, "an integer type");
    assert_refused("`a int8", 1, 0, "not closed");
    assert_refused("a run_end<int8, string>", 1, 10, "int16, int32 or int64");
    assert_refused("ok int8\nx sparse_union(1,2)<a:int8>", 2, 35, "as many types as ids");
}

static void test_errors_name_column_and_hint(void **state)
{
    (void)state;
    struct ArrowSchema schema;
    struct quire_error error;
    const char text[] = "a struct<b: strnig>";
    assert_int_equal(quire_schema_parse(text, strlen(text), &schema, &error), QUIRE_USAGE);
    assert_string_equal(error.column, "a.b");
    assert_string_equal(error.hint, "did you mean string?");
    assert_int_equal(quire_schema_parse("a \xff", 3, &schema, &error), QUIRE_USAGE);
    assert_int_equal(error.byte, 2);
}

static void test_nesting_has_a_limit(void **state)
{
    (void)state;
    for (int depth = 60; depth < 70; depth++) {
        struct quire_buf text = {0};
        struct ArrowSchema schema;
        struct quire_field *field = NULL;
        assert_int_equal(quire_buf_append_text(&text, "a "), 0);
        for (int i = 1; i < depth; i++)
            assert_int_equal(quire_buf_append_text(&text, "list<"), 0);
        assert_int_equal(quire_buf_append_text(&text, "int8"), 0);
        for (int i = 1; i < depth; i++)
            assert_int_equal(quire_buf_append_text(&text, ">"), 0);
        int code = quire_schema_parse((const char *)text.data, text.size, &schema, NULL);
        assert_int_equal(code, depth < QUIRE_FIELD_DEPTH_MAX ? 0 : QUIRE_USAGE);
        if (code == 0) {
            assert_int_equal(quire_field_open(&schema, &field, NULL), 0);
            quire_field_close(field);
            quire_schema_release(&schema);
        }
        quire_buf_release(&text);
    }
}

/* --- Random schemas, written as the printer would --- */

static uint64_t below(struct quire_random *random, uint64_t bound)
{
    return quire_random_below(random, bound);
}

static void put(struct quire_buf *out, const char *text)
{
    assert_int_equal(quire_buf_append_text(out, text), 0);
}

static void put_type(struct quire_buf *out, struct quire_random *random, int depth);

static void put_name(struct quire_buf *out, struct quire_random *random)
{
    static const char *const names[] = {"a",     "long_name_1", "`a b`", "`#`",      "``````",
                                        "`x,y`", "`ünï`",       "`\n`",  "`null x`", "not",
                                        "null",  "``",          "`a.b`", "`<>`",     "_"};
    put(out, names[below(random, sizeof(names) / sizeof(names[0]))]);
}

static void put_nullability(struct quire_buf *out, struct quire_random *random)
{
    if (below(random, 3) == 0) put(out, " not null");
}

static void put_struct(struct quire_buf *out, struct quire_random *random, int depth)
{
    uint64_t fields = below(random, 4);
    put(out, "struct<");
    for (uint64_t i = 0; i < fields; i++) {
        if (i > 0) put(out, ", ");
        put_name(out, random);
        put(out, ":");
        put_type(out, random, depth + 1);
        put_nullability(out, random);
    }
    put(out, ">");
}

static void put_nested(struct quire_buf *out, struct quire_random *random, int depth)
{
    static const char *const lists[] = {"list<", "large_list<", "list_view<", "large_list_view<",
                                        "fixed_list<"};
    uint64_t which = below(random, 8);
    if (which < 5) {
        put(out, lists[which]);
        put_type(out, random, depth + 1);
        put_nullability(out, random);
        put(out, which == 4 ? ", 7>" : ">");
    } else if (which == 5) {
        put_struct(out, random, depth);
    } else if (which == 6) {
        put(out, "map<string, ");
        put_type(out, random, depth + 1);
        put_nullability(out, random);
        put(out, below(random, 2) == 0 ? ">" : ", sorted>");
    } else {
        put(out, "dictionary<");
        put_type(out, random, depth + 1);
        put(out, below(random, 2) == 0 ? ">" : ", int8, ordered>");
    }
}

static void put_type(struct quire_buf *out, struct quire_random *random, int depth)
{
    static const char *const types[] = {"null",
                                        "bool",
                                        "int8",
                                        "uint64",
                                        "float16",
                                        "date",
                                        "date64",
                                        "interval",
                                        "interval_months",
                                        "string_view",
                                        "large_binary",
                                        "decimal(38,37)",
                                        "uuid",
                                        "json",
                                        "decimal256(76,-5)",
                                        "decimal32(9,9)",
                                        "time(s)",
                                        "time(ns)",
                                        "duration(ms)",
                                        "timestamp(s)",
                                        "timestamp(us, Europe/Paris)",
                                        "timestamp(ns, +01:00)",
                                        "fixed_binary(0)",
                                        "json(string_view)",
                                        "run_end<int64, string not null>",
                                        "sparse_union(5,2)<a:int8, b:null not null>"};
    if (depth < 4 && below(random, 3) == 0)
        put_nested(out, random, depth);
    else
        put(out, types[below(random, sizeof(types) / sizeof(types[0]))]);
}

static void put_schema(struct quire_buf *out, struct quire_random *random)
{
    uint64_t fields = below(random, 6);
    for (uint64_t i = 0; i < fields; i++) {
        put_name(out, random);
        put(out, " ");
        put_type(out, random, 0);
        put_nullability(out, random);
        put(out, "\n");
    }
    assert_int_equal(quire_buf_terminate(out), 0);
}

static void test_random_schemas_come_back(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 20240229);
    for (int i = 0; i < 3000; i++) {
        struct quire_buf text = {0};
        put_schema(&text, &random);
        const char *written = (const char *)text.data;
        struct ArrowSchema schema = parse_schema(written), from_json;
        struct quire_error error;
        char *printed = NULL, *json = NULL;
        assert_int_equal(quire_schema_print(&schema, &printed, &error), 0);
        assert_string_equal(printed, written);
        assert_int_equal(quire_schema_print_json(&schema, &json, &error), 0);
        assert_int_equal(quire_schema_parse(json, strlen(json), &from_json, &error), 0);
        assert_true(quire_schema_equal(&schema, &from_json, &error));
        quire_text_free(printed);
        quire_text_free(json);
        quire_schema_release(&schema);
        quire_schema_release(&from_json);
        quire_buf_release(&text);
    }
}

/* Whatever a text is cut or changed to, parsing ends with a schema or an error. */
static void test_damaged_schemas_end_well(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 7);
    for (int i = 0; i < 3000; i++) {
        struct quire_buf text = {0};
        put_schema(&text, &random);
        if (text.size > 0) {
            text.data[below(&random, text.size)] = (uint8_t) "<>(),`#:\n0 {"[below(&random, 12)];
            text.size = below(&random, text.size + 1);
        }
        struct ArrowSchema schema = {.release = NULL};
        struct quire_error error;
        /* An exact copy, so that the sanitizers see a read past its end. */
        char *exact = quire_alloc(text.size);
        if (text.size > 0) memcpy(exact, text.data, text.size);
        int code = quire_schema_parse(exact, text.size, &schema, &error);
        assert_true(code == 0 || code == QUIRE_USAGE);
        if (code != 0) assert_true(error.byte <= (int64_t)text.size);
        quire_schema_release(&schema);
        quire_free(exact);
        quire_buf_release(&text);
    }
}

/* --- JSON --- */

static const char json_text[] =
    "{ \"fields\": [ {\"name\":\"a\\u00fc\\ud83d\\ude00\",\"nullable\":false,\"type\":\"uuid\","
    "\"metadata\":{\"k\":\"v\\n\",\"raw\":{\"base64\":\"/wA=\"}}},"
    "{\"type\":\"list<struct<x:int8>>\",\"name\":\"l\",\"children\":[{\"children\":"
    "[{\"metadata\":{\"deep\":\"1\"}}]}]},"
    "{\"name\":\"d\",\"type\":\"dictionary<string>\",\"dictionary\":{\"metadata\":{\"x\":\"\"}}}"
    "], \"metadata\": {\"top\": \"2\"} } ";

static void check_json(const struct ArrowSchema *schema)
{
    size_t size = 0;
    assert_string_equal(schema->children[0]->name, "a\xc3\xbc\xf0\x9f\x98\x80");
    assert_int_equal(schema->children[0]->flags, 0);
    const char *metadata = schema->children[0]->metadata;
    const char *value = quire_metadata_get(metadata, "raw", &size);
    assert_int_equal(size, 2);
    assert_memory_equal(value, "\xff\0", 2);
    value = quire_metadata_get(metadata, "ARROW:extension:name", &size);
    assert_int_equal(size, 10);
    assert_memory_equal(value, "arrow.uuid", 10);
    const struct ArrowSchema *inner = schema->children[1]->children[0]->children[0];
    assert_non_null(quire_metadata_get(inner->metadata, "deep", &size));
    assert_non_null(quire_metadata_get(schema->children[2]->dictionary->metadata, "x", &size));
    assert_non_null(quire_metadata_get(schema->metadata, "top", &size));
}

/* A zone of someone else's schema is kept, and its types can be put together. */
static void test_foreign_zones(void **state)
{
    (void)state;
    struct ArrowSchema schema = parse_schema("a timestamp(s, UTC)"), wide;
    struct ArrowSchema other = parse_schema("a timestamp(s, UTC), b int8");
    char foreign[] = "tss:odd zone)", *text = NULL;
    const char *a_format = schema.children[0]->format, *b_format = other.children[0]->format;
    schema.children[0]->format = other.children[0]->format = foreign;
    assert_int_equal(quire_schema_print(&schema, &text, NULL), 0);
    assert_string_equal(text, "a timestamp(s, `odd zone)`)\n");
    quire_text_free(text);
    assert_int_equal(quire_schema_widen(&schema, &other, &(struct quire_widening){0}, &wide, NULL),
                     0);
    assert_string_equal(wide.children[0]->format, foreign);
    assert_int_equal(wide.n_children, 2);
    schema.children[0]->format = a_format;
    other.children[0]->format = b_format;
    quire_schema_release(&schema);
    quire_schema_release(&other);
    quire_schema_release(&wide);
}

static void test_json_keeps_metadata(void **state)
{
    (void)state;
    struct ArrowSchema schema = parse_schema(json_text);
    check_json(&schema);
    char *json = NULL, *again = NULL;
    assert_int_equal(quire_schema_print_json(&schema, &json, NULL), 0);
    struct ArrowSchema second = parse_schema(json);
    check_json(&second);
    assert_int_equal(quire_schema_print_json(&second, &again, NULL), 0);
    assert_string_equal(json, again);
    char *lines = NULL;
    assert_int_equal(quire_schema_print(&second, &lines, NULL), 0);
    assert_non_null(strstr(lines, "# \"k\" = \"v\\n\""));
    quire_text_free(lines);
    quire_text_free(json);
    quire_text_free(again);
    quire_schema_release(&schema);
    quire_schema_release(&second);
}

static void test_json_errors(void **state)
{
    (void)state;
    assert_refused("{", 1, 1, "a key");
    assert_refused("{}", 1, 2, "\"fields\"");
    assert_refused("{\"fields\":[]} x", 1, 14, "the end");
    assert_refused("{\"fields\":[{}]}", 1, 13, "a name and a type");
    assert_refused("{\"fields\":[{\"name\":\"a\",\"type\":\"int7\"}]}", 1, 31, "expected a type");
    assert_refused("{\"fields\":\n[{\"name\":\"a\",\"typ\":\"int8\"}]}", 2, 30, "only name");
    assert_refused("{\"fields\":[{\"name\":\"\\u0000\",\"type\":\"int8\"}]}", 1, 19, "u0000");
    assert_refused("{\"fields\":[{\"name\":\"\\ud800\"}]}", 1, 20, "escape");
    assert_refused("{\"fields\":[{\"name\":\"a", 1, 19, "closed");
    assert_refused("{\"fields\":[],}", 1, 13, "a key");
    assert_refused("{\"fields\":[{\"name\":\"a\",\"type\":\"int8\",\"children\":[{}]}]}", 1, 49,
                   "no more children");
}

static void test_damaged_json_ends_well(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 11);
    for (int i = 0; i < 5000; i++) {
        size_t size = below(&random, sizeof(json_text));
        struct ArrowSchema schema = {.release = NULL};
        char *exact = quire_alloc(size);
        memcpy(exact, json_text, size);
        if (size > 0) exact[below(&random, size)] = "{}[]\",:\\u0"[below(&random, 10)];
        int code = quire_schema_parse(exact, size, &schema, NULL);
        assert_true(code == 0 || code == QUIRE_USAGE);
        quire_schema_release(&schema);
        quire_free(exact);
    }
}

/* --- Equality and memory --- */

static void assert_differ(const char *a, const char *b, const char *column, const char *cause)
{
    struct ArrowSchema first = parse_schema(a), second = parse_schema(b);
    struct quire_error error;
    assert_false(quire_schema_equal(&first, &second, &error));
    assert_string_equal(error.column, column);
    assert_non_null(strstr(error.cause, cause));
    assert_false(quire_schema_equal(&second, &first, NULL));
    quire_schema_release(&first);
    quire_schema_release(&second);
}

static void test_differences(void **state)
{
    (void)state;
    assert_differ("a int8, b int8", "a int8, b int16", "b", "int8 is not int16");
    assert_differ("a int8", "a int8 not null", "a", "int8 is not int8 not null");
    assert_differ("a int8", "b int8", "a", "\"a\", not \"b\"");
    assert_differ("a int8, b int8", "a int8", "b", "only the first");
    assert_differ("a list<int8>", "a list<int8 not null>", "a", "not null");
    assert_differ("a uuid", "a fixed_binary(16)", "a", "uuid is not fixed_binary(16)");
    assert_differ("a dictionary<string>", "a dictionary<string, int8>", "a", "int8");
}

static void test_allocation_failures(void **state)
{
    (void)state;
    static const char text[] = EVERY_KIND ", u uuid, `q` json, z timestamp(s, `a`)";
    for (int64_t n = 1;; n++) {
        struct ArrowSchema schema = {.release = NULL}, again = {.release = NULL};
        struct quire_error error = {.code = 0};
        char *lines = NULL, *json = NULL;
        fault_alloc_arm(n);
        int code = quire_schema_parse(text, sizeof(text) - 1, &schema, &error);
        if (code == 0) code = quire_schema_print(&schema, &lines, &error);
        if (code == 0) code = quire_schema_print_json(&schema, &json, &error);
        if (code == 0) code = quire_schema_parse(json, strlen(json), &again, &error);
        if (code == 0) quire_schema_release(&again);
        if (code == 0) code = quire_schema_parse(json_text, strlen(json_text), &again, &error);
        quire_schema_release(&schema);
        quire_schema_release(&again);
        quire_text_free(lines);
        quire_text_free(json);
        int64_t held = fault_alloc_held();
        bool failed = fault_alloc_disarm();
        assert_int_equal(held, 0);
        if (!failed) break;
        assert_int_equal(code, QUIRE_MEMORY);
        assert_int_equal(error.code, QUIRE_MEMORY);
    }
}

static void test_schema_metadata_is_shown(void **state)
{
    (void)state;
    static const char json[] = "{\"fields\":[{\"name\":\"a\",\"type\":\"int8\","
                               "\"metadata\":{\"k\":\"v\"}}],"
                               "\"metadata\":{\"top\":\"2\\n\",\"next\":\"\"}}";
    struct ArrowSchema schema = parse_schema(json);
    char *text = NULL;
    assert_int_equal(quire_schema_print(&schema, &text, NULL), 0);
    assert_string_equal(text, "# \"top\" = \"2\\n\", \"next\" = \"\"\n"
                              "a int8 # \"k\" = \"v\"\n");
    struct ArrowSchema back = parse_schema(text);
    assert_true(quire_schema_equal(&schema, &back, NULL));
    quire_text_free(text);
    quire_schema_release(&schema);
    quire_schema_release(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contract_examples),
        cmocka_unit_test(test_spelling),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_errors_name_column_and_hint),
        cmocka_unit_test(test_nesting_has_a_limit),
        cmocka_unit_test(test_random_schemas_come_back),
        cmocka_unit_test(test_damaged_schemas_end_well),
        cmocka_unit_test(test_json_keeps_metadata),
        cmocka_unit_test(test_schema_metadata_is_shown),
        cmocka_unit_test(test_foreign_zones),
        cmocka_unit_test(test_json_errors),
        cmocka_unit_test(test_damaged_json_ends_well),
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
