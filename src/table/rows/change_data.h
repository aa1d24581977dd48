/* Private to table: rows that a commit inserted, updated and deleted, as files beside the table's
 * (PROTOCOL.md, "Add CDC File", "Change Data Files").
 *
 * Files that were written but are not committed are deleted when the writer is closed. */
#ifndef QUIRE_TABLE_CHANGE_DATA_H
#define QUIRE_TABLE_CHANGE_DATA_H

#include "table/rows/row_writer.h"

#define QUIRE_CHANGE_TYPE "_change_type"

/* Whether a table's properties ask for its changes to be told. */
bool quire_change_data_is_on(const struct quire_snapshot *snapshot);

struct quire_change_data;

/* For the table as it is with the transaction's commit. The transaction and what options point to
 * outlive the writer. */
int quire_change_data_open(struct quire_transaction *transaction,
                           const struct quire_row_writer_options *options,
                           struct quire_change_data **changes, struct quire_error *error);
/* Rows of all columns that the table had before, which are taken, also on failure. The type is
 * "insert", "delete", "update_preimage" or "update_postimage". */
int quire_change_data_write(struct quire_change_data *changes, const char *type,
                            struct ArrowArray *rows, struct quire_error *error);
/* The same of rows of all columns that it has with the commit: such as come. */
int quire_change_data_put(struct quire_change_data *changes, const char *type,
                          struct ArrowArray *rows, struct quire_error *error);
/* Finishes all files, and adds them to the transaction. */
int quire_change_data_finish(struct quire_change_data *changes, int64_t *files,
                             struct quire_error *error);
/* Leaves the files if the transaction may stand, else deletes them. */
void quire_change_data_close(struct quire_change_data *changes); /* NULL is fine */

#endif
