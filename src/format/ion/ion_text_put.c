/* The shortest plain spelling of each scalar (spec.md). */
#include "format/ion/ion_text_put.h"

#include <string.h>

#include "base/base64.h"
#include "base/fail.h"
#include "base/number.h"
#include "format/ion/ion_number.h"
#include "format/ion/ion_text_token.h"

/* Zeros that are written out before the digits of a decimal rather than an exponent. */
#define ZEROS_MAX 6

/* An escape, or the byte itself. */
static size_t put_byte(uint8_t *out, uint8_t c, uint8_t quote, bool clob)
{
    static const char letters[] = "\a\b\t\n\f\r\v\\", names[] = "abtnfrv\\";
    const char *found = c != 0 ? strchr(letters, c) : NULL;
    if (found != NULL || c == quote) {
        out[0] = '\\';
        out[1] = found != NULL ? (uint8_t)names[found - letters] : c;
        return 2;
    }
    if (c >= 0x20 && (c < 0x7f || !clob)) {
        *out = c;
        return 1;
    }
    memcpy(out, "\\x", 2);
    quire_hex_encode(&c, 1, (char *)out + 2);
    return 4;
}

static bool is_plain(uint8_t c, uint8_t quote)
{
    return c >= 0x20 && c < 0x7f && c != quote && c != '\\';
}

static int put_quoted(struct quire_buf *out, const uint8_t *text, size_t size, uint8_t quote,
                      bool clob)
{
    QUIRE_TRY(quire_buf_reserve(out, size + 8));
    uint8_t *put = quire_buf_end(out);
    *put++ = quote;
    size_t i = 0;
    for (; i < size && is_plain(text[i], quote); i++)
        *put++ = text[i];
    out->size = (size_t)(put - out->data);
    while (i < size) {
        size_t run = size - i < 256 ? size - i : 256;
        QUIRE_TRY(quire_buf_reserve(out, 4 * run + 8));
        put = quire_buf_end(out);
        for (size_t end = i + run; i < end; i++)
            put += put_byte(put, text[i], quote, clob);
        out->size = (size_t)(put - out->data);
    }
    return quire_buf_push(out, quote);
}

int quire_ion_put_string(struct quire_buf *out, const uint8_t *text, size_t size)
{
    return put_quoted(out, text, size, '"', false);
}

static bool is(const char *text, size_t size, const char *word)
{
    return size == strlen(word) && memcmp(text, word, size) == 0;
}

/* An identifier that is no keyword and looks like no ID. */
static bool needs_no_quotes(const char *text, size_t size)
{
    size_t digits = 0;
    if (size == 0 || quire_ion_is((uint8_t)text[0], QUIRE_ION_DIGIT)) return false;
    for (size_t i = 0; i < size; i++) {
        if (!quire_ion_is((uint8_t)text[i], QUIRE_ION_IDENTIFIER)) return false;
        digits += quire_ion_is((uint8_t)text[i], QUIRE_ION_DIGIT);
    }
    if (text[0] == '$' && digits > 0 && digits == size - 1) return false;
    return !is(text, size, "null") && !is(text, size, "true") && !is(text, size, "false") &&
           !is(text, size, "nan");
}

int quire_ion_put_symbol(struct quire_buf *out, const char *text, size_t size)
{
    if (needs_no_quotes(text, size)) return quire_buf_append(out, text, size);
    return put_quoted(out, (const uint8_t *)text, size, '\'', false);
}

int quire_ion_put_blob(struct quire_buf *out, const uint8_t *bytes, size_t size)
{
    QUIRE_TRY(quire_buf_reserve(out, quire_base64_size(size) + 4));
    char *put = (char *)quire_buf_end(out);
    memcpy(put, "{{", 2);
    put = quire_base64_encode(bytes, size, put + 2);
    memcpy(put, "}}", 2);
    out->size = (size_t)((uint8_t *)put + 2 - out->data);
    return 0;
}

int quire_ion_put_clob(struct quire_buf *out, const uint8_t *bytes, size_t size)
{
    QUIRE_TRY(quire_buf_append(out, "{{", 2));
    QUIRE_TRY(put_quoted(out, bytes, size, '"', true));
    return quire_buf_append(out, "}}", 2);
}

int quire_ion_put_number(struct quire_buf *out, const struct quire_ion_number *number)
{
    if (number->negative) QUIRE_TRY(quire_buf_push(out, '-'));
    return quire_ion_number_digits(number, out);
}

/* A point among the digits that begin at start; as many zeros as it takes before them. */
static int put_point(struct quire_buf *out, size_t start, size_t fraction)
{
    size_t size = out->size - start;
    size_t zeros = fraction >= size ? fraction - size + 1 : 0;
    QUIRE_TRY(quire_buf_reserve(out, zeros + 1));
    uint8_t *digits = out->data + start;
    memmove(digits + zeros, digits, size);
    memset(digits, '0', zeros);
    uint8_t *point = digits + zeros + size - fraction;
    memmove(point + 1, point, fraction);
    *point = '.';
    out->size += zeros + 1;
    return 0;
}

int quire_ion_put_decimal(struct quire_buf *out, const struct quire_ion_decimal *decimal)
{
    if (decimal->coefficient.negative) QUIRE_TRY(quire_buf_push(out, '-'));
    size_t start = out->size;
    QUIRE_TRY(quire_ion_number_digits(&decimal->coefficient, out));
    size_t size = out->size - start;
    int64_t fraction = -(int64_t)decimal->exponent;
    if (fraction >= 0 && fraction <= (int64_t)size + ZEROS_MAX)
        return put_point(out, start, (size_t)fraction);
    return quire_buf_printf(out, "d%d", decimal->exponent);
}

/* A float has an exponent, else it would be a decimal. */
static char *finish_float(char *first, char *end)
{
    if (memchr(first, 'e', (size_t)(end - first)) != NULL) return end;
    memcpy(end, "e0", 2);
    return end + 2;
}

char *quire_ion_format_f64(double value, char *out)
{
    if (__builtin_isfinite(value)) return finish_float(out, quire_number_format_f64(value, out));
    memcpy(out, __builtin_isnan(value) ? "nan" : value > 0 ? "+inf" : "-inf", 4);
    return out + (__builtin_isnan(value) ? 3 : 4);
}

char *quire_ion_format_f32(float value, char *out)
{
    if (!__builtin_isfinite(value)) return quire_ion_format_f64((double)value, out);
    return finish_float(out, quire_number_format_f32(value, out));
}
