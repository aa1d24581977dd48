/* Chains of pages: bytes come out as they went in, however blocks part them, and blocks that
 * were given back are used again, within what the pool may keep. */
#include "parquet_fixture.h"

#include "format/parquet/write/page_chain.h"

static uint8_t byte_at(size_t at)
{
    return (uint8_t)(at * 31 + at / 251);
}

/* Appends in parts of that size until there are `size` bytes. */
static void fill(struct quire_page_chain *chain, size_t size, size_t part)
{
    static uint8_t bytes[3 * QUIRE_PAGE_BLOCK_BYTES];
    assert_true(part <= sizeof(bytes));
    while (chain->size < size) {
        size_t n = size - chain->size < part ? size - chain->size : part;
        for (size_t i = 0; i < n; i++)
            bytes[i] = byte_at(chain->size + i);
        assert_int_equal(quire_page_chain_append(chain, bytes, n), 0);
    }
}

static void check(const struct quire_page_chain *chain, size_t size)
{
    size_t at = 0, capacity = 0;
    for (const struct quire_page_block *block = chain->first; block != NULL; block = block->next) {
        for (size_t i = 0; i < block->size; i++)
            assert_int_equal(block->bytes[i], byte_at(at + i));
        at += block->size;
        capacity += block->capacity;
    }
    assert_int_equal(at, size);
    assert_int_equal(chain->size, size);
    assert_int_equal(chain->capacity, capacity);
}

static void test_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 1024, 1025, 60000, QUIRE_PAGE_BLOCK_BYTES, 1000000};
    static const size_t parts[] = {1, 7, 1000, QUIRE_PAGE_BLOCK_BYTES,
                                   2 * QUIRE_PAGE_BLOCK_BYTES + 1};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        for (size_t k = 0; k < sizeof(parts) / sizeof(*parts); k++) {
            struct quire_page_chain chain = {0};
            fill(&chain, sizes[i], parts[k]);
            check(&chain, sizes[i]);
            assert_true(chain.capacity <= 2 * sizes[i] + 1024 + QUIRE_PAGE_BLOCK_BYTES);
            if (sizes[i] < QUIRE_PAGE_BLOCK_BYTES / 2)
                assert_true(chain.capacity <= 4 * sizes[i] + 1024); /* little takes little */
            quire_page_chain_release(&chain);
            check(&chain, 0);
        }
}

static void test_pool(void **state)
{
    (void)state;
    struct quire_page_pool pool;
    quire_page_pool_init(&pool, 3 * QUIRE_PAGE_BLOCK_BYTES + 5);
    struct quire_page_chain chain = {.pool = &pool};
    fill(&chain, 5 * QUIRE_PAGE_BLOCK_BYTES, 2 * QUIRE_PAGE_BLOCK_BYTES);
    const struct quire_page_block *first = chain.first;
    assert_int_equal(quire_page_pool_memory(&pool), 0);
    quire_page_chain_drop_first(&chain);
    assert_int_equal(chain.size, 4 * QUIRE_PAGE_BLOCK_BYTES);
    assert_int_equal(quire_page_pool_memory(&pool), QUIRE_PAGE_BLOCK_BYTES);
    struct quire_page_chain other = {.pool = &pool};
    fill(&other, QUIRE_PAGE_BLOCK_BYTES, QUIRE_PAGE_BLOCK_BYTES);
    assert_ptr_equal(other.first, first);
    assert_int_equal(quire_page_pool_memory(&pool), 0);
    quire_page_chain_release(&other);
    quire_page_chain_release(&chain);
    assert_int_equal(quire_page_pool_memory(&pool), 3 * QUIRE_PAGE_BLOCK_BYTES);
    quire_page_pool_release(&pool);
}

static void test_move(void **state)
{
    (void)state;
    struct quire_page_chain chain = {0}, more = {0};
    quire_page_chain_move(&chain, &more);
    check(&chain, 0);
    fill(&more, 3000, 100);
    quire_page_chain_move(&chain, &more);
    check(&chain, 3000);
    check(&more, 0);
    assert_int_equal(quire_page_chain_append(&more, "ab", 2), 0);
    quire_page_chain_move(&chain, &more);
    assert_int_equal(chain.size, 3002);
    assert_memory_equal(chain.last->bytes, "ab", 2);
    assert_int_equal(quire_page_chain_append(&chain, "c", 1), 0);
    assert_memory_equal(chain.last->bytes, "abc", 3);
    quire_page_chain_release(&chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_pool),
        cmocka_unit_test(test_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
