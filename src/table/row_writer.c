#include "table/row_writer.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/number.h"
#include "base/text.h"
#include "table/delta_nulls.h"
#include "table/delta_schema.h"
#include "table/row_rules.h"

#define STATS_COLUMNS 32 /* that statistics are kept of, unless a property says otherwise */

struct quire_row_writer {
    struct quire_transaction *transaction;
    struct ArrowSchema schema; /* of the table */
    struct quire_row_rules *rules;
    struct quire_data_writer *files;
    int64_t rows; /* that came */
};

/* --- Columns ------------------------------------------------------------------------------- */

/* The number of a column of the table by its name: exactly, else whatever the case; -1. */
static int64_t find_column(const struct ArrowSchema *table, const char *name)
{
    int64_t found = -1;
    for (int64_t i = 0; i < table->n_children; i++) {
        if (strcmp(table->children[i]->name, name) == 0) return i;
        if (quire_text_equal_ignore_case(table->children[i]->name, name)) found = i;
    }
    return found;
}

static int fail_column(const struct quire_row_writer *writer, const char *name, const char *what,
                       struct quire_error *error)
{
    quire_fail(error, QUIRE_INPUT, writer->transaction->options.verb,
               "the rows have a column \"%.200s\" that %s", name, what);
    quire_error_at(error, QUIRE_NOWHERE, name, QUIRE_NOWHERE);
    return QUIRE_INPUT;
}

/* Gives the columns of rows, and the fields of their structs, the table's spelling: names that
 * differ by case alone are one. */
static int spell_columns(const struct quire_row_writer *writer, const struct ArrowSchema *table,
                         struct ArrowSchema *given, bool outer, struct quire_error *error)
{
    bool by_name = strcmp(given->format, "+s") == 0 && strcmp(table->format, "+s") == 0;
    for (int64_t i = 0; i < given->n_children; i++) {
        struct ArrowSchema *child = given->children[i];
        int64_t number = by_name ? find_column(table, child->name) : i;
        if (number < 0 && outer)
            return fail_column(writer, child->name, "the table has not", error);
        if (number < 0 || number >= table->n_children) continue;
        const struct ArrowSchema *wanted = table->children[number];
        if (by_name) {
            /* Of one length: case is ignored for ASCII letters alone. */
            char *name = (char *)(uintptr_t)child->name;
            memcpy(name, wanted->name, strlen(name));
            for (int64_t j = 0; j < i; j++)
                if (strcmp(given->children[j]->name, name) == 0)
                    return fail_column(writer, name, "they have twice", error);
        }
        QUIRE_TRY(spell_columns(writer, wanted, child, false, error));
    }
    return 0;
}

/* --- Rows ---------------------------------------------------------------------------------- */

static int write_batch(struct quire_row_writer *writer, const struct ArrowSchema *given,
                       const struct ArrowSchema *cast, struct ArrowArray *read,
                       struct quire_error *error)
{
    const struct quire_cast_options exact = {.allow_null = false};
    struct ArrowArray batch = {.release = NULL};
    int code = quire_cast(given, read, cast, &exact, &batch, error);
    if (code != 0) {
        if (error != NULL && error->row != QUIRE_NOWHERE) error->row += writer->rows;
        return code;
    }
    code = quire_row_rules_apply(writer->rules, &batch, writer->rows, error);
    if (code != 0) {
        quire_array_release(&batch);
        return code;
    }
    writer->rows += read->length;
    return quire_data_writer_write(writer->files, &batch, error);
}

int quire_row_writer_write(struct quire_row_writer *writer, struct ArrowArrayStream *rows,
                           struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema source = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema given = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema cast = {.release = NULL};
    QUIRE_TRY(quire_stream_schema(rows, &source, error));
    QUIRE_TRY(quire_schema_copy(&source, &given, error));
    QUIRE_TRY(spell_columns(writer, &writer->schema, &given, true, error));
    QUIRE_TRY(quire_schema_copy(&writer->schema, &cast, error));
    QUIRE_TRY(quire_row_rules_begin(writer->rules, &given, &cast, error));
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray read = {.release = NULL};
        QUIRE_TRY(quire_stream_next(rows, &read, error));
        if (read.release == NULL) return 0;
        QUIRE_TRY(write_batch(writer, &given, &cast, &read, error));
    }
}

/* --- Opening ------------------------------------------------------------------------------- */

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
    const struct quire_row_rules_source asked = {.verb = writer->transaction->options.verb,
                                                 .metadata = &writer->transaction->metadata,
                                                 .protocol = &writer->transaction->protocol,
                                                 .schema = &writer->schema,
                                                 .regenerate = options->regenerate};
    QUIRE_TRY(quire_row_rules_open(&asked, &writer->rules, error));
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

int quire_row_writer_cut(struct quire_row_writer *writer, struct quire_error *error)
{
    return quire_data_writer_cut(writer->files, error);
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
    quire_row_rules_close(writer->rules);
    quire_schema_release(&writer->schema);
    quire_free(writer);
}
