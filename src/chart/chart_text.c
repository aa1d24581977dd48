/* Widths are those of the widest usual typefaces (Verdana, DejaVu Sans) in classes, so that nothing
 * is cut where others are used. */
#include "chart/chart_text.h"

#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/utf8.h"

#define ELLIPSIS    "\xe2\x80\xa6"
#define SQUARE      0x25a1
#define SQUARE_TEXT "\xe2\x96\xa1"
#define JOINED_MAX  3    /* characters without width after one that has some */
#define BYTES_MAX   1024 /* of a text that is drawn */

static bool is_one_of(const char *set, uint32_t codepoint)
{
    return codepoint != 0 && strchr(set, (int)codepoint) != NULL;
}

/* Letters as wide as W and wider: ligatures, and those of Cyrillic. */
static bool is_wide(uint32_t c)
{
    static const uint16_t wide[] = {0x00bc, 0x00bd, 0x00be, 0x00c6, 0x00e6, 0x0152, 0x0153, 0x0409,
                                    0x040a, 0x0416, 0x0424, 0x0428, 0x0429, 0x042b, 0x042e, 0x0436,
                                    0x0444, 0x0448, 0x0449, 0x044b, 0x044e, 0x0459, 0x045a};
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
        if (wide[i] == c) return true;
    return false;
}

/* Of other scripts each letter is taken for a wide one. */
static double em_width(uint32_t codepoint)
{
    if (codepoint >= 0x80) {
        int columns = quire_utf8_codepoint_width(codepoint);
        if (columns != 1) return columns == 2 ? 1.05 : 0;
        if (codepoint == 0x2026 || codepoint == SQUARE) return 1;
        return is_wide(codepoint) || codepoint >= 0x530 ? 1.1 : 0.85;
    }
    if (is_one_of(" .,:;'|!ijl()[]/\\ft-", codepoint)) return 0.4;
    if (is_one_of("mW@%", codepoint)) return codepoint == '%' ? 1.08 : 1;
    if (is_one_of("wM<>^~+=#&", codepoint)) return 0.88;
    return codepoint >= 'A' && codepoint <= 'Z' ? 0.79 : 0.64;
}

/* In whole 1/64 pixels, so that sums are exact and in any order the same. */
static double set_width(double em, const struct quire_chart_type *type)
{
    double width = em * type->font;
    if (type->pixel > 0) width = ceil(width / type->pixel) * type->pixel;
    return ceil(width * 64) / 64;
}

static double width_of(uint32_t codepoint, const struct quire_chart_type *type)
{
    return set_width(em_width(codepoint), type);
}

double quire_chart_text_width(const char *text, size_t size, const struct quire_chart_type *type)
{
    double width = 0;
    for (size_t i = 0; i < size;) {
        uint32_t codepoint;
        i += (size_t)quire_utf8_decode((const uint8_t *)text + i, &codepoint);
        width += width_of(codepoint, type);
    }
    return width;
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

/* A character that these fonts have no outline of. */
static int put_square(struct quire_buf *out, const struct quire_chart_fonts *fonts)
{
    return quire_buf_append_text(out, quire_chart_fonts_have(fonts, SQUARE) ? SQUARE_TEXT : "?");
}

/* Takes one character of text into *out, or leaves it out. Controls become one blank. */
static int take(struct quire_buf *out, const uint8_t *bytes, size_t length, unsigned *joined,
                const struct quire_chart_fonts *fonts)
{
    uint32_t codepoint;
    quire_utf8_decode(bytes, &codepoint);
    bool has_width = quire_utf8_codepoint_width(codepoint) > 0;
    if (is_format_mark(codepoint) || (fonts != NULL && joins_emoji(codepoint))) return 0;
    if (is_control(codepoint)) {
        bool blank = out->size == 0 || out->data[out->size - 1] == ' ';
        return blank ? 0 : quire_buf_push(out, ' ');
    }
    if (fonts != NULL && (is_emoji(codepoint) || !quire_chart_fonts_have(fonts, codepoint)))
        return has_width ? put_square(out, fonts) : 0;
    *joined = has_width ? 0 : *joined + 1;
    return *joined > JOINED_MAX ? 0 : quire_buf_append(out, bytes, length);
}

/* As much of the text's beginning as can be drawn at all, so that a text of megabytes costs
 * little. */
static int repair(struct quire_buf *out, const char *text)
{
    size_t size = strnlen(text, (size_t)16 * BYTES_MAX);
    return quire_utf8_repair(out, (const uint8_t *)text, size);
}

static int clean(struct quire_buf *out, const struct quire_buf *valid,
                 const struct quire_chart_fonts *fonts)
{
    unsigned joined = 0;
    for (size_t i = 0; i < valid->size && out->size < BYTES_MAX;) {
        uint32_t codepoint;
        size_t length = (size_t)quire_utf8_decode(valid->data + i, &codepoint);
        QUIRE_TRY(take(out, valid->data + i, length, &joined, fonts));
        i += length;
    }
    while (out->size > 0 && out->data[out->size - 1] == ' ')
        out->size--;
    return 0;
}

/* Where text must end to leave room for an ellipsis: before a character that has width. */
static size_t cut_at(const struct quire_buf *text, const struct quire_chart_type *type,
                     double width_max)
{
    double width = 0;
    size_t end = 0;
    for (size_t i = 0; i < text->size;) {
        uint32_t codepoint;
        size_t length = (size_t)quire_utf8_decode(text->data + i, &codepoint);
        width += width_of(codepoint, type);
        if (width > width_max) break;
        i += length;
        end = i;
    }
    return end;
}

/* Where the end of a text begins that is no wider: at a character that has width. */
static size_t end_at(const struct quire_buf *text, const struct quire_chart_type *type,
                     double width_max)
{
    double width = quire_chart_text_width((const char *)text->data, text->size, type);
    size_t i = 0;
    while (i < text->size) {
        uint32_t codepoint;
        size_t length = (size_t)quire_utf8_decode(text->data + i, &codepoint);
        if (width <= width_max && em_width(codepoint) > 0) break;
        width -= width_of(codepoint, type);
        i += length;
    }
    return i;
}

static int cut(struct quire_buf *out, const struct quire_chart_fit *fit)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf whole = {0};
    const struct quire_chart_type *type = &fit->type;
    double left = fit->width_max - width_of(0x2026, type);
    if (!fit->ends) {
        out->size = cut_at(out, type, left);
        return quire_buf_append_text(out, ELLIPSIS);
    }
    QUIRE_TRY(quire_buf_append(&whole, out->data, out->size));
    size_t end = end_at(&whole, type, left / 2);
    out->size = cut_at(&whole, type, left / 2);
    QUIRE_TRY(quire_buf_append_text(out, ELLIPSIS));
    return quire_buf_append(out, whole.data + end, whole.size - end);
}

int quire_chart_text_fit(struct quire_buf *out, const char *text, const struct quire_chart_fit *fit)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf valid = {0};
    quire_buf_clear(out);
    QUIRE_TRY(repair(&valid, text));
    QUIRE_TRY(clean(out, &valid, fit->fonts));
    QUIRE_TRY(quire_buf_terminate(out));
    if (quire_chart_text_width((const char *)out->data, out->size, &fit->type) > fit->width_max)
        QUIRE_TRY(cut(out, fit));
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
