/* Casts keep values exactly or say which row and column they cannot. Values are
 * given and compared as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "data/value_text.h"
#include "fault_alloc.h"
#include "quire/batch.h"
#include "random_column.h"

struct batch {
    struct ArrowSchema schema;
    struct ArrowArray array;
};

static void batch_free(struct batch *batch)
{
    quire_array_release(&batch->array);
    quire_schema_release(&batch->schema);
}

static void schema_of(const char *text, struct ArrowSchema *schema)
{
    struct quire_error error;
    quire_error_clear(&error);
    if (quire_schema_parse(text, strlen(text), schema, &error) != 0)
        fail_msg("%s: %s", text, error.cause);
}

/* One column "a" of a type; rows as text separated by '|', "null" for null. */
static struct batch batch_of(const char *type, const char *rows)
{
    char text[96];
    struct batch batch = {0};
    struct quire_builder *builder = NULL;
    struct quire_error error;
    snprintf(text, sizeof(text), "a %s", type);
    schema_of(text, &batch.schema);
    assert_int_equal(quire_builder_new(&batch.schema, &builder, NULL), 0);
    for (const char *row = rows; rows[0] != '\0';) {
        size_t size = strcspn(row, "|");
        int code = size == 4 && memcmp(row, "null", 4) == 0
                       ? quire_builder_null(builder, &error)
                       : quire_builder_text(builder, row, size, &error);
        if (code == 0) code = quire_builder_end_row(builder, &error);
        if (code != 0) fail_msg("%s \"%s\": %s", type, row, error.cause);
        if (row[size] == '\0') break;
        row += size + 1;
    }
    assert_int_equal(quire_builder_finish(builder, &batch.array, NULL), 0);
    quire_builder_free(builder);
    return batch;
}

static void append_value(const struct quire_view *view, int64_t row, struct quire_buf *out)
{
    const struct quire_value_style style = {0};
    if (quire_view_is_null(view, row)) {
        assert_int_equal(quire_buf_append_text(out, "null"), 0);
    } else if (view->field->kind == QUIRE_KIND_STRUCT) {
        assert_int_equal(quire_buf_append_text(out, "{"), 0);
        for (size_t i = 0; i < view->children_size; i++) {
            if (i > 0) assert_int_equal(quire_buf_append_text(out, ","), 0);
            append_value(&view->children[i], row, out);
        }
        assert_int_equal(quire_buf_append_text(out, "}"), 0);
    } else if (quire_kind_is_nested(view->field->kind)) {
        struct quire_range range = quire_view_range(view, row);
        assert_int_equal(quire_buf_append_text(out, "["), 0);
        for (int64_t i = 0; i < range.size; i++) {
            if (i > 0) assert_int_equal(quire_buf_append_text(out, ","), 0);
            append_value(&view->children[0], range.start + i, out);
        }
        assert_int_equal(quire_buf_append_text(out, "]"), 0);
    } else {
        assert_int_equal(quire_value_write(view, row, &style, out), 0);
    }
}

static void check_rows(const struct batch *batch, const char *expected)
{
    struct quire_field *root = NULL;
    struct quire_view *view = NULL;
    struct quire_buf out = {0};
    struct quire_error error;
    quire_error_clear(&error);
    if (quire_array_validate(&batch->schema, &batch->array, &error) != 0)
        fail_msg("%s", error.cause);
    assert_int_equal(quire_field_open(&batch->schema, &root, NULL), 0);
    assert_int_equal(quire_view_new(root, &view, NULL), 0);
    assert_int_equal(quire_view_set(view, &batch->array, NULL), 0);
    for (int64_t row = 0; row < view->length; row++) {
        if (row > 0) assert_int_equal(quire_buf_append_text(&out, "|"), 0);
        append_value(&view->children[0], row, &out);
    }
    assert_int_equal(quire_buf_terminate(&out), 0);
    assert_string_equal((const char *)out.data, expected);
    quire_buf_release(&out);
    quire_view_free(view);
    quire_field_close(root);
}

