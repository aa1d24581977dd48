/* Chunks of every type, encoding and page shape, decoded again and compared with what
 * went in; what their indexes and statistics say is held against the values. */
#include "chunk_write_fixture.h"

#include "format/parquet/encoding/plain.h"
#include "format/parquet/write/extremes.h"
#include "random_column.h"

/* Stands for encryption: a module is its place and its bytes, turned over. */
#define SEAL_BYTES 8

__attribute__((weak)) int quire_cipher_encrypt(const struct quire_parquet_cipher *cipher,
                                               const struct quire_module_place *place,
                                               const void *plain, size_t size,
                                               struct quire_buf *out, struct quire_error *error)
{
    (void)cipher, (void)error;
    uint8_t head[SEAL_BYTES] = {(uint8_t)place->module, (uint8_t)place->row_group,
                                (uint8_t)place->column, (uint8_t)place->page};
    uint32_t length = (uint32_t)size;
    memcpy(head + 4, &length, 4);
    if (quire_buf_append(out, head, sizeof(head)) != 0) return QUIRE_MEMORY;
    for (size_t i = 0; i < size; i++)
        if (quire_buf_push(out, (uint8_t) ~((const uint8_t *)plain)[i]) != 0) return QUIRE_MEMORY;
    return 0;
}

/* --- Checks ----------------------------------------------------------------------------- */

static void assert_bytes(const struct quire_buf *a, const struct quire_buf *b, const char *what)
{
    if (a->size != b->size || (a->size > 0 && memcmp(a->data, b->data, a->size) != 0))
        fail_msg("%s: %zu and %zu bytes differ", what, a->size, b->size);
}

/* The next value of a run in PLAIN form. */
static struct quire_bytes next_value(const struct quire_buf *plain, size_t width, size_t *at)
{
    uint32_t size = (uint32_t)width;
    if (width == 0) {
        memcpy(&size, plain->data + *at, 4);
        *at += 4;
    }
    struct quire_bytes value = {plain->data + *at, size};
    *at += size;
    return value;
}

static bool is_nan(enum quire_value_order order, struct quire_bytes value)
{
    uint16_t half;
    float single;
    double number;
    switch (order) {
    case QUIRE_VALUES_F16: memcpy(&half, value.data, 2); return (half & 0x7fff) > 0x7c00;
    case QUIRE_VALUES_F32: memcpy(&single, value.data, 4); return single != single;
    case QUIRE_VALUES_F64: memcpy(&number, value.data, 8); return number != number;
    default: return false;
    }
}

/* Bounds hold all values from `at` to end, and are among them when exact. */
static int64_t check_bounds(enum quire_value_order order, const struct quire_buf *plain,
                            size_t width, size_t at, size_t end, struct quire_thrift_binary low,
                            struct quire_thrift_binary high, bool exact)
{
    struct quire_bytes min = {low.data, low.size}, max = {high.data, high.size};
    bool min_seen = false, max_seen = false, any = false;
    int64_t nans = 0;
    while (at < end) {
        struct quire_bytes value = next_value(plain, width, &at);
        if (is_nan(order, value)) {
            nans++;
            continue;
        }
        int low_order = quire_value_compare(order, min, value);
        int high_order = quire_value_compare(order, max, value);
        any = true;
        if (low_order > 0 || high_order < 0)
            fail_msg("order %d: value %zu bytes [%02x], bounds [%zu %02x] [%zu %02x]: %d %d", order,
                     value.size, value.size ? value.data[0] : 0, min.size,
                     min.size ? min.data[0] : 0, max.size, max.size ? max.data[0] : 0, low_order,
                     high_order);
        min_seen |= low_order == 0;
        max_seen |= high_order == 0;
    }
    if (exact && any) assert_true(min_seen && max_seen);
    return nans;
}

