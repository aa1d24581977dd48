/* table changes: what happened to rows between two versions, to standard output or a file. */
#include <string.h>

#include "apart.h"
#include "output.h"
#include "progress.h"
#include "quire/table_change.h"

struct changes_options {
    int64_t from_version, to_version; /* only count when given */
    char *out;
};

static int open_rows(struct quire_cli *cli, const char *url, struct quire_cli_input *input)
{
    const struct changes_options *options = cli->options;
    struct ArrowArrayStream rows = {.release = NULL};
    const struct quire_table_changes_options wanted = {
        .from = options->from_version,
        .to = quire_cli_is_given(cli, "to-version") ? options->to_version : QUIRE_TABLE_NEWEST,
        .context = input->context,
    };
    QUIRE_TRY(quire_table_changes(url, &wanted, &rows, &cli->error));
    return quire_cli_input_take(cli, &rows, input, &cli->error);
}

static int write_rows(struct quire_cli *cli, const char *url, struct quire_cli_output *output,
                      struct quire_write_result *result)
{
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    QUIRE_CLEANUP(quire_cli_writer_close) struct quire_writer *writer = NULL;
    QUIRE_TRY(quire_cli_input_choose(cli, output->format, &input, &cli->error));
    QUIRE_TRY(open_rows(cli, url, &input));
    QUIRE_TRY(quire_cli_output_open(cli, output, &input, &writer, &cli->error));
    return quire_cli_output_finish(writer, &input, result, &cli->error);
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct changes_options *options = cli->options;
    struct quire_cli_output output = {.name = options->out != NULL ? options->out : "-"};
    struct quire_write_result result;
    bool to_standard = strcmp(output.name, "-") == 0;
    (void)argc;
    if (!quire_cli_is_given(cli, "from-version"))
        return quire_fail(&cli->error, QUIRE_USAGE, "table changes", "--from-version is missing");
    if (to_standard) quire_cli_progress_yield(cli);
    QUIRE_TRY(quire_cli_output_format(cli, output.name, to_standard ? "jsonl" : NULL,
                                      &output.format, &cli->error));
    QUIRE_TRY(quire_cli_apart(cli, "the output", output.name, argv[0], &cli->error));
    QUIRE_TRY(write_rows(cli, argv[0], &output, &result));
    return to_standard ? 0 : quire_cli_output_report(cli, &output, &result, "change", -1);
}

#define AT(field) offsetof(struct changes_options, field)
static const struct quire_option rows[] = {
    {.name = "from-version",
     .type = QUIRE_OPTION_INT,
     .offset = AT(from_version),
     .max = INT64_MAX,
     .help = "the first version whose changes to write"},
    {.name = "to-version",
     .type = QUIRE_OPTION_INT,
     .offset = AT(to_version),
     .max = INT64_MAX,
     .help = "the last one; else the newest"},
    {.name = "out",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = AT(out),
     .help = "file to write; else the rows go to standard output"},
};

const struct quire_command quire_command_table_changes = {
    .name = "table changes",
    .operands = "TABLE",
    .summary = "write which rows were inserted, updated and deleted",
    .description = "The table must tell its changes (delta.enableChangeDataFeed=true) in all of "
                   "these versions. Behind its columns stand _change_type, _commit_version and "
                   "_commit_timestamp. On standard output rows are JSON Lines unless --to says "
                   "otherwise. With --out, --json prints one object: output, format, rows, bytes.",
    .flags = QUIRE_COMMAND_WRITES | QUIRE_COMMAND_CHOOSES,
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct changes_options)},
    .run = run,
};
