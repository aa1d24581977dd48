/* table overwrite: the rows of files in place of those of a table, or of those that a condition
 * means. */
#include "table_input.h"

struct overwrite_options {
    struct quire_cli_target_options target;
    char *where;
    bool overwrite_schema;
};

static int overwrite(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(quire_cli_target_release) struct quire_cli_target target = {.url = argv[0]};
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    const struct overwrite_options *options = cli->options;
    struct quire_table_change_result result;
    if (options->overwrite_schema && (options->where != NULL || options->target.evolve != 0))
        return quire_fail(&cli->error, QUIRE_USAGE, cli->command->name,
                          "--overwrite-schema goes without --where and --evolve");
    target.own_types = options->overwrite_schema;
    QUIRE_TRY(quire_cli_target_open(cli, &options->target, &target));
    QUIRE_TRY(quire_cli_target_input(cli, &target, argv + 1, (size_t)argc - 1, &input));
    struct quire_cli_rows rows = {.input = &input};
    struct ArrowArrayStream stream = quire_cli_rows_stream(&rows);
    const struct quire_table_change_options how = {
        .app = target.app,
        .app_version = target.app_version,
        .durability = (enum quire_durability)cli->common.durability,
        .context = input.context,
        .create = target.create,
        .evolve = (enum quire_table_evolve)options->target.evolve,
        .overwrite_schema = options->overwrite_schema,
    };
    int code =
        quire_table_overwrite(target.url, &stream, options->where, &how, &result, &cli->error);
    QUIRE_TRY(quire_cli_rows_code(&rows, code, &cli->error));
    QUIRE_TRY(quire_cli_change_report(cli, target.url, &result));
    quire_cli_input_tell(&input);
    return 0;
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    return quire_cli_target_tell(cli, overwrite(cli, argc, argv));
}

static const struct quire_option rows_of_overwrite[] = {
    QUIRE_CLI_TARGET_ROWS,
    QUIRE_CLI_TARGET_EVOLVE,
    {.name = "where",
     .type = QUIRE_OPTION_TEXT,
     .choices = "CONDITION",
     .offset = offsetof(struct overwrite_options, where),
     .help = "rows of the table to replace, as SQL says it; the new ones must be such too"},
    {.name = "overwrite-schema",
     .type = QUIRE_OPTION_BOOL,
     .offset = offsetof(struct overwrite_options, overwrite_schema),
     .help = "give the table the columns of the rows, whatever it had before"},
};

const struct quire_command quire_command_table_overwrite = {
    .name = "table overwrite",
    .operands = "TABLE IN...",
    .summary = "replace the rows of a table, or some of them, by those of files",
    .description =
        "Inputs are read as \"table append\" reads them. The rows that go and those "
        "that come are one commit. --json prints one object: " QUIRE_CLI_CHANGE_MEMBERS ".",
    .flags = QUIRE_COMMAND_READS,
    .operands_min = 2,
    .operands_max = -1,
    .options = {rows_of_overwrite, sizeof(rows_of_overwrite) / sizeof(rows_of_overwrite[0]),
                sizeof(struct overwrite_options)},
    .run = run,
};
