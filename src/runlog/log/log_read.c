/* The newest rows of a run log. Which rows these are is found by one column; then files and parts
 * of files that have none of them are passed over. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "data/batch_stream.h"
#include "data/view.h"
#include "quire/expr.h"
#include "quire/file.h"
#include "quire/runlog_upkeep.h"
#include "runlog/log/log_filter.h"
#include "runlog/runlog_schema.h"

#define OPERATION   "read run log"
#define COLUMNS_MAX 64

struct reading {
    char *url;
    struct quire_table *table;
    struct ArrowSchema schema;
    struct quire_context *own_context, *context;
    struct ArrowArrayStream stream;
    struct quire_buf filter; /* zero-terminated; empty: none */
    const char *by;          /* the column of the time */
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

struct columns {
    const char *names[COLUMNS_MAX];
    size_t size;
    const struct ArrowSchema *schema;
};

/* The table's own name of a column, once. */
static int add_column(void *user, const char *name)
{
    struct columns *columns = user;
    for (size_t i = 0; i < columns->size; i++)
        if (strcasecmp(columns->names[i], name) == 0) return 0;
    for (int64_t i = 0; i < columns->schema->n_children; i++) {
        const char *own = columns->schema->children[i]->name;
        if (strcasecmp(own, name) == 0 && columns->size < COLUMNS_MAX)
            columns->names[columns->size++] = own;
    }
    return 0;
}

static int add_filter_columns(const struct reading *reading, struct columns *columns,
                              struct quire_error *error)
{
    struct quire_expr *expr = NULL;
    if (reading->filter.size == 0) return 0;
    QUIRE_TRY(quire_expr_parse((const char *)reading->filter.data, &expr, error));
    int code = quire_expr_each_column(expr, add_column, columns);
    /* What is not there is told before anything is read. */
    if (code == 0) code = quire_expr_bind(expr, &reading->schema, error);
    if (code == 0) code = quire_expr_check_predicate(expr, error);
    if (code == 0) code = quire_log_filter_try(expr, &reading->schema, error);
    quire_expr_free(expr);
    return code;
}

