/* A run log is written and read while the Nth allocation or store operation fails, once or from
 * then on, before or after it took effect. A write that says it is done has added its rows; one
 * that says it failed has added all or none of them; and no memory is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "call_way.h"
#include "fault_alloc.h"
#include "fault_store.h"
#include "quire/memory.h"
#include "quire/runlog_upkeep.h"
#include "quire/runlog_write.h"
#include "quire/table_write.h"
#include "scratch.h"

#define N_MAX        100000
#define URL_MAX      4200
#define STRIDE       997
#define STORE_STRIDE 3
#define STEPS        3

static const char report[] =
    "{\"bronze\":{\"a\":{\"validation\":{\"valid_rows\":5,\"invalid_rows\":1}}},"
    "\"silver\":{\"b\":{\"write\":{\"rows_written\":9,\"x\":1}},\"c\":{}},\"note\":\"n\","
    "\"run\":{\"mode\":\"initial\",\"started_at\":\"2024-02-29T23:59:59Z\"}}";

#define AT ",\"run_started_at\":\"2024-02-29T23:59:59Z\"}"
static const char rows_text[] = "{\"phase\":\"gold\",\"step_name\":\"a\"" AT "{\"phase\":\"brass\"}"
                                "{\"phase\":\"gold\",\"step_name\":\"b\"" AT "{\"phase\":\"gold\"}"
                                "{\"phase\":\"gold\",\"step_name\":\"c\"" AT;
#define REFUSED 2

static char folder[URL_MAX / 2], url[URL_MAX], input[URL_MAX / 2], output[URL_MAX / 2];
static char apart[URL_MAX / 2], rejects[URL_MAX];
static struct quire_runlog_options config;
static bool narrow;

static int setup(void **state)
{
    if (scratch_setup(state) != 0) return -1;
    snprintf(folder, sizeof(folder), "%s/t", (const char *)*state);
    snprintf(url, sizeof(url), "fault://%s", folder);
    snprintf(input, sizeof(input), "%s/report.json", (const char *)*state);
    snprintf(output, sizeof(output), "%s/out.jsonl", (const char *)*state);
    snprintf(apart, sizeof(apart), "%s/apart", (const char *)*state);
    snprintf(rejects, sizeof(rejects), "fault://%s/rejects.jsonl", apart);
    scratch_write(input, report);
    if (quire_options_init(quire_runlog_options_table(), &config, NULL) != 0) return -1;
    config.max_retries = 0;
    config.enable_anomaly_detection = true;
    config.anomaly_history_days = 30;
    return quire_store_register(&fault_store, NULL);
}

static int teardown(void **state)
{
    quire_options_release(quire_runlog_options_table(), &config);
    return scratch_teardown(state);
}

static int write_to(const char *place, const char *run_id, struct quire_error *error)
{
    static const struct quire_runlog_writer_options options = {
        .durability = QUIRE_DURABILITY_NONE, .threads = 1, .memory_max = INT64_C(32) << 20};
    const struct quire_runlog_text text = {
        .kind = config.quality_rejects != NULL ? QUIRE_RUNLOG_ROWS : QUIRE_RUNLOG_REPORT,
        .url = input};
    struct quire_runlog_writer *writer = NULL;
    struct quire_runlog_result result;
    char *json = NULL;
    int code = quire_runlog_open(place, &config, &options, &writer, error);
    if (code == 0) code = quire_runlog_write_text(writer, &text, run_id, &result, error);
    if (code == 0) {
        assert_int_equal(result.rows_written, STEPS);
        /* What became of it may be told or not; it stands. */
        if (quire_runlog_result_print(&result, &json, NULL) == 0) quire_free(json);
    }
    quire_runlog_close(writer);
    return code;
}

static int64_t count_rows(void)
{
    char *json = NULL;
    int code = quire_runlog_info(folder, &json, NULL);
    if (code == QUIRE_NOT_FOUND) return 0;
    assert_int_equal(code, 0);
    const char *at = strstr(json, "\"row_count\":");
    assert_non_null(at);
    long long rows = strtoll(at + 12, NULL, 10);
    quire_free(json);
    return rows;
}

/* --- What is done ---------------------------------------------------------------------------- */

static int append(struct quire_error *error)
{
    config.write_mode = QUIRE_RUNLOG_APPEND;
    return write_to(url, NULL, error);
}

static int merge(struct quire_error *error)
{
    config.write_mode = QUIRE_RUNLOG_MERGE;
    return write_to(url, "the-run", error);
}

static int export_rows(struct quire_error *error)
{
    const struct quire_runlog_export_options options = {
        .read = {.limit = 2, .filters = "{\"phase\":\"silver\"}"},
        .format = "jsonl",
        .path = output,
        .durability = QUIRE_DURABILITY_NONE,
    };
    char *json = NULL;
    int code = quire_runlog_export(url, &options, &json, error);
    quire_free(json);
    return code;
}

