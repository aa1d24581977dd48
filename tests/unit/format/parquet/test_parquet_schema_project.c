/* Parts of schemas: leaves by names, and the smaller tree. */
#include "format/parquet/read/schema_project.h"

#include "batches.h"
#include "parquet_fixture.h"

static const char text[] = "a int32, s struct<x int64, y struct<p string, `q.r` bool>>, "
                           "`s.x` string, l list<struct<m int8, n int8>>";

struct made {
    struct quire_field *fields;
    struct quire_parquet_schema schema;
    bool wanted[16];
};

static void make(struct made *made)
{
    *made = (struct made){.fields = open_fields(text)};
    assert_int_equal(quire_parquet_schema_of_fields(made->fields, &made->schema, NULL), 0);
    assert_int_equal(made->schema.leaves_size, 7);
}

static void release(struct made *made)
{
    quire_parquet_schema_release(&made->schema);
    quire_field_close(made->fields);
}

/* The leaves that a name stands for, as digits. */
static void expect_leaves(const char *name, const char *leaves)
{
    struct made made;
    char found[16] = {0};
    make(&made);
    assert_int_equal(quire_parquet_want(&made.schema, &name, 1, made.wanted, NULL), 0);
    for (size_t i = 0, k = 0; i < made.schema.leaves_size; i++)
        if (made.wanted[i]) found[k++] = (char)('0' + i);
    assert_string_equal(found, leaves);
    release(&made);
}

static void test_names(void **state)
{
    (void)state;
    expect_leaves("a", "0");
    expect_leaves("s", "123");
    expect_leaves("s.y", "23");
    expect_leaves("s.y.q.r", "3");
    expect_leaves("s.x", "4"); /* the longest name first */
    expect_leaves("l", "56");
}

static void test_names_that_are_not_there(void **state)
{
    (void)state;
    static const char *const names[] = {"b", "s.z", "a.x", "l.m", "s.y.q", "", "s."};
    struct quire_error error;
    struct made made;
    make(&made);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(quire_parquet_want(&made.schema, &names[i], 1, made.wanted, &error),
                         QUIRE_USAGE);
        assert_null(quire_parquet_find_node(&made.schema, names[i]));
    }
    release(&made);
}

static void test_smaller_tree(void **state)
{
    (void)state;
    static const char *const names[] = {"l", "s.y.p"};
    struct quire_parquet_projection projection = {0};
    struct made made;
    make(&made);
    assert_int_equal(quire_parquet_want(&made.schema, names, 2, made.wanted, NULL), 0);
    assert_int_equal(quire_parquet_project(&made.schema, made.wanted, &projection, NULL), 0);
    const struct quire_parquet_node *root = projection.schema.root;
    assert_int_equal(projection.schema.leaves_size, 3);
    static const size_t leaves[] = {2, 5, 6};
    for (size_t i = 0; i < 3; i++) {
        const struct quire_parquet_leaf *leaf = &projection.schema.leaves[i],
                                        *whole = &made.schema.leaves[leaves[i]];
        assert_int_equal(projection.file_leaves[i], leaves[i]);
        assert_int_equal(leaf->element, whole->element);
        assert_int_equal(leaf->def_max, whole->def_max);
        assert_int_equal(leaf->rep_max, whole->rep_max);
    }
    assert_int_equal(root->children_size, 2);
    assert_string_equal(root->field->children[0].name, "s");
    assert_string_equal(root->children[0].children[0].children[0].field->name, "p");
    assert_int_equal(root->children[1].leaf_first, 1);
    assert_int_equal(root->children[1].leaves_size, 2);
    quire_parquet_projection_release(&projection);
    release(&made);
}

static void test_nothing_wanted(void **state)
{
    (void)state;
    struct quire_parquet_projection projection = {0};
    struct made made;
    make(&made);
    assert_int_equal(quire_parquet_project(&made.schema, made.wanted, &projection, NULL), 0);
    assert_int_equal(projection.schema.leaves_size, 0);
    assert_int_equal(projection.schema.root->children_size, 0);
    quire_parquet_projection_release(&projection);
    release(&made);
}

static void test_memory_out(void **state)
{
    (void)state;
    struct made made;
    make(&made);
    memset(made.wanted, true, sizeof(made.wanted));
    for (int64_t nth = 1;; nth++) {
        struct quire_parquet_projection projection = {0};
        fault_alloc_arm(nth);
        int code = quire_parquet_project(&made.schema, made.wanted, &projection, NULL);
        quire_parquet_projection_release(&projection);
        bool failed = fault_alloc_disarm();
        assert_int_equal(fault_alloc_held(), 0);
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        if (!failed) break;
    }
    release(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),        cmocka_unit_test(test_names_that_are_not_there),
        cmocka_unit_test(test_smaller_tree), cmocka_unit_test(test_nothing_wanted),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
