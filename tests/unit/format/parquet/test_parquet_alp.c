#include "parquet_fixture.h"

#include <math.h>

#include "format/parquet/encoding/alp.h"

/* Decodes in random pieces, some passed over, and expects the same bits. */
static void expect_same(const struct quire_buf *page, const void *values, size_t n, bool wide,
                        struct quire_random *random)
{
    struct quire_alp_decoder decoder = {0};
    struct quire_error error;
    size_t width = wide ? 8 : 4;
    uint8_t *exact = fixture_exact(page->data, page->size), *back = quire_alloc(n * width + 8);
    assert_int_equal(
        quire_alp_decoder_init(&decoder, quire_page_bytes_of(exact, page->size), wide, &error), 0);
    for (size_t at = 0, part; at < n; at += part) {
        part = 1 + quire_random_below(random, quire_random_below(random, 2) ? 40 : n);
        if (part > n - at) part = n - at;
        if (quire_random_below(random, 4) == 0) {
            assert_int_equal(quire_alp_skip(&decoder, part, &error), 0);
            continue;
        }
        assert_int_equal(quire_alp_decode(&decoder, back, part, &error), 0);
        assert_memory_equal(back, (const uint8_t *)values + at * width, part * width);
    }
    assert_int_equal(quire_alp_decode(&decoder, back, 1, &error), QUIRE_CORRUPT);
    quire_alp_decoder_release(&decoder);
    quire_free(back);
    quire_free(exact);
}

/* The worked example of the specification, as a page of one vector. */
static void test_example_of_specification(void **state)
{
    (void)state;
    struct quire_random random;
    const double values[4] = {1500.0, (double)NAN, 2500.0, 333.5};
    struct quire_buf page = {0};
    quire_random_seed(&random, 1);
    const uint8_t head[] = {0, 0, 10, 4,    0,    0, 0, 4, 0, 0, 0, 4,
                            3, 1, 0,  0x07, 0x0d, 0, 0, 0, 0, 0, 0, 15};
    uint64_t packed = UINT64_C(11665) | UINT64_C(11665) << 15 | UINT64_C(21665) << 30;
    assert_int_equal(quire_buf_append(&page, head, sizeof(head)), 0);
    assert_int_equal(quire_buf_append(&page, &packed, 8), 0);
    assert_int_equal(quire_buf_append(&page, "\1\0", 2), 0);
    assert_int_equal(quire_buf_append(&page, &values[1], 8), 0);
    assert_int_equal(page.size, 7 + 4 + 31);
    expect_same(&page, values, 4, true, &random);
    quire_buf_release(&page);
}

static double pick_double(struct quire_random *random, int shape)
{
    uint64_t bits = quire_random_u64(random);
    double value;
    memcpy(&value, &bits, sizeof(value));
    switch (quire_random_below(random, shape == 2 ? 12 : 200)) {
    case 0: return (double)-NAN;
    case 1: return -0.0;
    case 2: return (double)INFINITY;
    case 3: return -(double)INFINITY;
    case 4: return 1e300;
    case 5: return 9223372036854775807.0;
    case 6: return value;
    default: break;
    }
    if (shape == 1) return value;
    return (double)(int64_t)(bits % 2000001 - 1000000) / 100;
}

static void test_any_values_come_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 7, 8, 1023, 1024, 1025, 5000, 20000};
    struct quire_random random;
    quire_random_seed(&random, 2);
    double *wide = quire_alloc(20000 * sizeof(*wide));
    float *narrow = quire_alloc(20000 * sizeof(*narrow));
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (int shape = 0; shape < 3; shape++) {
            struct quire_buf page = {0};
            for (size_t k = 0; k < sizes[i]; k++) {
                wide[k] = pick_double(&random, shape);
                narrow[k] = (float)pick_double(&random, shape);
            }
            assert_int_equal(quire_alp_encode(&page, wide, sizes[i], true, NULL), 0);
            expect_same(&page, wide, sizes[i], true, &random);
            page.size = 0;
            assert_int_equal(quire_alp_encode(&page, narrow, sizes[i], false, NULL), 0);
            expect_same(&page, narrow, sizes[i], false, &random);
            quire_buf_release(&page);
        }
    }
    quire_free(wide);
    quire_free(narrow);
}

static void test_decimals_become_small(void **state)
{
    (void)state;
    struct quire_buf page = {0};
    double values[4096];
    float floats[4096];
    for (int i = 0; i < 4096; i++) {
        values[i] = (double)(i * 37 % 10000) / 100;
        floats[i] = (float)(i % 500) / 10;
    }
    assert_int_equal(quire_alp_encode(&page, values, 4096, true, NULL), 0);
    assert_true(page.size < 4096 * 2); /* 14 bits a value */
    page.size = 0;
    assert_int_equal(quire_alp_encode(&page, floats, 4096, false, NULL), 0);
    assert_true(page.size < 4096 * 3 / 2); /* 9 bits */
    quire_buf_release(&page);
}

static void expect_refused(const uint8_t *page, size_t size, size_t n)
{
    struct quire_alp_decoder decoder = {0};
    double back[64];
    uint8_t *exact = fixture_exact(page, size);
    int code = quire_alp_decoder_init(&decoder, quire_page_bytes_of(exact, size), true, NULL);
    if (code == 0) code = quire_alp_decode(&decoder, back, n, NULL);
    assert_int_equal(code, QUIRE_CORRUPT);
    quire_alp_decoder_release(&decoder);
    quire_free(exact);
}

static void test_broken_pages(void **state)
{
    (void)state;
    const double values[16] = {1.5, 2.5, (double)NAN, 4.5};
    struct quire_buf page = {0};
    assert_int_equal(quire_alp_encode(&page, values, 16, true, NULL), 0);
    for (size_t size = 0; size < page.size; size++)
        expect_refused(page.data, size, 16);
    /* Mode, encoding, vector size, count; offset; exponent, factor, exceptions, width. */
    static const struct {
        size_t at;
        uint8_t value;
    } wrong[] = {{0, 1},     {1, 1},   {2, 2},   {2, 16}, {6, 0x80},
                 {10, 0xff}, {11, 19}, {12, 19}, {14, 1}, {23, 65}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        uint8_t *copy = fixture_exact(page.data, page.size);
        copy[wrong[i].at] = wrong[i].value;
        expect_refused(copy, page.size, 16);
        quire_free(copy);
    }
    /* One exception: its position stands before its eight bytes. */
    assert_int_equal(page.data[13], 1);
    page.data[page.size - 10] = 16;
    expect_refused(page.data, page.size, 16);
    quire_buf_release(&page);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    const double values[3000] = {1.25, 2.5};
    for (int64_t nth = 1;; nth++) {
        struct quire_buf page = {0};
        fault_alloc_arm(nth);
        int code = quire_alp_encode(&page, values, 3000, true, NULL);
        quire_buf_release(&page);
        bool failed = fault_alloc_disarm();
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        assert_int_equal(fault_alloc_held(), 0);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example_of_specification),
        cmocka_unit_test(test_any_values_come_back),
        cmocka_unit_test(test_decimals_become_small),
        cmocka_unit_test(test_broken_pages),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
