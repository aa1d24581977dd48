/* A call that changes a table, tried while the Nth allocation or store operation fails, for N after
 * N until all goes through: the loops that tests of the library share. After every try what the
 * call says is what stands, with its files, and no memory is left. */
#ifndef TABLE_CALL_H
#define TABLE_CALL_H

#include <stddef.h>

#include "call_way.h"
#include "quire/arrow.h"
#include "quire/context.h"
#include "quire/error.h"
#include "standing_table.h"

#define TABLE_URL_MAX 4200

/* The table of a test, a folder of its own; its URL in the store that fails. */
extern char table_folder[TABLE_URL_MAX / 2], table_url[TABLE_URL_MAX];
/* What a test's calls are made with. */
extern struct quire_context *table_context;

/* In one thread, with that memory; 0: the default. */
int table_call_setup(void **state, int64_t memory_max);
int table_call_teardown(void **state);

struct table_call {
    /* Makes the table that it begins with, where nothing is. */
    void (*begin)(const struct table_call *call);
    /* The rows that it takes; NULL: none. */
    void (*bring)(const struct table_call *call, struct ArrowArrayStream *rows);
    int (*run)(const struct table_call *call, struct ArrowArrayStream *rows,
               struct quire_error *error);
    /* That a try that failed for lack of memory left nothing of its own; NULL: is not looked at. */
    void (*check_left)(void);
    standing_count *count;         /* NULL: rows */
    int64_t before, after;         /* versions; others may have committed one between them */
    int64_t sum_before, sum_after; /* what is counted then */
    const void *how;               /* the test's own */
    /* Every so many are tried, times fault_every(); 0: all. */
    int stride, stride_onwards, stride_store;
    bool all_when_full; /* but all with QUIRE_CHECK_FULL */
};

/* Tries the call in that way until it goes through. It begins with one of the first ones, by
 * number, so that not always the same ones are tried. */
void table_call_try(const struct table_call *call, const struct call_way *way, size_t number);

/* All ways, or those in which store operations fail, or allocations. */
void table_call_try_all(const struct table_call *call);
void table_call_try_kind(const struct table_call *call, bool store);

#endif
