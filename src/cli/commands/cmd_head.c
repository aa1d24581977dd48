/* head: the first rows, drawn. */
#include "show.h"

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct quire_cli_show_options *options = cli->options;
    const struct quire_raw_range range = {QUIRE_RAW_FIRST, options->n};
    if (options->raw) return quire_cli_show_raw(cli, argc, argv, &range);
    return quire_cli_show_first(cli, argc, argv, options->n, "table");
}

static const struct quire_option rows[] = {
    {.name = "n",
     .type = QUIRE_OPTION_INT,
     .default_text = "10",
     .offset = offsetof(struct quire_cli_show_options, n),
     .max = INT64_MAX,
     .help = "rows to show"},
    QUIRE_CLI_SHOW_RAW,
};

const struct quire_command quire_command_head = {
    .name = "head",
    .operands = "FILE...",
    .summary = "show the first rows of files",
    .description = QUIRE_CLI_SHOW_DRAWN,
    .flags = QUIRE_COMMAND_READS | QUIRE_COMMAND_WRITES,
    .operands_min = 1,
    .operands_max = -1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct quire_cli_show_options)},
    .run = run,
};
