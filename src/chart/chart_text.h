/* Private to chart: texts made fit to be drawn, measured roughly, and given to gnuplot.
 *
 * A text that was fitted is valid UTF-8 of one line, has no control and no mark that turns the
 * direction of what follows, and is no wider than was asked for. */
#ifndef QUIRE_CHART_CHART_TEXT_H
#define QUIRE_CHART_CHART_TEXT_H

#include <stdbool.h>

#include "base/buf.h"

/* Pixels that fitted text takes in a usual sans serif; rather too many than too few. */
double quire_chart_text_width(const char *text, size_t size, double font);

/* Puts text into *out in place of what is there, cut to the width with "…" where it is too long,
 * and a zero behind it that is not counted. Where texts are drawn as `outlines`, each emoji, which
 * has none, becomes a white square. 0 or QUIRE_MEMORY. */
int quire_chart_text_fit(struct quire_buf *out, const char *text, double font, double width_max,
                         bool outlines);

/* Appends fitted text as a string of gnuplot's: every byte but ASCII letters as \ooo, which
 * its scanner reads after it has looked for commands in backquotes, macros and quotes, so that
 * there is nothing of the text to be found. */
int quire_chart_text_quote(struct quire_buf *out, const char *text, size_t size);

#endif
