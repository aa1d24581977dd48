/* Schemas: Arrow types there and back, and the forms that other writers use. */
#include "parquet_fixture.h"

#include "base/fail.h"
#include "format/parquet/parquet_schema.h"
#include "random_column.h"

/* Types that come back as they were, and those that come back as another. */
static const char *const exact_types[] = {
    "null",
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
    "decimal(9,2)",
    "decimal(18,0)",
    "decimal(38,10)",
    "decimal256(76,38)",
    "date",
    "time(ms)",
    "time(us)",
    "time(ns)",
    "timestamp(ms)",
    "timestamp(us)",
    "timestamp(ns, UTC)",
    "interval",
    "string",
    "binary",
    "fixed_binary(7)",
    "uuid",
    "json",
    "list<element: int32>",
    "struct<a: int32, b: string not null>",
};
static const struct {
    const char *written, *read;
} other_types[] = {
    {"date64", "date"},
    {"time(s)", "time(ms)"},
    {"timestamp(s)", "timestamp(ms)"},
    {"timestamp(us, Europe/Berlin)", "timestamp(us, UTC)"},
    {"duration(ns)", "int64"},
    {"interval_months", "interval"},
    {"large_string", "string"},
    {"binary_view", "binary"},
    {"decimal(5,-3)", "decimal(8,0)"},
    {"decimal256(10,2)", "decimal(10,2)"},
    {"dictionary<string>", "string"},
    {"dictionary<timestamp(us)>", "timestamp(us)"},
};

static void type_text(const struct quire_field *field, char *text, size_t capacity)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    assert_int_equal(quire_field_type_text(field, &out), 0);
    assert_int_equal(quire_buf_terminate(&out), 0);
    assert_true(out.size < capacity);
    memcpy(text, out.data, out.size + 1);
}

/* The type that a type is read back as. */
static void round_trip(const char *type, char *text, size_t capacity)
{
    char schema_text[200];
    struct quire_error error;
    struct quire_parquet_schema written, read;
    snprintf(schema_text, sizeof(schema_text), "x %s", type);
    struct quire_field *fields = random_column_field(schema_text);
    if (quire_parquet_schema_of_fields(fields, &written, &error) != 0)
        fail_msg("%s: %s", type, error.cause);
    if (quire_parquet_schema_of_elements(&written.elements, &read, &error) != 0)
        fail_msg("%s: %s", type, error.cause);
    assert_int_equal(read.leaves_size, written.leaves_size);
    for (size_t i = 0; i < read.leaves_size; i++) {
        assert_int_equal(read.leaves[i].def_max, written.leaves[i].def_max);
        assert_int_equal(read.leaves[i].rep_max, written.leaves[i].rep_max);
        assert_int_equal(read.leaves[i].path.size, written.leaves[i].path.size);
    }
    assert_true(read.root->field->children[0].nullable);
    type_text(&read.root->field->children[0], text, capacity);
    quire_parquet_schema_release(&read);
    quire_parquet_schema_release(&written);
    quire_field_close(fields);
}

static void expect_type(const char *written, const char *expected)
{
    char schema_text[200], text[200], expected_text[200];
    round_trip(written, text, sizeof(text));
    snprintf(schema_text, sizeof(schema_text), "x %s", expected);
    struct quire_field *fields = random_column_field(schema_text);
    type_text(&fields->children[0], expected_text, sizeof(expected_text));
    quire_field_close(fields);
    assert_string_equal(text, expected_text);
}

static void test_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(exact_types) / sizeof(exact_types[0]); i++)
        if (strchr(exact_types[i], ':') == NULL) expect_type(exact_types[i], exact_types[i]);
    for (size_t i = 0; i < sizeof(other_types) / sizeof(other_types[0]); i++)
        expect_type(other_types[i].written, other_types[i].read);
}

static void expect_leaf(const struct quire_parquet_schema *schema, size_t leaf, const char *path,
                        int def, int rep)
{
    char text[100] = "";
    const struct quire_binary_list *parts = &schema->leaves[leaf].path;
    for (size_t i = 0; i < parts->size; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%.*s", i > 0 ? "." : "",
                 (int)parts->items[i].size, (const char *)parts->items[i].data);
    assert_string_equal(text, path);
    assert_int_equal(schema->leaves[leaf].def_max, def);
    assert_int_equal(schema->leaves[leaf].rep_max, rep);
}

