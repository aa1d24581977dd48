/* FlatBuffers: the layout by hand, and every way in which one can be damaged. */
#include "arrow_fixture.h"

#include "format/arrow/flatbuffer_read.h"
#include "format/arrow/flatbuffer_write.h"

/* A root with a byte (field 0), a string (2) and a vector of int32 (3). */
static void write_sample(struct quire_buf *out)
{
    struct quire_flatbuffer_writer writer;
    struct quire_flatbuffer_slot slots[] = {
        {.id = 2, .size = 4}, {.id = 3, .size = 4}, {.id = 0, .size = 1, .value = 7}};
    uint32_t root = quire_flatbuffer_begin(&writer, out);
    quire_flatbuffer_put_table(&writer, root, slots, 3);
    quire_flatbuffer_put_string(&writer, slots[0].position, "abc", 3);
    uint32_t first = quire_flatbuffer_put_vector(&writer, slots[1].position, 2, 4, 4);
    quire_flatbuffer_put_scalar(&writer, first, 5, 4);
    quire_flatbuffer_put_scalar(&writer, first + 4, (uint64_t)-6, 4);
    assert_int_equal(quire_flatbuffer_finish(&writer), 0);
}

/* clang-format off */
static const uint8_t sample[] = {
    16, 0, 0, 0,                          /* the root is at 16 */
    12, 0, 13, 0,                         /* vtable: its size, the table's */
    12, 0, 0, 0, 4, 0, 8, 0,              /* fields 0 (at 12), 1 (absent), 2 and 3 */
    12, 0, 0, 0,                          /* the table: its vtable is 12 before */
    12, 0, 0, 0, 16, 0, 0, 0, 7,          /* string, vector, byte */
    0, 0, 0,
    3, 0, 0, 0, 'a', 'b', 'c', 0,
    2, 0, 0, 0, 5, 0, 0, 0, 0xfa, 0xff, 0xff, 0xff,
};
/* clang-format on */

static void test_layout(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    write_sample(&out);
    assert_int_equal(out.size, sizeof(sample));
    assert_memory_equal(out.data, sample, sizeof(sample));
}

static void test_reading(void **state)
{
    (void)state;
    struct quire_flatbuffer buffer;
    struct quire_flatbuffer_table root = quire_flatbuffer_open(&buffer, sample, sizeof(sample));
    assert_int_equal(quire_flatbuffer_u8(&root, 0), 7);
    assert_false(quire_flatbuffer_has(&root, 1));
    assert_int_equal(quire_flatbuffer_i64(&root, 1, 42), 42);
    assert_int_equal(quire_flatbuffer_i16(&root, 9, -3), -3);
    struct quire_flatbuffer_text text = quire_flatbuffer_text(&root, 2);
    assert_int_equal(text.size, 3);
    assert_memory_equal(text.data, "abc", 3);
    struct quire_flatbuffer_vector vector = quire_flatbuffer_vector(&root, 3, 4);
    assert_int_equal(vector.size, 2);
    assert_int_equal(quire_flatbuffer_vector_i32(&vector, 0), 5);
    assert_int_equal(quire_flatbuffer_vector_i32(&vector, 1), -6);
    assert_null(quire_flatbuffer_table(&root, 1).buffer);
    assert_false(buffer.damaged);
}

/* Eight bytes wide and at a multiple of eight, wherever the buffer begins. */
static void test_alignment(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_flatbuffer_writer writer;
    struct quire_flatbuffer_slot slots[] = {
        {.id = 0, .size = 1, .value = 1}, {.id = 1, .size = 8, .value = 1}, {.id = 2, .size = 4}};
    assert_int_equal(quire_buf_append(&out, "xyz", 3), 0);
    uint32_t root = quire_flatbuffer_begin(&writer, &out);
    quire_flatbuffer_put_table(&writer, root, slots, 3);
    assert_int_equal(slots[1].position % 8, 0);
    uint32_t first = quire_flatbuffer_put_vector(&writer, slots[2].position, 3, 16, 8);
    assert_int_equal(first % 8, 0);
    assert_int_equal(quire_flatbuffer_finish(&writer), 0);
    struct quire_flatbuffer buffer;
    struct quire_flatbuffer_table table =
        quire_flatbuffer_open(&buffer, out.data + 3, out.size - 3);
    assert_int_equal(quire_flatbuffer_i64(&table, 1, 0), 1);
    assert_int_equal(quire_flatbuffer_vector(&table, 2, 16).size, 3);
    assert_false(buffer.damaged);
}

