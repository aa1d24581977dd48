/* From outside in: title, key, names of the axes, labels of ticks, and what is left is the field.
 */
#include "chart/chart_layout.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "chart/chart_points.h"

#define EDGE         4.0 /* free on every side */
#define LINE         18.0
#define TITLE_LINE   26.0
#define LABEL_SHARE  0.42 /* of the width, at most, for the names of lying bars */
#define KEY_NAME_MAX 170.0
#define KEY_GAP      14.0
#define TICK_ROOM    34.0 /* pixels for one on an upright axis */
#define PLACES_SEEN  60.0 /* parts of the field, of which one is wide enough for a bar */
#define DAY_S        86400.0
#define ELLIPSIS     "\xe2\x80\xa6"
/* Between lying bars that have their names above them. */
#define ABOVE_STEP_MIN 28.0
#define DAYS_WHOLE     2.0

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

static double name_width(const struct quire_chart_layout *layout, const char *name)
{
    size_t size = strnlen(name, 400);
    size = quire_utf8_valid_prefix((const uint8_t *)name, size);
    double width = quire_chart_text_width(name, size, &layout->type);
    return fmin(fmax(width, QUIRE_CHART_FONT), KEY_NAME_MAX);
}

static void key_add(struct quire_chart_layout *layout, struct quire_chart_key entry, double *x,
                    double *y)
{
    if (entry.name == NULL || entry.name[0] == '\0') return;
    double width = QUIRE_CHART_SIGN + 5 + name_width(layout, entry.name);
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

/* Returns the line below it. One series needs no key, for the title says what it is; but not whose
 * share is all. */
static double key_make(struct quire_chart_layout *layout, double top)
{
    const struct quire_chart *chart = layout->chart;
    bool marks = chart->marks_size > 0 && chart->marks_name != NULL;
    bool all = chart->series_size > 1 || marks || chart->kind == QUIRE_CHART_SHARES;
    double x = EDGE, y = top - LINE / 2;
    layout->key_size = 0;
    for (size_t i = 0; i < chart->series_size && all; i++)
        key_add(layout, (struct quire_chart_key){.name = chart->series[i].name, .series = i}, &x,
                &y);
    if (marks)
        key_add(layout, (struct quire_chart_key){.name = chart->marks_name, .marks = true}, &x, &y);
    return layout->key_size > 0 ? y + LINE / 2 + 4 : top;
}

/* --- Axes --------------------------------------------------------------------------------------
 */

static double tick_width(const struct quire_chart_layout *layout)
{
    const struct quire_chart_ticks *ticks = &layout->values;
    double width = 0;
    for (size_t i = 0; i < ticks->size; i++)
        width = fmax(width, quire_chart_text_width(ticks->items[i].text,
                                                   strlen(ticks->items[i].text), &layout->type));
    return width;
}

/* The widest name, less the bytes that all are shown without. */
static double category_width(const struct quire_chart_layout *layout)
{
    const struct quire_chart *chart = layout->chart;
    double width = 0;
    for (size_t i = 0; i < chart->points_size; i++) {
        const char *name = chart->categories[i] + layout->name_from;
        size_t size =
            quire_utf8_valid_prefix((const uint8_t *)name, strnlen(name, QUIRE_CHART_NAME_BYTES));
        width = fmax(width, quire_chart_text_width(name, size, &layout->type));
    }
    return width;
}

static bool ends_part(char c)
{
    return c != '\0' && strchr("._/:- ", c) != NULL;
}

/* How many bytes all names begin with, up to the end of a part of them: names that are long differ
 * behind what they have in common ("warehouse.production.orders_…"). */
static size_t common_part(const struct quire_chart *chart)
{
    const char *first = chart->points_size > 1 ? chart->categories[0] : "";
    size_t size = strnlen(first, QUIRE_CHART_NAME_BYTES);
    for (size_t i = 0; i < chart->points_size; i++) {
        size_t same = 0;
        while (same < size && chart->categories[i][same] == first[same])
            same++;
        /* Something is left of each. */
        size = chart->categories[i][same] == '\0' && same > 0 ? same - 1 : same;
    }
    while (size > 0 && !ends_part(first[size - 1]))
        size--;
    return size;
}

/* Names before the bars, where they have room, else above. */
static void names_make(struct quire_chart_layout *layout)
{
    const struct quire_chart *chart = layout->chart;
    double room = layout->width * LABEL_SHARE - 8;
    double width = category_width(layout);
    if (width > room) {
        layout->name_from = common_part(chart);
        if (layout->name_from > 0)
            width = category_width(layout) + quire_chart_text_width(ELLIPSIS, 3, &layout->type);
    }
    double step = (layout->bottom - layout->top) / ((double)chart->points_size + 0.2);
    layout->above = width > room && step >= ABOVE_STEP_MIN;
    layout->left = EDGE + (layout->above ? 0 : fmin(width + 8, room + 8));
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

/* What a place takes: no more than it is said to, or what can be seen, however far they are apart.
 */
static double place_share(const struct quire_chart *chart, struct range range)
{
    if (!(chart->place_axis.step_min > 0)) return HUGE_VAL;
    return fmax(chart->place_axis.step_min, (range.high - range.low) / PLACES_SEEN);
}

/* Hours of some days begin with a day, so that each has its tick before it. */
static bool has_days_of_parts(const struct quire_chart *chart, struct range range)
{
    return chart->place_axis.step_min > 0 && chart->place_axis.step_min < DAY_S &&
           range.high - range.low > DAYS_WHOLE * DAY_S;
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
        if (layout->step > place_share(chart, range)) {
            layout->step = place_share(chart, range);
            margin = quire_chart_has_bars(chart) ? layout->step * 0.6 : margin;
        }
        range = (struct range){range.low - margin, range.high + margin};
        if (has_days_of_parts(chart, range))
            range.low = fmin(range.low, floor((range.low + margin) / DAY_S) * DAY_S);
        quire_chart_ticks_times(&layout->places, range.low, range.high,
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
    layout->right =
        layout->width - EDGE - (layout->chart->kind == QUIRE_CHART_BAR ? VALUE_ROOM : 16);
    layout->bottom = layout->height - EDGE - (quire_chart_tells_values(layout->chart) ? 0 : LINE);
    names_make(layout);
}

static void sides_upright(struct quire_chart_layout *layout)
{
    layout->left = EDGE + tick_width(layout) + 8;
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
        .type = {QUIRE_CHART_FONT,
                 options->format == QUIRE_CHART_PNG ? QUIRE_CHART_DPI / options->dpi : 0},
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
    if (layout->above) at += QUIRE_CHART_NAME_ABOVE / 2 / (layout->bottom - layout->top);
    return layout->chart->lying ? layout->top + at * (layout->bottom - layout->top)
                                : layout->left + at * (layout->right - layout->left);
}

double quire_chart_layout_value(const struct quire_chart_layout *layout, double value)
{
    double at = share(&layout->values, value);
    return layout->chart->lying ? layout->left + at * (layout->right - layout->left)
                                : layout->bottom - at * (layout->bottom - layout->top);
}