static int cast(const struct batch *from, const char *type,
                const struct quire_cast_options *options, struct batch *to,
                struct quire_error *error)
{
    char text[96];
    snprintf(text, sizeof(text), "a %s", type);
    schema_of(text, &to->schema);
    int code = quire_cast(&from->schema, &from->array, &to->schema, options, &to->array, error);
    if (code != 0) quire_schema_release(&to->schema);
    return code;
}

static void check_cast(const char *from_type, const char *rows, const char *to_type,
                       const char *expected)
{
    struct batch from = batch_of(from_type, rows), to = {0};
    struct quire_error error;
    if (cast(&from, to_type, NULL, &to, &error) != 0)
        fail_msg("%s to %s: %s", from_type, to_type, error.cause);
    check_rows(&to, expected);
    batch_free(&to);
    batch_free(&from);
}

static void test_exact(void **state)
{
    (void)state;
    static const struct {
        const char *from, *rows, *to, *expected;
    } cases[] = {
        {"int32", "1|null|-5", "int64", "1|null|-5"},
        {"uint64", "18446744073709551615", "decimal(20,0)", "18446744073709551615"},
        {"uint64", "18446744073709549568", "float64", "1.844674407370955e+19"},
        {"int64", "0|1", "bool", "false|true"},
        {"bool", "true|false|null", "int8", "1|0|null"},
        {"bool", "true", "float64", "1.0"},
        {"int16", "5", "decimal(4,2)", "5.00"},
        {"float64", "5.0|-0.0", "int32", "5|0"},
        {"float64", "0.5|nan|inf", "float32", "0.5|nan|inf"},
        {"float32", "0.1", "decimal(5,2)", "0.10"},
        {"float64", "0.1", "decimal(5,2)", "0.10"},
        {"float64", "9007199254740993", "uint64", "9007199254740992"},
        {"decimal(5,2)", "1.50|-3.00", "decimal(20,5)", "1.50000|-3.00000"},
        {"decimal(5,2)", "1.50", "decimal(3,1)", "1.5"},
        {"decimal(5,2)", "1.50|0.10", "float64", "1.5|0.1"},
        {"decimal(5,2)", "0.10", "float32", "0.1"},
        {"decimal(5,2)", "3.00|-7.00", "int8", "3|-7"},
        {"int64", "12|null", "string", "12|null"},
        {"string", "12|-3", "int64", "12|-3"},
        {"string", "2024-02-29", "date", "2024-02-29"},
        {"string", "x|null", "large_string", "x|null"},
        {"string_view", "a long text that is not inline|x", "string",
         "a long text that is not inline|x"},
        {"string", "a long text that is not inline|x", "string_view",
         "a long text that is not inline|x"},
        {"binary", "ab", "string", "YWI="},
        {"string", "YWI=", "binary", "YWI="},
        {"binary", "ab", "fixed_binary(2)", "YWI="},
        {"fixed_binary(2)", "ab", "large_binary", "YWI="},
        {"date", "2024-02-29", "timestamp(ms)", "2024-02-29T00:00:00.000"},
        {"date", "1969-12-31", "date64", "1969-12-31"},
        {"timestamp(us)", "1969-12-31T00:00:00", "date", "1969-12-31"},
        {"timestamp(s)", "2024-02-29T10:00:00", "timestamp(ns)", "2024-02-29T10:00:00.000000000"},
        {"timestamp(us)", "1969-12-31T23:59:59", "timestamp(s)", "1969-12-31T23:59:59"},
        {"timestamp(s)", "2024-02-29T10:00:00", "timestamp(s, UTC)", "2024-02-29T10:00:00Z"},
        {"timestamp(s, UTC)", "2024-02-29T10:00:00Z", "timestamp(s, +05:30)",
         "2024-02-29T15:30:00+05:30"},
        {"timestamp(s)", "1970-01-01T00:00:05", "int32", "5"},
        {"int64", "5", "timestamp(s)", "1970-01-01T00:00:05"},
        {"time(s)", "10:00:00", "time(ns)", "10:00:00.000000000"},
        {"time(us)", "10:00:00", "time(ms)", "10:00:00.000"},
        {"duration(s)", "PT1S", "duration(us)", "PT1S"},
        {"interval_months", "P14M", "interval", "P1Y2M"},
        {"interval", "P3DT0.5S", "interval_day_time", "P3DT0.5S"},
        {"dictionary<string>", "x|y|null|x", "string", "x|y|null|x"},
        {"string", "x|y|null|x", "dictionary<string>", "x|y|null|x"},
        {"dictionary<int64>", "5|6", "int8", "5|6"},
        {"int8", "5|6|5", "dictionary<int64>", "5|6|5"},
        {"dictionary<string>", "5|6", "dictionary<int8>", "5|6"},
        {"null", "null|null", "int32", "null|null"},
        {"int8 not null", "5", "int8", "5"},
        {"int8", "5", "int8 not null", "5"},
        {"int8", "", "string", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_cast(cases[i].from, cases[i].rows, cases[i].to, cases[i].expected);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *from, *rows, *to, *lossy; /* what lossy gives; NULL: refused too */
    } cases[] = {
        {"int64", "1|300", "int8", NULL},
        {"int64", "1|-1", "uint64", NULL},
        {"int64", "1|2", "bool", NULL},
        {"int64", "1|9007199254740993", "float64", "1.0|9007199254740992.0"},
        {"float64", "1.0|1.5", "int64", "1|1"},
        {"float64", "1.0|nan", "int64", NULL},
        {"float64", "1.0|1e19", "int64", NULL},
        {"float64", "1.0|0.1", "float32", "1.0|0.1"},
        {"float64", "1.0|1e300", "float32", NULL},
        {"float64", "1.0|0.123", "decimal(5,2)", NULL},
        {"float64", "1.0|nan", "decimal(5,2)", NULL},
        {"decimal(5,2)", "1.00|1.55", "int8", "1|1"},
        {"decimal(5,2)", "1.00|1.55", "decimal(5,1)", NULL},
        {"decimal(20,0)", "1|12345678901234567890", "float64", "1.0|1.2345678901234567e+19"},
        {"string", "1|x", "int8", NULL},
        {"timestamp(us)", "1969-12-31|1969-12-31T23:59:59.5", "timestamp(s)",
         "1969-12-31T00:00:00|1969-12-31T23:59:59"},
        {"timestamp(s)", "1969-12-31|1969-12-31T01:00:00", "date", "1969-12-31|1969-12-31"},
        {"timestamp(s)", "1969-12-31|1969-12-31T01:00:00", "date64", "1969-12-31|1969-12-31"},
        {"timestamp(s)", "2024-01-01|3024-01-01", "timestamp(ns)", NULL},
        {"time(ms)", "10:00:00|10:00:00.5", "time(s)", "10:00:00|10:00:00"},
        {"binary", "ab|abc", "fixed_binary(2)", NULL},
        {"interval", "P1M|P1D", "interval_months", NULL},
        {"int8", "1|null", "int8 not null", NULL},
        {"dictionary<string>", "1|x", "int8", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct batch from = batch_of(cases[i].from, cases[i].rows), to = {0};
        struct quire_error error;
        const struct quire_cast_options lossy = {.allow_lossy = true};
        int code = cast(&from, cases[i].to, NULL, &to, &error);
        if (code != QUIRE_INPUT) fail_msg("%s to %s: %d", cases[i].from, cases[i].to, code);
        assert_int_equal(error.row, 2);
        assert_string_equal(error.column, "a");
        code = cast(&from, cases[i].to, &lossy, &to, &error);
        if (code != (cases[i].lossy == NULL ? QUIRE_INPUT : 0))
            fail_msg("%s to %s, lossy: %d", cases[i].from, cases[i].to, code);
        if (code == 0) {
            check_rows(&to, cases[i].lossy);
            batch_free(&to);
        }
        batch_free(&from);
    }
}

static void test_allow_null(void **state)
{
    (void)state;
    struct batch from = batch_of("string", "1|x|null|300|5"), to = {0};
    int64_t nulled = -1;
    const struct quire_cast_options options = {.allow_null = true, .nulled = &nulled};
    struct quire_error error;
    assert_int_equal(cast(&from, "int8", &options, &to, &error), 0);
    check_rows(&to, "1|null|null|null|5");
    assert_int_equal(nulled, 2);
    batch_free(&to);
    assert_int_equal(cast(&from, "int8 not null", &options, &to, &error), QUIRE_INPUT);
    assert_int_equal(nulled, 2);
    batch_free(&from);
}

static void test_types_that_do_not_cast(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"date", "time(s)"},
        {"bool", "date"},
        {"float64", "timestamp(s)"},
        {"list<int8>", "string"},
        {"int8", "list<int8>"},
        {"struct<x:int8>", "map<string,int8>"},
        {"list<date>", "list<bool>"},
        {"struct<x:int8>", "struct<y:int8>"},
        {"struct<x:int8>", "struct<x:int8, y:int8 not null>"},
        {"duration(s)", "float64"},
        {"timestamp(s)", "timestamp(s, +05:30)"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct batch from = batch_of(pairs[i][0], ""), to = {0};
        struct quire_error error;
        int code = cast(&from, pairs[i][1], NULL, &to, &error);
        if (code != QUIRE_USAGE) fail_msg("%s to %s: %d", pairs[i][0], pairs[i][1], code);
        assert_int_equal(strncmp(error.column, "a", 1), 0);
        batch_free(&from);
    }
}

/* a: struct<x:int32, l:list<string>, m:map<string,int8>>, four rows, one null. */
static struct batch nested_batch(void)
{
    struct batch batch = {0};
    struct quire_builder *b = NULL;
    schema_of("a struct<x:int32, l:list<string>, m:map<string,int8>>", &batch.schema);
    assert_int_equal(quire_builder_new(&batch.schema, &b, NULL), 0);
    for (int row = 0; row < 4; row++) {
        if (row == 2) {
            assert_int_equal(quire_builder_null(b, NULL), 0);
        } else {
            assert_int_equal(quire_builder_begin(b, NULL), 0);
            assert_int_equal(quire_builder_int(b, row * 100, NULL), 0);
            assert_int_equal(quire_builder_begin(b, NULL), 0);
            for (int i = 0; i < row; i++)
                assert_int_equal(quire_builder_text(b, i == 2 ? "x" : "7", 1, NULL), 0);
            assert_int_equal(quire_builder_end(b, NULL), 0);
            assert_int_equal(quire_builder_begin(b, NULL), 0);
            assert_int_equal(quire_builder_text(b, "k", 1, NULL), 0);
            assert_int_equal(quire_builder_int(b, row, NULL), 0);
            assert_int_equal(quire_builder_end(b, NULL), 0);
            assert_int_equal(quire_builder_end(b, NULL), 0);
        }
        assert_int_equal(quire_builder_end_row(b, NULL), 0);
    }
    assert_int_equal(quire_builder_finish(b, &batch.array, NULL), 0);
    quire_builder_free(b);
    return batch;
}

static void check_nested(const char *type, const struct quire_cast_options *options,
                         const char *expected)
{
    struct batch from = nested_batch(), to = {0};
    struct quire_error error;
    if (cast(&from, type, options, &to, &error) != 0) fail_msg("%s: %s", type, error.cause);
    check_rows(&to, expected);
    batch_free(&to);
    batch_free(&from);
}

static void test_nested(void **state)
{
    (void)state;
    const struct quire_cast_options nulls = {.allow_null = true};
    const struct quire_cast_options lossy = {.allow_lossy = true};
    check_nested("struct<m:map<string,int64>, l:large_list<string>, x:string, z:bool>", NULL,
                 "{[{k,0}],[],0,null}|{[{k,1}],[7],100,null}|null|{[{k,3}],[7,7,x],300,null}");
    check_nested("struct<x:int32 not null, l:list<string_view not null>, m:map<string,int8>>", NULL,
                 "{0,[],[{k,0}]}|{100,[7],[{k,1}]}|null|{300,[7,7,x],[{k,3}]}");
    check_nested("struct<x:int8, l:list<int8>, m:map<string,string>>", &nulls,
                 "{0,[],[{k,0}]}|{100,[7],[{k,1}]}|null|{null,[7,7,null],[{k,3}]}");
    check_nested("struct<x:int64>", &lossy, "{0}|{100}|null|{300}");
}

/* A slice of a batch casts as those rows; rows outside need not fit. */
static void test_sliced(void **state)
{
    (void)state;
    static const char type[] = "struct<x:int8, l:large_list<string_view>, m:map<string,int8>>";
    struct batch from = nested_batch(), to = {0};
    struct quire_error error;
    from.array.offset = 1;
    from.array.length = 2;
    assert_int_equal(cast(&from, type, NULL, &to, &error), 0);
    check_rows(&to, "{100,[7],[{k,1}]}|null");
    batch_free(&to);
    batch_free(&from);
}

static void check_nested_refusal(const char *type, int code, const char *column, int64_t row)
{
    struct batch from = nested_batch(), to = {0};
    struct quire_error error;
    assert_int_equal(cast(&from, type, NULL, &to, &error), code);
    assert_string_equal(error.column, column);
    assert_int_equal(error.row, row);
    batch_free(&from);
}

static void test_nested_refusals(void **state)
{
    (void)state;
    check_nested_refusal("struct<x:int32, l:list<int8>, m:map<string,int8>>", QUIRE_INPUT,
                         "a.l.item", 4);
    check_nested_refusal("struct<x:int8, l:list<string>, m:map<string,int8>>", QUIRE_INPUT, "a.x",
                         4);
    check_nested_refusal("struct<x:int32, l:fixed_list<string,1>, m:map<string,int8>>", QUIRE_INPUT,
                         "a.l", 1);
    check_nested_refusal("struct<x:int32, l:list<string>, m:map<string,bool>>", QUIRE_INPUT,
                         "a.m.value", 4);
    check_nested_refusal("struct<x:int32, l:list<string>, m:map<string,date> not null> not null",
                         QUIRE_INPUT, "a", 3);
    check_nested_refusal("struct<x:int32, l:list<string>>", QUIRE_USAGE, "a.m", QUIRE_NOWHERE);
}

/* Every type to text and back, through a cast in both directions. */
static void test_text_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < random_column_types_size; i++) {
        char text[64];
        struct quire_random random;
        struct batch from = {0}, there = {0}, back = {0};
        struct quire_error error;
        quire_error_clear(&error);
        quire_random_seed(&random, 11);
        snprintf(text, sizeof(text), "a %s", random_column_types[i]);
        struct quire_field *root = random_column_field(text);
        struct quire_column *column = NULL;
        assert_int_equal(quire_column_new(root, &column, NULL), 0);
        for (int row = 0; row < 50; row++)
            random_column_append(&column->children[0], &random, 6);
        column->length = 50;
        assert_int_equal(quire_column_finish(column, &from.array, NULL), 0);
        assert_int_equal(quire_field_to_schema(root, &from.schema, NULL), 0);
        quire_column_free(column);
        quire_field_close(root);
        assert_int_equal(cast(&from, "string", NULL, &there, &error), 0);
        if (cast(&there, random_column_types[i], NULL, &back, &error) != 0)
            fail_msg("%s: %s", text, error.cause);
        if (!quire_array_equal(&from.schema, &from.array, &back.array, &error))
            fail_msg("%s: row %d: %s", text, (int)error.row, error.cause);
        batch_free(&back);
        batch_free(&there);
        batch_free(&from);
    }
}

