/* The progress tree: tasks that tell the observer how far they are.
 *
 * A task is the caller's struct, valid between begin and end, and used from one
 * thread: the one that opened the pipe. The observer hears of it when it begins,
 * when it ends, and in between at most ten times a second. Without an observer,
 * or without its progress callback, a task costs a test of a pointer. */
#ifndef QUIRE_BASE_PROGRESS_H
#define QUIRE_BASE_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#include "quire/observer.h"

struct quire_progress_task {
    const struct quire_observer *observer; /* NULL: nobody listens, or ended */
    uint64_t id;                           /* 0 when nobody listens */
    uint64_t parent;
    const char *name;
    int64_t rows;
    int64_t bytes;
    int64_t bytes_total;
    int64_t begun_ns;
    int64_t told_ns;
    int64_t (*now_ns)(void); /* the clock; tests put in one of their own after begin */
};

/* Starts a task and tells the observer. parent NULL: a root. bytes_total 0: not
 * known. Borrows observer and name until end. Cannot fail. */
void quire_progress_begin(struct quire_progress_task *task, const struct quire_observer *observer,
                          const struct quire_progress_task *parent, const char *name,
                          int64_t bytes_total);

/* Tells the observer, if it is time again. Called by quire_progress_add. */
void quire_progress_tell(struct quire_progress_task *task);

/* Counts rows finished and bytes of input consumed since the last call. */
static inline void quire_progress_add(struct quire_progress_task *task, int64_t rows, int64_t bytes)
{
    if (task->observer == NULL) return;
    task->rows += rows;
    task->bytes += bytes;
    quire_progress_tell(task);
}

/* Tells the observer the final figures, once: a second end, or the end of a
 * zeroed task, does nothing. state is any but QUIRE_PROGRESS_RUNNING. */
void quire_progress_end(struct quire_progress_task *task, enum quire_progress_state state);

#endif
