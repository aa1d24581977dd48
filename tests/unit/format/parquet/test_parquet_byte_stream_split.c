#include "parquet_fixture.h"

#include "format/parquet/encoding/byte_stream_split.h"

static void test_example_of_specification(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    const char *values = "\xaa\xbb\xcc\xdd\x00\x11\x22\x33\xa3\xb4\xc5\xd6";
    assert_int_equal(quire_byte_stream_split_encode(&out, values, 3, 4), 0);
    assert_int_equal(out.size, 12);
    assert_memory_equal(out.data, "\xaa\x00\xa3\xbb\x11\xb4\xcc\x22\xc5\xdd\x33\xd6", 12);
}

static void test_widths_in_pieces(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 13);
    for (size_t width = 1; width <= 17; width++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
        struct quire_byte_stream_decoder decoder;
        struct quire_error error;
        uint8_t values[1100 * 17], back[1100 * 17];
        size_t n = 1 + quire_random_below(&random, 1100);
        for (size_t i = 0; i < n * width; i++)
            values[i] = (uint8_t)quire_random_u64(&random);
        assert_int_equal(quire_byte_stream_split_encode(&out, values, n, width), 0);
        uint8_t *exact = fixture_exact(out.data, out.size);
        struct quire_page_bytes page = quire_page_bytes_of(exact, out.size);
        assert_int_equal(quire_byte_stream_decoder_init(&decoder, page, width, &error), 0);
        for (size_t at = 0; at < n;) {
            size_t part = 1 + quire_random_below(&random, n - at);
            assert_int_equal(quire_byte_stream_decode(&decoder, back + at * width, part, &error),
                             0);
            at += part;
        }
        assert_memory_equal(back, values, n * width);
        assert_int_equal(quire_byte_stream_decode(&decoder, back, 1, &error), QUIRE_CORRUPT);
        quire_free(exact);
    }
}

static void test_broken_size(void **state)
{
    (void)state;
    struct quire_byte_stream_decoder decoder;
    struct quire_error error;
    struct quire_page_bytes page = quire_page_bytes_of("12345", 5);
    assert_int_equal(quire_byte_stream_decoder_init(&decoder, page, 4, &error), QUIRE_CORRUPT);
    assert_int_equal(quire_byte_stream_decoder_init(&decoder, page, 0, &error), QUIRE_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example_of_specification),
        cmocka_unit_test(test_widths_in_pieces),
        cmocka_unit_test(test_broken_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
