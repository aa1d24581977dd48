/* Appending: the data files are written first, then one commit names them. */
#include "table/table_append.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/text.h"
#include "table/rows/row_writer.h"
#include "table/schema/schema_evolve.h"
#include "table/schema/table_features.h"
#include "table/table_create.h"

static void close_transaction(struct quire_transaction **transaction)
{
    quire_transaction_close(*transaction);
}

static void close_writer(struct quire_row_writer **writer)
{
    quire_row_writer_close(*writer);
}

static int evolve(struct quire_transaction *transaction, struct ArrowArrayStream *rows,
                  enum quire_table_evolve how, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    if (how == QUIRE_TABLE_EVOLVE_OFF || transaction->read_version < 0) return 0;
    QUIRE_TRY(quire_stream_schema(rows, &schema, error));
    return quire_schema_evolve(transaction, &schema, how, error);
}

static int commit(struct quire_transaction *transaction, const struct quire_data_totals *totals,
                  int64_t *version, struct quire_error *error)
{
    char metrics[160];
    snprintf(metrics, sizeof(metrics),
             "{\"numFiles\":\"%" PRId64 "\",\"numOutputRows\":\"%" PRId64
             "\",\"numOutputBytes\":\"%" PRId64 "\"}",
             totals->files, totals->rows, totals->bytes);
    const struct quire_commit_info info = {
        .operation = "WRITE", .parameters = "{\"mode\":\"Append\"}", .metrics = metrics};
    return quire_transaction_commit(transaction, &info, version, error);
}

/* --- A table that another writer made first -------------------------------------------------- */

