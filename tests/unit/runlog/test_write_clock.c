/* Durations of writes, on a machine whose time of day is set back and ahead meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "quire/memory.h"
#include "quire/runlog_upkeep.h"
#include "quire/runlog_write.h"
#include "scratch.h"

static char url[4200];
static struct quire_runlog_options config;
static long step_secs; /* by which the time of day moves with each look at it */

/* Goes before that of the C library. */
int clock_gettime(clockid_t id, struct timespec *now)
{
    static long moved_secs;
    if (syscall(SYS_clock_gettime, id, now) != 0) return -1;
    if (id != CLOCK_REALTIME) return 0;
    moved_secs += step_secs;
    now->tv_sec += moved_secs;
    return 0;
}

static int setup(void **state)
{
    if (scratch_setup(state) != 0) return -1;
    snprintf(url, sizeof(url), "%s/log", (const char *)*state);
    return quire_options_init(quire_runlog_options_table(), &config, NULL);
}

static int teardown(void **state)
{
    step_secs = 0;
    quire_options_release(quire_runlog_options_table(), &config);
    return scratch_teardown(state);
}

static void write_rows(long secs)
{
    static const struct quire_runlog_writer_options options = {.durability = QUIRE_DURABILITY_NONE,
                                                               .threads = 1};
    struct quire_runlog_writer *writer = NULL;
    struct quire_runlog_result result;
    struct quire_runlog_row row;
    quire_runlog_row_init(&row);
    row.phase = "gold";
    row.step_name = "s";
    step_secs = secs;
    assert_int_equal(quire_runlog_open(url, &config, &options, &writer, NULL), 0);
    assert_int_equal(quire_runlog_write_log_rows(writer, &row, 1, NULL, &result, NULL), 0);
    assert_true(result.duration_secs >= 0 && result.duration_secs < 3600);
    assert_true(result.metrics.total_duration_secs >= 0);
    assert_true(result.metrics.total_duration_secs < 3600);
    quire_runlog_close(writer);
}

/* The ceiling of 300 s is not passed, either. */
static void test_time_that_is_set(void **state)
{
    char *json = NULL;
    (void)state;
    write_rows(-7200);
    write_rows(7200);
    assert_int_equal(quire_runlog_table_metrics(url, &json, NULL), 0);
    const char *at = strstr(json, "\"total_duration_secs\":");
    assert_non_null(at);
    double secs = strtod(strchr(at, ':') + 1, NULL);
    assert_true(secs >= 0 && secs < 3600);
    quire_free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_time_that_is_set, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
