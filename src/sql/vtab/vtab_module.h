/* Private to sql: the tables of a query as SQLite sees them. */
#ifndef QUIRE_SQL_VTAB_MODULE_H
#define QUIRE_SQL_VTAB_MODULE_H

#include <sqlite3.h>

/* Its client data is a struct quire_sql_source. */
extern const sqlite3_module quire_sql_module;

#endif