static void test_nested_levels(void **state)
{
    (void)state;
    struct quire_error error;
    struct quire_parquet_schema schema;
    struct quire_field *fields = random_column_field(
        "a list<int32>, b map<string, list<float64>>, c struct<d: int8 not null, e: bool>, "
        "f int64 not null, g fixed_list<list<string>, 2> not null");
    assert_int_equal(quire_parquet_schema_of_fields(fields, &schema, &error), 0);
    assert_int_equal(schema.leaves_size, 7);
    expect_leaf(&schema, 0, "a.list.element", 3, 1);
    expect_leaf(&schema, 1, "b.key_value.key", 2, 1);
    expect_leaf(&schema, 2, "b.key_value.value.list.element", 5, 2);
    expect_leaf(&schema, 3, "c.d", 1, 0);
    expect_leaf(&schema, 4, "c.e", 2, 0);
    expect_leaf(&schema, 5, "f", 0, 0);
    expect_leaf(&schema, 6, "g.list.element.list.element", 4, 2);
    const struct quire_schema_element *map = &schema.elements.items[4];
    assert_memory_equal(map->name.data, "b", 1);
    assert_int_equal(map->converted_type, QUIRE_CONVERTED_MAP);
    assert_int_equal(map[1].repetition_type, QUIRE_PARQUET_REPEATED);
    assert_int_equal(map[2].repetition_type, QUIRE_PARQUET_REQUIRED);
    quire_parquet_schema_release(&schema);
    quire_field_close(fields);
}

static void test_annotations(void **state)
{
    (void)state;
    struct quire_error error;
    struct quire_parquet_schema schema;
    struct quire_field *fields = random_column_field(
        "a timestamp(us), b timestamp(ns), c decimal(20,3), d uint16, e string");
    assert_int_equal(quire_parquet_schema_of_fields(fields, &schema, &error), 0);
    const struct quire_schema_element *element = schema.elements.items;
    assert_int_equal(element[0].present, QUIRE_ELEMENT_HAS_CHILDREN);
    assert_int_equal(element[1].converted_type, QUIRE_CONVERTED_TIMESTAMP_MICROS);
    assert_false(element[1].logical_type->timestamp->is_adjusted_to_utc);
    assert_int_equal(element[2].present & QUIRE_ELEMENT_HAS_CONVERTED, 0);
    assert_int_equal(element[3].type, QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY);
    assert_int_equal(element[3].type_length, 9);
    assert_int_equal(element[3].precision, 20);
    assert_int_equal(element[4].converted_type, QUIRE_CONVERTED_UINT_16);
    assert_int_equal(element[4].logical_type->integer->bit_width, 16);
    assert_int_equal(element[5].converted_type, QUIRE_CONVERTED_UTF8);
    quire_parquet_schema_release(&schema);
    quire_field_close(fields);
}

static void test_decimal_bytes(void **state)
{
    (void)state;
    const int32_t precisions[] = {1, 2, 3, 9, 10, 18, 19, 38, 39, 76};
    const int32_t bytes[] = {1, 1, 2, 4, 5, 8, 9, 16, 17, 32};
    for (int i = 0; i < 10; i++)
        assert_int_equal(quire_parquet_decimal_bytes(precisions[i]), bytes[i]);
}

static void test_unsupported(void **state)
{
    (void)state;
    const char *const texts[] = {
        "x struct<>",        "x run_end<int32, int64>", "x dictionary<list<int32>>",
        "x fixed_binary(0)", "x decimal256(76,-1)",     "x struct<y: dense_union<a: int32>>"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct ArrowSchema schema = {0};
        struct quire_field *fields = NULL;
        struct quire_parquet_schema parquet;
        struct quire_error error;
        if (quire_schema_parse(texts[i], strlen(texts[i]), &schema, NULL) != 0) continue;
        assert_int_equal(quire_field_open(&schema, &fields, &error), 0);
        quire_schema_release(&schema);
        assert_int_equal(quire_parquet_schema_of_fields(fields, &parquet, &error),
                         QUIRE_UNSUPPORTED);
        assert_true(error.column[0] == 'x' || error.column[0] == 'y');
        quire_field_close(fields);
    }
}

/* --- Files of others ------------------------------------------------------------------ */

enum { GROUP = 1, LIST = 2, MAP = 4, MAP_KEY_VALUE = 8, UTF8 = 16 };

