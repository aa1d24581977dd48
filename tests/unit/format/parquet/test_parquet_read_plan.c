/* What is read together, and how often the file is asked. */
#include "format/parquet/read/read_plan.h"

#include "parquet_input_fixture.h"

#define COLUMNS 6
#define MIB     ((int64_t)1 << 20)

/* Where columns lie: three beside each other, one behind a small gap, one far away, and a
 * large one that begins where the third ends its neighbourhood. */
static const struct {
    int64_t start, size;
} places[COLUMNS] = {
    {4, 1000},       {1004, 1000},       {2004, 1000},
    {100000, 50000}, {1000000, 2 * MIB}, {1000000 + 2 * MIB, 5000},
};

struct file {
    struct quire_schema_element elements[COLUMNS + 1];
    struct quire_thrift_binary names[COLUMNS];
    struct quire_column_metadata columns[COLUMNS];
    struct quire_column_chunk chunks[COLUMNS];
    struct quire_row_group group;
    struct quire_file_metadata metadata;
};

static void make_file(struct file *file)
{
    static const char *const names[COLUMNS] = {"a", "b", "c", "d", "e", "f"};
    static int32_t encoding = QUIRE_ENCODING_PLAIN;
    *file = (struct file){0};
    file->elements[0] = (struct quire_schema_element){.name = FIXTURE_BINARY("root"),
                                                      .present = QUIRE_ELEMENT_HAS_CHILDREN,
                                                      .num_children = COLUMNS};
    for (size_t i = 0; i < COLUMNS; i++) {
        file->names[i] = (struct quire_thrift_binary){(const uint8_t *)names[i], 1};
        file->elements[i + 1] = (struct quire_schema_element){
            .name = file->names[i],
            .present = QUIRE_ELEMENT_HAS_TYPE | QUIRE_ELEMENT_HAS_REPETITION,
            .type = QUIRE_PARQUET_INT64};
        file->columns[i] = (struct quire_column_metadata){
            .type = QUIRE_PARQUET_INT64,
            .encodings = {&encoding, 1},
            .path_in_schema = {&file->names[i], 1},
            .num_values = 100,
            .total_compressed_size = places[i].size,
            .total_uncompressed_size = places[i].size,
            .data_page_offset = places[i].start,
        };
        file->chunks[i].meta_data = &file->columns[i];
    }
    file->group = (struct quire_row_group){.columns = {file->chunks, COLUMNS}, .num_rows = 100};
    file->metadata = (struct quire_file_metadata){.version = 2,
                                                  .schema = {file->elements, COLUMNS + 1},
                                                  .num_rows = 100,
                                                  .row_groups = {&file->group, 1}};
}

/* Plans the columns whose letters are named, looks at each of their bytes as a reader
 * begins to, and returns how often the file was asked. */
static int reads_for(const char *letters, size_t fetch_bytes, size_t *windowed)
{
    struct file made;
    struct quire_error error;
    make_file(&made);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf bytes = {0};
    fixture_file(&made.metadata, (size_t)(1100000 + 2 * MIB), &bytes);
    for (size_t i = 0; i < COLUMNS; i++)
        bytes.data[places[i].start] = (uint8_t)('a' + i);
    struct fixture_in in = fixture_in_of(bytes.data, bytes.size);
    const struct quire_parquet_read_options options = {0};
    QUIRE_CLEANUP(quire_parquet_input_release) struct quire_parquet_input file = {0};
    assert_int_equal(quire_parquet_input_open(&in.in, &options, &file, &error), 0);
    bool wanted[COLUMNS] = {0};
    for (const char *letter = letters; *letter != '\0'; letter++)
        wanted[*letter - 'a'] = true;
    QUIRE_CLEANUP(quire_parquet_projection_release)
    struct quire_parquet_projection projection = {0};
    assert_int_equal(quire_parquet_project(&file.schema, wanted, &projection, &error), 0);
    const struct quire_parquet_filter filter = {0};
    const struct quire_parquet_planning planning = {&file, &projection, &filter, fetch_bytes, NULL};
    struct quire_parquet_plan *plan = NULL;
    assert_int_equal(quire_parquet_plan_new(&planning, 0, 0, &plan, &error), 0);
    in.reads = 0;
    *windowed = 0;
    for (size_t i = 0; i < projection.schema.leaves_size; i++) {
        struct quire_chunk_bytes chunk = {0};
        const uint8_t *data = NULL;
        size_t got = 0;
        quire_parquet_plan_bytes(plan, i, &in.in, 1000, &chunk);
        size_t leaf = projection.file_leaves[i];
        assert_int_equal(chunk.start, places[leaf].start);
        assert_int_equal(chunk.end, places[leaf].start + places[leaf].size);
        size_t size = (size_t)places[leaf].size;
        assert_int_equal(
            quire_byte_fetches_get(chunk.fetches, chunk.start, size, &data, &got, &error), 0);
        *windowed += data == NULL;
        if (data == NULL) continue;
        assert_true(got >= size);
        assert_int_equal(data[0], 'a' + leaf);
        assert_int_equal(
            quire_chunk_bytes_get(&chunk, chunk.start, 1, SIZE_MAX, &data, &got, &error), 0);
        assert_int_equal(got, size);
    }
    quire_parquet_plan_free(plan);
    return in.reads;
}

static void test_neighbours_are_read_together(void **state)
{
    (void)state;
    size_t windowed = 0;
    assert_int_equal(reads_for("abc", SIZE_MAX / 2, &windowed), 1);
    assert_int_equal(reads_for("ac", SIZE_MAX / 2, &windowed), 1);
    assert_int_equal(reads_for("abcd", SIZE_MAX / 2, &windowed), 1);
    assert_int_equal(windowed, 0);
    assert_int_equal(reads_for("af", SIZE_MAX / 2, &windowed), 2);
    assert_int_equal(windowed, 0);
    /* The large one has a window, and does not stand between its neighbours. */
    assert_int_equal(reads_for("abcdef", SIZE_MAX / 2, &windowed), 2);
    assert_int_equal(windowed, 1);
    assert_int_equal(reads_for("", SIZE_MAX / 2, &windowed), 0);
}

static void test_bounded(void **state)
{
    (void)state;
    size_t windowed = 0;
    assert_int_equal(reads_for("abc", 2500, &windowed), 1);
    assert_int_equal(windowed, 1);
    assert_int_equal(reads_for("abc", 0, &windowed), 0);
    assert_int_equal(windowed, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_neighbours_are_read_together),
        cmocka_unit_test(test_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
