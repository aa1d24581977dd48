/* The functions and collations of a query, beside SQLite's own. */
#include "sql/sql_session.h"

#include "sql/sql_time.h"
#include "sql/sql_value.h"

int quire_sql_register(struct quire_sql_session *session)
{
    sqlite3 *db = session->db;
    int code = sqlite3_create_collation_v2(db, QUIRE_SQL_TIME_COLLATION, SQLITE_UTF8, NULL,
                                           quire_sql_time_compare, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_create_collation_v2(db, QUIRE_SQL_NUMBER_COLLATION, SQLITE_UTF8, NULL,
                                           quire_sql_number_compare, NULL);
    return code;
}
