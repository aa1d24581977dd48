/* cat: all rows, or the first, on standard output; with --raw, values as they are. */
#include "show.h"

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct quire_cli_show_options *options = cli->options;
    bool limited = quire_cli_is_given(cli, "n");
    if (options->raw) {
        const struct quire_raw_range range = {limited ? QUIRE_RAW_FIRST : QUIRE_RAW_ALL,
                                              options->n};
        return quire_cli_show_raw(cli, argc, argv, &range);
    }
    int64_t rows = limited ? options->n : -1;
    return quire_cli_show_first(cli, argc, argv, rows, "jsonl");
}

static const struct quire_option rows[] = {
    {.name = "n",
     .type = QUIRE_OPTION_INT,
     .offset = offsetof(struct quire_cli_show_options, n),
     .max = INT64_MAX,
     .help = "rows to write at most; else all"},
    QUIRE_CLI_SHOW_RAW,
};

const struct quire_command quire_command_cat = {
    .name = "cat",
    .operands = "FILE...",
    .summary = "write the rows of files to standard output",
    .description = "Several files are one after the other, columns matched by name. Rows are "
                   "written as JSON Lines unless --to says otherwise.",
    .flags = QUIRE_COMMAND_READS | QUIRE_COMMAND_WRITES,
    .operands_min = 1,
    .operands_max = -1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct quire_cli_show_options)},
    .run = run,
};
