/* A disk that is full and one that may not be written to, for real: a small tmpfs
 * in a mount namespace of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "quire/store.h"
#include "scratch.h"
#include "test_put.h"

#define DISK_OPTIONS "size=256k,mode=0777"
#define BLOCK_BYTES  65536
#define BLOCKS       16 /* four times the disk */
#define CANNOT_MOUNT 77

/* These run in a child of their own and return 0 or the line that failed. */
#define EXPECT(condition) \
    if (!(condition)) return __LINE__

/* Makes whoever runs the test root in a user namespace of its own. */
static int become_root(void)
{
    char users[64], groups[64];
    if (geteuid() == 0) return 0;
    snprintf(users, sizeof(users), "0 %ld 1", (long)geteuid());
    snprintf(groups, sizeof(groups), "0 %ld 1", (long)getegid());
    if (unshare(CLONE_NEWUSER) != 0) return CANNOT_MOUNT;
    scratch_write("/proc/self/uid_map", users);
    scratch_write("/proc/self/setgroups", "deny");
    scratch_write("/proc/self/gid_map", groups);
    return 0;
}

static int make_disk(const char *folder)
{
    if (become_root() != 0 || unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", folder, "tmpfs", 0, DISK_OPTIONS) != 0)
        return CANNOT_MOUNT;
    return 0;
}

static int fill_disk(const char *folder)
{
    static char block[BLOCK_BYTES];
    struct quire_store *store = NULL;
    struct quire_upload *upload = NULL;
    struct quire_error error = {0};
    char *key = NULL;
    const char *path = scratch_path(folder, "x");
    EXPECT(test_put(path, "old", NULL, NULL, NULL) == 0);
    EXPECT(quire_store_open(path, NULL, 0, &store, &key, NULL) == 0);
    EXPECT(store->ops->upload_begin(store, key, NULL, &upload, NULL) == 0);
    memset(block, 'x', sizeof(block));
    int code = 0, blocks = 0;
    for (; blocks < BLOCKS && code == 0; blocks++)
        code = store->ops->upload_part(upload, block, sizeof(block), &error);
    EXPECT(code == QUIRE_FULL && blocks > 1 && error.hint[0] != '\0');
    EXPECT(scratch_count(folder) == 1);
    /* The space was given back at once. */
    EXPECT(test_put(scratch_path(folder, "other"), "fits", NULL, NULL, NULL) == 0);
    EXPECT(store->ops->upload_commit(upload, NULL, NULL) == QUIRE_FULL);
    EXPECT(strcmp(scratch_read(path), "old") == 0);
    EXPECT(scratch_count(folder) == 2);
    quire_store_key_free(key);
    quire_store_close(store);
    return 0;
}

static int write_protected(const char *folder)
{
    struct quire_error error = {0};
    const char *path = scratch_path(folder, "x");
    EXPECT(test_put(path, "old", NULL, NULL, NULL) == 0);
    EXPECT(mount("none", folder, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
    EXPECT(test_put(path, "new", NULL, NULL, &error) == QUIRE_PERMISSION);
    EXPECT(strcmp(error.path, path) == 0 && error.hint[0] != '\0');
    EXPECT(test_put(scratch_path(folder, "d/y"), "new", NULL, NULL, &error) == QUIRE_PERMISSION);
    EXPECT(test_delete(path, &error) == QUIRE_PERMISSION);
    EXPECT(strcmp(scratch_read(path), "old") == 0);
    EXPECT(scratch_count(folder) == 1);
    return 0;
}

static void run(void *state, int (*child)(const char *folder))
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int failed = make_disk(state);
        if (failed == 0) failed = child(state);
        if (failed != 0 && failed != CANNOT_MOUNT) fprintf(stderr, "line %d\n", failed);
        _exit(failed == 0 || failed == CANNOT_MOUNT ? failed : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CANNOT_MOUNT) {
        print_message("no disk can be mounted here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_full_disk(void **state)
{
    run(*state, fill_disk);
}

static void test_write_protected_disk(void **state)
{
    run(*state, write_protected);
}

/* The same by permissions, which bind all but root. */
static void test_write_protected_folder(void **state)
{
    if (geteuid() == 0) {
        print_message("root may write to every folder\n");
        skip();
    }
    struct quire_error error = {0};
    assert_int_equal(chmod(*state, 0555), 0);
    assert_int_equal(test_put(scratch_path(*state, "x"), "new", NULL, NULL, &error),
                     QUIRE_PERMISSION);
    assert_int_equal(chmod(*state, 0755), 0);
    assert_int_equal(scratch_count(*state), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_full_disk, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_write_protected_disk, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_write_protected_folder, scratch_setup,
                                        scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
