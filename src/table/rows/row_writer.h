/* Private to table: rows of any stream as data files of a transaction: by name to the table's
 * columns, cast where that loses nothing, completed by what the table computes, and checked for
 * what it forbids. */
#ifndef QUIRE_TABLE_ROW_WRITER_H
#define QUIRE_TABLE_ROW_WRITER_H

#include "quire/table_write.h"
#include "table/commit/transaction.h"
#include "table/rows/data_writer.h"
#include "table/rows/identity.h"
#include "table/rows/row_tracking.h"

struct quire_row_writer_options {
    const char *compression; /* NULL: the table's, else "snappy" */
    struct quire_context *context;
    struct quire_row_tracking tracking; /* that rows bring with them; zeroed: none do */
    bool regenerate; /* generated columns that are given are computed anew, not compared */
    struct quire_file_limits limits; /* of the files that rows go to */
    bool renumbers;   /* its files are all that is committed: they may be written anew with other
                         values of identity columns, where other writers were first */
    bool only_checks; /* rows are looked at alone; the writer has no files, and is only closed */
};

struct quire_row_writer;

/* The compression of a table's files: what is asked for, else the table's own, else snappy. */
const char *quire_row_compression(const struct quire_metadata_action *metadata, const char *asked);

/* For the table as it is with the transaction's commit. options are borrowed until close; the
 * transaction outlives the writer. */
int quire_row_writer_open(struct quire_transaction *transaction,
                          const struct quire_row_writer_options *options,
                          struct quire_row_writer **writer, struct quire_error *error);
/* Takes all rows of the stream, which the caller still releases. */
int quire_row_writer_write(struct quire_row_writer *writer, struct ArrowArrayStream *rows,
                           struct quire_error *error);
/* The same of rows that the table has, or is to have as they are: they keep their values of
 * identity columns. */
int quire_row_writer_copy(struct quire_row_writer *writer, struct ArrowArrayStream *rows,
                          struct quire_error *error);
/* The identity columns of the table, as far as values were given by now; the writer's own. */
struct quire_identities *quire_row_writer_identities(struct quire_row_writer *writer);
/* Finishes all files: rows that follow go to new ones. */
int quire_row_writer_cut(struct quire_row_writer *writer, struct quire_error *error);
/* The lines of the add actions of files that are finished; borrowed until the next call. */
const struct quire_buf *quire_row_writer_lines(const struct quire_row_writer *writer);
/* Finishes all files, and adds them to the transaction. */
int quire_row_writer_finish(struct quire_row_writer *writer, struct quire_data_totals *totals,
                            struct quire_error *error);
/* Leaves the files if the transaction may stand, else deletes them. */
void quire_row_writer_close(struct quire_row_writer *writer); /* NULL is fine */

#endif
