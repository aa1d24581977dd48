/* Footers: all that a file can say, there and back; what must not be. */
#include "parquet_fixture.h"

#include "format/parquet/parquet_metadata.h"

static struct quire_thrift_binary text(const char *words)
{
    return (struct quire_thrift_binary){(const uint8_t *)words, strlen(words)};
}

static struct quire_parquet_time_unit micros = {1u << QUIRE_UNIT_MICROS};
static struct quire_parquet_time_type timestamp = {0, true, &micros};
static struct quire_parquet_logical_type logical = {.timestamp = &timestamp};
static int64_t histogram[2] = {3, 4};
static int32_t encodings[2] = {QUIRE_ENCODING_RLE, QUIRE_ENCODING_PLAIN};

struct example {
    struct quire_schema_element elements[2];
    struct quire_thrift_binary path;
    struct quire_parquet_key_value pair;
    struct quire_parquet_statistics statistics;
    struct quire_parquet_size_statistics sizes;
    struct quire_parquet_encoding_stats stats;
    struct quire_parquet_bounding_box box;
    struct quire_parquet_geospatial_statistics geospatial;
    struct quire_column_metadata column;
    struct quire_encryption_with_column_key key;
    struct quire_column_crypto_metadata crypto;
    struct quire_column_chunk chunk;
    struct quire_sorting_column sorting;
    struct quire_row_group group;
    struct quire_column_order order;
    struct quire_aes_parameters aes;
    struct quire_encryption_algorithm algorithm;
    struct quire_file_metadata file;
};

static void fill_column(struct example *e)
{
    e->pair = (struct quire_parquet_key_value){.key = text("k"), .value = text("")};
    e->statistics = (struct quire_parquet_statistics){.present = QUIRE_STATISTICS_HAS_NULL_COUNT |
                                                                 QUIRE_STATISTICS_HAS_MAX_EXACT |
                                                                 QUIRE_STATISTICS_HAS_NAN_COUNT,
                                                      .null_count = 2,
                                                      .nan_count = 9,
                                                      .max_value = text("zz"),
                                                      .min_value = text("aa"),
                                                      .is_max_value_exact = false};
    e->sizes = (struct quire_parquet_size_statistics){.present = QUIRE_SIZE_STATISTICS_HAS_BYTES,
                                                      .unencoded_byte_array_data_bytes = 77,
                                                      .definition_level_histogram = {histogram, 2}};
    e->stats = (struct quire_parquet_encoding_stats){
        .page_type = QUIRE_PAGE_DATA, .encoding = QUIRE_ENCODING_PLAIN, .count = 3};
    e->box = (struct quire_parquet_bounding_box){.xmin = -1.5, .ymax = 2.5};
    e->geospatial.bbox = &e->box;
    e->column = (struct quire_column_metadata){.present = QUIRE_COLUMN_HAS_DICTIONARY_PAGE_OFFSET,
                                               .type = QUIRE_PARQUET_INT64,
                                               .encodings = {encodings, 2},
                                               .path_in_schema = {&e->path, 1},
                                               .codec = QUIRE_PARQUET_ZSTD,
                                               .num_values = 7,
                                               .total_uncompressed_size = 100,
                                               .total_compressed_size = 50,
                                               .key_value_metadata = {&e->pair, 1},
                                               .data_page_offset = 40,
                                               .dictionary_page_offset = 4,
                                               .statistics = &e->statistics,
                                               .encoding_stats = {&e->stats, 1},
                                               .size_statistics = &e->sizes,
                                               .geospatial_statistics = &e->geospatial};
}

