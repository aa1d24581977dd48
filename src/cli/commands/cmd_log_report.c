/* log report: what happened in a period. */
#include <inttypes.h>

#include "log_page.h"
#include "log_report.h"
#include "progress.h"
#include "rules.h"

struct report_options {
    struct quire_cli_log_period period;
    int64_t limit;
    bool history;
    bool print_sql;
    struct quire_cli_log_page page;
    char *rules; /* of anomalies */
};

static void free_text(char **text)
{
    quire_free(*text);
}

#define LISTED_DEFAULT 10 /* steps and anomalies, for people */

#define MEASURES                                                                                 \
    {"rows", "total_rows", QUIRE_CLI_LOG_COUNT}, {"failed", "failed_rows", QUIRE_CLI_LOG_COUNT}, \
        {"success %", "success_rate_percent", QUIRE_CLI_LOG_NUMBER},                             \
        {"mean s", "average_duration_secs", QUIRE_CLI_LOG_NUMBER},                               \
        {"max s", "max_duration_secs", QUIRE_CLI_LOG_NUMBER},                                    \
        {"valid %", "average_validation_rate", QUIRE_CLI_LOG_NUMBER},                            \
        {"processed", "total_rows_processed", QUIRE_CLI_LOG_COUNT},                              \
    {                                                                                            \
        "written", "total_rows_written", QUIRE_CLI_LOG_COUNT                                     \
    }

static const struct quire_cli_log_column phase_columns[] = {
    {"phase", "phase", QUIRE_CLI_LOG_TEXT},
    MEASURES,
};
static const struct quire_cli_log_column step_columns[] = {
    {"step", "step_name", QUIRE_CLI_LOG_TEXT},
    {"phase", "phase", QUIRE_CLI_LOG_TEXT},
    MEASURES,
};
static const struct quire_cli_log_column day_columns[] = {
    {"day", "day", QUIRE_CLI_LOG_TEXT},
    {"executions", "total_executions", QUIRE_CLI_LOG_COUNT},
    MEASURES,
};
static const struct quire_cli_log_column anomaly_columns[] = {
    {"row", "row_index", QUIRE_CLI_LOG_COUNT},
    {"what", "type", QUIRE_CLI_LOG_TEXT},
    {"severity", "severity", QUIRE_CLI_LOG_TEXT},
    {"description", "description", QUIRE_CLI_LOG_TEXT},
    {"run", "run_id", QUIRE_CLI_LOG_TEXT},
};
#define DRAW(cli, json, member, title, columns, limit)                                            \
    quire_cli_log_draw(cli, json, member, title, columns, sizeof(columns) / sizeof((columns)[0]), \
                       limit)

/* --- report --------------------------------------------------------------------------------- */

#define FIGURE(name, path, digits, unit)  \
    char name[QUIRE_CLI_LOG_FIGURE_SIZE]; \
    quire_cli_log_figure(json, path, digits, unit, name)

static void print_totals(const char *json)
{
    FIGURE(executions, "total_executions", QUIRE_CLI_LOG_WHOLE, "");
    FIGURE(rows, "total_rows", QUIRE_CLI_LOG_WHOLE, "");
    FIGURE(failed, "failed_rows", QUIRE_CLI_LOG_WHOLE, "");
    FIGURE(success, "success_rate_percent", 2, " %");
    FIGURE(duration, "average_duration_secs", 2, " s");
    FIGURE(rate, "average_validation_rate", 2, " %");
    FIGURE(processed, "total_rows_processed", QUIRE_CLI_LOG_WHOLE, "");
    FIGURE(written, "total_rows_written", QUIRE_CLI_LOG_WHOLE, "");
    printf("%s execution%s, %s row%s: %s failed, %s successful\n", executions,
           quire_cli_log_plural(executions), rows, quire_cli_log_plural(rows), failed, success);
    printf("mean duration %s, mean rate of validation %s\n", duration, rate);
    printf("%s row%s processed, %s written\n", processed, quire_cli_log_plural(processed), written);
}

static int draw_anomalies(struct quire_cli *cli, const char *json, int64_t limit)
{
    FIGURE(count, "anomaly_count", QUIRE_CLI_LOG_WHOLE, "");
    printf("%s out of the ordinary\n", count);
    return DRAW(cli, json, "anomalies", "out of the ordinary", anomaly_columns, limit);
}

