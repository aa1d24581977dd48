/* Types from samples: what each text counts as, what mixtures widen to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "data/infer.h"
#include "fault_alloc.h"
#include "quire/batch.h"

static const struct quire_infer_policy csv = {.text_fallback = true, .from_text = true};
static const struct quire_infer_policy json = {0};
static const struct quire_infer_policy json_mixed = {.mixed = QUIRE_INFER_MIXED_JSON};

/* The type of a column "a" as the schema language writes it. */
static void check_type(const struct quire_infer_node *root, const struct quire_infer_policy *policy,
                       const char *what, const char *expected)
{
    struct ArrowSchema schema = {0};
    struct quire_error error;
    char *text = NULL;
    char line[256];
    quire_error_clear(&error);
    if (quire_infer_finish(root, policy, &schema, &error) != 0)
        fail_msg("%s: %s", what, error.cause);
    assert_int_equal(quire_schema_print(&schema, &text, NULL), 0);
    snprintf(line, sizeof(line), "a %s\n", expected);
    if (strcmp(text, line) != 0) fail_msg("%s: got %s, expected %s", what, text, line);
    quire_text_free(text);
    quire_schema_release(&schema);
}

/* values are separated by '|'. */
static void check_texts(const char *values, const struct quire_infer_policy *policy,
                        const char *expected)
{
    struct quire_arena arena = {0};
    struct quire_infer_node *root = quire_infer_new(&arena);
    struct quire_infer_node *node = quire_infer_field(&arena, root, "a", 1);
    for (const char *value = values;;) {
        size_t size = strcspn(value, "|");
        quire_infer_string(node, value, size, policy);
        if (value[size] == '\0') break;
        value += size + 1;
    }
    check_type(root, policy, values, expected);
    quire_arena_release(&arena);
}

static void test_csv_texts(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"1|-2|0", "int64"},
        {"9223372036854775807|-9223372036854775808", "int64"},
        {"1|2.5", "float64"},
        {"1e5", "float64"},
        {"1E-5|2", "float64"},
        {".5|5.", "float64"},
        {"-0", "float64"},
        {"-0.0|1", "float64"},
        {"nan", "float64"},
        {"1|NaN|inf|-inf", "float64"},
        {"5e1234", "string"},
        {"1|Infinity", "string"},
        {"NAN", "string"},
        {"0.12345678901234567890", "float64"},
        {"007", "string"},
        {"1|007", "string"},
        {"-05", "string"},
        {"00.5", "string"},
        {"+5", "string"},
        {"1_000", "string"},
        {"1,000", "string"},
        {"0x10", "string"},
        {" 1", "string"},
        {"1 ", "string"},
        {"-", "string"},
        {".", "string"},
        {"1e", "string"},
        {"1e+", "string"},
        {"e5", "string"},
        {"", "string"},
        {"18446744073709551615|1", "uint64"},
        {"18446744073709551615|-1", "decimal(38,0)"},
        {"18446744073709551616", "decimal(38,0)"},
        {"-9223372036854775809", "decimal(38,0)"},
        {"18446744073709551616|0.5", "float64"},
        {"123456789012345678901234567890123456789", "string"},
        {"true|FALSE|True", "bool"},
        {"t|f", "string"},
        {"yes", "string"},
        {"true|1", "string"},
        {"2024-02-29|1969-12-31", "date"},
        {"2023-02-29", "string"},
        {"2024-02-29|x", "string"},
        {"2024-02-29T10:00:00", "timestamp(us)"},
        {"2024-02-29 10:00", "timestamp(us)"},
        {"2024-02-29T10:00:00.123456", "timestamp(us)"},
        {"2024-02-29T10:00:00.1234567", "timestamp(ns)"},
        {"2024-02-29|2024-02-29T10:00:00", "timestamp(us)"},
        {"2024-02-29T10:00:00Z", "timestamp(us, UTC)"},
        {"2024-02-29T10:00:00Z|2024-02-29T10:00:00.123456789+01:00", "timestamp(ns, UTC)"},
        {"2024-02-29T10:00:00Z|2024-02-29T10:00:00", "string"},
        {"2024-02-29T10:00:00Z|2024-02-29", "string"},
        {"3024-02-29T10:00:00|2024-02-29T10:00:00.1234567", "string"},
        {"Jan 1 2000", "string"},
        {"20240229", "int64"},
        {"2024-02", "string"},
        {"2024-02-29|5", "string"},
        {"10:11:12", "string"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_texts(cases[i][0], &csv, cases[i][1]);
}

static void test_json_texts(void **state)
{
    (void)state;
    const struct quire_infer_policy keep = {.keep_text = true};
    check_texts("1|2", &json, "string");
    check_texts("true", &json, "string");
    check_texts("2024-02-29", &json, "date");
    check_texts("2024-02-29|word", &json, "string");
    check_texts("2024-02-29T10:00:00Z|2024-02-29T10:00:00", &json, "string");
    check_texts("2024-02-29", &keep, "string");
}

