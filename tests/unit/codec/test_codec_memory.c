/* Every allocation of a stream fails once: the call says so and nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "codec/codec.h"
#include "codec_fixture.h"
#include "fault_alloc.h"

#define BYTES_SIZE 200000

static uint8_t bytes[BYTES_SIZE];

/* Writes, reads back and releases everything that the library gave. */
static int round_trip(const struct quire_codec *codec)
{
    struct quire_buf packed = {0}, back = {0};
    int code = fixture_write_stream(codec, 0, 1, bytes, BYTES_SIZE, 50000, &packed, NULL);
    if (code == 0)
        code = fixture_read_stream(codec, packed.data, packed.size, 9999, 50000, &back, NULL);
    if (code == 0) {
        assert_int_equal(back.size, BYTES_SIZE);
        assert_memory_equal(back.data, bytes, BYTES_SIZE);
    }
    quire_buf_release(&packed);
    quire_buf_release(&back);
    return code;
}

static void test_nth_allocation_fails(void **state)
{
    (void)state;
    fixture_fill_text(bytes, BYTES_SIZE);
    size_t size = 0;
    const struct quire_codec *const *rows = quire_codecs(&size);
    for (size_t i = 0; i < size; i++) {
        if (!fixture_has_streams(rows[i])) continue;
        int64_t nth = 1;
        for (;; nth++) {
            fault_alloc_arm(nth);
            int code = round_trip(rows[i]);
            int64_t held = fault_alloc_held();
            bool failed = fault_alloc_disarm();
            if (held != 0) fail_msg("%s: %d blocks left at %d", rows[i]->name, (int)held, (int)nth);
            assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
            if (!failed) break;
        }
        assert_true(nth > 1);
    }
}

/* Blocks of those codecs whose library takes our allocator. */
static void test_nth_allocation_of_a_block_fails(void **state)
{
    (void)state;
    if (quire_codec_brotli.built_without != NULL) skip();
    static uint8_t packed[2 * BYTES_SIZE], back[BYTES_SIZE];
    for (int64_t nth = 1;; nth++) {
        size_t size = 0;
        fault_alloc_arm(nth);
        int code =
            quire_codec_brotli.compress(bytes, BYTES_SIZE, 0, packed, sizeof(packed), &size, NULL);
        if (code == 0) code = quire_codec_brotli.decompress(packed, size, back, BYTES_SIZE, NULL);
        int64_t held = fault_alloc_held();
        bool failed = fault_alloc_disarm();
        assert_int_equal(held, 0);
        assert_int_equal(code, failed ? QUIRE_MEMORY : 0);
        if (!failed) break;
    }
    assert_memory_equal(back, bytes, BYTES_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nth_allocation_fails),
        cmocka_unit_test(test_nth_allocation_of_a_block_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
