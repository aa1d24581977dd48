/* Keys in their files, and lists of them. */
#include "format/parquet/key_file.h"

#include "parquet_fixture.h"
#include "scratch.h"

static int read_text(const char *folder, const char *text, uint8_t key[QUIRE_KEY_BYTES_MAX],
                     size_t *size, struct quire_error *error)
{
    const char *path = scratch_path(folder, "key");
    scratch_write(path, text);
    return quire_key_file_read(path, key, size, error);
}

static void test_spellings(void **state)
{
    static const struct {
        const char *text, *key;
        size_t size;
    } keys[] = {
        {"0123456789012345", "0123456789012345", 16},
        {"0123456789012345\n", "0123456789012345", 16},
        {"012345678901234\n", "012345678901234\n", 16}, /* sixteen bytes, whatever they are */
        {"30313233343536373839303132333435\r\n", "0123456789012345", 16},
        {"303132333435363738393031323334353031323334353637", "012345678901234501234567", 24},
        {"MDEyMzQ1Njc4OTAxMjM0NQ==\n", "0123456789012345", 16},
        {"MDEyMzQ1Njc4OTAxMjM0NTAxMjM0NTY3ODkwMTIzNDU=", "01234567890123450123456789012345", 32},
        {"30313233343536373839303132333435", "30313233343536373839303132333435", 32},
        {"30313233343536373839303132333435\n", "0123456789012345", 16},
        {"a key of 32 bytes, in plain text", "a key of 32 bytes, in plain text", 32},
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        uint8_t key[QUIRE_KEY_BYTES_MAX];
        size_t size = 0;
        struct quire_error error;
        assert_int_equal(read_text(*state, keys[i].text, key, &size, &error), 0);
        assert_int_equal(size, keys[i].size);
        assert_memory_equal(key, keys[i].key, size);
    }
}

static void test_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "short",
        "0123456789012345 ",
        "01234567890123456\n",
        "303132333435363738393031323334353031323334353637383930313233343500",
        "much too long to be the key of anything, whether as it is, in hex or in base64"};
    uint8_t key[QUIRE_KEY_BYTES_MAX];
    size_t size = 77;
    struct quire_error error;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(read_text(*state, texts[i], key, &size, &error), QUIRE_USAGE);
        assert_non_null(strstr(error.cause, "does not hold a key"));
        assert_int_equal(size, 77);
    }
    assert_int_equal(quire_key_file_read(scratch_path(*state, "none"), key, &size, &error),
                     QUIRE_NOT_FOUND);
}

static void test_list(void **state)
{
    struct quire_column_keys keys = {0};
    struct quire_error error;
    char list[1024];
    const char *first = scratch_path(*state, "first"), *second = scratch_path(*state, "second");
    scratch_write(first, "0123456789012345");
    scratch_write(second, "a key of 32 bytes, in plain text");
    assert_int_equal(quire_column_keys_parse(NULL, &keys, &error), 0);
    assert_int_equal(keys.size, 0);
    (void)snprintf(list, sizeof(list), "a.b:%s,x:y:%s", first, second);
    assert_int_equal(quire_column_keys_parse(list, &keys, &error), 0);
    assert_int_equal(keys.size, 2);
    assert_int_equal(quire_column_keys_find(&keys, "a.b", 3)->key_size, 16);
    assert_int_equal(quire_column_keys_find(&keys, "x:y", 3)->key_size, 32);
    assert_null(quire_column_keys_find(&keys, "a", 1));
    assert_int_equal(quire_column_keys_of_leaf(&keys, "a.b", 3)->key_size, 16);
    assert_int_equal(quire_column_keys_of_leaf(&keys, "a.b.list.element", 16)->key_size, 16);
    assert_null(quire_column_keys_of_leaf(&keys, "a.bc", 4));
    assert_null(quire_column_keys_of_leaf(&keys, "a", 1));
    quire_column_keys_release(&keys);
    assert_null(keys.items);
    (void)snprintf(list, sizeof(list), "a:%s,a:%s", first, second);
    assert_int_equal(quire_column_keys_parse(list, &keys, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.cause, "two keys for the column a"));
    static const char *const wrong[] = {"a", ":f", "a:", "a:f,"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_true(quire_column_keys_parse(wrong[i], &keys, &error) != 0);
        assert_null(keys.items);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_spellings, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_refused, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_list, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
