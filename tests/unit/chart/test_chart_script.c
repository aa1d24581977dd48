/* What gnuplot is told: every kind of chart, and that no text of a chart is among it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chart/chart.h"
#include "chart/chart_text.h"
#include "quire/memory.h"

#define POINTS 5

static const double at[POINTS] = {1, 2, 3, 4, 6};
static const double up[POINTS] = {10, 20, (double)NAN, 40, 50};
static const double down[POINTS] = {5, 4, 3, -2, 1};
static const char *const hostile[POINTS] = {
    "`touch /tmp/quire-was-here`",
    "\"; system \"touch x\"; set title \"",
    "$d1 << end\nend\nplot '<touch x'\n!touch x",
    "@macro %s %d {/Bold x} ^_ \\042 \\n",
    "' . system('touch x') . '\x01\x1b]0;x\x07",
};
static const struct quire_chart_series both[] = {{.name = "up `x`", .values = up},
                                                 {.name = "down $y", .values = down}};

static const struct quire_chart_mark marks[] = {{2, 20, "`mark`"}};

static struct quire_chart chart_of(enum quire_chart_kind kind, enum quire_chart_places places)
{
    return (struct quire_chart){
        .kind = kind,
        .title = "`title` $(x)",
        .places = places,
        .points_size = POINTS,
        .categories = hostile,
        .at = at,
        .place_axis = {.label = "`place`"},
        .value_axis = {.label = "\"value\""},
        .series = both,
        .series_size = 2,
        .marks = marks,
        .marks_size = 1,
        .marks_name = "'marks'",
    };
}

static char *script_of(const struct quire_chart *chart, const struct quire_chart_options *options)
{
    struct quire_buf out = {0};
    struct quire_error error;
    quire_error_clear(&error);
    if (quire_chart_script_of(chart, options, &out, &error) != 0) fail_msg("%s", error.cause);
    assert_int_equal(quire_buf_terminate(&out), 0);
    return (char *)out.data;
}

/* Strings hold letters and escapes, and where they are ours a name of a font or a colour; outside
 * of them there are words, numbers and names of data. */
static void check_line(const char *line, size_t size)
{
    bool in_string = false;
    for (size_t i = 0; i < size; i++) {
        bool letter = (line[i] | 0x20) >= 'a' && (line[i] | 0x20) <= 'z';
        bool digit = line[i] >= '0' && line[i] <= '9';
        if (line[i] == '"')
            in_string = !in_string;
        else if (in_string)
            assert_true(letter || digit || strchr("\\#:,-", line[i]) != NULL);
        else
            assert_true(letter || digit || strchr(" .,:-[]$<", line[i]) != NULL);
        if (!in_string && line[i] == '$') assert_true(line[i + 1] == 'd' && line[i + 2] >= '1');
    }
    assert_false(in_string);
}

static void check_script(const char *script)
{
    for (const char *line = script; *line != '\0';) {
        const char *end = strchr(line, '\n');
        assert_non_null(end);
        check_line(line, (size_t)(end - line));
        line = end + 1;
    }
}

static void test_no_text_is_told(void **state)
{
    static const enum quire_chart_format formats[] = {QUIRE_CHART_SVG, QUIRE_CHART_INLINE,
                                                      QUIRE_CHART_PNG};
    (void)state;
    for (int kind = QUIRE_CHART_LINE; kind <= QUIRE_CHART_SCATTER; kind++) {
        for (int places = QUIRE_CHART_CATEGORIES; places <= QUIRE_CHART_TIMES; places++) {
            for (size_t f = 0; f < 3; f++) {
                struct quire_chart chart =
                    chart_of((enum quire_chart_kind)kind, (enum quire_chart_places)places);
                const struct quire_chart_options options = {.format = formats[f]};
                char *script = script_of(&chart, &options);
                check_script(script);
                quire_free(script);
                chart.lying = places == QUIRE_CHART_CATEGORIES;
                chart.value_axis.log = true;
                script = script_of(&chart, &options);
                check_script(script);
                quire_free(script);
            }
        }
    }
}

