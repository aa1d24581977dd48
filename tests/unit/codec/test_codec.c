/* The registry: names, levels, extensions and magic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "codec/codec.h"

static void test_rows_are_complete(void **state)
{
    (void)state;
    size_t size = 0;
    const struct quire_codec *const *rows = quire_codecs(&size);
    assert_int_equal(size, 6);
    for (size_t i = 0; i < size; i++) {
        assert_non_null(rows[i]->name);
        assert_non_null(rows[i]->summary);
        assert_true(rows[i]->bound && rows[i]->compress && rows[i]->decompress);
        assert_true(rows[i]->out_open && rows[i]->in_open);
        assert_true(rows[i]->level_min <= rows[i]->level_default);
        assert_true(rows[i]->level_default <= rows[i]->level_max);
        const struct quire_codec *found = NULL;
        int code = quire_codec_find(rows[i]->name, &found, NULL);
        assert_int_equal(code, rows[i]->built_without != NULL ? QUIRE_UNSUPPORTED : 0);
        if (code == 0) assert_ptr_equal(found, rows[i]);
    }
}

/* A row without its library answers every call, and says which library. */
static void test_rows_without_library_say_so(void **state)
{
    (void)state;
    size_t size = 0;
    const struct quire_codec *const *rows = quire_codecs(&size);
    for (size_t i = 0; i < size; i++) {
        if (rows[i]->built_without == NULL) continue;
        char out[64];
        size_t out_size = 0;
        struct quire_out *stream_out = NULL;
        struct quire_in *stream_in = NULL;
        struct quire_error error;
        assert_int_equal(rows[i]->bound(10), 0);
        assert_int_equal(rows[i]->compress("a", 1, 0, out, 64, &out_size, &error),
                         QUIRE_UNSUPPORTED);
        assert_non_null(strstr(error.cause, rows[i]->built_without));
        assert_int_equal(rows[i]->decompress("a", 1, out, 1, NULL), QUIRE_UNSUPPORTED);
        assert_int_equal(rows[i]->out_open(NULL, 0, 1, &stream_out, NULL), QUIRE_UNSUPPORTED);
        assert_int_equal(rows[i]->in_open(NULL, &stream_in, NULL), QUIRE_UNSUPPORTED);
    }
}

static void expect_usage(const char *text, const char *cause, const char *hint)
{
    const struct quire_codec *codec = NULL;
    int level = 77;
    struct quire_error error;
    assert_int_equal(quire_codec_parse(text, &codec, &level, &error), QUIRE_USAGE);
    assert_null(codec);
    assert_int_equal(level, 77);
    if (strstr(error.cause, cause) == NULL) fail_msg("%s: cause is '%s'", text, error.cause);
    if (strstr(error.hint, hint) == NULL) fail_msg("%s: hint is '%s'", text, error.hint);
}

static void test_parse(void **state)
{
    (void)state;
    const struct quire_codec *codec = NULL;
    int level = 77;
    assert_int_equal(quire_codec_parse("none", &codec, &level, NULL), 0);
    assert_string_equal(codec->name, "none");
    assert_int_equal(level, 0);
    codec = NULL;
    expect_usage("zst", "zst", "\"zstd\"");
    expect_usage("gzpi", "gzpi", "\"gzip\"");
    expect_usage("entirely-else", "entirely-else", "snappy");
    expect_usage("", "no codec", "none");
    expect_usage("a-name-that-is-longer-than-any-name-of-a-codec:3", "a-name", "none");
    expect_usage("none:1", "none has no levels", "");
}

static void test_parse_levels(void **state)
{
    (void)state;
    if (quire_codec_zstd.built_without != NULL || quire_codec_gzip.built_without != NULL) skip();
    const struct quire_codec *codec = NULL;
    int level = 77;
    assert_int_equal(quire_codec_parse("zstd:3", &codec, &level, NULL), 0);
    assert_ptr_equal(codec, &quire_codec_zstd);
    assert_int_equal(level, 3);
    assert_int_equal(quire_codec_parse("zstd:-7", &codec, &level, NULL), 0);
    assert_int_equal(level, -7);
    assert_int_equal(quire_codec_parse("gzip", &codec, &level, NULL), 0);
    assert_ptr_equal(codec, &quire_codec_gzip);
    assert_int_equal(level, 0);
    expect_usage("zstd:99", "-7 to 22", "");
    expect_usage("zstd:99999999999999999999", "-7 to 22", "");
    expect_usage("gzip:0", "1 to 9", "");
    expect_usage("gzip:", "not a level", "zstd:3");
    expect_usage("gzip:6x", "not a level", "");
    expect_usage("gzip: 6", "not a level", "");
    expect_usage("gzip:6:7", "not a level", "");
}

static void test_paths(void **state)
{
    (void)state;
    assert_ptr_equal(quire_codec_of_path("a/b.csv.gz"), &quire_codec_gzip);
    assert_ptr_equal(quire_codec_of_path("s3://x/b.jsonl.ZST"), &quire_codec_zstd);
    assert_ptr_equal(quire_codec_of_path("b.lz4"), &quire_codec_lz4);
    assert_ptr_equal(quire_codec_of_path("b.sz"), &quire_codec_snappy);
    assert_ptr_equal(quire_codec_of_path("b.br"), &quire_codec_brotli);
    assert_null(quire_codec_of_path("b.gz.csv"));
    assert_null(quire_codec_of_path("b.gz/csv"));
    assert_null(quire_codec_of_path("a/.gz"));
    assert_null(quire_codec_of_path("gz"));
    assert_null(quire_codec_of_path("a."));
    assert_null(quire_codec_of_path(""));
}

static void test_magic(void **state)
{
    (void)state;
    assert_ptr_equal(quire_codec_of_magic("\x1f\x8b\x08\x00\x00\x00", 6), &quire_codec_gzip);
    assert_ptr_equal(quire_codec_of_magic("\x28\xb5\x2f\xfd", 4), &quire_codec_zstd);
    assert_ptr_equal(quire_codec_of_magic("\x04\x22\x4d\x18", 4), &quire_codec_lz4);
    assert_ptr_equal(quire_codec_of_magic("\xff\x06\x00\x00sNaPpY", 10), &quire_codec_snappy);
    assert_null(quire_codec_of_magic("\x28\xb5\x2f", 3));
    assert_null(quire_codec_of_magic("a,b,c\n", 6));
    assert_null(quire_codec_of_magic("", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_complete),
        cmocka_unit_test(test_rows_without_library_say_so),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_levels),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_magic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
