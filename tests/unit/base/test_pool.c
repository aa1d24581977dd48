/* The pool runs every job once, in any mixture of workers and waiters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>

#include "base/pool.h"

#define JOBS 500

struct counted {
    struct quire_job job;
    _Atomic int runs;
};

static void count_run(void *argument)
{
    struct counted *counted = argument;
    atomic_fetch_add(&counted->runs, 1);
}

static void run_all(unsigned threads)
{
    struct quire_pool *pool = NULL;
    assert_int_equal(quire_pool_new(threads, &pool, NULL), 0);
    assert_int_equal(quire_pool_threads(pool), threads);
    static struct counted jobs[JOBS];
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (struct counted){.job = {.run = count_run, .argument = &jobs[i]}};
        quire_pool_submit(pool, &jobs[i].job);
    }
    for (int i = JOBS - 1; i >= 0; i--)
        quire_pool_wait(pool, &jobs[i].job);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(jobs[i].runs, 1);
    }
    quire_pool_free(pool);
}

static void test_one_thread(void **state)
{
    (void)state;
    run_all(1);
}

static void test_many_threads(void **state)
{
    (void)state;
    run_all(4);
}

static void test_free_accepts_null_and_unwaited_jobs(void **state)
{
    (void)state;
    quire_pool_free(NULL);
    struct quire_pool *pool = NULL;
    assert_int_equal(quire_pool_new(1, &pool, NULL), 0);
    struct counted counted = {.job = {.run = count_run, .argument = &counted}};
    quire_pool_submit(pool, &counted.job);
    quire_pool_free(pool);
    assert_int_equal(counted.runs, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_thread),
        cmocka_unit_test(test_many_threads),
        cmocka_unit_test(test_free_accepts_null_and_unwaited_jobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