/* Reads all of the sample; whether it was sound. */
static bool read_all(const uint8_t *bytes, size_t size)
{
    struct quire_flatbuffer buffer;
    struct quire_flatbuffer_table root = quire_flatbuffer_open(&buffer, bytes, size);
    quire_flatbuffer_u8(&root, 0);
    quire_flatbuffer_text(&root, 2);
    struct quire_flatbuffer_vector vector = quire_flatbuffer_vector(&root, 3, 4);
    for (size_t i = 0; i < vector.size; i++)
        quire_flatbuffer_vector_i32(&vector, i);
    return !buffer.damaged;
}

/* One byte of the sample, changed. */
static void expect_damage(size_t at, uint8_t byte)
{
    uint8_t *bytes = fixture_exact(sample, sizeof(sample));
    bytes[at] = byte;
    if (read_all(bytes, sizeof(sample))) fail_msg("%d at %zu", byte, at);
    quire_free(bytes);
}

static void test_damage(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof(sample); size++) {
        uint8_t *bytes = fixture_exact(sample, size);
        assert_false(read_all(bytes, size));
        quire_free(bytes);
    }
    expect_damage(0, 0);     /* the root is the offset itself */
    expect_damage(0, 200);   /* the root is outside */
    expect_damage(3, 0x80);  /* far outside */
    expect_damage(4, 2);     /* a vtable without its own sizes */
    expect_damage(4, 13);    /* an odd vtable */
    expect_damage(4, 200);   /* a vtable that ends outside */
    expect_damage(6, 3);     /* a table without its offset */
    expect_damage(6, 200);   /* a table that ends outside */
    expect_damage(8, 2);     /* a field within the offset of the vtable */
    expect_damage(8, 13);    /* a field behind the table */
    expect_damage(12, 11);   /* an offset that the table cuts */
    expect_damage(16, 200);  /* a vtable before the buffer */
    expect_damage(19, 0x80); /* a vtable behind it */
    expect_damage(20, 0);    /* a string at its own offset */
    expect_damage(20, 200);  /* a string outside */
    expect_damage(32, 200);  /* a string that ends outside */
    expect_damage(43, 0x40); /* elements whose bytes would wrap */
}

/* A table whose only field leads to itself is a way without end. */
static void test_tables_are_counted(void **state)
{
    (void)state;
    static const uint8_t loop[] = {10, 0, 0, 0, 6, 0,    8,    0,    4,
                                   0,  6, 0, 0, 0, 0xfc, 0xff, 0xff, 0xff};
    struct quire_flatbuffer buffer;
    struct quire_flatbuffer_table table = quire_flatbuffer_open(&buffer, loop, sizeof(loop));
    for (int i = 0; i < 10 && !buffer.damaged; i++)
        table = quire_flatbuffer_table(&table, 0);
    assert_true(buffer.damaged);
    assert_true(buffer.tables_left <= sizeof(loop) / 4);
}

static void test_shared_text_is_bounded(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_flatbuffer_writer writer;
    struct quire_flatbuffer_slot slot = {.id = 0, .size = 4};
    size_t size = 1 << 20;
    char *text = quire_alloc_zero(size, 1);
    uint32_t root = quire_flatbuffer_begin(&writer, &out);
    quire_flatbuffer_put_table(&writer, root, &slot, 1);
    quire_flatbuffer_put_string(&writer, slot.position, text, size);
    assert_int_equal(quire_flatbuffer_finish(&writer), 0);
    quire_free(text);
    struct quire_flatbuffer buffer;
    struct quire_flatbuffer_table table = quire_flatbuffer_open(&buffer, out.data, out.size);
    int reads = 0;
    while (quire_flatbuffer_text(&table, 0).data != NULL)
        reads++;
    assert_true(buffer.damaged);
    assert_int_equal(reads, 1 + QUIRE_FLATBUFFER_SHARED_TEXT_MAX / size);
}

static void test_memory_out(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_flatbuffer_writer writer;
    struct quire_flatbuffer_slot slot = {.id = 0, .size = 4};
    fault_alloc_arm(1);
    uint32_t root = quire_flatbuffer_begin(&writer, &out);
    quire_flatbuffer_put_table(&writer, root, &slot, 1);
    quire_flatbuffer_put_string(&writer, slot.position, "abc", 3);
    assert_int_equal(quire_flatbuffer_finish(&writer), QUIRE_MEMORY);
    assert_true(fault_alloc_disarm());
    assert_int_equal(out.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_tables_are_counted),
        cmocka_unit_test(test_shared_text_is_bounded),
        cmocka_unit_test(test_memory_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
