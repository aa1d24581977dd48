/* What a report is of: a version of a table, a period, and what stands for log in its queries: the
 * table itself where it has all columns of a run log, else a SELECT that makes up for those that it
 * lacks. */
#include "runlog/report/report_query.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "quire/expr.h"
#include "runlog/runlog_schema.h"
#include "runlog/write/place_name.h"

#define DAY_US     INT64_C(86400000000)
#define DAYS_MAX   INT64_C(3650000)
#define WHERE_END  2 /* bytes of the condition behind that of the options */
#define TIME_FIRST "0001-01-01 00:00:00"
#define TIME_END   "+10000-01-01 00:00:00" /* years of more digits have a sign (ISO 8601) */

void quire_report_release(struct quire_report *report)
{
    for (size_t i = 0; report->answers != NULL && i < QUIRE_REPORT_QUERIES; i++)
        quire_stream_release(&report->answers[i]);
    quire_free(report->answers);
    quire_buf_release(&report->where);
    quire_free(report->fqn);
    quire_table_close(report->table);
    quire_schema_release(&report->schema);
    quire_buf_release(&report->source);
    quire_buf_release(&report->columns);
    quire_arena_release(&report->arena);
}

/* --- The period ----------------------------------------------------------------------------- */

/* The end of the day of a moment. */
static int64_t end_of_day(int64_t us)
{
    int64_t rest = us % DAY_US, end;
    return __builtin_add_overflow(us - rest, rest < 0 ? 0 : DAY_US, &end) ? INT64_MAX : end;
}

static int64_t days_before(int64_t us, int64_t days)
{
    int64_t before;
    return __builtin_sub_overflow(us, days * DAY_US, &before) ? INT64_MIN : before;
}

static void format_time(int64_t us, char text[QUIRE_TIME_TEXT_MAX])
{
    *quire_time_format_timestamp(us, QUIRE_MICRO, ' ', false, 0, text) = '\0';
}

static int set_period(struct quire_report *report, int64_t days, struct quire_error *error)
{
    const struct quire_runlog_report_options *options = &report->options;
    report->now_us = options->now_us != 0 ? options->now_us : quire_time_wall_us();
    report->days = options->days != 0 ? options->days : days;
    if (report->days > DAYS_MAX)
        return quire_fail(error, QUIRE_USAGE, QUIRE_REPORT_OPERATION,
                          "a period of more than %d days", (int)DAYS_MAX);
    report->ends = options->end_given || options->end_us != 0;
    report->until_us = report->ends ? options->end_us : end_of_day(report->now_us);
    report->since_us = days_before(report->until_us, report->days > 0 ? report->days : 0);
    format_time(report->until_us, report->until);
    format_time(report->since_us, report->since);
    if (report->days >= 0) return 0;
    snprintf(report->since, sizeof(report->since), TIME_FIRST);
    if (!report->ends) snprintf(report->until, sizeof(report->until), TIME_END);
    return 0;
}

/* --- What log is ---------------------------------------------------------------------------- */

static const char *type_of(const struct ArrowSchema *field)
{
    switch (field->format[0]) {
    case 'l': return "BIGINT";
    case 'g': return "DOUBLE";
    case 'b': return "BOOLEAN";
    case 't': return "TIMESTAMP";
    default: return "STRING";
    }
}

static const struct ArrowSchema *column_of(const struct quire_report *report, const char *name)
{
    for (int64_t i = 0; i < report->schema.n_children; i++)
        if (strcmp(report->schema.children[i]->name, name) == 0) return report->schema.children[i];
    return NULL;
}

/* created_at, else the best of the times that there are: with a zone or without one, which is in
 * UTC then. Of both kinds the result is one with a zone. */
static int append_time(const struct quire_report *report, struct quire_buf *out)
{
    bool created = column_of(report, "created_at") != NULL;
    if (!report->times_lack) return quire_buf_append_text(out, "created_at");
    int code = quire_buf_append_text(out, created ? "coalesce(created_at" : "coalesce(NULL");
    for (size_t i = 0; i < QUIRE_RUNLOG_TIMES && code == 0; i++)
        if (column_of(report, quire_runlog_times[i]) != NULL)
            code = quire_buf_printf(out, ", %s", quire_runlog_times[i]);
    return code == 0 ? quire_buf_push(out, ')') : code;
}

static bool is_naive(const struct quire_report *report, const char *name)
{
    const struct ArrowSchema *column = column_of(report, name);
    return column != NULL && column->format[0] == 't' && strchr(column->format, ':') != NULL &&
           strchr(column->format, ':')[1] == '\0';
}

static bool has_naive_times(const struct quire_report *report)
{
    bool naive = is_naive(report, "created_at");
    for (size_t i = 0; i < QUIRE_RUNLOG_TIMES && report->times_lack && !naive; i++)
        naive = is_naive(report, quire_runlog_times[i]);
    return naive;
}

