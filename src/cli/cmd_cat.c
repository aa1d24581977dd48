/* cat: all rows, or the first, on standard output; with --raw, values as they are. */
#include "input.h"
#include "show.h"

struct options {
    struct quire_cli_show_options show;
    bool raw;
};

static int check_raw(const struct quire_cli *cli, struct quire_error *error)
{
    static const char *const of_columns[] = {"n",       "schema", "infer-rows", "mixed",
                                             "numbers", "on-bad", "rejects",    "extra",
                                             "missing", "select", "where"};
    for (size_t i = 0; i < sizeof(of_columns) / sizeof(of_columns[0]); i++) {
        if (!quire_cli_is_given(cli, of_columns[i])) continue;
        return quire_fail(error, QUIRE_USAGE, cli->command->name,
                          "--raw copies values without columns: %s%s does not go with it",
                          i == 0 ? "-" : "--", of_columns[i]);
    }
    return 0;
}

static int copy_raw(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    struct quire_cli_output output;
    const struct quire_format *from = NULL;
    struct quire_error *error = &cli->error;
    QUIRE_TRY(check_raw(cli, error));
    QUIRE_TRY(quire_cli_show_output(cli, "ion-text", &output, error));
    QUIRE_TRY(quire_cli_context(cli, &input.context, error));
    QUIRE_TRY(quire_file_expand((const char *const *)argv, (size_t)argc, &input.names,
                                &input.names_size, error));
    QUIRE_TRY(cli->reading.from != NULL ? quire_format_find(cli->reading.from, &from, error)
                                        : quire_format_find_path(input.names[0], &from, error));
    QUIRE_TRY(quire_cli_settings_route(cli, from, output.format, &input, error));
    const struct quire_read_options read = {
        .format = cli->reading.from,
        .settings = input.settings,
        .settings_size = input.settings_size,
        .context = input.context,
    };
    const struct quire_write_options write = {
        .format = output.format->name,
        .compression = cli->writing.compression,
        .settings = input.output_settings,
        .settings_size = input.output_settings_size,
    };
    return quire_file_copy_raw((const char *const *)input.names, input.names_size, &read, "-",
                               &write, NULL, error);
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct options *options = cli->options;
    if (options->raw) return copy_raw(cli, argc, argv);
    int64_t rows = quire_cli_is_given(cli, "n") ? options->show.n : -1;
    return quire_cli_show_first(cli, argc, argv, rows, "jsonl");
}

static const struct quire_option rows[] = {
    {.name = "n",
     .type = QUIRE_OPTION_INT,
     .offset = offsetof(struct options, show.n),
     .max = INT64_MAX,
     .help = "rows to write at most; else all"},
    {.name = "raw",
     .type = QUIRE_OPTION_BOOL,
     .offset = offsetof(struct options, raw),
     .help = "of Ion and JSON, value by value and without columns: annotations, order and "
             "repeated fields are kept; as ion-text unless --to says otherwise"},
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
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct options)},
    .run = run,
};
