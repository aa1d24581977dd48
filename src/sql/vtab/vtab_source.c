/* What a name stands for is found out once: a Delta table where there is a log, else files. Each
 * scan opens it anew with the columns and conditions of that scan. */
#include "sql/vtab/vtab_source.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/fail.h"
#include "sql/vtab/kept_rows.h"

#define ROWS_UNKNOWN 1e6

/* --- Opening -------------------------------------------------------------------------------- */

/* A folder may be called as a pattern is; other stores are not asked for one. */
static bool may_be_delta(const char *url)
{
    return strcmp(url, "-") != 0 && (strpbrk(url, "*?[") == NULL || strstr(url, "://") == NULL);
}

/* A table that is not there is no failure unless a version of it was asked for. */
static int open_delta(struct quire_sql_source *source, struct quire_error *error)
{
    const struct quire_sql_table *given = source->given;
    struct quire_error own;
    quire_error_clear(&own);
    bool versioned = given->version_given || given->time_given;
    if (!may_be_delta(given->url)) {
        if (!versioned) return 0;
        return quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION,
                          "%.200s is no Delta table, which alone has versions", given->url);
    }
    int code = given->time_given
                   ? quire_table_open_at(given->url, given->time_ms, &source->delta, &own)
                   : quire_table_open(given->url,
                                      given->version_given ? given->version : QUIRE_TABLE_NEWEST,
                                      &source->delta, &own);
    if (code == QUIRE_NOT_FOUND && !versioned) return 0;
    if (code != 0 && error != NULL) *error = own;
    return code;
}

static struct quire_read_options options_of(const struct quire_sql_source *source)
{
    const struct quire_sql_session *session = source->session;
    const struct quire_read_options *read =
        source->given->read != NULL ? source->given->read : session->options.read;
    struct quire_read_options options = {.format = NULL};
    if (read != NULL) options = *read;
    options.records.columns = NULL;
    options.records.columns_size = 0;
    options.records.columns_given = false;
    options.records.conditions = NULL;
    options.records.conditions_size = 0;
    if (options.folder == NULL) options.folder = session->options.folder;
    return options;
}

#define BYTES_OF_A_ROW 30 /* a guess, for SQLite's choice between plans */

static double guess_rows(const char *const *names, size_t names_size)
{
    double bytes = 0;
    for (size_t i = 0; i < names_size; i++) {
        struct quire_store *store = NULL;
        struct quire_object object = {.size = -1};
        char *key = NULL;
        int code = quire_store_open(names[i], NULL, 0, &store, &key, NULL);
        if (code == 0) code = store->ops->head(store, key, &object, NULL);
        quire_store_key_free(key);
        quire_store_close(store);
        if (code != 0 || object.size < 0) return ROWS_UNKNOWN;
        bytes += (double)object.size;
    }
    return 1 + bytes / BYTES_OF_A_ROW;
}

static int add_rows(void *user, const struct quire_table_file *file, struct quire_error *error)
{
    double *rows = user;
    (void)error;
    *rows += file->rows >= 0 ? (double)file->rows : (double)file->bytes / BYTES_OF_A_ROW;
    return 0;
}

/* A context of its own, with a part of the memory. */
static int open_context(const struct quire_sql_source *source, struct quire_sql_rows *rows,
                        struct quire_error *error)
{
    const struct quire_sql_session *session = source->session;
    int64_t memory = (int64_t)(session->memory_max / 2 / session->sources_size);
    const struct quire_context_options options = {
        .threads = quire_pool_threads(session->context->pool),
        .memory_max = memory > QUIRE_MEMORY_MIN ? memory : QUIRE_MEMORY_MIN,
        .observer = session->context->observer,
    };
    return quire_context_new(&options, &rows->context, error);
}

static int open_files(struct quire_sql_source *source, struct quire_error *error)
{
    struct quire_sql_rows rows = {.context = NULL};
    QUIRE_TRY(
        quire_file_expand(&source->given->url, 1, &source->names, &source->names_size, error));
    source->is_once = source->names_size == 1 && !quire_file_rereadable(source->names[0]);
    struct quire_read_options options = options_of(source);
    int code = 0;
    if (!source->is_once) code = open_context(source, &rows, error);
    /* What is read once runs on the session's context, which outlives this. */
    options.context = source->is_once ? source->session->context : rows.context;
    if (code == 0)
        code = quire_file_read_all((const char *const *)source->names, source->names_size, &options,
                                   &rows.stream, error);
    if (code == 0) code = quire_stream_schema(&rows.stream, &source->schema, error);
    if (code == 0 && source->is_once) {
        source->once = rows.stream;
        rows.stream.release = NULL;
    }
    quire_sql_rows_release(&rows);
    return code;
}

