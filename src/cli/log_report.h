/* What the commands that ask a run log have in common: the period, conditions, tables for people
 * from the JSON of the answer. */
#ifndef QUIRE_CLI_LOG_REPORT_H
#define QUIRE_CLI_LOG_REPORT_H

#include "cli.h"
#include "quire/runlog_report.h"

struct quire_cli_log_period {
    int64_t days; /* 0: the whole history; only counts when given */
    char *until;
    char *where;
};

/* Their rows, in the table of a command whose options begin with a
 * struct quire_cli_log_period. */
#define QUIRE_CLI_LOG_PERIOD_ROWS(default_days)                                                  \
    {.name = "days",                                                                             \
     .type = QUIRE_OPTION_INT,                                                                   \
     .offset = offsetof(struct quire_cli_log_period, days),                                      \
     .default_text = default_days,                                                               \
     .max = 3650000,                                                                             \
     .help = "days of the period, up to and with today in UTC; 0 is the whole history"},         \
        {.name = "until",                                                                        \
         .type = QUIRE_OPTION_TEXT,                                                              \
         .choices = "TIME",                                                                      \
         .offset = offsetof(struct quire_cli_log_period, until),                                 \
         .help =                                                                                 \
             "the period ends before this instead: 2024-05-01, or 2024-05-01T12:00:00Z, in UTC " \
             "where it names no zone"},                                                          \
    {                                                                                            \
        .name = "where", .type = QUIRE_OPTION_TEXT, .choices = "CONDITION",                      \
        .offset = offsetof(struct quire_cli_log_period, where),                                  \
        .help = "only rows for which this is true: \"pipeline_id = 'shop'\""                     \
    }

/* Fills in the period, with a context of its own that the caller frees. */
int quire_cli_log_options(struct quire_cli *cli, const struct quire_cli_log_period *period,
                          struct quire_runlog_report_options *options);

/* Prints the SQL of a report. */
int quire_cli_log_print_sql(struct quire_cli *cli, const char *table, const char *report,
                            const struct quire_runlog_report_options *options);

/* A column of a table for people: the member that it shows, and as what. */
struct quire_cli_log_column {
    const char *title, *member;
    enum { QUIRE_CLI_LOG_TEXT, QUIRE_CLI_LOG_COUNT, QUIRE_CLI_LOG_NUMBER } kind;
};

/* Draws the objects of an array that is a member of the answer, at most limit of them (0: all),
 * under a title; nothing where it is empty. */
int quire_cli_log_draw(struct quire_cli *cli, const char *json, const char *member,
                       const char *title, const struct quire_cli_log_column *columns,
                       size_t columns_size, int64_t limit);

/* The member of an object as text, and as a number; "" and 0 where it has none. A path leads into
 * objects: "quality.grade". */
#define QUIRE_CLI_LOG_TEXT_SIZE 512
const char *quire_cli_log_text(const char *json, const char *path,
                               char text[QUIRE_CLI_LOG_TEXT_SIZE]);
double quire_cli_log_number(const char *json, const char *path);

/* "runs: 7 days, 2026-11-23 to 2026-11-29" and a line end. */
void quire_cli_log_print_head(const char *json);

#endif
