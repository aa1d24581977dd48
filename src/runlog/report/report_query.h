/* Private to runlog: the questions of reports. Each is a file of queries/, built in, that selects
 * from a table named log and has the parameters :since and :until. */
#ifndef QUIRE_RUNLOG_REPORT_QUERY_H
#define QUIRE_RUNLOG_REPORT_QUERY_H

#include "base/buf.h"
#include "data/view.h"
#include "quire/runlog_report.h"
#include "quire/sql.h"
#include "quire/table.h"

#define QUIRE_REPORT_OPERATION "report"

enum quire_report_query {
    QUIRE_REPORT_SUMMARY,
    QUIRE_REPORT_BY_PHASE,
    QUIRE_REPORT_BY_STEP,
    QUIRE_REPORT_BY_DAY,
    QUIRE_REPORT_BY_HOUR,
    QUIRE_REPORT_TRENDS,
    QUIRE_REPORT_STEP_DURATIONS,
    QUIRE_REPORT_HISTORY,
    QUIRE_REPORT_DROPS,
    QUIRE_REPORT_RATES,
    QUIRE_REPORT_QUERIES
};

/* What all questions of one report share. Begins zeroed; release it also after a failure. */
struct quire_report {
    const char *url;
    char *fqn; /* what the table is called */
    struct quire_runlog_report_options options;
    int64_t days;               /* below 0: the whole history */
    int64_t now_us;             /* when it was asked */
    int64_t since_us, until_us; /* of the period */
    bool ends;                  /* before what the options say, not with today */
    char since[QUIRE_TIME_TEXT_MAX], until[QUIRE_TIME_TEXT_MAX]; /* as the queries have them */
    struct quire_table *table;                                   /* one version for all questions */
    int64_t version;
    struct ArrowSchema schema; /* of the table */
    bool times_lack;           /* there are rows without created_at, or all are */
    bool times_naive;          /* created_at, or what stands in for it, has no zone */
    bool executions_lack;      /* the same of execution_id */
    /* What log is where it is not the table itself: as WITH has it, and as columns of it
     * (struct quire_sql_table_column, of the arena). */
    struct quire_buf source, columns;
    struct quire_arena arena;
    /* What queries borrow. */
    struct quire_sql_table log;
    struct quire_sql_param params[2];
    struct quire_buf where;
    size_t where_at; /* at which character of it the condition of the options begins */
    struct ArrowArrayStream *answers; /* of each question that was asked together with others */
};

/* Opens the table and says the period. days: unless the options say. */
int quire_report_open(const char *url, const struct quire_runlog_report_options *options,
                      int64_t days, struct quire_report *report, struct quire_error *error);
void quire_report_release(struct quire_report *report);

/* Appends the condition that the rows of the report keep, as an expression. 0 or QUIRE_MEMORY. */
int quire_report_condition(const struct quire_report *report, struct quire_buf *out);

/* The rows of the report as they are in the table: the columns named and those of rules (NULL:
 * none), where the table has them. The report must outlive *rows. (report_read.c) */
int quire_report_read(const struct quire_report *report, const char *const *names,
                      size_t names_size, const struct quire_rules *rules,
                      struct ArrowArrayStream *rows, struct quire_error *error);

/* Appends the text of a question with its parameters filled in. */
int quire_report_print(const struct quire_report *report, enum quire_report_query query,
                       struct quire_buf *out, struct quire_error *error);

/* What reading rows has ended with: where that is a place in the condition that they are taken by
 * it becomes one in that of the options, which is all of it that people have written. Returns code.
 */
int quire_report_place(const struct quire_report *report, int code, struct quire_error *error);

/* Asks several questions, for all of which the table is read once; each is then asked for its rows
 * as if it had not been asked. Those whose groups do not fit in memory together are asked by
 * themselves after all. */
int quire_report_ask_together(const struct quire_report *report,
                              const enum quire_report_query *queries, size_t size,
                              struct quire_error *error);

/* The rows of an answer, one at a time, values by their place. Begins zeroed; the report outlives
 * them. */
struct quire_report_rows {
    const struct quire_report *report;
    struct ArrowArrayStream stream;
    struct quire_field *field;
    struct quire_view *view;
    struct ArrowArray batch;
    int64_t row; /* of the batch */
};
int quire_report_ask(const struct quire_report *report, enum quire_report_query query,
                     struct quire_report_rows *rows, struct quire_error *error);
/* *got: whether there was one more. */
int quire_report_next(struct quire_report_rows *rows, bool *got, struct quire_error *error);
void quire_report_rows_release(struct quire_report_rows *rows);

bool quire_report_is_null(const struct quire_report_rows *rows, const char *name);
/* The value of a column of the row; 0 for one that is null or not there. */
double quire_report_number(const struct quire_report_rows *rows, const char *name);
int64_t quire_report_integer(const struct quire_report_rows *rows, const char *name);
/* A copy of a text, "" for one that is null or not there; NULL when memory is out. Freed with
 * quire_free. */
char *quire_report_text(const struct quire_report_rows *rows, const char *name);

#endif