static void check_numbers(const char *values, const struct quire_infer_policy *policy,
                          const char *expected)
{
    struct quire_arena arena = {0};
    struct quire_infer_node *root = quire_infer_new(&arena);
    struct quire_infer_node *node = quire_infer_field(&arena, root, "a", 1);
    quire_infer_null(node);
    for (const char *value = values;;) {
        size_t size = strcspn(value, "|");
        quire_infer_number(node, value, size);
        if (value[size] == '\0') break;
        value += size + 1;
    }
    check_type(root, policy, values, expected);
    quire_arena_release(&arena);
}

static void test_json_numbers(void **state)
{
    (void)state;
    const struct quire_infer_policy floats = {.numbers = QUIRE_INFER_FLOAT};
    check_numbers("1|-5", &json, "int64");
    check_numbers("1|1.0", &json, "float64");
    check_numbers("-0", &json, "float64");
    check_numbers("1e3", &json, "float64");
    check_numbers("9223372036854775808", &json, "uint64");
    check_numbers("9223372036854775808|-1", &json, "decimal(38,0)");
    check_numbers("9223372036854775808|-1", &floats, "float64");
    check_numbers("99999999999999999999", &floats, "float64");
    check_numbers("123456789012345678901234567890123456789", &json, "decimal(38,0)");
    check_numbers("123456789012345678901234567890123456789", &floats, "float64");
}

/* A column "a" that saw several kinds of values. */
enum { SAW_NULL = 1, SAW_BOOL = 2, SAW_NUMBER = 4, SAW_TEXT = 8, SAW_STRUCT = 16, SAW_LIST = 32 };

static struct quire_infer_node *mixture(struct quire_arena *arena, unsigned saw)
{
    struct quire_infer_node *root = quire_infer_new(arena);
    struct quire_infer_node *node = quire_infer_field(arena, root, "a", 1);
    if (saw & SAW_NULL) quire_infer_null(node);
    if (saw & SAW_BOOL) quire_infer_bool(node);
    if (saw & SAW_NUMBER) quire_infer_number(node, "1", 1);
    if (saw & SAW_TEXT) quire_infer_string(node, "x", 1, &json);
    if (saw & SAW_STRUCT) {
        quire_infer_struct(node);
        quire_infer_number(quire_infer_field(arena, node, "x", 1), "1.5", 3);
    }
    if (saw & SAW_LIST) {
        quire_infer_list(node);
        quire_infer_bool(quire_infer_items(arena, node));
    }
    return root;
}

static void test_mixtures(void **state)
{
    (void)state;
    static const struct {
        unsigned saw;
        const char *type;
    } pure[] = {
        {SAW_NULL, "null"},
        {SAW_NULL | SAW_BOOL, "bool"},
        {SAW_NULL | SAW_TEXT, "string"},
        {SAW_NULL | SAW_STRUCT, "struct<x:float64>"},
        {SAW_NULL | SAW_LIST, "list<bool>"},
    };
    for (size_t i = 0; i < sizeof(pure) / sizeof(pure[0]); i++) {
        struct quire_arena arena = {0};
        check_type(mixture(&arena, pure[i].saw), &json, "pure", pure[i].type);
        quire_arena_release(&arena);
    }
    static const struct {
        unsigned saw;
        const char *cause;
    } mixed[] = {
        {SAW_NUMBER | SAW_TEXT, "both numbers and strings, which have no common type"},
        {SAW_BOOL | SAW_NUMBER, "both numbers and booleans, which have no common type"},
        {SAW_STRUCT | SAW_LIST, "both objects and lists, which have no common type"},
        {SAW_STRUCT | SAW_TEXT, "both objects and strings, which have no common type"},
    };
    for (size_t i = 0; i < sizeof(mixed) / sizeof(mixed[0]); i++) {
        struct quire_arena arena = {0};
        struct ArrowSchema schema = {0};
        struct quire_error error;
        struct quire_infer_node *root = mixture(&arena, mixed[i].saw);
        assert_int_equal(quire_infer_finish(root, &json, &schema, &error), QUIRE_INPUT);
        assert_string_equal(error.column, "a");
        assert_string_equal(error.cause, mixed[i].cause);
        assert_non_null(strstr(error.hint, "--mixed json"));
        check_type(root, &json_mixed, "mixed", "json");
        quire_arena_release(&arena);
    }
}

static void test_fallback(void **state)
{
    (void)state;
    struct quire_arena arena = {0};
    check_type(mixture(&arena, SAW_NULL), &csv, "nulls", "string");
    check_type(mixture(&arena, SAW_BOOL | SAW_NUMBER), &csv, "scalars", "string");
    quire_arena_release(&arena);
}

