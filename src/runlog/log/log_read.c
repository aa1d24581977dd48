/* The newest rows of a run log. Which rows these are is found by one column; then files and parts
 * of files that have none of them are passed over. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "data/batch_stream.h"
#include "quire/expr.h"
#include "quire/file.h"
#include "quire/runlog_upkeep.h"
#include "runlog/log/chosen_columns.h"
#include "runlog/log/log_filter.h"
#include "runlog/log/newest_times.h"
#include "runlog/report/log_time.h"
#include "runlog/runlog_schema.h"

#define OPERATION "read run log"

struct reading {
    char *url;
    struct quire_table *table;
    struct ArrowSchema schema;
    struct quire_context *own_context, *context;
    struct ArrowArrayStream stream;
    struct quire_buf filter; /* zero-terminated; empty: none */
    const char *by;          /* the column of the time */
    struct quire_buf time;   /* where it is null in some rows what these go by, an expression,
                              * zero-terminated; else empty */
    struct quire_buf newest; /* int64_t: a heap of the newest times, the oldest of them first */
};

static void reading_close(void *source)
{
    struct reading *reading = source;
    quire_stream_release(&reading->stream);
    quire_table_close(reading->table);
    quire_schema_release(&reading->schema);
    quire_context_free(reading->own_context);
    quire_buf_release(&reading->filter);
    quire_buf_release(&reading->time);
    quire_buf_release(&reading->newest);
    quire_free(reading->url);
    quire_free(reading);
}

static int reading_schema(void *source, struct ArrowSchema *schema, struct quire_error *error)
{
    struct reading *reading = source;
    return quire_stream_schema(&reading->stream, schema, error);
}

/* What fails is of the table, not of where the rows go. */
static int reading_next(void *source, struct ArrowArray *batch, struct quire_error *error)
{
    struct reading *reading = source;
    int code = quire_stream_next(&reading->stream, batch, error);
    if (code != 0) quire_error_path(error, reading->url);
    return code;
}

/* --- Columns --------------------------------------------------------------------------------- */

static int add_filter_columns(const struct reading *reading, struct quire_chosen_columns *columns,
                              struct quire_error *error)
{
    struct quire_expr *expr = NULL;
    if (reading->filter.size == 0) return 0;
    QUIRE_TRY(quire_expr_parse((const char *)reading->filter.data, &expr, error));
    int code = quire_expr_each_column(expr, quire_chosen_columns_add, columns);
    /* What is not there is told before anything is read. */
    if (code == 0) code = quire_expr_bind(expr, &reading->schema, error);
    if (code == 0) code = quire_expr_check_predicate(expr, error);
    if (code == 0) code = quire_log_filter_try(expr, &reading->schema, error);
    quire_expr_free(expr);
    return code;
}

/* columns: NULL for all. */
static int open_rows(struct reading *reading, const struct quire_chosen_columns *columns,
                     const char *where, struct ArrowArrayStream *stream, struct quire_error *error)
{
    struct ArrowArrayStream rows = {.release = NULL};
    const struct quire_table_read_options options = {
        .columns = columns != NULL ? columns->names : NULL,
        .columns_size = columns != NULL ? columns->size : 0,
        .columns_given = columns != NULL,
        .where = where,
        .context = reading->context,
    };
    QUIRE_TRY(quire_table_read(reading->table, &options, &rows, error));
    if (where == NULL) {
        *stream = rows;
        return 0;
    }
    int code = quire_stream_filter(&rows, where, stream, error);
    if (code != 0) quire_stream_release(&rows);
    return code;
}

/* With the time, where that is no column. */
static int open_timed(struct reading *reading, const struct quire_chosen_columns *columns,
                      const char *where, struct ArrowArrayStream *stream, struct quire_error *error)
{
    struct ArrowArrayStream rows = {.release = NULL};
    if (reading->time.size == 0) return open_rows(reading, columns, where, stream, error);
    QUIRE_TRY(open_rows(reading, columns, where, &rows, error));
    int code = quire_log_time_add(&rows, (const char *)reading->time.data, stream, error);
    if (code != 0) quire_stream_release(&rows);
    return code;
}

