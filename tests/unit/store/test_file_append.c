/* QUIRE_PUT_APPEND on files: what is taken back, mended, and kept apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash_files.h"
#include "fault_alloc.h"
#include "quire/store.h"
#include "scratch.h"
#include "store/file_system.h"
#include "test_put.h"

#define APPENDS 200
/* More than one block of the search for the last line end. */
#define LONG_LINE 200000

static const struct quire_put_options in_place = {.mode = QUIRE_PUT_APPEND};
static const struct quire_put_options mending = {.mode = QUIRE_PUT_APPEND, .cut_torn_line = true};

static int append(const char *path, const char *text, const struct quire_put_options *options)
{
    return test_put(path, text, options, NULL, NULL);
}

/* An upload that the test drives itself. */
struct driven {
    struct quire_store *store;
    char *key;
    struct quire_upload *upload;
};

static struct driven begin(const char *path, const struct quire_put_options *options)
{
    struct driven driven = {0};
    assert_int_equal(quire_store_open(path, NULL, 0, &driven.store, &driven.key, NULL), 0);
    assert_int_equal(
        driven.store->ops->upload_begin(driven.store, driven.key, options, &driven.upload, NULL),
        0);
    return driven;
}

static int part(struct driven *driven, const char *text, struct quire_error *error)
{
    return driven->store->ops->upload_part(driven->upload, text, strlen(text), error);
}

static int finish(struct driven *driven, bool commit, struct quire_error *error)
{
    int code = 0;
    if (commit)
        code = driven->store->ops->upload_commit(driven->upload, NULL, error);
    else
        driven->store->ops->upload_abort(driven->upload);
    quire_store_key_free(driven->key);
    quire_store_close(driven->store);
    return code;
}

/* Appending ---------------------------------------------------------------------- */

static void test_appends(void **state)
{
    const char *path = scratch_path(*state, "deep/er/x");
    struct quire_object object;
    assert_int_equal(append(path, "one\n", &in_place), 0);
    assert_int_equal(test_put(path, "two\n", &mending, &object, NULL), 0);
    assert_string_equal(scratch_read(path), "one\ntwo\n");
    assert_int_equal(object.size, 8);
    assert_int_equal(scratch_count(scratch_path(*state, "deep/er")), 1);
    struct quire_put_options no_parents = in_place;
    no_parents.no_parents = true;
    assert_int_equal(append(scratch_path(*state, "none/x"), "", &no_parents), QUIRE_NOT_FOUND);
}

static void test_appends_behind_links_and_keeps_the_file(void **state)
{
    const char *path = scratch_path(*state, "x"), *link = scratch_path(*state, "link");
    struct stat before, after;
    scratch_write(path, "one\n");
    assert_int_equal(symlink("x", link), 0);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(append(link, "two\n", &in_place), 0);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_mode, after.st_mode);
    assert_string_equal(scratch_read(path), "one\ntwo\n");
}

static void test_refuses_what_is_no_file(void **state)
{
    const char *pipe = scratch_path(*state, "pipe");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(append(pipe, "x", &in_place), QUIRE_UNSUPPORTED);
    assert_int_equal(append("/dev/null", "x", &in_place), QUIRE_UNSUPPORTED);
    assert_int_equal(append("/dev/stdout", "x", &in_place), QUIRE_UNSUPPORTED);
    assert_int_equal(append(*state, "x", &in_place), QUIRE_USAGE);
    assert_int_equal(append(scratch_path(*state, "folder/"), "x", &in_place), QUIRE_USAGE);
}

static void test_other_stores_refuse(void **state)
{
    struct quire_store *store = NULL;
    struct quire_out *out = NULL;
    struct quire_error error;
    char *key = NULL;
    (void)state;
    assert_int_equal(append("mem://append/x", "x", &in_place), QUIRE_UNSUPPORTED);
    assert_int_equal(quire_store_open("mem://append/x", NULL, 0, &store, &key, NULL), 0);
    assert_int_equal(quire_store_out_open(store, key, &in_place, &out, &error), QUIRE_UNSUPPORTED);
    assert_non_null(strstr(error.cause, "mem"));
    quire_store_key_free(key);
    quire_store_close(store);
}

