/* First it is counted what there is to delete, and the history told of it; then it is looked for
 * again and deleted, so that memory does not grow with it. What is needed is found out anew
 * after the first commit: a writer may have brought back what was removed. */
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/table_upkeep.h"
#include "table/commit/transaction.h"
#include "table/schema/features_upkeep.h"
#include "table/schema/table_features.h"
#include "table/schema/table_interval.h"
#include "table/upkeep/vacuum_candidates.h"

#define OPERATION         QUIRE_VACUUM_OPERATION
#define RETAIN_DEFAULT_MS INT64_C(604800000)
#define TEXT_MAX          256

struct vacuum {
    const struct quire_table_vacuum_options *options;
    struct quire_table_vacuum_result *result;
    const char *url;
    struct quire_transaction *transaction;
    struct quire_table_columns columns;
    struct quire_needed_files needed;
    struct quire_inner_tables inner;
    int64_t table_ms, retain_ms, before_ms;
    int64_t files, bytes;   /* counted */
    struct quire_buf keys;  /* of files to delete, each terminated */
    struct quire_buf sizes; /* int64_t, of each */
};

static void release(struct vacuum *vacuum)
{
    quire_transaction_close(vacuum->transaction);
    if (vacuum->columns.partitions != NULL) quire_table_columns_close(&vacuum->columns);
    quire_needed_files_release(&vacuum->needed);
    quire_inner_tables_release(&vacuum->inner);
    quire_buf_release(&vacuum->keys);
    quire_buf_release(&vacuum->sizes);
}

/* --- What is retained ------------------------------------------------------------------------ */

/* A length of time in the largest unit that it is whole in. */
static const char *show_time(int64_t ms, char *out, size_t size)
{
    bool hours = ms % 3600000 == 0 && ms > 0, seconds = ms % 1000 == 0;
    snprintf(out, size, "%" PRId64 " %s",
             hours     ? ms / 3600000
             : seconds ? ms / 1000
                       : ms,
             hours     ? "h"
             : seconds ? "s"
                       : "ms");
    return out;
}

static int choose_retention(struct vacuum *vacuum, struct quire_error *error)
{
    const struct quire_table_vacuum_options *options = vacuum->options;
    const char *text =
        quire_snapshot_property(vacuum->transaction->base, "delta.deletedFileRetentionDuration");
    vacuum->table_ms = RETAIN_DEFAULT_MS;
    if (text != NULL && !quire_table_interval_ms(text, &vacuum->table_ms))
        return quire_fail(error, QUIRE_CORRUPT, OPERATION,
                          "delta.deletedFileRetentionDuration is no length of time: \"%.100s\"",
                          text);
    vacuum->retain_ms = options->retain_given ? options->retain_ms : vacuum->table_ms;
    if (vacuum->retain_ms < 0)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "a time to retain below 0");
    vacuum->before_ms = quire_commit_now_ms() - vacuum->retain_ms;
    if (vacuum->retain_ms >= vacuum->table_ms || options->force) return 0;
    char asked[32], said[32];
    quire_fail(error, QUIRE_USAGE, OPERATION,
               "files of the last %s are to be kept, and the table says %s; nothing was deleted",
               show_time(vacuum->retain_ms, asked, sizeof(asked)),
               show_time(vacuum->table_ms, said, sizeof(said)));
    quire_error_hint(error, "readers and writers at work may need them; --force-retention deletes "
                            "them all the same, where there are none");
    return QUIRE_USAGE;
}

static int note_removed(void *user, const struct quire_remove *action, struct quire_error *error)
{
    return quire_needed_files_remove(user, action, error);
}

/* A checkpoint keeps tombstones for as long as the table says; for longer, commits do. */
static int find_needed(struct vacuum *vacuum, struct quire_error *error)
{
    struct quire_snapshot *snapshot = vacuum->transaction->base;
    struct quire_needed_files *needed = &vacuum->needed;
    quire_buf_clear(&needed->hashes);
    needed->since_ms = vacuum->before_ms;
    QUIRE_TRY(quire_needed_files_of(needed, snapshot, error));
    if (vacuum->retain_ms > vacuum->table_ms)
        QUIRE_TRY(quire_vacuum_each_removed(snapshot, note_removed, needed, error));
    quire_needed_files_settle(needed);
    return 0;
}

/* --- Files ----------------------------------------------------------------------------------- */

static int count_file(void *user, const char *path, int64_t bytes, struct quire_error *error)
{
    struct vacuum *vacuum = user;
    (void)error;
    vacuum->files++;
    vacuum->bytes += bytes;
    if (vacuum->options->dry_run && vacuum->options->report != NULL)
        vacuum->options->report(vacuum->options->user, path, bytes);
    return 0;
}

