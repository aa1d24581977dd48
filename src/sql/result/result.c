/* Types first, then batches of at most some thousand rows. */
#include "sql/result/result.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "sql/text/time_collation.h"

#define BATCH_ROWS_MAX  8192
#define BATCH_BYTES_MAX ((size_t)4 << 20)
#define BYTES_EVERY     256 /* rows between two looks at the bytes */

void quire_sql_results_release(struct quire_sql_results *results)
{
    for (size_t i = 0; i < results->columns_size; i++)
        quire_column_free(results->columns[i].trial);
    quire_free(results->columns);
    quire_column_free(results->rows);
    quire_field_close(results->field);
    quire_schema_release(&results->schema);
    sqlite3_finalize(results->statement);
    quire_sql_session_release(&results->session);
    quire_sql_spool_release(&results->spool);
    quire_arena_release(&results->arena);
    quire_buf_release(&results->places);
    quire_free(results->sql);
    quire_free(results->rolled);
}

/* --- Names ---------------------------------------------------------------------------------- */

static bool is_taken(const struct quire_sql_results *results, size_t before, const char *name)
{
    for (size_t i = 0; i < before; i++)
        if (strcmp(results->columns[i].name, name) == 0) return true;
    return false;
}

/* An expression without a name has its text, which is to be that of the query. */
static char *copy_name(struct quire_sql_results *results, const char *name)
{
    bool own = strstr(results->given, name) != NULL; /* a name, not a text that was adapted */
    const char *at = own ? NULL : strstr(results->sql, name);
    if (at == NULL) return quire_arena_strndup(&results->arena, name, strlen(name));
    size_t start = quire_sql_time_given(&results->places, (size_t)(at - results->sql));
    size_t end = quire_sql_time_given(&results->places, (size_t)(at - results->sql) + strlen(name));
    return quire_arena_strndup(&results->arena, results->given + start, end - start);
}

/* A name that comes again has a number behind it, "id:1", as in tables. */
static int name_column(struct quire_sql_results *results, size_t at)
{
    const char *text = sqlite3_column_name(results->statement, (int)at);
    const char *given = text != NULL ? copy_name(results, text) : NULL, *name = given;
    for (size_t number = 1; name != NULL && is_taken(results, at, name); number++) {
        char tail[24];
        int size = snprintf(tail, sizeof(tail), ":%zu", number);
        char *numbered = quire_arena_alloc(&results->arena, strlen(given) + (size_t)size + 1);
        if (numbered == NULL) return QUIRE_MEMORY;
        memcpy(numbered, given, strlen(given));
        memcpy(numbered + strlen(given), tail, (size_t)size + 1);
        name = numbered;
    }
    results->columns[at].name = name;
    return name != NULL ? 0 : QUIRE_MEMORY;
}

/* --- Types ---------------------------------------------------------------------------------- */

static struct quire_field declared_field(const struct quire_sql_result_column *column)
{
    struct quire_field field = *column->declared;
    field.name = column->name;
    field.name_size = strlen(column->name);
    field.nullable = true;
    return field;
}

/* The least that holds every value; none is text, which any program reads. */
static struct quire_field inferred_field(const struct quire_sql_result_column *column)
{
    struct quire_field field = {.name = column->name, .name_size = strlen(column->name)};
    field.nullable = true;
    if (column->blobs)
        field.format = "z";
    else if (column->texts || !(column->integers || column->reals))
        field.format = "u";
    else
        field.format = column->reals ? "g" : "l";
    return field;
}

static int settle_types(struct quire_sql_results *results, struct quire_error *error)
{
    size_t size = results->columns_size;
    QUIRE_CLEANUP(quire_cleanup_free)
    struct quire_field *fields = quire_alloc_zero(size + 1, sizeof(*fields));
    if (fields == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    for (size_t i = 0; i < size; i++) {
        const struct quire_sql_result_column *column = &results->columns[i];
        fields[i] = column->declared != NULL ? declared_field(column) : inferred_field(column);
    }
    const struct quire_field root = {.kind = QUIRE_KIND_STRUCT,
                                     .format = "+s",
                                     .name = "",
                                     .children = fields,
                                     .children_size = size};
    QUIRE_TRY(quire_field_to_schema(&root, &results->schema, error));
    QUIRE_TRY(quire_field_open(&results->schema, &results->field, error));
    return quire_column_new(results->field, &results->rows, error);
}

/* --- Spooling ------------------------------------------------------------------------------- */

static void see(struct quire_sql_result_column *column, const struct quire_sql_cell *cell)
{
    column->integers = column->integers || cell->type == SQLITE_INTEGER;
    column->reals = column->reals || cell->type == SQLITE_FLOAT;
    column->texts = column->texts || cell->type == SQLITE_TEXT;
    column->blobs = column->blobs || cell->type == SQLITE_BLOB;
}

/* A column of a compound keeps the type of the first SELECT while every value has it. */
static int try_declared(struct quire_sql_result_column *column, const struct quire_sql_cell *cell,
                        struct quire_error *error)
{
    if (column->declared == NULL || cell->type == SQLITE_NULL) return 0;
    if (column->trial == NULL) QUIRE_TRY(quire_column_new(column->declared, &column->trial, error));
    enum quire_value_result result = quire_sql_cell_put(column->trial, cell);
    if (result == QUIRE_VALUE_MEMORY) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    if (result == QUIRE_VALUE_OK)
        quire_column_clear(column->trial);
    else
        column->declared = NULL;
    return 0;
}

static int step(struct quire_sql_results *results, bool *got, struct quire_error *error)
{
    int code = sqlite3_step(results->statement);
    *got = code == SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE) return 0;
    return quire_sql_fail(&results->session, code, NULL, error);
}