static void check_offsets(const struct decoded *got, const struct quire_written_chunk *chunk)
{
    const struct quire_offset_index *index = &chunk->offset_index;
    int64_t row = 0;
    assert_true(chunk->has_offset_index);
    assert_int_equal(index->page_locations.size, got->pages_size);
    for (size_t i = 0; i < got->pages_size; i++) {
        const struct quire_page_location *place = &index->page_locations.items[i];
        assert_int_equal(place->offset, got->pages[i].offset);
        assert_int_equal(place->compressed_page_size, got->pages[i].size);
        assert_int_equal(place->first_row_index, row);
        row += got->pages[i].rows;
    }
}

static void check_columns(const struct quire_schema_element *element, size_t width,
                          const struct decoded *got, const struct quire_written_chunk *chunk)
{
    const struct quire_column_index *index = &chunk->column_index;
    enum quire_value_order order = quire_value_order_of(element);
    if (!chunk->has_column_index) return;
    assert_int_equal(index->null_pages.size, got->pages_size);
    assert_int_equal(index->nan_counts.size, quire_order_has_nan(order) ? got->pages_size : 0);
    for (size_t i = 0; i < got->pages_size; i++) {
        const struct decoded_page *page = &got->pages[i];
        assert_int_equal(index->null_counts.items[i], page->entries - page->values);
        assert_int_equal(index->null_pages.items[i], page->values == 0);
        int64_t nans = check_bounds(order, &got->plain, width, page->value, page->value_end,
                                    index->min_values.items[i], index->max_values.items[i], false);
        if (index->nan_counts.size > 0) assert_int_equal(index->nan_counts.items[i], nans);
    }
}

static void check_histograms(const struct quire_parquet_leaf *leaf, const struct decoded *got,
                             const struct quire_written_chunk *chunk)
{
    const struct quire_parquet_size_statistics *sizes = chunk->metadata.size_statistics;
    int64_t defs[256] = {0}, reps[256] = {0};
    for (size_t i = 0; i < got->def.size; i++) {
        defs[got->def.data[i]]++;
        reps[got->rep.data[i]]++;
    }
    assert_non_null(sizes);
    assert_int_equal(sizes->definition_level_histogram.size,
                     leaf->def_max > 1 ? leaf->def_max + 1 : 0);
    assert_int_equal(sizes->repetition_level_histogram.size,
                     leaf->rep_max > 0 ? leaf->rep_max + 1 : 0);
    for (size_t i = 0; i < sizes->definition_level_histogram.size; i++)
        assert_int_equal(sizes->definition_level_histogram.items[i], defs[i]);
    for (size_t i = 0; i < sizes->repetition_level_histogram.size; i++)
        assert_int_equal(sizes->repetition_level_histogram.items[i], reps[i]);
    if (!chunk->has_column_index || leaf->rep_max == 0) return;
    const struct quire_i64_list *pages = &chunk->column_index.repetition_level_histograms;
    assert_int_equal(pages->size, got->pages_size * (leaf->rep_max + 1u));
    for (size_t i = 0; i < got->pages_size; i++)
        assert_int_equal(pages->items[i * (leaf->rep_max + 1u)], got->pages[i].rows);
}

static void check_statistics(const struct quire_schema_element *element, size_t width,
                             const struct decoded *got, const struct quire_written_chunk *chunk)
{
    const struct quire_parquet_statistics *statistics = chunk->metadata.statistics;
    enum quire_value_order order = quire_value_order_of(element);
    int64_t values = 0;
    for (size_t i = 0; i < got->pages_size; i++)
        values += (int64_t)got->pages[i].values;
    assert_non_null(statistics);
    assert_int_equal(chunk->metadata.num_values, got->def.size);
    assert_int_equal(statistics->null_count, (int64_t)got->def.size - values);
    if (order == QUIRE_VALUES_UNORDERED) assert_null(statistics->min_value.data);
    if (statistics->min_value.data == NULL || statistics->max_value.data == NULL) return;
    int64_t nans = check_bounds(order, &got->plain, width, 0, got->plain.size,
                                statistics->min_value, statistics->max_value,
                                statistics->is_min_value_exact && statistics->is_max_value_exact);
    if (quire_order_has_nan(order)) assert_int_equal(statistics->nan_count, nans);
}