/* The torn line -------------------------------------------------------------------- */

static void expect_mended(void *state, const char *old, const char *expected)
{
    const char *path = scratch_path(state, "x");
    scratch_write(path, old);
    assert_int_equal(append(path, "new\n", &mending), 0);
    assert_string_equal(scratch_read(path), expected);
}

static void test_cuts_a_torn_line(void **state)
{
    expect_mended(*state, "a\nb\n", "a\nb\nnew\n");
    expect_mended(*state, "a\nb\nto", "a\nb\nnew\n");
    expect_mended(*state, "a\nt", "a\nnew\n");
    expect_mended(*state, "\nt", "\nnew\n");
    expect_mended(*state, "torn", "new\n");
    expect_mended(*state, "", "new\n");
}

static void test_keeps_the_tail_when_not_asked(void **state)
{
    const char *path = scratch_path(*state, "x");
    scratch_write(path, "a\nto");
    assert_int_equal(append(path, "new\n", &in_place), 0);
    assert_string_equal(scratch_read(path), "a\ntonew\n");
}

static void test_cuts_a_line_of_many_blocks(void **state)
{
    const char *path = scratch_path(*state, "x");
    char *text = calloc(1, LONG_LINE + 1);
    memset(text, 'x', LONG_LINE);
    memcpy(text, "whole\n", 6);
    expect_mended(*state, text, "whole\nnew\n");
    text[5] = 'x';
    expect_mended(*state, text, "new\n");
    /* The line end is the last byte of a block, and the first. */
    for (int shift = -1; shift <= 1; shift++) {
        size_t end = (size_t)(LONG_LINE - 65536 + shift);
        text[end] = '\n';
        scratch_write(path, text);
        assert_int_equal(append(path, "", &mending), 0);
        assert_int_equal(strlen(scratch_read(path)), end + 1);
        text[end] = 'x';
    }
    free(text);
}

/* Says that lines ending with '}' are whole; "fail" is a failure. */
static int check_brace(void *user, const void *line, size_t size, bool *whole,
                       struct quire_error *error)
{
    *(int *)user += 1;
    const char *text = line;
    if (size == 4 && memcmp(text, "fail", 4) == 0) return quire_fail(error, QUIRE_MEMORY, "", "x");
    *whole = text[size - 1] == '}';
    return 0;
}

static void test_asks_about_the_last_line(void **state)
{
    const char *path = scratch_path(*state, "x");
    int asked = 0;
    struct quire_put_options asking = mending;
    asking.check_line = check_brace;
    asking.check_line_user = &asked;
    scratch_write(path, "{}\n{}");
    assert_int_equal(append(path, "new\n", &asking), 0);
    assert_string_equal(scratch_read(path), "{}\n{}\nnew\n");
    assert_int_equal(asked, 1);
    assert_int_equal(append(path, "new\n", &asking), 0);
    assert_int_equal(asked, 1); /* nothing was torn */
    scratch_write(path, "{}\n{");
    assert_int_equal(append(path, "new\n", &asking), 0);
    assert_string_equal(scratch_read(path), "{}\nnew\n");
    scratch_write(path, "{}\nfail");
    assert_int_equal(append(path, "new\n", &asking), QUIRE_MEMORY);
    assert_string_equal(scratch_read(path), "{}\nfail");
    /* An abort also takes back the line end that was added. */
    scratch_write(path, "{}");
    struct driven driven = begin(path, &asking);
    assert_string_equal(scratch_read(path), "{}\n");
    finish(&driven, false, NULL);
    assert_string_equal(scratch_read(path), "{}");
}

/* Taking back ---------------------------------------------------------------------- */

static void test_abort_takes_back(void **state)
{
    const char *path = scratch_path(*state, "x");
    scratch_write(path, "a\ntorn");
    struct driven driven = begin(path, &mending);
    assert_int_equal(part(&driven, "new\n", NULL), 0);
    assert_string_equal(scratch_read(path), "a\nnew\n");
    finish(&driven, false, NULL);
    assert_string_equal(scratch_read(path), "a\n");
    /* The lock is free again. */
    assert_int_equal(append(path, "b\n", &in_place), 0);
    assert_string_equal(scratch_read(path), "a\nb\n");
}

