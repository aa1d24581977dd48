/* Deleting: files of which no row stays are taken out of the table, others are replaced. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "table/commit/rewrite_commit.h"

struct deletion {
    const char *url, *where;
};

static void close_condition(struct quire_row_condition **condition)
{
    quire_row_condition_close(*condition);
}

static int rewrite(struct quire_change_session *session, struct quire_file_rewrite *files,
                   const char *where, struct quire_table_change_result *result,
                   struct quire_error *error)
{
    const struct quire_file_rewrite_totals *totals = &files->totals;
    QUIRE_TRY(quire_file_rewrite_find(files, error));
    result->unchanged = totals->matched == 0;
    if (result->unchanged) return 0;
    /* Whole files tell by themselves what was deleted, and so do vectors. */
    if (!session->vectors && quire_file_rewrite_is_partial(files))
        QUIRE_TRY(quire_change_session_tell(session, error));
    QUIRE_TRY(quire_file_rewrite_apply(files, session->writer, session->changes, "delete", error));
    QUIRE_TRY(quire_change_session_finish(session, result, error));
    result->rows_deleted = totals->matched;
    result->rows_copied = totals->copied;
    result->files_removed = totals->files_removed;
    result->vectors_written = totals->vectors_added + totals->vectors_replaced;
    const struct quire_rewrite_commit commit = {
        .operation = "DELETE", .counts = "numDeletedRows", .where = where, .totals = totals};
    return quire_rewrite_commit(session, &commit, result, error);
}

static int delete_rows(void *request, const struct quire_table_change_options *options,
                       struct quire_table_change_result *result, struct quire_error *error)
{
    const struct deletion *deletion = request;
    QUIRE_CLEANUP(close_condition) struct quire_row_condition *condition = NULL;
    QUIRE_CLEANUP(quire_change_session_close)
    struct quire_change_session session = {.transaction = NULL};
    QUIRE_CLEANUP(quire_file_rewrite_close) struct quire_file_rewrite files = {.transaction = NULL};
    QUIRE_TRY(quire_row_condition_open(deletion->where, &condition, error));
    QUIRE_TRY(quire_change_session_open(deletion->url, "delete", options, &session, result, error));
    if (result->skipped) return 0;
    const struct quire_row_matcher matcher = quire_row_condition_matcher(condition);
    files.transaction = session.transaction;
    files.options =
        (struct quire_file_rewrite_options){.matcher = &matcher,
                                            .where = quire_row_condition_text(deletion->where),
                                            .where_is_all = true,
                                            .vectors = session.vectors,
                                            .tracking = session.tracking,
                                            .context = options->context};
    quire_transaction_reads(session.transaction, files.options.where);
    return rewrite(&session, &files, deletion->where, result, error);
}

int quire_table_delete(const char *url, const char *where,
                       const struct quire_table_change_options *options,
                       struct quire_table_change_result *result, struct quire_error *error)
{
    struct deletion deletion = {url, where};
    return quire_change_call(delete_rows, &deletion, url, options, result, error);
}
