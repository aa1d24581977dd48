/* sql: SELECT over files and tables. */
#include <string.h>
#include <unistd.h>

#include "apart.h"
#include "args.h"
#include "input.h"
#include "output.h"
#include "progress.h"
#include "sql_request.h"
#include "watchdog.h"

struct sql_options {
    struct quire_keyed *table;
    struct quire_keyed *param;
    char *file;
    bool print_sql;
    int64_t timeout;
    char *out;
};

/* --- What is asked -------------------------------------------------------------------------- */

static int take_text(struct quire_cli *cli, int argc, char **argv,
                     struct quire_cli_sql_request *request)
{
    const struct sql_options *options = cli->options;
    if ((argc == 1) == (options->file != NULL)) {
        quire_fail(&cli->error, QUIRE_USAGE, "sql",
                   argc == 1 ? "--file and an argument both give a query" : "a query is missing");
        quire_error_hint(&cli->error, "the form is: quire sql \"SELECT …\" --table name=FILE");
        return QUIRE_USAGE;
    }
    if (options->file != NULL) return quire_cli_sql_read(options->file, request, &cli->error);
    request->sql = quire_strdup(argv[0]);
    return request->sql != NULL ? 0 : quire_cli_fail_memory(&cli->error);
}

static int take_request(struct quire_cli *cli, int argc, char **argv,
                        struct quire_cli_sql_request *request)
{
    const struct sql_options *options = cli->options;
    QUIRE_TRY(take_text(cli, argc, argv, request));
    QUIRE_TRY(quire_cli_sql_tables(options->table, request, &cli->error));
    return quire_cli_sql_params(options->param, request, &cli->error);
}

static int print_sql(struct quire_cli *cli, const struct quire_cli_sql_request *request)
{
    char *text = NULL;
    QUIRE_TRY(
        quire_sql_print(request->sql, request->params, request->params_size, &text, &cli->error));
    size_t size = strlen(text);
    fputs(text, stdout);
    if (size == 0 || text[size - 1] != '\n') fputc('\n', stdout);
    quire_free(text);
    return 0;
}

/* --- Rows ----------------------------------------------------------------------------------- */

/* How the tables that are files are read. */
static int reading(struct quire_cli *cli, struct quire_cli_input *input,
                   struct quire_read_options *read)
{
    const struct quire_cli_reading *given = &cli->reading;
    if (given->rejects != NULL || given->on_bad == QUIRE_ON_BAD_REJECT)
        return quire_fail(&cli->error, QUIRE_USAGE, "sql",
                          "a query may read a file several times, so it sets no records aside");
    if (given->schema != NULL)
        QUIRE_TRY(
            quire_cli_schema_read(given->schema, input->context, &input->schema, &cli->error));
    *read = (struct quire_read_options){
        .format = given->from,
        .settings = input->settings,
        .settings_size = input->settings_size,
        .folder = quire_cli_environment_get("TMPDIR"),
        .records =
            {
                .schema = input->schema.release != NULL ? &input->schema : NULL,
                .infer_rows = given->infer_rows,
                .mixed = (enum quire_mixed)given->mixed,
                .numbers = (enum quire_numbers)given->numbers,
                .on_bad = (enum quire_on_bad)given->on_bad,
                .extra = (enum quire_extra)given->extra,
                .missing = (enum quire_missing)given->missing,
            },
    };
    return 0;
}

static int write_rows(struct quire_cli *cli, const struct quire_cli_sql_request *request,
                      struct quire_cli_output *output, struct quire_write_result *result)
{
    const struct sql_options *own = cli->options;
    struct quire_read_options read;
    struct quire_sql_options options = {
        .tables = request->tables,
        .tables_size = request->tables_size,
        .params = request->params,
        .params_size = request->params_size,
        .read = &read,
        .timeout_ms = own->timeout,
        .folder = quire_cli_environment_get("TMPDIR"),
        .process_limit = true,
    };
    QUIRE_CLEANUP(quire_cli_input_release) struct quire_cli_input input = {.context = NULL};
    QUIRE_CLEANUP(quire_cli_writer_close) struct quire_writer *writer = NULL;
    struct ArrowArrayStream rows = {.release = NULL};
    QUIRE_TRY(quire_cli_input_choose(cli, output->format, &input, &cli->error));
    QUIRE_TRY(reading(cli, &input, &read));
    options.context = input.context;
    QUIRE_TRY(quire_sql_query(request->sql, &options, &rows, &cli->error));
    QUIRE_TRY(quire_cli_input_take(cli, &rows, &input, &cli->error));
    QUIRE_TRY(quire_cli_output_open(cli, output, &input, &writer, &cli->error));
    return quire_cli_output_finish(writer, &input, result, &cli->error);
}

