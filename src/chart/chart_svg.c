/* gnuplot's document is read tag by tag. Only the four elements below are taken from it, each with
 * attributes that are parsed and written anew (numbers, colours, path data of a closed alphabet),
 * so that whatever else may stand there does not get into a page. Groups give what their elements
 * inherit: colour, width of lines, place and anchor of texts. */
#include "chart/chart_svg.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/markup.h"
#include "chart/chart_color.h"
#include "chart/svg_tag.h"

#define OPERATION "draw chart"
#define DEPTH_MAX 16

/* What elements inherit from the groups around them. */
struct group {
    struct quire_svg_span stroke_width, x, y, fill, font_size, weight, anchor;
};

struct scan {
    const char *at, *end;
    struct quire_buf *out;
    bool page;
    size_t depth;
    struct group groups[DEPTH_MAX];
};

/* --- Writing: 0, QUIRE_MEMORY, or QUIRE_IO for what gnuplot does not write ---------------------
 */

#define NUMBER_ALPHABET "0123456789.-"
#define POINTS_ALPHABET NUMBER_ALPHABET ", \t\n"
#define PATH_ALPHABET   POINTS_ALPHABET "MLlhvmzZ"

/* ` name="value"`, when the value is made of the alphabet alone. */
static int put_attribute(struct scan *scan, const char *name, struct quire_svg_span value,
                         const char *alphabet)
{
    if (!quire_svg_in_alphabet(value, alphabet)) return 0;
    while (value.size > 0 && strchr(" \t\n", value.text[value.size - 1]) != NULL)
        value.size--;
    QUIRE_TRY(quire_buf_printf(scan->out, " %s=\"", name));
    QUIRE_TRY(quire_buf_append(scan->out, value.text, value.size));
    return quire_buf_push(scan->out, '"');
}

static int put_color(struct scan *scan, const char *name, struct quire_svg_span value)
{
    uint32_t rgb;
    if (!quire_svg_color(value, &rgb)) rgb = scan->page ? QUIRE_CHART_ROLE_SIGN : 0;
    uint32_t role = rgb ^ QUIRE_CHART_ROLE_SIGN;
    if (scan->page && role < QUIRE_CHART_ROLES)
        return quire_buf_printf(scan->out, " %s=\"var(--%s)\"", name,
                                quire_chart_role_name((enum quire_chart_role)role));
    return quire_buf_printf(scan->out, " %s=\"#%06x\"", name, (unsigned)rgb);
}

static int put_path(struct scan *scan, struct quire_svg_span tag)
{
    const struct group *group = &scan->groups[scan->depth];
    struct quire_svg_span data = quire_svg_attribute(tag, "d");
    if (!quire_svg_in_alphabet(data, PATH_ALPHABET)) return QUIRE_IO;
    QUIRE_TRY(quire_buf_append_text(scan->out, "<path fill=\"none\""));
    QUIRE_TRY(put_color(scan, "stroke", quire_svg_attribute(tag, "stroke")));
    QUIRE_TRY(put_attribute(scan, "stroke-width", group->stroke_width, NUMBER_ALPHABET));
    QUIRE_TRY(quire_buf_append_text(scan->out, " stroke-linejoin=\"round\""));
    QUIRE_TRY(put_attribute(scan, "d", data, PATH_ALPHABET));
    return quire_buf_append_text(scan->out, "/>\n");
}

static int put_polygon(struct scan *scan, struct quire_svg_span tag)
{
    struct quire_svg_span points = quire_svg_attribute(tag, "points");
    if (!quire_svg_in_alphabet(points, POINTS_ALPHABET)) return QUIRE_IO;
    QUIRE_TRY(quire_buf_append_text(scan->out, "<polygon"));
    QUIRE_TRY(put_color(scan, "fill", quire_svg_attribute(tag, "fill")));
    QUIRE_TRY(put_attribute(scan, "points", points, POINTS_ALPHABET));
    return quire_buf_append_text(scan->out, "/>\n");
}

/* Symbols 6 and 5 of gnuplot's are the circle of radius 1, filled and not. */
static int put_symbol(struct scan *scan, struct quire_svg_span tag)
{
    struct quire_svg_span x, y, radius;
    struct quire_svg_span what = quire_svg_attribute(tag, "xlink:href");
    quire_svg_transform(quire_svg_attribute(tag, "transform"), &x, &y, &radius);
    bool filled = what.text != NULL && what.size == 6 && memcmp(what.text, "#gpPt6", 6) == 0;
    if (!quire_svg_in_alphabet(x, NUMBER_ALPHABET) ||
        !quire_svg_in_alphabet(radius, NUMBER_ALPHABET))
        return QUIRE_IO;
    QUIRE_TRY(quire_buf_append_text(scan->out, "<circle"));
    QUIRE_TRY(put_attribute(scan, "cx", x, NUMBER_ALPHABET));
    QUIRE_TRY(put_attribute(scan, "cy", y, NUMBER_ALPHABET));
    QUIRE_TRY(put_attribute(scan, "r", radius, NUMBER_ALPHABET));
    QUIRE_TRY(put_color(scan, filled ? "fill" : "stroke", quire_svg_attribute(tag, "color")));
    if (!filled) QUIRE_TRY(quire_buf_append_text(scan->out, " fill=\"none\" stroke-width=\"2\""));
    return quire_buf_append_text(scan->out, "/>\n");
}

