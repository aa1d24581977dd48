/* validate: which rows of files break the rules of a file, and whether they are too many. */
#include <inttypes.h>

#include "report_table.h"
#include "rules.h"

struct validate_options {
    char *rules;
};

static int check_rows(struct quire_cli *cli, struct quire_cli_rules *rules,
                      struct quire_cli_input *input)
{
    for (;;) {
        struct ArrowArray batch = {.release = NULL};
        QUIRE_TRY(quire_stream_next(&input->stream, &batch, &cli->error));
        if (batch.release == NULL) break;
        int code = quire_quality_add(rules->quality, &batch, &cli->error);
        quire_array_release(&batch);
        if (code != 0) return code;
    }
    quire_cli_rules_end(rules, input);
    return 0;
}

/* Reporting ---------------------------------------------------------------------------- */

static int add_first(struct quire_cli_report *report, const struct quire_quality *quality,
                     size_t rule, struct quire_error *error)
{
    int64_t row;
    const char *values;
    if (!quire_quality_example(quality, rule, 0, &row, &values)) {
        QUIRE_TRY(quire_builder_null(report->rows, error));
        return quire_builder_null(report->rows, error);
    }
    QUIRE_TRY(quire_builder_int(report->rows, row, error));
    return quire_cli_report_text(report, values, error);
}

static int add_rule(struct quire_cli_report *report, const struct quire_quality *quality,
                    size_t index, const struct quire_quality_issue *issue, int64_t total_rows,
                    struct quire_error *error)
{
    static const char *const actions[] = {"warn", "reject", "fail"};
    char share[QUIRE_CLI_PERCENT_SIZE];
    double percent = total_rows > 0 ? 100.0 * (double)issue->rows / (double)total_rows : 0;
    quire_cli_rules_percent(percent, share);
    QUIRE_TRY(quire_cli_report_text(report, issue->rule->name, error));
    QUIRE_TRY(quire_cli_report_text(report, actions[issue->rule->on_fail], error));
    QUIRE_TRY(quire_builder_int(report->rows, issue->rows, error));
    QUIRE_TRY(quire_cli_report_text(report, share, error));
    QUIRE_TRY(add_first(report, quality, index, error));
    return quire_builder_end_row(report->rows, error);
}

static int draw(struct quire_cli *cli, const struct quire_quality *quality,
                const struct quire_verdict *verdict)
{
    static const char columns[] = "rule string, `on fail` string, broken int64, `%` string, "
                                  "`first row` int64, values string";
    QUIRE_CLEANUP(quire_cli_report_release) struct quire_cli_report report = {.rows = NULL};
    struct quire_quality_issue issue;
    QUIRE_TRY(quire_cli_report_begin(&report, columns, &cli->error));
    for (size_t i = 0; quire_quality_issue(quality, i, &issue); i++)
        QUIRE_TRY(add_rule(&report, quality, i, &issue, verdict->total_rows, &cli->error));
    quire_cli_progress_clear();
    QUIRE_TRY(quire_cli_report_draw(cli, &report, &cli->error));
    quire_cli_rules_print_verdict(verdict, stdout);
    return 0;
}

static int print_json(struct quire_cli *cli, const struct quire_quality *quality)
{
    char *json = NULL;
    QUIRE_TRY(quire_quality_report(quality, &json, &cli->error));
    printf("%s\n", json);
    quire_free(json);
    return 0;
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(quire_cli_rules_release) struct quire_cli_rules rules = {.rules = NULL};
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    const struct validate_options *options = cli->options;
    struct quire_verdict verdict;
    if (options->rules == NULL)
        return quire_fail(&cli->error, QUIRE_USAGE, "validate", "name the rules with --rules FILE");
    QUIRE_TRY(quire_cli_rules_read(cli, options->rules, &rules));
    const struct quire_cli_request request = {.names = argv,
                                              .names_size = (size_t)argc,
                                              .rows_only = cli->reading.rejects == NULL,
                                              .rules = rules.rules};
    QUIRE_TRY(quire_cli_input_open(cli, &request, &input, &cli->error));
    QUIRE_TRY(quire_cli_rules_begin(&rules, &input, &cli->error));
    QUIRE_TRY(check_rows(cli, &rules, &input));
    quire_quality_verdict(rules.quality, &verdict);
    QUIRE_TRY(cli->common.json ? print_json(cli, rules.quality)
                               : draw(cli, rules.quality, &verdict));
    /* Last, so that what fails before leaves the rejects file as it was. */
    QUIRE_TRY(quire_cli_input_done(&input, &cli->error));
    quire_cli_input_tell(&input);
    return verdict.quality_passed ? 0 : QUIRE_EXIT_DATA;
}

static const struct quire_option rows[] = {
    {.name = "rules",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = offsetof(struct validate_options, rules),
     .help = "rules that the rows are to keep, in YAML or JSON"},
};

const struct quire_command quire_command_validate = {
    .name = "validate",
    .operands = "FILE...",
    .summary = "check the rows of files against rules",
    .description =
        "Tells for each rule how many rows break it, with the first of them, and whether the rows "
        "that break none are enough. Several files are checked as one. With --rejects, all rows "
        "that break a rule are written there. The exit status is 0 when the rows pass and 1 when "
        "they do not.",
    .flags = QUIRE_COMMAND_READS,
    .operands_min = 1,
    .operands_max = -1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct validate_options)},
    .run = run,
};