static int open_rows(struct reading *reading, const struct columns *columns, const char *where,
                     struct ArrowArrayStream *stream, struct quire_error *error)
{
    struct ArrowArrayStream rows = {.release = NULL};
    const struct quire_table_read_options options = {
        .columns = columns->names,
        .columns_size = columns->size,
        .columns_given = true,
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

/* --- The newest times ------------------------------------------------------------------------ */

static void sift_down(int64_t *heap, size_t size, size_t at)
{
    for (;;) {
        size_t least = at, left = 2 * at + 1, right = left + 1;
        if (left < size && heap[left] < heap[least]) least = left;
        if (right < size && heap[right] < heap[least]) least = right;
        if (least == at) return;
        int64_t swapped = heap[at];
        heap[at] = heap[least];
        heap[least] = swapped;
        at = least;
    }
}

static int take_time(struct reading *reading, int64_t limit, int64_t time)
{
    struct quire_buf *newest = &reading->newest;
    size_t size = newest->size / sizeof(time);
    if (size < (size_t)limit) {
        int code = quire_buf_append(newest, &time, sizeof(time));
        int64_t *heap = (int64_t *)(void *)newest->data;
        for (size_t at = size; code == 0 && at > 0 && heap[at] < heap[(at - 1) / 2];) {
            size_t parent = (at - 1) / 2;
            heap[at] = heap[parent];
            heap[parent] = time;
            at = parent;
        }
        return code;
    }
    int64_t *heap = (int64_t *)(void *)newest->data;
    if (time <= heap[0]) return 0;
    heap[0] = time;
    sift_down(heap, size, 0);
    return 0;
}

static void close_field(struct quire_field **field)
{
    quire_field_close(*field);
}

static void free_view(struct quire_view **view)
{
    quire_view_free(*view);
}

static int take_times(struct reading *reading, int64_t limit, struct ArrowArrayStream *stream,
                      struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(close_field) struct quire_field *fields = NULL;
    QUIRE_CLEANUP(free_view) struct quire_view *view = NULL;
    QUIRE_TRY(quire_stream_schema(stream, &schema, error));
    QUIRE_TRY(quire_field_open(&schema, &fields, error));
    QUIRE_TRY(quire_view_new(fields, &view, error));
    int64_t column = quire_field_child(fields, reading->by, strlen(reading->by));
    for (;;) {
        QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(stream, &batch, error));
        if (batch.release == NULL) return 0;
        QUIRE_TRY(quire_view_set(view, &batch, error));
        const struct quire_view *times = &view->children[column];
        const int64_t *values = times->values;
        for (int64_t i = 0; i < times->length; i++) {
            int64_t time = quire_view_is_null(times, i) ? INT64_MIN : values[times->offset + i];
            if (take_time(reading, limit, time) != 0) return quire_fail_memory(error, OPERATION);
        }
    }
}

/* Puts into where that rows are no older than the oldest of the newest. */
static int bound_times(struct reading *reading, int64_t limit, struct quire_buf *where,
                       struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream stream = {.release = NULL};
    struct columns columns = {.size = 0, .schema = &reading->schema};
    char text[QUIRE_TIME_TEXT_MAX];
    const char *filter = reading->filter.size > 0 ? (const char *)reading->filter.data : NULL;
    (void)add_column(&columns, reading->by);
    QUIRE_TRY(add_filter_columns(reading, &columns, error));
    QUIRE_TRY(open_rows(reading, &columns, filter, &stream, error));
    QUIRE_TRY(take_times(reading, limit, &stream, error));
    if (reading->newest.size < (size_t)limit * sizeof(int64_t)) return 0;
    int64_t oldest = *(const int64_t *)(const void *)reading->newest.data;
    if (oldest == INT64_MIN) return 0;
    char *end = quire_time_format_timestamp(oldest, QUIRE_MICRO, 'T', true, 0, text);
    if (quire_buf_printf(where, "%s%s >= TIMESTAMP '%.*s'", where->size > 0 ? " AND " : "",
                         reading->by, (int)(end - text), text) != 0)
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
    struct columns columns = {.size = 0, .schema = &reading->schema};
    struct ArrowArrayStream next = {.release = NULL}, *stream = &reading->stream;
    if (reading->filter.size > 0 &&
        quire_buf_printf(&where, "(%s)", (const char *)reading->filter.data) != 0)
        return quire_fail_memory(error, OPERATION);
    if (options->limit > 0)
        QUIRE_TRY(bound_times(reading, options->limit, &where, error));
    else
        QUIRE_TRY(add_filter_columns(reading, &columns, error));
    if (quire_buf_terminate(&where) != 0) return quire_fail_memory(error, OPERATION);
    snprintf(newest_first, sizeof(newest_first), "-%s", reading->by);
    columns.size = 0;
    for (int64_t i = 0; i < reading->schema.n_children; i++)
        (void)add_column(&columns, reading->schema.children[i]->name);
    QUIRE_TRY(open_rows(reading, &columns, where.size > 0 ? (const char *)where.data : NULL, stream,
                        error));
    QUIRE_TRY(become(stream,
                     quire_stream_sort(stream, order, 4,
                                       options->folder != NULL ? options->folder : "/tmp",
                                       reading->context, &next, error),
                     &next));
    if (options->limit > 0)
        QUIRE_TRY(become(stream, quire_stream_limit(stream, options->limit, &next, error), &next));
    if (options->columns == NULL) return 0;
    return become(
        stream, quire_stream_select(stream, options->columns, options->columns_size, &next, error),
        &next);
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
    if (options->filters != NULL)
        QUIRE_TRY(quire_log_filter(options->filters, &reading->schema, &reading->filter, error));
    return open_newest(reading, options, error);
}

int quire_runlog_read(const char *table, const struct quire_runlog_read_options *options,
                      struct ArrowArrayStream *stream, struct quire_error *error)
{
    static const struct quire_stream_ops ops = {reading_schema, reading_next, reading_close};
    struct reading *made = quire_alloc_zero(1, sizeof(*made));
    if (made == NULL) return quire_fail_memory(error, OPERATION);
    int code = open_reading(table, options, made, error);
    if (code == 0) code = quire_stream_wrap(&ops, made, stream, error);
    if (code != 0) {
        quire_error_path(error, table);
        reading_close(made);
    }
    return code;
}
