/* Column chunks of every encoding and form of page, read in steps of all sizes. */
#include "chunk_read_fixture.h"

#include "data/view.h"
#include "format/parquet/encoding/alp.h"
#include "format/parquet/encoding/byte_stream_split.h"
#include "format/parquet/encoding/delta_byte_array.h"
#include "quire/batch.h"

#define ROWS  2500
#define PAGES 5

static const uint8_t *validity_of(struct quire_random *random, uint8_t *def)
{
    for (size_t i = 0; i < ROWS; i++) {
        /* Runs of values, runs of nulls, and both mixed. */
        uint64_t stretch = i / 300 % 3;
        def[i] = stretch == 0 ? 1 : stretch == 1 ? 0 : (uint8_t)quire_random_below(random, 2);
    }
    return def;
}

/* --- Numbers --- */

static void encode_numbers(int32_t encoding, const int64_t *values, size_t n, struct quire_buf *out)
{
    quire_buf_clear(out);
    if (encoding == QUIRE_ENCODING_PLAIN) {
        assert_int_equal(quire_plain_encode_fixed(out, values, n, 8), 0);
    } else if (encoding == QUIRE_ENCODING_DELTA_BINARY_PACKED) {
        struct quire_delta_encoder encoder = {.wide = true};
        assert_int_equal(quire_delta_encode_i64(&encoder, values, n), 0);
        assert_int_equal(quire_delta_finish(&encoder, out), 0);
        quire_delta_encoder_release(&encoder);
    } else if (encoding == QUIRE_ENCODING_BYTE_STREAM_SPLIT) {
        assert_int_equal(quire_byte_stream_split_encode(out, values, n, 8), 0);
    } else if (encoding == QUIRE_ENCODING_ALP) {
        assert_int_equal(quire_alp_encode(out, values, n, true, NULL), 0);
    } else {
        struct quire_rle_encoder encoder;
        assert_int_equal(quire_buf_push(out, 7), 0);
        quire_rle_encoder_init(&encoder, out, 7);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(quire_rle_encode_u32(&encoder, &(uint32_t){(uint32_t)values[i]}, 1),
                             0);
        assert_int_equal(quire_rle_finish(&encoder), 0);
    }
}

static bool is_index(int32_t encoding)
{
    return encoding == QUIRE_ENCODING_PLAIN_DICTIONARY || encoding == QUIRE_ENCODING_RLE_DICTIONARY;
}

/* All rows in pages of encodings in turn; the values are i * i mod 97, or in dictionaries
 * the entry of that number, 1000 more. */
static void add_number_pages(struct chunk_read_fixture *chunk, const int32_t *encodings, size_t n,
                             const uint8_t *def, int64_t *expected)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    size_t per_page = ROWS / PAGES;
    for (size_t page = 0; page < PAGES; page++) {
        int64_t values[ROWS];
        size_t size = 0;
        int32_t encoding = encodings[page % n];
        for (size_t i = page * per_page; i < (page + 1) * per_page; i++) {
            int64_t value = (int64_t)(i * i / 40 % 97);
            expected[i] = value + (is_index(encoding) ? 1000 : 0);
            if (def == NULL || def[i] != 0) values[size++] = value;
        }
        encode_numbers(encoding, values, size, &bytes);
        struct chunk_page made = {encoding,  def != NULL ? def + page * per_page : NULL,
                                  NULL,      per_page,
                                  per_page,  bytes.data,
                                  bytes.size};
        chunk_read_fixture_page(chunk, &made);
    }
}