static void check_bloom(size_t width, const struct decoded *got,
                        const struct quire_written_chunk *chunk)
{
    for (size_t at = 0; at < got->plain.size;) {
        struct quire_bytes value = next_value(&got->plain, width, &at);
        assert_true(quire_bloom_may_hold(&chunk->bloom, quire_bloom_hash(value.data, value.size)));
    }
}

static void check_chunk(const struct table *table, size_t leaf,
                        const struct quire_chunk_options *options,
                        const struct quire_written_chunk *chunk)
{
    static struct decoded got, want;
    const struct quire_schema_element *element = quire_parquet_leaf_element(&table->schema, leaf);
    bool boolean = element->type == QUIRE_PARQUET_BOOLEAN;
    size_t width = boolean ? 1 : quire_plain_width(element->type, (size_t)element->type_length);
    decode_chunk(&table->schema, leaf, options, chunk, &got);
    decode_table(table, leaf, &want);
    assert_bytes(&got.rep, &want.rep, "repetition levels");
    assert_bytes(&got.def, &want.def, "definition levels");
    assert_bytes(&got.plain, &want.plain, "values");
    for (size_t i = 0; i < got.pages_size; i++)
        assert_true(got.pages[i].rows > 0 && got.pages[i].rows <= options->page_rows);
    check_offsets(&got, chunk);
    check_columns(element, width, &got, chunk);
    check_statistics(element, width, &got, chunk);
    check_histograms(&table->schema.leaves[leaf], &got, chunk);
    if (options->bloom_filter && !boolean) check_bloom(width, &got, chunk);
    assert_int_equal(chunk->metadata.total_compressed_size, chunk->pages.size);
    assert_int_equal((chunk->metadata.present & QUIRE_COLUMN_HAS_DICTIONARY_PAGE_OFFSET) != 0,
                     got.has_dictionary);
    if (got.pages_size > 0) assert_int_equal(chunk->metadata.data_page_offset, got.pages[0].offset);
    decoded_release(&got);
    decoded_release(&want);
}

/* All rows in pieces of at most `step`, through one writer, twice. */
static int write_leaf(const struct table *table, size_t leaf,
                      const struct quire_chunk_options *options, int64_t step,
                      struct quire_written_chunk *chunk, struct quire_error *error)
{
    struct quire_chunk_writer *writer = NULL;
    int code = quire_chunk_writer_new(&table->schema, leaf, options, &writer, error);
    for (int turn = 0; turn < 2 && code == 0; turn++) {
        code = quire_chunk_writer_begin(writer, (int16_t)turn, error);
        for (int64_t row = 0; row < table->view->length && code == 0; row += step) {
            int64_t rows = table->view->length - row < step ? table->view->length - row : step;
            code = quire_chunk_writer_add(writer, table->view, row, rows, error);
        }
        if (code == 0) code = quire_chunk_writer_finish(writer, chunk, error);
    }
    quire_chunk_writer_free(writer);
    return code;
}

static void pass(const struct table *table, const struct quire_chunk_options *options, int64_t step)
{
    struct quire_written_chunk chunk = {0};
    struct quire_error error;
    for (size_t leaf = 0; leaf < table->schema.leaves_size; leaf++) {
        struct quire_chunk_options fitting = *options;
        quire_error_clear(&error);
        int code = write_leaf(table, leaf, &fitting, step, &chunk, &error);
        if (code == QUIRE_USAGE) {
            fitting.encoding = QUIRE_ENCODING_CHOOSE;
            code = write_leaf(table, leaf, &fitting, step, &chunk, &error);
        }
        if (code != 0) fail_msg("%s: %s", error.column, error.cause);
        check_chunk(table, leaf, &fitting, &chunk);
    }
    quire_written_chunk_release(&chunk);
}

