/* Private to table: a table's columns, replaced by those of rows that take the place of all that it
 * has. */
#ifndef QUIRE_TABLE_SCHEMA_REPLACE_H
#define QUIRE_TABLE_SCHEMA_REPLACE_H

#include "quire/batch.h"
#include "table/commit/transaction.h"

/* Changes the metadata of a transaction that leaves no row: the columns become those of a schema,
 * with nothing of what the table had said of its own (defaults, rules, names in files). Its
 * properties stay, and what it is partitioned by, whose columns the rows must have. */
int quire_schema_replace(struct quire_transaction *transaction, const struct ArrowSchema *rows,
                         struct quire_error *error);

#endif
