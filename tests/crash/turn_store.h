/* "turn://<URL>": the store within, for writers that are threads of this process of which one
 * runs at a time. Before each operation a generator decides who goes on, so that what happens is
 * a function of the seed. It also makes operations fail, writers crash, and commits go astray:
 *
 *     - the commit stands, and its writer is told QUIRE_IO, or QUIRE_EXISTS as after a retry;
 *     - it does not stand, and its writer is told QUIRE_IO;
 *     - the same, and it comes to stand later, unless another one is there by then;
 *     - its writer crashes before it or after it: whatever it does then is QUIRE_IO.
 *
 * Which commits came to stand, and whose they are, is written down here. */
#ifndef QUIRE_TESTS_TURN_STORE_H
#define QUIRE_TESTS_TURN_STORE_H

#include <stdbool.h>

#include "quire/store.h"

#define TURN_WRITERS_MAX  8
#define TURN_VERSIONS_MAX 256

extern const struct quire_store_ops turn_store;

/* Forgets all, for so many writers; within is the table of the store within. */
void turn_store_start(uint64_t seed, int writers, bool troubles, const char *within);
/* What each writer's thread does first, and last. */
void turn_store_enter(int writer);
void turn_store_leave(void);

/* Of the writer that runs. A number below the bound: */
int64_t turn_store_random(int64_t bound);
/* Says what it does from here on, by a number of the caller's; one that crashed begins anew. */
void turn_store_begin(int64_t task);
/* Whether an operation was made to fail since then. */
bool turn_store_troubled(void);

/* All that is still on its way arrives, now that all writers are done. */
void turn_store_settle(void);
/* The newest version; 0 at first. */
int64_t turn_store_version(void);
/* The task that made a version; -1 for version 0. */
int64_t turn_store_task_of(int64_t version);
/* A sum over all operations in their order. */
uint64_t turn_store_trace(void);

#endif