static void test_script(void **state)
{
    (void)state;
    const double values[] = {1, 2};
    const double places[] = {0, 1};
    const struct quire_chart_series series = {.values = values};
    const struct quire_chart chart = {
        .kind = QUIRE_CHART_SCATTER,
        .places = QUIRE_CHART_NUMBERS,
        .points_size = 2,
        .at = places,
        .series = &series,
        .series_size = 1,
    };
    const struct quire_chart_options options = {
        .format = QUIRE_CHART_INLINE, .width = 200, .height = 100};
    char *script = script_of(&chart, &options);
    assert_non_null(strstr(script, "set encoding utf8\nset terminal svg noenhanced size 200,100 "));
    assert_non_null(strstr(script, "set xrange [0:200]\nset yrange [100:0]\n"));
    /* Ticks "1" and "2" of the values, in the colour that stands for quiet texts. */
    assert_non_null(strstr(script, "set label \"\\061\\056\\060\" at first "));
    assert_non_null(strstr(script, "textcolor rgb \"#010201\"\n"));
    assert_non_null(strstr(script, "with points pointtype 7 pointsize "));
    quire_free(script);
}

/* How often a name stands in a script, as gnuplot is told it; never among data. */
static size_t count_labels(const char *script, const char *name)
{
    size_t count = 0;
    bool data = false;
    char wanted[80];
    snprintf(wanted, sizeof(wanted), "set label \"%s\"", name);
    for (const char *line = script; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        size_t size = end != NULL ? (size_t)(end - line) : strlen(line);
        if (size > 7 && memcmp(line + size - 7, " << end", 7) == 0) data = true;
        if (size == 3 && memcmp(line, "end", 3) == 0) data = false;
        if (strncmp(line, wanted, strlen(wanted)) == 0) count++;
        assert_false(data && strncmp(line, "set ", 4) == 0);
        line = end != NULL ? end + 1 : NULL;
    }
    return count;
}

/* Names of marks stand where there is room for them, none upon another. */
static void test_names_of_marks(void **state)
{
    const double values[] = {1, 9}, places[] = {0, 10};
    const struct quire_chart_series series = {.values = values};
    const struct quire_chart_mark named[] = {
        {5, 5, "first"}, {5.2, 5, "second"}, {5, 9, "third"}, {10, 1, "atend"}, {2, 2, NULL}};
    const struct quire_chart chart = {
        .kind = QUIRE_CHART_LINE,
        .places = QUIRE_CHART_NUMBERS,
        .points_size = 2,
        .at = places,
        .series = &series,
        .series_size = 1,
        .marks = named,
        .marks_size = 5,
    };
    const struct quire_chart_options options = {
        .format = QUIRE_CHART_INLINE, .width = 300, .height = 200};
    (void)state;
    char *script = script_of(&chart, &options);
    assert_int_equal(count_labels(script, "first"), 1);
    assert_int_equal(count_labels(script, "second"), 1); /* before its ring */
    assert_int_equal(count_labels(script, "third"), 1);
    assert_int_equal(count_labels(script, "atend"), 1);
    quire_free(script);
    struct quire_chart crowded = chart;
    const struct quire_chart_mark near[] = {{5, 5, "first"}, {5, 5, "second"}, {5, 5, "third"}};
    crowded.marks = near;
    crowded.marks_size = 3;
    script = script_of(&crowded, &options);
    assert_int_equal(count_labels(script, "first") + count_labels(script, "second"), 2);
    assert_int_equal(count_labels(script, "third"), 0);
    quire_free(script);
}

/* Is there a label of that text? */
static bool has_label(const char *script, const char *text)
{
    struct quire_buf line = {0};
    assert_int_equal(quire_buf_append_text(&line, "set label "), 0);
    assert_int_equal(quire_chart_text_quote(&line, text, strlen(text)), 0);
    assert_int_equal(quire_buf_terminate(&line), 0);
    bool found = strstr(script, (const char *)line.data) != NULL;
    quire_buf_release(&line);
    return found;
}

/* Names that have no room are shown without what all begin with, and above the bars where these
 * are far enough from each other. */
static void test_long_names(void **state)
{
    static const char *const names[] = {"warehouse.production.orders_clean",
                                        "warehouse.production.orders_cleaned",
                                        "warehouse.production.order", "warehouse.production.orders",
                                        "warehouse.production.customer_lifetime_value_by_region"};
    (void)state;
    struct quire_chart chart = chart_of(QUIRE_CHART_BAR, QUIRE_CHART_CATEGORIES);
    struct quire_chart_options options = {.format = QUIRE_CHART_INLINE, .width = 330};
    chart.lying = true;
    chart.categories = names;
    chart.series_size = 1;
    chart.marks_size = 0;
    options.height = 150;
    char *script = script_of(&chart, &options);
    assert_true(has_label(script, "\u2026orders_clean") && has_label(script, "\u2026order"));
    assert_true(has_label(script, "\u2026custom\u2026y_region"));
    quire_free(script);
    options.height = 250;
    script = script_of(&chart, &options);
    assert_true(has_label(script, "\u2026customer_lifetime_value_by_region"));
    quire_free(script);
    options.width = 1000;
    script = script_of(&chart, &options);
    assert_true(has_label(script, names[0]) && has_label(script, names[4]));
    quire_free(script);
}

