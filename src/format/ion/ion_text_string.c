/* Strings, quoted symbols, clobs and blobs of Ion text (spec.md, Escape Characters;
 * stringclob.md). A text without escapes is given as it stands in the input. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "format/ion/ion_text_token.h"

enum {
    LONG = 1, /* between ''' */
    CLOB = 2  /* bytes: ASCII, and \x up to 0xff */
};

static int hex_digits(struct quire_ion_reader *reader, int count, uint32_t *value,
                      struct quire_error *error)
{
    *value = 0;
    for (int i = 0; i < count; i++, reader->at++) {
        unsigned c = *reader->at, lower = c | 0x20;
        bool digit = c - '0' <= 9;
        if (reader->at >= reader->end || (!digit && lower - 'a' > 5))
            return quire_ion_fail_char(reader, "a hexadecimal digit", error);
        *value = *value << 4 | (digit ? c - '0' : lower - 'a' + 10);
    }
    return 0;
}

static int put_codepoint(struct quire_ion_reader *reader, uint32_t codepoint, struct quire_buf *buf,
                         struct quire_error *error)
{
    if (quire_buf_reserve(buf, 4) != 0) return quire_fail_memory(error, reader->operation);
    buf->size += (size_t)quire_utf8_encode(codepoint, quire_buf_end(buf));
    return 0;
}

/* \x, \u and \U: the cursor is past the letter. Surrogates count as pairs, as in JSON. */
static int put_numbered(struct quire_ion_reader *reader, uint8_t letter, int kind,
                        struct quire_buf *buf, struct quire_error *error)
{
    const uint8_t *at = reader->at - 2;
    uint32_t codepoint, low;
    QUIRE_TRY(hex_digits(reader, letter == 'x' ? 2 : letter == 'u' ? 4 : 8, &codepoint, error));
    if (kind & CLOB) {
        if (quire_buf_push(buf, (uint8_t)codepoint) != 0)
            return quire_fail_memory(error, reader->operation);
        return 0;
    }
    if (codepoint - 0xd800 < 0x400 && reader->at[0] == '\\' && reader->at[1] == 'u' &&
        reader->at < reader->end) {
        reader->at += 2;
        QUIRE_TRY(hex_digits(reader, 4, &low, error));
        if (low - 0xdc00 < 0x400) codepoint = 0x10000 + ((codepoint - 0xd800) << 10) + low - 0xdc00;
    }
    if (codepoint > 0x10ffff || codepoint - 0xd800 < 0x800)
        return quire_ion_fail_at(reader, at, QUIRE_INPUT, error,
                                 "the escape stands for no character: U+%04X", codepoint);
    return put_codepoint(reader, codepoint, buf, error);
}

/* The escape at the cursor. */
static int put_escape(struct quire_ion_reader *reader, int kind, struct quire_buf *buf,
                      struct quire_error *error)
{
    static const char letters[] = "abtnfrv?0'\"/\\", values[] = "\a\b\t\n\f\r\v?\0'\"/\\";
    uint8_t letter = reader->at[1];
    if (reader->at + 1 >= reader->end) return quire_ion_fail_end(reader, "an escape", error);
    reader->at += 2;
    const char *found = letter != 0 ? strchr(letters, letter) : NULL;
    if (found != NULL)
        return quire_buf_push(buf, (uint8_t)values[found - letters]) != 0
                   ? quire_fail_memory(error, reader->operation)
                   : 0;
    if (letter == '\n') return 0;
    if (letter == '\r') {
        if (*reader->at == '\n' && reader->at < reader->end) reader->at++;
        return 0;
    }
    if (letter == 'x' || (!(kind & CLOB) && (letter == 'u' || letter == 'U')))
        return put_numbered(reader, letter, kind, buf, error);
    reader->at -= 2;
    return quire_ion_fail_at(reader, reader->at, QUIRE_INPUT, error,
                             kind & CLOB ? "this escape is not one of a clob"
                                         : "this escape is not one of Ion");
}

/* Past characters that stand for themselves. */
static const uint8_t *plain_end(const struct quire_ion_reader *reader, uint8_t quote, int kind)
{
    const uint8_t *at = reader->at;
    for (; at < reader->end; at++) {
        uint8_t c = *at;
        if (c == quote || c == '\\' || (c < 0x20 && c != '\t' && c != '\v' && c != '\f')) break;
        if (c >= 0x80 && (kind & CLOB)) break;
    }
    return at;
}

/* One character that does not stand for itself, or is refused. */
static int put_special(struct quire_ion_reader *reader, int kind, struct quire_buf *buf,
                       struct quire_error *error)
{
    uint8_t c = *reader->at;
    if (c == '\\') return put_escape(reader, kind, buf, error);
    bool line = c == '\n' || c == '\r';
    if ((kind & LONG) && (line || c == '\'')) {
        reader->at += c == '\r' && reader->at[1] == '\n' ? 2 : 1;
        if (quire_buf_push(buf, line ? '\n' : c) != 0)
            return quire_fail_memory(error, reader->operation);
        return 0;
    }
    if (line)
        return quire_ion_fail_at(reader, reader->at, QUIRE_INPUT, error,
                                 "a line ends before the quote that closes its text");
    return quire_ion_fail_at(reader, reader->at, QUIRE_INPUT, error,
                             "the character 0x%02x must be escaped here", c);
}

