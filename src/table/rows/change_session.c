#include "table/rows/change_session.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/schema/metadata_change.h"
#include "table/schema/schema_evolve.h"
#include "table/schema/schema_replace.h"
#include "table/schema/table_features.h"
#include "table/table_create.h"

#define VECTORS_FEATURE  "deletionVectors"
#define VECTORS_PROPERTY "delta.enableDeletionVectors"
#define CHANGES_FEATURE  "changeDataFeed"

static bool is_true(const struct quire_snapshot *snapshot, const char *property)
{
    const char *value = quire_snapshot_property(snapshot, property);
    return value != NULL && strcmp(value, "true") == 0;
}

int quire_change_check(const struct quire_transaction *transaction, struct quire_error *error)
{
    QUIRE_TRY(quire_features_check_write(transaction->base, transaction->options.verb, error));
    if (!is_true(transaction->base, "delta.appendOnly")) return 0;
    return quire_fail(error, QUIRE_UNSUPPORTED, transaction->options.verb,
                      "the table only takes rows more (delta.appendOnly is true)");
}

/* --- Features -------------------------------------------------------------------------------- */

static void release_change(struct quire_metadata_change *change)
{
    quire_metadata_change_release(change);
}

/* The commit carries what the protocol and the properties lack for what it does. */
static int negotiate(struct quire_change_session *session, struct quire_error *error)
{
    struct quire_transaction *transaction = session->transaction;
    QUIRE_CLEANUP(release_change) struct quire_metadata_change change = {.root = NULL};
    session->telling = quire_change_data_is_on(transaction->base);
    session->vectors = is_true(transaction->base, VECTORS_PROPERTY);
    QUIRE_TRY(quire_metadata_change_open(&transaction->metadata, &transaction->protocol,
                                         transaction->read_version < 0, &change, error));
    if (session->options.deletion_vectors && !session->vectors) {
        session->vectors = true;
        QUIRE_TRY(quire_metadata_change_set(&change, VECTORS_PROPERTY, "true", error));
    }
    if (session->telling) QUIRE_TRY(quire_metadata_change_raise(&change, CHANGES_FEATURE, error));
    if (session->vectors) QUIRE_TRY(quire_metadata_change_raise(&change, VECTORS_FEATURE, error));
    bool changed = change.changed_metadata || change.changed_protocol;
    return changed ? quire_metadata_change_commit(&change, transaction, error) : 0;
}

/* --- Rows that come -------------------------------------------------------------------------- */

static int check_given(const struct quire_change_session *session, const char *verb,
                       struct quire_error *error)
{
    const struct quire_table_change_options *options = &session->options;
    if (options->create != NULL && session->given == NULL)
        return quire_fail(error, QUIRE_USAGE, verb, "no rows come that a table could be made for");
    if ((options->overwrite_schema || options->evolve != QUIRE_TABLE_EVOLVE_OFF) &&
        !session->evolves)
        return quire_fail(error, QUIRE_USAGE, verb, "the schema of the table cannot be changed");
    return 0;
}

static int open_transaction(struct quire_change_session *session, const char *url, const char *verb,
                            struct quire_error *error)
{
    const struct quire_table_change_options *options = &session->options;
    const struct quire_transaction_options how = {.verb = verb,
                                                  .app = options->app,
                                                  .app_version = options->app_version,
                                                  .durability = options->durability,
                                                  .no_auto_compact = options->no_auto_compact,
                                                  .info = options->info};
    QUIRE_TRY(check_given(session, verb, error));
    QUIRE_TRY(quire_table_create_or_open(url, session->given, options->create, &how,
                                         &session->transaction, error));
    if (options->create_only && session->transaction->read_version >= 0)
        return quire_fail(error, QUIRE_CONFLICT, verb, "there is a table already");
    return 0;
}

