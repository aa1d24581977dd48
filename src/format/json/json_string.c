/* Strings that are not plain: escapes, surrogates, and bytes that are not UTF-8.
 *
 * Plain runs are copied whole; what an escape stands for is encoded after them.
 * A lone surrogate has no UTF-8 form: it is refused, or becomes U+FFFD. */
#include "format/json/json_scan.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"

#define REPLACEMENT 0xfffd

/* Four hex digits; false when they are not. */
static bool read_unit(const uint8_t *at, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t c = at[i], lower = c | 0x20;
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (lower >= 'a' && lower <= 'f')
            digit = (uint32_t)(lower - 'a' + 10);
        else
            return false;
        *unit = *unit << 4 | digit;
    }
    return true;
}

/* \uXXXX at the cursor, or two of them when they are a surrogate pair. */
static int read_codepoint(struct quire_json_cursor *cursor, uint32_t *codepoint,
                          struct quire_error *error)
{
    uint32_t low;
    if (!read_unit(cursor->at + 2, codepoint))
        return quire_json_fail(cursor, error, "\\u is not followed by four hexadecimal digits");
    if ((*codepoint & 0xf800) != 0xd800) {
        cursor->at += 6;
        return 0;
    }
    if (*codepoint < 0xdc00 && cursor->at[6] == '\\' && cursor->at[7] == 'u' &&
        read_unit(cursor->at + 8, &low) && (low & 0xfc00) == 0xdc00) {
        *codepoint = 0x10000 + ((*codepoint & 0x3ff) << 10 | (low & 0x3ff));
        cursor->at += 12;
        return 0;
    }
    if (!cursor->read.replace_utf8 && !cursor->pass_surrogates) {
        int code =
            quire_json_fail(cursor, error, "\\u%04x is half of a surrogate pair", *codepoint);
        quire_error_hint(error, "the option invalid_utf8=replace puts U+FFFD there");
        return code;
    }
    *codepoint = REPLACEMENT;
    cursor->at += 6;
    return 0;
}

/* The escape at the cursor (a backslash), decoded into out. */
static int read_escape(struct quire_json_cursor *cursor, struct quire_buf *out,
                       struct quire_error *error)
{
    static const char plain[128] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                    ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
    uint8_t letter = cursor->at[1];
    if (quire_buf_reserve(out, 4) != 0) return quire_fail_memory(error, cursor->operation);
    if (letter == 'u') {
        uint32_t codepoint;
        QUIRE_TRY(read_codepoint(cursor, &codepoint, error));
        out->size += (size_t)quire_utf8_encode(codepoint, quire_buf_end(out));
        return 0;
    }
    if (letter >= 128 || plain[letter] == 0)
        return quire_json_fail(cursor, error, "a backslash is followed by what is no escape");
    out->data[out->size++] = (uint8_t)plain[letter];
    cursor->at += 2;
    return 0;
}

/* A run of plain bytes, checked and repaired when the text needs it. */
static int take_run(struct quire_json_cursor *cursor, const uint8_t *run, size_t size,
                    struct quire_error *error)
{
    struct quire_buf *out = &cursor->unescaped;
    size_t valid = cursor->check_utf8 ? quire_utf8_valid_prefix(run, size) : size;
    int code = 0;
    if (valid == size) {
        code = quire_buf_append(out, run, size);
    } else if (cursor->read.replace_utf8) {
        code = quire_utf8_repair(out, run, size);
    } else {
        cursor->at = run + valid;
        code = quire_json_fail(cursor, error, "the byte 0x%02x is not UTF-8 here", run[valid]);
        quire_error_hint(error, "the option invalid_utf8=replace puts U+FFFD there");
        return code;
    }
    return code != 0 ? quire_fail_memory(error, cursor->operation) : 0;
}

int quire_json_string_hard(struct quire_json_cursor *cursor, const uint8_t *stop,
                           struct quire_bytes *value, struct quire_error *error)
{
    const uint8_t *run = ++cursor->at;
    quire_buf_clear(&cursor->unescaped);
    for (;;) {
        QUIRE_TRY(take_run(cursor, run, (size_t)(stop - run), error));
        cursor->at = stop;
        if (*stop == '"') break;
        if (stop >= cursor->end)
            return quire_json_fail(cursor, error, "the text ends within a string");
        if (*stop != '\\') {
            if (*stop == '\n' && cursor->lines)
                return quire_json_fail(cursor, error, "the line ends within a string");
            return quire_json_fail(
                cursor, error, "the control character 0x%02x stands in a string unescaped", *stop);
        }
        QUIRE_TRY(read_escape(cursor, &cursor->unescaped, error));
        run = cursor->at;
        stop = quire_string_stop(run);
    }
    cursor->at++;
    value->data = cursor->unescaped.data;
    value->size = cursor->unescaped.size;
    if (value->data == NULL) value->data = run;
    return 0;
}

int quire_json_column_name(struct quire_json_cursor *cursor, struct quire_bytes *name,
                           struct quire_error *error)
{
    static const char escaped[] = "\\u0000";
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    for (size_t at = 0; at < name->size;) {
        const uint8_t *nul = memchr(name->data + at, 0, name->size - at);
        size_t end = nul != NULL ? (size_t)(nul - name->data) : name->size;
        if (quire_buf_append(&text, name->data + at, end - at) != 0 ||
            (nul != NULL && quire_buf_append(&text, escaped, sizeof(escaped) - 1) != 0))
            return quire_fail_memory(error, cursor->operation);
        at = end + (nul != NULL);
    }
    struct quire_buf before = cursor->unescaped; /* which the name may stand in */
    cursor->unescaped = text;
    text = before;
    *name = (struct quire_bytes){cursor->unescaped.data, cursor->unescaped.size};
    return 0;
}
