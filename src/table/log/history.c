/* What the commits of a log say of themselves, newest first, and which version was the newest at
 * a time. */
#include "table/log/history.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "base/number.h"
#include "base/time_text.h"
#include "table/log/log_read.h"
#include "table/schema/features_upkeep.h"

#define OPERATION    "read table history"
#define STAMPS       "delta.enableInCommitTimestamps"
#define STAMPS_SINCE "delta.inCommitTimestampEnablementVersion"

static void close_reader(struct quire_log_reader *reader)
{
    quire_log_reader_close(reader);
}

/* The commitInfo of a version; info->data is NULL where there is none. */
static int read_info(const struct quire_snapshot *snapshot, int64_t version, struct quire_buf *info,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(close_reader) struct quire_log_reader reader = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf url = {0};
    char name[QUIRE_LOG_NAME_MAX];
    enum quire_log_column column;
    int64_t row = 0;
    quire_buf_clear(info);
    quire_log_name_commit(version, name);
    if (quire_buf_printf(&url, "%s" QUIRE_LOG_FOLDER "%s", snapshot->place.url, name) != 0 ||
        quire_buf_terminate(&url) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(
        quire_log_reader_open((const char *)url.data, 1u << QUIRE_LOG_COMMIT_INFO, &reader, error));
    QUIRE_TRY(quire_log_reader_next(&reader, &column, &row, error));
    if (column != QUIRE_LOG_COMMIT_INFO) return 0;
    struct quire_bytes bytes = quire_view_bytes(quire_log_column_view(&reader, column), row);
    if (quire_buf_append(info, bytes.data, bytes.size) != 0 || quire_buf_terminate(info) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* A time of commitInfo, in milliseconds; QUIRE_LOG_NONE. */
static int64_t info_time(const struct quire_buf *info, const char *name)
{
    struct quire_arena arena = {NULL, 0};
    struct quire_json_node *root = NULL;
    size_t at;
    int64_t time = QUIRE_LOG_NONE;
    if (info->size > 0 &&
        quire_json_tree_parse((const char *)info->data, info->size, &arena, &root, &at) == 0)
        time = quire_json_tree_i64(root, name, QUIRE_LOG_NONE);
    quire_arena_release(&arena);
    return time;
}

/* Does a commit carry its time (PROTOCOL.md, "In-Commit Timestamps")? Those of before the table
 * asked for it do not. */
static bool is_stamped(const struct quire_snapshot *snapshot, int64_t version)
{
    const char *since = quire_snapshot_property(snapshot, STAMPS_SINCE);
    int64_t first = 0;
    if (!quire_snapshot_is_set(snapshot, STAMPS)) return false;
    return since == NULL || !quire_number_parse_i64(since, strlen(since), &first, NULL) ||
           version >= first;
}

/* The time in the commit where the table asks for it, else its file's. What commitInfo has as
 * its "timestamp" is the writer's clock of before the commit, and no time of it. */
static int64_t time_of(const struct quire_snapshot *snapshot, const struct quire_log_commit *commit,
                       const struct quire_buf *info)
{
    int64_t time = QUIRE_LOG_NONE;
    if (is_stamped(snapshot, commit->version)) time = info_time(info, "inCommitTimestamp");
    return time != QUIRE_LOG_NONE ? time : commit->modified_ms;
}

struct commit_lister {
    struct quire_buf *commits;
    size_t prefix;
    int64_t limit;
};

static int take_commit(void *user, const char *key, const struct quire_object *object,
                       struct quire_error *error)
{
    const struct commit_lister *lister = user;
    const struct quire_log_name name = quire_log_name_parse(key + lister->prefix);
    const struct quire_log_commit commit = {name.version, object->modified_us / 1000};
    if (name.kind != QUIRE_LOG_FILE_COMMIT || name.version > lister->limit) return 0;
    return quire_buf_append(lister->commits, &commit, sizeof(commit)) == 0
               ? 0
               : quire_fail_memory(error, OPERATION);
}

/* A later commit counts as later even where its file is not. */
static void settle_times(struct quire_log_commit *list, size_t size)
{
    for (size_t i = 1; i < size; i++)
        if (list[i].modified_ms <= list[i - 1].modified_ms)
            list[i].modified_ms = list[i - 1].modified_ms + 1;
}

int quire_history_commits(const struct quire_snapshot *snapshot, struct quire_buf *commits,
                          struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf prefix = {0};
    if (quire_buf_printf(&prefix, "%s" QUIRE_LOG_FOLDER, snapshot->place.key) != 0 ||
        quire_buf_terminate(&prefix) != 0)
        return quire_fail_memory(error, OPERATION);
    struct commit_lister lister = {commits, prefix.size, snapshot->version};
    QUIRE_TRY(snapshot->place.store->ops->list(snapshot->place.store, (const char *)prefix.data,
                                               NULL, take_commit, &lister, error));
    settle_times((struct quire_log_commit *)(void *)commits->data,
                 commits->size / sizeof(struct quire_log_commit));
    return 0;
}

int quire_history_each(const struct quire_snapshot *snapshot, quire_take_commit *take, void *user,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf commits = {0}, info = {0};
    QUIRE_TRY(quire_history_commits(snapshot, &commits, error));
    const struct quire_log_commit *list =
        (const struct quire_log_commit *)(const void *)commits.data;
    for (size_t i = commits.size / sizeof(*list); i-- > 0;) {
        QUIRE_TRY(read_info(snapshot, list[i].version, &info, error));
        const struct quire_table_commit commit = {.version = list[i].version,
                                                  .time_ms = time_of(snapshot, &list[i], &info),
                                                  .info = info.size > 0 ? (const char *)info.data
                                                                        : NULL};
        QUIRE_TRY(take(user, &commit, error));
    }
    return 0;
}

int quire_history_time(const struct quire_snapshot *snapshot, const struct quire_buf *commits,
                       int64_t version, int64_t *time_ms, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf info = {0};
    const struct quire_log_commit *list =
        (const struct quire_log_commit *)(const void *)commits->data;
    for (size_t i = 0; i < commits->size / sizeof(*list); i++) {
        if (list[i].version != version) continue;
        if (is_stamped(snapshot, version)) QUIRE_TRY(read_info(snapshot, version, &info, error));
        *time_ms = time_of(snapshot, &list[i], &info);
        return 0;
    }
    return quire_fail(error, QUIRE_NOT_FOUND, OPERATION,
                      "the commit of version %" PRId64 " is no longer in the log", version);
}

static int fail_before(const struct quire_log_commit *first, int64_t time_ms,
                       struct quire_error *error)
{
    char text[QUIRE_TIME_TEXT_MAX];
    if (first == NULL)
        return quire_fail(error, QUIRE_NOT_FOUND, OPERATION, "the table's log has no commits");
    *quire_time_format_timestamp(time_ms, QUIRE_MILLI, 'T', true, 0, text) = '\0';
    return quire_fail(error, QUIRE_NOT_FOUND, OPERATION,
                      "the table's log begins after that time: with version %" PRId64 ", at %s",
                      first->version, text);
}

int quire_history_version_at(const struct quire_snapshot *snapshot, int64_t time_ms,
                             int64_t *version, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf commits = {0}, info = {0};
    QUIRE_TRY(quire_history_commits(snapshot, &commits, error));
    const struct quire_log_commit *list =
        (const struct quire_log_commit *)(const void *)commits.data;
    int64_t begins_ms = 0;
    for (size_t i = commits.size / sizeof(*list); i-- > 0;) {
        if (is_stamped(snapshot, list[i].version))
            QUIRE_TRY(read_info(snapshot, list[i].version, &info, error));
        begins_ms = time_of(snapshot, &list[i], &info);
        if (begins_ms > time_ms) continue;
        *version = list[i].version;
        return 0;
    }
    return fail_before(commits.size > 0 ? list : NULL, begins_ms, error);
}

int quire_history_stamp(const struct quire_snapshot *snapshot, int64_t version, int64_t *stamp_ms,
                        struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf info = {0};
    QUIRE_TRY(read_info(snapshot, version, &info, error));
    *stamp_ms = info_time(&info, "inCommitTimestamp");
    return 0;
}
