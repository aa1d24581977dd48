/* Base64, hex and UUID text: the vectors of RFC 4648, every length, every error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/base64.h"
#include "base/random.h"

static void test_vectors(void **state)
{
    (void)state;
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < 7; i++) {
        char text[16];
        size_t size = strlen(vectors[i][0]);
        char *end = quire_base64_encode((const uint8_t *)vectors[i][0], size, text);
        assert_int_equal(end - text, quire_base64_size(size));
        *end = '\0';
        assert_string_equal(text, vectors[i][1]);
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    struct quire_random random;
    quire_random_seed(&random, 8);
    for (size_t size = 0; size < 300; size++) {
        uint8_t bytes[300], back[303];
        char text[800];
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)quire_random_u64(&random);
        size_t length = (size_t)(quire_base64_encode(bytes, size, text) - text);
        size_t got = 0;
        assert_true(quire_base64_decode(text, length, back, &got));
        assert_int_equal(got, size);
        assert_memory_equal(back, bytes, size);
        /* URL-safe, and without padding. */
        for (size_t i = 0; i < length; i++) {
            if (text[i] == '+') text[i] = '-';
            if (text[i] == '/') text[i] = '_';
        }
        while (length > 0 && text[length - 1] == '=')
            length--;
        memset(back, 0, sizeof(back));
        assert_true(quire_base64_decode(text, length, back, &got));
        assert_int_equal(got, size);
        assert_memory_equal(back, bytes, size);
        assert_int_equal(quire_hex_encode(bytes, size, text) - text, 2 * size);
        memset(back, 0, sizeof(back));
        assert_true(quire_hex_decode(text, 2 * size, back));
        assert_memory_equal(back, bytes, size);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"A",    "A===",     "AA=",    "=",        "==",   "====",
                                        "Zh==", "Zm9=",     "Zm9v=",  "Zm9v====", "Z g=", "Zm9vA",
                                        "Zm=v", "Zg==Zg==", "Zm9v\n", "Zm9\xff",  "*m9v", "Zg=a"};
    uint8_t out[32];
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        size_t size = 99;
        assert_false(quire_base64_decode(wrong[i], strlen(wrong[i]), out, &size));
        assert_int_equal(size, 99);
    }
    for (int byte = 0; byte < 256; byte++) {
        char text[4] = {'A', (char)byte, 'A', 'A'};
        size_t size;
        bool letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                      (byte >= '0' && byte <= '9') || (byte != 0 && strchr("+/-_", byte) != NULL);
        assert_int_equal(quire_base64_decode(text, 4, out, &size), letter);
        bool digit = (byte >= 'A' && byte <= 'F') || (byte >= 'a' && byte <= 'f') ||
                     (byte >= '0' && byte <= '9');
        assert_int_equal(quire_hex_decode(text, 2, out), digit);
    }
    assert_false(quire_hex_decode("abc", 3, out));
}

static void test_hex(void **state)
{
    (void)state;
    uint8_t bytes[2];
    assert_true(quire_hex_decode("aF09", 4, bytes));
    assert_int_equal(bytes[0], 0xaf);
    assert_int_equal(bytes[1], 0x09);
}

static void test_uuid(void **state)
{
    (void)state;
    static const char canonical[] = "00112233-4455-6677-8899-aabbccddeeff";
    uint8_t bytes[16];
    char text[37] = "";
    assert_true(quire_uuid_parse(canonical, 36, bytes));
    for (int i = 0; i < 16; i++)
        assert_int_equal(bytes[i], i * 0x11);
    assert_int_equal(quire_uuid_format(bytes, text) - text, 36);
    assert_string_equal(text, canonical);
    memset(bytes, 0, sizeof(bytes));
    assert_true(quire_uuid_parse("00112233-4455-6677-8899-AABBCCDDEEFF", 36, bytes));
    assert_int_equal(bytes[15], 0xff);
    assert_true(quire_uuid_parse("00112233445566778899aabbccddeeff", 32, bytes));
    static const char *const wrong[] = {
        "",
        "00112233-4455-6677-8899-aabbccddeef",
        "00112233-4455-6677-8899-aabbccddeeff0",
        "00112233-4455-6677-8899-aabbccddeefg",
        "00112233+4455-6677-8899-aabbccddeeff",
        "0011223-34455-6677-8899-aabbccddeeff",
        "00112233445566778899aabbccddeef-",
        "{0112233-4455-6677-8899-aabbccddeef}",
    };
    uint8_t before[16];
    memcpy(before, bytes, 16);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(quire_uuid_parse(wrong[i], strlen(wrong[i]), bytes));
    assert_memory_equal(bytes, before, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors), cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_hex),
        cmocka_unit_test(test_uuid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