static void fill_example(struct example *e)
{
    *e = (struct example){0};
    logical.present = 1u << QUIRE_LOGICAL_TIMESTAMP;
    e->path = text("t");
    e->elements[0] = (struct quire_schema_element){
        .present = QUIRE_ELEMENT_HAS_CHILDREN, .num_children = 1, .name = text("schema")};
    e->elements[1] = (struct quire_schema_element){.present = QUIRE_ELEMENT_HAS_TYPE |
                                                              QUIRE_ELEMENT_HAS_REPETITION |
                                                              QUIRE_ELEMENT_HAS_FIELD_ID,
                                                   .type = QUIRE_PARQUET_INT64,
                                                   .repetition_type = QUIRE_PARQUET_OPTIONAL,
                                                   .field_id = -3,
                                                   .name = e->path,
                                                   .logical_type = &logical};
    fill_column(e);
    e->key = (struct quire_encryption_with_column_key){.path_in_schema = {&e->path, 1},
                                                       .key_metadata = text("kk")};
    e->crypto.with_column_key = &e->key;
    e->chunk = (struct quire_column_chunk){.present = QUIRE_CHUNK_HAS_OFFSET_INDEX_OFFSET,
                                           .meta_data = &e->column,
                                           .offset_index_offset = 99,
                                           .crypto_metadata = &e->crypto};
    e->sorting = (struct quire_sorting_column){.descending = true};
    e->group = (struct quire_row_group){.present = QUIRE_ROW_GROUP_HAS_ORDINAL,
                                        .columns = {&e->chunk, 1},
                                        .total_byte_size = 100,
                                        .num_rows = 7,
                                        .sorting_columns = {&e->sorting, 1},
                                        .ordinal = 5};
    e->order.present = 1u << QUIRE_ORDER_TYPE;
    e->aes.aad_prefix = text("p");
    e->algorithm.aes_gcm_ctr_v1 = &e->aes;
    e->file = (struct quire_file_metadata){.version = 1,
                                           .schema = {e->elements, 2},
                                           .num_rows = 7,
                                           .row_groups = {&e->group, 1},
                                           .key_value_metadata = {&e->pair, 1},
                                           .created_by = text("quire"),
                                           .column_orders = {&e->order, 1},
                                           .encryption_algorithm = &e->algorithm};
}

static int round_trip(const struct example *e, struct quire_arena *arena,
                      struct quire_file_metadata *back, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    size_t used = 0;
    assert_int_equal(quire_file_metadata_write(&e->file, &out), 0);
    size_t size = out.size;
    assert_int_equal(quire_buf_append(&out, "signature", 9), 0);
    int code = quire_file_metadata_read(out.data, out.size, arena, back, &used, error);
    if (code == 0) assert_int_equal(used, size);
    return code;
}

static void test_all_fields(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_error error;
    struct example e;
    struct quire_file_metadata back;
    fill_example(&e);
    assert_int_equal(round_trip(&e, &arena, &back, &error), 0);
    const struct quire_schema_element *element = &back.schema.items[1];
    assert_int_equal(element->field_id, -3);
    assert_int_equal(quire_thrift_union_member(element->logical_type->present),
                     QUIRE_LOGICAL_TIMESTAMP);
    assert_true(element->logical_type->timestamp->is_adjusted_to_utc);
    assert_int_equal(quire_thrift_union_member(element->logical_type->timestamp->unit->present),
                     QUIRE_UNIT_MICROS);
    const struct quire_column_chunk *chunk = &back.row_groups.items[0].columns.items[0];
    assert_int_equal(chunk->offset_index_offset, 99);
    assert_int_equal(chunk->present & QUIRE_CHUNK_HAS_COLUMN_INDEX_OFFSET, 0);
    assert_string_equal(chunk->crypto_metadata->with_column_key->key_metadata.data, "kk");
    const struct quire_column_metadata *column = chunk->meta_data;
    assert_int_equal(column->encodings.items[0], QUIRE_ENCODING_RLE);
    assert_string_equal(column->path_in_schema.items[0].data, "t");
    assert_int_equal(column->dictionary_page_offset, 4);
    assert_non_null(column->key_value_metadata.items[0].value.data); /* empty, not absent */
    assert_int_equal(column->statistics->nan_count, 9);
    assert_int_equal(column->statistics->present & QUIRE_STATISTICS_HAS_MIN_EXACT, 0);
    assert_false(column->statistics->is_max_value_exact);
    assert_null(column->statistics->max.data);
    assert_int_equal(column->size_statistics->definition_level_histogram.items[1], 4);
    assert_true(column->geospatial_statistics->bbox->ymax == 2.5);
    assert_int_equal(back.row_groups.items[0].ordinal, 5);
    assert_true(back.row_groups.items[0].sorting_columns.items[0].descending);
    assert_int_equal(quire_thrift_union_member(back.column_orders.items[0].present),
                     QUIRE_ORDER_TYPE);
    assert_string_equal(back.encryption_algorithm->aes_gcm_ctr_v1->aad_prefix.data, "p");
    assert_null(back.encryption_algorithm->aes_gcm_v1);
    assert_string_equal(back.created_by.data, "quire");
}

