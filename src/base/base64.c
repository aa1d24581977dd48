/* Base64, hex and UUIDs through tables.
 *
 * Decoding looks every character up as its value or 255 and keeps going; one
 * test a group tells whether any was invalid. */
#include "base/base64.h"

#include <string.h>

static const char base64_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char hex_letters[] = "0123456789abcdef";

/* clang-format off */
/* By character: its value in the standard and the URL-safe alphabet. */
static const uint8_t base64_values[256] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,  62, 255,  62, 255,  63,
     52,  53,  54,  55,  56,  57,  58,  59,  60,  61, 255, 255, 255, 255, 255, 255,
    255,   0,   1,   2,   3,   4,   5,   6,   7,   8,   9,  10,  11,  12,  13,  14,
     15,  16,  17,  18,  19,  20,  21,  22,  23,  24,  25, 255, 255, 255, 255,  63,
    255,  26,  27,  28,  29,  30,  31,  32,  33,  34,  35,  36,  37,  38,  39,  40,
     41,  42,  43,  44,  45,  46,  47,  48,  49,  50,  51, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
};

/* By character: its value as a hexadecimal digit. */
static const uint8_t hex_values[256] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
      0,   1,   2,   3,   4,   5,   6,   7,   8,   9, 255, 255, 255, 255, 255, 255,
    255,  10,  11,  12,  13,  14,  15, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255,  10,  11,  12,  13,  14,  15, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
};
/* clang-format on */

char *quire_base64_encode(const uint8_t *bytes, size_t size, char *out)
{
    for (; size >= 3; size -= 3, bytes += 3, out += 4) {
        uint32_t group = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
        out[0] = base64_letters[group >> 18];
        out[1] = base64_letters[group >> 12 & 0x3f];
        out[2] = base64_letters[group >> 6 & 0x3f];
        out[3] = base64_letters[group & 0x3f];
    }
    if (size == 0) return out;
    uint32_t group = (uint32_t)bytes[0] << 16 | (size == 2 ? (uint32_t)bytes[1] << 8 : 0);
    out[0] = base64_letters[group >> 18];
    out[1] = base64_letters[group >> 12 & 0x3f];
    out[2] = size == 2 ? base64_letters[group >> 6 & 0x3f] : '=';
    out[3] = '=';
    return out + 4;
}

/* Four letters, the missing ones given as 'A'. */
static inline bool decode_group(const char *text, uint32_t *group)
{
    uint32_t a = base64_values[(uint8_t)text[0]];
    uint32_t b = base64_values[(uint8_t)text[1]];
    uint32_t c = base64_values[(uint8_t)text[2]];
    uint32_t d = base64_values[(uint8_t)text[3]];
    *group = a << 18 | b << 12 | c << 6 | d;
    return (a | b | c | d) < 64;
}

/* The last 2 or 3 letters, without padding. */
static bool decode_rest(const char *text, size_t size, uint8_t *out)
{
    char padded[4] = {'A', 'A', 'A', 'A'};
    uint32_t group;
    memcpy(padded, text, size);
    if (!decode_group(padded, &group)) return false;
    if ((group & (size == 2 ? 0xffffu : 0xffu)) != 0) return false;
    out[0] = (uint8_t)(group >> 16);
    if (size == 3) out[1] = (uint8_t)(group >> 8);
    return true;
}

bool quire_base64_decode(const char *text, size_t size, uint8_t *out, size_t *out_size)
{
    if (size % 4 == 0 && size > 0 && text[size - 1] == '=') {
        size--;
        if (text[size - 1] == '=') size--;
    }
    if (size % 4 == 1) return false;
    uint8_t *at = out;
    for (; size >= 4; size -= 4, text += 4, at += 3) {
        uint32_t group;
        if (!decode_group(text, &group)) return false;
        at[0] = (uint8_t)(group >> 16);
        at[1] = (uint8_t)(group >> 8);
        at[2] = (uint8_t)group;
    }
    if (size > 0) {
        if (!decode_rest(text, size, at)) return false;
        at += size - 1;
    }
    *out_size = (size_t)(at - out);
    return true;
}

char *quire_hex_encode(const uint8_t *bytes, size_t size, char *out)
{
    for (size_t i = 0; i < size; i++, out += 2) {
        out[0] = hex_letters[bytes[i] >> 4];
        out[1] = hex_letters[bytes[i] & 0x0f];
    }
    return out;
}

bool quire_hex_decode(const char *text, size_t size, uint8_t *out)
{
    if (size % 2 != 0) return false;
    uint32_t seen = 0;
    for (size_t i = 0; i < size; i += 2) {
        uint32_t high = hex_values[(uint8_t)text[i]];
        uint32_t low = hex_values[(uint8_t)text[i + 1]];
        seen |= high | low;
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    return seen < 16;
}

/* Bytes of a UUID before each hyphen. */
static const uint8_t uuid_groups[] = {4, 2, 2, 2, 6};

char *quire_uuid_format(const uint8_t bytes[16], char *out)
{
    for (size_t i = 0; i < sizeof(uuid_groups); i++) {
        if (i > 0) *out++ = '-';
        out = quire_hex_encode(bytes, uuid_groups[i], out);
        bytes += uuid_groups[i];
    }
    return out;
}

bool quire_uuid_parse(const char *text, size_t size, uint8_t bytes[16])
{
    uint8_t parsed[16];
    if (size == 32) {
        if (!quire_hex_decode(text, size, parsed)) return false;
    } else {
        if (size != 36) return false;
        uint8_t *at = parsed;
        for (size_t i = 0; i < sizeof(uuid_groups); i++) {
            if (i > 0 && *text++ != '-') return false;
            if (!quire_hex_decode(text, 2 * (size_t)uuid_groups[i], at)) return false;
            text += 2 * uuid_groups[i];
            at += uuid_groups[i];
        }
    }
    memcpy(bytes, parsed, sizeof(parsed));
    return true;
}
