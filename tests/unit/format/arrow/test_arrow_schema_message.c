/* Schema messages: every type there and back, messages of pyarrow, and damaged ones. */
#include "arrow_fixture.h"

#include "data/metadata.h"
#include "format/arrow/arrow_layout.h"
#include "format/arrow/flatbuffer_write.h"
#include "format/arrow/message_frame.h"
#include "format/arrow/schema_message.h"
#include "quire/batch.h"
#include "random_column.h"

/* clang-format off */

/* Of pyarrow: v large_list_view<binary_view> {k: v},
 * d dictionary<list<int8>, uint16, ordered> not null,
 * u sparse_union(5, 7)<a: int8, b: string>, m map<int32, decimal64(9, -2), sorted>, {a: b}. */
static const uint8_t foreign[] = {
    255, 255, 255, 255, 32, 3, 0, 0, 16, 0, 0, 0, 0, 0, 10, 0, 14, 0, 6, 0, 5, 0, 8, 0,
    10, 0, 0, 0, 0, 1, 4, 0, 16, 0, 0, 0, 0, 0, 10, 0, 12, 0, 0, 0, 4, 0, 8, 0,
    10, 0, 0, 0, 44, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 128, 253, 255, 255,
    16, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 98, 0, 0, 0, 1, 0, 0, 0, 97, 0, 0, 0,
    4, 0, 0, 0, 48, 2, 0, 0, 144, 1, 0, 0, 224, 0, 0, 0, 4, 0, 0, 0, 136, 253, 255, 255,
    0, 0, 1, 17, 20, 0, 0, 0, 28, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 24, 0, 0, 0,
    1, 0, 0, 0, 109, 0, 6, 0, 8, 0, 7, 0, 6, 0, 0, 0, 0, 0, 0, 1, 148, 255, 255, 255,
    0, 0, 0, 13, 24, 0, 0, 0, 32, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 100, 0, 0, 0,
    20, 0, 0, 0, 7, 0, 0, 0, 101, 110, 116, 114, 105, 101, 115, 0, 176, 253, 255, 255, 232, 253, 255, 255,
    0, 0, 1, 7, 16, 0, 0, 0, 32, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0,
    118, 97, 108, 117, 101, 0, 10, 0, 16, 0, 4, 0, 8, 0, 12, 0, 10, 0, 0, 0, 9, 0, 0, 0,
    254, 255, 255, 255, 64, 0, 0, 0, 16, 0, 20, 0, 8, 0, 0, 0, 7, 0, 12, 0, 0, 0, 16, 0,
    16, 0, 0, 0, 0, 0, 0, 2, 16, 0, 0, 0, 20, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0,
    3, 0, 0, 0, 107, 101, 121, 0, 108, 255, 255, 255, 0, 0, 0, 1, 32, 0, 0, 0, 96, 254, 255, 255,
    0, 0, 1, 14, 24, 0, 0, 0, 36, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 80, 0, 0, 0,
    40, 0, 0, 0, 1, 0, 0, 0, 117, 0, 0, 0, 8, 0, 8, 0, 0, 0, 4, 0, 8, 0, 0, 0,
    4, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 7, 0, 0, 0, 164, 254, 255, 255, 0, 0, 1, 5,
    16, 0, 0, 0, 20, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 98, 0, 0, 0,
    144, 254, 255, 255, 200, 254, 255, 255, 0, 0, 1, 2, 16, 0, 0, 0, 28, 0, 0, 0, 4, 0, 0, 0,
    0, 0, 0, 0, 1, 0, 0, 0, 97, 0, 0, 0, 8, 0, 12, 0, 8, 0, 7, 0, 8, 0, 0, 0,
    0, 0, 0, 1, 8, 0, 0, 0, 16, 0, 24, 0, 8, 0, 0, 0, 7, 0, 12, 0, 16, 0, 20, 0,
    16, 0, 0, 0, 0, 0, 0, 12, 24, 0, 0, 0, 64, 0, 0, 0, 32, 0, 0, 0, 4, 0, 0, 0,
    1, 0, 0, 0, 52, 0, 0, 0, 1, 0, 0, 0, 100, 0, 10, 0, 14, 0, 0, 0, 8, 0, 7, 0,
    10, 0, 0, 0, 0, 0, 0, 1, 12, 0, 0, 0, 0, 0, 6, 0, 8, 0, 4, 0, 6, 0, 0, 0,
    16, 0, 0, 0, 36, 255, 255, 255, 92, 255, 255, 255, 0, 0, 1, 2, 16, 0, 0, 0, 32, 0, 0, 0,
    4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 105, 116, 101, 109, 0, 0, 0, 0, 8, 0, 14, 0,
    8, 0, 7, 0, 8, 0, 0, 0, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0, 18, 0, 24, 0, 8, 0,
    6, 0, 7, 0, 12, 0, 0, 0, 16, 0, 20, 0, 18, 0, 0, 0, 0, 0, 1, 26, 24, 0, 0, 0,
    72, 0, 0, 0, 8, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 76, 0, 0, 0, 1, 0, 0, 0,
    118, 0, 0, 0, 1, 0, 0, 0, 12, 0, 0, 0, 8, 0, 12, 0, 4, 0, 8, 0, 8, 0, 0, 0,
    16, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 118, 0, 0, 0, 1, 0, 0, 0, 107, 0, 0, 0,
    200, 255, 255, 255, 16, 0, 20, 0, 8, 0, 6, 0, 7, 0, 12, 0, 0, 0, 16, 0, 16, 0, 0, 0,
    0, 0, 1, 23, 16, 0, 0, 0, 28, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0,
    105, 116, 101, 109, 0, 0, 0, 0, 4, 0, 4, 0, 4, 0, 0, 0,
};

