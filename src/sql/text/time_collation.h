/* Private to sql: which expressions of a query are times.
 *
 * A column of times compares by its collation; what is computed of one, max(at), has none to SQLite
 * and would compare as a text. So where such an expression stands beside a comparison, or under a
 * name that does, the collation is put behind it. */
#ifndef QUIRE_SQL_TIME_COLLATION_H
#define QUIRE_SQL_TIME_COLLATION_H

#include "sql/sql_session.h"
#include "sql/values/sql_time.h"

#define QUIRE_SQL_TIMED " COLLATE " QUIRE_SQL_TIME_COLLATION

/* Appends the bytes of a query (size_t, ascending) before which QUIRE_SQL_TIMED goes. The query is
 * one that SQLite has prepared, so that its tables are open. 0 or QUIRE_MEMORY. */
int quire_sql_time_places(const struct quire_sql_session *session, const char *sql,
                          struct quire_buf *places);

/* The text with them put in, freed with quire_free; NULL when memory is out. */
char *quire_sql_time_put(const char *sql, const struct quire_buf *places);

/* The byte of the query that a byte of the text with them stands for. */
size_t quire_sql_time_given(const struct quire_buf *places, size_t at);

#endif
