/* table checkpoint: the state of a table in one place, so that opening it reads no long log. */
#include <inttypes.h>

#include "quire/table_upkeep.h"

#include "cli.h"
#include "progress.h"

struct checkpoint_options {
    bool compact_log;
};

static int print_json(struct quire_cli *cli, const char *url,
                      const struct quire_table_checkpoint_result *result)
{
    const struct quire_cli_member members[] = {
        QUIRE_CLI_TEXT("table", url),
        QUIRE_CLI_NUMBER("version", result->version),
        QUIRE_CLI_TRUTH("written", result->written),
    };
    return quire_cli_print_object(cli, members, sizeof(members) / sizeof(members[0]));
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    const struct checkpoint_options *own = cli->options;
    const struct quire_table_checkpoint_options options = {
        .compact_log = own->compact_log,
        .durability = (enum quire_durability)cli->common.durability,
    };
    struct quire_table_checkpoint_result result;
    (void)argc;
    QUIRE_TRY(quire_table_checkpoint(argv[0], &options, &result, &cli->error));
    quire_cli_progress_clear();
    if (cli->common.json) return print_json(cli, argv[0], &result);
    quire_cli_print_plain(argv[0], stderr);
    fprintf(stderr, ": version %" PRId64 ", %s%s\n", result.version,
            own->compact_log ? "log compaction" : "checkpoint",
            result.written ? " written" : ": nothing to write");
    return 0;
}

static const struct quire_option rows[] = {
    {.name = "compact-log",
     .type = QUIRE_OPTION_BOOL,
     .offset = offsetof(struct checkpoint_options, compact_log),
     .help = "put the commits since the last checkpoint together in one file instead"},
};

const struct quire_command quire_command_table_checkpoint = {
    .name = "table checkpoint",
    .operands = "TABLE",
    .summary = "write a checkpoint of a table, and delete old parts of its log",
    .description = "Appends do so by themselves every ten versions (delta.checkpointInterval). "
                   "Deleted are commits and checkpoints of more than 30 days ago "
                   "(delta.logRetentionDuration), unless delta.enableExpiredLogCleanup is false. "
                   "--json prints one object: table, version, written.",
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct checkpoint_options)},
    .run = run,
};
