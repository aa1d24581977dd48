/* Workers that run jobs, in which the caller helps.
 *
 * A pool of `threads` uses threads - 1 workers of its own plus the thread that
 * waits: with threads == 1 no thread is ever created and a job runs when it is
 * waited for. Jobs must not wait for other jobs. */
#ifndef QUIRE_BASE_POOL_H
#define QUIRE_BASE_POOL_H

#include "quire/error.h"

struct quire_pool;

/* A unit of work; the memory is the caller's and must live until waited for. */
struct quire_job {
    void (*run)(void *argument);
    void *argument;
    /* Private to the pool. */
    struct quire_job *next;
    int state;
};

/* threads: 0 means one a core; at most QUIRE_POOL_THREADS_MAX.
 * Threads are started when the first job is submitted. */
#define QUIRE_POOL_THREADS_MAX 256
int quire_pool_new(unsigned threads, struct quire_pool **pool, struct quire_error *error);

/* Waits for running jobs; jobs never waited for are not run. NULL is fine. */
void quire_pool_free(struct quire_pool *pool);

/* How many threads work, the caller's included. */
unsigned quire_pool_threads(const struct quire_pool *pool);

/* Queues a job. Cannot fail: if no thread could be started, the waiter runs it. */
void quire_pool_submit(struct quire_pool *pool, struct quire_job *job);

/* Returns when the job has run, running it or other queued jobs meanwhile. */
void quire_pool_wait(struct quire_pool *pool, struct quire_job *job);

#endif
