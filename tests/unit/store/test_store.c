/* URLs find their store, and the registry takes more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fault_store.h"
#include "quire/store.h"
#include "record_store.h"

static void expect_key(const char *url, const char *name, const char *expected)
{
    struct quire_store *store = NULL;
    char *key = NULL;
    assert_int_equal(quire_store_open(url, NULL, 0, &store, &key, NULL), 0);
    assert_string_equal(store->ops->name, name);
    assert_string_equal(key, expected);
    quire_store_key_free(key);
    quire_store_close(store);
}

static void expect_failure(const char *url, int expected, const char *said)
{
    struct quire_store *store = NULL;
    char *key = NULL;
    struct quire_error error = {0};
    char text[1024];
    assert_int_equal(quire_store_open(url, NULL, 0, &store, &key, &error), expected);
    assert_null(store);
    assert_null(key);
    assert_string_equal(error.path, url);
    quire_error_format(&error, text, sizeof(text));
    assert_non_null(strstr(text, said));
}

static void test_urls(void **state)
{
    (void)state;
    expect_key("out.csv", "file", "out.csv");
    expect_key("a/b:c.csv", "file", "a/b:c.csv");
    expect_key("./x://y", "file", "./x://y");
    expect_key("1x://y", "file", "1x://y");
    expect_key("file:///tmp/a%20b%2f.csv", "file", "/tmp/a b/.csv");
    expect_key("FILE://localhost/x", "file", "/x");
    expect_key("mem://name/a/b", "mem", "a/b");
    expect_key("mem://name", "mem", "");
}

static void test_bad_urls(void **state)
{
    (void)state;
    expect_failure("", QUIRE_USAGE, "empty");
    expect_failure("ftp://host/x", QUIRE_USAGE, "known are file://, mem://, ");
    expect_failure("s3://bucket/x", QUIRE_UNSUPPORTED, "not in this build");
    expect_failure("AZ://bucket/x", QUIRE_UNSUPPORTED, "not in this build");
    expect_failure("gs://bucket/x", QUIRE_UNSUPPORTED, "not in this build");
    expect_failure("file://elsewhere/x", QUIRE_USAGE, "file:///absolute/path");
    expect_failure("file:///x%00y", QUIRE_USAGE, "file:///absolute/path");
    expect_failure("file:///x%2", QUIRE_USAGE, "file:///absolute/path");
}

static void test_settings_are_checked(void **state)
{
    (void)state;
    struct quire_setting setting = {"colour", "red"};
    struct quire_store *store = NULL;
    char *key = NULL;
    struct quire_error error = {0};
    assert_int_equal(quire_store_open("out", &setting, 1, &store, &key, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.cause, "colour"));
}

static void test_registry(void **state)
{
    (void)state;
    size_t before, after;
    quire_stores(&before);
    assert_int_equal(quire_store_register(&fault_store, NULL), 0);
    assert_int_equal(quire_store_register(&record_store, NULL), 0);
    const struct quire_store_ops *const *stores = quire_stores(&after);
    assert_int_equal(after, before + 2);
    assert_ptr_equal(stores[after - 1], &record_store);
    struct quire_error error = {0};
    assert_int_equal(quire_store_register(&fault_store, &error), QUIRE_EXISTS);
    assert_non_null(strstr(error.cause, "fault"));
    expect_key("fault://mem://name/x", "fault", "x");
    static const struct quire_store_ops plain = {.name = "plain", .schemes = "plain|"};
    assert_int_equal(quire_store_register(&plain, NULL), QUIRE_EXISTS);
    static const struct quire_store_ops lacking = {
        .name = "lacking", .schemes = "lacking", .built_without = "liblacking"};
    assert_int_equal(quire_store_register(&lacking, NULL), 0);
    expect_failure("lacking://x", QUIRE_UNSUPPORTED, "built without liblacking");
}

static void test_registry_is_bounded(void **state)
{
    (void)state;
    static char schemes[QUIRE_STORES_MAX][8];
    static struct quire_store_ops ops[QUIRE_STORES_MAX];
    int code = 0, added = 0;
    for (; added < QUIRE_STORES_MAX && code == 0; added++) {
        schemes[added][0] = 'z';
        schemes[added][1] = (char)('a' + added % 26);
        schemes[added][2] = (char)('a' + added / 26);
        ops[added] = (struct quire_store_ops){.name = schemes[added], .schemes = schemes[added]};
        code = quire_store_register(&ops[added], NULL);
    }
    assert_int_equal(code, QUIRE_LIMIT);
    size_t size;
    quire_stores(&size);
    assert_int_equal(size, QUIRE_STORES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_bad_urls),
        cmocka_unit_test(test_settings_are_checked),
        cmocka_unit_test(test_registry),
        cmocka_unit_test(test_registry_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
