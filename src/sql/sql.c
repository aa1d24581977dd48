/* From a text to a stream of rows: adapted, prepared, bound, run. */
#include "sql/result/result.h"

#include <assert.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "sql/rollup/rollup_query.h"
#include "sql/sql_together.h"
#include "sql/text/query_text.h"
#include "sql/text/time_collation.h"
#include "sql/vtab/vtab_source.h"

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

static int bind_own(struct quire_sql_results *results, struct quire_error *error)
{
    const struct quire_sql_options *options = &results->session.options;
    QUIRE_TRY(quire_sql_bind(&results->session, results->statement, error));
    for (size_t i = 0; i < options->params_size; i++)
        if (!has_parameter(results->statement, options->params[i].name))
            return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION,
                              "the query has no parameter \":%.100s\"", options->params[i].name);
    return 0;
}

/* --- Queries -------------------------------------------------------------------------------- */

/* With the tables that another one has opened. */
static void borrow_tables(struct quire_sql_session *session, const struct quire_sql_session *from)
{
    for (size_t i = 0; i < session->sources_size; i++)
        session->sources[i].lender = &from->sources[i];
}

static int open_query(const char *sql, const struct quire_sql_options *options,
                      const struct quire_sql_session *lender, struct quire_sql_results **made,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(cleanup_results)
    struct quire_sql_results *results = quire_alloc_zero(1, sizeof(*results));
    if (results == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    if (options != NULL) results->session.options = *options;
    QUIRE_TRY(quire_sql_session_open(&results->session, error));
    if (lender != NULL) borrow_tables(&results->session, lender);
    QUIRE_TRY(quire_sql_prepare(results, sql, error));
    QUIRE_TRY(bind_own(results, error));
    *made = results;
    results = NULL;
    return 0;
}

static int begin_stream(struct quire_sql_results **results, struct ArrowArrayStream *stream,
                        struct quire_error *error)
{
    static const struct quire_stream_ops ops = {results_schema, results_next, close_results};
    QUIRE_TRY(quire_sql_results_begin(*results, error));
    QUIRE_TRY(quire_stream_wrap(&ops, *results, stream, error));
    *results = NULL; /* the stream's */
    return 0;
}

int quire_sql_query(const char *sql, const struct quire_sql_options *options,
                    struct ArrowArrayStream *stream, struct quire_error *error)
{
    QUIRE_CLEANUP(cleanup_results) struct quire_sql_results *results = NULL;
    QUIRE_TRY(open_query(sql, options, NULL, &results, error));
    QUIRE_TRY(quire_sql_roll(&results, &sql, 1, error));
    return begin_stream(&results, stream, error);
}

/* --- Together ------------------------------------------------------------------------------- */

struct together {
    struct quire_sql_results *items[QUIRE_SQL_TOGETHER_MAX];
};

/* The one that the others borrow from is the first. */
static void release_together(struct together *together)
{
    for (size_t i = QUIRE_SQL_TOGETHER_MAX; i-- > 0;)
        cleanup_results(&together->items[i]);
}

static int begin_rolled(struct quire_sql_results **results, size_t size,
                        struct ArrowArrayStream *stream, struct quire_error *error)
{
    if (!(*results)->session.rolled) return 0;
    (*results)->session.memory_max /= size;
    return begin_stream(results, stream, error);
}

int quire_sql_query_together(const char *const *texts, size_t size,
                             const struct quire_sql_options *options,
                             struct ArrowArrayStream *streams, struct quire_error *error)
{
    QUIRE_CLEANUP(release_together) struct together together = {.items = {NULL}};
    struct quire_sql_results **items = together.items;
    int code = 0;
    assert(size > 0 && size <= QUIRE_SQL_TOGETHER_MAX);
    for (size_t i = 0; i < size; i++) {
        streams[i].release = NULL;
        QUIRE_TRY(
            open_query(texts[i], options, i > 0 ? &items[0]->session : NULL, &items[i], error));
    }
    QUIRE_TRY(quire_sql_roll(items, texts, size, error));
    for (size_t i = 0; i < size && code == 0; i++)
        code = begin_rolled(&items[i], size, &streams[i], error);
    for (size_t i = 0; i < size && code != 0; i++) {
        quire_stream_release(&streams[i]);
        streams[i].release = NULL;
    }
    return code;
}
