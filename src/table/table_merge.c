/* Merging: rows that come are written as they pass, while their keys are noted; rows of the table
 * that have one of these keys are taken out. What came is read back only where it matters how
 * often a key was there: to tell inserted from updated rows, for a key that the table has more
 * than once, each of whose rows is replaced (unless it is to be there once), and where rows take
 * over the ids of those that they replace.
 *
 * Rows of the table are read with the columns that it has, those that came with the columns that it
 * has with the commit. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "table/files/written_files.h"
#include "table/rows/change_session.h"
#include "table/rows/given_rows.h"
#include "table/rows/merge_back.h"
#include "table/schema/delta_schema.h"

#define OPERATION "merge"

struct merging {
    const char *url;
    struct ArrowArrayStream *rows;
    const char *const *names;
    size_t names_size;
    struct quire_change_session session;
    struct ArrowSchema schema; /* that the table has with the commit */
    struct quire_merge_keys *keys;
    struct quire_file_rewrite files;
    struct quire_arena arena;
    struct quire_buf written;       /* struct quire_add: files of rows that came */
    struct quire_row_writer *aside; /* that wrote them, where their rows are written anew */
    const char **carries;           /* columns that rows of the table pass on */
    size_t carries_size;
    struct quire_merge_identity *identities; /* the first of those */
    size_t identities_size;
    bool own_identities; /* rows come with values of identity columns that only the table gives */
    int64_t given;       /* rows that came */
    bool absent;         /* the table has no such column yet: no row of it has a key */
    bool thins;          /* keys that the table has more than once are there once then */
};

static void release(struct merging *merging)
{
    quire_file_rewrite_close(&merging->files);
    quire_merge_keys_close(merging->keys);
    quire_row_writer_close(merging->aside);
    quire_change_session_close(&merging->session);
    quire_buf_release(&merging->written);
    quire_arena_release(&merging->arena);
    quire_schema_release(&merging->schema);
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
    struct quire_row_writer *writer = merging->session.writer;
    QUIRE_TRY(merging->own_identities ? quire_row_writer_copy(writer, &stream, error)
                                      : quire_row_writer_write(writer, &stream, error));
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

/* Puts the files aside: their rows are written anew, and they go when all is read. */
static int put_aside(struct merging *merging, struct quire_error *error)
{
    struct quire_change_session *session = &merging->session;
    merging->aside = session->writer;
    session->writer = NULL;
    return quire_row_writer_open(session->transaction, &session->writing, &session->writer, error);
}

static int read_back(struct merging *merging, struct quire_error *error)
{
    const struct quire_merge_back_options options = {.session = &merging->session,
                                                     .schema = &merging->schema,
                                                     .keys = merging->keys,
                                                     .identities = merging->identities,
                                                     .identities_size = merging->identities_size,
                                                     .once = merging->thins,
                                                     .anew = merging->aside != NULL};
    QUIRE_TRY(quire_merge_back(&options, &merging->written, error));
    quire_row_writer_close(merging->aside);
    merging->aside = NULL;
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
        {"numTargetRowsDeleted", result->rows_deleted},
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
    if (quire_merge_keys_count(merging->keys) == 0 || merging->absent) where = "false";
    quire_transaction_reads(merging->session.transaction, where);
    files->options.where = where;
    QUIRE_TRY(quire_merge_keys_counting(merging->keys, true, error));
    QUIRE_TRY(quire_file_rewrite_find(files, error));
    return quire_merge_keys_counting(merging->keys, false, error);
}

static int replace_rows(struct merging *merging, struct quire_table_change_result *result,
                        struct quire_error *error)
{
    struct quire_change_session *session = &merging->session;
    struct quire_file_rewrite *files = &merging->files;
    QUIRE_TRY(find_rows(merging, error));
    bool repeats = quire_merge_keys_repeat(merging->keys);
    int64_t met = quire_merge_keys_met(merging->keys);
    merging->thins = repeats && session->options.keys_once;
    if (files->totals.matched > 0) QUIRE_TRY(quire_change_session_tell(session, error));
    const bool anew = (merging->carries_size > 0 && met > 0) || merging->own_identities;
    const bool again = session->changes != NULL || (repeats && !merging->thins) || anew;
    if (again) QUIRE_TRY(end_files(merging, error));
    if (anew) QUIRE_TRY(put_aside(merging, error));
    /* Several rows that one takes the place of are no pairs: they are told as deleted. */
    QUIRE_TRY(quire_file_rewrite_apply(files, session->writer, session->changes,
                                       merging->thins ? "delete" : "update_preimage", error));
    if (again) QUIRE_TRY(read_back(merging, error));
    QUIRE_TRY(quire_change_session_finish(session, result, error));
    result->rows_updated = merging->thins ? met : files->totals.matched;
    result->rows_deleted = files->totals.matched - result->rows_updated;
    result->rows_inserted = merging->given - met;
    result->rows_other = quire_merge_keys_others(merging->keys);
    result->rows_copied = files->totals.copied;
    result->files_removed = files->totals.files_removed;
    result->vectors_written = files->totals.vectors_added + files->totals.vectors_replaced;
    return commit(merging, result, error);
}

static bool has_column(const struct ArrowSchema *schema, const char *name)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (quire_text_equal_ignore_case(schema->children[i]->name, name)) return true;
    return false;
}

