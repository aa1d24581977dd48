/* Finishing a writer of rows: the commit says how far identity columns are. Where another writer
 * gave values first, the rows are written once more, with those that follow. */
#include "base/cleanup.h"
#include "base/fail.h"
#include "table/files/written_files.h"
#include "table/rows/row_writer_private.h"
#include "table/table_read.h"

static int shift_batch(const struct quire_identities *given, struct quire_identities *follow,
                       struct ArrowArray *batch, struct quire_error *error)
{
    for (size_t i = 0; i < given->size; i++)
        if (given->items[i].generated > 0)
            QUIRE_TRY(quire_identity_shift(&given->items[i], &follow->items[i], batch, error));
    return 0;
}

/* Takes the batch. */
static int write_batch(struct ArrowArrayStream *read, struct ArrowArray *batch,
                       struct quire_row_writer *writer, struct quire_error *error)
{
    struct ArrowSchema schema = {.release = NULL};
    struct ArrowArrayStream stream = {.release = NULL};
    int code = quire_stream_schema(read, &schema, error);
    if (code == 0) code = quire_stream_of_batches(&schema, batch, 1, &stream, error);
    if (code == 0) code = quire_row_writer_copy(writer, &stream, error);
    quire_stream_release(&stream);
    quire_schema_release(&schema);
    quire_array_release(batch);
    return code;
}

static int renumber_file(const struct quire_identities *given,
                         const struct quire_transaction *transaction, const struct quire_add *add,
                         struct quire_context *context, struct quire_row_writer *writer,
                         struct quire_error *error)
{
    const struct quire_files_wanted wanted = {.files = add, .size = 1};
    const struct quire_table_read_options options = {.context = context};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_TRY(quire_snapshot_read(transaction->base, &wanted, &options, &stream, error));
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&stream, &batch, error));
        if (batch.release == NULL) return quire_row_writer_cut(writer, error);
        int code = shift_batch(given, quire_row_writer_identities(writer), &batch, error);
        if (code != 0) quire_array_release(&batch);
        QUIRE_TRY(code);
        QUIRE_TRY(write_batch(&stream, &batch, writer, error));
    }
}

/* Reads the files, where all values of identity columns that were given any were given here, and
 * writes their rows to another writer, with the values that follow there. */
static int renumber_files(const struct quire_identities *given,
                          const struct quire_transaction *transaction,
                          const struct quire_buf *lines, struct quire_context *context,
                          struct quire_row_writer *writer, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_arena_release) struct quire_arena arena = {NULL, 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf files = {0};
    struct quire_identities *follow = quire_row_writer_identities(writer);
    if (quire_written_files(lines, &arena, &files) != 0)
        return quire_fail_memory(error, transaction->options.verb);
    for (size_t i = 0; i < given->size; i++)
        if (given->items[i].generated > 0)
            QUIRE_TRY(quire_identity_follow(&given->items[i], &follow->items[i], error));
    const struct quire_add *adds = (const struct quire_add *)(const void *)files.data;
    for (size_t i = 0; i < files.size / sizeof(*adds); i++)
        QUIRE_TRY(renumber_file(given, transaction, &adds[i], context, writer, error));
    return 0;
}

/* --- Finishing ------------------------------------------------------------------------------- */

static int renumber(void *user, struct quire_error *error);

/* Has the commit say how far identity columns are. */
static int mark(struct quire_row_writer *writer, struct quire_error *error)
{
    struct quire_transaction *transaction = writer->transaction;
    const struct quire_identities *identities = quire_row_writer_identities(writer);
    bool mixed = false;
    for (size_t i = 0; i < identities->size; i++)
        mixed = mixed || (identities->items[i].taken && identities->items[i].generated > 0);
    QUIRE_TRY(quire_identities_mark(identities, transaction, error));
    transaction->renumber = writer->options.renumbers && !mixed ? renumber : NULL;
    transaction->renumber_user = writer;
    return 0;
}

int quire_row_writer_finish(struct quire_row_writer *writer, struct quire_data_totals *totals,
                            struct quire_error *error)
{
    struct quire_buf *lines = &writer->transaction->lines;
    writer->lines_at = lines->size;
    QUIRE_TRY(quire_data_writer_finish(writer->files, lines, totals, error));
    writer->lines_size = lines->size - writer->lines_at;
    return mark(writer, error);
}

/* Writes the rows once more, with values from where the table is now, in the place of the files
 * that were to be committed. */
static int renumber(void *user, struct quire_error *error)
{
    struct quire_row_writer *writer = user;
    struct quire_transaction *transaction = writer->transaction;
    struct quire_buf *lines = &transaction->lines;
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf behind = {0};
    const size_t end = writer->lines_at + writer->lines_size;
    struct quire_data_totals totals;
    QUIRE_TRY(quire_row_writer_open(transaction, &writer->options, &writer->renumbered, error));
    QUIRE_TRY(renumber_files(quire_row_writer_identities(writer), transaction,
                             quire_data_writer_lines(writer->files), writer->options.context,
                             writer->renumbered, error));
    if (quire_buf_append(&behind, lines->data + end, lines->size - end) != 0)
        return quire_fail_memory(error, transaction->options.verb);
    lines->size = writer->lines_at;
    QUIRE_TRY(quire_row_writer_finish(writer->renumbered, &totals, error));
    if (quire_buf_append(lines, behind.data, behind.size) != 0)
        return quire_fail_memory(error, transaction->options.verb);
    quire_data_writer_close(writer->files); /* which deletes its files */
    writer->files = NULL;
    return 0;
}
