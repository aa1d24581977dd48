/* Charts: numbers with names become a picture, SVG or PNG.
 *
 * What is laid out (ranges, ticks, labels, colours) is decided here; the drawing is done by
 * gnuplot, a program of its own that is run for each chart. It is told numbers and strings alone:
 * no text of a chart can become a command (docs/RUNLOG.md, "Charts"). Functions are thread-safe. */
#ifndef QUIRE_CHART_H
#define QUIRE_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quire/context.h"
#include "quire/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum quire_chart_kind {
    QUIRE_CHART_LINE,    /* a line a series */
    QUIRE_CHART_BAR,     /* bars side by side */
    QUIRE_CHART_STACKED, /* bars on each other */
    QUIRE_CHART_SHARES,  /* the same, each stack 100 percent */
    QUIRE_CHART_SCATTER  /* points */
};

/* What the points of all series stand at. */
enum quire_chart_places {
    QUIRE_CHART_CATEGORIES, /* names, one step apart */
    QUIRE_CHART_NUMBERS,
    QUIRE_CHART_TIMES /* seconds since the epoch, told in UTC */
};

/* What values are, which says how ticks are named. */
enum quire_chart_unit {
    QUIRE_CHART_PLAIN,   /* 1500: "1.5k" */
    QUIRE_CHART_PERCENT, /* 0 to 100: "50%" */
    QUIRE_CHART_SECONDS, /* 90: "1.5 min" */
    QUIRE_CHART_BYTES    /* 1048576: "1 MiB" */
};

/* Colours by what they mean; the tones of series follow the reader's day or night. */
enum quire_chart_tone {
    QUIRE_CHART_TONE_AUTO, /* the next of the eight */
    QUIRE_CHART_TONE_1,
    QUIRE_CHART_TONE_2,
    QUIRE_CHART_TONE_3,
    QUIRE_CHART_TONE_4,
    QUIRE_CHART_TONE_5,
    QUIRE_CHART_TONE_6,
    QUIRE_CHART_TONE_7,
    QUIRE_CHART_TONE_8,
    QUIRE_CHART_TONE_GOOD,
    QUIRE_CHART_TONE_BAD,
    QUIRE_CHART_TONE_QUIET
};

/* One column of values. */
struct quire_chart_series {
    const char *name;     /* told in the key; NULL: not told */
    const double *values; /* points_size; what is not finite is not drawn */
    enum quire_chart_tone tone;
};

/* A point that is to be seen, wherever the series go. */
struct quire_chart_mark {
    double place;      /* of categories: their position, from 0 */
    double value;      /* as drawn */
    const char *label; /* beside it, where there is room: earlier ones go first; NULL: none */
};

/* How one axis is told; zero means the default. */
struct quire_chart_axis {
    const char *label; /* NULL: none */
    enum quire_chart_unit unit;
    bool log;        /* tens at equal distances; what is not above 0 is not drawn */
    bool zero;       /* 0 is seen. Bars that are not on a log axis stand on it in any case */
    double step_min; /* of places: no ticks nearer to each other, and what one place takes */
    double at_most;  /* the axis ends there unless a value is beyond; 0: no such end */
    double span_min; /* that the axis has at least, so that small differences look small; 0: none */
    bool whole;      /* values are counts: no ticks between whole numbers */
};

#define QUIRE_CHART_POINTS_MAX 100000
#define QUIRE_CHART_SERIES_MAX 32
#define QUIRE_CHART_MARKS_MAX  10000
#define QUIRE_CHART_SIDE_MIN   100 /* pixels at 96 to the inch */
#define QUIRE_CHART_SIDE_MAX   4000
#define QUIRE_CHART_DPI_MIN    24
#define QUIRE_CHART_DPI_MAX    1200

/* Texts are UTF-8; what is not, and what cannot be shown, is replaced, and what does not fit is
 * cut with "…". Everything is borrowed during the call. */
struct quire_chart {
    enum quire_chart_kind kind;
    const char *title;
    const char *description; /* for those who hear the chart; NULL: the title alone */

    enum quire_chart_places places;
    size_t points_size;
    const char *const *categories; /* CATEGORIES: points_size names */
    const double *at;              /* else: points_size places */
    bool lying;                    /* bars lie: the first category is at the top; CATEGORIES only */

    struct quire_chart_axis place_axis, value_axis; /* unit and log: only with NUMBERS */
    const struct quire_chart_series *series;
    size_t series_size;
    const struct quire_chart_mark *marks;
    size_t marks_size;
    const char *marks_name; /* what they are, for the key; NULL: not told */

    const uint32_t *palette; /* 0xRRGGBB, instead of the eight; NULL: these */
    size_t palette_size;
};

enum quire_chart_format {
    QUIRE_CHART_SVG,    /* a document of its own, by day */
    QUIRE_CHART_INLINE, /* an svg element for a page: colours are the custom properties
                         * --quire-ink, -quiet, -grid, -tone-1 … -tone-8, -good, -bad, -paper;
                         * the title is not drawn */
    QUIRE_CHART_PNG
};

/* Zero means the default. */
struct quire_chart_options {
    enum quire_chart_format format;
    int width, height; /* pixels at 96 to the inch; 680 by 300 */
    int dpi;           /* of a PNG; 300 */
    const char *id;    /* INLINE: what ids in it begin with, a letter, then letters, digits, "-" */
    const char *program;           /* "gnuplot", found as execvp finds programs */
    int64_t timeout_ms;            /* 30,000 */
    struct quire_context *context; /* asked whether to stop; may be NULL */
};

/* The picture, freed with quire_free. QUIRE_USAGE for a chart that cannot be (named sizes and
 * limits, categories without names), QUIRE_UNSUPPORTED where there is no gnuplot, QUIRE_LIMIT
 * when time is up, QUIRE_CANCELLED, and QUIRE_IO with what gnuplot said when it failed. */
QUIRE_API int quire_chart_render(const struct quire_chart *chart,
                                 const struct quire_chart_options *options, void **picture,
                                 size_t *size, struct quire_error *error);

#ifdef __cplusplus
}
#endif
#endif
