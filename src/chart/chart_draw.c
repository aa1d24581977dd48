/* Order is depth: lines of the grid, then what was measured, then what is to be seen in any case.
 */
#include "chart/chart_draw.h"

#include <math.h>

#include "chart/chart_marks.h"
#include "chart/chart_points.h"

#define BAR_SHARE      0.78 /* of the step between places */
#define BAR_MOST       36.0 /* pixels */
#define BAR_BELOW_NAME 10.0
#define LINE_WIDTH     2.0
#define DOTS_POINTS    45 /* with more points a line has no dots */
#define DOT_DIAMETER   5.0
#define LABEL_STEP_MIN 13.0 /* between the names of lying bars */

static void rule(struct quire_chart_script *script, double x0, double y0, double x1, double y1,
                 enum quire_chart_role role)
{
    quire_chart_script_points(script);
    quire_chart_script_point(script, x0, y0);
    quire_chart_script_point(script, x1, y1);
    quire_chart_script_line(script, 1, &(struct quire_chart_color){.role = role});
}

static struct quire_chart_label label_of(const char *text, double x, double y,
                                         enum quire_chart_anchor anchor, double width_max)
{
    return (struct quire_chart_label){.text = text,
                                      .x = x,
                                      .y = y,
                                      .width_max = width_max,
                                      .font = QUIRE_CHART_FONT,
                                      .anchor = anchor,
                                      .role = QUIRE_CHART_ROLE_QUIET};
}

static void label(struct quire_chart_script *script, const char *text, double x, double y,
                  enum quire_chart_anchor anchor, double width_max)
{
    const struct quire_chart_label made = label_of(text, x, y, anchor, width_max);
    quire_chart_script_label(script, &made);
}

/* The same of a name, which is told apart from others by its end. */
static void label_name(struct quire_chart_script *script, const char *text, double x, double y,
                       enum quire_chart_anchor anchor, double width_max)
{
    struct quire_chart_label made = label_of(text, x, y, anchor, width_max);
    made.ends = true;
    quire_chart_script_label(script, &made);
}

/* The name of a lying bar, without what all begin with. */
static void label_lying(const struct quire_chart_layout *layout, struct quire_chart_script *script,
                        const char *name, double at)
{
    name += layout->name_from;
    struct quire_chart_label made =
        layout->above ? label_of(name, layout->left, at - QUIRE_CHART_NAME_ABOVE, QUIRE_CHART_LEFT,
                                 layout->width - 2 * layout->left)
                      : label_of(name, layout->left - 8, at, QUIRE_CHART_RIGHT, layout->left - 10);
    made.ends = true;
    made.continues = layout->name_from > 0;
    quire_chart_script_label(script, &made);
}

/* --- Around the field --------------------------------------------------------------------------
 */

static void draw_key(const struct quire_chart_layout *layout, struct quire_chart_script *script)
{
    const struct quire_chart_color bad = {.role = QUIRE_CHART_ROLE_BAD};
    for (size_t i = 0; i < layout->key_size; i++) {
        const struct quire_chart_key *entry = &layout->key[i];
        double half = QUIRE_CHART_SIGN / 2;
        if (entry->marks) {
            quire_chart_script_points(script);
            quire_chart_script_point(script, entry->x + half, entry->y);
            quire_chart_script_dots(script, QUIRE_CHART_SIGN, false, &bad);
        } else {
            struct quire_chart_color color = quire_chart_series_color(layout->chart, entry->series);
            quire_chart_script_box(script, entry->x, entry->y - half, entry->x + 2 * half,
                                   entry->y + half, &color);
        }
        label(script, entry->name, entry->x + QUIRE_CHART_SIGN + 5, entry->y, QUIRE_CHART_LEFT,
              entry->width_max);
    }
}

static void draw_names(const struct quire_chart_layout *layout, struct quire_chart_script *script)
{
    const struct quire_chart *chart = layout->chart;
    if (layout->titled)
        quire_chart_script_label(script, &(struct quire_chart_label){.text = chart->title,
                                                                     .x = 4,
                                                                     .y = 15,
                                                                     .width_max = layout->width - 8,
                                                                     .font = QUIRE_CHART_FONT_TITLE,
                                                                     .role = QUIRE_CHART_ROLE_INK,
                                                                     .bold = true});
    if (chart->lying) {
        /* Ticks are left out where bars say their values, and so is what they would count. */
        return;
    }
    label(script, chart->value_axis.label, 4, layout->top - 18, QUIRE_CHART_LEFT,
          layout->width - 8);
    label(script, chart->place_axis.label, (layout->left + layout->right) / 2,
          layout->height - 4 - 9, QUIRE_CHART_CENTER, layout->width - 8);
}

