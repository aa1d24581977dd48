/* The level of pages: the least where a higher one saves nothing, in either direction and
 * for the pages that follow, and the bytes always come back. */
#include "parquet_fixture.h"

#include "format/parquet/write/page_level.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_follows_the_data),
        cmocka_unit_test(test_small_pages_tell_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
