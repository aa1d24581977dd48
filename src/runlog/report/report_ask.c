/* Texts of queries, and their rows. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire_runlog_queries.h"
#include "runlog/report/report_query.h"
#include "sql/sql_together.h"

static const char *const texts[QUIRE_REPORT_QUERIES] = {
    [QUIRE_REPORT_SUMMARY] = QUIRE_QUERY_SUMMARY,
    [QUIRE_REPORT_BY_PHASE] = QUIRE_QUERY_BY_PHASE,
    [QUIRE_REPORT_BY_STEP] = QUIRE_QUERY_BY_STEP,
    [QUIRE_REPORT_BY_DAY] = QUIRE_QUERY_BY_DAY,
    [QUIRE_REPORT_BY_HOUR] = QUIRE_QUERY_BY_HOUR,
    [QUIRE_REPORT_TRENDS] = QUIRE_QUERY_TRENDS,
    [QUIRE_REPORT_HISTORY] = QUIRE_QUERY_HISTORY,
    [QUIRE_REPORT_DROPS] = QUIRE_QUERY_DROPS,
    [QUIRE_REPORT_RATES] = QUIRE_QUERY_RATES,
    [QUIRE_REPORT_STEP_DURATIONS] = QUIRE_QUERY_STEP_DURATIONS,
};

/* What every query says of the period, and what the condition stands behind. */
static const char period[] = "created_at < CAST(:until AS TIMESTAMP)";

/* To be run elsewhere: with all that here is said of the table. */
static int append_query(const struct quire_report *report, const char *query,
                        struct quire_buf *text)
{
    const char *at;
    int code = 0;
    while (report->options.where != NULL && code == 0 && (at = strstr(query, period)) != NULL) {
        at += sizeof(period) - 1;
        code = quire_buf_append(text, query, (size_t)(at - query));
        if (code == 0) code = quire_buf_printf(text, "\n  AND (%s\n)", report->options.where);
        query = at;
    }
    return code == 0 ? quire_buf_append_text(text, query) : code;
}

static int make_text(const struct quire_report *report, enum quire_report_query query,
                     struct quire_buf *text, struct quire_error *error)
{
    int code = 0;
    if (report->source.size > 0)
        code = quire_buf_printf(text, "WITH log AS (%.*s)\n", (int)report->source.size,
                                (const char *)report->source.data);
    if (code == 0) code = append_query(report, texts[query], text);
    if (code == 0) code = quire_buf_terminate(text);
    return code == 0 ? 0 : quire_fail_memory(error, QUIRE_REPORT_OPERATION);
}

#define PARAMS 2

int quire_report_print(const struct quire_report *report, enum quire_report_query query,
                       struct quire_buf *out, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    char *printed = NULL;
    QUIRE_TRY(make_text(report, query, &text, error));
    QUIRE_TRY(quire_sql_print((const char *)text.data, report->params, PARAMS, &printed, error));
    int code = quire_buf_append_text(out, printed);
    quire_free(printed);
    return code == 0 ? 0 : quire_fail_memory(error, QUIRE_REPORT_OPERATION);
}

void quire_report_rows_release(struct quire_report_rows *rows)
{
    quire_array_release(&rows->batch);
    quire_view_free(rows->view);
    quire_field_close(rows->field);
    quire_stream_release(&rows->stream);
    *rows = (struct quire_report_rows){.row = 0};
}

static struct quire_sql_options options_of(const struct quire_report *report)
{
    return (struct quire_sql_options){
        .tables = &report->log,
        .tables_size = 1,
        .params = report->params,
        .params_size = PARAMS,
        .folder = report->options.folder,
        .context = report->options.context,
        .process_limit = report->options.process_limit,
        .wide_sums = true,
    };
}

int quire_report_ask_together(const struct quire_report *report,
                              const enum quire_report_query *queries, size_t size,
                              struct quire_error *error)
{
    const struct quire_sql_options options = options_of(report);
    struct ArrowArrayStream streams[QUIRE_REPORT_QUERIES];
    const char *asked[QUIRE_REPORT_QUERIES] = {NULL};
    for (size_t i = 0; i < size; i++)
        asked[i] = texts[queries[i]];
    int code = quire_sql_query_together(asked, size, &options, streams, error);
    if (code != 0) return quire_report_place(report, code, error);
    for (size_t i = 0; i < size; i++)
        report->answers[queries[i]] = streams[i];
    return 0;
}

int quire_report_ask(const struct quire_report *report, enum quire_report_query query,
                     struct quire_report_rows *rows, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    const struct quire_sql_options options = options_of(report);
    struct ArrowArrayStream *answer = &report->answers[query];
    rows->report = report;
    if (answer->release == NULL)
        QUIRE_TRY(quire_report_place(
            report, quire_sql_query(texts[query], &options, &rows->stream, error), error));
    else
        rows->stream = *answer;
    answer->release = NULL;
    QUIRE_TRY(quire_stream_schema(&rows->stream, &schema, error));
    QUIRE_TRY(quire_field_open(&schema, &rows->field, error));
    return quire_view_new(rows->field, &rows->view, error);
}

int quire_report_next(struct quire_report_rows *rows, bool *got, struct quire_error *error)
{
    *got = true;
    if (rows->batch.release != NULL && ++rows->row < rows->batch.length) return 0;
    do {
        quire_array_release(&rows->batch);
        rows->batch.release = NULL;
        rows->row = 0;
        QUIRE_TRY(quire_report_place(rows->report,
                                     quire_stream_next(&rows->stream, &rows->batch, error), error));
        *got = rows->batch.release != NULL;
    } while (*got && rows->batch.length == 0);
    return *got ? quire_view_set(rows->view, &rows->batch, error) : 0;
}

/* NULL for a value that is null or not there. */
static const struct quire_view *find_value(const struct quire_report_rows *rows, const char *name)
{
    int64_t at = quire_field_child(rows->field, name, strlen(name));
    if (at < 0 || quire_view_is_null(&rows->view->children[at], rows->row)) return NULL;
    return &rows->view->children[at];
}

bool quire_report_is_null(const struct quire_report_rows *rows, const char *name)
{
    return find_value(rows, name) == NULL;
}

double quire_report_number(const struct quire_report_rows *rows, const char *name)
{
    const struct quire_view *value = find_value(rows, name);
    if (value == NULL) return 0;
    if (value->field->kind == QUIRE_KIND_FLOAT64)
        return *(const double *)quire_view_fixed(value, rows->row);
    return quire_kind_is_integer(value->field->kind) ? (double)quire_view_i64(value, rows->row) : 0;
}

int64_t quire_report_integer(const struct quire_report_rows *rows, const char *name)
{
    const struct quire_view *value = find_value(rows, name);
    if (value == NULL || !quire_kind_is_integer(value->field->kind)) return 0;
    return quire_view_i64(value, rows->row);
}

char *quire_report_text(const struct quire_report_rows *rows, const char *name)
{
    const struct quire_view *value = find_value(rows, name);
    if (value == NULL || !quire_kind_is_string(value->field->kind)) return quire_strdup("");
    struct quire_bytes bytes = quire_view_bytes(value, rows->row);
    return quire_strndup((const char *)bytes.data, bytes.size);
}
