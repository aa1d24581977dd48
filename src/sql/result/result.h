/* Private to sql: the rows of a statement as batches.
 *
 * Where every result column is a column of a table, rows go out as they come. Else the types of the
 * others hang on all of their values: then the whole result waits in a spool first. */
#ifndef QUIRE_SQL_RESULT_H
#define QUIRE_SQL_RESULT_H

#include "sql/result/result_cell.h"
#include "sql/sql_session.h"

struct quire_sql_result_column {
    const char *name;                   /* the arena's */
    const struct quire_field *declared; /* of a table; NULL: by the values */
    struct quire_column *trial;         /* of that type, while the spool fills */
    bool integers, reals, texts, blobs; /* seen */
};

struct quire_sql_results {
    struct quire_sql_session session;
    const char *given;       /* the query, until the names are settled */
    char *sql;               /* as prepared: each character at its place, but for what is put in */
    struct quire_buf places; /* where that is (time_collation.h) */
    char *rolled;            /* the query over groups that stands for it; NULL: none */
    sqlite3_stmt *statement;
    struct quire_arena arena;
    struct quire_sql_result_column *columns;
    size_t columns_size;
    bool compound;
    /* The result. */
    struct ArrowSchema schema;
    struct quire_field *field;
    struct quire_column *rows;
    int64_t rows_before; /* of batches that are out, for messages */
    bool ended;
    /* Spooled. */
    bool spooled;
    struct quire_sql_spool spool;
    int64_t spool_rows; /* left */
};

/* Names and types, for which rows may be spooled. */
int quire_sql_results_begin(struct quire_sql_results *results, struct quire_error *error);
int quire_sql_results_next(struct quire_sql_results *results, struct ArrowArray *batch,
                           struct quire_error *error);
void quire_sql_results_release(struct quire_sql_results *results);

#endif