/* --- Round trips --------------------------------------------------------------------------- */

static const int encodings[] = {QUIRE_ENCODING_CHOOSE,
                                QUIRE_ENCODING_PLAIN,
                                QUIRE_ENCODING_RLE,
                                QUIRE_ENCODING_DELTA_BINARY_PACKED,
                                QUIRE_ENCODING_DELTA_LENGTH_BYTE_ARRAY,
                                QUIRE_ENCODING_DELTA_BYTE_ARRAY,
                                QUIRE_ENCODING_RLE_DICTIONARY,
                                QUIRE_ENCODING_BYTE_STREAM_SPLIT};

/* Options of every kind, drawn. */
static struct quire_chunk_options draw_options(struct quire_random *random)
{
    static const char *const codecs[] = {NULL, "snappy", "zstd", "lz4"};
    struct quire_chunk_options options = chunk_options();
    static const int32_t ids[] = {QUIRE_PARQUET_UNCOMPRESSED, QUIRE_PARQUET_SNAPPY,
                                  QUIRE_PARQUET_ZSTD, QUIRE_PARQUET_LZ4_RAW};
    size_t drawn = quire_random_below(random, 4);
    const char *codec = codecs[drawn];
    if (codec != NULL && quire_codec_find(codec, &options.codec, NULL) != 0) options.codec = NULL;
    options.codec_id = ids[drawn];
    options.page_version = 1 + (int)quire_random_below(random, 2);
    options.page_rows =
        quire_random_below(random, 2) == 0 ? 20000 : 1 + (int64_t)quire_random_below(random, 90);
    options.page_bytes =
        quire_random_below(random, 2) == 0 ? 1 << 20 : 1 + quire_random_below(random, 900);
    options.encoding = encodings[quire_random_below(random, sizeof(encodings) / sizeof(int))];
    options.dictionary = quire_random_below(random, 2) == 0;
    if (quire_random_below(random, 3) == 0) options.dictionary_bytes = 60;
    options.statistics_bytes = 1 + quire_random_below(random, 8);
    options.bloom_filter = quire_bloom_check_built(NULL) == 0 && quire_random_below(random, 3) == 0;
    options.bloom_distinct = quire_random_below(random, 2) == 0 ? 0 : 50;
    return options;
}

static void test_types(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 7);
    for (size_t i = 0; i < random_column_types_size; i++) {
        if (strncmp(random_column_types[i], "interval", 8) == 0) continue; /* negative ones */
        for (unsigned turn = 0; turn < 12; turn++) {
            char text[64];
            struct table table;
            (void)snprintf(text, sizeof(text), "a %s", random_column_types[i]);
            if (strcmp(random_column_types[i], "timestamp(s)") == 0) continue; /* overflows */
            table_random(&table, text, 600, turn, turn % 3 == 0 ? 0 : turn % 3 == 1 ? 3 : 1);
            int64_t start = (int64_t)quire_random_below(&random, 100);
            if (turn % 2 == 1)
                table_slice(&table, start, 1 + (int64_t)quire_random_below(&random, 500));
            struct quire_chunk_options options = draw_options(&random);
            pass(&table, &options,
                 turn % 4 == 0 ? 1 : 1 + (int64_t)quire_random_below(&random, 600));
            table_free(&table);
        }
    }
}

