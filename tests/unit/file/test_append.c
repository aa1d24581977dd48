/* Both ways of appending through a writer. */
#include "file_fixture.h"

#include <stdio.h>

#include "fault_alloc.h"

static const struct quire_write_options rewrite = {.mode = QUIRE_WRITE_APPEND};
static const struct quire_write_options in_place = {.mode = QUIRE_WRITE_APPEND_IN_PLACE};

#define SCHEMA "a int64, b string"

static void expect_appended(void *state, const struct quire_write_options *options, const char *old,
                            const char *expected)
{
    const char *path = scratch_path(state, "x.jsonl");
    scratch_write(path, old);
    assert_int_equal(fixture_write(path, SCHEMA, "2,y", options, NULL), 0);
    assert_string_equal(scratch_read(path), expected);
    assert_int_equal(scratch_count(state), 1);
}

static void test_both_append_and_end_the_last_line(void **state)
{
    const struct quire_write_options *ways[] = {&rewrite, &in_place};
    for (size_t i = 0; i < 2; i++) {
        expect_appended(*state, ways[i], "{\"a\":1}\n", "{\"a\":1}\n{\"a\":2,\"b\":\"y\"}\n");
        expect_appended(*state, ways[i], "{\"a\":1}", "{\"a\":1}\n{\"a\":2,\"b\":\"y\"}\n");
        expect_appended(*state, ways[i], "", "{\"a\":2,\"b\":\"y\"}\n");
        const char *path = scratch_path(*state, "x.jsonl");
        assert_int_equal(test_delete(path, NULL), 0);
        assert_int_equal(fixture_write(path, SCHEMA, "1,x", ways[i], NULL), 0);
        assert_string_equal(scratch_read(path), "{\"a\":1,\"b\":\"x\"}\n");
    }
}

static void test_in_place_cuts_only_torn_lines(void **state)
{
    static const char *const torn[] = {"{", "{\"a\":1", "{\"a\":\"\xc3", "{\"a\":[1,2}",
                                       "{\"a\":tru"};
    static const char *const whole[] = {"{}", "{\"a\":[1,\"x\",{}]}",
                                        "{\"a\":123456789012345678901234567890123456789012345}",
                                        "{\"a\":1,\"a\":\"x\"} "};
    char old[128], expected[160];
    for (size_t i = 0; i < sizeof(torn) / sizeof(torn[0]); i++) {
        snprintf(old, sizeof(old), "{\"a\":1}\n%s", torn[i]);
        expect_appended(*state, &in_place, old, "{\"a\":1}\n{\"a\":2,\"b\":\"y\"}\n");
    }
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        snprintf(old, sizeof(old), "{\"a\":1}\n%s", whole[i]);
        snprintf(expected, sizeof(expected), "%s\n{\"a\":2,\"b\":\"y\"}\n", old);
        expect_appended(*state, &in_place, old, expected);
    }
}

static void test_in_place_tells_the_whole_size(void **state)
{
    const char *path = scratch_path(*state, "x.jsonl");
    struct ArrowArrayStream stream = {.release = NULL};
    struct quire_write_result result = {0};
    scratch_write(path, "{}\n");
    fixture_stream("a int64", "1;2", &stream);
    assert_int_equal(quire_file_write(path, &stream, &in_place, &result, NULL), 0);
    quire_stream_release(&stream);
    assert_int_equal(result.rows, 2);
    assert_int_equal(result.bytes, 3 + 2 * 8);
}

static void test_in_place_refuses(void **state)
{
    struct quire_error error = {0};
    static const char *const names[] = {"x.csv", "x.tsv", "x.json", "x.jsonl.gz"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *path = scratch_path(*state, names[i]);
        assert_int_equal(fixture_write(path, SCHEMA, "1,x", &in_place, &error), QUIRE_UNSUPPORTED);
        assert_string_equal(error.path, path);
        assert_string_equal(error.operation, "append");
        assert_false(scratch_exists(path));
    }
    assert_non_null(strstr(error.cause, "uncompressed"));
    assert_int_equal(fixture_write("mem://append/x.jsonl", SCHEMA, "1,x", &in_place, &error),
                     QUIRE_UNSUPPORTED);
    assert_int_equal(fixture_write("-", SCHEMA, "1,x",
                                   &(struct quire_write_options){
                                       .mode = QUIRE_WRITE_APPEND_IN_PLACE, .format = "jsonl"},
                                   &error),
                     QUIRE_USAGE);
}

static void test_in_place_without_commit_leaves_nothing(void **state)
{
    const char *path = scratch_path(*state, "x.jsonl");
    struct ArrowSchema schema = fixture_schema("a int64");
    struct ArrowArray batch = {.release = NULL};
    struct quire_writer *writer = NULL;
    scratch_write(path, "{\"a\":1}");
    assert_int_equal(quire_writer_open(path, &schema, &in_place, &writer, NULL), 0);
    fixture_batch("a int64", "2;3", &batch);
    assert_int_equal(quire_writer_write(writer, &batch, NULL), 0);
    quire_writer_close(writer);
    quire_schema_release(&schema);
    assert_string_equal(scratch_read(path), "{\"a\":1}");
}

