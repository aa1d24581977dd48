/* A query is prepared as it is, which opens its tables, and anew where that tells of times. */
#include "sql/sql_prepare.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "sql/text/query_text.h"
#include "sql/text/query_tokens.h"
#include "sql/text/time_collation.h"

/* --- Preparing ------------------------------------------------------------------------------ */

/* Nothing but blanks, comments and semicolons may follow. */
static bool is_over(const char *tail)
{
    size_t at = 0;
    for (;;) {
        struct quire_sql_token token = quire_sql_token_next(tail, &at);
        if (token.kind == QUIRE_SQL_TOKEN_END) return true;
        if (tail[token.at] != ';') return false;
    }
}

/* A code of SQLite's. *tail: what follows the query in results->sql. */
static int prepare_text(struct quire_sql_results *results, const char **tail)
{
    return sqlite3_prepare_v3(results->session.db, results->sql, -1, 0, &results->statement, tail);
}

/* The tables are open by now, so that it is known which expressions are times. Where that makes no
 * query any more (a subquery of FROM that was taken for a value), all stays as it was. */
static int type_times(struct quire_sql_results *results, const char **tail,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) char *plain = NULL;
    quire_buf_clear(&results->places);
    if (quire_sql_time_places(&results->session, results->given, &results->places) != 0)
        return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    if (results->places.size == 0) return 0;
    char *typed = quire_sql_time_put(results->sql, &results->places);
    if (typed == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    sqlite3_finalize(results->statement);
    results->statement = NULL;
    plain = results->sql;
    results->sql = typed;
    int code = prepare_text(results, tail);
    if (code == SQLITE_OK) return 0;
    quire_free(typed);
    results->sql = QUIRE_STEAL(plain);
    quire_buf_clear(&results->places);
    code = prepare_text(results, tail);
    return code == SQLITE_OK ? 0 : quire_sql_fail(&results->session, code, results->given, error);
}

int quire_sql_prepare(struct quire_sql_results *results, const char *sql, struct quire_error *error)
{
    struct quire_sql_session *session = &results->session;
    const char *tail = NULL;
    results->given = sql;
    results->sql = quire_sql_adapt(sql);
    if (results->sql == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    session->ordered = quire_sql_is_ordered(sql);
    session->numbered = quire_sql_needs_numbers(sql);
    session->has_or = quire_sql_has_or(sql);
    int code = prepare_text(results, &tail);
    if (code != SQLITE_OK || session->failure.code != 0)
        return quire_sql_fail(session, code != SQLITE_OK ? code : SQLITE_ERROR, sql, error);
    if (results->statement == NULL)
        return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION, "there is no query");
    QUIRE_TRY(type_times(results, &tail, error));
    if (!is_over(tail))
        return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION, "there is more than one query");
    if (!sqlite3_stmt_readonly(results->statement) || sqlite3_column_count(results->statement) == 0)
        return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION, "only SELECT gives rows");
    results->compound = quire_sql_is_compound(sql);
    return 0;
}

/* --- Parameters ----------------------------------------------------------------------------- */

static const struct quire_sql_param *find_param(const struct quire_sql_options *options,
                                                const char *name)
{
    for (size_t i = 0; i < options->params_size; i++)
        if (strcmp(options->params[i].name, name) == 0) return &options->params[i];
    return NULL;
}

static int bind_one(struct quire_sql_session *session, sqlite3_stmt *statement, int at,
                    struct quire_error *error)
{
    const char *name = sqlite3_bind_parameter_name(statement, at);
    if (name == NULL || name[0] == '?')
        return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION,
                          "a parameter has a name here: \":name\" instead of \"?\"");
    const struct quire_sql_param *param = find_param(&session->options, name + 1);
    if (param == NULL)
        return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION,
                          "the parameter \"%.100s\" has no value", name);
    int code;
    switch (param->kind) {
    case QUIRE_SQL_INT: code = sqlite3_bind_int64(statement, at, param->integer); break;
    case QUIRE_SQL_DOUBLE: code = sqlite3_bind_double(statement, at, param->real); break;
    case QUIRE_SQL_TEXT:
        code = sqlite3_bind_text64(statement, at, param->text, strlen(param->text),
                                   SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    default: code = sqlite3_bind_null(statement, at);
    }
    return code == SQLITE_OK ? 0 : quire_sql_fail(session, code, NULL, error);
}

int quire_sql_bind(struct quire_sql_session *session, sqlite3_stmt *statement,
                   struct quire_error *error)
{
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++)
        QUIRE_TRY(bind_one(session, statement, i, error));
    return 0;
}

static bool has_parameter(sqlite3_stmt *statement, const char *name)
{
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement); i++) {
        const char *own = sqlite3_bind_parameter_name(statement, i);
        if (own != NULL && strcmp(own + 1, name) == 0) return true;
    }
    return false;
}

int quire_sql_bind_query(struct quire_sql_results *results, struct quire_error *error)
{
    const struct quire_sql_options *options = &results->session.options;
    QUIRE_TRY(quire_sql_bind(&results->session, results->statement, error));
    for (size_t i = 0; i < options->params_size; i++)
        if (!has_parameter(results->statement, options->params[i].name))
            return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION,
                              "the query has no parameter \":%.100s\"", options->params[i].name);
    return 0;
}