/* a int8 not null, as it is written; pyarrow reads it as that. */
static const uint8_t small[] = {
    255, 255, 255, 255, 136, 0, 0, 0, 16, 0, 0, 0, 12, 0, 19, 0,
    16, 0, 18, 0, 4, 0, 8, 0, 12, 0, 0, 0, 24, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 8, 0, 12, 0,
    4, 0, 8, 0, 8, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0,
    1, 0, 0, 0, 20, 0, 0, 0, 16, 0, 18, 0, 4, 0, 16, 0,
    17, 0, 8, 0, 0, 0, 12, 0, 16, 0, 0, 0, 16, 0, 0, 0,
    28, 0, 0, 0, 36, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0,
    97, 0, 0, 0, 8, 0, 9, 0, 4, 0, 8, 0, 8, 0, 0, 0,
    8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
/* clang-format on */

/* Writes the fields, reads them back and compares; names and metadata too, by writing
 * once more. */
static void round_trip(const struct quire_field *fields)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf first = {0}, second = {0};
    struct ArrowSchema before, after;
    struct quire_error error = {0};
    struct quire_field *again = NULL;
    size_t used = 0;
    if (quire_schema_message_write(fields, &first, &error) != 0) fail_msg("%s", error.cause);
    uint8_t *exact = fixture_exact(first.data, first.size);
    if (quire_schema_message_read(exact, first.size, &after, &used, &error) != 0)
        fail_msg("%s", error.cause);
    quire_free(exact);
    assert_int_equal(used, first.size);
    assert_int_equal(first.size % 8, 0);
    assert_int_equal(quire_field_to_schema(fields, &before, NULL), 0);
    if (!quire_schema_equal(&before, &after, &error)) fail_msg("%s %s", error.column, error.cause);
    assert_int_equal(quire_field_open(&after, &again, NULL), 0);
    assert_int_equal(quire_schema_message_write(again, &second, NULL), 0);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
    quire_field_close(again);
    quire_schema_release(&before);
    quire_schema_release(&after);
}

