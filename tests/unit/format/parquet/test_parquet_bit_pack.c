/* Packing by width against the definition, bit by bit. */
#include "parquet_fixture.h"

#include "format/parquet/encoding/bit_pack.h"

#define N 104

static void pack_by_definition(const uint64_t *values, size_t n, unsigned width, uint8_t *out)
{
    memset(out, 0, quire_bit_pack_size(n, width));
    for (size_t bit = 0; bit < n * width; bit++)
        if (values[bit / width] >> (bit % width) & 1) out[bit / 8] |= (uint8_t)(1 << (bit % 8));
}

static void test_example_of_specification(void **state)
{
    (void)state;
    const uint8_t values[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    uint8_t bytes[3];
    quire_bit_pack_u8(values, 8, 3, bytes);
    assert_memory_equal(bytes, "\x88\xc6\xfa", 3);
}

static void test_u64_all_widths(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 1);
    for (unsigned width = 0; width <= 64; width++) {
        uint64_t values[N], back[N];
        uint8_t expected[N * 8];
        for (size_t i = 0; i < N; i++)
            values[i] = fixture_number(&random, width);
        size_t size = quire_bit_pack_size(N, width);
        pack_by_definition(values, N, width, expected);
        uint8_t *bytes = fixture_exact(expected, size);
        memset(back, 0xaa, sizeof(back));
        quire_bit_unpack_u64(bytes, N, width, back);
        assert_memory_equal(back, values, sizeof(values));
        memset(bytes, 0x55, size);
        quire_bit_pack_u64(values, N, width, bytes);
        assert_memory_equal(bytes, expected, size);
        quire_free(bytes);
    }
}

static void test_narrow_all_widths(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 2);
    for (unsigned width = 0; width <= 32; width++) {
        uint64_t values[N];
        uint32_t values_32[N], back_32[N];
        uint8_t values_8[N], back_8[N], expected[N * 4];
        for (size_t i = 0; i < N; i++) {
            values[i] = fixture_number(&random, width);
            values_32[i] = (uint32_t)values[i];
            values_8[i] = (uint8_t)values[i];
        }
        size_t size = quire_bit_pack_size(N, width);
        pack_by_definition(values, N, width, expected);
        uint8_t *bytes = fixture_exact(expected, size);
        quire_bit_unpack_u32(bytes, N, width, back_32);
        assert_memory_equal(back_32, values_32, sizeof(back_32));
        quire_bit_pack_u32(values_32, N, width, bytes);
        assert_memory_equal(bytes, expected, size);
        if (width <= 8) {
            quire_bit_unpack_u8(bytes, N, width, back_8);
            assert_memory_equal(back_8, values_8, sizeof(back_8));
            memset(bytes, 0, size);
            quire_bit_pack_u8(values_8, N, width, bytes);
            assert_memory_equal(bytes, expected, size);
        }
        quire_free(bytes);
    }
}

static void test_bit_width(void **state)
{
    (void)state;
    assert_int_equal(quire_bit_width(0), 0);
    assert_int_equal(quire_bit_width(1), 1);
    assert_int_equal(quire_bit_width(255), 8);
    assert_int_equal(quire_bit_width(256), 9);
    assert_int_equal(quire_bit_width(UINT64_MAX), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example_of_specification),
        cmocka_unit_test(test_u64_all_widths),
        cmocka_unit_test(test_narrow_all_widths),
        cmocka_unit_test(test_bit_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