static int note_file(void *user, const char *path, int64_t bytes, struct quire_error *error)
{
    struct vacuum *vacuum = user;
    const char *folder = vacuum->transaction->base->place.key;
    if (quire_buf_append(&vacuum->sizes, &bytes, sizeof(bytes)) != 0 ||
        quire_buf_append_text(&vacuum->keys, folder) != 0 ||
        quire_buf_append(&vacuum->keys, path, strlen(path) + 1) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* Notes those that were deleted. */
static void tell(struct vacuum *vacuum, const char *const *keys, size_t deleted)
{
    const int64_t *sizes = (const int64_t *)(const void *)vacuum->sizes.data;
    size_t folder = strlen(vacuum->transaction->base->place.key);
    for (size_t i = 0; i < deleted; i++) {
        vacuum->result->files++;
        vacuum->result->bytes += sizes[i];
        if (vacuum->options->report != NULL)
            vacuum->options->report(vacuum->options->user, keys[i] + folder, sizes[i]);
    }
}

static int delete_files(void *user, struct quire_error *error)
{
    struct vacuum *vacuum = user;
    struct quire_store *store = vacuum->transaction->base->place.store;
    size_t n = vacuum->sizes.size / sizeof(int64_t), deleted = 0;
    if (n == 0) return 0;
    QUIRE_CLEANUP(quire_cleanup_free) const char **keys = quire_alloc_zero(n, sizeof(*keys));
    if (keys == NULL) return quire_fail_memory(error, OPERATION);
    const char *key = (const char *)vacuum->keys.data;
    for (size_t i = 0; i < n; i++, key += strlen(key) + 1)
        keys[i] = key;
    int code = store->ops->delete_many(store, keys, n, &deleted, error);
    tell(vacuum, keys, deleted);
    quire_buf_clear(&vacuum->keys);
    quire_buf_clear(&vacuum->sizes);
    return code;
}

static int search(struct vacuum *vacuum, bool count, struct quire_error *error)
{
    const struct quire_vacuum_search search = {
        .snapshot = vacuum->transaction->base,
        .columns = &vacuum->columns,
        .needed = &vacuum->needed,
        .inner = &vacuum->inner,
        .before_ms = vacuum->before_ms,
        .take = count ? count_file : note_file,
        .end = count ? NULL : delete_files,
        .user = vacuum,
    };
    QUIRE_TRY(find_needed(vacuum, error));
    return vacuum->options->lite ? quire_vacuum_log(&search, error)
                                 : quire_vacuum_list(&search, error);
}

/* --- The history ----------------------------------------------------------------------------- */

/* The names are Spark's. */
static int commit_start(struct vacuum *vacuum, struct quire_error *error)
{
    char specified[64] = "", parameters[TEXT_MAX], metrics[TEXT_MAX];
    if (vacuum->options->retain_given)
        snprintf(specified, sizeof(specified), ",\"specifiedRetentionMillis\":%" PRId64,
                 vacuum->retain_ms);
    snprintf(parameters, sizeof(parameters),
             "{\"retentionCheckEnabled\":%s%s,\"defaultRetentionMillis\":%" PRId64 "}",
             vacuum->options->force ? "false" : "true", specified, vacuum->table_ms);
    snprintf(metrics, sizeof(metrics),
             "{\"numFilesToDelete\":\"%" PRId64 "\",\"sizeOfDataToDelete\":\"%" PRId64 "\"}",
             vacuum->files, vacuum->bytes);
    const struct quire_commit_info info = {
        .operation = "VACUUM START", .parameters = parameters, .metrics = metrics};
    QUIRE_TRY(
        quire_transaction_commit(vacuum->transaction, &info, &vacuum->result->version, error));
    return quire_snapshot_advance(vacuum->transaction->base, vacuum->result->version, error);
}

static int open_transaction(struct vacuum *vacuum, struct quire_error *error)
{
    const struct quire_transaction_options how = {.verb = OPERATION,
                                                  .durability = vacuum->options->durability};
    QUIRE_TRY(quire_transaction_open(vacuum->url, &how, &vacuum->transaction, error));
    vacuum->result->version = vacuum->transaction->base->version;
    return quire_features_check_write(vacuum->transaction->base, OPERATION, error);
}

static int commit_end(struct vacuum *vacuum, bool completed, struct quire_error *error)
{
    char metrics[TEXT_MAX];
    snprintf(metrics, sizeof(metrics),
             "{\"numDeletedFiles\":\"%" PRId64 "\",\"numVacuumedDirectories\":\"0\"}",
             vacuum->result->files);
    const struct quire_commit_info info = {.operation = "VACUUM END",
                                           .parameters = completed ? "{\"status\":\"COMPLETED\"}"
                                                                   : "{\"status\":\"FAILED\"}",
                                           .metrics = metrics};
    quire_transaction_close(vacuum->transaction);
    vacuum->transaction = NULL;
    QUIRE_TRY(open_transaction(vacuum, error));
    return quire_transaction_commit(vacuum->transaction, &info, &vacuum->result->version, error);
}

static int vacuum_table(struct vacuum *vacuum, struct quire_error *error)
{
    QUIRE_TRY(open_transaction(vacuum, error));
    QUIRE_TRY(choose_retention(vacuum, error));
    QUIRE_TRY(quire_table_columns_open(vacuum->transaction->base, &vacuum->columns, error));
    QUIRE_TRY(search(vacuum, true, error));
    if (vacuum->options->dry_run) {
        vacuum->result->files = vacuum->files;
        vacuum->result->bytes = vacuum->bytes;
        return 0;
    }
    QUIRE_TRY(commit_start(vacuum, error));
    int code = search(vacuum, false, error);
    if (code == 0) return commit_end(vacuum, true, error);
    (void)commit_end(vacuum, false, NULL);
    return code;
}

int quire_table_vacuum(const char *url, const struct quire_table_vacuum_options *options,
                       struct quire_table_vacuum_result *result, struct quire_error *error)
{
    static const struct quire_table_vacuum_options none = {.lite = false};
    struct quire_table_vacuum_result made = {0};
    struct vacuum vacuum = {
        .options = options != NULL ? options : &none, .result = &made, .url = url};
    int code = vacuum_table(&vacuum, error);
    made.inner_tables = (int64_t)quire_inner_tables_size(&vacuum.inner);
    release(&vacuum);
    if (code != 0) quire_error_path(error, url);
    if (code == 0 && result != NULL) *result = made;
    return code;
}
