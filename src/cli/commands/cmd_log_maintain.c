/* log optimize, log maintain: a run log kept in shape. */
#include <string.h>

#include "quire/runlog_upkeep.h"

#include "args.h"
#include "meta_text.h"
#include "progress.h"

struct optimize_options {
    bool partitioning;
    char *compression;
    bool zordering;
    char *columns;
    bool vacuum;
};

struct maintain_options {
    bool vacuum, analyze, validate_schema, update_statistics;
};

/* What is borrowed during a call. */
struct upkeep {
    struct quire_context *context;
    struct quire_cli_columns columns;
};

static void upkeep_release(struct upkeep *upkeep)
{
    quire_cli_columns_release(&upkeep->columns);
    quire_context_free(upkeep->context);
}

/* --- log optimize ---------------------------------------------------------------------------- */

static int run_optimize(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(upkeep_release) struct upkeep upkeep = {.context = NULL};
    const struct optimize_options *own = cli->options;
    char *json = NULL;
    (void)argc;
    if (own->columns != NULL) {
        if (!own->zordering)
            return quire_fail(&cli->error, QUIRE_USAGE, "log optimize",
                              "--columns are those of --zordering");
        QUIRE_TRY(quire_cli_columns_split("columns", own->columns, &upkeep.columns, &cli->error));
    }
    QUIRE_TRY(quire_cli_context(cli, &upkeep.context, &cli->error));
    const struct quire_runlog_optimize_options options = {
        .partitioning = own->partitioning,
        .compression = own->compression,
        .zordering = own->zordering,
        .vacuum = own->vacuum,
        .columns = (const char *const *)upkeep.columns.names,
        .columns_size = upkeep.columns.size,
        .folder = quire_cli_environment_get("TMPDIR"),
        .durability = (enum quire_durability)cli->common.durability,
        .context = upkeep.context,
    };
    QUIRE_TRY(quire_runlog_optimize(argv[0], &options, &json, &cli->error));
    return quire_cli_meta_report(cli, json);
}

#define AT(field) offsetof(struct optimize_options, field)
static const struct quire_option optimize_rows[] = {
    {.name = "partitioning",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(partitioning),
     .help = "put small files of each partition together; this alone where nothing else is asked"},
    {.name = "compression",
     .type = QUIRE_OPTION_TEXT,
     .choices = "snappy|zstd|gzip|lz4|none",
     .offset = AT(compression),
     .help = "write all files anew with this, and so those to come; also with a level, \"zstd:6\""},
    {.name = "zordering",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(zordering),
     .help = "arrange rows by columns that they are searched by"},
    {.name = "columns",
     .type = QUIRE_OPTION_TEXT,
     .choices = "COLUMNS",
     .offset = AT(columns),
     .help = "these columns; without it created_at and step_name, where they do not partition it"},
    {.name = "vacuum",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(vacuum),
     .help = "delete files that no version of the last 7 days needs"},
};

const struct quire_command quire_command_log_optimize = {
    .name = "log optimize",
    .operands = "TABLE",
    .summary = "arrange the files of a run log anew",
    .description = "No row changes. --json prints one object: table, optimized, "
                   "optimizations_applied, before and after (version, files, size_mb, rows), and "
                   "of --vacuum vacuumed_files, vacuumed_mb, inner_tables.",
    .flags = QUIRE_COMMAND_LOG_AT,
    .operands_min = 1,
    .operands_max = 1,
    .options = {optimize_rows, sizeof(optimize_rows) / sizeof(optimize_rows[0]),
                sizeof(struct optimize_options)},
    .run = run_optimize,
};
#undef AT

/* --- log maintain ---------------------------------------------------------------------------- */

static int run_maintain(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(upkeep_release) struct upkeep upkeep = {.context = NULL};
    const struct maintain_options *own = cli->options;
    char *json = NULL;
    (void)argc;
    QUIRE_TRY(quire_cli_context(cli, &upkeep.context, &cli->error));
    const struct quire_runlog_maintain_options options = {
        .vacuum = own->vacuum,
        .analyze = own->analyze,
        .validate_schema = own->validate_schema,
        .update_statistics = own->update_statistics,
        .durability = (enum quire_durability)cli->common.durability,
        .context = upkeep.context,
    };
    QUIRE_TRY(quire_runlog_maintain(argv[0], &options, &json, &cli->error));
    bool valid = strstr(json, "\"schema_valid\":false") == NULL;
    QUIRE_TRY(quire_cli_meta_report(cli, json));
    return valid ? 0 : QUIRE_EXIT_DATA;
}

#define AT(field) offsetof(struct maintain_options, field)
static const struct quire_option maintain_rows[] = {
    {.name = "vacuum",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(vacuum),
     .help = "delete files that no version of the last 7 days needs"},
    {.name = "analyze",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(analyze),
     .help = "say in the log what files hold that it says nothing of"},
    {.name = "validate-schema",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(validate_schema),
     .help = "look whether the table is a run log, by its columns; exit status 1 where not"},
    {.name = "update-statistics",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(update_statistics),
     .help = "say anew what all files hold"},
};

const struct quire_command quire_command_log_maintain = {
    .name = "log maintain",
    .operands = "TABLE",
    .summary = "vacuum, analyze and check a run log",
    .description =
        "All three where none is asked for. --json prints one object: table, maintained, "
        "maintenance_operations, schema_valid, schema_issues, missing_columns (that the next write "
        "adds), analyzed_files, updated_files, vacuumed_files, vacuumed_mb, inner_tables (tables "
        "below it, which are "
        "passed over), before and after (version, files, size_mb, rows).",
    .flags = QUIRE_COMMAND_LOG_AT,
    .operands_min = 1,
    .operands_max = 1,
    .options = {maintain_rows, sizeof(maintain_rows) / sizeof(maintain_rows[0]),
                sizeof(struct maintain_options)},
    .run = run_maintain,
};
