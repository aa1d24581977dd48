/* log info: what a run log is. */
#include "quire/runlog.h"

#include "meta_text.h"

static void free_text(char **text)
{
    quire_free(*text);
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(free_text) char *json = NULL;
    (void)argc;
    QUIRE_TRY(quire_runlog_info(argv[0], &json, &cli->error));
    if (!cli->common.json) return quire_cli_meta_print(cli, json, &cli->error);
    printf("%s\n", json);
    return 0;
}

const struct quire_command quire_command_log_info = {
    .name = "log info",
    .operands = "TABLE",
    .summary = "tell what a run log is: rows, files, columns, properties",
    .description = "--json prints one object: table, version, row_count, files, size_mb, columns, "
                   "schema, partition_columns, properties, created_at.",
    .flags = QUIRE_COMMAND_LOG_AT,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
