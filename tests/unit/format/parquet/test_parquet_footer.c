/* Footers found, and all that can be wrong with them. */
#include "base/random.h"
#include "data/metadata.h"
#include "parquet_input_fixture.h"

static struct quire_schema_element elements[] = {
    {.name = FIXTURE_BINARY("root"), .present = QUIRE_ELEMENT_HAS_CHILDREN, .num_children = 1},
    {.name = FIXTURE_BINARY("a"),
     .present = QUIRE_ELEMENT_HAS_TYPE | QUIRE_ELEMENT_HAS_REPETITION,
     .type = QUIRE_PARQUET_INT32,
     .repetition_type = QUIRE_PARQUET_OPTIONAL},
};
static struct quire_thrift_binary path[] = {FIXTURE_BINARY("a")};
static int32_t encodings[] = {QUIRE_ENCODING_PLAIN};

struct parts {
    struct quire_column_metadata column;
    struct quire_column_chunk chunk;
    struct quire_row_group group;
    struct quire_file_metadata metadata;
};

/* A file of one row group of ten rows in one column. */
static void make_parts(struct parts *parts)
{
    *parts = (struct parts){
        .column = {.type = QUIRE_PARQUET_INT32,
                   .encodings = {encodings, 1},
                   .path_in_schema = {path, 1},
                   .num_values = 10,
                   .total_compressed_size = 50,
                   .total_uncompressed_size = 50,
                   .data_page_offset = 4},
    };
    parts->chunk.meta_data = &parts->column;
    parts->group = (struct quire_row_group){.columns = {&parts->chunk, 1}, .num_rows = 10};
    parts->metadata = (struct quire_file_metadata){.version = 2,
                                                   .schema = {elements, 2},
                                                   .num_rows = 10,
                                                   .row_groups = {&parts->group, 1},
                                                   .created_by = FIXTURE_BINARY("x version 1.2")};
}

static int open_bytes(const struct quire_buf *bytes, struct quire_error *error)
{
    const struct quire_parquet_read_options options = {.arrow_schema = true};
    QUIRE_CLEANUP(quire_parquet_input_release) struct quire_parquet_input file = {0};
    struct fixture_in in = fixture_in_of(bytes->data, bytes->size);
    return quire_parquet_input_open(&in.in, &options, &file, error);
}

static int open_parts(const struct parts *parts, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    fixture_file(&parts->metadata, 100, &bytes);
    return open_bytes(&bytes, error);
}

static void test_opened_by_one_read(void **state)
{
    (void)state;
    struct parts parts;
    struct quire_error error;
    struct quire_parquet_key_value pairs[] = {
        {.key = FIXTURE_BINARY("k"), .value = FIXTURE_BINARY("v")},
        {.key = FIXTURE_BINARY("ARROW:schema"), .value = FIXTURE_BINARY("damaged")},
    };
    make_parts(&parts);
    parts.metadata.key_value_metadata = (struct quire_parquet_key_value_list){pairs, 2};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    fixture_file(&parts.metadata, 100, &bytes);
    const struct quire_parquet_read_options options = {.arrow_schema = true};
    QUIRE_CLEANUP(quire_parquet_input_release) struct quire_parquet_input file = {0};
    struct fixture_in in = fixture_in_of(bytes.data, bytes.size);
    assert_int_equal(quire_parquet_input_open(&in.in, &options, &file, &error), 0);
    assert_int_equal(in.reads, 1);
    assert_int_equal(file.metadata.num_rows, 10);
    assert_string_equal(file.created_by.application, "x");
    const struct quire_field *root = file.schema.root->field;
    size_t size = 0;
    assert_memory_equal(quire_metadata_get(root->metadata, "k", &size), "v", 1);
    assert_null(quire_metadata_get(root->metadata, "ARROW:schema", &size));
    struct quire_parquet_chunk chunk;
    assert_int_equal(quire_parquet_input_chunk(&file, 0, 0, &chunk, &error), 0);
    assert_int_equal(chunk.start, 4);
    assert_int_equal(chunk.end, 54);
}

/* A footer longer than the first read takes one more, and no byte twice. */
static void test_long_footer(void **state)
{
    (void)state;
    struct parts parts;
    struct quire_error error;
    const size_t size = 200000;
    make_parts(&parts);
    char *value = quire_alloc_zero(size, 1);
    assert_non_null(value);
    struct quire_parquet_key_value pair = {.key = FIXTURE_BINARY("k"),
                                           .value = {(const uint8_t *)value, size}};
    parts.metadata.key_value_metadata = (struct quire_parquet_key_value_list){&pair, 1};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    fixture_file(&parts.metadata, 100000, &bytes);
    const struct quire_parquet_read_options options = {0};
    QUIRE_CLEANUP(quire_parquet_input_release) struct quire_parquet_input file = {0};
    struct fixture_in in = fixture_in_of(bytes.data, bytes.size);
    assert_int_equal(quire_parquet_input_open(&in.in, &options, &file, &error), 0);
    assert_int_equal(in.reads, 2);
    assert_int_equal(in.bytes_read, in.in.size - 4 - 100000);
    quire_free(value);
}

