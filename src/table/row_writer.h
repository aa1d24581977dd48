/* Private to table: rows of any stream as data files of a transaction: by name to the table's
 * columns, cast where that loses nothing, and checked for what the table forbids. */
#ifndef QUIRE_TABLE_ROW_WRITER_H
#define QUIRE_TABLE_ROW_WRITER_H

#include "table/data_writer.h"
#include "table/transaction.h"

struct quire_row_writer_options {
    const char *compression; /* NULL: "snappy" */
    struct quire_context *context;
};

struct quire_row_writer;

/* For the table as the transaction read it. options are borrowed until close; the transaction
 * outlives the writer. */
int quire_row_writer_open(struct quire_transaction *transaction,
                          const struct quire_row_writer_options *options,
                          struct quire_row_writer **writer, struct quire_error *error);
/* Takes all rows of the stream, which the caller still releases. */
int quire_row_writer_write(struct quire_row_writer *writer, struct ArrowArrayStream *rows,
                           struct quire_error *error);
/* Finishes all files, and adds them to the transaction. */
int quire_row_writer_finish(struct quire_row_writer *writer, struct quire_data_totals *totals,
                            struct quire_error *error);
/* Leaves the files if the transaction may stand, else deletes them. */
void quire_row_writer_close(struct quire_row_writer *writer); /* NULL is fine */

#endif
