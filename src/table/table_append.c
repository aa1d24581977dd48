/* Appending: the data files are written first, then one commit names them. Another writer's
 * commit in between does not matter, unless it changed what the rows were written for: the
 * commit is tried again on top of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/random.h"
#include "quire/table_write.h"
#include "table/action_write.h"
#include "table/checkpoint.h"
#include "table/commit.h"
#include "table/data_writer.h"
#include "table/delta_nulls.h"
#include "table/delta_schema.h"
#include "table/table_features.h"

#define OPERATION     "append"
#define STATS_COLUMNS 32 /* that statistics are kept of, unless a property says otherwise */
#define ATTEMPTS_MAX  10000
#define WAIT_LEAST_MS 1
#define WAIT_MOST_MS  200

struct append {
    const struct quire_table_append_options *options;
    struct quire_snapshot *base; /* what the rows are written for, then what is newest */
    struct ArrowSchema schema;   /* of the table */
    struct quire_data_writer *writer;
    struct quire_buf lines; /* of add actions */
    struct quire_buf commit;
    struct quire_data_totals totals;
};

static void release_append(struct append *append)
{
    quire_data_writer_close(append->writer);
    quire_snapshot_free(append->base);
    quire_schema_release(&append->schema);
    quire_buf_release(&append->lines);
    quire_buf_release(&append->commit);
}

/* --- Rows ---------------------------------------------------------------------------------- */

/* Columns that the table has not, with what it has beside. */
static int check_columns(const struct ArrowSchema *given, const struct ArrowSchema *table,
                         struct quire_error *error)
{
    for (int64_t i = 0; i < given->n_children; i++) {
        bool found = false;
        for (int64_t j = 0; j < table->n_children && !found; j++)
            found = strcmp(given->children[i]->name, table->children[j]->name) == 0;
        if (found) continue;
        quire_fail(error, QUIRE_INPUT, OPERATION,
                   "the rows have a column \"%.200s\" that the table has not",
                   given->children[i]->name);
        quire_error_at(error, QUIRE_NOWHERE, given->children[i]->name, QUIRE_NOWHERE);
        return QUIRE_INPUT;
    }
    return 0;
}

static int write_rows(struct append *append, struct ArrowArrayStream *rows,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema given = {.release = NULL};
    const struct quire_cast_options exact = {.allow_null = false};
    int64_t before = 0;
    QUIRE_TRY(quire_stream_schema(rows, &given, error));
    QUIRE_TRY(check_columns(&given, &append->schema, error));
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray read = {.release = NULL};
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(rows, &read, error));
        if (read.release == NULL) return 0;
        int code = quire_cast(&given, &read, &append->schema, &exact, &batch, error);
        if (code != 0) {
            if (error != NULL && error->row != QUIRE_NOWHERE) error->row += before;
            return code;
        }
        before += read.length;
        QUIRE_TRY(quire_data_writer_write(append->writer, &batch, error));
    }
}

static int64_t stats_columns(const struct quire_snapshot *snapshot)
{
    const char *text = quire_snapshot_property(snapshot, "delta.dataSkippingNumIndexedCols");
    int64_t columns;
    if (text == NULL || !quire_number_parse_i64(text, strlen(text), &columns, NULL))
        return STATS_COLUMNS;
    return columns;
}

static int write_files(struct append *append, struct ArrowArrayStream *rows,
                       struct quire_error *error)
{
    const struct quire_table_append_options *options = append->options;
    const struct quire_data_writer_options writing = {
        .url = append->base->url,
        .schema = &append->schema,
        .partitions = &append->base->metadata.partitions,
        .stats_columns = stats_columns(append->base),
        .compression = options->compression != NULL ? options->compression : "snappy",
        .durability = options->durability,
        .context = options->context,
    };
    QUIRE_TRY(quire_data_writer_open(&writing, &append->writer, error));
    QUIRE_TRY(write_rows(append, rows, error));
    return quire_data_writer_finish(append->writer, &append->lines, &append->totals, error);
}

/* --- Committing ---------------------------------------------------------------------------- */

