/* The checksum of a JSON object: the samples of PROTOCOL.md, "JSON checksum". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "table/log/json_checksum.h"

static int canonical(const char *text, struct quire_buf *out)
{
    struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    size_t at;
    quire_buf_clear(out);
    assert_int_equal(quire_json_tree_parse(text, strlen(text), &arena, &root, &at), 0);
    int code = quire_json_canonical(root, out);
    if (code == 0) assert_int_equal(quire_buf_terminate(out), 0);
    quire_arena_release(&arena);
    return code;
}

static void test_canonical_forms(void **state)
{
    static const char *const forms[][2] = {
        {"{\"a\": 10, \"b\": {\"y\": null, \"x\": \"https://delta.io\"} }",
         "\"a\"=10,\"b\"+\"x\"=\"https%3A%2F%2Fdelta.io\",\"b\"+\"y\"=null"},
        {"{\"k\":[null, \"hi ho\", 2.71]}", "\"k\"+0=null,\"k\"+1=\"hi%20ho\",\"k\"+2=2.71"},
        {"{\"k1\": \"v1\", \"checksum\": \"<anything>\", \"k3\": 23}", "\"k1\"=\"v1\",\"k3\"=23"},
        {"{\"k0\":\"'v 0'\", \"checksum\": \"adsaskfljadfkjadfkj\", \"k1\":{\"k2\": 2, \"k3\": "
         "[\"v3\", [1, 2], {\"k4\": \"v4\", \"k5\": [\"v5\", \"v6\", \"v7\"]}]}}",
         "\"k0\"=\"%27v%200%27\",\"k1\"+\"k2\"=2,\"k1\"+\"k3\"+0=\"v3\",\"k1\"+\"k3\"+1+0=1,"
         "\"k1\"+\"k3\"+1+1=2,\"k1\"+\"k3\"+2+\"k4\"=\"v4\",\"k1\"+\"k3\"+2+\"k5\"+0=\"v5\","
         "\"k1\"+\"k3\"+2+\"k5\"+1=\"v6\",\"k1\"+\"k3\"+2+\"k5\"+2=\"v7\""},
        {"{\"é\":\"\\u00e9\",\"in\":{\"checksum\":true}}",
         "\"%C3%A9\"=\"%C3%A9\",\"in\"+\"checksum\"=true"},
        {"{\"z\":1,\"a\":1e2,\"a b\":-0.5,\"e\":{},\"-._~\":[]}",
         "\"a\"=1e2,\"a%20b\"=-0.5,\"z\"=1"},
        {"{}", ""},
    };
    struct quire_buf out = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        assert_int_equal(canonical(forms[i][0], &out), 0);
        assert_string_equal((const char *)out.data, forms[i][1]);
    }
    quire_buf_release(&out);
}

static void test_what_has_none(void **state)
{
    struct quire_buf out = {0};
    (void)state;
    assert_int_equal(canonical("{\"a\":1,\"b\":2,\"a\":1}", &out), QUIRE_INPUT);
    assert_int_equal(canonical("{\"o\":{\"a\":1,\"a\":2}}", &out), QUIRE_INPUT);
    assert_int_equal(canonical("[1]", &out), QUIRE_INPUT);
    assert_int_equal(canonical("1", &out), QUIRE_INPUT);
    quire_buf_release(&out);
}

static void test_the_sample(void **state)
{
    static const char text[] =
        "{\"k0\":\"'v 0'\", \"checksum\": \"adsaskfljadfkjadfkj\", \"k1\":{\"k2\": 2, \"k3\": "
        "[\"v3\", [1, 2], {\"k4\": \"v4\", \"k5\": [\"v5\", \"v6\", \"v7\"]}]}}";
    struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    char checksum[QUIRE_JSON_CHECKSUM_SIZE];
    size_t at;
    (void)state;
    assert_int_equal(quire_json_tree_parse(text, strlen(text), &arena, &root, &at), 0);
    int code = quire_json_checksum(root, checksum);
    quire_arena_release(&arena);
    if (code == QUIRE_UNSUPPORTED) skip();
    assert_int_equal(code, 0);
    assert_string_equal(checksum, "6a92d155a59bf2eecbd4b4ec7fd1f875");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical_forms),
        cmocka_unit_test(test_what_has_none),
        cmocka_unit_test(test_the_sample),
    };
    return cmocka_run_group_tests_name("json_checksum", tests, NULL, NULL);
}