/* One quoted text, from its opening quote past its closing one. */
static int read_segment(struct quire_ion_reader *reader, int kind, struct quire_buf *buf,
                        struct quire_ion_bytes *text, struct quire_error *error)
{
    uint8_t quote = *reader->at;
    size_t quote_size = kind & LONG ? 3 : 1, start = buf->size;
    bool copied = false;
    reader->at += quote_size;
    for (;;) {
        const uint8_t *first = reader->at;
        reader->at = plain_end(reader, quote, kind);
        size_t size = (size_t)(reader->at - first);
        if (reader->at >= reader->end) return quire_ion_fail_end(reader, "a quoted text", error);
        bool closes = *reader->at == quote && (!(kind & LONG) || quire_ion_is_long(reader->at));
        if (closes && !copied) {
            *text = (struct quire_ion_bytes){first, size};
            break;
        }
        copied = true;
        if (quire_buf_reserve(buf, size + 1) != 0 || quire_buf_append(buf, first, size) != 0)
            return quire_fail_memory(error, reader->operation);
        if (closes) {
            *text = (struct quire_ion_bytes){quire_buf_at(buf, start), buf->size - start};
            break;
        }
        QUIRE_TRY(put_special(reader, kind, buf, error));
    }
    reader->at += quote_size;
    return 0;
}

int quire_ion_quoted(struct quire_ion_reader *reader, struct quire_buf *buf,
                     struct quire_ion_bytes *text, struct quire_error *error)
{
    return read_segment(reader, 0, buf, text, error);
}

static int skip_blank(struct quire_ion_reader *reader)
{
    while (quire_ion_is(*reader->at, QUIRE_ION_BLANK) && reader->at < reader->end)
        reader->at++;
    return 0;
}

static int read_long(struct quire_ion_reader *reader, int kind, struct quire_buf *buf,
                     struct quire_ion_bytes *text, struct quire_error *error)
{
    size_t start = buf->size;
    bool joined = false;
    for (;;) {
        struct quire_ion_bytes segment;
        size_t before = buf->size;
        QUIRE_TRY(read_segment(reader, kind | LONG, buf, &segment, error));
        QUIRE_TRY(kind & CLOB ? skip_blank(reader) : quire_ion_space(reader, error));
        bool more = quire_ion_is_long(reader->at) && reader->at < reader->end;
        if (!joined && !more) {
            *text = segment;
            return 0;
        }
        joined = true;
        if (buf->size == before && quire_buf_append(buf, segment.data, segment.size) != 0)
            return quire_fail_memory(error, reader->operation);
        if (!more) break;
    }
    *text = (struct quire_ion_bytes){quire_buf_at(buf, start), buf->size - start};
    return 0;
}

int quire_ion_long(struct quire_ion_reader *reader, struct quire_buf *buf,
                   struct quire_ion_bytes *text, struct quire_error *error)
{
    return read_long(reader, 0, buf, text, error);
}

/* --- Clobs and blobs -------------------------------------------------------------- */

static int value64(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The bytes of base64 text up to "}}". */
static int read_blob(struct quire_ion_reader *reader, struct quire_buf *buf,
                     struct quire_error *error)
{
    uint32_t bits = 0;
    size_t count = 0, padding = 0;
    for (;; reader->at++) {
        skip_blank(reader);
        if (reader->at >= reader->end) return quire_ion_fail_end(reader, "a blob", error);
        uint8_t c = *reader->at;
        if (c == '}') break;
        int value = value64(c);
        if (c == '=' && padding < 2 && count % 4 >= 2) {
            padding++;
            value = 0;
        } else if (value < 0 || padding > 0) {
            return quire_ion_fail_char(reader, "base64 text", error);
        }
        bits = bits << 6 | (uint32_t)value;
        if (++count % 4 != 0) continue;
        if (quire_buf_reserve(buf, 3) != 0) return quire_fail_memory(error, reader->operation);
        uint8_t *out = quire_buf_end(buf);
        out[0] = (uint8_t)(bits >> 16);
        out[1] = (uint8_t)(bits >> 8);
        out[2] = (uint8_t)bits;
        buf->size += 3 - padding;
    }
    if (count % 4 != 0)
        return quire_ion_fail_at(reader, reader->at, QUIRE_INPUT, error,
                                 "the base64 text of a blob is not padded to a multiple of four");
    return 0;
}

int quire_ion_lob(struct quire_ion_reader *reader, struct quire_ion_value *value,
                  struct quire_error *error)
{
    reader->at += 2;
    skip_blank(reader);
    struct quire_buf *buf = &reader->text;
    quire_buf_clear(buf);
    bool clob = *reader->at == '"' || quire_ion_is_long(reader->at);
    value->type = clob ? QUIRE_ION_CLOB : QUIRE_ION_BLOB;
    if (*reader->at == '"') {
        QUIRE_TRY(read_segment(reader, CLOB, buf, &value->bytes, error));
    } else if (clob) {
        QUIRE_TRY(read_long(reader, CLOB, buf, &value->bytes, error));
    } else {
        QUIRE_TRY(read_blob(reader, buf, error));
        value->bytes = (struct quire_ion_bytes){buf->data, buf->size};
    }
    skip_blank(reader);
    if (reader->at[0] != '}' || reader->at[1] != '}' || reader->end - reader->at < 2)
        return quire_ion_fail_char(reader, "\"}}\"", error);
    reader->at += 2;
    return 0;
}
