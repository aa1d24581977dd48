/* Which format and codec: as asked, by name, by content. */
#include "file_fixture.h"

#include "file/detect.h"

static const uint8_t gzip_bytes[] = {0x1f, 0x8b, 8, 0, 0, 0};
static const uint8_t zstd_bytes[] = {0x28, 0xb5, 0x2f, 0xfd, 0, 0};

/* The first bytes of what is in columns. */
static int columns_of(const char *wanted, const char *url, const char *bytes, const char **name,
                      struct quire_error *error)
{
    const struct quire_format *format = NULL;
    int code = quire_detect_format(wanted, url, (const uint8_t *)bytes, 16, &format, error);
    *name = format != NULL ? format->name : "";
    return code;
}

static const char *format_of(const char *wanted, const char *url, const char *content)
{
    const struct quire_format *format = NULL;
    if (quire_detect_format(wanted, url, (const uint8_t *)content, strlen(content), &format,
                            NULL) != 0)
        return "";
    return format->name;
}

static void test_formats(void **state)
{
    (void)state;
    assert_string_equal(format_of(NULL, "x.csv", "{}"), "csv");
    assert_string_equal(format_of(NULL, "x.csv.gz", ""), "csv");
    assert_string_equal(format_of("jsonl", "x.csv", ""), "jsonl");
    assert_string_equal(format_of(NULL, "x", "\n  {\"a\":1}"), "jsonl");
    assert_string_equal(format_of(NULL, "x", " [1]"), "json");
    assert_string_equal(format_of(NULL, "-", "{"), "jsonl");
    assert_string_equal(format_of(NULL, "x", "a,b"), "");
    assert_string_equal(format_of(NULL, "x", ""), "");
}

static void test_formats_of_columns(void **state)
{
    static const char file[16] = "ARROW1\0\0\xff\xff\xff\xff\x10\0\0";
    static const char stream[16] = "\xff\xff\xff\xff\x10\0\0\0\x10\0\0\0\0\0\x0a";
    static const char text[16] = "ARROW1,ARROW2\n1";
    static const char other[16] = "\xff\xff\xff\xff\xff\xff\xff\xff";
    const char *name;
    struct quire_error error = {0};
    (void)state;
    assert_int_equal(columns_of(NULL, "-", file, &name, NULL), 0);
    assert_string_equal(name, "arrow");
    assert_int_equal(columns_of(NULL, "-", stream, &name, NULL), 0);
    assert_string_equal(name, "arrow-stream");
    assert_int_equal(columns_of(NULL, "x.feather", stream, &name, NULL), 0);
    assert_string_equal(name, "arrow");
    assert_int_equal(columns_of(NULL, "x.arrows", file, &name, NULL), 0);
    assert_int_equal(columns_of("csv", "x.arrow", file, &name, NULL), 0);
    assert_string_equal(name, "csv");
    assert_int_equal(columns_of(NULL, "x.csv", text, &name, NULL), 0);
    assert_int_equal(columns_of(NULL, "x", text, &name, NULL), QUIRE_USAGE);
    assert_int_equal(columns_of(NULL, "x", other, &name, NULL), QUIRE_USAGE);
    assert_int_equal(columns_of(NULL, "x.csv", file, &name, &error), QUIRE_CORRUPT);
    assert_non_null(strstr(error.hint, "--from arrow"));
    assert_int_equal(columns_of(NULL, "x.parquet", stream, &name, &error), QUIRE_CORRUPT);
    assert_non_null(strstr(error.hint, "--from arrow-stream"));
    assert_int_equal(columns_of(NULL, "x.arrow", "PAR1\x15\x04\x15\x10zzzzzzzz", &name, &error),
                     QUIRE_CORRUPT);
    assert_non_null(strstr(error.hint, "--from parquet"));
}

