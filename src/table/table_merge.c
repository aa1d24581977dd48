/* Merging: rows that come are written as they pass, while their keys are noted; rows of the table
 * that have one of these keys are taken out. What came is read back only where it matters how
 * often a key was there: to tell inserted from updated rows, and for a key that the table has more
 * than once, each of whose rows is replaced. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "table/files/written_files.h"
#include "table/rows/change_session.h"
#include "table/rows/given_rows.h"
#include "table/rows/merge_keys.h"
#include "table/schema/delta_schema.h"
#include "table/table_read.h"

#define OPERATION "merge"

struct merging {
    const char *url;
    struct ArrowArrayStream *rows;
    const char *const *names;
    size_t names_size;
    struct quire_change_session session;
    struct quire_merge_keys *keys;
    struct quire_file_rewrite files;
    struct quire_arena arena;
    struct quire_buf written; /* struct quire_add: files of rows that came */
    struct quire_row_picker picker;
    struct quire_buf times, mask; /* of the current batch of those */
    int64_t given;                /* rows that came */
};

static void release(struct merging *merging)
{
    quire_file_rewrite_close(&merging->files);
    quire_merge_keys_close(merging->keys);
    quire_change_session_close(&merging->session);
    quire_row_picker_release(&merging->picker);
    quire_buf_release(&merging->written);
    quire_buf_release(&merging->times);
    quire_buf_release(&merging->mask);
    quire_arena_release(&merging->arena);
}

/* --- Rows that come -------------------------------------------------------------------------- */

static int look(void *user, const struct ArrowSchema *schema, const struct ArrowArray *batch,
                struct quire_error *error)
{
    const struct merging *merging = user;
    return quire_merge_keys_add(merging->keys, schema, batch, error);
}

static int write_rows(struct merging *merging, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_given_rows_release)
    struct quire_given_rows given = {.source = merging->rows, .look = look, .user = merging};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_TRY(quire_given_rows_stream(&given, &stream, error));
    QUIRE_TRY(quire_row_writer_write(merging->session.writer, &stream, error));
    merging->given = given.rows;
    return 0;
}

/* --- Rows that came, read back --------------------------------------------------------------- */

/* Ends their files, so that they can be read. */
static int end_files(struct merging *merging, struct quire_error *error)
{
    struct quire_row_writer *writer = merging->session.writer;
    QUIRE_TRY(quire_row_writer_cut(writer, error));
    return quire_written_files(quire_row_writer_lines(writer), &merging->arena,
                               &merging->written) == 0
               ? 0
               : quire_fail_memory(error, OPERATION);
}

/* The rows of a batch whose key was there at least so many times (0: not at all); *any tells
 * whether there are some. */
static int pick(struct merging *merging, const struct ArrowArray *batch, uint32_t least,
                struct ArrowArray *picked, bool *any, struct quire_error *error)
{
    const uint32_t *times = (const uint32_t *)(const void *)merging->times.data;
    *any = false;
    for (int64_t i = 0; i < batch->length; i++) {
        bool is = least == 0 ? times[i] == 0 : times[i] >= least;
        merging->mask.data[i] = is;
        *any = *any || is;
    }
    if (!*any) return 0;
    return quire_row_picker_take(&merging->picker, batch, merging->mask.data, true, picked, error);
}

static int write_copies(struct merging *merging, struct ArrowArray *rows, struct quire_error *error)
{
    struct ArrowSchema schema;
    struct ArrowArrayStream stream = {.release = NULL};
    int code = quire_schema_copy(&merging->files.columns.logical, &schema, error);
    if (code == 0) {
        code = quire_stream_of_batches(&schema, rows, 1, &stream, error);
        if (code != 0) quire_schema_release(&schema);
    }
    if (code == 0) code = quire_row_writer_write(merging->session.writer, &stream, error);
    quire_stream_release(&stream);
    quire_array_release(rows);
    return code;
}

static int tell(struct merging *merging, const struct ArrowArray *batch, uint32_t least,
                const char *type, struct quire_error *error)
{
    struct ArrowArray picked = {.release = NULL};
    bool any;
    if (merging->session.changes == NULL) return 0;
    QUIRE_TRY(pick(merging, batch, least, &picked, &any, error));
    return any ? quire_change_data_write(merging->session.changes, type, &picked, error) : 0;
}

