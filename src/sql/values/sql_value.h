/* Private to sql: values of columns as SQLite's, straight from a batch's buffers. */
#ifndef QUIRE_SQL_SQL_VALUE_H
#define QUIRE_SQL_SQL_VALUE_H

#include "data/value_text.h"
#include "sql/sql_session.h"

struct quire_sql_column;

/* Gives the value of a row (not null) to result. What it cannot is in the session's failure. */
typedef void quire_sql_getter(const struct quire_sql_column *column, const struct quire_view *view,
                              int64_t row, sqlite3_context *result);

/* A column of a scan. */
struct quire_sql_column {
    quire_sql_getter *get;
    size_t child; /* of the batch */
    struct quire_sql_session *session;
    struct quire_buf *scratch; /* text is written there first; the cursor's */
};

/* How a column's values are given. */
quire_sql_getter *quire_sql_getter_of(const struct quire_field *field);

/* What a column is declared as: "TEXT", "BIGINT" …, and its collation or NULL. */
struct quire_sql_affinity {
    const char *type, *collation;
};
struct quire_sql_affinity quire_sql_affinity_of(const struct quire_field *field);

/* Digits of a decimal that a double holds exactly. */
#define QUIRE_SQL_EXACT_DIGITS 15
/* Digits of any decimal that an int64 holds. */
#define QUIRE_SQL_INTEGER_DIGITS 18

/* The collation of numbers that are text because SQLite has none so long. (sql_number.c) */
#define QUIRE_SQL_NUMBER_COLLATION "quire_number"
int quire_sql_number_compare(void *unused, int a_size, const void *a, int b_size, const void *b);

#endif
