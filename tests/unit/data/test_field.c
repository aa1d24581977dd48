/* Schemas become field trees: every format string, and what is refused. */
#include "batches.h"

#include "data/field_format.h"
#include "data/metadata.h"
#include "data/schema.h"
#include "fault_alloc.h"

static void make(struct ArrowSchema *schema, const char *format, size_t children)
{
    struct quire_schema_parts parts = {
        .format = format, .name = "c", .flags = ARROW_FLAG_NULLABLE, .children_size = children};
    assert_int_equal(quire_schema_make(&parts, schema), 0);
}

static void test_format_strings(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        enum quire_kind kind;
        int32_t width;
    } cases[] = {
        {"n", QUIRE_KIND_NULL, 0},           {"b", QUIRE_KIND_BOOL, 0},
        {"c", QUIRE_KIND_INT8, 1},           {"S", QUIRE_KIND_UINT16, 2},
        {"l", QUIRE_KIND_INT64, 8},          {"e", QUIRE_KIND_FLOAT16, 2},
        {"d:9,2,32", QUIRE_KIND_DECIMAL, 4}, {"d:18,-3,64", QUIRE_KIND_DECIMAL, 8},
        {"d:38,10", QUIRE_KIND_DECIMAL, 16}, {"d:76,0,256", QUIRE_KIND_DECIMAL, 32},
        {"w:0", QUIRE_KIND_FIXED_BINARY, 0}, {"tdD", QUIRE_KIND_DATE32, 4},
        {"ttn", QUIRE_KIND_TIME64, 8},       {"tsu:UTC", QUIRE_KIND_TIMESTAMP, 8},
        {"tss:", QUIRE_KIND_TIMESTAMP, 8},   {"tin", QUIRE_KIND_INTERVAL_MONTH_DAY_NANO, 16},
        {"vu", QUIRE_KIND_STRING_VIEW, 0},   {"Z", QUIRE_KIND_LARGE_BINARY, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ArrowSchema schema;
        struct quire_field *field = NULL;
        make(&schema, cases[i].format, 0);
        assert_int_equal(quire_field_open(&schema, &field, NULL), 0);
        assert_int_equal(field->kind, cases[i].kind);
        assert_int_equal(field->width, cases[i].width);
        assert_string_equal(field->format, cases[i].format);
        quire_field_close(field);
        quire_schema_release(&schema);
    }
}

static void test_parameters(void **state)
{
    (void)state;
    struct quire_field *root = open_fields("at timestamp(ns, +01:30), d decimal(12,-2), u uuid");
    assert_string_equal(root->children[0].zone, "+01:30");
    assert_int_equal(root->children[0].unit, QUIRE_NANO);
    assert_non_null(root->children[0].zone_table);
    assert_int_equal(root->children[1].precision, 12);
    assert_int_equal(root->children[1].scale, -2);
    assert_int_equal(root->children[2].extension, QUIRE_EXTENSION_UUID);
    assert_int_equal(quire_field_child(root, "u", 1), 2);
    assert_int_equal(quire_field_child(root, "v", 1), -1);
    quire_field_close(root);
}

static void test_bad_formats(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",        "x",   "d:10", "d:0,0",     "d:39,0",   "d:10,2,100",
        "d:10,2,", "w:",  "w:-1", "w:5x",      "tsx:",     "ts",
        "tsu",     "ttz", "+x",   "+ud:1,200", "d:10,999", "+w:99999999999"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ArrowSchema schema;
        struct quire_field *field = NULL;
        struct quire_error error;
        make(&schema, bad[i], 0);
        assert_int_equal(quire_field_open(&schema, &field, &error), QUIRE_USAGE);
        assert_string_equal(error.column, "c");
        quire_schema_release(&schema);
    }
}

