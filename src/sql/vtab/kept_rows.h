/* Private to sql: rows of a table held in memory because a query goes over them again and again:
 * the inner side of a join, which SQLite asks for once a row of the outer side.
 *
 * The first time round rows are only read; the second time they are held, when they fit a quarter
 * of the memory. What does not fit is read anew each time. Rows of one value are found by a hash
 * index, made when it is first asked for. */
#ifndef QUIRE_SQL_KEPT_ROWS_H
#define QUIRE_SQL_KEPT_ROWS_H

#include "data/view.h"
#include "sql/vtab/vtab_source.h"

struct quire_sql_bound;
struct quire_sql_index;

/* The rows of one choice of columns. */
struct quire_sql_kept {
    struct quire_sql_kept *next; /* of the source */
    uint64_t used;               /* the choice, as quire_sql_plan.used */
    int64_t scans;
    bool loaded, too_big;
    struct quire_sql_rows rows; /* whose field the views have */
    struct ArrowArray *batches;
    struct quire_view **views;
    uint32_t *starts; /* the number of the first row of each batch, and of all at the end */
    size_t size, capacity;
    size_t bytes;
    struct quire_sql_index *indexes;
};

/* The source's rows of that choice; NULL when memory is out. */
struct quire_sql_kept *quire_sql_kept_find(struct quire_sql_source *source, uint64_t used);
void quire_sql_kept_free(struct quire_sql_kept *kept); /* and all behind it; NULL is fine */

/* Reads them; too_big is set where they do not fit. */
int quire_sql_kept_load(struct quire_sql_kept *kept, struct quire_sql_source *source,
                        const struct quire_sql_scan *scan, struct quire_error *error);

/* The batch that a row is in, of the number of that row; there must be one. */
size_t quire_sql_kept_batch_of(const struct quire_sql_kept *kept, uint32_t number);

/* Rows that may be equal to a value; others of the same hash among them. */
struct quire_sql_hits {
    const struct quire_sql_kept *kept;
    const uint32_t *next; /* of each row: the row after it, and one more than that */
    uint32_t at;          /* 0: none left */
};
/* Can rows be found by values of such a column? */
bool quire_sql_kept_can_find(const struct quire_field *field);
/* What rows are looked up by: columns of the rows held, and the value that each is to have. */
#define QUIRE_SQL_KEY_MAX 8
struct quire_sql_key {
    size_t size;
    size_t children[QUIRE_SQL_KEY_MAX];
    const struct quire_sql_bound *values[QUIRE_SQL_KEY_MAX];
};
int quire_sql_kept_lookup(struct quire_sql_kept *kept, const struct quire_sql_key *key,
                          struct quire_sql_hits *hits);
/* False when there are no more. */
bool quire_sql_hits_next(struct quire_sql_hits *hits, size_t *batch, int64_t *row);

#endif
