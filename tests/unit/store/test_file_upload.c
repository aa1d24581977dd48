/* A file is replaced whole, with the mode and owner that it had. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "quire/store.h"
#include "scratch.h"
#include "store/file_store.h"
#include "test_put.h"

/* The operating system without O_TMPFILE. */
static struct quire_file_system named_only;

static int refuse_unnamed(const char *folder, mode_t mode)
{
    (void)folder;
    (void)mode;
    errno = EOPNOTSUPP;
    return -1;
}

static int named_setup(void **state)
{
    named_only = quire_store_os_files;
    named_only.open_unnamed = refuse_unnamed;
    quire_store_set_file_system(&named_only);
    return scratch_setup(state);
}

static int named_teardown(void **state)
{
    quire_store_set_file_system(NULL);
    return scratch_teardown(state);
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

static void test_new_file_honours_umask(void **state)
{
    mode_t before = umask(027);
    assert_int_equal(test_put(scratch_path(*state, "a"), "x", NULL, NULL, NULL), 0);
    umask(0);
    assert_int_equal(test_put(scratch_path(*state, "d/b"), "x", NULL, NULL, NULL), 0);
    umask(before);
    assert_int_equal(mode_of(scratch_path(*state, "a")), 0640);
    assert_int_equal(mode_of(scratch_path(*state, "d/b")), 0666);
    assert_int_equal(mode_of(scratch_path(*state, "d")), 0777);
}

static void test_existing_mode_is_kept(void **state)
{
    static const mode_t modes[] = {0600, 0444, 0751, 0666, 02755};
    const char *path = scratch_path(*state, "a");
    mode_t before = umask(077);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        scratch_write(path, "old");
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_int_equal(test_put(path, "new", NULL, NULL, NULL), 0);
        assert_int_equal(mode_of(path), modes[i]);
        assert_string_equal(scratch_read(path), "new");
        assert_int_equal(unlink(path), 0);
    }
    umask(before);
}

static void test_existing_owner_is_kept(void **state)
{
    if (geteuid() != 0) {
        print_message("only root may give files away\n");
        skip();
    }
    const char *path = scratch_path(*state, "a");
    struct stat status;
    scratch_write(path, "old");
    assert_int_equal(chown(path, 12345, 23456), 0);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(test_put(path, "new", NULL, NULL, NULL), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_uid, 12345);
    assert_int_equal(status.st_gid, 23456);
    assert_int_equal(status.st_mode & 07777, 0640);
}

static void test_nothing_but_the_file_is_left(void **state)
{
    struct quire_put_options only = {.mode = QUIRE_PUT_CREATE_ONLY};
    assert_int_equal(test_put(scratch_path(*state, "a"), "1", NULL, NULL, NULL), 0);
    assert_int_equal(test_put(scratch_path(*state, "a"), "2", NULL, NULL, NULL), 0);
    assert_int_equal(test_put(scratch_path(*state, "b"), "3", &only, NULL, NULL), 0);
    assert_int_equal(test_put(scratch_path(*state, "b"), "4", &only, NULL, NULL), QUIRE_EXISTS);
    assert_int_equal(scratch_count(*state), 2);
    assert_string_equal(scratch_read(scratch_path(*state, "a")), "2");
    assert_string_equal(scratch_read(scratch_path(*state, "b")), "3");
}

static void test_parents(void **state)
{
    struct quire_put_options options = {.no_parents = true};
    struct quire_error error = {0};
    const char *deep = scratch_path(*state, "a//b/c/x");
    assert_int_equal(test_put(deep, "x", &options, NULL, &error), QUIRE_NOT_FOUND);
    assert_string_equal(error.path, deep);
    assert_int_equal(scratch_count(*state), 0);
    assert_int_equal(test_put(deep, "x", NULL, NULL, NULL), 0);
    assert_string_equal(scratch_read(scratch_path(*state, "a/b/c/x")), "x");
    assert_int_equal(test_put(scratch_path(*state, "a/b/c/x/y"), "x", NULL, NULL, &error),
                     QUIRE_NOT_FOUND);
    assert_non_null(strstr(error.hint, "is a file"));
}

/* By who made it, and found it empty while nothing in it had a name. */
static void test_a_folder_that_goes_meanwhile(void **state)
{
    const enum quire_put_mode modes[] = {QUIRE_PUT_OVERWRITE, QUIRE_PUT_CREATE_ONLY};
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        const struct quire_put_options options = {.mode = modes[i]};
        const char *path = scratch_path(*state, i == 0 ? "a/b/c" : "d/e/f");
        struct quire_store *store = NULL;
        struct quire_upload *upload = NULL;
        char *key = NULL;
        assert_int_equal(quire_store_open(path, NULL, 0, &store, &key, NULL), 0);
        assert_int_equal(store->ops->upload_begin(store, key, &options, &upload, NULL), 0);
        assert_int_equal(store->ops->upload_part(upload, "x", 1, NULL), 0);
        /* What has a name keeps it. */
        (void)rmdir(scratch_path(*state, i == 0 ? "a/b" : "d/e"));
        (void)rmdir(scratch_path(*state, i == 0 ? "a" : "d"));
        assert_int_equal(store->ops->upload_commit(upload, NULL, NULL), 0);
        assert_string_equal(scratch_read(path), "x");
        quire_store_key_free(key);
        quire_store_close(store);
    }
}

