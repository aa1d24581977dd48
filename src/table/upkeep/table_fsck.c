/* What is found is told as it is found; only what can be repaired is kept. */
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/commit/transaction.h"
#include "table/log/checksum.h"
#include "table/log/last_checkpoint.h"
#include "table/schema/features_upkeep.h"
#include "table/schema/table_features.h"
#include "table/upkeep/fsck_private.h"
#include "table/upkeep/vacuum_candidates.h"

#define OPERATION QUIRE_FSCK_OPERATION

static void release(struct quire_fsck *fsck)
{
    if (fsck->columns.partitions != NULL) quire_table_columns_close(&fsck->columns);
    quire_snapshot_free(fsck->snapshot);
    quire_fsck_log_release(&fsck->log);
    quire_table_place_close(&fsck->place);
    quire_needed_files_release(&fsck->needed);
    quire_inner_tables_release(&fsck->inner);
    quire_arena_release(&fsck->arena);
    quire_buf_release(&fsck->missing);
    quire_buf_release(&fsck->path);
    quire_buf_release(&fsck->file_url);
    if (fsck->owns_context) quire_context_free(fsck->context);
}

void quire_fsck_tell(struct quire_fsck *fsck, enum quire_table_fault fault, const char *path,
                     int64_t version, const char *detail)
{
    const struct quire_table_finding finding = {
        .fault = fault, .path = path, .version = version, .detail = detail};
    fsck->result->counts[fault]++;
    if (fsck->options->report != NULL) fsck->options->report(fsck->options->user, &finding);
}

/* --- The log --------------------------------------------------------------------------------- */

static void tell_gaps(struct quire_fsck *fsck)
{
    const int64_t *gaps = (const int64_t *)(const void *)fsck->log.gaps.data;
    for (size_t i = 0; i < fsck->log.gaps.size / sizeof(*gaps); i++) {
        char name[QUIRE_LOG_NAME_MAX];
        snprintf(name, sizeof(name), QUIRE_LOG_FOLDER "%020" PRId64 ".json", gaps[i]);
        quire_fsck_tell(fsck, QUIRE_TABLE_GAP, name, gaps[i], "");
    }
}

/* Whether a failure is what a log is, rather than what keeps from reading it. */
static bool is_of_log(int code)
{
    return code == QUIRE_CORRUPT || code == QUIRE_INPUT || code == QUIRE_NOT_FOUND ||
           code == QUIRE_LIMIT;
}

/* Tells of a failure that is what a file of the log is; gives others back. Of a gap it is said
 * already. */
static int tell_failure(struct quire_fsck *fsck, int code, const struct quire_error *own,
                        struct quire_error *error)
{
    if (!is_of_log(code)) {
        if (code != 0 && error != NULL) *error = *own;
        return code;
    }
    const char *name = strstr(own->path, QUIRE_LOG_FOLDER);
    if (fsck->log.gaps.size == 0 || name != NULL)
        quire_fsck_tell(fsck, QUIRE_TABLE_CORRUPT, name != NULL ? name : QUIRE_LOG_FOLDER, -1,
                        own->cause);
    return 0;
}

/* A version of the table; *snapshot NULL where its log is not sound, which is told. */
static int open_version(struct quire_fsck *fsck, int64_t version, struct quire_snapshot **snapshot,
                        struct quire_error *error)
{
    struct quire_error own;
    quire_error_clear(&own);
    int code = quire_snapshot_open(fsck->url, version, snapshot, &own);
    return tell_failure(fsck, code, &own, error);
}

/* Checkpoints that the newest version does without because they cannot be read. */
static void tell_unread(struct quire_fsck *fsck)
{
    const struct quire_buf *unread = &fsck->snapshot->unread;
    if (unread->size == 0) return;
    const char *at = (const char *)unread->data, *end = at + unread->size;
    while (at < end) {
        char name[QUIRE_LOG_NAME_MAX + sizeof(QUIRE_LOG_FOLDER)];
        const char *cause = at + strlen(at) + 1;
        snprintf(name, sizeof(name), QUIRE_LOG_FOLDER "%s", at);
        quire_fsck_tell(fsck, QUIRE_TABLE_CORRUPT, name, -1, cause);
        at = cause + strlen(cause) + 1;
    }
}

