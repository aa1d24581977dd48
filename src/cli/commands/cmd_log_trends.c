/* log trends: where durations, rates, successes and rows go. */
#include <inttypes.h>

#include "log_report.h"
#include "progress.h"
#include "report_table.h"

#define LISTED_DEFAULT 10 /* steps, for people */

struct trends_options {
    struct quire_cli_log_period period;
    int64_t limit;
    bool print_sql;
};

static void free_text(char **text)
{
    quire_free(*text);
}

/* --- For people ----------------------------------------------------------------------------- */

static int add_number(struct quire_cli_report *report, const char *json, const char *trend,
                      const char *part, struct quire_error *error)
{
    char path[80], text[QUIRE_CLI_LOG_FIGURE_SIZE];
    snprintf(path, sizeof(path), "%s.%s", trend, part);
    if (quire_cli_log_figure(json, path, 0, "", text)[0] == '-' && text[1] == '\0')
        return quire_builder_null(report->rows, error);
    double value = quire_cli_log_number(json, path);
    snprintf(text, sizeof(text), "%.5g", value);
    return quire_cli_report_text(report, text, error);
}

static int draw_spreads(struct quire_cli *cli, const char *json)
{
    static const char columns[] = "trend string, min string, max string, mean string, "
                                  "stddev string, p50 string, p95 string, `slope/day` string";
    static const struct {
        const char *title, *trend;
    } spreads[] = {{"duration (s)", "duration_trend"}, {"valid (%)", "validation_trend"}};
    static const char *const parts[] = {"min", "max", "mean", "stddev", "p50", "p95"};
    QUIRE_CLEANUP(quire_cli_report_release) struct quire_cli_report report = {.rows = NULL};
    QUIRE_TRY(quire_cli_report_begin(&report, columns, &cli->error));
    for (size_t i = 0; i < sizeof(spreads) / sizeof(spreads[0]); i++) {
        const char *trend = spreads[i].trend;
        QUIRE_TRY(quire_cli_report_text(&report, spreads[i].title, &cli->error));
        for (size_t j = 0; j < sizeof(parts) / sizeof(parts[0]); j++)
            QUIRE_TRY(add_number(&report, json, trend, parts[j], &cli->error));
        QUIRE_TRY(add_number(&report, json, trend, "slope", &cli->error));
        QUIRE_TRY(quire_builder_end_row(report.rows, &cli->error));
    }
    return quire_cli_report_draw(cli, &report, &cli->error);
}

static const char *grade_of(const char *json, const char *path, char text[QUIRE_CLI_LOG_TEXT_SIZE])
{
    quire_cli_log_text(json, path, text);
    return text[0] != '\0' ? text : "none, as nothing was measured";
}

static void print_verdicts(const char *json)
{
    char text[QUIRE_CLI_LOG_TEXT_SIZE];
    char total[QUIRE_CLI_LOG_FIGURE_SIZE], success[QUIRE_CLI_LOG_FIGURE_SIZE];
    char average[QUIRE_CLI_LOG_FIGURE_SIZE];
    quire_cli_log_figure(json, "success_trend.total", QUIRE_CLI_LOG_WHOLE, "", total);
    quire_cli_log_figure(json, "success_trend.success_rate_percent", 2, " %", success);
    quire_cli_log_figure(json, "throughput_trend.avg_rows", 0, "", average);
    printf("success: %s of %s row%s, %s (%+.2f points)\n", success, total,
           quire_cli_log_plural(total), quire_cli_log_text(json, "success_trend.direction", text),
           quire_cli_log_number(json, "success_trend.change_points"));
    printf("volume: %s row%s processed a step in the mean, %s (%+.1f %%)\n", average,
           quire_cli_log_plural(average), quire_cli_log_text(json, "volume_trend.direction", text),
           quire_cli_log_number(json, "volume_trend.change_percent"));
    printf("quality: grade %s, ", grade_of(json, "quality.grade", text));
    printf("degradation %s\n", quire_cli_log_text(json, "quality.degradation", text));
    printf("performance: grade %s\n", grade_of(json, "performance.grade", text));
}