static int write_commit(struct append *append, const char *mark, struct quire_error *error)
{
    char metrics[160];
    const struct quire_table_append_options *options = append->options;
    int64_t now_ms = quire_commit_now_ms();
    snprintf(metrics, sizeof(metrics),
             "{\"numFiles\":\"%" PRId64 "\",\"numOutputRows\":\"%" PRId64
             "\",\"numOutputBytes\":\"%" PRId64 "\"}",
             append->totals.files, append->totals.rows, append->totals.bytes);
    const struct quire_commit_info info = {.operation = "WRITE",
                                           .parameters = "{\"mode\":\"Append\"}",
                                           .metrics = metrics,
                                           .read_version = append->base->version,
                                           .blind_append = true};
    const struct quire_txn txn = {
        .app = {(const uint8_t *)options->app, options->app != NULL ? strlen(options->app) : 0},
        .version = options->app_version,
        .updated_ms = now_ms};
    quire_buf_clear(&append->commit);
    int code = quire_commit_info_write(&info, mark, now_ms, &append->commit);
    if (code == 0 && options->app != NULL) code = quire_txn_write(&txn, &append->commit);
    if (code == 0) code = quire_buf_append(&append->commit, append->lines.data, append->lines.size);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

/* Whether the table has this version of the app, or a later one. */
static bool is_done(const struct quire_snapshot *snapshot,
                    const struct quire_table_append_options *options)
{
    const struct quire_txn *txns = (const struct quire_txn *)(const void *)snapshot->txns.data;
    if (options->app == NULL) return false;
    for (size_t i = 0; i < snapshot->txns.size / sizeof(*txns); i++)
        if (quire_bytes_equal_text(&txns[i].app, options->app))
            return txns[i].version >= options->app_version;
    return false;
}

static bool same_bytes(const struct quire_bytes *a, const struct quire_bytes *b)
{
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static bool same_texts(const struct quire_texts *a, const struct quire_texts *b)
{
    bool same = a->size == b->size;
    for (size_t i = 0; same && i < a->size; i++)
        same = same_bytes(&a->items[i], &b->items[i]);
    return same;
}

static bool same_pairs(const struct quire_pairs *a, const struct quire_pairs *b)
{
    bool same = a->size == b->size;
    for (size_t i = 0; same && i < a->size; i++)
        same = same_bytes(&a->items[i].key, &b->items[i].key) &&
               same_bytes(&a->items[i].value, &b->items[i].value);
    return same;
}

/* What the rows were written for. */
struct assumed {
    int64_t version;
    struct quire_metadata_action metadata;
    struct quire_protocol protocol;
};

/* It must be as it was. */
static int check_conflict(const struct assumed *assumed, const struct quire_snapshot *now,
                          struct quire_error *error)
{
    const struct quire_metadata_action *a = &assumed->metadata, *b = &now->metadata;
    const struct quire_protocol *p = &assumed->protocol, *q = &now->protocol;
    const char *what = NULL;
    if (!same_bytes(&a->id, &b->id) || !same_bytes(&a->schema, &b->schema) ||
        !same_texts(&a->partitions, &b->partitions) ||
        !same_pairs(&a->configuration, &b->configuration))
        what = "the table's metadata was changed";
    else if (p->reader != q->reader || p->writer != q->writer ||
             !same_texts(&p->reader_features, &q->reader_features) ||
             !same_texts(&p->writer_features, &q->writer_features))
        what = "the table's protocol was changed";
    if (what == NULL) return 0;
    int code = quire_fail(error, QUIRE_CONFLICT, OPERATION,
                          "%s between version %" PRId64 " and %" PRId64 "; nothing was appended",
                          what, assumed->version, now->version);
    quire_error_hint(error, "append again");
    return code;
}

/* Waits for a time that grows with the attempts and is never the same for two writers. */
static void wait_a_while(struct quire_random *generator, int attempt)
{
    uint64_t most = attempt < 8 ? (uint64_t)WAIT_LEAST_MS << attempt : WAIT_MOST_MS;
    uint64_t micros = quire_random_below(generator, most * 1000) + 1;
    const struct timespec wait = {.tv_sec = (time_t)(micros / 1000000),
                                  .tv_nsec = (long)(micros % 1000000 * 1000)};
    nanosleep(&wait, NULL);
}

/* The files of a commit that may stand are left: whoever reads it needs them. */
static int put_commit(struct append *append, const char *mark, int64_t version,
                      enum quire_commit_outcome *outcome, struct quire_error *error)
{
    const struct quire_snapshot *base = append->base;
    int code = quire_commit_put(base->store, base->key, version, &append->commit, mark,
                                append->options->durability, outcome, error);
    if (code == 0 || *outcome != QUIRE_COMMIT_UNKNOWN) return code;
    quire_data_writer_keep(append->writer);
    quire_error_hint(error, "the rows may have been appended: look at the table first");
    return code;
}

static int commit(struct append *append, struct quire_table_append_result *result,
                  struct quire_error *error)
{
    struct quire_snapshot *base = append->base;
    const struct assumed assumed = {base->version, base->metadata, base->protocol};
    struct quire_random generator;
    enum quire_commit_outcome outcome;
    char mark[QUIRE_COMMIT_MARK_SIZE];
    int64_t version = base->version + 1;
    quire_random_seed(&generator, quire_random_entropy());
    quire_commit_mark(mark);
    QUIRE_TRY(write_commit(append, mark, error));
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        QUIRE_TRY(put_commit(append, mark, version, &outcome, error));
        result->version = version;
        if (outcome == QUIRE_COMMIT_DONE) return 0;
        wait_a_while(&generator, attempt);
        QUIRE_TRY(quire_snapshot_advance(base, -1, error));
        result->version = base->version;
        result->skipped = is_done(base, append->options);
        if (result->skipped) return 0;
        QUIRE_TRY(check_conflict(&assumed, base, error));
        version = base->version + 1;
    }
    return quire_fail(error, QUIRE_CONFLICT, OPERATION,
                      "other writers were first %d times; nothing was appended", ATTEMPTS_MAX);
}

/* The checkpoint of a version is its writer's to write. The commit stands whether it can or
 * not: the next one tries again. */
static void write_checkpoint(struct append *append, int64_t version)
{
    struct quire_snapshot *snapshot = append->base;
    if (quire_checkpoint_is_due(snapshot, version) &&
        quire_snapshot_advance(snapshot, version, NULL) == 0)
        (void)quire_checkpoint_write(snapshot, append->options->durability, NULL);
}

static int run(struct append *append, const char *url, struct ArrowArrayStream *rows,
               struct quire_table_append_result *result, struct quire_error *error)
{
    QUIRE_TRY(quire_snapshot_open(url, -1, &append->base, error));
    QUIRE_TRY(quire_features_check_append(append->base, error));
    result->version = append->base->version;
    result->skipped = is_done(append->base, append->options);
    if (result->skipped) return 0;
    QUIRE_TRY(
        quire_snapshot_schema(append->base, QUIRE_DELTA_LOGICAL, true, &append->schema, error));
    QUIRE_TRY(quire_delta_nulls_forbid(&append->base->metadata.schema, &append->schema, error));
    QUIRE_TRY(write_files(append, rows, error));
    QUIRE_TRY(commit(append, result, error));
    if (result->skipped) return 0;
    quire_data_writer_keep(append->writer);
    write_checkpoint(append, result->version);
    result->rows = append->totals.rows;
    result->files = append->totals.files;
    result->bytes = append->totals.bytes;
    return 0;
}

int quire_table_append(const char *url, struct ArrowArrayStream *rows,
                       const struct quire_table_append_options *options,
                       struct quire_table_append_result *result, struct quire_error *error)
{
    static const struct quire_table_append_options none = {.app = NULL};
    struct quire_table_append_result ignored = {0};
    QUIRE_CLEANUP(release_append)
    struct append append = {.options = options != NULL ? options : &none};
    if (result == NULL) result = &ignored;
    *result = (struct quire_table_append_result){0};
    int code = run(&append, url, rows, result, error);
    if (code != 0) quire_error_path(error, url);
    return code;
}