static int open_view(struct quire_sql_source *source, struct quire_error *error)
{
    const struct quire_sql_table *given = source->given;
    if (given->where == NULL && given->columns_size == 0) return 0;
    source->view = quire_alloc_zero(1, sizeof(*source->view));
    if (source->view == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    return quire_sql_view_open(given, source->view, &source->schema, error);
}

/* What can be read only once cannot be lent. */
static int borrow(struct quire_sql_source *source, struct quire_error *error)
{
    const struct quire_sql_source *lender = source->lender;
    source->delta = lender->delta;
    source->names = lender->names;
    source->names_size = lender->names_size;
    source->view = lender->view;
    source->rows = lender->rows;
    QUIRE_TRY(quire_schema_copy(&lender->schema, &source->schema, error));
    return quire_field_open(&source->schema, &source->field, error);
}

int quire_sql_source_open(struct quire_sql_source *source, struct quire_error *error)
{
    if (source->field != NULL) return 0;
    if (source->lender != NULL && (source->lender->field == NULL || source->lender->is_once))
        source->lender = NULL;
    if (source->lender != NULL) return borrow(source, error);
    QUIRE_TRY(open_delta(source, error));
    if (source->delta != NULL) {
        source->rows = 1;
        QUIRE_TRY(quire_table_each_file(source->delta, add_rows, &source->rows, error));
        QUIRE_TRY(quire_table_schema(source->delta, &source->schema, error));
    } else {
        QUIRE_TRY(open_files(source, error));
        source->rows = source->is_once
                           ? ROWS_UNKNOWN
                           : guess_rows((const char *const *)source->names, source->names_size);
    }
    QUIRE_TRY(open_view(source, error));
    return quire_field_open(&source->schema, &source->field, error);
}

void quire_sql_source_release(struct quire_sql_source *source)
{
    quire_sql_kept_free(source->kept);
    quire_field_close(source->field);
    quire_schema_release(&source->schema);
    if (source->lender != NULL) return;
    if (source->view != NULL) quire_sql_view_release(source->view);
    quire_free(source->view);
    quire_stream_release(&source->once);
    quire_table_close(source->delta);
    quire_names_free(source->names, source->names_size);
}

/* --- Reading -------------------------------------------------------------------------------- */

void quire_sql_rows_release(struct quire_sql_rows *rows)
{
    quire_field_close(rows->field);
    quire_stream_release(&rows->stream);
    quire_context_free(rows->context);
    *rows = (struct quire_sql_rows){.context = NULL};
}

bool quire_sql_is_column(const struct quire_field *read, const struct quire_field *column)
{
    return strcmp(read->name, column->name) == 0 && read->kind == column->kind &&
           read->width == column->width && read->unit == column->unit;
}

int quire_sql_fail_changed(const struct quire_sql_source *source, const struct quire_field *column,
                           struct quire_error *error)
{
    return quire_fail(error, QUIRE_INPUT, QUIRE_SQL_OPERATION,
                      "the column \"%.100s\" of %.100s is not what it was: was it written to?",
                      column->name, source->given->name);
}

/* The one chance. */
static int read_once(struct quire_sql_source *source, struct quire_sql_rows *rows,
                     struct quire_error *error)
{
    if (source->once.release == NULL) {
        quire_fail(error, QUIRE_USAGE, QUIRE_SQL_OPERATION,
                   "%.80s can be read only once, and the query reads it again",
                   source->given->name);
        quire_error_hint(error, "write it to a file first, and name that");
        return QUIRE_USAGE;
    }
    rows->stream = source->once;
    source->once.release = NULL;
    return 0;
}

static int read_files(struct quire_sql_source *source, const struct quire_sql_scan *scan,
                      const char *const *columns, size_t columns_size, struct quire_sql_rows *rows,
                      struct quire_error *error)
{
    struct quire_read_options options = options_of(source);
    bool typed = options.records.schema != NULL;
    if (source->is_once) return read_once(source, rows, error);
    options.context = rows->context;
    options.records.columns = columns;
    options.records.columns_size = columns_size;
    options.records.columns_given = true;
    /* Under another schema, as several files have, values may be of other types than the file's. */
    if (source->names_size == 1 && !typed) {
        options.records.conditions = scan->conditions;
        options.records.conditions_size = scan->conditions_size;
    }
    /* A column that is neither in the schema nor wanted is not missed. */
    if (typed && options.records.extra == QUIRE_EXTRA_ERROR)
        options.records.extra = QUIRE_EXTRA_IGNORE;
    return quire_file_read_all((const char *const *)source->names, source->names_size, &options,
                               &rows->stream, error);
}

/* Also the condition of a view, so that files are passed over. */
static int make_where(const struct quire_sql_source *source, const struct quire_sql_scan *scan,
                      struct quire_buf *where)
{
    const char *given = source->given->where;
    int code = quire_sql_where(source->field, scan->conditions, scan->conditions_size, where);
    if (code == 0 && given != NULL)
        code = quire_buf_printf(where, "%s(%s\n)", where->size > 0 ? " AND " : "", given);
    return code == 0 ? quire_buf_terminate(where) : code;
}

static int read_delta(struct quire_sql_source *source, const struct quire_sql_scan *scan,
                      const char *const *columns, size_t columns_size, struct quire_sql_rows *rows,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf where = {0};
    if (make_where(source, scan, &where) != 0) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    const struct quire_table_read_options options = {
        .columns = columns,
        .columns_size = columns_size,
        .columns_given = true,
        .where = where.size > 0 ? (const char *)where.data : NULL,
        .context = rows->context,
    };
    return quire_table_read(source->delta, &options, &rows->stream, error);
}

/* Of the table's own columns. */
static int read_columns(struct quire_sql_source *source, const struct quire_sql_scan *scan,
                        struct quire_sql_rows *rows, struct quire_error *error)
{
    const struct quire_field *base = source->view != NULL ? source->view->base : source->field;
    size_t columns = base->children_size, size = 0;
    QUIRE_CLEANUP(quire_cleanup_free)
    const char **names = quire_alloc_zero(columns + 1, sizeof(*names));
    if (names == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    for (size_t i = 0; i < columns; i++)
        if (scan->wanted[i]) names[size++] = base->children[i].name;
    QUIRE_TRY(open_context(source, rows, error));
    return source->delta != NULL ? read_delta(source, scan, names, size, rows, error)
                                 : read_files(source, scan, names, size, rows, error);
}

static int read_view(struct quire_sql_source *source, const struct quire_sql_scan *scan,
                     struct quire_sql_rows *rows, struct quire_error *error)
{
    const struct quire_sql_view *view = source->view;
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream read = {.release = NULL};
    QUIRE_CLEANUP(quire_cleanup_free)
    bool *needed = quire_alloc_zero(view->base->children_size + 1, sizeof(*needed));
    QUIRE_CLEANUP(quire_cleanup_free)
    struct quire_condition *told = quire_alloc_zero(scan->conditions_size + 1, sizeof(*told));
    if (needed == NULL || told == NULL) return quire_fail_memory(error, QUIRE_SQL_OPERATION);
    struct quire_sql_scan own = {.wanted = needed, .conditions = told};
    for (size_t i = 0; i < scan->conditions_size; i++)
        if (quire_sql_view_owns(view, scan->conditions[i].column))
            told[own.conditions_size++] = scan->conditions[i];
    QUIRE_TRY(quire_sql_view_needs(view, scan->wanted, needed, error));
    QUIRE_TRY(read_columns(source, &own, rows, error));
    read = rows->stream;
    rows->stream.release = NULL;
    return quire_sql_view_read(view, scan->wanted, &read, &rows->stream, error);
}

int quire_sql_source_read(struct quire_sql_source *source, const struct quire_sql_scan *scan,
                          struct quire_sql_rows *rows, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_sql_rows_release) struct quire_sql_rows made = {.context = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    if (source->view != NULL)
        QUIRE_TRY(read_view(source, scan, &made, error));
    else
        QUIRE_TRY(read_columns(source, scan, &made, error));
    QUIRE_TRY(quire_stream_schema(&made.stream, &schema, error));
    QUIRE_TRY(quire_field_open(&schema, &made.field, error));
    *rows = made;
    made = (struct quire_sql_rows){.context = NULL};
    return 0;
}
