/* UTF-8 after Unicode 15, table 3-7.
 *
 * ASCII is skipped 64 bytes at a time, in words that compilers join to vectors;
 * other characters are checked one by one. */
#include "base/utf8.h"

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* How many of the bytes, in steps of 64, are ASCII from the start. */
static inline size_t skip_ascii64(const uint8_t *bytes, size_t size)
{
    size_t done = 0;
    for (; size - done >= 64; done += 64) {
        uint64_t words[8];
        memcpy(words, bytes + done, 64);
        uint64_t any = 0;
        for (int i = 0; i < 8; i++)
            any |= words[i];
        if ((any & UINT64_C(0x8080808080808080)) != 0) break;
    }
    return done;
}

/* Leading ASCII bytes of the eight at bytes, which must be readable. */
static inline size_t count_ascii8(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    word &= UINT64_C(0x8080808080808080);
    return word == 0 ? 8 : (size_t)__builtin_ctzll(word) / 8;
}

static inline bool is_tail(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

/* What the second byte may be after a lead byte; the rest are tails. */
static inline bool second_fits(uint8_t lead, uint8_t second)
{
    switch (lead) {
    case 0xe0: return second >= 0xa0 && second <= 0xbf;
    case 0xed: return second >= 0x80 && second <= 0x9f;
    case 0xf0: return second >= 0x90 && second <= 0xbf;
    case 0xf4: return second >= 0x80 && second <= 0x8f;
    default: return is_tail(second);
    }
}

/* Bytes of the character that the lead byte begins; 0 for no lead byte. */
static inline size_t length_of(uint8_t lead)
{
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* The length of the well-formed character at bytes; 0 when there is none, and
 * then *bad bytes (1..3) are the maximal subpart to replace. */
static inline size_t check_one(const uint8_t *bytes, size_t size, size_t *bad)
{
    size_t length = length_of(bytes[0]);
    *bad = 1;
    if (length <= 1) return length;
    if (size < 2 || !second_fits(bytes[0], bytes[1])) return 0;
    size_t good = 2;
    while (good < length && good < size && is_tail(bytes[good]))
        good++;
    *bad = good;
    return good == length ? length : 0;
}

size_t quire_utf8_ascii_prefix(const uint8_t *bytes, size_t size)
{
    size_t at = skip_ascii64(bytes, size);
    if (size - at >= 64) return at;
    uint8_t any = 0;
    for (size_t i = at; i < size; i++)
        any |= bytes[i];
    return any < 0x80 ? size : at;
}

size_t quire_utf8_valid_prefix(const uint8_t *bytes, size_t size)
{
    size_t at = skip_ascii64(bytes, size);
    size_t bad;
    while (size - at >= 8) {
        size_t ascii = count_ascii8(bytes + at);
        if (ascii == 8) {
            at += 8;
            at += skip_ascii64(bytes + at, size - at);
            continue;
        }
        at += ascii;
        /* Other characters come in runs. */
        while (at < size && bytes[at] >= 0x80) {
            size_t length = check_one(bytes + at, size - at, &bad);
            if (length == 0) return at;
            at += length;
        }
    }
    while (at < size) {
        size_t length = check_one(bytes + at, size - at, &bad);
        if (length == 0) return at;
        at += length;
    }
    return at;
}

int quire_utf8_repair(struct quire_buf *out, const uint8_t *bytes, size_t size)
{
    for (;;) {
        size_t valid = quire_utf8_valid_prefix(bytes, size);
        int code = quire_buf_append(out, bytes, valid);
        if (code != 0) return code;
        bytes += valid;
        size -= valid;
        if (size == 0) return 0;
        size_t bad;
        check_one(bytes, size, &bad);
        code = quire_buf_append(out, REPLACEMENT, 3);
        if (code != 0) return code;
        bytes += bad;
        size -= bad;
    }
}

int quire_utf8_decode(const uint8_t *bytes, uint32_t *codepoint)
{
    uint32_t lead = bytes[0];
    if (lead < 0x80) {
        *codepoint = lead;
        return 1;
    }
    uint32_t low = bytes[1] & 0x3f;
    if (lead < 0xe0) {
        *codepoint = (lead & 0x1f) << 6 | low;
        return 2;
    }
    low = low << 6 | (bytes[2] & 0x3f);
    if (lead < 0xf0) {
        *codepoint = (lead & 0x0f) << 12 | low;
        return 3;
    }
    *codepoint = (lead & 0x07) << 18 | low << 6 | (bytes[3] & 0x3f);
    return 4;
}

int quire_utf8_encode(uint32_t codepoint, uint8_t *out)
{
    if (codepoint < 0x80) {
        out[0] = (uint8_t)codepoint;
        return 1;
    }
    if (codepoint < 0x800) {
        out[0] = (uint8_t)(0xc0 | codepoint >> 6);
        out[1] = (uint8_t)(0x80 | (codepoint & 0x3f));
        return 2;
    }
    if (codepoint < 0x10000) {
        out[0] = (uint8_t)(0xe0 | codepoint >> 12);
        out[1] = (uint8_t)(0x80 | (codepoint >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (codepoint & 0x3f));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | codepoint >> 18);
    out[1] = (uint8_t)(0x80 | (codepoint >> 12 & 0x3f));
    out[2] = (uint8_t)(0x80 | (codepoint >> 6 & 0x3f));
    out[3] = (uint8_t)(0x80 | (codepoint & 0x3f));
    return 4;
}
