/* Private to table: a table's schema, grown by rows that are to be written. */
#ifndef QUIRE_TABLE_SCHEMA_EVOLVE_H
#define QUIRE_TABLE_SCHEMA_EVOLVE_H

#include "quire/table_write.h"
#include "table/commit/transaction.h"
#include "table/schema/delta_type.h"

/* Changes the metadata of a transaction, where it must, so that rows of a schema find their
 * columns: those that the table lacks are added at the end, of structs too; with WIDEN, or where
 * delta.enableTypeWidening is set, types are widened. Nothing under OFF. Before the row writer is
 * opened. */
int quire_schema_evolve(struct quire_transaction *transaction, const struct ArrowSchema *rows,
                        enum quire_table_evolve how, struct quire_error *error);

/* The schema of rows as the log would have it, in the arena. Columns of nothing but nulls are left
 * out. */
int quire_schema_of_rows(const struct ArrowSchema *rows, struct quire_arena *arena,
                         struct quire_delta_type **type, struct quire_error *error);

#endif
