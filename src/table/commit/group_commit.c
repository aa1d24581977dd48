/* A group's life: its thread, which commits when it is time, and those who wait for it. */
#include "table/commit/group_commit.h"

#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fail.h"

#define INTERVAL_MS 1000
#define ROWS_MAX    1000000

/* --- The thread ---------------------------------------------------------------------------- */

/* Milliseconds until rows that wait are to be committed; 0: now; -1: none wait. */
static int64_t due_in_ms(const struct quire_table_group *group)
{
    if (group->writer == NULL) return -1;
    int64_t waited = quire_group_now_ms(group) - group->begun_ms;
    return waited < group->options.interval_ms ? group->options.interval_ms - waited : 0;
}

static void wait_for_work(struct quire_table_group *group, int64_t milliseconds)
{
    struct timespec until;
    if (milliseconds < 0) {
        pthread_cond_wait(&group->work, &group->mutex);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(milliseconds / 1000);
    until.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_cond_timedwait(&group->work, &group->mutex, &until);
}

static void *commit_in_time(void *user)
{
    struct quire_table_group *group = user;
    pthread_mutex_lock(&group->mutex);
    while (!group->stopping && group->code == 0) {
        int64_t due = due_in_ms(group);
        if (due == 0)
            (void)quire_group_commit(group, NULL); /* a failure is noted, for who waits */
        else
            wait_for_work(group, due);
    }
    pthread_mutex_unlock(&group->mutex);
    return NULL;
}

static int start_thread(struct quire_table_group *group, struct quire_error *error)
{
    if (group->options.polled) return 0;
    int code = pthread_create(&group->thread, NULL, commit_in_time, group);
    if (code != 0) return quire_fail_errno(error, code, QUIRE_GROUP_VERB, "no thread could begin");
    group->has_thread = true;
    return 0;
}

/* --- Opening and closing ------------------------------------------------------------------- */

static int check_options(const struct quire_table_group_options *options, struct quire_error *error)
{
    if (options->interval_ms < 0 || options->rows_max < 0)
        return quire_fail(error, QUIRE_USAGE, QUIRE_GROUP_VERB,
                          "interval_ms and rows_max are 0 or more");
    if (options->now_ms != NULL && !options->polled)
        return quire_fail(error, QUIRE_USAGE, QUIRE_GROUP_VERB,
                          "a clock of one's own goes with polling");
    return 0;
}

static void init_locks(struct quire_table_group *group)
{
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&group->mutex, NULL);
    pthread_cond_init(&group->work, &clock);
    pthread_cond_init(&group->done, NULL);
    pthread_condattr_destroy(&clock);
}

static int open_group(struct quire_table_group *group, const char *url, struct quire_error *error)
{
    if (group->options.interval_ms == 0) group->options.interval_ms = INTERVAL_MS;
    if (group->options.rows_max == 0) group->options.rows_max = ROWS_MAX;
    group->context = group->options.context;
    if (group->context == NULL) {
        QUIRE_TRY(quire_context_new(NULL, &group->own_context, error));
        group->context = group->own_context;
    }
    group->url = quire_strdup(url);
    if (group->url == NULL) return quire_fail_memory(error, QUIRE_GROUP_VERB);
    QUIRE_TRY(quire_group_renew(group, error));
    return start_thread(group, error);
}

int quire_table_group_open(const char *url, const struct quire_table_group_options *options,
                           struct quire_table_group **group, struct quire_error *error)
{
    static const struct quire_table_group_options none = {.interval_ms = 0};
    if (options == NULL) options = &none;
    QUIRE_TRY(check_options(options, error));
    struct quire_table_group *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, QUIRE_GROUP_VERB);
    made->options = *options;
    init_locks(made);
    int code = open_group(made, url, error);
    if (code != 0) {
        quire_error_path(error, url);
        quire_table_group_close(made);
        return code;
    }
    *group = made;
    return 0;
}

static void stop_thread(struct quire_table_group *group)
{
    if (!group->has_thread) return;
    pthread_mutex_lock(&group->mutex);
    group->stopping = true;
    pthread_cond_signal(&group->work);
    pthread_mutex_unlock(&group->mutex);
    pthread_join(group->thread, NULL);
}

void quire_table_group_close(struct quire_table_group *group)
{
    if (group == NULL) return;
    stop_thread(group);
    quire_row_writer_close(group->writer);
    quire_transaction_close(group->transaction);
    while (group->producers != NULL) {
        struct quire_table_producer *each = group->producers;
        group->producers = each->next;
        quire_free(each->app);
        quire_free(each);
    }
    quire_context_free(group->own_context);
    pthread_cond_destroy(&group->done);
    pthread_cond_destroy(&group->work);
    pthread_mutex_destroy(&group->mutex);
    quire_free(group->url);
    quire_free(group);
}

/* --- Committing ---------------------------------------------------------------------------- */

int quire_table_group_flush(struct quire_table_group *group, struct quire_error *error)
{
    pthread_mutex_lock(&group->mutex);
    int code = quire_group_check(group, error);
    if (code == 0) code = quire_group_commit(group, error);
    pthread_mutex_unlock(&group->mutex);
    return code;
}

int quire_table_group_poll(struct quire_table_group *group, struct quire_error *error)
{
    pthread_mutex_lock(&group->mutex);
    int code = quire_group_check(group, error);
    if (code == 0 && due_in_ms(group) == 0) code = quire_group_commit(group, error);
    pthread_mutex_unlock(&group->mutex);
    return code;
}
