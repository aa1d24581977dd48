/* The builder by row, nested and by column, its refusals, and that a refused row
 * leaves nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "data/column.h"
#include "fault_alloc.h"
#include "quire/batch.h"
#include "random_column.h"

struct fixture {
    struct ArrowSchema schema;
    struct quire_builder *builder;
    struct quire_error error;
};

static struct fixture fixture_of(const char *schema_text)
{
    struct fixture f = {0};
    assert_int_equal(quire_schema_parse(schema_text, strlen(schema_text), &f.schema, &f.error), 0);
    assert_int_equal(quire_builder_new(&f.schema, &f.builder, &f.error), 0);
    return f;
}

static void fixture_free(struct fixture *f)
{
    quire_builder_free(f->builder);
    quire_schema_release(&f->schema);
}

static struct ArrowArray finish(struct fixture *f)
{
    struct ArrowArray batch = {0};
    assert_int_equal(quire_builder_finish(f->builder, &batch, &f->error), 0);
    assert_int_equal(quire_array_validate(&f->schema, &batch, &f->error), 0);
    return batch;
}

static const char nested[] =
    "id int64 not null, tags list<string>, pos struct<x:float64, y:float64>,"
    "attrs map<string,int32>, pair fixed_list<int8, 2>, "
    "kind dictionary<string>";

static int nested_row(struct quire_builder *b, int64_t id, struct quire_error *e)
{
    int code = quire_builder_int(b, id, e);
    if (code == 0) code = quire_builder_begin(b, e);
    for (int64_t i = 0; code == 0 && i < id % 3; i++)
        code = quire_builder_text(b, "tag", 3, e);
    if (code == 0) code = quire_builder_end(b, e);
    if (code == 0) code = quire_builder_begin(b, e);
    if (code == 0) code = quire_builder_double(b, 0.5, e); /* y is left null */
    if (code == 0) code = quire_builder_end(b, e);
    if (code == 0) code = quire_builder_begin(b, e);
    if (code == 0) code = quire_builder_text(b, "k", 1, e);
    if (code == 0) code = quire_builder_int(b, 7, e);
    if (code == 0) code = quire_builder_end(b, e);
    if (code == 0) code = quire_builder_begin(b, e);
    if (code == 0) code = quire_builder_int(b, 1, e);
    if (code == 0) code = quire_builder_int(b, 2, e);
    if (code == 0) code = quire_builder_end(b, e);
    if (code == 0)
        code = quire_builder_text(b, id % 2 == 0 ? "even" : "odd", id % 2 == 0 ? 4 : 3, e);
    if (code == 0) code = quire_builder_end_row(b, e);
    return code;
}

static void test_nested_rows(void **state)
{
    (void)state;
    struct fixture f = fixture_of(nested);
    for (int64_t id = 0; id < 50; id++)
        assert_int_equal(nested_row(f.builder, id, &f.error), 0);
    assert_int_equal(quire_builder_rows(f.builder), 50);
    assert_true(quire_builder_memory(f.builder) > 50 * 8);
    struct ArrowArray batch = finish(&f);
    assert_int_equal(batch.length, 50);
    const int32_t *tags = batch.children[1]->buffers[1];
    assert_int_equal(tags[50], 49);
    assert_int_equal(batch.children[2]->children[1]->null_count, 50);
    assert_int_equal(batch.children[5]->dictionary->length, 2);
    assert_int_equal(quire_builder_rows(f.builder), 0);
    quire_array_release(&batch);
    fixture_free(&f);
}

/* Fewer columns than there are: the rest is null, or refused where it may not be. */
static void test_missing_columns(void **state)
{
    (void)state;
    struct fixture f = fixture_of("a int32, b string not null, c bool");
    assert_int_equal(quire_builder_int(f.builder, 1, &f.error), 0);
    assert_int_equal(quire_builder_text(f.builder, "x", 1, &f.error), 0);
    assert_int_equal(quire_builder_end_row(f.builder, &f.error), 0);
    assert_int_equal(quire_builder_int(f.builder, 1, &f.error), 0);
    assert_int_equal(quire_builder_end_row(f.builder, &f.error), QUIRE_INPUT);
    assert_string_equal(f.error.column, "b");
    assert_int_equal(f.error.row, 2);
    assert_int_equal(quire_builder_null(f.builder, &f.error), 0);
    assert_int_equal(quire_builder_null(f.builder, &f.error), QUIRE_INPUT);
    assert_int_equal(quire_builder_null(f.builder, &f.error), 0);
    assert_int_equal(quire_builder_text(f.builder, "y", 1, &f.error), 0);
    assert_int_equal(quire_builder_bool(f.builder, true, &f.error), 0);
    assert_int_equal(quire_builder_null(f.builder, &f.error), QUIRE_USAGE); /* a fourth */
    struct ArrowArray batch = finish(&f);
    assert_int_equal(batch.length, 1);
    assert_int_equal(batch.children[2]->null_count, 1);
    quire_array_release(&batch);
    fixture_free(&f);
}