static void test_replaced_meanwhile_is_a_conflict(void **state)
{
    const char *path = scratch_path(*state, "x");
    struct quire_error error;
    scratch_write(path, "a\n");
    struct driven driven = begin(path, &in_place);
    assert_int_equal(part(&driven, "b\n", NULL), 0);
    assert_int_equal(test_put(path, "theirs\n", NULL, NULL, NULL), 0);
    assert_int_equal(finish(&driven, true, &error), QUIRE_CONFLICT);
    assert_string_equal(error.path, path);
    assert_string_equal(scratch_read(path), "theirs\n");
    driven = begin(path, &in_place);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(finish(&driven, true, &error), QUIRE_CONFLICT);
    assert_false(scratch_exists(path));
}

/* Which call fails: its name, and after how many others of that name. */
static struct {
    const char *call;
    int after;
    int errno_value;
} broken;

static bool breaks(const char *call)
{
    if (broken.call == NULL || strcmp(broken.call, call) != 0 || broken.after-- > 0) return false;
    errno = broken.errno_value;
    return true;
}

static int broken_open(const char *path, int flags, mode_t mode)
{
    return breaks("open") ? -1 : quire_store_os_files.open(path, flags, mode);
}

/* Every other call is interrupted, the others take up to three bytes. */
static ssize_t broken_write(int fd, const void *bytes, size_t size)
{
    static bool interrupted;
    interrupted = !interrupted;
    if (!interrupted) return breaks("write") ? -1 : write(fd, bytes, size < 3 ? size : 3);
    errno = EINTR;
    return -1;
}

static ssize_t broken_pread(int fd, void *bytes, size_t size, off_t offset)
{
    return breaks("pread") ? -1 : pread(fd, bytes, size < 3 ? size : 3, offset);
}

static int broken_fsync(int fd)
{
    return breaks("fsync") ? -1 : fsync(fd);
}

static int broken_ftruncate(int fd, off_t size)
{
    return breaks("ftruncate") ? -1 : ftruncate(fd, size);
}

static int broken_flock(int fd, int operation)
{
    return breaks("flock") ? -1 : flock(fd, operation);
}

static int broken_fstat(int fd, struct stat *status)
{
    return breaks("fstat") ? -1 : fstat(fd, status);
}

static int broken_close(int fd)
{
    int result = close(fd);
    return breaks("close") ? -1 : result;
}

static struct quire_file_system faulty;

static int faulty_setup(void **state)
{
    faulty = quire_store_os_files;
    faulty.open = broken_open;
    faulty.write = broken_write;
    faulty.pread = broken_pread;
    faulty.fsync = broken_fsync;
    faulty.ftruncate = broken_ftruncate;
    faulty.flock = broken_flock;
    faulty.fstat = broken_fstat;
    faulty.close = broken_close;
    broken.call = NULL;
    quire_store_set_file_system(&faulty);
    return scratch_setup(state);
}

static int faulty_teardown(void **state)
{
    quire_store_set_file_system(NULL);
    return scratch_teardown(state);
}

/* Appending fails with the code and leaves `left`. */
static void expect_failure(void *state, const char *call, int after, int errno_value, int expected,
                           const char *left)
{
    const char *path = scratch_path(state, "x");
    struct quire_error error = {0};
    scratch_write(path, "old\ntorn");
    broken.call = call;
    broken.after = after;
    broken.errno_value = errno_value;
    assert_int_equal(test_put(path, "many more bytes\n", &mending, NULL, &error), expected);
    broken.call = NULL;
    assert_string_equal(scratch_read(path), left);
    assert_string_equal(error.path, path);
    assert_string_equal(error.operation, "append");
}

static void test_every_failed_write_is_taken_back(void **state)
{
    /* Sixteen bytes, three at a time. */
    for (int after = 0; after < 6; after++)
        expect_failure(*state, "write", after, ENOSPC, QUIRE_FULL, "old\n");
}

