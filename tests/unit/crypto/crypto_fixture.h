/* What the tests of encryption share: bytes from hexadecimal text. */
#ifndef QUIRE_TESTS_CRYPTO_FIXTURE_H
#define QUIRE_TESTS_CRYPTO_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/crypto.h"

#define FIXTURE_BYTES 128

struct fixture_bytes {
    uint8_t data[FIXTURE_BYTES];
    size_t size;
};

static inline uint8_t fixture_digit(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static inline struct fixture_bytes fixture_hex(const char *text)
{
    struct fixture_bytes bytes = {.size = strlen(text) / 2};
    assert_true(bytes.size <= FIXTURE_BYTES);
    for (size_t i = 0; i < bytes.size; i++)
        bytes.data[i] = (uint8_t)(fixture_digit(text[2 * i]) << 4 | fixture_digit(text[2 * i + 1]));
    return bytes;
}

#endif
