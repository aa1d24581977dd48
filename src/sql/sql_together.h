/* Private to the layers above: several queries of one table, which is read once for all of them. */
#ifndef QUIRE_SQL_SQL_TOGETHER_H
#define QUIRE_SQL_SQL_TOGETHER_H

#include "quire/sql.h"

#define QUIRE_SQL_TOGETHER_MAX 16

/* As quire_sql_query does it of each text; the tables are ones that can be read again. Each of the
 * options' parameters is in each of the texts. A query that is not one of sums and counts over the
 * table and the rows of the others (rollup.h) gets no stream (its release is NULL): it is to be
 * asked by itself, and so is every one where the groups of all do not fit in memory together. After
 * a failure there is none. Streams can be released in any order. */
int quire_sql_query_together(const char *const *texts, size_t size,
                             const struct quire_sql_options *options,
                             struct ArrowArrayStream *streams, struct quire_error *error);

#endif
