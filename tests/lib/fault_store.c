#include "fault_store.h"

#include <stdatomic.h>
#include <string.h>

#include "base/fail.h"
#include "wrap_store.h"

static struct fault_plan armed;
static _Atomic int64_t operations;
static _Atomic bool fired;

/* The number of the operation that this thread is in. */
static _Thread_local int64_t number;

static int fault_hook(const struct wrap_call *call, bool after, int code, struct quire_error *error)
{
    if (strcmp(call->operation, "upload_abort") == 0) return 0;
    if (!after) number = atomic_fetch_add(&operations, 1) + 1;
    bool hit = armed.nth > 0 && (armed.onwards ? number >= armed.nth : number == armed.nth);
    if (!hit || after != armed.after || code != 0) return code;
    fired = true;
    code = quire_fail(error, armed.code != 0 ? armed.code : QUIRE_IO, call->operation,
                      "operation %lld was made to fail", (long long)number);
    quire_error_path(error, call->key);
    return code;
}

void fault_store_arm(const struct fault_plan *plan)
{
    armed = *plan;
    operations = 0;
    fired = false;
}

int64_t fault_store_operations(void)
{
    return operations;
}

bool fault_store_fired(void)
{
    return fired;
}

static int fault_open(const char *url, const void *options, struct quire_store **store, char **key,
                      struct quire_error *error)
{
    (void)options;
    return wrap_store_open(&fault_store, fault_hook, url, store, key, error);
}

const struct quire_store_ops fault_store = {
    .name = "fault",
    .schemes = "fault",
    .summary = "another store, whose Nth operation fails",
    .open = fault_open,
    WRAP_STORE_MEMBERS,
};