enum input { INT, UINT, DOUBLE, TEXT, BYTES, BOOLEAN, BEGIN };

static int append(struct quire_builder *b, enum input input, const char *text,
                  struct quire_error *e)
{
    int64_t i = 0;
    double d = 0;
    switch (input) {
    case INT: {
        bool negative = text[0] == '-';
        for (const char *c = text + negative; *c != '\0'; c++)
            i = i * 10 + (*c - '0');
        return quire_builder_int(b, negative ? -i : i, e);
    }
    case UINT: return quire_builder_uint(b, UINT64_MAX, e);
    case DOUBLE:
        d = strcmp(text, "nan") == 0 ? (double)NAN : strcmp(text, "0.1") == 0 ? 0.1 : 2.0;
        return quire_builder_double(b, d, e);
    case TEXT: return quire_builder_text(b, text, strlen(text), e);
    case BYTES: return quire_builder_bytes(b, text, strlen(text), e);
    case BOOLEAN: return quire_builder_bool(b, true, e);
    default: return quire_builder_begin(b, e);
    }
}

static void test_values(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        enum input input;
        const char *text;
        int code;
    } cases[] = {
        {"int8", INT, "127", 0},
        {"int8", INT, "128", QUIRE_INPUT},
        {"uint64", UINT, "", 0},
        {"int64", UINT, "", QUIRE_INPUT},
        {"float64", UINT, "", QUIRE_INPUT},
        {"decimal(20,0)", UINT, "", 0},
        {"decimal(19,0)", UINT, "", QUIRE_INPUT},
        {"timestamp(us)", UINT, "", QUIRE_INPUT},
        {"string", UINT, "", QUIRE_INPUT},
        {"float64", INT, "9007199254740992", 0},
        {"float64", INT, "9007199254740993", QUIRE_INPUT},
        {"float32", INT, "16777217", QUIRE_INPUT},
        {"float16", INT, "2048", 0},
        {"float16", INT, "2049", QUIRE_INPUT},
        {"decimal(4,2)", INT, "99", 0},
        {"decimal(4,2)", INT, "100", QUIRE_INPUT},
        {"date", INT, "-1", 0},
        {"date64", INT, "86400000", 0},
        {"date64", INT, "1", QUIRE_INPUT},
        {"time(s)", INT, "86399", 0},
        {"time(s)", INT, "86400", QUIRE_INPUT},
        {"time(ns)", INT, "-1", QUIRE_INPUT},
        {"timestamp(us)", INT, "-5", 0},
        {"duration(s)", INT, "5", 0},
        {"string", INT, "5", QUIRE_INPUT},
        {"bool", INT, "1", QUIRE_INPUT},
        {"float32", DOUBLE, "0.1", QUIRE_INPUT},
        {"float32", DOUBLE, "nan", 0},
        {"float16", DOUBLE, "nan", 0},
        {"int32", DOUBLE, "2.0", 0},
        {"int32", DOUBLE, "0.1", QUIRE_INPUT},
        {"int32", DOUBLE, "nan", QUIRE_INPUT},
        {"decimal(5,1)", DOUBLE, "0.1", 0},
        {"decimal(5,0)", DOUBLE, "0.1", QUIRE_INPUT},
        {"string", DOUBLE, "0.1", QUIRE_INPUT},
        {"date", TEXT, "2024-02-29", 0},
        {"date", TEXT, "2023-02-29", QUIRE_INPUT},
        {"string", TEXT, "\xff", QUIRE_INPUT},
        {"binary", TEXT, "\xff", 0},
        {"string", BYTES, "\xff", QUIRE_INPUT},
        {"binary", BYTES, "\xff", 0},
        {"fixed_binary(3)", TEXT, "abc", 0},
        {"fixed_binary(3)", BYTES, "ab", QUIRE_INPUT},
        {"uuid", BYTES, "0123456789abcdef", 0},
        {"int32", BYTES, "abcd", 0},
        {"int32", BYTES, "abc", QUIRE_INPUT},
        {"bool", BYTES, "a", QUIRE_INPUT},
        {"dictionary<int32>", BYTES, "abcd", 0},
        {"dictionary<binary>", BYTES, "\xff", 0},
        {"dictionary<string>", TEXT, "\xff", QUIRE_INPUT},
        {"dictionary<float64>", DOUBLE, "0.1", 0},
        {"dictionary<int8>", INT, "300", QUIRE_INPUT},
        {"dictionary<bool>", BOOLEAN, "", 0},
        {"bool", BOOLEAN, "", 0},
        {"int8", BOOLEAN, "", QUIRE_INPUT},
        {"string", BOOLEAN, "", QUIRE_INPUT},
        {"int8", BEGIN, "", QUIRE_INPUT},
        {"list<int8>", INT, "5", QUIRE_INPUT},
        {"struct<a:int8>", TEXT, "5", QUIRE_INPUT},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char schema[64];
        snprintf(schema, sizeof(schema), "a %s", cases[i].type);
        struct fixture f = fixture_of(schema);
        int code = append(f.builder, cases[i].input, cases[i].text, &f.error);
        if (code != cases[i].code)
            fail_msg("%s \"%s\": %d %s", cases[i].type, cases[i].text, code,
                     code != 0 ? f.error.cause : "");
        if (code == 0) {
            assert_int_equal(quire_builder_end_row(f.builder, &f.error), 0);
        } else {
            assert_string_equal(f.error.column, "a");
            assert_int_equal(f.error.row, 1);
        }
        struct ArrowArray batch = finish(&f);
        assert_int_equal(batch.length, code == 0);
        assert_int_equal(batch.children[0]->length, code == 0);
        quire_array_release(&batch);
        fixture_free(&f);
    }
}

