/* What chunks say of their values, by hand: extremes, conversions, choices, errors. */
#include "chunk_write_fixture.h"

#include <math.h>

#include "format/parquet/write/leaf_values.h"

/* Written by these tests without a cipher. */
__attribute__((weak)) int quire_cipher_encrypt(const struct quire_parquet_cipher *cipher,
                                               const struct quire_module_place *place,
                                               const void *plain, size_t size,
                                               struct quire_buf *out, struct quire_error *error)
{
    (void)cipher, (void)place, (void)plain, (void)size, (void)out;
    return quire_fail(error, QUIRE_INTERNAL, "encrypt", "no cipher was given");
}

static int write_rows(const struct table *table, const struct quire_chunk_options *options,
                      struct quire_written_chunk *chunk, struct quire_error *error)
{
    struct quire_chunk_writer *writer = NULL;
    int code = quire_chunk_writer_new(&table->schema, 0, options, &writer, error);
    if (code == 0)
        code = quire_chunk_writer_add(writer, table->view, 0, table->view->length, error);
    if (code == 0) code = quire_chunk_writer_finish(writer, chunk, error);
    quire_chunk_writer_free(writer);
    return code;
}

static void write_table(struct table *table, const struct quire_chunk_options *options,
                        struct quire_written_chunk *chunk)
{
    struct quire_error error;
    *chunk = (struct quire_written_chunk){0};
    if (write_rows(table, options, chunk, &error) != 0) fail_msg("%s", error.cause);
}

static struct table strings(const char *type, const char *const *texts, size_t n)
{
    struct table table;
    struct quire_column *columns = table_begin(&table, type);
    for (size_t i = 0; i < n; i++) {
        if (texts[i] == NULL)
            assert_int_equal(quire_column_append_null(&columns->children[0]), 0);
        else
            assert_int_equal(
                quire_column_append_bytes(&columns->children[0], texts[i], strlen(texts[i])), 0);
        assert_int_equal(quire_column_end_struct(columns), 0);
    }
    table_end(&table, columns);
    return table;
}

static struct table integers(const char *type, const int64_t *values, size_t n)
{
    struct table table;
    struct quire_column *columns = table_begin(&table, type);
    for (size_t i = 0; i < n; i++) {
        bool fits = false;
        assert_int_equal(quire_column_append_int(&columns->children[0], values[i], &fits), 0);
        assert_true(fits);
        assert_int_equal(quire_column_end_struct(columns), 0);
    }
    table_end(&table, columns);
    return table;
}

static struct table doubles(const double *values, size_t n)
{
    struct table table;
    struct quire_column *columns = table_begin(&table, "a float64");
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(quire_column_append_f64(&columns->children[0], values[i]), 0);
        assert_int_equal(quire_column_end_struct(columns), 0);
    }
    table_end(&table, columns);
    return table;
}

/* --- Extremes ------------------------------------------------------------------------------- */

/* The pages have these bytes before the last `behind`. */
static void assert_pages_end(const struct quire_written_chunk *chunk, const void *bytes,
                             size_t size, size_t behind)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf pages = {0};
    copy_pages(chunk, &pages);
    assert_true(pages.size >= size + behind);
    assert_memory_equal(pages.data + pages.size - behind - size, bytes, size);
}

static void assert_bounds(const struct quire_written_chunk *chunk, const void *min, size_t min_size,
                          const void *max, size_t max_size)
{
    const struct quire_parquet_statistics *statistics = chunk->metadata.statistics;
    assert_int_equal(statistics->min_value.size, min_size);
    assert_memory_equal(statistics->min_value.data, min, min_size);
    assert_int_equal(statistics->max_value.size, max_size);
    assert_memory_equal(statistics->max_value.data, max, max_size);
}

