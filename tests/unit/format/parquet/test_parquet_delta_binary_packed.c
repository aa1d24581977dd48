/* Delta encoding: headers by hand, wrap-around, every count around block ends, calls
 * cut at random, and layouts that other writers use. */
#include "parquet_fixture.h"

#include "format/parquet/encoding/bit_pack.h"
#include "format/parquet/encoding/delta_binary_packed.h"

#define N 1000

static void encode(const int64_t *values, size_t n, bool wide, struct quire_random *random,
                   struct quire_buf *out)
{
    struct quire_delta_encoder encoder = {.wide = wide};
    for (size_t at = 0; at < n;) {
        size_t part = random != NULL ? 1 + quire_random_below(random, n - at) : n;
        int32_t narrow[N];
        for (size_t i = 0; i < part; i++)
            narrow[i] = (int32_t)values[at + i];
        if (wide)
            assert_int_equal(quire_delta_encode_i64(&encoder, values + at, part), 0);
        else
            assert_int_equal(quire_delta_encode_i32(&encoder, narrow, part), 0);
        at += part;
    }
    assert_true(quire_delta_encoder_size(&encoder) > 0);
    assert_int_equal(quire_delta_finish(&encoder, out), 0);
    quire_delta_encoder_release(&encoder);
}

static void expect_back(const struct quire_buf *bytes, const int64_t *values, size_t n, bool wide,
                        struct quire_random *random)
{
    struct quire_delta_decoder decoder;
    struct quire_error error;
    int64_t back[N];
    int32_t back_32[N];
    uint8_t *exact = fixture_exact(bytes->data, bytes->size);
    assert_int_equal(
        quire_delta_decoder_init(&decoder, quire_page_bytes_of(exact, bytes->size), &error), 0);
    assert_int_equal(decoder.count, n);
    for (size_t at = 0; at < n;) {
        size_t part = 1 + quire_random_below(random, n - at);
        if (wide)
            assert_int_equal(quire_delta_decode_i64(&decoder, back + at, part, &error), 0);
        else
            assert_int_equal(quire_delta_decode_i32(&decoder, back_32 + at, part, &error), 0);
        at += part;
    }
    for (size_t i = 0; i < n; i++)
        assert_true((wide ? back[i] : back_32[i]) == values[i]);
    struct quire_page_bytes rest = quire_delta_rest(&decoder);
    assert_int_equal(quire_page_left(&rest), 0);
    assert_int_equal(quire_delta_decode_i64(&decoder, back, 1, &error), QUIRE_CORRUPT);
    quire_free(exact);
}

static void test_example_of_specification(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    const int64_t values[8] = {7, 5, 3, 1, 2, 3, 4, 5};
    encode(values, 8, true, NULL, &out);
    /* block 128, 4 miniblocks, 8 values, first 7; least -2; widths 2 0 0 0; 32 values */
    assert_int_equal(out.size, 5 + 1 + 4 + 8);
    assert_memory_equal(out.data, "\x80\x01\x04\x08\x0e\x03\x02\0\0\0\xc0\x3f\0\0\0\0\0\0", 18);
}

static void test_all_counts_and_kinds(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 6);
    for (size_t n = 0; n < 300; n++) {
        for (int wide = 0; wide <= 1; wide++) {
            QUIRE_CLEANUP(quire_buf_release) struct quire_buf one = {0}, many = {0};
            int64_t values[N];
            unsigned bits = (unsigned)quire_random_below(&random, wide ? 65 : 33);
            for (size_t i = 0; i < n; i++) {
                values[i] = (int64_t)fixture_number(&random, bits);
                if (!wide) values[i] = (int32_t)(uint32_t)values[i];
            }
            encode(values, n, wide, NULL, &one);
            encode(values, n, wide, &random, &many);
            assert_int_equal(one.size, many.size);
            assert_memory_equal(one.data, many.data, one.size);
            expect_back(&one, values, n, wide, &random);
        }
    }
}

static void test_wraps_around(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 7);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf wide = {0}, narrow = {0};
    int64_t values[N], values_32[N];
    for (size_t i = 0; i < N; i++) {
        values[i] = i % 2 == 0 ? INT64_MIN : INT64_MAX;
        values_32[i] = i % 2 == 0 ? INT32_MIN : INT32_MAX;
    }
    values[500] = values_32[500] = 0;
    encode(values, N, true, NULL, &wide);
    encode(values_32, N, false, NULL, &narrow);
    expect_back(&wide, values, N, true, &random);
    expect_back(&narrow, values_32, N, false, &random);
    /* INT32 never takes more than 32 bits a value. */
    assert_true(narrow.size <= 4 * 1024 + 100);
}

