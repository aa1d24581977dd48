/* Sets of names: each is there once, however many there are and whatever bytes they have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "runlog/rows/name_set.h"

static bool add(struct quire_name_set *set, const char *name, size_t size)
{
    bool added = false;
    assert_int_equal(quire_name_set_add(set, name, size, &added), 0);
    return added;
}

static void test_many_names(void **state)
{
    QUIRE_CLEANUP(quire_name_set_release) struct quire_name_set set = {.size = 0};
    char name[32];
    (void)state;
    assert_false(quire_name_set_has(&set, "step_0", 6));
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 20000; i++) {
            size_t size = (size_t)snprintf(name, sizeof(name), "step_%d", i);
            assert_true(add(&set, name, size) == (round == 0));
            assert_true(quire_name_set_has(&set, name, size));
        }
    assert_int_equal(set.size, 20000);
    assert_false(quire_name_set_has(&set, "step_20000", 10));
    quire_name_set_clear(&set);
    assert_false(quire_name_set_has(&set, "step_0", 6));
    assert_true(add(&set, "step_0", 6));
}

static void test_other_bytes(void **state)
{
    QUIRE_CLEANUP(quire_name_set_release) struct quire_name_set set = {.size = 0};
    (void)state;
    assert_true(add(&set, "", 0));
    assert_false(add(&set, "", 0));
    assert_true(add(&set, "a\0b", 3));
    assert_true(add(&set, "a\0c", 3));
    assert_true(add(&set, "a", 1));
    assert_false(add(&set, "a\0b", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_names),
        cmocka_unit_test(test_other_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