/* Spark's functions of moments take none without a zone. */
static int append_moment(const struct quire_report *report, struct quire_buf *out)
{
    if (!report->times_naive) return append_time(report, out);
    int code = quire_buf_append_text(out, "CAST(");
    if (code == 0) code = append_time(report, out);
    return code == 0 ? quire_buf_append_text(out, " AS TIMESTAMP)") : code;
}

static int append_period(const struct quire_report *report, struct quire_buf *out)
{
    int code = append_time(report, out);
    if (code == 0) code = quire_buf_printf(out, " >= CAST('%s' AS TIMESTAMP) AND ", report->since);
    if (code == 0) code = append_time(report, out);
    return code == 0 ? quire_buf_printf(out, " < CAST('%s' AS TIMESTAMP)", report->until) : code;
}

/* A column of log, in both forms; expr: NULL for the table's own. */
static int add_column(struct quire_report *report, const char *name, const char *expr)
{
    struct quire_sql_table_column column = {
        .name = quire_arena_strndup(&report->arena, name, strlen(name))};
    if (expr != NULL) column.expr = quire_arena_strndup(&report->arena, expr, strlen(expr));
    if (column.name == NULL || (expr != NULL && column.expr == NULL)) return QUIRE_MEMORY;
    int code = quire_buf_append_text(&report->source, report->source.size > 0 ? ", " : "SELECT ");
    if (code == 0 && expr != NULL) code = quire_buf_printf(&report->source, "%s AS ", expr);
    if (code == 0) code = quire_buf_append_name(&report->source, name);
    return code == 0 ? quire_buf_append(&report->columns, &column, sizeof(column)) : code;
}

static int add_missing(struct quire_report *report, const struct ArrowSchema *field)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf expr = {0};
    int code;
    if (strcmp(field->name, "created_at") == 0)
        code = append_moment(report, &expr);
    else if (strcmp(field->name, "execution_id") == 0) /* a run was executed once, then */
        code = quire_buf_append_text(&expr, column_of(report, field->name) != NULL
                                                ? "coalesce(execution_id, run_id)"
                                                : "run_id");
    else
        code = quire_buf_printf(&expr, "CAST(NULL AS %s)", type_of(field));
    if (code == 0) code = quire_buf_terminate(&expr);
    return code == 0 ? add_column(report, field->name, (const char *)expr.data) : code;
}

static bool is_missing(const struct quire_report *report, const char *name)
{
    if (strcmp(name, "created_at") == 0) return report->times_lack || report->times_naive;
    if (strcmp(name, "execution_id") == 0) return report->executions_lack;
    return column_of(report, name) == NULL;
}

/* Whether there are rows that a condition is true of. */
static int find_rows(struct quire_report *report, const char *const *columns, size_t columns_size,
                     const char *condition, bool *found, struct quire_error *error)
{
    const struct quire_table_read_options options = {
        .columns = columns,
        .columns_size = columns_size,
        .columns_given = true,
        .where = condition,
        .context = report->options.context,
    };
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream rows = {.release = NULL};
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream such = {.release = NULL};
    QUIRE_CLEANUP(quire_array_release) struct ArrowArray batch = {.release = NULL};
    QUIRE_TRY(quire_table_read(report->table, &options, &rows, error));
    QUIRE_TRY(quire_stream_filter(&rows, condition, &such, error));
    QUIRE_TRY(quire_stream_next(&such, &batch, error));
    *found = batch.release != NULL;
    return 0;
}

/* Whether there are rows in which a column is null, as it is in those that are older than it: in
 * the period, where that is one of created_at. Statistics tell, where the table has them; a column
 * that it lacks is null in all. */
static int find_nulls(struct quire_report *report, const char *name, bool of_period, bool *found,
                      struct quire_error *error)
{
    const char *const columns[] = {name, "created_at"};
    const struct ArrowSchema *column = column_of(report, name);
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    *found = column == NULL;
    if (column == NULL || (column->flags & ARROW_FLAG_NULLABLE) == 0) return 0;
    int code = quire_buf_printf(&text, "%s IS NULL", name);
    if (code == 0 && of_period) code = quire_buf_append_text(&text, " AND ");
    if (code == 0 && of_period) code = append_period(report, &text);
    if (code == 0) code = quire_buf_terminate(&text);
    if (code != 0) return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    return find_rows(report, columns, of_period ? 2 : 1, (const char *)text.data, found, error);
}