static void test_formats_that_fail(void **state)
{
    const struct quire_format *format = NULL;
    struct quire_error error = {0};
    (void)state;
    assert_int_equal(quire_detect_format(NULL, "x", (const uint8_t *)"a", 1, &format, &error),
                     QUIRE_USAGE);
    assert_non_null(strstr(error.hint, "--from"));
    assert_int_equal(quire_detect_format("jsonk", "x", NULL, 0, &format, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.hint, "json"));
    assert_int_equal(quire_detect_format("table", "x", NULL, 0, &format, &error),
                     QUIRE_UNSUPPORTED);
    assert_int_equal(quire_choose_format(NULL, "x", &format, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.hint, "--to"));
}

static int codec_of(const char *wanted, const char *url, const uint8_t *bytes, size_t size,
                    const char **name)
{
    const struct quire_codec *codec = NULL;
    int code = quire_detect_codec(wanted, url, bytes, size, &codec, NULL);
    *name = codec != NULL ? codec->name : "";
    return code;
}

static void expect_codec(const char *wanted, const char *url, const uint8_t *bytes,
                         const char *expected)
{
    const char *name;
    assert_int_equal(codec_of(wanted, url, bytes, bytes != NULL ? 6 : 0, &name), 0);
    assert_string_equal(name, expected);
}

static void test_codecs(void **state)
{
    const char *name;
    (void)state;
    expect_codec(NULL, "x.csv", gzip_bytes, "gzip");
    expect_codec(NULL, "x.csv.gz", zstd_bytes, "zstd");
    expect_codec(NULL, "x.csv.gz", NULL, "gzip");
    expect_codec(NULL, "x.csv", (const uint8_t *)"a,b,c,", "");
    expect_codec("none", "x.csv.gz", gzip_bytes, "");
    expect_codec("zstd", "x", gzip_bytes, "zstd");
    assert_int_equal(codec_of(NULL, "x.csv.gz", (const uint8_t *)"a,b,c,", 6, &name),
                     QUIRE_CORRUPT);
    assert_int_equal(codec_of("gzop", "x", NULL, 0, &name), QUIRE_USAGE);
}

static void test_codecs_to_write(void **state)
{
    const struct quire_codec *codec = NULL;
    const struct quire_format *csv = NULL;
    int level = -1;
    (void)state;
    assert_int_equal(quire_format_find("csv", &csv, NULL), 0);
    assert_int_equal(quire_choose_codec(NULL, "x.csv", csv, &codec, &level, NULL), 0);
    assert_null(codec);
    assert_int_equal(quire_choose_codec("zstd:3", "x.csv.gz", csv, &codec, &level, NULL), 0);
    assert_string_equal(codec->name, "zstd");
    assert_int_equal(level, 3);
    assert_int_equal(quire_choose_codec(NULL, "x.csv.gz", csv, &codec, &level, NULL), 0);
    assert_string_equal(codec->name, "gzip");
    assert_int_equal(level, 0);
    assert_int_equal(quire_choose_codec("none", "x.csv.gz", csv, &codec, &level, NULL), 0);
    assert_null(codec);
}

/* No codec is put around a format that compresses inside. */
static void test_codecs_inside(void **state)
{
    const struct quire_codec *codec = NULL;
    const struct quire_format *parquet = NULL;
    struct quire_error error;
    int level = -1;
    (void)state;
    assert_int_equal(quire_format_find("parquet", &parquet, NULL), 0);
    assert_int_equal(quire_choose_codec("zstd:3", "x.parquet", parquet, &codec, &level, &error), 0);
    assert_null(codec);
    assert_int_equal(quire_choose_codec(NULL, "x.parquet.gz", parquet, &codec, &level, &error),
                     QUIRE_USAGE);
    assert_non_null(strstr(error.cause, "compressed inside"));
    assert_non_null(strstr(error.hint, "leave .gz off the name"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),       cmocka_unit_test(test_formats_that_fail),
        cmocka_unit_test(test_codecs),        cmocka_unit_test(test_codecs_to_write),
        cmocka_unit_test(test_codecs_inside), cmocka_unit_test(test_formats_of_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
