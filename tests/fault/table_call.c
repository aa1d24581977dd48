#include "table_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "fault_alloc.h"
#include "fault_store.h"
#include "quire/batch.h"
#include "quire/store.h"
#include "scratch.h"

#define N_MAX            100000
#define OPERATIONS_LEAST 3 /* a loop that was over sooner tried nothing */

char table_folder[TABLE_URL_MAX / 2], table_url[TABLE_URL_MAX];
struct quire_context *table_context;

int table_call_setup(void **state, int64_t memory_max)
{
    const struct quire_context_options options = {.threads = 1, .memory_max = memory_max};
    if (scratch_setup(state) != 0) return -1;
    snprintf(table_folder, sizeof(table_folder), "%s/t", (const char *)*state);
    snprintf(table_url, sizeof(table_url), "fault://%s", table_folder);
    if (quire_context_new(&options, &table_context, NULL) != 0) return -1;
    return quire_store_register(&fault_store, NULL);
}

int table_call_teardown(void **state)
{
    quire_context_free(table_context);
    return scratch_teardown(state);
}

static void begin(const struct table_call *call)
{
    scratch_remove(table_folder);
    call->begin(call);
}

/* Returns the version that stands. */
static int64_t check(const struct table_call *call, const struct call_way *way, int code,
                     const struct quire_error *error)
{
    int64_t sum, version = standing_table(table_folder, call->count, &sum);
    /* The answer was lost, and asking again failed: it may have been done. */
    bool blind = way->store && way->onwards && way->after;
    if (code == 0) {
        assert_int_equal(version, call->after);
    } else {
        assert_int_equal(code, error->code);
        assert_true(error->cause[0] != '\0');
        assert_true(version >= call->before && version <= call->after);
        assert_true(version < call->after || blind);
    }
    assert_int_equal(sum, version == call->after ? call->sum_after : call->sum_before);
    /* Files of a commit of which that could not be known are left. */
    bool known = code == 0 || strstr(error->hint, "may stand") == NULL;
    if (call->check_left != NULL && !way->store && !way->onwards && code != 0 && known)
        call->check_left();
    return version;
}

/* One call with the Nth failing; whether that was reached. */
static bool try_once(const struct table_call *call, const struct call_way *way, int64_t n)
{
    struct quire_error error;
    struct ArrowArrayStream rows = {.release = NULL};
    fault_alloc_arm(0);
    if (call->bring != NULL) call->bring(call, &rows);
    int64_t brought = fault_alloc_held();
    fault_alloc_disarm();
    quire_error_clear(&error);
    call_way_arm(way, n);
    int code = call->run(call, &rows, &error);
    quire_stream_release(&rows);
    bool fired = call_way_disarm(way, n, brought);
    assert_true(fired || code == 0);
    int64_t version = check(call, way, code, &error);
    /* A store operation may also leave a file that no version has. */
    if (version != call->before || way->store) begin(call);
    return fired;
}

void table_call_try(const struct table_call *call, const struct call_way *way, size_t number)
{
    int stride = way->store ? call->stride_store : call->stride;
    if (!way->store && way->onwards && call->stride_onwards > 0) stride = call->stride_onwards;
    if (stride == 0) stride = 1;
    stride = call->all_when_full ? fault_stride(stride) : stride * fault_every();
    int64_t n = 1 + (int64_t)(number % (size_t)stride);
    begin(call);
    for (; try_once(call, way, n); n += stride)
        assert_true(n < N_MAX);
    assert_true(n >= OPERATIONS_LEAST);
}

void table_call_try_kind(const struct table_call *call, bool store)
{
    for (size_t i = 0; i < CALL_WAYS; i++)
        if (call_ways[i].store == store) table_call_try(call, &call_ways[i], i);
}

void table_call_try_all(const struct table_call *call)
{
    table_call_try_kind(call, true);
    table_call_try_kind(call, false);
}