static void test_layouts_of_others(void **state)
{
    (void)state;
    /* One miniblock of 128 values, of which 3 are used; 40 bits each, for INT32. */
    uint8_t bytes[16 + 640] = {0x80, 0x01, 0x01, 0x04, 0x02, 0x01, 40};
    struct quire_error error;
    struct quire_delta_decoder decoder;
    uint64_t deltas[128] = {1, 2, UINT64_C(0xff00000003)};
    int32_t back[4];
    quire_bit_pack_u64(deltas, 128, 40, bytes + 7);
    struct quire_page_bytes page = quire_page_bytes_of(bytes, 7 + 640 + 2);
    assert_int_equal(quire_delta_decoder_init(&decoder, page, &error), 0);
    assert_int_equal(quire_delta_decode_i32(&decoder, back, 4, &error), 0);
    assert_int_equal(back[0], 1);
    assert_int_equal(back[1], 1);
    assert_int_equal(back[2], 2);
    assert_int_equal(back[3], 4);
    page = quire_delta_rest(&decoder);
    assert_int_equal(quire_page_left(&page), 2);
    /* The last miniblock may end with its last value. */
    page = quire_page_bytes_of(bytes, 7 + 15);
    assert_int_equal(quire_delta_decoder_init(&decoder, page, &error), 0);
    assert_int_equal(quire_delta_decode_i32(&decoder, back, 4, &error), 0);
    assert_int_equal(back[3], 4);
}

static void expect_bad_header(const char *bytes, size_t size)
{
    struct quire_delta_decoder decoder;
    struct quire_error error;
    quire_error_clear(&error);
    assert_int_equal(quire_delta_decoder_init(&decoder, quire_page_bytes_of(bytes, size), &error),
                     QUIRE_CORRUPT);
    assert_true(error.byte >= 0);
}

static void test_damage(void **state)
{
    (void)state;
    expect_bad_header("", 0);
    expect_bad_header("\x00\x04\x01\x00", 4);     /* no block */
    expect_bad_header("\x81\x01\x01\x01\x00", 5); /* 129 values a block */
    expect_bad_header("\x80\x01\x03\x01\x00", 5); /* in 3 miniblocks */
    expect_bad_header("\x80\x01\x08\x01\x00", 5); /* of 16 values */
    expect_bad_header("\x80\x01\x00\x01\x00", 5);
    struct quire_random random;
    quire_random_seed(&random, 8);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    int64_t values[N], back[N];
    struct quire_error error;
    struct quire_delta_decoder decoder;
    for (size_t i = 0; i < N; i++)
        values[i] = (int64_t)fixture_number(&random, 30);
    encode(values, N, true, NULL, &out);
    for (size_t size = 0; size < out.size; size++) {
        uint8_t *exact = fixture_exact(out.data, size);
        int code = quire_delta_decoder_init(&decoder, quire_page_bytes_of(exact, size), &error);
        if (code == 0) code = quire_delta_decode_i64(&decoder, back, N, &error);
        if (code == 0) assert_memory_equal(back, values, sizeof(values)); /* padding was cut */
        assert_true(code == QUIRE_CORRUPT || size > out.size - 128);
        quire_free(exact);
    }
    for (int turn = 0; turn < 3000; turn++) {
        uint8_t *exact = fixture_exact(out.data, out.size);
        exact[quire_random_below(&random, 40)] = (uint8_t)quire_random_u64(&random);
        if (quire_delta_decoder_init(&decoder, quire_page_bytes_of(exact, out.size), &error) == 0)
            while (decoder.left > 0 &&
                   quire_delta_decode_i64(&decoder, back, decoder.left < N ? decoder.left : N,
                                          &error) == 0 &&
                   decoder.left < (1u << 20))
                continue;
        quire_free(exact);
    }
}

static void test_memory_out(void **state)
{
    (void)state;
    int64_t values[N];
    for (int i = 0; i < N; i++)
        values[i] = (int64_t)i * i * i;
    for (int64_t nth = 1;; nth++) {
        struct quire_buf out = {0};
        struct quire_delta_encoder encoder = {.wide = true};
        fault_alloc_arm(nth);
        int code = quire_delta_encode_i64(&encoder, values, N);
        if (code == 0) code = quire_delta_finish(&encoder, &out);
        quire_delta_encoder_release(&encoder);
        quire_buf_release(&out);
        bool failed = fault_alloc_disarm();
        assert_int_equal(fault_alloc_held(), 0);
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example_of_specification),
        cmocka_unit_test(test_all_counts_and_kinds),
        cmocka_unit_test(test_wraps_around),
        cmocka_unit_test(test_layouts_of_others),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
