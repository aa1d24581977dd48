/* Private to table: the text of one attempt at a commit. What depends on the version that it
 * becomes is put in here: its in-commit timestamp (PROTOCOL.md, "In-Commit Timestamps") and the
 * ids of its rows (PROTOCOL.md, "Row Tracking"). */
#ifndef QUIRE_TABLE_TRANSACTION_TEXT_H
#define QUIRE_TABLE_TRANSACTION_TEXT_H

#include "table/commit/transaction.h"

/* Appends the lines of the commit as the version after base. */
int quire_transaction_text(const struct quire_transaction *transaction,
                           const struct quire_commit_info *info, const char *mark,
                           struct quire_buf *out, struct quire_error *error);

/* Whether rows of tables of that metadata and protocol get ids. */
bool quire_rows_are_tracked(const struct quire_metadata_action *metadata,
                            const struct quire_protocol *protocol);

#endif
