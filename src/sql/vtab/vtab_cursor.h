/* Private to sql: one scan of a table, row by row. */
#ifndef QUIRE_SQL_VTAB_CURSOR_H
#define QUIRE_SQL_VTAB_CURSOR_H

#include "sql/values/sql_value.h"
#include "sql/vtab/kept_groups.h"
#include "sql/vtab/vtab_bounds.h"

struct quire_sql_cursor {
    sqlite3_vtab_cursor base;
    struct quire_sql_source *source;
    const char *plan_text; /* what plan was parsed from: SQLite hands the same each time */
    struct quire_sql_plan plan;
    struct quire_sql_bounds bounds;
    struct quire_sql_column *columns; /* one a column of the source */
    struct quire_buf scratch;
    /* Rows as they are read. */
    struct quire_sql_rows rows;
    struct quire_view *read_view;
    struct ArrowArray batch;
    /* Rows that are held: all of them, those of one key, or group after group. */
    const struct quire_sql_kept *kept;
    const struct quire_sql_kept *bound_to; /* whose children the columns are; NULL: another's */
    size_t kept_batch;
    struct quire_sql_hits hits;
    struct quire_sql_groups groups;
    struct quire_sql_kept *grouped; /* its own */
    bool one_by_one;                /* rows are hits, or in groups */
    /* Where it stands. */
    const struct quire_view *view; /* of the batch */
    int64_t row, length;
    int64_t start;      /* rows before the batch, of the scan or of those held */
    uint32_t *selected; /* rows of the batch that may be wanted; NULL: all */
    size_t selected_at, selected_size, selected_capacity;
    bool selects;
    int64_t rows_left; /* of LIMIT; -1: any */
    bool ended;
};

/* Begins a scan with the values of the plan's terms. 0 or a code, then the session's failure says
 * what it is. */
int quire_sql_cursor_begin(struct quire_sql_cursor *cursor, sqlite3_value **values);
int quire_sql_cursor_batch(struct quire_sql_cursor *cursor); /* the next with rows */
void quire_sql_cursor_end(struct quire_sql_cursor *cursor);  /* lets go of rows */

/* The same in each scan of the table where rows are read without conditions. */
static inline int64_t quire_sql_cursor_rowid(const struct quire_sql_cursor *cursor)
{
    return cursor->start + cursor->row + 1;
}

/* The next row; code as above. */
static inline int quire_sql_cursor_next(struct quire_sql_cursor *cursor)
{
    if (cursor->rows_left >= 0 && --cursor->rows_left == 0) {
        cursor->ended = true;
        return 0;
    }
    if (cursor->one_by_one) return quire_sql_cursor_batch(cursor);
    if (!cursor->selects) {
        if (++cursor->row < cursor->length) return 0;
    } else if (++cursor->selected_at < cursor->selected_size) {
        cursor->row = cursor->selected[cursor->selected_at];
        return 0;
    }
    return quire_sql_cursor_batch(cursor);
}

#endif
