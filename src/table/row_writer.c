#include "table/row_writer.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "table/delta_nulls.h"
#include "table/delta_schema.h"

#define STATS_COLUMNS 32 /* that statistics are kept of, unless a property says otherwise */

struct quire_row_writer {
    struct quire_transaction *transaction;
    struct ArrowSchema schema; /* of the table */
    struct quire_data_writer *files;
    int64_t rows; /* that came */
};

/* Columns that the table has not. */
static int check_columns(const struct quire_row_writer *writer, const struct ArrowSchema *given,
                         struct quire_error *error)
{
    const struct ArrowSchema *table = &writer->schema;
    for (int64_t i = 0; i < given->n_children; i++) {
        bool found = false;
        for (int64_t j = 0; j < table->n_children && !found; j++)
            found = strcmp(given->children[i]->name, table->children[j]->name) == 0;
        if (found) continue;
        quire_fail(error, QUIRE_INPUT, writer->transaction->options.verb,
                   "the rows have a column \"%.200s\" that the table has not",
                   given->children[i]->name);
        quire_error_at(error, QUIRE_NOWHERE, given->children[i]->name, QUIRE_NOWHERE);
        return QUIRE_INPUT;
    }
    return 0;
}

/* Whether there are values that may not be null, which a cast looks after. Keys of maps have their
 * own rule. */
static bool forbids_null(const struct ArrowSchema *schema)
{
    const bool map = strcmp(schema->format, "+m") == 0;
    for (int64_t i = 0; i < schema->n_children; i++) {
        const struct ArrowSchema *child = schema->children[i];
        if (map && child->n_children == 2) child = child->children[1];
        if ((child->flags & ARROW_FLAG_NULLABLE) == 0 || forbids_null(child)) return true;
    }
    return false;
}

static int cast_batch(struct quire_row_writer *writer, const struct ArrowSchema *given,
                      struct ArrowArray *read, struct quire_error *error)
{
    const struct quire_cast_options exact = {.allow_null = false};
    struct ArrowArray batch = {.release = NULL};
    int code = quire_cast(given, read, &writer->schema, &exact, &batch, error);
    if (code != 0) {
        if (error != NULL && error->row != QUIRE_NOWHERE) error->row += writer->rows;
        return code;
    }
    writer->rows += read->length;
    return quire_data_writer_write(writer->files, &batch, error);
}

int quire_row_writer_write(struct quire_row_writer *writer, struct ArrowArrayStream *rows,
                           struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema given = {.release = NULL};
    QUIRE_TRY(quire_stream_schema(rows, &given, error));
    QUIRE_TRY(check_columns(writer, &given, error));
    /* Rows that are as the table has them are handed on. */
    bool as_they_are =
        quire_schema_equal(&given, &writer->schema, NULL) && !forbids_null(&writer->schema);
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray read = {.release = NULL};
        QUIRE_TRY(quire_stream_next(rows, &read, error));
        if (read.release == NULL) return 0;
        if (!as_they_are) {
            QUIRE_TRY(cast_batch(writer, &given, &read, error));
            continue;
        }
        struct ArrowArray batch = read;
        read.release = NULL;
        writer->rows += batch.length;
        QUIRE_TRY(quire_data_writer_write(writer->files, &batch, error));
    }
}

static int64_t stats_columns(const struct quire_snapshot *snapshot)
{
    const char *text = quire_snapshot_property(snapshot, "delta.dataSkippingNumIndexedCols");
    int64_t columns;
    if (text == NULL || !quire_number_parse_i64(text, strlen(text), &columns, NULL))
        return STATS_COLUMNS;
    return columns;
}

static int open_writer(struct quire_row_writer *writer,
                       const struct quire_row_writer_options *options, struct quire_error *error)
{
    const struct quire_snapshot *base = writer->transaction->base;
    QUIRE_TRY(quire_snapshot_schema(base, QUIRE_DELTA_LOGICAL, true, &writer->schema, error));
    QUIRE_TRY(quire_delta_nulls_forbid(&base->metadata.schema, &writer->schema, error));
    const struct quire_data_writer_options writing = {
        .url = base->place.url,
        .schema = &writer->schema,
        .partitions = &writer->transaction->metadata.partitions,
        .stats_columns = stats_columns(base),
        .compression = options->compression != NULL ? options->compression : "snappy",
        .durability = writer->transaction->options.durability,
        .context = options->context,
    };
    return quire_data_writer_open(&writing, &writer->files, error);
}

int quire_row_writer_open(struct quire_transaction *transaction,
                          const struct quire_row_writer_options *options,
                          struct quire_row_writer **writer, struct quire_error *error)
{
    struct quire_row_writer *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, transaction->options.verb);
    made->transaction = transaction;
    int code = open_writer(made, options, error);
    if (code == 0)
        *writer = made;
    else
        quire_row_writer_close(made);
    return code;
}

int quire_row_writer_finish(struct quire_row_writer *writer, struct quire_data_totals *totals,
                            struct quire_error *error)
{
    return quire_data_writer_finish(writer->files, &writer->transaction->lines, totals, error);
}

void quire_row_writer_close(struct quire_row_writer *writer)
{
    if (writer == NULL) return;
    if (writer->transaction->may_stand && writer->files != NULL)
        quire_data_writer_keep(writer->files);
    quire_data_writer_close(writer->files);
    quire_schema_release(&writer->schema);
    quire_free(writer);
}
