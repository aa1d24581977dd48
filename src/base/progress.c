/* Telling the observer. Rates are means since the task began: they settle soon,
 * and an estimate of the time left made from them does not jump about. */
#include "base/progress.h"

#include <assert.h>
#include <stdatomic.h>

#include "base/time_text.h"

#define TELL_INTERVAL_NS INT64_C(100000000)

static _Atomic uint64_t tasks_begun;

static void tell(struct quire_progress_task *task, enum quire_progress_state state, int64_t now_ns)
{
    task->told_ns = now_ns;
    struct quire_progress progress = {
        .task = task->id,
        .parent = task->parent,
        .name = task->name,
        .state = state,
        .rows = task->rows,
        .bytes = task->bytes,
        .bytes_total = task->bytes_total,
        .elapsed_s = (double)(now_ns - task->begun_ns) / 1e9,
    };
    if (progress.elapsed_s > 0) {
        progress.rows_per_s = (double)task->rows / progress.elapsed_s;
        if (state == QUIRE_PROGRESS_RUNNING && task->bytes > 0 && task->bytes_total > task->bytes)
            progress.left_s = progress.elapsed_s * (double)(task->bytes_total - task->bytes) /
                              (double)task->bytes;
    }
    task->observer->progress(task->observer->user, &progress);
}

void quire_progress_begin(struct quire_progress_task *task, const struct quire_observer *observer,
                          const struct quire_progress_task *parent, const char *name,
                          int64_t bytes_total)
{
    *task = (struct quire_progress_task){0};
    if (observer == NULL || observer->progress == NULL) return;
    task->observer = observer;
    task->id = atomic_fetch_add_explicit(&tasks_begun, 1, memory_order_relaxed) + 1;
    task->parent = parent != NULL ? parent->id : 0;
    task->name = name;
    task->bytes_total = bytes_total;
    task->now_ns = quire_time_monotonic_ns;
    task->begun_ns = task->now_ns();
    tell(task, QUIRE_PROGRESS_RUNNING, task->begun_ns);
}

void quire_progress_tell(struct quire_progress_task *task)
{
    if (task->observer == NULL) return;
    int64_t now_ns = task->now_ns();
    if (now_ns - task->told_ns >= TELL_INTERVAL_NS) tell(task, QUIRE_PROGRESS_RUNNING, now_ns);
}

void quire_progress_end(struct quire_progress_task *task, enum quire_progress_state state)
{
    assert(state != QUIRE_PROGRESS_RUNNING);
    if (task->observer == NULL) return;
    tell(task, state, task->now_ns());
    task->observer = NULL;
}
