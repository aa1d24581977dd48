/* log report: what happened in a period. */
#include <inttypes.h>

#include "log_page.h"
#include "log_report.h"
#include "progress.h"
#include "rules.h"

struct report_options {
    struct quire_cli_log_period period;
    int64_t limit;
    double min_validation_rate;
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

static void print_totals(const char *json)
{
    printf("%.0f execution%s, %.0f rows: %.0f failed, %.2f %% successful\n",
           quire_cli_log_number(json, "total_executions"),
           quire_cli_log_number(json, "total_executions") == 1 ? "" : "s",
           quire_cli_log_number(json, "total_rows"), quire_cli_log_number(json, "failed_rows"),
           quire_cli_log_number(json, "success_rate_percent"));
    printf("mean duration %.2f s, mean rate of validation %.2f %%\n",
           quire_cli_log_number(json, "average_duration_secs"),
           quire_cli_log_number(json, "average_validation_rate"));
    printf("%.0f rows processed, %.0f written\n",
           quire_cli_log_number(json, "total_rows_processed"),
           quire_cli_log_number(json, "total_rows_written"));
}

static int draw_anomalies(struct quire_cli *cli, const char *json, int64_t limit)
{
    printf("%.0f out of the ordinary\n", quire_cli_log_number(json, "anomaly_count"));
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
    /* For people what is cut short is told, so more is asked for. */
    bool all = !cli->common.json && options->limit <= QUIRE_RUNLOG_ANOMALIES_MAX;
    asked->limit = all ? 0 : options->limit;
    if (!(options->min_validation_rate >= 0 && options->min_validation_rate <= 100))
        return quire_fail(&cli->error, QUIRE_USAGE, cli->command->name,
                          "--min-validation-rate wants a percentage, 0 to 100, not %g",
                          options->min_validation_rate);
    /* Below 0 nothing is; to the library 0 is the default. */
    asked->min_validation_rate =
        options->min_validation_rate > 0 ? options->min_validation_rate : -1;
    asked->history = options->history;
    return quire_cli_log_options(cli, &options->period, asked);
}

/* How many are listed for people. */
static int64_t listed(const struct report_options *options)
{
    return options->limit > 0 ? options->limit : LISTED_DEFAULT;
}

/* The answer, and what of it goes to files. */
static int answer(struct quire_cli *cli, const char *table,
                  const struct quire_runlog_report_options *asked, char **json)
{
    const struct report_options *options = cli->options;
    if (options->print_sql) return quire_cli_log_print_sql(cli, table, "summary", asked);
    QUIRE_TRY(quire_runlog_summary(table, asked, json, &cli->error));
    if (!quire_cli_log_page_asked(&options->page)) return 0;
    return quire_cli_log_page_write(cli, &options->page, table, asked, *json);
}

static int run_report(struct quire_cli *cli, int argc, char **argv)
{
    const struct report_options *options = cli->options;
    struct quire_runlog_report_options asked = {.days = 0};
    QUIRE_CLEANUP(free_text) char *json = NULL;
    (void)argc;
    QUIRE_TRY(fill_options(cli, &asked));
    int code = answer(cli, argv[0], &asked, &json);
    quire_context_free(asked.context);
    QUIRE_TRY(code);
    if (options->print_sql) return 0;
    if (cli->common.json)
        printf("%s\n", json);
    else if (!quire_cli_log_page_asked(&options->page))
        return draw_report(cli, json, listed(options));
    return 0;
}

#define AT(field) offsetof(struct report_options, field)
#define ANOMALY_ROWS                                                                           \
    {.name = "limit",                                                                          \
     .type = QUIRE_OPTION_INT,                                                                 \
     .offset = AT(limit),                                                                      \
     .min = 1,                                                                                 \
     .max = 1000000,                                                                           \
     .help = "steps and anomalies that are listed; else 10 for people, with --json all steps " \
             "and 100 anomalies"},                                                             \
        {.name = "min-validation-rate",                                                        \
         .type = QUIRE_OPTION_NUMBER,                                                          \
         .offset = AT(min_validation_rate),                                                    \
         .default_text = "95",                                                                 \
         .help = "percent of valid rows below which a row is out of the ordinary"},            \
        {.name = "history",                                                                    \
         .type = QUIRE_OPTION_BOOL,                                                            \
         .offset = AT(history),                                                                \
         .help = "hold rows also against those of their own step"},                            \
    {                                                                                          \
        .name = "print-sql", .type = QUIRE_OPTION_BOOL, .offset = AT(print_sql),               \
        .help = "print the queries with the period filled in, to be run elsewhere"             \
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
            "describes. --html writes a page and --png its charts, drawn by gnuplot; what goes " \
            "to files is not printed unless --json is given.",                                   \
        .flags = QUIRE_COMMAND_LOG_AT, .operands_min = 1, .operands_max = 1,                     \
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
    if (options->rules != NULL) QUIRE_TRY(quire_cli_rules_read(cli, options->rules, &rules));
    asked.rules = rules.rules;
    QUIRE_TRY(fill_options(cli, &asked));
    int code = options->print_sql ? quire_cli_log_print_sql(cli, argv[0], "anomalies", &asked)
                                  : quire_runlog_anomalies(argv[0], &asked, &json, &cli->error);
    quire_context_free(asked.context);
    QUIRE_TRY(code);
    if (options->print_sql) return 0;
    if (cli->common.json) {
        printf("%s\n", json);
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
     .help = "rules, in YAML or JSON: rows that break one are out of the ordinary, too"},
};

const struct quire_command quire_command_log_anomalies = {
    .name = "log anomalies",
    .operands = "TABLE",
    .summary = "list the rows of a period that are out of the ordinary",
    .description =
        "Rows that took more than 3 times the mean duration, processed more than 5 times the mean "
        "of rows, or have a rate of validation that is too low. With --history also those that "
        "are far from what their own step does, and steps whose rates are low, spread or fell "
        "from one day to the next, with --rules those that break one. --json prints one object: "
        "the period, anomalies_detected, "
        "anomaly_count, anomalies (type, row_index, value, threshold, severity, description, "
        "run_id, phase, step_name, created_at).",
    .flags = QUIRE_COMMAND_LOG_AT,
    .operands_min = 1,
    .operands_max = 1,
    .options = {anomaly_rows, sizeof(anomaly_rows) / sizeof(anomaly_rows[0]),
                sizeof(struct report_options)},
    .run = run_anomalies,
};