static void test_allocation_failures(void **state)
{
    (void)state;
    static const char *const types[] = {
        "struct<m:map<string,int64>, l:large_list<string>, x:string, z:dictionary<string>>",
        "struct<x:int32, l:list<int8>, m:map<string,int8>>", /* fails anyway */
        "struct<x:dictionary<string>, l:list<dictionary<string>>, m:map<string,int8>>",
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct batch from = nested_batch();
        struct ArrowSchema to;
        char text[128];
        snprintf(text, sizeof(text), "a %s", types[i]);
        schema_of(text, &to);
        for (int64_t n = 1;; n++) {
            struct ArrowArray result = {0};
            struct quire_error error;
            fault_alloc_arm(n);
            int code = quire_cast(&from.schema, &from.array, &to, NULL, &result, &error);
            assert_true(code == QUIRE_MEMORY || code == (i == 1 ? QUIRE_INPUT : 0));
            quire_array_release(&result);
            assert_int_equal(fault_alloc_held(), 0);
            if (!fault_alloc_disarm()) break;
        }
        quire_schema_release(&to);
        batch_free(&from);
    }
}

static struct ArrowSchema parse_schema(const char *text)
{
    struct ArrowSchema schema;
    assert_int_equal(quire_schema_parse(text, strlen(text), &schema, NULL), 0);
    return schema;
}

