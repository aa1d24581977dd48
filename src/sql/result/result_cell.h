/* Private to sql: values of a result put into columns. */
#ifndef QUIRE_SQL_RESULT_CELL_H
#define QUIRE_SQL_RESULT_CELL_H

#include "data/value_number.h"
#include "sql/result/result_spool.h"

struct sqlite3_stmt;

/* The value of a column of the row that a statement stands on; borrowed until it steps. */
void quire_sql_cell_of(struct sqlite3_stmt *statement, int column, struct quire_sql_cell *cell);

/* Into a column of the type that the value came from, or of int64, float64, string or binary.
 * MISMATCH, or what value_text.h says, where it is no value of that type. */
enum quire_value_result quire_sql_cell_put(struct quire_column *column,
                                           const struct quire_sql_cell *cell);

/* Whether values can be given back in this type at all. */
bool quire_sql_can_restore(const struct quire_field *field);

#endif
