/* Stacks are summed from the first series on for each part: there are at most 32. */
#include "chart/chart_points.h"

#include <math.h>

#define VALUE_MOST 1e300 /* so that sums and differences stay finite */

bool quire_chart_is_stack(const struct quire_chart *chart)
{
    return chart->kind == QUIRE_CHART_STACKED || chart->kind == QUIRE_CHART_SHARES;
}

bool quire_chart_has_bars(const struct quire_chart *chart)
{
    return chart->kind == QUIRE_CHART_BAR || quire_chart_is_stack(chart);
}

bool quire_chart_tells_values(const struct quire_chart *chart)
{
    return chart->lying && chart->kind == QUIRE_CHART_BAR && chart->series_size == 1;
}

static double on_axis(double value, bool log)
{
    if (!isfinite(value) || fabs(value) > VALUE_MOST) return (double)NAN;
    if (!log) return value;
    return value > 0 ? log10(value) : (double)NAN;
}

double quire_chart_place_of(const struct quire_chart *chart, double place)
{
    return on_axis(place, chart->place_axis.log && chart->places == QUIRE_CHART_NUMBERS);
}

double quire_chart_place(const struct quire_chart *chart, size_t point)
{
    if (chart->places == QUIRE_CHART_CATEGORIES) return (double)point;
    return quire_chart_place_of(chart, chart->at[point]);
}

double quire_chart_value_of(const struct quire_chart *chart, double value)
{
    return on_axis(value, chart->value_axis.log && !quire_chart_is_stack(chart));
}

double quire_chart_value(const struct quire_chart *chart, size_t series, size_t point)
{
    return quire_chart_value_of(chart, chart->series[series].values[point]);
}

static double part_size(const struct quire_chart *chart, size_t series, size_t point)
{
    double value = on_axis(chart->series[series].values[point], false);
    return value > 0 ? value : 0;
}

void quire_chart_part(const struct quire_chart *chart, size_t series, size_t point, double *from,
                      double *to)
{
    double below = 0, all = 0, own = part_size(chart, series, point);
    for (size_t i = 0; i < chart->series_size; i++) {
        double size = part_size(chart, i, point);
        if (i < series) below += size;
        all += size;
    }
    double factor = chart->kind == QUIRE_CHART_SHARES && all > 0 ? 100 / all : 1;
    *from = own > 0 ? below * factor : (double)NAN;
    *to = own > 0 ? (below + own) * factor : (double)NAN;
}

double quire_chart_step(const struct quire_chart *chart)
{
    double least = HUGE_VAL, before = (double)NAN;
    for (size_t i = 0; i < chart->points_size; i++) {
        double place = quire_chart_place(chart, i);
        double step = fabs(place - before);
        if (step > 0 && step < least) least = step;
        if (isfinite(place)) before = place;
    }
    return isfinite(least) ? least : 1;
}

struct quire_chart_color quire_chart_series_color(const struct quire_chart *chart, size_t series)
{
    enum quire_chart_tone tone = chart->series[series].tone;
    switch (tone) {
    case QUIRE_CHART_TONE_GOOD: return (struct quire_chart_color){.role = QUIRE_CHART_ROLE_GOOD};
    case QUIRE_CHART_TONE_BAD: return (struct quire_chart_color){.role = QUIRE_CHART_ROLE_BAD};
    case QUIRE_CHART_TONE_QUIET: return (struct quire_chart_color){.role = QUIRE_CHART_ROLE_QUIET};
    default: break;
    }
    size_t number = tone == QUIRE_CHART_TONE_AUTO ? series : (size_t)(tone - QUIRE_CHART_TONE_1);
    if (chart->palette_size > 0)
        return (struct quire_chart_color){.custom = true,
                                          .rgb = chart->palette[number % chart->palette_size]};
    return (struct quire_chart_color){
        .role = (enum quire_chart_role)(QUIRE_CHART_ROLE_TONE + (int)(number % 8))};
}
