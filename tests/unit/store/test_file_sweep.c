/* The sweep removes temporaries, and nothing that only looks like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "quire/store.h"
#include "scratch.h"
#include "store/file_store.h"

#define HOUR_MS  (INT64_C(3600) * 1000)
#define LEFTOVER ".out.csv.quire-4711-00112233445566ff.tmp"

static void test_names(void **state)
{
    (void)state;
    static const char *const temporaries[] = {
        LEFTOVER,
        ".x.quire-1-0000000000000000.tmp",
        ".x.quire-y.quire-4194304-abcdefabcdefabcd.tmp",
        "..quire-.quire-1-0000000000000000.tmp",
    };
    static const char *const others[] = {
        "out.csv",
        "out.csv.quire-4711-00112233445566ff.tmp",
        ".quire-4711-00112233445566ff.tmp",
        ".out.csv.quire-4711-00112233445566ff.tmp~",
        ".out.csv.quire-4711-00112233445566FF.tmp",
        ".out.csv.quire-4711-00112233445566f.tmp",
        ".out.csv.quire-4711-00112233445566fff.tmp",
        ".out.csv.quire-04711-00112233445566ff.tmp",
        ".out.csv.quire--00112233445566ff.tmp",
        ".out.csv.quire-47x1-00112233445566ff.tmp",
        ".out.csv.quire-47110815123-00112233445566ff.tmp",
        ".out.csv.quire-4711-00112233445566ff",
        ".out.csv.quire-notes.tmp",
        ".",
        "",
    };
    for (size_t i = 0; i < sizeof(temporaries) / sizeof(temporaries[0]); i++)
        assert_true(quire_store_file_is_temporary(temporaries[i]));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(quire_store_file_is_temporary(others[i]));
}

static void test_made_names_are_recognised(void **state)
{
    (void)state;
    static const char *const paths[] = {"x", "a/b.csv", "/tmp/.hidden", "a/.x.quire-1-2.tmp"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        char name[256];
        quire_store_file_temporary(name, quire_store_file_temporary_bytes(paths[i]), paths[i],
                                   UINT64_MAX - i);
        assert_true(quire_store_file_is_temporary(quire_store_file_name(name)));
        char *folder = quire_store_file_folder(paths[i]), *beside = quire_store_file_folder(name);
        assert_string_equal(folder, beside);
        quire_store_key_free(folder);
        quire_store_key_free(beside);
    }
}

static void age(const char *path, time_t seconds)
{
    struct timespec times[2];
    clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= seconds;
    times[1] = times[0];
    assert_int_equal(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
}

struct reported {
    int count;
    int64_t bytes;
};

static void count_report(void *user, const char *key, int64_t bytes)
{
    struct reported *reported = user;
    assert_non_null(strstr(key, ".quire-"));
    reported->count++;
    reported->bytes += bytes;
}

static void test_only_old_temporaries_go(void **state)
{
    const char *folder = *state;
    const char *old = scratch_path(folder, "d/" LEFTOVER);
    const char *young = scratch_path(folder, LEFTOVER);
    const char *similar = scratch_path(folder, ".out.csv.quire-notes.tmp");
    const char *link = scratch_path(folder, ".l.quire-1-0000000000000000.tmp");
    assert_int_equal(mkdir(scratch_path(folder, "d"), 0755), 0);
    scratch_write(old, "12345");
    scratch_write(young, "123");
    scratch_write(similar, "mine");
    assert_int_equal(symlink("d/" LEFTOVER, link), 0);
    age(old, 7200);
    age(similar, 7200);
    age(link, 7200);
    struct reported reported = {0};
    struct quire_sweep_options options = {
        .age_ms = HOUR_MS, .dry_run = true, .report = count_report, .user = &reported};
    int64_t removed = 0;
    assert_int_equal(quire_store_sweep(folder, &options, &removed, NULL), 0);
    assert_int_equal(removed, 1);
    assert_int_equal(reported.count, 1);
    assert_int_equal(reported.bytes, 5);
    assert_true(scratch_exists(old));
    options.dry_run = false;
    assert_int_equal(quire_store_sweep(folder, &options, &removed, NULL), 0);
    assert_int_equal(removed, 1);
    assert_false(scratch_exists(old));
    assert_true(scratch_exists(young));
    assert_true(scratch_exists(similar));
    assert_true(scratch_exists(link));
}

static void test_bad_requests(void **state)
{
    struct quire_error error = {0};
    int64_t removed = 7;
    struct quire_sweep_options options = {.age_ms = -1};
    const char *file = scratch_path(*state, "file");
    scratch_write(file, "");
    assert_int_equal(quire_store_sweep(scratch_path(*state, "none"), NULL, &removed, &error),
                     QUIRE_NOT_FOUND);
    assert_int_equal(quire_store_sweep(file, NULL, &removed, &error), QUIRE_USAGE);
    assert_string_equal(error.path, file);
    assert_int_equal(quire_store_sweep(*state, &options, &removed, &error), QUIRE_USAGE);
    assert_int_equal(removed, 7);
    assert_int_equal(quire_store_sweep("mem://sweep/", NULL, &removed, &error), 0);
    assert_int_equal(removed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_made_names_are_recognised),
        cmocka_unit_test_setup_teardown(test_only_old_temporaries_go, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_bad_requests, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
