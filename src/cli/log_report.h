/* What the commands that ask a run log have in common: the period, conditions, tables for people
 * from the JSON of the answer. */
#ifndef QUIRE_CLI_LOG_REPORT_H
#define QUIRE_CLI_LOG_REPORT_H

#include "cli.h"
#include "quire/runlog_report.h"
#include "rules.h"

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
             "where it names no zone; +10000-01-01 is behind all times"},                        \
    {                                                                                            \
        .name = "where", .type = QUIRE_OPTION_TEXT, .choices = "CONDITION",                      \
        .offset = offsetof(struct quire_cli_log_period, where),                                  \
        .help = "only rows for which this is true: \"pipeline_id = 'shop'\""                     \
    }

/* The rules that rows are held against: those of a file (NULL: of --quality-rules), with the limits
 * that are configured. *rules as quire_cli_rules_read has it; none where no file is named. */
int quire_cli_log_rules(struct quire_cli *cli, const char *path, struct quire_cli_rules *rules);

/* Fills in the period and what is configured, with a context of its own that the caller frees. */
int quire_cli_log_options(struct quire_cli *cli, const struct quire_cli_log_period *period,
                          struct quire_runlog_report_options *options);

/* Standard output, which reports go to as they are made. */
struct quire_out *quire_cli_log_out(void);

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
/* The same as it is read: a number with so many digits behind the point and a unit, a whole one
 * (QUIRE_CLI_LOG_WHOLE) with all of its digits; "-" where there is none. */
#define QUIRE_CLI_LOG_WHOLE       (-1)
#define QUIRE_CLI_LOG_FIGURE_SIZE 64
const char *quire_cli_log_figure(const char *json, const char *path, int digits, const char *unit,
                                 char text[QUIRE_CLI_LOG_FIGURE_SIZE]);
/* What a word has behind it beside a figure. */
const char *quire_cli_log_plural(const char *figure);

/* "runs: 7 days, 2026-11-23 to 2026-11-29" and a line end, and the condition in another line. */
void quire_cli_log_print_head(const char *json);

#endif
