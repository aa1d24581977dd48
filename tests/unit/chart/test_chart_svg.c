/* gnuplot's SVG written anew: what it draws is kept, and nothing that it does not draw. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "chart/chart_png.h"
#include "chart/chart_svg.h"

#define HEAD                                                                                   \
    "<?xml version=\"1.0\"?>\n<svg width=\"9\">\n<title>Gnuplot</title>\n"                     \
    "<g id=\"gnuplot_canvas\">\n<rect fill=\"#ffffff\"/>\n<defs><path id='gpPt0' d='M0,0'/>\n" \
    "</defs>\n"
#define TAIL "</g>\n</svg>\n"

static const struct quire_chart chart = {.title = "A & <b>", .description = "\"d\""};

static int convert(const char *drawn, enum quire_chart_format format, struct quire_buf *out)
{
    const struct quire_chart_options options = {
        .format = format, .width = 300, .height = 200, .id = "c"};
    struct quire_buf text = {0};
    struct quire_error error;
    quire_error_clear(&error);
    assert_int_equal(quire_buf_append_text(&text, drawn), 0);
    int code = quire_chart_svg(&chart, &options, &text, out, &error);
    if (code != 0) assert_int_equal(error.code, code);
    assert_int_equal(quire_buf_terminate(out), 0);
    quire_buf_release(&text);
    return code;
}

/* The elements behind the title and description. */
static void expect_shapes(const char *shapes, const char *expected)
{
    static char drawn[4000];
    struct quire_buf out = {0};
    strcpy(drawn, HEAD);
    strcat(drawn, shapes);
    strcat(drawn, TAIL);
    assert_int_equal(convert(drawn, QUIRE_CHART_INLINE, &out), 0);
    const char *at = strstr((const char *)out.data, "</desc>\n");
    assert_non_null(at);
    at += strlen("</desc>\n");
    size_t size = strlen(at) - strlen("</svg>\n");
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(at, expected, size);
    quire_buf_release(&out);
}

static void expect_damaged(const char *drawn)
{
    struct quire_buf out = {0};
    assert_int_equal(convert(drawn, QUIRE_CHART_INLINE, &out), QUIRE_IO);
    quire_buf_release(&out);
}