/* limit: of steps, 0 is all. */
static int draw(struct quire_cli *cli, const char *json, int64_t limit)
{
    static const struct quire_cli_log_column steps[] = {
        {"phase", "phase", QUIRE_CLI_LOG_TEXT},
        {"step", "step_name", QUIRE_CLI_LOG_TEXT},
        {"rows", "last_day_rows", QUIRE_CLI_LOG_COUNT},
        {"median s", "last_day_median_secs", QUIRE_CLI_LOG_NUMBER},
        {"days before", "days_before", QUIRE_CLI_LOG_COUNT},
        {"median s before", "days_before_median_secs", QUIRE_CLI_LOG_NUMBER},
        {"change s", "change_secs", QUIRE_CLI_LOG_NUMBER},
        {"change %", "change_percent", QUIRE_CLI_LOG_NUMBER},
    };
    static const struct quire_cli_log_column days[] = {
        {"day", "day", QUIRE_CLI_LOG_TEXT},
        {"executions", "total_executions", QUIRE_CLI_LOG_COUNT},
        {"rows", "total_rows", QUIRE_CLI_LOG_COUNT},
        {"success %", "success_rate_percent", QUIRE_CLI_LOG_NUMBER},
        {"mean s", "average_duration_secs", QUIRE_CLI_LOG_NUMBER},
        {"stddev s", "stddev_duration_secs", QUIRE_CLI_LOG_NUMBER},
        {"valid %", "average_validation_rate", QUIRE_CLI_LOG_NUMBER},
        {"processed", "total_rows_processed", QUIRE_CLI_LOG_COUNT},
    };
    quire_cli_progress_clear();
    quire_cli_log_print_head(json);
    print_verdicts(json);
    QUIRE_TRY(draw_spreads(cli, json));
    QUIRE_TRY(quire_cli_log_draw(cli, json, "step_durations",
                                 "steps on the last day, the slowest beside the days before first",
                                 steps, sizeof(steps) / sizeof(steps[0]), limit));
    return quire_cli_log_draw(cli, json, "by_day", "days", days, sizeof(days) / sizeof(days[0]), 0);
}

/* --- The command ---------------------------------------------------------------------------- */

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct trends_options *options = cli->options;
    struct quire_runlog_report_options asked = {.days = 0};
    QUIRE_CLEANUP(free_text) char *json = NULL;
    bool given = quire_cli_is_given(cli, "limit");
    (void)argc;
    if (cli->common.json) asked.limit = options->limit; /* what is cut short for people is told */
    QUIRE_TRY(quire_cli_log_options(cli, &options->period, &asked));
    int code = options->print_sql ? quire_cli_log_print_sql(cli, argv[0], "trends", &asked)
                                  : quire_runlog_trends(argv[0], &asked, &json, &cli->error);
    quire_context_free(asked.context);
    QUIRE_TRY(code);
    if (options->print_sql) return 0;
    if (!cli->common.json) return draw(cli, json, given ? options->limit : LISTED_DEFAULT);
    printf("%s\n", json);
    return 0;
}

static const struct quire_option rows[] = {
    QUIRE_CLI_LOG_PERIOD_ROWS("30"),
    {.name = "limit",
     .type = QUIRE_OPTION_INT,
     .offset = offsetof(struct trends_options, limit),
     .max = 1000000,
     .help = "steps that are listed, 0 is all; else 10 for people, with --json all"},
    {.name = "print-sql",
     .type = QUIRE_OPTION_BOOL,
     .offset = offsetof(struct trends_options, print_sql),
     .help = "print the queries with the period filled in, to be run elsewhere"},
};

const struct quire_command quire_command_log_trends = {
    .name = "log trends",
    .operands = "TABLE",
    .summary = "tell where durations, rates, successes and rows go",
    .description =
        "How durations and rates of validation lie (least, greatest, mean, standard deviation, "
        "middle, 95th percentile) and what they gain a day; whether successes and rows processed "
        "grow; which steps take longer on the last day than on the days before; grades for quality "
        "and performance. --json prints one object, which docs/RUNLOG.md describes.",
    .flags = QUIRE_COMMAND_LOG_AT,
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct trends_options)},
    .run = run,
};
