/* Rings around what is to be seen, and names beside them where these hide neither a ring nor each
 * other. */
#include "chart/chart_marks.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "chart/chart_points.h"
#include "chart/chart_text.h"

#define RING_DIAMETER 10.0
#define NAME_SHARE    0.36 /* of the width, at most, for a name */
#define NAME_LINE     16.0

/* Where a mark is; false for one that is nowhere. */
static bool find_mark(const struct quire_chart_layout *layout, size_t mark, double *x, double *y)
{
    const struct quire_chart *chart = layout->chart;
    double place = quire_chart_place_of(chart, chart->marks[mark].place);
    double value = quire_chart_value_of(chart, chart->marks[mark].value);
    double along = quire_chart_layout_place(layout, place);
    double across = quire_chart_layout_value(layout, value);
    *x = chart->lying ? across : along;
    *y = chart->lying ? along : across;
    return isfinite(*x) && isfinite(*y);
}

/* Names of marks that have a place. */
#define NAMED_MAX 16
struct named {
    size_t size;
    struct box {
        double left, right, y;
    } boxes[NAMED_MAX];
};

/* Is there nothing but lines and bars? */
static bool is_free(const struct quire_chart_layout *layout, const struct named *named,
                    const struct box *box)
{
    const double ring = RING_DIAMETER / 2 + 1;
    double x, y;
    if (box->left < layout->left || box->right > layout->width - 4) return false;
    for (size_t i = 0; i < named->size; i++) {
        const struct box *other = &named->boxes[i];
        if (box->left < other->right && other->left < box->right &&
            fabs(box->y - other->y) < NAME_LINE)
            return false;
    }
    for (size_t i = 0; i < layout->chart->marks_size; i++)
        if (find_mark(layout, i, &x, &y) && x + ring > box->left && x - ring < box->right &&
            fabs(y - box->y) < NAME_LINE / 2 + ring)
            return false;
    return true;
}

/* Behind its ring, before it, or nowhere. */
static void name_mark(const struct quire_chart_layout *layout, struct quire_chart_script *script,
                      size_t mark, struct named *named)
{
    const char *text = layout->chart->marks[mark].label;
    double x, y;
    if (text == NULL || named->size == NAMED_MAX || !find_mark(layout, mark, &x, &y)) return;
    size_t size = quire_utf8_valid_prefix((const uint8_t *)text, strnlen(text, 400));
    double width =
        fmin(quire_chart_text_width(text, size, &layout->type) + 1, layout->width * NAME_SHARE);
    y = fmin(y, layout->bottom - NAME_LINE / 2);
    const struct box behind = {x + RING_DIAMETER, x + RING_DIAMETER + width, y};
    const struct box before = {x - RING_DIAMETER - width, x - RING_DIAMETER, y};
    bool fits = is_free(layout, named, &behind);
    if (!fits && !is_free(layout, named, &before)) return;
    named->boxes[named->size++] = fits ? behind : before;
    quire_chart_script_label(
        script, &(struct quire_chart_label){.text = text,
                                            .x = fits ? behind.left : before.right,
                                            .y = y,
                                            .width_max = width,
                                            .font = QUIRE_CHART_FONT,
                                            .anchor = fits ? QUIRE_CHART_LEFT : QUIRE_CHART_RIGHT,
                                            .role = QUIRE_CHART_ROLE_QUIET,
                                            .ends = true});
}

void quire_chart_draw_marks(const struct quire_chart_layout *layout,
                            struct quire_chart_script *script)
{
    const struct quire_chart *chart = layout->chart;
    const struct quire_chart_color bad = {.role = QUIRE_CHART_ROLE_BAD};
    struct named named = {.size = 0};
    double x, y;
    if (chart->marks_size == 0) return;
    quire_chart_script_points(script);
    for (size_t i = 0; i < chart->marks_size; i++)
        if (find_mark(layout, i, &x, &y)) quire_chart_script_point(script, x, y);
    quire_chart_script_gap(script); /* so that the block is never empty */
    quire_chart_script_dots(script, RING_DIAMETER, false, &bad);
    for (size_t i = 0; i < chart->marks_size; i++)
        name_mark(layout, script, i, &named);
}