static bool bytes_equal(const struct quire_bytes *a, const struct quire_bytes *b)
{
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

/* Whether files that were written for one table are such as the other has, too. */
static bool files_fit(const struct quire_metadata_action *made,
                      const struct quire_metadata_action *other)
{
    static const char constraints[] = "delta.constraints.";
    if (!bytes_equal(&made->schema, &other->schema)) return false;
    if (made->partitions.size != other->partitions.size) return false;
    /* Values of identity columns that were given here are the other's to give. */
    if (memmem(made->schema.data, made->schema.size, QUIRE_IDENTITY_STEP,
               strlen(QUIRE_IDENTITY_STEP)) != NULL)
        return false;
    for (size_t i = 0; i < made->partitions.size; i++)
        if (!bytes_equal(&made->partitions.items[i], &other->partitions.items[i])) return false;
    for (size_t i = 0; i < other->configuration.size; i++)
        if (quire_text_starts_with((const char *)other->configuration.items[i].key.data,
                                   constraints))
            return false;
    return true;
}

/* Commits the files of a creation that was lost to the table that is there. */
static int commit_to_other(const char *url, struct quire_transaction *lost,
                           const struct quire_data_totals *totals,
                           struct quire_table_append_result *result, struct quire_error *error)
{
    QUIRE_CLEANUP(close_transaction) struct quire_transaction *other = NULL;
    QUIRE_TRY(quire_transaction_open(url, &lost->options, &other, error));
    QUIRE_TRY(quire_features_check_write(other->base, "append", error));
    other->begun_ms = lost->begun_ms;
    result->version = other->read_version;
    result->skipped = other->skipped;
    if (other->skipped) return 0;
    if (!files_fit(&lost->metadata, &other->metadata)) {
        int code = quire_fail(error, QUIRE_CONFLICT, "append",
                              "another writer made the table meanwhile, with other columns, "
                              "partitions or constraints; nothing was changed");
        quire_error_hint(error, "the append can be run again, on the table that is there now");
        return code;
    }
    if (quire_buf_append(&other->lines, lost->lines.data, lost->lines.size) != 0)
        return quire_fail_memory(error, "append");
    int code = commit(other, totals, &result->version, error);
    result->skipped = other->skipped;
    lost->may_stand = other->may_stand; /* which its files are kept by */
    result->may_stand = other->may_stand;
    return code;
}

static int commit_files(const char *url, struct quire_transaction *transaction,
                        const struct quire_data_totals *totals,
                        struct quire_table_append_result *result, struct quire_error *error)
{
    struct quire_error failed;
    quire_error_clear(&failed);
    int code = commit(transaction, totals, &result->version, &failed);
    result->may_stand = transaction->may_stand;
    if (code == QUIRE_EXISTS && transaction->read_version < 0 && !transaction->may_stand)
        return commit_to_other(url, transaction, totals, result, error);
    if (code != 0 && error != NULL) *error = failed;
    result->created = code == 0 && transaction->read_version < 0;
    result->skipped = transaction->skipped;
    return code;
}

static struct quire_transaction_options
transaction_options(const struct quire_table_append_options *options)
{
    return (struct quire_transaction_options){.verb = "append",
                                              .app = options->app,
                                              .app_version = options->app_version,
                                              .durability = options->durability,
                                              .no_auto_compact = options->no_auto_compact,
                                              .info = options->info};
}

static int append(const char *url, struct ArrowArrayStream *rows,
                  const struct quire_table_append_options *options,
                  struct quire_table_append_result *result, struct quire_error *error)
{
    QUIRE_CLEANUP(close_transaction) struct quire_transaction *transaction = NULL;
    QUIRE_CLEANUP(close_writer) struct quire_row_writer *writer = NULL;
    const struct quire_transaction_options how = transaction_options(options);
    const struct quire_row_writer_options writing = {.compression = options->compression,
                                                     .context = options->context,
                                                     .limits = options->limits,
                                                     .renumbers = true};
    struct quire_data_totals totals = {0, 0, 0};
    QUIRE_TRY(quire_table_create_or_open(url, rows, options->create, &how, &transaction, error));
    QUIRE_TRY(quire_features_check_write(transaction->base, "append", error));
    result->version = transaction->read_version;
    result->skipped = transaction->skipped;
    if (result->skipped) return 0;
    QUIRE_TRY(evolve(transaction, rows, options->evolve, error));
    QUIRE_TRY(quire_row_writer_open(transaction, &writing, &writer, error));
    QUIRE_TRY(quire_row_writer_write(writer, rows, error));
    QUIRE_TRY(quire_row_writer_finish(writer, &totals, error));
    QUIRE_TRY(commit_files(url, transaction, &totals, result, error));
    if (result->skipped) return 0;
    result->rows = totals.rows;
    result->files = totals.files;
    result->bytes = totals.bytes;
    return 0;
}

int quire_table_append(const char *url, struct ArrowArrayStream *rows,
                       const struct quire_table_append_options *options,
                       struct quire_table_append_result *result, struct quire_error *error)
{
    static const struct quire_table_append_options none = {.app = NULL};
    struct quire_table_append_result ignored = {0};
    if (result == NULL) result = &ignored;
    *result = (struct quire_table_append_result){0};
    int code = append(url, rows, options != NULL ? options : &none, result, error);
    if (code != 0) quire_error_path(error, url);
    return code;
}

static int append_none(const char *url, const struct quire_table_append_options *options,
                       struct quire_table_append_result *result, struct quire_error *error)
{
    QUIRE_CLEANUP(close_transaction) struct quire_transaction *transaction = NULL;
    const struct quire_transaction_options how = transaction_options(options);
    const struct quire_data_totals totals = {0, 0, 0};
    QUIRE_TRY(quire_transaction_open(url, &how, &transaction, error));
    QUIRE_TRY(quire_features_check_write(transaction->base, "append", error));
    result->version = transaction->read_version;
    result->skipped = transaction->skipped;
    return result->skipped ? 0 : commit_files(url, transaction, &totals, result, error);
}

int quire_table_append_none(const char *url, const struct quire_table_append_options *options,
                            struct quire_table_append_result *result, struct quire_error *error)
{
    *result = (struct quire_table_append_result){0};
    int code = append_none(url, options, result, error);
    if (code != 0) quire_error_path(error, url);
    return code;
}
