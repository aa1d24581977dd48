/* Private to sql: the functions of a query, as tables of rows. */
#ifndef QUIRE_SQL_FUNCTIONS_H
#define QUIRE_SQL_FUNCTIONS_H

#include "sql/sql_session.h"

/* A function of a row, or an aggregate where step is set. The user data is the session. */
struct quire_sql_function {
    const char *name;
    int arguments; /* -1: any number */
    void (*call)(sqlite3_context *context, int argc, sqlite3_value **argv);
    void (*step)(sqlite3_context *context, int argc, sqlite3_value **argv);
    void (*final)(sqlite3_context *context);
};

/* The head of one that is called for a row. */
#define QUIRE_SQL_FUNCTION(name) \
    static void name(sqlite3_context *context, int argc, sqlite3_value **argv)

/* Tables that end with a row without a name. */
extern const struct quire_sql_function quire_sql_math_functions[];
extern const struct quire_sql_function quire_sql_choice_functions[];
extern const struct quire_sql_function quire_sql_text_functions[];
extern const struct quire_sql_function quire_sql_calendar_functions[];
extern const struct quire_sql_function quire_sql_aggregate_functions[];
extern const struct quire_sql_function quire_sql_percentile_functions[];

/* The one aggregate that a window can move over. An SQLite code. */
int quire_sql_register_sum(struct quire_sql_session *session);

/* Fails the query: as data that cannot be computed. */
void quire_sql_function_fail(sqlite3_context *context, const char *cause);

static inline bool quire_sql_is_null(sqlite3_value *value)
{
    return sqlite3_value_type(value) == SQLITE_NULL;
}

/* Also a text of one; other texts are null to what reckons, as in Spark. */
static inline bool quire_sql_is_number(sqlite3_value *value)
{
    int type = sqlite3_value_numeric_type(value);
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

#endif