/* A failure deep in a nested value names its path, and the row is gone whole. */
static void test_refused_row_is_dropped(void **state)
{
    (void)state;
    struct fixture f = fixture_of("a int8, b list<struct<x:int8 not null, m map<string,int8>>>");
    for (int round = 0; round < 3; round++) {
        assert_int_equal(quire_builder_int(f.builder, 1, &f.error), 0);
        assert_int_equal(quire_builder_begin(f.builder, &f.error), 0);
        assert_int_equal(quire_builder_begin(f.builder, &f.error), 0);
        assert_int_equal(quire_builder_int(f.builder, 1, &f.error), 0);
        assert_int_equal(quire_builder_begin(f.builder, &f.error), 0);
        assert_int_equal(quire_builder_text(f.builder, "k", 1, &f.error), 0);
        if (round == 0) {
            assert_int_equal(quire_builder_int(f.builder, 1000, &f.error), QUIRE_INPUT);
            assert_string_equal(f.error.column, "b.item.m.value");
        } else if (round == 1) {
            assert_int_equal(quire_builder_end(f.builder, &f.error), QUIRE_INPUT);
        } else {
            assert_int_equal(quire_builder_end_row(f.builder, &f.error), QUIRE_USAGE);
        }
        assert_int_equal(f.error.row, 1);
    }
    assert_int_equal(quire_builder_end(f.builder, &f.error), QUIRE_USAGE);
    struct ArrowArray batch = finish(&f);
    assert_int_equal(batch.length, 0);
    assert_int_equal(batch.children[1]->children[0]->length, 0);
    quire_array_release(&batch);
    fixture_free(&f);
}

static void test_fixed_list_size(void **state)
{
    (void)state;
    struct fixture f = fixture_of("a fixed_list<int8, 2>");
    for (int items = 0; items < 4; items++) {
        assert_int_equal(quire_builder_begin(f.builder, &f.error), 0);
        for (int i = 0; i < items; i++)
            assert_int_equal(quire_builder_int(f.builder, i, &f.error), 0);
        assert_int_equal(quire_builder_end(f.builder, &f.error), items == 2 ? 0 : QUIRE_INPUT);
        if (items == 2) assert_int_equal(quire_builder_end_row(f.builder, &f.error), 0);
    }
    assert_int_equal(quire_builder_end_row(f.builder, &f.error), 0); /* null */
    struct ArrowArray batch = finish(&f);
    assert_int_equal(batch.length, 2);
    assert_int_equal(batch.children[0]->children[0]->length, 4);
    quire_array_release(&batch);
    fixture_free(&f);
}

