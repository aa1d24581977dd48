#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "quire/store.h"
#include "scratch.h"
#include "table/log/log_segment.h"

#define UUID "80a083e8-7026-4e79-81be-64bd76c43a11"

struct log {
    char key[512];
    struct quire_store *store;
    struct quire_log_segment segment;
    struct quire_error error;
};
static struct log log_of;

static int setup(void **state)
{
    char *key = NULL;
    if (scratch_setup(state) != 0) return -1;
    snprintf(log_of.key, sizeof(log_of.key), "%s/", (const char *)*state);
    if (quire_store_open(log_of.key, NULL, 0, &log_of.store, &key, NULL) != 0) return -1;
    quire_store_key_free(key);
    return 0;
}

static int teardown(void **state)
{
    quire_log_segment_release(&log_of.segment);
    quire_store_close(log_of.store);
    return scratch_teardown(state);
}

/* Names below the log's folder; "3" is a commit, "3c" a whole checkpoint, "3c1/2" a part. */
static void put(const char *const *names)
{
    const struct quire_put_options options = {.durability = QUIRE_DURABILITY_NONE};
    for (; *names != NULL; names++) {
        char path[1024];
        char *rest = NULL;
        int version = (int)strtol(*names, &rest, 10);
        const char kind = *rest;
        int part = kind != '\0' ? (int)strtol(rest + 1, &rest, 10) : 0;
        int parts = *rest == '/' ? (int)strtol(rest + 1, NULL, 10) : 0;
        if (kind == '\0')
            snprintf(path, sizeof(path), "%s_delta_log/%020d.json", log_of.key, version);
        else if (kind == 'u')
            snprintf(path, sizeof(path), "%s_delta_log/%020d.checkpoint." UUID ".json", log_of.key,
                     version);
        else if (parts == 0)
            snprintf(path, sizeof(path), "%s_delta_log/%020d.checkpoint.parquet", log_of.key,
                     version);
        else
            snprintf(path, sizeof(path), "%s_delta_log/%020d.checkpoint.%010d.%010d.parquet",
                     log_of.key, version, part, parts);
        assert_int_equal(log_of.store->ops->put(log_of.store, path, "{}", 2, &options, NULL, NULL),
                         0);
    }
}

static int list(int64_t version, int64_t hint)
{
    quire_error_clear(&log_of.error);
    return quire_log_segment_list(log_of.store, log_of.key, version, hint, &log_of.segment,
                                  &log_of.error);
}

/* The version, its checkpoint with so many files, and the commits that follow. */
static void assert_segment(int64_t version, int64_t checkpoint, size_t files)
{
    const struct quire_log_segment *segment = &log_of.segment;
    const struct quire_log_commit *commits =
        (const struct quire_log_commit *)(const void *)segment->commits.data;
    size_t n = segment->commits.size / sizeof(*commits);
    assert_int_equal(segment->version, version);
    assert_int_equal(segment->checkpoint_version, checkpoint);
    assert_int_equal(segment->checkpoint_size, files);
    assert_int_equal(n, version - checkpoint);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(commits[i].version, checkpoint + 1 + (int64_t)i);
}

static void test_commits_only(void **state)
{
    (void)state;
    assert_int_equal(list(-1, -1), QUIRE_NOT_FOUND);
    put((const char *const[]){"0", "1", "2", NULL});
    assert_int_equal(list(-1, -1), 0);
    assert_segment(2, -1, 0);
    assert_int_equal(list(1, -1), 0);
    assert_segment(1, -1, 0);
    assert_int_equal(list(3, -1), QUIRE_NOT_FOUND);
    assert_non_null(strstr(log_of.error.cause, "the newest is 2"));
}

static void test_gaps(void **state)
{
    (void)state;
    put((const char *const[]){"0", "1", "3", "4", NULL});
    assert_int_equal(list(-1, -1), QUIRE_CORRUPT);
    assert_non_null(strstr(log_of.error.cause, "version 2"));
    assert_int_equal(list(1, -1), 0);
    assert_segment(1, -1, 0);
    /* A checkpoint behind the gap heals it, one before does not. */
    put((const char *const[]){"3c", NULL});
    assert_int_equal(list(-1, -1), 0);
    assert_segment(4, 3, 1);
    put((const char *const[]){"7", NULL});
    assert_int_equal(list(-1, -1), QUIRE_CORRUPT);
}

static int list_below(int64_t version, int64_t below)
{
    quire_log_segment_release(&log_of.segment);
    return quire_log_segment_list_below(log_of.store, log_of.key, version, below, &log_of.segment,
                                        &log_of.error);
}

