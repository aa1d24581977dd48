/* The functions and collations of a query, beside SQLite's own. They have the names and the meaning
 * that they have in Spark, so that one text runs in both; where SQLite has a function of that name
 * which means something else (log, floor), it is replaced. */
#include "sql/functions/functions.h"

#include "sql/values/sql_time.h"
#include "sql/values/sql_value.h"

void quire_sql_function_fail(sqlite3_context *context, const char *cause)
{
    sqlite3_result_error(context, cause, -1);
}

static int register_all(struct quire_sql_session *session, const struct quire_sql_function *list)
{
    for (; list->name != NULL; list++) {
        int code = sqlite3_create_function_v2(session->db, list->name, list->arguments,
                                              SQLITE_UTF8 | SQLITE_INNOCUOUS |
                                                  (list->step == NULL ? SQLITE_DETERMINISTIC : 0),
                                              session, list->call, list->step, list->final, NULL);
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

int quire_sql_register(struct quire_sql_session *session)
{
    static const struct quire_sql_function *const tables[] = {
        quire_sql_math_functions,      quire_sql_choice_functions,
        quire_sql_text_functions,      quire_sql_calendar_functions,
        quire_sql_aggregate_functions, quire_sql_percentile_functions};
    sqlite3 *db = session->db;
    int code = sqlite3_create_collation_v2(db, QUIRE_SQL_TIME_COLLATION, SQLITE_UTF8, NULL,
                                           quire_sql_time_compare, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_create_collation_v2(db, QUIRE_SQL_NUMBER_COLLATION, SQLITE_UTF8, NULL,
                                           quire_sql_number_compare, NULL);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && code == SQLITE_OK; i++)
        code = register_all(session, tables[i]);
    return code == SQLITE_OK ? quire_sql_register_sum(session) : code;
}
