/* log check: whether the rows of a run log keep their rules. */
#include <inttypes.h>

#include "log_report.h"
#include "progress.h"
#include "rules.h"

struct check_options {
    struct quire_cli_log_period period;
    char *rules;
    int64_t limit;
};

static void free_text(char **text)
{
    quire_free(*text);
}

static int draw(struct quire_cli *cli, const char *json, const struct quire_verdict *verdict)
{
    static const struct quire_cli_log_column columns[] = {
        {"rule", "rule", QUIRE_CLI_LOG_TEXT},
        {"on fail", "on_fail", QUIRE_CLI_LOG_TEXT},
        {"broken", "rows", QUIRE_CLI_LOG_COUNT},
        {"%", "percent", QUIRE_CLI_LOG_NUMBER},
    };
    const struct check_options *options = cli->options;
    quire_cli_progress_clear();
    quire_cli_log_print_head(json);
    printf("%" PRId64 " rule%s, %" PRId64 " broken\n", verdict->validation_rules_applied,
           QUIRE_CLI_PLURAL(verdict->validation_rules_applied), verdict->rules_broken);
    QUIRE_TRY(quire_cli_log_draw(cli, json, "quality_issues", "broken rules", columns,
                                 sizeof(columns) / sizeof(columns[0]), options->limit));
    quire_cli_rules_print_verdict(verdict, stdout);
    return 0;
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct check_options *options = cli->options;
    QUIRE_CLEANUP(quire_cli_rules_release) struct quire_cli_rules rules = {.rules = NULL};
    QUIRE_CLEANUP(free_text) char *json = NULL;
    struct quire_runlog_report_options asked = {.days = 0};
    struct quire_verdict verdict;
    (void)argc;
    QUIRE_TRY(quire_cli_log_rules(cli, options->rules, &rules));
    QUIRE_TRY(quire_cli_log_options(cli, &options->period, &asked));
    int code = quire_runlog_check(argv[0], rules.rules, &asked, &verdict, &json, &cli->error);
    quire_context_free(asked.context);
    QUIRE_TRY(code);
    if (cli->common.json)
        printf("%s\n", json);
    else
        QUIRE_TRY(draw(cli, json, &verdict));
    return verdict.quality_passed ? 0 : QUIRE_EXIT_DATA;
}

static const struct quire_option rows[] = {
    QUIRE_CLI_LOG_PERIOD_ROWS("0"),
    {.name = "rules",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = offsetof(struct check_options, rules),
     .help =
         "rules that the rows are to keep, in YAML or JSON; else --quality-rules, else those of "
         "every run log"},
    {.name = "limit",
     .type = QUIRE_OPTION_INT,
     .offset = offsetof(struct check_options, limit),
     .max = 1000000,
     .help = "broken rules that are listed for people; 0, or without it, all"},
};

const struct quire_command quire_command_log_check = {
    .name = "log check",
    .operands = "TABLE",
    .summary = "check the rows of a run log against rules",
    .description =
        "Tells how many rows break which rule, and whether those that break none are enough. "
        "Without --rules and --quality-rules: run_id, step_name and success are there, phase is "
        "bronze, silver, gold "
        "or pipeline, durations and numbers of rows are not negative, rates are 0 to 100. The "
        "exit status is 0 when the rows pass and 1 when they do not. --json prints one object: "
        "the period, and the verdict as \"validate\" prints it.",
    .flags = QUIRE_COMMAND_LOG_AT | QUIRE_COMMAND_LOG_JUDGES | QUIRE_COMMAND_LOG_CHECKS,
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct check_options)},
    .run = run,
};