/* --- Axes --------------------------------------------------------------------------------------
 */

static void draw_values(const struct quire_chart_layout *layout, struct quire_chart_script *script)
{
    if (quire_chart_tells_values(layout->chart)) return;
    for (size_t i = 0; i < layout->values.size; i++) {
        const struct quire_chart_tick *tick = &layout->values.items[i];
        double at = quire_chart_layout_value(layout, tick->at);
        if (layout->chart->lying) {
            rule(script, at, layout->top, at, layout->bottom, QUIRE_CHART_ROLE_GRID);
            label(script, tick->text, at, layout->bottom + 11, QUIRE_CHART_CENTER, 80);
        } else {
            rule(script, layout->left, at, layout->right, at, QUIRE_CHART_ROLE_GRID);
            label(script, tick->text, layout->left - 8, at, QUIRE_CHART_RIGHT, layout->left);
        }
    }
}

static void draw_places(const struct quire_chart_layout *layout, struct quire_chart_script *script)
{
    double y = layout->bottom;
    if (!layout->chart->lying)
        rule(script, layout->left, y, layout->right, y, QUIRE_CHART_ROLE_QUIET);
    for (size_t i = 0; i < layout->places.size; i++) {
        const struct quire_chart_tick *tick = &layout->places.items[i];
        double x = quire_chart_layout_place(layout, tick->at);
        rule(script, x, y, x, y + 4, QUIRE_CHART_ROLE_QUIET);
        label(script, tick->text, x, y + 14, QUIRE_CHART_CENTER, 90);
    }
}

/* Every name, or every other or fewer, so that they keep apart. */
static void draw_categories(const struct quire_chart_layout *layout,
                            struct quire_chart_script *script)
{
    const struct quire_chart *chart = layout->chart;
    double step = quire_chart_layout_place(layout, 1) - quire_chart_layout_place(layout, 0);
    double room = chart->lying ? LABEL_STEP_MIN : 52;
    size_t every = (size_t)fmax(1, ceil(room / step));
    for (size_t i = 0; i < chart->points_size; i += every) {
        double at = quire_chart_layout_place(layout, (double)i);
        if (chart->lying)
            label_lying(layout, script, chart->categories[i], at);
        else
            label_name(script, chart->categories[i], at, layout->bottom + 14, QUIRE_CHART_CENTER,
                       step * (double)every - 14);
    }
}

/* --- The series --------------------------------------------------------------------------------
 */

/* One bar from value to value, `part` of `parts` at its place. */
static void draw_bar(const struct quire_chart_layout *layout, struct quire_chart_script *script,
                     size_t point, double from, double to, const double around[2],
                     const struct quire_chart_color *color)
{
    double place = quire_chart_place(layout->chart, point);
    double low = quire_chart_layout_value(layout, fmax(from, layout->values.low));
    double high = quire_chart_layout_value(layout, to);
    double at = quire_chart_layout_place(layout, place);
    if (!isfinite(at) || !isfinite(low) || !isfinite(high)) return;
    if (layout->chart->lying)
        quire_chart_script_box(script, low, at + around[0], high, at + around[1], color);
    else
        quire_chart_script_box(script, at + around[0], low, at + around[1], high, color);
}

static double bar_width(const struct quire_chart_layout *layout)
{
    double step = quire_chart_layout_place(layout, layout->places.low + layout->step) -
                  quire_chart_layout_place(layout, layout->places.low);
    double width = fabs(step) * BAR_SHARE;
    if (layout->above) width = fmin(width, BAR_BELOW_NAME);
    return fmax(fmin(width, BAR_MOST * (layout->chart->lying ? 0.6 : 1)), 1);
}

