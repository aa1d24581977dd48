/* From a text to a stream of rows: prepared, rolled up where that can be, run. */
#include "sql/sql_together.h"

#include <assert.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "data/batch_stream.h"
#include "sql/rollup/rollup_query.h"
#include "sql/sql_prepare.h"
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
    QUIRE_TRY(quire_sql_bind_query(results, error));
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