static void test_checkpoints_that_are_passed_over(void **state)
{
    (void)state;
    put((const char *const[]){"2", "3", "4", "5", "6", "2c", "4c", "5c1/2", "5c2/2", NULL});
    assert_int_equal(list(-1, -1), 0);
    assert_segment(6, 5, 2);
    assert_int_equal(list_below(-1, 5), 0);
    assert_segment(6, 4, 1);
    assert_int_equal(list_below(5, 4), 0);
    assert_segment(5, 2, 1);
    assert_int_not_equal(list_below(-1, 2), 0);
    put((const char *const[]){"0", "1", NULL});
    assert_int_equal(list_below(-1, 2), 0);
    assert_segment(6, -1, 0);
    assert_int_equal(list_below(7, 2), QUIRE_CORRUPT);
}

static void test_first_commits_are_gone(void **state)
{
    (void)state;
    put((const char *const[]){"5", "6", NULL});
    assert_int_equal(list(-1, -1), QUIRE_CORRUPT);
    put((const char *const[]){"5c", NULL});
    assert_int_equal(list(-1, -1), 0);
    assert_segment(6, 5, 1);
    assert_int_equal(list(5, -1), 0);
    assert_segment(5, 5, 1);
}

static void test_parts(void **state)
{
    (void)state;
    put((const char *const[]){"0", "1", "2", "3", "2c1/3", "2c3/3", NULL});
    assert_int_equal(list(-1, -1), 0);
    assert_segment(3, -1, 0);
    put((const char *const[]){"2c2/3", NULL});
    assert_int_equal(list(-1, -1), 0);
    assert_segment(3, 2, 3);
    assert_non_null(strstr((const char *)log_of.segment.checkpoint.data, "0000000001.0000000003"));
    /* A whole one of the same version will do. */
    put((const char *const[]){"3c1/2", "3c", NULL});
    assert_int_equal(list(-1, -1), 0);
    assert_segment(3, 3, 1);
}

static void test_uuid_checkpoints(void **state)
{
    (void)state;
    put((const char *const[]){"0", "1", "2", "1u", NULL});
    assert_int_equal(list(-1, 1), 0);
    assert_segment(2, 1, 1);
    assert_non_null(strstr((const char *)log_of.segment.checkpoint.data, UUID));
}

static void test_hints(void **state)
{
    (void)state;
    put((const char *const[]){"0", "1", "2", "3", "4", "2c", NULL});
    for (int64_t hint = -1; hint <= 9; hint++) {
        assert_int_equal(list(-1, hint), 0);
        assert_segment(4, 2, 1);
        assert_int_equal(list(1, hint), 0);
        assert_segment(1, -1, 0);
        assert_int_equal(list(3, hint), 0);
        assert_segment(3, 2, 1);
    }
    /* Newer than the hint. */
    put((const char *const[]){"4c", NULL});
    assert_int_equal(list(-1, 2), 0);
    assert_segment(4, 4, 1);
}

/* Two writers cut version 4 into different numbers of parts, whose names come by turns. */
static void test_parts_of_two_writers(void **state)
{
    (void)state;
    put((const char *const[]){"0", "1", "2", "3", "4", "5", "4c1/2", "4c1/3", "4c2/2", "4c2/3",
                              "4c3/3", NULL});
    assert_int_equal(list(-1, -1), 0);
    assert_segment(5, 4, 2);
    put((const char *const[]){"5c1/3", "5c1/4", "5c2/3", "5c2/4", "5c3/4", "5c4/4", NULL});
    assert_int_equal(list(-1, 5), 0);
    assert_segment(5, 5, 4);
}

static void test_versions_that_are_gone(void **state)
{
    (void)state;
    put((const char *const[]){"4", "5", "5c", "6", NULL});
    assert_int_equal(list(-1, -1), 0);
    assert_segment(6, 5, 1);
    for (int64_t version = 0; version < 5; version++) {
        assert_int_equal(list(version, version > 2 ? 5 : -1), QUIRE_NOT_FOUND);
        assert_non_null(strstr(log_of.error.cause, "no longer in the log, which has 5 to 6"));
    }
    assert_int_equal(list(7, -1), QUIRE_NOT_FOUND);
    assert_non_null(strstr(log_of.error.cause, "the newest is 6"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_commits_only, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gaps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_checkpoints_that_are_passed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_first_commits_are_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_uuid_checkpoints, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hints, setup, teardown),
        cmocka_unit_test_setup_teardown(test_parts_of_two_writers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_versions_that_are_gone, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
