/* Appending: the data files are written first, then one commit names them. */
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/table_write.h"
#include "table/row_writer.h"
#include "table/table_features.h"

static void close_transaction(struct quire_transaction **transaction)
{
    quire_transaction_close(*transaction);
}

static void close_writer(struct quire_row_writer **writer)
{
    quire_row_writer_close(*writer);
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

static int append(const char *url, struct ArrowArrayStream *rows,
                  const struct quire_table_append_options *options,
                  struct quire_table_append_result *result, struct quire_error *error)
{
    QUIRE_CLEANUP(close_transaction) struct quire_transaction *transaction = NULL;
    QUIRE_CLEANUP(close_writer) struct quire_row_writer *writer = NULL;
    const struct quire_transaction_options how = {.verb = "append",
                                                  .app = options->app,
                                                  .app_version = options->app_version,
                                                  .durability = options->durability};
    const struct quire_row_writer_options writing = {.compression = options->compression,
                                                     .context = options->context};
    struct quire_data_totals totals = {0, 0, 0};
    QUIRE_TRY(quire_transaction_open(url, &how, &transaction, error));
    QUIRE_TRY(quire_features_check_append(transaction->base, error));
    result->version = transaction->read_version;
    result->skipped = transaction->skipped;
    if (result->skipped) return 0;
    QUIRE_TRY(quire_row_writer_open(transaction, &writing, &writer, error));
    QUIRE_TRY(quire_row_writer_write(writer, rows, error));
    QUIRE_TRY(quire_row_writer_finish(writer, &totals, error));
    QUIRE_TRY(commit(transaction, &totals, &result->version, error));
    result->skipped = transaction->skipped;
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