static int compare_checksum(struct quire_fsck *fsck, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf difference = {0};
    struct quire_snapshot *older = NULL, *at = fsck->snapshot;
    struct quire_error own;
    char name[QUIRE_LOG_NAME_MAX];
    int64_t version = fsck->log.checksum;
    if (version < 0 || version > fsck->log.newest) return 0;
    if (version != at->version) {
        QUIRE_TRY(open_version(fsck, version, &older, error));
        if (older == NULL) return 0;
        at = older;
    }
    quire_error_clear(&own);
    int code = quire_checksum_compare(at, &difference, &own);
    quire_snapshot_free(older);
    snprintf(name, sizeof(name), QUIRE_LOG_FOLDER "%020" PRId64 ".crc", version);
    if (code == 0 && difference.size > 0)
        quire_fsck_tell(fsck, QUIRE_TABLE_CHECKSUM_MISMATCH, name, version,
                        (const char *)difference.data);
    if (code == QUIRE_CORRUPT)
        quire_fsck_tell(fsck, QUIRE_TABLE_CHECKSUM_MISMATCH, name, version, own.cause);
    if (code == 0 || code == QUIRE_CORRUPT || code == QUIRE_NOT_FOUND) return 0;
    if (error != NULL) *error = own;
    return code;
}

static int check_hint(struct quire_fsck *fsck, struct quire_error *error)
{
    struct quire_last_checkpoint hint;
    QUIRE_TRY(quire_last_checkpoint_read(&fsck->place, &hint, error));
    if (hint.damaged)
        quire_fsck_tell(fsck, QUIRE_TABLE_CHECKSUM_MISMATCH, QUIRE_LOG_FOLDER "_last_checkpoint",
                        -1, "it is not what its own checksum says");
    return 0;
}

/* --- Files ----------------------------------------------------------------------------------- */

/* All files of the version; *whole false where the log does not tell them all. */
static int check_files(struct quire_fsck *fsck, bool *whole, struct quire_error *error)
{
    struct quire_error own;
    quire_error_clear(&own);
    int code = quire_table_columns_open(fsck->snapshot, &fsck->columns, &own);
    if (code == 0) code = quire_snapshot_each_file(fsck->snapshot, quire_fsck_file, fsck, &own);
    *whole = code == 0;
    return tell_failure(fsck, code, &own, error);
}

/* --- Orphans --------------------------------------------------------------------------------- */

static int tell_orphan(void *user, const char *path, int64_t bytes, struct quire_error *error)
{
    char detail[64];
    (void)error;
    snprintf(detail, sizeof(detail), "%" PRId64 " bytes", bytes);
    quire_fsck_tell(user, QUIRE_TABLE_ORPHAN, path, -1, detail);
    return 0;
}

/* Of a commit below the checkpoint. */
static int take_damaged(void *user, int code, const struct quire_error *own,
                        struct quire_error *error)
{
    struct quire_fsck *fsck = user;
    fsck->damaged = true;
    return tell_failure(fsck, code, own, error);
}

/* What damaged commits name is not known, and so not what nothing names. */
static int find_orphans(struct quire_fsck *fsck, struct quire_error *error)
{
    const struct quire_vacuum_search search = {.snapshot = fsck->snapshot,
                                               .columns = &fsck->columns,
                                               .needed = &fsck->needed,
                                               .inner = &fsck->inner,
                                               .before_ms = INT64_MAX,
                                               .take = tell_orphan,
                                               .user = fsck};
    fsck->needed.since_ms = INT64_MIN;
    struct quire_error own;
    quire_error_clear(&own);
    QUIRE_TRY(quire_needed_files_of(&fsck->needed, fsck->snapshot, error));
    int code = quire_vacuum_note_named(fsck->snapshot, &fsck->needed, take_damaged, fsck, &own);
    if (code != 0) return tell_failure(fsck, code, &own, error);
    if (fsck->damaged) return 0;
    quire_needed_files_settle(&fsck->needed);
    return quire_vacuum_list(&search, error);
}

