/* What is written is held against what the table has of its steps, which is read once for that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quire/runlog_write.h"
#include "record_store.h"
#include "scratch.h"

#define STEPS 20

static char url[4200];
static struct quire_runlog_options config;
static struct quire_runlog_writer *writer;

static int setup(void **state)
{
    if (scratch_setup(state) != 0) return -1;
    snprintf(url, sizeof(url), "record://%s/log", (const char *)*state);
    if (quire_store_register(&record_store, NULL) != 0) return -1;
    return quire_options_init(quire_runlog_options_table(), &config, NULL);
}

static int teardown(void **state)
{
    quire_runlog_close(writer);
    quire_options_release(quire_runlog_options_table(), &config);
    return scratch_teardown(state);
}

static void write_rows(double duration_secs, double rate, struct quire_runlog_result *result)
{
    static char names[STEPS][16];
    struct quire_runlog_row rows[STEPS];
    for (size_t i = 0; i < STEPS; i++) {
        snprintf(names[i], sizeof(names[i]), "step-%d", (int)(i % 4));
        quire_runlog_model_init(QUIRE_RUNLOG_MODEL_ROW, &rows[i]);
        rows[i].run_id = "run";
        rows[i].phase = "gold";
        rows[i].step_name = names[i];
        rows[i].duration_secs = duration_secs;
        rows[i].rows_processed = 1000;
        rows[i].validation_rate = rate;
    }
    assert_int_equal(quire_runlog_write_log_rows(writer, rows, STEPS, NULL, result, NULL), 0);
}

#define LITTLE 64 /* bytes of an index of pages, which may be looked at again */

/* How often bytes of data files were read, and how often they had been before. */
static void count_reads(int *reads, int *again)
{
    const char *text = record_store_text(), *line = text;
    *reads = *again = 0;
    for (const char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        const char *plus = memrchr(line, '+', (size_t)(end - line));
        if (strncmp(line, "read_at ", 8) != 0 || plus == NULL ||
            memmem(line, (size_t)(end - line), "/part-", 6) == NULL ||
            strtoll(plus + 1, NULL, 10) <= LITTLE)
            continue;
        ++*reads;
        *again += memmem(text, (size_t)(line - text), line, (size_t)(end - line + 1)) != NULL;
    }
}

static void test_the_table_is_read_once(void **state)
{
    static const struct quire_runlog_writer_options options = {
        .durability = QUIRE_DURABILITY_NONE, .threads = 1, .memory_max = INT64_C(32) << 20};
    struct quire_runlog_result result;
    int reads, again;
    (void)state;
    config.enable_anomaly_detection = true;
    config.anomaly_history_days = 30;
    config.enable_optimization = false;
    assert_int_equal(quire_runlog_open(url, &config, &options, &writer, NULL), 0);
    write_rows(10, 99, &result);
    assert_non_null(strstr(result.anomaly_results, "\"anomaly_count\":0"));
    record_store_clear();
    write_rows(11, 80, &result);
    /* Both what rows are held against and what days say of steps. */
    assert_non_null(strstr(result.anomaly_results, "\"type\":\"step_duration\""));
    assert_non_null(strstr(result.anomaly_results, "\"type\":\"step_mean_rate\""));
    count_reads(&reads, &again);
    assert_true(reads > 0);
    assert_int_equal(again, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_table_is_read_once, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
