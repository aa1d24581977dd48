/* Ion as rows: what is inferred, what is refused and where, and what is written. */
#include "json_fixture.h"

#include <string.h>

#include "base/cleanup.h"

#define ION  .from = "ion"
#define TEXT .to = "ion-text"

static void values(void **state)
{
    (void)state;
    json_expect((struct json_run){ION}, "{a:1,b:x,c:1.50,d:2024-02-29} {a:-2,c:99.,e:[true]}",
                "{\"a\":1,\"b\":\"x\",\"c\":\"1.50\",\"d\":\"2024-02-29\",\"e\":null}\n"
                "{\"a\":-2,\"b\":null,\"c\":\"99.00\",\"d\":null,\"e\":[true]}\n");
    json_expect((struct json_run){ION}, "[{a:1},{a:2,b:\"x\"},]",
                "{\"a\":1,\"b\":null}\n{\"a\":2,\"b\":\"x\"}\n");
    json_expect((struct json_run){ION}, "[ ]", "");
    json_expect((struct json_run){ION}, "", "");
    json_expect((struct json_run){ION}, "{t:2001T} {t:2001-02-03T04:05Z}",
                "{\"t\":\"2001-01-01T00:00:00Z\"}\n{\"t\":\"2001-02-03T04:05:00Z\"}\n");
    json_expect((struct json_run){ION}, "{t:2001-02-03T04:05:06.7-00:00}",
                "{\"t\":\"2001-02-03T04:05:06.700\"}\n");
    json_expect((struct json_run){ION}, "{a:{{AAEC}},b:{{\"x\"}}}",
                "{\"a\":\"AAEC\",\"b\":\"eA==\"}\n");
    json_expect((struct json_run){ION}, "{a:null.int} {a:null}", "{\"a\":null}\n{\"a\":null}\n");
    json_expect((struct json_run){ION, .policy = {.mixed = QUIRE_MIXED_JSON}},
                "{a:1.0} {a:(x + {y:2e0})}", "{\"a\":1.0}\n{\"a\":[\"x\",\"+\",{\"y\":2}]}\n");
    json_expect((struct json_run){ION, .in_set = "annotations=notes"}, "r::'q q'::{a:1} {a:2}",
                "{\"a\":1,\"notes\":[\"r\",\"q q\"]}\n{\"a\":2,\"notes\":[]}\n");
    json_expect((struct json_run){ION, .schema = "m map<string,int64>, u uuid, t time(ms)"},
                "{m:{x:1,'y z':2},u:\"00112233-4455-6677-8899-aabbccddeeff\",t:\"01:02:03.004\"}",
                "{\"m\":{\"x\":1,\"y z\":2},\"u\":\"00112233-4455-6677-8899-aabbccddeeff\","
                "\"t\":\"01:02:03.004\"}\n");
}

static void tables(void **state)
{
    (void)state;
    json_expect((struct json_run){ION},
                "$ion_1_0 $ion_symbol_table::{symbols:[\"a\",\"b\"]} {$10:$11} "
                "$ion_symbol_table::{imports:$ion_symbol_table,symbols:[\"c\"]} {$10:$12} "
                "$ion_symbol_table::{symbols:[\"c\",\"a\"]} {$11:$10} $ion_1_0 {a:name}",
                "{\"a\":\"b\"}\n{\"a\":\"c\"}\n{\"a\":\"c\"}\n{\"a\":\"name\"}\n");
    json_expect((struct json_run){ION},
                "$ion_symbol_table::{imports:[{name:\"q\",version:1,max_id:5}],symbols:[\"a\"]} "
                "{$15:$11}",
                "{\"a\":\"$11\"}\n");
}

static void repeated(void **state)
{
    (void)state;
    json_expect_error((struct json_run){ION}, "{a:1,a:2}", QUIRE_INPUT, 1, 7, "a", "repeated");
    json_expect((struct json_run){ION, .in_set = "repeated=last"}, "{a:1,a:2}", "{\"a\":2}\n");
    json_expect((struct json_run){ION, .in_set = "repeated=first"}, "{a:1,a:2}", "{\"a\":1}\n");
}

