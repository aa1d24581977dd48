/* Rows on their way through rules, and the verdict for people. */
#include "rules.h"

#include <inttypes.h>
#include <string.h>

int quire_cli_rules_read(struct quire_cli *cli, const char *path, struct quire_cli_rules *rules)
{
    const char *rejects = cli->reading.rejects;
    if (rejects != NULL && quire_file_same(rejects, path))
        return quire_fail(&cli->error, QUIRE_USAGE, cli->command->name,
                          "the rejects file is the rules file: %.300s", path);
    int code = quire_rules_read(path, &rules->rules, &cli->error);
    return code == QUIRE_INPUT ? cli->error.code = QUIRE_USAGE : code;
}

int quire_cli_rules_begin(struct quire_cli_rules *rules, struct quire_cli_input *input,
                          struct quire_error *error)
{
    const struct quire_quality_options options = {
        .path = input->names_size == 1 ? input->names[0] : NULL,
        .reject = input->rejects != NULL ? quire_cli_reject_row : NULL,
        .reject_user = &input->numbers,
    };
    struct ArrowSchema schema = {.release = NULL};
    QUIRE_TRY(quire_stream_schema(&input->stream, &schema, error));
    int code = quire_quality_new(rules->rules, &schema, &options, &rules->quality, error);
    quire_schema_release(&schema);
    return code;
}

static int check_rejects(const struct quire_cli_rules *rules, const struct quire_cli_input *input,
                         struct quire_error *error)
{
    const struct quire_rule *rule;
    for (size_t i = 0; (rule = quire_rules_at(rules->rules, i)) != NULL; i++) {
        if (rule->on_fail != QUIRE_RULE_REJECT || input->rejects != NULL) continue;
        quire_fail(error, QUIRE_USAGE, "rules",
                   "rule \"%.100s\" sets rows apart: on_fail is reject", rule->name);
        quire_error_hint(error, "name a file for them with --rejects FILE");
        return QUIRE_USAGE;
    }
    return 0;
}

int quire_cli_rules_pass(struct quire_cli_rules *rules, struct quire_cli_input *input,
                         struct quire_error *error)
{
    struct ArrowArrayStream passing = {.release = NULL};
    QUIRE_TRY(check_rejects(rules, input, error));
    QUIRE_TRY(quire_cli_rules_begin(rules, input, error));
    QUIRE_TRY(quire_stream_check(&input->stream, rules->quality, &passing, error));
    input->stream = passing;
    return 0;
}

void quire_cli_rules_end(struct quire_cli_rules *rules, const struct quire_cli_input *input)
{
    if (rules->quality != NULL)
        quire_quality_add_unreadable(rules->quality, input->counts.rejected);
}

void quire_cli_rules_release(struct quire_cli_rules *rules)
{
    quire_quality_free(rules->quality);
    quire_rules_free(rules->rules);
    *rules = (struct quire_cli_rules){.rules = NULL};
}

/* Telling ------------------------------------------------------------------------------- */

void quire_cli_rules_percent(double percent, char text[QUIRE_CLI_PERCENT_SIZE])
{
    snprintf(text, QUIRE_CLI_PERCENT_SIZE, "%.2f", percent);
    if (percent < 100 && strcmp(text, "100.00") == 0)
        snprintf(text, QUIRE_CLI_PERCENT_SIZE, "99.99");
    if (percent > 0 && strcmp(text, "0.00") == 0) snprintf(text, QUIRE_CLI_PERCENT_SIZE, "0.01");
}

void quire_cli_rules_print_verdict(const struct quire_verdict *verdict, FILE *out)
{
    char rate[QUIRE_CLI_PERCENT_SIZE];
    /* Of two limits the one that asks for more is the one that decides. */
    double least = 100 - verdict->max_invalid_rows_percent;
    if (verdict->min_validation_rate > least) least = verdict->min_validation_rate;
    quire_cli_rules_percent(verdict->validation_rate, rate);
    fprintf(out, "%" PRId64 " of %" PRId64 " row%s valid (%s %%, wanted are %g): %s\n",
            verdict->valid_rows, verdict->total_rows, QUIRE_CLI_PLURAL(verdict->total_rows), rate,
            least, verdict->quality_passed ? "passed" : "not passed");
}

static void tell_issue(const struct quire_quality *quality, size_t index,
                       const struct quire_quality_issue *issue)
{
    int64_t row;
    const char *values;
    fprintf(stderr, "quire: rule \"");
    quire_cli_print_plain(issue->rule->name, stderr);
    fprintf(stderr, "\": %" PRId64 " row%s", issue->rows, QUIRE_CLI_PLURAL(issue->rows));
    if (quire_quality_example(quality, index, 0, &row, &values)) {
        fprintf(stderr, ", the first is row %" PRId64 ": ", row);
        quire_cli_print_plain(values, stderr);
    }
    fputc('\n', stderr);
}

void quire_cli_rules_tell(const struct quire_cli_rules *rules, const struct quire_cli_input *input)
{
    struct quire_verdict verdict;
    struct quire_quality_issue issue;
    if (rules->quality == NULL) return;
    quire_cli_progress_clear();
    quire_quality_verdict(rules->quality, &verdict);
    fprintf(stderr, "quire: ");
    quire_cli_rules_print_verdict(&verdict, stderr);
    for (size_t i = 0; quire_quality_issue(rules->quality, i, &issue); i++) {
        if (issue.rows > 0) tell_issue(rules->quality, i, &issue);
    }
    if (verdict.rejected_rows > 0)
        fprintf(stderr, "quire: %" PRId64 " row%s broke rules and went to %s\n",
                verdict.rejected_rows, QUIRE_CLI_PLURAL(verdict.rejected_rows),
                input->rejects_path);
}
