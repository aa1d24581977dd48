/* What a query may do, as a list of what is allowed: to select, from the tables that were named and
 * from json_each and json_tree, with functions that reach nothing outside. Whatever is not on the
 * list is refused when the query is prepared, before anything runs. */
#include <stdio.h>
#include <string.h>

#include "sql/rollup/rollup.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Functions of SQLite that load code, or look into memory. */
static const char *const refused_functions[] = {"load_extension", "fts3_tokenizer"};
static const char *const allowed_tables[] = {"json_each", "json_tree"};

static const char *name_of(int action, const char *table)
{
    if (table != NULL && strncmp(table, "sqlite_", 7) == 0) return "changing the schema";
    switch (action) {
    case SQLITE_ATTACH: return "ATTACH";
    case SQLITE_DETACH: return "DETACH";
    case SQLITE_PRAGMA: return "PRAGMA";
    case SQLITE_INSERT: return "INSERT";
    case SQLITE_UPDATE: return "UPDATE";
    case SQLITE_DELETE: return "DELETE";
    case SQLITE_TRANSACTION: return "a transaction";
    case SQLITE_SAVEPOINT: return "a savepoint";
    case SQLITE_ANALYZE: return "ANALYZE";
    case SQLITE_REINDEX: return "REINDEX";
    case SQLITE_ALTER_TABLE: return "ALTER";
    default: return "changing the schema";
    }
}

static int deny(struct quire_sql_session *session, const char *what)
{
    /* The first says it best: what it leads to inside SQLite is refused too. */
    if (session->denied[0] == '\0')
        snprintf(session->denied, sizeof(session->denied),
                 "%.80s is not allowed: a query only reads the tables that it is given", what);
    return SQLITE_DENY;
}

static bool is_among(const char *name, const char *const *names, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (sqlite3_stricmp(name, names[i]) == 0) return true;
    return false;
}

static int allow_table(struct quire_sql_session *session, const char *table, const char *column)
{
    for (size_t i = 0; i < session->options.tables_size; i++)
        if (sqlite3_stricmp(table, session->options.tables[i].name) == 0) return SQLITE_OK;
    if (session->rolled && strcmp(table, QUIRE_SQL_ROLLUP_TABLE) == 0) return SQLITE_OK;
    /* Without a column the name may be that of a WITH; nothing of it is read. */
    if (column == NULL || column[0] == '\0' ||
        is_among(table, allowed_tables, COUNT(allowed_tables)))
        return SQLITE_OK;
    char what[120];
    snprintf(what, sizeof(what), "the table %.80s", table);
    return deny(session, what);
}

int quire_sql_authorize(void *user, int action, const char *first, const char *second,
                        const char *database, const char *trigger)
{
    struct quire_sql_session *session = user;
    (void)database;
    (void)trigger;
    if (session->declaring) return SQLITE_OK;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_READ: return allow_table(session, first, second);
    case SQLITE_FUNCTION:
        return is_among(second, refused_functions, COUNT(refused_functions)) ? deny(session, second)
                                                                             : SQLITE_OK;
    default: return deny(session, name_of(action, first));
    }
}