static void test_text_is_cut(void **state)
{
    (void)state;
    static const struct {
        const char *min, *max;
        const char *cut_min, *cut_max; /* NULL: none */
    } cases[] = {
        {"abcd", "abcd", "abcd", "abcd"},
        {"abcdefg", "bbbbbbb", "abcd", "bbbc"},
        {"aaa\xc3\xa9", "aab\xc3\xa9", "aaa", "aac"}, /* within a character */
        {"a", "zz\xf4\x8f\xbf\xbf", "a", "z{"},       /* the last one there is */
        {"a", "\xf4\x8f\xbf\xbf\xf4\x8f\xbf\xbf", "a", NULL},
        {"a", "bc\x7f\x7fz", "a", "bc\xc2\x80"}, /* the next takes a byte more */
        {"a",
         "b\xed\x9f\xbf"
         "aa",
         "a", "b\xee\x80\x80"}, /* over the surrogates */
    };
    struct quire_chunk_options options = chunk_options();
    options.statistics_bytes = 4;
    for (int dictionary = 0; dictionary < 2; dictionary++) {
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            struct quire_written_chunk chunk;
            struct table table =
                strings("a string", (const char *[]){cases[i].max, NULL, cases[i].min}, 3);
            options.encoding = dictionary ? QUIRE_ENCODING_RLE_DICTIONARY : QUIRE_ENCODING_PLAIN;
            options.dictionary = dictionary != 0;
            write_table(&table, &options, &chunk);
            const struct quire_parquet_statistics *statistics = chunk.metadata.statistics;
            assert_int_equal(statistics->min_value.size, strlen(cases[i].cut_min));
            assert_memory_equal(statistics->min_value.data, cases[i].cut_min,
                                strlen(cases[i].cut_min));
            assert_int_equal(statistics->is_min_value_exact, strlen(cases[i].min) <= 4);
            assert_true((statistics->present & QUIRE_STATISTICS_HAS_MIN_EXACT) != 0);
            const struct quire_thrift_binary *page = &chunk.column_index.max_values.items[0];
            if (cases[i].cut_max == NULL) {
                assert_null(statistics->max_value.data);
                assert_true((statistics->present & QUIRE_STATISTICS_HAS_MAX_EXACT) == 0);
                assert_int_equal(page->size, strlen(cases[i].max));
            } else {
                assert_int_equal(statistics->max_value.size, strlen(cases[i].cut_max));
                assert_memory_equal(statistics->max_value.data, cases[i].cut_max,
                                    strlen(cases[i].cut_max));
                assert_int_equal(statistics->is_max_value_exact, strlen(cases[i].max) <= 4);
                assert_memory_equal(page->data, cases[i].cut_max, strlen(cases[i].cut_max));
            }
            assert_int_equal(statistics->null_count, 1);
            quire_written_chunk_release(&chunk);
            table_free(&table);
        }
    }
}

static void test_bytes_are_cut(void **state)
{
    (void)state;
    struct quire_written_chunk chunk;
    struct quire_chunk_options options = chunk_options();
    options.statistics_bytes = 3;
    struct table table = strings("a binary", (const char *[]){"ab\xff\xff\xff", "a"}, 2);
    write_table(&table, &options, &chunk);
    assert_bounds(&chunk, "a", 1, "ac", 2);
    quire_written_chunk_release(&chunk);
    table_free(&table);
    table = strings("a binary", (const char *[]){"\xff\xff\xff\xff", "b"}, 2);
    write_table(&table, &options, &chunk);
    assert_null(chunk.metadata.statistics->max_value.data);
    quire_written_chunk_release(&chunk);
    table_free(&table);
}

