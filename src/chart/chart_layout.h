/* Private to chart: where everything of a chart goes, in pixels from the upper left. */
#ifndef QUIRE_CHART_CHART_LAYOUT_H
#define QUIRE_CHART_CHART_LAYOUT_H

#include "chart/chart_color.h"
#include "chart/chart_text.h"
#include "chart/chart_ticks.h"

#define QUIRE_CHART_FONT       12.0
#define QUIRE_CHART_FONT_TITLE 15.0
#define QUIRE_CHART_SIGN       10.0 /* side of the squares in the key */

#define QUIRE_CHART_NAME_ABOVE 15.0 /* from the middle of a name to that of the bar below it */
#define QUIRE_CHART_NAME_BYTES 400  /* of a name that are looked at */

/* One entry of the key. */
struct quire_chart_key {
    const char *name;
    bool marks; /* of the marks, else of a series */
    size_t series;
    double x, y; /* left end, and middle line */
    double width_max;
};

struct quire_chart_layout {
    const struct quire_chart *chart;
    int width, height;
    struct quire_chart_type type;    /* of all texts but the title */
    bool titled;                     /* the title is drawn */
    bool above;                      /* names of lying bars are above these, not before them */
    size_t name_from;                /* bytes that all names begin with, and are shown without */
    double left, top, right, bottom; /* the field that data are drawn in */
    struct quire_chart_ticks places; /* without ticks where places are categories */
    struct quire_chart_ticks values;
    double step; /* between places, in their own measure */
    struct quire_chart_key key[QUIRE_CHART_SERIES_MAX + 1];
    size_t key_size;
};

/* chart was checked, options have no zeros left. */
void quire_chart_layout_make(struct quire_chart_layout *layout, const struct quire_chart *chart,
                             const struct quire_chart_options *options);

/* A place and a value in pixels. */
double quire_chart_layout_place(const struct quire_chart_layout *layout, double place);
double quire_chart_layout_value(const struct quire_chart_layout *layout, double value);

#endif
