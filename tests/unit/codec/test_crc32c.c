/* CRC-32C against RFC 3720, B.4, and its two forms against each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "codec/crc32c.h"
#include "codec_fixture.h"

static void expect_both(const void *bytes, size_t size, uint32_t crc)
{
    assert_int_equal(quire_crc32c(bytes, size), crc);
    assert_int_equal(quire_crc32c_portable(bytes, size), crc);
}

static void test_known_values(void **state)
{
    (void)state;
    uint8_t bytes[32] = {0};
    expect_both(bytes, 0, 0);
    expect_both(bytes, 32, 0x8a9136aau);
    memset(bytes, 0xff, sizeof(bytes));
    expect_both(bytes, 32, 0x62a8ab43u);
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)i;
    expect_both(bytes, 32, 0x46dd794eu);
    expect_both("123456789", 9, 0xe3069283u);
}

static void test_forms_agree(void **state)
{
    (void)state;
    static uint8_t bytes[300];
    fixture_fill_random(bytes, sizeof(bytes));
    for (size_t at = 0; at < 9; at++) {
        for (size_t size = 0; size + at <= sizeof(bytes); size++)
            assert_int_equal(quire_crc32c(bytes + at, size),
                             quire_crc32c_portable(bytes + at, size));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_forms_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