static void expect_csv(void *state, const char *old, int code, const char *expected)
{
    const char *path = scratch_path(state, "x.csv");
    struct quire_error error = {0};
    scratch_write(path, old);
    assert_int_equal(fixture_write(path, SCHEMA, "2,y", &rewrite, &error), code);
    assert_string_equal(scratch_read(path), expected);
    if (code != 0) assert_string_equal(error.path, path);
}

static void test_csv_header_must_match(void **state)
{
    expect_csv(*state, "a,b\n1,x\n", 0, "a,b\n1,x\n2,y\n");
    expect_csv(*state, "a,b\n1,x", 0, "a,b\n1,x\n2,y\n");
    expect_csv(*state, "a,b\n", 0, "a,b\n2,y\n");
    expect_csv(*state, "", 0, "a,b\n2,y\n");
    expect_csv(*state, "b,a\nx,1\n", QUIRE_INPUT, "b,a\nx,1\n");
    expect_csv(*state, "a\n1\n", QUIRE_INPUT, "a\n1\n");
    expect_csv(*state, "a,c\n1,x\n", QUIRE_INPUT, "a,c\n1,x\n");
}

/* Without a header the number of columns still counts. */
static void test_csv_columns_must_match(void **state)
{
    const struct quire_setting settings[] = {{"header", "off"}};
    const char *path = scratch_path(*state, "x.csv");
    struct quire_write_options options = rewrite;
    options.settings = settings;
    options.settings_size = 1;
    scratch_write(path, "1,x\n");
    assert_int_equal(fixture_write(path, SCHEMA, "2,y", &options, NULL), 0);
    assert_int_equal(fixture_write(path, "a int64", "3", &options, NULL), QUIRE_INPUT);
    assert_string_equal(scratch_read(path), "1,x\n2,y\n");
}

static void test_rewrite_keeps_compression(void **state)
{
    const char *path = scratch_path(*state, "x.csv.gz");
    assert_int_equal(fixture_write(path, SCHEMA, "1,x", NULL, NULL), 0);
    assert_int_equal(fixture_write(path, SCHEMA, "2,y", &rewrite, NULL), 0);
    assert_string_equal(fixture_rows(path, NULL, NULL),
                        "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n");
    assert_int_equal(fixture_write(path, "a int64, c string", "2,y", &rewrite, NULL), QUIRE_INPUT);
}

/* The object changes, or comes, between open and commit. */
static void expect_conflict(const char *url, const char *old, int expected)
{
    struct ArrowSchema schema = fixture_schema("a int64");
    struct quire_writer *writer = NULL;
    struct quire_error error = {0};
    if (old != NULL) assert_int_equal(test_put(url, old, NULL, NULL, NULL), 0);
    assert_int_equal(quire_writer_open(url, &schema, &rewrite, &writer, NULL), 0);
    assert_int_equal(test_put(url, "{\"a\":77}\n", NULL, NULL, NULL), 0);
    assert_int_equal(quire_writer_commit(writer, NULL, &error), expected);
    assert_non_null(strstr(url, error.path)); /* its key, at least */
    assert_true(error.path[0] != '\0');
    quire_writer_close(writer);
    quire_schema_release(&schema);
    assert_string_equal(test_get(url), "{\"a\":77}\n");
}

static void test_rewrite_notices_another_writer(void **state)
{
    expect_conflict(scratch_path(*state, "x.jsonl"), "{\"a\":1}\n", QUIRE_CONFLICT);
    expect_conflict(scratch_path(*state, "y.jsonl"), NULL, QUIRE_EXISTS);
    expect_conflict("mem://append/x.jsonl", "{\"a\":1}\n", QUIRE_CONFLICT);
    assert_int_equal(test_delete("mem://append/x.jsonl", NULL), 0);
    assert_int_equal(scratch_count(*state), 2);
}

static void test_every_allocation_fails(void **state)
{
    const struct quire_write_options *ways[] = {&rewrite, &in_place};
    const char *path = scratch_path(*state, "x.jsonl");
    for (size_t i = 0; i < 2; i++) {
        for (int64_t n = 1;; n++) {
            struct ArrowArrayStream stream = {.release = NULL};
            fixture_stream(SCHEMA, "2,y", &stream);
            scratch_write(path, "{\"a\":1}");
            fault_alloc_arm(n);
            int code = quire_file_write(path, &stream, ways[i], NULL, NULL);
            quire_stream_release(&stream);
            if (!fault_alloc_disarm()) {
                assert_int_equal(code, 0);
                break;
            }
            assert_int_equal(code, QUIRE_MEMORY);
            assert_string_equal(scratch_read(path), "{\"a\":1}");
        }
        assert_string_equal(scratch_read(path), "{\"a\":1}\n{\"a\":2,\"b\":\"y\"}\n");
    }
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(test_both_append_and_end_the_last_line),
        IN_SCRATCH(test_in_place_cuts_only_torn_lines),
        IN_SCRATCH(test_in_place_tells_the_whole_size),
        IN_SCRATCH(test_in_place_refuses),
        IN_SCRATCH(test_in_place_without_commit_leaves_nothing),
        IN_SCRATCH(test_csv_header_must_match),
        IN_SCRATCH(test_csv_columns_must_match),
        IN_SCRATCH(test_rewrite_keeps_compression),
        IN_SCRATCH(test_rewrite_notices_another_writer),
        IN_SCRATCH(test_every_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
