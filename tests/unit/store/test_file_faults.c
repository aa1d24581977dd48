/* System calls that fail, are cut short or interrupted, one after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "quire/store.h"
#include "scratch.h"
#include "store/file_system.h"
#include "test_put.h"

/* Which call fails next, and how. */
static struct {
    const char *call;
    int errno_value;
} broken;

static bool breaks(const char *call)
{
    if (broken.call == NULL || strcmp(broken.call, call) != 0) return false;
    errno = broken.errno_value;
    return true;
}

static int broken_open_unnamed(const char *folder, mode_t mode)
{
    return breaks("open_unnamed") ? -1 : quire_store_os_files.open_unnamed(folder, mode);
}

static int broken_open(const char *path, int flags, mode_t mode)
{
    if ((flags & O_DIRECTORY) != 0 && breaks("open folder")) return -1;
    return quire_store_os_files.open(path, flags, mode);
}

/* Once interrupted, then byte by byte. */
static ssize_t broken_write(int fd, const void *bytes, size_t size)
{
    static bool interrupted;
    if (breaks("write")) return -1;
    interrupted = !interrupted;
    if (interrupted) {
        errno = EINTR;
        return -1;
    }
    return write(fd, bytes, size > 0 ? 1 : 0);
}

static ssize_t broken_pread(int fd, void *bytes, size_t size, off_t offset)
{
    static bool interrupted;
    if (breaks("pread")) return -1;
    interrupted = !interrupted;
    if (interrupted) {
        errno = EINTR;
        return -1;
    }
    return pread(fd, bytes, size > 0 ? 1 : 0, offset);
}

static int broken_fsync(int fd)
{
    struct stat status;
    bool folder = fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
    return breaks(folder ? "fsync folder" : "fsync") ? -1 : 0;
}

static int broken_rename(const char *from, const char *to)
{
    return breaks("rename") ? -1 : rename(from, to);
}

static int broken_link_unnamed(int fd, const char *path)
{
    return breaks("link_unnamed") ? -1 : quire_store_os_files.link_unnamed(fd, path);
}

static int broken_link(const char *from, const char *to)
{
    return breaks("link") ? -1 : link(from, to);
}

static int broken_close(int fd)
{
    int result = close(fd);
    return breaks("close") ? -1 : result;
}

static int broken_fchown(int fd, uid_t owner, gid_t group)
{
    (void)fd;
    (void)owner;
    (void)group;
    errno = EPERM;
    return -1;
}

/* Another writer comes between the last look at the target and the link. */
static const char *taken_path;
static int looks;

static int taken_stat(const char *path, struct stat *status)
{
    int result = stat(path, status);
    if (taken_path != NULL && ++looks == 2) scratch_write(taken_path, "theirs");
    return result;
}

static int no_unnamed(const char *folder, mode_t mode)
{
    (void)folder;
    (void)mode;
    errno = EOPNOTSUPP;
    return -1;
}

static struct quire_file_system faulty;

static int faulty_setup(void **state)
{
    faulty = quire_store_os_files;
    faulty.open = broken_open;
    faulty.open_unnamed = broken_open_unnamed;
    faulty.write = broken_write;
    faulty.pread = broken_pread;
    faulty.fsync = broken_fsync;
    faulty.rename = broken_rename;
    faulty.link_unnamed = broken_link_unnamed;
    faulty.link = broken_link;
    faulty.close = broken_close;
    faulty.fchown = broken_fchown;
    broken.call = NULL;
    quire_store_set_file_system(&faulty);
    return scratch_setup(state);
}

static int faulty_teardown(void **state)
{
    quire_store_set_file_system(NULL);
    return scratch_teardown(state);
}

static void break_call(const char *call, int errno_value)
{
    broken.call = call;
    broken.errno_value = errno_value;
}

/* The put fails as expected, the old bytes stand, and nothing else is there. */
static void expect_failure(void *state, const char *call, int errno_value, int expected)
{
    const char *path = scratch_path(state, "x");
    struct quire_error error = {0};
    broken.call = NULL;
    scratch_write(path, "old");
    break_call(call, errno_value);
    assert_int_equal(test_put(path, "new", NULL, NULL, &error), expected);
    broken.call = NULL;
    assert_string_equal(scratch_read(path), "old");
    assert_int_equal(scratch_count(state), 1);
    assert_string_equal(error.path, path);
    assert_string_equal(error.operation, "write");
    assert_int_not_equal(error.cause[0], 0);
}

static void test_calls_that_fail(void **state)
{
    expect_failure(*state, "write", ENOSPC, QUIRE_FULL);
    expect_failure(*state, "write", EDQUOT, QUIRE_FULL);
    expect_failure(*state, "write", EIO, QUIRE_IO);
    expect_failure(*state, "fsync", EIO, QUIRE_IO);
    expect_failure(*state, "fsync", ENOSPC, QUIRE_FULL);
    expect_failure(*state, "close", EIO, QUIRE_IO);
    expect_failure(*state, "rename", EACCES, QUIRE_PERMISSION);
    expect_failure(*state, "open_unnamed", EROFS, QUIRE_PERMISSION);
    expect_failure(*state, "open_unnamed", EMFILE, QUIRE_IO);
}

