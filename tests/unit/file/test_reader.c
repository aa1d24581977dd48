/* One object as a stream: what it is in, what is refused, and how failures are told. */
#include "file_fixture.h"

#include <stdio.h>

#include "fault_alloc.h"
#include "fault_store.h"

#define ROWS "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":null}\n"

static void test_compressed_by_name_and_by_content(void **state)
{
    static const char *const compressions[] = {"none", "gzip", "zstd", "lz4", "snappy"};
    for (size_t i = 0; i < sizeof(compressions) / sizeof(compressions[0]); i++) {
        const char *path = scratch_path(*state, "x.csv");
        struct quire_write_options options = {.compression = compressions[i]};
        assert_int_equal(fixture_write(path, "a int64, b string", "1,x;2,~", &options, NULL), 0);
        assert_string_equal(fixture_rows(path, NULL, NULL), ROWS);
    }
}

static void test_format_by_content(void **state)
{
    const char *path = scratch_path(*state, "data");
    scratch_write(path, ROWS);
    assert_string_equal(fixture_rows(path, NULL, NULL), ROWS);
    scratch_write(path, "[{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":null}]");
    assert_string_equal(fixture_rows(path, NULL, NULL), ROWS);
    scratch_write(path, "a,b\n1,x\n2,\n");
    assert_string_equal(fixture_rows(path, &(struct quire_read_options){.format = "csv"}, NULL),
                        ROWS);
}

static void expect_failure(const char *url, const struct quire_read_options *options, int code,
                           const char *cause)
{
    struct quire_error error = {0};
    assert_null(fixture_rows(url, options, &error));
    assert_int_equal(error.code, code);
    assert_string_equal(error.path, url);
    if (strstr(error.cause, cause) == NULL) fail_msg("%s", error.cause);
}

static void test_failures_name_the_object(void **state)
{
    const char *path = scratch_path(*state, "x.csv.gz");
    expect_failure(path, NULL, QUIRE_NOT_FOUND, "");
    scratch_write(path, "a,b\n1,x\n");
    expect_failure(path, NULL, QUIRE_CORRUPT, "the name says gzip");
    expect_failure(*state, NULL, QUIRE_USAGE, "folder");
    path = scratch_path(*state, "x");
    scratch_write(path, "a,b\n");
    expect_failure(path, NULL, QUIRE_USAGE, "neither the name nor the content");
    path = scratch_path(*state, "x.jsonl");
    scratch_write(path, "{\"a\":1}\n{\"a\":\n");
    expect_failure(path, NULL, QUIRE_INPUT, "");
    static const struct quire_setting setting = {"delimter", ";"};
    path = scratch_path(*state, "x.csv");
    scratch_write(path, "a\n1\n");
    expect_failure(path, &(struct quire_read_options){.settings = &setting, .settings_size = 1},
                   QUIRE_USAGE, "delimter");
}

static void test_rejects_name_the_object(void **state)
{
    const char *path = scratch_path(*state, "x.csv"), *bad = scratch_path(*state, "bad.jsonl");
    struct ArrowSchema schema = fixture_schema("a int64");
    struct quire_record_counts counts = {0};
    struct quire_rejects *rejects = NULL;
    scratch_write(path, "a\n1\nx\n3\n");
    assert_int_equal(quire_rejects_open(bad, NULL, &rejects, NULL), 0);
    struct quire_read_options options = {.records = {.schema = &schema,
                                                     .on_bad = QUIRE_ON_BAD_REJECT,
                                                     .reject = quire_rejects_take,
                                                     .reject_user = rejects,
                                                     .counts = &counts}};
    assert_string_equal(fixture_rows(path, &options, NULL), "{\"a\":1}\n{\"a\":3}\n");
    assert_false(scratch_exists(bad));
    assert_int_equal(quire_rejects_commit(rejects, NULL), 0);
    quire_rejects_close(rejects);
    quire_schema_release(&schema);
    assert_int_equal(counts.rows, 2);
    assert_int_equal(counts.rejected, 1);
    const char *line = scratch_read(bad);
    char start[1100];
    snprintf(start, sizeof(start), "{\"path\":\"%s\",\"row\":2,", path);
    assert_true(strncmp(line, start, strlen(start)) == 0);
    assert_non_null(strstr(line, "\"column\":\"a\""));
}

static int drain(const char *url, struct quire_error *error)
{
    struct ArrowArrayStream stream = {.release = NULL};
    struct ArrowArray batch = {.release = NULL};
    int code = quire_file_read(url, NULL, &stream, error);
    while (code == 0) {
        code = quire_stream_next(&stream, &batch, error);
        if (batch.release == NULL) break;
        quire_array_release(&batch);
    }
    quire_stream_release(&stream);
    return code;
}

static void test_every_allocation_fails(void **state)
{
    static const char *const urls[] = {"mem://reader/x.csv.gz", "mem://reader/x.jsonl.zst"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(fixture_write(urls[i], "a int64, b string", "1,x;2,~", NULL, NULL), 0);
        for (int64_t n = 1;; n++) {
            fault_alloc_arm(n);
            int code = drain(urls[i], NULL);
            bool fired = fault_alloc_disarm();
            assert_int_equal(fault_alloc_held(), 0);
            assert_int_equal(code, fired ? QUIRE_MEMORY : 0);
            if (!fired) break;
        }
    }
}

static void test_every_store_operation_fails(void **state)
{
    const char *url = "fault://mem://reader/y.csv";
    (void)state;
    assert_int_equal(fixture_write("mem://reader/y.csv", "a int64", "1;2", NULL, NULL), 0);
    for (int64_t n = 1;; n++) {
        struct quire_error error = {0};
        fault_store_arm(&(struct fault_plan){.nth = n, .onwards = true});
        int code = drain(url, &error);
        assert_int_equal(code, fault_store_fired() ? QUIRE_IO : 0);
        if (!fault_store_fired()) break;
    }
    fault_store_arm(&(struct fault_plan){0});
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(test_compressed_by_name_and_by_content),
        IN_SCRATCH(test_format_by_content),
        IN_SCRATCH(test_failures_name_the_object),
        IN_SCRATCH(test_rejects_name_the_object),
        cmocka_unit_test(test_every_allocation_fails),
        cmocka_unit_test(test_every_store_operation_fails),
    };
    quire_store_register(&fault_store, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