static void test_nested(void **state)
{
    (void)state;
    static const char *const schemas[] = {
        "a list<int32>",
        "a list<string not null> not null",
        "a list<list<list<int64>>>",
        "a list<struct<b: int32, c: list<struct<d: string>>, e: bool not null>>",
        "a map<string, list<float64>>, b struct<c: list<dictionary<string>>, d: int8>",
        "a struct<b: struct<c: timestamp(us), d: string>, e: decimal(38,10)>",
    };
    struct quire_random random;
    quire_random_seed(&random, 11);
    for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
        for (unsigned turn = 0; turn < 24; turn++) {
            struct table table;
            table_random(&table, schemas[i], 400, turn, turn % 2 == 0 ? 4 : 0);
            if (turn % 3 == 1) table_slice(&table, 37, 201);
            struct quire_chunk_options options = draw_options(&random);
            pass(&table, &options,
                 turn % 4 == 0 ? 1 : 1 + (int64_t)quire_random_below(&random, 400));
            table_free(&table);
        }
    }
}

/* More than a sample, with and without a dictionary that gets full on the way. */
static void test_long(void **state)
{
    (void)state;
    for (unsigned turn = 0; turn < 8; turn++) {
        struct table table;
        struct quire_random random;
        quire_random_seed(&random, turn);
        struct quire_column *columns = table_begin(&table, "a int64, b string, c float64");
        for (int64_t i = 0; i < 30000; i++) {
            char text[32];
            int64_t number = (int64_t)quire_random_below(&random, i < 15000 ? 200 : 1000000);
            int size = snprintf(text, sizeof(text), "value %lld", (long long)number);
            assert_int_equal(quire_column_append_i64(&columns->children[0], number << 20), 0);
            assert_int_equal(quire_column_append_bytes(&columns->children[1], text, (size_t)size),
                             0);
            if (number % 5 == 0)
                assert_int_equal(quire_column_append_null(&columns->children[2]), 0);
            else
                assert_int_equal(quire_column_append_f64(&columns->children[2], (double)number / 8),
                                 0);
            assert_int_equal(quire_column_end_struct(columns), 0);
        }
        table_end(&table, columns);
        struct quire_chunk_options options = draw_options(&random);
        options.encoding = encodings[turn];
        options.page_rows = 3000;
        options.page_bytes = 50000;
        options.dictionary = true;
        options.dictionary_bytes = turn % 2 == 0 ? 1 << 20 : 20000;
        pass(&table, &options, turn < 4 ? 30000 : 777);
        table_free(&table);
    }
}

/* --- Choices ---------------------------------------------------------------------------------- */

enum content { FEW_VALUES, RANDOM_VALUES, RISING_VALUES, CONTENTS };

static void make_content(struct table *table, enum content content, uint64_t seed)
{
    struct quire_random random;
    quire_random_seed(&random, seed);
    struct quire_column *columns = table_begin(table, "a int64");
    for (int64_t i = 0; i < 20000; i++) {
        int64_t value = (int64_t)quire_random_below(&random, INT64_MAX);
        if (content == FEW_VALUES) value = value & 7;
        if (content == RISING_VALUES) value = i * 1000 + (value & 63);
        assert_int_equal(quire_column_append_i64(&columns->children[0], value), 0);
        assert_int_equal(quire_column_end_struct(columns), 0);
    }
    table_end(table, columns);
}

static void add_chunk(struct quire_chunk_writer *writer, const struct table *table,
                      struct quire_written_chunk *chunk)
{
    assert_int_equal(quire_chunk_writer_begin(writer, 0, NULL), 0);
    assert_int_equal(quire_chunk_writer_add(writer, table->view, 0, table->view->length, NULL), 0);
    assert_int_equal(quire_chunk_writer_finish(writer, chunk, NULL), 0);
}

