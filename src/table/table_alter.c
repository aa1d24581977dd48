/* Properties of a table that is there. */
#include "table/table_alter.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/json_text.h"
#include "table/commit/transaction_text.h"
#include "table/schema/table_features.h"
#include "table/schema/table_properties.h"

/* --- Alterations --------------------------------------------------------------------------- */

int quire_table_alteration_open(const char *url, const char *verb,
                                const struct quire_table_alter_options *options,
                                struct quire_table_alteration *alteration,
                                struct quire_error *error)
{
    const struct quire_transaction_options how = {
        .verb = verb, .durability = options != NULL ? options->durability : QUIRE_DURABILITY_FULL};
    QUIRE_TRY(quire_transaction_open(url, &how, &alteration->transaction, error));
    QUIRE_TRY(quire_features_check_write(alteration->transaction->base, verb, error));
    return quire_metadata_change_open(&alteration->transaction->metadata,
                                      &alteration->transaction->protocol, false,
                                      &alteration->change, error);
}

void quire_table_alteration_release(struct quire_table_alteration *alteration)
{
    quire_metadata_change_release(&alteration->change);
    quire_transaction_close(alteration->transaction);
    quire_buf_release(&alteration->parameters);
}

int quire_table_alteration_commit(struct quire_table_alteration *alteration, const char *operation,
                                  int64_t *version, struct quire_error *error)
{
    struct quire_transaction *transaction = alteration->transaction;
    const struct quire_commit_info info = {.operation = operation,
                                           .parameters = (const char *)alteration->parameters.data};
    *version = transaction->read_version;
    QUIRE_TRY(quire_metadata_change_commit(&alteration->change, transaction, error));
    if (transaction->next_metadata == NULL && transaction->next_protocol == NULL) return 0;
    return quire_transaction_commit(transaction, &info, version, error);
}

/* --- Properties ---------------------------------------------------------------------------- */

/* {"properties": "..."} of JSON, which is a text there. */
static int write_parameters(struct quire_table_alteration *alteration, const struct quire_buf *json,
                            struct quire_error *error)
{
    struct quire_json_writer writer = quire_json_writer_to(&alteration->parameters);
    quire_json_writer_begin_object(&writer);
    quire_json_writer_key(&writer, "properties");
    quire_json_writer_string_sized(&writer, (const char *)json->data, json->size);
    quire_json_writer_end_object(&writer);
    if (quire_json_writer_finish(&writer) != 0 || quire_buf_terminate(&alteration->parameters) != 0)
        return quire_fail_memory(error, "set property");
    return 0;
}

static int name_set(struct quire_table_alteration *alteration,
                    const struct quire_table_property *properties, size_t size,
                    struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf json = {0};
    struct quire_json_writer writer = quire_json_writer_to(&json);
    quire_json_writer_begin_object(&writer);
    for (size_t i = 0; i < size; i++) {
        quire_json_writer_key(&writer, properties[i].name);
        quire_json_writer_string(&writer, properties[i].value);
    }
    quire_json_writer_end_object(&writer);
    if (quire_json_writer_finish(&writer) != 0) return quire_fail_memory(error, "set property");
    return write_parameters(alteration, &json, error);
}

static int name_unset(struct quire_table_alteration *alteration, const char *const *names,
                      size_t size, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf json = {0};
    struct quire_json_writer writer = quire_json_writer_to(&json);
    quire_json_writer_begin_array(&writer);
    for (size_t i = 0; i < size; i++)
        quire_json_writer_string(&writer, names[i]);
    quire_json_writer_end_array(&writer);
    if (quire_json_writer_finish(&writer) != 0) return quire_fail_memory(error, "unset property");
    return write_parameters(alteration, &json, error);
}

static int add_again(void *user, const struct quire_add *add, struct quire_error *error)
{
    struct quire_transaction *transaction = user;
    struct quire_add again = *add;
    if (add->base_row_id != QUIRE_LOG_NONE) return 0;
    again.data_change = false;
    return quire_transaction_readd(transaction, &again, error);
}

/* Rows that are there get ids, too, before the table says that all have them. */
static int give_row_ids(struct quire_table_alteration *alteration, struct quire_error *error)
{
    struct quire_transaction *transaction = alteration->transaction;
    const char *before = quire_snapshot_property(transaction->base, "delta.enableRowTracking");
    const char *after = quire_metadata_change_get(&alteration->change, "delta.enableRowTracking");
    bool was = before != NULL && strcmp(before, "true") == 0;
    if (was || after == NULL || strcmp(after, "true") != 0) return 0;
    if (!quire_rows_are_tracked(&alteration->change.metadata, &alteration->change.protocol))
        return quire_fail(error, QUIRE_USAGE, "set property",
                          "rows get no ids while delta.rowTrackingSuspended is true");
    quire_transaction_reads(transaction, NULL);
    return quire_snapshot_each_file(transaction->base, add_again, transaction, error);
}

static int set(const char *url, const struct quire_table_property *properties, size_t size,
               const struct quire_table_alter_options *options, int64_t *version,
               struct quire_error *error)
{
    QUIRE_CLEANUP(quire_table_alteration_release)
    struct quire_table_alteration alteration = {.transaction = NULL};
    QUIRE_TRY(quire_table_alteration_open(url, "set properties", options, &alteration, error));
    for (size_t i = 0; i < size; i++)
        QUIRE_TRY(quire_table_properties_set(&alteration.change, properties[i].name,
                                             properties[i].value, error));
    QUIRE_TRY(give_row_ids(&alteration, error));
    QUIRE_TRY(name_set(&alteration, properties, size, error));
    return quire_table_alteration_commit(&alteration, "SET TBLPROPERTIES", version, error);
}

int quire_table_property_set(const char *url, const struct quire_table_property *properties,
                             size_t properties_size,
                             const struct quire_table_alter_options *options, int64_t *version,
                             struct quire_error *error)
{
    int64_t ignored;
    int code =
        set(url, properties, properties_size, options, version != NULL ? version : &ignored, error);
    quire_error_path(code != 0 ? error : NULL, url);
    return code;
}

static int unset(const char *url, const char *const *names, size_t size,
                 const struct quire_table_alter_options *options, int64_t *version,
                 struct quire_error *error)
{
    QUIRE_CLEANUP(quire_table_alteration_release)
    struct quire_table_alteration alteration = {.transaction = NULL};
    QUIRE_TRY(quire_table_alteration_open(url, "unset properties", options, &alteration, error));
    for (size_t i = 0; i < size; i++)
        QUIRE_TRY(quire_table_properties_unset(&alteration.change, names[i], error));
    QUIRE_TRY(name_unset(&alteration, names, size, error));
    return quire_table_alteration_commit(&alteration, "UNSET TBLPROPERTIES", version, error);
}

int quire_table_property_unset(const char *url, const char *const *names, size_t names_size,
                               const struct quire_table_alter_options *options, int64_t *version,
                               struct quire_error *error)
{
    int64_t ignored;
    int code = unset(url, names, names_size, options, version != NULL ? version : &ignored, error);
    quire_error_path(code != 0 ? error : NULL, url);
    return code;
}
