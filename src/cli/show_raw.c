/* Values of files on standard output as they are, without columns. */
#include "args.h"
#include "input.h"
#include "show.h"

static int check_options(const struct quire_cli *cli, struct quire_error *error)
{
    static const char *const of_columns[] = {"schema", "infer-rows", "mixed", "numbers",
                                             "on-bad", "rejects",    "extra", "missing",
                                             "select", "where"};
    for (size_t i = 0; i < sizeof(of_columns) / sizeof(of_columns[0]); i++) {
        if (!quire_cli_is_given(cli, of_columns[i])) continue;
        return quire_fail(error, QUIRE_USAGE, cli->command->name,
                          "--raw copies values without columns: --%s does not go with it",
                          of_columns[i]);
    }
    return 0;
}

int quire_cli_show_raw(struct quire_cli *cli, int argc, char **argv,
                       const struct quire_raw_range *range)
{
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    struct quire_cli_output output;
    const struct quire_format *from = NULL;
    struct quire_error *error = &cli->error;
    QUIRE_TRY(check_options(cli, error));
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
        .folder = quire_cli_environment_get("TMPDIR"),
    };
    const struct quire_write_options write = {
        .format = output.format->name,
        .compression = cli->writing.compression,
        .settings = input.output_settings,
        .settings_size = input.output_settings_size,
    };
    return quire_file_copy_raw((const char *const *)input.names, input.names_size, &read, range,
                               "-", &write, NULL, error);
}