static void expect_numbers(struct chunk_read_fixture *chunk, const int64_t *expected,
                           const uint8_t *def, int64_t skip, int64_t rows, int64_t step)
{
    struct ArrowArray array;
    struct quire_view *view = NULL;
    struct quire_error error;
    int code = skip > 0 ? chunk_read_fixture_read_from(chunk, skip, rows, &array, &error)
                        : chunk_read_fixture_read(chunk, step, &array, &error);
    assert_int_equal(code, 0);
    assert_int_equal(quire_view_new(chunk->fields, &view, NULL), 0);
    assert_int_equal(quire_view_set(view, &array, NULL), 0);
    assert_int_equal(view->length, rows);
    for (int64_t i = 0; i < rows; i++) {
        bool null = def != NULL && def[skip + i] == 0;
        assert_int_equal(quire_view_is_null(&view->children[0], i), null);
        assert_int_equal(quire_view_i64(&view->children[0], i), null ? 0 : expected[skip + i]);
    }
    quire_view_free(view);
    quire_array_release(&array);
}

static const int32_t number_encodings[][2] = {
    {QUIRE_ENCODING_PLAIN, QUIRE_ENCODING_PLAIN},
    {QUIRE_ENCODING_DELTA_BINARY_PACKED, QUIRE_ENCODING_DELTA_BINARY_PACKED},
    {QUIRE_ENCODING_BYTE_STREAM_SPLIT, QUIRE_ENCODING_BYTE_STREAM_SPLIT},
    {QUIRE_ENCODING_RLE_DICTIONARY, QUIRE_ENCODING_PLAIN}, /* falls back, and comes back */
    {QUIRE_ENCODING_PLAIN_DICTIONARY, QUIRE_ENCODING_DELTA_BINARY_PACKED},
};

static void test_numbers(void **state)
{
    (void)state;
    struct quire_random random;
    uint8_t def[ROWS];
    int64_t expected[ROWS], entries[97];
    quire_random_seed(&random, 31);
    for (int i = 0; i < 97; i++)
        entries[i] = 1000 + i;
    for (unsigned form = 0; form < 16 * 5; form++) {
        const int32_t *encodings = number_encodings[form / 16];
        struct chunk_read_fixture chunk;
        bool nulls = form & 1;
        const uint8_t *levels = nulls ? validity_of(&random, def) : NULL;
        chunk_read_fixture_init(&chunk, nulls ? "a int64" : "a int64 not null", 0);
        chunk.v2 = form & 2;
        chunk.packed_levels = !chunk.v2 && (form & 8);
        if (form & 4) chunk.metadata.codec = QUIRE_PARQUET_SNAPPY;
        if (is_index(encodings[0]))
            chunk_read_fixture_dictionary(&chunk,
                                          encodings[0] == QUIRE_ENCODING_RLE_DICTIONARY
                                              ? QUIRE_ENCODING_PLAIN
                                              : QUIRE_ENCODING_PLAIN_DICTIONARY,
                                          97, entries, sizeof(entries));
        chunk_read_fixture_strange_page(&chunk, QUIRE_PAGE_INDEX);
        chunk_read_fixture_page(&chunk, &(struct chunk_page){.encoding = QUIRE_ENCODING_PLAIN});
        add_number_pages(&chunk, encodings, 2, levels, expected);
        chunk_read_fixture_strange_page(&chunk, 77);
        expect_numbers(&chunk, expected, levels, 0, ROWS, 0);
        expect_numbers(&chunk, expected, levels, 0, ROWS, 1);
        expect_numbers(&chunk, expected, levels, 0, ROWS, 333);
        expect_numbers(&chunk, expected, levels, 1, ROWS - 1, 0);
        expect_numbers(&chunk, expected, levels, 1733, 500, 0);
        expect_numbers(&chunk, expected, levels, ROWS, 0, 0);
        chunk_read_fixture_release(&chunk);
    }
}

static void test_alp_pages(void **state)
{
    (void)state;
    struct chunk_read_fixture chunk;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    struct ArrowArray array;
    double values[ROWS];
    for (int i = 0; i < ROWS; i++)
        values[i] = i / 8.0;
    chunk_read_fixture_init(&chunk, "a float64 not null", 0);
    assert_int_equal(quire_alp_encode(&bytes, values, ROWS, true, NULL), 0);
    struct chunk_page page = {QUIRE_ENCODING_ALP, NULL, NULL, ROWS, ROWS, bytes.data, bytes.size};
    chunk_read_fixture_page(&chunk, &page);
    assert_int_equal(chunk_read_fixture_read(&chunk, 700, &array, NULL), 0);
    assert_memory_equal(array.children[0]->buffers[1], values, sizeof(values));
    quire_array_release(&array);
    assert_int_equal(chunk_read_fixture_read_from(&chunk, 1100, 1000, &array, NULL), 0);
    assert_memory_equal(array.children[0]->buffers[1], values + 1100, 1000 * sizeof(double));
    quire_array_release(&array);
    chunk_read_fixture_release(&chunk);
}

