#include "parquet_fixture.h"

#include "format/parquet/page_header.h"

static int read_header(const uint8_t *bytes, size_t size, struct quire_arena *arena,
                       struct quire_page_header *header, size_t *used, bool *more)
{
    struct quire_error error;
    return quire_page_header_read(bytes, size, arena, header, used, more, &error);
}

static void test_data_page_by_hand(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_data_page_header data = {.num_values = 5,
                                          .encoding = QUIRE_ENCODING_PLAIN,
                                          .definition_level_encoding = QUIRE_ENCODING_RLE,
                                          .repetition_level_encoding = QUIRE_ENCODING_RLE};
    struct quire_page_header header = {.present = QUIRE_PAGE_HAS_CRC,
                                       .type = QUIRE_PAGE_DATA,
                                       .uncompressed_page_size = 20,
                                       .compressed_page_size = 10,
                                       .crc = -1,
                                       .data_page_header = &data},
                             back;
    size_t used = 0;
    bool more = false;
    assert_int_equal(quire_page_header_write(&header, &out), 0);
    assert_int_equal(out.size, 19);
    assert_memory_equal(
        out.data, "\x15\x00\x15\x28\x15\x14\x15\x01\x1c\x15\x0a\x15\x00\x15\x06\x15\x06\x00\x00",
        19);
    assert_int_equal(quire_buf_append(&out, "page", 4), 0);
    assert_int_equal(read_header(out.data, out.size, &arena, &back, &used, &more), 0);
    assert_int_equal(used, 19);
    assert_int_equal(back.crc, -1);
    assert_int_equal(back.data_page_header->num_values, 5);
    for (size_t size = 0; size < 19; size++) {
        assert_int_equal(read_header(out.data, size, &arena, &back, &used, &more), QUIRE_CORRUPT);
        assert_true(more);
    }
    out.data[0] = 0x1e; /* no such type */
    assert_int_equal(read_header(out.data, out.size, &arena, &back, &used, &more), QUIRE_CORRUPT);
    assert_false(more);
}

static struct quire_data_page_header_v2 data_v2 = {.num_values = 5,
                                                   .num_nulls = 2,
                                                   .num_rows = 3,
                                                   .encoding = QUIRE_ENCODING_RLE_DICTIONARY,
                                                   .definition_levels_byte_length = 4,
                                                   .repetition_levels_byte_length = 3};

static int read_v2(int32_t size, bool *compressed)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_page_header header = {.type = QUIRE_PAGE_DATA_V2,
                                       .uncompressed_page_size = 100,
                                       .compressed_page_size = size,
                                       .data_page_header_v2 = &data_v2},
                             back;
    size_t used;
    bool more;
    assert_int_equal(quire_page_header_write(&header, &out), 0);
    int code = read_header(out.data, out.size, &arena, &back, &used, &more);
    if (code == 0) *compressed = back.data_page_header_v2->is_compressed;
    return code;
}

static void test_data_page_v2(void **state)
{
    (void)state;
    bool compressed = false;
    assert_int_equal(read_v2(7, &compressed), 0);
    assert_true(compressed); /* when nothing is said */
    data_v2.present = QUIRE_DATA_PAGE_V2_HAS_COMPRESSED;
    assert_int_equal(read_v2(7, &compressed), 0);
    assert_false(compressed);
    assert_int_equal(read_v2(6, &compressed), QUIRE_CORRUPT); /* shorter than its levels */
    data_v2.num_nulls = 6;
    assert_int_equal(read_v2(7, &compressed), QUIRE_CORRUPT);
    data_v2.num_nulls = 2;
    data_v2.num_rows = -1;
    assert_int_equal(read_v2(7, &compressed), QUIRE_CORRUPT);
}

static void test_what_must_be_there(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_dictionary_page_header dictionary = {.num_values = 3};
    struct quire_page_header back;
    size_t used;
    bool more;
    for (int32_t type = 0; type <= 4; type++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
        struct quire_page_header header = {.type = type, .dictionary_page_header = &dictionary};
        bool needs_other = type == QUIRE_PAGE_DATA || type == QUIRE_PAGE_DATA_V2;
        assert_int_equal(quire_page_header_write(&header, &out), 0);
        assert_int_equal(read_header(out.data, out.size, &arena, &back, &used, &more),
                         needs_other ? QUIRE_CORRUPT : 0);
        quire_buf_clear(&out);
        header.compressed_page_size = -1;
        assert_int_equal(quire_page_header_write(&header, &out), 0);
        assert_int_equal(read_header(out.data, out.size, &arena, &back, &used, &more),
                         QUIRE_CORRUPT);
    }
}

static void test_crc(void **state)
{
    (void)state;
    assert_int_equal(quire_page_crc(0, "123456789", 9), 0xcbf43926u);
    assert_int_equal(quire_page_crc(quire_page_crc(0, "1234", 4), "56789", 5), 0xcbf43926u);
    assert_int_equal(quire_page_crc(0, NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_data_page_by_hand),
        cmocka_unit_test(test_data_page_v2),
        cmocka_unit_test(test_what_must_be_there),
        cmocka_unit_test(test_crc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
