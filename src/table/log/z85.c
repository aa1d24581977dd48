#include "table/log/z85.h"

#include <string.h>

#define BASE 85

static const char digits[] =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

bool quire_z85_decode(const char *text, size_t size, uint8_t *out)
{
    if (size % 5 != 0) return false;
    for (size_t at = 0; at < size; at += 5) {
        uint64_t value = 0;
        for (size_t i = 0; i < 5; i++) {
            const char *digit = memchr(digits, text[at + i], BASE);
            if (digit == NULL) return false;
            value = value * BASE + (uint64_t)(digit - digits);
        }
        if (value > UINT32_MAX) return false;
        for (int shift = 24; shift >= 0; shift -= 8)
            *out++ = (uint8_t)(value >> shift);
    }
    return true;
}

void quire_z85_encode(const uint8_t *bytes, size_t size, char *out)
{
    for (size_t at = 0; at < size; at += 4, out += 5) {
        uint32_t value = 0;
        for (size_t i = 0; i < 4; i++)
            value = value << 8 | bytes[at + i];
        for (int i = 4; i >= 0; i--, value /= BASE)
            out[i] = digits[value % BASE];
    }
}
