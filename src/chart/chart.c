/* A chart is checked, laid out, written as a script, drawn, and the drawing made ours. */
#include "chart/chart.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "chart/chart_draw.h"
#include "chart/chart_fonts.h"
#include "chart/chart_layout.h"
#include "chart/chart_png.h"
#include "chart/chart_script.h"
#include "chart/chart_svg.h"
#include "chart/gnuplot.h"

#define OPERATION       "draw chart"
#define WIDTH_DEFAULT   680
#define HEIGHT_DEFAULT  300
#define DPI_DEFAULT     300
#define TIMEOUT_DEFAULT 30000
#define TIMEOUT_MAX     (INT64_C(86400) * 1000)
#define DEVICE_SIDE_MAX 20000 /* dots that a side of a PNG may have */

static struct quire_chart_options with_defaults(const struct quire_chart_options *options)
{
    struct quire_chart_options all = {0};
    if (options != NULL) all = *options;
    if (all.width == 0) all.width = WIDTH_DEFAULT;
    if (all.height == 0) all.height = HEIGHT_DEFAULT;
    if (all.dpi == 0) all.dpi = DPI_DEFAULT;
    if (all.program == NULL) all.program = "gnuplot";
    if (all.timeout_ms == 0) all.timeout_ms = TIMEOUT_DEFAULT;
    return all;
}

/* --- Checking ----------------------------------------------------------------------------------
 */

static int check_between(const char *what, int64_t value, int64_t low, int64_t high,
                         struct quire_error *error)
{
    if (value >= low && value <= high) return 0;
    return quire_fail(error, QUIRE_USAGE, OPERATION, "%s is %lld; allowed are %lld to %lld", what,
                      (long long)value, (long long)low, (long long)high);
}

/* In any locale of the host: ASCII. */
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_id(const char *id)
{
    if (!is_letter(id[0]) || strlen(id) > 100) return false;
    for (const char *at = id; *at != '\0'; at++) {
        if (!is_letter(*at) && !(*at >= '0' && *at <= '9') && *at != '-') return false;
    }
    return true;
}

static int check_options(const struct quire_chart_options *options, struct quire_error *error)
{
    QUIRE_TRY(check_between("the width", options->width, QUIRE_CHART_SIDE_MIN, QUIRE_CHART_SIDE_MAX,
                            error));
    QUIRE_TRY(check_between("the height", options->height, QUIRE_CHART_SIDE_MIN,
                            QUIRE_CHART_SIDE_MAX, error));
    QUIRE_TRY(check_between("dpi", options->dpi, QUIRE_CHART_DPI_MIN, QUIRE_CHART_DPI_MAX, error));
    QUIRE_TRY(check_between("timeout_ms", options->timeout_ms, 1, TIMEOUT_MAX, error));
    int side = options->width > options->height ? options->width : options->height;
    if (options->format == QUIRE_CHART_PNG)
        QUIRE_TRY(check_between("the larger side in dots", (int64_t)side * options->dpi / 96, 1,
                                DEVICE_SIDE_MAX, error));
    if (options->id != NULL && !is_id(options->id))
        return quire_fail(error, QUIRE_USAGE, OPERATION, "the id is not letters, digits and \"-\"");
    return 0;
}

static int check_series(const struct quire_chart *chart, struct quire_error *error)
{
    QUIRE_TRY(check_between("the number of series", (int64_t)chart->series_size, 1,
                            QUIRE_CHART_SERIES_MAX, error));
    for (size_t i = 0; i < chart->series_size; i++) {
        if (chart->points_size > 0 && chart->series[i].values == NULL)
            return quire_fail(error, QUIRE_USAGE, OPERATION, "series %zu has no values", i + 1);
    }
    return 0;
}

static int check_chart(const struct quire_chart *chart, struct quire_error *error)
{
    QUIRE_TRY(check_between("the number of points", (int64_t)chart->points_size, 0,
                            QUIRE_CHART_POINTS_MAX, error));
    QUIRE_TRY(check_between("the number of marks", (int64_t)chart->marks_size, 0,
                            QUIRE_CHART_MARKS_MAX, error));
    QUIRE_TRY(check_series(chart, error));
    bool named = chart->places == QUIRE_CHART_CATEGORIES;
    if (chart->points_size > 0 && (named ? chart->categories == NULL : chart->at == NULL))
        return quire_fail(error, QUIRE_USAGE, OPERATION, "the points have no places");
    for (size_t i = 0; named && i < chart->points_size; i++) {
        if (chart->categories[i] == NULL)
            return quire_fail(error, QUIRE_USAGE, OPERATION, "category %zu has no name", i + 1);
    }
    if (chart->lying && !named)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "only categories can lie");
    return 0;
}

/* --- Drawing -----------------------------------------------------------------------------------
 */

static int script_of(const struct quire_chart *chart, const struct quire_chart_options *options,
                     const struct quire_chart_fonts *fonts, struct quire_buf *out,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(quire_chart_script_release) struct quire_chart_script script = {.fonts = fonts};
    struct quire_chart_layout layout;
    quire_chart_script_begin(&script, options);
    quire_chart_layout_make(&layout, chart, options);
    quire_chart_draw(&layout, &script);
    if (quire_chart_script_end(&script) != 0 ||
        quire_buf_append(out, script.text.data, script.text.size) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

int quire_chart_script_of(const struct quire_chart *chart,
                          const struct quire_chart_options *options, struct quire_buf *script,
                          struct quire_error *error)
{
    struct quire_chart_options all = with_defaults(options);
    QUIRE_TRY(check_options(&all, error));
    QUIRE_TRY(check_chart(chart, error));
    return script_of(chart, &all, NULL, script, error);
}

int quire_chart_render(const struct quire_chart *chart, const struct quire_chart_options *options,
                       void **picture, size_t *size, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf script = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf drawn = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    QUIRE_CLEANUP(quire_chart_fonts_release) struct quire_chart_fonts fonts = {.bits = NULL};
    struct quire_chart_options all = with_defaults(options);
    QUIRE_TRY(check_options(&all, error));
    QUIRE_TRY(check_chart(chart, error));
    bool png = all.format == QUIRE_CHART_PNG;
    if (png) QUIRE_TRY(quire_chart_fonts_ask(&all, &fonts, error));
    QUIRE_TRY(script_of(chart, &all, png ? &fonts : NULL, &script, error));
    QUIRE_TRY(quire_gnuplot_run(&all, &script, &drawn, error));
    if (png)
        QUIRE_TRY(quire_chart_png(&drawn, all.dpi, &out, error));
    else
        QUIRE_TRY(quire_chart_svg(chart, &all, &drawn, &out, error));
    *size = out.size;
    *picture = QUIRE_STEAL(out.data);
    return 0;
}
