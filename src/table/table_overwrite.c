/* Overwriting: files that go whole are not read; of those of which some rows stay, these are
 * copied. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "table/rows/change_session.h"
#include "table/rows/given_rows.h"
#include "table/rows/row_rules.h"
#include "table/rows/row_schema.h"
#include "table/schema/delta_schema.h"

#define SHOWN_MAX 200

struct overwriting {
    const char *url;
    struct ArrowArrayStream *rows;
    const char *where; /* NULL: all rows */
    struct quire_change_session session;
    struct quire_row_condition *condition;
    struct quire_row_matcher matcher;
    struct quire_file_rewrite files;
    struct quire_buf mask;
    struct ArrowSchema schema;     /* that the table has with the commit */
    struct quire_row_rules *rules; /* of it; NULL: all rows are replaced */
    bool bound;                    /* the condition, to rows of that */
};

static void release(struct overwriting *overwriting)
{
    quire_file_rewrite_close(&overwriting->files);
    quire_change_session_close(&overwriting->session);
    quire_row_condition_close(overwriting->condition);
    quire_buf_release(&overwriting->mask);
    quire_row_rules_close(overwriting->rules);
    quire_schema_release(&overwriting->schema);
}

/* --- Rows that come -------------------------------------------------------------------------- */

/* Rows must be such as they replace. */
static int check_rows(struct overwriting *overwriting, const struct ArrowArray *batch,
                      struct quire_error *error)
{
    const struct quire_row_matcher *matcher = &overwriting->matcher;
    const struct ArrowSchema *schema = &overwriting->schema;
    char shown[SHOWN_MAX];
    if (!overwriting->bound) QUIRE_TRY(matcher->bind(matcher->user, schema, error));
    overwriting->bound = true;
    quire_buf_clear(&overwriting->mask);
    if (quire_buf_reserve(&overwriting->mask, (size_t)batch->length + 1) != 0)
        return quire_fail_memory(error, "overwrite");
    uint8_t *mask = overwriting->mask.data;
    QUIRE_TRY(matcher->match(matcher->user, batch, mask, error));
    for (int64_t i = 0; i < batch->length; i++) {
        if (mask[i] != 0) continue;
        quire_given_rows_show(schema, batch, i, matcher->looks_at, matcher->user, shown,
                              sizeof(shown));
        quire_fail(error, QUIRE_INPUT, "overwrite",
                   "a row is not one of those that it is to replace (%s): it is not true that "
                   "%.150s",
                   shown, overwriting->where);
        quire_error_at(error, i + 1, NULL, QUIRE_NOWHERE);
        return QUIRE_INPUT;
    }
    return 0;
}

/* The rows as the table will have them, with what it computes. */
static int complete_rows(struct overwriting *overwriting, const struct ArrowSchema *given,
                         const struct ArrowArray *batch, struct ArrowArray *rows,
                         struct quire_error *error)
{
    const struct quire_cast_options exact = {.allow_null = false};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema spelled = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema cast = {.release = NULL};
    QUIRE_TRY(quire_schema_copy(given, &spelled, error));
    QUIRE_TRY(quire_row_schema_spell(&overwriting->schema, &spelled, "overwrite", error));
    QUIRE_TRY(quire_schema_copy(&overwriting->schema, &cast, error));
    quire_row_rules_begin(overwriting->rules, &spelled, false, &cast);
    QUIRE_TRY(quire_cast(&spelled, batch, &cast, &exact, rows, error));
    return quire_row_rules_complete(overwriting->rules, rows, error);
}

static int look(void *user, const struct ArrowSchema *schema, const struct ArrowArray *batch,
                struct quire_error *error)
{
    struct overwriting *overwriting = user;
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray rows = {.release = NULL};
    if (overwriting->where == NULL) return 0;
    QUIRE_TRY(complete_rows(overwriting, schema, batch, &rows, error));
    QUIRE_TRY(check_rows(overwriting, &rows, error));
    if (overwriting->session.changes == NULL) return 0;
    return quire_change_data_put(overwriting->session.changes, "insert", &rows, error);
}

static int write_rows(struct overwriting *overwriting, int64_t *rows, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_given_rows_release)
    struct quire_given_rows given = {
        .source = overwriting->rows, .look = look, .user = overwriting};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_TRY(quire_given_rows_stream(&given, &stream, error));
    QUIRE_TRY(quire_row_writer_write(overwriting->session.writer, &stream, error));
    *rows = given.rows;
    return 0;
}

/* --- The commit ------------------------------------------------------------------------------ */

