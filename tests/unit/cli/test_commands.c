/* Whole runs of the program in this process: exit statuses, and what is left when
 * the Nth allocation fails, for every N. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cli.h"
#include "fault_alloc.h"
#include "scratch.h"

#define ARGUMENTS_MAX 16
#define FILES_LEFT    5 /* people, wrong, two outputs, rejects */

static const char people[] = "id,name,born\n1,Ada,1815-12-10\n2,\"B, C\",1900-01-01\n3,,\n";
static const char old_content[] = "{\"old\":true}\n";

/* Runs with what is printed going nowhere; words[0] is the command. */
static int run(const char *const *words)
{
    char *argv[ARGUMENTS_MAX + 2] = {(char *)(uintptr_t) "quire"};
    int argc = 1;
    for (; words[argc - 1] != NULL; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    fflush(stdout);
    fflush(stderr);
    int saved[2] = {dup(1), dup(2)};
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(saved[0] >= 0 && saved[1] >= 0 && nowhere >= 0);
    dup2(nowhere, 1);
    dup2(nowhere, 2);
    int status = quire_cli_main(argc, argv);
    fflush(stderr);
    for (int i = 0; i < 2; i++) {
        dup2(saved[i], i + 1);
        close(saved[i]);
    }
    close(nowhere);
    return status;
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static void assert_file(const char *name, const char *text)
{
    const char *content = scratch_read(name);
    assert_non_null(content);
    assert_string_equal(content, text);
}

static int enter_folder(void **state)
{
    if (scratch_setup(state) != 0 || chdir(*state) != 0) return -1;
    scratch_write("people.csv", people);
    scratch_write("wrong.csv", "id,name,born\n1,Ada,1815-12-10\nx,y,z\n");
    return 0;
}

/* Nothing but what the tests wrote may be there: no temporaries. */
static int leave_folder(void **state)
{
    int files = scratch_count(".");
    if (chdir("/") != 0 || files != FILES_LEFT) return -1;
    return scratch_teardown(state);
}

static void test_exit_status(void **state)
{
    (void)state;
    scratch_write("out.jsonl", old_content);
    assert_int_equal(RUN("version"), QUIRE_EXIT_DONE);
    assert_int_equal(run((const char *const[]){NULL}), QUIRE_EXIT_USAGE);
    assert_int_equal(RUN("convrt"), QUIRE_EXIT_USAGE);
    assert_int_equal(RUN("validate", "people.csv"), QUIRE_EXIT_USAGE);
    assert_int_equal(RUN("convert", "people.csv"), QUIRE_EXIT_USAGE);
    assert_int_equal(RUN("convert", "people.csv", "people.csv"), QUIRE_EXIT_USAGE);
    assert_int_equal(RUN("convert", "people.csv", "out"), QUIRE_EXIT_USAGE);
    assert_int_equal(RUN("convert", "people.csv", "--where", "id >", "out.jsonl"),
                     QUIRE_EXIT_USAGE);
    assert_int_equal(RUN("convert", "no.csv", "out.jsonl"), QUIRE_EXIT_IO);
    assert_int_equal(RUN("convert", "people.csv", "no/out.csv", "--no-parents"), QUIRE_EXIT_IO);
    assert_int_equal(RUN("convert", "wrong.csv", "out.jsonl", "--infer-rows", "1"),
                     QUIRE_EXIT_DATA);
    assert_file("out.jsonl", old_content);
    assert_int_equal(RUN("convert", "people.csv", "out.jsonl"), QUIRE_EXIT_DONE);
    assert_file("out.jsonl", "{\"id\":1,\"name\":\"Ada\",\"born\":\"1815-12-10\"}\n"
                             "{\"id\":2,\"name\":\"B, C\",\"born\":\"1900-01-01\"}\n"
                             "{\"id\":3,\"name\":null,\"born\":null}\n");
}

static void test_rejects(void **state)
{
    (void)state;
    assert_int_equal(
        RUN("convert", "wrong.csv", "out.csv", "--infer-rows", "1", "--rejects", "rejects.jsonl"),
        QUIRE_EXIT_DONE);
    assert_file("out.csv", "id,name,born\n1,Ada,1815-12-10\n");
    assert_int_equal(RUN("count", "rejects.jsonl"), QUIRE_EXIT_DONE);
    assert_int_equal(
        RUN("convert", "wrong.csv", "out.csv", "--infer-rows", "1", "--on-bad", "reject"),
        QUIRE_EXIT_USAGE);
    assert_int_equal(RUN("convert", "wrong.csv", "out.csv", "--rejects", "out.csv"),
                     QUIRE_EXIT_USAGE);
}

static void test_limits_and_columns(void **state)
{
    (void)state;
    assert_int_equal(RUN("convert", "people.csv", "people.csv", "out.csv", "--limit", "4",
                         "--select", "born,id"),
                     QUIRE_EXIT_DONE);
    assert_file("out.csv", "born,id\n1815-12-10,1\n1900-01-01,2\n,3\n1815-12-10,1\n");
    assert_int_equal(
        RUN("convert", "people.csv", "out.csv", "--append", "--select", "born,id", "--limit", "1"),
        QUIRE_EXIT_DONE);
    assert_file("out.csv", "born,id\n1815-12-10,1\n1900-01-01,2\n,3\n1815-12-10,1\n1815-12-10,1\n");
    assert_int_equal(RUN("convert", "people.csv", "out.csv", "--select", "brn"), QUIRE_EXIT_USAGE);
}

/* The target has its old content until a run succeeds, and nothing is leaked. */
static void torture(const char *const *words)
{
    for (int64_t nth = 1;; nth++) {
        scratch_write("out.jsonl", old_content);
        fault_alloc_arm(nth);
        int status = run(words);
        int64_t held = fault_alloc_held();
        bool failed = fault_alloc_disarm();
        if (held != 0)
            fail_msg("%s: allocation %lld: %lld blocks left", words[0], (long long)nth,
                     (long long)held);
        if (!failed) {
            assert_int_equal(status, QUIRE_EXIT_DONE);
            break;
        }
        /* Progress and such may do without. */
        if (status == QUIRE_EXIT_DONE) continue;
        if (status != QUIRE_EXIT_IO)
            fail_msg("%s: allocation %lld: status %d", words[0], (long long)nth, status);
        assert_file("out.jsonl", old_content);
    }
}

#define TORTURE(...) torture((const char *const[]){__VA_ARGS__, NULL})

static void test_every_allocation_fails(void **state)
{
    (void)state;
    TORTURE("convert", "people.csv", "out.jsonl", "--threads", "1", "--json");
    TORTURE("convert", "wrong.csv", "people.csv", "out.jsonl", "--threads", "1", "--schema",
            "id int64, name string, born date", "--rejects", "rejects.jsonl", "--select", "born,id",
            "--set", "in.null_text=none");
    TORTURE("convert", "people.csv", "--append", "out.jsonl", "--threads", "1", "--progress",
            "json");
    TORTURE("convert", "people.csv", "--to", "tsv", "--compression=gzip", "out.jsonl", "--threads",
            "1", "--on-bad", "null");
    TORTURE("head", "people.csv", "-n", "2", "--threads", "1");
    TORTURE("tail", "people.csv", "-n", "2", "--threads", "1");
    TORTURE("cat", "people.*", "--threads", "1");
    TORTURE("count", "people.csv", "--json", "--threads", "1");
    TORTURE("schema", "people.csv", "--threads", "1");
    TORTURE("stats", "people.csv", "--threads", "1");
    TORTURE("stats", "people.csv", "--threads", "1", "--json");
    TORTURE("diff", "people.csv", "people.csv", "--threads", "1");
    TORTURE("formats");
    TORTURE("formats", "--json");
    TORTURE("codecs");
    TORTURE("stores", "--json");
    TORTURE("clean", ".");
    TORTURE("version", "--json");
    TORTURE("help", "convert", "--man");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_status),
        cmocka_unit_test(test_rejects),
        cmocka_unit_test(test_limits_and_columns),
        cmocka_unit_test(test_every_allocation_fails),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