static const char *time_column(const struct reading *reading)
{
    return reading->time.size > 0 ? QUIRE_LOG_TIME : reading->by;
}

/* --- The newest times ------------------------------------------------------------------------ */

/* Puts into where that rows are no older than the oldest of the newest. */
static int bound_times(struct reading *reading, int64_t limit, struct quire_buf *where,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    QUIRE_CLEANUP(quire_chosen_columns_release) struct quire_chosen_columns columns = {.size = 0};
    char text[QUIRE_TIME_TEXT_MAX];
    const char *filter = reading->filter.size > 0 ? (const char *)reading->filter.data : NULL;
    QUIRE_TRY(quire_chosen_columns_init(&reading->schema, &columns, error));
    (void)quire_chosen_columns_add(&columns, reading->by);
    for (size_t i = 0; i < QUIRE_RUNLOG_TIMES && reading->time.size > 0; i++)
        (void)quire_chosen_columns_add(&columns, quire_runlog_times[i]);
    QUIRE_TRY(add_filter_columns(reading, &columns, error));
    QUIRE_TRY(open_timed(reading, &columns, filter, &stream, error));
    QUIRE_TRY(quire_newest_take(&stream, time_column(reading), limit, &reading->newest, error));
    if (reading->newest.size < (size_t)limit * sizeof(int64_t)) return 0;
    int64_t oldest = *(const int64_t *)(const void *)reading->newest.data;
    if (oldest == INT64_MIN) return 0;
    char *end = quire_time_format_timestamp(oldest, QUIRE_MICRO, 'T', true, 0, text);
    if (quire_buf_printf(where, "%s%s >= TIMESTAMP '%.*s'", where->size > 0 ? " AND " : "",
                         reading->time.size > 0 ? (const char *)reading->time.data : reading->by,
                         (int)(end - text), text) != 0)
        return quire_fail_memory(error, OPERATION);
    return 0;
}

/* --- The rows -------------------------------------------------------------------------------- */

/* Replaces the stream by what a step makes of it. */
static int become(struct ArrowArrayStream *stream, int code, struct ArrowArrayStream *next)
{
    if (code == 0) *stream = *next;
    return code;
}

static int open_newest(struct reading *reading, const struct quire_runlog_read_options *options,
                       struct quire_error *error)
{
    char newest_first[40];
    const char *const order[] = {newest_first, "run_id", "phase", "step_name"};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf where = {0};
    QUIRE_CLEANUP(quire_chosen_columns_release) struct quire_chosen_columns columns = {.size = 0};
    struct ArrowArrayStream next = {.release = NULL}, *stream = &reading->stream;
    QUIRE_TRY(quire_chosen_columns_init(&reading->schema, &columns, error));
    if (reading->filter.size > 0 && quire_buf_printf(&where, options->limit > 0 ? "(%s\n)" : "%s\n",
                                                     (const char *)reading->filter.data) != 0)
        return quire_fail_memory(error, OPERATION);
    if (options->limit > 0)
        QUIRE_TRY(bound_times(reading, options->limit, &where, error));
    else
        QUIRE_TRY(add_filter_columns(reading, &columns, error));
    if (quire_buf_terminate(&where) != 0) return quire_fail_memory(error, OPERATION);
    snprintf(newest_first, sizeof(newest_first), "-%s", time_column(reading));
    QUIRE_TRY(
        open_timed(reading, NULL, where.size > 0 ? (const char *)where.data : NULL, stream, error));
    QUIRE_TRY(become(stream,
                     quire_stream_sort(stream, order, 4,
                                       options->folder != NULL ? options->folder : "/tmp",
                                       reading->context, &next, error),
                     &next));
    if (options->limit > 0)
        QUIRE_TRY(become(stream, quire_stream_limit(stream, options->limit, &next, error), &next));
    if (options->columns == NULL && reading->time.size > 0)
        return become(stream, quire_log_time_drop(stream, &next, error), &next);
    if (options->columns == NULL) return 0;
    return become(
        stream, quire_stream_select(stream, options->columns, options->columns_size, &next, error),
        &next);
}

