/* Values as cells: whatever a value holds, its cell is one line of printable UTF-8
 * that neither moves the cursor nor turns the direction of the text around. */
#include "base/base64.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "data/value_text.h"
#include "format/json/json_value.h"
#include "format/table/table.h"

static const char operation[] = "draw table";

/* Bytes looked at for one column of width: enough for letters with several marks,
 * and a bound on texts that are nothing but marks. */
#define BYTES_A_COLUMN 16

static const char *short_escape(uint32_t codepoint)
{
    switch (codepoint) {
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return NULL;
    }
}

/* Controls, line separators, and what turns the direction of the text. */
static bool is_hidden(uint32_t codepoint)
{
    return codepoint < 0x20 || (codepoint >= 0x7f && codepoint < 0xa0) || codepoint == 0x200e ||
           codepoint == 0x200f || codepoint == 0x061c ||
           (codepoint >= 0x2028 && codepoint <= 0x202e) ||
           (codepoint >= 0x2066 && codepoint <= 0x2069) || codepoint == 0xfeff;
}

static int put_escaped(uint32_t codepoint, struct quire_buf *out)
{
    const char *known = short_escape(codepoint);
    if (known != NULL) return quire_buf_append_text(out, known);
    return quire_buf_printf(out, codepoint < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)codepoint);
}

/* Plain ASCII without anything to escape, which most cells are. */
static bool is_plain(const uint8_t *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] < 0x20 || text[i] >= 0x7f || text[i] == '|') return false;
    return true;
}

/* A bar, and backslashes before it, which would take its own away. */
static int put_bar(size_t from, struct quire_buf *out)
{
    size_t before = 0;
    while (out->size - before > from && out->data[out->size - before - 1] == '\\')
        before++;
    for (size_t i = 0; i <= before; i++)
        QUIRE_TRY(quire_buf_push(out, '\\'));
    return quire_buf_push(out, '|');
}

static int escape(const struct quire_table_cells *cells, const uint8_t *text, size_t size,
                  struct quire_buf *out)
{
    size_t from = out->size;
    if (is_plain(text, size)) return quire_buf_append(out, text, size);
    for (size_t at = 0; at < size;) {
        uint32_t codepoint;
        size_t length = (size_t)quire_utf8_decode(text + at, &codepoint);
        if (is_hidden(codepoint))
            QUIRE_TRY(put_escaped(codepoint, out));
        else if (codepoint == '|' && cells->escape_bar)
            QUIRE_TRY(put_bar(from, out));
        else
            QUIRE_TRY(quire_buf_append(out, text + at, length));
        at += length;
    }
    return 0;
}

int quire_table_cut(const struct quire_table_cells *cells, const uint8_t *text, size_t size,
                    size_t limit, struct quire_buf *out, size_t *width)
{
    size_t mark_width = cells->mark_width < limit ? cells->mark_width : limit;
    size_t total = 0, kept = 0, kept_width = 0;
    for (size_t at = 0; at < size;) {
        uint32_t codepoint;
        at += (size_t)quire_utf8_decode(text + at, &codepoint);
        total += (size_t)quire_utf8_codepoint_width(codepoint);
        if (total > limit) {
            QUIRE_TRY(quire_buf_append(out, text, kept));
            *width = kept_width + mark_width;
            /* A mark wider than one column is ASCII, and can itself be cut. */
            size_t mark_size = cells->mark_width == 1 ? strlen(cells->mark) : mark_width;
            return mark_width > 0 ? quire_buf_append(out, cells->mark, mark_size) : 0;
        }
        if (total <= limit - mark_width) {
            kept = at;
            kept_width = total;
        }
    }
    *width = total;
    return quire_buf_append(out, text, size);
}

