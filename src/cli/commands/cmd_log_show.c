/* log show: the newest rows of a run log, for people. log export: the same as a file. */
#include <string.h>
#include <unistd.h>

#include "quire/runlog_upkeep.h"

#include "apart.h"
#include "args.h"
#include "log_columns.h"
#include "progress.h"

struct rows_options {
    int64_t limit;
    char *filter, *columns, *format, *path;
};

/* What is read, with what it borrows. */
struct log_rows {
    struct quire_context *context;
    struct quire_cli_columns columns;
    struct quire_runlog_read_options read;
};

static void log_rows_release(struct log_rows *rows)
{
    quire_cli_columns_release(&rows->columns);
    quire_context_free(rows->context);
}

static int prepare(struct quire_cli *cli, const char *columns, struct log_rows *rows)
{
    const struct rows_options *options = cli->options;
    QUIRE_TRY(quire_cli_context(cli, &rows->context, &cli->error));
    if (columns != NULL)
        QUIRE_TRY(quire_cli_columns_split("columns", columns, &rows->columns, &cli->error));
    rows->read = (struct quire_runlog_read_options){
        .limit = options->limit,
        .filters = options->filter,
        .columns = (const char *const *)rows->columns.names,
        .columns_size = rows->columns.size,
        .folder = quire_cli_environment_get("TMPDIR"),
        .context = rows->context,
    };
    return 0;
}

/* --- log show ------------------------------------------------------------------------------- */

static int show(struct quire_cli *cli, struct ArrowArrayStream *stream, struct log_rows *rows)
{
    char width[16];
    snprintf(width, sizeof(width), "%d", quire_cli_terminal_columns(STDOUT_FILENO));
    const struct quire_setting settings[] = {
        {"width", width}, {"types", "off"}, {"count", "off"}, {"null_text", "-"}};
    const struct quire_write_options options = {
        .format = cli->common.json ? "jsonl" : "table",
        .compression = "none",
        .settings = settings,
        .settings_size = cli->common.json ? 0 : sizeof(settings) / sizeof(settings[0]),
        .context = rows->context,
    };
    return quire_file_write("-", stream, &options, NULL, &cli->error);
}

static int choose_columns(struct quire_cli *cli, const char *table, struct log_rows *rows)
{
    size_t width = (size_t)quire_cli_terminal_columns(STDOUT_FILENO);
    QUIRE_TRY(quire_cli_log_columns(table, &rows->read, width, &rows->columns, &cli->error));
    rows->read.columns = (const char *const *)rows->columns.names;
    rows->read.columns_size = rows->columns.size;
    return 0;
}

static int run_show(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(log_rows_release) struct log_rows rows = {.context = NULL};
    const struct rows_options *options = cli->options;
    struct ArrowArrayStream stream = {.release = NULL};
    (void)argc;
    QUIRE_TRY(prepare(cli, options->columns, &rows));
    if (options->columns == NULL && !cli->common.json)
        QUIRE_TRY(choose_columns(cli, argv[0], &rows));
    quire_cli_progress_yield(cli);
    QUIRE_TRY(quire_runlog_read(argv[0], &rows.read, &stream, &cli->error));
    int code = show(cli, &stream, &rows);
    quire_stream_release(&stream);
    return code;
}

#define AT(field) offsetof(struct rows_options, field)
#define LIMIT_ROW(text, many)                                                                   \
    {                                                                                           \
        .name = "limit", .type = QUIRE_OPTION_INT, .default_text = (text), .offset = AT(limit), \
        .max = INT64_MAX, .help = "rows " many ", the newest; 0 is all"                         \
    }
#define FILTER_ROW                                                                                 \
    {                                                                                              \
        .name = "filter", .type = QUIRE_OPTION_TEXT, .choices = "CONDITION", .offset = AT(filter), \
        .help = "rows to take: a condition (\"phase = 'gold' AND NOT success\"), or a JSON "       \
                "object of columns and the values that they equal"                                 \
    }
#define COLUMNS_ROW                                                                                \
    {                                                                                              \
        .name = "columns", .type = QUIRE_OPTION_TEXT, .choices = "COLUMNS", .offset = AT(columns), \
        .help = "columns to take, in this order: run_id,step_name"                                 \
    }

static const struct quire_option show_rows[] = {LIMIT_ROW("20", "to show"), FILTER_ROW,
                                                COLUMNS_ROW};
static const struct quire_option export_rows[] = {
    {.name = "format",
     .type = QUIRE_OPTION_TEXT,
     .choices = "json|jsonl|csv|parquet|ion",
     .offset = AT(format),
     .help = "else known by the extension of --path, json where it has none"},
    {.name = "path",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = AT(path),
     .help = "file to write; else standard output"},
    LIMIT_ROW("1000", "to export"),
    FILTER_ROW,
    COLUMNS_ROW,
};

const struct quire_command quire_command_log_show = {
    .name = "log show",
    .operands = "TABLE",
    .summary = "show the newest rows of a run log",
    .description =
        "Draws a table that fits the terminal, in a narrow one of the columns that matter "
        "most; --json prints one object a row, with all columns.",
    .flags = QUIRE_COMMAND_LOG_AT,
    .operands_min = 1,
    .operands_max = 1,
    .options = {show_rows, sizeof(show_rows) / sizeof(show_rows[0]), sizeof(struct rows_options)},
    .run = run_show,
};

/* --- log export ----------------------------------------------------------------------------- */

static int run_export(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(log_rows_release) struct log_rows rows = {.context = NULL};
    const struct rows_options *options = cli->options;
    bool standard = options->path == NULL || strcmp(options->path, "-") == 0;
    char *json = NULL;
    (void)argc;
    QUIRE_TRY(quire_cli_apart(cli, "the output", options->path, argv[0], &cli->error));
    QUIRE_TRY(prepare(cli, options->columns, &rows));
    if (standard) quire_cli_progress_yield(cli);
    const struct quire_runlog_export_options how = {
        .read = rows.read,
        .format = options->format,
        .path = options->path,
        .durability = (enum quire_durability)cli->common.durability,
    };
    QUIRE_TRY(quire_runlog_export(argv[0], &how, &json, &cli->error));
    quire_cli_progress_clear();
    /* What goes to standard output is not to be mixed with what is told of it. */
    if (cli->common.json && !standard)
        printf("%s\n", json);
    else if (cli->common.json)
        fprintf(stderr, "%s\n", json);
    quire_free(json);
    return 0;
}

const struct quire_command quire_command_log_export = {
    .name = "log export",
    .operands = "TABLE",
    .summary = "write the newest rows of a run log to a file",
    .description = "The file has all of the rows, or is left as it was. --json prints one object: "
                   "export_successful, format, records_exported, export_size_mb, export_path, "
                   "export_timestamp; on standard error where the rows go to standard output.",
    .flags = QUIRE_COMMAND_LOG_AT,
    .operands_min = 1,
    .operands_max = 1,
    .options = {export_rows, sizeof(export_rows) / sizeof(export_rows[0]),
                sizeof(struct rows_options)},
    .run = run_export,
};
