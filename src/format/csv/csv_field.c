/* One field: where it ends and what it says. The reference for all the rest. */
#include "base/fail.h"
#include "format/csv/csv_read.h"

/* Behind the closing quote of the quoted field at start, or size. */
static size_t skip_quoted(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t size,
                          size_t start, size_t *open)
{
    for (size_t i = start + 1; i < size; i++) {
        if (bytes[i] == marks->escape) {
            i++;
        } else if (bytes[i] == marks->quote) {
            if (i + 1 == size || bytes[i + 1] != marks->quote) return i + 1;
            i++;
        }
    }
    *open = start;
    return size;
}

size_t quire_csv_field_end(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t size,
                           size_t start, size_t *open)
{
    size_t i = start;
    if (i < size && bytes[i] == marks->quote) i = skip_quoted(marks, bytes, size, start, open);
    for (; i < size; i++) {
        if (bytes[i] == marks->delimiter || bytes[i] == '\n') return i;
        if (bytes[i] == marks->escape) i++;
    }
    return size;
}

size_t quire_csv_trim_cr(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t start,
                         size_t end)
{
    if (end == start || bytes[end - 1] != '\r' || bytes[end] != '\n') return end;
    size_t escapes = 0;
    while (end - 1 - escapes > start && bytes[end - 2 - escapes] == marks->escape)
        escapes++;
    return (escapes & 1) == 0 ? end - 1 : end;
}

/* The field has quotes around it: its inside goes to scratch. */
static int unquote(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t start,
                   size_t end, struct quire_buf *scratch, size_t *bad)
{
    uint8_t *out = scratch->data;
    size_t i = start + 1;
    for (; i < end; i++) {
        if (bytes[i] == marks->escape && i + 1 < end) {
            i++;
        } else if (bytes[i] == marks->quote) {
            if (i + 1 == end || bytes[i + 1] != marks->quote) break;
            i++;
        }
        *out++ = bytes[i];
    }
    scratch->size = (size_t)(out - scratch->data);
    *bad = i + 1;
    return i + 1 == end ? 0 : QUIRE_INPUT;
}

static void unescape(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t start,
                     size_t end, struct quire_buf *scratch)
{
    uint8_t *out = scratch->data;
    for (size_t i = start; i < end; i++) {
        if (bytes[i] == marks->escape && i + 1 < end) i++;
        *out++ = bytes[i];
    }
    scratch->size = (size_t)(out - scratch->data);
}

int quire_csv_unquote(const struct quire_csv_marks *marks, const uint8_t *bytes, size_t start,
                      size_t end, struct quire_buf *scratch, struct quire_csv_text *text,
                      size_t *bad)
{
    size_t size = end - start;
    *text = (struct quire_csv_text){bytes + start, size, false};
    if (size == 0) return 0;
    text->quoted = bytes[start] == marks->quote;
    if (!text->quoted && marks->escape < 0) return 0;
    /* Most quoted fields hold no quote: they stand in the input as they are. */
    if (text->quoted && marks->escape < 0 && size > 1 && bytes[end - 1] == marks->quote &&
        memchr(bytes + start + 1, marks->quote, size - 2) == NULL) {
        text->bytes++;
        text->size -= 2;
        return 0;
    }
    quire_buf_clear(scratch);
    QUIRE_TRY(quire_buf_reserve(scratch, size));
    if (text->quoted)
        QUIRE_TRY(unquote(marks, bytes, start, end, scratch, bad));
    else
        unescape(marks, bytes, start, end, scratch);
    text->bytes = scratch->data;
    text->size = scratch->size;
    return 0;
}

int quire_csv_fail_unquote(int code, size_t bad, struct quire_error *error)
{
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, QUIRE_CSV_READ);
    quire_fail(error, code, QUIRE_CSV_READ, "text follows the closing quote of a field");
    quire_error_at(error, QUIRE_NOWHERE, NULL, (int64_t)bad);
    quire_error_hint(error, "a quote inside quotes is doubled, or set escape; quote=none reads "
                            "quotes as they stand");
    return code;
}

int quire_csv_fail_open(size_t open, struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, QUIRE_CSV_READ, "a quote is opened here and never closed");
    quire_error_at(error, QUIRE_NOWHERE, NULL, (int64_t)open);
    quire_error_hint(error, "quote=none reads quotes as they stand");
    return QUIRE_INPUT;
}

int quire_csv_fail_cr(size_t at, struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, QUIRE_CSV_READ, "lines end with CR alone");
    quire_error_at(error, QUIRE_NOWHERE, NULL, (int64_t)at);
    quire_error_hint(error, "convert the line ends, for instance with tr '\\r' '\\n'");
    return QUIRE_INPUT;
}

bool quire_csv_comma_to_point(const struct quire_csv_text *text, struct quire_buf *scratch,
                              int *code)
{
    *code = 0;
    if (memchr(text->bytes, '.', text->size) != NULL) return false;
    if (text->bytes != scratch->data) {
        quire_buf_clear(scratch);
        *code = quire_buf_append(scratch, text->bytes, text->size);
        if (*code != 0) return false;
    }
    uint8_t *comma = memchr(scratch->data, ',', text->size);
    if (comma != NULL) *comma = '.';
    return true;
}