static void refused(void **state)
{
    (void)state;
    json_expect_error((struct json_run){ION, .schema = "a int64"}, "{a:1} {a:x}", QUIRE_INPUT, 2, 9,
                      "a", "an Ion symbol is not of type int64");
    json_expect_error((struct json_run){ION, .schema = "a int8"}, "{a:1} {a:128}", QUIRE_INPUT, 2,
                      9, "a", "128");
    json_expect_error((struct json_run){ION, .schema = "a date"}, "{a:2001-01-01T00:00Z}",
                      QUIRE_INPUT, 1, 3, "a", "");
    json_expect_error((struct json_run){ION, .schema = "a int64"}, "{b:1}", QUIRE_INPUT, 1, 3, NULL,
                      "no column");
    json_expect_error((struct json_run){ION, .schema = "a int64 not null"}, "{a:null}", QUIRE_INPUT,
                      1, 3, "a", "takes no nulls");
    json_expect_error((struct json_run){ION}, "{a:1} 5", QUIRE_INPUT, 2, 6, NULL,
                      "a record is a struct");
    json_expect_error((struct json_run){ION}, "[{a:1}] {a:2}", QUIRE_INPUT, -1, 8, NULL, "follows");
    json_expect_error((struct json_run){ION}, "{a:1} {a:", QUIRE_INPUT, 2, 9, NULL, "ends");
    json_expect_error((struct json_run){ION}, "{a:1} {a:\"x\"}", QUIRE_INPUT, -1, -1, "a", "both");
    json_expect((struct json_run){ION, .schema = "a int64, b int64",
                                  .policy = {.on_bad = QUIRE_ON_BAD_NULL}},
                "{a:[1,[2]],b:1} {a:2,b:x}", "{\"a\":null,\"b\":1}\n{\"a\":2,\"b\":null}\n");
    json_expect(
        (struct json_run){ION, .schema = "a int64", .policy = {.extra = QUIRE_EXTRA_IGNORE}},
        "{b:{c:[1]},a:1}", "{\"a\":1}\n");
}

/* What is read, or fails, in little memory: lists are longer than the sample there. */
static void expect_list(const struct quire_buf *list, int expected, size_t byte)
{
    struct json_run run = {ION, .memory = 1 << 20};
    assert_int_equal(json_run(&run, (const char *)list->data, list->size), expected);
    if (expected != 0) {
        assert_int_equal(run.error.byte, byte);
        assert_non_null(strstr(run.error.cause, "the input ends within"));
    }
    json_run_clear(&run);
}

/* A list that was cut off between two records has lost some. */
static void lists_cut_off(void **state)
{
    /* {symbols:["a"]}, and a list of as many bytes as its last three say, seven bits each. */
    static const char begin[] = "\xe0\x01\x00\xea\xe7\x81\x83\xd4\x87\xb2\x81"
                                "a\xbe\x18\x35\x80";
    const size_t begun = sizeof(begin) - 1, promised = (0x18 << 14) + (0x35 << 7), record = 4;
    struct quire_buf list = {0};
    (void)state;
    quire_buf_append(&list, begin, begun);
    while (list.size < begun + promised)
        quire_buf_append(&list, "\xd3\x8a\x21\x05", record);
    expect_list(&list, 0, 0);
    list.size -= record;
    expect_list(&list, QUIRE_INPUT, list.size);
    list.size = begun + 200000;
    expect_list(&list, QUIRE_INPUT, list.size);
    /* A length that no input has, of nine bytes. */
    list.size = begun - 3;
    quire_buf_append(&list, "\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\xff", 9);
    while (list.size < 300000)
        quire_buf_append(&list, "\xd3\x8a\x21\x05", record);
    expect_list(&list, QUIRE_INPUT, list.size);
    quire_buf_release(&list);
}

/* It is noticed that the bracket is missing wherever the input ends: also where the last record
 * fills what is read for a chunk, so that the end is only seen when that has been parsed. */
static void lists_of_text_cut_off(void **state)
{
    struct quire_buf list = {0};
    (void)state;
    quire_buf_push(&list, '[');
    while (list.size < 262110)
        quire_buf_append_text(&list, "{a:1},");
    for (int i = 0; i < 30; i++) {
        size_t size = list.size;
        quire_buf_append_text(&list, "{a:1}");
        expect_list(&list, QUIRE_INPUT, list.size);
        list.size = size;
        quire_buf_push(&list, ' ');
    }
    quire_buf_append_text(&list, "{a:1}]");
    expect_list(&list, 0, 0);
    quire_buf_release(&list);
}

