/* Producers of a group: what they have sent, and what of it the table has. */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/commit/group_commit.h"

/* --- Opening and closing ------------------------------------------------------------------- */

static struct quire_table_producer *find(struct quire_table_group *group, const char *app)
{
    struct quire_table_producer *each = group->producers;
    while (each != NULL && strcmp(each->app, app) != 0)
        each = each->next;
    return each;
}

/* Where rows wait the transaction is as old as the first of them; what others committed since is
 * seen when it commits. */
static int make_producer(struct quire_table_group *group, const char *app,
                         struct quire_table_producer **producer, struct quire_error *error)
{
    if (group->writer == NULL) QUIRE_TRY(quire_group_renew(group, error));
    struct quire_table_producer *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, QUIRE_GROUP_VERB);
    made->app = quire_strdup(app);
    if (made->app == NULL) {
        quire_free(made);
        return quire_fail_memory(error, QUIRE_GROUP_VERB);
    }
    made->group = group;
    made->written = quire_transaction_app_version(group->transaction, app);
    atomic_init(&made->durable, made->written);
    made->next = group->producers;
    group->producers = made;
    *producer = made;
    return 0;
}

/* One that was closed, and whose rows still wait, goes on where it was. */
static int open_producer(struct quire_table_group *group, const char *app,
                         struct quire_table_producer **producer, struct quire_error *error)
{
    QUIRE_TRY(quire_group_check(group, error));
    struct quire_table_producer *known = find(group, app);
    if (known == NULL) return make_producer(group, app, producer, error);
    if (!known->closed)
        return quire_fail(error, QUIRE_EXISTS, QUIRE_GROUP_VERB,
                          "there is a producer \"%.200s\" already", app);
    known->closed = false;
    *producer = known;
    return 0;
}

int quire_table_group_producer(struct quire_table_group *group, const char *app,
                               struct quire_table_producer **producer, struct quire_error *error)
{
    pthread_mutex_lock(&group->mutex);
    int code = open_producer(group, app, producer, error);
    pthread_mutex_unlock(&group->mutex);
    return code;
}

static void remove_producer(struct quire_table_producer *producer)
{
    struct quire_table_producer **at = &producer->group->producers;
    while (*at != producer)
        at = &(*at)->next;
    *at = producer->next;
    quire_free(producer->app);
    quire_free(producer);
}

void quire_table_producer_close(struct quire_table_producer *producer)
{
    if (producer == NULL) return;
    struct quire_table_group *group = producer->group;
    pthread_mutex_lock(&group->mutex);
    if (producer->written == atomic_load(&producer->durable))
        remove_producer(producer);
    else
        producer->closed = true;
    pthread_mutex_unlock(&group->mutex);
}

int64_t quire_table_producer_durable(const struct quire_table_producer *producer)
{
    return atomic_load(&producer->durable);
}

/* --- Rows ---------------------------------------------------------------------------------- */

static int write_rows(struct quire_table_producer *producer, const struct ArrowSchema *schema,
                      struct ArrowArray *batch, int64_t sequence, bool *skipped,
                      struct quire_error *error)
{
    struct quire_table_group *group = producer->group;
    QUIRE_TRY(quire_group_check(group, error));
    if (sequence < 0)
        return quire_fail(error, QUIRE_USAGE, QUIRE_GROUP_VERB,
                          "a sequence is 0 or more, not %" PRId64, sequence);
    *skipped = sequence <= producer->written;
    if (*skipped) return 0;
    QUIRE_TRY(quire_group_take(group, schema, batch, error));
    producer->written = sequence;
    return group->rows >= group->options.rows_max ? quire_group_commit(group, error) : 0;
}

int quire_table_producer_write(struct quire_table_producer *producer,
                               const struct ArrowSchema *schema, struct ArrowArray *batch,
                               int64_t sequence, bool *skipped, struct quire_error *error)
{
    bool ignored;
    if (skipped == NULL) skipped = &ignored;
    pthread_mutex_lock(&producer->group->mutex);
    int code = write_rows(producer, schema, batch, sequence, skipped, error);
    pthread_mutex_unlock(&producer->group->mutex);
    quire_array_release(batch);
    return code;
}

static int wait_for(struct quire_table_producer *producer, int64_t sequence,
                    struct quire_error *error)
{
    struct quire_table_group *group = producer->group;
    if (sequence > producer->written)
        return quire_fail(error, QUIRE_USAGE, QUIRE_GROUP_VERB,
                          "sequence %" PRId64 " was not written: the last was %" PRId64, sequence,
                          producer->written);
    while (atomic_load(&producer->durable) < sequence) {
        QUIRE_TRY(quire_group_check(group, error));
        if (group->options.polled)
            QUIRE_TRY(quire_group_commit(group, error));
        else
            pthread_cond_wait(&group->done, &group->mutex);
    }
    return 0;
}

int quire_table_producer_wait(struct quire_table_producer *producer, int64_t sequence,
                              struct quire_error *error)
{
    pthread_mutex_lock(&producer->group->mutex);
    int code = wait_for(producer, sequence, error);
    pthread_mutex_unlock(&producer->group->mutex);
    return code;
}
