#include "table/commit/rewrite_commit.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/commit/commit_texts.h"

int quire_rewrite_commit(struct quire_change_session *session,
                         const struct quire_rewrite_commit *commit,
                         struct quire_table_change_result *result, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf parameters = {0}, metrics = {0};
    const struct quire_file_rewrite_totals *totals = commit->totals;
    const struct quire_parameter predicate = {"predicate", commit->where, QUIRE_PARAMETER_LIST};
    const struct quire_metric numbers[] = {
        {commit->counts, totals->matched},
        {"numCopiedRows", totals->copied},
        {"numRemovedFiles", totals->files_removed},
        {"numRemovedBytes", totals->bytes_removed},
        {"numAddedFiles", session->written.files},
        {"numAddedBytes", session->written.bytes},
        {"numAddedChangeFiles", result->change_files},
        {"numDeletionVectorsAdded", totals->vectors_added + totals->vectors_replaced},
        {"numDeletionVectorsRemoved", totals->vectors_replaced},
        {"numDeletionVectorsUpdated", totals->vectors_replaced},
    };
    if (quire_parameters_write(&predicate, 1, &parameters) != 0 ||
        quire_metrics_write(numbers, sizeof(numbers) / sizeof(numbers[0]), &metrics) != 0)
        return quire_fail_memory(error, session->transaction->options.verb);
    const struct quire_commit_info info = {.operation = commit->operation,
                                           .parameters = (const char *)parameters.data,
                                           .metrics = (const char *)metrics.data};
    return quire_change_session_commit(session, &info, result, error);
}