static void rejected(void **state)
{
    (void)state;
    struct json_run run = {ION, .schema = "a int64", .policy = {.on_bad = QUIRE_ON_BAD_REJECT}};
    static const char text[] = "{a:1} n::{a:x} 7 {a:2}";
    assert_int_equal(json_run(&run, text, sizeof(text) - 1), 0);
    assert_string_equal((const char *)run.out.data, "{\"a\":1}\n{\"a\":2}\n");
    assert_int_equal(run.counts.rejected, 2);
    assert_non_null(strstr((const char *)run.rejects.data, "n::{a:x}"));
    json_run_clear(&run);
}

static void written(void **state)
{
    (void)state;
    json_expect(
        (struct json_run){TEXT, .schema = "a int64, b float64, `x y` string, `null` bool, c "
                                          "dictionary<string>, d decimal(9,2), e binary"},
        "{\"a\":null,\"b\":-0.0,\"x y\":\"q\\\"\",\"null\":true,\"c\":\"a b\",\"d\":\"-0.05\","
        "\"e\":\"AAEC\"}",
        "{a:null.int,b:-0.0e0,'x y':\"q\\\"\",'null':true,c:'a b',d:-0.05,e:{{AAEC}}}\n");
    json_expect((struct json_run){TEXT, .out_set = "nulls=omit", .schema = "a int64, b int64"},
                "{\"a\":null,\"b\":1}", "{b:1}\n");
    json_expect((struct json_run){TEXT, .schema = "t timestamp(ms), z timestamp(s, UTC), p "
                                                  "timestamp(us, +05:30)"},
                "{\"t\":\"2024-02-29T01:02:03.004\",\"z\":\"2024-02-29T01:02:03Z\",\"p\":"
                "\"2024-02-29T00:00:00Z\"}",
                "{t:2024-02-29T01:02:03.004-00:00,z:2024-02-29T01:02:03Z,"
                "p:2024-02-29T05:30:00.000000+05:30}\n");
    json_expect((struct json_run){TEXT, .schema = "m map<string,int64>, i map<int64,bool>"},
                "{\"m\":{\"a\":1,\"b c\":2},\"i\":[{\"key\":1,\"value\":true}]}",
                "{m:{a:1,'b c':2},i:[{key:1,value:true}]}\n");
    json_expect_error((struct json_run){TEXT, .schema = "t timestamp(s)"},
                      "{\"t\":\"+12345-01-01T00:00:00\"}", QUIRE_INPUT, 1, -1, "t", "years");
}

/* One table for the schema; another, appended, when a batch brings a name. */
static void symbols(void **state)
{
    (void)state;
    static const char rows[] = "{\"a\":\"x\"}\n{\"a\":\"a\"}\n";
    /* The first table declares a; the second appends x. */
    static const char expected[] = "\xe0\x01\x00\xea"
                                   "\xe7\x81\x83\xd4\x87\xb2\x81"
                                   "a"
                                   "\xea\x81\x83\xd7\x86\x71\x03\x87\xb2\x81"
                                   "x"
                                   "\xd3\x8a\x71\x0b\xd3\x8a\x71\x0a";
    struct json_run run = {.to = "ion", .schema = "a dictionary<string>"};
    assert_int_equal(json_run(&run, rows, sizeof(rows) - 1), 0);
    assert_int_equal(run.out.size, sizeof(expected) - 1);
    assert_memory_equal(run.out.data, expected, sizeof(expected) - 1);
    json_run_clear(&run);
}

/* What is left of the input after its last chunk but one lies in memory of its own size, which
 * the sanitizers watch: no look ahead goes past it. */
static void little_left(void **state)
{
    static const char version[] = "$ion_1_0\n", record[] = "{a:1}\n";
    const size_t chunk = 16 << 10;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    (void)state;
    while (text.size < chunk)
        assert_int_equal(quire_buf_append_text(&text, text.size == 0 ? version : record), 0);
    assert_int_equal(quire_buf_append_text(&text, version), 0);
    while (text.size < chunk + 512) {
        struct json_run run = {ION, .threads = 4, .memory = 1 << 20};
        size_t records = (text.size - 2 * strlen(version)) / strlen(record);
        assert_int_equal(quire_buf_append_text(&text, record), 0);
        assert_int_equal(json_run(&run, (const char *)text.data, text.size), 0);
        assert_int_equal(run.counts.rows, records + 1);
        json_run_clear(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),        cmocka_unit_test(tables),
        cmocka_unit_test(repeated),      cmocka_unit_test(refused),
        cmocka_unit_test(lists_cut_off), cmocka_unit_test(lists_of_text_cut_off),
        cmocka_unit_test(rejected),      cmocka_unit_test(written),
        cmocka_unit_test(symbols),       cmocka_unit_test(little_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
