/* What a report is of: a version of a table, a period, and what stands for log in its queries: the
 * table itself where it has all columns of a run log, else a SELECT that makes up for those that it
 * lacks. */
#include "runlog/report/report_query.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "base/time_text.h"
#include "quire/expr.h"
#include "runlog/runlog_schema.h"

#define DAY_US     INT64_C(86400000000)
#define DAYS_MAX   INT64_C(3650000)
#define TIME_FIRST "0001-01-01 00:00:00"
#define TIME_LAST  "9999-12-31 23:59:59.999999"

void quire_report_release(struct quire_report *report)
{
    quire_table_close(report->table);
    quire_schema_release(&report->schema);
    quire_buf_release(&report->source);
}

/* --- The period ----------------------------------------------------------------------------- */

static int64_t floor_day(int64_t us)
{
    int64_t rest = us % DAY_US;
    return us - rest - (rest < 0 ? DAY_US : 0);
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
    report->until_us = options->end_us != 0 ? options->end_us : floor_day(report->now_us) + DAY_US;
    report->since_us = report->until_us - report->days * DAY_US;
    format_time(report->until_us, report->until);
    format_time(report->since_us, report->since);
    if (report->days >= 0) return 0;
    snprintf(report->since, sizeof(report->since), TIME_FIRST);
    if (options->end_us == 0) snprintf(report->until, sizeof(report->until), TIME_LAST);
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

/* created_at, else the best of the times that there are. */
static int append_time(const struct quire_report *report, struct quire_buf *out)
{
    if (quire_runlog_has(&report->schema, "created_at"))
        return quire_buf_append_text(out, "created_at");
    int code = quire_buf_append_text(out, "coalesce(");
    for (size_t i = 0; i < QUIRE_RUNLOG_TIMES && code == 0; i++)
        if (quire_runlog_has(&report->schema, quire_runlog_times[i]))
            code = quire_buf_printf(out, "%s, ", quire_runlog_times[i]);
    return code == 0 ? quire_buf_append_text(out, "NULL)") : code;
}

static int append_missing(struct quire_report *report, const struct ArrowSchema *field)
{
    int code = quire_buf_append_text(&report->source, ", ");
    if (code != 0) return code;
    if (strcmp(field->name, "created_at") == 0)
        code = append_time(report, &report->source);
    else if (strcmp(field->name, "execution_id") == 0) /* a run was executed once, then */
        code = quire_buf_append_text(&report->source, "run_id");
    else
        code = quire_buf_printf(&report->source, "CAST(NULL AS %s)", type_of(field));
    return code == 0 ? quire_buf_printf(&report->source, " AS `%s`", field->name) : code;
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
    bool whole = true;
    QUIRE_TRY(quire_runlog_schema(&wanted, error));
    int code = quire_buf_append_text(&report->source, "SELECT *");
    for (int64_t i = 0; i < wanted.n_children && code == 0; i++) {
        if (quire_runlog_has(&report->schema, wanted.children[i]->name)) continue;
        whole = false;
        code = append_missing(report, wanted.children[i]);
    }
    if (code == 0) code = quire_buf_append_text(&report->source, " FROM history");
    if (code != 0) return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    if (whole) quire_buf_clear(&report->source);
    return 0;
}

int quire_report_open(const char *url, const struct quire_runlog_report_options *options,
                      int64_t days, struct quire_report *report, struct quire_error *error)
{
    report->url = url;
    if (options != NULL) report->options = *options;
    QUIRE_TRY(set_period(report, days, error));
    QUIRE_TRY(quire_table_open(url, QUIRE_TABLE_NEWEST, &report->table, error));
    report->version = quire_table_version(report->table);
    QUIRE_TRY(quire_table_schema(report->table, &report->schema, error));
    int code = quire_runlog_old_check(&report->schema, error);
    if (code == 0) code = check_where(report, error);
    if (code == 0) code = make_source(report, error);
    if (code != 0) quire_error_path(error, url);
    return code;
}

int quire_report_condition(const struct quire_report *report, struct quire_buf *out)
{
    int code = append_time(report, out);
    if (code == 0) code = quire_buf_printf(out, " >= CAST('%s' AS TIMESTAMP) AND ", report->since);
    if (code == 0) code = append_time(report, out);
    if (code == 0) code = quire_buf_printf(out, " < CAST('%s' AS TIMESTAMP)", report->until);
    if (code == 0 && report->options.where != NULL)
        code = quire_buf_printf(out, " AND (%s\n)", report->options.where);
    return code == 0 ? quire_buf_terminate(out) : code;
}