static void test_nested_error_path(void **state)
{
    (void)state;
    struct quire_arena arena = {0};
    struct ArrowSchema schema = {0};
    struct quire_error error;
    struct quire_infer_node *root = quire_infer_new(&arena);
    struct quire_infer_node *a = quire_infer_field(&arena, root, "a", 1);
    quire_infer_list(a);
    struct quire_infer_node *items = quire_infer_items(&arena, a);
    quire_infer_struct(items);
    struct quire_infer_node *b = quire_infer_field(&arena, items, "b", 1);
    quire_infer_bool(b);
    quire_infer_number(b, "1", 1);
    assert_int_equal(quire_infer_finish(root, &json, &schema, &error), QUIRE_INPUT);
    assert_string_equal(error.column, "a.item.b");
    check_type(root, &json_mixed, "nested", "list<struct<b:json>>");
    quire_arena_release(&arena);
}

static void test_keys_with_nul(void **state)
{
    (void)state;
    struct quire_arena arena = {0};
    struct ArrowSchema schema = {0};
    struct quire_error error;
    struct quire_infer_node *root = mixture(&arena, SAW_STRUCT);
    struct quire_infer_node *a = quire_infer_field(&arena, root, "a", 1);
    quire_infer_null(quire_infer_field(&arena, a, "x\0y", 3));
    assert_int_equal(quire_infer_finish(root, &json, &schema, &error), QUIRE_INPUT);
    check_type(root, &json_mixed, "nul", "json");
    quire_infer_null(quire_infer_field(&arena, root, "\0", 1));
    assert_int_equal(quire_infer_finish(root, &json_mixed, &schema, &error), QUIRE_INPUT);
    quire_arena_release(&arena);
}

/* As deep as a schema may be, and one deeper. */
static void test_depth(void **state)
{
    (void)state;
    for (int depth = QUIRE_FIELD_DEPTH_MAX - 2; depth <= QUIRE_FIELD_DEPTH_MAX; depth++) {
        struct quire_arena arena = {0};
        struct ArrowSchema schema = {0};
        struct quire_field *field = NULL;
        struct quire_infer_node *root = quire_infer_new(&arena);
        struct quire_infer_node *node = quire_infer_field(&arena, root, "a", 1);
        for (int i = 1; i < depth; i++) {
            quire_infer_list(node);
            node = quire_infer_items(&arena, node);
        }
        quire_infer_bool(node);
        int code = quire_infer_finish(root, &json, &schema, NULL);
        assert_int_equal(code, depth < QUIRE_FIELD_DEPTH_MAX ? 0 : QUIRE_LIMIT);
        if (code != 0) assert_int_equal(quire_infer_finish(root, &json_mixed, &schema, NULL), 0);
        assert_int_equal(quire_field_open(&schema, &field, NULL), 0);
        quire_field_close(field);
        quire_schema_release(&schema);
        quire_arena_release(&arena);
    }
}

static void test_many_fields(void **state)
{
    (void)state;
    struct quire_arena arena = {0};
    struct quire_infer_node *root = quire_infer_new(&arena);
    char name[16];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1000; i++) {
            int number = round == 1 ? 999 - i : i;
            int size = snprintf(name, sizeof(name), "f%d", number);
            struct quire_infer_node *field = quire_infer_field(&arena, root, name, (size_t)size);
            quire_infer_number(field, number % 2 == 0 ? "1" : "1.5", number % 2 == 0 ? 1 : 3);
        }
    }
    struct ArrowSchema schema;
    assert_int_equal(quire_infer_finish(root, &json, &schema, NULL), 0);
    assert_int_equal(schema.n_children, 1000);
    assert_string_equal(schema.children[999]->name, "f999");
    assert_string_equal(schema.children[999]->format, "g");
    assert_string_equal(schema.children[998]->format, "l");
    quire_schema_release(&schema);
    quire_arena_release(&arena);
}

static void test_allocation_failures(void **state)
{
    (void)state;
    for (int64_t n = 1;; n++) {
        struct quire_arena arena = {0};
        struct ArrowSchema schema = {0};
        fault_alloc_arm(n);
        struct quire_infer_node *root = quire_infer_new(&arena);
        char name[16];
        bool whole = root != NULL;
        for (int i = 0; whole && i < 200; i++) {
            int size = snprintf(name, sizeof(name), "field %d", i);
            struct quire_infer_node *field = quire_infer_field(&arena, root, name, (size_t)size);
            whole = field != NULL;
            if (whole && i == 7) {
                quire_infer_bool(field);
                quire_infer_string(field, "x", 1, &json);
            }
        }
        if (whole) {
            int code = quire_infer_finish(root, &json_mixed, &schema, NULL);
            assert_true(code == 0 || code == QUIRE_MEMORY);
            assert_int_equal(code == 0, schema.release != NULL);
        }
        quire_schema_release(&schema);
        quire_arena_release(&arena);
        assert_int_equal(fault_alloc_held(), 0);
        if (!fault_alloc_disarm()) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_texts),     cmocka_unit_test(test_json_texts),
        cmocka_unit_test(test_json_numbers),  cmocka_unit_test(test_mixtures),
        cmocka_unit_test(test_fallback),      cmocka_unit_test(test_nested_error_path),
        cmocka_unit_test(test_keys_with_nul), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_many_fields),   cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
