#include "parquet_fixture.h"

#include "format/parquet/bloom_filter.h"

static void skip_unless_built(void)
{
    if (quire_bloom_check_built(NULL) != 0) skip();
}

static void test_hash_is_xxh64(void **state)
{
    (void)state;
    skip_unless_built();
    assert_true(quire_bloom_hash("", 0) == UINT64_C(0xef46db3751d8e999));
    assert_true(quire_bloom_hash("a", 1) == UINT64_C(0xd24ec4f1a98c6e5b));
}

static void test_sizes(void **state)
{
    (void)state;
    assert_int_equal(quire_bloom_size(0, 0.01), QUIRE_BLOOM_BYTES_MIN);
    /* A million at 1 % take about 1.2 MB. */
    assert_int_equal(quire_bloom_size(1000000, 0.01), 2 << 20);
    assert_int_equal(quire_bloom_size(UINT64_MAX, 0.01), QUIRE_BLOOM_BYTES_MAX);
}

static void test_holds_what_was_inserted(void **state)
{
    (void)state;
    skip_unless_built();
    struct quire_bloom_filter filter = {0};
    struct quire_error error;
    int wrong = 0;
    assert_int_equal(quire_bloom_init(&filter, quire_bloom_size(5000, 0.01), &error), 0);
    for (int64_t i = 0; i < 5000; i++)
        quire_bloom_insert(&filter, quire_bloom_hash(&i, sizeof(i)));
    for (int64_t i = 0; i < 5000; i++)
        assert_true(quire_bloom_may_hold(&filter, quire_bloom_hash(&i, sizeof(i))));
    for (int64_t i = 5000; i < 15000; i++)
        wrong += quire_bloom_may_hold(&filter, quire_bloom_hash(&i, sizeof(i)));
    assert_true(wrong < 200);
    quire_bloom_release(&filter);
}

static void test_in_a_file(void **state)
{
    (void)state;
    skip_unless_built();
    struct quire_bloom_filter filter = {0}, back = {0};
    struct quire_error error;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    assert_int_equal(quire_bloom_init(&filter, 64, &error), 0);
    quire_bloom_insert(&filter, quire_bloom_hash("a", 1));
    assert_int_equal(quire_bloom_write(&filter, &out), 0);
    /* numBytes 64 and three unions of an empty struct */
    assert_memory_equal(out.data,
                        "\x15\x80\x01\x1c\x1c\x00\x00\x1c\x1c\x00\x00\x1c\x1c\x00\x00\x00", 16);
    assert_int_equal(out.size, 16 + 64);
    for (size_t size = 0; size <= out.size; size++) {
        uint8_t *exact = fixture_exact(out.data, size);
        int code = quire_bloom_read(&back, exact, size, &error);
        assert_int_equal(code, size < out.size ? QUIRE_CORRUPT : 0);
        quire_free(exact);
    }
    assert_true(quire_bloom_may_hold(&back, quire_bloom_hash("a", 1)));
    assert_false(quire_bloom_may_hold(&back, quire_bloom_hash("b", 1)));
    quire_bloom_release(&back);
    quire_bloom_release(&filter);
    out.data[2] = 0x02; /* 128 + ... : not a multiple of the block */
    out.data[1] = 0x82;
    assert_int_equal(quire_bloom_read(&back, out.data, out.size, &error), QUIRE_CORRUPT);
    out.data[1] = 0x80;
    out.data[2] = 0x01;
    out.data[4] = 0x2c; /* another algorithm */
    assert_int_equal(quire_bloom_read(&back, out.data, out.size, &error), QUIRE_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_is_xxh64),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_holds_what_was_inserted),
        cmocka_unit_test(test_in_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
