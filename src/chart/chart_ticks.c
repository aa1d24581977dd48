/* Round numbers are 1, 2 or 5 times a power of ten in the unit that the axis is told in, so that
 * minutes are not cut in hundreds of seconds. */
#include "chart/chart_ticks.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct scale {
    double factor;
    const char *suffix;
};

/* The largest scale that is not beyond the value; the first otherwise. */
static const struct scale *scale_of(const struct scale *scales, size_t size, double value)
{
    const struct scale *found = &scales[0];
    for (size_t i = 1; i < size; i++) {
        if (value >= scales[i].factor) found = &scales[i];
    }
    return found;
}

#define PERCENT_MOST 99.9 /* of what is not all, in three digits */

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct scale unit_scale(enum quire_chart_unit unit, double most)
{
    static const struct scale plain[] = {{1, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "G"}, {1e12, "T"}};
    static const struct scale seconds[] = {
        {1e-3, " ms"}, {1, " s"}, {60, " min"}, {3600, " h"}, {86400, " d"}};
    static const struct scale bytes[] = {{1, " B"},
                                         {1024, " KiB"},
                                         {1048576, " MiB"},
                                         {1073741824, " GiB"},
                                         {1099511627776, " TiB"}};
    switch (unit) {
    case QUIRE_CHART_PERCENT: return (struct scale){1, "%"};
    /* Two minutes are told as 120 seconds, and two days as 48 hours. */
    case QUIRE_CHART_SECONDS: return *scale_of(seconds, COUNT(seconds), most < 1 ? most : most / 3);
    case QUIRE_CHART_BYTES: return *scale_of(bytes, COUNT(bytes), most);
    default: return *scale_of(plain, COUNT(plain), most);
    }
}

/* Beyond what the scales reach, numbers have an exponent. */
static bool is_far(double value)
{
    return value != 0 && (fabs(value) >= 1e15 || fabs(value) < 1e-4);
}

static int decimals_for(double step)
{
    double places = -floor(log10(step) + 1e-9);
    return places < 0 ? 0 : places > 15 ? 15 : (int)places;
}

static void tell(double value, double step, const struct scale *scale,
                 char text[QUIRE_CHART_NUMBER_MAX])
{
    if (value == 0)
        snprintf(text, QUIRE_CHART_NUMBER_MAX, "0%s", strcmp(scale->suffix, "%") == 0 ? "%" : "");
    else if (is_far(value / scale->factor))
        snprintf(text, QUIRE_CHART_NUMBER_MAX, "%.3g%s", value / scale->factor, scale->suffix);
    else
        snprintf(text, QUIRE_CHART_NUMBER_MAX, "%.*f%s", decimals_for(step / scale->factor),
                 value / scale->factor, scale->suffix);
}

void quire_chart_number(double value, double most, enum quire_chart_unit unit,
                        char text[QUIRE_CHART_NUMBER_MAX])
{
    double size = fabs(value);
    struct scale scale = unit_scale(unit, fabs(most));
    if (size < scale.factor) scale = unit_scale(unit, size);
    if (unit == QUIRE_CHART_PERCENT && value < 100 && value > PERCENT_MOST)
        size = value = PERCENT_MOST;
    /* 3 significant digits, and none behind the point that say nothing. */
    double step = size > 0 ? pow(10, floor(log10(size / scale.factor)) - 2) * scale.factor : 1;
    while (step < size && fabs(remainder(value, step * 10)) < step / 2)
        step *= 10;
    if (step / scale.factor > 1) step = scale.factor;
    tell(value, step, &scale, text);
}

/* The step for about `count` parts. */
static double round_step(double span, size_t count)
{
    double raw = span / (double)(count > 0 ? count : 1);
    double power = pow(10, floor(log10(raw)));
    double times = raw / power;
    return power * (times <= 1.0001 ? 1 : times <= 2.0001 ? 2 : times <= 5.0001 ? 5 : 10);
}

/* Widens what is narrower than the axis is to be, downwards where it has an end. */
static void widen_span(double *low, double *high, double at_most, double span_min)
{
    double more = span_min - (*high - *low);
    if (!(more > 0)) return;
    *high = fmin(*high + more / 2, fmax(at_most, *high));
    *low = *high - span_min;
}

/* One value has no span, and values that a double can hardly tell apart have none to show. */
static void spread(double *low, double *high)
{
    double most = fmax(fabs(*low), fabs(*high));
    double least = most > 0 ? most * 1e-9 : 1;
    if (*high - *low > least) return;
    double middle = *low / 2 + *high / 2, half = most > 0 ? most / 2 : 1;
    *low = middle == 0 ? 0 : middle - half;
    *high = middle + half;
}

static void ticks_add(struct quire_chart_ticks *ticks, double at, double step,
                      const struct scale *scale)
{
    if (ticks->size == QUIRE_CHART_TICKS_MAX) return;
    struct quire_chart_tick *tick = &ticks->items[ticks->size++];
    tick->at = at;
    tell(at, step, scale, tick->text);
}

/* Powers of ten, each or every other one or fewer. */
static void ticks_log(struct quire_chart_ticks *ticks, double low, double high, size_t count,
                      enum quire_chart_unit unit)
{
    ticks->low = floor(low);
    ticks->high = fmax(ceil(high), ticks->low + 1);
    double every = fmax(1, ceil((ticks->high - ticks->low) / (double)(count > 0 ? count : 1)));
    for (size_t i = 0; i < QUIRE_CHART_TICKS_MAX; i++) {
        double at = ticks->low + (double)i * every;
        if (at > ticks->high) break;
        struct quire_chart_tick *tick = &ticks->items[ticks->size++];
        tick->at = at;
        quire_chart_number(pow(10, at), pow(10, at), unit, tick->text);
    }
}

void quire_chart_ticks_numbers(struct quire_chart_ticks *ticks, double low, double high,
                               size_t count, const struct quire_chart_axis *axis, bool widen)
{
    ticks->size = 0;
    if (axis->log) {
        ticks_log(ticks, low, high, count, axis->unit);
        return;
    }
    double at_most = axis->at_most > 0 && high <= axis->at_most ? axis->at_most : DBL_MAX;
    widen_span(&low, &high, at_most, axis->span_min);
    spread(&low, &high);
    struct scale scale = unit_scale(axis->unit, fmax(fabs(low), fabs(high)));
    double step = round_step((fmin(high, at_most) - low) / scale.factor, count) * scale.factor;
    if (!(step > 0)) step = high - low;
    if (axis->whole && step < 1) step = 1;
    double first = floor(low / step + 1e-9), last = ceil(high / step - 1e-9);
    ticks->low = widen ? first * step : low;
    ticks->high = fmin(widen ? last * step : high, at_most);
    double slack = step * 1e-6;
    for (size_t i = 0; i < QUIRE_CHART_TICKS_MAX && first + (double)i <= last; i++) {
        double at = (first + (double)i) * step;
        if (at >= ticks->low - slack && at <= ticks->high + slack) {
            ticks_add(ticks, at, step, &scale);
        }
    }
}
