/* From a text to a stream of rows: adapted, prepared, bound, run. */
#include "sql/sql_result.h"

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "sql/sql_rollup.h"
#include "sql/sql_text.h"

static void close_results(void *source)
{
    quire_sql_results_release(source);
    quire_free(source);
}

static void cleanup_results(struct quire_sql_results **results)
{
    if (*results != NULL) close_results(*results);
}

static int results_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    const struct quire_sql_results *results = source;
    return quire_schema_copy(&results->schema, schema, error);
}

static int results_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    return quire_sql_results_next(source, batch, error);
}

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

static int prepare(struct quire_sql_results *results, const char *sql, struct quire_error *error)
{
    struct quire_sql_session *session = &results->session;
    const char *tail = NULL;
    results->given = sql;
    results->sql = quire_sql_adapt(sql);
    if (results->sql == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    session->ordered = quire_sql_is_ordered(sql);
    session->numbered = quire_sql_needs_numbers(sql);
    session->has_or = quire_sql_has_or(sql);
    int code = sqlite3_prepare_v3(session->db, results->sql, -1, 0, &results->statement, &tail);
    if (code != SQLITE_OK || session->failure.code != 0)
        return quire_sql_fail(session, code != SQLITE_OK ? code : SQLITE_ERROR, sql, error);
    if (results->statement == NULL)
        return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION, "there is no query");
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

static int bind_all(struct quire_sql_session *session, sqlite3_stmt *statement,
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

static int bind(struct quire_sql_results *results, struct quire_error *error)
{
    const struct quire_sql_options *options = &results->session.options;
    QUIRE_TRY(bind_all(&results->session, results->statement, error));
    for (size_t i = 0; i < options->params_size; i++)
        if (!has_parameter(results->statement, options->params[i].name))
            return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION,
                              "the query has no parameter \":%.100s\"", options->params[i].name);
    return 0;
}

/* --- Rollups -------------------------------------------------------------------------------- */

static void finalize(sqlite3_stmt **statement)
{
    sqlite3_finalize(*statement);
}

/* *statement: of a text whose first row is there, NULL for no text. */
static int compute(struct quire_sql_session *session, const char *sql, sqlite3_stmt **statement,
                   struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free) char *adapted = quire_sql_adapt(sql);
    if (adapted == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    int code = sqlite3_prepare_v3(session->db, adapted, -1, 0, statement, NULL);
    if (code != SQLITE_OK) return quire_sql_fail(session, code, NULL, error);
    if (*statement == NULL) return 0;
    QUIRE_TRY(bind_all(session, *statement, error));
    code = sqlite3_step(*statement);
    return code == SQLITE_ROW ? 0 : quire_sql_fail(session, code, NULL, error);
}

static int run_rollup(struct quire_sql_session *session, const struct quire_rollup *rollup,
                      bool *done, struct quire_error *error)
{
    QUIRE_CLEANUP(finalize) sqlite3_stmt *constants = NULL;
    QUIRE_CLEANUP(quire_cleanup_free)
    sqlite3_value **values = quire_alloc_zero(rollup->constants_size + 1, sizeof(*values));
    if (values == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    QUIRE_TRY(compute(session,
                      rollup->constants.size > 0 ? (const char *)rollup->constants.data : "",
                      &constants, error));
    int code = 0;
    for (size_t i = 0; i < rollup->constants_size && code == 0; i++) {
        values[i] = sqlite3_value_dup(sqlite3_column_value(constants, (int)i));
        if (values[i] == NULL) code = quire_fail_memory(error, QUIRE_SQL_OPERATION);
    }
    if (code == 0) code = quire_rollup_run(session, rollup, values, done, error);
    for (size_t i = 0; i < rollup->constants_size; i++)
        sqlite3_value_free(values[i]);
    return code;
}

/* Puts the query over the table of groups in the place of the query. */
static int take_rollup(struct quire_sql_results *results, const struct quire_rollup *rollup,
                       struct quire_error *error)
{
    sqlite3_finalize(results->statement);
    results->statement = NULL;
    quire_free(results->sql);
    results->sql = NULL;
    results->rolled = quire_strndup((const char *)rollup->sql.data, rollup->sql.size);
    if (results->rolled == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    results->session.rolled = true;
    QUIRE_TRY(prepare(results, results->rolled, error));
    return bind_all(&results->session, results->statement, error);
}

static int try_rollup(struct quire_sql_results *results, const char *sql, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_rollup_release) struct quire_rollup rollup = {.source = NULL};
    bool fits = false, done = false;
    if (results->session.numbered) return 0;
    if (quire_rollup_parse(&results->session, sql, &rollup, &fits) != 0)
        return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    if (!fits) return 0;
    QUIRE_TRY(run_rollup(&results->session, &rollup, &done, error));
    return done ? take_rollup(results, &rollup, error) : 0;
}

int quire_sql_query(const char *sql, const struct quire_sql_options *options,
                    struct ArrowArrayStream *stream, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {results_schema, results_next, close_results};
    QUIRE_CLEANUP(cleanup_results)
    struct quire_sql_results *results = quire_alloc_zero(1, sizeof(*results));
    if (results == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    if (options != NULL) results->session.options = *options;
    QUIRE_TRY(quire_sql_session_open(&results->session, error));
    QUIRE_TRY(prepare(results, sql, error));
    QUIRE_TRY(bind(results, error));
    QUIRE_TRY(try_rollup(results, sql, error));
    QUIRE_TRY(quire_sql_results_begin(results, error));
    QUIRE_TRY(quire_stream_wrap(&ops, results, stream, error));
    results = NULL; /* the stream's */
    return 0;
}
