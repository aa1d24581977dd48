/* Whole JSON texts: are they, and without their blanks.
 *
 * The caller's bytes have no padding, so they are looked at in a copy. Copying
 * them costs little next to checking them. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "format/json/json_scan.h"

static const char operation[] = "read json";

static int check_padded(const uint8_t *text, size_t size, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_json_cursor_release)
    struct quire_json_cursor cursor = {
        .at = text,
        .start = text,
        .end = text + size,
        .operation = operation,
        .pass_surrogates = true,
        .check_utf8 = !quire_utf8_is_valid(text, size),
    };
    quire_json_skip_blank(&cursor);
    QUIRE_TRY(quire_json_skip(&cursor, error));
    quire_json_skip_blank(&cursor);
    if (cursor.at < cursor.end) return quire_json_fail_expected(&cursor, "the end", error);
    return 0;
}

int quire_json_check(const uint8_t *text, size_t size, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf padded = {0};
    QUIRE_TRY(quire_json_pad(text, size, operation, &padded, error));
    return check_padded(padded.data, size, error);
}

/* The character at *at as \uXXXX, or two of them. */
static uint8_t *put_escaped(uint8_t *out, const uint8_t **at)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t codepoint, units[2];
    int count = 1;
    *at += quire_utf8_decode(*at, &codepoint);
    units[0] = codepoint;
    if (codepoint >= 0x10000) {
        units[0] = 0xd800 + ((codepoint - 0x10000) >> 10);
        units[1] = 0xdc00 + (codepoint & 0x3ff);
        count = 2;
    }
    for (int i = 0; i < count; i++) {
        *out++ = '\\';
        *out++ = 'u';
        for (int shift = 12; shift >= 0; shift -= 4)
            *out++ = (uint8_t)digits[units[i] >> shift & 0xf];
    }
    return out;
}

int quire_json_compact(const uint8_t *text, size_t size, bool ascii, struct quire_buf *out,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf padded = {0};
    QUIRE_TRY(quire_json_pad(text, size, operation, &padded, error));
    QUIRE_TRY(check_padded(padded.data, size, error));
    /* Two bytes of UTF-8 are six characters at most, four are twelve. */
    if (quire_buf_reserve(out, ascii ? 3 * size : size) != 0)
        return quire_fail_memory(error, operation);
    const uint8_t *at = padded.data, *end = at + size;
    uint8_t *put = quire_buf_end(out);
    bool in_string = false;
    while (at < end) {
        if (ascii && *at >= 0x80) {
            put = put_escaped(put, &at);
        } else if (in_string && *at == '\\') {
            *put++ = *at++;
            *put++ = *at++;
        } else {
            if (*at == '"') in_string = !in_string;
            if (in_string || *at > ' ') *put++ = *at;
            at++;
        }
    }
    out->size = (size_t)(put - out->data);
    return 0;
}