static void test_whole_columns(void **state)
{
    (void)state;
    struct fixture source = fixture_of("n int32, s string");
    for (int i = 0; i < 5; i++) {
        assert_int_equal(quire_builder_int(source.builder, i, &source.error), 0);
        assert_int_equal(quire_builder_text(source.builder, "text", 4, &source.error), 0);
        assert_int_equal(quire_builder_end_row(source.builder, &source.error), 0);
    }
    struct ArrowArray batch = finish(&source);
    struct fixture f = fixture_of("a int64 not null, b large_string, c int8");
    struct ArrowSchema *n = source.schema.children[0], *s = source.schema.children[1];
    assert_int_equal(quire_builder_column(f.builder, 0, n, batch.children[0], &f.error), 0);
    assert_int_equal(quire_builder_int(f.builder, 1, &f.error), QUIRE_USAGE);
    struct ArrowArray none = {0};
    assert_int_equal(quire_builder_finish(f.builder, &none, &f.error), QUIRE_USAGE);
    assert_int_equal(quire_builder_column(f.builder, 1, s, batch.children[1], &f.error), 0);
    assert_int_equal(quire_builder_column(f.builder, 2, n, batch.children[0], &f.error), 0);
    assert_int_equal(quire_builder_column(f.builder, 3, n, batch.children[0], &f.error),
                     QUIRE_USAGE);
    assert_int_equal(quire_builder_rows(f.builder), 5);
    assert_int_equal(quire_builder_column(f.builder, 2, s, batch.children[1], &f.error),
                     QUIRE_INPUT);
    assert_string_equal(f.error.column, "c");
    assert_int_equal(quire_builder_int(f.builder, 9, &f.error), 0); /* and on by row */
    assert_int_equal(quire_builder_end_row(f.builder, &f.error), 0);
    struct ArrowArray result = finish(&f);
    assert_int_equal(result.length, 6);
    assert_int_equal(((const int64_t *)result.children[0]->buffers[1])[4], 4);
    assert_int_equal(((const int64_t *)result.children[0]->buffers[1])[5], 9);
    quire_array_release(&result);
    quire_array_release(&batch);
    fixture_free(&f);
    fixture_free(&source);
}

/* Nulls do not get into columns that are not null, at any depth. */
static void test_columns_with_nulls(void **state)
{
    (void)state;
    struct fixture source = fixture_of("n list<int32>");
    for (int row = 0; row < 3; row++) {
        assert_int_equal(quire_builder_begin(source.builder, NULL), 0);
        if (row < 2)
            assert_int_equal(quire_builder_int(source.builder, row, NULL), 0);
        else
            assert_int_equal(quire_builder_null(source.builder, NULL), 0);
        assert_int_equal(quire_builder_end(source.builder, NULL), 0);
        assert_int_equal(quire_builder_end_row(source.builder, NULL), 0);
    }
    struct ArrowArray batch = finish(&source);
    struct ArrowSchema *n = source.schema.children[0];
    struct fixture f = fixture_of("a list<int32 not null>");
    assert_int_equal(quire_builder_column(f.builder, 0, n, batch.children[0], &f.error),
                     QUIRE_INPUT);
    assert_string_equal(f.error.column, "a.item");
    assert_int_equal(f.error.row, 3);
    assert_int_equal(quire_builder_rows(f.builder), 0);
    quire_array_release(&batch);
    fixture_free(&f);
    fixture_free(&source);
}

static void test_bad_schemas(void **state)
{
    (void)state;
    struct quire_error error;
    struct quire_builder *builder = NULL;
    struct ArrowSchema schema = {0};
    static const char text[] = "a int32";
    assert_int_equal(quire_schema_parse(text, strlen(text), &schema, &error), 0);
    assert_int_equal(quire_builder_new(schema.children[0], &builder, &error), QUIRE_USAGE);
    assert_null(builder);
    quire_schema_release(&schema);
}

static void test_allocation_failures(void **state)
{
    (void)state;
    struct ArrowSchema schema = {0};
    assert_int_equal(quire_schema_parse(nested, strlen(nested), &schema, NULL), 0);
    for (int64_t n = 1;; n++) {
        struct quire_builder *builder = NULL;
        struct ArrowArray batch = {0};
        fault_alloc_arm(n);
        if (quire_builder_new(&schema, &builder, NULL) == 0) {
            for (int64_t id = 0; id < 30; id++) {
                int code = nested_row(builder, id, NULL);
                if (code != 0) {
                    assert_int_equal(code, QUIRE_MEMORY);
                    assert_int_equal(nested_row(builder, id, NULL), 0);
                }
            }
            if (quire_builder_finish(builder, &batch, NULL) != 0)
                assert_int_equal(quire_builder_finish(builder, &batch, NULL), 0);
            assert_int_equal(batch.length, 30);
        }
        quire_array_release(&batch);
        quire_builder_free(builder);
        assert_int_equal(fault_alloc_held(), 0);
        if (!fault_alloc_disarm()) break;
    }
    quire_schema_release(&schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nested_rows),
        cmocka_unit_test(test_missing_columns),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_refused_row_is_dropped),
        cmocka_unit_test(test_fixed_list_size),
        cmocka_unit_test(test_whole_columns),
        cmocka_unit_test(test_columns_with_nulls),
        cmocka_unit_test(test_bad_schemas),
        cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
