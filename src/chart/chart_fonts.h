/* Private to chart: which characters the fonts of this machine can draw.
 *
 * Pango, by which gnuplot sets the texts of a PNG, draws a box in the place of a character that no
 * font has. gnuplot's comes out filled and a hundred times as large as a letter: it covers the
 * picture. So no such character may reach it. */
#ifndef QUIRE_CHART_CHART_FONTS_H
#define QUIRE_CHART_CHART_FONTS_H

#include <stdbool.h>
#include <stdint.h>

#include "quire/chart.h"

/* Begins zeroed; release it also after a failure. */
struct quire_chart_fonts {
    uint8_t *bits; /* one a code point */
};
void quire_chart_fonts_release(struct quire_chart_fonts *fonts);

/* Asks fontconfig's fc-list, which comes with Pango, for the fonts that gnuplot will find; where it
 * does not answer, the characters are those of any usual font. QUIRE_UNSUPPORTED where there is no
 * font at all; QUIRE_CANCELLED, QUIRE_MEMORY. options have no zeros left. */
int quire_chart_fonts_ask(const struct quire_chart_options *options,
                          struct quire_chart_fonts *fonts, struct quire_error *error);

/* Takes what fc-list says: a line a font, "FORMAT|COLOR|20-7e a0", ends of ranges in hexadecimal.
 * What is no such line is passed over. 0 or QUIRE_MEMORY. */
int quire_chart_fonts_add(struct quire_chart_fonts *fonts, const char *text, size_t size);
/* Adds those of any usual font (Windows Glyph List 4, for the most part). 0 or QUIRE_MEMORY. */
int quire_chart_fonts_add_usual(struct quire_chart_fonts *fonts);

bool quire_chart_fonts_have(const struct quire_chart_fonts *fonts, uint32_t codepoint);

#endif
