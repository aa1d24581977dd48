/* A file described and counted, from its footer alone. */
#include "format/parquet/read/parquet_decoder.h"

#include "parquet_input_fixture.h"

static struct quire_parquet_decimal_type decimal = {.precision = 9, .scale = 2};
static struct quire_parquet_logical_type logical[] = {
    {.present = QUIRE_THRIFT_BIT(QUIRE_LOGICAL_DECIMAL), .decimal = &decimal},
    {.present = QUIRE_THRIFT_BIT(QUIRE_LOGICAL_STRING)},
};
static struct quire_schema_element elements[] = {
    {.name = FIXTURE_BINARY("root"), .present = QUIRE_ELEMENT_HAS_CHILDREN, .num_children = 2},
    {.name = FIXTURE_BINARY("price"),
     .present = QUIRE_ELEMENT_HAS_TYPE | QUIRE_ELEMENT_HAS_REPETITION,
     .type = QUIRE_PARQUET_INT32,
     .repetition_type = QUIRE_PARQUET_OPTIONAL,
     .logical_type = &logical[0]},
    {.name = FIXTURE_BINARY("name"),
     .present = QUIRE_ELEMENT_HAS_TYPE | QUIRE_ELEMENT_HAS_REPETITION,
     .type = QUIRE_PARQUET_BYTE_ARRAY,
     .repetition_type = QUIRE_PARQUET_REQUIRED,
     .logical_type = &logical[1]},
};
static struct quire_thrift_binary paths[] = {FIXTURE_BINARY("price"), FIXTURE_BINARY("name")};
static int32_t encodings[] = {QUIRE_ENCODING_PLAIN, 77};
static struct quire_parquet_statistics statistics[] = {
    {.present = QUIRE_STATISTICS_HAS_NULL_COUNT | QUIRE_STATISTICS_HAS_MIN_EXACT,
     .null_count = 3,
     .min_value = FIXTURE_BINARY("\x85\xff\xff\xff"),
     .max_value = FIXTURE_BINARY("\x39\x30\x00\x00"),
     .is_min_value_exact = true},
    {.min_value = FIXTURE_BINARY("a"), .max_value = FIXTURE_BINARY("z\xff")},
};
static struct quire_column_metadata columns[] = {
    {.type = QUIRE_PARQUET_INT32,
     .encodings = {encodings, 2},
     .path_in_schema = {&paths[0], 1},
     .codec = QUIRE_PARQUET_ZSTD,
     .num_values = 10,
     .total_compressed_size = 40,
     .total_uncompressed_size = 50,
     .data_page_offset = 4,
     .statistics = &statistics[0]},
    {.type = QUIRE_PARQUET_BYTE_ARRAY,
     .encodings = {encodings, 1},
     .path_in_schema = {&paths[1], 1},
     .num_values = 10,
     .total_compressed_size = 40,
     .total_uncompressed_size = 50,
     .data_page_offset = 44,
     .statistics = &statistics[1]},
};
static struct quire_column_chunk chunks[] = {{.meta_data = &columns[0]},
                                             {.meta_data = &columns[1]}};
static struct quire_sorting_column sorting[] = {{.column_idx = 1, .descending = true}};
static struct quire_row_group groups[] = {{.columns = {chunks, 2},
                                           .num_rows = 10,
                                           .total_byte_size = 100,
                                           .sorting_columns = {sorting, 1}}};
static struct quire_parquet_key_value pairs[] = {
    {.key = FIXTURE_BINARY("k"), .value = FIXTURE_BINARY("\"v\"")}};
static const struct quire_file_metadata metadata = {.version = 2,
                                                    .schema = {elements, 3},
                                                    .num_rows = 10,
                                                    .row_groups = {groups, 1},
                                                    .key_value_metadata = {pairs, 1},
                                                    .created_by = FIXTURE_BINARY("x version 1")};

/* Every line must be in the text, in this order. */
static const char *const parts[] = {
    "{\"version\":2,\"created_by\":\"x version 1\",\"rows\":10,",
    "\"encryption\":null,\"schema\":[{\"name\":\"root\",",
    "\"children\":2}",
    "{\"name\":\"price\",\"repetition\":\"OPTIONAL\",\"physical_type\":\"INT32\","
    "\"logical_type\":\"DECIMAL(9, 2)\"}",
    "\"key_values\":[{\"key\":\"k\",\"value\":\"\\\"v\\\"\"}]",
    "\"row_groups\":[{\"rows\":10,\"bytes\":100,",
    "\"sorting\":[{\"column\":\"name\",\"descending\":true,\"nulls_first\":false}]",
    "\"columns\":[{\"path\":\"price\",\"type\":\"INT32\",\"encrypted\":false,\"readable\":true,"
    "\"encodings\":[\"PLAIN\",77],\"codec\":\"ZSTD\",\"values\":10,\"compressed_bytes\":40,"
    "\"uncompressed_bytes\":50,\"offset\":4,\"data_page_offset\":4,\"nulls\":3,"
    "\"min\":\"-1.23\",\"min_exact\":true,\"max\":\"123.45\"}",
    "{\"path\":\"name\"",
    "\"codec\":\"UNCOMPRESSED\"",
    "\"min\":\"a\",\"max\":\"0x7aff\"}]}]}",
};

static void test_described(void **state)
{
    (void)state;
    struct quire_error error;
    const struct quire_parquet_read_options options = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    fixture_file(&metadata, 100, &bytes);
    struct fixture_in in = fixture_in_of(bytes.data, bytes.size);
    char *json = NULL;
    assert_int_equal(quire_parquet_describe(&in.in, &options, NULL, &json, &error), 0);
    assert_int_equal(in.reads, 1);
    const char *at = json;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const char *found = strstr(at, parts[i]);
        if (found == NULL) print_error("%s\nis not in\n%s\n", parts[i], at);
        assert_non_null(found);
        at = found + strlen(parts[i]);
    }
    assert_string_equal(at, "");
    quire_free(json);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    struct quire_error error;
    const struct quire_parquet_read_options options = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    fixture_file(&metadata, 100, &bytes);
    struct fixture_in in = fixture_in_of(bytes.data, bytes.size);
    int64_t nth = 0, described = 0;
    for (bool failed = true; failed;) {
        char *json = NULL;
        fault_alloc_arm(++nth);
        int code = quire_parquet_describe(&in.in, &options, NULL, &json, &error);
        quire_free(json);
        failed = fault_alloc_disarm();
        assert_int_equal(fault_alloc_held(), 0);
        assert_true(code == 0 || (failed && code == QUIRE_MEMORY));
        described += code == 0;
    }
    assert_true(described >= 1);
    assert_true(nth > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_described),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