static void test_cut_off(void **state)
{
    (void)state;
    struct parts parts;
    struct quire_error error;
    make_parts(&parts);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    fixture_file(&parts.metadata, 100, &bytes);
    for (size_t size = 0; size < bytes.size; size++) {
        uint8_t *cut = fixture_exact(bytes.data, size);
        struct quire_buf part = {.data = cut, .size = size};
        assert_int_equal(open_bytes(&part, &error), QUIRE_CORRUPT);
        assert_non_null(strstr(error.cause, size == 0 ? "empty" : "no footer"));
        quire_free(cut);
    }
    struct quire_buf foreign = {.data = (uint8_t *)(uintptr_t) "column_1,column_2\n1,2\n",
                                .size = 22};
    assert_int_equal(open_bytes(&foreign, &error), QUIRE_CORRUPT);
    assert_non_null(strstr(error.cause, "cut off or is not Parquet"));
}

/* Any byte changed: an error or another file, but nothing worse. */
static void test_damaged(void **state)
{
    (void)state;
    struct parts parts;
    struct quire_error error;
    struct quire_random random;
    quire_random_seed(&random, 5);
    make_parts(&parts);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    fixture_file(&parts.metadata, 100, &bytes);
    int failed = 0;
    for (size_t i = 100; i < bytes.size; i++) {
        for (int k = 0; k < 16; k++) {
            uint8_t before = bytes.data[i];
            bytes.data[i] = (uint8_t)quire_random_below(&random, 256);
            int code = open_bytes(&bytes, &error);
            assert_true(code == 0 || code == QUIRE_CORRUPT || code == QUIRE_UNSUPPORTED ||
                        code == QUIRE_LIMIT);
            failed += code != 0;
            bytes.data[i] = before;
        }
    }
    assert_true(failed > 100);
    /* A footer as long as the file, and one longer. */
    for (uint32_t more = 0; more < 2; more++) {
        uint32_t size = (uint32_t)bytes.size - 12 + more;
        memcpy(bytes.data + bytes.size - 8, &size, sizeof(size));
        assert_int_equal(open_bytes(&bytes, &error), QUIRE_CORRUPT);
    }
}

static void test_disagreements(void **state)
{
    (void)state;
    struct parts parts;
    struct quire_error error;
    make_parts(&parts);
    assert_int_equal(open_parts(&parts, &error), 0);
    parts.metadata.num_rows = 11;
    assert_int_equal(open_parts(&parts, &error), QUIRE_CORRUPT);
    assert_non_null(strstr(error.cause, "the row groups have 10 rows, the file says 11"));
    make_parts(&parts);
    parts.chunk.file_path = (struct quire_thrift_binary)FIXTURE_BINARY("other.parquet");
    assert_int_equal(open_parts(&parts, &error), QUIRE_UNSUPPORTED);
    assert_non_null(strstr(error.cause, "other.parquet"));
}

static int find_column(const struct parts *parts, struct quire_parquet_chunk *chunk,
                       struct quire_error *error)
{
    const struct quire_parquet_read_options options = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    QUIRE_CLEANUP(quire_parquet_input_release) struct quire_parquet_input file = {0};
    fixture_file(&parts->metadata, 100, &bytes);
    struct fixture_in in = fixture_in_of(bytes.data, bytes.size);
    QUIRE_TRY(quire_parquet_input_open(&in.in, &options, &file, error));
    return quire_parquet_input_chunk(&file, 0, 0, chunk, error);
}

static void test_places_of_columns(void **state)
{
    (void)state;
    struct parts parts;
    struct quire_error error;
    struct quire_parquet_chunk chunk;
    static const struct {
        int64_t data, dictionary, size; /* dictionary -1: none */
        int64_t start;                  /* -1: refused */
    } places[] = {
        {4, -1, 50, 4},         {20, 4, 84, 4},    {20, 0, 50, 20},  {20, 30, 50, 20},
        {4, -1, 100, 4},        {4, -1, 101, -1},  {0, -1, 50, -1},  {INT64_MAX, -1, 1, -1},
        {5, -1, INT64_MAX, -1}, {104, -1, 0, 104}, {105, -1, 0, -1},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        make_parts(&parts);
        parts.column.data_page_offset = places[i].data;
        parts.column.total_compressed_size = places[i].size;
        if (places[i].dictionary >= 0) {
            parts.column.present = QUIRE_COLUMN_HAS_DICTIONARY_PAGE_OFFSET;
            parts.column.dictionary_page_offset = places[i].dictionary;
        }
        int code = find_column(&parts, &chunk, &error);
        assert_int_equal(code, places[i].start < 0 ? QUIRE_CORRUPT : 0);
        if (code == 0) assert_int_equal(chunk.start, places[i].start);
        if (code != 0) assert_string_equal(error.column, "a");
        if (code != 0) assert_non_null(strstr(error.cause, "row group 0"));
    }
    make_parts(&parts);
    parts.column.type = QUIRE_PARQUET_INT64;
    assert_int_equal(find_column(&parts, &chunk, &error), QUIRE_CORRUPT);
    assert_non_null(strstr(error.cause, "physical type"));
    make_parts(&parts);
    parts.chunk.meta_data = NULL;
    assert_int_equal(find_column(&parts, &chunk, &error), QUIRE_CORRUPT);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    struct parts parts;
    struct quire_error error;
    make_parts(&parts);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    fixture_file(&parts.metadata, 100, &bytes);
    int64_t nth = 0;
    bool failed = true;
    while (failed) {
        fault_alloc_arm(++nth);
        int code = open_bytes(&bytes, &error);
        failed = fault_alloc_disarm();
        assert_int_equal(fault_alloc_held(), 0);
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
    }
    assert_true(nth > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opened_by_one_read),
        cmocka_unit_test(test_long_footer),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_disagreements),
        cmocka_unit_test(test_places_of_columns),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
