/* One object from batches: nothing before the commit, and failures that stay. */
#include "file_fixture.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault_alloc.h"
#include "fault_store.h"

#define SCHEMA "a int64, b string"

static struct quire_writer *open_writer(const char *url)
{
    struct ArrowSchema schema = fixture_schema(SCHEMA);
    struct quire_writer *writer = NULL;
    assert_int_equal(quire_writer_open(url, &schema, NULL, &writer, NULL), 0);
    quire_schema_release(&schema);
    return writer;
}

static int write_rows(struct quire_writer *writer, const char *rows, struct quire_error *error)
{
    struct ArrowArray batch = {.release = NULL};
    fixture_batch(SCHEMA, rows, &batch);
    int code = quire_writer_write(writer, &batch, error);
    assert_null(batch.release);
    return code;
}

static void test_visible_at_commit(void **state)
{
    const char *path = scratch_path(*state, "deep/x.jsonl");
    struct quire_writer *writer = open_writer(path);
    struct quire_write_result result = {0};
    assert_int_equal(write_rows(writer, "1,x", NULL), 0);
    assert_int_equal(write_rows(writer, "2,~", NULL), 0);
    assert_false(scratch_exists(path));
    assert_int_equal(quire_writer_commit(writer, &result, NULL), 0);
    assert_string_equal(scratch_read(path), "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":null}\n");
    assert_int_equal(result.rows, 2);
    assert_int_equal(result.bytes, strlen(scratch_read(path)));
    /* What is committed is done with. */
    assert_int_equal(write_rows(writer, "3,x", NULL), QUIRE_USAGE);
    assert_int_equal(quire_writer_commit(writer, NULL, NULL), QUIRE_USAGE);
    quire_writer_close(writer);
    assert_int_equal(scratch_count(scratch_path(*state, "deep")), 1);
    assert_non_null(scratch_read(path));
}

struct told {
    double rows_read, bytes_read, rows_written, bytes_written;
    int lines;
    char last[256];
};

static void tell_metric(void *user, const char *name, double value)
{
    struct told *told = user;
    if (strcmp(name, "rows_read") == 0)
        told->rows_read += value;
    else if (strcmp(name, "bytes_read") == 0)
        told->bytes_read += value;
    else if (strcmp(name, "rows_written") == 0)
        told->rows_written += value;
    else if (strcmp(name, "bytes_written") == 0)
        told->bytes_written += value;
    else
        fail_msg("an unknown metric %s", name);
}

static void tell_log(void *user, enum quire_log_level level, const char *message)
{
    struct told *told = user;
    assert_int_equal(level, QUIRE_LOG_INFO);
    told->lines++;
    snprintf(told->last, sizeof(told->last), "%s", message);
}

static void test_observer_is_told(void **state)
{
    (void)state;
    struct told told = {0};
    const struct quire_observer observer = {.user = &told, .log = tell_log, .metric = tell_metric};
    struct quire_context *context = NULL;
    assert_int_equal(
        quire_context_new(&(struct quire_context_options){.observer = &observer}, &context, NULL),
        0);
    const struct quire_write_options write = {.context = context};
    assert_int_equal(fixture_write("mem://told/x.jsonl", SCHEMA, "1,x;2,~", &write, NULL), 0);
    assert_int_equal(told.rows_written, 2);
    assert_int_equal(told.bytes_written, 33);
    assert_string_equal(told.last, "wrote mem://told/x.jsonl: 2 rows, 33 bytes");
    const struct quire_read_options read = {.context = context};
    assert_non_null(fixture_rows("mem://told/x.jsonl", &read, NULL));
    assert_int_equal(told.rows_read, 2);
    assert_int_equal(told.bytes_read, 33);
    assert_string_equal(told.last, "read mem://told/x.jsonl: 33 bytes");
    assert_int_equal(told.lines, 2);
    quire_context_free(context);
}

