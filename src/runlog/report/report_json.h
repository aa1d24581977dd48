/* Private to runlog: answers of queries as JSON. */
#ifndef QUIRE_RUNLOG_REPORT_JSON_H
#define QUIRE_RUNLOG_REPORT_JSON_H

#include "base/json_text.h"
#include "runlog/report/report_query.h"

/* The members that every report begins with: table_fqn, table, the period, the
 * condition, generated_at. */
void quire_report_write_head(const struct quire_report *report, struct quire_json_writer *writer);

/* The values of the row as members named as the columns are. What is an hour is written as an
 * instant. */
void quire_report_write_row(const struct quire_report_rows *rows, struct quire_json_writer *writer);

/* A value of the row as a member, null where the row has none. */
void quire_report_write_of(const struct quire_report_rows *rows, const char *column,
                           const char *name, struct quire_json_writer *writer);

/* A member: the array of all rows of an answer, at most limit (0: all). */
int quire_report_write_rows(const struct quire_report *report, enum quire_report_query query,
                            const char *name, int64_t limit, struct quire_json_writer *writer,
                            struct quire_error *error);

/* The days of a report, which the summary and the trends list. Begins zeroed. */
struct quire_report_day {
    double successful, failed;
    double processed, processed_rows; /* the sum, and of how many rows it is */
    double rate, rated_rows;          /* the mean, and of how many rows it is */
};
struct quire_report_days {
    struct quire_buf items; /* struct quire_report_day */
    struct quire_buf json;  /* the array of the rows of the answer */
};
void quire_report_days_release(struct quire_report_days *days);
/* (report_days.c) */
int quire_report_read_days(const struct quire_report *report, struct quire_report_days *days,
                           struct quire_error *error);
/* A member: by_day. */
void quire_report_write_days(const struct quire_report_days *days,
                             struct quire_json_writer *writer);

/* The object of the trends of a report. (report_trends.c) */
int quire_report_write_trends(const struct quire_report *report,
                              const struct quire_report_days *days,
                              struct quire_json_writer *writer, struct quire_error *error);

void quire_report_write_number(struct quire_json_writer *writer, const char *name, double value);
void quire_report_write_integer(struct quire_json_writer *writer, const char *name, int64_t value);
void quire_report_write_text(struct quire_json_writer *writer, const char *name, const char *value);
/* An instant as RFC 3339 has it. */
void quire_report_write_time(struct quire_json_writer *writer, const char *name, int64_t us);

/* Passes on what is written so far, where the report has an out and it is worth it. */
int quire_report_flush(const struct quire_report *report, struct quire_json_writer *writer,
                       struct quire_error *error);
/* The text of a whole document, which is taken from the writer's buffer; or the rest of it to the
 * report's out. */
int quire_report_finish(const struct quire_report *report, struct quire_json_writer *writer,
                        char **json, struct quire_error *error);

#endif
