/* Restoring: files that the older version had and the newest has not are added again, the others
 * are removed. A file is the same where its path and its deletion vector are. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "table/files/add_stats.h"
#include "table/log/action_write.h"
#include "table/log/file_url.h"
#include "table/log/history.h"
#include "table/log/snapshot_files.h"
#include "table/rows/change_session.h"
#include "table/rows/identity.h"
#include "table/schema/delta_schema.h"
#include "table/schema/protocol_raise.h"

#define OPERATION   "restore"
#define NAMED_MOST  3 /* files that are gone */
#define NAMED_BYTES 300

/* A file of the older version. */
struct old_file {
    struct quire_add add; /* the arena's */
    const char *key;
    size_t key_size;
    bool kept; /* the newest has it too */
};

struct restoring {
    const char *url;
    int64_t version; /* QUIRE_TABLE_NEWEST: by time */
    int64_t time_ms;
    struct quire_transaction *transaction;
    struct quire_snapshot *old;
    struct quire_arena arena;
    struct quire_buf files;   /* struct old_file, by key */
    struct quire_buf removed; /* struct quire_add */
    struct quire_buf key;
    int64_t files_restored, bytes_restored, bytes_removed;
    int64_t files_after, bytes_after;
    bool anything; /* is to be done */
};

static void release(struct restoring *restoring)
{
    quire_transaction_close(restoring->transaction);
    quire_snapshot_free(restoring->old);
    quire_buf_release(&restoring->files);
    quire_buf_release(&restoring->removed);
    quire_buf_release(&restoring->key);
    quire_arena_release(&restoring->arena);
}

/* --- Files ----------------------------------------------------------------------------------- */

