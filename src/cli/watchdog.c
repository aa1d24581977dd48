#include "watchdog.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "interrupt.h"

#define LOOK_NS  INT64_C(100000000)
#define GRACE_NS INT64_C(1000000000)
#define SECOND   INT64_C(1000000000)

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

/* Streams are not written out: another thread is in the midst of its work. */
static void end_process(const struct quire_cli_watchdog *watchdog, bool interrupted)
{
    char message[160];
    int size = interrupted ? snprintf(message, sizeof(message), "quire: interrupted\n")
                           : snprintf(message, sizeof(message),
                                      "quire: %s: the query takes longer than %" PRId64 " ms\n",
                                      watchdog->operation, watchdog->timeout_ms);
    ssize_t ignored = write(STDERR_FILENO, message, (size_t)size);
    (void)ignored;
    _exit(interrupted ? QUIRE_EXIT_INTERRUPTED : QUIRE_EXIT_DATA);
}

static void *watch(void *user)
{
    struct quire_cli_watchdog *watchdog = user;
    int64_t interrupted_ns = 0;
    pthread_mutex_lock(&watchdog->mutex);
    while (!watchdog->ended) {
        int64_t now = now_ns(), next = now + LOOK_NS;
        const struct timespec until = {next / SECOND, (long)(next % SECOND)};
        if (interrupted_ns == 0 && quire_cli_interrupted(NULL)) interrupted_ns = now;
        if (interrupted_ns != 0 && now >= interrupted_ns + GRACE_NS) end_process(watchdog, true);
        if (watchdog->deadline_ns != 0 && now >= watchdog->deadline_ns)
            end_process(watchdog, false);
        pthread_cond_timedwait(&watchdog->over, &watchdog->mutex, &until);
    }
    pthread_mutex_unlock(&watchdog->mutex);
    return NULL;
}

/* Signals go to the threads that work. */
static int start(struct quire_cli_watchdog *watchdog)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&watchdog->thread, NULL, watch, watchdog);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

int quire_cli_watchdog_begin(struct quire_cli_watchdog *watchdog, const char *operation,
                             int64_t timeout_ms, struct quire_error *error)
{
    pthread_condattr_t monotonic;
    watchdog->operation = operation;
    watchdog->timeout_ms = timeout_ms;
    watchdog->deadline_ns =
        timeout_ms > 0 ? now_ns() + GRACE_NS + timeout_ms * INT64_C(1000000) : 0;
    watchdog->ended = false;
    pthread_mutex_init(&watchdog->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&watchdog->over, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int code = start(watchdog);
    watchdog->running = code == 0;
    return code == 0 ? 0
                     : quire_fail(error, QUIRE_MEMORY, operation, "a thread cannot be started: %s",
                                  strerror(code));
}

void quire_cli_watchdog_end(struct quire_cli_watchdog *watchdog)
{
    if (!watchdog->running) return;
    watchdog->running = false;
    pthread_mutex_lock(&watchdog->mutex);
    watchdog->ended = true;
    pthread_cond_signal(&watchdog->over);
    pthread_mutex_unlock(&watchdog->mutex);
    pthread_join(watchdog->thread, NULL);
    pthread_cond_destroy(&watchdog->over);
    pthread_mutex_destroy(&watchdog->mutex);
}
