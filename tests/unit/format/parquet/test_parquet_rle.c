/* The RLE hybrid: bytes by hand, values of every width cut into calls at random, and
 * bytes that end too early. */
#include "parquet_fixture.h"

#include "format/parquet/encoding/bit_pack.h"
#include "format/parquet/encoding/rle.h"

#define N 3000

static void test_run_by_hand(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_rle_encoder encoder;
    quire_rle_encoder_init(&encoder, &out, 9);
    assert_int_equal(quire_rle_encode_run(&encoder, 300, 100), 0);
    assert_int_equal(quire_rle_finish(&encoder), 0);
    assert_int_equal(out.size, 4);
    assert_memory_equal(out.data, "\xc8\x01\x2c\x01", 4);
}

static void test_literals_by_hand(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    const uint8_t values[10] = {0, 1, 2, 3, 4, 5, 6, 7, 1, 2};
    struct quire_rle_encoder encoder;
    quire_rle_encoder_init(&encoder, &out, 3);
    assert_int_equal(quire_rle_encode_u8(&encoder, values, 10), 0);
    assert_int_equal(quire_rle_finish(&encoder), 0);
    assert_int_equal(out.size, 7);
    assert_memory_equal(out.data, "\x05\x88\xc6\xfa\x11\x00\x00", 7);
}

/* Runs, single values and short repetitions, in turn. */
static void fill(struct quire_random *random, unsigned width, uint32_t *values, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t value = (uint32_t)fixture_number(random, width);
        size_t run = quire_random_below(random, 3) == 0 ? 1 + quire_random_below(random, 90) : 1;
        for (; run > 0 && i < n; run--)
            values[i++] = value;
    }
}

static void encode_in_pieces(struct quire_random *random, unsigned width, const uint32_t *values,
                             size_t n, bool narrow, struct quire_buf *out)
{
    struct quire_rle_encoder encoder;
    uint8_t bytes[N];
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)values[i];
    quire_rle_encoder_init(&encoder, out, width);
    for (size_t at = 0; at < n;) {
        size_t part = 1 + quire_random_below(random, n - at);
        if (quire_random_below(random, 2) == 0 && part > 5) part = 5;
        if (narrow)
            assert_int_equal(quire_rle_encode_u8(&encoder, bytes + at, part), 0);
        else
            assert_int_equal(quire_rle_encode_u32(&encoder, values + at, part), 0);
        at += part;
    }
    assert_int_equal(quire_rle_finish(&encoder), 0);
}

static void expect_back(struct quire_random *random, unsigned width, const uint32_t *values,
                        size_t n, bool narrow, const struct quire_buf *bytes)
{
    struct quire_rle_decoder decoder;
    struct quire_error error;
    uint32_t back[N];
    uint8_t back_8[N];
    uint8_t *exact = fixture_exact(bytes->data, bytes->size);
    assert_int_equal(quire_rle_decoder_init(&decoder, quire_page_bytes_of(exact, bytes->size),
                                            width, narrow ? 8 : 32, &error),
                     0);
    for (size_t at = 0; at < n;) {
        size_t part = 1 + quire_random_below(random, n - at);
        if (quire_random_below(random, 2) == 0 && part > 11) part = 11;
        if (narrow)
            assert_int_equal(quire_rle_decode_u8(&decoder, back_8 + at, part, &error), 0);
        else
            assert_int_equal(quire_rle_decode_u32(&decoder, back + at, part, &error), 0);
        at += part;
    }
    for (size_t i = 0; i < n; i++)
        assert_int_equal(narrow ? back_8[i] : back[i], values[i]);
    quire_free(exact);
}

static void test_pieces_of_every_width(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 3);
    for (unsigned width = 0; width <= 32; width++) {
        for (int narrow = 0; narrow <= (width <= 8); narrow++) {
            QUIRE_CLEANUP(quire_buf_release) struct quire_buf one = {0}, many = {0};
            struct quire_rle_encoder encoder;
            uint32_t values[N];
            size_t n = 1 + quire_random_below(&random, N);
            fill(&random, width, values, n);
            quire_rle_encoder_init(&encoder, &one, width);
            assert_int_equal(quire_rle_encode_u32(&encoder, values, n), 0);
            assert_int_equal(quire_rle_finish(&encoder), 0);
            encode_in_pieces(&random, width, values, n, narrow, &many);
            assert_int_equal(one.size, many.size);
            assert_memory_equal(one.data, many.data, one.size);
            expect_back(&random, width, values, n, narrow, &one);
        }
    }
}

