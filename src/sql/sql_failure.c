/* What SQLite's failures mean, and what can be done about them. */
#include <inttypes.h>
#include <string.h>

#include "base/fail.h"
#include "sql/sql_session.h"
#include "sql/text/query_tokens.h"

#define NAMES_SHOWN 10
#define CALLS_SHOWN 3

/* Which tables there are, or how to name the one that is missing. */
static void hint_tables(const struct quire_sql_session *session, const char *missing,
                        struct quire_error *error)
{
    char list[200] = "";
    size_t size = 0, tables = session->options.tables_size;
    if (tables == 0) {
        quire_error_hint(error, "name one: --table %.80s=FILE", missing);
        return;
    }
    for (size_t i = 0; i < tables && i < NAMES_SHOWN && size < sizeof(list); i++)
        size += (size_t)snprintf(list + size, sizeof(list) - size, "%s%.60s", i > 0 ? ", " : "",
                                 session->options.tables[i].name);
    quire_error_hint(error, "there %s %s%s", tables == 1 ? "is" : "are", list,
                     tables > NAMES_SHOWN ? " and more" : "");
}

static int code_of(int sqlite_code, bool running)
{
    switch (sqlite_code & 0xff) {
    case SQLITE_NOMEM: return QUIRE_MEMORY;
    case SQLITE_TOOBIG: return QUIRE_LIMIT;
    case SQLITE_FULL: return QUIRE_FULL;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return QUIRE_IO;
    case SQLITE_INTERRUPT: return QUIRE_CANCELLED;
    case SQLITE_AUTH: return QUIRE_USAGE;
    case SQLITE_CORRUPT:
    case SQLITE_MISUSE: return QUIRE_INTERNAL;
    default: return running ? QUIRE_INPUT : QUIRE_USAGE;
    }
}

/* The number of the character at a byte, from 1. */
static size_t character_at(const char *text, int byte)
{
    size_t count = 1;
    for (int i = 0; i < byte && text[i] != '\0'; i++)
        count += ((unsigned char)text[i + 1] & 0xc0) != 0x80;
    return count;
}

static int fail_parse(struct quire_sql_session *session, int code, const char *at,
                      const char *message, struct quire_error *error)
{
    static const char no_table[] = "no such table: ";
    int offset = sqlite3_error_offset(session->db);
    if (code == QUIRE_USAGE && offset >= 0)
        quire_fail(error, code, QUIRE_SQL_OPERATION, "at character %zu: %.400s",
                   character_at(at, offset), message);
    else
        quire_fail(error, code, QUIRE_SQL_OPERATION, "%.400s", message);
    if (strncmp(message, no_table, sizeof(no_table) - 1) == 0)
        hint_tables(session, message + sizeof(no_table) - 1, error);
    return code;
}

static int fail_memory(const struct quire_sql_session *session, struct quire_error *error)
{
    if (!session->options.process_limit) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    quire_fail(error, QUIRE_MEMORY, QUIRE_SQL_OPERATION,
               "the query needs more memory than the %" PRId64 " KB that --memory allows",
               (int64_t)session->memory_max / 1024);
    quire_error_hint(error, "give it more with --memory");
    return QUIRE_MEMORY;
}

/* A value may have a quarter of the memory, or what all have at most. */
static int fail_size(const struct quire_sql_session *session, struct quire_error *error)
{
    int64_t max = sqlite3_limit(session->db, SQLITE_LIMIT_LENGTH, -1);
    if (max >= QUIRE_SQL_TEXT_BYTES_MAX)
        return quire_fail(error, QUIRE_LIMIT, QUIRE_SQL_OPERATION,
                          "a text or blob of more than %" PRId64 " MB, which none can be",
                          max >> 20);
    quire_fail(error, QUIRE_MEMORY, QUIRE_SQL_OPERATION,
               "a text or blob of more than %" PRId64 " KB, a quarter of the memory", max >> 10);
    quire_error_hint(error, "give it more with --memory");
    return QUIRE_MEMORY;
}

/* --- Overflow ------------------------------------------------------------------------------- */

static bool calls_sum(const char *sql, const struct quire_sql_token *token, size_t at)
{
    if (!quire_sql_token_is(sql, token, "sum") && !quire_sql_token_is(sql, token, "abs"))
        return false;
    struct quire_sql_token next = quire_sql_token_next(sql, &at);
    return quire_sql_token_char(sql, &next) == '(';
}

/* To behind the bracket that closes a call. */
static size_t end_of_call(const char *sql, size_t at)
{
    int depth = 0;
    for (;;) {
        struct quire_sql_token token = quire_sql_token_next(sql, &at);
        if (token.kind == QUIRE_SQL_TOKEN_END) return token.at;
        char c = quire_sql_token_char(sql, &token);
        if (c == '\0') continue;
        depth += (c == '(') - (c == ')');
        if (depth == 0) return at;
    }
}

/* SQLite does not say which of the calls it was. */
static int fail_overflow(const struct quire_sql_session *session, struct quire_error *error)
{
    sqlite3_stmt *statement = sqlite3_next_stmt(session->db, NULL);
    const char *sql = statement != NULL ? sqlite3_sql(statement) : "";
    char calls[200] = "";
    size_t size = 0, at = 0, shown = 0;
    for (;;) {
        struct quire_sql_token token = quire_sql_token_next(sql, &at);
        if (token.kind == QUIRE_SQL_TOKEN_END || shown == CALLS_SHOWN) break;
        if (!calls_sum(sql, &token, at)) continue;
        size += (size_t)snprintf(calls + size, sizeof(calls) - size, "%s%.*s",
                                 shown++ > 0 ? " or " : "",
                                 (int)(end_of_call(sql, token.at) - token.at), sql + token.at);
        if (size >= sizeof(calls)) break;
    }
    quire_fail(error, QUIRE_INPUT, QUIRE_SQL_OPERATION,
               "%s%sinteger overflow, a whole number of more than 64 bits", calls,
               calls[0] != '\0' ? ": " : "");
    quire_error_hint(error, "compute with doubles: CAST(… AS DOUBLE) within the brackets");
    return QUIRE_INPUT;
}

int quire_sql_fail(struct quire_sql_session *session, int sqlite_code, const char *at,
                   struct quire_error *error)
{
    if (session->failure.code != 0) {
        if (error != NULL) *error = session->failure;
        return session->failure.code;
    }
    int code = code_of(sqlite_code, at == NULL);
    if (code == QUIRE_MEMORY) return fail_memory(session, error);
    if (code == QUIRE_LIMIT && at == NULL) return fail_size(session, error);
    bool denied = session->denied[0] != '\0';
    const char *message = denied ? session->denied : sqlite3_errmsg(session->db);
    if (at != NULL) return fail_parse(session, code, at, message, error);
    if (strcmp(message, "integer overflow") == 0) return fail_overflow(session, error);
    return quire_fail(error, code, QUIRE_SQL_OPERATION, "%.400s", message);
}
