/* Private to runlog: answers of queries as JSON. */
#ifndef QUIRE_RUNLOG_REPORT_JSON_H
#define QUIRE_RUNLOG_REPORT_JSON_H

#include "base/json_text.h"
#include "runlog/report/report_query.h"

/* The members that every report begins with: table_fqn, the period, generated_at. */
void quire_report_write_head(const struct quire_report *report, struct quire_json_writer *writer);

/* The values of the row as members named as the columns are. What is an hour is written as an
 * instant. */
void quire_report_write_row(const struct quire_report_rows *rows, struct quire_json_writer *writer);

/* A member: the array of all rows of an answer, at most limit (0: all). */
int quire_report_write_rows(const struct quire_report *report, enum quire_report_query query,
                            const char *name, int64_t limit, struct quire_json_writer *writer,
                            struct quire_error *error);

void quire_report_write_number(struct quire_json_writer *writer, const char *name, double value);
void quire_report_write_integer(struct quire_json_writer *writer, const char *name, int64_t value);
void quire_report_write_text(struct quire_json_writer *writer, const char *name, const char *value);
/* An instant as RFC 3339 has it. */
void quire_report_write_time(struct quire_json_writer *writer, const char *name, int64_t us);

/* The text of a whole document. */
int quire_report_finish(const struct quire_json_writer *writer, char **json,
                        struct quire_error *error);

#endif