static int commit(struct overwriting *overwriting, struct quire_table_change_result *result,
                  struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf parameters = {0}, metrics = {0};
    struct quire_change_session *session = &overwriting->session;
    const struct quire_parameter said[] = {
        {"mode", "Overwrite", QUIRE_PARAMETER_TEXT},
        {"predicate", overwriting->where, QUIRE_PARAMETER_TEXT},
    };
    const struct quire_metric numbers[] = {
        {"numFiles", session->written.files},
        {"numOutputRows", result->rows_inserted},
        {"numOutputBytes", session->written.bytes},
        {"numRemovedFiles", result->files_removed},
        {"numRemovedBytes", overwriting->files.totals.bytes_removed},
        {"numDeletedRows", result->rows_deleted},
        {"numCopiedRows", result->rows_copied},
        {"numAddedChangeFiles", result->change_files},
    };
    if (quire_parameters_write(said, sizeof(said) / sizeof(said[0]), &parameters) != 0 ||
        quire_metrics_write(numbers, sizeof(numbers) / sizeof(numbers[0]), &metrics) != 0)
        return quire_fail_memory(error, "overwrite");
    const struct quire_commit_info info = {.operation = "WRITE",
                                           .parameters = (const char *)parameters.data,
                                           .metrics = (const char *)metrics.data};
    return quire_change_session_commit(session, &info, result, error);
}

static int replace_rows(struct overwriting *overwriting, struct quire_table_change_result *result,
                        struct quire_error *error)
{
    struct quire_change_session *session = &overwriting->session;
    struct quire_file_rewrite *files = &overwriting->files;
    QUIRE_TRY(quire_file_rewrite_find(files, error));
    if (!session->vectors && quire_file_rewrite_is_partial(files))
        QUIRE_TRY(quire_change_session_tell(session, error));
    QUIRE_TRY(write_rows(overwriting, &result->rows_inserted, error));
    QUIRE_TRY(quire_file_rewrite_apply(files, session->writer, session->changes, "delete", error));
    QUIRE_TRY(quire_change_session_finish(session, result, error));
    result->rows_deleted = files->totals.matched;
    result->rows_copied = files->totals.copied;
    result->files_removed = files->totals.files_removed;
    result->vectors_written = files->totals.vectors_added + files->totals.vectors_replaced;
    return commit(overwriting, result, error);
}

static int open_schema(struct overwriting *overwriting, struct quire_error *error)
{
    const struct quire_transaction *transaction = overwriting->session.transaction;
    const struct quire_row_rules_source source = {
        .verb = "overwrite",
        .metadata = quire_transaction_next_metadata(transaction),
        .protocol = quire_transaction_next_protocol(transaction),
        .schema = &overwriting->schema,
    };
    QUIRE_TRY(quire_delta_schema(source.metadata, source.protocol, QUIRE_DELTA_LOGICAL,
                                 &overwriting->schema, error));
    if (overwriting->where == NULL) return 0;
    return quire_row_rules_open(&source, &overwriting->rules, error);
}

static int overwrite(void *request, const struct quire_table_change_options *options,
                     struct quire_table_change_result *result, struct quire_error *error)
{
    struct overwriting *overwriting = request;
    struct quire_change_session *session = &overwriting->session;
    const char *where = overwriting->where;
    if (options->overwrite_schema && where != NULL)
        return quire_fail(error, QUIRE_USAGE, "overwrite",
                          "rows that stay have the columns that the table has");
    session->given = overwriting->rows;
    session->evolves = true;
    QUIRE_TRY(
        quire_row_condition_open(where != NULL ? where : "true", &overwriting->condition, error));
    overwriting->matcher = quire_row_condition_matcher(overwriting->condition);
    QUIRE_TRY(
        quire_change_session_open(overwriting->url, "overwrite", options, session, result, error));
    if (result->skipped) return 0;
    QUIRE_TRY(open_schema(overwriting, error));
    overwriting->files.transaction = session->transaction;
    overwriting->files.options =
        (struct quire_file_rewrite_options){.matcher = &overwriting->matcher,
                                            .where = where,
                                            .where_is_all = true,
                                            .vectors = session->vectors,
                                            .tracking = session->tracking,
                                            .uncounted = where == NULL,
                                            .context = options->context};
    quire_transaction_reads(session->transaction, where);
    return replace_rows(overwriting, result, error);
}

int quire_table_overwrite(const char *url, struct ArrowArrayStream *rows, const char *where,
                          const struct quire_table_change_options *options,
                          struct quire_table_change_result *result, struct quire_error *error)
{
    QUIRE_CLEANUP(release)
    struct overwriting overwriting = {.url = url, .rows = rows, .where = where};
    return quire_change_call(overwrite, &overwriting, url, options, result, error);
}
