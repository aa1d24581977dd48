/* How the library tells what it does. It never prints, logs, exits or reads the
 * environment; it calls these, when they are set. */
#ifndef QUIRE_OBSERVER_H
#define QUIRE_OBSERVER_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum quire_log_level { QUIRE_LOG_ERROR, QUIRE_LOG_WARN, QUIRE_LOG_INFO, QUIRE_LOG_DEBUG };

enum quire_progress_state {
    QUIRE_PROGRESS_RUNNING,
    QUIRE_PROGRESS_DONE,
    QUIRE_PROGRESS_FAILED,
    QUIRE_PROGRESS_CANCELLED
};

/* One task of the progress tree. Times in seconds; 0 means not known. */
struct quire_progress {
    uint64_t task;    /* this task, never 0 */
    uint64_t parent;  /* 0: a root */
    const char *name; /* valid during the call */
    enum quire_progress_state state;
    int64_t rows;        /* records finished */
    int64_t bytes;       /* bytes of input consumed */
    int64_t bytes_total; /* 0: not known */
    double elapsed_s;
    double rows_per_s;
    double left_s; /* estimate of the time left; 0: not known */
};

/* Every callback may be NULL. They are called from whichever thread opened the
 * pipe, except cancelled, which may be called from any. */
struct quire_observer {
    void *user;
    void (*progress)(void *user, const struct quire_progress *progress);
    void (*log)(void *user, enum quire_log_level level, const char *message);
    /* Adds value to a counter: rows_read, bytes_read (of the stored object), rows_written,
     * bytes_written (as stored), the last two at a commit. */
    void (*metric)(void *user, const char *name, double value);
    /* Asked often; true makes the operation fail with QUIRE_CANCELLED. */
    bool (*cancelled)(void *user);
};

#ifdef __cplusplus
}
#endif
#endif
