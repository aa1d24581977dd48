/* Private to chart: where an axis has ticks, what they say, and from where to where it goes. */
#ifndef QUIRE_CHART_CHART_TICKS_H
#define QUIRE_CHART_CHART_TICKS_H

#include "quire/chart.h"

#define QUIRE_CHART_TICKS_MAX  40
#define QUIRE_CHART_NUMBER_MAX 40 /* bytes of a number as told, with its zero */

struct quire_chart_tick {
    double at;
    char text[QUIRE_CHART_NUMBER_MAX];
};

struct quire_chart_ticks {
    double low, high; /* ends of the axis; low < high */
    size_t size;
    struct quire_chart_tick items[QUIRE_CHART_TICKS_MAX];
};

/* Ticks at round numbers, about `count`, over low <= high, which are moved outwards to ticks when
 * `widen` says so. Of a log axis low, high and ticks are decimal logarithms. */
void quire_chart_ticks_numbers(struct quire_chart_ticks *ticks, double low, double high,
                               size_t count, const struct quire_chart_axis *axis, bool widen);
/* The same for seconds since the epoch, at round times in UTC; at most `count`, and none nearer to
 * each other than step_min. */
void quire_chart_ticks_times(struct quire_chart_ticks *ticks, double low, double high, size_t count,
                             double step_min);

/* A value in three digits or so: "12.3 s", "1.25M", "98.7%"; in the unit that fits `most`, so that
 * values that stand together can be compared, or, where it is less than one of these, in its own.
 * Less than 100 % is not told as 100 %. */
void quire_chart_number(double value, double most, enum quire_chart_unit unit,
                        char text[QUIRE_CHART_NUMBER_MAX]);

#endif