static void test_what_must_not_be(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_error error;
    struct example e;
    struct quire_file_metadata back = {.version = 42};
    fill_example(&e);
    e.group.columns.size = 0;
    assert_int_equal(round_trip(&e, &arena, &back, &error), QUIRE_CORRUPT);
    fill_example(&e);
    e.file.schema.size = 0;
    assert_int_equal(round_trip(&e, &arena, &back, &error), QUIRE_CORRUPT);
    fill_example(&e);
    e.file.num_rows = -1;
    assert_int_equal(round_trip(&e, &arena, &back, &error), QUIRE_CORRUPT);
    fill_example(&e);
    e.group.num_rows = -1;
    assert_int_equal(round_trip(&e, &arena, &back, &error), QUIRE_CORRUPT);
    fill_example(&e);
    e.column.total_compressed_size = -1;
    assert_int_equal(round_trip(&e, &arena, &back, &error), QUIRE_CORRUPT);
    fill_example(&e);
    e.column.data_page_offset = -1;
    assert_int_equal(round_trip(&e, &arena, &back, &error), QUIRE_CORRUPT);
    assert_int_equal(back.version, 42); /* untouched */
}

static void test_damage_and_memory(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_error error;
    struct quire_random random;
    struct example e;
    struct quire_file_metadata back;
    size_t used;
    quire_random_seed(&random, 18);
    fill_example(&e);
    assert_int_equal(quire_file_metadata_write(&e.file, &out), 0);
    for (size_t size = 0; size < out.size; size++) {
        QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
        uint8_t *exact = fixture_exact(out.data, size);
        assert_int_equal(quire_file_metadata_read(exact, size, &arena, &back, &used, &error),
                         QUIRE_CORRUPT);
        quire_free(exact);
    }
    for (int turn = 0; turn < 5000; turn++) {
        QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
        uint8_t *exact = fixture_exact(out.data, out.size);
        for (int i = 0; i < 3; i++)
            exact[quire_random_below(&random, out.size)] = (uint8_t)quire_random_u64(&random);
        quire_file_metadata_read(exact, out.size, &arena, &back, &used, &error);
        quire_free(exact);
    }
    for (int64_t nth = 1;; nth++) {
        struct quire_arena arena = {0};
        struct quire_buf copy = {0};
        fault_alloc_arm(nth);
        int code = quire_file_metadata_write(&e.file, &copy);
        if (code == 0)
            code = quire_file_metadata_read(copy.data, copy.size, &arena, &back, &used, &error);
        quire_buf_release(&copy);
        quire_arena_release(&arena);
        bool failed = fault_alloc_disarm();
        assert_int_equal(fault_alloc_held(), 0);
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        if (!failed) break;
    }
}

static void test_parts(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {0};
    struct quire_error error;
    struct example e;
    struct quire_column_metadata column;
    size_t used;
    fill_example(&e);
    assert_int_equal(quire_column_metadata_write(&e.column, &out), 0);
    assert_int_equal(quire_column_metadata_read(out.data, out.size, &arena, &column, &error), 0);
    assert_int_equal(column.num_values, 7);
    struct quire_file_crypto_metadata crypto = {.encryption_algorithm = &e.algorithm,
                                                .key_metadata = text("m")},
                                      back;
    quire_buf_clear(&out);
    assert_int_equal(quire_file_crypto_metadata_write(&crypto, &out), 0);
    assert_int_equal(
        quire_file_crypto_metadata_read(out.data, out.size, &arena, &back, &used, &error), 0);
    assert_string_equal(back.key_metadata.data, "m");
    assert_int_equal(used, out.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_fields),
        cmocka_unit_test(test_what_must_not_be),
        cmocka_unit_test(test_damage_and_memory),
        cmocka_unit_test(test_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
