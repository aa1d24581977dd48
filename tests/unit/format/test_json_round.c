/* What the encoder writes the decoder reads back as the same values: every type,
 * every style that keeps them; and every allocation on the way may fail. */
#include "json_fixture.h"

#include <stdio.h>
#include <string.h>

#include "../data/random_column.h"
#include "base/number.h"
#include "fault_alloc.h"
#include "format/json/json_value.h"

static const char nested[] =
    "n null\n l list<int32>\n ll large_list<string>\n lv list<list<bool>>\n"
    "fl fixed_list<int16, 3>\n st struct<x:float64, y:list<struct<p:string,"
    "q:bool>>, z:struct<a:decimal(9,2)>>\n m map<string, int64>\n"
    "mi map<int32, struct<v:date>>\n d8 dictionary<string, int8>\n"
    "`odd \"name\\` int8\n `` int8\n `日本` string not null";

static void check_round(struct json_run run, const char *schema_text, uint64_t seed, int64_t rows)
{
    struct ArrowArray batch = json_random_batch(schema_text, rows, seed);
    struct ArrowArray copy = json_random_batch(schema_text, rows, seed), back = {.release = NULL};
    struct ArrowSchema schema = json_schema(schema_text), read = {.release = NULL};
    struct quire_error difference;
    char line[1600];
    run.schema = schema_text;
    run.from = run.to;
    int code = json_encode(&run, &schema, &batch);
    if (code == 0) code = json_decode(&run, (const char *)run.out.data, run.out.size, &read, &back);
    if (code != 0) {
        quire_error_format(&run.error, line, sizeof(line));
        fail_msg("%s, seed %d: %s", schema_text, (int)seed, line);
    }
    if (!quire_schema_equal(&schema, &read, &difference) ||
        !quire_array_equal(&schema, &copy, &back, &difference)) {
        quire_error_format(&difference, line, sizeof(line));
        fail_msg("%s, seed %d: %s\n%.2000s", schema_text, (int)seed, line, run.out.data);
    }
    quire_array_release(&copy);
    quire_array_release(&back);
    quire_schema_release(&read);
    quire_schema_release(&schema);
    json_run_clear(&run);
}

/* Of NaN with other bits than the usual only the kind is kept, which equality
 * takes for the same. */
static const char keeping[] = "nan=string";

static void every_scalar_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < random_column_types_size; i++) {
        char schema[128];
        snprintf(schema, sizeof(schema), "v %s\n w %s\n x int8", random_column_types[i],
                 random_column_types[i]);
        check_round((struct json_run){.out_set = keeping}, schema, i, 300);
        check_round((struct json_run){.out_set = keeping, .to = "json"}, schema, i + 1000, 50);
    }
}

static void nested_types(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        check_round((struct json_run){.out_set = keeping}, nested, seed, 60);
        check_round((struct json_run){.out_set = keeping, .to = "json"}, nested, seed, 60);
    }
}

static void every_style(void **state)
{
    static const char *const sets[] = {
        "nan=string;separators=python", "nan=string;ascii=on",
        "nan=string;nulls=omit",        "nan=string;nulls=omit;separators=python;ascii=on",
        "nan=string;decimals=number",   "nan=string;invalid_utf8=replace",
    };
    char all[4096];
    size_t used = 0;
    (void)state;
    for (size_t i = 0; i < random_column_types_size; i++)
        used += (size_t)snprintf(all + used, sizeof(all) - used, "c%zu %s\n", i,
                                 random_column_types[i]);
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        check_round((struct json_run){.out_set = sets[i]}, all, i, 50);
        check_round((struct json_run){.out_set = sets[i]}, nested, i, 50);
    }
    check_round((struct json_run){.out_set = "nan=string;pretty=on", .to = "json"}, nested, 1, 50);
    check_round((struct json_run){.out_set = "nan=string;pretty=on;nulls=omit", .to = "json"}, all,
                2, 50);
    check_round(
        (struct json_run){.out_set = "nan=string;timestamps=epoch", .in_set = "timestamps=epoch"},
        all, 3, 50);
    check_round((struct json_run){.out_set = "nan=string;binary=hex", .in_set = "binary=hex"}, all,
                4, 50);
}

/* Inferred types of what was written with types that JSON tells apart. */
static void inferred(void **state)
{
    static const char text[] =
        "{\"i\":1,\"f\":1.5,\"b\":true,\"s\":\"x\",\"d\":\"2024-02-29\",\"l\":[1,2],"
        "\"o\":{\"p\":\"q\"}}\n"
        "{\"i\":-9223372036854775808,\"f\":1e300,\"b\":null,\"s\":\"\",\"d\":null,\"l\":[],"
        "\"o\":{\"p\":null}}\n";
    (void)state;
    json_expect((struct json_run){0}, text,
                "{\"i\":1,\"f\":1.5,\"b\":true,\"s\":\"x\",\"d\":\"2024-02-29\",\"l\":[1,2],"
                "\"o\":{\"p\":\"q\"}}\n"
                "{\"i\":-9223372036854775808,\"f\":1e+300,\"b\":null,\"s\":\"\",\"d\":null,"
                "\"l\":[],\"o\":{\"p\":null}}\n");
}