static void test_floats(void **state)
{
    (void)state;
    const double low = -0.0, one = 1, not_a_number = (double)NAN;
    struct quire_written_chunk chunk;
    struct quire_chunk_options options = chunk_options();
    for (int dictionary = 0; dictionary < 2; dictionary++) {
        options.dictionary = dictionary != 0;
        options.encoding = dictionary ? QUIRE_ENCODING_RLE_DICTIONARY : QUIRE_ENCODING_PLAIN;
        struct table table = doubles((const double[]){0.0, not_a_number, -1, not_a_number}, 4);
        write_table(&table, &options, &chunk);
        assert_null(chunk.metadata.statistics->min_value.data);
        assert_null(chunk.metadata.statistics->max_value.data);
        assert_int_equal(chunk.metadata.statistics->nan_count, 2);
        assert_false(chunk.has_column_index);
        quire_written_chunk_release(&chunk);
        table_free(&table);
        table = doubles((const double[]){0.0, 1}, 2);
        write_table(&table, &options, &chunk);
        assert_bounds(&chunk, &low, 8, &one, 8); /* memory: the sign of zero counts */
        assert_int_equal(chunk.metadata.statistics->nan_count, 0);
        assert_true(chunk.has_column_index);
        quire_written_chunk_release(&chunk);
        table_free(&table);
        table = doubles((const double[]){not_a_number, not_a_number, not_a_number}, 3);
        write_table(&table, &options, &chunk);
        assert_null(chunk.metadata.statistics->min_value.data);
        assert_null(chunk.metadata.statistics->max_value.data);
        assert_int_equal(chunk.metadata.statistics->nan_count, 3);
        assert_false(chunk.has_column_index);
        quire_written_chunk_release(&chunk);
        table_free(&table);
    }
}

static void test_orders(void **state)
{
    (void)state;
    struct quire_written_chunk chunk;
    struct quire_chunk_options options = chunk_options();
    struct table table = integers("a uint32", (const int64_t[]){UINT32_MAX, 1}, 2);
    write_table(&table, &options, &chunk);
    assert_bounds(&chunk, "\1\0\0\0", 4, "\xff\xff\xff\xff", 4);
    quire_written_chunk_release(&chunk);
    table_free(&table);
    table = integers("a int32", (const int64_t[]){-1, 1}, 2);
    write_table(&table, &options, &chunk);
    assert_bounds(&chunk, "\xff\xff\xff\xff", 4, "\1\0\0\0", 4);
    quire_written_chunk_release(&chunk);
    table_free(&table);
}

static void append_decimal(struct quire_column *columns, int64_t value)
{
    int64_t words[2] = {value, value < 0 ? -1 : 0};
    assert_int_equal(quire_column_append_fixed(&columns->children[0], words), 0);
    assert_int_equal(quire_column_end_struct(columns), 0);
}

static void test_decimals(void **state)
{
    (void)state;
    static const uint8_t minus_two[9] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe};
    static const uint8_t three[9] = {0, 0, 0, 0, 0, 0, 0, 0, 3};
    struct quire_written_chunk chunk;
    struct quire_chunk_options options = chunk_options();
    struct table table;
    struct quire_column *columns = table_begin(&table, "a decimal(20,2)");
    append_decimal(columns, 3);
    append_decimal(columns, -2);
    table_end(&table, columns);
    options.encoding = QUIRE_ENCODING_PLAIN;
    options.dictionary = false;
    write_table(&table, &options, &chunk);
    assert_bounds(&chunk, minus_two, 9, three, 9);
    assert_pages_end(&chunk, minus_two, 9, 0);
    assert_pages_end(&chunk, three, 9, 9);
    quire_written_chunk_release(&chunk);
    table_free(&table);
    /* A negative scale is written out: 7 thousands are 7000. */
    columns = table_begin(&table, "a decimal(5,-3)");
    append_decimal(columns, 7);
    table_end(&table, columns);
    write_table(&table, &options, &chunk);
    assert_bounds(&chunk, "\x58\x1b\0\0", 4, "\x58\x1b\0\0", 4);
    quire_written_chunk_release(&chunk);
    table_free(&table);
}

static void test_boundary_orders(void **state)
{
    (void)state;
    static const struct {
        int64_t values[4];
        int order;
    } cases[] = {{{1, 2, 2, 3}, QUIRE_BOUNDARY_ASCENDING},
                 {{3, 2, 1, 1}, QUIRE_BOUNDARY_DESCENDING},
                 {{1, 3, 2, 4}, QUIRE_BOUNDARY_UNORDERED}};
    struct quire_chunk_options options = chunk_options();
    options.page_rows = 1;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct quire_written_chunk chunk;
        struct table table = integers("a int64", cases[i].values, 4);
        write_table(&table, &options, &chunk);
        assert_int_equal(chunk.column_index.null_pages.size, 4);
        assert_int_equal(chunk.column_index.boundary_order, cases[i].order);
        quire_written_chunk_release(&chunk);
        table_free(&table);
    }
}