static const char *const texts[] = {
    "a struct<b: int8 not null, c: list<large_list<fixed_list<bool, 3>>>> not null",
    "a map<string, map<int32, date64>>",
    "a dictionary<string, int8>, b list<dictionary<timestamp(us, UTC), uint64>>, c int8",
    "a dense_union(5, 7)<a: int8, b: string>, b sparse_union(0)<a: null>",
    "a run_end<int16, uuid>, b run_end<int64, list<json>>",
    "a decimal(5,-2), b decimal256(76,38), c timestamp(s, Europe/Berlin), d fixed_binary(0)",
};

static void test_round_trips(void **state)
{
    (void)state;
    char text[200];
    for (size_t i = 0; i < random_column_types_size; i++) {
        snprintf(text, sizeof(text), "x %s, y %s not null", random_column_types[i],
                 random_column_types[i]);
        struct quire_field *fields = random_column_field(text);
        round_trip(fields);
        quire_field_close(fields);
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct quire_field *fields = random_column_field(texts[i]);
        round_trip(fields);
        quire_field_close(fields);
    }
}

static void test_golden(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_field *fields = random_column_field("a int8 not null");
    assert_int_equal(quire_schema_message_write(fields, &out, NULL), 0);
    assert_int_equal(out.size, sizeof(small));
    assert_memory_equal(out.data, small, sizeof(small));
    quire_field_close(fields);
}

static void test_foreign(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf ids = {0};
    struct ArrowSchema schema;
    struct quire_field *root = NULL;
    size_t size = 0, used = 0;
    assert_int_equal(
        quire_schema_message_read_ids(foreign, sizeof(foreign), &schema, &ids, &used, NULL), 0);
    assert_int_equal(used, sizeof(foreign));
    assert_int_equal(ids.size, sizeof(int64_t));
    assert_int_equal(quire_field_open(&schema, &root, NULL), 0);
    assert_int_equal(root->children_size, 4);
    assert_memory_equal(quire_metadata_get(root->metadata, "a", &size), "b", 1);
    const struct quire_field *view = &root->children[0], *dictionary = &root->children[1];
    const struct quire_field *sparse = &root->children[2], *map = &root->children[3];
    assert_string_equal(view->format, "+vL");
    assert_string_equal(view->children[0].format, "vz");
    assert_memory_equal(quire_metadata_get(view->metadata, "k", &size), "v", 1);
    assert_string_equal(dictionary->format, "S");
    assert_true(dictionary->dictionary_ordered);
    assert_false(dictionary->nullable);
    assert_string_equal(dictionary->dictionary->format, "+l");
    assert_string_equal(dictionary->dictionary->children[0].format, "c");
    assert_string_equal(sparse->format, "+us:5,7");
    assert_string_equal(sparse->children[1].name, "b");
    assert_true(map->keys_sorted);
    assert_string_equal(map->children[0].children[1].format, "d:9,-2,64");
    round_trip(root);
    quire_field_close(root);
    quire_schema_release(&schema);
}

static int read_bytes(const uint8_t *bytes, size_t size)
{
    struct ArrowSchema schema = {0};
    struct quire_error error;
    uint8_t *exact = fixture_exact(bytes, size);
    int code = quire_schema_message_read(exact, size, &schema, NULL, &error);
    quire_free(exact);
    if (code != 0) assert_null(schema.release);
    quire_schema_release(&schema);
    return code;
}

static void test_damage(void **state)
{
    (void)state;
    struct quire_random random;
    uint8_t bytes[sizeof(foreign)];
    quire_random_seed(&random, 41);
    for (size_t size = 0; size < sizeof(foreign); size++)
        assert_int_equal(read_bytes(foreign, size), QUIRE_CORRUPT);
    for (int turn = 0; turn < 20000; turn++) {
        memcpy(bytes, foreign, sizeof(foreign));
        for (uint64_t n = 1 + quire_random_below(&random, 4); n > 0; n--)
            bytes[quire_random_below(&random, sizeof(bytes))] = (uint8_t)quire_random_u64(&random);
        int code = read_bytes(bytes, sizeof(bytes));
        assert_true(code == 0 || code == QUIRE_CORRUPT || code == QUIRE_UNSUPPORTED ||
                    code == QUIRE_LIMIT);
    }
}