/* A text of many records, larger than a chunk, with all that makes scanning hard. */
static void make_large(struct quire_buf *text, bool array, uint64_t seed)
{
    static const char long_one[] =
        "a long one that takes more than sixty-four bytes, which is one step of the scanner";
    static const char *const strings[] = {
        "plain", "quote \\\" in",         "back\\\\", "\\\\\\\"", "]}[{",   "line\\nend",
        "é😀",    "\\u00e9\\ud83d\\ude00", "",         ",",        long_one,
    };
    struct quire_random random;
    quire_random_seed(&random, seed);
    if (array) assert_int_equal(quire_buf_append_text(text, "[ "), 0);
    for (int i = 0; i < 6000; i++) {
        const char *string = strings[quire_random_below(&random, 11)];
        const char *before = array && i > 0 ? " ,\n" : "";
        assert_int_equal(quire_buf_printf(text,
                                          "%s{\"id\":%d, \"s\":\"%s\",\"l\":[%d,%d],\"o\":{\"a\":"
                                          "{\"b\":\"%s\"}}}%s",
                                          before, i, string, i, i / 3, string,
                                          array        ? ""
                                          : i % 7 == 0 ? "\r\n\n"
                                                       : "\n"),
                         0);
    }
    if (array) assert_int_equal(quire_buf_append_text(text, "\n ]\n \n"), 0);
}

/* However the input is cut into chunks, the rows are the same. */
static void small_chunks(void **state)
{
    (void)state;
    for (int array = 0; array < 2; array++) {
        struct quire_buf text = {0};
        struct json_run whole = {.from = array ? "json" : "jsonl", .memory = 256 << 20};
        make_large(&text, array != 0, 7);
        assert_int_equal(json_run(&whole, (const char *)text.data, text.size), 0);
        assert_int_equal(whole.counts.rows, 6000);
        for (unsigned threads = 1; threads <= 4; threads += 3) {
            struct json_run cut = {
                .from = whole.from, .threads = threads, .memory = QUIRE_MEMORY_MIN, .piece = 997};
            assert_int_equal(json_run(&cut, (const char *)text.data, text.size), 0);
            assert_int_equal(cut.counts.rows, 6000);
            assert_string_equal((const char *)cut.out.data, (const char *)whole.out.data);
            json_run_clear(&cut);
        }
        json_run_clear(&whole);
        quire_buf_release(&text);
    }
}

/* Changes a few bytes of a text to others that matter to JSON. */
static size_t mutate(char *text, size_t size, struct quire_random *random)
{
    static const char bytes[] = "{}[]\",:\\ 0-.eEtnu\n\t\xff\xc3\x80/";
    for (uint64_t left = 1 + quire_random_below(random, 3); left > 0; left--) {
        size_t at = (size_t)quire_random_below(random, size);
        uint64_t how = quire_random_below(random, 3);
        if (how == 0) text[at] = bytes[quire_random_below(random, sizeof(bytes))];
        if (how == 1 && size > 1) memmove(text + at, text + at + 1, --size - at);
        if (how == 2) text[at] = text[quire_random_below(random, size)];
    }
    return size;
}

/* Whatever is read is JSON: a text that the decoder takes, the check takes too. */
static void damaged_texts(void **state)
{
    static const char whole[] =
        "[ {\"a\":-1.5e3,\"b\":\"x\\u00e9\\n\",\"c\":[true,null,{\"d\":\"2024-01-02\"}]},\n"
        "{\"a\":0,\"b\":\"\xc3\xa9\",\"c\":[],\"e\":{\"f\":{}}} , {\"b\":\"\\ud83d\\ude00\"} ]\n";
    struct quire_random random;
    int taken = 0;
    (void)state;
    quire_random_seed(&random, 11);
    for (int round = 0; round < 4000; round++) {
        char text[sizeof(whole)];
        memcpy(text, whole, sizeof(whole));
        size_t size = mutate(text, sizeof(whole) - 1, &random);
        struct json_run run = {.from = "json", .policy = {.mixed = QUIRE_MIXED_JSON}};
        if (round % 2 == 1) run.schema = "a float64, b string, c list<json>, e struct<f:json>";
        if (round % 5 == 1) run.policy.on_bad = QUIRE_ON_BAD_NULL;
        int code = json_run(&run, text, size);
        bool good = quire_json_check((const uint8_t *)text, size, NULL) == 0;
        if (code == 0 && !good) fail_msg("taken: %.*s", (int)size, text);
        taken += code == 0;
        json_run_clear(&run);
        run =
            (struct json_run){.policy = {.on_bad = QUIRE_ON_BAD_REJECT, .mixed = QUIRE_MIXED_JSON}};
        (void)json_run(&run, text, size);
        json_run_clear(&run);
    }
    assert_in_range(taken, 100, 3900);
}

