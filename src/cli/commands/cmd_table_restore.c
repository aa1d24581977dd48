/* table restore: a table as it was at an older version. */
#include "table_change.h"
#include "table_version.h"

struct restore_options {
    struct quire_cli_table_version version;
};

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct restore_options *options = cli->options;
    bool by_version = quire_cli_is_given(cli, "version");
    const char *at = options->version.at;
    const struct quire_table_change_options how = {
        .durability = (enum quire_durability)cli->common.durability};
    struct quire_table_change_result result;
    int64_t time_ms = 0;
    (void)argc;
    if (by_version == (at != NULL))
        return quire_fail(&cli->error, QUIRE_USAGE, "table restore",
                          by_version ? "--version and --at both say which version"
                                     : "--version or --at is missing");
    if (at != NULL) {
        QUIRE_TRY(quire_cli_time_parse(at, "--at", &time_ms, &cli->error));
        QUIRE_TRY(quire_table_restore_at(argv[0], time_ms, &how, &result, &cli->error));
    } else {
        QUIRE_TRY(
            quire_table_restore(argv[0], options->version.version, &how, &result, &cli->error));
    }
    return quire_cli_change_report(cli, argv[0], &result);
}

static const struct quire_option rows[] = {QUIRE_CLI_TABLE_VERSION_ROWS};

const struct quire_command quire_command_table_restore = {
    .name = "table restore",
    .operands = "TABLE",
    .summary = "make a table what it was at an older version",
    .description = "Rows, schema and properties are those of --version or --at again, as a new "
                   "version. --json prints one object: " QUIRE_CLI_CHANGE_MEMBERS ".",
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct restore_options)},
    .run = run,
};
