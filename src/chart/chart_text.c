/* Widths are those of the widest usual typefaces (Verdana, DejaVu Sans) in classes, so that nothing
 * is cut where others are used. */
#include "chart/chart_text.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"

#define ELLIPSIS       "\xe2\x80\xa6"
#define ELLIPSIS_WIDTH 1.0
#define SQUARE         "\xe2\x96\xa1"
#define JOINED_MAX     3    /* characters without width after one that has some */
#define BYTES_MAX      1024 /* of a text that is drawn */

static bool is_one_of(const char *set, uint32_t codepoint)
{
    return codepoint != 0 && strchr(set, (int)codepoint) != NULL;
}

static double em_width(uint32_t codepoint)
{
    if (codepoint >= 0x80) {
        int columns = quire_utf8_codepoint_width(codepoint);
        return columns == 2 ? 1.05 : columns == 1 ? 0.66 : 0;
    }
    if (is_one_of(" .,:;'|!ijl()[]/\\ft-", codepoint)) return 0.4;
    if (is_one_of("mwMW@%<>^~+=#&", codepoint)) return 0.95;
    if (codepoint >= 'A' && codepoint <= 'Z') return 0.74;
    return 0.63;
}

double quire_chart_text_width(const char *text, size_t size, double font)
{
    double width = 0;
    for (size_t i = 0; i < size;) {
        uint32_t codepoint;
        i += (size_t)quire_utf8_decode((const uint8_t *)text + i, &codepoint);
        width += em_width(codepoint);
    }
    return width * font;
}

/* Marks that set the direction of text around them (Unicode Bidirectional Algorithm, 2), line and
 * paragraph separators, and the byte order mark. */
static bool is_format_mark(uint32_t c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || c == 0xfffe || c == 0xffff;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* Emoji_Presentation of emoji-data.txt (Unicode 15) below U+10000, and all of the blocks above that
 * hold such. */
static bool is_emoji(uint32_t c)
{
    static const uint16_t ranges[][2] = {
        {0x231a, 0x231b}, {0x23e9, 0x23ec}, {0x23f0, 0x23f0}, {0x23f3, 0x23f3}, {0x25fd, 0x25fe},
        {0x2614, 0x2615}, {0x2648, 0x2653}, {0x267f, 0x267f}, {0x2693, 0x2693}, {0x26a1, 0x26a1},
        {0x26aa, 0x26ab}, {0x26bd, 0x26be}, {0x26c4, 0x26c5}, {0x26ce, 0x26ce}, {0x26d4, 0x26d4},
        {0x26ea, 0x26ea}, {0x26f2, 0x26f3}, {0x26f5, 0x26f5}, {0x26fa, 0x26fa}, {0x26fd, 0x26fd},
        {0x2705, 0x2705}, {0x270a, 0x270b}, {0x2728, 0x2728}, {0x274c, 0x274c}, {0x274e, 0x274e},
        {0x2753, 0x2755}, {0x2757, 0x2757}, {0x2795, 0x2797}, {0x27b0, 0x27b0}, {0x27bf, 0x27bf},
        {0x2b1b, 0x2b1c}, {0x2b50, 0x2b50}, {0x2b55, 0x2b55},
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (c >= ranges[i][0] && c <= ranges[i][1]) return true;
    }
    return c >= 0x1f000 && c <= 0x1fbff;
}

/* What makes an emoji of the character before it, or one of several. */
static bool joins_emoji(uint32_t c)
{
    return c == 0xfe0f || c == 0x20e3 || c == 0x200d || (c >= 0xe0000 && c <= 0xe007f);
}

/* Takes one character of text into *out, or leaves it out. Controls become one blank. */
static int take(struct quire_buf *out, const uint8_t *bytes, size_t length, unsigned *joined,
                bool outlines)
{
    uint32_t codepoint;
    quire_utf8_decode(bytes, &codepoint);
    if (is_format_mark(codepoint) || (outlines && joins_emoji(codepoint))) return 0;
    if (is_control(codepoint)) {
        bool blank = out->size == 0 || out->data[out->size - 1] == ' ';
        return blank ? 0 : quire_buf_push(out, ' ');
    }
    if (outlines && is_emoji(codepoint)) return quire_buf_append_text(out, SQUARE);
    *joined = quire_utf8_codepoint_width(codepoint) == 0 ? *joined + 1 : 0;
    return *joined > JOINED_MAX ? 0 : quire_buf_append(out, bytes, length);
}

/* As much of the text's beginning as can be drawn at all, so that a text of megabytes costs
 * little. */
static int repair(struct quire_buf *out, const char *text)
{
    size_t size = strnlen(text, (size_t)16 * BYTES_MAX);
    return quire_utf8_repair(out, (const uint8_t *)text, size);
}

static int clean(struct quire_buf *out, const struct quire_buf *valid, bool outlines)
{
    unsigned joined = 0;
    for (size_t i = 0; i < valid->size && out->size < BYTES_MAX;) {
        uint32_t codepoint;
        size_t length = (size_t)quire_utf8_decode(valid->data + i, &codepoint);
        QUIRE_TRY(take(out, valid->data + i, length, &joined, outlines));
        i += length;
    }
    while (out->size > 0 && out->data[out->size - 1] == ' ')
        out->size--;
    return 0;
}

/* Where text must end to leave room for an ellipsis: before a character that has width. */
static size_t cut_at(const struct quire_buf *text, double em_max)
{
    double width = 0;
    size_t end = 0;
    for (size_t i = 0; i < text->size;) {
        uint32_t codepoint;
        size_t length = (size_t)quire_utf8_decode(text->data + i, &codepoint);
        width += em_width(codepoint);
        if (width > em_max) break;
        i += length;
        end = i;
    }
    return end;
}

int quire_chart_text_fit(struct quire_buf *out, const char *text, double font, double width_max,
                         bool outlines)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf valid = {0};
    quire_buf_clear(out);
    QUIRE_TRY(repair(&valid, text));
    QUIRE_TRY(clean(out, &valid, outlines));
    QUIRE_TRY(quire_buf_terminate(out));
    if (quire_chart_text_width((const char *)out->data, out->size, font) > width_max) {
        out->size = cut_at(out, width_max / font - ELLIPSIS_WIDTH);
        QUIRE_TRY(quire_buf_append_text(out, ELLIPSIS));
    }
    return quire_buf_terminate(out);
}

/* Digits are not: gnuplot takes as many as it finds behind a backslash. */
static bool is_plain(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

int quire_chart_text_quote(struct quire_buf *out, const char *text, size_t size)
{
    QUIRE_TRY(quire_buf_push(out, '"'));
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)text[i];
        if (is_plain(byte))
            QUIRE_TRY(quire_buf_push(out, byte));
        else
            QUIRE_TRY(quire_buf_printf(out, "\\%03o", byte));
    }
    return quire_buf_push(out, '"');
}
