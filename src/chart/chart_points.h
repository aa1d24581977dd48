/* Private to chart: the numbers of a chart as they are drawn. What cannot be drawn is NaN. */
#ifndef QUIRE_CHART_CHART_POINTS_H
#define QUIRE_CHART_CHART_POINTS_H

#include "chart/chart_color.h"
#include "quire/chart.h"

/* Stacks and shares. */
bool quire_chart_is_stack(const struct quire_chart *chart);
/* These and bars. */
bool quire_chart_has_bars(const struct quire_chart *chart);

/* Do bars say their values? Then the axis need not. */
bool quire_chart_tells_values(const struct quire_chart *chart);

/* Where a point stands: its position among categories; of a log axis the logarithm. */
double quire_chart_place(const struct quire_chart *chart, size_t point);
double quire_chart_place_of(const struct quire_chart *chart, double place);
/* Its value, of a log axis the logarithm. */
double quire_chart_value(const struct quire_chart *chart, size_t series, size_t point);
double quire_chart_value_of(const struct quire_chart *chart, double value);
/* The ends of one part of a stack, which holds what is above 0; both NaN where there is none. */
void quire_chart_part(const struct quire_chart *chart, size_t series, size_t point, double *from,
                      double *to);
/* The smallest distance of two places that follow each other; 1 where there is none. */
double quire_chart_step(const struct quire_chart *chart);

struct quire_chart_color quire_chart_series_color(const struct quire_chart *chart, size_t series);

#endif