static int spool_row(struct quire_sql_results *results, struct quire_error *error)
{
    struct quire_sql_cell cell = {.type = SQLITE_NULL};
    for (size_t i = 0; i < results->columns_size; i++) {
        quire_sql_cell_of(results->statement, (int)i, &cell);
        see(&results->columns[i], &cell);
        if (results->compound) QUIRE_TRY(try_declared(&results->columns[i], &cell, error));
        QUIRE_TRY(quire_sql_spool_put(&results->spool, &cell, error));
    }
    results->spool_rows++;
    return 0;
}

static int spool_rows(struct quire_sql_results *results, struct quire_error *error)
{
    bool got = true;
    results->spooled = true;
    results->spool.file.folder = results->session.options.folder;
    results->spool.memory_max = results->session.memory_max / 8;
    for (;;) {
        QUIRE_TRY(step(results, &got, error));
        if (!got) return 0;
        QUIRE_TRY(spool_row(results, error));
    }
}

int quire_sql_results_begin(struct quire_sql_results *results, struct quire_error *error)
{
    size_t size = (size_t)sqlite3_column_count(results->statement);
    bool all = !results->compound;
    results->columns = quire_alloc_zero(size + 1, sizeof(*results->columns));
    if (results->columns == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    results->columns_size = size;
    for (size_t i = 0; i < size; i++) {
        struct quire_sql_result_column *column = &results->columns[i];
        const char *type = sqlite3_column_decltype(results->statement, (int)i);
        if (name_column(results, i) != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
        const struct quire_field *declared = quire_sql_declared(&results->session, type);
        if (declared != NULL && quire_sql_can_restore(declared)) column->declared = declared;
        all = all && column->declared != NULL;
    }
    if (!all) QUIRE_TRY(spool_rows(results, error));
    return settle_types(results, error);
}

/* --- Rows ----------------------------------------------------------------------------------- */

static int fail_value(const struct quire_sql_results *results, size_t at,
                      enum quire_value_result result, struct quire_error *error)
{
    if (result == QUIRE_VALUE_MEMORY) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    quire_fail(error, QUIRE_INPUT, QUIRE_SQL_OPERATION,
               result == QUIRE_VALUE_UTF8 ? "a text that is not UTF-8" : "a value of another type");
    quire_error_at(error, results->rows_before + results->rows->length + 1,
                   results->columns[at].name, QUIRE_NOWHERE);
    return QUIRE_INPUT;
}

static int put_row(struct quire_sql_results *results, struct quire_error *error)
{
    struct quire_sql_cell cell = {.type = SQLITE_NULL};
    for (size_t i = 0; i < results->columns_size; i++) {
        if (results->spooled)
            QUIRE_TRY(quire_sql_spool_get(&results->spool, &cell, error));
        else
            quire_sql_cell_of(results->statement, (int)i, &cell);
        enum quire_value_result result = quire_sql_cell_put(&results->rows->children[i], &cell);
        if (result != QUIRE_VALUE_OK) return fail_value(results, i, result, error);
    }
    return quire_column_end_struct(results->rows) == 0
               ? 0
               : quire_fail_memory(error, QUIRE_SQL_OPERATION);
}

static int next_row(struct quire_sql_results *results, bool *got, struct quire_error *error)
{
    if (!results->spooled) return step(results, got, error);
    *got = results->spool_rows-- > 0;
    if (results->spool_rows % BATCH_ROWS_MAX != 0) return 0;
    int code = quire_sql_session_check(&results->session);
    return code == 0 ? 0 : quire_sql_fail(&results->session, SQLITE_INTERRUPT, NULL, error);
}

static bool is_full(const struct quire_sql_results *results)
{
    int64_t rows = results->rows->length;
    return rows == BATCH_ROWS_MAX ||
           (rows % BYTES_EVERY == 0 && quire_column_memory(results->rows) > BATCH_BYTES_MAX);
}

int quire_sql_results_next(struct quire_sql_results *results, struct ArrowArray *batch,
                           struct quire_error *error)
{
    batch->release = NULL;
    while (!results->ended) {
        bool got = false;
        QUIRE_TRY(next_row(results, &got, error));
        results->ended = !got;
        if (got) QUIRE_TRY(put_row(results, error));
        if (got && is_full(results)) break;
    }
    int64_t rows = results->rows->length;
    if (rows == 0) return 0;
    results->rows_before += rows;
    return quire_column_finish(results->rows, batch, error);
}