/* The table's schema becomes what the rows ask for. */
static int evolve(struct quire_change_session *session, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    const struct quire_table_change_options *options = &session->options;
    if (!options->overwrite_schema && options->evolve == QUIRE_TABLE_EVOLVE_OFF) return 0;
    if (session->transaction->read_version < 0) return 0; /* it is theirs */
    QUIRE_TRY(quire_stream_schema(session->given, &schema, error));
    if (options->overwrite_schema)
        return quire_schema_replace(session->transaction, &schema, error);
    return quire_schema_evolve(session->transaction, &schema, options->evolve, error);
}

/* --- A session ------------------------------------------------------------------------------- */

int quire_change_session_open(const char *url, const char *verb,
                              const struct quire_table_change_options *options,
                              struct quire_change_session *session,
                              struct quire_table_change_result *result, struct quire_error *error)
{
    session->options = *options;
    session->writing = (struct quire_row_writer_options){.compression = options->compression,
                                                         .context = options->context,
                                                         .regenerate = session->regenerates,
                                                         .limits = options->limits};
    QUIRE_TRY(open_transaction(session, url, verb, error));
    QUIRE_TRY(quire_change_check(session->transaction, error));
    QUIRE_TRY(quire_row_tracking_of(session->transaction->base, verb, &session->tracking, error));
    session->writing.tracking = session->tracking;
    result->version = session->transaction->read_version;
    result->skipped = session->transaction->skipped;
    if (result->skipped) return 0;
    QUIRE_TRY(negotiate(session, error));
    QUIRE_TRY(evolve(session, error));
    return quire_row_writer_open(session->transaction, &session->writing, &session->writer, error);
}

void quire_change_session_close(struct quire_change_session *session)
{
    quire_row_writer_close(session->writer);
    quire_change_data_close(session->changes);
    quire_transaction_close(session->transaction);
}

int quire_change_session_tell(struct quire_change_session *session, struct quire_error *error)
{
    if (!session->telling || session->changes != NULL) return 0;
    return quire_change_data_open(session->transaction, &session->writing, &session->changes,
                                  error);
}

int quire_change_session_finish(struct quire_change_session *session,
                                struct quire_table_change_result *result, struct quire_error *error)
{
    QUIRE_TRY(quire_row_writer_finish(session->writer, &session->written, error));
    result->files_added = session->written.files;
    if (session->changes == NULL) return 0;
    return quire_change_data_finish(session->changes, &result->change_files, error);
}

int quire_change_session_commit(struct quire_change_session *session,
                                const struct quire_commit_info *info,
                                struct quire_table_change_result *result, struct quire_error *error)
{
    const bool creates = session->transaction->read_version < 0;
    struct quire_error failed;
    quire_error_clear(&failed);
    int code = quire_transaction_commit(session->transaction, info, &result->version, &failed);
    result->skipped = session->transaction->skipped;
    result->created = code == 0 && creates;
    if (code == 0) return 0;
    if (code == QUIRE_EXISTS && creates && !session->transaction->may_stand) {
        quire_fail(error, QUIRE_CONFLICT, session->transaction->options.verb,
                   "another writer made the table meanwhile; nothing was changed");
        quire_error_hint(error, "it can be run again, on the table that is there now");
        return QUIRE_CONFLICT;
    }
    if (error != NULL) *error = failed;
    return code;
}

int quire_change_call(quire_change_run *run, void *request, const char *url,
                      const struct quire_table_change_options *options,
                      struct quire_table_change_result *result, struct quire_error *error)
{
    static const struct quire_table_change_options none = {.app = NULL};
    struct quire_table_change_result made = {.version = -1};
    int code = run(request, options != NULL ? options : &none, &made, error);
    if (code != 0) {
        quire_error_path(error, url);
        return code;
    }
    if (made.skipped || made.unchanged)
        made = (struct quire_table_change_result){
            .version = made.version, .skipped = made.skipped, .unchanged = made.unchanged};
    if (result != NULL) *result = made;
    return 0;
}