/* --- Texts --- */

static void test_texts(void **state)
{
    (void)state;
    static const struct quire_bytes words[4] = {
        {(const uint8_t *)"", 0},
        {(const uint8_t *)"gr\xc3\xbc\xc3\x9f", 6},
        {(const uint8_t *)"a text that is longer than thirty-two bytes", 43},
        {(const uint8_t *)"\xe2\x82\xac", 3}};
    static const int32_t encodings[] = {
        QUIRE_ENCODING_PLAIN, QUIRE_ENCODING_DELTA_LENGTH_BYTE_ARRAY,
        QUIRE_ENCODING_DELTA_BYTE_ARRAY, QUIRE_ENCODING_RLE_DICTIONARY};
    static const char *const types[] = {"a string", "a large_string", "a binary", "a string_view",
                                        "a dictionary<string, int8>"};
    struct quire_random random;
    uint8_t def[ROWS];
    quire_random_seed(&random, 37);
    validity_of(&random, def);
    for (size_t form = 0; form < 20; form++) {
        int32_t encoding = encodings[form % 4];
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf entries = {0};
        struct quire_bytes values[ROWS];
        struct chunk_read_fixture chunk;
        struct ArrowArray array;
        struct quire_view *view = NULL;
        struct quire_error error;
        size_t n = 0;
        chunk_read_fixture_init(&chunk, types[form / 4], 0);
        int64_t indices[ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            if (def[i] == 0) continue;
            indices[n] = (int64_t)(i * i % 4);
            values[n] = words[indices[n]];
            n++;
        }
        struct quire_delta_length_encoder lengths = {0};
        struct quire_delta_bytes_encoder deltas = {0};
        if (encoding == QUIRE_ENCODING_PLAIN) {
            assert_int_equal(quire_plain_encode_bytes(&bytes, values, n, NULL), 0);
        } else if (encoding == QUIRE_ENCODING_DELTA_LENGTH_BYTE_ARRAY) {
            assert_int_equal(quire_delta_length_encode(&lengths, values, n, NULL), 0);
            assert_int_equal(quire_delta_length_finish(&lengths, &bytes), 0);
        } else if (encoding == QUIRE_ENCODING_DELTA_BYTE_ARRAY) {
            assert_int_equal(quire_delta_bytes_encode(&deltas, values, n, NULL), 0);
            assert_int_equal(quire_delta_bytes_finish(&deltas, &bytes), 0);
        } else {
            assert_int_equal(quire_plain_encode_bytes(&entries, words, 4, NULL), 0);
            chunk_read_fixture_dictionary(&chunk, QUIRE_ENCODING_PLAIN, 4, entries.data,
                                          entries.size);
            encode_numbers(encoding, indices, n, &bytes);
        }
        quire_delta_length_encoder_release(&lengths);
        quire_delta_bytes_encoder_release(&deltas);
        struct chunk_page page = {encoding, def, NULL, ROWS, ROWS, bytes.data, bytes.size};
        chunk_read_fixture_page(&chunk, &page);
        assert_int_equal(chunk_read_fixture_read(&chunk, 600, &array, &error), 0);
        assert_int_equal(quire_view_new(chunk.fields, &view, NULL), 0);
        assert_int_equal(quire_view_set(view, &array, NULL), 0);
        assert_int_equal(quire_view_validate(view, NULL), 0);
        const struct quire_view *texts = &view->children[0];
        for (int64_t i = 0; i < ROWS; i++) {
            assert_int_equal(quire_view_is_null(texts, i), def[i] == 0);
            if (def[i] == 0) continue;
            struct quire_bytes text =
                texts->dictionary != NULL
                    ? quire_view_bytes(texts->dictionary, quire_view_index(texts, i))
                    : quire_view_bytes(texts, i);
            assert_int_equal(text.size, words[i * i % 4].size);
            assert_memory_equal(text.data, words[i * i % 4].data, text.size);
        }
        quire_view_free(view);
        quire_array_release(&array);
        chunk_read_fixture_release(&chunk);
    }
}