static const struct ArrowSchema *column_of(const struct reading *reading, const char *name)
{
    for (int64_t i = 0; i < reading->schema.n_children; i++)
        if (strcmp(reading->schema.children[i]->name, name) == 0)
            return reading->schema.children[i];
    return NULL;
}

/* created_at; of older logs the first of the times that they have. */
static int find_time(struct reading *reading, struct quire_error *error)
{
    const struct ArrowSchema *schema = &reading->schema;
    reading->by = "created_at";
    for (size_t i = 0; !quire_runlog_has(schema, reading->by) && i < QUIRE_RUNLOG_TIMES; i++)
        reading->by = quire_runlog_times[i];
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strcmp(schema->children[i]->name, reading->by) == 0 &&
            strncmp(schema->children[i]->format, "tsu", 3) != 0)
            return quire_fail(error, QUIRE_INPUT, OPERATION, "the column %s is no timestamp",
                              reading->by);
    return 0;
}

/* Whether there are rows without that time, and what they go by then: the first of the other times,
 * as in reports (report_query.c). */
static int find_other_times(struct reading *reading, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_chosen_columns_release) struct quire_chosen_columns columns = {.size = 0};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream lacking = {.release = NULL};
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
    const struct ArrowSchema *own = column_of(reading, reading->by);
    char condition[40];
    if (own == NULL || (own->flags & ARROW_FLAG_NULLABLE) == 0) return 0;
    QUIRE_TRY(quire_chosen_columns_init(&reading->schema, &columns, error));
    (void)quire_chosen_columns_add(&columns, reading->by);
    snprintf(condition, sizeof(condition), "%s IS NULL", reading->by);
    QUIRE_TRY(open_rows(reading, &columns, condition, &lacking, error));
    QUIRE_TRY(quire_stream_next(&lacking, &batch, error));
    if (batch.release == NULL) return 0;
    int code = quire_buf_printf(&reading->time, "coalesce(%s", reading->by);
    for (size_t i = 0; i < QUIRE_RUNLOG_TIMES && code == 0; i++) {
        const struct ArrowSchema *other = column_of(reading, quire_runlog_times[i]);
        if (other != NULL && other != own)
            code = quire_buf_printf(&reading->time, ", %s", quire_runlog_times[i]);
    }
    if (code == 0) code = quire_buf_push(&reading->time, ')');
    if (code == 0) code = quire_buf_terminate(&reading->time);
    return code == 0 ? 0 : quire_fail_memory(error, OPERATION);
}

static int open_reading(const char *table, const struct quire_runlog_read_options *options,
                        struct reading *reading, struct quire_error *error)
{
    if (options->limit < 0)
        return quire_fail(error, QUIRE_USAGE, OPERATION, "a limit is 0 or more");
    reading->url = quire_strdup(table);
    if (reading->url == NULL) return quire_fail_memory(error, OPERATION);
    QUIRE_TRY(quire_table_open(table, QUIRE_TABLE_NEWEST, &reading->table, error));
    QUIRE_TRY(quire_table_schema(reading->table, &reading->schema, error));
    QUIRE_TRY(quire_runlog_old_check(&reading->schema, error));
    QUIRE_TRY(find_time(reading, error));
    reading->context = options->context;
    if (reading->context == NULL) {
        QUIRE_TRY(quire_context_new(NULL, &reading->own_context, error));
        reading->context = reading->own_context;
    }
    QUIRE_TRY(find_other_times(reading, error));
    if (options->filters != NULL)
        QUIRE_TRY(quire_log_filter(options->filters, &reading->schema, &reading->filter, error));
    return open_newest(reading, options, error);
}

int quire_runlog_read(const char *table, const struct quire_runlog_read_options *options,
                      struct ArrowArrayStream *stream, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {reading_schema, reading_next, reading_close};
    static const struct quire_runlog_read_options none = {.limit = 0};
    struct reading *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    int code = open_reading(table, options != NULL ? options : &none, made, error);
    if (code == 0) code = quire_stream_wrap(&ops, made, stream, error);
    if (code != 0) {
        quire_error_path(error, table);
        reading_close(made);
    }
    return code;
}
