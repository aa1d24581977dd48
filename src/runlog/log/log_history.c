/* What the log of a table says of its versions. Rows and bytes are what their writers said that
 * they wrote; writers call them differently. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_tree.h"
#include "base/number.h"
#include "base/time_text.h"
#include "quire/runlog_upkeep.h"
#include "quire/runlog_write.h"
#include "runlog/log/log_state.h"
#include "runlog/memory_usage.h"
#include "runlog/runlog_schema.h"

#define OPERATION "run log"

static void close_table(struct quire_table **table)
{
    quire_table_close(*table);
}

/* Opens a table that is a run log. */
static int open_log(const char *url, struct quire_table **table, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_TRY(quire_table_open(url, QUIRE_TABLE_NEWEST, table, error));
    QUIRE_TRY(quire_table_schema(*table, &schema, error));
    int code = quire_runlog_old_check(&schema, error);
    if (code != 0) quire_error_path(error, url);
    return code;
}

/* A commit as it is told. */
struct commit_said {
    const char *operation; /* NULL: not said */
    int64_t rows, bytes;   /* -1: not said */
    int64_t ms;            /* that it took; -1: not said */
    bool writes;           /* rows of the log, as opposed to looking after it */
};

/* Metrics are texts of numbers. */
static int64_t read_metric(const struct quire_json_node *metrics, const char *const *names)
{
    for (; *names != NULL; names++) {
        const struct quire_json_node *node = quire_json_tree_get(metrics, *names);
        int64_t value;
        if (node == NULL || node->text == NULL) continue;
        if (quire_number_parse_i64(node->text, node->size, &value, NULL)) return value;
    }
    return -1;
}

/* Of a merge those that came, not those that were copied with the files that they were in. */
static int64_t read_rows(const struct quire_json_node *metrics)
{
    static const char *const all[] = {"numOutputRows", "num_added_rows", NULL};
    static const char *const inserted[] = {"numTargetRowsInserted", "num_target_rows_inserted",
                                           NULL};
    static const char *const updated[] = {"numTargetRowsUpdated", "num_target_rows_updated", NULL};
    int64_t came = read_metric(metrics, inserted), changed = read_metric(metrics, updated);
    if (came < 0 && changed < 0) return read_metric(metrics, all);
    return (came > 0 ? came : 0) + (changed > 0 ? changed : 0);
}

static bool is_writing(const char *operation)
{
    static const char *const writing[] = {"WRITE", "MERGE", "STREAMING UPDATE",
                                          "CREATE TABLE AS SELECT",
                                          "CREATE OR REPLACE TABLE AS SELECT"};
    for (size_t i = 0; operation != NULL && i < sizeof(writing) / sizeof(writing[0]); i++)
        if (strcmp(writing[i], operation) == 0) return true;
    return false;
}

static int read_commit(const struct quire_table_commit *commit, struct quire_arena *arena,
                       struct commit_said *said)
{
    static const char *const bytes[] = {"numOutputBytes", "numTargetBytesAdded", "numAddedBytes",
                                        NULL};
    struct quire_json_node *root = NULL;
    size_t at = 0;
    static const char *const times[] = {"executionTimeMs", "execution_time_ms", NULL};
    *said = (struct commit_said){.rows = -1, .bytes = -1, .ms = -1};
    if (commit->info == NULL) return 0;
    int code = quire_json_tree_parse(commit->info, strlen(commit->info), arena, &root, &at);
    if (code != 0) return code == QUIRE_MEMORY ? code : 0;
    const struct quire_json_node *metrics = quire_json_tree_get(root, "operationMetrics");
    said->operation = quire_json_tree_text(root, "operation");
    said->rows = read_rows(metrics);
    said->bytes = read_metric(metrics, bytes);
    said->ms = read_metric(metrics, times);
    said->writes = is_writing(said->operation);
    return 0;
}

/* --- Versions -------------------------------------------------------------------------------- */

struct listing {
    struct quire_json_writer writer;
    int64_t limit, total;
};

static int list_commit(void *user, const struct quire_table_commit *commit,
                       struct quire_error *error)
{
    struct listing *listing = user;
    struct quire_json_writer *writer = &listing->writer;
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct commit_said said;
    listing->total++;
    if (listing->limit > 0 && listing->total > listing->limit) return 0;
    if (read_commit(commit, &arena, &said) != 0) return quire_fail_memory(error, OPERATION);
    quire_json_writer_begin_object(writer);
    quire_json_writer_key(writer, "version");
    quire_json_writer_i64(writer, commit->version);
    quire_log_write_time(writer, "timestamp", commit->time_ms);
    quire_json_writer_key(writer, "operation");
    quire_json_writer_string(writer, said.operation);
    quire_json_writer_key(writer, "rows");
    if (said.rows >= 0)
        quire_json_writer_i64(writer, said.rows);
    else
        quire_json_writer_null(writer);
    quire_log_write_mb(writer, "size_mb", said.bytes);
    quire_json_writer_end_object(writer);
    return 0;
}

