/* Dictionaries: every value has the index of an entry equal to it, entries are
 * distinct, and the builder gives up when it should. */
#include "parquet_fixture.h"

#include <math.h>

#include "format/parquet/encoding/dictionary.h"

#define N 20000

static void add_fixed(struct quire_dictionary *dictionary, struct quire_random *random,
                      const uint8_t *values, size_t n, uint32_t *indices, size_t *total)
{
    size_t width = dictionary->options.width;
    *total = 0;
    while (*total < n) {
        size_t part = 1 + quire_random_below(random, n - *total), added = 0;
        assert_int_equal(quire_dictionary_add_fixed(dictionary, values + *total * width, part,
                                                    indices + *total, &added, NULL),
                         0);
        *total += added;
        if (added < part) {
            assert_true(dictionary->full);
            return;
        }
    }
}

static void test_fixed_of_many_kinds(void **state)
{
    (void)state;
    static uint8_t values[N * 16], back[N * 16];
    static uint32_t indices[N];
    struct quire_random random;
    struct quire_error error;
    quire_random_seed(&random, 14);
    const size_t widths[] = {4, 8, 12, 5, 16, 4, 8};
    for (int turn = 0; turn < 42; turn++) {
        size_t width = widths[turn % 7], total;
        struct quire_dictionary dictionary;
        struct quire_dictionary_options options = {.width = width, .integers = turn % 2 == 0};
        quire_dictionary_init(&dictionary, &options);
        unsigned bits = 1 + (unsigned)quire_random_below(&random, 12);
        /* Sometimes some values lie far off: the direct table is left then. */
        unsigned far = (unsigned)quire_random_below(&random, 3000);
        memset(values, 0, sizeof(values));
        for (size_t i = 0; i < N; i++) {
            uint64_t value = fixture_number(&random, bits) - 100;
            if (far > 1500 && i % far == far - 1) value = (uint64_t)i << 40 ^ i << 17;
            memcpy(values + i * width, &value, width < 8 ? width : 8);
        }
        add_fixed(&dictionary, &random, values, N, indices, &total);
        assert_int_equal(total, N);
        assert_int_equal(dictionary.plain.size, dictionary.entries * width);
        assert_int_equal(quire_dictionary_gather_fixed(dictionary.plain.data, dictionary.entries,
                                                       width, indices, N, back, &error),
                         0);
        assert_memory_equal(back, values, N * width);
        for (size_t i = 0; i < dictionary.entries; i++)
            for (size_t k = 0; k < i && k < 50; k++)
                assert_memory_not_equal(dictionary.plain.data + i * width,
                                        dictionary.plain.data + k * width, width);
        quire_dictionary_release(&dictionary);
    }
}

static void test_extreme_integers(void **state)
{
    (void)state;
    const int64_t values[6] = {INT64_MAX, INT64_MAX - 1, INT64_MAX, INT64_MIN, 0, INT64_MIN};
    uint32_t indices[6];
    size_t added;
    struct quire_dictionary dictionary;
    struct quire_dictionary_options options = {.width = 8, .integers = true};
    quire_dictionary_init(&dictionary, &options);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(
            quire_dictionary_add_fixed(&dictionary, values + i, 1, indices + i, &added, NULL), 0);
        assert_int_equal(added, 1);
    }
    assert_int_equal(dictionary.entries, 4);
    assert_int_equal(indices[2], indices[0]);
    assert_int_equal(indices[5], indices[3]);
    assert_int_equal(quire_dictionary_width(&dictionary), 2);
    quire_dictionary_release(&dictionary);
}

/* Whole numbers go by the direct table, and everything that a double can be besides does
 * not become one of them. */