/* A character that is split over two values is none, though both in a row are text. */
static void test_texts_that_are_none(void **state)
{
    (void)state;
    static const struct quire_bytes halves[3] = {
        {(const uint8_t *)"ok", 2}, {(const uint8_t *)"\xc3", 1}, {(const uint8_t *)"\xa9", 1}};
    for (int indexed = 0; indexed < 2; indexed++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
        struct chunk_read_fixture chunk;
        struct ArrowArray array;
        struct quire_error error;
        chunk_read_fixture_init(&chunk, "a string not null", 0);
        chunk.source.first_row = 100;
        assert_int_equal(quire_plain_encode_bytes(&bytes, halves, 3, NULL), 0);
        struct chunk_page page = {QUIRE_ENCODING_PLAIN, NULL, NULL, 3, 3, bytes.data, bytes.size};
        if (indexed) {
            chunk_read_fixture_dictionary(&chunk, QUIRE_ENCODING_PLAIN, 3, bytes.data, bytes.size);
            encode_numbers(QUIRE_ENCODING_RLE_DICTIONARY, (const int64_t[]){0, 1, 2}, 3, &bytes);
            page = (struct chunk_page){
                QUIRE_ENCODING_RLE_DICTIONARY, NULL, NULL, 3, 3, bytes.data, bytes.size};
        }
        chunk_read_fixture_page(&chunk, &page);
        assert_int_equal(chunk_read_fixture_read(&chunk, 0, &array, &error), QUIRE_INPUT);
        assert_string_equal(error.column, "a");
        assert_int_equal(error.row, 102);
        chunk.source.utf8_replace = true;
        assert_int_equal(chunk_read_fixture_read(&chunk, 0, &array, &error), 0);
        assert_memory_equal(array.children[0]->buffers[2], "ok\xef\xbf\xbd\xef\xbf\xbd", 8);
        assert_memory_equal(array.children[0]->buffers[1], ((const int32_t[]){0, 2, 5, 8}), 16);
        quire_array_release(&array);
        chunk_read_fixture_release(&chunk);
    }
}

/* Fields that are dictionaries of numbers, from a page of indices and one of values. */
static void test_dictionaries_of_numbers(void **state)
{
    (void)state;
    static const int64_t entries[3] = {70, 80, 90}, indices[4] = {2, 0, 2, 1};
    static const int64_t plain[3] = {80, 60, 70}, expected[7] = {90, 70, 90, 80, 80, 60, 70};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    struct chunk_read_fixture chunk;
    struct ArrowArray array;
    struct quire_error error;
    chunk_read_fixture_init(&chunk, "a dictionary<int64, uint8> not null", 0);
    chunk_read_fixture_dictionary(&chunk, QUIRE_ENCODING_PLAIN, 3, entries, sizeof(entries));
    encode_numbers(QUIRE_ENCODING_RLE_DICTIONARY, indices, 4, &bytes);
    struct chunk_page page = {
        QUIRE_ENCODING_RLE_DICTIONARY, NULL, NULL, 4, 4, bytes.data, bytes.size};
    chunk_read_fixture_page(&chunk, &page);
    page = (struct chunk_page){QUIRE_ENCODING_PLAIN, NULL, NULL, 3, 3, plain, sizeof(plain)};
    chunk_read_fixture_page(&chunk, &page);
    for (int64_t step = 1; step <= 7; step++) {
        assert_int_equal(chunk_read_fixture_read(&chunk, step, &array, &error), 0);
        const uint8_t *got = array.children[0]->buffers[1];
        const int64_t *values = array.children[0]->dictionary->buffers[1];
        assert_int_equal(array.children[0]->dictionary->length, 4);
        for (int i = 0; i < 7; i++)
            assert_int_equal(values[got[i]], expected[i]);
        quire_array_release(&array);
    }
    chunk_read_fixture_release(&chunk);
}

