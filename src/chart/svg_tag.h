/* Private to chart: tags of gnuplot's SVG, taken apart where they stand. */
#ifndef QUIRE_CHART_SVG_TAG_H
#define QUIRE_CHART_SVG_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct quire_svg_span {
    const char *text; /* NULL: there is none */
    size_t size;
};

/* Is it a tag of that name? "<path" with what may stand behind a name. */
bool quire_svg_starts(struct quire_svg_span tag, const char *name);
/* The value of an attribute; without a text where there is none. */
struct quire_svg_span quire_svg_attribute(struct quire_svg_span tag, const char *name);
struct quire_svg_span quire_svg_attribute_or(struct quire_svg_span tag, const char *name,
                                             struct quire_svg_span otherwise);
/* The parts of "translate(X,Y)" and of "scale(SCALE)" behind it; without texts where the value is
 * something else. */
void quire_svg_transform(struct quire_svg_span value, struct quire_svg_span *x,
                         struct quire_svg_span *y, struct quire_svg_span *scale);
/* Has it a text, of these characters alone? */
bool quire_svg_in_alphabet(struct quire_svg_span value, const char *alphabet);
/* "rgb(1, 2, 3)" with blanks anywhere, "#010203"; false for what is neither. */
bool quire_svg_color(struct quire_svg_span value, uint32_t *rgb);

#endif