/* Characters of gnuplot's, whose references are the five of XML, are taken as they stand. */
static int put_characters(struct scan *scan, const char *text, size_t size)
{
    static const struct {
        const char *text;
        char character;
    } references[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}};
    for (size_t i = 0; i < size;) {
        size_t length = 1;
        char character = text[i];
        for (size_t r = 0; r < 4; r++) {
            size_t known = strlen(references[r].text);
            if (i + known > size || memcmp(text + i, references[r].text, known) != 0) continue;
            character = references[r].character;
            length = known;
            break;
        }
        if (length == 1) {
            const char *next = memchr(text + i + 1, '&', size - i - 1);
            length = next != NULL ? (size_t)(next - text) - i : size - i;
            QUIRE_TRY(quire_markup_append(scan->out, text + i, length));
        } else {
            QUIRE_TRY(quire_markup_append(scan->out, &character, 1));
        }
        i += length;
    }
    return 0;
}

static int put_text(struct scan *scan, const char *text, size_t size)
{
    const struct group *group = &scan->groups[scan->depth];
    if (size == 0) return 0;
    if (!quire_svg_in_alphabet(group->x, NUMBER_ALPHABET)) return QUIRE_IO;
    QUIRE_TRY(quire_buf_append_text(scan->out, "<text"));
    QUIRE_TRY(put_attribute(scan, "x", group->x, NUMBER_ALPHABET));
    QUIRE_TRY(put_attribute(scan, "y", group->y, NUMBER_ALPHABET));
    QUIRE_TRY(put_color(scan, "fill", group->fill));
    QUIRE_TRY(put_attribute(scan, "font-size", group->font_size, NUMBER_ALPHABET));
    QUIRE_TRY(put_attribute(scan, "font-weight", group->weight, "bold"));
    QUIRE_TRY(put_attribute(scan, "text-anchor", group->anchor, "startmidleen"));
    QUIRE_TRY(quire_buf_push(scan->out, '>'));
    QUIRE_TRY(put_characters(scan, text, size));
    return quire_buf_append_text(scan->out, "</text>\n");
}

/* --- The document ------------------------------------------------------------------------------
 */

static int damaged(struct quire_error *error)
{
    return quire_fail(error, QUIRE_IO, OPERATION, "what gnuplot drew is no SVG that is known");
}

/* What the functions above return as an error. */
static int fail_as(int code, struct quire_error *error)
{
    if (code == 0) return 0;
    return code == QUIRE_MEMORY ? quire_fail_memory(error, OPERATION) : damaged(error);
}

static int enter_group(struct scan *scan, struct quire_svg_span tag, struct quire_error *error)
{
    if (scan->depth + 1 == DEPTH_MAX) return damaged(error);
    struct group group = scan->groups[scan->depth];
    struct quire_svg_span none;
    struct quire_svg_span transform = quire_svg_attribute(tag, "transform");
    group.stroke_width = quire_svg_attribute_or(tag, "stroke-width", group.stroke_width);
    group.fill = quire_svg_attribute_or(tag, "fill", group.fill);
    group.font_size = quire_svg_attribute_or(tag, "font-size", group.font_size);
    group.weight = quire_svg_attribute_or(tag, "font-weight", group.weight);
    group.anchor = quire_svg_attribute_or(tag, "text-anchor", group.anchor);
    if (transform.text != NULL) quire_svg_transform(transform, &group.x, &group.y, &none);
    scan->groups[++scan->depth] = group;
    return 0;
}

static int leave_group(struct scan *scan, struct quire_error *error)
{
    if (scan->depth == 0) return damaged(error);
    scan->depth--;
    return 0;
}

static int take_text(struct scan *scan, struct quire_error *error)
{
    const char *end = scan->at < scan->end
                          ? memmem(scan->at, (size_t)(scan->end - scan->at), "</text>", 7)
                          : NULL;
    if (end == NULL) return damaged(error);
    const char *text = scan->at;
    scan->at = end;
    /* gnuplot puts nothing in it but characters where markup is switched off. */
    if (memchr(text, '<', (size_t)(end - text)) != NULL) return damaged(error);
    return fail_as(put_text(scan, text, (size_t)(end - text)), error);
}