static void draw_bars(const struct quire_chart_layout *layout, struct quire_chart_script *script)
{
    const struct quire_chart *chart = layout->chart;
    bool stack = quire_chart_is_stack(chart);
    double whole = bar_width(layout), each = stack ? whole : whole / (double)chart->series_size;
    for (size_t s = 0; s < chart->series_size; s++) {
        struct quire_chart_color color = quire_chart_series_color(chart, s);
        double first = -whole / 2 + (stack ? 0 : each * (double)s);
        const double around[2] = {first, first + each};
        for (size_t i = 0; i < chart->points_size; i++) {
            double from = chart->value_axis.log ? layout->values.low : 0;
            double to = quire_chart_value(chart, s, i);
            if (stack) quire_chart_part(chart, s, i, &from, &to);
            draw_bar(layout, script, i, from, to, around, &color);
        }
    }
}

static void draw_told_values(const struct quire_chart_layout *layout,
                             struct quire_chart_script *script)
{
    const struct quire_chart *chart = layout->chart;
    double step = quire_chart_layout_place(layout, 1) - quire_chart_layout_place(layout, 0);
    size_t every = (size_t)fmax(1, ceil(LABEL_STEP_MIN / step));
    double most = 0;
    for (size_t i = 0; i < chart->points_size; i++) {
        bool drawn = isfinite(quire_chart_value(chart, 0, i));
        if (drawn) most = fmax(most, fabs(chart->series[0].values[i]));
    }
    for (size_t i = 0; i < chart->points_size; i += every) {
        char text[QUIRE_CHART_NUMBER_MAX];
        double value = quire_chart_value(chart, 0, i);
        if (!isfinite(value)) continue;
        quire_chart_number(chart->series[0].values[i], most, chart->value_axis.unit, text);
        label(script, text, quire_chart_layout_value(layout, fmax(value, 0)) + 6,
              quire_chart_layout_place(layout, (double)i), QUIRE_CHART_LEFT, 80);
    }
}

static void put_points(const struct quire_chart_layout *layout, struct quire_chart_script *script,
                       size_t series)
{
    quire_chart_script_points(script);
    for (size_t i = 0; i < layout->chart->points_size; i++) {
        double place = quire_chart_place(layout->chart, i);
        double value = quire_chart_value(layout->chart, series, i);
        if (isfinite(place) && isfinite(value))
            quire_chart_script_point(script, quire_chart_layout_place(layout, place),
                                     quire_chart_layout_value(layout, value));
        else
            quire_chart_script_gap(script);
    }
}

/* A point between two gaps has no line to be on. */
static bool has_lonely_point(const struct quire_chart *chart, size_t series)
{
    for (size_t i = 0; i < chart->points_size; i++) {
        bool before = i > 0 && isfinite(quire_chart_value(chart, series, i - 1));
        bool after =
            i + 1 < chart->points_size && isfinite(quire_chart_value(chart, series, i + 1));
        if (isfinite(quire_chart_value(chart, series, i)) && !before && !after) return true;
    }
    return false;
}

static void draw_lines(const struct quire_chart_layout *layout, struct quire_chart_script *script)
{
    const struct quire_chart *chart = layout->chart;
    for (size_t s = 0; s < chart->series_size && chart->points_size > 0; s++) {
        struct quire_chart_color color = quire_chart_series_color(chart, s);
        bool scatter = chart->kind == QUIRE_CHART_SCATTER;
        if (!scatter) {
            put_points(layout, script, s);
            quire_chart_script_line(script, LINE_WIDTH, &color);
        }
        if (scatter || chart->points_size <= DOTS_POINTS || has_lonely_point(chart, s)) {
            put_points(layout, script, s);
            quire_chart_script_dots(script, DOT_DIAMETER, true, &color);
        }
    }
}

void quire_chart_draw(const struct quire_chart_layout *layout, struct quire_chart_script *script)
{
    const struct quire_chart *chart = layout->chart;
    draw_values(layout, script);
    draw_places(layout, script);
    if (chart->places == QUIRE_CHART_CATEGORIES) draw_categories(layout, script);
    if (quire_chart_has_bars(chart))
        draw_bars(layout, script);
    else
        draw_lines(layout, script);
    if (quire_chart_tells_values(chart)) draw_told_values(layout, script);
    quire_chart_draw_marks(layout, script);
    draw_key(layout, script);
    draw_names(layout, script);
}
