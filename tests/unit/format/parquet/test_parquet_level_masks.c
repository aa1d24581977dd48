/* Masks of levels against loops over them one by one. */
#include "parquet_fixture.h"

#include "format/parquet/read/level_masks.h"

static uint64_t state_of_random = 1;

static uint64_t random_word(void)
{
    state_of_random = state_of_random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return state_of_random ^ state_of_random >> 29;
}

static void test_levels_within(void **state)
{
    (void)state;
    for (int round = 0; round < 2000; round++) {
        uint8_t levels[QUIRE_LEVEL_MASK];
        size_t n = random_word() % (QUIRE_LEVEL_MASK + 1);
        uint8_t least = (uint8_t)(random_word() % 5), most = (uint8_t)(random_word() % 256);
        uint64_t wanted = 0;
        for (size_t i = 0; i < n; i++) {
            levels[i] = (uint8_t)(random_word() % (round % 2 == 0 ? 6 : 256));
            wanted |= (uint64_t)(levels[i] >= least && levels[i] <= most) << i;
        }
        if (least <= most) assert_true(quire_level_mask(levels, n, least, most) == wanted);
    }
    assert_true(quire_level_mask_all(0) == 0);
    assert_true(quire_level_mask_all(63) == UINT64_MAX >> 1);
    assert_true(quire_level_mask_all(64) == UINT64_MAX);
}

static void check_pack(uint64_t word, uint64_t mask)
{
    uint64_t wanted = 0;
    unsigned size = 0;
    for (unsigned i = 0; i < 64; i++)
        if ((mask >> i & 1) != 0) wanted |= (word >> i & 1) << size++;
    assert_true(quire_level_mask_pack(word, mask) == wanted);
    assert_int_equal(quire_level_mask_count(mask), size);
}

static void test_bits_are_packed(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        uint64_t dense = random_word() | random_word(), sparse = random_word() & random_word();
        check_pack(random_word(), random_word());
        check_pack(random_word(), dense | random_word());
        check_pack(random_word(), sparse & random_word());
    }
    check_pack(UINT64_MAX, UINT64_MAX);
    check_pack(UINT64_MAX, 0);
    check_pack(UINT64_MAX, UINT64_C(1) << 63);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_within),
        cmocka_unit_test(test_bits_are_packed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