/* --- Repair ---------------------------------------------------------------------------------- */

static int take_out(struct quire_fsck *fsck, struct quire_transaction *transaction,
                    struct quire_error *error)
{
    const struct quire_add *missing = (const struct quire_add *)(const void *)fsck->missing.data;
    size_t n = fsck->missing.size / sizeof(*missing);
    char metrics[64];
    snprintf(metrics, sizeof(metrics), "{\"numRemovedFiles\":\"%zu\"}", n);
    const struct quire_commit_info info = {
        .operation = "FSCK", .parameters = "{}", .metrics = metrics};
    QUIRE_TRY(quire_features_check_write(transaction->base, OPERATION, error));
    if (transaction->base->version != fsck->snapshot->version)
        return quire_fail(error, QUIRE_CONFLICT, OPERATION,
                          "the table was changed while it was looked at; nothing was changed");
    for (size_t i = 0; i < n; i++)
        QUIRE_TRY(
            quire_transaction_remove(transaction, &missing[i], quire_commit_now_ms(), true, error));
    QUIRE_TRY(quire_transaction_commit(transaction, &info, &fsck->result->version, error));
    fsck->result->repaired = (int64_t)n;
    return 0;
}

static int repair(struct quire_fsck *fsck, struct quire_error *error)
{
    struct quire_transaction *transaction = NULL;
    const struct quire_transaction_options how = {.verb = OPERATION,
                                                  .durability = fsck->options->durability};
    QUIRE_TRY(quire_transaction_open(fsck->url, &how, &transaction, error));
    int code = take_out(fsck, transaction, error);
    quire_transaction_close(transaction);
    return code;
}

/* --- All of it ------------------------------------------------------------------------------- */

static bool is_ok(const struct quire_table_fsck_result *result)
{
    return result->counts[QUIRE_TABLE_MISSING] == result->repaired &&
           result->counts[QUIRE_TABLE_CORRUPT] == 0 && result->counts[QUIRE_TABLE_GAP] == 0 &&
           result->counts[QUIRE_TABLE_CHECKSUM_MISMATCH] == 0;
}

static int check_table(struct quire_fsck *fsck, struct quire_error *error)
{
    struct quire_table_fsck_result *result = fsck->result;
    bool whole = false;
    fsck->context = fsck->options->context;
    if (fsck->context == NULL) {
        QUIRE_TRY(quire_context_new(NULL, &fsck->context, error));
        fsck->owns_context = true;
    }
    QUIRE_TRY(quire_table_place_open(fsck->url, &fsck->place, error));
    QUIRE_TRY(quire_fsck_log_list(&fsck->place, &fsck->log, error));
    if (fsck->log.newest < 0)
        return quire_fail(error, QUIRE_NOT_FOUND, OPERATION, "it is no Delta table: it has no log");
    tell_gaps(fsck);
    QUIRE_TRY(check_hint(fsck, error));
    QUIRE_TRY(open_version(fsck, -1, &fsck->snapshot, error));
    if (fsck->snapshot == NULL) return 0;
    result->version = fsck->snapshot->version;
    QUIRE_TRY(quire_features_check_read(&fsck->snapshot->protocol, error));
    tell_unread(fsck);
    QUIRE_TRY(check_files(fsck, &whole, error));
    if (!whole) return 0;
    QUIRE_TRY(compare_checksum(fsck, error));
    QUIRE_TRY(find_orphans(fsck, error));
    return fsck->options->repair && fsck->missing.size > 0 ? repair(fsck, error) : 0;
}

int quire_table_fsck(const char *url, const struct quire_table_fsck_options *options,
                     struct quire_table_fsck_result *result, struct quire_error *error)
{
    static const struct quire_table_fsck_options none = {.repair = false};
    struct quire_table_fsck_result made = {.version = -1};
    struct quire_fsck fsck = {
        .options = options != NULL ? options : &none, .result = &made, .url = url};
    int code = check_table(&fsck, error);
    release(&fsck);
    made.ok = is_ok(&made) && made.version >= 0;
    if (code != 0) quire_error_path(error, url);
    if (code == 0 && result != NULL) *result = made;
    return code;
}