static int read_back_batch(struct merging *merging, const struct ArrowArray *batch,
                           struct quire_error *error)
{
    bool any = true;
    quire_buf_clear(&merging->times);
    quire_buf_clear(&merging->mask);
    if (quire_buf_reserve(&merging->times, (size_t)batch->length * sizeof(uint32_t) + 1) != 0 ||
        quire_buf_reserve(&merging->mask, (size_t)batch->length + 1) != 0)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_merge_keys_times(merging->keys, batch, (uint32_t *)(void *)merging->times.data,
                                     error));
    QUIRE_TRY(tell(merging, batch, 0, "insert", error));
    QUIRE_TRY(tell(merging, batch, 1, "update_postimage", error));
    for (uint32_t copy = 2; any; copy++) {
        struct ArrowArray picked = {.release = NULL};
        QUIRE_TRY(tell(merging, batch, copy, "update_postimage", error));
        QUIRE_TRY(pick(merging, batch, copy, &picked, &any, error));
        if (any) QUIRE_TRY(write_copies(merging, &picked, error));
    }
    return 0;
}

static int read_back_file(struct merging *merging, const struct quire_add *add,
                          struct quire_error *error)
{
    const struct quire_files_wanted wanted = {add, 1};
    const struct quire_table_read_options options = {.context = merging->session.options.context};
    const struct quire_row_matcher matcher = quire_merge_keys_matcher(merging->keys);
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_TRY(
        quire_snapshot_read(merging->session.transaction->base, &wanted, &options, &stream, error));
    QUIRE_TRY(matcher.bind(matcher.user, &merging->files.columns.logical, error));
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&stream, &batch, error));
        if (batch.release == NULL) return 0;
        QUIRE_TRY(read_back_batch(merging, &batch, error));
    }
}

static int read_back(struct merging *merging, struct quire_error *error)
{
    const struct quire_add *files = (const struct quire_add *)(const void *)merging->written.data;
    if (merging->written.size == 0) return 0;
    QUIRE_TRY(quire_row_picker_open(&merging->picker, &merging->files.columns.logical, error));
    for (size_t i = 0; i < merging->written.size / sizeof(*files); i++)
        QUIRE_TRY(read_back_file(merging, &files[i], error));
    return 0;
}

/* --- The commit ------------------------------------------------------------------------------ */

/* "(t.a = s.a) AND ..." */
static int write_predicate(const struct merging *merging, struct quire_buf *out)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < merging->names_size; i++)
        code = quire_buf_printf(out, "%s(t.%s = s.%s)", i > 0 ? " AND " : "", merging->names[i],
                                merging->names[i]);
    return code != 0 ? code : quire_buf_terminate(out);
}