int quire_table_text(struct quire_table_cells *cells, const void *text, size_t size, size_t limit,
                     struct quire_buf *out)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf repaired = {0};
    const uint8_t *bytes = text;
    size_t most = limit * BYTES_A_COLUMN + BYTES_A_COLUMN;
    bool shortened = size > most;
    if (shortened) {
        size = most;
        for (int i = 0; i < 3 && (bytes[size] & 0xc0) == 0x80; i++)
            size--;
    }
    if (!quire_utf8_is_valid(bytes, size)) {
        QUIRE_TRY(quire_utf8_repair(&repaired, bytes, size));
        bytes = repaired.data;
        size = repaired.size;
    }
    quire_buf_clear(&cells->escaped);
    QUIRE_TRY(escape(cells, bytes, size, &cells->escaped));
    size_t width;
    size_t before = out->size;
    QUIRE_TRY(quire_table_cut(cells, cells->escaped.data, cells->escaped.size, limit, out, &width));
    /* A text of marks alone can be too long and yet not too wide. */
    bool cut = out->size - before != cells->escaped.size ||
               (cells->escaped.size > 0 &&
                memcmp(out->data + before, cells->escaped.data, cells->escaped.size) != 0);
    if (shortened && !cut) return quire_buf_append_text(out, cells->mark);
    return 0;
}

/* As much of a binary as can be seen, as text; more than the limit when it is to be cut. */
static int write_binary(struct quire_table_cells *cells, struct quire_bytes bytes, size_t limit)
{
    size_t size = bytes.size > limit + 3 ? limit + 3 : bytes.size;
    size_t text_size = cells->binary_hex ? size * 2 : quire_base64_size(size);
    QUIRE_TRY(quire_buf_reserve(&cells->raw, text_size + 1));
    char *end = (char *)quire_buf_end(&cells->raw);
    if (cells->binary_hex)
        quire_hex_encode(bytes.data, size, end);
    else
        quire_base64_encode(bytes.data, size, end);
    cells->raw.size += text_size;
    return 0;
}

static int write_raw(struct quire_table_cells *cells, const struct quire_view *view, int64_t row,
                     size_t limit, struct quire_error *error)
{
    const struct quire_value_style style = {.binary_hex = cells->binary_hex};
    const struct quire_json_style json = {
        .floats = QUIRE_JSON_FLOATS_STRING, .binary_hex = cells->binary_hex, .replace_utf8 = true};
    int code;
    if (quire_kind_is_nested(view->field->kind))
        return quire_json_value_write(view, row, &json, &cells->raw, error);
    if (quire_kind_is_binary(view->field->kind))
        code = write_binary(cells, quire_view_bytes(view, row), limit);
    else
        code = quire_value_write(view, row, &style, &cells->raw);
    if (code == QUIRE_MEMORY) return quire_fail_memory(error, operation);
    if (code != 0)
        return quire_fail(error, QUIRE_UNSUPPORTED, operation, "values of this type have no text");
    return 0;
}

/* Goes from a dictionary's index, or a row of a union or a run, to what it stands for. */
static int find_value(const struct quire_view **view, int64_t *row, struct quire_error *error)
{
    while (!quire_view_is_null(*view, *row)) {
        if (quire_view_has_inner(*view)) {
            if (!quire_view_inner(*view, *row, view, row))
                return quire_fail(error, QUIRE_INPUT, operation,
                                  "a union or run-end encoding leads to no value");
            continue;
        }
        if ((*view)->dictionary == NULL) return 0;
        *row = quire_view_index(*view, *row);
        *view = (*view)->dictionary;
        if (*row < 0 || *row >= (*view)->length)
            return quire_fail(error, QUIRE_INPUT, operation,
                              "an index of the dictionary is outside of it");
    }
    return 0;
}

int quire_table_cell(struct quire_table_cells *cells, const struct quire_view *view, int64_t row,
                     size_t limit, struct quire_buf *out, struct quire_error *error)
{
    QUIRE_TRY(find_value(&view, &row, error));
    const void *text = cells->null_text;
    size_t size = strlen(cells->null_text);
    if (!quire_view_is_null(view, row) && quire_kind_is_string(view->field->kind)) {
        struct quire_bytes bytes = quire_view_bytes(view, row);
        text = bytes.data;
        size = bytes.size;
    } else if (!quire_view_is_null(view, row)) {
        quire_buf_clear(&cells->raw);
        QUIRE_TRY(write_raw(cells, view, row, limit, error));
        text = cells->raw.data;
        size = cells->raw.size;
    }
    if (quire_table_text(cells, text, size, limit, out) != 0)
        return quire_fail_memory(error, operation);
    return 0;
}
