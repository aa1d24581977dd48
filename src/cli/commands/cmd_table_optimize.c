/* table optimize: small files put together, rows arranged along a curve. */
#include <inttypes.h>

#include "quire/table_upkeep.h"

#include "args.h"
#include "progress.h"

struct optimize_options {
    int64_t target_size; /* only counts when given */
    int64_t commit_bytes;
    char *zorder, *hilbert;
    char *where;
    char *compression;
};

struct optimize {
    const char *url;
    struct quire_cli_columns columns;
    struct quire_context *context;
    struct quire_table_optimize_result result;
};

static void optimize_release(struct optimize *optimize)
{
    quire_cli_columns_release(&optimize->columns);
    quire_context_free(optimize->context);
}

static int optimize_table(struct quire_cli *cli, struct optimize *optimize)
{
    const struct optimize_options *own = cli->options;
    struct quire_table_optimize_options options = {
        .target_bytes = quire_cli_is_given(cli, "target-size") ? own->target_size : 0,
        .commit_bytes = own->commit_bytes,
        .where = own->where,
        .compression = own->compression,
        .folder = quire_cli_environment_get("TMPDIR"),
        .durability = (enum quire_durability)cli->common.durability,
    };
    if (own->zorder != NULL && own->hilbert != NULL)
        return quire_fail(&cli->error, QUIRE_USAGE, "table optimize",
                          "--zorder and --hilbert are two ways: one goes");
    if (own->zorder != NULL || own->hilbert != NULL) {
        const char *names = own->zorder != NULL ? own->zorder : own->hilbert;
        options.arrange = own->zorder != NULL ? QUIRE_TABLE_ZORDER : QUIRE_TABLE_HILBERT;
        QUIRE_TRY(quire_cli_columns_split(own->zorder != NULL ? "zorder" : "hilbert", names,
                                          &optimize->columns, &cli->error));
        options.columns = (const char *const *)optimize->columns.names;
        options.columns_size = optimize->columns.size;
    }
    QUIRE_TRY(quire_cli_context(cli, &optimize->context, &cli->error));
    options.context = optimize->context;
    return quire_table_optimize(optimize->url, &options, &optimize->result, &cli->error);
}

static int print_json(struct quire_cli *cli, const struct optimize *optimize)
{
    const struct quire_table_optimize_result *result = &optimize->result;
    const struct quire_cli_member members[] = {
        QUIRE_CLI_TEXT("table", optimize->url),
        QUIRE_CLI_NUMBER("version", result->version),
        QUIRE_CLI_TRUTH("committed", result->committed),
        QUIRE_CLI_NUMBER("commits", result->commits),
        QUIRE_CLI_NUMBER("files_before", result->files_before),
        QUIRE_CLI_NUMBER("files_after", result->files_after),
        QUIRE_CLI_NUMBER("bytes_before", result->bytes_before),
        QUIRE_CLI_NUMBER("bytes_after", result->bytes_after),
        QUIRE_CLI_NUMBER("files_added", result->files_added),
        QUIRE_CLI_NUMBER("bytes_added", result->bytes_added),
        QUIRE_CLI_NUMBER("files_removed", result->files_removed),
        QUIRE_CLI_NUMBER("bytes_removed", result->bytes_removed),
        QUIRE_CLI_NUMBER("vectors_removed", result->vectors_removed),
        QUIRE_CLI_NUMBER("rows", result->rows),
    };
    return quire_cli_print_object(cli, members, sizeof(members) / sizeof(members[0]));
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(optimize_release) struct optimize optimize = {.url = argv[0]};
    const struct quire_table_optimize_result *result = &optimize.result;
    (void)argc;
    QUIRE_TRY(optimize_table(cli, &optimize));
    quire_cli_progress_clear();
    if (cli->common.json) return print_json(cli, &optimize);
    quire_cli_print_plain(optimize.url, stderr);
    if (!result->committed) {
        fprintf(stderr, ": version %" PRId64 ", nothing to put together\n", result->version);
        return 0;
    }
    char before[QUIRE_CLI_AMOUNT_SIZE], after[QUIRE_CLI_AMOUNT_SIZE];
    quire_cli_format_bytes(result->bytes_before, before);
    quire_cli_format_bytes(result->bytes_after, after);
    fprintf(stderr,
            ": version %" PRId64 ", %" PRId64 " file%s of %s together, where %" PRId64
            " of %s were\n",
            result->version, result->files_after, QUIRE_CLI_PLURAL(result->files_after), after,
            result->files_before, before);
    return 0;
}

#define AT(field) offsetof(struct optimize_options, field)
static const struct quire_option rows[] = {
    {.name = "target-size",
     .type = QUIRE_OPTION_SIZE,
     .offset = AT(target_size),
     .min = 1,
     .max = INT64_MAX,
     .help = "bytes that a file should have: 128MB unless the property delta.targetFileSize says "
             "otherwise"},
    {.name = "zorder",
     .type = QUIRE_OPTION_TEXT,
     .choices = "COLUMNS",
     .offset = AT(zorder),
     .help = "arrange all rows of a partition so that those near in several columns are near: a,b"},
    {.name = "hilbert",
     .type = QUIRE_OPTION_TEXT,
     .choices = "COLUMNS",
     .offset = AT(hilbert),
     .help = "the same along another curve, which keeps them nearer"},
    {.name = "max-bytes-per-commit",
     .type = QUIRE_OPTION_SIZE,
     .offset = AT(commit_bytes),
     .default_text = "4GiB",
     .min = 1,
     .max = INT64_MAX,
     .help = "bytes of files that one commit puts together: those before one that loses stand"},
    {.name = "where",
     .type = QUIRE_OPTION_TEXT,
     .choices = "CONDITION",
     .offset = AT(where),
     .help = "only partitions for which this is true, over partition columns alone"},
    {.name = "compression",
     .type = QUIRE_OPTION_TEXT,
     .choices = "CODEC",
     .offset = AT(compression),
     .help = "of the files that are written: zstd:3; else snappy"},
};

const struct quire_command quire_command_table_optimize = {
    .name = "table optimize",
    .operands = "TABLE",
    .summary = "put small files of a table together",
    .description =
        "No row changes, and writers that add rows meanwhile are in nobody's way. Files of three "
        "quarters of the target or more are left alone, unless rows are arranged anew. The files "
        "that were are deleted by \"table vacuum\". --json prints one object: table, version, "
        "committed, commits, files_before, files_after, bytes_before, bytes_after, files_added, "
        "bytes_added, files_removed, bytes_removed, vectors_removed, rows.",
    .operands_min = 1,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct optimize_options)},
    .run = run,
};