static void test_runs_join_values(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf one = {0}, many = {0};
    struct quire_rle_encoder encoder;
    uint8_t values[200];
    memset(values, 1, sizeof(values));
    memset(values + 50, 0, 3);
    quire_rle_encoder_init(&encoder, &one, 1);
    assert_int_equal(quire_rle_encode_u8(&encoder, values, 200), 0);
    assert_int_equal(quire_rle_finish(&encoder), 0);
    quire_rle_encoder_init(&encoder, &many, 1);
    assert_int_equal(quire_rle_encode_run(&encoder, 1, 20), 0);
    assert_int_equal(quire_rle_encode_run(&encoder, 1, 30), 0);
    assert_int_equal(quire_rle_encode_run(&encoder, 0, 3), 0);
    assert_int_equal(quire_rle_encode_run(&encoder, 1, 147), 0);
    assert_int_equal(quire_rle_finish(&encoder), 0);
    assert_int_equal(one.size, many.size);
    assert_memory_equal(one.data, many.data, one.size);
}

static void test_peek_run(void **state)
{
    (void)state;
    struct quire_rle_decoder decoder;
    struct quire_error error;
    uint64_t run = 0;
    uint32_t value = 0;
    uint8_t out[12];
    struct quire_page_bytes bytes = quire_page_bytes_of("\x14\x01\x03\xff", 4);
    assert_int_equal(quire_rle_decoder_init(&decoder, bytes, 1, 8, &error), 0);
    assert_int_equal(quire_rle_peek_run(&decoder, &run, &value, &error), 0);
    assert_int_equal(run, 10);
    assert_int_equal(value, 1);
    assert_int_equal(quire_rle_decode_u8(&decoder, out, 12, &error), 0);
    assert_int_equal(quire_rle_peek_run(&decoder, &run, &value, &error), 0);
    assert_int_equal(run, 0);
}

static void test_damage(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_random random;
    struct quire_error error;
    struct quire_rle_decoder decoder;
    uint32_t values[N], back[N];
    quire_random_seed(&random, 4);
    fill(&random, 13, values, 500);
    encode_in_pieces(&random, 13, values, 500, false, &out);
    for (size_t size = 0; size < out.size; size++) {
        uint8_t *exact = fixture_exact(out.data, size);
        quire_error_clear(&error);
        assert_int_equal(
            quire_rle_decoder_init(&decoder, quire_page_bytes_of(exact, size), 13, 32, &error), 0);
        assert_int_equal(quire_rle_decode_u32(&decoder, back, 512, &error), QUIRE_CORRUPT);
        assert_true(error.byte >= 0 && error.byte <= (int64_t)size);
        quire_free(exact);
    }
    struct quire_page_bytes bytes = quire_page_bytes_of("\x02\xff", 2);
    assert_int_equal(quire_rle_decoder_init(&decoder, bytes, 33, 32, &error), QUIRE_CORRUPT);
    assert_int_equal(quire_rle_decoder_init(&decoder, bytes, 3, 8, &error), 0);
    assert_int_equal(quire_rle_decode_u32(&decoder, back, 1, &error), QUIRE_CORRUPT);
    for (int turn = 0; turn < 2000; turn++) {
        uint8_t noise[40];
        size_t size = quire_random_below(&random, sizeof(noise));
        for (size_t i = 0; i < size; i++)
            noise[i] = (uint8_t)quire_random_u64(&random);
        uint8_t *exact = fixture_exact(noise, size);
        if (quire_rle_decoder_init(&decoder, quire_page_bytes_of(exact, size),
                                   (unsigned)(size % 33), 32, &error) == 0)
            /* Noise may promise runs of any length; a few calls see what they are. */
            for (int call = 0; call < 50; call++)
                if (quire_rle_decode_u32(&decoder, back, 97, &error) != 0) break;
        quire_free(exact);
    }
}

static void test_bit_packed_levels(void **state)
{
    (void)state;
    struct quire_error error;
    uint8_t levels[9];
    struct quire_page_bytes bytes = quire_page_bytes_of("\x05\x39\x77", 3);
    assert_int_equal(quire_bit_packed_levels(&bytes, 3, levels, 8, &error), 0);
    for (int i = 0; i < 8; i++)
        assert_int_equal(levels[i], i);
    assert_int_equal(quire_page_left(&bytes), 0);
    bytes = quire_page_bytes_of("\x05\x39\x77", 3);
    assert_int_equal(quire_bit_packed_levels(&bytes, 3, levels, 9, &error), QUIRE_CORRUPT);
}

static void test_memory_out(void **state)
{
    (void)state;
    struct quire_random random;
    uint32_t values[N];
    quire_random_seed(&random, 5);
    fill(&random, 20, values, N);
    for (int64_t nth = 1;; nth++) {
        struct quire_buf out = {0};
        struct quire_rle_encoder encoder;
        fault_alloc_arm(nth);
        quire_rle_encoder_init(&encoder, &out, 20);
        int code = quire_rle_encode_u32(&encoder, values, N);
        if (code == 0) code = quire_rle_finish(&encoder);
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
        cmocka_unit_test(test_run_by_hand),
        cmocka_unit_test(test_literals_by_hand),
        cmocka_unit_test(test_pieces_of_every_width),
        cmocka_unit_test(test_runs_join_values),
        cmocka_unit_test(test_peek_run),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_bit_packed_levels),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