/* A message of a version, with a schema of a byte order. */
static int read_made(int version, int header_type, int endianness)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_flatbuffer_writer writer;
    size_t start = 0;
    struct quire_flatbuffer_slot message[] = {
        {.id = QUIRE_MESSAGE_HEADER, .size = 4},
        {.id = QUIRE_MESSAGE_VERSION, .size = 2, .value = (uint64_t)version},
        {.id = QUIRE_MESSAGE_HEADER_TYPE, .size = 1, .value = (uint64_t)header_type},
    };
    struct quire_flatbuffer_slot schema[] = {
        {.id = QUIRE_ARROW_SCHEMA_ENDIANNESS, .size = 2, .value = (uint64_t)endianness}};
    assert_int_equal(quire_message_frame_begin(&out, &start), 0);
    uint32_t root = quire_flatbuffer_begin(&writer, &out);
    quire_flatbuffer_put_table(&writer, root, message, 3);
    quire_flatbuffer_put_table(&writer, message[0].position, schema, 1);
    assert_int_equal(quire_flatbuffer_finish(&writer), 0);
    assert_int_equal(quire_message_frame_end(&out, start), 0);
    return read_bytes(out.data, out.size);
}

static void test_versions_and_byte_orders(void **state)
{
    (void)state;
    assert_int_equal(read_made(QUIRE_ARROW_V4, QUIRE_HEADER_SCHEMA, QUIRE_ARROW_LITTLE), 0);
    assert_int_equal(read_made(QUIRE_ARROW_V5, QUIRE_HEADER_SCHEMA, QUIRE_ARROW_LITTLE), 0);
    assert_int_equal(read_made(QUIRE_ARROW_V4 - 1, QUIRE_HEADER_SCHEMA, QUIRE_ARROW_LITTLE),
                     QUIRE_UNSUPPORTED);
    assert_int_equal(read_made(QUIRE_ARROW_V5 + 1, QUIRE_HEADER_SCHEMA, QUIRE_ARROW_LITTLE),
                     QUIRE_UNSUPPORTED);
    assert_int_equal(read_made(QUIRE_ARROW_V5, QUIRE_HEADER_SCHEMA, QUIRE_ARROW_BIG),
                     QUIRE_UNSUPPORTED);
    assert_int_equal(read_made(QUIRE_ARROW_V5, QUIRE_HEADER_RECORD_BATCH, QUIRE_ARROW_LITTLE),
                     QUIRE_CORRUPT);
}

static void test_dictionary_of_dictionaries(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_error error;
    struct quire_field *fields = random_column_field("a dictionary<dictionary<string>>");
    assert_int_equal(quire_buf_append(&out, "before", 6), 0);
    assert_int_equal(quire_schema_message_write(fields, &out, &error), QUIRE_UNSUPPORTED);
    assert_string_equal(error.column, "a");
    assert_int_equal(out.size, 6);
    quire_field_close(fields);
}

static void test_memory_out(void **state)
{
    (void)state;
    for (int64_t nth = 1;; nth++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0}, ids = {0};
        struct ArrowSchema schema = {0};
        struct quire_field *root = NULL;
        fault_alloc_arm(nth);
        int code =
            quire_schema_message_read_ids(foreign, sizeof(foreign), &schema, &ids, NULL, NULL);
        if (code == 0) code = quire_field_open(&schema, &root, NULL);
        if (code == 0) code = quire_schema_message_write(root, &out, NULL);
        quire_field_close(root);
        quire_schema_release(&schema);
        quire_buf_release(&out);
        quire_buf_release(&ids);
        bool failed = fault_alloc_disarm();
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_versions_and_byte_orders),
        cmocka_unit_test(test_dictionary_of_dictionaries),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