static struct quire_schema_element element(const char *name, char repetition, int what,
                                           int32_t children)
{
    struct quire_schema_element result = {.name = {(const uint8_t *)name, strlen(name)}};
    result.present = QUIRE_ELEMENT_HAS_REPETITION;
    result.repetition_type = repetition == 'o'   ? QUIRE_PARQUET_OPTIONAL
                             : repetition == '*' ? QUIRE_PARQUET_REPEATED
                                                 : QUIRE_PARQUET_REQUIRED;
    result.present |= what & GROUP ? QUIRE_ELEMENT_HAS_CHILDREN : QUIRE_ELEMENT_HAS_TYPE;
    result.num_children = children;
    result.type = what & UTF8 ? QUIRE_PARQUET_BYTE_ARRAY : QUIRE_PARQUET_INT32;
    if ((what & ~GROUP) != 0) result.present |= QUIRE_ELEMENT_HAS_CONVERTED;
    result.converted_type = what & LIST            ? QUIRE_CONVERTED_LIST
                            : what & MAP           ? QUIRE_CONVERTED_MAP
                            : what & MAP_KEY_VALUE ? QUIRE_CONVERTED_MAP_KEY_VALUE
                                                   : QUIRE_CONVERTED_UTF8;
    return result;
}

static void expect_read(struct quire_schema_element *elements, size_t size, const char *type,
                        int def, int rep)
{
    struct quire_schema_element_list list = {elements, size};
    struct quire_parquet_schema schema;
    struct quire_error error;
    char text[200];
    if (quire_parquet_schema_of_elements(&list, &schema, &error) != 0) fail_msg("%s", error.cause);
    type_text(&schema.root->field->children[0], text, sizeof(text));
    assert_string_equal(text, type);
    assert_int_equal(schema.leaves[0].def_max, def);
    assert_int_equal(schema.leaves[0].rep_max, rep);
    quire_parquet_schema_release(&schema);
}

#define READ(type, def, rep, ...)                                                           \
    do {                                                                                    \
        struct quire_schema_element rows[] = {element("root", 'r', GROUP, 1), __VA_ARGS__}; \
        expect_read(rows, sizeof(rows) / sizeof(rows[0]), type, def, rep);                  \
    } while (0)

static void test_lists_of_others(void **state)
{
    (void)state;
    /* Rule 1 */
    READ("list<int32 not null>", 2, 1, element("my_list", 'o', GROUP | LIST, 1),
         element("element", '*', 0, 0));
    /* Rule 2 */
    READ("list<struct<str:string not null, num:int32 not null> not null>", 2, 1,
         element("my_list", 'o', GROUP | LIST, 1), element("element", '*', GROUP, 2),
         element("str", 'r', UTF8, 0), element("num", 'r', 0, 0));
    /* Rule 3 */
    READ("list<list<int32 not null> not null>", 3, 2, element("my_list", 'o', GROUP | LIST, 1),
         element("array", '*', GROUP | LIST, 1), element("array", '*', 0, 0));
    /* Rule 4 */
    READ("list<struct<str:string not null> not null>", 2, 1,
         element("my_list", 'o', GROUP | LIST, 1), element("array", '*', GROUP, 1),
         element("str", 'r', UTF8, 0));
    READ("list<struct<str:string> not null>", 3, 1, element("my_list", 'o', GROUP | LIST, 1),
         element("my_list_tuple", '*', GROUP, 1), element("str", 'o', UTF8, 0));
    /* Rule 5 */
    READ("list<string>", 3, 1, element("my_list", 'o', GROUP | LIST, 1),
         element("element", '*', GROUP, 1), element("str", 'o', UTF8, 0));
    /* Without annotation */
    READ("list<int32 not null>", 1, 1, element("num", '*', 0, 0));
    READ("list<struct<a:list<int32 not null> not null> not null>", 2, 2,
         element("x", '*', GROUP, 1), element("a", '*', 0, 0));
    /* A list that is none */
    READ("struct<a:int32>", 2, 0, element("x", 'o', GROUP | LIST, 1), element("a", 'o', 0, 0));
}

static void test_maps_of_others(void **state)
{
    (void)state;
    READ("map<string, int32 not null>", 2, 1, element("my_map", 'o', GROUP | MAP, 1),
         element("map", '*', GROUP, 2), element("str", 'r', UTF8, 0), element("num", 'r', 0, 0));
    READ("map<string, int32>", 2, 1, element("my_map", 'o', GROUP | MAP_KEY_VALUE, 1),
         element("map", '*', GROUP, 2), element("key", 'r', UTF8, 0), element("value", 'o', 0, 0));
    /* A key that may be null, and a map without values */
    READ("map<string, int32>", 3, 1, element("my_map", 'o', GROUP | MAP, 1),
         element("key_value", '*', GROUP, 2), element("key", 'o', UTF8, 0),
         element("value", 'o', 0, 0));
    READ("list<string not null>", 2, 1, element("my_map", 'o', GROUP | MAP, 1),
         element("key_value", '*', GROUP, 1), element("key", 'r', UTF8, 0));
}

static void expect_refused(struct quire_schema_element *elements, size_t size, int code)
{
    struct quire_schema_element_list list = {elements, size};
    struct quire_parquet_schema schema;
    struct quire_error error;
    assert_int_equal(quire_parquet_schema_of_elements(&list, &schema, &error), code);
}