static int take_tag(struct scan *scan, struct quire_svg_span tag, struct quire_error *error)
{
    int code = 0;
    if (quire_svg_starts(tag, "<g")) return enter_group(scan, tag, error);
    if (quire_svg_starts(tag, "</g")) return leave_group(scan, error);
    if (quire_svg_starts(tag, "<text")) return take_text(scan, error);
    if (quire_svg_starts(tag, "<path")) code = put_path(scan, tag);
    if (quire_svg_starts(tag, "<polygon")) code = put_polygon(scan, tag);
    if (quire_svg_starts(tag, "<use")) code = put_symbol(scan, tag);
    return fail_as(code, error);
}

/* Passes over what only defines: symbols and filters. */
static const char *behind_definitions(const struct quire_buf *drawn)
{
    static const char mark[] = "</defs>";
    if (drawn->size < 5 || memcmp(drawn->data, "<?xml", 5) != 0) return NULL;
    const char *at = memmem(drawn->data, drawn->size, mark, sizeof(mark) - 1);
    return at != NULL ? at + sizeof(mark) - 1 : NULL;
}

static int scan_all(struct scan *scan, struct quire_error *error)
{
    scan->groups[0] = (struct group){{NULL, 0}};
    while (scan->at < scan->end) {
        const char *open = memchr(scan->at, '<', (size_t)(scan->end - scan->at));
        if (open == NULL) break;
        const char *close = memchr(open, '>', (size_t)(scan->end - open));
        if (close == NULL) return damaged(error);
        scan->at = close + 1;
        struct quire_svg_span tag = {open, (size_t)(scan->at - open)};
        if (quire_svg_starts(tag, "</svg")) return 0;
        /* The group around all was opened before the definitions. */
        if (quire_svg_starts(tag, "</g") && scan->depth == 0) continue;
        QUIRE_TRY(take_tag(scan, tag, error));
    }
    return damaged(error); /* it was cut */
}

static int put_name(struct quire_buf *out, const char *element, const char *id, const char *text)
{
    if (text == NULL) return 0;
    QUIRE_TRY(quire_buf_printf(out, "<%s", element));
    if (id != NULL) QUIRE_TRY(quire_buf_printf(out, " id=\"%s-%s\"", id, element));
    QUIRE_TRY(quire_buf_push(out, '>'));
    QUIRE_TRY(quire_markup_append(out, text, strlen(text)));
    return quire_buf_printf(out, "</%s>\n", element);
}

static int put_root(const struct quire_chart *chart, const struct quire_chart_options *options,
                    struct quire_buf *out)
{
    bool page = options->format == QUIRE_CHART_INLINE;
    const char *id = page ? options->id : NULL;
    if (!page)
        QUIRE_TRY(quire_buf_append_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    QUIRE_TRY(quire_buf_printf(out,
                               "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
                               "viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\"",
                               options->width, options->height, options->width, options->height));
    if (id != NULL && chart->title != NULL)
        QUIRE_TRY(quire_buf_printf(out, " aria-labelledby=\"%s-title\"", id));
    if (id != NULL && chart->description != NULL)
        QUIRE_TRY(quire_buf_printf(out, " aria-describedby=\"%s-desc\"", id));
    if (!page)
        QUIRE_TRY(quire_buf_append_text(
            out, " font-family=\"system-ui, 'Helvetica Neue', Arial, sans-serif\""));
    QUIRE_TRY(quire_buf_append_text(out, ">\n"));
    QUIRE_TRY(put_name(out, "title", id, chart->title));
    QUIRE_TRY(put_name(out, "desc", id, chart->description));
    if (page) return 0;
    return quire_buf_printf(out, "<rect width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n",
                            options->width, options->height,
                            (unsigned)quire_chart_role_rgb(QUIRE_CHART_ROLE_PAPER));
}

int quire_chart_svg(const struct quire_chart *chart, const struct quire_chart_options *options,
                    const struct quire_buf *drawn, struct quire_buf *out, struct quire_error *error)
{
    const char *at = behind_definitions(drawn);
    if (at == NULL) return damaged(error);
    struct scan scan = {
        .at = at,
        .end = (const char *)drawn->data + drawn->size,
        .out = out,
        .page = options->format == QUIRE_CHART_INLINE,
    };
    if (put_root(chart, options, out) != 0) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(scan_all(&scan, error));
    if (quire_buf_append_text(out, "</svg>\n") != 0) return quire_fail_memory(error, OPERATION);
    return 0;
}