static int maintain(struct quire_error *error)
{
    const struct quire_runlog_maintain_options options = {.durability = QUIRE_DURABILITY_NONE};
    char *json = NULL;
    int code = quire_runlog_maintain(url, &options, &json, error);
    quire_free(json);
    return code;
}

static void make_narrow(void)
{
    static const char text[] = "run_id string, phase string, step_name string, "
                               "duration_secs float32, rows_processed int32, "
                               "run_started_at timestamp(us, UTC)";
    struct ArrowSchema schema;
    assert_int_equal(quire_schema_parse(text, strlen(text), &schema, NULL), 0);
    assert_int_equal(quire_table_create(folder, &schema, NULL, NULL), 0);
    quire_schema_release(&schema);
    config.schema_validation_mode = 1;
}

/* --- The loop -------------------------------------------------------------------------------- */

/* added: rows that the call adds each time; -1: as many as are not there yet. */
static void torture(int (*call)(struct quire_error *error), int64_t added)
{
    for (size_t i = 0; i < CALL_WAYS; i++) {
        const struct call_way *way = &call_ways[i];
        const int64_t stride = (way->store ? STORE_STRIDE : STRIDE) * fault_every();
        int64_t n = 1;
        for (bool fired = true; fired; n += stride) {
            struct quire_error error;
            /* A table that grows would make each try longer than the one before. */
            scratch_remove(folder);
            if (added <= 0) {
                config.write_mode = QUIRE_RUNLOG_APPEND;
                config.enable_schema_evolution = !narrow;
                if (narrow) make_narrow();
                assert_int_equal(write_to(folder, "the-run", NULL), 0);
                config.enable_schema_evolution = true;
            }
            int64_t before = count_rows();
            assert_true(n < N_MAX);
            quire_error_clear(&error);
            call_way_arm(way, n);
            int code = call(&error);
            fired = call_way_disarm(way, n, 0);
            int64_t now = count_rows(), more = added > 0 ? added : 0;
            assert_int_equal(code, code != 0 ? error.code : 0);
            assert_true(fired || code == 0);
            assert_true(now == before + more || (code != 0 && now == before));
        }
        assert_true(n > 1 + stride || fault_every() > 1);
    }
}

/* --- Rows that are set apart ----------------------------------------------------------------- */

static int set_apart(struct quire_error *error)
{
    config.write_mode = QUIRE_RUNLOG_APPEND;
    return write_to(url, NULL, error);
}

static int count_lines(void)
{
    int lines = 0;
    const char *text = scratch_read(scratch_path(apart, "rejects.jsonl"));
    assert_non_null(text);
    for (const char *at = text; *at != '\0'; at++)
        lines += *at == '\n';
    return lines;
}

/* Once the rows stand, those that were refused are in their file, or where they waited. */
static void check_apart(int code, int64_t added)
{
    int lines = count_lines() - 1;
    if (code == 0) {
        assert_int_equal(added, STEPS);
        assert_int_equal(lines, REFUSED);
    } else if (added == 0) {
        assert_int_equal(lines, 0);
    } else {
        assert_int_equal(added, STEPS);
        assert_true(lines == REFUSED || (lines == 0 && scratch_count(apart) == 2));
    }
}

static void test_set_apart(void **state)
{
    (void)state;
    scratch_write(input, rows_text);
    config.quality_action = QUIRE_RUNLOG_REJECT;
    config.quality_rejects = quire_strdup(rejects);
    for (size_t i = 0; i < CALL_WAYS; i++) {
        const struct call_way *way = &call_ways[i];
        const int64_t stride = (way->store ? 1 : STRIDE) * fault_every();
        int64_t n = 1;
        for (bool fired = true; fired; n += stride) {
            struct quire_error error;
            scratch_remove(folder);
            scratch_remove(apart);
            assert_int_equal(mkdir(apart, 0700), 0);
            scratch_write(scratch_path(apart, "rejects.jsonl"), "{\"path\":\"old\"}\n");
            assert_true(n < N_MAX);
            quire_error_clear(&error);
            call_way_arm(way, n);
            int code = set_apart(&error);
            fired = call_way_disarm(way, n, 0);
            assert_int_equal(code, code != 0 ? error.code : 0);
            assert_true(fired || code == 0);
            check_apart(code, count_rows());
        }
        assert_true(n > 1 + stride || fault_every() > 1);
    }
}

#define TEST(name, added)                 \
    static void test_##name(void **state) \
    {                                     \
        (void)state;                      \
        torture(name, added);             \
    }
TEST(append, STEPS)
TEST(merge, -1)
TEST(export_rows, 0)
TEST(maintain, 0)

/* A table of narrower numbers and fewer columns, one row of which is merged upon. */
static void test_grow(void **state)
{
    (void)state;
    narrow = true;
    torture(merge, -1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),      cmocka_unit_test(test_merge),
        cmocka_unit_test(test_export_rows), cmocka_unit_test(test_maintain),
        cmocka_unit_test(test_set_apart),   cmocka_unit_test(test_grow),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, setup, teardown);
}
