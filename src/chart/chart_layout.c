/* From outside in: title, key, names of the axes, labels of ticks, and what is left is the field.
 */
#include "chart/chart_layout.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "chart/chart_points.h"
#include "chart/chart_text.h"

#define EDGE         4.0 /* free on every side */
#define LINE         18.0
#define TITLE_LINE   26.0
#define LABEL_SHARE  0.42 /* of the width, at most, for the names of lying bars */
#define KEY_NAME_MAX 170.0
#define KEY_GAP      14.0
#define TICK_ROOM    34.0 /* pixels for one on an upright axis */

struct range {
    double low, high;
};

static void range_add(struct range *range, double value)
{
    if (!isfinite(value)) return;
    range->low = fmin(range->low, value);
    range->high = fmax(range->high, value);
}

static struct range range_done(struct range range)
{
    return range.low <= range.high ? range : (struct range){0, 0};
}

static struct range value_range(const struct quire_chart *chart)
{
    struct range range = {HUGE_VAL, -HUGE_VAL};
    bool log = chart->value_axis.log && !quire_chart_is_stack(chart);
    if (!log && (chart->value_axis.zero || quire_chart_has_bars(chart))) range_add(&range, 0);
    for (size_t s = 0; s < chart->series_size; s++) {
        for (size_t i = 0; i < chart->points_size; i++) {
            double from, to = quire_chart_value(chart, s, i);
            if (quire_chart_is_stack(chart)) quire_chart_part(chart, s, i, &from, &to);
            range_add(&range, to);
        }
    }
    for (size_t i = 0; i < chart->marks_size; i++)
        range_add(&range, quire_chart_value_of(chart, chart->marks[i].value));
    return range_done(range);
}

static struct range place_range(const struct quire_chart *chart)
{
    struct range range = {HUGE_VAL, -HUGE_VAL};
    if (chart->places != QUIRE_CHART_CATEGORIES && chart->place_axis.zero) range_add(&range, 0);
    for (size_t i = 0; i < chart->points_size; i++)
        range_add(&range, quire_chart_place(chart, i));
    for (size_t i = 0; i < chart->marks_size; i++)
        range_add(&range, quire_chart_place_of(chart, chart->marks[i].place));
    return range_done(range);
}

/* --- The key -----------------------------------------------------------------------------------
 */

static double name_width(const char *name)
{
    size_t size = strnlen(name, 400);
    size = quire_utf8_valid_prefix((const uint8_t *)name, size);
    double width = quire_chart_text_width(name, size, QUIRE_CHART_FONT);
    return fmin(fmax(width, QUIRE_CHART_FONT), KEY_NAME_MAX);
}

static void key_add(struct quire_chart_layout *layout, struct quire_chart_key entry, double *x,
                    double *y)
{
    if (entry.name == NULL || entry.name[0] == '\0') return;
    double width = QUIRE_CHART_SIGN + 5 + name_width(entry.name);
    if (layout->key_size == 0 || *x + width > layout->width - EDGE) {
        *x = EDGE;
        *y += LINE;
    }
    entry.x = *x;
    entry.y = *y;
    entry.width_max = fmin(KEY_NAME_MAX, layout->width - EDGE - *x - QUIRE_CHART_SIGN - 5) + 1;
    layout->key[layout->key_size++] = entry;
    *x += width + KEY_GAP;
}

/* Returns the line below it. One series needs no key, for the title says what it is. */
static double key_make(struct quire_chart_layout *layout, double top)
{
    const struct quire_chart *chart = layout->chart;
    bool marks = chart->marks_size > 0 && chart->marks_name != NULL;
    double x = EDGE, y = top - LINE / 2;
    layout->key_size = 0;
    for (size_t i = 0; i < chart->series_size && (chart->series_size > 1 || marks); i++)
        key_add(layout, (struct quire_chart_key){.name = chart->series[i].name, .series = i}, &x,
                &y);
    if (marks)
        key_add(layout, (struct quire_chart_key){.name = chart->marks_name, .marks = true}, &x, &y);
    return layout->key_size > 0 ? y + LINE / 2 + 4 : top;
}

/* --- Axes --------------------------------------------------------------------------------------
 */

static double tick_width(const struct quire_chart_ticks *ticks)
{
    double width = 0;
    for (size_t i = 0; i < ticks->size; i++)
        width = fmax(width, quire_chart_text_width(ticks->items[i].text,
                                                   strlen(ticks->items[i].text), QUIRE_CHART_FONT));
    return width;
}

