/* Base 85 against ZeroMQ RFC 32 and the examples of PROTOCOL.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "table/log/z85.h"

static void expect(const char *text, const void *bytes, size_t size)
{
    uint8_t out[64];
    assert_true(quire_z85_decode(text, strlen(text), out));
    assert_int_equal(strlen(text) / 5 * 4, size);
    assert_memory_equal(out, bytes, size);
}

static void test_known_values(void **state)
{
    (void)state;
    expect("", "", 0);
    expect("HelloWorld", "\x86\x4F\xD2\x6F\xB5\x59\xF7\x5B", 8);
    expect("%nSc0", "\xFF\xFF\xFF\xFF", 4);
    expect("00000", "\0\0\0\0", 4);
    expect("^-aqEH.-t@S}K{vb[*k^",
           "\xd2\xc6\x39\xaa\x88\x16\x43\x1a\xaa\xf6\xd3\xfe\x25\x12\xff\x61", 16);
}

static void test_refused(void **state)
{
    static const char *const texts[] = {"0",     "0000",  "000000", "0000\"",
                                        "0000 ", "%nSc1", "#####",  "000\xc3\xa9"};
    uint8_t out[8];
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(quire_z85_decode(texts[i], strlen(texts[i]), out));
    assert_false(quire_z85_decode("00\0\0\0", 5, out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