/* --- Nested --- */

/* [[1, 2], null, [], [null, 3, 4]] over pages that end within rows. */
static void test_rows_over_pages(void **state)
{
    (void)state;
    static const uint8_t def[] = {3, 3, 0, 1, 2, 3, 3}, rep[] = {0, 1, 0, 0, 0, 1, 1};
    static const int32_t values[] = {1, 2, 3, 4}, offsets[] = {0, 2, 2, 2, 5};
    static const int32_t items[] = {1, 2, 0, 3, 4};
    for (size_t cut = 0; cut < 7; cut++) {
        struct chunk_read_fixture chunk;
        chunk_read_fixture_init(&chunk, "a list<int32>", 0);
        size_t before = 0, rows = 0;
        for (size_t i = 0; i < cut; i++) {
            before += def[i] == 3;
            rows += rep[i] == 0;
        }
        struct chunk_page first = {QUIRE_ENCODING_PLAIN, def, rep, cut, rows, values, before * 4};
        struct chunk_page second = {
            QUIRE_ENCODING_PLAIN, def + cut,       rep + cut, 7 - cut, 4 - rows,
            values + before,      (4 - before) * 4};
        chunk_read_fixture_page(&chunk, &first);
        chunk_read_fixture_page(&chunk, &second);
        for (int64_t step = 1; step <= 4; step++) {
            struct ArrowArray array;
            assert_int_equal(chunk_read_fixture_read(&chunk, step, &array, NULL), 0);
            struct ArrowArray *list = array.children[0];
            assert_int_equal(list->null_count, 1);
            assert_memory_equal(list->buffers[1], offsets, sizeof(offsets));
            assert_int_equal(list->children[0]->null_count, 1);
            assert_memory_equal(list->children[0]->buffers[1], items, sizeof(items));
            quire_array_release(&array);
        }
        struct ArrowArray array;
        assert_int_equal(chunk_read_fixture_read_from(&chunk, 3, 1, &array, NULL), 0);
        assert_memory_equal(array.children[0]->children[0]->buffers[1], items + 2, 12);
        quire_array_release(&array);
        chunk_read_fixture_release(&chunk);
    }
}

static void test_rows_that_begin_nowhere(void **state)
{
    (void)state;
    static const uint8_t def[] = {3, 3}, rep[] = {1, 0};
    static const int32_t values[] = {1, 2};
    struct chunk_read_fixture chunk;
    struct ArrowArray array;
    struct quire_error error;
    chunk_read_fixture_init(&chunk, "a list<int32>", 0);
    struct chunk_page page = {QUIRE_ENCODING_PLAIN, def, rep, 2, 1, values, 8};
    chunk_read_fixture_page(&chunk, &page);
    assert_int_equal(chunk_read_fixture_read(&chunk, 0, &array, &error), QUIRE_CORRUPT);
    assert_int_equal(chunk_read_fixture_read_from(&chunk, 1, 0, &array, &error), QUIRE_CORRUPT);
    chunk_read_fixture_release(&chunk);
}

