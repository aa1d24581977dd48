/* Blocks carry no header, so that those from before arming may be freed after it;
 * their release is not told apart, and tests hold none across. */
#include "fault_alloc.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/alloc.h"

static _Atomic int64_t requests;
static _Atomic int64_t held;
static int64_t failing;
static bool failing_onwards;

static bool refuse(void)
{
    int64_t request = atomic_fetch_add(&requests, 1) + 1;
    return request == failing || (failing_onwards && failing > 0 && request > failing);
}

static void *fault_allocate(size_t size)
{
    void *block = refuse() ? NULL : malloc(size);
    if (block != NULL) atomic_fetch_add(&held, 1);
    return block;
}

static void *fault_reallocate(void *block, size_t size)
{
    if (refuse()) return NULL;
    void *moved = realloc(block, size);
    if (block == NULL && moved != NULL) atomic_fetch_add(&held, 1);
    return moved;
}

static void fault_release(void *block)
{
    atomic_fetch_sub(&held, 1);
    free(block);
}

static void arm(int64_t nth, bool onwards)
{
    static const struct quire_alloc_hooks hooks = {fault_allocate, fault_reallocate, fault_release};
    requests = 0;
    held = 0;
    failing = nth;
    failing_onwards = onwards;
    quire_alloc_set_hooks(&hooks);
}

void fault_alloc_arm(int64_t nth)
{
    arm(nth, false);
}

void fault_alloc_arm_onwards(int64_t nth)
{
    arm(nth, true);
}

bool fault_alloc_disarm(void)
{
    quire_alloc_set_hooks(NULL);
    return failing > 0 && requests >= failing;
}

int64_t fault_alloc_held(void)
{
    return held;
}
