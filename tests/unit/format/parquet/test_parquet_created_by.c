#include "format/parquet/read/created_by.h"

#include "parquet_fixture.h"

static struct quire_created_by parse(const char *text)
{
    struct quire_created_by created_by;
    quire_created_by_parse((const uint8_t *)text, text != NULL ? strlen(text) : 0, &created_by);
    return created_by;
}

static void test_versions(void **state)
{
    (void)state;
    struct quire_created_by by = parse("parquet-mr version 1.8.0-rc1 (build 0fda28af8)");
    assert_true(quire_created_by_is(&by, "parquet-mr"));
    assert_false(quire_created_by_before(&by, "parquet-mr", 1, 8, 0));
    assert_true(quire_created_by_before(&by, "parquet-mr", 1, 8, 1));
    assert_true(quire_created_by_before(&by, "parquet-mr", 1, 10, 0));
    assert_false(quire_created_by_before(&by, "parquet-cpp", 2, 0, 0));
    by = parse("Impala version 2.2.0-cdh5.4.2 (build abc)");
    assert_true(quire_created_by_is(&by, "impala"));
    assert_int_equal(by.version[2], 0);
    by = parse("parquet-cpp version 1");
    assert_true(by.versioned);
    assert_true(quire_created_by_before(&by, "parquet-cpp", 1, 0, 1));
}

static void test_unknown(void **state)
{
    (void)state;
    assert_int_equal(parse(NULL).application[0], 0);
    assert_int_equal(parse("").application[0], 0);
    assert_true(quire_created_by_is(&(struct quire_created_by){.application = "x"}, "x"));
    struct quire_created_by by = parse("parquet-mr version");
    assert_false(by.versioned);
    assert_false(quire_created_by_is(&by, "parquet-mr"));
    by = parse("parquet-mr version unknown");
    assert_true(quire_created_by_before(&by, "parquet-mr", 0, 0, 1)); /* any version may be meant */
    by = parse("parquet-mr version 99999999999.0.0");
    assert_false(by.versioned);
    by = parse("a name that is much longer than any application has version 1.0.0");
    assert_int_equal(by.application[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
