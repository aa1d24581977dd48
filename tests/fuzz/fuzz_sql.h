/* Small tables and SELECTs over them, made from bytes. */
#ifndef QUIRE_TESTS_FUZZ_SQL_H
#define QUIRE_TESTS_FUZZ_SQL_H

#include "base/buf.h"
#include "data/view.h"
#include "fuzz.h"

/* Values come again, so that groups have rows and comparisons hold. Columns are c0, c1, … */
struct fuzz_sql_table {
    struct ArrowSchema schema;
    struct ArrowArray batch;
    struct quire_field *root;
    struct quire_view *view;
    bool wild; /* of numbers of any size */
};
void fuzz_sql_take_table(struct fuzz_bytes *bytes, struct fuzz_sql_table *table);
void fuzz_sql_table_release(struct fuzz_sql_table *table);

/* A value of a column as it is written in a query; false for a null and for what has no such text.
 * quoted: as a text. */
bool fuzz_sql_literal(const struct quire_view *column, int64_t row, bool quoted,
                      struct quire_buf *out);

#define FUZZ_SQL_ITEMS_MAX 6

/* A SELECT in two forms that mean the same: one that SQLite alone can answer, since nothing of it
 * is told to the reader, computed by columns or put in groups by us, and one that may go any way.
 */
struct fuzz_sql_query {
    struct quire_buf any, alone;    /* zero-terminated */
    bool rough[FUZZ_SQL_ITEMS_MAX]; /* whose last digits hang on the order of rows */
    bool some;                      /* which of the rows come is not said: LIMIT without an order */
};
void fuzz_sql_take_query(struct fuzz_bytes *bytes, const struct fuzz_sql_table *table,
                         struct fuzz_sql_query *query);
void fuzz_sql_query_release(struct fuzz_sql_query *query);

#endif
