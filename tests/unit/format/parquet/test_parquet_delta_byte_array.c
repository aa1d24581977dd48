/* DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY. */
#include "parquet_fixture.h"

#include "format/parquet/encoding/delta_byte_array.h"

#define N 700

static const struct quire_bytes words[] = {
    {(const uint8_t *)"axis", 4},
    {(const uint8_t *)"axle", 4},
    {(const uint8_t *)"babble", 6},
    {(const uint8_t *)"babyhood", 8},
};

static void test_examples_of_specification(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_delta_bytes_encoder encoder = {0};
    struct quire_delta_length_encoder lengths = {0};
    assert_int_equal(quire_delta_bytes_encode(&encoder, words, 4, NULL), 0);
    assert_int_equal(quire_delta_bytes_finish(&encoder, &out), 0);
    assert_memory_equal(out.data + out.size - 17, "axislebabbleyhood", 17);
    quire_buf_clear(&out);
    assert_int_equal(quire_delta_length_encode(&lengths, words, 4, NULL), 0);
    assert_int_equal(quire_delta_length_finish(&lengths, &out), 0);
    assert_memory_equal(out.data + out.size - 22, "axisaxlebabblebabyhood", 22);
    quire_delta_bytes_encoder_release(&encoder);
    quire_delta_length_encoder_release(&lengths);
}

/* Words that often begin as the one before them; some are empty, some long. */
static void fill(struct quire_random *random, struct quire_bytes *values, uint8_t *bytes)
{
    for (size_t i = 0; i < N; i++) {
        size_t size = quire_random_below(random, 30);
        if (quire_random_below(random, 50) == 0) size = 200;
        size_t same = i > 0 ? quire_random_below(random, values[i - 1].size + 1) : 0;
        if (same > size) same = size;
        if (same > 0) memcpy(bytes, values[i - 1].data, same);
        for (size_t k = same; k < size; k++)
            bytes[k] = (uint8_t)(quire_random_below(random, 3));
        values[i] = (struct quire_bytes){bytes, size};
        bytes += size;
    }
}

static void expect_equal(const struct quire_bytes *a, const struct quire_bytes *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(a[i].size, b[i].size);
        if (a[i].size > 0) assert_memory_equal(a[i].data, b[i].data, a[i].size);
    }
}

static int encode(bool prefixes, struct quire_random *random, const struct quire_bytes *values,
                  struct quire_buf *out)
{
    struct quire_delta_bytes_encoder encoder = {0};
    struct quire_delta_length_encoder lengths = {0};
    int code = 0;
    for (size_t at = 0; at < N && code == 0;) {
        size_t part = random != NULL ? 1 + quire_random_below(random, N - at) : N;
        code = prefixes ? quire_delta_bytes_encode(&encoder, values + at, part, NULL)
                        : quire_delta_length_encode(&lengths, values + at, part, NULL);
        at += part;
    }
    if (code == 0)
        code = prefixes ? quire_delta_bytes_finish(&encoder, out)
                        : quire_delta_length_finish(&lengths, out);
    quire_delta_bytes_encoder_release(&encoder);
    quire_delta_length_encoder_release(&lengths);
    return code;
}

/* Decodes in pieces and compares each with what is expected (NULL: only decodes). */
static int decode(bool prefixes, struct quire_random *random, const uint8_t *bytes, size_t size,
                  const struct quire_bytes *expected)
{
    struct quire_delta_bytes_decoder decoder = {0};
    struct quire_delta_length_decoder lengths = {0};
    struct quire_bytes back[N];
    struct quire_error error;
    struct quire_page_bytes page = quire_page_bytes_of(bytes, size);
    int code = prefixes ? quire_delta_bytes_decoder_init(&decoder, page, N, &error)
                        : quire_delta_length_decoder_init(&lengths, page, N, &error);
    for (size_t at = 0; at < N && code == 0;) {
        size_t part = 1 + quire_random_below(random, N - at);
        code = prefixes ? quire_delta_bytes_decode(&decoder, back, part, &error)
                        : quire_delta_length_decode(&lengths, back, part, &error);
        if (code == 0 && expected != NULL) expect_equal(back, expected + at, part);
        at += part;
    }
    quire_delta_bytes_decoder_release(&decoder);
    return code;
}

static void test_pieces(void **state)
{
    (void)state;
    static uint8_t bytes[N * 200];
    struct quire_random random;
    quire_random_seed(&random, 9);
    for (int turn = 0; turn < 40; turn++) {
        for (int prefixes = 0; prefixes <= 1; prefixes++) {
            QUIRE_CLEANUP(quire_buf_release) struct quire_buf one = {0}, many = {0};
            struct quire_bytes values[N];
            fill(&random, values, bytes);
            assert_int_equal(encode(prefixes, NULL, values, &one), 0);
            assert_int_equal(encode(prefixes, &random, values, &many), 0);
            assert_int_equal(one.size, many.size);
            assert_memory_equal(one.data, many.data, one.size);
            uint8_t *exact = fixture_exact(one.data, one.size);
            assert_int_equal(decode(prefixes, &random, exact, one.size, values), 0);
            quire_free(exact);
        }
    }
}

static void test_damage(void **state)
{
    (void)state;
    static uint8_t bytes[N * 200];
    struct quire_random random;
    struct quire_bytes values[N];
    quire_random_seed(&random, 10);
    fill(&random, values, bytes);
    for (int prefixes = 0; prefixes <= 1; prefixes++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
        assert_int_equal(encode(prefixes, NULL, values, &out), 0);
        for (size_t size = 0; size < out.size; size += 1 + size / 50) {
            uint8_t *exact = fixture_exact(out.data, size);
            assert_int_equal(decode(prefixes, &random, exact, size, NULL), QUIRE_CORRUPT);
            quire_free(exact);
        }
        for (int turn = 0; turn < 1000; turn++) {
            uint8_t *exact = fixture_exact(out.data, out.size);
            exact[quire_random_below(&random, 800)] = (uint8_t)quire_random_u64(&random);
            decode(prefixes, &random, exact, out.size, NULL);
            quire_free(exact);
        }
    }
}

static void test_memory_out(void **state)
{
    (void)state;
    static uint8_t bytes[N * 200];
    struct quire_random random;
    struct quire_bytes values[N];
    quire_random_seed(&random, 11);
    fill(&random, values, bytes);
    for (int prefixes = 0; prefixes <= 1; prefixes++) {
        for (int64_t nth = 1;; nth++) {
            struct quire_buf out = {0};
            fault_alloc_arm(nth);
            int code = encode(prefixes, NULL, values, &out);
            if (code == 0) code = decode(prefixes, &random, out.data, out.size, values);
            quire_buf_release(&out);
            bool failed = fault_alloc_disarm();
            assert_int_equal(fault_alloc_held(), 0);
            assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
            if (!failed) break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_of_specification),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