static void test_relative_paths(void **state)
{
    char before[1024];
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(*state), 0);
    assert_int_equal(test_put("x", "1", NULL, NULL, NULL), 0);
    assert_int_equal(test_put("d/e/x", "2", NULL, NULL, NULL), 0);
    assert_int_equal(test_put("./d/../y", "3", NULL, NULL, NULL), 0);
    assert_string_equal(test_list("d", NULL), "d/e/x ");
    assert_string_equal(test_list("x", NULL), "x ");
    assert_int_equal(chdir(before), 0);
    assert_string_equal(scratch_read(scratch_path(*state, "d/e/x")), "2");
    assert_string_equal(scratch_read(scratch_path(*state, "y")), "3");
}

static void test_folders_are_refused(void **state)
{
    const char *folder = *state;
    struct quire_error error = {0};
    assert_int_equal(test_put(folder, "x", NULL, NULL, &error), QUIRE_USAGE);
    assert_non_null(strstr(error.cause, "folder"));
    assert_int_equal(test_put(scratch_path(folder, "new/"), "x", NULL, NULL, &error), QUIRE_USAGE);
    assert_int_equal(test_head(folder, &(struct quire_object){0}, &error), QUIRE_USAGE);
    assert_int_equal(test_delete(folder, &error), QUIRE_USAGE);
    assert_null(test_get(folder));
    assert_int_equal(scratch_count(folder), 0);
}

static void test_long_names(void **state)
{
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    memcpy(name + 250, "\xc3\xa4\xc3\xa4", 4);
    assert_int_equal(test_put(scratch_path(*state, name), "x", NULL, NULL, NULL), 0);
    assert_string_equal(scratch_read(scratch_path(*state, name)), "x");
    assert_int_equal(scratch_count(*state), 1);
}

static void begin_and_wait(const char *path, int ready)
{
    struct quire_store *store = NULL;
    struct quire_upload *upload = NULL;
    char *key = NULL;
    if (quire_store_open(path, NULL, 0, &store, &key, NULL) == 0 &&
        store->ops->upload_begin(store, key, NULL, &upload, NULL) == 0 &&
        store->ops->upload_part(upload, "half of it", 10, NULL) == 0 && write(ready, "!", 1) == 1)
        pause();
    _exit(1);
}

/* Kills a writer in the middle; at most one leftover may stay. */
static void kill_writer(void *state, int leftovers)
{
    const char *path = scratch_path(state, "a");
    scratch_write(path, "old");
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) begin_and_wait(path, ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(ready[0]);
    close(ready[1]);
    assert_string_equal(scratch_read(path), "old");
    assert_int_equal(scratch_count(state), 1 + leftovers);
    assert_string_equal(test_list(scratch_path(state, ""), NULL), "a ");
    int64_t removed = -1;
    struct quire_sweep_options young = {.age_ms = 3600 * 1000};
    assert_int_equal(quire_store_sweep(state, &young, &removed, NULL), 0);
    assert_int_equal(removed, 0);
    assert_int_equal(quire_store_sweep(state, NULL, &removed, NULL), 0);
    assert_int_equal(removed, leftovers);
    assert_int_equal(scratch_count(state), 1);
    assert_string_equal(scratch_read(path), "old");
}

static void test_killed_writer(void **state)
{
    int fd = quire_store_os_files.open_unnamed(*state, 0600);
    bool unnamed = fd >= 0;
    if (unnamed) close(fd);
    kill_writer(*state, unnamed ? 0 : 1);
}

static void test_killed_writer_with_a_name(void **state)
{
    kill_writer(*state, 1);
}

#define EITHER_WAY(test)                                                    \
    cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown), \
        cmocka_unit_test_setup_teardown(test, named_setup, named_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EITHER_WAY(test_new_file_honours_umask),
        EITHER_WAY(test_existing_mode_is_kept),
        EITHER_WAY(test_existing_owner_is_kept),
        EITHER_WAY(test_nothing_but_the_file_is_left),
        EITHER_WAY(test_parents),
        EITHER_WAY(test_a_folder_that_goes_meanwhile),
        EITHER_WAY(test_relative_paths),
        EITHER_WAY(test_folders_are_refused),
        EITHER_WAY(test_long_names),
        cmocka_unit_test_setup_teardown(test_killed_writer, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_killed_writer_with_a_name, named_setup,
                                        named_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
