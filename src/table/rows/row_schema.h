/* Private to table: whether rows of a schema can become rows of a table. */
#ifndef QUIRE_TABLE_ROW_SCHEMA_H
#define QUIRE_TABLE_ROW_SCHEMA_H

#include "quire/batch.h"

/* Gives the columns of `rows`, and the fields of their structs, the table's spelling: names that
 * differ by case alone are one. QUIRE_INPUT for one that is there twice. verb is that of errors. */
int quire_row_schema_spell(const struct ArrowSchema *table, struct ArrowSchema *rows,
                           const char *verb, struct quire_error *error);

/* QUIRE_INPUT with all columns that do not fit, the table's type and the rows' side by side: those
 * that the table has not, those whose types do not go together, and those that may not be null and
 * are not given. rows are in the table's spelling. */
int quire_row_schema_check(const struct ArrowSchema *table, const struct ArrowSchema *rows,
                           const char *verb, struct quire_error *error);

#endif