static void test_no_tree(void **state)
{
    (void)state;
    struct quire_schema_element rows[200];
    expect_refused(rows, 0, QUIRE_CORRUPT);
    rows[0] = element("root", 'r', GROUP, 2);
    rows[1] = element("a", 'r', 0, 0);
    expect_refused(rows, 2, QUIRE_CORRUPT); /* a child is missing */
    rows[0].num_children = 0;
    expect_refused(rows, 2, QUIRE_CORRUPT); /* one too many */
    rows[0].num_children = INT32_MAX;
    expect_refused(rows, 2, QUIRE_CORRUPT);
    rows[0].num_children = 1;
    rows[1] = element("a", 'o', GROUP, 0);
    expect_refused(rows, 2, QUIRE_UNSUPPORTED);
    rows[1] = element("a\xff", 'o', 0, 0);
    expect_refused(rows, 2, QUIRE_CORRUPT);
    rows[1] = element("a", 'o', 0, 0);
    rows[1].type = 8;
    expect_refused(rows, 2, QUIRE_CORRUPT);
    rows[1].type = QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY;
    expect_refused(rows, 2, QUIRE_CORRUPT);
    for (int i = 1; i < 199; i++)
        rows[i] = element("a", '*', GROUP, 1);
    rows[199] = element("b", 'o', 0, 0);
    expect_refused(rows, 200, QUIRE_LIMIT);
}

static void test_unknown_annotations(void **state)
{
    (void)state;
    struct quire_parquet_logical_type later = {0};
    struct quire_schema_element rows[2] = {element("root", 'r', GROUP, 1), element("a", 'r', 0, 0)};
    rows[1].logical_type = &later;
    expect_read(rows, 2, "int32", 0, 0);
    rows[1].present |= QUIRE_ELEMENT_HAS_CONVERTED;
    rows[1].converted_type = 99;
    expect_read(rows, 2, "int32", 0, 0);
    rows[1].converted_type = QUIRE_CONVERTED_INT_64; /* on 32 bits */
    expect_read(rows, 2, "int32", 0, 0);
    rows[1].converted_type = QUIRE_CONVERTED_INT_8;
    expect_read(rows, 2, "int8", 0, 0);
    rows[1].converted_type = QUIRE_CONVERTED_DECIMAL; /* of no digits */
    expect_read(rows, 2, "int32", 0, 0);
    rows[1].type = QUIRE_PARQUET_INT96;
    expect_read(rows, 2, "timestamp(ns)", 0, 0);
}

static void test_field_ids(void **state)
{
    (void)state;
    struct quire_schema_element rows[2] = {element("root", 'r', GROUP, 1), element("a", 'r', 0, 0)};
    struct quire_schema_element_list list = {rows, 2};
    struct quire_parquet_schema read, written;
    struct quire_error error;
    rows[1].present |= QUIRE_ELEMENT_HAS_FIELD_ID;
    rows[1].field_id = 17;
    assert_int_equal(quire_parquet_schema_of_elements(&list, &read, &error), 0);
    assert_int_equal(quire_parquet_schema_of_fields(read.root->field, &written, &error), 0);
    assert_int_equal(written.elements.items[1].field_id, 17);
    assert_true(written.elements.items[1].present & QUIRE_ELEMENT_HAS_FIELD_ID);
    quire_parquet_schema_release(&written);
    quire_parquet_schema_release(&read);
}

static void test_memory_out(void **state)
{
    (void)state;
    struct quire_field *fields = random_column_field(
        "a list<timestamp(us)>, b map<string, decimal(20,1)>, c struct<d: uint8, e: uuid>");
    for (int64_t nth = 1;; nth++) {
        struct quire_parquet_schema written = {0}, read = {0};
        fault_alloc_arm(nth);
        int code = quire_parquet_schema_of_fields(fields, &written, NULL);
        if (code == 0) code = quire_parquet_schema_of_elements(&written.elements, &read, NULL);
        quire_parquet_schema_release(&read);
        quire_parquet_schema_release(&written);
        bool failed = fault_alloc_disarm();
        assert_int_equal(fault_alloc_held(), 0);
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        if (!failed) break;
    }
    quire_field_close(fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_nested_levels),
        cmocka_unit_test(test_annotations),
        cmocka_unit_test(test_decimal_bytes),
        cmocka_unit_test(test_unsupported),
        cmocka_unit_test(test_lists_of_others),
        cmocka_unit_test(test_maps_of_others),
        cmocka_unit_test(test_no_tree),
        cmocka_unit_test(test_unknown_annotations),
        cmocka_unit_test(test_field_ids),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