static void test_root(void **state)
{
    struct quire_buf out = {0};
    (void)state;
    assert_int_equal(convert(HEAD TAIL, QUIRE_CHART_INLINE, &out), 0);
    assert_string_equal((const char *)out.data,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
                        "viewBox=\"0 0 300 200\" width=\"300\" height=\"200\" "
                        "aria-labelledby=\"c-title\" aria-describedby=\"c-desc\">\n"
                        "<title id=\"c-title\">A &amp; &lt;b&gt;</title>\n"
                        "<desc id=\"c-desc\">&quot;d&quot;</desc>\n</svg>\n");
    quire_buf_clear(&out);
    assert_int_equal(convert(HEAD TAIL, QUIRE_CHART_SVG, &out), 0);
    assert_non_null(strstr((const char *)out.data, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    assert_non_null(
        strstr((const char *)out.data, "<rect width=\"300\" height=\"200\" fill=\"#ffffff\"/>"));
    quire_buf_release(&out);
}

static void test_shapes(void **state)
{
    (void)state;
    expect_shapes("<g stroke-width=\"2.00\">\n\t<path stroke='rgb(  1,   2,   4)' class=\"x\"  "
                  "d='M1.50,2 L3,4\n\t\tL5,6  '/></g>\n",
                  "<path fill=\"none\" stroke=\"var(--quire-tone-1)\" stroke-width=\"2.00\" "
                  "stroke-linejoin=\"round\" d=\"M1.50,2 L3,4\n\t\tL5,6\"/>\n");
    expect_shapes("<g><polygon fill = 'rgb(170, 187, 204)' points = '1,2 3,4 5.5,6 '/></g>",
                  "<polygon fill=\"#aabbcc\" points=\"1,2 3,4 5.5,6\"/>\n");
    expect_shapes("<g><use xlink:href='#gpPt6' transform='translate(1.5,2) scale(2.70)' "
                  "color='rgb(1,2,13)'/></g>",
                  "<circle cx=\"1.5\" cy=\"2\" r=\"2.70\" fill=\"var(--quire-bad)\"/>\n");
    expect_shapes("<g><use xlink:href='#gpPt5' transform='translate(1,2) scale(3)' "
                  "color='#010203'/></g>",
                  "<circle cx=\"1\" cy=\"2\" r=\"3\" stroke=\"var(--quire-paper)\" fill=\"none\" "
                  "stroke-width=\"2\"/>\n");
}

static void test_texts(void **state)
{
    (void)state;
    expect_shapes("<g transform=\"translate(5,6.25)\" stroke=\"none\" fill=\"rgb(1,2,1)\" "
                  "font-size=\"12.00\"  text-anchor=\"end\">\n\t\t<text>a&lt;b&gt;&amp;&quot;'"
                  "&#60;\xff\x01</text>\n</g>\n",
                  "<text x=\"5\" y=\"6.25\" fill=\"var(--quire-quiet)\" font-size=\"12.00\" "
                  "text-anchor=\"end\">a&lt;b&gt;&amp;&quot;&#39;&amp;#60;\ufffd\ufffd</text>\n");
    expect_shapes("<g transform=\"translate(5,6)\"><text></text></g>", "");
}

/* What is not drawn by gnuplot does not get through, and nor does a value that is no number. */
static void test_others(void **state)
{
    (void)state;
    expect_shapes("<script>alert(1)</script><image href=\"http://x\"/><a href=\"x\"><style>*{}"
                  "</style></a><foreignObject/>",
                  "");
    expect_shapes("<g id=\"gnuplot_plot_1\" ><title>x</title></g>", "");
    expect_shapes(
        "<g stroke-width=\"1;x\" onload=\"x()\"><path onclick='x' style='y' d='M1,2'/></g>",
        "<path fill=\"none\" stroke=\"var(--quire-ink)\" stroke-linejoin=\"round\" "
        "d=\"M1,2\"/>\n");
}

static void test_damaged(void **state)
{
    (void)state;
    expect_damaged("");
    expect_damaged("<svg></svg>");
    expect_damaged("<?xml version=\"1.0\"?><svg>");
    expect_damaged(HEAD);
    expect_damaged(HEAD "<path d='M1,2");
    expect_damaged(HEAD "<path d='M1,2 url(x)'/>" TAIL);
    expect_damaged(HEAD "<path stroke='red'/>" TAIL);
    expect_damaged(HEAD "<polygon points='a'/>" TAIL);
    expect_damaged(HEAD "<use xlink:href='#gpPt6' transform='rotate(1)'/>" TAIL);
    expect_damaged(HEAD "<text>no place</text>" TAIL);
    expect_damaged(HEAD "<g transform=\"translate(1,2)\"><text>a<tspan>b</tspan></text></g>" TAIL);
    expect_damaged(HEAD "<g transform=\"translate(1,2)\"><text>never ends");
    expect_damaged(HEAD "<g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g><g>" TAIL);
}

static void test_png(void **state)
{
    static const char picture[] = "\x89PNG\r\n\x1a\n"
                                  "\0\0\0\rIHDR0123456789abcCRC!"
                                  "\0\0\0\0IEND\xae\x42\x60\x82";
    static const unsigned char chunk[] = {0,    0,    0x2e, 0x23, 0,    0,   0x2e,
                                          0x23, 0x01, 0x78, 0xa5, 0x3f, 0x76};
    struct quire_buf drawn = {0}, out = {0};
    (void)state;
    assert_int_equal(quire_buf_append(&drawn, picture, sizeof(picture) - 1), 0);
    assert_int_equal(quire_chart_png(&drawn, 300, &out, NULL), 0);
    assert_int_equal(out.size, sizeof(picture) - 1 + 21);
    assert_memory_equal(out.data, picture, 33);
    assert_memory_equal(out.data + 33, "\0\0\0\tpHYs", 8);
    assert_memory_equal(out.data + 41, chunk, sizeof(chunk));
    assert_memory_equal(out.data + 54, picture + 33, 12);
    drawn.size -= 8;
    assert_int_equal(quire_chart_png(&drawn, 300, &out, NULL), QUIRE_IO);
    drawn.size = 3;
    assert_int_equal(quire_chart_png(&drawn, 300, &out, NULL), QUIRE_IO);
    quire_buf_release(&drawn);
    quire_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_root),   cmocka_unit_test(test_shapes),  cmocka_unit_test(test_texts),
        cmocka_unit_test(test_others), cmocka_unit_test(test_damaged), cmocka_unit_test(test_png),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