static bool is_key(const struct merging *merging, const char *name)
{
    for (size_t i = 0; i < merging->names_size; i++)
        if (quire_text_equal_ignore_case(merging->names[i], name)) return true;
    return false;
}

/* Whether rows keep the values of the table in an identity column: unless they may bring their own.
 * A key that only the table gives is that of rows that it has, or null. */
static int keeps_values(struct merging *merging, const struct quire_identity *identity,
                        const struct ArrowSchema *given, bool *keeps, struct quire_error *error)
{
    const bool comes = has_column(given, identity->name);
    *keeps = !comes || !identity->by_default;
    if (!comes || identity->by_default) return 0;
    merging->own_identities = true;
    if (is_key(merging, identity->name)) return 0;
    quire_fail(error, QUIRE_INPUT, OPERATION,
               "the table gives the values of the column itself (GENERATED ALWAYS AS IDENTITY): "
               "those of rows that come are not taken");
    quire_error_at(error, QUIRE_NOWHERE, identity->name, QUIRE_NOWHERE);
    return QUIRE_INPUT;
}

/* What rows that are replaced pass on: values of identity columns, then their ids. */
static int choose_carried(struct merging *merging, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema given = {.release = NULL};
    const struct quire_identities *all = quire_row_writer_identities(merging->session.writer);
    merging->carries =
        quire_arena_alloc(&merging->arena, (all->size + 1) * sizeof(*merging->carries));
    merging->identities =
        quire_arena_alloc(&merging->arena, (all->size + 1) * sizeof(*merging->identities));
    if (merging->carries == NULL || merging->identities == NULL)
        return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_stream_schema(merging->rows, &given, error));
    for (size_t i = 0; i < all->size; i++) {
        bool keeps;
        const char *name = all->items[i].name;
        QUIRE_TRY(keeps_values(merging, &all->items[i], &given, &keeps, error));
        if (!keeps) continue;
        name = quire_arena_strndup(&merging->arena, name, strlen(name));
        if (name == NULL) return quire_fail_memory(error, OPERATION);
        merging->identities[merging->identities_size++] =
            (struct quire_merge_identity){i, has_column(&given, all->items[i].name)};
        merging->carries[merging->carries_size++] = name;
    }
    if (merging->session.tracking.id != NULL)
        merging->carries[merging->carries_size++] = merging->session.tracking.id;
    return 0;
}

static int open_keys(struct merging *merging, struct quire_error *error)
{
    const struct quire_transaction *transaction = merging->session.transaction;
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema before = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema given = {.release = NULL};
    const char *compares = merging->session.options.compares;
    struct quire_merge_keys_options options = {.table = &merging->schema,
                                               .names = merging->names,
                                               .names_size = merging->names_size,
                                               .carries = merging->carries,
                                               .carries_size = merging->carries_size,
                                               .context = merging->session.options.context};
    QUIRE_TRY(quire_delta_schema(quire_transaction_next_metadata(transaction),
                                 quire_transaction_next_protocol(transaction), QUIRE_DELTA_LOGICAL,
                                 &merging->schema, error));
    QUIRE_TRY(quire_snapshot_schema(transaction->base, QUIRE_DELTA_LOGICAL, true, &before, error));
    QUIRE_TRY(quire_stream_schema(merging->rows, &given, error));
    if (compares != NULL && has_column(&before, compares) && has_column(&given, compares))
        options.compares = compares;
    QUIRE_TRY(quire_merge_keys_open(&options, &merging->keys, error));
    for (size_t i = 0; i < merging->names_size; i++)
        merging->absent = merging->absent || !has_column(&before, merging->names[i]);
    return 0;
}

static int merge(void *request, const struct quire_table_change_options *options,
                 struct quire_table_change_result *result, struct quire_error *error)
{
    struct merging *merging = request;
    struct quire_change_session *session = &merging->session;
    session->given = merging->rows;
    session->evolves = true;
    if (options->overwrite_schema)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "rows that stay keep their columns");
    QUIRE_TRY(quire_change_session_open(merging->url, OPERATION, options, session, result, error));
    if (result->skipped) return 0;
    QUIRE_TRY(choose_carried(merging, error));
    QUIRE_TRY(open_keys(merging, error));
    QUIRE_TRY(write_rows(merging, error));
    result->unchanged = merging->given == 0 && session->transaction->read_version >= 0;
    if (result->unchanged) return 0;
    const struct quire_row_matcher matcher = quire_merge_keys_matcher(merging->keys);
    merging->files.transaction = session->transaction;
    merging->files.options =
        (struct quire_file_rewrite_options){.matcher = &matcher,
                                            .vectors = session->vectors,
                                            .tracking = session->tracking,
                                            .finds_ids = session->tracking.id != NULL,
                                            .context = options->context};
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
