/* Private to chart: texts made fit to be drawn, measured roughly, and given to gnuplot.
 *
 * A text that was fitted is valid UTF-8 of one line, has no control and no mark that turns the
 * direction of what follows, and is no wider than was asked for. */
#ifndef QUIRE_CHART_CHART_TEXT_H
#define QUIRE_CHART_CHART_TEXT_H

#include <stdbool.h>

#include "base/buf.h"
#include "chart/chart_fonts.h"

#define QUIRE_CHART_DPI 96.0 /* at which a pixel is a dot */

/* How text is set: a usual sans serif of a font size. pixel is the side of a dot of the picture
 * where letters are set dot by dot, each taking a whole number of them (0: they are not): of a
 * small picture that makes texts wider. */
struct quire_chart_type {
    double font, pixel;
};

/* Pixels that fitted text takes; rather too many than too few. */
double quire_chart_text_width(const char *text, size_t size, const struct quire_chart_type *type);

struct quire_chart_fit {
    struct quire_chart_type type;
    double width_max;
    /* By which texts are drawn as outlines: what has none, as emoji, becomes a white square. NULL:
     * whoever draws them has fonts of their own. */
    const struct quire_chart_fonts *fonts;
    bool ends; /* cut in the middle: names that begin alike often differ at their ends */
};
/* Puts text into *out in place of what is there, cut to the width with "…" where it is too
 * long, and a zero behind it that is not counted. 0 or QUIRE_MEMORY. */
int quire_chart_text_fit(struct quire_buf *out, const char *text,
                         const struct quire_chart_fit *fit);

/* Appends fitted text as a string of gnuplot's: every byte but ASCII letters as \ooo, which
 * its scanner reads after it has looked for commands in backquotes, macros and quotes, so that
 * there is nothing of the text to be found. */
int quire_chart_text_quote(struct quire_buf *out, const char *text, size_t size);

#endif
