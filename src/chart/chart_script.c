/* gnuplot's own ticks, borders and keys are switched off: it has one coordinate system, which is
 * the picture, and draws lines, circles, boxes and strings in it. */
#include "chart/chart_script.h"

#include "base/number.h"
#include "chart/chart_text.h"

/* gnuplot's point size 1 is a symbol of this diameter: in svg 0.375 of a 12-pixel font's height a
 * radius, in pngcairo the same at its 96 dots to the inch. */
#define SVG_DIAMETER 9.0
#define PNG_DIAMETER 7.0

static void keep(struct quire_chart_script *script, int code)
{
    if (script->code == 0) script->code = code;
}

#define PUT(buf, ...) keep(script, quire_buf_printf((buf), __VA_ARGS__))

static void put_number(struct quire_chart_script *script, struct quire_buf *out, double value)
{
    char text[QUIRE_FIXED_TEXT_MAX];
    char *end = quire_number_format_fixed(value, 3, text);
    keep(script, quire_buf_append(out, text, (size_t)(end - text)));
}

/* Numbers without a locale, a mark between them. */
static void put_numbers(struct quire_chart_script *script, const double *values, size_t size,
                        char mark)
{
    for (size_t i = 0; i < size; i++) {
        if (i > 0) keep(script, quire_buf_push(&script->text, (uint8_t)mark));
        put_number(script, &script->text, values[i]);
    }
}

static uint32_t rgb_of(const struct quire_chart_script *script, enum quire_chart_role role)
{
    if (script->format == QUIRE_CHART_INLINE) return QUIRE_CHART_ROLE_SIGN | (uint32_t)role;
    return quire_chart_role_rgb(role);
}

static uint32_t rgb_of_color(const struct quire_chart_script *script,
                             const struct quire_chart_color *color)
{
    return color->custom ? color->rgb & 0xffffff : rgb_of(script, color->role);
}

void quire_chart_script_begin(struct quire_chart_script *script,
                              const struct quire_chart_options *options)
{
    bool png = options->format == QUIRE_CHART_PNG;
    script->format = options->format;
    script->width = options->width;
    script->height = options->height;
    script->scale = png ? options->dpi / QUIRE_CHART_DPI : 1;
    int width = (int)(options->width * script->scale + 0.5);
    int height = (int)(options->height * script->scale + 0.5);
    PUT(&script->text, "set encoding utf8\nset terminal %s noenhanced size %d,%d ",
        png ? "pngcairo" : "svg", width, height);
    PUT(&script->text, "font \"%s,12\" background rgb \"#%06x\"", png ? "sans" : "sans-serif",
        (unsigned)rgb_of(script, QUIRE_CHART_ROLE_PAPER));
    if (png) {
        keep(script, quire_buf_append_text(&script->text, " fontscale "));
        put_number(script, &script->text, script->scale * 0.75); /* points to pixels */
    }
    PUT(&script->text,
        "\nunset border\nunset tics\nunset key\nset lmargin at screen 0\n"
        "set rmargin at screen 1\nset tmargin at screen 1\nset bmargin at screen 0\n"
        "set xrange [0:%d]\nset yrange [%d:0]\nset style fill solid 1.0 noborder\n",
        options->width, options->height);
}

void quire_chart_script_release(struct quire_chart_script *script)
{
    quire_buf_release(&script->text);
    quire_buf_release(&script->plots);
    quire_buf_release(&script->whole);
    quire_buf_release(&script->fitted);
}

