/* Every command, while the Nth allocation, store operation or file system call fails:
 * once, and from then on; for every N until the command goes through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "fault_run.h"

/* All cases, or only those that read or write files; returns the largest N. */
static int torture_all(const struct fault_way *way)
{
    int most = 0;
    for (int i = 0; i < fault_cases_size; i++) {
        const char *command = fault_cases[i].words[0];
        bool on_files = fault_cases[i].words[1] != NULL && strcmp(command, "formats") != 0 &&
                        strcmp(command, "stores") != 0 && strcmp(command, "version") != 0 &&
                        strcmp(command, "help") != 0;
        if (way->kind != FAULT_ALLOCATION && !on_files) continue;
        if (way->kind == FAULT_STORE && strcmp(command, "clean") == 0) continue;
        /* Threads take part only where rows are read and written. */
        if (strcmp(way->threads, "1") != 0 && fault_cases[i].targets[0] == NULL) continue;
        int n = fault_torture(&fault_cases[i], way);
        if (on_files) assert_true(n > 1);
        most = n > most ? n : most;
    }
    return most;
}

static void torture_one_way(enum fault_kind kind, bool onwards, bool after, const char *threads)
{
    const struct fault_way way = {kind, onwards, after, threads};
    assert_true(torture_all(&way) > 5);
}

static void torture(enum fault_kind kind, bool after)
{
    for (int i = 0; i < 4; i++)
        torture_one_way(kind, i % 2 == 1, after, i < 2 ? "1" : "2");
}

/* Allocations are many: each way is a test of its own, so that they run side by side. */
static void test_allocations_once(void **state)
{
    (void)state;
    torture_one_way(FAULT_ALLOCATION, false, false, "1");
}

static void test_allocations_from_then_on(void **state)
{
    (void)state;
    torture_one_way(FAULT_ALLOCATION, true, false, "1");
}

static void test_allocations_threads_once(void **state)
{
    (void)state;
    torture_one_way(FAULT_ALLOCATION, false, false, "2");
}

static void test_allocations_threads_from_then_on(void **state)
{
    (void)state;
    torture_one_way(FAULT_ALLOCATION, true, false, "2");
}

static void test_store_before(void **state)
{
    (void)state;
    torture(FAULT_STORE, false);
}

static void test_store_after(void **state)
{
    (void)state;
    torture(FAULT_STORE, true);
}

static void test_files_before(void **state)
{
    (void)state;
    torture(FAULT_FILES, false);
}

static void test_files_after(void **state)
{
    (void)state;
    torture(FAULT_FILES, true);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocations_once),
        cmocka_unit_test(test_allocations_from_then_on),
        cmocka_unit_test(test_allocations_threads_once),
        cmocka_unit_test(test_allocations_threads_from_then_on),
        cmocka_unit_test(test_store_before),
        cmocka_unit_test(test_store_after),
        cmocka_unit_test(test_files_before),
        cmocka_unit_test(test_files_after),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, fault_setup, fault_teardown);
}
