/* The level of pages: the least where a higher one saves nothing, none where that does, in either
 * direction and for the pages that follow, and the bytes always come back. */
#include "parquet_fixture.h"

#include "format/parquet/parquet_types.h"
#include "format/parquet/write/page_level.h"
#include "format/parquet/write/page_stored.h"

#define SIZE  ((size_t)1 << 16)
#define ASKED 9

static const struct quire_codec *zstd(void)
{
    const struct quire_codec *codec = NULL;
    if (quire_codec_find("zstd", &codec, NULL) != 0) skip(); /* built without */
    return codec;
}

static void fill_random(uint8_t *bytes, size_t size, unsigned seed)
{
    struct quire_random random;
    quire_random_seed(&random, seed);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)quire_random_below(&random, 256);
}

/* Words in any order: a higher level finds more of them again. */
static void fill_words(uint8_t *bytes, size_t size, unsigned seed)
{
    struct quire_random random;
    quire_random_seed(&random, seed);
    for (size_t i = 0; i < size; i++) {
        static const char words[] = "departure arrival carrier airport distance delay hour minute ";
        size_t start = quire_random_below(&random, 40);
        for (size_t k = start; k < start + 12 && i < size; k++)
            bytes[i++] = (uint8_t)words[k];
    }
}

static size_t plainly(const uint8_t *bytes, size_t size, int level)
{
    static uint8_t out[SIZE * 2];
    size_t out_size = 0;
    assert_int_equal(zstd()->compress(bytes, size, level, out, sizeof(out), &out_size, NULL), 0);
    return out_size;
}

/* Compresses a page, checks that it comes back, and returns its size. */
static size_t page(struct quire_page_level *level, const uint8_t *bytes, size_t size)
{
    static uint8_t out[SIZE * 2], back[SIZE];
    size_t out_size = 0;
    assert_int_equal(quire_page_level_compress(level, zstd(), ASKED, bytes, size, out, sizeof(out),
                                               &out_size, NULL),
                     0);
    assert_int_equal(zstd()->decompress(out, out_size, back, size, NULL), 0);
    assert_memory_equal(back, bytes, size);
    return out_size;
}

static void test_follows_the_data(void **state)
{
    (void)state;
    static uint8_t noise[SIZE], words[SIZE];
    struct quire_page_level level = {0};
    fill_random(noise, SIZE, 1);
    memset(words, ' ', SIZE);
    fill_words(words, SIZE, 2);
    size_t low = plainly(words, SIZE, 1), high = plainly(words, SIZE, ASKED);
    assert_true(high < low * 9 / 10); /* or this test tells nothing */
    assert_true(page(&level, noise, SIZE) <= plainly(noise, SIZE, 1));
    assert_true(level.least);
    assert_int_equal(page(&level, words, SIZE), low); /* not known yet */
    unsigned pages = 2;
    while (level.least && pages++ < 40)
        (void)page(&level, words, SIZE);
    assert_true(pages < 40);
    assert_int_equal(page(&level, words, SIZE), high);
    while (!level.least && pages++ < 80)
        (void)page(&level, noise, SIZE);
    assert_true(pages < 80);
}

static void test_small_pages_tell_nothing(void **state)
{
    (void)state;
    uint8_t noise[100];
    struct quire_page_level level = {0};
    fill_random(noise, sizeof(noise), 3);
    assert_int_equal(page(&level, noise, sizeof(noise)), plainly(noise, sizeof(noise), ASKED));
    assert_false(level.least);
    assert_int_equal(level.pages, 0);
}

/* Noise is stored, by each codec that has a form for it and at any size; what can be made
 * smaller is not. */
static void test_stored(void **state)
{
    (void)state;
    static uint8_t noise[5 * SIZE / 2], out[5 * SIZE], back[5 * SIZE / 2];
    static const size_t sizes[] = {4096, 5 * SIZE / 2, SIZE, SIZE + 1, 2 * SIZE, 2 * SIZE + 1};
    static const struct {
        const char *name;
        int32_t id;
    } codecs[] = {{"zstd", QUIRE_PARQUET_ZSTD}, {"snappy", QUIRE_PARQUET_SNAPPY}};
    fill_random(noise, sizeof(noise), 4);
    for (size_t c = 0; c < sizeof(codecs) / sizeof(codecs[0]); c++) {
        const struct quire_codec *codec = NULL;
        struct quire_page_level level = {.codec_id = codecs[c].id};
        if (quire_codec_find(codecs[c].name, &codec, NULL) != 0) continue; /* built without */
        for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
            size_t size = 0;
            assert_int_equal(quire_page_level_compress(&level, codec, 0, noise, sizes[i], out,
                                                       codec->bound(sizes[i]), &size, NULL),
                             0);
            assert_true(level.stored);
            if (i > 0) assert_int_equal(size, quire_page_stored_size(codecs[c].id, sizes[i]));
            assert_true(size <= sizes[i] + sizes[i] / 1000 + 16);
            assert_int_equal(codec->decompress(out, size, back, sizes[i], NULL), 0);
            assert_memory_equal(back, noise, sizes[i]);
        }
        memset(noise, 'a', SIZE);
        for (int i = 0; level.stored && i < 40; i++) {
            size_t size = 0;
            assert_int_equal(quire_page_level_compress(&level, codec, 0, noise, SIZE, out,
                                                       sizeof(out), &size, NULL),
                             0);
        }
        assert_false(level.stored);
        fill_random(noise, SIZE, 4);
    }
}

/* Where there is no room for the stored form, a page is compressed as ever. */
static void test_no_room(void **state)
{
    (void)state;
    static uint8_t text[SIZE], out[SIZE];
    struct quire_page_level level = {.codec_id = QUIRE_PARQUET_ZSTD, .stored = true, .pages = 1};
    size_t size = 0;
    memset(text, 'a', SIZE);
    assert_int_equal(
        quire_page_level_compress(&level, zstd(), 1, text, SIZE, out, sizeof(out), &size, NULL), 0);
    assert_true(size < SIZE / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_follows_the_data),
        cmocka_unit_test(test_small_pages_tell_nothing),
        cmocka_unit_test(test_stored),
        cmocka_unit_test(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
