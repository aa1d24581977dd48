/* JSON strings.
 *
 * Sixteen bytes a step: they are stored to the output as they are while a mask
 * of those that need escaping is made; the output then advances to the first of
 * them only, and what was stored beyond is overwritten. A rest of less than
 * sixteen bytes is gathered into a register by loads that stay inside the text,
 * so that short strings, the commonest, take one step as well. */
#include "base/json_text.h"

#include <string.h>

#include "base/fail.h"
#include "base/sse2.h"
#include "base/utf8.h"

#define STEP 16
/* Long strings are appended in pieces of this size, so that the worst case is
 * reserved for one piece only. */
#define PIECE_SIZE ((size_t)2048)

/* What stands for a byte: up to six characters, and how many in the last byte. */
/* clang-format off */
#define SHORT_ESCAPE(c) {'\\', (c), 0, 0, 0, 0, 0, 2}
#define LONG_ESCAPE(high, low) {'\\', 'u', '0', '0', (high), (low), 0, 6}
static const char escapes['\\' + 1][8] = {
    LONG_ESCAPE('0', '0'), LONG_ESCAPE('0', '1'), LONG_ESCAPE('0', '2'), LONG_ESCAPE('0', '3'),
    LONG_ESCAPE('0', '4'), LONG_ESCAPE('0', '5'), LONG_ESCAPE('0', '6'), LONG_ESCAPE('0', '7'),
    SHORT_ESCAPE('b'),     SHORT_ESCAPE('t'),     SHORT_ESCAPE('n'),     LONG_ESCAPE('0', 'b'),
    SHORT_ESCAPE('f'),     SHORT_ESCAPE('r'),     LONG_ESCAPE('0', 'e'), LONG_ESCAPE('0', 'f'),
    LONG_ESCAPE('1', '0'), LONG_ESCAPE('1', '1'), LONG_ESCAPE('1', '2'), LONG_ESCAPE('1', '3'),
    LONG_ESCAPE('1', '4'), LONG_ESCAPE('1', '5'), LONG_ESCAPE('1', '6'), LONG_ESCAPE('1', '7'),
    LONG_ESCAPE('1', '8'), LONG_ESCAPE('1', '9'), LONG_ESCAPE('1', 'a'), LONG_ESCAPE('1', 'b'),
    LONG_ESCAPE('1', 'c'), LONG_ESCAPE('1', 'd'), LONG_ESCAPE('1', 'e'), LONG_ESCAPE('1', 'f'),
    ['"'] = SHORT_ESCAPE('"'), ['\\'] = SHORT_ESCAPE('\\'),
};
/* clang-format on */

#if QUIRE_SSE2

/* The bytes of a text of less than STEP bytes, zeros after them. */
static inline __m128i load_rest(const char *bytes, size_t size)
{
    uint64_t low = 0;
    uint64_t high = 0;
    if (size >= 8) {
        memcpy(&low, bytes, 8);
        memcpy(&high, bytes + size - 8, 8);
        /* Two shifts: together they may be the whole width. */
        unsigned half = (unsigned)(STEP - size) * 4;
        high = high >> half >> half;
    } else if (size >= 4) {
        uint32_t first;
        uint32_t last;
        memcpy(&first, bytes, 4);
        memcpy(&last, bytes + size - 4, 4);
        low = first | (uint64_t)last << (size - 4) * 8;
    } else if (size > 0) {
        low = (uint64_t)(unsigned char)bytes[0] |
              (uint64_t)(unsigned char)bytes[size / 2] << size / 2 * 8 |
              (uint64_t)(unsigned char)bytes[size - 1] << (size - 1) * 8;
    }
    return _mm_set_epi64x((long long)high, (long long)low);
}

/* Copies up to STEP bytes to out (which is always written in full) and returns
 * how many of them come before the first that cannot stand as it is. */
