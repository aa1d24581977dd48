/* Private to sql: prepared queries that become ones over tables of groups. */
#ifndef QUIRE_SQL_ROLLUP_QUERY_H
#define QUIRE_SQL_ROLLUP_QUERY_H

#include "sql/result/result.h"

/* Puts a query over groups in the place of each one that can be one, and marks its session as
 * rolled; those of one table are computed of one scan. sql: their texts. */
int quire_sql_roll(struct quire_sql_results **results, const char *const *sql, size_t size,
                   struct quire_error *error);

#endif
