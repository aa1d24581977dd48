/* Private to sql: what must be known of a query before SQLite parses it, and what Spark means by
 * it.
 */
#ifndef QUIRE_SQL_QUERY_TEXT_H
#define QUIRE_SQL_QUERY_TEXT_H

#include <stdbool.h>

#define QUIRE_SQL_CAST_DATE "_day" /* the function that CAST(x AS DATE) becomes */

/* A copy, to be freed, in which words of Spark that SQLite takes otherwise stand for what they
 * mean, each character at its place: CAST(x AS STRING) as TEXT, DATE '…' as the text alone, times
 * in the form that those of columns have. */
char *quire_sql_adapt(const char *sql);

/* Whether SELECTs are put together (UNION and its kin), so that a column may have values of
 * another type than the first one says. */
bool quire_sql_is_compound(const char *sql);

/* Whether anything in it is to be in order. */
bool quire_sql_is_ordered(const char *sql);

/* Whether SQLite may tell rows of a table apart by their numbers: a RIGHT or FULL JOIN marks those
 * that had a match. */
bool quire_sql_needs_numbers(const char *sql);
/* As well where each side of an OR looks up rows for itself: one found twice is one row. */
bool quire_sql_has_or(const char *sql);

#endif
