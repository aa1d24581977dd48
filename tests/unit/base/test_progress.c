/* The observer hears of the first and the last, and not too often between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/context.h"
#include "base/progress.h"

struct heard {
    struct quire_progress last;
    int calls;
};

static void hear(void *user, const struct quire_progress *progress)
{
    struct heard *heard = user;
    heard->last = *progress;
    heard->calls++;
}

/* A clock that stands still until it is moved. */
static int64_t clock_ns;

static int64_t clock_read(void)
{
    return clock_ns;
}

static void use_clock(struct quire_progress_task *task)
{
    clock_ns = task->begun_ns;
    task->now_ns = clock_read;
}

static void clock_move_ms(int64_t milliseconds)
{
    clock_ns += milliseconds * 1000000;
}

static void test_first_and_last(void **state)
{
    (void)state;
    struct heard heard = {0};
    const struct quire_observer observer = {.user = &heard, .progress = hear};
    struct quire_progress_task task;
    quire_progress_begin(&task, &observer, NULL, "read", 1000);
    use_clock(&task);
    assert_int_equal(heard.calls, 1);
    assert_int_equal(heard.last.state, QUIRE_PROGRESS_RUNNING);
    assert_int_not_equal(heard.last.task, 0);
    assert_int_equal(heard.last.parent, 0);
    assert_string_equal(heard.last.name, "read");
    assert_int_equal(heard.last.bytes_total, 1000);
    for (int i = 0; i < 100; i++)
        quire_progress_add(&task, 1, 10);
    assert_int_equal(heard.calls, 1);
    clock_move_ms(50);
    quire_progress_end(&task, QUIRE_PROGRESS_FAILED);
    assert_int_equal(heard.calls, 2);
    assert_int_equal(heard.last.state, QUIRE_PROGRESS_FAILED);
    assert_int_equal(heard.last.rows, 100);
    assert_int_equal(heard.last.bytes, 1000);
    quire_progress_end(&task, QUIRE_PROGRESS_DONE);
    assert_int_equal(heard.calls, 2);
}

static void test_ten_times_a_second(void **state)
{
    (void)state;
    struct heard heard = {0};
    const struct quire_observer observer = {.user = &heard, .progress = hear};
    struct quire_progress_task task;
    quire_progress_begin(&task, &observer, NULL, "read", 0);
    use_clock(&task);
    for (int i = 0; i < 1000; i++) {
        clock_move_ms(1);
        quire_progress_add(&task, 1, 1);
    }
    assert_int_equal(heard.calls, 1 + 10);
    quire_progress_end(&task, QUIRE_PROGRESS_DONE);
}

static void test_rates_and_time_left(void **state)
{
    (void)state;
    struct heard heard = {0};
    const struct quire_observer observer = {.user = &heard, .progress = hear};
    struct quire_progress_task task;
    quire_progress_begin(&task, &observer, NULL, "read", 400);
    use_clock(&task);
    clock_move_ms(2000);
    quire_progress_add(&task, 50, 100);
    assert_true(heard.last.elapsed_s == 2.0);
    assert_true(heard.last.rows_per_s == 25.0);
    assert_true(heard.last.left_s == 6.0);
    quire_progress_end(&task, QUIRE_PROGRESS_DONE);
    assert_true(heard.last.left_s == 0.0);
}

static void test_time_left_is_not_known(void **state)
{
    (void)state;
    struct heard heard = {0};
    const struct quire_observer observer = {.user = &heard, .progress = hear};
    struct quire_progress_task task;
    quire_progress_begin(&task, &observer, NULL, "read", 0);
    use_clock(&task);
    clock_move_ms(1000);
    quire_progress_add(&task, 1, 100);
    assert_int_equal(heard.calls, 2);
    assert_true(heard.last.left_s == 0.0);
    quire_progress_end(&task, QUIRE_PROGRESS_DONE);
    quire_progress_begin(&task, &observer, NULL, "stdin grew", 50);
    use_clock(&task);
    clock_move_ms(1000);
    quire_progress_add(&task, 1, 100);
    assert_true(heard.last.left_s == 0.0);
    quire_progress_end(&task, QUIRE_PROGRESS_DONE);
}

static void test_tree(void **state)
{
    (void)state;
    struct heard heard = {0};
    const struct quire_observer observer = {.user = &heard, .progress = hear};
    struct quire_progress_task root, child;
    quire_progress_begin(&root, &observer, NULL, "convert", 0);
    uint64_t root_id = heard.last.task;
    quire_progress_begin(&child, &observer, &root, "read", 0);
    assert_int_equal(heard.last.parent, root_id);
    assert_int_not_equal(heard.last.task, root_id);
    quire_progress_end(&child, QUIRE_PROGRESS_DONE);
    quire_progress_end(&root, QUIRE_PROGRESS_DONE);
    assert_int_equal(heard.last.task, root_id);
    assert_int_equal(heard.calls, 4);
}

static void test_nobody_listens(void **state)
{
    (void)state;
    const struct quire_observer deaf = {0};
    struct quire_progress_task task;
    quire_progress_begin(&task, NULL, NULL, "read", 0);
    quire_progress_add(&task, 1, 1);
    quire_progress_tell(&task);
    quire_progress_end(&task, QUIRE_PROGRESS_DONE);
    assert_int_equal(task.rows, 0);
    quire_progress_begin(&task, &deaf, NULL, "read", 0);
    quire_progress_add(&task, 1, 1);
    quire_progress_end(&task, QUIRE_PROGRESS_CANCELLED);
    assert_null(task.observer);
}

static bool answer(void *user)
{
    return *(const bool *)user;
}

static void test_cancelled(void **state)
{
    (void)state;
    bool cancelled = false;
    const struct quire_observer deaf = {0};
    const struct quire_observer observer = {.user = &cancelled, .cancelled = answer};
    struct quire_context context = {0};
    struct quire_error error;
    quire_error_clear(&error);
    assert_int_equal(quire_context_check(&context, &error), 0);
    context.observer = &deaf;
    assert_int_equal(quire_context_check(&context, &error), 0);
    context.observer = &observer;
    assert_int_equal(quire_context_check(&context, &error), 0);
    assert_int_equal(error.code, 0);
    cancelled = true;
    assert_int_equal(quire_context_check(&context, &error), QUIRE_CANCELLED);
    assert_int_equal(error.code, QUIRE_CANCELLED);
    assert_string_equal(error.cause, "the operation was cancelled");
    assert_int_equal(quire_context_check(&context, NULL), QUIRE_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_and_last),
        cmocka_unit_test(test_ten_times_a_second),
        cmocka_unit_test(test_rates_and_time_left),
        cmocka_unit_test(test_time_left_is_not_known),
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
