/* Ends the process where it does not end by itself: a function of SQLite that works on long texts
 * looks neither at the clock nor for an interrupt until it is through. */
#ifndef QUIRE_CLI_WATCHDOG_H
#define QUIRE_CLI_WATCHDOG_H

#include <pthread.h>
#include <stdbool.h>

#include "quire/error.h"

struct quire_cli_watchdog {
    const char *operation;
    int64_t timeout_ms;
    int64_t deadline_ns;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t over;
    bool ended, running;
};

/* From here on a second of grace is given beyond the timeout (0: none) and behind an interrupt; the
 * process then ends as it would have: a message, and the status of a limit or an interrupt. For
 * work that may be cut off anywhere. */
int quire_cli_watchdog_begin(struct quire_cli_watchdog *watchdog, const char *operation,
                             int64_t timeout_ms, struct quire_error *error);
void quire_cli_watchdog_end(struct quire_cli_watchdog *watchdog);

#endif