/* Of a zone that is not known here no wall clock is, but its instants are. */
static void test_foreign_zones(void **state)
{
    (void)state;
    struct ArrowSchema schema = parse_schema("z timestamp(s, UTC)");
    struct ArrowSchema naive = parse_schema("z timestamp(s)"), text = parse_schema("z string");
    char foreign[] = "tss:Nowhere/City";
    const char *format = schema.children[0]->format;
    struct quire_column *column = NULL;
    struct quire_field *root = NULL;
    schema.children[0]->format = foreign;
    assert_int_equal(quire_field_open(&schema, &root, NULL), 0);
    assert_null(root->children[0].zone_table);
    assert_int_equal(quire_column_new(&root->children[0], &column, NULL), 0);
    const struct quire_value_style style = {0};
    assert_int_equal(quire_value_parse(column, "2020-07-01T12:00:00", 19, &style),
                     QUIRE_VALUE_MISMATCH);
    assert_int_equal(quire_value_parse(column, "2020-07-01T12:00:00+02:00", 25, &style), 0);
    struct ArrowArray array, cast;
    assert_int_equal(quire_column_finish(column, &array, NULL), 0);
    assert_int_not_equal(
        quire_cast(schema.children[0], &array, naive.children[0], NULL, &cast, NULL), 0);
    assert_int_equal(quire_cast(schema.children[0], &array, text.children[0], NULL, &cast, NULL),
                     0);
    assert_memory_equal(cast.buffers[2], "2020-07-01T10:00:00Z", 20);
    quire_array_release(&cast);
    quire_array_release(&array);
    quire_column_free(column);
    quire_field_close(root);
    schema.children[0]->format = format;
    quire_schema_release(&schema);
    quire_schema_release(&naive);
    quire_schema_release(&text);
}

