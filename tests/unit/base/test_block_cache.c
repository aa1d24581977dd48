/* Blocks come back to be taken again, within the budget, and outlive their cache. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "base/block_cache.h"

#define MIB ((size_t)1 << 20)

static size_t used(struct quire_budget *budget)
{
    return atomic_load(&budget->used);
}

static struct quire_block *take(struct quire_block_cache *cache, size_t size)
{
    struct quire_block *block = quire_block_take(cache, size);
    assert_non_null(block);
    assert_int_equal((uintptr_t)block->bytes % 64, 0);
    memset(block->bytes, 0xa5, size);
    return block;
}

static void test_a_block_is_taken_again(void **state)
{
    (void)state;
    struct quire_budget budget = {.max = 256 * MIB};
    struct quire_block_cache *cache = quire_block_cache_open(&budget);
    struct quire_block *first = take(cache, MIB), *other = take(cache, 3 * MIB);
    assert_int_equal(used(&budget), 0);
    quire_block_give_back(first);
    assert_in_range(used(&budget), MIB, MIB + MIB / 8);
    quire_block_give_back(other);
    assert_in_range(used(&budget), 4 * MIB, 5 * MIB);
    /* The one whose size it is, though the other is younger. */
    assert_ptr_equal(take(cache, MIB - 1), first);
    assert_in_range(used(&budget), 3 * MIB, 4 * MIB);
    /* One that is far too large is not given, and goes as nobody asks for its size. */
    struct quire_block *small = take(cache, MIB / 2);
    assert_ptr_not_equal(small, other);
    assert_int_equal(used(&budget), 0);
    quire_block_give_back(first);
    quire_block_give_back(small);
    quire_block_cache_close(cache);
    assert_int_equal(used(&budget), 0);
    assert_true(atomic_load(&budget.peak) >= 4 * MIB);
}

static void test_what_waits_is_bounded(void **state)
{
    (void)state;
    struct quire_budget budget = {.max = 16 * MIB};
    struct quire_block_cache *cache = quire_block_cache_open(&budget);
    struct quire_block *blocks[12];
    for (size_t i = 0; i < 12; i++)
        blocks[i] = take(cache, MIB);
    for (size_t i = 0; i < 12; i++)
        quire_block_give_back(blocks[i]);
    assert_in_range(used(&budget), 5 * MIB, 6 * MIB);
    /* Nor is anything kept in a budget that others have used. */
    struct quire_block *block = take(cache, MIB);
    size_t before = used(&budget);
    quire_budget_force(&budget, 8 * MIB);
    quire_block_give_back(block);
    assert_int_equal(used(&budget), before + 8 * MIB);
    quire_budget_return(&budget, 8 * MIB);
    quire_block_cache_close(cache);
    assert_int_equal(used(&budget), 0);
}

/* What the budget has no room for waits with pages that may be taken meanwhile. */
static void test_large_blocks_wait_uncharged(void **state)
{
    (void)state;
    struct quire_budget budget = {.max = 4 * MIB};
    struct quire_block_cache *cache = quire_block_cache_open(&budget);
    struct quire_block *block = take(cache, 5 * MIB);
    quire_block_give_back(block);
    assert_int_equal(used(&budget), 0);
    struct quire_block *again = take(cache, 5 * MIB);
#ifdef __linux__
    assert_ptr_equal(again, block);
#endif
    for (size_t i = 0; i < 5 * MIB; i++)
        assert_int_equal(again->bytes[i], 0xa5);
    quire_block_give_back(again);
    quire_block_cache_close(cache);
}

static void test_blocks_outlive_their_cache(void **state)
{
    (void)state;
    struct quire_budget *budget = quire_alloc_zero(1, sizeof(*budget));
    assert_non_null(budget);
    struct quire_block_cache *cache = quire_block_cache_open(budget);
    struct quire_block *small = take(cache, 100), *one = take(cache, MIB),
                       *other = take(cache, 5 * MIB), *alone = take(NULL, 5 * MIB);
    quire_block_give_back(take(cache, MIB));
    quire_block_cache_close(cache);
    assert_int_equal(used(budget), 0);
    quire_free(budget);
    one->bytes[MIB - 1] = 1;
    quire_block_give_back(one);
    quire_block_give_back(other);
    quire_block_give_back(small);
    quire_block_give_back(alone);
    quire_block_give_back(NULL);
    quire_block_cache_close(NULL);
}

static void test_more_than_there_can_be(void **state)
{
    (void)state;
    struct quire_budget budget = {.max = 0};
    struct quire_block_cache *cache = quire_block_cache_open(&budget);
    assert_null(quire_block_take(cache, PTRDIFF_MAX));
    assert_null(quire_block_take(cache, SIZE_MAX));
    assert_null(quire_block_take(NULL, SIZE_MAX));
    quire_block_cache_close(cache);
}

static void *take_and_give(void *argument)
{
    struct quire_block_cache *cache = argument;
    for (size_t i = 0; i < 200; i++) {
        struct quire_block *block = quire_block_take(cache, MIB / 2 + i % 3 * MIB);
        if (block == NULL) return argument;
        block->bytes[i] = (uint8_t)i;
        quire_block_give_back(block);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct quire_budget budget = {.max = 16 * MIB};
    struct quire_block_cache *cache = quire_block_cache_open(&budget);
    pthread_t threads[4];
    void *failed = NULL;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, cache), 0);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_in_range(used(&budget), 1, 6 * MIB);
    quire_block_cache_close(cache);
    assert_int_equal(used(&budget), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_block_is_taken_again),
        cmocka_unit_test(test_what_waits_is_bounded),
        cmocka_unit_test(test_large_blocks_wait_uncharged),
        cmocka_unit_test(test_blocks_outlive_their_cache),
        cmocka_unit_test(test_more_than_there_can_be),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
