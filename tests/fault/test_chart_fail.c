/* A chart is drawn and a page is written while the Nth allocation or store operation fails, once
 * or from then on: the call says so or all is there, what was there before stays until then, and
 * no memory and no child is left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "call_way.h"
#include "fault_alloc.h"
#include "fault_store.h"
#include "quire/memory.h"
#include "quire/runlog_page.h"
#include "scratch.h"

#define N_MAX   100000
#define URL_MAX 4200

static char program[URL_MAX], page[URL_MAX], url[URL_MAX + 16];
static const char before[] = "what was there";

static const char summary[] =
    "{\"table_fqn\":\"runs\",\"since\":\"2024-03-01T00:00:00Z\",\"until\":\"2024-03-02T00:00:00Z\","
    "\"total_rows\":2,\"failed_rows\":1,\"total_executions\":1,\"anomaly_count\":1,"
    "\"phase_distribution\":{\"gold\":2},"
    "\"by_phase\":[{\"phase\":\"gold\",\"total_rows\":2,\"total_duration_secs\":3.5}],"
    "\"by_step\":[{\"phase\":\"gold\",\"step_name\":\"a<b\",\"total_duration_secs\":3}],"
    "\"by_day\":[{\"day\":\"2024-03-01\",\"average_duration_secs\":1,\"failed_rows\":1}],"
    "\"by_hour\":[{\"hour\":\"2024-03-01T07:00:00Z\",\"total_rows_processed\":12345}],"
    "\"anomalies\":[{\"type\":\"duration\",\"value\":9,\"severity\":\"high\","
    "\"created_at\":\"2024-03-01T07:00:00Z\"}]}";

/* In the place of gnuplot, for speed: says what gnuplot would. */
static const char program_text[] =
    "#!/bin/sh\n"
    "echo '<?xml version=\"1.0\"?><svg><defs></defs><g stroke-width=\"2\"><path d=\"M1,2 L3,4\"/>"
    "</g><g transform=\"translate(5,6)\"><text>a&lt;b</text></g></svg>'\n";

static int setup(void **state)
{
    if (scratch_setup(state) != 0) return -1;
    snprintf(program, sizeof(program), "%s/program", (const char *)*state);
    snprintf(page, sizeof(page), "%s/page.html", (const char *)*state);
    snprintf(url, sizeof(url), "fault://%s", page);
    scratch_write(program, program_text);
    if (chmod(program, 0755) != 0) return -1;
    return quire_store_register(&fault_store, NULL);
}

static bool has_child(void)
{
    return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}

/* --- A chart -----------------------------------------------------------------------------------
 */

static int draw(enum quire_chart_format format, struct quire_error *error)
{
    static const double values[] = {3, 1};
    static const char *const names[] = {"`a`", "b"};
    const struct quire_chart_series series[] = {{.name = "x", .values = values},
                                                {.name = "y", .values = values}};
    const struct quire_chart chart = {
        .kind = QUIRE_CHART_STACKED,
        .title = "t",
        .points_size = 2,
        .categories = names,
        .series = series,
        .series_size = 2,
    };
    const struct quire_chart_options options = {.program = program, .format = format};
    void *picture = NULL;
    size_t size = 0;
    int code = quire_chart_render(&chart, &options, &picture, &size, error);
    assert_true((code == 0) == (picture != NULL));
    if (code == 0) assert_non_null(memmem(picture, size, ">a&lt;b</text>", 14));
    quire_free(picture);
    return code;
}

/* whole: what becomes of it when nothing fails. */
static void expect_drawing(enum quire_chart_format format, int whole)
{
    for (int onwards = 0; onwards < 2; onwards++) {
        const struct call_way way = {.onwards = onwards == 1};
        int64_t n = 1;
        for (bool reached = true; reached; n += fault_every()) {
            struct quire_error error;
            assert_true(n < N_MAX);
            call_way_arm(&way, n);
            int code = draw(format, &error);
            reached = call_way_disarm(&way, n, 0);
            assert_int_equal(code, reached ? QUIRE_MEMORY : whole);
            if (reached) assert_int_equal(error.code, QUIRE_MEMORY);
            assert_false(has_child());
        }
        assert_true(n > 10);
    }
}

static void test_drawing(void **state)
{
    (void)state;
    expect_drawing(QUIRE_CHART_SVG, 0);
    /* Also what fonts there are; what this program makes is no PNG. */
    expect_drawing(QUIRE_CHART_PNG, QUIRE_IO);
}

/* --- A page ------------------------------------------------------------------------------------
 */

/* Without gnuplot, which has its own test. */
static int write_page(struct quire_error *error)
{
    const struct quire_runlog_page_options options = {
        .gnuplot = "/nonexistent/gnuplot",
        .trends = "{\"quality\":{\"grade\":\"A\"}}",
        .durability = QUIRE_DURABILITY_NONE,
    };
    return quire_runlog_page_write(summary, url, &options, error);
}

static void check_page(const struct call_way *way, int code, bool reached)
{
    const char *text = scratch_read(page);
    assert_non_null(text);
    bool whole = strstr(text, "</html>\n") != NULL;
    if (!whole) assert_string_equal(text, before);
    if (code == 0) assert_true(whole);
    if (code != 0 && !way->after) assert_false(whole);
    if (!reached) assert_int_equal(code, 0);
}

static void test_page(void **state)
{
    (void)state;
    for (size_t w = 0; w < CALL_WAYS; w++) {
        const struct call_way *way = &call_ways[w];
        int64_t n = 1;
        for (bool reached = true; reached; n += way->store ? 1 : fault_every()) {
            struct quire_error error;
            assert_true(n < N_MAX);
            scratch_write(page, before);
            call_way_arm(way, n);
            int code = write_page(&error);
            reached = call_way_disarm(way, n, 0);
            if (!way->store && reached) assert_int_equal(code, QUIRE_MEMORY);
            check_page(way, code, reached);
        }
        assert_true(n > (way->store ? 2 : 20));
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drawing),
        cmocka_unit_test(test_page),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
