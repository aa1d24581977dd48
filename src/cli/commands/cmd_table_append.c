/* table append: the rows of files into a table, as one commit. */
#include <inttypes.h>

#include "progress.h"
#include "table_input.h"

static int write_rows(struct quire_cli *cli, const struct quire_cli_target *target,
                      struct quire_cli_input *input, struct quire_table_append_result *result)
{
    struct quire_cli_rows rows = {.input = input};
    struct ArrowArrayStream stream = quire_cli_rows_stream(&rows);
    const struct quire_cli_target_options *given = cli->options;
    const struct quire_table_append_options options = {
        .app = target->app,
        .app_version = target->app_version,
        .durability = (enum quire_durability)cli->common.durability,
        .context = input->context,
        .evolve = (enum quire_table_evolve)given->evolve,
        .create = target->create,
    };
    int code = quire_table_append(target->url, &stream, &options, result, &cli->error);
    return quire_cli_rows_code(&rows, code, &cli->error);
}

/* --- The report ----------------------------------------------------------------------------- */

static int print_json(struct quire_cli *cli, const struct quire_cli_target *target,
                      const struct quire_cli_input *input,
                      const struct quire_table_append_result *result)
{
    const struct quire_cli_member members[] = {
        QUIRE_CLI_TEXT("table", target->url),
        QUIRE_CLI_NUMBER("version", result->version),
        QUIRE_CLI_TRUTH("created", result->created),
        QUIRE_CLI_TRUTH("skipped", result->skipped),
        QUIRE_CLI_NUMBER("rows", result->rows),
        QUIRE_CLI_NUMBER("files", result->files),
        QUIRE_CLI_NUMBER("bytes", result->bytes),
        QUIRE_CLI_NUMBER("nulled", input->counts.nulled),
        QUIRE_CLI_NUMBER("rejected", input->counts.rejected),
    };
    return quire_cli_print_object(cli, members, sizeof(members) / sizeof(members[0]));
}

static void print_summary(const struct quire_cli_target *target,
                          const struct quire_table_append_result *result)
{
    quire_cli_progress_clear();
    quire_cli_print_plain(target->url, stderr);
    if (result->skipped)
        fprintf(stderr, ": that transaction is in version %" PRId64 " already\n", result->version);
    else
        fprintf(stderr, ": version %" PRId64 ", %" PRId64 " row%s in %" PRId64 " file%s\n",
                result->version, result->rows, QUIRE_CLI_PLURAL(result->rows), result->files,
                QUIRE_CLI_PLURAL(result->files));
}

static int append(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(quire_cli_target_release) struct quire_cli_target target = {.url = argv[0]};
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    struct quire_table_append_result result = {.version = -1};
    QUIRE_TRY(quire_cli_target_open(cli, cli->options, &target));
    QUIRE_TRY(quire_cli_target_input(cli, &target, argv + 1, (size_t)argc - 1, &input));
    QUIRE_TRY(write_rows(cli, &target, &input, &result));
    if (cli->common.json)
        QUIRE_TRY(print_json(cli, &target, &input, &result));
    else
        print_summary(&target, &result);
    quire_cli_input_tell(&input);
    return 0;
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    return quire_cli_target_tell(cli, append(cli, argc, argv));
}

static const struct quire_option rows_of_append[] = {
    QUIRE_CLI_TARGET_ROWS,
    QUIRE_CLI_TARGET_EVOLVE,
};

const struct quire_command quire_command_table_append = {
    .name = "table append",
    .operands = "TABLE IN...",
    .summary = "add the rows of files to a table",
    .description =
        "Inputs are read with the table's columns unless --schema says otherwise. All rows are "
        "one commit: the table has all of them or none. --json prints one object: table, "
        "version, created, skipped, rows, files, bytes, nulled, rejected.",
    .flags = QUIRE_COMMAND_READS,
    .operands_min = 2,
    .operands_max = -1,
    .options = {rows_of_append, sizeof(rows_of_append) / sizeof(rows_of_append[0]),
                sizeof(struct quire_cli_target_options)},
    .run = run,
};
