/* table merge: the rows of files into a table, by a key. */
#include "table_keys.h"

struct merge_options {
    struct quire_cli_target_options target;
    char *on;
};

static bool pipes(const struct quire_cli_input *input)
{
    for (size_t i = 0; i < input->names_size; i++)
        if (quire_file_rereadable(input->names[i])) return false;
    return true;
}

static int merge(struct quire_cli *cli, const struct quire_cli_target *target,
                 const struct quire_cli_columns *keys, struct quire_cli_input *input,
                 struct quire_table_change_result *result)
{
    struct quire_cli_keys_seen seen = {.keys = keys};
    const struct merge_options *given = cli->options;
    struct quire_cli_rows rows = {.input = input, .keys = pipes(input) ? &seen : NULL};
    struct ArrowArrayStream stream = quire_cli_rows_stream(&rows);
    const struct quire_table_change_options how = {
        .app = target->app,
        .app_version = target->app_version,
        .durability = (enum quire_durability)cli->common.durability,
        .context = input->context,
        .create = target->create,
        .evolve = (enum quire_table_evolve)given->target.evolve,
    };
    int code = quire_table_merge(target->url, &stream, (const char *const *)keys->names, keys->size,
                                 &how, result, &cli->error);
    return quire_cli_rows_code(&rows, code, &cli->error);
}

static int merge_inputs(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(quire_cli_target_release) struct quire_cli_target target = {.url = argv[0]};
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    QUIRE_CLEANUP(quire_cli_columns_release) struct quire_cli_columns keys = {.names = NULL};
    const struct merge_options *options = cli->options;
    struct quire_table_change_result result;
    if (options->on == NULL) {
        quire_fail(&cli->error, QUIRE_USAGE, "table merge", "--on is missing");
        quire_error_hint(&cli->error, "--on id names the columns of the key");
        return QUIRE_USAGE;
    }
    QUIRE_TRY(quire_cli_columns_split("on", options->on, &keys, &cli->error));
    QUIRE_TRY(quire_cli_target_open(cli, &options->target, &target));
    if (target.table != NULL)
        QUIRE_TRY(quire_cli_keys_look(cli, &target, &keys, argv + 1, (size_t)argc - 1));
    QUIRE_TRY(quire_cli_target_input(cli, &target, argv + 1, (size_t)argc - 1, &input));
    QUIRE_TRY(merge(cli, &target, &keys, &input, &result));
    QUIRE_TRY(quire_cli_change_report(cli, target.url, &result));
    quire_cli_input_tell(&input);
    return 0;
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    return quire_cli_target_tell(cli, merge_inputs(cli, argc, argv));
}

static const struct quire_option rows_of_merge[] = {
    QUIRE_CLI_TARGET_ROWS,
    QUIRE_CLI_TARGET_EVOLVE,
    {.name = "on",
     .type = QUIRE_OPTION_TEXT,
     .choices = "COLUMNS",
     .offset = offsetof(struct merge_options, on),
     .help = "columns of the key, a,b: rows of the table that have the key of one that comes are "
             "replaced by it, others are left; null equals nothing"},
};

const struct quire_command quire_command_table_merge = {
    .name = "table merge",
    .operands = "TABLE IN...",
    .summary = "replace rows of a table by those of files with the same key, and add the others",
    .description = "Inputs are read as \"table append\" reads them. One commit. --json prints one "
                   "object: " QUIRE_CLI_CHANGE_MEMBERS ".",
    .flags = QUIRE_COMMAND_READS,
    .operands_min = 2,
    .operands_max = -1,
    .options = {rows_of_merge, sizeof(rows_of_merge) / sizeof(rows_of_merge[0]),
                sizeof(struct merge_options)},
    .run = run,
};