static void test_calls_that_fail(void **state)
{
    expect_failure(*state, "open", 0, EACCES, QUIRE_PERMISSION, "old\ntorn");
    expect_failure(*state, "flock", 0, ENOLCK, QUIRE_IO, "old\ntorn");
    /* A signal ends the waiting for the lock. */
    expect_failure(*state, "flock", 0, EINTR, QUIRE_CANCELLED, "old\ntorn");
    expect_failure(*state, "pread", 1, EIO, QUIRE_IO, "old\ntorn");
    expect_failure(*state, "ftruncate", 0, EIO, QUIRE_IO, "old\ntorn");
    expect_failure(*state, "fstat", 0, EIO, QUIRE_IO, "old\ntorn");
    expect_failure(*state, "fstat", 1, EIO, QUIRE_IO, "old\n");
    expect_failure(*state, "fsync", 0, EIO, QUIRE_IO, "old\n");
}

static void test_what_cannot_be_taken_back_is_told(void **state)
{
    const char *path = scratch_path(*state, "x");
    struct quire_error error = {0};
    scratch_write(path, "old\n");
    struct driven driven = begin(path, &in_place);
    assert_int_equal(part(&driven, "new\n", NULL), 0);
    broken.call = "ftruncate";
    broken.after = 0;
    broken.errno_value = EIO;
    assert_int_equal(unlink(path), 0); /* the commit will not find it */
    assert_int_equal(finish(&driven, true, &error), QUIRE_CONFLICT);
    assert_non_null(strstr(error.hint, "cut the file at byte 4"));
}

static void test_failure_is_sticky(void **state)
{
    const char *path = scratch_path(*state, "x");
    struct quire_error error = {0}, again = {0};
    scratch_write(path, "old\n");
    struct driven driven = begin(path, &in_place);
    broken.call = "write";
    broken.after = 1;
    broken.errno_value = ENOSPC;
    assert_int_equal(part(&driven, "abcdef", &error), QUIRE_FULL);
    broken.call = NULL;
    assert_int_equal(error.byte, 7);
    assert_int_equal(part(&driven, "more", &again), QUIRE_FULL);
    assert_string_equal(again.cause, error.cause);
    assert_int_equal(finish(&driven, true, &again), QUIRE_FULL);
    assert_string_equal(scratch_read(path), "old\n");
}

static void test_every_allocation_fails(void **state)
{
    const char *path = scratch_path(*state, "x");
    for (int64_t n = 1;; n++) {
        scratch_write(path, "old\ntorn");
        fault_alloc_arm(n);
        int code = append(path, "new\n", &mending);
        bool fired = fault_alloc_disarm();
        assert_int_equal(fault_alloc_held(), 0);
        if (!fired) {
            assert_int_equal(code, 0);
            break;
        }
        assert_int_equal(code, QUIRE_MEMORY);
        assert_true(strncmp(scratch_read(path), "old\n", 4) == 0);
        assert_null(strstr(scratch_read(path), "new"));
    }
    assert_string_equal(scratch_read(path), "old\nnew\n");
}

/* The power goes ------------------------------------------------------------------- */

/* Old records stand in every state, and after a commit the new ones do too. */
static void expect_kept(void *user, const char *bytes, size_t size)
{
    const bool *committed = user;
    assert_non_null(bytes);
    assert_true(size >= 4 && memcmp(bytes, "old\n", 4) == 0);
    if (*committed) assert_true(size == 8 && memcmp(bytes, "old\nnew\n", 8) == 0);
}

static void test_power_loss_keeps_what_stood_there(void **state)
{
    bool cut = true, committed = false;
    (void)state;
    quire_store_set_file_system(&crash_files);
    for (int64_t n = 0; cut; n++) {
        crash_files_reset(true);
        crash_files_add_folder("d");
        crash_files_add("d/x", "old\ntorn");
        crash_files_cut_after(n);
        committed = append("d/x", "new\n", &mending) == 0;
        cut = crash_files_is_cut();
        crash_files_lose_power("d/x", expect_kept, &committed);
    }
    quire_store_set_file_system(NULL);
    assert_true(committed);
}

