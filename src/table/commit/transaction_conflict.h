/* Private to table: whether what others committed meanwhile leaves a transaction as it is
 * (PROTOCOL.md leaves this to writers; the rules are those of docs/TABLES.md, "Conflicts"). */
#ifndef QUIRE_TABLE_TRANSACTION_CONFLICT_H
#define QUIRE_TABLE_TRANSACTION_CONFLICT_H

#include "table/commit/transaction.h"

/* Compares the commit of a version, which base has gone on to or beyond, with the transaction.
 * QUIRE_CONFLICT naming the version and what clashes. */
int quire_transaction_check(const struct quire_transaction *transaction, int64_t version,
                            struct quire_error *error);

#endif
