/* Frames of messages, of today and of Arrow before 0.15. */
#include "arrow_fixture.h"

#include "format/arrow/message_frame.h"

static void test_frame(void **state)
{
    (void)state;
    for (size_t size = 0; size < 20; size++) {
        QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
        struct quire_message_frame frame;
        size_t start = 0, frame_size = 0;
        assert_int_equal(quire_buf_append(&out, "before", 6), 0);
        assert_int_equal(quire_message_frame_begin(&out, &start), 0);
        assert_int_equal(quire_buf_append(&out, "metadata of a message", size), 0);
        assert_int_equal(quire_message_frame_end(&out, start), 0);
        assert_int_equal(start, 6);
        assert_int_equal((out.size - start) % 8, 0);
        assert_memory_equal(out.data + start, "\xff\xff\xff\xff", 4);
        const uint8_t *bytes = out.data + start;
        assert_int_equal(quire_message_frame_size(bytes, 7, &frame_size, NULL), 0);
        assert_int_equal(frame_size, 0);
        assert_int_equal(quire_message_frame_size(bytes, 8, &frame_size, NULL), 0);
        assert_int_equal(frame_size, out.size - start);
        assert_int_equal(quire_message_frame_read(bytes, out.size - start, &frame, NULL), 0);
        assert_ptr_equal(frame.metadata, bytes + QUIRE_MESSAGE_PREFIX_SIZE);
        assert_int_equal(frame.metadata_size, (size + 7) / 8 * 8);
        assert_int_equal(frame.used, out.size - start);
        assert_memory_equal(frame.metadata, "metadata of a message", size);
        assert_int_equal(quire_message_frame_read(bytes, out.size - start - 1, &frame, NULL),
                         QUIRE_CORRUPT);
    }
}

static void test_frame_without_continuation(void **state)
{
    (void)state;
    struct quire_message_frame frame;
    const uint8_t bytes[] = {4, 0, 0, 0, 'a', 'b', 'c', 'd', 'x'};
    assert_int_equal(quire_message_frame_read(bytes, sizeof(bytes), &frame, NULL), 0);
    assert_int_equal(frame.metadata_size, 4);
    assert_memory_equal(frame.metadata, "abcd", 4);
    assert_int_equal(frame.used, 8);
}

static void test_end_of_stream(void **state)
{
    (void)state;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_message_frame frame;
    assert_int_equal(quire_message_frame_append_end_of_stream(&out), 0);
    assert_int_equal(out.size, 8);
    assert_int_equal(quire_message_frame_read(out.data, out.size, &frame, NULL), 0);
    assert_int_equal(frame.metadata_size, 0);
    assert_int_equal(frame.used, 8);
}

static void test_lengths_that_cannot_be(void **state)
{
    (void)state;
    struct quire_message_frame frame;
    const uint8_t negative[] = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0x80};
    const uint8_t huge[] = {0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0x40};
    assert_int_equal(quire_message_frame_read(negative, 8, &frame, NULL), QUIRE_CORRUPT);
    assert_int_equal(quire_message_frame_read(huge, 8, &frame, NULL), QUIRE_LIMIT);
    for (size_t size = 0; size < 8; size++)
        assert_int_equal(quire_message_frame_read(huge, size, &frame, NULL), QUIRE_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame),
        cmocka_unit_test(test_frame_without_continuation),
        cmocka_unit_test(test_end_of_stream),
        cmocka_unit_test(test_lengths_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