/* [[1, 2], null, [3, null]] and, a level further out, nulls of both kinds. */
static void test_fixed_lists(void **state)
{
    (void)state;
    static const uint8_t def[] = {3, 3, 0, 3, 2}, rep[] = {0, 1, 0, 0, 1};
    static const int32_t values[] = {1, 2, 3}, items[] = {1, 2, 0, 0, 3, 0};
    struct chunk_read_fixture chunk;
    struct ArrowArray array;
    chunk_read_fixture_init(&chunk, "a fixed_list<int32, 2>", 0);
    struct chunk_page page = {QUIRE_ENCODING_PLAIN, def, rep, 5, 3, values, sizeof(values)};
    chunk_read_fixture_page(&chunk, &page);
    for (int64_t step = 1; step <= 3; step++) {
        assert_int_equal(chunk_read_fixture_read(&chunk, step, &array, NULL), 0);
        struct ArrowArray *list = array.children[0];
        assert_int_equal(list->length, 3);
        assert_int_equal(*(const uint8_t *)list->buffers[0], 5);
        assert_int_equal(list->children[0]->length, 6);
        assert_int_equal(*(const uint8_t *)list->children[0]->buffers[0], 1 + 2 + 16);
        assert_memory_equal(list->children[0]->buffers[1], items, sizeof(items));
        quire_array_release(&array);
    }
    chunk_read_fixture_release(&chunk);
    /* [[[1, 2], null], null] */
    static const uint8_t def2[] = {5, 5, 2, 0}, rep2[] = {0, 2, 1, 0};
    static const int32_t items2[] = {1, 2, 0, 0, 0, 0, 0, 0};
    chunk_read_fixture_init(&chunk, "a fixed_list<fixed_list<int32, 2>, 2>", 0);
    page = (struct chunk_page){QUIRE_ENCODING_PLAIN, def2, rep2, 4, 2, values, 8};
    chunk_read_fixture_page(&chunk, &page);
    assert_int_equal(chunk_read_fixture_read(&chunk, 0, &array, NULL), 0);
    struct ArrowArray *inner = array.children[0]->children[0];
    assert_int_equal(inner->length, 4);
    assert_int_equal(*(const uint8_t *)inner->buffers[0], 1);
    assert_memory_equal(inner->children[0]->buffers[1], items2, sizeof(items2));
    quire_array_release(&array);
    chunk_read_fixture_release(&chunk);
}

/* A list of one item, and one of none, where each has two. */
static void test_fixed_lists_of_other_sizes(void **state)
{
    (void)state;
    static const uint8_t def[] = {3, 1}, rep[] = {0, 0};
    static const int32_t values[] = {1};
    struct ArrowArray array;
    for (size_t i = 0; i < 2; i++) {
        struct chunk_read_fixture chunk;
        chunk_read_fixture_init(&chunk, "a fixed_list<int32, 2>", 0);
        struct chunk_page page = {QUIRE_ENCODING_PLAIN, def + i, rep, 1, 1, values, i == 0 ? 4 : 0};
        chunk_read_fixture_page(&chunk, &page);
        assert_int_equal(chunk_read_fixture_read(&chunk, 0, &array, NULL), QUIRE_CORRUPT);
        chunk_read_fixture_release(&chunk);
    }
}

/* --- Skipping --- */

static void test_index_passes_over_pages(void **state)
{
    (void)state;
    struct chunk_read_fixture chunk;
    int64_t expected[ROWS];
    struct quire_page_location locations[PAGES];
    chunk_read_fixture_init(&chunk, "a int64 not null", 0);
    for (int page = 0; page < PAGES; page++) {
        int64_t values[ROWS / PAGES];
        for (int i = 0; i < ROWS / PAGES; i++)
            values[i] = expected[page * (ROWS / PAGES) + i] = page * 10000 + i;
        locations[page] = (struct quire_page_location){.offset = (int64_t)chunk.file.size,
                                                       .first_row_index = page * (ROWS / PAGES)};
        struct chunk_page made = {QUIRE_ENCODING_PLAIN, NULL,   NULL,          ROWS / PAGES,
                                  ROWS / PAGES,         values, sizeof(values)};
        chunk_read_fixture_page(&chunk, &made);
    }
    struct quire_offset_index index = {.page_locations = {locations, PAGES}};
    expect_numbers(&chunk, expected, NULL, 2100, 100, 0);
    chunk.source.offset_index = &index;
    expect_numbers(&chunk, expected, NULL, 2100, 100, 0);
    /* The first header, and one page. */
    assert_true(chunk.bytes_read < 4000 + 1000);
    for (int64_t skip = 1; skip < ROWS; skip += 7)
        expect_numbers(&chunk, expected, NULL, skip, ROWS - skip, 0);
    chunk_read_fixture_release(&chunk);
}

