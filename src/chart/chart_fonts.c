/* Fonts of bitmaps are none for Pango, and those of coloured pictures have no outlines. */
#include "chart/chart_fonts.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fail.h"
#include "chart/child.h"

#define OPERATION  "draw chart"
#define CODEPOINTS 0x110000

void quire_chart_fonts_release(struct quire_chart_fonts *fonts)
{
    quire_free(fonts->bits);
    fonts->bits = NULL;
}

bool quire_chart_fonts_have(const struct quire_chart_fonts *fonts, uint32_t codepoint)
{
    if (fonts->bits == NULL || codepoint >= CODEPOINTS) return false;
    return (fonts->bits[codepoint / 8] >> codepoint % 8 & 1) != 0;
}

static int make(struct quire_chart_fonts *fonts)
{
    if (fonts->bits == NULL) fonts->bits = quire_alloc_zero(CODEPOINTS / 8, 1);
    return fonts->bits != NULL ? 0 : QUIRE_MEMORY;
}

static void add_range(struct quire_chart_fonts *fonts, uint32_t first, uint32_t last)
{
    for (uint32_t c = first; c <= last && c < CODEPOINTS; c++)
        fonts->bits[c / 8] |= (uint8_t)(1U << c % 8);
}

/* --- What fc-list says -------------------------------------------------------------------------
 */

struct reading {
    const char *at, *end;
};

/* What is before the next bar, which is passed over. */
static struct reading take_field(struct reading *line)
{
    const char *bar = memchr(line->at, '|', (size_t)(line->end - line->at));
    struct reading field = {line->at, bar != NULL ? bar : line->end};
    line->at = bar != NULL ? bar + 1 : line->end;
    return field;
}

static bool is_word(struct reading field, const char *word)
{
    size_t size = (size_t)(field.end - field.at);
    return size == strlen(word) && memcmp(field.at, word, size) == 0;
}

/* False where there is no number. */
static bool take_hex(struct reading *line, uint32_t *value)
{
    const char *from = line->at;
    *value = 0;
    for (; line->at < line->end && line->at - from < 7; line->at++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = memchr(digits, *line->at, sizeof(digits) - 1);
        if (digit == NULL) break;
        *value = *value << 4 | (uint32_t)(digit - digits);
    }
    return line->at > from;
}

static void add_ranges(struct quire_chart_fonts *fonts, struct reading line)
{
    uint32_t first, last;
    while (take_hex(&line, &first)) {
        last = first;
        if (line.at < line.end && *line.at == '-') {
            line.at++;
            if (!take_hex(&line, &last)) return;
        }
        add_range(fonts, first, last);
        while (line.at < line.end && *line.at == ' ')
            line.at++;
    }
}

static void add_font(struct quire_chart_fonts *fonts, struct reading line)
{
    struct reading format = take_field(&line), color = take_field(&line);
    bool outlines = is_word(format, "TrueType") || is_word(format, "CFF");
    if (outlines && !is_word(color, "True")) add_ranges(fonts, line);
}

int quire_chart_fonts_add(struct quire_chart_fonts *fonts, const char *text, size_t size)
{
    QUIRE_TRY(make(fonts));
    for (size_t from = 0; from < size;) {
        const char *end = memchr(text + from, '\n', size - from);
        size_t to = end != NULL ? (size_t)(end - text) : size;
        add_font(fonts, (struct reading){text + from, text + to});
        from = to + 1;
    }
    return 0;
}

int quire_chart_fonts_add_usual(struct quire_chart_fonts *fonts)
{
    static const uint16_t ranges[][2] = {
        {0x0020, 0x007e}, {0x00a0, 0x017f}, {0x0391, 0x03a1}, {0x03a3, 0x03ce}, {0x0401, 0x040c},
        {0x040e, 0x044f}, {0x0451, 0x045c}, {0x045e, 0x045f}, {0x2013, 0x2014}, {0x2018, 0x201a},
        {0x201c, 0x201e}, {0x2020, 0x2022}, {0x2026, 0x2026}, {0x2030, 0x2030}, {0x20ac, 0x20ac},
    };
    QUIRE_TRY(make(fonts));
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
        add_range(fonts, ranges[i][0], ranges[i][1]);
    return 0;
}

int quire_chart_fonts_ask(const struct quire_chart_options *options,
                          struct quire_chart_fonts *fonts, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf said = {0};
    const struct quire_buf nothing = {0};
    char name[] = "fc-list", format[] = "--format=%{fontformat}|%{color}|%{charset}\n";
    char *const argv[] = {name, format, NULL};
    struct quire_error why;
    quire_error_clear(&why);
    int code = quire_child_run(&(struct quire_child_call){.program = name,
                                                          .argv = argv,
                                                          .input = &nothing,
                                                          .timeout_ms = options->timeout_ms,
                                                          .context = options->context},
                               &said, &why);
    if (code == QUIRE_CANCELLED || code == QUIRE_MEMORY) {
        if (error != NULL) *error = why;
        return code;
    }
    int added = code != 0 ? quire_chart_fonts_add_usual(fonts)
                          : quire_chart_fonts_add(fonts, (const char *)said.data, said.size);
    if (added != 0) return quire_fail_memory(error, OPERATION);
    if (quire_chart_fonts_have(fonts, 'a')) return 0;
    quire_fail(error, QUIRE_UNSUPPORTED, OPERATION, "no font is installed that has letters");
    quire_error_hint(error, "install one (Debian: fonts-dejavu-core)");
    return QUIRE_UNSUPPORTED;
}
