/* Symbolic links, pipes, devices and open files as targets and sources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "quire/store.h"
#include "scratch.h"
#include "test_put.h"

static bool is_link(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

static void test_target_of_links_is_replaced(void **state)
{
    const char *real = scratch_path(*state, "there/real");
    assert_int_equal(mkdir(scratch_path(*state, "there"), 0755), 0);
    scratch_write(real, "old");
    assert_int_equal(symlink("there/second", scratch_path(*state, "first")), 0);
    assert_int_equal(symlink("real", scratch_path(*state, "there/second")), 0);
    assert_int_equal(symlink(real, scratch_path(*state, "absolute")), 0);
    assert_int_equal(test_put(scratch_path(*state, "first"), "one", NULL, NULL, NULL), 0);
    assert_string_equal(scratch_read(real), "one");
    assert_int_equal(test_put(scratch_path(*state, "absolute"), "two", NULL, NULL, NULL), 0);
    assert_string_equal(scratch_read(real), "two");
    assert_true(is_link(scratch_path(*state, "first")));
    assert_true(is_link(scratch_path(*state, "there/second")));
    assert_true(is_link(scratch_path(*state, "absolute")));
    assert_false(is_link(real));
    assert_int_equal(scratch_count(scratch_path(*state, "there")), 2);
    assert_int_equal(scratch_count(*state), 3);
}

static void test_dangling_link(void **state)
{
    struct quire_put_options only = {.mode = QUIRE_PUT_CREATE_ONLY};
    assert_int_equal(symlink("new/real", scratch_path(*state, "link")), 0);
    assert_int_equal(test_put(scratch_path(*state, "link"), "one", &only, NULL, NULL), 0);
    assert_true(is_link(scratch_path(*state, "link")));
    assert_string_equal(scratch_read(scratch_path(*state, "new/real")), "one");
    assert_int_equal(test_put(scratch_path(*state, "link"), "two", &only, NULL, NULL),
                     QUIRE_EXISTS);
}

static void test_loop_of_links(void **state)
{
    struct quire_error error = {0};
    assert_int_equal(symlink("b", scratch_path(*state, "a")), 0);
    assert_int_equal(symlink("a", scratch_path(*state, "b")), 0);
    assert_int_equal(test_put(scratch_path(*state, "a"), "x", NULL, NULL, &error), QUIRE_IO);
    assert_non_null(strstr(error.cause, "symbolic links"));
    assert_int_equal(scratch_count(*state), 2);
}

static void test_devices(void **state)
{
    (void)state;
    struct quire_error error = {0};
    struct quire_object object = {0};
    assert_int_equal(test_put("/dev/null", "x", NULL, &object, NULL), 0);
    assert_int_equal(object.size, -1);
    struct stat status;
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
    struct quire_put_options only = {.mode = QUIRE_PUT_CREATE_ONLY};
    assert_int_equal(test_put("/dev/null", "x", &only, NULL, NULL), QUIRE_EXISTS);
    assert_int_equal(test_put("/dev/full", "x", NULL, NULL, &error), QUIRE_FULL);
    assert_string_equal(error.path, "/dev/full");
    assert_int_not_equal(error.hint[0], 0);
}

/* Whatever stands behind /dev/stdout is written on, not replaced. */
static void test_open_files(void **state)
{
    const char *path = scratch_path(*state, "out");
    scratch_write(path, "before ");
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_true(fd >= 0);
    char name[64];
    snprintf(name, sizeof(name), "/dev/fd/%d", fd);
    assert_int_equal(test_put(name, "one ", NULL, NULL, NULL), 0);
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    assert_int_equal(symlink(name, scratch_path(*state, "link")), 0);
    assert_int_equal(test_put(scratch_path(*state, "link"), "two", NULL, NULL, NULL), 0);
    assert_string_equal(scratch_read(path), "before one two");
    close(fd);
}

static void test_pipes(void **state)
{
    const char *path = scratch_path(*state, "pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(test_put(path, "through the pipe", NULL, NULL, NULL) == 0 ? 0 : 1);
    struct quire_store *store = NULL;
    char *key = NULL, text[64] = "";
    struct quire_in *in = NULL;
    assert_int_equal(quire_store_open(path, NULL, 0, &store, &key, NULL), 0);
    assert_int_equal(quire_store_in_open(store, key, &in, NULL, NULL), 0);
    assert_int_equal(in->size, -1);
    assert_null(in->ops->read_at);
    size_t size = 0, got = 1;
    while (got > 0) {
        assert_int_equal(in->ops->read(in, text + size, 5, &got, NULL), 0);
        size += got;
    }
    assert_string_equal(text, "through the pipe");
    quire_in_close(in);
    quire_store_key_free(key);
    quire_store_close(store);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct stat now;
    assert_int_equal(stat(path, &now), 0);
    assert_true(S_ISFIFO(now.st_mode));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_target_of_links_is_replaced, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_dangling_link, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_loop_of_links, scratch_setup, scratch_teardown),
        cmocka_unit_test(test_devices),
        cmocka_unit_test_setup_teardown(test_open_files, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_pipes, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
