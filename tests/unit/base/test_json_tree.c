#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "base/json_tree.h"
#include "fault_alloc.h"
#include "quire/error.h"

static int parse(const char *text, struct quire_arena *arena, struct quire_json_node **root)
{
    size_t at = 0;
    return quire_json_tree_parse(text, strlen(text), arena, root, &at);
}

static void test_values(void **state)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    (void)state;
    static const char text[] = " {\"a\" : [1, -0.5e+3 , null], \"b\":{\"\":true},\"c\":false, "
                               "\"d\":\"x\\u0000\\ud83d\\ude00\\n\\/\", \"n\":-12, \"a\":9}\n";
    assert_int_equal(parse(text, &arena, &root), 0);
    assert_int_equal(root->kind, QUIRE_JSON_OBJECT);
    assert_int_equal(root->children_size, 6);
    const struct quire_json_node *list = quire_json_tree_get(root, "a");
    assert_int_equal(list->kind, QUIRE_JSON_ARRAY);
    assert_int_equal(list->children_size, 3);
    assert_string_equal(list->first->next->text, "-0.5e+3");
    assert_int_equal(list->first->next->next->kind, QUIRE_JSON_NULL);
    assert_memory_equal(list->raw, "[1, -0.5e+3 , null]", list->raw_size);
    assert_true(quire_json_tree_bool(quire_json_tree_get(root, "b"), "", false));
    assert_false(quire_json_tree_bool(root, "c", true));
    assert_true(quire_json_tree_bool(root, "n", true));
    const struct quire_json_node *escaped = quire_json_tree_get(root, "d");
    assert_int_equal(escaped->size, 8);
    assert_memory_equal(escaped->text, "x\0\xf0\x9f\x98\x80\n/", 9);
    assert_int_equal(quire_json_tree_i64(root, "n", 0), -12);
    assert_int_equal(quire_json_tree_i64(root, "d", 7), 7);
    assert_int_equal(quire_json_tree_i64(list, "n", 7), 7);
    assert_null(quire_json_tree_get(NULL, "n"));
    assert_null(quire_json_tree_text(root, "n"));
    assert_null(quire_json_tree_text(root, "missing"));
}

static void test_numbers_past_64_bits(void **state)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    (void)state;
    assert_int_equal(
        parse("{\"a\":9223372036854775807,\"b\":9223372036854775808,\"c\":1.0}", &arena, &root), 0);
    assert_true(quire_json_tree_i64(root, "a", 0) == INT64_MAX);
    assert_int_equal(quire_json_tree_i64(root, "b", -5), -5);
    assert_int_equal(quire_json_tree_i64(root, "c", -5), -5);
    assert_string_equal(quire_json_tree_get(root, "b")->text, "9223372036854775808");
}

static void test_what_is_no_json(void **state)
{
    static const struct {
        const char *text;
        size_t at;
    } cases[] = {
        {"", 0},       {"{", 1},       {"[1,]", 3},      {"{\"a\"}", 4},     {"{a:1}", 1},
        {"01", 1},     {"-", 1},       {"1.", 2},        {"1e", 2},          {"nul", 0},
        {"\"", 1},     {"\"\\x\"", 3}, {"\"\\u12\"", 3}, {"\"\\ud800\"", 7}, {"\"\\udc00\"", 7},
        {"\"\t\"", 1}, {"1 2", 2},     {"[1}", 2},       {"\"a\xff\"", 2},   {"\"\\", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
        struct quire_json_node *root = NULL;
        size_t at = 99;
        assert_int_equal(
            quire_json_tree_parse(cases[i].text, strlen(cases[i].text), &arena, &root, &at),
            QUIRE_INPUT);
        assert_null(root);
        assert_in_range(at, 0, strlen(cases[i].text));
        if (at != cases[i].at) print_message("%s: %zu\n", cases[i].text, at);
        assert_int_equal(at, cases[i].at);
    }
}

static void test_depth(void **state)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    char text[2 * QUIRE_JSON_TREE_DEPTH_MAX + 3];
    struct quire_json_node *root = NULL;
    (void)state;
    for (size_t depth = QUIRE_JSON_TREE_DEPTH_MAX; depth <= QUIRE_JSON_TREE_DEPTH_MAX + 1;
         depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        text[2 * depth] = '\0';
        assert_int_equal(parse(text, &arena, &root),
                         depth > QUIRE_JSON_TREE_DEPTH_MAX ? QUIRE_LIMIT : 0);
    }
}

static void test_no_memory(void **state)
{
    (void)state;
    int code = QUIRE_MEMORY;
    for (int64_t n = 1; code != 0; n++) {
        struct quire_arena arena = {NULL, 0};
        struct quire_json_node *root = NULL;
        fault_alloc_arm(n);
        code = parse("{\"a\":[1,\"b\",{}]}", &arena, &root);
        quire_arena_release(&arena);
        assert_int_equal(fault_alloc_held(), 0);
        assert_int_equal(fault_alloc_disarm(), code != 0);
        assert_true(code == 0 || code == QUIRE_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),          cmocka_unit_test(test_numbers_past_64_bits),
        cmocka_unit_test(test_what_is_no_json), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
