/* meta: what a file says of itself, in its format's own words. */
#include "args.h"
#include "cli.h"
#include "meta_text.h"

static void free_text(char **text)
{
    quire_free(*text);
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    QUIRE_CLEANUP(free_text) char *json = NULL;
    (void)argc;
    QUIRE_TRY(quire_cli_input_settings(cli, argv[0], &input, &cli->error));
    if (input.names_size != 1) {
        quire_fail(&cli->error, QUIRE_USAGE, "meta", "these are %zu files: %.300s",
                   input.names_size, argv[0]);
        quire_error_hint(&cli->error, "name one of them");
        return QUIRE_USAGE;
    }
    const struct quire_read_options options = {
        .format = cli->reading.from,
        .settings = input.settings,
        .settings_size = input.settings_size,
        .context = input.context,
        .folder = quire_cli_environment_get("TMPDIR"),
    };
    QUIRE_TRY(quire_file_describe(input.names[0], &options, &json, &cli->error));
    if (!cli->common.json) return quire_cli_meta_print(cli, json, &cli->error);
    printf("%s\n", json);
    return 0;
}

const struct quire_command quire_command_meta = {
    .name = "meta",
    .operands = "FILE",
    .summary = "print the metadata of a file in its format's own terms",
    .description = "Of Parquet: row groups, columns, encodings, pages, sizes, statistics, indexes, "
                   "sorting, key-values, encryption. --json prints one object.",
    .flags = QUIRE_COMMAND_READS,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