static void release_none(struct ArrowArray *array)
{
    array->release = NULL;
}

/* A batch of one column "a" of an outer type over two columns that others own. */
struct outer {
    struct batch batch;
    struct ArrowArray column, *columns[1], *children[2];
    const void *buffers[2], *none[1];
};

static void make_outer(struct outer *outer, const char *type, int64_t rows,
                       const struct batch *first, const struct batch *second)
{
    char text[96];
    *outer = (struct outer){.columns = {&outer->column}};
    snprintf(text, sizeof(text), "a %s", type);
    schema_of(text, &outer->batch.schema);
    outer->children[0] = first->array.children[0];
    outer->children[1] = second->array.children[0];
    outer->column = (struct ArrowArray){.length = rows,
                                        .buffers = outer->buffers,
                                        .n_children = 2,
                                        .children = outer->children,
                                        .release = release_none};
    outer->batch.array = (struct ArrowArray){.length = rows,
                                             .n_buffers = 1,
                                             .buffers = outer->none,
                                             .n_children = 1,
                                             .children = outer->columns,
                                             .release = release_none};
}

static void check_outer(const struct outer *outer, const char *to_type,
                        const struct quire_cast_options *options, const char *expected)
{
    struct batch to = {0};
    struct quire_error error;
    if (cast(&outer->batch, to_type, options, &to, &error) != 0) fail_msg("%s", error.cause);
    check_rows(&to, expected);
    batch_free(&to);
}

