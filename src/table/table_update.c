/* Updating: rows are taken out of their files, changed, and written to new ones with those of the
 * same files that stay as they are. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "table/commit/rewrite_commit.h"
#include "table/rows/row_assign.h"
#include "table/rows/row_rules.h"
#include "table/schema/delta_schema.h"

struct updating {
    const char *url;
    const struct quire_table_assignment *set;
    size_t set_size;
    const char *where;
    struct quire_change_session session;
    struct quire_row_condition *condition;
    struct quire_row_assign *assign;
    struct quire_row_changer changer; /* its */
    struct ArrowSchema schema;        /* of the table's rows */
    struct quire_row_rules *rules;
    struct quire_file_rewrite files;
};

static void release(struct updating *updating)
{
    quire_file_rewrite_close(&updating->files);
    quire_change_session_close(&updating->session);
    quire_row_condition_close(updating->condition);
    quire_row_assign_close(updating->assign);
    quire_row_rules_close(updating->rules);
    quire_schema_release(&updating->schema);
}

/* --- Rows ------------------------------------------------------------------------------------ */

static bool is_set(const void *user, const char *column)
{
    const struct updating *updating = user;
    for (size_t i = 0; i < updating->set_size; i++)
        if (quire_text_equal_ignore_case(updating->set[i].column, column)) return true;
    return false;
}

static int bind_rows(void *user, const struct ArrowSchema *schema, struct quire_error *error)
{
    struct updating *updating = user;
    const struct quire_transaction *transaction = updating->session.transaction;
    const struct quire_row_rules_source source = {
        .verb = "update",
        .metadata = quire_transaction_next_metadata(transaction),
        .protocol = quire_transaction_next_protocol(transaction),
        .schema = &updating->schema,
    };
    QUIRE_TRY(updating->changer.bind(updating->changer.user, schema, error));
    if (updating->rules != NULL) return 0; /* there is one schema only */
    QUIRE_TRY(quire_schema_copy(schema, &updating->schema, error));
    QUIRE_TRY(quire_row_rules_open(&source, &updating->rules, error));
    quire_row_rules_begin_changed(updating->rules, is_set, updating);
    return 0;
}

/* Sets columns, then those that the table generates from them: one that is set itself must be what
 * its expression gives. */
static int change_rows(void *user, struct ArrowArray *rows, struct ArrowArray *changed,
                       struct quire_error *error)
{
    struct updating *updating = user;
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray set = {.release = NULL};
    QUIRE_TRY(updating->changer.change(updating->changer.user, rows, &set, error));
    QUIRE_TRY(quire_row_rules_complete(updating->rules, &set, error));
    *changed = set;
    set.release = NULL;
    return 0;
}

/* Values of identity columns stay with their rows. */
static int check_set(const struct updating *updating, struct quire_error *error)
{
    const struct quire_identities *all = quire_row_writer_identities(updating->session.writer);
    for (size_t i = 0; i < updating->set_size; i++) {
        const char *name = updating->set[i].column;
        if (quire_identities_find(all, name) == NULL) continue;
        quire_fail(error, QUIRE_USAGE, "update",
                   "the values of an identity column are not changed");
        quire_error_at(error, QUIRE_NOWHERE, name, QUIRE_NOWHERE);
        return QUIRE_USAGE;
    }
    return 0;
}

static int rewrite(struct updating *updating, struct quire_table_change_result *result,
                   struct quire_error *error)
{
    struct quire_change_session *session = &updating->session;
    struct quire_file_rewrite *files = &updating->files;
    const struct quire_row_changer *changer = files->options.changer;
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    /* What is set must fit whether rows are found or not. */
    QUIRE_TRY(quire_snapshot_schema(session->transaction->base, QUIRE_DELTA_LOGICAL, true, &schema,
                                    error));
    QUIRE_TRY(changer->bind(changer->user, &schema, error));
    QUIRE_TRY(quire_file_rewrite_find(files, error));
    result->unchanged = files->totals.matched == 0;
    if (result->unchanged) return 0;
    QUIRE_TRY(quire_change_session_tell(session, error));
    QUIRE_TRY(quire_file_rewrite_apply(files, session->writer, session->changes, "update_preimage",
                                       error));
    QUIRE_TRY(quire_change_session_finish(session, result, error));
    result->rows_updated = files->totals.matched;
    result->rows_copied = files->totals.copied;
    result->files_removed = files->totals.files_removed;
    result->vectors_written = files->totals.vectors_added + files->totals.vectors_replaced;
    const struct quire_rewrite_commit commit = {.operation = "UPDATE",
                                                .counts = "numUpdatedRows",
                                                .where = updating->where,
                                                .totals = &files->totals};
    return quire_rewrite_commit(&updating->session, &commit, result, error);
}

static int update(void *request, const struct quire_table_change_options *options,
                  struct quire_table_change_result *result, struct quire_error *error)
{
    struct updating *updating = request;
    struct quire_change_session *session = &updating->session;
    QUIRE_TRY(quire_row_condition_open(updating->where, &updating->condition, error));
    QUIRE_TRY(quire_row_assign_open(updating->set, updating->set_size, &updating->assign, error));
    session->regenerates = true;
    QUIRE_TRY(quire_change_session_open(updating->url, "update", options, session, result, error));
    if (result->skipped) return 0;
    QUIRE_TRY(check_set(updating, error));
    const struct quire_row_matcher matcher = quire_row_condition_matcher(updating->condition);
    const struct quire_row_changer changer = {bind_rows, change_rows, updating};
    updating->changer = quire_row_assign_changer(updating->assign);
    updating->files.transaction = session->transaction;
    updating->files.options =
        (struct quire_file_rewrite_options){.matcher = &matcher,
                                            .changer = &changer,
                                            .where = quire_row_condition_text(updating->where),
                                            .where_is_all = true,
                                            .vectors = session->vectors,
                                            .tracking = session->tracking,
                                            .context = options->context};
    quire_transaction_reads(session->transaction, updating->files.options.where);
    return rewrite(updating, result, error);
}

int quire_table_update(const char *url, const struct quire_table_assignment *set, size_t set_size,
                       const char *where, const struct quire_table_change_options *options,
                       struct quire_table_change_result *result, struct quire_error *error)
{
    QUIRE_CLEANUP(release)
    struct updating updating = {.url = url, .set = set, .set_size = set_size, .where = where};
    return quire_change_call(update, &updating, url, options, result, error);
}
