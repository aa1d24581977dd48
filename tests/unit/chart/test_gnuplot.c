/* gnuplot as a child: that which is there, one that is not, and ones that do wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chart/gnuplot.h"
#include "quire/chart.h"
#include "quire/memory.h"
#include "scratch.h"

static const double at[] = {1, 2, 3};
static const double values[] = {3, 1, 2};
static const char *const names[] = {"`touch was-here`", "\"; !touch was-here\n", "c"};
static const struct quire_chart_series series = {.values = values};
static const struct quire_chart chart = {
    .kind = QUIRE_CHART_BAR,
    .title = "t",
    .points_size = 3,
    .categories = names,
    .at = at,
    .series = &series,
    .series_size = 1,
};

/* A program of the test's own in the place of gnuplot. */
static const char *program_of(void **state, const char *body)
{
    const char *path = scratch_path(*state, "program");
    char text[1000];
    snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", body);
    scratch_write(path, text);
    assert_int_equal(chmod(path, 0755), 0);
    return path;
}

static int render(const struct quire_chart_options *options, char **picture, size_t *size,
                  struct quire_error *error)
{
    void *bytes = NULL;
    quire_error_clear(error);
    int code = quire_chart_render(&chart, options, &bytes, size, error);
    *picture = bytes;
    return code;
}

static void expect_failure(const struct quire_chart_options *options, int code, const char *cause)
{
    struct quire_error error;
    char *picture;
    size_t size;
    assert_int_equal(render(options, &picture, &size, &error), code);
    if (strstr(error.cause, cause) == NULL) fail_msg("%s", error.cause);
    assert_null(picture);
}

static void test_drawn(void **state)
{
    struct quire_error error;
    struct quire_chart_options options = {.format = QUIRE_CHART_SVG};
    char *picture;
    size_t size;
    (void)state;
    if (render(&options, &picture, &size, &error) != 0) fail_msg("%s", error.cause);
    assert_memory_equal(picture, "<?xml", 5);
    assert_non_null(memmem(picture, size, "`touch was-here`</text>", 23));
    assert_non_null(memmem(picture, size, "&quot;; !touch was-here</text>", 30));
    assert_non_null(memmem(picture, size, "<polygon fill=\"#2f6db5\"", 23));
    quire_free(picture);
    options.format = QUIRE_CHART_PNG;
    if (render(&options, &picture, &size, &error) != 0) fail_msg("%s", error.cause);
    assert_memory_equal(picture + 1, "PNG", 3);
    quire_free(picture);
    assert_int_not_equal(access("was-here", F_OK), 0);
}

static void test_none(void **state)
{
    struct quire_error error;
    char *picture;
    size_t size;
    const struct quire_chart_options options = {.program = scratch_path(*state, "none")};
    assert_int_equal(render(&options, &picture, &size, &error), QUIRE_UNSUPPORTED);
    assert_non_null(strstr(error.cause, "cannot be run: there is none"));
    assert_non_null(strstr(error.hint, "gnuplot"));
    scratch_write(scratch_path(*state, "text"), "no program");
    expect_failure(&(struct quire_chart_options){.program = scratch_path(*state, "text")},
                   QUIRE_UNSUPPORTED, "it is no program");
}

static void test_fails(void **state)
{
    const struct quire_chart_options options = {
        .program =
            program_of(state, "echo 'line 3: undefined x' >&2; printf '\\033[1m' >&2; exit 7")};
    expect_failure(&options, QUIRE_IO, "gnuplot failed (status 7): line 3: undefined x  [1m");
}

static void test_killed(void **state)
{
    const struct quire_chart_options options = {.program = program_of(state, "kill -9 $$")};
    expect_failure(&options, QUIRE_IO, "gnuplot was ended by signal 9");
}

static void test_says_nonsense(void **state)
{
    expect_failure(&(struct quire_chart_options){.program = program_of(state, "echo hello")},
                   QUIRE_IO, "no SVG that is known");
    expect_failure(&(struct quire_chart_options){.format = QUIRE_CHART_PNG,
                                                 .program = program_of(state, "echo hello")},
                   QUIRE_IO, "no whole PNG");
    expect_failure(&(struct quire_chart_options){.program = program_of(state, "exit 0")}, QUIRE_IO,
                   "no SVG that is known");
}

static void test_hangs(void **state)
{
    expect_failure(
        &(struct quire_chart_options){.program = program_of(state, "sleep 1000"), .timeout_ms = 50},
        QUIRE_LIMIT, "not done within 50 ms");
    /* One that has closed its ends, and lives on. */
    expect_failure(
        &(struct quire_chart_options){
            .program = program_of(state, "exec >/dev/null 2>&1; sleep 1000"), .timeout_ms = 50},
        QUIRE_LIMIT, "not done within 50 ms");
}

static void test_says_much(void **state)
{
    expect_failure(
        &(struct quire_chart_options){
            .program = program_of(state, "head -c 70000000 /dev/zero; sleep 1000")},
        QUIRE_LIMIT, "larger than 64 MiB");
    expect_failure(
        &(struct quire_chart_options){
            .program = program_of(state, "head -c 5000000 /dev/zero >&2; echo last >&2; exit 1")},
        QUIRE_IO, " last");
}

static bool stop(void *user)
{
    int *left = user;
    return (*left)-- <= 0;
}

static void test_cancelled(void **state)
{
    int left = 3;
    const struct quire_observer observer = {.user = &left, .cancelled = stop};
    const struct quire_context_options with = {.threads = 1, .observer = &observer};
    struct quire_context *context = NULL;
    assert_int_equal(quire_context_new(&with, &context, NULL), 0);
    expect_failure(&(struct quire_chart_options){.program = program_of(state, "sleep 1000"),
                                                 .context = context},
                   QUIRE_CANCELLED, "");
    quire_context_free(context);
}

/* The child has nothing of this process: no variables, no descriptors but its three, all signals
 * as they were made. */
static void test_alone(void **state)
{
    const char *seen = scratch_path(*state, "seen");
    char body[600];
    snprintf(body, sizeof(body), "env > %s; cat > %s.in; exit 1", seen, seen);
    assert_int_equal(setenv("QUIRE_SECRET", "x", 1), 0);
    expect_failure(&(struct quire_chart_options){.program = program_of(state, body)}, QUIRE_IO,
                   "status 1");
    const char *environment = scratch_read(seen);
    assert_non_null(strstr(environment, "LC_ALL=C.UTF-8"));
    assert_null(strstr(environment, "QUIRE_SECRET"));
    assert_null(strstr(environment, "HOME"));
    assert_memory_equal(scratch_read(scratch_path(*state, "seen.in")), "set encoding utf8\n", 18);
}

/* A host may ignore the ends of its children. */
static void test_ends_ignored(void **state)
{
    struct quire_error error;
    char *picture;
    size_t size;
    (void)state;
    void (*before)(int) = signal(SIGCHLD, SIG_IGN);
    assert_int_equal(render(&(struct quire_chart_options){.width = 200}, &picture, &size, &error),
                     0);
    quire_free(picture);
    signal(SIGCHLD, before);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        CASE(drawn), CASE(none),      CASE(fails),     CASE(killed), CASE(says_nonsense),
        CASE(hangs), CASE(says_much), CASE(cancelled), CASE(alone),  CASE(ends_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