/* Numbers of every length are the nearest doubles, whichever path reads them. */
static void nearest_doubles(void **state)
{
    enum { COUNT = 3000 };
    static double expected[COUNT];
    struct quire_buf text = {0};
    struct quire_random random;
    struct ArrowSchema schema = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    struct json_run run = {.schema = "v float64"};
    (void)state;
    quire_random_seed(&random, 5);
    for (int i = 0; i < COUNT; i++) {
        char number[64];
        size_t size = 0, digits = 1 + (size_t)quire_random_below(&random, 24);
        size_t point = (size_t)quire_random_below(&random, digits + 1);
        if (quire_random_below(&random, 2) == 0) number[size++] = '-';
        if (point == 0) number[size++] = '0';
        for (size_t j = 0; j < digits; j++) {
            if (j == point) number[size++] = '.';
            bool lead = j == 0 && point > 0;
            number[size++] = (char)('0' + lead + quire_random_below(&random, lead ? 9 : 10));
        }
        if (quire_random_below(&random, 4) == 0)
            size += (size_t)snprintf(number + size, sizeof(number) - size, "e%d",
                                     (int)quire_random_below(&random, 500) - 250);
        assert_true(quire_number_parse_f64(number, size, &expected[i]));
        assert_int_equal(quire_buf_printf(&text, "{\"v\":%.*s}\n", (int)size, number), 0);
    }
    assert_int_equal(json_decode(&run, (const char *)text.data, text.size, &schema, &batch), 0);
    assert_int_equal(batch.length, COUNT);
    assert_memory_equal(batch.children[0]->buffers[1], expected, sizeof(expected));
    quire_array_release(&batch);
    quire_schema_release(&schema);
    quire_buf_release(&text);
    json_run_clear(&run);
}

struct fault_case {
    struct json_run run;
    const char *text;
};

static const struct fault_case fault_cases[] = {
    {{.policy = {.mixed = QUIRE_MIXED_JSON}},
     "{\"i\":1,\"s\":\"x\\n\",\"l\":[1,2],\"o\":{\"p\":[{\"q\":1}]},\"m\":1}\n"
     "{\"m\":\"2\",\"i\":2,\"x\":1}\n"},
    {{.from = "json",
      .to = "json",
      .out_set = "pretty=on",
      .schema = "m map<string,int64>\n d dictionary<string>\n j json"},
     "[{\"m\":{\"a\":1,\"b\":2,\"a\":3},\"d\":\"x\",\"j\":[1, 2]}]"},
    {{.in_set = "invalid_utf8=replace",
      .out_set = "nulls=omit;separators=python",
      .policy = {.on_bad = QUIRE_ON_BAD_REJECT}},
     "{\"s\":\"\xff\",\"f\":1.5}\nbad \"\\n\n{\"s\":\"\\ud800\"}\n{\"s\":\"\\x\"}\n"},
    {{.policy = {.on_bad = QUIRE_ON_BAD_NULL}, .schema = "a int8\n b list<struct<c:uuid>>"},
     "{\"a\":\"x\",\"b\":[{\"c\":\"00112233-4455-6677-8899-aabbccddeeff\"},{\"c\":1}]}"},
    {{.schema = "a int8\n m map<string,int8>\n r map<string,int8>"},
     "{\"a\":\"x\",\"m\":{\"\\t\":[],\"n\":1,\"\\t\":1},\"\\u0061\":1,\"r\":["
     "{\"key\":\"a\"},{\"key\":\"b\"},{\"key\":\"c\"},{\"key\":\"d\"},{\"key\":\"e\"},"
     "{\"key\":\"f\"},{\"key\":\"g\"},{\"key\":\"h\"},{\"key\":\"i\"},{\"key\":\"j\"},"
     "{\"key\":\"k\"},{\"key\":\"l\"},{\"key\":\"m\"},{\"key\":\"n\"},{\"key\":\"o\"},"
     "{\"key\":\"p\"},{\"key\":\"q\"},{\"key\":\"r\"},{\"key\":\"s\"},{\"key\":\"a\"}]}"},
};

static void allocations_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(fault_cases) / sizeof(fault_cases[0]); i++) {
        for (int64_t n = 1;; n++) {
            struct json_run run = fault_cases[i].run;
            fault_alloc_arm(n);
            int code = json_run(&run, fault_cases[i].text, strlen(fault_cases[i].text));
            json_run_clear(&run);
            assert_int_equal(fault_alloc_held(), 0);
            if (!fault_alloc_disarm()) {
                assert_int_equal(code, 0);
                break;
            }
            assert_int_equal(code, QUIRE_MEMORY);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scalar_type), cmocka_unit_test(nested_types),
        cmocka_unit_test(every_style),       cmocka_unit_test(inferred),
        cmocka_unit_test(small_chunks),      cmocka_unit_test(damaged_texts),
        cmocka_unit_test(nearest_doubles),   cmocka_unit_test(allocations_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
