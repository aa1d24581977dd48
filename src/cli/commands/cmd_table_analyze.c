/* table analyze: what files hold, said in the log. */
#include <inttypes.h>

#include "quire/table_upkeep.h"

#include "cli.h"
#include "progress.h"

struct analyze_options {
    bool all;
};

static int analyze(struct quire_cli *cli, const char *url,
                   struct quire_table_analyze_result *result)
{
    const struct analyze_options *own = cli->options;
    struct quire_context *context = NULL;
    QUIRE_TRY(quire_cli_context(cli, &context, &cli->error));
    const struct quire_table_analyze_options options = {
        .all = own->all,
        .durability = (enum quire_durability)cli->common.durability,
        .context = context,
    };
    int code = quire_table_analyze(url, &options, result, &cli->error);
    quire_context_free(context);
    return code;
}

static int print_json(struct quire_cli *cli, const char *url,
                      const struct quire_table_analyze_result *result)
{
    const struct quire_cli_member members[] = {
        QUIRE_CLI_TEXT("table", url),
        QUIRE_CLI_NUMBER("version", result->version),
        QUIRE_CLI_TRUTH("committed", result->committed),
        QUIRE_CLI_NUMBER("files", result->files),
        QUIRE_CLI_NUMBER("analyzed", result->analyzed),
        QUIRE_CLI_NUMBER("rows", result->rows),
    };
    return quire_cli_print_object(cli, members, sizeof(members) / sizeof(members[0]));
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    struct quire_table_analyze_result result;
    (void)argc;
    QUIRE_TRY(analyze(cli, argv[0], &result));
    quire_cli_progress_clear();
    if (cli->common.json) return print_json(cli, argv[0], &result);
    quire_cli_print_plain(argv[0], stderr);
    fprintf(stderr, ": version %" PRId64 ", %" PRId64 " of %" PRId64 " file%s analyzed\n",
            result.version, result.analyzed, result.files, QUIRE_CLI_PLURAL(result.files));
    return 0;
}

static const struct quire_option rows[] = {
    {.name = "all",
     .type = QUIRE_OPTION_BOOL,
     .offset = offsetof(struct analyze_options, all),
     .help = "analyze all files, not only those that have no statistics"},
};

const struct quire_command quire_command_table_analyze = {
    .name = "table analyze",
    .operands = "TABLE",
    .summary = "say in the log of a table what its files hold",
    .description =
        "Files without statistics are read in full by every condition. --json prints one "
        "object: table, version, committed, files, analyzed, rows.",
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct analyze_options)},
    .run = run,
};
