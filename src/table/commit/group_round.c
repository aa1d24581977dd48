/* One round of a group: rows are taken until a commit names their files and how far each producer
 * stands. */
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "table/commit/group_commit.h"
#include "table/schema/table_features.h"

int64_t quire_group_now_ms(const struct quire_table_group *group)
{
    if (group->options.now_ms != NULL) return group->options.now_ms(group->options.now_user);
    return quire_time_monotonic_ns() / 1000000;
}

int quire_group_check(const struct quire_table_group *group, struct quire_error *error)
{
    if (group->code != 0 && error != NULL) *error = group->failure;
    return group->code;
}

int quire_group_fail(struct quire_table_group *group, int code, const struct quire_error *failure)
{
    group->code = code;
    group->failure = *failure;
    quire_error_path(&group->failure, group->url);
    pthread_cond_broadcast(&group->done);
    pthread_cond_signal(&group->work);
    return code;
}

/* --- The table ----------------------------------------------------------------------------- */

static int open_transaction(struct quire_table_group *group, struct quire_error *error)
{
    const struct quire_transaction_options how = {.verb = QUIRE_GROUP_VERB,
                                                  .durability = group->options.durability};
    quire_transaction_close(group->transaction);
    group->transaction = NULL;
    group->commits = 0;
    QUIRE_TRY(quire_transaction_open(group->url, &how, &group->transaction, error));
    group->transaction->begun_ms = 0; /* it waits for rows as long as there are none */
    return 0;
}

int quire_group_renew(struct quire_table_group *group, struct quire_error *error)
{
    bool anew = group->transaction == NULL || group->commits >= QUIRE_GROUP_COMMITS_MAX;
    int code =
        anew ? open_transaction(group, error) : quire_transaction_renew(group->transaction, error);
    if (code == 0) code = quire_features_check_write(group->transaction->base, "append", error);
    if (code == 0) return 0;
    quire_transaction_close(group->transaction);
    group->transaction = NULL;
    return code;
}

/* What the table says of each producer is what the group knows, or someone else is it too. */
static int check_producers(const struct quire_table_group *group, struct quire_error *error)
{
    for (const struct quire_table_producer *each = group->producers; each != NULL;
         each = each->next) {
        int64_t version = quire_transaction_app_version(group->transaction, each->app);
        if (version == atomic_load(&each->durable)) continue;
        return quire_fail(error, QUIRE_CONFLICT, QUIRE_GROUP_VERB,
                          "another writer has committed rows of \"%.200s\"", each->app);
    }
    return 0;
}

static int begin_round(struct quire_table_group *group, struct quire_error *error)
{
    const struct quire_row_writer_options writing = {
        .compression = group->options.compression, .context = group->context, .renumbers = true};
    QUIRE_TRY(quire_group_renew(group, error));
    QUIRE_TRY(check_producers(group, error));
    QUIRE_TRY(quire_row_writer_open(group->transaction, &writing, &group->writer, error));
    group->rows = 0;
    group->begun_ms = quire_group_now_ms(group);
    pthread_cond_signal(&group->work);
    return 0;
}

static void end_round(struct quire_table_group *group)
{
    quire_row_writer_close(group->writer);
    group->writer = NULL;
    group->rows = 0;
}

/* --- Rows ---------------------------------------------------------------------------------- */

/* Codes that a row writer gives before it has taken anything of a batch. Where they come from
 * further down, the file is broken, and the commit will say so. */
static bool is_of_the_batch(int code)
{
    return code == QUIRE_INPUT || code == QUIRE_USAGE || code == QUIRE_UNSUPPORTED;
}

static int take_rows(struct quire_table_group *group, const struct ArrowSchema *schema,
                     struct ArrowArray *batch, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream rows = {.release = NULL};
    struct ArrowSchema copy = {.release = NULL};
    int64_t size = batch->length;
    if (size == 0) return 0;
    QUIRE_TRY(quire_schema_copy(schema, &copy, error));
    int code = quire_stream_of_batches(&copy, batch, 1, &rows, error);
    quire_schema_release(&copy);
    if (code == 0) code = quire_row_writer_write(group->writer, &rows, error);
    if (code == 0) group->rows += size;
    return code;
}

int quire_group_take(struct quire_table_group *group, const struct ArrowSchema *schema,
                     struct ArrowArray *batch, struct quire_error *error)
{
    struct quire_error inner;
    quire_error_clear(&inner);
    int code = 0;
    if (group->writer == NULL) {
        code = begin_round(group, &inner);
        if (code != 0) end_round(group);
        if (code != 0) (void)quire_group_fail(group, code, &inner);
    }
    if (code == 0) {
        code = take_rows(group, schema, batch, &inner);
        if (code != 0 && !is_of_the_batch(code)) (void)quire_group_fail(group, code, &inner);
    }
    quire_array_release(batch);
    if (code != 0 && error != NULL) *error = inner;
    return code;
}

/* --- Committing ---------------------------------------------------------------------------- */

static int add_txns(struct quire_table_group *group, struct quire_error *error)
{
    for (const struct quire_table_producer *each = group->producers; each != NULL;
         each = each->next) {
        if (each->written == atomic_load(&each->durable)) continue;
        QUIRE_TRY(quire_transaction_app(group->transaction, each->app, each->written, error));
    }
    return 0;
}

static int commit_files(struct quire_table_group *group, int64_t *version,
                        struct quire_error *error)
{
    struct quire_data_totals totals = {0, 0, 0};
    char metrics[160];
    QUIRE_TRY(quire_row_writer_finish(group->writer, &totals, error));
    QUIRE_TRY(add_txns(group, error));
    snprintf(metrics, sizeof(metrics),
             "{\"numFiles\":\"%" PRId64 "\",\"numOutputRows\":\"%" PRId64
             "\",\"numOutputBytes\":\"%" PRId64 "\"}",
             totals.files, totals.rows, totals.bytes);
    const struct quire_commit_info info = {
        .operation = "WRITE", .parameters = "{\"mode\":\"Append\"}", .metrics = metrics};
    return quire_transaction_commit(group->transaction, &info, version, error);
}

/* The commit stands. Producers that were only waiting for it are gone now. */
static void tell_producers(struct quire_table_group *group, int64_t version)
{
    struct quire_table_producer **at = &group->producers;
    while (*at != NULL) {
        struct quire_table_producer *each = *at;
        bool news = each->written != atomic_load(&each->durable);
        atomic_store(&each->durable, each->written);
        if (news && group->options.durable != NULL)
            group->options.durable(group->options.durable_user, each->app, each->written, version);
        if (!each->closed) {
            at = &each->next;
            continue;
        }
        *at = each->next;
        quire_free(each->app);
        quire_free(each);
    }
    pthread_cond_broadcast(&group->done);
}

int quire_group_commit(struct quire_table_group *group, struct quire_error *error)
{
    struct quire_error inner;
    int64_t version = 0;
    if (group->writer == NULL) return 0;
    quire_error_clear(&inner);
    int code = commit_files(group, &version, &inner);
    group->commits++;
    end_round(group);
    if (code == 0) {
        tell_producers(group, version);
        return 0;
    }
    (void)quire_group_fail(group, code, &inner);
    return quire_group_check(group, error);
}