/* --- Damage --- */

static void expect_failure(struct chunk_read_fixture *chunk, int expected, const char *part)
{
    struct ArrowArray array;
    struct quire_error error;
    assert_int_equal(chunk_read_fixture_read(chunk, 0, &array, &error), expected);
    assert_non_null(strstr(error.cause, "row group 3"));
    assert_non_null(strstr(error.cause, part));
    assert_string_equal(error.column, "a");
    assert_int_equal(error.byte, 4);
}

static void test_damage(void **state)
{
    (void)state;
    static const int64_t values[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct chunk_read_fixture chunk;
    chunk_read_fixture_init(&chunk, "a int64 not null", 0);
    struct chunk_page page = {QUIRE_ENCODING_PLAIN, NULL, NULL, 8, 8, values, sizeof(values)};
    chunk_read_fixture_page(&chunk, &page);
    chunk.file.data[chunk.file.size - 1] ^= 1;
    expect_failure(&chunk, QUIRE_CORRUPT, "checksum");
    chunk.source.verify_checksum = false;
    struct ArrowArray array;
    assert_int_equal(chunk_read_fixture_read(&chunk, 0, &array, NULL), 0);
    quire_array_release(&array);
    chunk.file.size--;
    expect_failure(&chunk, QUIRE_CORRUPT, "left");
    chunk.file.size++;
    chunk.metadata.codec = QUIRE_PARQUET_LZO;
    expect_failure(&chunk, QUIRE_UNSUPPORTED, "LZO");
    chunk.metadata.codec = 99;
    expect_failure(&chunk, QUIRE_UNSUPPORTED, "99");
    chunk.metadata.codec = QUIRE_PARQUET_SNAPPY;
    expect_failure(&chunk, QUIRE_CORRUPT, "damaged");
    chunk_read_fixture_release(&chunk);
}

static void test_entries_that_are_not_there(void **state)
{
    (void)state;
    static const int64_t entries[3] = {1, 2, 3}, indices[2] = {2, 3};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    struct ArrowArray array;
    struct quire_error error;
    for (int with = 0; with < 2; with++) {
        struct chunk_read_fixture chunk;
        chunk_read_fixture_init(&chunk, "a int64 not null", 0);
        if (with)
            chunk_read_fixture_dictionary(&chunk, QUIRE_ENCODING_PLAIN, 3, entries,
                                          sizeof(entries));
        encode_numbers(QUIRE_ENCODING_RLE_DICTIONARY, indices, 2, &bytes);
        struct chunk_page page = {
            QUIRE_ENCODING_RLE_DICTIONARY, NULL, NULL, 2, 2, bytes.data, bytes.size};
        chunk_read_fixture_page(&chunk, &page);
        assert_int_equal(chunk_read_fixture_read(&chunk, 0, &array, &error), QUIRE_CORRUPT);
        assert_non_null(strstr(error.cause, "dictionary entry"));
        chunk_read_fixture_release(&chunk);
    }
}

static void test_too_few_rows(void **state)
{
    (void)state;
    static const int64_t values[8] = {0};
    struct chunk_read_fixture chunk;
    struct ArrowArray array;
    struct quire_error error;
    chunk_read_fixture_init(&chunk, "a int64 not null", 0);
    struct chunk_page page = {QUIRE_ENCODING_PLAIN, NULL, NULL, 8, 8, values, sizeof(values)};
    chunk_read_fixture_page(&chunk, &page);
    chunk.rows = 9;
    assert_int_equal(chunk_read_fixture_read(&chunk, 0, &array, &error), QUIRE_CORRUPT);
    assert_non_null(strstr(error.cause, "8 rows"));
    assert_int_equal(chunk_read_fixture_read_from(&chunk, 9, 0, &array, &error), QUIRE_CORRUPT);
    chunk_read_fixture_release(&chunk);
}

/* Files have thousands of columns, so that what each holds counts. */
static void test_memory(void **state)
{
    (void)state;
    struct chunk_read_fixture chunk;
    struct quire_chunk_reader *reader = NULL;
    chunk_read_fixture_init(&chunk, "a int64", 0);
    assert_int_equal(quire_chunk_reader_new(&chunk.schema, 0, &reader, NULL), 0);
    assert_true(quire_chunk_reader_memory(reader) < 4096);
    quire_chunk_reader_free(reader);
    chunk_read_fixture_release(&chunk);
}

static void test_large_pages(void **state)
{
    (void)state;
    static const int64_t values[1000] = {0};
    struct chunk_read_fixture chunk;
    struct ArrowArray array;
    struct quire_error error;
    chunk_read_fixture_init(&chunk, "a int64 not null", 0);
    struct chunk_page page = {QUIRE_ENCODING_PLAIN, NULL, NULL, 8, 8, values, 64};
    chunk_read_fixture_page(&chunk, &page);
    page = (struct chunk_page){QUIRE_ENCODING_PLAIN, NULL, NULL, 1000, 1000, values, 8000};
    chunk_read_fixture_page(&chunk, &page);
    chunk.source.page_bytes_max = 7999;
    assert_int_equal(chunk_read_fixture_read(&chunk, 0, &array, &error), QUIRE_LIMIT);
    assert_non_null(strstr(error.cause, "page 1: "));
    assert_non_null(strstr(error.cause, "8000 bytes"));
    assert_non_null(strstr(error.hint, "memory"));
    struct quire_page_room room = {.most = 7999};
    chunk.source.large = &room;
    assert_int_equal(chunk_read_fixture_read(&chunk, 0, &array, &error), QUIRE_LIMIT);
    assert_non_null(strstr(error.cause, "have 7999 together"));
    room.most = 8999;
    room.data = 1000; /* by other columns */
    assert_int_equal(chunk_read_fixture_read(&chunk, 0, &array, &error), QUIRE_LIMIT);
    assert_int_equal(room.data, 1000);
    room.most = 9000;
    assert_int_equal(chunk_read_fixture_read(&chunk, 0, &array, &error), 0);
    assert_int_equal(room.data, 1000);
    quire_array_release(&array);
    chunk.source.large = NULL;
    chunk.source.page_bytes_max = 8000;
    assert_int_equal(chunk_read_fixture_read(&chunk, 0, &array, &error), 0);
    quire_array_release(&array);
    chunk_read_fixture_release(&chunk);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    struct quire_random random;
    uint8_t def[ROWS];
    int64_t expected[ROWS], entries[97] = {0};
    struct chunk_read_fixture chunk;
    quire_random_seed(&random, 41);
    chunk_read_fixture_init(&chunk, "a int64", 0);
    chunk.metadata.codec = QUIRE_PARQUET_SNAPPY;
    chunk_read_fixture_dictionary(&chunk, QUIRE_ENCODING_PLAIN, 97, entries, sizeof(entries));
    add_number_pages(&chunk, number_encodings[3], 2, validity_of(&random, def), expected);
    for (int64_t nth = 1;; nth++) {
        struct ArrowArray array = {0};
        fault_alloc_arm(nth);
        int code = chunk_read_fixture_read(&chunk, 700, &array, NULL);
        if (code == 0) quire_array_release(&array);
        bool failed = fault_alloc_disarm();
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        assert_int_equal(fault_alloc_held(), 0);
        if (!failed) break;
    }
    chunk_read_fixture_release(&chunk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_alp_pages),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_texts_that_are_none),
        cmocka_unit_test(test_dictionaries_of_numbers),
        cmocka_unit_test(test_rows_over_pages),
        cmocka_unit_test(test_rows_that_begin_nowhere),
        cmocka_unit_test(test_fixed_lists),
        cmocka_unit_test(test_fixed_lists_of_other_sizes),
        cmocka_unit_test(test_index_passes_over_pages),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_entries_that_are_not_there),
        cmocka_unit_test(test_too_few_rows),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_large_pages),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
