/* Every operation of a put fails once: the old object stands, nothing is lost. The
 * same for every allocation. And the fault store itself does what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fault_alloc.h"
#include "fault_store.h"
#include "quire/store.h"
#include "scratch.h"
#include "test_put.h"

#define TRIES_MAX 200

static int register_stores(void **state)
{
    (void)state;
    return quire_store_register(&fault_store, NULL);
}

/* Writes "new" in three pieces through a sink. */
static int write_new(const char *url, struct quire_error *error)
{
    struct quire_store *store = NULL;
    char *key = NULL;
    struct quire_out *out = NULL;
    int code = quire_store_open(url, NULL, 0, &store, &key, error);
    if (code != 0) return code;
    code = quire_store_out_open(store, key, NULL, &out, error);
    for (const char *c = "new"; *c != '\0' && code == 0; c++) {
        code = quire_out_write(out, c, 1, error);
        if (code == 0) code = out->ops->finish(out, error);
    }
    if (code == 0) code = quire_store_out_commit(out, NULL, error);
    quire_out_close(out);
    quire_store_key_free(key);
    quire_store_close(store);
    return code;
}

static void fail_every_operation(const char *path, bool onwards, bool after)
{
    char url[600];
    snprintf(url, sizeof(url), "fault://%s", path);
    for (int64_t nth = 1; nth < TRIES_MAX; nth++) {
        struct quire_error error = {0};
        assert_int_equal(test_put(path, "old", NULL, NULL, NULL), 0);
        struct fault_plan plan = {
            .nth = nth, .onwards = onwards, .after = after, .code = QUIRE_RETRY};
        fault_store_arm(&plan);
        int code = write_new(url, &error);
        if (!fault_store_fired()) {
            assert_int_equal(code, 0);
            assert_string_equal(test_get(path), "new");
            assert_int_equal(fault_store_operations(), nth - 1);
            assert_int_equal(nth, 6);
            return;
        }
        assert_int_equal(code, QUIRE_RETRY);
        /* The last operation is the commit: when it took effect, it did. */
        assert_string_equal(test_get(path), after && nth == 5 ? "new" : "old");
    }
    fail_msg("it never went through");
}

static void test_every_operation(void **state)
{
    const char *path = scratch_path(*state, "x");
    for (int way = 0; way < 4; way++) {
        fail_every_operation(path, (way & 1) != 0, (way & 2) != 0);
        fail_every_operation("mem://faults/x", (way & 1) != 0, (way & 2) != 0);
        assert_int_equal(scratch_count(*state), 1);
    }
    assert_int_equal(test_delete("mem://faults/x", NULL), 0);
}

static void test_every_kind_of_operation_can_fail(void **state)
{
    (void)state;
    struct fault_plan plan = {.nth = 1, .onwards = true};
    struct quire_object object;
    assert_int_equal(test_put("mem://faults/x", "old", NULL, NULL, NULL), 0);
    fault_store_arm(&plan);
    assert_int_equal(test_put("fault://mem://faults/x", "new", NULL, NULL, NULL), QUIRE_IO);
    assert_null(test_get("fault://mem://faults/x"));
    assert_int_equal(test_head("fault://mem://faults/x", &object, NULL), QUIRE_IO);
    assert_null(test_list("fault://mem://faults/x", NULL));
    assert_int_equal(test_delete("fault://mem://faults/x", NULL), QUIRE_IO);
    assert_int_equal(fault_store_operations(), 5);
    fault_store_arm(&(struct fault_plan){0});
    assert_string_equal(test_get("fault://mem://faults/x"), "old");
    assert_string_equal(test_list("fault://mem://faults/", NULL), "x ");
    assert_int_equal(test_delete("fault://mem://faults/x", NULL), 0);
    assert_false(fault_store_fired());
}

/* A round of everything, to be cut short by the Nth allocation. */
static bool whole_round(const char *url, const char *folder_url)
{
    int64_t removed;
    return write_new(url, NULL) == 0 && test_get(url) != NULL &&
           test_list(folder_url, NULL) != NULL &&
           quire_store_sweep(folder_url, NULL, &removed, NULL) == 0;
}

static void fail_every_allocation(const char *url, const char *folder_url)
{
    for (int64_t nth = 1; nth < TRIES_MAX; nth++) {
        fault_alloc_arm(nth);
        bool done = whole_round(url, folder_url);
        bool removed = test_delete(url, NULL) == 0;
        bool hit = fault_alloc_disarm();
        if (!removed) assert_int_equal(test_delete(url, NULL), 0);
        if (removed) assert_int_equal(fault_alloc_held(), 0);
        if (!hit) {
            assert_true(done);
            return;
        }
        assert_true(!done || !removed);
    }
    fail_msg("it never went through");
}

static void test_every_allocation(void **state)
{
    fail_every_allocation(scratch_path(*state, "d/x"), scratch_path(*state, ""));
    assert_int_equal(scratch_count(scratch_path(*state, "d")), 0);
    fail_every_allocation("mem://allocations/x", "mem://allocations/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_operation, scratch_setup, scratch_teardown),
        cmocka_unit_test(test_every_kind_of_operation_can_fail),
        cmocka_unit_test_setup_teardown(test_every_allocation, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, register_stores, NULL);
}
