/* Private to sql: rows of a result that wait until all are known, in memory and then in a temporary
 * file without a name. Written once, then read once. */
#ifndef QUIRE_SQL_RESULT_SPOOL_H
#define QUIRE_SQL_RESULT_SPOOL_H

#include <stdbool.h>

#include "base/buf.h"
#include "sql/sql_scratch.h"

/* One value. */
struct quire_sql_cell {
    int type; /* SQLITE_INTEGER, _FLOAT, _TEXT, _BLOB, _NULL */
    int64_t integer;
    double real;
    const uint8_t *bytes; /* TEXT, BLOB */
    size_t size;
};

struct quire_sql_spool {
    struct quire_buf buf;
    size_t memory_max;
    struct quire_sql_scratch file; /* made when memory is full */
    int64_t file_at;               /* of reading */
    size_t at;                     /* of reading, in buf */
    bool reading;
};

void quire_sql_spool_release(struct quire_sql_spool *spool);
int quire_sql_spool_put(struct quire_sql_spool *spool, const struct quire_sql_cell *cell,
                        struct quire_error *error);
/* The cells in the order of putting; bytes stand until the next get. Not past the last one. */
int quire_sql_spool_get(struct quire_sql_spool *spool, struct quire_sql_cell *cell,
                        struct quire_error *error);

#endif