static int draw_report(struct quire_cli *cli, const char *json, int64_t limit)
{
    quire_cli_progress_clear();
    quire_cli_log_print_head(json);
    print_totals(json);
    QUIRE_TRY(DRAW(cli, json, "by_phase", "phases", phase_columns, 0));
    QUIRE_TRY(DRAW(cli, json, "by_step", "steps, by their time in total", step_columns, limit));
    QUIRE_TRY(DRAW(cli, json, "by_day", "days", day_columns, 0));
    putchar('\n');
    return draw_anomalies(cli, json, limit);
}

static int fill_options(struct quire_cli *cli, struct quire_runlog_report_options *asked)
{
    const struct report_options *options = cli->options;
    bool given = quire_cli_is_given(cli, "limit");
    /* For people what is cut short is told, so more is asked for. */
    bool more = !cli->common.json && options->limit <= QUIRE_RUNLOG_ANOMALIES_MAX;
    asked->limit = given && options->limit == 0 ? -1 : more ? 0 : options->limit;
    asked->history = options->history;
    return quire_cli_log_options(cli, &options->period, asked);
}

/* How many are listed for people; 0: all. */
static int64_t listed(const struct quire_cli *cli)
{
    const struct report_options *options = cli->options;
    return quire_cli_is_given(cli, "limit") ? options->limit : LISTED_DEFAULT;
}

/* The answer, and what of it goes to files. */
static int answer(struct quire_cli *cli, const char *table,
                  const struct quire_runlog_report_options *asked, char **json)
{
    const struct report_options *options = cli->options;
    if (options->print_sql) return quire_cli_log_print_sql(cli, table, "summary", asked);
    QUIRE_CLEANUP(free_text) char *trends = NULL;
    if (options->page.html != NULL)
        QUIRE_TRY(quire_runlog_summary_and_trends(table, asked, json, &trends, &cli->error));
    else
        QUIRE_TRY(quire_runlog_summary(table, asked, json, &cli->error));
    if (!quire_cli_log_page_asked(&options->page)) return 0;
    int64_t rows_max = quire_cli_is_given(cli, "limit") ? options->limit : 0;
    if (quire_cli_is_given(cli, "limit") && rows_max == 0) rows_max = -1;
    return quire_cli_log_page_write(cli, &options->page, asked, *json, trends, rows_max);
}

static int run_report(struct quire_cli *cli, int argc, char **argv)
{
    const struct report_options *options = cli->options;
    struct quire_runlog_report_options asked = {.days = 0};
    QUIRE_CLEANUP(quire_cli_rules_release) struct quire_cli_rules rules = {.rules = NULL};
    QUIRE_CLEANUP(free_text) char *json = NULL;
    (void)argc;
    QUIRE_TRY(quire_cli_log_rules(cli, NULL, &rules));
    asked.rules = rules.rules;
    QUIRE_TRY(quire_cli_log_page_check(cli, &options->page, argv[0]));
    QUIRE_TRY(fill_options(cli, &asked));
    if (cli->common.json && !quire_cli_log_page_asked(&options->page))
        asked.out = quire_cli_log_out();
    int code = answer(cli, argv[0], &asked, &json);
    quire_context_free(asked.context);
    QUIRE_TRY(code);
    if (options->print_sql) return 0;
    if (cli->common.json)
        printf("%s\n", json != NULL ? json : "");
    else if (!quire_cli_log_page_asked(&options->page))
        return draw_report(cli, json, listed(cli));
    return 0;
}

#define AT(field) offsetof(struct report_options, field)
#define ANOMALY_ROWS                                                                         \
    {.name = "limit",                                                                        \
     .type = QUIRE_OPTION_INT,                                                               \
     .offset = AT(limit),                                                                    \
     .max = 1000000,                                                                         \
     .help = "steps and anomalies that are listed, 0 is all; else 10 for people, on a page " \
             "1,000 steps, with --json all, and 100 anomalies"},                             \
        {.name = "history",                                                                  \
         .type = QUIRE_OPTION_BOOL,                                                          \
         .offset = AT(history),                                                              \
         .help = "hold rows also against those of their own step"},                          \
    {                                                                                        \
        .name = "print-sql", .type = QUIRE_OPTION_BOOL, .offset = AT(print_sql),             \
        .help = "print the queries with the period filled in, to be run elsewhere"           \
    }