/* Hours of some days begin with the day of the first, not with the one before. */
static void test_days_of_hours(void **state)
{
    static const double hours[POINTS] = {7200, 43200, 93600, 129600, 180000};
    (void)state;
    struct quire_chart chart = chart_of(QUIRE_CHART_BAR, QUIRE_CHART_TIMES);
    chart.at = hours;
    chart.marks_size = 0;
    chart.place_axis.step_min = 3600;
    char *script = script_of(&chart, NULL);
    assert_true(has_label(script, "1 Jan") && has_label(script, "3 Jan"));
    assert_false(has_label(script, "31 Dec"));
    quire_free(script);
}

/* Numbers that no axis can hold are left out, and no chart of such is refused. */
static void test_extreme_numbers(void **state)
{
    static const double far[POINTS] = {DBL_MAX, -DBL_MAX, HUGE_VAL, 5e-324, 1e300};
    static const double same[POINTS] = {7, 7, 7, 7, 7};
    static const double near[POINTS] = {1e15, 1e15, 1e15 + 0.125, 1e15, 1e15};
    const double *const all[] = {far, same, near};
    (void)state;
    for (int kind = QUIRE_CHART_LINE; kind <= QUIRE_CHART_SCATTER; kind++) {
        for (size_t i = 0; i < 9; i++) {
            const struct quire_chart_series series = {.values = all[i / 3]};
            struct quire_chart chart =
                chart_of((enum quire_chart_kind)kind, (enum quire_chart_places)(1 + i % 2));
            chart.at = all[i % 3];
            chart.series = &series;
            chart.series_size = 1;
            char *script = script_of(&chart, NULL);
            assert_null(strstr(script, "inf"));
            assert_null(strstr(script, "nan"));
            quire_free(script);
        }
    }
}

static void expect_refused(const struct quire_chart *chart,
                           const struct quire_chart_options *options, const char *cause)
{
    struct quire_buf out = {0};
    struct quire_error error;
    assert_int_equal(quire_chart_script_of(chart, options, &out, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.cause, cause));
    assert_int_equal(out.size, 0);
    quire_buf_release(&out);
}

static void test_refused(void **state)
{
    (void)state;
    struct quire_chart chart = chart_of(QUIRE_CHART_BAR, QUIRE_CHART_CATEGORIES);
    expect_refused(&chart, &(struct quire_chart_options){.width = 99}, "the width is 99; allowed");
    expect_refused(&chart, &(struct quire_chart_options){.height = 4001}, "the height is 4001");
    expect_refused(&chart, &(struct quire_chart_options){.dpi = 23}, "dpi is 23");
    expect_refused(&chart, &(struct quire_chart_options){.timeout_ms = -1}, "timeout_ms is -1");
    expect_refused(&chart, &(struct quire_chart_options){.id = "a\"b"}, "the id");
    expect_refused(&chart, &(struct quire_chart_options){.id = "1"}, "the id");
    expect_refused(
        &chart,
        &(struct quire_chart_options){.format = QUIRE_CHART_PNG, .width = 4000, .dpi = 1200},
        "the larger side in dots is 50000");
    chart.series_size = 0;
    expect_refused(&chart, NULL, "the number of series is 0");
    chart = chart_of(QUIRE_CHART_BAR, QUIRE_CHART_CATEGORIES);
    chart.categories = NULL;
    expect_refused(&chart, NULL, "no places");
    chart = chart_of(QUIRE_CHART_BAR, QUIRE_CHART_CATEGORIES);
    chart.categories = (const char *const[]){"a", "b", NULL, "c", "d"};
    expect_refused(&chart, NULL, "category 3 has no name");
    chart = chart_of(QUIRE_CHART_BAR, QUIRE_CHART_NUMBERS);
    chart.lying = true;
    expect_refused(&chart, NULL, "only categories can lie");
    chart = chart_of(QUIRE_CHART_BAR, QUIRE_CHART_NUMBERS);
    chart.points_size = QUIRE_CHART_POINTS_MAX + 1;
    expect_refused(&chart, NULL, "the number of points is 100001");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_text_is_told), cmocka_unit_test(test_script),
        cmocka_unit_test(test_long_names),      cmocka_unit_test(test_days_of_hours),
        cmocka_unit_test(test_names_of_marks),  cmocka_unit_test(test_extreme_numbers),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