static int run_query(struct quire_cli *cli, const struct quire_cli_sql_request *request)
{
    const struct sql_options *options = cli->options;
    struct quire_cli_output output = {.name = options->out != NULL ? options->out : "-"};
    struct quire_write_result result;
    bool to_standard = strcmp(output.name, "-") == 0;
    bool drawn = isatty(STDOUT_FILENO) && !cli->common.json;
    if (to_standard) quire_cli_progress_yield(cli);
    QUIRE_TRY(quire_cli_output_format(cli, output.name,
                                      !to_standard ? NULL
                                      : drawn      ? "table"
                                                   : "jsonl",
                                      &output.format, &cli->error));
    for (size_t i = 0; i < request->tables_size; i++)
        QUIRE_TRY(quire_cli_apart_from_input(cli, "the output", output.name, request->tables[i].url,
                                             &cli->error));
    QUIRE_TRY(quire_cli_apart_from_tables(cli, "the output", output.name, &cli->error));
    QUIRE_TRY(write_rows(cli, request, &output, &result));
    return to_standard ? 0 : quire_cli_output_report(cli, &output, &result, "row", -1);
}

static int run(struct quire_cli *cli, int argc, char **argv)
{
    QUIRE_CLEANUP(quire_cli_sql_release) struct quire_cli_sql_request request = {.sql = NULL};
    const struct sql_options *options = cli->options;
    QUIRE_TRY(take_request(cli, argc, argv, &request));
    if (options->print_sql) return print_sql(cli, &request);
    QUIRE_CLEANUP(quire_cli_watchdog_end) struct quire_cli_watchdog watchdog = {.running = false};
    QUIRE_TRY(quire_cli_watchdog_begin(&watchdog, "sql", options->timeout, &cli->error));
    return run_query(cli, &request);
}

#define AT(field) offsetof(struct sql_options, field)
static const struct quire_option rows[] = {
    {.name = "table",
     .type = QUIRE_OPTION_KEYED,
     .choices = "NAME=FILE",
     .offset = AT(table),
     .help = "a name to select from, and the file, glob, folder or Delta table that it means; "
             "NAME=TABLE@3 and NAME=TABLE@2024-05-01 are versions of a table"},
    {.name = "param",
     .type = QUIRE_OPTION_KEYED,
     .choices = "NAME=VALUE",
     .offset = AT(param),
     .help = "a value for :NAME in the query: a number, true, false, null, else text; "
             "NAME:TYPE=VALUE says which (int, double, text)"},
    {.name = "file",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = AT(file),
     .help = "file that the query is in, instead of an argument"},
    {.name = "print-sql",
     .type = QUIRE_OPTION_BOOL,
     .offset = AT(print_sql),
     .help = "print the query with the values of its parameters, and run nothing"},
    {.name = "timeout",
     .type = QUIRE_OPTION_DURATION,
     .offset = AT(timeout),
     .max = INT64_C(1000) * 86400 * 365,
     .help = "end the query, as failed, when it takes longer: 30s, 5m; 0 is no limit"},
    {.name = "out",
     .type = QUIRE_OPTION_TEXT,
     .choices = "FILE",
     .offset = AT(out),
     .help = "file to write; else the rows go to standard output"},
};

const struct quire_command quire_command_sql = {
    .name = "sql",
    .operands = "[QUERY]",
    .summary = "select from files and tables",
    .description =
        "Runs one SELECT in SQLite's language, with functions of Spark beside it, over the files "
        "and Delta tables that --table names. Only columns that are used are read, and row groups "
        "and data files that cannot hold a wanted row are passed over. Nothing else can be "
        "reached, and nothing is written. Options of input hold for all files; --where and "
        "--select for the result. Rows are drawn on a terminal, else written as JSON Lines, "
        "unless --to says otherwise.",
    .flags = QUIRE_COMMAND_READS | QUIRE_COMMAND_WRITES,
    .operands_min = 0,
    .operands_max = 1,
    .options = {rows, sizeof(rows) / sizeof(rows[0]), sizeof(struct sql_options)},
    .run = run,
};