static void test_no_rows_give_a_valid_file(void **state)
{
    static const struct {
        const char *name, *content;
    } cases[] = {{"x.csv", "a,b\n"}, {"x.tsv", "a\tb\n"}, {"x.jsonl", ""}, {"x.json", "[]\n"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *path = scratch_path(*state, cases[i].name);
        assert_int_equal(fixture_write(path, SCHEMA, "", NULL, NULL), 0);
        assert_string_equal(scratch_read(path), cases[i].content);
    }
}

static void test_close_without_commit_leaves_nothing(void **state)
{
    const char *path = scratch_path(*state, "x.csv");
    struct quire_writer *writer = open_writer(path);
    assert_int_equal(write_rows(writer, "1,x", NULL), 0);
    quire_writer_close(writer);
    assert_int_equal(scratch_count(*state), 0);
    scratch_write(path, "old");
    writer = open_writer(path);
    assert_int_equal(write_rows(writer, "1,x", NULL), 0);
    quire_writer_close(writer);
    assert_string_equal(scratch_read(path), "old");
    assert_int_equal(scratch_count(*state), 1);
    quire_writer_close(NULL);
}

static void test_create_mode(void **state)
{
    const struct quire_write_options create = {.mode = QUIRE_WRITE_CREATE};
    const char *path = scratch_path(*state, "x.csv");
    struct quire_error error = {0};
    assert_int_equal(fixture_write(path, SCHEMA, "1,x", &create, NULL), 0);
    assert_int_equal(fixture_write(path, SCHEMA, "2,y", &create, &error), QUIRE_EXISTS);
    assert_string_equal(error.path, path);
    assert_string_equal(scratch_read(path), "a,b\n1,x\n");
    assert_int_equal(fixture_write(path, SCHEMA, "2,y", NULL, NULL), 0);
    assert_string_equal(scratch_read(path), "a,b\n2,y\n");
}

static void test_failures_are_sticky(void **state)
{
    const char *url = "fault://mem://writer/x.csv";
    struct quire_error first = {0}, later = {0};
    (void)state;
    assert_int_equal(test_put("mem://writer/x.csv", "old", NULL, NULL, NULL), 0);
    fault_store_arm(&(struct fault_plan){.nth = 2, .code = QUIRE_FULL}); /* begin, part */
    struct quire_writer *writer = open_writer(url);
    assert_int_equal(write_rows(writer, "1,x", NULL), 0);
    assert_int_equal(quire_writer_commit(writer, NULL, &first), QUIRE_FULL);
    assert_true(fault_store_fired());
    assert_int_equal(quire_writer_commit(writer, NULL, &later), QUIRE_FULL);
    assert_string_equal(later.cause, first.cause);
    assert_int_equal(write_rows(writer, "1,x", &later), QUIRE_FULL);
    assert_string_equal(later.cause, first.cause);
    quire_writer_close(writer);
    fault_store_arm(&(struct fault_plan){0});
    assert_string_equal(test_get("mem://writer/x.csv"), "old");
}

static void test_bad_requests(void **state)
{
    struct quire_error error = {0};
    const char *path = scratch_path(*state, "x");
    assert_int_equal(fixture_write(path, SCHEMA, "1,x", NULL, &error), QUIRE_USAGE);
    assert_string_equal(error.path, path);
    struct quire_write_options options = {.format = "csv", .compression = "zstd:99"};
    assert_int_equal(fixture_write(path, SCHEMA, "1,x", &options, &error), QUIRE_USAGE);
    static const struct quire_setting setting = {"haeder", "off"};
    options =
        (struct quire_write_options){.format = "csv", .settings = &setting, .settings_size = 1};
    assert_int_equal(fixture_write(path, SCHEMA, "1,x", &options, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.hint, "header"));
    options = (struct quire_write_options){.format = "csv", .no_parents = true};
    assert_int_equal(fixture_write(scratch_path(*state, "no/x"), SCHEMA, "1,x", &options, &error),
                     QUIRE_NOT_FOUND);
    options = (struct quire_write_options){.format = "csv", .mode = QUIRE_WRITE_CREATE};
    assert_int_equal(fixture_write("-", SCHEMA, "1,x", &options, &error), QUIRE_USAGE);
    assert_int_equal(scratch_count(*state), 0);
}

static void test_every_allocation_fails(void **state)
{
    static const char *const names[] = {"x.csv", "x.jsonl.gz", "x.json.zst"};
    for (size_t i = 0; i < 3; i++) {
        const char *path = scratch_path(*state, names[i]);
        for (int64_t n = 1;; n++) {
            struct ArrowArrayStream stream = {.release = NULL};
            fixture_stream(SCHEMA, "1,x;2,~", &stream);
            fault_alloc_arm(n);
            int code = quire_file_write(path, &stream, NULL, NULL, NULL);
            bool fired = fault_alloc_disarm();
            quire_stream_release(&stream);
            assert_int_equal(code, fired ? QUIRE_MEMORY : 0);
            if (!fired) break;
            assert_false(scratch_exists(path));
        }
        assert_int_equal(scratch_count(*state), (int)i + 1);
    }
}

static void test_every_store_operation_fails(void **state)
{
    const char *url = "fault://mem://writer/y.jsonl";
    (void)state;
    for (int64_t n = 1;; n++) {
        assert_int_equal(test_put("mem://writer/y.jsonl", "old", NULL, NULL, NULL), 0);
        fault_store_arm(&(struct fault_plan){.nth = n});
        int code = fixture_write(url, SCHEMA, "1,x", NULL, NULL);
        bool fired = fault_store_fired();
        fault_store_arm(&(struct fault_plan){0});
        assert_int_equal(code, fired ? QUIRE_IO : 0);
        if (!fired) break;
        assert_string_equal(test_get("mem://writer/y.jsonl"), "old");
    }
    assert_string_equal(test_get("mem://writer/y.jsonl"), "{\"a\":1,\"b\":\"x\"}\n");
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(test_visible_at_commit),
        cmocka_unit_test(test_observer_is_told),
        IN_SCRATCH(test_no_rows_give_a_valid_file),
        IN_SCRATCH(test_close_without_commit_leaves_nothing),
        IN_SCRATCH(test_create_mode),
        cmocka_unit_test(test_failures_are_sticky),
        IN_SCRATCH(test_bad_requests),
        IN_SCRATCH(test_every_allocation_fails),
        cmocka_unit_test(test_every_store_operation_fails),
    };
    quire_store_register(&fault_store, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
