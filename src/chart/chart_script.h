/* Private to chart: what gnuplot is told, shape by shape.
 *
 * Coordinates are pixels from the upper left, so that gnuplot paints and decides nothing. A script
 * holds fixed words, numbers, and texts as quire_chart_text_quote writes them. Later shapes lie
 * over earlier ones; texts over all. Failures are sticky and told by quire_chart_script_end. */
#ifndef QUIRE_CHART_CHART_SCRIPT_H
#define QUIRE_CHART_CHART_SCRIPT_H

#include "base/buf.h"
#include "chart/chart_color.h"
#include "chart/chart_fonts.h"
#include "quire/chart.h"

enum quire_chart_anchor { QUIRE_CHART_LEFT, QUIRE_CHART_CENTER, QUIRE_CHART_RIGHT };

struct quire_chart_script {
    struct quire_buf text;                 /* settings, then data */
    struct quire_buf plots;                /* elements of the one plot command, over the data */
    struct quire_buf whole, fitted;        /* of a label */
    const struct quire_chart_fonts *fonts; /* that draw texts; NULL: any */
    enum quire_chart_format format;
    int width, height;
    double scale;  /* device pixels a pixel */
    size_t blocks; /* of data */
    bool open;     /* a block is */
    int code;      /* the first failure */
};

/* *script is zeroed memory but for its fonts, to be released whatever happens. options have no
 * zeros left. */
void quire_chart_script_begin(struct quire_chart_script *script,
                              const struct quire_chart_options *options);
void quire_chart_script_release(struct quire_chart_script *script);

/* A text whose middle line is at y, cut to width_max. */
struct quire_chart_label {
    const char *text;
    double x, y, width_max, font;
    enum quire_chart_anchor anchor;
    enum quire_chart_role role;
    bool bold;
    bool ends;      /* where it is too long, it is cut in the middle */
    bool continues; /* an ellipsis stands before it */
};
void quire_chart_script_label(struct quire_chart_script *script,
                              const struct quire_chart_label *label);

/* A filled box. */
void quire_chart_script_box(struct quire_chart_script *script, double x0, double y0, double x1,
                            double y1, const struct quire_chart_color *color);

/* A run of points: begin, then the points, then one of the ends that says how they are shown. */
void quire_chart_script_points(struct quire_chart_script *script);
void quire_chart_script_point(struct quire_chart_script *script, double x, double y);
void quire_chart_script_gap(struct quire_chart_script *script); /* lines end here and begin anew */
void quire_chart_script_line(struct quire_chart_script *script, double width,
                             const struct quire_chart_color *color);
/* Dots (filled) or rings of a diameter. */
void quire_chart_script_dots(struct quire_chart_script *script, double diameter, bool filled,
                             const struct quire_chart_color *color);

/* 0 when all is in script->text, which holds no zero; QUIRE_MEMORY. */
int quire_chart_script_end(struct quire_chart_script *script);

#endif
