/* Values copied as they are, between Ion text, Ion binary and JSON. */
#include "json_fixture.h"

#include <string.h>

#include "base/cleanup.h"
#include "memory_in.h"

static int copy(const char *from, const char *to, const void *bytes, size_t size, const char *set,
                struct quire_buf *out, struct quire_error *error)
{
    _Alignas(16) char in_options[512], out_options[512];
    const struct quire_format *source = NULL, *target = NULL;
    struct quire_context *context = NULL;
    struct memory_in in;
    struct memory_out result;
    assert_int_equal(quire_format_find(from, &source, NULL), 0);
    assert_int_equal(quire_format_find(to, &target, NULL), 0);
    assert_int_equal(quire_options_init(&source->decoder_options, in_options, NULL), 0);
    assert_int_equal(quire_options_init(&target->encoder_options, out_options, NULL), 0);
    if (set != NULL)
        assert_int_equal(quire_options_set(&target->encoder_options, out_options, set, "on", NULL),
                         0);
    assert_int_equal(quire_context_new(NULL, &context, NULL), 0);
    memory_in_init(&in, bytes, size, 5);
    memory_out_init(&result);
    struct quire_copy_part part = {.most = -1};
    int code =
        source->copy(&in.in, in_options, target, out_options, &part, context, &result.out, error);
    quire_context_free(context);
    quire_options_release(&source->decoder_options, in_options);
    quire_options_release(&target->encoder_options, out_options);
    *out = result.buf;
    return code;
}

static void expect(const char *from, const char *to, const char *set, const char *text,
                   const char *expected)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_error error;
    quire_error_clear(&error);
    int code = copy(from, to, text, strlen(text), set, &out, &error);
    if (code != 0) fail_msg("%s: %s", text, error.cause);
    assert_int_equal(quire_buf_terminate(&out), 0);
    assert_string_equal((const char *)out.data, expected);
}

/* Through binary and back it is the same text. */
static void expect_kept(const char *text, const char *expected)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf binary = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf back = {0};
    struct quire_error error;
    expect("ion", "ion-text", NULL, text, expected);
    assert_int_equal(copy("ion", "ion", text, strlen(text), NULL, &binary, &error), 0);
    assert_int_equal(copy("ion", "ion-text", binary.data, binary.size, NULL, &back, &error), 0);
    assert_int_equal(quire_buf_terminate(&back), 0);
    assert_string_equal((const char *)back.data, expected);
}

static void kept(void **state)
{
    (void)state;
    expect_kept("a::'b c'::{x:1, x:2, 'null':null.int, y:(+ a 'b c')}",
                "a::'b c'::{x:1,x:2,'null':null.int,y:('+' a 'b c')}\n");
    expect_kept("1.50 -0. 0d5 1d-30 123456789012345678901234567890 -0x10",
                "1.50\n-0.\n0d5\n1d-30\n123456789012345678901234567890\n-16\n");
    expect_kept("2001T 2001-02T 2001-02-03 2001-02-03T04:05+01:00 2001-02-03T04:05:06.70-00:00",
                "2001T\n2001-02T\n2001-02-03\n2001-02-03T04:05+01:00\n"
                "2001-02-03T04:05:06.70-00:00\n");
    expect_kept("1e0 -0e0 nan +inf {{ AAE= }} {{\"\\xff\\0\"}} \"\\u00e9\\n\"",
                "1.0e0\n-0.0e0\nnan\n+inf\n{{AAE=}}\n{{\"\\xff\\x00\"}}\n\"\xc3\xa9\\n\"\n");
    expect_kept("null null.list [] () {} [[],[1,],]", "null\nnull.list\n[]\n()\n{}\n[[],[1]]\n");
    expect_kept("$0 $0::$0 '$10' $ion_1_0 {$ion_1_0:'$ion_1_0'}",
                "$0\n$0::$0\n'$10'\n{$ion_1_0:$ion_1_0}\n");
}

/* Symbols of tables that are not there keep their place in them. */
static void unknown(void **state)
{
    (void)state;
    expect_kept(
        "$ion_symbol_table::{imports:[{name:\"q\",version:2,max_id:3}],symbols:[null,\"a\"]}"
        " $11 {$13:$14}",
        "$ion_symbol_table::{imports:[{name:\"q\",version:2,max_id:3}],symbols:[null]}\n"
        "$11\n{$13:a}\n");
}

static void json(void **state)
{
    (void)state;
    expect("ion", "json", NULL,
           "a::{b:null.int,c:1.50,d:-0.,e:1e400,f:nan,g:(x),h:2001T} {{\"\\xff\"}}",
           "[\n{\"b\":null,\"c\":1.50,\"d\":-0,\"e\":1e400,\"f\":null,\"g\":[\"x\"],\"h\":"
           "\"2001T\"},\n"
           "\"\\u00ff\"\n]\n");
    expect("ion", "json", NULL, "", "[]\n");
    expect("ion", "jsonl", NULL, "{a:1} 2", "{\"a\":1}\n2\n");
    expect("json", "json", NULL, "[{\"a\":1.10, \"a\":100000000000000000000.5e-7}]",
           "[{\"a\":1.10,\"a\":100000000000000000000.5e-7}]\n");
    expect("json", "ion-text", NULL, "{\"a\":1.10,\"b c\":[1e5,\"\\ud83d\\ude00\"]}",
           "{a:1.10,'b c':[100000.0e0,\"\xf0\x9f\x98\x80\"]}\n");
    expect("ion", "json", "pretty", "{a:[1,{}]}",
           "[\n  {\n    \"a\": [\n      1,\n      {}\n    ]\n  }\n]\n");
    expect("ion", "ion-text", "pretty", "{a:[1,(b c)]}",
           "{\n  a: [\n    1,\n    (\n      b\n      c\n    )\n  ]\n}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept),
        cmocka_unit_test(unknown),
        cmocka_unit_test(json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
