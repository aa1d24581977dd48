#include "parquet_fixture.h"

#include "format/parquet/page_index.h"

static void test_offset_index(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_error error;
    struct quire_page_location pages[2] = {
        {.offset = 4, .compressed_page_size = 100},
        {.offset = 104, .compressed_page_size = 50, .first_row_index = 10}};
    int64_t sizes[2] = {7, 8};
    struct quire_offset_index index = {.page_locations = {pages, 2},
                                       .unencoded_byte_array_data_bytes = {sizes, 2}},
                              back;
    assert_int_equal(quire_offset_index_write(&index, &out), 0);
    assert_int_equal(quire_offset_index_read(out.data, out.size, &arena, &back, &error), 0);
    assert_int_equal(back.page_locations.size, 2);
    assert_int_equal(back.page_locations.items[1].first_row_index, 10);
    assert_int_equal(back.unencoded_byte_array_data_bytes.items[1], 8);
    pages[1].offset = 103; /* within the first */
    quire_buf_clear(&out);
    assert_int_equal(quire_offset_index_write(&index, &out), 0);
    assert_int_equal(quire_offset_index_read(out.data, out.size, &arena, &back, &error),
                     QUIRE_CORRUPT);
    pages[1].offset = INT64_MAX;
    quire_buf_clear(&out);
    assert_int_equal(quire_offset_index_write(&index, &out), 0);
    assert_int_equal(quire_offset_index_read(out.data, out.size, &arena, &back, &error),
                     QUIRE_CORRUPT);
}

static void test_column_index(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_error error;
    bool null_pages[2] = {false, true};
    struct quire_thrift_binary least[2] = {{(const uint8_t *)"a", 1}, {(const uint8_t *)"", 0}};
    struct quire_thrift_binary most[2] = {{(const uint8_t *)"z", 1}, {(const uint8_t *)"", 0}};
    int64_t nulls[2] = {0, 5}, histogram[3] = {1, 2, 3};
    struct quire_column_index index = {.null_pages = {null_pages, 2},
                                       .min_values = {least, 2},
                                       .max_values = {most, 2},
                                       .boundary_order = QUIRE_BOUNDARY_ASCENDING,
                                       .null_counts = {nulls, 2},
                                       .definition_level_histograms = {histogram, 3}},
                              back;
    assert_int_equal(quire_column_index_write(&index, &out), 0);
    assert_int_equal(quire_column_index_read(out.data, out.size, &arena, &back, &error), 0);
    assert_true(back.null_pages.items[1] && !back.null_pages.items[0]);
    assert_memory_equal(back.max_values.items[0].data, "z", 2);
    assert_int_equal(back.null_counts.items[1], 5);
    assert_null(back.definition_level_histograms.items); /* three for two pages */
    assert_null(back.nan_counts.items);
    index.max_values.size = 1;
    quire_buf_clear(&out);
    assert_int_equal(quire_column_index_write(&index, &out), 0);
    assert_int_equal(quire_column_index_read(out.data, out.size, &arena, &back, &error),
                     QUIRE_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offset_index),
        cmocka_unit_test(test_column_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