/* The condition is one by itself, of columns that there are. */
static int check_where(const struct quire_report *report, struct quire_error *error)
{
    struct quire_expr *expr = NULL;
    const char *where = report->options.where;
    if (where == NULL) return 0;
    QUIRE_TRY(quire_expr_parse(where, &expr, error));
    int code = quire_expr_bind(expr, &report->schema, error);
    if (code == 0) code = quire_expr_check_predicate(expr, error);
    quire_expr_free(expr);
    return code;
}

static int make_source(struct quire_report *report, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema wanted = {.release = NULL};
    const struct ArrowSchema *own = &report->schema;
    bool whole = true;
    int code = 0;
    QUIRE_TRY(quire_runlog_schema(&wanted, error));
    /* The times of all rows are coalesced then, and files are not passed over by them. */
    QUIRE_TRY(find_nulls(report, "created_at", false, &report->times_lack, error));
    report->times_naive = has_naive_times(report);
    QUIRE_TRY(
        find_nulls(report, "execution_id", !report->times_lack, &report->executions_lack, error));
    for (int64_t i = 0; i < own->n_children && code == 0; i++)
        if (!is_missing(report, own->children[i]->name))
            code = add_column(report, own->children[i]->name, NULL);
    for (int64_t i = 0; i < wanted.n_children && code == 0; i++) {
        if (!is_missing(report, wanted.children[i]->name)) continue;
        whole = false;
        code = add_missing(report, wanted.children[i]);
    }
    if (code == 0) code = quire_buf_append_text(&report->source, " FROM history");
    if (code != 0) return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    if (!whole) return 0;
    quire_buf_clear(&report->source);
    quire_buf_clear(&report->columns);
    return 0;
}

/* The condition and columns that are computed are the table's, so that the queries have a form
 * which is computed by columns. */
static int make_log(struct quire_report *report)
{
    bool narrowed = report->options.where != NULL || report->times_lack || report->times_naive;
    if (narrowed && quire_report_condition(report, &report->where) != 0) return QUIRE_MEMORY;
    if (report->options.where != NULL)
        report->where_at = report->where.size - strlen(report->options.where) - WHERE_END;
    report->params[0] = (struct quire_sql_param){"since", QUIRE_SQL_TEXT, 0, 0, report->since};
    report->params[1] = (struct quire_sql_param){"until", QUIRE_SQL_TEXT, 0, 0, report->until};
    report->log = (struct quire_sql_table){
        .name = "log",
        .url = report->url,
        .version_given = true,
        .version = report->version,
        .where = narrowed ? (const char *)report->where.data : NULL,
        .columns = (const struct quire_sql_table_column *)(const void *)report->columns.data,
        .columns_size = report->columns.size / sizeof(struct quire_sql_table_column),
    };
    report->answers = quire_alloc_zero(QUIRE_REPORT_QUERIES, sizeof(*report->answers));
    return report->answers != NULL ? 0 : QUIRE_MEMORY;
}

int quire_report_open(const char *url, const struct quire_runlog_report_options *options,
                      int64_t days, struct quire_report *report, struct quire_error *error)
{
    report->url = url;
    if (options != NULL) report->options = *options;
    if (report->options.limit < 0) report->options.limit = INT64_MAX;
    report->fqn = quire_place_name(url);
    if (report->fqn == NULL) return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    QUIRE_TRY(set_period(report, days, error));
    QUIRE_TRY(quire_table_open(url, QUIRE_TABLE_NEWEST, &report->table, error));
    report->version = quire_table_version(report->table);
    QUIRE_TRY(quire_table_schema(report->table, &report->schema, error));
    int code = quire_runlog_old_check(&report->schema, error);
    if (code == 0) code = check_where(report, error);
    if (code == 0) code = make_source(report, error);
    if (code != 0) {
        quire_error_path(error, url);
        return code;
    }
    return make_log(report) == 0 ? 0 : quire_fail_memory(error, QUIRE_REPORT_OPERATION);
}

int quire_report_condition(const struct quire_report *report, struct quire_buf *out)
{
    int code = append_period(report, out);
    if (code == 0 && report->options.where != NULL)
        code = quire_buf_printf(out, " AND (%s\n)", report->options.where);
    return code == 0 ? quire_buf_terminate(out) : code;
}

int quire_report_place(const struct quire_report *report, int code, struct quire_error *error)
{
    static const char said[] = "at character ";
    char *end, number[24];
    if (code == 0 || error == NULL || report->options.where == NULL ||
        strncmp(error->cause, said, sizeof(said) - 1) != 0)
        return code;
    char *place = error->cause + sizeof(said) - 1;
    unsigned long long at = strtoull(place, &end, 10);
    if (at <= report->where_at) return code;
    int size = snprintf(number, sizeof(number), "%llu", at - report->where_at);
    memmove(place + size, end, strlen(end) + 1); /* it is no longer than before */
    memcpy(place, number, (size_t)size);
    return code;
}
