/* Blocks: what is compressed comes back, and nothing else is taken for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "codec/codec.h"
#include "codec/lz4_frame.h"
#include "codec_fixture.h"

/* Compresses into memory that the caller frees. */
static uint8_t *compress(const struct quire_codec *codec, const uint8_t *bytes, size_t size,
                         int level, size_t *packed_size)
{
    size_t capacity = codec->bound(size);
    uint8_t *packed = malloc(capacity + 1);
    assert_non_null(packed);
    assert_int_equal(codec->compress(bytes, size, level, packed, capacity, packed_size, NULL), 0);
    assert_true(*packed_size <= capacity);
    return packed;
}

static void round_trip(const struct quire_codec *codec, const uint8_t *bytes, size_t size,
                       int level)
{
    size_t packed_size = 0;
    uint8_t *packed = compress(codec, bytes, size, level, &packed_size);
    uint8_t *back = malloc(size + 1);
    assert_non_null(back);
    assert_int_equal(codec->decompress(packed, packed_size, back, size, NULL), 0);
    assert_memory_equal(back, bytes, size);
    free(back);
    free(packed);
}

static void each_codec(void (*run)(const struct quire_codec *codec))
{
    size_t size = 0;
    const struct quire_codec *const *rows = quire_codecs(&size);
    for (size_t i = 0; i < size; i++) {
        if (rows[i]->built_without == NULL) run(rows[i]);
    }
    if (quire_codec_lz4_frame.built_without == NULL) run(&quire_codec_lz4_frame);
}

static void run_sizes(const struct quire_codec *codec)
{
    static const size_t sizes[] = {0, 1, 2, 100, 65535, 65536, 65537, 3 << 20};
    uint8_t *bytes = malloc(3 << 20);
    assert_non_null(bytes);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        fixture_fill_text(bytes, sizes[i]);
        round_trip(codec, bytes, sizes[i], 0);
        fixture_fill_random(bytes, sizes[i]);
        round_trip(codec, bytes, sizes[i], 0);
    }
    free(bytes);
    round_trip(codec, NULL, 0, 0);
}

static void test_sizes(void **state)
{
    (void)state;
    each_codec(run_sizes);
}

static void run_levels(const struct quire_codec *codec)
{
    static uint8_t bytes[50000];
    fixture_fill_text(bytes, sizeof(bytes));
    for (int level = codec->level_min; level <= codec->level_max; level++)
        round_trip(codec, bytes, sizeof(bytes), level);
    char out[16];
    size_t out_size = 0;
    assert_int_equal(codec->compress("a", 1, codec->level_max + 1, out, 16, &out_size, NULL),
                     QUIRE_USAGE);
    assert_int_equal(codec->compress("a", 1, -99, out, 16, &out_size, NULL), QUIRE_USAGE);
}

static void test_levels(void **state)
{
    (void)state;
    each_codec(run_levels);
}

static void run_damage(const struct quire_codec *codec)
{
    enum { SIZE = 3000 };
    static uint8_t bytes[SIZE], back[SIZE + 1];
    fixture_fill_text(bytes, SIZE);
    size_t packed_size = 0;
    uint8_t *packed = compress(codec, bytes, SIZE, 0, &packed_size);
    assert_int_equal(codec->decompress(packed, packed_size, back, SIZE - 1, NULL), QUIRE_CORRUPT);
    assert_int_equal(codec->decompress(packed, packed_size, back, SIZE + 1, NULL), QUIRE_CORRUPT);
    assert_int_equal(codec->decompress(packed, packed_size, back, 0, NULL), QUIRE_CORRUPT);
    for (size_t cut = 0; cut < packed_size; cut++) {
        uint8_t *shorter = malloc(cut + 1); /* exact, so that a sanitizer sees reads beyond */
        assert_non_null(shorter);
        memcpy(shorter, packed, cut);
        assert_int_equal(codec->decompress(shorter, cut, back, SIZE, NULL), QUIRE_CORRUPT);
        free(shorter);
    }
    for (size_t bit = 0; bit < packed_size * 8; bit++) {
        packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        int code = codec->decompress(packed, packed_size, back, SIZE, NULL);
        assert_true(code == 0 || code == QUIRE_CORRUPT || code == QUIRE_LIMIT ||
                    code == QUIRE_UNSUPPORTED);
        packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    packed[packed_size] = 'x';
    assert_int_equal(codec->decompress(packed, packed_size + 1, back, SIZE, NULL), QUIRE_CORRUPT);
    free(packed);
}

static void test_damage(void **state)
{
    (void)state;
    each_codec(run_damage);
}

static void run_capacity(const struct quire_codec *codec)
{
    static uint8_t bytes[5000], out[5000];
    fixture_fill_random(bytes, sizeof(bytes));
    for (size_t capacity = 0; capacity < 5000; capacity += 499) {
        size_t out_size = 7777;
        struct quire_error error;
        assert_int_equal(codec->compress(bytes, sizeof(bytes), 0, out, capacity, &out_size, &error),
                         QUIRE_LIMIT);
        assert_int_equal(out_size, 7777);
    }
}

static void test_capacity(void **state)
{
    (void)state;
    each_codec(run_capacity);
}

static void test_concatenated_members(void **state)
{
    (void)state;
    const struct quire_codec *const codecs[] = {&quire_codec_gzip, &quire_codec_zstd};
    static uint8_t bytes[1000], back[2000];
    fixture_fill_text(bytes, sizeof(bytes));
    for (size_t i = 0; i < 2; i++) {
        if (codecs[i]->built_without != NULL) continue;
        size_t size = 0;
        uint8_t *packed = compress(codecs[i], bytes, sizeof(bytes), 0, &size);
        uint8_t *twice = malloc(2 * size);
        assert_non_null(twice);
        memcpy(twice, packed, size);
        memcpy(twice + size, packed, size);
        assert_int_equal(codecs[i]->decompress(twice, 2 * size, back, 2000, NULL), 0);
        assert_memory_equal(back, bytes, 1000);
        assert_memory_equal(back + 1000, bytes, 1000);
        assert_int_equal(codecs[i]->decompress(twice, 2 * size, back, 1000, NULL), QUIRE_CORRUPT);
        free(twice);
        free(packed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_capacity),
        cmocka_unit_test(test_concatenated_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
