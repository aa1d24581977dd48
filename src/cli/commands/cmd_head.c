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
    QUIRE_CLI_SHOW_N("rows to show"),
    QUIRE_CLI_SHOW_RAW,
};

const struct quire_command quire_command_head = {
    .name = "head",
    .summary = "show the first rows of files",
    QUIRE_CLI_SHOW_DRAWN(rows),
    .run = run,
};