static int compare_bytes(const char *a, size_t a_size, const char *b, size_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

static int compare(const void *a, const void *b)
{
    const struct old_file *x = a, *y = b;
    return compare_bytes(x->key, x->key_size, y->key, y->key_size);
}

static int take_old(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct restoring *restoring = user;
    struct old_file file = {.add = *add};
    int code = quire_file_key(&add->path, &add->deleted, &restoring->key);
    if (code == 0) code = quire_add_copy(&restoring->arena, &file.add);
    if (code == 0) {
        file.key = quire_arena_strndup(&restoring->arena, (const char *)restoring->key.data,
                                       restoring->key.size);
        file.key_size = restoring->key.size;
        code = file.key != NULL ? quire_buf_append(&restoring->files, &file, sizeof(file))
                                : QUIRE_MEMORY;
    }
    restoring->files_after++;
    restoring->bytes_after += add->size > 0 ? add->size : 0;
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static struct old_file *files_of(const struct restoring *restoring)
{
    return (struct old_file *)(void *)restoring->files.data;
}

static size_t files_size(const struct restoring *restoring)
{
    return restoring->files.size / sizeof(struct old_file);
}

/* A file of the newest version: one that is kept, or is to be removed. */
static int take_new(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct restoring *restoring = user;
    if (quire_file_key(&add->path, &add->deleted, &restoring->key) != 0)
        return quire_fail_memory(error, OPERATION);
    const struct old_file wanted = {.key = (const char *)restoring->key.data,
                                    .key_size = restoring->key.size};
    struct old_file *found = NULL;
    if (restoring->files.size > 0)
        found =
            bsearch(&wanted, files_of(restoring), files_size(restoring), sizeof(wanted), compare);
    if (found != NULL) {
        found->kept = true;
        return 0;
    }
    struct quire_add copy = *add;
    if (quire_add_copy(&restoring->arena, &copy) != 0 ||
        quire_buf_append(&restoring->removed, &copy, sizeof(copy)) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

static int list_files(struct restoring *restoring, struct quire_error *error)
{
    QUIRE_TRY(quire_snapshot_each_file(restoring->old, take_old, restoring, error));
    if (restoring->files.size > 0)
        qsort(files_of(restoring), files_size(restoring), sizeof(struct old_file), compare);
    return quire_snapshot_each_file(restoring->transaction->base, take_new, restoring, error);
}

/* --- Files that are gone --------------------------------------------------------------------- */

/* Whether the file and its vector are there. */
static int find_file(const struct restoring *restoring, const struct quire_add *add, bool *there,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    struct quire_store *store = NULL;
    struct quire_deleted_rows *deleted = NULL;
    struct quire_error missing;
    char *key = NULL;
    struct quire_object object;
    quire_error_clear(&missing);
    if (quire_file_url(&restoring->old->place, &add->path, &url) != 0)
        return quire_fail_memory(error, OPERATION);
    int code = quire_store_open((const char *)url.data, NULL, 0, &store, &key, &missing);
    if (code == 0) code = store->ops->head(store, key, &object, &missing);
    if (code == 0 && add->deleted.storage.size > 0)
        code = quire_deletion_vector_load(restoring->old, &add->deleted, &deleted, &missing);
    quire_deleted_rows_free(deleted);
    quire_store_key_free(key);
    quire_store_close(store);
    *there = code == 0;
    if (code == 0 || code == QUIRE_NOT_FOUND) return 0;
    if (error != NULL) *error = missing;
    return code;
}

/* All files that are added again must be there. */
static int check_files(const struct restoring *restoring, struct quire_error *error)
{
    char named[NAMED_BYTES] = "";
    size_t used = 0;
    int64_t gone = 0;
    for (size_t i = 0; i < files_size(restoring); i++) {
        const struct old_file *file = &files_of(restoring)[i];
        bool there = true;
        if (!file->kept) QUIRE_TRY(find_file(restoring, &file->add, &there, error));
        if (there) continue;
        if (gone++ < NAMED_MOST && used < sizeof(named))
            used +=
                (size_t)snprintf(named + used, sizeof(named) - used, "%s%.*s", used > 0 ? ", " : "",
                                 (int)file->add.path.size, (const char *)file->add.path.data);
    }
    if (gone == 0) return 0;
    int code = quire_fail(error, QUIRE_NOT_FOUND, OPERATION,
                          "%" PRId64 " file%s of version %" PRId64 " %s gone: %s%s", gone,
                          gone == 1 ? "" : "s", restoring->old->version, gone == 1 ? "is" : "are",
                          named, gone > NAMED_MOST ? ", and more" : "");
    quire_error_hint(error, "a vacuum deletes files of old versions");
    return code;
}

/* --- The commit ------------------------------------------------------------------------------ */

static int add_actions(struct restoring *restoring, struct quire_table_change_result *result,
                       struct quire_error *error)
{
    const struct quire_add *removed =
        (const struct quire_add *)(const void *)restoring->removed.data;
    const int64_t now_ms = quire_commit_now_ms();
    for (size_t i = 0; i < restoring->removed.size / sizeof(*removed); i++) {
        int64_t rows = quire_add_rows(&removed[i]);
        QUIRE_TRY(
            quire_transaction_remove(restoring->transaction, &removed[i], now_ms, true, error));
        restoring->bytes_removed += removed[i].size > 0 ? removed[i].size : 0;
        result->rows_deleted += rows > 0 ? rows : 0;
        result->files_removed++;
    }
    for (size_t i = 0; i < files_size(restoring); i++) {
        struct quire_add add = files_of(restoring)[i].add;
        int64_t rows = quire_add_rows(&add);
        if (files_of(restoring)[i].kept) {
            QUIRE_TRY(quire_transaction_keep(restoring->transaction, &add, error));
            continue;
        }
        add.data_change = true;
        QUIRE_TRY(quire_transaction_add(restoring->transaction, &add, error));
        restoring->files_restored++;
        restoring->bytes_restored += add.size > 0 ? add.size : 0;
        result->rows_inserted += rows > 0 ? rows : 0;
    }
    result->files_added = restoring->files_restored;
    restoring->anything = result->files_added > 0 || result->files_removed > 0;
    return 0;
}

/* The actions as they would be written, to see whether they say the same. */
static bool same_lines(const struct quire_buf *a, const struct quire_buf *b)
{
    return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

static int64_t highest_id(const struct quire_metadata_action *metadata)
{
    const struct quire_pair *pair =
        quire_pairs_find(&metadata->configuration, QUIRE_DELTA_MAPPING_MOST);
    int64_t highest = -1;
    if (pair == NULL ||
        !quire_number_parse_i64((const char *)pair->value.data, pair->value.size, &highest, NULL))
        return -1;
    return highest;
}

/* Ids of columns that were given are not given again: files of the versions in between have them,
 * and who reads changes reads those files by the ids of today. */
static int keep_ids(struct restoring *restoring, struct quire_metadata_action *wanted)
{
    const struct quire_metadata_action *newest = &restoring->transaction->metadata;
    struct quire_pairs *pairs = &wanted->configuration;
    if (highest_id(wanted) < 0 || highest_id(newest) <= highest_id(wanted)) return 0;
    struct quire_pair *items = quire_arena_alloc(&restoring->arena, pairs->size * sizeof(*items));
    if (items == NULL) return QUIRE_MEMORY;
    for (size_t i = 0; i < pairs->size; i++) {
        items[i] = pairs->items[i];
        if (quire_bytes_equal_text(&items[i].key, QUIRE_DELTA_MAPPING_MOST))
            items[i].value =
                quire_pairs_find(&newest->configuration, QUIRE_DELTA_MAPPING_MOST)->value;
    }
    pairs->items = items;
    return 0;
}

static int restore_metadata(struct restoring *restoring, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf before = {0}, after = {0};
    struct quire_transaction *transaction = restoring->transaction;
    struct quire_metadata_action wanted = restoring->old->metadata;
    /* Values of identity columns that were given are not given again. */
    QUIRE_TRY(quire_identity_keep_marks(&transaction->metadata.schema,
                                        &restoring->old->metadata.schema, &restoring->arena,
                                        &wanted.schema, error));
    if (keep_ids(restoring, &wanted) != 0 ||
        quire_metadata_write(&transaction->metadata, &before) != 0 ||
        quire_metadata_write(&wanted, &after) != 0)
        return quire_fail_memory(error, OPERATION);
    if (same_lines(&before, &after)) return 0;
    restoring->anything = true;
    return quire_transaction_metadata(transaction, &wanted, error);
}

/* The protocol is never lowered: it stays one for all that the table ever had. */
static int restore_protocol(struct restoring *restoring, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf before = {0}, after = {0};
    struct quire_transaction *transaction = restoring->transaction;
    struct quire_protocol protocol = transaction->protocol;
    if (quire_protocol_cover(&protocol, &restoring->old->protocol, &restoring->arena) != 0 ||
        quire_protocol_write(&transaction->protocol, &before) != 0 ||
        quire_protocol_write(&protocol, &after) != 0)
        return quire_fail_memory(error, OPERATION);
    if (same_lines(&before, &after)) return 0;
    return quire_transaction_protocol(transaction, &protocol, error);
}

static int commit(struct restoring *restoring, struct quire_table_change_result *result,
                  struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf parameters = {0}, metrics = {0};
    char version[24], time[24];
    const bool by_time = restoring->version == QUIRE_TABLE_NEWEST;
    snprintf(version, sizeof(version), "%" PRId64, restoring->version);
    snprintf(time, sizeof(time), "%" PRId64, restoring->time_ms);
    const struct quire_parameter said[] = {
        {"version", by_time ? "null" : version, QUIRE_PARAMETER_JSON},
        {"timestamp", by_time ? time : "null", QUIRE_PARAMETER_JSON},
    };
    const struct quire_metric numbers[] = {
        {"numRestoredFiles", restoring->files_restored},
        {"restoredFilesSize", restoring->bytes_restored},
        {"numRemovedFiles", result->files_removed},
        {"removedFilesSize", restoring->bytes_removed},
        {"numOfFilesAfterRestore", restoring->files_after},
        {"tableSizeAfterRestore", restoring->bytes_after},
    };
    if (quire_parameters_write(said, sizeof(said) / sizeof(said[0]), &parameters) != 0 ||
        quire_metrics_write(numbers, sizeof(numbers) / sizeof(numbers[0]), &metrics) != 0)
        return quire_fail_memory(error, OPERATION);
    const struct quire_commit_info info = {.operation = "RESTORE",
                                           .parameters = (const char *)parameters.data,
                                           .metrics = (const char *)metrics.data};
    QUIRE_TRY(quire_transaction_commit(restoring->transaction, &info, &result->version, error));
    result->skipped = restoring->transaction->skipped;
    return 0;
}

static int find_version(struct restoring *restoring, struct quire_error *error)
{
    const struct quire_snapshot *base = restoring->transaction->base;
    int64_t version = restoring->version;
    if (version == QUIRE_TABLE_NEWEST)
        QUIRE_TRY(quire_history_version_at(base, restoring->time_ms, &version, error));
    return quire_snapshot_open(restoring->url, version, &restoring->old, error);
}

static int restore(void *request, const struct quire_table_change_options *options,
                   struct quire_table_change_result *result, struct quire_error *error)
{
    struct restoring *restoring = request;
    const struct quire_transaction_options how = {.verb = OPERATION,
                                                  .app = options->app,
                                                  .app_version = options->app_version,
                                                  .durability = options->durability};
    QUIRE_TRY(quire_transaction_open(restoring->url, &how, &restoring->transaction, error));
    QUIRE_TRY(quire_change_check(restoring->transaction, error));
    result->version = restoring->transaction->read_version;
    result->skipped = restoring->transaction->skipped;
    if (result->skipped) return 0;
    QUIRE_TRY(find_version(restoring, error));
    quire_transaction_reads(restoring->transaction, NULL);
    QUIRE_TRY(list_files(restoring, error));
    QUIRE_TRY(check_files(restoring, error));
    QUIRE_TRY(add_actions(restoring, result, error));
    QUIRE_TRY(restore_metadata(restoring, error));
    QUIRE_TRY(restore_protocol(restoring, error));
    result->unchanged = !restoring->anything;
    return result->unchanged ? 0 : commit(restoring, result, error);
}

int quire_table_restore(const char *url, int64_t version,
                        const struct quire_table_change_options *options,
                        struct quire_table_change_result *result, struct quire_error *error)
{
    QUIRE_CLEANUP(release) struct restoring restoring = {.url = url, .version = version};
    if (version < 0)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "there is no version %" PRId64, version);
    return quire_change_call(restore, &restoring, url, options, result, error);
}

int quire_table_restore_at(const char *url, int64_t time_ms,
                           const struct quire_table_change_options *options,
                           struct quire_table_change_result *result, struct quire_error *error)
{
    QUIRE_CLEANUP(release)
    struct restoring restoring = {.url = url, .version = QUIRE_TABLE_NEWEST, .time_ms = time_ms};
    return quire_change_call(restore, &restoring, url, options, result, error);
}
