/* The connection: an empty database in memory in which each table is a module of its own name, so
 * that only those are opened that the query names. Limits are the connection's, never the
 * process's, unless the caller says that the process is its own. */
#include "sql/sql_session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "sql/vtab/vtab_module.h"
#include "sql/vtab/vtab_source.h"

#define CHECK_OPERATIONS 4000 /* of SQLite's machine between two looks at the clock */
#define EXPRESSION_DEPTH 500
#define COLUMNS_MAX      2000
#define SQL_BYTES_MAX    (1 << 20)

int quire_sql_session_check(struct quire_sql_session *session)
{
    if (session->failure.code != 0) return session->failure.code;
    int code = quire_context_check(session->context, &session->failure);
    if (code != 0) return code;
    if (session->deadline_ns == 0 || quire_time_monotonic_ns() < session->deadline_ns) return 0;
    quire_fail(&session->failure, QUIRE_LIMIT, QUIRE_SQL_OPERATION,
               "the query takes longer than %" PRId64 " ms", session->options.timeout_ms);
    return QUIRE_LIMIT;
}

static int on_progress(void *user)
{
    return quire_sql_session_check(user) != 0;
}

bool quire_sql_hold(struct quire_sql_session *session, size_t bytes)
{
    if (session->held + bytes > session->memory_max / 4) return false;
    session->held += bytes;
    return true;
}

const struct quire_field *quire_sql_declared(const struct quire_sql_session *session,
                                             const char *type)
{
    const char *open = type != NULL ? strchr(type, '(') : NULL;
    if (open == NULL) return NULL;
    unsigned long at = strtoul(open + 1, NULL, 10);
    if (at >= session->declared.size / sizeof(const struct quire_field *)) return NULL;
    return ((const struct quire_field *const *)(const void *)session->declared.data)[at];
}

/* --- Opening -------------------------------------------------------------------------------- */

static void set_limits(struct quire_sql_session *session)
{
    sqlite3 *db = session->db;
    int64_t text = (int64_t)session->memory_max / 4;
    if (text > QUIRE_SQL_TEXT_BYTES_MAX) text = QUIRE_SQL_TEXT_BYTES_MAX;
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, (int)text);
    sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, SQL_BYTES_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, EXPRESSION_DEPTH);
    sqlite3_limit(db, SQLITE_LIMIT_COLUMN, COLUMNS_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
    sqlite3_limit(db, SQLITE_LIMIT_TRIGGER_DEPTH, 0);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* "x" in double quotes that names nothing is a mistake, not a text. */
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
}

#define SORT_PART 64 /* of the memory, that a sort puts in order at once */

/* What must be set before the authorizer refuses it: sorts keep that much (the cache of main, which
 * has no pages) in memory, then go to temporary files; LIKE tells case apart, as Spark's does.
 * While SQLite puts a part in order it does not look at the clock, and parts that a core's cache
 * holds are the quicker ones: 4 of 256 MB, against 64, take a quarter off the sort of millions. */
static int set_pragmas(struct quire_sql_session *session, struct quire_error *error)
{
    char text[160];
    snprintf(text, sizeof(text),
             "PRAGMA cache_size=-%zu; PRAGMA temp_store=FILE; PRAGMA temp.cache_size=-%zu; "
             "PRAGMA case_sensitive_like=ON",
             session->memory_max / SORT_PART / 1024, session->memory_max / 16 / 1024);
    int code = sqlite3_exec(session->db, text, NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : quire_sql_fail(session, code, NULL, error);
}

static int name_tables(struct quire_sql_session *session, struct quire_error *error)
{
    size_t size = session->options.tables_size;
    session->sources = quire_alloc_zero(size + 1, sizeof(*session->sources));
    if (session->sources == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    session->sources_size = size;
    for (size_t i = 0; i < size; i++) {
        struct quire_sql_source *source = &session->sources[i];
        source->session = session;
        source->given = &session->options.tables[i];
        const char *name = source->given->name;
        if (name == NULL || name[0] == '\0' || source->given->url == NULL)
            return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION,
                              "a table without a name or a file");
        if (sqlite3_strnicmp(name, "sqlite_", 7) == 0)
            return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION,
                              "a table named %.80s: names that begin with sqlite_ are SQLite's own",
                              name);
        for (size_t j = 0; j < i; j++) {
            if (sqlite3_stricmp(name, session->sources[j].given->name) == 0)
                return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION,
                                  "two tables are named %.80s", name);
        }
        int code = sqlite3_create_module_v2(session->db, name, &quire_sql_module, source, NULL);
        if (code != SQLITE_OK) return quire_sql_fail(session, code, NULL, error);
    }
    return 0;
}

/* SQLite's own tables are declared when they are first used, by statements that would be refused
 * to a query. */
static int declare_tables(struct quire_sql_session *session, struct quire_error *error)
{
    int code = sqlite3_exec(session->db, "SELECT 1 FROM json_each('[]'), json_tree('[]')", NULL,
                            NULL, NULL);
    return code == SQLITE_OK ? 0 : quire_sql_fail(session, code, NULL, error);
}

int quire_sql_session_open(struct quire_sql_session *session, struct quire_error *error)
{
    if (session->options.timeout_ms > 0)
        session->deadline_ns =
            quire_time_monotonic_ns() + session->options.timeout_ms * INT64_C(1000000);
    session->context = session->options.context;
    if (session->context == NULL) {
        QUIRE_TRY(quire_context_new(NULL, &session->context, error));
        session->context_owned = true;
    }
    session->memory_max = session->context->budget.max;
    if (session->options.process_limit)
        sqlite3_hard_heap_limit64((sqlite3_int64)session->memory_max);
    int code =
        sqlite3_open_v2(":memory:", &session->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) return quire_sql_fail(session, code, NULL, error);
    set_limits(session);
    QUIRE_TRY(set_pragmas(session, error));
    QUIRE_TRY(quire_sql_register(session) == SQLITE_OK
                  ? 0
                  : quire_sql_fail(session, SQLITE_NOMEM, NULL, error));
    QUIRE_TRY(name_tables(session, error));
    QUIRE_TRY(declare_tables(session, error));
    sqlite3_set_authorizer(session->db, quire_sql_authorize, session);
    sqlite3_progress_handler(session->db, CHECK_OPERATIONS, on_progress, session);
    return 0;
}

void quire_sql_session_release(struct quire_sql_session *session)
{
    sqlite3_close_v2(session->db);
    for (size_t i = 0; i < session->sources_size; i++)
        quire_sql_source_release(&session->sources[i]);
    quire_free(session->sources);
    quire_buf_release(&session->declared);
    if (session->context_owned) quire_context_free(session->context);
    *session = (struct quire_sql_session){.db = NULL};
}