static void test_interrupted_and_short_calls(void **state)
{
    const char *path = scratch_path(*state, "x");
    assert_int_equal(test_put(path, "byte by byte", NULL, NULL, NULL), 0);
    assert_string_equal(test_get(path), "byte by byte");
}

static void test_failed_read_says_where(void **state)
{
    const char *path = scratch_path(*state, "x");
    struct quire_store *store = NULL;
    char *key = NULL, byte;
    size_t got;
    struct quire_error error = {0};
    scratch_write(path, "0123456789");
    assert_int_equal(quire_store_open(path, NULL, 0, &store, &key, NULL), 0);
    break_call("pread", EIO);
    assert_int_equal(quire_store_get(store, key, 7, &byte, 1, &got, &error), QUIRE_IO);
    assert_int_equal(error.byte, 7);
    quire_store_key_free(key);
    quire_store_close(store);
}

/* After the rename the new file stands; that it may be lost is still an error. */
static void test_folder_that_cannot_be_flushed(void **state)
{
    const char *path = scratch_path(*state, "x");
    struct quire_error error = {0};
    break_call("fsync folder", EIO);
    assert_int_equal(test_put(path, "new", NULL, NULL, &error), QUIRE_IO);
    assert_non_null(strstr(error.cause, "stands"));
    assert_string_equal(scratch_read(path), "new");
    break_call("open folder", EACCES);
    assert_int_equal(test_put(path, "newer", NULL, NULL, &error), QUIRE_IO);
    break_call("fsync folder", EINVAL);
    assert_int_equal(test_put(path, "newest", NULL, NULL, &error), 0);
    struct quire_put_options rename_only = {.durability = QUIRE_DURABILITY_RENAME};
    break_call("fsync folder", EIO);
    assert_int_equal(test_put(path, "last", &rename_only, NULL, &error), 0);
    assert_string_equal(scratch_read(path), "last");
}

/* File systems without hard links. */
static void test_create_only_without_links(void **state)
{
    const char *path = scratch_path(*state, "x");
    struct quire_put_options only = {.mode = QUIRE_PUT_CREATE_ONLY};
    faulty.open_unnamed = no_unnamed;
    break_call("link", EPERM);
    assert_int_equal(test_put(path, "one", &only, NULL, NULL), 0);
    assert_int_equal(test_put(path, "two", &only, NULL, NULL), QUIRE_EXISTS);
    assert_string_equal(scratch_read(path), "one");
    assert_int_equal(scratch_count(*state), 1);
}

static void test_create_only_taken_at_the_last_moment(void **state)
{
    struct quire_put_options only = {.mode = QUIRE_PUT_CREATE_ONLY};
    faulty.stat = taken_stat;
    for (int named = 0; named < 2; named++) {
        if (named) faulty.open_unnamed = no_unnamed;
        taken_path = scratch_path(*state, named ? "named" : "unnamed");
        looks = 0;
        assert_int_equal(test_put(taken_path, "mine", &only, NULL, NULL), QUIRE_EXISTS);
        assert_int_equal(looks, 2);
        assert_string_equal(scratch_read(taken_path), "theirs");
        assert_int_equal(scratch_count(*state), 1 + named);
    }
    taken_path = NULL;
}

static void test_owner_that_cannot_be_kept(void **state)
{
    if (geteuid() != 0) {
        print_message("only root may give files away\n");
        skip();
    }
    const char *path = scratch_path(*state, "x");
    struct stat status;
    scratch_write(path, "old");
    assert_int_equal(chown(path, 12345, 23456), 0);
    assert_int_equal(chmod(path, 04755), 0);
    assert_int_equal(test_put(path, "new", NULL, NULL, NULL), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0755);
    assert_int_equal(status.st_uid, 0);
}

static void test_failure_is_sticky(void **state)
{
    struct quire_store *store = NULL;
    struct quire_upload *upload = NULL;
    struct quire_error first = {0}, again = {0};
    char *key = NULL;
    assert_int_equal(quire_store_open(scratch_path(*state, "x"), NULL, 0, &store, &key, NULL), 0);
    assert_int_equal(store->ops->upload_begin(store, key, NULL, &upload, NULL), 0);
    assert_int_equal(store->ops->upload_part(upload, "1234", 4, NULL), 0);
    break_call("write", ENOSPC);
    assert_int_equal(store->ops->upload_part(upload, "5", 1, &first), QUIRE_FULL);
    broken.call = NULL;
    assert_int_equal(first.byte, 4);
    assert_int_equal(scratch_count(*state), 0);
    assert_int_equal(store->ops->upload_part(upload, "5", 1, NULL), QUIRE_FULL);
    assert_int_equal(store->ops->upload_commit(upload, NULL, &again), QUIRE_FULL);
    assert_memory_equal(&first, &again, sizeof(first));
    assert_int_equal(scratch_count(*state), 0);
    quire_store_key_free(key);
    quire_store_close(store);
}

#define FAULTY(test) cmocka_unit_test_setup_teardown(test, faulty_setup, faulty_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULTY(test_calls_that_fail),           FAULTY(test_interrupted_and_short_calls),
        FAULTY(test_failed_read_says_where),    FAULTY(test_folder_that_cannot_be_flushed),
        FAULTY(test_create_only_without_links), FAULTY(test_create_only_taken_at_the_last_moment),
        FAULTY(test_owner_that_cannot_be_kept), FAULTY(test_failure_is_sticky),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