/* --- Intervals and times ---------------------------------------------------------------------- */

static void test_intervals(void **state)
{
    (void)state;
    struct quire_written_chunk chunk;
    struct quire_chunk_options options = chunk_options();
    struct quire_error error;
    struct table table;
    struct {
        int32_t months, days;
        int64_t nanos;
    } value = {2, 3, 4000000};
    options.dictionary = false;
    for (int turn = 0; turn < 3; turn++) {
        struct quire_column *columns = table_begin(&table, "a interval");
        if (turn == 1) value.nanos = 4000001;
        if (turn == 2) value.nanos = -4000000;
        assert_int_equal(quire_column_append_fixed(&columns->children[0], &value), 0);
        assert_int_equal(quire_column_end_struct(columns), 0);
        table_end(&table, columns);
        chunk = (struct quire_written_chunk){0};
        int code = write_rows(&table, &options, &chunk, &error);
        assert_int_equal(code, turn == 0 ? 0 : QUIRE_INPUT);
        if (turn == 0) {
            assert_pages_end(&chunk, "\2\0\0\0\3\0\0\0\4\0\0\0", 12, 0);
            assert_null(chunk.metadata.statistics->min_value.data);
            assert_false(chunk.has_column_index);
        }
        quire_written_chunk_release(&chunk);
        table_free(&table);
    }
}

static void expect_input(struct table *table, int64_t row)
{
    struct quire_written_chunk chunk = {0};
    struct quire_chunk_options options = chunk_options();
    struct quire_error error;
    assert_int_equal(write_rows(table, &options, &chunk, &error), QUIRE_INPUT);
    assert_int_equal(error.row, row);
    assert_string_equal(error.column, "a");
    quire_written_chunk_release(&chunk);
    table_free(table);
}

static void test_bad_input(void **state)
{
    (void)state;
    struct table table = integers("a timestamp(s)", (const int64_t[]){1, INT64_MAX / 999}, 2);
    expect_input(&table, 2);
    table = strings("a string", (const char *[]){"a", NULL, "b", "\xc3", "\xa9", "c"}, 6);
    expect_input(&table, 4); /* together the two would be fine */
    table = strings("a string_view", (const char *[]){"a", NULL, "\xff"}, 3);
    expect_input(&table, 3);
    table = strings("a dictionary<string>", (const char *[]){"a", "a", NULL, "\xff"}, 4);
    expect_input(&table, 4);
}

/* --- Choices --------------------------------------------------------------------------------- */

static bool has_encoding(const struct quire_written_chunk *chunk, int32_t encoding)
{
    for (size_t i = 0; i < chunk->metadata.encodings.size; i++)
        if (chunk->metadata.encodings.items[i] == encoding) return true;
    return false;
}

static void test_choices(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    static int64_t values[ROWS];
    static const int32_t expected[] = {QUIRE_ENCODING_DELTA_BINARY_PACKED, QUIRE_ENCODING_PLAIN,
                                       QUIRE_ENCODING_RLE_DICTIONARY,
                                       QUIRE_ENCODING_DELTA_BINARY_PACKED};
    struct quire_random random;
    quire_random_seed(&random, 5);
    for (int kind = 0; kind < 4; kind++) {
        struct quire_written_chunk chunk;
        struct quire_chunk_options options = chunk_options();
        for (int64_t i = 0; i < ROWS; i++) {
            int64_t number = (int64_t)quire_random_u64(&random);
            values[i] = kind == 0   ? i * 1000 + (number & 7)
                        : kind == 1 ? number
                        : kind == 2 ? (number & 63) << 40
                                    : number & 0xfffff;
        }
        struct table table = integers("a int64", values, ROWS);
        write_table(&table, &options, &chunk);
        assert_true(has_encoding(&chunk, expected[kind]));
        assert_int_equal(has_encoding(&chunk, QUIRE_ENCODING_RLE_DICTIONARY), kind == 2);
        quire_written_chunk_release(&chunk);
        table_free(&table);
    }
}

