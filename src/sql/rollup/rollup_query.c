/* A query, or the innermost subquery of its FROM, is looked at as a text; where it is a rollup, the
 * text of one over its groups is put in its place. */
#include "sql/rollup/rollup_query.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "sql/rollup/rollup.h"
#include "sql/sql_prepare.h"
#include "sql/text/query_text.h"
#include "sql/vtab/vtab_source.h"

/* The part of a text that is a rollup. Begins zeroed. */
struct part {
    size_t start, end;
    bool fits;
    struct quire_rollup rollup;
    sqlite3_value **values; /* the constants */
};

static void release_part(struct part *part)
{
    for (size_t i = 0; part->values != NULL && i < part->rollup.constants_size; i++)
        sqlite3_value_free(part->values[i]);
    quire_free(part->values);
    quire_rollup_release(&part->rollup);
}

/* --- Looking -------------------------------------------------------------------------------- */

static int try_part(const struct quire_sql_session *session, const char *sql, struct part *part,
                    struct quire_error *error)
{
    QUIRE_CLEANUP(quire_cleanup_free)
    char *text = quire_strndup(sql + part->start, part->end - part->start);
    if (text == NULL || quire_rollup_parse(session, text, &part->rollup, &part->fits) != 0)
        return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    return 0;
}

static int find_part(const struct quire_sql_session *session, const char *sql, struct part *part,
                     struct quire_error *error)
{
    if (session->numbered) return 0;
    part->end = strlen(sql);
    QUIRE_TRY(try_part(session, sql, part, error));
    if (part->fits || !quire_rollup_find_inner(sql, &part->start, &part->end)) return 0;
    quire_rollup_release(&part->rollup);
    part->rollup = (struct quire_rollup){.source = NULL};
    return try_part(session, sql, part, error);
}

/* --- Constants ------------------------------------------------------------------------------ */

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
    QUIRE_TRY(quire_sql_bind(session, *statement, error));
    code = sqlite3_step(*statement);
    return code == SQLITE_ROW ? 0 : quire_sql_fail(session, code, NULL, error);
}

static int compute_constants(struct quire_sql_session *session, struct part *part,
                             struct quire_error *error)
{
    QUIRE_CLEANUP(finalize) sqlite3_stmt *constants = NULL;
    const struct quire_rollup *rollup = &part->rollup;
    part->values = quire_alloc_zero(rollup->constants_size + 1, sizeof(*part->values));
    if (part->values == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    QUIRE_TRY(compute(session,
                      rollup->constants.size > 0 ? (const char *)rollup->constants.data : "",
                      &constants, error));
    for (size_t i = 0; i < rollup->constants_size; i++) {
        part->values[i] = sqlite3_value_dup(sqlite3_column_value(constants, (int)i));
        if (part->values[i] == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    }
    return 0;
}

/* --- Putting in place ----------------------------------------------------------------------- */

static int put_text(struct quire_sql_results *results, const struct quire_buf *text,
                    struct quire_error *error)
{
    sqlite3_finalize(results->statement);
    results->statement = NULL;
    quire_free(results->sql);
    results->sql = NULL;
    results->rolled = quire_strndup((const char *)text->data, text->size);
    if (results->rolled == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    results->session.rolled = true;
    QUIRE_TRY(quire_sql_prepare(results, results->rolled, error));
    return quire_sql_bind(&results->session, results->statement, error);
}

static int put_groups(struct quire_sql_results *results, const char *sql, const struct part *part,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    int code = quire_buf_append(&text, sql, part->start);
    if (code == 0) code = quire_buf_append_text(&text, (const char *)part->rollup.sql.data);
    if (code == 0) code = quire_buf_append_text(&text, sql + part->end);
    if (code != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    return put_text(results, &text, error);
}

/* --- All of them ---------------------------------------------------------------------------- */

struct parts {
    struct part *items;
    struct quire_rollup_ask *asks; /* of those that fit */
    size_t *of_ask;                /* which item is which */
    size_t size, asks_size;
};

static void release_parts(struct parts *parts)
{
    for (size_t i = 0; parts->items != NULL && i < parts->size; i++)
        release_part(&parts->items[i]);
    quire_free(parts->items);
    quire_free(parts->asks);
    quire_free(parts->of_ask);
}

static int make_parts(struct parts *parts, size_t size)
{
    parts->size = size;
    parts->items = quire_alloc_zero(size, sizeof(*parts->items));
    parts->asks = quire_alloc_zero(size, sizeof(*parts->asks));
    parts->of_ask = quire_alloc_zero(size, sizeof(*parts->of_ask));
    return parts->items != NULL && parts->asks != NULL && parts->of_ask != NULL ? 0 : QUIRE_MEMORY;
}

/* Whether it is of the table that the others are of: each session has its own list of the same. */
static bool is_of_table(const struct parts *parts, const struct quire_rollup_ask *ask)
{
    const struct quire_rollup_ask *first = &parts->asks[0];
    return parts->asks_size == 0 || first->rollup->source - first->session->sources ==
                                        ask->rollup->source - ask->session->sources;
}

static int add_part(struct parts *parts, size_t at, struct quire_sql_session *session,
                    const char *sql, struct quire_error *error)
{
    struct part *part = &parts->items[at];
    QUIRE_TRY(find_part(session, sql, part, error));
    struct quire_rollup_ask ask = {.session = session, .rollup = &part->rollup};
    if (!part->fits || !is_of_table(parts, &ask)) return 0;
    QUIRE_TRY(compute_constants(session, part, error));
    ask.values = part->values;
    parts->of_ask[parts->asks_size] = at;
    parts->asks[parts->asks_size++] = ask;
    return 0;
}

int quire_sql_roll(struct quire_sql_results **results, const char *const *sql, size_t size,
                   struct quire_error *error)
{
    QUIRE_CLEANUP(release_parts) struct parts parts = {.size = 0};
    if (make_parts(&parts, size) != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    for (size_t i = 0; i < size; i++)
        QUIRE_TRY(add_part(&parts, i, &results[i]->session, sql[i], error));
    if (parts.asks_size == 0) return 0;
    QUIRE_TRY(quire_rollup_compute(parts.asks, parts.asks_size, error));
    for (size_t i = 0; i < parts.asks_size; i++) {
        size_t at = parts.of_ask[i];
        if (parts.asks[i].done)
            QUIRE_TRY(put_groups(results[at], sql[at], &parts.items[at], error));
    }
    return 0;
}
