#include "parquet_fixture.h"

#include "format/parquet/encoding/plain.h"

static void test_fixed(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    const int32_t values[3] = {1, -1, 0x01020304};
    int32_t back[3];
    struct quire_error error;
    assert_int_equal(quire_plain_encode_fixed(&out, values, 3, 4), 0);
    assert_memory_equal(out.data, "\1\0\0\0\xff\xff\xff\xff\4\3\2\1", 12);
    struct quire_page_bytes page = quire_page_bytes_of(out.data, out.size);
    assert_int_equal(quire_plain_decode_fixed(&page, back, 2, 4, &error), 0);
    assert_int_equal(quire_plain_decode_fixed(&page, back + 2, 1, 4, &error), 0);
    assert_memory_equal(back, values, sizeof(values));
    assert_int_equal(quire_plain_decode_fixed(&page, back, 1, 4, &error), QUIRE_CORRUPT);
    assert_int_equal(error.byte, 12);
    assert_int_equal(quire_plain_decode_fixed(&page, back, SIZE_MAX, 12, &error), QUIRE_CORRUPT);
}

static void test_widths(void **state)
{
    (void)state;
    assert_int_equal(quire_plain_width(QUIRE_PARQUET_INT32, 0), 4);
    assert_int_equal(quire_plain_width(QUIRE_PARQUET_DOUBLE, 0), 8);
    assert_int_equal(quire_plain_width(QUIRE_PARQUET_INT96, 0), 12);
    assert_int_equal(quire_plain_width(QUIRE_PARQUET_FIXED_LEN_BYTE_ARRAY, 5), 5);
    assert_int_equal(quire_plain_width(QUIRE_PARQUET_BOOLEAN, 0), 0);
    assert_int_equal(quire_plain_width(QUIRE_PARQUET_BYTE_ARRAY, 0), 0);
}

static void test_bytes(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    const struct quire_bytes values[3] = {
        {(const uint8_t *)"ab", 2}, {NULL, 0}, {(const uint8_t *)"cde", 3}};
    struct quire_bytes back[3];
    struct quire_error error;
    assert_int_equal(quire_plain_encode_bytes(&out, values, 3, &error), 0);
    assert_int_equal(out.size, 17);
    assert_memory_equal(out.data, "\2\0\0\0ab\0\0\0\0\3\0\0\0cde", 17);
    for (size_t size = 0; size <= out.size; size++) {
        uint8_t *exact = fixture_exact(out.data, size);
        struct quire_page_bytes page = quire_page_bytes_of(exact, size);
        assert_int_equal(quire_plain_decode_bytes(&page, back, 3, &error),
                         size < out.size ? QUIRE_CORRUPT : 0);
        if (size == out.size) assert_memory_equal(back[2].data, "cde", 3);
        quire_free(exact);
    }
    const struct quire_bytes long_one = {(const uint8_t *)"", (size_t)INT32_MAX + 1};
    assert_int_equal(quire_plain_encode_bytes(&out, &long_one, 1, &error), QUIRE_LIMIT);
}

static void test_bools_in_pieces(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 12);
    for (size_t n = 0; n < 100; n++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
        struct quire_plain_bools encoder = {0}, decoder = {0};
        uint8_t values[100], back[100];
        struct quire_error error;
        for (size_t i = 0; i < n; i++)
            values[i] = (uint8_t)quire_random_below(&random, 2);
        for (size_t at = 0; at < n;) {
            size_t part = 1 + quire_random_below(&random, n - at);
            assert_int_equal(quire_plain_encode_bools(&encoder, &out, values + at, part), 0);
            at += part;
        }
        assert_int_equal(quire_plain_finish_bools(&encoder, &out), 0);
        assert_int_equal(out.size, (n + 7) / 8);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(out.data[i / 8] >> (i % 8) & 1, values[i]);
        uint8_t *exact = fixture_exact(out.data, out.size);
        struct quire_page_bytes page = quire_page_bytes_of(exact, out.size);
        for (size_t at = 0; at < n;) {
            size_t part = 1 + quire_random_below(&random, n - at);
            assert_int_equal(quire_plain_decode_bools(&decoder, &page, back + at, part, &error), 0);
            at += part;
        }
        if (n > 0) assert_memory_equal(back, values, n);
        assert_int_equal(quire_plain_decode_bools(&decoder, &page, back, 8, &error), QUIRE_CORRUPT);
        quire_free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_bools_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
