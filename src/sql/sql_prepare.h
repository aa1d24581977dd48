/* Private to sql: from a text to a statement that can be run. */
#ifndef QUIRE_SQL_SQL_PREPARE_H
#define QUIRE_SQL_SQL_PREPARE_H

#include "sql/result/result.h"

/* Prepares a query in the place of what is there, which is nothing; the text is borrowed until
 * quire_sql_results_begin. */
int quire_sql_prepare(struct quire_sql_results *results, const char *sql,
                      struct quire_error *error);

/* Gives a statement the values of its parameters. */
int quire_sql_bind(struct quire_sql_session *session, sqlite3_stmt *statement,
                   struct quire_error *error);
/* The same of the query, which must have each parameter that there is a value for. */
int quire_sql_bind_query(struct quire_sql_results *results, struct quire_error *error);

#endif
