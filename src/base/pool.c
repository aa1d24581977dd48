/* The thread pool: one mutex, one queue, one condition for "something changed".
 *
 * Jobs here take a millisecond or so, so a single lock is not felt; what matters
 * is that the waiting thread works too, which keeps N threads busy on N cores. */
#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"

enum job_state { JOB_IDLE, JOB_QUEUED, JOB_RUNNING, JOB_DONE };

struct quire_pool {
    pthread_mutex_t mutex;
    pthread_cond_t work;     /* a job was queued, or the pool stops */
    pthread_cond_t finished; /* a job is done */
    struct quire_job *head, *tail;
    unsigned threads;
    unsigned workers_size;
    bool started;
    bool stopping;
    pthread_t workers[];
};

/* With the mutex held. */
static struct quire_job *take_job(struct quire_pool *pool)
{
    struct quire_job *job = pool->head;
    if (job == NULL) return NULL;
    pool->head = job->next;
    if (pool->head == NULL) pool->tail = NULL;
    job->state = JOB_RUNNING;
    return job;
}

/* With the mutex held; drops it while the job runs. */
static void run_job(struct quire_pool *pool, struct quire_job *job)
{
    pthread_mutex_unlock(&pool->mutex);
    job->run(job->argument);
    pthread_mutex_lock(&pool->mutex);
    job->state = JOB_DONE;
    pthread_cond_broadcast(&pool->finished);
}

static void *worker_main(void *argument)
{
    struct quire_pool *pool = argument;
    pthread_mutex_lock(&pool->mutex);
    while (!pool->stopping) {
        struct quire_job *job = take_job(pool);
        if (job != NULL)
            run_job(pool, job);
        else
            pthread_cond_wait(&pool->work, &pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

int quire_pool_new(unsigned threads, struct quire_pool **result, struct quire_error *error)
{
    if (threads == 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        threads = cores > 0 ? (unsigned)cores : 1;
    }
    if (threads > QUIRE_POOL_THREADS_MAX) threads = QUIRE_POOL_THREADS_MAX;
    struct quire_pool *pool = quire_alloc_zero(1, sizeof(*pool) + threads * sizeof(pthread_t));
    if (pool == NULL) return quire_fail_memory(error, "start threads");
    pool->threads = threads;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->finished, NULL);
    *result = pool;
    return 0;
}

void quire_pool_free(struct quire_pool *pool)
{
    if (pool == NULL) return;
    pthread_mutex_lock(&pool->mutex);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
    for (unsigned i = 0; i < pool->workers_size; i++)
        pthread_join(pool->workers[i], NULL);
    pthread_cond_destroy(&pool->work);
    pthread_cond_destroy(&pool->finished);
    pthread_mutex_destroy(&pool->mutex);
    quire_free(pool);
}

unsigned quire_pool_threads(const struct quire_pool *pool)
{
    return pool->threads;
}

/* With the mutex held. Workers block every signal: those belong to the caller. */
static void start_workers(struct quire_pool *pool)
{
    pool->started = true;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (unsigned i = 0; i + 1 < pool->threads; i++) {
        if (pthread_create(&pool->workers[pool->workers_size], NULL, worker_main, pool) != 0) break;
        pool->workers_size++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void quire_pool_submit(struct quire_pool *pool, struct quire_job *job)
{
    pthread_mutex_lock(&pool->mutex);
    if (!pool->started) start_workers(pool);
    job->state = JOB_QUEUED;
    job->next = NULL;
    if (pool->tail != NULL)
        pool->tail->next = job;
    else
        pool->head = job;
    pool->tail = job;
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
}

void quire_pool_wait(struct quire_pool *pool, struct quire_job *job)
{
    pthread_mutex_lock(&pool->mutex);
    while (job->state != JOB_DONE) {
        struct quire_job *other = take_job(pool);
        if (other != NULL)
            run_job(pool, other);
        else
            pthread_cond_wait(&pool->finished, &pool->mutex);
    }
    pthread_mutex_unlock(&pool->mutex);
}
