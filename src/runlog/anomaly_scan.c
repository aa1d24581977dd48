/* The rows of a period, read without SQL: only their numbers and names, and of the files only
 * those that may hold some. */
#include "runlog/anomaly_scan.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fail.h"
#include "quire/expr.h"
#include "runlog/anomaly.h"
#include "runlog/anomaly_history.h"
#include "runlog/report_json.h"

/* --- The rows ------------------------------------------------------------------------------- */

/* Which columns of the table are read, by their place in its schema. */
struct columns {
    const struct ArrowSchema *schema;
    const char **names;
    size_t size;
};

static void release_columns(struct columns *columns)
{
    quire_free(columns->names);
}

/* A name that the table does not have is not missed: whoever names it looks for it again. */
static int add_column(void *user, const char *name)
{
    struct columns *columns = user;
    for (size_t i = 0; i < columns->size; i++)
        if (strcmp(columns->names[i], name) == 0) return 0;
    for (int64_t i = 0; i < columns->schema->n_children; i++) {
        const char *own = columns->schema->children[i]->name;
        /* Conditions find names whatever their case. */
        if (strcasecmp(own, name) == 0) columns->names[columns->size++] = own;
    }
    return 0;
}

static int choose_columns(const char *condition, struct columns *columns, struct quire_error *error)
{
    static const char *const wanted[] = {"duration_secs", "validation_rate", "rows_processed",
                                         "run_id",        "phase",           "step_name"};
    struct quire_expr *expr = NULL;
    size_t most = 2 * (size_t)columns->schema->n_children + 1;
    columns->names = quire_alloc_zero(most, sizeof(*columns->names));
    if (columns->names == NULL) return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        (void)add_column(columns, wanted[i]);
    QUIRE_TRY(quire_expr_parse(condition, &expr, error));
    int code = quire_expr_each_column(expr, add_column, columns);
    quire_expr_free(expr);
    return code;
}

/* The rows of the period for which the condition of the report is true. */
static int open_rows(const struct quire_report *report, struct ArrowArrayStream *rows,
                     struct quire_error *error)
{
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf text = {0};
    QUIRE_CLEANUP(release_columns) struct columns columns = {.schema = &report->schema};
    int code = quire_report_condition(report, &text);
    if (code != 0) return quire_fail_memory(error, QUIRE_REPORT_OPERATION);
    const char *condition = (const char *)text.data;
    QUIRE_TRY(choose_columns(condition, &columns, error));
    const struct quire_table_read_options options = {
        .columns = columns.names,
        .columns_size = columns.size,
        .columns_given = true,
        .where = condition,
        .context = report->options.context,
    };
    struct ArrowArrayStream all = {.release = NULL};
    QUIRE_TRY(quire_table_read(report->table, &options, &all, error));
    code = quire_stream_filter(&all, condition, rows, error);
    if (code != 0) quire_stream_release(&all);
    return code;
}

/* --- The search ----------------------------------------------------------------------------- */

static void free_search(struct quire_anomaly_search **search)
{
    quire_anomaly_search_free(*search);
}

static void free_history(struct quire_anomaly_history **history)
{
    quire_anomaly_history_free(*history);
}

static int judge_rows(struct quire_anomaly_search *search, struct ArrowArrayStream *rows,
                      struct quire_error *error)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(rows, &batch, error));
        if (batch.release == NULL) return 0;
        int code = quire_anomaly_judge(search, &batch, error);
        quire_array_release(&batch);
        if (code != 0) return code;
    }
}

int quire_anomaly_scan(const struct quire_report *report, const struct quire_anomaly_means *means,
                       struct quire_json_writer *writer, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_stream_release) struct ArrowArrayStream rows = {.release = NULL};
    QUIRE_CLEANUP(quire_schema_release) struct ArrowSchema schema = {.release = NULL};
    QUIRE_CLEANUP(free_history) struct quire_anomaly_history *history = NULL;
    QUIRE_CLEANUP(free_search) struct quire_anomaly_search *search = NULL;
    if (report->options.history) QUIRE_TRY(quire_anomaly_history_of(report, &history, error));
    const struct quire_anomaly_options options = {
        .min_validation_rate = report->options.min_validation_rate,
        .limit = report->options.limit,
        .history = history,
    };
    QUIRE_TRY(open_rows(report, &rows, error));
    QUIRE_TRY(quire_stream_schema(&rows, &schema, error));
    QUIRE_TRY(quire_anomaly_search_new(&schema, &options, &search, error));
    quire_anomaly_set_means(search, means->duration_secs, means->rows_processed);
    QUIRE_TRY(judge_rows(search, &rows, error));
    quire_anomaly_write(search, writer);
    return 0;
}

int quire_runlog_anomalies(const char *table, const struct quire_runlog_report_options *options,
                           char **json, struct quire_error *error)
{
    QUIRE_CLEANUP(quire_report_release) struct quire_report report = {.url = NULL};
    QUIRE_CLEANUP(quire_report_rows_release) struct quire_report_rows rows = {.row = 0};
    QUIRE_CLEANUP(quire_buf_release) struct quire_buf out = {0};
    struct quire_json_writer writer = quire_json_writer_to(&out);
    bool got = false;
    QUIRE_TRY(quire_report_open(table, options, QUIRE_RUNLOG_SUMMARY_DAYS, &report, error));
    QUIRE_TRY(quire_report_ask(&report, QUIRE_REPORT_SUMMARY, &rows, error));
    QUIRE_TRY(quire_report_next(&rows, &got, error));
    struct quire_anomaly_means means = {.duration_secs = 0};
    if (got) {
        means.duration_secs = quire_report_number(&rows, "average_duration_secs");
        means.rows_processed = quire_report_number(&rows, "average_rows_processed");
    }
    quire_json_writer_begin_object(&writer);
    quire_report_write_head(&report, &writer);
    QUIRE_TRY(quire_anomaly_scan(&report, &means, &writer, error));
    quire_json_writer_end_object(&writer);
    return quire_report_finish(&writer, json, error);
}