#define PAGE_AT(field) offsetof(struct report_options, page.field)
static const struct quire_option report_rows[] = {
    QUIRE_CLI_LOG_PERIOD_ROWS("7"),
    ANOMALY_ROWS,
    QUIRE_CLI_LOG_PAGE_ROWS(PAGE_AT),
};

#define REPORT_COMMAND(word, text)                                                               \
    {                                                                                            \
        .name = "log " word, .operands = "TABLE", .summary = (text),                             \
        .description =                                                                           \
            "Executions, rows, successes, durations, rates of validation and rows processed, "   \
            "in total and by phase, step, day and hour, and what is out of the ordinary. Data "  \
            "files of other days are not read. --json prints one object, which docs/RUNLOG.md "  \
            "describes. With --quality-rules rows that break one are out of the ordinary, too. " \
            "--html writes a page and --png its charts, drawn by gnuplot; what goes "            \
            "to files is not printed unless --json is given.",                                   \
        .flags = QUIRE_COMMAND_LOG_AT | QUIRE_COMMAND_LOG_JUDGES, .operands_min = 1,             \
        .operands_max = 1,                                                                       \
        .options = {report_rows, sizeof(report_rows) / sizeof(report_rows[0]),                   \
                    sizeof(struct report_options)},                                              \
        .run = run_report,                                                                       \
    }

const struct quire_command quire_command_log_report =
    REPORT_COMMAND("report", "tell what happened in a period: by phase, step, day and hour");
const struct quire_command quire_command_log_summary =
    REPORT_COMMAND("summary", "the same as \"log report\"");

/* --- anomalies ------------------------------------------------------------------------------ */

static int run_anomalies(struct quire_cli *cli, int argc, char **argv)
{
    const struct report_options *options = cli->options;
    struct quire_runlog_report_options asked = {.days = 0};
    QUIRE_CLEANUP(quire_cli_rules_release) struct quire_cli_rules rules = {.rules = NULL};
    QUIRE_CLEANUP(free_text) char *json = NULL;
    (void)argc;
    QUIRE_TRY(quire_cli_log_rules(cli, options->rules, &rules));
    asked.rules = rules.rules;
    QUIRE_TRY(fill_options(cli, &asked));
    if (cli->common.json) asked.out = quire_cli_log_out();
    int code = options->print_sql ? quire_cli_log_print_sql(cli, argv[0], "anomalies", &asked)
                                  : quire_runlog_anomalies(argv[0], &asked, &json, &cli->error);
    quire_context_free(asked.context);
    QUIRE_TRY(code);
    if (options->print_sql) return 0;
    if (cli->common.json) {
        putchar('\n');
        return 0;
    }
    quire_cli_progress_clear();
    quire_cli_log_print_head(json);
    return draw_anomalies(cli, json, options->limit);
}

static const struct quire_option anomaly_rows[] = {
    QUIRE_CLI_LOG_PERIOD_ROWS("7"),
    ANOMALY_ROWS,
    {.name = "rules",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = AT(rules),
     .help = "rules, in YAML or JSON: rows that break one are out of the ordinary, too; else "
             "--quality-rules"},
};

const struct quire_command quire_command_log_anomalies = {
    .name = "log anomalies",
    .operands = "TABLE",
    .summary = "list the rows of a period that are out of the ordinary",
    .description =
        "Rows that took more than 3 times the mean duration, processed more than 5 times the mean "
        "of rows, or have a rate of validation that is too low. With --history also those that "
        "are far from what their own step does, and steps whose rates are low, spread or fell "
        "from one day to the next, with --rules or --quality-rules those that break one. --json "
        "prints one object: "
        "the period, anomalies_detected, "
        "anomaly_count, anomalies (type, row_index, value, threshold, severity, description, "
        "run_id, phase, step_name, created_at).",
    .flags = QUIRE_COMMAND_LOG_AT | QUIRE_COMMAND_LOG_JUDGES,
    .operands_min = 1,
    .operands_max = 1,
    .options = {anomaly_rows, sizeof(anomaly_rows) / sizeof(anomaly_rows[0]),
                sizeof(struct report_options)},
    .run = run_anomalies,
};