static inline size_t copy_plain(const char *bytes, size_t size, char *out, bool ascii_only)
{
    size_t taken = size < STEP ? size : STEP;
    __m128i chunk = size < STEP ? load_rest(bytes, size)
                                : _mm_loadu_si128((const __m128i *)(const void *)bytes);
    _mm_storeu_si128((__m128i *)(void *)out, chunk);
    __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(chunk, _mm_set1_epi8(0x1f)), _mm_set1_epi8(0x1f));
    __m128i quote = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('"'));
    __m128i backslash = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('\\'));
    __m128i special = _mm_or_si128(control, _mm_or_si128(quote, backslash));
    if (ascii_only) special = _mm_or_si128(special, chunk);
    unsigned mask = (unsigned)_mm_movemask_epi8(special) | 1u << taken;
    return (size_t)__builtin_ctz(mask);
}

#else

static inline size_t copy_plain(const char *bytes, size_t size, char *out, bool ascii_only)
{
    size_t taken = size < STEP ? size : STEP;
    for (size_t i = 0; i < taken; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c < 0x20 || c == '"' || c == '\\' || (ascii_only && c >= 0x80)) return i;
        out[i] = (char)c;
    }
    return taken;
}

#endif

static char *write_unit(unsigned unit, char *out)
{
    static const char digits[] = "0123456789abcdef";
    *out++ = '\\';
    *out++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *out++ = digits[unit >> shift & 0xf];
    return out;
}

/* Writes the character at bytes as \uXXXX and says how many bytes it has. */
static char *write_codepoint(const char *bytes, size_t *size, char *out)
{
    uint32_t codepoint;
    *size = (size_t)quire_utf8_decode((const uint8_t *)bytes, &codepoint);
    if (codepoint < 0x10000) return write_unit(codepoint, out);
    codepoint -= 0x10000;
    out = write_unit(0xd800 + (codepoint >> 10 & 0x3ff), out);
    return write_unit(0xdc00 + (codepoint & 0x3ff), out);
}

static inline char *write_body(const char *bytes, size_t size, char *out, bool ascii_only)
{
    const char *end = bytes + size;
    while (bytes < end) {
        size_t left = (size_t)(end - bytes);
        size_t plain = copy_plain(bytes, left, out, ascii_only);
        if (plain == STEP) { /* a constant step, so that the next need not wait for the mask */
            out += STEP;
            bytes += STEP;
            continue;
        }
        out += plain;
        bytes += plain;
        if (plain == left) break;
        unsigned char c = (unsigned char)*bytes;
        size_t used = 1;
        if (ascii_only && c >= 0x80) {
            out = write_codepoint(bytes, &used, out);
        } else {
            memcpy(out, escapes[c], 8);
            out += escapes[c][7];
        }
        bytes += used;
    }
    return out;
}

char *quire_json_write_string(const char *bytes, size_t size, char *out)
{
    *out++ = '"';
    out = write_body(bytes, size, out, false);
    *out++ = '"';
    return out;
}

char *quire_json_write_string_ascii(const char *bytes, size_t size, char *out)
{
    *out++ = '"';
    out = write_body(bytes, size, out, true);
    *out++ = '"';
    return out;
}

/* The size of the next piece: it ends between characters. */
static size_t piece_size(const char *bytes, size_t size)
{
    if (size <= PIECE_SIZE) return size;
    size_t piece = PIECE_SIZE;
    while (piece > PIECE_SIZE - 3 && ((unsigned char)bytes[piece] & 0xc0) == 0x80)
        piece--;
    return piece;
}

int quire_json_append_string(struct quire_buf *out, const char *bytes, size_t size, bool ascii_only)
{
    size_t size_before = out->size;
    /* The least that it takes, at once: long strings then grow seldom. */
    if (size > PTRDIFF_MAX) return QUIRE_MEMORY;
    QUIRE_TRY(quire_buf_reserve(out, size + 2));
    out->data[out->size++] = '"';
    while (size > 0) {
        size_t piece = piece_size(bytes, size);
        if (quire_buf_reserve(out, QUIRE_JSON_STRING_MAX(piece)) != 0) {
            out->size = size_before;
            return QUIRE_MEMORY;
        }
        char *start = (char *)quire_buf_end(out);
        char *end = ascii_only ? write_body(bytes, piece, start, true)
                               : write_body(bytes, piece, start, false);
        out->size += (size_t)(end - start);
        bytes += piece;
        size -= piece;
    }
    if (quire_buf_push(out, '"') != 0) {
        out->size = size_before;
        return QUIRE_MEMORY;
    }
    return 0;
}