static void test_unions(void **state)
{
    (void)state;
    static const int8_t ids[] = {5, 2, 2, 5, 2};
    static const int32_t offsets[] = {1, 0, 1, 0, 2}, outside[] = {1, 0, 1, 2, 2};
    struct batch numbers = batch_of("int64", "1|2"), words = batch_of("string", "7|x|null");
    struct outer dense;
    struct batch to = {0};
    struct quire_error error;
    int64_t nulled = 0;
    const struct quire_cast_options allow = {.allow_null = true, .nulled = &nulled};
    make_outer(&dense, "dense_union(5,2)<n:int64, w:string>", 5, &numbers, &words);
    dense.buffers[0] = ids;
    dense.buffers[1] = offsets;
    dense.column.n_buffers = 2;
    check_outer(&dense, "string", NULL, "2|7|x|1|null");
    check_outer(&dense, "int8", &allow, "2|7|null|1|null");
    assert_int_equal(nulled, 1);
    quire_error_clear(&error);
    assert_int_equal(cast(&dense.batch, "int8", NULL, &to, &error), QUIRE_INPUT);
    assert_int_equal(error.row, 3);
    assert_int_equal(cast(&dense.batch, "list<int8>", NULL, &to, &error), QUIRE_USAGE);
    /* A batch that nobody has validated. */
    dense.buffers[1] = outside;
    assert_int_equal(cast(&dense.batch, "string", NULL, &to, &error), QUIRE_INPUT);
    assert_string_equal(error.cause, "an index points nowhere");
    batch_free(&dense.batch);
    batch_free(&numbers);
    batch_free(&words);
}

