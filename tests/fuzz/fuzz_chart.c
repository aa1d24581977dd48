/* Texts of charts, which must stay texts, and pictures of gnuplot's, of which nothing may get
 * through but what is drawn. */
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "chart/chart.h"
#include "chart/chart_svg.h"
#include "chart/chart_text.h"
#include "fuzz.h"

/* What gnuplot's scanner makes of a string: it takes all octal digits behind a backslash. */
static void read_quoted(const struct quire_buf *quoted, struct quire_buf *read)
{
    FUZZ_CHECK(quoted->size >= 2, "%zu bytes", quoted->size);
    FUZZ_CHECK(quoted->data[0] == '"' && quoted->data[quoted->size - 1] == '"', "no quotes");
    for (size_t i = 1; i + 1 < quoted->size;) {
        uint8_t byte = quoted->data[i++];
        if (byte == '\\') {
            unsigned value = 0;
            while (quoted->data[i] >= '0' && quoted->data[i] <= '7')
                value = value * 8 + (quoted->data[i++] - (unsigned)'0');
            FUZZ_CHECK(value < 256, "\\%o", value);
            byte = (uint8_t)value;
        } else {
            FUZZ_CHECK((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z', "%02x stands there", byte);
        }
        FUZZ_CHECK(quire_buf_push(read, byte) == 0, "no memory");
    }
}

void fuzz_chart_text(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    double width = (double)fuzz_take(&bytes) * 4;
    uint8_t how = (uint8_t)fuzz_take_below(&bytes, 6);
    QUIRE_CLEANUP(quire_chart_fonts_release) struct quire_chart_fonts fonts = {.bits = NULL};
    if (how % 2 == 1) FUZZ_CHECK(quire_chart_fonts_add_usual(&fonts) == 0, "no memory");
    const struct quire_chart_fit fit = {.type = {12, how / 2 * 1.6},
                                        .width_max = width,
                                        .fonts = how % 2 == 1 ? &fonts : NULL,
                                        .ends = how % 2 == 1};
    QUIRE_CLEANUP(quire_cleanup_free) char *text = fuzz_take_text(&bytes);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf fitted = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf quoted = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf read = {0};
    FUZZ_CHECK(quire_chart_text_fit(&fitted, text, &fit) == 0, "no memory");
    FUZZ_CHECK(quire_utf8_is_valid(fitted.data, fitted.size), "not UTF-8");
    FUZZ_CHECK(fitted.size < 2048, "%zu bytes", fitted.size);
    const char *shown = (const char *)fitted.data;
    double taken = quire_chart_text_width(shown, fitted.size, &fit.type);
    FUZZ_CHECK(taken <= width || taken <= 12 + fit.type.pixel, "%g of %g pixels", taken, width);
    for (size_t i = 0; i < fitted.size;) {
        uint32_t codepoint;
        i += (size_t)quire_utf8_decode(fitted.data + i, &codepoint);
        FUZZ_CHECK(codepoint >= 0x20 && codepoint != 0x7f, "a control");
        FUZZ_CHECK(fit.fonts == NULL || quire_chart_fonts_have(fit.fonts, codepoint), "U+%04X",
                   (unsigned)codepoint);
    }
    FUZZ_CHECK(quire_chart_text_quote(&quoted, shown, fitted.size) == 0, "no memory");
    read_quoted(&quoted, &read);
    FUZZ_CHECK(read.size == fitted.size, "%zu bytes of %zu", read.size, fitted.size);
    FUZZ_CHECK(read.size == 0 || memcmp(read.data, fitted.data, read.size) == 0, "another text");
}

/* What fc-list says of fonts. */
void fuzz_chart_fonts(const uint8_t *data, size_t size)
{
    QUIRE_CLEANUP(quire_chart_fonts_release) struct quire_chart_fonts fonts = {.bits = NULL};
    FUZZ_CHECK(quire_chart_fonts_add(&fonts, (const char *)data, size) == 0, "no memory");
    FUZZ_CHECK(!quire_chart_fonts_have(&fonts, 0x110000), "beyond Unicode");
}

/* One tag that came out: an element that is known, no attribute but known ones. */
static void check_tag(const char *tag, size_t size)
{
    static const char *const elements[] = {"<svg ",    "<title",    "</title>", "<desc",
                                           "</desc>",  "<path ",    "<text ",   "</text>",
                                           "<circle ", "<polygon ", "</svg>"};
    bool known = false;
    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
        size_t length = strlen(elements[i]);
        known = known || (size >= length && memcmp(tag, elements[i], length) == 0);
    }
    FUZZ_CHECK(known, "%.*s", (int)size, tag);
    FUZZ_CHECK(memmem(tag, size, " on", 3) == NULL, "%.*s", (int)size, tag);
    FUZZ_CHECK(memmem(tag, size, "url", 3) == NULL, "%.*s", (int)size, tag);
    FUZZ_CHECK(memmem(tag + 1, size - 1, "<", 1) == NULL, "%.*s", (int)size, tag);
}

void fuzz_chart_svg(const uint8_t *data, size_t size)
{
    static const char head[] = "<?xml?><defs></defs>";
    const struct quire_chart chart = {.title = "t", .description = "d"};
    const struct quire_chart_options options = {
        .format = QUIRE_CHART_INLINE, .width = 100, .height = 100, .id = "i"};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf drawn = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_error error;
    FUZZ_CHECK(quire_buf_append_text(&drawn, head) == 0, "no memory");
    FUZZ_CHECK(quire_buf_append(&drawn, data, size) == 0, "no memory");
    int code = quire_chart_svg(&chart, &options, &drawn, &out, &error);
    if (code != 0) {
        fuzz_check_error(code, &error);
        return;
    }
    FUZZ_CHECK(quire_utf8_is_valid(out.data, out.size), "not UTF-8");
    const char *at = (const char *)out.data, *end = at + out.size;
    while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        const char *close = memchr(at, '>', (size_t)(end - at));
        FUZZ_CHECK(close != NULL, "a tag is open");
        check_tag(at, (size_t)(close - at) + 1);
        at = close;
    }
}