/* Several writers ------------------------------------------------------------------ */

static void append_many(const char *path, char mark)
{
    struct quire_put_options options = mending;
    options.durability = QUIRE_DURABILITY_NONE;
    for (int i = 0; i < APPENDS; i++) {
        char line[64];
        snprintf(line, sizeof(line), "%c%d\n%c%d end\n", mark, i, mark, i);
        if (append(path, line, &options) != 0) _exit(1);
    }
    _exit(0);
}

static void test_two_processes_lose_nothing(void **state)
{
    const char *path = scratch_path(*state, "x");
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        if (children[i] == 0) append_many(path, (char)('a' + i));
        assert_true(children[i] > 0);
    }
    for (int i = 0; i < 2; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    /* Every append is there, whole, once, and those of one process in order. */
    int next[2] = {0, 0}, number, size;
    char mark, mark_again;
    const char *text = scratch_read(path);
    while (*text != '\0') {
        int again;
        assert_int_equal(
            sscanf(text, "%c%d\n%c%d end\n%n", &mark, &number, &mark_again, &again, &size), 4);
        assert_int_equal(mark, mark_again);
        assert_int_equal(number, again);
        assert_int_equal(number, next[mark - 'a']++);
        text += size;
    }
    assert_int_equal(next[0], APPENDS);
    assert_int_equal(next[1], APPENDS);
}

static void test_killed_writer_leaves_a_tail_that_is_cut(void **state)
{
    const char *path = scratch_path(*state, "x");
    int ready[2];
    char byte;
    scratch_write(path, "old\n");
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct driven driven = begin(path, &mending);
        part(&driven, "whole\nto", NULL);
        if (write(ready[1], "x", 1) != 1) _exit(1);
        pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(ready[0]);
    close(ready[1]);
    assert_string_equal(scratch_read(path), "old\nwhole\nto");
    assert_int_equal(append(path, "new\n", &mending), 0);
    assert_string_equal(scratch_read(path), "old\nwhole\nnew\n");
}

/* A writer that waits for the lock of a file which is then replaced goes to the new
 * one. flock is where it waits, so there the file is exchanged under it. */
static const char *exchanged;

static int exchanging_flock(int fd, int operation)
{
    if (exchanged != NULL) {
        assert_int_equal(unlink(exchanged), 0);
        scratch_write(exchanged, "theirs\n");
        exchanged = NULL;
    }
    return flock(fd, operation);
}

static void test_replaced_while_waiting(void **state)
{
    const char *path = scratch_path(*state, "x");
    scratch_write(path, "old\n");
    faulty.flock = exchanging_flock;
    exchanged = path;
    assert_int_equal(append(path, "ours\n", &in_place), 0);
    assert_null(exchanged);
    assert_string_equal(scratch_read(path), "theirs\nours\n");
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
#define IN_FAULTY(test)  cmocka_unit_test_setup_teardown(test, faulty_setup, faulty_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(test_appends),
        IN_SCRATCH(test_appends_behind_links_and_keeps_the_file),
        IN_SCRATCH(test_refuses_what_is_no_file),
        cmocka_unit_test(test_other_stores_refuse),
        IN_SCRATCH(test_cuts_a_torn_line),
        IN_SCRATCH(test_keeps_the_tail_when_not_asked),
        IN_SCRATCH(test_cuts_a_line_of_many_blocks),
        IN_SCRATCH(test_asks_about_the_last_line),
        IN_SCRATCH(test_abort_takes_back),
        IN_SCRATCH(test_replaced_meanwhile_is_a_conflict),
        IN_FAULTY(test_every_failed_write_is_taken_back),
        IN_FAULTY(test_calls_that_fail),
        IN_FAULTY(test_what_cannot_be_taken_back_is_told),
        IN_FAULTY(test_failure_is_sticky),
        IN_FAULTY(test_every_allocation_fails),
        cmocka_unit_test(test_power_loss_keeps_what_stood_there),
        IN_SCRATCH(test_two_processes_lose_nothing),
        IN_SCRATCH(test_killed_writer_leaves_a_tail_that_is_cut),
        IN_FAULTY(test_replaced_while_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