static void test_prefixes_are_chosen(void **state)
{
    (void)state;
    struct quire_written_chunk chunk;
    struct quire_chunk_options options = chunk_options();
    struct table table;
    struct quire_column *columns = table_begin(&table, "a string");
    for (int i = 0; i < 10000; i++) {
        char text[64];
        int size = snprintf(text, sizeof(text), "https://example.org/records/%08d", i * 7);
        assert_int_equal(quire_column_append_bytes(&columns->children[0], text, (size_t)size), 0);
        assert_int_equal(quire_column_end_struct(columns), 0);
    }
    table_end(&table, columns);
    write_table(&table, &options, &chunk);
    assert_true(has_encoding(&chunk, QUIRE_ENCODING_DELTA_BYTE_ARRAY));
    quire_written_chunk_release(&chunk);
    table_free(&table);
}

static void test_encoding_must_fit(void **state)
{
    (void)state;
    struct quire_chunk_options options = chunk_options();
    struct quire_written_chunk chunk = {0};
    struct quire_error error;
    struct table table = strings("a string", (const char *[]){"x"}, 1);
    options.encoding = QUIRE_ENCODING_DELTA_BINARY_PACKED;
    assert_int_equal(write_rows(&table, &options, &chunk, &error), QUIRE_USAGE);
    assert_string_equal(error.column, "a");
    table_free(&table);
}

/* A body that compression makes no smaller is stored as it is in v2. */
static void test_incompressible_v2(void **state)
{
    (void)state;
    static struct decoded decoded;
    struct quire_written_chunk chunk;
    struct quire_chunk_options options = chunk_options();
    if (quire_codec_find("zstd", &options.codec, NULL) != 0) skip();
    options.codec_id = QUIRE_PARQUET_ZSTD;
    options.page_version = 2;
    struct table table;
    table_random(&table, "a uuid", 200, 9, 0);
    for (int turn = 0; turn < 2; turn++) {
        write_table(&table, &options, &chunk);
        decode_chunk(&table.schema, 0, &options, &chunk, &decoded);
        assert_false(decoded.pages[0].compressed);
        decoded_release(&decoded);
        quire_written_chunk_release(&chunk);
    }
    table_free(&table);
}

/* A filter whose values are counted has the size that their number asks for. */
static void test_bloom_is_folded(void **state)
{
    (void)state;
    enum { ROWS = 5000 };
    static int64_t values[ROWS];
    struct quire_written_chunk chunk;
    struct quire_chunk_options options = chunk_options();
    if (quire_bloom_check_built(NULL) != 0) skip();
    options.bloom_filter = true;
    for (int64_t i = 0; i < ROWS; i++)
        values[i] = i * i * 31;
    struct table table = integers("a int64", values, ROWS);
    for (int dictionary = 0; dictionary < 2; dictionary++) {
        options.dictionary = dictionary != 0;
        options.encoding = dictionary ? QUIRE_ENCODING_RLE_DICTIONARY : QUIRE_ENCODING_PLAIN;
        write_table(&table, &options, &chunk);
        assert_int_equal(chunk.bloom.blocks * QUIRE_BLOOM_BLOCK_BYTES,
                         quire_bloom_size(ROWS, options.bloom_false_positives));
        size_t wrong = 0;
        for (int64_t i = 0; i < ROWS; i++) {
            int64_t other = -1 - i;
            assert_true(quire_bloom_may_hold(&chunk.bloom, quire_bloom_hash(&values[i], 8)));
            wrong += quire_bloom_may_hold(&chunk.bloom, quire_bloom_hash(&other, 8));
        }
        assert_true(wrong < ROWS / 25);
        quire_written_chunk_release(&chunk);
    }
    table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_cut),
        cmocka_unit_test(test_bytes_are_cut),
        cmocka_unit_test(test_floats),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_boundary_orders),
        cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_bad_input),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_prefixes_are_chosen),
        cmocka_unit_test(test_encoding_must_fit),
        cmocka_unit_test(test_incompressible_v2),
        cmocka_unit_test(test_bloom_is_folded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
