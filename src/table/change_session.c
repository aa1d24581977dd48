#include "table/change_session.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "table/protocol_upgrade.h"
#include "table/table_features.h"

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
    QUIRE_TRY(quire_features_check_append(transaction->base, error));
    if (!is_true(transaction->base, "delta.appendOnly")) return 0;
    return quire_fail(error, QUIRE_UNSUPPORTED, transaction->options.verb,
                      "the table only takes rows more (delta.appendOnly is true)");
}

/* Rows that are copied keep their ids, which this build does not write. */
static int check_row_ids(const struct quire_transaction *transaction, struct quire_error *error)
{
    if (!is_true(transaction->base, "delta.enableRowTracking")) return 0;
    return quire_fail(error, QUIRE_UNSUPPORTED, transaction->options.verb,
                      "the table uses what this build cannot write: ids of rows that are copied "
                      "(row tracking)");
}

/* --- Features -------------------------------------------------------------------------------- */

/* The metadata with a property set. */
static int set_property(struct quire_change_session *session, const char *name,
                        struct quire_error *error)
{
    struct quire_transaction *transaction = session->transaction;
    struct quire_metadata_action metadata = transaction->metadata;
    struct quire_pairs *set = &metadata.configuration;
    struct quire_pair *items = quire_arena_alloc(&session->arena, (set->size + 1) * sizeof(*items));
    if (items == NULL) return quire_fail_memory(error, transaction->options.verb);
    size_t size = 0;
    for (size_t i = 0; i < set->size; i++)
        if (!quire_bytes_equal_text(&set->items[i].key, name)) items[size++] = set->items[i];
    items[size++] =
        (struct quire_pair){{(const uint8_t *)name, strlen(name)}, {(const uint8_t *)"true", 4}};
    *set = (struct quire_pairs){items, size};
    return quire_transaction_metadata(transaction, &metadata, error);
}

/* The commit carries what the protocol and the properties lack for what it does. */
static int negotiate(struct quire_change_session *session, struct quire_error *error)
{
    struct quire_transaction *transaction = session->transaction;
    struct quire_protocol protocol = transaction->protocol;
    bool raised = false;
    int code = 0;
    session->telling = quire_change_data_is_on(transaction->base);
    session->vectors = is_true(transaction->base, VECTORS_PROPERTY);
    if (session->options.deletion_vectors && !session->vectors) {
        session->vectors = true;
        QUIRE_TRY(set_property(session, VECTORS_PROPERTY, error));
    }
    if (session->telling && !quire_protocol_has(&protocol, CHANGES_FEATURE)) {
        raised = true;
        code = quire_protocol_add(&protocol, CHANGES_FEATURE, false, &session->arena);
    }
    if (code == 0 && session->vectors && !quire_protocol_has(&protocol, VECTORS_FEATURE)) {
        raised = true;
        code = quire_protocol_add(&protocol, VECTORS_FEATURE, true, &session->arena);
    }
    if (code != 0) return quire_fail_memory(error, transaction->options.verb);
    return raised ? quire_transaction_protocol(transaction, &protocol, error) : 0;
}

/* --- A session ------------------------------------------------------------------------------- */

int quire_change_session_open(const char *url, const char *verb,
                              const struct quire_table_change_options *options,
                              struct quire_change_session *session,
                              struct quire_table_change_result *result, struct quire_error *error)
{
    session->options = *options;
    const struct quire_transaction_options how = {.verb = verb,
                                                  .app = options->app,
                                                  .app_version = options->app_version,
                                                  .durability = options->durability};
    session->writing = (struct quire_row_writer_options){.compression = options->compression,
                                                         .context = options->context};
    QUIRE_TRY(quire_transaction_open(url, &how, &session->transaction, error));
    QUIRE_TRY(quire_change_check(session->transaction, error));
    QUIRE_TRY(check_row_ids(session->transaction, error));
    result->version = session->transaction->read_version;
    result->skipped = session->transaction->skipped;
    if (result->skipped) return 0;
    QUIRE_TRY(negotiate(session, error));
    return quire_row_writer_open(session->transaction, &session->writing, &session->writer, error);
}

void quire_change_session_close(struct quire_change_session *session)
{
    quire_row_writer_close(session->writer);
    quire_change_data_close(session->changes);
    quire_transaction_close(session->transaction);
    quire_arena_release(&session->arena);
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
    QUIRE_TRY(quire_transaction_commit(session->transaction, info, &result->version, error));
    result->skipped = session->transaction->skipped;
    return 0;
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
