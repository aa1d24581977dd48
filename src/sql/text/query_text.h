/* Private to sql: the text of a query, as tokens. */
#ifndef QUIRE_SQL_QUERY_TEXT_H
#define QUIRE_SQL_QUERY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "quire/sql.h"

#define QUIRE_SQL_CAST_DATE "_day" /* the function that CAST(x AS DATE) becomes */

enum quire_sql_token_kind {
    QUIRE_SQL_TOKEN_END,
    QUIRE_SQL_TOKEN_WORD,     /* a name or keyword, not in quotes */
    QUIRE_SQL_TOKEN_QUOTED,   /* a name in quotes */
    QUIRE_SQL_TOKEN_STRING,   /* 'text', also x'00' */
    QUIRE_SQL_TOKEN_VARIABLE, /* :name, @name, $name */
    QUIRE_SQL_TOKEN_OTHER     /* a number, or one character */
};

struct quire_sql_token {
    enum quire_sql_token_kind kind;
    size_t at, size;
};

/* The token at or behind *at, which moves behind it; blanks and comments are passed over. */
struct quire_sql_token quire_sql_token_next(const char *sql, size_t *at);
bool quire_sql_token_is(const char *sql, const struct quire_sql_token *token, const char *word);

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