int quire_runlog_history(const char *table, int64_t limit, char **json, struct quire_error *error)
{
    QUIRE_CLEANUP(close_table) struct quire_table *opened = NULL;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct listing listing = {.writer = quire_json_writer_to(&out), .limit = limit};
    struct quire_json_writer *writer = &listing.writer;
    if (limit < 0) return quire_fail(error, QUIRE_USAGE, OPERATION, "a limit is 0 or more");
    QUIRE_TRY(open_log(table, &opened, error));
    quire_json_writer_begin_object(writer);
    quire_json_writer_key(writer, "table");
    quire_json_writer_string(writer, table);
    quire_json_writer_key(writer, "versions");
    quire_json_writer_begin_array(writer);
    QUIRE_TRY(quire_table_each_commit(opened, list_commit, &listing, error));
    quire_json_writer_end_array(writer);
    quire_json_writer_key(writer, "total_versions");
    quire_json_writer_i64(writer, listing.total);
    quire_json_writer_end_object(writer);
    return quire_log_finish(writer, &out, json, error);
}

/* --- Metrics --------------------------------------------------------------------------------- */

struct sums {
    int64_t commits, writes, rows, bytes;
    int64_t timed, ms;         /* writes that say how long they took, and how long that was */
    int64_t first_ms, last_ms; /* of writes */
};

static int sum_commit(void *user, const struct quire_table_commit *commit,
                      struct quire_error *error)
{
    struct sums *sums = user;
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    struct commit_said said;
    if (read_commit(commit, &arena, &said) != 0) return quire_fail_memory(error, OPERATION);
    sums->commits++;
    if (!said.writes) return 0;
    if (sums->writes == 0) sums->last_ms = commit->time_ms;
    sums->first_ms = commit->time_ms;
    sums->writes++;
    sums->rows += said.rows > 0 ? said.rows : 0;
    sums->bytes += said.bytes > 0 ? said.bytes : 0;
    sums->timed += said.ms >= 0;
    sums->ms += said.ms > 0 ? said.ms : 0;
    return 0;
}

/* A duration that no commit tells is null. */
static void write_secs(struct quire_json_writer *writer, const char *name, bool told, double secs)
{
    quire_json_writer_key(writer, name);
    if (told)
        quire_json_writer_f64(writer, secs);
    else
        quire_json_writer_null(writer);
}

/* As of a writer (quire_runlog_get_metrics), as far as commits tell: what failed left none. */
static void write_writes(struct quire_json_writer *writer, const struct sums *sums)
{
    double secs = (double)sums->ms / 1000;
    quire_json_writer_key(writer, "writes_of");
    quire_json_writer_string(writer, "commits that the log has; a write that failed left none");
    quire_json_writer_key(writer, "total_writes");
    quire_json_writer_i64(writer, sums->writes);
    quire_json_writer_key(writer, "successful_writes");
    quire_json_writer_i64(writer, sums->writes);
    quire_json_writer_key(writer, "failed_writes");
    quire_json_writer_i64(writer, 0);
    quire_json_writer_key(writer, "success_rate_percent");
    quire_json_writer_f64(writer, 100);
    write_secs(writer, "total_duration_secs", sums->timed > 0, secs);
    write_secs(writer, "average_duration_secs", sums->timed > 0, secs / (double)sums->timed);
    quire_json_writer_key(writer, "total_rows_written");
    quire_json_writer_i64(writer, sums->rows);
    quire_json_writer_key(writer, "memory_of");
    quire_json_writer_string(writer, "the process that answers");
    quire_json_writer_key(writer, "memory_usage_peak_mb");
    quire_json_writer_f64(writer, quire_runlog_memory_peak());
}

static void write_memory(struct quire_json_writer *writer, const struct quire_runlog_memory *memory)
{
    quire_json_writer_key(writer, "memory");
    quire_json_writer_begin_object(writer);
    quire_json_writer_key(writer, "rss_mb");
    quire_json_writer_f64(writer, memory->rss_mb);
    quire_json_writer_key(writer, "vms_mb");
    quire_json_writer_f64(writer, memory->vms_mb);
    quire_json_writer_key(writer, "percent");
    quire_json_writer_f64(writer, memory->percent);
    quire_json_writer_key(writer, "available_mb");
    quire_json_writer_f64(writer, memory->available_mb);
    quire_json_writer_end_object(writer);
}

int quire_runlog_table_metrics(const char *table, char **json, struct quire_error *error)
{
    QUIRE_CLEANUP(close_table) struct quire_table *opened = NULL;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_json_writer writer = quire_json_writer_to(&out);
    struct quire_runlog_memory memory;
    struct sums sums = {0};
    QUIRE_TRY(open_log(table, &opened, error));
    QUIRE_TRY(quire_table_each_commit(opened, sum_commit, &sums, error));
    QUIRE_TRY(quire_runlog_memory_usage(&memory, error));
    quire_json_writer_begin_object(&writer);
    quire_json_writer_key(&writer, "table");
    quire_json_writer_string(&writer, table);
    quire_json_writer_key(&writer, "total_commits");
    quire_json_writer_i64(&writer, sums.commits);
    write_writes(&writer, &sums);
    quire_json_writer_key(&writer, "average_rows_per_write");
    if (sums.writes > 0)
        quire_json_writer_f64(&writer, (double)sums.rows / (double)sums.writes);
    else
        quire_json_writer_null(&writer);
    quire_log_write_mb(&writer, "total_size_mb", sums.bytes);
    if (sums.writes > 0) {
        quire_log_write_time(&writer, "first_write", sums.first_ms);
        quire_log_write_time(&writer, "last_write", sums.last_ms);
    }
    write_memory(&writer, &memory);
    quire_json_writer_end_object(&writer);
    return quire_log_finish(&writer, &out, json, error);
}