/* Whatever the chunk before was, a chunk gets the encoding that its own values ask for. */
static void test_choice_follows(void **state)
{
    (void)state;
    static const int32_t wanted[CONTENTS] = {QUIRE_ENCODING_RLE_DICTIONARY, QUIRE_ENCODING_PLAIN,
                                             QUIRE_ENCODING_DELTA_BINARY_PACKED};
    struct quire_chunk_options options = chunk_options();
    for (int before = 0; before < CONTENTS; before++)
        for (int after = 0; after < CONTENTS; after++) {
            struct quire_chunk_writer *writer = NULL;
            struct quire_written_chunk chunk = {0};
            struct table first, second;
            make_content(&first, before, 1);
            make_content(&second, after, 2);
            assert_int_equal(quire_chunk_writer_new(&first.schema, 0, &options, &writer, NULL), 0);
            add_chunk(writer, &first, &chunk);
            assert_int_equal(chunk.metadata.encodings.items[0], wanted[before]);
            add_chunk(writer, &first, &chunk); /* from fewer values */
            assert_int_equal(chunk.metadata.encodings.items[0], wanted[before]);
            add_chunk(writer, &second, &chunk);
            assert_int_equal(chunk.metadata.encodings.items[0], wanted[after]);
            quire_written_chunk_release(&chunk);
            quire_chunk_writer_free(writer);
            table_free(&second);
            table_free(&first);
        }
}

/* --- Encryption ------------------------------------------------------------------------------ */

/* Each module says its place: the dictionary's header and page, then those of data pages
 * in order. */
static void test_encrypted(void **state)
{
    (void)state;
    struct table table;
    struct quire_written_chunk chunk = {0};
    struct quire_chunk_options options = chunk_options();
    int key = 0;
    options.cipher = (const struct quire_parquet_cipher *)(const void *)&key;
    options.encoding = QUIRE_ENCODING_RLE_DICTIONARY;
    options.column = 3;
    options.page_rows = 100;
    table_random(&table, "a int32", 250, 1, 0);
    assert_int_equal(write_leaf(&table, 0, &options, 250, &chunk, NULL), 0);
    static const uint8_t modules[] = {
        QUIRE_MODULE_DICTIONARY_PAGE_HEADER, QUIRE_MODULE_DICTIONARY_PAGE,
        QUIRE_MODULE_DATA_PAGE_HEADER,       QUIRE_MODULE_DATA_PAGE,
        QUIRE_MODULE_DATA_PAGE_HEADER,       QUIRE_MODULE_DATA_PAGE,
        QUIRE_MODULE_DATA_PAGE_HEADER,       QUIRE_MODULE_DATA_PAGE,
    };
    size_t at = 0;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf pages = {0};
    copy_pages(&chunk, &pages);
    for (size_t i = 0; i < sizeof(modules); i++) {
        const uint8_t *head = pages.data + at;
        uint32_t size;
        memcpy(&size, head + 4, 4);
        assert_int_equal(head[0], modules[i]);
        assert_int_equal(head[1], 1);
        assert_int_equal(head[2], 3);
        if (i >= 2) assert_int_equal(head[3], i / 2 - 1);
        at += SEAL_BYTES + size;
    }
    assert_int_equal(at, chunk.pages.size);
    quire_written_chunk_release(&chunk);
    table_free(&table);
}

/* --- Memory ----------------------------------------------------------------------------------- */

static void test_memory_out(void **state)
{
    (void)state;
    static const char *const schemas[] = {"a list<string>", "a dictionary<string>", "a float64",
                                          "a decimal(20,2)"};
    for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
        struct table table;
        struct quire_chunk_options options = chunk_options();
        options.page_rows = 40;
        options.bloom_filter = quire_bloom_check_built(NULL) == 0;
        table_random(&table, schemas[i], 100, 3, 4);
        for (int64_t n = 1;; n++) {
            struct quire_written_chunk chunk = {0};
            fault_alloc_arm(n);
            int code = write_leaf(&table, 0, &options, 60, &chunk, NULL);
            quire_written_chunk_release(&chunk);
            int64_t held = fault_alloc_held();
            bool failed = fault_alloc_disarm();
            assert_int_equal(held, 0);
            assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
            if (!failed) break;
        }
        table_free(&table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),     cmocka_unit_test(test_nested),
        cmocka_unit_test(test_long),      cmocka_unit_test(test_choice_follows),
        cmocka_unit_test(test_encrypted), cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