static void test_doubles(void **state)
{
    (void)state;
    static double values[3000], back[3000];
    static const double others[] = {-0.0,     0.5,       1e300,       -1e18,
                                    HUGE_VAL, -HUGE_VAL, (double)NAN, 65536.0};
    for (size_t other = 0; other < sizeof(others) / sizeof(others[0]); other++) {
        uint32_t indices[3000];
        size_t total = 0;
        struct quire_random random;
        struct quire_dictionary dictionary;
        struct quire_dictionary_options options = {.width = 8, .doubles = true};
        quire_random_seed(&random, other);
        quire_dictionary_init(&dictionary, &options);
        for (size_t i = 0; i < 3000; i++)
            values[i] = (double)quire_random_below(&random, 100) - 50;
        values[2000] = others[other];
        add_fixed(&dictionary, &random, (const uint8_t *)values, 3000, indices, &total);
        assert_int_equal(total, 3000);
        assert_int_equal(dictionary.entries, 101);
        assert_int_equal(quire_dictionary_gather_fixed(dictionary.plain.data, dictionary.entries, 8,
                                                       indices, 3000, back, NULL),
                         0);
        assert_memory_equal(back, values, sizeof(values));
        quire_dictionary_release(&dictionary);
    }
}

static void test_bytes(void **state)
{
    (void)state;
    static uint32_t indices[N];
    static char text[N][24];
    static struct quire_bytes values[N], back[N];
    struct quire_random random;
    struct quire_error error;
    size_t added;
    quire_random_seed(&random, 15);
    for (size_t i = 0; i < N; i++) {
        int size = snprintf(text[i], sizeof(text[i]), "%llu",
                            (unsigned long long)fixture_number(&random, i % 2 == 0 ? 10 : 5));
        values[i] = (struct quire_bytes){(const uint8_t *)text[i], (size_t)size};
        if (i % 100 == 7) values[i].size = 0;
    }
    struct quire_dictionary dictionary;
    struct quire_dictionary_options options = {0};
    quire_dictionary_init(&dictionary, &options);
    assert_int_equal(quire_dictionary_add_bytes(&dictionary, values, N, indices, &added, &error),
                     0);
    assert_int_equal(added, N);
    struct quire_bytes entries[2000];
    struct quire_page_bytes page =
        quire_page_bytes_of(dictionary.plain.data, dictionary.plain.size);
    assert_int_equal(quire_plain_decode_bytes(&page, entries, dictionary.entries, &error), 0);
    assert_int_equal(quire_page_left(&page), 0);
    assert_int_equal(
        quire_dictionary_gather_bytes(entries, dictionary.entries, indices, N, back, &error), 0);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(back[i].size, values[i].size);
        if (values[i].size > 0) assert_memory_equal(back[i].data, values[i].data, values[i].size);
    }
    quire_dictionary_clear(&dictionary);
    assert_int_equal(dictionary.entries, 0);
    assert_int_equal(quire_dictionary_add_bytes(&dictionary, values, 1, indices, &added, &error),
                     0);
    assert_int_equal(indices[0], 0);
    quire_dictionary_release(&dictionary);
}

/* As the table of a dictionary hashes: the same for both, so that only their bytes tell
 * them apart. */
static void make_equal_hashes(uint64_t a[2], uint64_t b[2])
{
    const uint64_t multiplier = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t hash_a = (16 * multiplier ^ a[0]) * multiplier;
    uint64_t hash_b = (16 * multiplier ^ b[0]) * multiplier;
    b[1] = a[1] ^ hash_a ^ hash_a >> 32 ^ hash_b ^ hash_b >> 32;
}

static void test_equal_hashes(void **state)
{
    (void)state;
    static const uint32_t expected[] = {0, 0, 1, 0, 1, 1, 0, 2, 1};
    uint64_t a[2] = {1, 2}, b[2] = {7, 0}, c[2] = {1, 3};
    const uint64_t *const order[] = {a, a, b, a, b, b, a, c, b};
    struct quire_bytes slices[9];
    uint64_t fixed[9][2];
    uint32_t indices[9];
    size_t added;
    make_equal_hashes(a, b);
    for (size_t i = 0; i < 9; i++) {
        slices[i] = (struct quire_bytes){(const uint8_t *)order[i], 16};
        memcpy(fixed[i], order[i], 16);
    }
    for (size_t width = 0; width <= 16; width += 16) {
        struct quire_dictionary dictionary;
        quire_dictionary_init(&dictionary, &(struct quire_dictionary_options){.width = width});
        for (int turn = 0; turn < 3; turn++) { /* of which the last one finds all of them */
            if (turn == 1) quire_dictionary_clear(&dictionary);
            int code =
                width == 0
                    ? quire_dictionary_add_bytes(&dictionary, slices, 9, indices, &added, NULL)
                    : quire_dictionary_add_fixed(&dictionary, fixed, 9, indices, &added, NULL);
            assert_int_equal(code, 0);
            assert_int_equal(added, 9);
            assert_memory_equal(indices, expected, sizeof(expected));
            assert_int_equal(dictionary.entries, 3);
        }
        quire_dictionary_release(&dictionary);
    }
}

