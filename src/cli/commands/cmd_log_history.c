/* log history, log metrics: what the versions of a run log's table were made by. */
#include "quire/runlog_upkeep.h"

#include "meta_text.h"

struct history_options {
    int64_t limit;
};

static int run_history(struct quire_cli *cli, int argc, char **argv)
{
    const struct history_options *options = cli->options;
    char *json = NULL;
    (void)argc;
    QUIRE_TRY(quire_runlog_history(argv[0], options->limit, &json, &cli->error));
    return quire_cli_meta_report(cli, json);
}

static const struct quire_option history_rows[] = {
    {.name = "limit",
     .type = QUIRE_OPTION_INT,
     .default_text = "10",
     .offset = offsetof(struct history_options, limit),
     .max = INT64_MAX,
     .help = "versions to list, the newest; 0 is all"},
};

const struct quire_command quire_command_log_history = {
    .name = "log history",
    .operands = "TABLE",
    .summary = "list the versions of a run log, newest first",
    .description = "Those whose commits the log still has. --json prints one object: table, "
                   "versions (version, timestamp, operation, rows, size_mb), total_versions.",
    .flags = QUIRE_COMMAND_LOG_AT,
    .operands_min = 1,
    .operands_max = 1,
    .options = {history_rows, 1, sizeof(struct history_options)},
    .run = run_history,
};

static int run_metrics(struct quire_cli *cli, int argc, char **argv)
{
    char *json = NULL;
    (void)argc;
    QUIRE_TRY(quire_runlog_table_metrics(argv[0], &json, &cli->error));
    return quire_cli_meta_report(cli, json);
}

const struct quire_command quire_command_log_metrics = {
    .name = "log metrics",
    .operands = "TABLE",
    .summary = "count what was written to a run log",
    .description =
        "By the commits that its log still has: writes that failed left none, so that "
        "failed_writes is 0 and success_rate_percent 100, whatever happened; the result of a "
        "write tells. --json prints one object: table, total_commits, writes_of and memory_of "
        "(what the numbers are of, in words), total_writes, successful_writes, "
        "failed_writes, success_rate_percent, total_duration_secs and average_duration_secs (null "
        "where no commit says how long it took), total_rows_written, memory_usage_peak_mb, "
        "average_rows_per_write, total_size_mb, first_write, last_write, and memory (rss_mb, "
        "vms_mb, percent, available_mb) of this process.",
    .flags = QUIRE_COMMAND_LOG_AT,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_metrics,
};