static double category_width(const struct quire_chart *chart)
{
    double width = 0;
    for (size_t i = 0; i < chart->points_size; i++) {
        size_t size = strnlen(chart->categories[i], 400);
        size = quire_utf8_valid_prefix((const uint8_t *)chart->categories[i], size);
        width = fmax(width, quire_chart_text_width(chart->categories[i], size, QUIRE_CHART_FONT));
    }
    return width;
}

static void values_make(struct quire_chart_layout *layout, double room)
{
    const struct quire_chart *chart = layout->chart;
    struct quire_chart_axis axis = chart->value_axis;
    struct range range = value_range(chart);
    if (chart->kind == QUIRE_CHART_SHARES) {
        axis.unit = QUIRE_CHART_PERCENT;
        axis.at_most = 100;
        range = (struct range){0, 100};
    }
    axis.log = axis.log && !quire_chart_is_stack(chart);
    size_t count = (size_t)fmax(2, room / (chart->lying ? 80 : TICK_ROOM));
    quire_chart_ticks_numbers(&layout->values, range.low, range.high, count, &axis, true);
}

/* Bars stand half a step within the field, lines reach its ends. */
static void places_make(struct quire_chart_layout *layout)
{
    const struct quire_chart *chart = layout->chart;
    struct range range = place_range(chart);
    double room = layout->right - layout->left;
    layout->step = quire_chart_step(chart);
    double margin =
        quire_chart_has_bars(chart) ? layout->step * 0.6 : (range.high - range.low) * 0.015;
    switch (chart->places) {
    case QUIRE_CHART_CATEGORIES:
        layout->places = (struct quire_chart_ticks){.low = -0.6, .high = range.high + 0.6};
        break;
    case QUIRE_CHART_TIMES:
        if (range.low == range.high) {
            layout->step = fmax(chart->place_axis.step_min, 1);
            margin = layout->step * 0.6;
        }
        quire_chart_ticks_times(&layout->places, range.low - margin, range.high + margin,
                                (size_t)fmax(1, room / 54 + 0.5), chart->place_axis.step_min);
        break;
    default:
        quire_chart_ticks_numbers(&layout->places, range.low - margin, range.high + margin,
                                  (size_t)fmax(1, room / 70), &chart->place_axis, false);
        break;
    }
}

/* Room for the value behind a lying bar. */
#define VALUE_ROOM 58.0

static void sides_lying(struct quire_chart_layout *layout)
{
    double names = category_width(layout->chart) + 8;
    layout->left = EDGE + fmin(names, layout->width * LABEL_SHARE);
    layout->right =
        layout->width - EDGE - (layout->chart->kind == QUIRE_CHART_BAR ? VALUE_ROOM : 16);
    layout->bottom = layout->height - EDGE - (quire_chart_tells_values(layout->chart) ? 0 : LINE);
}

static void sides_upright(struct quire_chart_layout *layout)
{
    layout->left = EDGE + tick_width(&layout->values) + 8;
    layout->right = layout->width - EDGE - 14;
    layout->bottom = layout->height - EDGE - LINE - 2;
    if (layout->chart->place_axis.label != NULL) layout->bottom -= LINE;
}

void quire_chart_layout_make(struct quire_chart_layout *layout, const struct quire_chart *chart,
                             const struct quire_chart_options *options)
{
    *layout = (struct quire_chart_layout){
        .chart = chart,
        .width = options->width,
        .height = options->height,
        .titled = options->format != QUIRE_CHART_INLINE && chart->title != NULL,
    };
    double top = EDGE + (layout->titled ? TITLE_LINE : 0);
    top = key_make(layout, top);
    if (chart->value_axis.label != NULL && !chart->lying) top += LINE;
    layout->top = fmin(top + 8, layout->height - 60);
    values_make(layout, chart->lying ? layout->width * 0.5 : layout->height - layout->top - 40);
    if (chart->lying)
        sides_lying(layout);
    else
        sides_upright(layout);
    places_make(layout);
}

static double share(const struct quire_chart_ticks *axis, double value)
{
    return (value - axis->low) / (axis->high - axis->low);
}

double quire_chart_layout_place(const struct quire_chart_layout *layout, double place)
{
    double at = share(&layout->places, place);
    return layout->chart->lying ? layout->top + at * (layout->bottom - layout->top)
                                : layout->left + at * (layout->right - layout->left);
}

double quire_chart_layout_value(const struct quire_chart_layout *layout, double value)
{
    double at = share(&layout->values, value);
    return layout->chart->lying ? layout->left + at * (layout->right - layout->left)
                                : layout->bottom - at * (layout->bottom - layout->top);
}
