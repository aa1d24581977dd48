/* The three things that files call LZ4, and how far pages can blow up. */
#include "base/random.h"
#include "parquet_fixture.h"

#include "format/parquet/parquet_types.h"
#include "format/parquet/read/page_codec.h"
#include "memory_in.h"
#include "quire/codec.h"

static const char text[] = "to be or not to be, to be or not to be, to be or not to be";

static const struct quire_codec *lz4(void)
{
    const struct quire_codec *codec = NULL;
    assert_int_equal(quire_codec_find("lz4", &codec, NULL), 0);
    return codec;
}

static size_t compress(const char *bytes, size_t size, uint8_t *out, size_t capacity)
{
    size_t got = 0;
    assert_int_equal(lz4()->compress(bytes, size, 0, out, capacity, &got, NULL), 0);
    return got;
}

/* Two frames of Hadoop, of the first n bytes and of the others. */
static size_t make_hadoop(size_t n, uint8_t *out, size_t capacity)
{
    size_t size = 0;
    const size_t parts[2][2] = {{0, n}, {n, sizeof(text) - n}};
    for (int i = 0; i < 2; i++) {
        size_t got = compress(text + parts[i][0], parts[i][1], out + size + 8, capacity - size - 8);
        memset(out + size, 0, 8);
        out[size + 3] = (uint8_t)parts[i][1];
        out[size + 7] = (uint8_t)got;
        size += 8 + got;
    }
    return size;
}

/* One frame of Hadoop with two blocks. */
static size_t make_blocks(size_t n, uint8_t *out, size_t capacity)
{
    const size_t parts[2][2] = {{0, n}, {n, sizeof(text) - n}};
    size_t size = 4;
    memset(out, 0, size);
    out[3] = (uint8_t)sizeof(text);
    for (int i = 0; i < 2; i++) {
        size_t got = compress(text + parts[i][0], parts[i][1], out + size + 4, capacity - size - 4);
        memset(out + size, 0, 4);
        out[size + 3] = (uint8_t)got;
        size += 4 + got;
    }
    return size;
}

/* Literals and matches of more than 15 bytes, and of more than 270. */
static void test_blocks_of_long_runs(void **state)
{
    (void)state;
    enum { RANDOM = 700, SAME = 5000, ALL = RANDOM + SAME };
    uint8_t plain[ALL], back[ALL], bytes[2 * ALL];
    struct quire_random random;
    quire_random_seed(&random, 1);
    for (size_t i = 0; i < ALL; i++)
        plain[i] = i < RANDOM ? (uint8_t)quire_random_below(&random, 256) : 'x';
    size_t got = compress((const char *)plain, ALL, bytes + 8, sizeof(bytes) - 8);
    const uint8_t head[8] = {0, 0, ALL >> 8, ALL & 255, 0, 0, (uint8_t)(got >> 8), (uint8_t)got};
    memcpy(bytes, head, 8);
    assert_int_equal(quire_page_decompress(QUIRE_PARQUET_LZ4, bytes, got + 8, back, ALL, NULL), 0);
    assert_memory_equal(back, plain, ALL);
}

static void expect_text(const uint8_t *bytes, size_t size)
{
    uint8_t back[sizeof(text)] = {0};
    uint8_t *exact = fixture_exact(bytes, size);
    assert_int_equal(
        quire_page_decompress(QUIRE_PARQUET_LZ4, exact, size, back, sizeof(back), NULL), 0);
    assert_memory_equal(back, text, sizeof(text));
    /* Another size than the page's, and an end that is missing. */
    assert_int_equal(
        quire_page_decompress(QUIRE_PARQUET_LZ4, exact, size, back, sizeof(back) - 1, NULL),
        QUIRE_CORRUPT);
    assert_int_equal(
        quire_page_decompress(QUIRE_PARQUET_LZ4, exact, size - 1, back, sizeof(back), NULL),
        QUIRE_CORRUPT);
    quire_free(exact);
}

static void test_lz4(void **state)
{
    (void)state;
    uint8_t bytes[256];
    expect_text(bytes, compress(text, sizeof(text), bytes, sizeof(bytes)));
    expect_text(bytes, make_hadoop(20, bytes, sizeof(bytes)));
    expect_text(bytes, make_blocks(20, bytes, sizeof(bytes)));
    struct memory_out below;
    struct quire_out *out = NULL;
    memory_out_init(&below);
    assert_int_equal(lz4()->out_open(&below.out, 0, 1, &out, NULL), 0);
    assert_int_equal(quire_out_write(out, text, sizeof(text), NULL), 0);
    assert_int_equal(out->ops->finish(out, NULL), 0);
    quire_out_close(out);
    expect_text(below.buf.data, below.buf.size);
    quire_buf_release(&below.buf);
}

static void test_bounds(void **state)
{
    (void)state;
    size_t most = 0;
    struct quire_error error;
    static const int32_t codecs[] = {QUIRE_PARQUET_SNAPPY, QUIRE_PARQUET_GZIP,
                                     QUIRE_PARQUET_BROTLI, QUIRE_PARQUET_ZSTD,
                                     QUIRE_PARQUET_LZ4,    QUIRE_PARQUET_LZ4_RAW};
    static const char *const names[] = {"snappy", "gzip", "brotli", "zstd", "lz4", "lz4"};
    /* Zeros are what blows up furthest. */
    uint8_t *zeros = quire_alloc_zero((size_t)1 << 24, 1), *out = quire_alloc((size_t)1 << 25);
    for (size_t i = 0; i < 6; i++) {
        const struct quire_codec *codec;
        size_t got = 0;
        assert_int_equal(quire_codec_find(names[i], &codec, NULL), 0);
        assert_int_equal(
            codec->compress(zeros, (size_t)1 << 24, 0, out, (size_t)1 << 25, &got, NULL), 0);
        assert_int_equal(quire_page_codec_most(codecs[i], got, &most, &error), 0);
        assert_true(most >= (size_t)1 << 24);
    }
    quire_free(zeros);
    quire_free(out);
    assert_int_equal(quire_page_codec_most(QUIRE_PARQUET_LZO, 1, &most, &error), QUIRE_UNSUPPORTED);
    assert_non_null(strstr(error.cause, "LZO"));
    assert_int_equal(quire_page_codec_most(-1, 1, &most, &error), QUIRE_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lz4),
                                       cmocka_unit_test(test_blocks_of_long_runs),
                                       cmocka_unit_test(test_bounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
