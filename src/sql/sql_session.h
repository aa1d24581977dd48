/* Private to sql: one query's connection and all that its callbacks share.
 *
 * SQLite's callbacks can only hand back a code, so what went wrong inside one of them is kept in
 * `failure`, and whoever called SQLite takes it from there (quire_sql_fail). */
#ifndef QUIRE_SQL_SQL_SESSION_H
#define QUIRE_SQL_SQL_SESSION_H

#include <sqlite3.h>

#include "base/buf.h"
#include "data/field.h"
#include "quire/sql.h"

#define QUIRE_SQL_OPERATION "sql"
/* Of a value, where a quarter of the memory is not less. */
#define QUIRE_SQL_TEXT_BYTES_MAX (INT64_C(512) << 20)

struct quire_sql_source;

struct quire_sql_session {
    sqlite3 *db;
    struct quire_sql_options options;
    struct quire_context *context; /* the caller's, or own */
    bool context_owned;
    int64_t deadline_ns; /* by the monotonic clock; 0: none */
    struct quire_sql_source *sources;
    size_t sources_size;
    struct quire_buf declared; /* const struct quire_field *: what "TEXT(7)" of a column means */
    struct quire_error failure;
    bool ordered;     /* something in the query is to be in order */
    bool numbered;    /* each scan of a table is to give a row the same number */
    bool has_or;      /* so are scans that look up rows */
    bool rolled;      /* the query is over a table of groups (rollup.h) */
    bool declaring;   /* a table's columns, which the authorizer lets pass */
    char denied[160]; /* what the authorizer refused last */
    size_t memory_max;
    size_t held; /* bytes of rows held in memory */
};

/* Opens the connection and names the tables; the caller releases it also after a failure. */
int quire_sql_session_open(struct quire_sql_session *session, struct quire_error *error);
void quire_sql_session_release(struct quire_sql_session *session);

/* Cancelled or out of time: fills in session->failure and returns its code. */
int quire_sql_session_check(struct quire_sql_session *session);

/* What a callback gives SQLite for a code; the failure is in session->failure. */
static inline int quire_sql_result(int code)
{
    return code == 0 ? SQLITE_OK : code == QUIRE_MEMORY ? SQLITE_NOMEM : SQLITE_ERROR;
}

/* What SQLite's failure means: that of a callback, else its own. at: the query as it was prepared,
 * to name the character; NULL while it runs. */
int quire_sql_fail(struct quire_sql_session *session, int sqlite_code, const char *at,
                   struct quire_error *error);

/* The field that a declared type stands for, NULL for the type of no column. */
const struct quire_field *quire_sql_declared(const struct quire_sql_session *session,
                                             const char *type);

/* Charges rows held; false where that is too much. */
bool quire_sql_hold(struct quire_sql_session *session, size_t bytes);

/* Names functions and collations to SQLite, whose code it returns. (functions.c) */
int quire_sql_register(struct quire_sql_session *session);

/* Refuses all but reading. (sql_authorizer.c) */
int quire_sql_authorize(void *session, int action, const char *first, const char *second,
                        const char *database, const char *trigger);

#endif