static void test_gives_up(void **state)
{
    (void)state;
    static int64_t values[N];
    static uint32_t indices[N];
    struct quire_random random;
    struct quire_dictionary dictionary;
    size_t total;
    quire_random_seed(&random, 16);
    for (size_t i = 0; i < N; i++)
        values[i] = (int64_t)quire_random_u64(&random);
    /* All values are new: soon. */
    struct quire_dictionary_options options = {.width = 8, .integers = true};
    quire_dictionary_init(&dictionary, &options);
    add_fixed(&dictionary, &random, (const uint8_t *)values, N, indices, &total);
    assert_true(total >= 8192 && total < 12000);
    quire_dictionary_release(&dictionary);
    /* Only the limits count. */
    options.keep = true;
    options.entries_max = 15000;
    quire_dictionary_init(&dictionary, &options);
    add_fixed(&dictionary, &random, (const uint8_t *)values, N, indices, &total);
    assert_int_equal(total, 15000);
    quire_dictionary_release(&dictionary);
    options.bytes_max = 800;
    quire_dictionary_init(&dictionary, &options);
    add_fixed(&dictionary, &random, (const uint8_t *)values, N, indices, &total);
    assert_int_equal(total, 100);
    assert_int_equal(quire_dictionary_add_fixed(&dictionary, values, 5, indices, &total, NULL), 0);
    assert_int_equal(total, 0);
    quire_dictionary_release(&dictionary);
}

static void test_indices(void **state)
{
    (void)state;
    struct quire_rle_decoder decoder;
    struct quire_error error;
    uint32_t indices[8], out[8];
    const uint32_t entries[3] = {10, 20, 30};
    struct quire_page_bytes page = quire_page_bytes_of("\x02\x03\x1b\x1b", 4);
    assert_int_equal(quire_dictionary_indices_init(&decoder, page, &error), 0);
    assert_int_equal(quire_rle_decode_u32(&decoder, indices, 8, &error), 0);
    assert_int_equal(quire_dictionary_gather_fixed(entries, 4, 4, indices, 0, out, &error), 0);
    assert_int_equal(quire_dictionary_gather_fixed(entries, 3, 4, indices, 8, out, &error),
                     QUIRE_CORRUPT);
    assert_int_equal(quire_dictionary_gather_fixed(entries, 3, 4, indices + 1, 1, out, &error), 0);
    assert_int_equal(out[0], 30);
    page = quire_page_bytes_of("", 0);
    assert_int_equal(quire_dictionary_indices_init(&decoder, page, &error), 0);
    assert_int_equal(quire_rle_decode_u32(&decoder, indices, 1, &error), QUIRE_CORRUPT);
    page = quire_page_bytes_of("\x21", 1);
    assert_int_equal(quire_dictionary_indices_init(&decoder, page, &error), QUIRE_CORRUPT);
}

static void test_memory_out(void **state)
{
    (void)state;
    static int64_t values[3000];
    static uint32_t indices[3000];
    for (int i = 0; i < 3000; i++)
        values[i] = i < 1500 ? i : (int64_t)i << 30;
    for (int64_t nth = 1;; nth++) {
        struct quire_dictionary dictionary;
        struct quire_dictionary_options options = {.width = 8, .integers = true};
        size_t added;
        fault_alloc_arm(nth);
        quire_dictionary_init(&dictionary, &options);
        int code = quire_dictionary_add_fixed(&dictionary, values, 3000, indices, &added, NULL);
        quire_dictionary_release(&dictionary);
        bool failed = fault_alloc_disarm();
        assert_int_equal(fault_alloc_held(), 0);
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed_of_many_kinds),
        cmocka_unit_test(test_extreme_integers),
        cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_equal_hashes),
        cmocka_unit_test(test_gives_up),
        cmocka_unit_test(test_indices),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
