#include "call_way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fault_alloc.h"
#include "fault_store.h"

const struct call_way call_ways[CALL_WAYS] = {
    {true, false, false}, {true, false, true},   {true, true, false},
    {true, true, true},   {false, false, false}, {false, true, false},
};

void call_way_arm(const struct call_way *way, int64_t n)
{
    const struct fault_plan plan = {
        .nth = way->store ? n : 0, .onwards = way->onwards, .after = way->after};
    fault_store_arm(&plan);
    if (!way->store && way->onwards)
        fault_alloc_arm_onwards(n);
    else
        fault_alloc_arm(way->store ? 0 : n);
}

bool call_way_disarm(const struct call_way *way, int64_t n, int64_t brought)
{
    static const struct fault_plan none = {.nth = 0};
    bool reached = way->store && fault_store_operations() >= n;
    fault_store_arm(&none);
    assert_int_equal(fault_alloc_held(), -brought);
    return fault_alloc_disarm() || reached;
}

int fault_stride(int stride)
{
    const char *full = getenv("QUIRE_CHECK_FULL");
    return (full != NULL && full[0] != '\0' ? 1 : stride) * fault_every();
}

int fault_every(void)
{
    const char *every = getenv("QUIRE_FAULT_EVERY");
    return every != NULL && atoi(every) > 0 ? atoi(every) : 1;
}
