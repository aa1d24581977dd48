/* Private to sql: how one scan of a table is to go, as xBestIndex settles it and xFilter gets it:
 * a text, because SQLite prints it when it is asked to explain. */
#ifndef QUIRE_SQL_VTAB_PLAN_H
#define QUIRE_SQL_VTAB_PLAN_H

#include "sql/vtab/vtab_source.h"

#define QUIRE_SQL_TERMS_MAX 64
#define QUIRE_SQL_GROUP_MAX 8

/* A constraint that xFilter gets the value of. */
struct quire_sql_term {
    int column;
    unsigned char op; /* SQLITE_INDEX_CONSTRAINT_… */
    bool in;          /* all values of an IN at once */
};

struct quire_sql_plan {
    uint64_t used; /* as sqlite3_index_info.colUsed */
    bool limits;   /* the last arguments are LIMIT and, if offset, OFFSET */
    bool offset;
    bool lookup; /* of a join: its other side comes row by row */
    int group;   /* columns whose equal values must come together, 0: none */
    int group_columns[QUIRE_SQL_GROUP_MAX];
    size_t terms_size;
    struct quire_sql_term terms[QUIRE_SQL_TERMS_MAX];
};

int quire_sql_best_index(struct quire_sql_source *source, sqlite3_index_info *info);
bool quire_sql_plan_parse(const char *text, struct quire_sql_plan *plan);

static inline bool quire_sql_plan_uses(const struct quire_sql_plan *plan, size_t column)
{
    return (plan->used >> (column < 63 ? column : 63) & 1) != 0;
}

#endif