static void test_bad_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        size_t children;
    } bad[] = {{"i", 1}, {"+l", 0}, {"+l", 2}, {"+m", 0}, {"+us:0,1", 1}, {"+r", 1}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ArrowSchema schema;
        struct quire_field *field = NULL;
        make(&schema, bad[i].format, bad[i].children);
        assert_int_equal(quire_field_open(&schema, &field, NULL), QUIRE_USAGE);
        quire_schema_release(&schema);
    }
    struct ArrowSchema released = {.release = NULL};
    struct quire_field *field = NULL;
    assert_int_equal(quire_field_open(&released, &field, NULL), QUIRE_USAGE);
}

static void test_map_of_wrong_entries(void **state)
{
    (void)state;
    struct ArrowSchema schema;
    struct quire_error error;
    struct quire_field *field = NULL;
    make(&schema, "+m", 1);
    make(schema.children[0], "i", 0);
    assert_int_equal(quire_field_open(&schema, &field, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.cause, "entries"));
    quire_schema_release(&schema);
}

static void test_nesting_has_a_limit(void **state)
{
    (void)state;
    struct ArrowSchema schema;
    struct ArrowSchema *node = &schema;
    struct quire_field *field = NULL;
    struct quire_error error;
    for (int i = 0; i < QUIRE_FIELD_DEPTH_MAX; i++) {
        make(node, "+l", 1);
        node = node->children[0];
    }
    make(node, "i", 0);
    assert_int_equal(quire_field_open(&schema, &field, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.cause, "deep"));
    quire_schema_release(&schema);
}

static void test_metadata(void **state)
{
    (void)state;
    struct quire_buf metadata = {0};
    assert_int_equal(quire_metadata_append(&metadata, "a", 1, "one", 3), 0);
    assert_int_equal(quire_metadata_append(&metadata, "empty", 5, "", 0), 0);
    assert_int_equal(quire_metadata_size((const char *)metadata.data), metadata.size);
    size_t size = 99;
    const char *value = quire_metadata_get((const char *)metadata.data, "a", &size);
    assert_int_equal(size, 3);
    assert_memory_equal(value, "one", 3);
    assert_non_null(quire_metadata_get((const char *)metadata.data, "empty", &size));
    assert_int_equal(size, 0);
    assert_null(quire_metadata_get((const char *)metadata.data, "b", &size));
    assert_null(quire_metadata_get(NULL, "b", &size));
    int32_t negative = -1;
    memcpy(metadata.data + 4, &negative, 4);
    assert_int_equal(quire_metadata_size((const char *)metadata.data), -1);
    quire_buf_release(&metadata);
}

static void test_copy_keeps_everything(void **state)
{
    (void)state;
    struct ArrowSchema schema = parse_schema(EVERY_KIND);
    struct ArrowSchema copy;
    struct quire_error error;
    assert_int_equal(quire_schema_copy(&schema, &copy, &error), 0);
    assert_true(quire_schema_equal(&schema, &copy, &error));
    quire_schema_release(&schema);
    assert_string_equal(copy.children[0]->name, "n");
    quire_schema_release(&copy);
    quire_schema_release(&copy);
}

static void test_allocation_failures(void **state)
{
    (void)state;
    struct ArrowSchema schema = parse_schema(EVERY_KIND "\n z2 timestamp(s, Europe/Paris), u uuid");
    for (int64_t n = 1;; n++) {
        struct ArrowSchema copy = {.release = NULL};
        struct quire_error error;
        fault_alloc_arm(n);
        int code = quire_schema_copy(&schema, &copy, &error);
        bool equal = code == 0 && quire_schema_equal(&schema, &copy, &error);
        quire_schema_release(&copy);
        int64_t held = fault_alloc_held();
        bool failed = fault_alloc_disarm();
        assert_int_equal(held, 0);
        if (!failed) {
            assert_true(equal);
            break;
        }
        if (!equal) assert_int_equal(error.code, QUIRE_MEMORY);
    }
    quire_schema_release(&schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_strings),
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_bad_formats),
        cmocka_unit_test(test_bad_shapes),
        cmocka_unit_test(test_map_of_wrong_entries),
        cmocka_unit_test(test_nesting_has_a_limit),
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_copy_keeps_everything),
        cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