static void test_runs(void **state)
{
    (void)state;
    struct batch ends = batch_of("int32", "2|3|6"), values = batch_of("string", "x|null|1");
    struct outer runs;
    struct batch to = {0};
    struct quire_error error;
    make_outer(&runs, "run_end<int32, string>", 6, &ends, &values);
    check_outer(&runs, "string", NULL, "x|x|null|1|1|1");
    runs.column.offset = 2;
    runs.column.length = runs.batch.array.length = 3;
    check_outer(&runs, "int64", NULL, "null|1|1");
    /* The runs end before the rows. */
    runs.column.length = runs.batch.array.length = 5;
    quire_error_clear(&error);
    assert_int_equal(cast(&runs.batch, "string", NULL, &to, &error), QUIRE_INPUT);
    batch_free(&runs.batch);
    batch_free(&ends);
    batch_free(&values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact),           cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_allow_null),      cmocka_unit_test(test_types_that_do_not_cast),
        cmocka_unit_test(test_nested),          cmocka_unit_test(test_sliced),
        cmocka_unit_test(test_nested_refusals), cmocka_unit_test(test_text_and_back),
        cmocka_unit_test(test_foreign_zones),   cmocka_unit_test(test_allocation_failures),
        cmocka_unit_test(test_unions),          cmocka_unit_test(test_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