static int commit(struct merging *merging, struct quire_table_change_result *result,
                  struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf predicate = {0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf parameters = {0}, metrics = {0};
    struct quire_change_session *session = &merging->session;
    if (write_predicate(merging, &predicate) != 0) return quire_fail_memory(error, OPERATION);
    const struct quire_parameter said[] = {
        {"predicate", (const char *)predicate.data, QUIRE_PARAMETER_LIST},
        {"matchedPredicates", "[{\"actionType\":\"update\"}]", QUIRE_PARAMETER_TEXT},
        {"notMatchedPredicates", "[{\"actionType\":\"insert\"}]", QUIRE_PARAMETER_TEXT},
        {"notMatchedBySourcePredicates", "[]", QUIRE_PARAMETER_TEXT},
    };
    const struct quire_metric numbers[] = {
        {"numSourceRows", merging->given},
        {"numTargetRowsInserted", result->rows_inserted},
        {"numTargetRowsUpdated", result->rows_updated},
        {"numTargetRowsDeleted", 0},
        {"numTargetRowsCopied", result->rows_copied},
        {"numOutputRows", session->written.rows},
        {"numTargetFilesAdded", session->written.files},
        {"numTargetFilesRemoved", result->files_removed},
        {"numTargetBytesAdded", session->written.bytes},
        {"numTargetBytesRemoved", merging->files.totals.bytes_removed},
        {"numTargetChangeFilesAdded", result->change_files},
        {"numTargetDeletionVectorsAdded", result->vectors_written},
    };
    if (quire_parameters_write(said, sizeof(said) / sizeof(said[0]), &parameters) != 0 ||
        quire_metrics_write(numbers, sizeof(numbers) / sizeof(numbers[0]), &metrics) != 0)
        return quire_fail_memory(error, OPERATION);
    const struct quire_commit_info info = {.operation = "MERGE",
                                           .parameters = (const char *)parameters.data,
                                           .metrics = (const char *)metrics.data};
    return quire_change_session_commit(session, &info, result, error);
}

/* Rows of the table that have a key that came. */
static int find_rows(struct merging *merging, struct quire_error *error)
{
    const char *where = NULL;
    struct quire_file_rewrite *files = &merging->files;
    QUIRE_TRY(quire_merge_keys_where(merging->keys, &where, error));
    if (quire_merge_keys_count(merging->keys) == 0) where = "false";
    quire_transaction_reads(merging->session.transaction, where);
    files->options.where = where;
    quire_merge_keys_counting(merging->keys, true);
    QUIRE_TRY(quire_file_rewrite_find(files, error));
    quire_merge_keys_counting(merging->keys, false);
    return 0;
}

static int replace_rows(struct merging *merging, struct quire_table_change_result *result,
                        struct quire_error *error)
{
    struct quire_change_session *session = &merging->session;
    struct quire_file_rewrite *files = &merging->files;
    QUIRE_TRY(find_rows(merging, error));
    if (files->totals.matched > 0) QUIRE_TRY(quire_change_session_tell(session, error));
    if (session->changes != NULL || quire_merge_keys_repeat(merging->keys))
        QUIRE_TRY(end_files(merging, error));
    QUIRE_TRY(quire_file_rewrite_apply(files, session->writer, session->changes, "update_preimage",
                                       error));
    QUIRE_TRY(read_back(merging, error));
    QUIRE_TRY(quire_change_session_finish(session, result, error));
    result->rows_updated = files->totals.matched;
    result->rows_inserted = merging->given - quire_merge_keys_met(merging->keys);
    result->rows_copied = files->totals.copied;
    result->files_removed = files->totals.files_removed;
    result->vectors_written = files->totals.vectors_added + files->totals.vectors_replaced;
    return commit(merging, result, error);
}

static int open_keys(struct merging *merging, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    const struct quire_merge_keys_options options = {.table = &schema,
                                                     .names = merging->names,
                                                     .names_size = merging->names_size,
                                                     .context = merging->session.options.context};
    QUIRE_TRY(quire_snapshot_schema(merging->session.transaction->base, QUIRE_DELTA_LOGICAL, true,
                                    &schema, error));
    return quire_merge_keys_open(&options, &merging->keys, error);
}

static int merge(void *request, const struct quire_table_change_options *options,
                 struct quire_table_change_result *result, struct quire_error *error)
{
    struct merging *merging = request;
    struct quire_change_session *session = &merging->session;
    session->given = merging->rows;
    QUIRE_TRY(quire_change_session_open(merging->url, OPERATION, options, session, result, error));
    if (session->tracking.id != NULL)
        return quire_fail(error, QUIRE_UNSUPPORTED, OPERATION,
                          "the table uses what this build cannot write: ids of rows that others "
                          "take the place of (row tracking)");
    if (result->skipped) return 0;
    QUIRE_TRY(open_keys(merging, error));
    QUIRE_TRY(write_rows(merging, error));
    result->unchanged = merging->given == 0 && session->transaction->read_version >= 0;
    if (result->unchanged) return 0;
    const struct quire_row_matcher matcher = quire_merge_keys_matcher(merging->keys);
    merging->files.transaction = session->transaction;
    merging->files.options = (struct quire_file_rewrite_options){
        .matcher = &matcher, .vectors = session->vectors, .context = options->context};
    return replace_rows(merging, result, error);
}

int quire_table_merge(const char *url, struct ArrowArrayStream *rows, const char *const *keys,
                      size_t keys_size, const struct quire_table_change_options *options,
                      struct quire_table_change_result *result, struct quire_error *error)
{
    QUIRE_CLEANUP(release)
    struct merging merging = {.url = url, .rows = rows, .names = keys, .names_size = keys_size};
    return quire_change_call(merge, &merging, url, options, result, error);
}