void quire_chart_script_label(struct quire_chart_script *script,
                              const struct quire_chart_label *label)
{
    static const char *const anchors[] = {"left", "center", "right"};
    if (label->text == NULL) return;
    bool png = script->format == QUIRE_CHART_PNG;
    const struct quire_chart_fit fit = {.type = {label->font, png ? 1 / script->scale : 0},
                                        .width_max = label->width_max,
                                        .fonts = script->fonts,
                                        .ends = label->ends};
    const char *text = label->text;
    if (label->continues) {
        quire_buf_clear(&script->whole);
        keep(script, quire_buf_append_text(&script->whole, "\xe2\x80\xa6"));
        keep(script, quire_buf_append_text(&script->whole, text));
        keep(script, quire_buf_terminate(&script->whole));
        text = (const char *)script->whole.data;
    }
    if (script->code != 0) return;
    keep(script, quire_chart_text_fit(&script->fitted, text, &fit));
    if (script->code != 0 || script->fitted.size == 0) return;
    keep(script, quire_buf_append_text(&script->text, "set label "));
    keep(script, quire_chart_text_quote(&script->text, (const char *)script->fitted.data,
                                        script->fitted.size));
    keep(script, quire_buf_append_text(&script->text, " at first "));
    put_numbers(script, (const double[]){label->x, label->y}, 2, ',');
    PUT(&script->text, " front noenhanced %s font \"%s%s,%d\" textcolor rgb \"#%06x\"\n",
        anchors[label->anchor], png ? "sans" : "sans-serif", label->bold ? ":Bold" : "",
        (int)label->font, (unsigned)rgb_of(script, label->role));
}

/* --- Data ---------------------------------------------------------------------------------- */

static void block_begin(struct quire_chart_script *script)
{
    script->blocks++;
    PUT(&script->text, "$d%zu << end\n", script->blocks);
}

/* Ends the block and begins the element of the plot that shows it. */
static void block_end(struct quire_chart_script *script)
{
    PUT(&script->text, "end\n");
    PUT(&script->plots, "%s $d%zu ", script->plots.size > 0 ? "," : "plot", script->blocks);
}

void quire_chart_script_box(struct quire_chart_script *script, double x0, double y0, double x1,
                            double y1, const struct quire_chart_color *color)
{
    const double values[] = {(x0 + x1) / 2, (y0 + y1) / 2, x0, x1, y0, y1};
    block_begin(script);
    put_numbers(script, values, 6, ' ');
    keep(script, quire_buf_push(&script->text, '\n'));
    block_end(script);
    PUT(&script->plots, "using 1:2:3:4:5:6 with boxxyerror fillcolor rgb \"#%06x\" notitle",
        (unsigned)rgb_of_color(script, color));
}

void quire_chart_script_points(struct quire_chart_script *script)
{
    block_begin(script);
}

void quire_chart_script_point(struct quire_chart_script *script, double x, double y)
{
    put_numbers(script, (const double[]){x, y}, 2, ' ');
    keep(script, quire_buf_push(&script->text, '\n'));
}

void quire_chart_script_gap(struct quire_chart_script *script)
{
    PUT(&script->text, "NaN NaN\n");
}

void quire_chart_script_line(struct quire_chart_script *script, double width,
                             const struct quire_chart_color *color)
{
    block_end(script);
    PUT(&script->plots, "using 1:2 with lines linewidth ");
    put_number(script, &script->plots, width * script->scale);
    PUT(&script->plots, " linecolor rgb \"#%06x\" notitle", (unsigned)rgb_of_color(script, color));
}

void quire_chart_script_dots(struct quire_chart_script *script, double diameter, bool filled,
                             const struct quire_chart_color *color)
{
    bool png = script->format == QUIRE_CHART_PNG;
    block_end(script);
    PUT(&script->plots, "using 1:2 with points pointtype %d pointsize ", filled ? 7 : 6);
    put_number(script, &script->plots,
               diameter * script->scale / (png ? PNG_DIAMETER : SVG_DIAMETER));
    PUT(&script->plots, " linewidth ");
    put_number(script, &script->plots, 1.5 * script->scale);
    PUT(&script->plots, " linecolor rgb \"#%06x\" notitle", (unsigned)rgb_of_color(script, color));
}

int quire_chart_script_end(struct quire_chart_script *script)
{
    /* A picture without shapes still has its texts. */
    if (script->plots.size == 0) PUT(&script->plots, "plot NaN notitle");
    keep(script, quire_buf_append(&script->text, script->plots.data, script->plots.size));
    keep(script, quire_buf_push(&script->text, '\n'));
    return script->code;
}
